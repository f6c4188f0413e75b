"""The text of Excel's binary files (MS-XLS), BIFF5 and BIFF8: a row is a line, its cells parted by tabs.

Read as well: the names on the tabs, headers and footers, comments and text boxes, links, pictures. Hidden sheets are kept
apart.
"""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from gateway.reading.documents.blips import pictures
from gateway.reading.documents.container import unread, written
from gateway.reading.documents.spreadsheet import printed, rk
from gateway.reading.documents.writing import Written
from gateway.reading.limits import ReadingLimits
from gateway.reading.pieces import Item, Piece

_BOF, _END, _FILE_PASS, _BOUND_SHEET, _SST, _CONTINUE = 0x0809, 0x000A, 0x002F, 0x0085, 0x00FC, 0x003C
_LABEL_SST, _LABEL, _RICH, _STRING, _FORMULA = 0x00FD, 0x0204, 0x00D6, 0x0207, 0x0006
_NUMBER, _RK, _MULTIPLE_RK = 0x0203, 0x027E, 0x00BD
_TEXT_BOX, _NOTE, _HEADER, _FOOTER, _LINK, _DRAWINGS = 0x01B6, 0x001C, 0x0014, 0x0015, 0x01B8, 0x00EB
_BIFF8 = 0x0600
_URL = b"\xe0\xc9\xea\x79\xf9\xba\xce\x11\x8c\x82\x00\xaa\x00\x4b\xa9\x0b"
_ADDRESS = re.compile(rb"https?://[!-~]{3,2000}|h\0t\0t\0p\0(?:s\0)?:\0/\0/\0(?:[!-~]\0){3,2000}")
_RICH_TEXT, _READINGS, _WIDE = 0x08, 0x04, 0x01
_MOST_RECORDS = 2_000_000


@dataclass(slots=True)
class _Sheet:
    """cells: (row, column, text)."""

    name: str = ""
    hidden: bool = False
    cells: list[tuple[int, int, str]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)

    def written(self) -> Written:
        """All of it, row by row."""
        rows: dict[int, list[str]] = {}
        for row, _, text in sorted(self.cells):
            rows.setdefault(row, []).append(text)
        lines = ["\t".join(cells) for cells in rows.values()]
        return Written(tuple(filter(str.strip, [self.name, *lines, *self.lines])), (), tuple(self.links))


