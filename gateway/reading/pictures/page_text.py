"""The text of one page of a PDF, what a reader sees apart from what he does not.

Not seen are text in the invisible mode, without any opacity, of hardly a point's height or beyond the edge of the page, and
light text that leaves no mark where the page is rendered. Text under a picture or a bar counts as seen: it can be marked
and copied, and readers do. Judged by whole strings, as the file draws them.
"""

import ctypes
import math
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pypdfium2.raw as pdfium

from gateway.reading.pictures.likeness import unlike

_MOST = 200_000
_INVISIBLE = 3
_LEAST_HEIGHT = 1.2
_LIGHT = 190
_MARK = 16
_SCALE = 2.0
_MOST_PIXELS = 8_000_000
_PRIVATE = range(0xE000, 0xF900)
_UNKNOWN = frozenset({0, 0xFFFD})
_JOINED = frozenset({0x02, 0xFFFE, 0xAD})
"""What pdfium puts for a hyphen at the end of a line, where the word goes on."""
_DOUBTFUL = 0.2
_SINGLE, _BACK = 12, 0.1
_RARE, _MOSTLY = frozenset(map(chr, range(0x100, 0x250))), 0.4
_UPRIGHT = 0.1
_BLANK = 0x20


@dataclass(frozen=True, slots=True, kw_only=True)
class PageText:
    """What a page says.

    shown, hidden: line breaks are newlines
    unmapped: the file does not say which letters it shows, or not in their order; cut: not all of it was read
    """

    shown: str
    hidden: str
    unmapped: bool
    cut: bool


@dataclass(slots=True)
class _String:
    """A string as drawn: its characters, the box around them in points of the page, and the sizes of its upright letters."""

    mode: int
    color: tuple[int, int, int, int]
    font: int
    characters: list[str] = field(default_factory=list)
    left: float = float("inf")
    bottom: float = float("inf")
    right: float = float("-inf")
    top: float = float("-inf")
    height: float = 0.0
    letters: list[tuple[str, float, float]] = field(default_factory=list)

    @property
    def light(self) -> bool:
        red, green, blue, _ = self.color
        return 0.3 * red + 0.59 * green + 0.11 * blue > _LIGHT


def read(page: Any) -> PageText:
    """The text of a pypdfium2 page."""
    text = page.get_textpage()
    try:
        count = text.count_chars()
        strings, unmapped = _strings(text, min(count, _MOST))
    finally:
        text.close()
    if scattered := _scattered(strings):
        return PageText(shown="", hidden="", unmapped=scattered, cut=count > _MOST)
    marks = _Marks(page)
    hidden = [bool(string.characters) and _unseen(string, marks) for string in strings]
    return PageText(
        shown=_joined(s for s, unseen in zip(strings, hidden, strict=True) if not unseen),
        hidden=_joined(s for s, unseen in zip(strings, hidden, strict=True) if unseen),
        unmapped=unmapped > _DOUBTFUL * max(1, count) or _lying(strings) or _outlandish(strings),
        cut=count > _MOST,
    )


def _joined(strings: Iterator[_String]) -> str:
    text = "".join(character for string in strings for character in string.characters).replace("\r", "")
    return "\n".join(line.rstrip() for line in text.split("\n")).strip()


def _strings(text: Any, count: int) -> tuple[list[_String], int]:
    """The strings in the order of the file, and how many letters nobody can tell."""
    strings: list[_String] = []
    last, unmapped = None, 0
    for index in range(count):
        code = pdfium.FPDFText_GetUnicode(text, index)
        drawn = pdfium.FPDFText_GetTextObject(text, index)
        address = _address(drawn)
        if not strings or (address and address != last):
            strings.append(_begun(text, index, drawn))
            last = address
        strings[-1].characters.append("" if code in _JOINED else chr(code) if code <= sys.maxunicode else "\ufffd")
        unmapped += code in _UNKNOWN or code in _PRIVATE or pdfium.FPDFText_HasUnicodeMapError(text, index) == 1
        if address and code > _BLANK:
            _measure(text, index, strings[-1])
    return strings, unmapped


def _address(pointer: Any) -> int:
    """0 for none."""
    return ctypes.addressof(pointer.contents) if pointer else 0


def _begun(text: Any, index: int, drawn: Any) -> _String:
    if not drawn:
        return _String(0, _color(text, index), 0)
    mode, font = pdfium.FPDFTextObj_GetTextRenderMode(drawn), pdfium.FPDFTextObj_GetFont(drawn)
    return _String(mode, _color(text, index), _address(font))


