"""Policy tests: messages sketched in a few words, and what policies are expected to make of them.

A file of tests says nothing of policies but their names, so that it can stand beside any. `load_tests` raises
`gateway.source.Mistakes` with all that is wrong in a file.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from mimetypes import guess_type
from pathlib import Path
from typing import Annotated, Literal

from gateway.mail import Address, Client, Command, Envelope
from gateway.rehearsal.envelopes import addresses
from gateway.source import AfterValidator, Date, Document, Field, Location, Mistakes, Model, OneOrMore, Problem, Wrong, load


def _mailbox(written: str) -> str:
    """Raises Wrong for what no envelope carries."""
    try:
        whole = bool(Address.parse(written).domain) and not any(c.isspace() or c in "<>" for c in written)
    except ValueError:
        whole = False
    if not whole:
        raise Wrong(f'"{written}" is no mail address', "Write for example chief@department.example.")
    return written


def _sender(written: str) -> str:
    return written if written == "<>" else _mailbox(written)


def _field(written: str) -> str:
    if not written.isprintable():
        raise Wrong("{key} is more than one line", "A field of the header is one line.")
    return written


def _name(written: str) -> str:
    if not re.fullmatch(r"[!-9;-~]{1,70}", written):
        raise Wrong(f'"{written}" is no name of a header field', "Write for example Reply-To, without a colon.")
    return written


Line = Annotated[str, AfterValidator(_field)]


class Expected(Model):
    """What should come of a message. rule: its number in the policy, counted from 1; evidence: words that are quoted.

    authority: all that is cited; dry_run: what dry runs would have done
    """

    disposition: Literal["relay", "tag", "hold", "reject", "defer"]
    policy: str = ""
    rule: int | None = Field(default=None, ge=1)
    authority: OneOrMore[str] = ()
    evidence: OneOrMore[str] = ()
    because: str = ""
    reply: str = ""
    unread: bool | None = None
    dry_run: OneOrMore[Literal["relay", "tag", "hold", "reject", "defer"]] = ()


class Sketch(Model):
    """A message. sender, recipients: the envelope, where it is not what From, To and Cc say; on: the day it comes (UTC).

    attachments: texts by file name; headers: any further fields
    """

    from_: Line
    to: OneOrMore[Line] = ()
    cc: OneOrMore[Line] = ()
    subject: Line = ""
    body: str = ""
    html: str = ""
    attachments: dict[str, str] = Field(default_factory=dict)
    headers: dict[Annotated[str, AfterValidator(_name)], Line] = Field(default_factory=dict)
    sender: Annotated[str, AfterValidator(_sender)] = ""
    recipients: OneOrMore[Annotated[str, AfterValidator(_mailbox)]] = ()
    login: str = ""
    on: Date | None = None
    expect: Expected

    @property
    def envelope(self) -> Envelope:
        """As the gateway would be given it. Raises ValueError where nobody is named."""
        sender = self.sender or next((str(one) for one in addresses(self.from_)), "")
        named = self.recipients or tuple(str(one) for field in (*self.to, *self.cc) for one in addresses(field))
        if not sender or not named:
            raise ValueError('names nobody it comes from or goes to; write "sender" and "recipients"')
        path = "" if sender == "<>" else sender
        return Envelope(
            sender=Address.parse(path) if path else None,
            recipients=tuple(map(Address.parse, named)),
            client=Client(address="127.0.0.1", login=self.login),
            mail=Command(path=path.encode()),
            rcpts=tuple(Command(path=one.encode()) for one in named),
        )

    @property
    def octets(self) -> bytes:
        """The message itself."""
        message = EmailMessage(policy=SMTP)
        fields = {"To": ", ".join(self.to), "Cc": ", ".join(self.cc), "Subject": self.subject, **self.headers}
        message.set_content(self.body)
        if self.html:
            message.add_alternative(self.html, subtype="html")
        for name, text in self.attachments.items():
            kind = (guess_type(name)[0] or "text/plain").partition("/")
            if kind[0] == "text":
                message.add_attachment(text, subtype=kind[2], filename=name)
            else:
                message.add_attachment(text.encode(), maintype=kind[0], subtype=kind[2], filename=name)
        head = "".join(f"{name}: {value}\r\n" for name, value in (("From", self.from_), *fields.items()) if value)
        return head.encode() + message.as_bytes()


class File(Model):
    """A file of tests; the name of a test says what should be so."""

    tests: dict[str, Sketch] = Field(min_length=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Test:
    """A test and its place."""

    name: str
    place: Location
    sketch: Sketch


def load_tests(path: Path) -> tuple[Test, ...]:
    """The tests of a file. Raises Mistakes."""
    file, document = load(path, File)
    problems = list(_mistakes(document, file))
    if problems:
        raise Mistakes(problems)
    return tuple(
        Test(name=name, place=document.at("tests", name, key=True), sketch=sketch) for name, sketch in file.tests.items()
    )


def test_files(policies: Path) -> tuple[Path, ...]:
    """Those beside the policies of a folder: all of `tests/*.yaml` in it."""
    return tuple(sorted((policies / "tests").glob("*.yaml")))


def _mistakes(document: Document, file: File) -> Iterator[Problem]:
    for name, sketch in file.tests.items():
        try:
            _ = sketch.envelope
        except ValueError as wrong:
            yield document.problem(("tests", name), str(wrong), key=True)
