"""The door to zxing-cpp: what QR and bar codes in a picture say."""

import zxingcpp
from PIL import Image

from gateway.reading.pictures.layout import Line

_MOST = 20
_LONGEST = 4000


def codes(picture: Image.Image) -> list[Line]:
    """Each code as a line of its own, where it stands. Most are addresses of pages; the others are text."""
    found = []
    for code in zxingcpp.read_barcodes(picture, try_rotate=True, try_downscale=True, try_invert=True)[:_MOST]:
        at = code.position
        corners = [(float(p.x), float(p.y)) for p in (at.top_left, at.top_right, at.bottom_right, at.bottom_left)]
        if text := " ".join(code.text[:_LONGEST].split()):
            found.append(Line(text, (corners[0], corners[1], corners[2], corners[3])))
    return found
