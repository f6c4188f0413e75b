"""Windows metafiles (MS-EMF, MS-WMF): the words they write, and the pictures they draw. Office keeps previews in them.

They are lists of drawing orders. Text that is drawn as curves is beyond this; where nothing is found it is said so.
"""

import struct
from collections.abc import Iterator

from gateway.reading.documents.container import inner, sheet, unread
from gateway.reading.limits import ReadingLimits
from gateway.reading.pieces import Item, Piece

EMF, WMF = "image/x-emf", "image/x-wmf"
_PLACEABLE, _HEAD = b"\xd7\xcd\xc6\x9a", (b"\x01\x00\x09\x00", b"\x02\x00\x09\x00")
_WIDE, _NARROW, _COMMENT = 84, 83, 70
_BITS = {81: 48, 80: 48, 76: 84, 77: 84}
"""EMR_STRETCHDIBITS and its like: where they tell of the bitmap they draw."""
_TEXT_OUT, _EXTENDED_TEXT_OUT = 0x0521, 0x0A32
_BITMAPS = {0x0F43: 28, 0x0B41: 26, 0x0940: 24, 0x0D33: 24}
_CLIPPED = 0x0006
_PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")
_MOST_RECORDS, _MOST_BITMAPS = 500_000, 50


def sniff(octets: bytes) -> str:
    """Which of the two these octets are, "" for neither."""
    if octets[:4] == b"\x01\0\0\0" and octets[40:44] == b" EMF":
        return EMF
    return WMF if octets[:4] == _PLACEABLE or (octets[:4] in _HEAD and octets[4:6] in {b"\0\1", b"\0\3"}) else ""


class _Lines:
    """Words put in lines: what is written at one height is one, with a blank between what is written apart."""

    def __init__(self, most: int) -> None:
        self._left = most
        self._height: int | None = None
        self.found: list[str] = []

    def write(self, height: int, text: str) -> None:
        """Words at a height."""
        self._left -= len(text)
        if self._left < 0 or not text:
            return
        if height == self._height and self.found:
            apart = "" if self.found[-1].endswith(" ") or text.startswith(" ") else " "
            self.found[-1] += apart + text
        else:
            self.found.append(text)
        self._height = height


def metafile(piece: Piece, limits: ReadingLimits) -> Iterator[Item]:
    """Extractor of both."""
    lines = _Lines(limits.text)
    bitmaps: list[bytes] = []
    (_enhanced if sniff(piece.octets) == EMF else _plain)(piece.octets, lines, bitmaps)
    text = "\n".join(line for line in lines.found if line.strip())
    if text:
        yield sheet(piece, text)
    for number, bitmap in enumerate(bitmaps[:_MOST_BITMAPS], 1):
        yield inner(piece, bitmap, f"picture {number}")
    if not (text or bitmaps):
        yield unread(piece, "not read: a drawing without words")


def _enhanced(octets: bytes, lines: _Lines, bitmaps: list[bytes]) -> None:
    at = 0
    for _ in range(_MOST_RECORDS):
        if at + 8 > len(octets):
            return
        kind, size = struct.unpack_from("<II", octets, at)
        record = octets[at : at + size]
        if kind in {_WIDE, _NARROW} and len(record) >= 52:  # noqa: PLR2004  -- MS-EMF §2.3.5.8
            height, count, start = struct.unpack_from("<iII", record, 40)
            wide = kind == _WIDE
            words = record[start : start + count * (2 if wide else 1)]
            lines.write(height, words.decode("utf-16-le" if wide else "cp1252", "replace"))
        elif kind in _BITS and len(record) >= _BITS[kind] + 16:
            bitmaps += _bitmap(record, *struct.unpack_from("<IIII", record, _BITS[kind]))
        elif kind == _COMMENT:
            bitmaps += [record[start:] for mark in _PICTURES if (start := record.find(mark)) >= 0]
        at += max(8, size)


def _bitmap(record: bytes, head_at: int, head_size: int, bits_at: int, bits_size: int) -> list[bytes]:
    """A bitmap as a file of its own, if there is one."""
    head, bits = record[head_at : head_at + head_size], record[bits_at : bits_at + bits_size]
    return [_file(head, bits)] if head and bits else []


def _file(head: bytes, bits: bytes) -> bytes:
    """BMP: a head of 14 octets, then what a metafile has."""
    return b"BM" + struct.pack("<IHHI", 14 + len(head) + len(bits), 0, 0, 14 + len(head)) + head + bits


def _plain(octets: bytes, lines: _Lines, bitmaps: list[bytes]) -> None:
    at = 18 + (22 if octets[:4] == _PLACEABLE else 0)
    for _ in range(_MOST_RECORDS):
        if at + 6 > len(octets):
            return
        size, kind = struct.unpack_from("<IH", octets, at)
        record = octets[at : at + 2 * size]
        if kind == _EXTENDED_TEXT_OUT and len(record) >= 14:  # noqa: PLR2004  -- MS-WMF §2.3.3.5
            height, _, count, options = struct.unpack_from("<hhhH", record, 6)
            start = 22 if options & _CLIPPED else 14
            lines.write(height, record[start : start + max(0, count)].decode("cp1252", "replace"))
        elif kind == _TEXT_OUT and len(record) >= 8:  # noqa: PLR2004  -- MS-WMF §2.3.3.20
            count = struct.unpack_from("<H", record, 6)[0]
            height = int.from_bytes(record[8 + count + count % 2 :][:2], "little", signed=True)
            lines.write(height, record[8 : 8 + count].decode("cp1252", "replace"))
        elif kind in _BITMAPS and len(record) > _BITMAPS[kind] + 40:
            bitmaps.append(_dib(record[_BITMAPS[kind] :]))
        at += max(6, 2 * size)


def _dib(octets: bytes) -> bytes:
    """A bitmap whose head (BITMAPINFOHEADER) tells how many colours stand between it and the points."""
    size = int.from_bytes(octets[:4], "little")
    depth = int.from_bytes(octets[14:16], "little")
    colours = int.from_bytes(octets[32:36], "little") or (1 << depth if depth <= 8 else 0)  # noqa: PLR2004  -- with a palette
    split = min(size + 4 * min(colours, 256), len(octets))
    return _file(octets[:split], octets[split:])
