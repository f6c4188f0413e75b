"""Who sent a stored message to whom, as far as the message says: an envelope as the gateway would have been given it.

The sender is the one in Return-Path (`<>` is the null sender), else in the mbox's From line, else the one that is assumed, else
the first author. The recipients are those of To, Cc and Bcc, else those that a delivery noted, else those that are assumed.
Who cannot be known is named: a message without a recipient is not judged as if it went nowhere. The day is
that of the Date field.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from gateway.mail import Address, Author, Client, Command, Content, Envelope
from gateway.mail import header as block
from gateway.reading.authors import claims

_TO = (b"To", b"Cc", b"Bcc")
_NOTED = (b"X-Original-To", b"Envelope-To", b"X-Envelope-To", b"Delivered-To")
_MOST = 5000
"""Recipients of one message that are read."""
_EARLIEST = 1980


class Unaddressed(Exception):  # noqa: N818  -- it states what the message is
    """Nobody is named whom it comes from or goes to; the words say which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumed:
    """What holds for messages that do not say it themselves. sender: "" for nobody, "<>" for the null sender."""

    sender: str = ""
    recipients: tuple[str, ...] = ()
    login: str = ""


def envelope(head: bytes, authors: Iterable[Author], *, noted: str = "", assumed: Assumed) -> Envelope:
    """Of the message with that header block. noted: the sender in the mbox's From line. Raises Unaddressed."""
    sender = _sender(head, authors, noted, assumed)
    recipients = tuple(_recipients(head, assumed))
    if not recipients:
        raise Unaddressed("it names no recipient; give one with --recipient")
    return Envelope(
        sender=sender,
        recipients=recipients,
        client=Client(address="127.0.0.1", login=assumed.login),
        mail=Command(path=str(sender).encode() if sender else b""),
        rcpts=tuple(Command(path=str(recipient).encode()) for recipient in recipients),
    )


def day(head: bytes) -> datetime | None:
    """The moment in the Date field; None if there is none, or none that can be."""
    for value in block.values(head, b"Date")[:1]:
        try:
            said = parsedate_to_datetime(" ".join(value.decode("latin-1").split())[:100])
            at = said.astimezone(UTC) if said.tzinfo else said.replace(tzinfo=UTC)
        except (ValueError, OverflowError, TypeError, IndexError):
            return None
        return at if at.year >= _EARLIEST else None
    return None


def header_block(octets: bytes) -> bytes:
    """The header block of a message."""
    return block.block(Content(size=len(octets), data=octets))


def addresses(written: str) -> Iterator[Address]:
    """Those of a To field and its like, however they are written."""
    for claim in claims(written):
        for one in claim.angles or [claim.phrase]:
            if address := _address(one):
                yield address


def _sender(head: bytes, authors: Iterable[Author], noted: str, assumed: Assumed) -> Address | None:
    for value in block.values(head, b"Return-Path")[:1]:
        path = value.decode("utf-8", "replace").strip()
        if path == "<>":
            return None
        if address := _address(path.strip("<>")):
            return address
    if address := _address(noted):
        return address
    if assumed.sender:
        return None if assumed.sender == "<>" else Address.parse(assumed.sender)
    named = [author.address for author in authors if author.address and not author.shown]
    if not named:
        raise Unaddressed("it names no sender; give one with --sender")
    return named[0]


def _recipients(head: bytes, assumed: Assumed) -> list[Address]:
    for fields in (_TO, _NOTED):
        values = (value.decode("utf-8", "replace") for field in fields for value in block.values(head, field))
        found = dict.fromkeys(address for value in values for address in addresses(value))
        if found:
            return list(found)[:_MOST]
    return [Address.parse(one) for one in assumed.recipients]


def _address(written: str) -> Address | None:
    try:
        address = Address.parse(written)
    except ValueError:
        return None
    return address if address.domain and not any(c.isspace() or c in "<>" for c in str(address.domain)) else None
