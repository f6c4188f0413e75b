"""What style does to text: whether a reader can see it. Only what hides is understood, and only simple selectors.

Colours, sizes and `visibility` are inherited; what hides a whole box (`display: none`) cannot be undone inside it. Rules
inside `@media` are left alone, since they hold on some screens only. Where a background is a picture nobody knows
whether letters stand out from it, and they count as seen.
"""

import re
from collections.abc import Iterator, Mapping
from colorsys import hls_to_rgb
from dataclasses import dataclass, replace

Declarations = Mapping[str, str]
Colour = tuple[int, int, int]

_RELEVANT = re.compile(
    r"none|hidden|collapse|font|opacity|color|background|height|width|left|right|top|bottom|indent|clip|transform|visib|display|margin"
    r"|float|order|direction|bidi|grid"
)
_COMMA = re.compile(r",(?![^()]*\))")
_PASSING = re.compile(r":(?!(?:nth-|first-|last-|only-|is\(|not\(|where\(|has\(|empty|root|link))")
"""What fits an element at times only, or a part of it."""
_CUSTOM = re.compile(r"(--[\w-]{1,80})\s*:\s*([^;{}\"'<>]{1,200})")
_VARIABLE = re.compile(r"var\(\s*(--[\w-]{1,80})\s*(?:,\s*([^()]{0,200}))?\)")
_TYPE = re.compile(r"^[A-Za-z0-9]+")
_SIMPLE = re.compile(r"([a-z][a-z0-9]*)?(?:([.#])(-?[_a-zA-Z][\w-]*))?")
_LENGTH = re.compile(r"(-?\d*\.?\d+)\s*(px|pt|em|rem|ex|ch|%|vw|vh|pc|in|cm|mm|q)?")
_CONTENT = re.compile(r"""content\s*:\s*((?:"[^"]{0,2000}"|'[^']{0,2000}'|attr\([\w\- ]{1,60}\)|\s){1,40})""", re.IGNORECASE)
_PSEUDO = re.compile(r"::?(before|after)\s*$", re.IGNORECASE)
_PIECE = re.compile(r"""["']([^"']*)["']|attr\(\s*([\w\-]+)\s*\)""", re.IGNORECASE)
_ESCAPE = re.compile(r"\\(?:([0-9a-f]{1,6})\s?|(.))", re.IGNORECASE)
_HOLDS = re.compile(r"@(?:media\s+(?:only\s+)?(?:all|screen)\s*$|supports\b|layer\b)", re.IGNORECASE)
"""What holds wherever mail is read."""
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
_CLEAR = 16
"""Of 255: ink through which all can be seen."""
_MOST_RULES, _MOST_OTHERS = 5000, 300
_PAST_UNICODE = 0x110000
_NAMED: dict[str, Colour] = {
    "white": (255, 255, 255),
    "black": (0, 0, 0),
    "red": (255, 0, 0),
    "green": (0, 128, 0),
    "blue": (0, 0, 255),
    "yellow": (255, 255, 0),
    "navy": (0, 0, 128),
    "gray": (128, 128, 128),
    "grey": (128, 128, 128),
    "silver": (192, 192, 192),
    "whitesmoke": (245, 245, 245),
    "snow": (255, 250, 250),
    "ivory": (255, 255, 240),
    "ghostwhite": (248, 248, 255),
    "floralwhite": (255, 250, 240),
    "mintcream": (245, 255, 250),
    "azure": (240, 255, 255),
    "aliceblue": (240, 248, 255),
    "honeydew": (240, 255, 240),
    "seashell": (255, 245, 238),
    "lavenderblush": (255, 240, 245),
    "oldlace": (253, 245, 230),
    "linen": (250, 240, 230),
    "beige": (245, 245, 220),
    "cornsilk": (255, 248, 220),
    "lightyellow": (255, 255, 224),
    "lavender": (230, 230, 250),
    "gainsboro": (220, 220, 220),
    "darkgray": (169, 169, 169),
    "darkgrey": (169, 169, 169),
    "dimgray": (105, 105, 105),
    "maroon": (128, 0, 0),
    "purple": (128, 0, 128),
    "teal": (0, 128, 128),
    "orange": (255, 165, 0),
    "midnightblue": (25, 25, 112),
    "darkblue": (0, 0, 139),
    "darkred": (139, 0, 0),
    "darkgreen": (0, 100, 0),
    "lightgray": (211, 211, 211),
    "lightgrey": (211, 211, 211),
}


