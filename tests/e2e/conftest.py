"""A client that speaks SMTP to a whole gateway."""

import asyncio
import smtplib
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage

import pytest
import pytest_asyncio
import trustme

from tests.support.browser import chromium


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def one_browser():
    async with chromium() as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def browser(one_browser):
    """The browser of all tests in a module, whose loop they share; no page of the test before is open in it."""
    yield one_browser
    for context in one_browser.contexts:
        await context.close()


@pytest.fixture
def certificate(tmp_path):
    """A certificate and its key, as PEM files."""
    made = trustme.CA().issue_cert("hatchway.department.example")
    files = tmp_path / "certificate.pem", tmp_path / "key.pem"
    made.cert_chain_pems[0].write_to_path(files[0])
    made.private_key_pem.write_to_path(files[1])
    return files


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """The replies to a transaction; None for what was never asked. final: to the final dot, or the refusal that came first."""

    mail: tuple[int, str]
    rcpts: tuple[tuple[int, str], ...] = ()
    final: tuple[int, str]


def message(subject: str, body: str, sender: str, **fields: str) -> bytes:
    written = EmailMessage()
    written["From"] = sender
    written["To"] = "everybody@department.example"
    written["Subject"] = subject
    for name, value in fields.items():
        written[name.replace("_", "-")] = value
    written.set_content(body)
    return written.as_bytes().replace(b"\n", b"\r\n")


def send(port: int, sender: str, recipients: list[str], content: bytes) -> Heard:
    """Send by real SMTP. A connection that is lost is heard as (0, "lost")."""
    client = smtplib.SMTP("127.0.0.1", port, timeout=60)
    try:
        client.ehlo("client.department.example")
        mail = said(client.mail(sender))
        if mail[0] != 250:
            return Heard(mail=mail, final=mail)
        rcpts = tuple(said(client.rcpt(recipient)) for recipient in recipients)
        if all(code != 250 for code, _ in rcpts):
            return Heard(mail=mail, rcpts=rcpts, final=rcpts[-1])
        return Heard(mail=mail, rcpts=rcpts, final=said(client.data(content)))
    except smtplib.SMTPServerDisconnected:
        return Heard(mail=(0, "lost"), final=(0, "lost"))
    except smtplib.SMTPDataError as refused:
        return Heard(mail=mail, rcpts=rcpts, final=said((refused.smtp_code, refused.smtp_error)))
    finally:
        with suppress(smtplib.SMTPException, OSError):
            client.quit()
        client.close()


async def sent(*arguments) -> Heard:
    return await asyncio.to_thread(send, *arguments)


def said(reply) -> tuple[int, str]:
    code, text = reply
    return code, text.decode() if isinstance(text, bytes) else text
