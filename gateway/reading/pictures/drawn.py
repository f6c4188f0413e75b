"""A picture, or a page of a PDF, as it is shown, with boxes drawn around what was found on it."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pypdfium2
from PIL import Image, ImageDraw, ImageFile, ImageOps

from gateway.mail import Box
from gateway.reading.limits import ReadingLimits
from gateway.reading.pictures import images
from gateway.reading.pieces import BOXES, Piece

_LONGEST = 1600
_WIDTH, _ROOM = 4, 6
_INK, _EDGE = "#d0021b", "white"


def draw(piece: Piece, limits: ReadingLimits) -> Iterator[Piece]:
    """An Extractor for pictures and PDFs: one JPEG. It raises for what cannot be drawn."""
    Image.MAX_IMAGE_PIXELS = None
    ImageFile.LOAD_TRUNCATED_IMAGES = True
    try:
        picture, scale = _page(piece) if b"%PDF-" in piece.octets[:1024] else _picture(piece, limits)
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = False
    for box in _boxes(piece):
        _frame(picture, box, scale)
    written = BytesIO()
    picture.save(written, "JPEG", quality=85, subsampling=0)
    yield Piece(octets=written.getvalue(), type="image/jpeg", part=piece.part)


def _page(piece: Piece) -> tuple[Image.Image, float]:
    """The page, and how many of its pixels a point is."""
    document: Any = pypdfium2.PdfDocument(piece.octets)
    try:
        document.init_forms()
        page = document[(piece.page or 1) - 1]
        scale = min(2.0, _LONGEST / max(1.0, *page.get_size()))
        return page.render(scale=scale).to_pil().convert("RGB"), scale
    finally:
        document.close()


def _picture(piece: Piece, limits: ReadingLimits) -> tuple[Image.Image, float]:
    with Image.open(BytesIO(piece.octets), formats=images.formats(piece.octets)) as file:
        if file.width * file.height > limits.pixels:
            file.draft("RGB", (_LONGEST, _LONGEST))
        if file.width * file.height > limits.pixels:
            raise ValueError("too large")
        if piece.page and getattr(file, "n_frames", 1) >= piece.page:
            file.seek(piece.page - 1)
        whole = ImageOps.exif_transpose(file)
        scale = min(1.0, _LONGEST / max(whole.size))
        size = (max(1, round(whole.width * scale)), max(1, round(whole.height * scale)))
        return images.as_shown(whole).resize(size, Image.Resampling.LANCZOS), scale


def _boxes(piece: Piece) -> Iterator[Box]:
    for written in filter(None, piece.parameters.get(BOXES, "").split(";")):
        x, y, width, height = map(int, written.split(","))
        yield x, y, width, height


def _frame(picture: Image.Image, box: Box, scale: float) -> None:
    x, y, width, height = (round(edge * scale) for edge in box)
    pen = ImageDraw.Draw(picture)
    for room, ink in ((_ROOM + _WIDTH, _EDGE), (_ROOM, _INK)):
        around = (x - room, y - room, x + width + room, y + height + room)
        pen.rectangle(around, outline=ink, width=_WIDTH + 1)
