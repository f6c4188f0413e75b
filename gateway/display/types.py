"""What is shown, as frozen data that travels between processes."""

from dataclasses import dataclass

from gateway.mail import Address, Author, Box, Place, Unread


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What to mark: words at a place, and the sentence that says what was found there."""

    part: str
    header: str
    name: str
    page: int | None
    start: int | None
    end: int | None
    quote: str
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run of text; `says` is not empty where it is marked."""

    text: str
    says: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """Text of one voice from one place. title: where it stands, "" for the body; origin: new, quoted, forwarded, ...

    part: of an attachment, its number; leads: it is the first of that part
    """

    title: str
    origin: str
    runs: tuple[Run, ...]
    part: str = ""
    leads: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """An attachment. part: its number; type: as declared; size: octets."""

    part: str
    name: str
    type: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Framed:
    """A picture or a page, and where on it something was found."""

    place: Place
    boxes: tuple[Box, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Goes:
    """A link: its words and where it goes.

    disguised: its words name another host than it goes to; short: it is a short one, and only its maker knows where it leads
    """

    shown: str
    target: str
    disguised: bool
    short: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """Everything there is to see.

    fields: the header as a reader sees it, (name, value); authors: everybody it says it is from
    page: a harmless HTML document fragment, "" if the message has neither HTML nor pictures; withheld: how many remote
    things were left out of it
    shortened: there is more text than is shown
    """

    fields: tuple[tuple[str, str], ...] = ()
    authors: tuple[Author, ...] = ()
    texts: tuple[Text, ...] = ()
    page: str = ""
    withheld: int = 0
    files: tuple[File, ...] = ()
    links: tuple[Goes, ...] = ()
    unread: tuple[Unread, ...] = ()
    shortened: bool = False


def writers(shown: Shown) -> tuple[Address, ...]:
    """Who the header says wrote or sent it; Reply-To only says where answers go."""
    return tuple(author.address for author in shown.authors if author.address and author.header != "Reply-To")


class Unviewable(Exception):  # noqa: N818  -- it is an answer
    """A message that cannot be prepared to be looked at: why, in a few plain words."""