class _Continued:
    """A string's octets over several records: where its characters go on in the next, a flag octet says how wide they are."""

    def __init__(self, chunks: list[bytes]) -> None:
        self._chunks = chunks
        self._at = 0

    def __bool__(self) -> bool:
        while self._chunks and self._at >= len(self._chunks[0]):
            self._next()
        return bool(self._chunks)

    def _next(self) -> None:
        self._chunks.pop(0)
        self._at = 0

    def take(self, count: int) -> bytes:
        """Octets, over the ends of records."""
        taken = bytearray()
        while len(taken) < count and self:
            run = self._chunks[0][self._at : self._at + count - len(taken)]
            self._at += len(run)
            taken += run
        return bytes(taken)

    def number(self, size: int) -> int:
        """An unsigned number."""
        return int.from_bytes(self.take(size), "little")

    def characters(self, count: int, *, wide: bool) -> str:
        """So many characters."""
        found: list[str] = []
        while count > 0 and self:
            width = 2 if wide else 1
            run = self._chunks[0][self._at : self._at + count * width]
            self._at += len(run)
            found.append(run.decode("utf-16-le" if wide else "latin-1", "replace"))
            count -= max(1, len(run) // width)
            if count > 0 and self:
                wide = bool(self.number(1) & _WIDE)
        return "".join(found)

    def string(self) -> str:
        """A string with its length and flags before it (§2.5.293)."""
        count, flags = self.number(2), self.number(1)
        runs = self.number(2) if flags & _RICH_TEXT else 0
        readings = self.number(4) if flags & _READINGS else 0
        text = self.characters(count, wide=bool(flags & _WIDE))
        self.take(runs * 4 + readings)
        return text


class _Book:
    """A workbook stream, read record by record."""

    def __init__(self, octets: bytes, most: int) -> None:
        self._octets = octets
        self._left = most
        self._strings: list[str] = []
        self._biff8 = True
        self._globals = _Sheet()
        self._named: dict[int, _Sheet] = {}
        self._sheet = self._globals
        self._formula = (0, 0)
        self._box = 0
        self.encrypted = False
        self.cut = False
        self.drawings = b""

    def sheets(self) -> list[_Sheet]:
        """Those that are named, in order; before them what stands in none."""
        records = list(self._records())
        for index, (kind, at, body) in enumerate(records):
            if kind == _FILE_PASS:
                self.encrypted = True
                break
            if kind in {_SST, _DRAWINGS, _TEXT_BOX}:
                self._long(kind, body, self._continued(records, index))
            else:
                self._record(kind, at, body)
            if self._left < 0:
                self.cut = True
                break
        return [self._globals, *self._named.values()]

    def _records(self) -> Iterator[tuple[int, int, bytes]]:
        at = count = 0
        while at + 4 <= len(self._octets) and count < _MOST_RECORDS:
            kind, length = struct.unpack_from("<HH", self._octets, at)
            yield kind, at, self._octets[at + 4 : at + 4 + length]
            at += 4 + length
            count += 1

    @staticmethod
    def _continued(records: list[tuple[int, int, bytes]], index: int) -> list[bytes]:
        """The records that go on with the one at `index`; drawings also go on in records of their own kind."""
        found: list[bytes] = []
        for kind, _, body in records[index + 1 : index + 100_000]:
            if kind != _CONTINUE:
                break
            found.append(body)
        return found

    def _long(self, kind: int, body: bytes, more: list[bytes]) -> None:
        if kind == _SST:
            source = _Continued([body[8:], *more])
            for _ in range(int.from_bytes(body[4:8], "little")):
                if not source or self._left < 0:
                    break
                self._strings.append(self._counted(source.string()))
        elif kind == _DRAWINGS:
            self.drawings += body + b"".join(more)
        elif more:
            count = int.from_bytes(body[10:12], "little")
            flags, *_ = more[0][:1] or b"\0"
            text = _Continued([more[0][1:], *more[1:]]).characters(count, wide=bool(flags & _WIDE))
            self._sheet.lines.append(self._counted(text))

    def _counted(self, text: str) -> str:
        self._left -= len(text)
        return text

    def _record(self, kind: int, at: int, body: bytes) -> None:
        if kind == _BOF:
            self._biff8 = int.from_bytes(body[:2], "little") >= _BIFF8
            self._sheet = self._named.get(at, self._sheet)
        elif kind == _BOUND_SHEET:
            start, state = int.from_bytes(body[:4], "little"), body[4:5]
            self._named[start] = _Sheet(name=self._short(body[6:]), hidden=state[:1] in {b"\1", b"\2"})
        elif kind == _LABEL_SST and len(body) >= 10:  # noqa: PLR2004  -- row, column, format, index
            index = int.from_bytes(body[6:10], "little")
            self._cell(body, self._strings[index] if index < len(self._strings) else "")
        elif kind in {_LABEL, _RICH}:
            self._cell(body, self._string(body[6:]))
        elif kind == _FORMULA and len(body) >= 4:  # noqa: PLR2004  -- row and column
            self._formula = struct.unpack_from("<HH", body)
            self._sheet.links += [(found.decode("latin-1").replace("\0", ""), "") for found in _ADDRESS.findall(body)]
        elif kind == _STRING:
            self._sheet.cells.append((*self._formula, self._counted(self._string(body))))
        elif kind in {_NUMBER, _RK, _MULTIPLE_RK}:
            self._figures(kind, body)
        else:
            self._aside(kind, body)

    def _aside(self, kind: int, body: bytes) -> None:
        if kind in {_HEADER, _FOOTER}:
            self._sheet.lines.append(printed(self._string(body)))
        elif kind == _NOTE and not self._biff8:
            self._sheet.lines.append(self._counted(body[6:].decode("cp1252", "replace")))
        elif kind == _LINK and (start := body.find(_URL)) >= 0:
            length = int.from_bytes(body[start + 16 : start + 20], "little")
            target = body[start + 20 : start + 20 + length].decode("utf-16-le", "replace").split("\0")[0]
            self._sheet.links.append((target, ""))

    def _cell(self, body: bytes, text: str) -> None:
        if len(body) >= 4 and text.strip():  # noqa: PLR2004  -- row and column
            row, column = struct.unpack_from("<HH", body)
            self._sheet.cells.append((row, column, self._counted(text)))

    def _figures(self, kind: int, body: bytes) -> None:
        if kind == _NUMBER and len(body) >= 14:  # noqa: PLR2004  -- row, column, format, number
            self._cell(body, f"{struct.unpack_from('<d', body, 6)[0]:g}")
        elif kind == _RK and len(body) >= 10:  # noqa: PLR2004  -- row, column, format, number
            self._cell(body, rk(int.from_bytes(body[6:10], "little")))
        elif kind == _MULTIPLE_RK:
            row, first = struct.unpack_from("<HH", body) if len(body) >= 4 else (0, 0)  # noqa: PLR2004  -- row and column
            for n, at in enumerate(range(4, len(body) - 7, 6)):
                text = rk(int.from_bytes(body[at + 2 : at + 6], "little"))
                self._sheet.cells.append((row, first + n, self._counted(text)))

    def _string(self, body: bytes) -> str:
        """A string with its length in two octets before it."""
        count = int.from_bytes(body[:2], "little")
        if not self._biff8:
            return body[2 : 2 + count].decode("cp1252", "replace")
        return _Continued([body]).string()

    def _short(self, body: bytes) -> str:
        """A string with its length in one octet before it."""
        count = body[0] if body else 0
        if not self._biff8:
            return body[1 : 1 + count].decode("cp1252", "replace")
        return _Continued([body[2:]]).characters(count, wide=bool(body[1:2] == b"\1"))


def workbook(piece: Piece, octets: bytes, limits: ReadingLimits) -> Iterator[Item]:
    """The text of the stream Workbook, or Book."""
    book = _Book(octets, limits.text)
    for number, sheet in enumerate(book.sheets()):
        yield from written(piece, sheet.written(), page=number or None, unseen=sheet.hidden)
    yield from pictures(piece, book.drawings)
    if book.encrypted:
        yield unread(piece, "encrypted")
    if book.cut:
        yield unread(piece, f"too large: the first {limits.text} characters were read")
