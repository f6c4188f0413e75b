"""What every container does with what it holds: each thing in it becomes a Piece of its own, one level deeper."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from gateway.mail import FILE_NAME, Unread
from gateway.reading.documents.writing import Written
from gateway.reading.pieces import Piece, Sheet
from gateway.reading.runs import spoken, together
from gateway.reading.types import Origin

UNKNOWN = "application/octet-stream"
_LONGEST_NAME = 255


def inner(  # noqa: PLR0913  -- what is known of a thing beside its octets
    piece: Piece, octets: bytes, name: str = "", *, type_: str = UNKNOWN, charset: str = "", page: int | None = None
) -> Piece:
    """A thing in `piece`, for the reader to look at."""
    return Piece(
        octets=octets,
        type=type_,
        part=piece.part,
        name=named(piece, name),
        parameters={"charset": charset} if charset else {},
        depth=piece.depth + 1,
        page=page or piece.page,
        forwarded=piece.forwarded,
        subject=piece.subject,
    )


def named(piece: Piece, name: str) -> str:
    """`papers.zip/letter.docx`: the name, and what it stands in; without controls, and not too long."""
    shown = "".join(character for character in name.replace("\\", "/").strip("/") if character.isprintable())
    return "/".join(filter(None, (piece.name, shown)))[-_LONGEST_NAME:]


def unread(piece: Piece, why: str, name: str = "") -> Unread:
    """Something in `piece` (or all of it) that could not be read."""
    place = replace(piece.place, name=named(piece, name)) if name else piece.place
    return Unread(place=place, why=why)


def sheet(  # noqa: PLR0913  -- what a sheet may have beside its text
    piece: Piece,
    text: str,
    *,
    page: int | None = None,
    hidden: str = "",
    links: tuple[tuple[str, str], ...] = (),
    origin: Origin | None = None,
    header: str = "",
) -> Sheet:
    """Text of `piece`. origin: None leaves it to the form of the text, unless all of the piece was passed on."""
    said = origin or (Origin.FORWARDED if piece.forwarded else None)
    place = replace(piece.place, page=page or piece.page, header=header)
    return Sheet(text=text, place=place, hidden=hidden, origin=said, subject=piece.subject, links=links)


def label(piece: Piece, name: str) -> Iterator[Sheet]:
    """What the name of a thing in `piece` says; the reader does it for whatever becomes a piece itself."""
    if said := spoken(name):
        place = replace(piece.place, name=named(piece, name), header=FILE_NAME)
        yield Sheet(text=said, place=place, origin=Origin.FORWARDED if piece.forwarded else Origin.NEW, subject=piece.subject)


def listed(piece: Piece, names: Sequence[str]) -> Iterator[Sheet]:
    """What the names of several things say together, in the order in which they are listed, where each is a word or two."""
    if said := together(names):
        yield Sheet(text=said, place=replace(piece.place, header=FILE_NAME), origin=Origin.FORWARDED if piece.forwarded else None)


def written(piece: Piece, text: Written, *, page: int | None = None, unseen: bool = False) -> Iterator[Sheet]:
    """The sheet of what was put together, if there is anything. unseen: all of it is hidden from a reader."""
    shown = "\n".join(text.lines)
    hidden = "\n".join(text.hidden)
    if unseen:
        shown, hidden = "", "\n".join(filter(None, (shown, hidden)))
    if shown or hidden or text.links:
        yield sheet(piece, shown, page=page, hidden=hidden, links=text.links)
