"""The door to Pillow and pi-heif: picture files as the words in them. Also what is asked of a picture before it is read.

A picture is shown the way its EXIF says, on a white ground, and where its letters are white, on a black one. Of one with
several frames or pages, each that differs from those before is read, within the limits.

Too small to hold words that anybody reads are pictures whose shorter side is under 10 pixels or whose longer side is
under 50: tracking pixels, rules, bullets, icons. They are left out without a word; so are pictures of a single colour.
Every other picture is read, or Unread.
"""

import math
import warnings
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from io import BytesIO
from time import monotonic

from PIL import Image, ImageFile, ImageOps, ImageSequence, UnidentifiedImageError

from gateway.mail import LAYOUT, Place, Unread
from gateway.reading.limits import ReadingLimits
from gateway.reading.pictures import codes, ocr
from gateway.reading.pictures.layout import column, written
from gateway.reading.pieces import DAMAGED, Item, Piece, Sheet
from gateway.reading.types import PUT_OFF as LATER

LOW, NARROW = 10, 50
PUT_OFF = f"{LATER}: a picture"
NOT_READ = "not read: a picture, and pictures are not read here"
POINTS = "points"
"""The parameter of a piece that is a picture of a page: how many points of the page a pixel is."""

FORMATS = (
    *("PNG", "JPEG", "GIF", "WEBP", "TIFF", "BMP", "DIB", "AVIF", "ICO", "JPEG2000"),
    *("PCX", "PPM"),
)
_HEIC = frozenset({b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"})
_KNOWN = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"II*\0", b"MM\0*", b"BM")
_PLAIN = 12
SHARE = 0.85
_LIGHT = 160
_ENOUGH = 1600
"""Pixels of the shorter side that words are read in; of larger pictures several are taken as one."""
_THUMB = (64, 64)
_SAME = 2.0


def read(piece: Piece, limits: ReadingLimits) -> Iterator[Item]:
    """An Extractor for picture files."""
    until = monotonic() + limits.time * SHARE
    Image.MAX_IMAGE_PIXELS = None
    with warnings.catch_warnings(action="ignore"):
        try:
            yield from _opened(piece, limits, until)
        except UnidentifiedImageError:
            known = piece.octets.startswith(_KNOWN) or piece.octets[4:8] == b"ftyp"
            yield Unread(place=piece.place, why=DAMAGED if known else f"unknown format: {piece.type}")
        except (OSError, SyntaxError, ValueError, EOFError):
            yield Unread(place=piece.place, why=DAMAGED)
            yield from _what_is_whole(piece, limits, until)


def formats(octets: bytes) -> tuple[str, ...]:
    """What Pillow may take a picture for: HEIC only where it is that. Raises ImportError where what reads it is not installed."""
    if octets[4:8] != b"ftyp" or octets[8:12] not in _HEIC:
        return FORMATS
    import pi_heif  # noqa: PLC0415  -- for few pictures, and not there on every machine

    pi_heif.options.DECODE_THREADS = 1
    pi_heif.register_heif_opener()
    return (*FORMATS, "HEIF")


def _what_is_whole(piece: Piece, limits: ReadingLimits, until: float) -> Iterator[Item]:
    """Of a picture that breaks off, the part before: programs show it."""
    ImageFile.LOAD_TRUNCATED_IMAGES = True
    try:
        with suppress(OSError, SyntaxError, ValueError, EOFError):
            yield from _opened(piece, limits, until)
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = False


def _opened(piece: Piece, limits: ReadingLimits, until: float) -> Iterator[Item]:
    with Image.open(BytesIO(piece.octets), formats=formats(piece.octets)) as picture:
        if too_small(picture.size):
            return
        if not limits.ocr or not limits.dear:
            yield Unread(place=piece.place, why=PUT_OFF if limits.ocr else NOT_READ)
            return
        yield from _frames(picture, piece, limits, until)


def too_small(size: tuple[int, int]) -> bool:
    """Whether a picture of that size can hold no words that anybody reads."""
    return min(size) < LOW or max(size) < NARROW


def _frames(picture: Image.Image, piece: Piece, limits: ReadingLimits, until: float) -> Iterator[Item]:
    """Each frame that differs from those before."""
    paged = picture.format == "TIFF" and getattr(picture, "n_frames", 1) > 1
    looks: list[bytes] = []
    said: set[str] = set()
    for number, frame in enumerate(ImageSequence.Iterator(picture)):
        if len(looks) >= limits.frames or monotonic() > until:
            why = "too large" if len(looks) >= limits.frames else "timed out"
            yield Unread(place=piece.place, why=f"{why}: it has many frames, and the first {number} were read")
            return
        width, height = frame.size
        _lessened(picture, limits.pixels)
        if frame.width * frame.height > limits.pixels:
            yield Unread(place=piece.place, why=f"too large: {width} by {height} pixels")
            continue
        shown = as_shown(frame)
        if not _seen_before(shown, looks):
            scale = math.sqrt(width * height / (shown.width * shown.height)) * float(piece.parameters.get(POINTS, 1))
            place = replace(piece.place, page=number + 1) if paged else piece.place
            yield from (item for item in words(shown, scale, place, until) if not _told(item, said))


def _lessened(picture: Image.Image, pixels: int) -> None:
    """Have a JPEG decoded in a half, a quarter or an eighth of its size, where it is too large."""
    if picture.format == "JPEG":
        by = next((n for n in (1, 2, 4) if picture.width * picture.height <= pixels * n * n), 8)
        picture.draft(None, (picture.width // by, picture.height // by))


def _seen_before(picture: Image.Image, looks: list[bytes]) -> bool:
    """Whether it hardly differs from one before it; one of a single colour has been seen."""
    low, high = picture.convert("L").getextrema()
    if high - low < _PLAIN:  # type: ignore[operator]  # a grey picture has one pair
        return True
    look = picture.convert("L").resize(_THUMB, Image.Resampling.BOX).tobytes()
    if any(sum(abs(a - b) for a, b in zip(look, other, strict=True)) < _SAME * len(look) / 100 for other in looks):
        return True
    looks.append(look)
    return False


def as_shown(frame: Image.Image) -> Image.Image:
    """The picture as it is shown, in RGB."""
    with suppress(Exception):
        frame = ImageOps.exif_transpose(frame)
    if (by := min(frame.size) // _ENOUGH) > 1 and frame.mode in {"L", "LA", "RGB", "RGBA", "CMYK"}:
        frame = frame.reduce(by)
    if frame.mode in {"I;16", "I;16B", "I;16L", "I", "F"}:
        return ImageOps.autocontrast(_grey(frame)).convert("RGB")
    if "transparency" not in frame.info and frame.mode not in {"RGBA", "LA", "PA", "RGBa", "La"}:
        return frame.convert("RGB")
    return _on_ground(frame.convert("RGBA"))


def _grey(frame: Image.Image) -> Image.Image:
    """A picture of more than 256 greys, its darkest as black and its lightest as white."""
    values = frame.convert("F")
    low, high = (float(value) for value in values.getextrema() if not isinstance(value, tuple))
    share = 255 / max(1e-6, high - low)
    return values.point(lambda value: value * share - low * share).convert("L")


def _on_ground(frame: Image.Image) -> Image.Image:
    """On white; on black, where what is opaque is light."""
    alpha = frame.getchannel("A")
    histogram = frame.convert("L").histogram(mask=alpha.point(lambda value: 255 if value > 128 else 0))  # noqa: PLR2004  -- half
    seen = sum(histogram)
    light = bool(seen) and sum(value * count for value, count in enumerate(histogram)) / seen > _LIGHT
    ground = Image.new("RGBA", frame.size, "black" if light and alpha.getextrema()[0] == 0 else "white")
    return Image.alpha_composite(ground, frame).convert("RGB")


def _told(item: Item, said: set[str]) -> bool:
    """Whether another frame has said the same."""
    text = item.text if isinstance(item, Sheet) else ""
    told = text in said
    said |= {text} - {""}
    return told


def words(picture: Image.Image, scale: float, place: Place, until: float) -> Iterator[Item]:
    """What a frame says. scale: how many pixels of the file, or points of a page, one of its pixels is."""
    seen = ocr.see(picture, until)
    text, boxes = written([*codes.codes(picture), *seen.lines], scale)
    if text:
        yield Sheet(text=text, place=place, boxes=boxes)
    if letters := column(seen.lines):
        yield Sheet(text=letters, place=replace(place, header=LAYOUT))
    if seen.cut:
        yield Unread(place=place, why="timed out: not all of the picture was read")
