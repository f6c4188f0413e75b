"""Colours as style sheets write them: which one it is, and whether anything can be seen of it (CSS Color 4)."""

import re
from collections.abc import Mapping
from colorsys import hls_to_rgb

Colour = tuple[int, int, int]

_CLEAR = 16
"""Of 255: ink through which all can be seen."""
_TRANSPARENT, _ALMOST_NONE = 0.06, 6
_LIGHT = re.compile(r"(?:ok)?l(?:ab|ch)\(\s*(\d*\.?\d+)(%?)\s+(-?\d*\.?\d+)%?\s+(-?\d*\.?\d+)")
_HWB = re.compile(r"hwb\(\s*[\d.]+(?:deg)?\s+(\d*\.?\d+)%?\s+(\d*\.?\d+)%?")
_OF_SPACE = re.compile(r"color\(\s*(?:srgb|srgb-linear|display-p3)\s+(\d*\.?\d+)(%?)\s+(\d*\.?\d+)(%?)\s+(\d*\.?\d+)(%?)")
_MIXED = re.compile(r"color-mix\(\s*in\s+[\w\- ]{1,30},\s*([^,]{1,60}?)\s*(?:\d+%)?\s*,\s*([^,]{1,60}?)\s*(?:\d+%)?\s*\)")
_BY_DAY = re.compile(r"light-dark\(\s*((?:[^,()]|\([^()]*\)){1,80})\s*,")
_GREYEST = 0.03
_NAMED: Mapping[str, Colour] = {
    **dict.fromkeys(("white", "canvas", "window", "field"), (255, 255, 255)),
    **dict.fromkeys(("black", "canvastext", "windowtext", "fieldtext"), (0, 0, 0)),
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


def transparent(value: str) -> bool:
    """Whether nothing can be seen of it."""
    if value == "transparent":
        return True
    if clear := re.fullmatch(r"#(?:[0-9a-f]{3}([0-9a-f])|[0-9a-f]{6}([0-9a-f]{2}))", value.strip()):
        return int((clear[1] or "") * 2 or clear[2], 16) < _CLEAR
    found = (
        re.match(r"(?:rgb|hsl)a?\((?:[^),/]*[,\s]){3}[^),/]*?/?\s*(\d*\.?\d+%?)\s*\)", value)
        if "a(" in value or "/" in value
        else None
    )
    return found is not None and zero(found[1])


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
    name = re.match(r"[a-z]+(?![a-z\-]*\()", value)
    return _NAMED.get(name[0]) if name else _newer(value)


def _newer(value: str) -> Colour | None:
    """What only new programs know: black, white and greys by their lightness; of two colours the one that is shown by day."""
    if found := _LIGHT.match(value):
        most = 1.0 if value.startswith("ok") else 100.0
        light = float(found[1]) / (100.0 if found[2] else most)
        if light < 1 and max(abs(float(found[3])), abs(float(found[4])) if "lab" in value[:6] else 0.0) > _GREYEST * most:
            return None
        return (min(255, round(255 * light)),) * 3
    if found := _HWB.match(value):
        white, black = float(found[1]), float(found[2])
        return (round(255 * white / (white + black)),) * 3 if white + black >= 100 else None  # noqa: PLR2004  -- per cent
    if found := _OF_SPACE.match(value):
        red, green, blue = (min(1.0, float(found[n]) / (100 if found[n + 1] else 1)) for n in (1, 3, 5))
        return round(255 * red), round(255 * green), round(255 * blue)
    if found := _MIXED.match(value):
        one, other = colour(found[1]), colour(found[2])
        return one if one == other else None
    by_day = _BY_DAY.match(value)
    return colour(by_day[1]) if by_day else None


def _share(written: str) -> int:
    """One of the three colours, of 255 or of a hundred."""
    number = float(written.rstrip("%"))
    return min(255, round(number * 2.55 if written.endswith("%") else number))


def zero(value: str | None) -> bool:
    """Opacity of almost nothing."""
    if value is None:
        return False
    bare = value.strip().removeprefix("calc(").removesuffix(")").strip()
    try:
        return float(bare.rstrip("%")) < (_ALMOST_NONE if bare.endswith("%") else _TRANSPARENT)
    except ValueError:
        return False
