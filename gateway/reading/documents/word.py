"""The text of Word's binary files (MS-DOC), from Word 6 on: body, notes, headers, comments and text boxes, in that order.

Formatting is not looked at, so text that is marked hidden is read like any other.
"""

import re
import struct
from collections.abc import Iterator, Sequence

from gateway.reading.documents.container import unread, written
from gateway.reading.documents.markup import TooMuch
from gateway.reading.documents.writing import Writing
from gateway.reading.limits import ReadingLimits
from gateway.reading.pieces import Item, Piece

_WORD_97, _WORD_6 = 0xA5EC, 0xA5DC
_ENCRYPTED, _OTHER_TABLE = 0x0100, 0x0200
_CONTROL = re.compile("[\x07\x0b-\x0d\x13-\x15]")
_UNSHOWN = re.compile("[\x00-\x06\x08\x0e-\x12\x16-\x1d\x1f]")
_LINK = re.compile(r'HYPERLINK\s+(?:\\\w\s+)*"?([^"\s]{1,4000})', re.IGNORECASE)
_MOST_PIECES = 200_000


def document(piece: Piece, octets: bytes, tables: Sequence[bytes], limits: ReadingLimits) -> Iterator[Item]:
    """The text of the stream WordDocument; tables: the streams 0Table and 1Table."""
    if len(octets) < 0x22:  # noqa: PLR2004  -- the fixed part of the head
        yield unread(piece, "damaged")
        return
    mark, flags = struct.unpack_from("<H", octets)[0], struct.unpack_from("<H", octets, 0x0A)[0]
    if flags & _ENCRYPTED:
        yield unread(piece, "encrypted")
        return
    if mark == _WORD_97:
        text = _text(octets, tables[1 if flags & _OTHER_TABLE else 0], limits.text)
    else:
        first, last = struct.unpack_from("<II", octets, 0x18)
        text = octets[first:last].decode("cp1252", "replace") if mark == _WORD_6 else ""
    if not text:
        yield unread(piece, "damaged")
    yield from told(piece, text, limits)


def _text(octets: bytes, table: bytes, most: int) -> str:
    """The pieces of the text put together (§2.9.38 Clx, §2.9.177 Pcd)."""
    if len(octets) < 0x1AA:  # noqa: PLR2004  -- where the head tells of the pieces
        return ""
    start, length = struct.unpack_from("<II", octets, 0x1A2)
    clx = table[start : start + length]
    at = 0
    while clx[at : at + 1] == b"\x01":
        at += 3 + int.from_bytes(clx[at + 1 : at + 3], "little")
    if clx[at : at + 1] != b"\x02":
        return ""
    plc = clx[at + 5 :]
    count = min((len(plc) - 4) // 12, _MOST_PIECES)
    found: list[str] = []
    for n in range(count):
        first, last = struct.unpack_from("<II", plc, 4 * n)
        where = struct.unpack_from("<I", plc, 4 * (count + 1) + 8 * n + 2)[0]
        run = _piece(octets, where, last - first)
        found.append(run)
        most -= len(run)
        if most < 0:
            break
    return "".join(found)


def _piece(octets: bytes, where: int, length: int) -> str:
    """A piece of the text: in one octet for each character, or in two."""
    if length <= 0:
        return ""
    at = where & 0x3FFFFFFF
    if where & 0x40000000:
        return octets[at // 2 : at // 2 + length].decode("cp1252", "replace")
    return octets[at : at + 2 * length].decode("utf-16-le", "replace")


def told(piece: Piece, text: str, limits: ReadingLimits) -> Iterator[Item]:
    """The text with its fields undone: what they show is text, where they lead is a link."""
    writing = Writing(limits.text)
    why = ""
    try:
        _write(writing, text)
    except TooMuch:
        why = f"too large: the first {limits.text} characters were read"
    yield from written(piece, writing.finish())
    if why:
        yield unread(piece, why)


def _write(writing: Writing, text: str) -> None:
    fields: list[tuple[list[str], int | None]] = []
    at = 0
    writing.begin()
    for control in _CONTROL.finditer(text):
        _run(writing, fields, text[at : control.start()])
        at = control.end()
        match control[0]:
            case "\x13":
                fields.append(([], None))
            case "\x14" if fields:
                fields[-1] = (fields[-1][0], writing.mark())
            case "\x15" if fields:
                _field(writing, *fields.pop())
            case "\x07":
                _run(writing, fields, "\t")
            case "\x0b":
                _run(writing, fields, "\n")
            case "\x0c" | "\r":
                writing.end()
                writing.begin()
    _run(writing, fields, text[at:])
    writing.end()


def _run(writing: Writing, fields: Sequence[tuple[list[str], int | None]], text: str) -> None:
    if fields and fields[-1][1] is None:
        fields[-1][0].append(text)
    else:
        writing.write(_UNSHOWN.sub("", text.replace("\x1e", "-")))


def _field(writing: Writing, code: Sequence[str], mark: int | None) -> None:
    shown = writing.since(mark) if mark is not None else ""
    if found := _LINK.search("".join(code)):
        writing.link(found[1], shown)
