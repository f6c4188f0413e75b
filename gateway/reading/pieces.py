"""What passes between the reader and the extractors: pieces of a message go in; sheets, pieces and what is unread come out."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from gateway.mail import Place, Unread
from gateway.reading.html import Page
from gateway.reading.limits import ReadingLimits
from gateway.reading.types import Boxed, Origin

ENTITY = "application/x-mime-entity"
"""The type of a body part with a header of its own that belongs to the message it stands in: what S/MIME signs."""

BOXES = "boxes"
"""The parameter of a piece that says where boxes are drawn on it: `x,y,width,height`, parted by semicolons."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Octets that still have to be read, their transfer encoding undone.

    type: the media type as declared, lower-case; parameters: those of the Content-Type
    part: MIME part number; name: the file name, ""; depth: how many messages and containers it stands in
    page: the page it is a picture of, or stands on; None if that is not known
    forwarded: it belongs to a message that is attached to this one
    """

    octets: bytes = field(repr=False)
    type: str
    part: str
    name: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    depth: int = 0
    page: int | None = None
    forwarded: bool = False
    subject: str = ""

    @property
    def place(self) -> Place:
        """Where it stands."""
        return Place(part=self.part, name=self.name, page=self.page)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """Text that was read, and where. Line breaks are newlines.

    page: the layout, if it is HTML
    hidden: what is in it and a reader does not see, where there is no layout to say it
    links: (target, shown); where `shown` stands in the text, the link stands there
    boxes: where the words of the text stand, if it was read off a picture
    origin: whose words, where that is known; None leaves it to the form of the text
    subject: of the message it stands in
    octets: how many it was made from
    """

    text: str
    place: Place
    octets: int = 0
    page: Page | None = None
    hidden: str = ""
    links: tuple[tuple[str, str], ...] = ()
    boxes: tuple[Boxed, ...] = ()
    origin: Origin | None = None
    subject: str = ""


DAMAGED = "damaged: it cannot be read"

Item = Sheet | Piece | Unread
Extractor = Callable[[Piece, ReadingLimits], Iterator[Item]]
"""Reads one kind of piece. It may raise: the reader then notes the piece as damaged. Its work is bounded by the limits."""
