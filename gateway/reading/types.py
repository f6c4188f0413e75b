"""What a recipient would see of a message: passages and links, where each stands, and what could not be read."""

from dataclasses import dataclass
from enum import StrEnum

from gateway.mail import Author, Place, Unread


class Origin(StrEnum):
    """Whose words a passage holds, as far as its form tells."""

    NEW = "new"
    QUOTED = "quoted"
    FORWARDED = "forwarded"
    SIGNATURE = "signature"
    HIDDEN = "hidden"


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A piece of text of one origin.

    text: as read (decoded, the characters of the original); place.start and place.end count characters of the part's text
    folded: the same text for matching: no zero-width characters, look-alikes as plain letters, spaces run together
    offsets: offsets[i] is the index in `text` of folded[i]; one more at the end, so that spans map back
    """

    text: str
    place: Place
    origin: Origin = Origin.NEW
    folded: str = ""
    offsets: tuple[int, ...] = ()

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
        )
        return place, self.text[first:last]


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
    """A message as read. `subject` is decoded; `authors` is everybody the header says it is from."""

    subject: str = ""
    authors: tuple[Author, ...] = ()
    passages: tuple[Passage, ...] = ()
    links: tuple[Link, ...] = ()
    unread: tuple[Unread, ...] = ()
