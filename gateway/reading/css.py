"""What style does to text: whether a reader can see it. Only what hides is understood.

Colours, sizes and `visibility` are inherited; what hides a whole box (`display: none`) cannot be undone inside it. Where a
background is a picture nobody knows whether letters stand out from it, and they count as seen.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from gateway.reading.colours import Colour, colour, transparent, zero

Declarations = Mapping[str, str]
_SHORT, _KEPT = 400, 4096
"""So many styles of fewer characters than this are kept with what they say."""

_RELEVANT = re.compile(
    r"none|hidden|collapse|font|opacity|color|background|height|width|left|right|top|bottom|indent|clip|transform|visib|display|margin"
    r"|float|order|position|direction|bidi|grid|filter|inset|translate|scale|list-style|quotes|fill-color"
)
_IMPORTANT = ";"
"""Before the name of what is `!important`; no name can be written so."""
_LENGTH = re.compile(r"(-?\d*\.?\d+)\s*(px|pt|em|rem|ex|ch|%|vw|vh|pc|in|cm|mm|q)?")
_ESCAPE = re.compile(r"\\(?:([0-9a-f]{1,6})\s?|(.))", re.IGNORECASE)
_PIXELS = {
    "": 1.0,
    "px": 1.0,
    "pt": 1.33,
    "pc": 16.0,
    "in": 96.0,
    "cm": 37.8,
    "mm": 3.78,
    "q": 0.945,
    "rem": 16.0,
    "vw": 10.0,
    "vh": 8.0,
}
_FAR, _BEHIND = -400.0, 100_000.0
_NEAR = 12
_PAST_UNICODE = 0x110000
_QUOTED = re.compile(r"""\"[^"]{0,2000}\"|'[^']{0,2000}'""")
HIDING = frozenset((
    *("display", "opacity", "content-visibility", "overflow", "overflow-x", "overflow-y", "position", "text-indent"),
    *("margin-left", "margin-top", "transform", "translate", "clip-path", "scale", "filter"),
))  # fmt: skip
"""What hides a whole box, by itself or with others."""
INHERITED = frozenset({"visibility", "font-size", "font", "color", "-webkit-text-fill-color", "background", "background-color"})
"""What hides letters."""
_EMPTY = re.compile(r"polygon\([0,.%pxem ]*\)|circle\(0[^)]*\)|inset\((?:[5-9]\d|100)%[^)]*\)")
_SMALL = re.compile(r"scale(?:x|y|3d)?\((?:0|0?\.0\d*)(?:\)|,)")
_MOVED = re.compile(r"translate(?:x|y|3d)?\(([^()]{1,80})\)")


class Look(NamedTuple):
    """How text here looks. ink, paper: None where nobody knows; faint: the ink is see-through."""

    gone: bool = False
    invisible: bool = False
    tiny: bool = False
    faint: bool = False
    ink: Colour | None = (0, 0, 0)
    paper: Colour | None = (255, 255, 255)

    @property
    def hidden(self) -> bool:
        """True where a reader sees nothing."""
        return self.gone or self.invisible or self.tiny or self.faint or _same(self.ink, self.paper)

    def under(self, style: Declarations) -> "Look":
        """The look inside an element with this style."""
        if not style:
            return self
        size = _tiny(style)
        visibility = style.get("visibility")
        ink = style.get("-webkit-text-fill-color") or style.get("color")
        paper = style.get("background-color") or style.get("background")
        return Look(
            gone=self.gone or _gone(style),
            invisible=self.invisible if visibility in (None, "inherit") else visibility in {"hidden", "collapse"},
            tiny=self.tiny if size is None else size,
            faint=self.faint if ink is None else transparent(ink),
            ink=self.ink if ink is None else colour(ink),
            paper=_paper(style, paper, self.paper),
        )


def declarations(style: str) -> Declarations:
    """The declarations of a style attribute or a rule that may hide text; the last of a name holds. Not to be changed."""
    return _declared(style) if len(style) < _SHORT else _read(style)


def _read(style: str) -> Declarations:
    lowered = style[:8192].lower()
    if not _RELEVANT.search(lowered):
        return {}
    found: dict[str, str] = {}
    for declaration in lowered.split(";"):
        name, colon, value = declaration.partition(":")
        if colon:
            value, _, more = value.partition("!")
            found[name.strip()] = value.strip()
            if more.strip() == "important":
                found[_IMPORTANT] = ""
                found[_IMPORTANT + name.strip()] = value.strip()
    return found


_declared = lru_cache(maxsize=_KEPT)(_read)
"""A newsletter says the same of each of its cells."""


def settled(style: Declarations) -> Declarations:
    """What was put together from several sources, in which what is `!important` holds (CSS Cascade §6.4)."""
    if _IMPORTANT not in style:
        return style
    begin = len(_IMPORTANT)
    return {**style, **{name[begin:]: value for name, value in style.items() if name.startswith(_IMPORTANT)}}


def unescaped(text: str) -> str:
    """A CSS string with its escapes undone (CSS Syntax §4.3.7)."""

    def stands(found: re.Match[str]) -> str:
        code = int(found[1], 16) if found[1] else 0
        return (chr(code) if 0 < code < _PAST_UNICODE else "\ufffd") if found[1] else found[2]

    return _ESCAPE.sub(stands, text)


def inline(style: Declarations) -> bool | None:
    """Whether an element stands within its line; None where its style does not say."""
    if style.get("float") in {"left", "right"}:
        return True
    display = style.get("display", "")
    return None if not display or display == "none" else display.startswith("inline") or display == "contents"


