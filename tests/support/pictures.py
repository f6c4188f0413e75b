"""Pictures and PDFs, made here: words drawn by Pillow, and the smallest PDF that shows what a test is about."""

import zlib
from collections.abc import Sequence
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from gateway.reading import ReadingLimits
from gateway.reading.extractors import TABLE, extract
from gateway.reading.pieces import Item, Piece, Sheet


def drawn(*lines: str, size: int = 40, ink: str = "black", ground: str = "white", room: tuple[int, int] | None = None):
    """Lines below one another."""
    font = ImageFont.load_default(size)
    width = round(max((font.getlength(line) for line in lines), default=0)) + 2 * size
    picture = Image.new("RGB", room or (max(60, width), round(size * 1.6 * len(lines)) + size), ground)
    for number, line in enumerate(lines):
        ImageDraw.Draw(picture).text((size, size // 2 + round(size * 1.6 * number)), line, font=font, fill=ink)
    return picture


def octets(picture: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    """The picture as a file."""
    written = BytesIO()
    picture.save(written, kind, **options)
    return written.getvalue()


def piece(content: bytes, kind: str = "application/octet-stream", name: str = "", **more: object) -> Piece:
    return Piece(octets=content, type=kind, part="2", name=name, **more)


def read_apart(given: Piece, limits: ReadingLimits | None = None) -> list[Item]:
    """What comes out of a piece, and out of the pictures of pages in it."""
    found: list[Item] = []
    for item in extract(given, limits or ReadingLimits(), TABLE):
        found += read_apart(item, limits) if isinstance(item, Piece) and item.page else [item]
    return found


def sheets(items: Sequence[Item]) -> list[str]:
    return [item.text for item in items if isinstance(item, Sheet)]


def whys(items: Sequence[Item]) -> list[str]:
    return [item.why for item in items if not isinstance(item, Sheet | Piece)]


def pdf(content: str | bytes, *objects: str | bytes, page: str = "", catalog: str = "", resources: str = "") -> bytes:
    """A PDF of one page, 612 by 792 points.

    content: its operators; objects: further ones, numbered from 6; page, catalog, resources: added to those dictionaries
    /F1 is Helvetica.
    """
    shown = content if isinstance(content, bytes) else content.encode("latin-1")
    bodies: list[bytes] = [
        f"<< /Type /Catalog /Pages 2 0 R {catalog} >>".encode(),
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R "
        f"/Resources << /Font << /F1 5 0 R >> {resources} >> {page} >>".encode(),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(shown), shown),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        *(body if isinstance(body, bytes) else body.encode("latin-1") for body in objects),
    ]
    return _file(bodies)


def _file(bodies: Sequence[bytes]) -> bytes:
    written = bytearray(b"%PDF-1.7\n")
    places = []
    for number, body in enumerate(bodies, 1):
        places.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(written)
    written += b"xref\n0 %d\n0000000000 65535 f \n" % (len(bodies) + 1)
    written += b"".join(b"%010d 00000 n \n" % place for place in places)
    written += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(bodies) + 1, table)
    return bytes(written)


def stream(content: bytes, dictionary: str = "") -> bytes:
    """A PDF stream object, compressed."""
    packed = zlib.compress(content)
    return f"<< /Filter /FlateDecode /Length {len(packed)} {dictionary} >>".encode() + b"\nstream\n" + packed + b"\nendstream"


def image_object(picture: Image.Image) -> bytes:
    """A picture as an object of a PDF."""
    size = f"/Width {picture.width} /Height {picture.height}"
    return stream(
        picture.convert("RGB").tobytes(), f"/Type /XObject /Subtype /Image {size} /ColorSpace /DeviceRGB /BitsPerComponent 8"
    )


def text_at(x: int, y: int, words: str, *, size: int = 14, before: str = "") -> str:
    """Operators that show words on a page."""
    return f"BT {before} /F1 {size} Tf {x} {y} Td ({words}) Tj ET\n"
