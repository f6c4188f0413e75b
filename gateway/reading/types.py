"""What a recipient would see of a message: passages and links, where each stands, and what could not be read."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from gateway.mail import Author, Box, Place, Unread

Boxed = tuple[int, int, Box]
"""A word of a text that stands in a picture: start, end, and the box around it."""


PUT_OFF = "put off"
"""Why something is Unread that could be read."""


class Origin(StrEnum):
    """Whose words a passage holds, as far as its form tells."""

    NEW = "new"
    QUOTED = "quoted"
    FORWARDED = "forwarded"
    SIGNATURE = "signature"
    HIDDEN = "hidden"

    def __reduce_ex__(self, _protocol: object, /) -> "tuple[type[Origin], tuple[str]]":
        """By its value, also before Python 3.11.4: what readers apart send is taken in by its type alone."""
        return type(self), (self.value,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A piece of text of one origin.

    text: as read (decoded, the characters of the original); place.start and place.end count characters of the part's text
    folded: the same text for matching: no zero-width characters, look-alikes as plain letters, spaces run together
    offsets: offsets[i] is the index in `text` of folded[i]; one more at the end, so that spans map back
    boxes: where the words of `text` stand in a picture, if it is one
    """

    text: str
    place: Place
    origin: Origin = Origin.NEW
    folded: str = ""
    offsets: Sequence[int] = ()
    boxes: tuple[Boxed, ...] = ()

    def quote(self, start: int, end: int) -> tuple[Place, str]:
        """The original words behind folded[start:end], and their place."""
        first, last = self.offsets[start], self.offsets[end - 1] + 1 if end > start else self.offsets[start]
        base = self.place.start or 0
        place = Place(
            part=self.place.part,
            header=self.place.header,
            name=self.place.name,
            page=self.place.page,
            start=base + first,
            end=base + last,
            box=_around(box for begins, ends, box in self.boxes if begins < last and ends > first),
        )
        return place, self.text[first:last]


def _around(boxes: Iterable[Box]) -> Box | None:
    """The smallest box that holds them all."""
    edges = [(x, y, x + width, y + height) for x, y, width, height in boxes]
    if not edges:
        return None
    lefts, tops, rights, bottoms = zip(*edges, strict=True)
    left, top = min(lefts), min(tops)
    return left, top, max(rights) - left, max(bottoms) - top


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link: `shown` is its text, `target` where it really goes with redirect wrappers undone, `written` as it was written."""

    target: str
    written: str
    shown: str
    place: Place
    origin: Origin = Origin.NEW


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A message as read.

    subject: decoded; authors: everybody the header says it is from; took: seconds
    """

    subject: str = ""
    authors: tuple[Author, ...] = ()
    passages: tuple[Passage, ...] = ()
    links: tuple[Link, ...] = ()
    unread: tuple[Unread, ...] = ()
    took: float = field(default=0.0, compare=False)

    @property
    def put_off(self) -> bool:
        """True if something was left for when it is worth what it costs to read."""
        return any(one.why.startswith(PUT_OFF) for one in self.unread)