def backwards(style: Declarations) -> bool:
    """Whether the letters inside are shown from right to left whatever they are (CSS Writing Modes §2.2)."""
    return style.get("direction") == "rtl" and style.get("unicode-bidi", "").endswith("override")


def marked(style: Declarations) -> str:
    """The text that an element's own style puts before it as a list item."""
    found = _QUOTED.search(style.get("list-style-type") or style.get("list-style", ""))
    return unescaped(found[0][1:-1]) if found else ""


def rank(style: Declarations) -> tuple[float, float] | None:
    """Where an element that is placed by itself stands among others: from the top, and from the left."""
    if style.get("position") not in {"absolute", "fixed"}:
        return None
    top, left = _from(style, "top", "bottom"), _from(style, "left", "right")
    return None if top is None and left is None else (top or 0.0, (left or 0.0) + shift(style))


def cell(style: Declarations) -> tuple[int, int] | None:
    """The row and the column of a grid that an element is put in; None where its style does not say."""
    area = style.get("grid-area", "").split("/")
    row, column = (
        style.get("grid-row-start") or style.get("grid-row", ""),
        style.get("grid-column-start") or style.get("grid-column", ""),
    )
    steps = [(written.partition("/")[0].strip()) for written in (row or area[0], column or (area[1] if len(area) > 1 else ""))]
    numbers = [int(step) if step.isdecimal() and len(step) < 6 else 0 for step in steps]  # noqa: PLR2004  -- digits
    return (numbers[0], numbers[1]) if any(numbers) else None


def _from(style: Declarations, side: str, other: str) -> float | None:
    """The distance from a side; what stands from the other one stands behind all that do from this."""
    near, far = length(style.get(side)), length(style.get(other))
    return near if near is not None else _BEHIND - far if far is not None else None


def _gone(style: Declarations) -> bool:
    if HIDING.isdisjoint(style):
        return False
    if style.get("display") == "none" or zero(style.get("opacity")) or style.get("content-visibility") == "hidden":
        return True
    clipped = style.get("overflow", style.get("overflow-y", style.get("overflow-x", ""))) in {"hidden", "clip"}
    if clipped and any(_flat(style.get(name)) for name in ("height", "max-height", "width", "max-width")):
        return True
    return _away(style) or _cut(style)


def _away(style: Declarations) -> bool:
    """Put where no screen reaches."""
    placed = style.get("position") in {"absolute", "fixed", "relative"}
    sides = ("left", "top", "right", "bottom") if placed else ()
    names = (*sides, "text-indent", "margin-left", "margin-top")
    written = [style.get(name) for name in names] + _shifts(style)
    if placed:
        written += style.get("inset", "").split()
    far = _FAR if style.get("position") != "relative" else _FAR * 4
    return any((size := length(one)) is not None and size <= far for one in written)


def _shifts(style: Declarations) -> list[str | None]:
    """How far an element is drawn from its place: to the right, and down."""
    moved = _MOVED.search(style.get("transform", ""))
    steps = moved[1].split(",") if moved else style.get("translate", "").split()
    return [*map(str.strip, steps)]


def shift(style: Declarations) -> float:
    """How far to the right of its place an element is drawn."""
    vertical = "translatey" in style.get("transform", "")
    moved = 0.0 if vertical else next((length(step) or 0.0 for step in _shifts(style)), 0.0)
    return moved + ((length(style.get("left")) or 0.0) if style.get("position") == "relative" else 0.0)


def _cut(style: Declarations) -> bool:
    clip = style.get("clip", "").replace(" ", "").replace(",", "")
    if clip.startswith("rect(") and not re.search(r"[2-9]|1\d", clip) and style.get("position") in {"absolute", "fixed"}:
        return True
    path = style.get("clip-path", "").replace(" ", "")
    shape = style.get("transform", "").replace(" ", "")
    if _EMPTY.fullmatch(path) or _SMALL.search(shape) or zero(style.get("scale")):
        return True
    return "opacity(" in (seen := style.get("filter", "")) and zero(seen.partition("opacity(")[2].partition(")")[0])


def _flat(value: str | None) -> bool:
    size = length(value)
    return size is not None and size <= 1


def _tiny(style: Declarations) -> bool | None:
    """Whether letters are too small to be seen; None where the size is as around it."""
    written = style.get("font-size")
    if written is None and "font" in style:
        found = re.search(r"(?:^|\s)(\d*\.?\d+(?:px|pt|em|rem|%)|0(?=[/\s]))", style["font"])
        written = found[1] if found else None
    if written is None or not (found := _LENGTH.match(written.removeprefix("calc(").lstrip())):
        return None
    size, unit = float(found[1]), found[2] or ""
    if unit in {"em", "ex", "ch", "%"}:
        return True if size * (0.16 if unit == "%" else 16) <= 1 else None
    return size * _PIXELS[unit] <= 1.4  # noqa: PLR2004  -- 1 px, and 1 pt


def length(value: str | None) -> float | None:
    """A length in pixels, roughly; None if it is none."""
    found = _LENGTH.match(value.strip().removeprefix("calc(").lstrip()) if value else None
    if not found:
        return None
    return float(found[1]) * _PIXELS.get(found[2] or "", 10.0)


def _paper(style: Declarations, written: str | None, around: Colour | None) -> Colour | None:
    if "url(" in style.get("background", "") or "gradient" in style.get("background", "") or "background-image" in style:
        return None
    if written is None or written in {"inherit", "none", "initial"} or transparent(written):
        return around
    return colour(written)


def _same(ink: Colour | None, paper: Colour | None) -> bool:
    if ink is None or paper is None:
        return False
    return all(abs(a - b) <= _NEAR for a, b in zip(ink, paper, strict=True))