@dataclass(frozen=True, slots=True)
class Look:
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
        ink, paper = style.get("color"), style.get("background-color") or style.get("background")
        return replace(
            self,
            gone=self.gone or _gone(style),
            invisible=self.invisible if visibility in (None, "inherit") else visibility in {"hidden", "collapse"},
            tiny=self.tiny if size is None else size,
            faint=self.faint if ink is None else _transparent(ink),
            ink=self.ink if ink is None else colour(ink),
            paper=_paper(style, paper, self.paper),
        )


def declarations(style: str) -> Declarations:
    """The declarations of a style attribute or a rule that may hide text; the last of a name holds."""
    lowered = style[:8192].lower()
    if not _RELEVANT.search(lowered):
        return {}
    found: dict[str, str] = {}
    for declaration in lowered.split(";"):
        name, colon, value = declaration.partition(":")
        if colon:
            found[name.strip()] = value.partition("!")[0].strip()
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """A style sheet.

    simple: by `tag`, `.class`, `#id` or `tag.class`; others: by any other selector, as it is written

    generated: (selector, "before" or "after", what is put there: text, or the name of an attribute)
    """

    simple: Mapping[str, Declarations]
    others: tuple[tuple[str, Declarations], ...] = ()
    generated: tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...] = ()


def rules(sheet: str) -> Rules:
    """The rules that hold on every screen."""
    simple: dict[str, Declarations] = {}
    others: list[tuple[str, Declarations]] = []
    generated: list[tuple[str, str, tuple[tuple[str, str], ...]]] = []
    for count, (selectors, body) in enumerate(_blocks(_uncommented(sheet))):
        if count > _MOST_RULES:
            break
        style, content = declarations(body), _CONTENT.search(body)
        for selector in map(str.strip, _COMMA.split(selectors)):
            written = _TYPE.sub(lambda tag: tag[0].lower(), selector)
            if (pseudo := _PSEUDO.search(selector)) and content:
                pieces = tuple((unescaped(text), name.lower()) for text, name in _PIECE.findall(content[1]))
                generated.append((selector[: pseudo.start()] or "*", pseudo[1].lower(), pieces))
            elif style and written and _SIMPLE.fullmatch(written):
                simple[written] = {**simple.get(written, {}), **style}
            elif style and written and not _PASSING.search(written):
                others.append((selector, style))
    return Rules(simple=simple, others=tuple(others[:_MOST_OTHERS]), generated=tuple(generated[:_MOST_OTHERS]))


def resolved(source: str) -> str:
    """The source of a page with its custom properties in the place of their names (CSS Variables §3)."""
    if "var(" not in source:
        return source
    given = dict(_CUSTOM.findall(source))
    return _VARIABLE.sub(lambda found: str(given.get(found[1], found[2] or "")).strip(), source)


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


def rank(style: Declarations) -> tuple[float, float] | None:
    """Where an element that is placed by itself stands among others: from the top, and from the left."""
    if style.get("position") not in {"absolute", "fixed"}:
        return None
    top, left = _from(style, "top", "bottom"), _from(style, "left", "right")
    return None if top is None and left is None else (top or 0.0, left or 0.0)


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


def _uncommented(sheet: str) -> str:
    return "".join(piece.partition("*/")[2] if number else piece for number, piece in enumerate(sheet.split("/*")))


def _blocks(sheet: str) -> Iterator[tuple[str, str]]:
    """(selectors, declarations) of every rule that stands in no @-rule."""
    depth, at, head, skipping = 0, 0, "", False
    for found in re.finditer(r"[{}]", sheet):
        if found[0] == "{":
            if depth == 0:
                head = sheet[at : found.start()].rpartition(";")[2].replace("<!--", "").strip()
                if _HOLDS.match(head):
                    at = found.end()
                    continue
                skipping = head.startswith("@")
            depth += 1
        else:
            depth = max(0, depth - 1)
            if depth == 0 and head and not skipping:
                yield head, sheet[at : found.start()]
        at = found.end()


def _gone(style: Declarations) -> bool:
    if style.get("display") == "none" or _zero(style.get("opacity")) or style.get("content-visibility") == "hidden":
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
    return any((size := length(style.get(name))) is not None and size <= _FAR for name in names)


