"""Text becomes sheets: decoded, with its place, and in the orders in which it is shown besides."""

from collections.abc import Generator, Iterator
from dataclasses import replace

from gateway.mail import LAYOUT, Unread
from gateway.reading import banners, transfer
from gateway.reading import turned as order
from gateway.reading.charsets import decode
from gateway.reading.html import Page
from gateway.reading.limits import ReadingLimits
from gateway.reading.pieces import Item, Piece, Sheet
from gateway.reading.types import Origin


def sheet(piece: Piece, text: str, page: Page | None = None) -> Sheet:
    """A text that was read off a piece. page: its layout, if it is HTML."""
    origin = Origin.FORWARDED if piece.forwarded else None
    return Sheet(text=text, place=piece.place, page=page, origin=origin, subject=piece.subject, octets=len(piece.octets))


def further(piece: Piece, text: str) -> Sheet:
    """A further reading of a text that is read already."""
    return replace(sheet(piece, text), place=replace(piece.place, header=LAYOUT))


def decoded(piece: Piece, limits: ReadingLimits, charset: str = "") -> Generator[Item, None, str]:
    """The text, line breaks as newlines. Of one that is too long the end counts too: it is shown no less than the rest."""
    octets = transfer.unpadded(piece.octets) if b"\0" in piece.octets else piece.octets
    if len(octets) > limits.part:
        last = limits.part // 4 // 4 * 4
        first = limits.part - last
        yield Unread(place=piece.place, why=f"too large: the first {first} octets and the last {last} were read")
        octets = octets[:first] + octets[-last:] if last else octets[:first]
    text = decode(octets, piece.parameters.get("charset", "") or charset)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def turned(piece: Piece, text: str) -> Iterator[Item]:
    """The text in the orders in which it is shown besides."""
    if over := order.overridden(text):
        yield sheet(piece, over)
    for other in order.otherwise(text):
        yield further(piece, other)
    yield from drawn(piece, text)


def drawn(piece: Piece, text: str) -> Iterator[Piece]:
    """What is drawn with signs, as pictures."""
    for picture in banners.pictures(text):
        yield replace(piece, octets=picture, type="image/bmp", parameters={}, depth=piece.depth + 1)
