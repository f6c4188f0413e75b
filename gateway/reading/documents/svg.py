"""The words of a drawing in SVG: its text, titles and descriptions, links, what is written into it, and pictures in it.

Texts that are placed by themselves are read in the order of their places too. How the rest is drawn is not looked at: where a
drawing has so many curves that words may be among them, that is said.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from urllib.parse import unquote_to_bytes

from gateway.mail import LAYOUT
from gateway.reading import transfer
from gateway.reading.documents.container import inner, sheet, unread, written
from gateway.reading.documents.markup import Budget, walk
from gateway.reading.documents.unfold import Allowance, inflate
from gateway.reading.documents.writing import Writing
from gateway.reading.limits import ReadingLimits
from gateway.reading.pieces import Item, Piece

_LINES = frozenset({"text", "title", "desc", "p", "div", "li", "h1", "h2", "h3", "td"})
_UNSEEN = frozenset({"style", "script", "metadata", "defs-comment"})
_NUMBER = re.compile(r"\s*(-?\d{1,6}(?:\.\d{0,6})?)")
_MOVE = re.compile(r"[Mm]")
_LETTERS, _STROKES = 12, 1500
"""So many outlines of so many characters may be letters; an icon has fewer."""
_LINE, _WIDER = 9.0, 1.6
_DATA = re.compile(r"data:[^,]{0,200},", re.IGNORECASE)


class _Drawing:
    def __init__(self, writing: Writing) -> None:
        self._writing = writing
        self._path: list[str] = []
        self._links: list[tuple[str, int]] = []
        self._placed: list[tuple[float, float, str]] = []
        self.pictures: list[str] = []
        self.outlines = self.strokes = 0

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        self._path.append(name)
        target = attributes.get("href", "")
        if name in _LINES:
            self._writing.begin()
        elif name in {"tspan", "br"} and (name == "br" or "y" in attributes or "dy" in attributes):
            self._writing.write("\n")
        elif name == "image" and _DATA.match(target):
            self.pictures.append(target)
        elif name == "path":
            drawn = attributes.get("d", "")
            self.outlines, self.strokes = self.outlines + len(_MOVE.findall(drawn)), self.strokes + len(drawn)
        if name in {"text", "tspan"} and (x := _NUMBER.match(attributes.get("x", ""))):
            y = _NUMBER.match(attributes.get("y", ""))
            top = float(y[1]) if y else self._placed[-1][0] if self._placed else 0.0
            self._placed.append((top, float(x[1]), ""))
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
            if self._placed and {"text", "tspan"}.intersection(self._path):
                top, left, said = self._placed[-1]
                self._placed[-1] = (top, left, said + data.replace("\n", " "))

    def placed(self) -> str:
        """The texts in the order of their places, line by line; "" where that is the order they are written in."""
        ranked = sorted(self._placed, key=lambda one: (round(one[0] / _LINE), one[1]))
        if ranked == self._placed:
            return ""
        steps = sorted(b[1] - a[1] for a, b in pairwise(ranked) if b[1] > a[1]) or [0.0]
        usual = steps[len(steps) // 3] if all(len(said.strip()) <= 1 for *_, said in ranked) else 0.0
        pieces = [ranked[0][2].strip()]
        for (top, left, _), (below, right, said) in pairwise(ranked):
            close = abs(below - top) < _LINE and right - left < usual * _WIDER
            pieces.append(("" if close else " ") + said.strip())
        return "".join(pieces)


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
    if shown := walker.placed():
        yield sheet(piece, shown, header=LAYOUT)
    if walker.outlines >= _LETTERS and walker.strokes >= _STROKES:
        yield unread(piece, "not read: what is drawn in curves")
    if why:
        yield unread(piece, why)
