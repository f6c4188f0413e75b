"""The door to the engines that read words off a picture: rapidocr (PP-OCR on onnxruntime) and tesserocr (Tesseract).

PP-OCR finds lines of any direction, on any ground, and reads flyers, photographs and screenshots nearly without mistakes;
but it takes a second for ten long lines. Tesseract reads a page of even text in a fraction of that and little else. So
PP-OCR finds the lines; where they are many and of one direction, Tesseract reads the page, and what it is not sure of, and
all that is few, PP-OCR reads, the tallest lines first, as long as there is time. Spanish is read as well as English.

Both come with their models from pip. They are large: this runs in a process of its own.
"""

import math
import re
import statistics
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from time import monotonic
from typing import Any

import tesserocr
from PIL import Image

from gateway.reading.pictures.layout import Line, Quad, around

_SHORT_SIDE = 1600
_TILE, _LAP, _MOST_TILES = 1760, 240, 8
_TALLEST = 2.5
_SMALL, _ENLARGED = 320, 2.0
_MANY = 12
_EVEN = 0.7
_EVEN_TURN, _QUARTER = 5.0, 90.0
_WHITE = 255
_TRIED = 5
_SURE, _SURE_SHORT, _SHORT = 0.6, 0.85, 2
_TELLING = 5
_NEAR = 0.6
_LETTER = re.compile(r"[^\W_]")
_DOUBTFUL = 0.9
_CONFIDENT, _WELL_READ, _COVERED = 60, 80, 0.6
_TWIN = 0.6
_SHARE = 0.7
"""Of the time left, what Tesseract may take; PP-OCR has the rest."""
_ROTATED = 1.5


@dataclass(frozen=True, slots=True)
class Seen:
    """The lines of a picture, in its pixels; cut: there was no time for more."""

    lines: tuple[Line, ...]
    cut: bool = False


def see(picture: Image.Image, until: float) -> Seen:
    """The words in an RGB picture, looked for until that moment of the monotonic clock."""
    scale = _scale(picture.size)
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    fitted = picture if size == picture.size else picture.resize(size, Image.Resampling.LANCZOS)
    found: list[Line] = []
    cut = False
    for left, top, right, bottom in _tiles(size):
        if monotonic() > until:
            cut = True
            break
        seen = _tile(fitted.crop((left, top, right, bottom)), until)
        cut = cut or seen.cut
        _join(found, [_moved(line, left, top) for line in seen.lines])
    return Seen(tuple(_moved(line, 0, 0, 1 / scale) for line in found), cut)


def prepare() -> None:
    """Load the engines, which takes a second or more."""
    _pp()
    _tesseract()


def _scale(size: tuple[int, int]) -> float:
    short, long = sorted(size)
    if long < _SMALL:
        return _ENLARGED
    longest = max(_TILE, min(_MOST_TILES * (_TILE - _LAP), short * 100))
    return min(1.0, _SHORT_SIDE / short, longest / long)


def _tiles(size: tuple[int, int]) -> Iterator[tuple[int, int, int, int]]:
    """The picture, or where it is long and narrow, stretches of it that overlap."""
    width, height = size
    if max(size) <= min(size) * _TALLEST or max(size) <= _TILE:
        yield 0, 0, width, height
        return
    for start in range(0, max(size) - _LAP, _TILE - _LAP):
        yield (0, start, width, min(height, start + _TILE)) if height > width else (start, 0, min(width, start + _TILE), height)


def _moved(line: Line, x: float, y: float, scale: float = 1.0) -> Line:
    first, second, third, fourth = ((a * scale + x, b * scale + y) for a, b in line.quad)
    return Line(line.text, (first, second, third, fourth), line.score)


def _join(lines: list[Line], more: Sequence[Line]) -> None:
    """Add those of another tile; what both show counts once, as the longer one."""
    before = tuple(lines)
    for line in more:
        twin = next((other for other in before if _same(line, other)), None)
        if twin is None:
            lines.append(line)
        elif len(line.text) > len(twin.text) and twin in lines:
            lines[lines.index(twin)] = line


def _same(one: Line, other: Line) -> bool:
    left, top, right, bottom = _edges(one)
    a, b, c, d = _edges(other)
    shared = max(0, min(right, c) - max(left, a)) * max(0, min(bottom, d) - max(top, b))
    return shared > _TWIN * min((right - left) * (bottom - top), (c - a) * (d - b))


def _edges(line: Line) -> tuple[int, int, int, int]:
    x, y, width, height = around(line.quad)
    return x, y, x + width, y + height


