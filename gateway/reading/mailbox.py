"""Mailboxes as files (RFC 4155): each message in one is read as a message that is attached. Never raises.

A message begins with a line "From ", an address and a date, behind an empty line or at the start; a line of its text that
looks so has a `>` before it, which goes.
"""

import re
from collections.abc import Iterator

from gateway.mail import Unread
from gateway.reading.limits import ReadingLimits
from gateway.reading.pieces import Item, Piece

TYPE = "application/mbox"
_BEGINS = rb"From [^\s]{1,300} +[A-Z][a-z]{2},? [^\r\n]{0,40}\d\d:\d\d[^\r\n]{0,100}\r?\n(?=[!-9;-~]{1,100}[ \t]*:)"
_FIRST = re.compile(rb"[\r\n]{0,4}" + _BEGINS)
_NEXT = re.compile(rb"\n\r?\n(?=" + _BEGINS + rb")")
_QUOTED = re.compile(rb"^>(?=>*From )", re.MULTILINE)


def is_one(start: bytes) -> bool:
    """Whether octets that begin so are a mailbox."""
    return _FIRST.match(start) is not None


def read(piece: Piece, limits: ReadingLimits) -> Iterator[Item]:
    """Extractor of mailboxes."""
    begun, number = 0, 0
    for found in (*_NEXT.finditer(piece.octets), None):
        if number >= limits.parts:
            yield Unread(place=piece.place, why=f"too large: the first {number} of the messages in it were read")
            return
        message = piece.octets[begun : found.start() + 1 if found else len(piece.octets)]
        begun, number = found.end() if found else 0, number + 1
        yield Piece(
            octets=_QUOTED.sub(b"", message.lstrip(b"\r\n").partition(b"\n")[2]),
            type="message/rfc822",
            part=f"{piece.part}.{number}",
            name=piece.name,
            depth=piece.depth + 1,
            forwarded=True,
        )
