"""The words of a drawing in SVG: its text, titles and descriptions, links, what is written into it, and pictures in it.

How it is drawn is not looked at: a word that a drawing covers up or draws as curves is beyond this.
"""

import re
from collections.abc import Iterator, Mapping
from urllib.parse import unquote_to_bytes

from gateway.reading import transfer
from gateway.reading.documents.container import inner, unread, written
from gateway.reading.documents.markup import Budget, walk
from gateway.reading.documents.unfold import Allowance, inflate
from gateway.reading.documents.writing import Writing
from gateway.reading.limits import ReadingLimits
from gateway.reading.pieces import Item, Piece

_LINES = frozenset({"text", "title", "desc", "p", "div", "li", "h1", "h2", "h3", "td"})
_UNSEEN = frozenset({"style", "script", "metadata", "defs-comment"})
_DATA = re.compile(r"data:[^,]{0,200},", re.IGNORECASE)


class _Drawing:
    def __init__(self, writing: Writing) -> None:
        self._writing = writing
        self._path: list[str] = []
        self._links: list[tuple[str, int]] = []
        self.pictures: list[str] = []

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        self._path.append(name)
        target = attributes.get("href", "")
        if name in _LINES:
            self._writing.begin()
        elif name in {"tspan", "br"} and (name == "br" or "y" in attributes or "dy" in attributes):
            self._writing.write("\n")
        elif name == "image" and _DATA.match(target):
            self.pictures.append(target)
        if name == "a":
            self._links.append((target, self._writing.mark()))

    def end(self, name: str) -> None:
        self._path.pop()
        if name == "a":
            target, mark = self._links.pop()
            self._writing.link("" if target.startswith("#") else target, self._writing.since(mark))
        if name in _LINES:
            self._writing.end()

    def text(self, data: str) -> None:
        if not _UNSEEN.intersection(self._path) and not (data.isspace() and "text" not in self._path):
            self._writing.write(data.replace("\n", " "))


def drawing(piece: Piece, limits: ReadingLimits) -> Iterator[Item]:
    """Extractor of image/svg+xml, packed by gzip or not."""
    octets = piece.octets
    if octets.startswith(b"\x1f\x8b"):
        unfolded = inflate(octets, Allowance(limits).most, wbits=31)
        octets = unfolded.octets
        if not unfolded.whole:
            yield unread(piece, "too large" if unfolded.cut else "damaged")
    writing = Writing(limits.text)
    walker = _Drawing(writing)
    why = walk(octets, walker, Budget.of(limits))
    yield from written(piece, writing.finish())
    for number, picture in enumerate(walker.pictures, 1):
        head, _, data = picture.partition(",")
        packed = head.lower().endswith(";base64")
        inside = transfer.base64(data.encode("ascii", "replace")) if packed else unquote_to_bytes(data)
        yield inner(piece, inside, f"picture {number}")
    if why:
        yield unread(piece, why)
