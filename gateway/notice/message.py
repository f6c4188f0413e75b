"""Writes a notice as octets: RFC 5322 fields, RFC 2047 words, RFC 2045 parts; 7-bit, every line ended by CRLF.

Only an address outside ASCII makes a field 8-bit, and then the envelope asks for SMTPUTF8 (RFC 6531). Values reach this
module as single lines; `field` makes sure of it once more, so that nothing can end a field or begin another.
"""

import binascii
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.utils import format_datetime

from gateway.mail import Address, Client, Command, Envelope, Mail
from gateway.mail.content import in_memory
from gateway.notice.answerable import reachable

_LINE_END = re.compile(r"[\r\n\x00]+")
_LONGEST_LINE = 998
_WIDTH = 78


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """A MIME entity: its own fields and its body."""

    fields: bytes
    body: bytes

    def octets(self) -> bytes:
        """As it stands inside another."""
        return self.fields + b"\r\n" + self.body


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What a notice says around its body.

    author: the address in From, `name` beside it; message_id: "" for a new one; answers: the one it refers to, ""
    answers_mail: True when it answers a message, False when nobody's message called for it (RFC 3834 §5)
    """

    author: Address
    name: str
    recipients: tuple[Address, ...]
    subject: str
    message_id: str
    answers: str
    answers_mail: bool


def write(letter: Letter, entity: Entity, *, number: str, at: datetime, hostname: str) -> Mail:
    """The notice as Mail from the null sender. Raises ValueError for an address that cannot be written."""
    addresses = (letter.author, *letter.recipients)
    if unwritable := [a for a in addresses if not reachable(a)]:
        raise ValueError(f"{', '.join(map(repr, map(str, unwritable)))} cannot be written as a mailbox")
    own_id = letter.message_id or f"<{number}.notice@{hostname}>"
    content = _fields(letter, at, own_id) + b"MIME-Version: 1.0\r\n" + entity.octets()
    return Mail(id=number, envelope=_envelope(letter, hostname), content=in_memory(content), received=at)


def _fields(letter: Letter, at: datetime, own_id: str) -> bytes:
    references = ((name, letter.answers) for name in ("In-Reply-To", "References") if letter.answers)
    return b"".join(
        (
            _mailboxes("From", letter.name, (letter.author,)),
            _mailboxes("To", "", letter.recipients),
            field("Subject", letter.subject),
            field("Date", format_datetime(at)),
            field("Message-ID", own_id),
            *(field(name, value) for name, value in references),
            field("Auto-Submitted", "auto-replied" if letter.answers_mail else "auto-generated"),
            field("X-Auto-Response-Suppress", "All"),
            field("Content-Language", "en"),
        )
    )


def _envelope(letter: Letter, hostname: str) -> Envelope:
    """From the null sender, so that nothing can answer a notice (RFC 3834 §3.3, RFC 3464 §2)."""
    beyond_ascii = not all(str(a).isascii() for a in (letter.author, *letter.recipients))
    return Envelope(
        sender=None,
        recipients=letter.recipients,
        client=Client(address="127.0.0.1", name=hostname, helo=hostname),
        mail=Command(path=b"", parameters=(b"SMTPUTF8",) if beyond_ascii else ()),
        rcpts=tuple(Command(path=str(a).encode()) for a in letter.recipients),
    )


def field(name: str, value: str) -> bytes:
    """An unstructured field, folded; outside ASCII, and where it would read as an encoded word, in RFC 2047 words."""
    line = _LINE_END.sub(" ", value)
    if line.isascii() and "=?" not in line and len(name) + 2 + len(line) <= _WIDTH:
        return f"{name}: {line}\r\n".encode("ascii")
    charset = "us-ascii" if line.isascii() and "=?" not in line else "utf-8"
    folded = Header(line, charset, header_name=name, maxlinelen=_WIDTH).encode(linesep="\r\n")
    return f"{name}: {folded}\r\n".encode("ascii")


def _mailboxes(field_name: str, name: str, addresses: Sequence[Address]) -> bytes:
    phrase = f"{_phrase(name)} " if name else ""
    written = ",\r\n ".join(f"{phrase}<{address}>" for address in addresses)
    return f"{field_name}: {written}\r\n".encode()


def _phrase(name: str) -> str:
    line = _LINE_END.sub(" ", name)
    if not line.isascii() or "=?" in line:
        return Header(line, "utf-8", header_name="From").encode(linesep="\r\n")
    return '"' + re.sub(r'(["\\])', r"\\\1", line) + '"'


def text(subtype: str, written: str) -> Entity:
    """A text part in UTF-8, as it is where it is ASCII in short lines, otherwise in quoted-printable."""
    octets = written.encode("utf-8", "replace").replace(b"\r\n", b"\n")
    return encoded(f"text/{subtype}; charset=utf-8", octets)


def encoded(kind: str, octets: bytes) -> Entity:
    """A part of content type `kind` from lines that end with LF or CRLF, safe in 7 bits."""
    if is_seven_bit(octets):
        return as_is(kind, octets)
    quoted = binascii.b2a_qp(octets.replace(b"\r\n", b"\n"), istext=True)
    body = quoted.replace(b"\r", b"=0D").replace(b"\n", b"\r\n")
    return Entity(fields=_content(kind) + b"Content-Transfer-Encoding: quoted-printable\r\n", body=body)


def as_is(kind: str, octets: bytes) -> Entity:
    """A part of 7-bit octets whose lines end with LF or CRLF."""
    body = octets.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    return Entity(fields=_content(kind) + b"Content-Transfer-Encoding: 7bit\r\n", body=body)


def is_seven_bit(octets: bytes) -> bool:
    """True for US-ASCII without NUL or bare CR, in lines that RFC 5322 §2.1.1 allows."""
    whole = octets.replace(b"\r\n", b"\n")
    if not whole.isascii() or b"\x00" in whole or b"\r" in whole:
        return False
    return all(len(line) <= _LONGEST_LINE for line in whole.split(b"\n"))


def multipart(subtype: str, parts: Sequence[Entity], parameters: str = "") -> Entity:
    """A multipart/`subtype` of these parts under a boundary that nobody could have foreseen."""
    boundary = f"=_{secrets.token_hex(16)}"
    opened = b"".join(f"--{boundary}\r\n".encode() + part.octets() + b"\r\n" for part in parts)
    kind = f'multipart/{subtype};{parameters}\r\n boundary="{boundary}"'
    return Entity(fields=_content(kind), body=opened + f"--{boundary}--\r\n".encode())


def _content(kind: str) -> bytes:
    return f"Content-Type: {kind}\r\n".encode("ascii")