def _tile(picture: Image.Image, until: float) -> Seen:
    quads = _found(picture)
    lines: list[Line] = []
    if len(quads) > _MANY:
        lines, quads = _evenly(picture, quads, until)
    for number, quad in enumerate(sorted(quads, key=lambda quad: -math.dist(quad[0], quad[3]))):
        if monotonic() > until:
            return Seen(tuple(lines), cut=number < len(quads))
        if line := _line(picture, quad):
            lines.append(line)
    return Seen(tuple(lines))


def _found(picture: Image.Image) -> list[Quad]:
    """Where lines are; the long side of each is its top."""
    boxes = _pp()(picture, use_det=True, use_cls=False, use_rec=False).boxes
    quads = [] if boxes is None else [tuple((float(x), float(y)) for x, y in box) for box in boxes]
    return [_along(quad) for quad in quads if len(quad) == 4]  # noqa: PLR2004  -- corners


def _along(quad: Any) -> Quad:
    first, second, third, fourth = quad
    tall = math.dist(first, fourth) >= _ROTATED * math.dist(first, second)
    return (second, third, fourth, first) if tall else (first, second, third, fourth)


def _line(picture: Image.Image, quad: Quad) -> Line | None:
    """What stands there, the other way round too where that is in doubt."""
    strip = _strip(picture, quad)
    turned = _turned(strip)
    text, score = _text(strip.transpose(Image.Transpose.ROTATE_180) if turned else strip)
    if score < _DOUBTFUL:
        other, better = _text(strip if turned else strip.transpose(Image.Transpose.ROTATE_180))
        if better > score:
            text, score, turned = other, better, not turned
    if score < (_SURE if len(text) > _SHORT else _SURE_SHORT) or not _LETTER.search(text):
        return None
    return Line(text, _ways(quad)[2] if turned else quad, score)


def _strip(picture: Image.Image, quad: Quad) -> Image.Image:
    top, right, below, bottom = quad
    height = max(8, round(math.dist(top, bottom)))
    width = max(8, round(math.dist(top, right)))
    corners = (*top, *bottom, *below, *right)
    return picture.transform((width, height), Image.Transform.QUAD, corners, Image.Resampling.BICUBIC)


def _turned(strip: Image.Image) -> bool:
    """Whether the strip stands on its head; its beginning tells, and a long one would be squeezed."""
    start = strip.crop((0, 0, min(strip.width, _TELLING * strip.height), strip.height))
    found = _pp()(start, use_det=False, use_cls=True, use_rec=False).cls_res
    return bool(found) and found[0][0] == "180" and found[0][1] > 0.9  # noqa: PLR2004  -- PP-OCR's own threshold


def _text(strip: Image.Image) -> tuple[str, float]:
    found = _pp()(strip, use_det=False, use_cls=False, use_rec=True)
    return (found.txts[0].strip(), float(found.scores[0])) if found.txts else ("", 0.0)


def _evenly(picture: Image.Image, quads: list[Quad], until: float) -> tuple[list[Line], list[Quad]]:
    """A page of even lines as Tesseract reads it; and what is left to be read otherwise."""
    angle = _direction(picture, quads)
    if angle is None:
        return [], quads
    ways = [min(_ways(quad), key=lambda way: abs(_apart(Line("", way).angle, angle))) for quad in quads]
    words = _sorted_in(ways, _words(picture, angle, until))
    lines, left = [], []
    for quad, within in zip(ways, words, strict=True):
        line = _covered(quad, within)
        if line:
            lines.append(line)
        else:
            left.append(quad)
    return lines, left


def _direction(picture: Image.Image, quads: Sequence[Quad]) -> float | None:
    """The one that all lines are read in, in degrees; None if they have several."""
    angles = [Line("", quad).angle for quad in quads]
    most = max(angles, key=lambda angle: sum(abs(_apart(angle, other, 180)) < _EVEN_TURN for other in angles))
    near = [off for angle in angles if abs(off := _apart(angle, most, 180)) < _EVEN_TURN]
    if len(near) < _EVEN * len(quads):
        return None
    angle = most + statistics.median(near)
    longest = sorted(quads, key=lambda quad: -math.dist(quad[0], quad[1]))[:_TRIED]
    heads = sum(_turned(_strip(picture, quad)) != (abs(_apart(Line("", quad).angle, angle)) > _QUARTER) for quad in longest)
    return (angle + (180 if heads > len(longest) / 2 else 0)) % 360