def _measure(text: Any, index: int, string: _String) -> None:
    """Take the box of a character into that of its string, and note its size if it stands upright."""
    box, loose = [ctypes.c_double() for _ in range(4)], pdfium.FS_RECTF()
    if not pdfium.FPDFText_GetCharBox(text, index, *box) or not pdfium.FPDFText_GetLooseCharBox(text, index, loose):
        return
    left, right, bottom, top = (edge.value for edge in box)
    string.left, string.right = min(string.left, left), max(string.right, right)
    string.bottom, string.top = min(string.bottom, bottom), max(string.top, top)
    size = max(loose.top - loose.bottom, loose.right - loose.left, 1e-6)
    string.height = max(string.height, size)
    if abs(math.sin(pdfium.FPDFText_GetCharAngle(text, index))) < _UPRIGHT:
        string.letters.append((string.characters[-1], (right - left) / size, (top - bottom) / size))


def _lying(strings: Iterable[_String]) -> bool:
    """Whether any font shows other letters than it says."""
    letters: defaultdict[int, list[tuple[str, float, float]]] = defaultdict(list)
    for string in strings:
        letters[string.font] += string.letters
    return any(map(unlike, letters.values()))


def _scattered(strings: Sequence[_String]) -> bool:
    """Whether letters are drawn one by one, and not in the order in which they stand: then only the page says anything."""
    single = [string for string in strings if len("".join(string.characters).strip()) == 1]
    if len(single) < _SINGLE or len(single) < len(strings) / 2:
        return False
    back = sum(map(_goes_back, single, single[1:]))
    return back > len(single) * _BACK


def _goes_back(before: _String, after: _String) -> bool:
    """Whether a letter stands above the one before it, or on its line and to the left of it."""
    risen = after.bottom - before.bottom
    return risen > before.height / 2 or (abs(risen) <= before.height / 2 and after.left < before.left)


def _outlandish(strings: Iterable[_String]) -> bool:
    """Whether most letters are ones of which a language of Latin letters has few: its font says something else than it shows."""
    letters = [c for string in strings for c in string.characters if c.isalpha()]
    return len(letters) > _SINGLE and sum(c in _RARE for c in letters) > len(letters) * _MOSTLY


def _color(text: Any, index: int) -> tuple[int, int, int, int]:
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    if not pdfium.FPDFText_GetFillColor(text, index, red, green, blue, alpha):
        return 0, 0, 0, 255
    return red.value, green.value, blue.value, alpha.value


def _unseen(string: _String, marks: "_Marks") -> bool:
    if string.right < string.left:
        return False
    return (
        string.mode == _INVISIBLE
        or string.color[3] == 0
        or string.height < _LEAST_HEIGHT
        or not marks.on_page(string)
        or (string.light and not marks.leaves_a_mark(string))
    )


class _Marks:
    """The page as rendered, once that is asked for."""

    def __init__(self, page: Any) -> None:
        self._page = page
        width, height = page.get_size()
        self._scale = min(_SCALE, (_MOST_PIXELS / max(1.0, width * height)) ** 0.5)
        self._size = max(1, round(width * self._scale)), max(1, round(height * self._scale))
        self._picture: Any = None

    def on_page(self, string: _String) -> bool:
        left, top, right, bottom = self._corners(string)
        return right > 0 and bottom > 0 and left < self._size[0] and top < self._size[1]

    def leaves_a_mark(self, string: _String) -> bool:
        """Whether anything can be told from its ground where it stands."""
        if self._picture is None:
            self._picture = self._page.render(scale=self._scale).to_pil().convert("RGB")
        width, height = self._picture.size
        left, top, right, bottom = self._corners(string)
        box = (max(0, left), max(0, top), min(width, right + 1), min(height, bottom + 1))
        return any(high - low > _MARK for low, high in self._picture.crop(box).getextrema())

    def _corners(self, string: _String) -> tuple[int, int, int, int]:
        """Its box in pixels of the page as shown."""
        xs, ys = [], []
        for x, y in ((string.left, string.bottom), (string.right, string.top)):
            to_x, to_y = ctypes.c_int(), ctypes.c_int()
            pdfium.FPDF_PageToDevice(self._page, 0, 0, *self._size, 0, x, y, to_x, to_y)
            xs.append(to_x.value)
            ys.append(to_y.value)
        return min(xs), min(ys), max(xs), max(ys)