def _cut(style: Declarations) -> bool:
    clip = style.get("clip", "").replace(" ", "").replace(",", "")
    if clip.startswith("rect(") and not re.search(r"[2-9]|1\d", clip) and style.get("position") in {"absolute", "fixed"}:
        return True
    path = style.get("clip-path", "").replace(" ", "")
    shape = style.get("transform", "").replace(" ", "")
    return path in {"inset(50%)", "inset(100%)", "circle(0)"} or shape in {"scale(0)", "scale(0,0)"}


def _flat(value: str | None) -> bool:
    size = length(value)
    return size is not None and size <= 1


def _zero(value: str | None) -> bool:
    """Opacity of almost nothing."""
    try:
        return value is not None and float(value.rstrip("%")) < (6 if value.endswith("%") else 0.06)
    except ValueError:
        return False


def _tiny(style: Declarations) -> bool | None:
    """Whether letters are too small to be seen; None where the size is as around it."""
    written = style.get("font-size")
    if written is None and "font" in style:
        found = re.search(r"(?:^|\s)(\d*\.?\d+(?:px|pt|em|rem|%))", style["font"])
        written = found[1] if found else None
    if written is None or not (found := _LENGTH.match(written)):
        return None
    size, unit = float(found[1]), found[2] or ""
    if unit in {"em", "ex", "ch", "%"}:
        return True if size * (0.16 if unit == "%" else 16) <= 1 else None
    return size * _PIXELS[unit] <= 1.4  # noqa: PLR2004  -- 1 px, and 1 pt


def length(value: str | None) -> float | None:
    """A length in pixels, roughly; None if it is none."""
    found = _LENGTH.match(value) if value else None
    if not found:
        return None
    return float(found[1]) * _PIXELS.get(found[2] or "", 10.0)


def _transparent(value: str) -> bool:
    if value == "transparent":
        return True
    if clear := re.fullmatch(r"#(?:[0-9a-f]{3}([0-9a-f])|[0-9a-f]{6}([0-9a-f]{2}))", value.strip()):
        return int((clear[1] or "") * 2 or clear[2], 16) < _CLEAR
    found = (
        re.match(r"(?:rgb|hsl)a?\((?:[^),/]*[,\s]){3}[^),/]*?/?\s*(\d*\.?\d+%?)\s*\)", value)
        if "a(" in value or "/" in value
        else None
    )
    return found is not None and _zero(found[1])


def colour(value: str) -> Colour | None:
    """Red, green and blue; None where it is written in a way that is not understood."""
    value = value.strip()
    if found := re.match(r"#([0-9a-f]{3,8})\b", value):
        digits = found[1] if len(found[1]) > 4 else "".join(c * 2 for c in found[1])  # noqa: PLR2004  -- #rgb, #rgba
        return (int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)) if len(digits) in {6, 8} else None
    if found := re.match(r"rgba?\(\s*(\d{1,4}(?:\.\d*)?%?)[,\s]+(\d{1,4}(?:\.\d*)?%?)[,\s]+(\d{1,4}(?:\.\d*)?%?)", value):
        return _share(found[1]), _share(found[2]), _share(found[3])
    if found := re.match(r"hsla?\(\s*(-?\d{1,4}(?:\.\d*)?)(?:deg)?[,\s]+(\d{1,4}(?:\.\d*)?)%[,\s]+(\d{1,4}(?:\.\d*)?)%", value):
        lights = hls_to_rgb(float(found[1]) / 360 % 1, min(1.0, float(found[3]) / 100), min(1.0, float(found[2]) / 100))
        red, green, blue = (round(light * 255) for light in lights)
        return red, green, blue
    name = re.match(r"[a-z]+", value)
    return _NAMED.get(name[0]) if name else None


def _share(written: str) -> int:
    """One of the three colours, of 255 or of a hundred."""
    number = float(written.rstrip("%"))
    return min(255, round(number * 2.55 if written.endswith("%") else number))


def _paper(style: Declarations, written: str | None, around: Colour | None) -> Colour | None:
    if "url(" in style.get("background", "") or "gradient" in style.get("background", "") or "background-image" in style:
        return None
    if written is None or written in {"inherit", "none", "initial"} or _transparent(written):
        return around
    return colour(written)


def _same(ink: Colour | None, paper: Colour | None) -> bool:
    if ink is None or paper is None:
        return False
    return all(abs(a - b) <= _NEAR for a, b in zip(ink, paper, strict=True))
