"""Lines read off a picture, put in the order in which they are read, as text and the boxes of its words.

Lines of one direction that stand close below one another and share some of their width are a block; pieces of a line
that stand beside each other are one line. Blocks are read from the top, each to its end, with an empty line between.
"""

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from gateway.mail import Box
from gateway.reading.types import Boxed

Point = tuple[float, float]
Quad = tuple[Point, Point, Point, Point]
"""The corners of a line: left and right of its top, right and left of its bottom, as one reads it."""

_BESIDE = 1.2
_BELOW = 1.1
_TALLER = 1.9
_TURN, _TURN_OF_SHORT = 10.0, 35.0
_SHORT = 3
"""Letters of a line that is as high as it is long, and whose direction is not certain."""
_SHARED = 0.25
_WORD = re.compile(r"\S+")
_COLUMN, _MOSTLY, _PIECES, _DOWN = 8, 0.8, 3, 90.0
_LETTER = {"0": "o", "1": "l", "|": "l", "5": "s"}


@dataclass(frozen=True, slots=True)
class Line:
    """Words on one line; score: 0..1, how sure the engine is."""

    text: str
    quad: Quad
    score: float = 1.0

    @property
    def height(self) -> float:
        """Of the letters with what is above and below them."""
        return max(1.0, math.dist(self.quad[0], self.quad[3]))

    @property
    def angle(self) -> float:
        """The direction of reading, in degrees; downwards is 90."""
        (x, y), (to_x, to_y) = self.quad[0], self.quad[1]
        return math.degrees(math.atan2(to_y - y, to_x - x))

    def words(self) -> Iterator[tuple[str, Box]]:
        """Each word, and the box around it; within a line all letters count as equally wide."""
        top, right, below, bottom = self.quad
        for found in _WORD.finditer(self.text):
            first, last = found.start() / len(self.text), found.end() / len(self.text)
            corners = [_between(*edge, at) for edge in ((top, right), (bottom, below)) for at in (first, last)]
            yield found[0], around(corners)


def around(corners: Iterable[Point]) -> Box:
    """The box around some points."""
    xs, ys = zip(*corners, strict=True)
    left, top = math.floor(min(xs)), math.floor(min(ys))
    return left, top, math.ceil(max(xs)) - left, math.ceil(max(ys)) - top


def written(lines: Sequence[Line], scale: float = 1.0) -> tuple[str, tuple[Boxed, ...]]:
    """The text of all lines, and its words' boxes, whose figures are multiplied by `scale`."""
    pieces: list[str] = []
    boxes: list[Boxed] = []
    at = 0
    for block in _blocks(lines):
        for row in block:
            for word, (x, y, width, height) in (word for line in row for word in line.words()):
                box = (round(x * scale), round(y * scale), max(1, round(width * scale)), max(1, round(height * scale)))
                boxes.append((at, at + len(word), box))
                pieces.append(word + " ")
                at += len(word) + 1
            pieces[-1] = pieces[-1][:-1] + "\n"
        pieces.append("\n")
        at += 1
    return "".join(pieces).rstrip("\n"), tuple(boxes)


def column(lines: Sequence[Line]) -> str:
    """The letters that stand below one another, as one word; "" where a picture is no such column.

    Several of them may have been read as a line that goes down. Nothing tells a nought from an O in a letter by itself: they
    are letters here.
    """
    upright = sorted((line for line in lines if _is_upright(line)), key=lambda line: around(line.quad)[1])
    letters = sum(len(line.text.replace(" ", "")) for line in upright)
    if letters < _COLUMN or letters < sum(len(line.text.replace(" ", "")) for line in lines) * _MOSTLY:
        return ""
    middles = [x + width / 2 for x, _, width, _ in (around(line.quad) for line in upright)]
    if len(upright) < _PIECES or max(middles) - min(middles) > max(around(line.quad)[2] for line in upright):
        return ""
    return "".join(_LETTER.get(line.text.strip(), line.text.replace(" ", "")) for line in upright)


def _is_upright(line: Line) -> bool:
    return len(line.text.strip()) == 1 or abs(line.angle - _DOWN) < _TURN_OF_SHORT


def _between(start: Point, end: Point, share: float) -> Point:
    return start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share


@dataclass(frozen=True, slots=True)
class _Laid:
    """A line as it lies where its direction is turned to the right: from left to right, and from top to bottom."""

    line: Line
    left: float
    right: float
    top: float
    bottom: float

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2

    @property
    def height(self) -> float:
        return max(1.0, self.line.height)


def _blocks(lines: Sequence[Line]) -> list[list[list[Line]]]:
    """Blocks of rows of lines."""
    blocks: list[list[list[Line]]] = []
    for angle, group in _directions([line for line in lines if line.text.strip()]):
        laid = sorted((_laid(line, angle) for line in group), key=lambda one: one.middle)
        rows = _rows(laid)
        blocks += [[[one.line for one in row] for row in block] for block in _stacked(rows)]
    return blocks


def _directions(lines: Sequence[Line]) -> list[tuple[float, list[Line]]]:
    """The lines by the direction they are read in; those most lines have come first."""
    groups: list[tuple[float, list[Line]]] = []
    for line in sorted(lines, key=lambda line: -len(line.text)):
        turn = _TURN if len(line.text) > _SHORT else _TURN_OF_SHORT
        near = next((group for angle, group in groups if abs((line.angle - angle + 180) % 360 - 180) <= turn), None)
        if near is None:
            groups.append((line.angle, [line]))
        else:
            near.append(line)
    return sorted(groups, key=lambda group: -len(group[1]))


def _laid(line: Line, angle: float) -> _Laid:
    cosine, sine = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    along = [x * cosine + y * sine for x, y in line.quad]
    down = [y * cosine - x * sine for x, y in line.quad]
    return _Laid(line, min(along), max(along), min(down), max(down))


def _rows(laid: Sequence[_Laid]) -> list[list[_Laid]]:
    """Lines that stand beside each other, at no great distance, are one row."""
    rows: list[list[_Laid]] = []
    for one in sorted(laid, key=lambda one: one.left):
        row = next((row for row in rows if _beside(row[-1], one)), None)
        if row is None:
            rows.append([one])
        else:
            row.append(one)
    return sorted(rows, key=lambda row: row[0].middle)


def _beside(left: _Laid, right: _Laid) -> bool:
    low, high = sorted((left.height, right.height))
    level = abs(left.middle - right.middle) < low / 2
    return level and high < _TALLER * low and -low < right.left - left.right < _BESIDE * low


def _stacked(rows: Sequence[list[_Laid]]) -> list[list[list[_Laid]]]:
    """Rows below one another are one block."""
    blocks: list[list[list[_Laid]]] = []
    for row in rows:
        block = next((block for block in reversed(blocks) if _below(block[-1], row)), None)
        if block is None:
            blocks.append([row])
        else:
            block.append(row)
    return blocks


def _below(upper: Sequence[_Laid], lower: Sequence[_Laid]) -> bool:
    low, high = sorted((upper[0].height, lower[0].height))
    shared = min(upper[-1].right, lower[-1].right) - max(upper[0].left, lower[0].left)
    narrow = min(upper[-1].right - upper[0].left, lower[-1].right - lower[0].left)
    gap = min(one.top for one in lower) - max(one.bottom for one in upper)
    return high < _TALLER * low and gap < _BELOW * high and shared > _SHARED * narrow
