"""Pictures that stand side by side in a page, joined as they are shown, and the words in them read off the whole.

Only what is cut small is joined: letters, words, thin strips. Larger pictures are read each by itself.
"""

from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from statistics import median
from time import monotonic

from PIL import Image

from gateway.mail import Unread
from gateway.reading import mosaic
from gateway.reading.limits import ReadingLimits
from gateway.reading.pictures import images
from gateway.reading.pieces import Item, Piece

_SMALL, _ICONS = 72, 9
"""Pixels of the shorter side; and so many that are too small to hold words are more than a signature has."""
_LONGEST = 4000
_GAPS = {mosaic.NARROW: 4, mosaic.WIDE: 14}
_MARGIN = 12
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError)

Placed = tuple[int, Image.Image]


def read(piece: Piece, limits: ReadingLimits) -> Iterator[Item]:
    """Extractor of joined pictures."""
    until = monotonic() + limits.time * images.SHARE
    sizes = list(_sizes(piece.octets))
    small = sum(map(images.too_small, sizes))
    if (len(sizes) - small < len(sizes) // 2 and len(sizes) < _ICONS) or not sizes or median(map(min, sizes)) > _SMALL:
        return
    if not limits.ocr or not limits.dear:
        yield Unread(place=piece.place, why=images.PUT_OFF if limits.ocr else images.NOT_READ)
        return
    whole = _whole(list(_pictures(piece.octets)), limits.pixels)
    if whole is None:
        yield Unread(place=piece.place, why="too large: pictures that stand side by side")
    else:
        yield from images.words(whole, 1.0, piece.place, until)


def _sizes(octets: bytes) -> Iterator[tuple[int, int]]:
    for _, picture in mosaic.unpacked(octets):
        with suppress(*_BROKEN), Image.open(BytesIO(picture), formats=images.formats(picture)) as opened:
            yield opened.size


def _pictures(octets: bytes) -> Iterator[Placed]:
    for before, picture in mosaic.unpacked(octets):
        with suppress(*_BROKEN), Image.open(BytesIO(picture), formats=images.formats(picture)) as opened:
            if max(opened.size) <= _LONGEST:
                yield before, images.as_shown(opened)


def _whole(placed: list[Placed], most: int) -> Image.Image | None:
    """All in one; None where that would be too large."""
    lines: list[list[Placed]] = []
    for before, picture in placed:
        if before == mosaic.LINE or not lines:
            lines.append([])
        lines[-1].append((before, picture))
    width = max(sum(picture.width + _GAPS.get(before, 0) for before, picture in line) for line in lines) + 2 * _MARGIN
    height = sum(max(picture.height for _, picture in line) for line in lines) + 2 * _MARGIN
    if width * height > most:
        return None
    whole = Image.new("RGB", (width, height), "white")
    top = _MARGIN
    for line in lines:
        left, tall = _MARGIN, max(picture.height for _, picture in line)
        for before, picture in line:
            left += _GAPS.get(before, 0)
            whole.paste(picture, (left, top + tall - picture.height))
            left += picture.width
        top += tall
    return whole