def _apart(angle: float, other: float, turn: float = 360) -> float:
    """How far one is from the other, either way round."""
    return (angle - other + turn / 2) % turn - turn / 2


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    confidence: float
    quad: Quad

    @property
    def middle(self) -> tuple[float, float]:
        return (self.quad[0][0] + self.quad[2][0]) / 2, (self.quad[0][1] + self.quad[2][1]) / 2


def _sorted_in(quads: Sequence[Quad], words: Sequence[_Word]) -> list[list[_Word]]:
    """For each line the words in it, in order; a word stands in the line whose middle it is nearest to."""
    within: list[list[tuple[float, _Word]]] = [[] for _ in quads]
    for word in words:
        nearest = min(range(len(quads)), key=lambda number: abs(_within(quads[number], word)[1]), default=0)
        along, across = _within(quads[nearest], word)
        if abs(across) < _NEAR:
            within[nearest].append((along, word))
    return [[word for _, word in sorted(found, key=lambda one: one[0])] for found in within]


def _within(quad: Quad, word: _Word) -> tuple[float, float]:
    """How far along the line a word's middle is, in its lengths, and how far from its middle, in its heights."""
    (left, top), (right, to), _, (below, bottom) = quad
    length, height = math.dist((left, top), (right, to)), math.dist((left, top), (below, bottom))
    across_x, across_y = (right - left) / max(length, 1), (to - top) / max(length, 1)
    x, y = word.middle[0] - left, word.middle[1] - top
    along = (x * across_x + y * across_y) / max(length, 1)
    across = (y * across_x - x * across_y) / max(height, 1) - 0.5
    return along, across if 0 <= along <= 1 else math.inf


def _covered(quad: Quad, within: Sequence[_Word]) -> Line | None:
    """The line that the words in it make, if they fill it and are read well."""
    if not within:
        return None
    filled = sum(math.dist(word.quad[0], word.quad[1]) for word in within)
    sure = statistics.fmean(word.confidence for word in within)
    if filled < _COVERED * math.dist(quad[0], quad[1]) or sure < _WELL_READ or min(w.confidence for w in within) < _CONFIDENT:
        return None
    return Line(" ".join(word.text for word in within), quad, sure / 100)


def _ways(quad: Quad) -> tuple[Quad, ...]:
    """The ways it can be turned."""
    a, b, c, d = quad
    return (a, b, c, d), (b, c, d, a), (c, d, a, b), (d, a, b, c)


def _words(picture: Image.Image, angle: float, until: float) -> list[_Word]:
    """The words that Tesseract reads, where the picture is turned back by that angle; none where there is no time for it."""
    upright = picture.convert("L").rotate(angle, Image.Resampling.BICUBIC, expand=True, fillcolor=_WHITE)
    engine = _tesseract()
    engine.SetImage(upright)
    if not engine.Recognize(max(1, round((until - monotonic()) * _SHARE * 1000))):
        return []
    found = []
    for word in tesserocr.iterate_level(engine.GetIterator(), tesserocr.RIL.WORD):
        box = word.BoundingBox(tesserocr.RIL.WORD)
        if box and (text := word.GetUTF8Text(tesserocr.RIL.WORD).strip()):
            quad = _back(box, angle, upright.size, picture.size)
            found.append(_Word("I" if text == "|" else text, word.Confidence(tesserocr.RIL.WORD), quad))
    return found


def _back(box: tuple[int, int, int, int], angle: float, upright: tuple[int, int], size: tuple[int, int]) -> Quad:
    """The corners, in the picture as it was before it was turned."""
    left, top, right, bottom = box
    cosine, sine = math.cos(math.radians(angle)), math.sin(math.radians(angle))

    def point(x: float, y: float) -> tuple[float, float]:
        x, y = x - upright[0] / 2, y - upright[1] / 2
        return x * cosine - y * sine + size[0] / 2, x * sine + y * cosine + size[1] / 2

    return point(left, top), point(right, top), point(right, bottom), point(left, bottom)


@cache
def _pp() -> Any:
    from rapidocr import RapidOCR  # noqa: PLC0415  -- a second to load

    return RapidOCR(
        params={
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            "Det.limit_type": "max",
            "Det.limit_side_len": 960,
            "Global.text_score": 0.0,
            "Global.log_level": "critical",
        }
    )


@cache
def _tesseract() -> Any:
    return tesserocr.PyTessBaseAPI(path=str(_DATA), lang="eng", psm=tesserocr.PSM.AUTO, oem=tesserocr.OEM.LSTM_ONLY)


_DATA = Path(sys.prefix) / "share" / "tessdata"
