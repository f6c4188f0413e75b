"""A canary: the message, where it is handed in, and how it and its notices are known again. What is thought of it: vigil.py.

How it fails: a message or a Maildir that cannot be read has no canary in it.
"""

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

from gateway.mail import Address, Client, Command, Envelope, Mail, Outgoing
from gateway.mail.content import in_memory
from gateway.mail.header import block, values
from gateway.settings import Canary, Relay, Settings

_US = Client(address="127.0.0.1", helo="localhost")
_NAMED = re.compile(r"<([0-9a-f]{24})@([^<>\s]+)>")
_TEXT = """\
Please vote for the candidate we endorse on election day, put up a yard sign, and give to the campaign today.
Call five neighbors and ask them to vote for our slate.

(This is a test that the mail gateway sends to itself. If it is held, it is taken back by itself in a few minutes.)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Its Message-ID. token: which canary it is; host: whose."""

    token: str
    host: str


def made(canary: Canary, token: str, *, hostname: str, at: datetime) -> tuple[Envelope, Outgoing]:
    """The message, and to whom."""
    message = EmailMessage()
    message["From"], message["To"] = canary.sender, canary.to
    message["Subject"] = "Test of the mail gateway, please ignore"
    message["Date"] = at
    message["Message-ID"] = f"<{token}@{hostname}>"
    message.set_content(canary.text or _TEXT, cte="quoted-printable")
    octets = message.as_bytes().replace(b"\n", b"\r\n")
    sender, to = Address.parse(canary.sender), Address.parse(canary.to)
    rcpt = Command(path=canary.to.encode())
    envelope = Envelope(sender=sender, recipients=(to,), client=_US, mail=Command(path=canary.sender.encode()), rcpts=(rcpt,))
    return envelope, Outgoing(head=b"", content=in_memory(octets))


def named(mail: Mail) -> Named | None:
    """What a message is called, if it is called as canaries are; whoever writes one may call it so."""
    with suppress(OSError):
        said = b"".join(values(block(mail.content), b"message-id")).decode("ascii", "replace")
        if found := _NAMED.search(said):
            return Named(token=found[1], host=found[2])
    return None


def handed_in(settings: Settings) -> Relay:
    """Where canaries are handed in: as settings say, or at our own first door, whose certificate is not looked at here."""
    door = settings.listen[0] if settings.listen and settings.vigil.through is None else None
    host, _, port = (settings.vigil.through or (door.address if door else "127.0.0.1:25")).rpartition(":")
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host.strip("[]"), host.strip("[]"))  # noqa: S104  -- reached, not bound to
    relay = Relay(host=host, port=int(port) or 25, tls=door.tls if door else "none", verify=False, xforward=False)
    patience = timedelta(minutes=2)  # our own door waits for the relay and the judges
    return relay.model_copy(update={"reply_timeout": patience})


def arrived(maildir: Path, hold: str) -> bool:
    """Whether a message in it speaks of that hold."""
    for folder in ("new", "cur"):
        for path in (maildir / folder).glob("*"):
            with suppress(OSError):
                if hold.encode() in path.read_bytes():
                    return True
    return False
