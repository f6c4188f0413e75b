"""Where something stands in a message, precisely enough to point at it again; and what could not be read there."""

from dataclasses import dataclass

from gateway.mail.address import Address

FILE_NAME, LINK, LAYOUT = "Filename", "Link", "Layout"
"""What stands in `Place.header` for words of a file's name, for words that a link puts into a post or a message, and for
those of a page that are shown in another order than they are written."""

_KINDS = {LINK: "words in a link", LAYOUT: "words as the page shows them"}

Box = tuple[int, int, int, int]
"""x, y, width, height, counted from the top left corner."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place in a message.

    part: MIME part number as in IMAP (RFC 3501 §6.4.5) "1", "2.1"; "" is the message header
    header: the field name, if it stands in a header field; or FILE_NAME, LINK, LAYOUT
    name: the attachment's file name, if it has one
    page: page, slide or sheet, counted from 1
    start, end: offsets in characters of the part's text as read, end exclusive
    box: around the words, where they stand in a picture: in pixels of the picture as shown; on a page, in points of the page
    """

    part: str = ""
    header: str = ""
    name: str = ""
    page: int | None = None
    start: int | None = None
    end: int | None = None
    box: Box | None = None

    def __str__(self) -> str:
        if self.header == FILE_NAME:
            return f"file name {self.name}" + (f", part {self.part}" if self.part else "")
        if self.header in _KINDS:
            return _KINDS[self.header] + (f", part {self.part}" if self.part else "")
        if self.header:
            return f"{self.header} field" + (f" of part {self.part}" if self.part else "")
        where = f"attachment {self.name}" if self.name else f"part {self.part}" if self.part else "message"
        where += f", page {self.page}" if self.page else ""
        if self.box:
            x, y, width, height = self.box
            return f"{where}, {width} by {height} at {x},{y}"
        return f"{where}, characters {self.start}-{self.end}" if self.start is not None else where

    def meets(self, other: "Place") -> bool:
        """True if both stand in the same text and share a character of it."""
        if (self.part, self.header, self.name, self.page) != (other.part, other.header, other.name, other.page):
            return False
        if None in (self.start, self.end, other.start, other.end):
            return self == other
        return max(self.start or 0, other.start or 0) < min(self.end or 0, other.end or 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """Something a recipient may see and we could not read: where it is, and why in a few plain words."""

    place: Place
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Somebody a header claims the message is from.

    header: From, Sender, Reply-To, Resent-From or Resent-Sender
    written: the claim as decoded for reading
    address: None where the claim cannot be read as an address
    shown: True when the address stands only in a display name or a comment, where a reader takes it for the author
    """

    header: str
    written: str
    address: Address | None
    shown: bool = False
