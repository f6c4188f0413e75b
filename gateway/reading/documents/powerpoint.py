"""The text of PowerPoint's binary files (MS-PPT): slides, notes, comments, footers, links, and what is embedded.

A file keeps what was deleted until it is saved anew, and the same text in two places: each line is given once.
"""

import struct
from collections.abc import Iterator

from gateway.reading.documents.container import inner, unread, written
from gateway.reading.documents.unfold import Allowance, inflate
from gateway.reading.documents.writing import Written
from gateway.reading.limits import ReadingLimits
from gateway.reading.pieces import Item, Piece

_CHARACTERS, _OCTETS, _STRING, _HYPERLINK, _SLIDE, _PERSISTED, _LIST = 0x0FA0, 0x0FA8, 0x0FBA, 0x0FD7, 0x03EE, 0x03F3, 0x0FF0
_STORED, _COMMENT, _FOOTERS, _CRYPT = 0x1011, 0x2EE0, 0x0FD9, 0x2F14
_SPOKEN = {_COMMENT: {1}, _FOOTERS: {1, 2}}
"""Which strings of a container are shown."""
_ENCRYPTED = b"\xdf\xc4\xd1\xf3"
_MOST_RECORDS = 1_000_000
_CONTAINER = 0xF


class _Show:
    """A stream of records, read flat: containers are entered, atoms looked at."""

    def __init__(self, octets: bytes, limits: ReadingLimits) -> None:
        self._octets = octets
        self._left = limits.text
        self._allowance = Allowance(limits)
        self._open: list[tuple[int, int, int]] = []
        self._slides = self._listed = 0
        self._seen: set[str] = set()
        self.pages: dict[int, list[str]] = {}
        self.links: list[tuple[str, str]] = []
        self.objects: list[bytes] = []
        self.encrypted = self.cut = False
        self._read()

    def _read(self) -> None:
        at = count = 0
        while at + 8 <= len(self._octets) and not self.cut:
            version, kind, length = struct.unpack_from("<HHI", self._octets, at)
            at += 8
            count += 1
            while self._open and at > self._open[-1][0]:
                self._open.pop()
            if version & _CONTAINER == _CONTAINER:
                self._enter(kind, version >> 4, at + length)
            else:
                self._atom(kind, version >> 4, self._octets[at : at + length])
                at += length
            self.cut = self._left < 0 or count > _MOST_RECORDS

    def _enter(self, kind: int, instance: int, end: int) -> None:
        self._open.append((end, kind, instance))
        self._slides += kind == _SLIDE
        self.encrypted = self.encrypted or kind == _CRYPT
        if len(self._open) > 1000:  # noqa: PLR2004  -- no file nests so deep
            self.cut = True

    def _around(self, kind: int) -> bool:
        return any(kind == open_ for _, open_, _ in self._open)

    def _page(self) -> int:
        """Which slide this is on, 0 for none."""
        if self._around(_SLIDE):
            return self._slides
        return self._listed if any(kind == _LIST and not instance for _, kind, instance in self._open) else 0

    def _atom(self, kind: int, instance: int, body: bytes) -> None:
        parent = self._open[-1][1] if self._open else 0
        if kind == _CHARACTERS:
            self._say(body.decode("utf-16-le", "replace"))
        elif kind == _OCTETS:
            self._say(body.decode("latin-1"))
        elif kind == _PERSISTED and any(open_ == _LIST and not number for _, open_, number in self._open):
            self._listed += 1
        elif kind == _STRING and parent == _HYPERLINK and instance == 1:
            self.links.append((body.decode("utf-16-le", "replace"), ""))
        elif kind == _STRING and instance in _SPOKEN.get(parent, set()):
            self._say(body.decode("utf-16-le", "replace"))
        elif kind == _STORED:
            self._object(instance, body)
        elif kind == _CRYPT:
            self.encrypted = True

    def _say(self, text: str) -> None:
        self._left -= len(text)
        for line in text.replace("\x0b", "\n").replace("\r", "\n").split("\n"):
            if line.strip() and line not in self._seen:
                self._seen.add(line)
                self.pages.setdefault(self._page(), []).append(line)

    def _object(self, instance: int, body: bytes) -> None:
        """An embedded object, deflated if its record says so."""
        if instance:
            unfolded = inflate(body, self._allowance.most, start=4, wbits=15)
            self._allowance.spend(len(unfolded.octets))
            body = unfolded.octets
        if body:
            self.objects.append(body)


def presentation(piece: Piece, octets: bytes, user: bytes, limits: ReadingLimits) -> Iterator[Item]:
    """The text of the stream PowerPoint Document; user: the stream Current User."""
    if user[12:16] == _ENCRYPTED:
        yield unread(piece, "encrypted")
        return
    show = _Show(octets, limits)
    if show.encrypted:
        yield unread(piece, "encrypted")
        return
    for page, lines in sorted(show.pages.items()):
        yield from written(piece, Written(tuple(lines)), page=page or None)
    yield from written(piece, Written((), (), tuple(show.links)))
    for number, octets_ in enumerate(show.objects, 1):
        yield inner(piece, octets_, f"object {number}")
    if show.cut:
        yield unread(piece, "too large: not all of its text was read")
