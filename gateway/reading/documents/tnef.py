"""winmail.dat: a message and its attachments as Exchange wraps them for itself (MS-OXTNEF)."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from gateway.reading.charsets import decode
from gateway.reading.documents import mapi
from gateway.reading.documents.container import inner, sheet, unread
from gateway.reading.limits import ReadingLimits
from gateway.reading.pieces import Item, Piece

TYPE = "application/ms-tnef"
_SIGNATURE = b"\x78\x9f\x3e\x22"
_SUBJECT, _BODY, _MESSAGE = 0x8004, 0x800C, 0x9003
_NEXT_ATTACHMENT, _TITLE, _DATA, _ATTACHMENT = 0x9002, 0x8010, 0x800F, 0x9005
_FIXED = {0x0000: 0, 0x0001: 0, 0x0002: 4, 0x0003: 4, 0x0004: 4, 0x0005: 8, 0x0006: 8, 0x0007: 8, 0x000A: 4, 0x000B: 4}
_FIXED |= {0x0014: 8, 0x0040: 8, 0x0048: 16}
_VARIABLE = frozenset({0x001E, 0x001F, 0x0102, 0x000D})
_OBJECT, _MANY = 0x000D, 0x1000
_MOST_PROPERTIES = 10_000


class _Broken(Exception):  # noqa: N818  -- ends what cannot be understood any further
    pass


@dataclass(slots=True)
class _Attachment:
    title: str = ""
    data: bytes = field(default=b"", repr=False)
    properties: mapi.Properties = field(default_factory=mapi.Properties)

    def item(self, piece: Piece) -> Iterator[Item]:
        """What it holds: a message within a message is wrapped like this one, behind an identity of 16 octets."""
        data = self.properties.octets.get(mapi.DATA, b"") or self.data
        if data[16:20] == _SIGNATURE:
            data = data[16:]
        if data:
            declared = self.properties.texts.get(mapi.MEDIA_TYPE, "").strip().lower()
            yield inner(piece, data, self.properties.name() or self.title, type_=declared or "application/octet-stream")


def wrapped(piece: Piece, limits: ReadingLimits) -> Iterator[Item]:
    """Extractor of TNEF."""
    message, attachments = mapi.Properties(), [_Attachment()]
    old: dict[int, str] = {}
    broken = False
    try:
        for kind, value in _attributes(piece.octets):
            _take(kind, value, message, attachments, old)
            if len(attachments) > limits.parts:
                yield unread(piece, f"too large: the first {limits.parts} attachments were read")
                break
    except _Broken:
        broken = True
    yield from _said(piece, message, old, limits)
    for attachment in attachments:
        yield from attachment.item(piece)
    if broken:
        yield unread(piece, "damaged")


def _said(piece: Piece, message: mapi.Properties, old: dict[int, str], limits: ReadingLimits) -> Iterator[Item]:
    """The message's own text, in the properties and in the attributes that came before them."""
    around = replace(piece, name="") if piece.name.lower().startswith("winmail") else piece
    yield from mapi.told(around, message, limits)
    if (subject := old.get(_SUBJECT, "")) and not message.texts.get(mapi.SUBJECT):
        yield sheet(around, subject, header="Subject")
    if (body := old.get(_BODY, "")) and not message.texts.get(mapi.BODY):
        yield inner(around, body.encode("utf-8", "replace"), type_="text/plain", charset="utf-8")


def _attributes(octets: bytes) -> Iterator[tuple[int, bytes]]:
    """(number, value) of every attribute. Raises _Broken where there is no next one."""
    at = 6
    if len(octets) < at:
        raise _Broken
    while at < len(octets):
        if len(octets) - at < 9 and not octets[at:].strip(b"\0"):  # noqa: PLR2004  -- the head of an attribute
            return
        if len(octets) - at < 9 or octets[at] not in {1, 2}:  # noqa: PLR2004  -- as above; of the message, of an attachment
            raise _Broken
        kind, length = struct.unpack_from("<HxxI", octets, at + 1)
        yield kind, octets[at + 9 : at + 9 + length]
        if at + 9 + length > len(octets):
            raise _Broken
        at += 9 + length + 2


def _take(kind: int, value: bytes, message: mapi.Properties, attachments: list[_Attachment], old: dict[int, str]) -> None:
    match kind:
        case 0x8004 | 0x800C:
            old[kind] = decode(value.rstrip(b"\0"))
        case 0x9003:
            _properties(value, message)
        case 0x9002:
            attachments.append(_Attachment())
        case 0x8010:
            attachments[-1].title = decode(value.rstrip(b"\0"))
        case 0x800F:
            attachments[-1].data = value
        case 0x9005:
            _properties(value, attachments[-1].properties)


class _Cursor:
    """A place in octets. Raises _Broken beyond their end."""

    def __init__(self, octets: bytes) -> None:
        self._octets = octets
        self._at = 0

    def take(self, count: int) -> bytes:
        """So many octets."""
        if self._at + count > len(self._octets):
            raise _Broken
        self._at += count
        return self._octets[self._at - count : self._at]

    def number(self, size: int = 4) -> int:
        """An unsigned number."""
        return int.from_bytes(self.take(size), "little")

    def counted(self) -> bytes:
        """Octets with their number before them, filled up to a multiple of four."""
        length = self.number()
        value = self.take(length)
        self._at += -length % 4
        return value


def _properties(octets: bytes, found: mapi.Properties) -> None:
    """A list of MAPI properties (§2.1.3.4). Raises _Broken."""
    cursor = _Cursor(octets)
    for _ in range(min(cursor.number(), _MOST_PROPERTIES)):
        kind, number = cursor.number(2), cursor.number(2)
        if number & 0x8000:
            cursor.take(16)
            if cursor.number():
                cursor.counted()
            else:
                cursor.take(4)
        for value in _values(cursor, kind):
            if number in mapi.WANTED:
                found.add(number, kind & ~_MANY, value)


def _values(cursor: _Cursor, kind: int) -> Iterator[bytes]:
    plain = kind & ~_MANY
    if plain in _VARIABLE:
        for _ in range(min(cursor.number(), _MOST_PROPERTIES)):
            yield cursor.counted()
    elif plain in _FIXED:
        for _ in range(min(cursor.number(), _MOST_PROPERTIES) if kind & _MANY else 1):
            yield cursor.take(_FIXED[plain])
    else:
        raise _Broken
