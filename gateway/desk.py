"""What lies on the reviewers' desk: holds as lines to search, sort and page through, alike ones together.

A line tells enough of a hold to choose it from many; the hold itself is the store's. Pages go by key, not by number: each
begins behind the last line of the one before, so that the thousandth page costs what the first does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class State(StrEnum):
    """What became of a hold so far."""

    WAITING = "waiting"
    RELEASED = "released"
    DENIED = "denied"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"
    APPEALED = "appealed"


class Sort(StrEnum):
    """In which order. Lines of equal rank come by id."""

    DEADLINE = "deadline"
    NEWEST = "newest"
    OLDEST = "oldest"
    SENDER = "sender"


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What is asked for; what is empty is not asked.

    groups: names of reviewers, and persons as `hold.personal` writes them, whose holds may be seen; None for all
    words: all of them stand in subject, sender or recipients, in any case
    group: of those the message says it is from
    since, until: when the hold began (until is exclusive)
    after: the key of the last line of the page before
    """

    groups: tuple[str, ...] | None = None
    state: State | None = State.WAITING
    words: str = ""
    sender: str = ""
    subject: str = ""
    recipient: str = ""
    policy: str = ""
    group: str = ""
    category: str = ""
    since: datetime | None = None
    until: datetime | None = None
    sort: Sort = Sort.DEADLINE
    together: bool = True
    after: str = ""
    size: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A hold in a list. alike: how many in the same state are near-identical to it, itself included; first: a recipient.

    desk: whose it is, from desk_since to desk_until, when it goes to those `above` ("" for nobody); assented: the first of two
    given: how often it was handed over
    """

    id: str
    cluster: str
    alike: int
    state: State
    sender: str
    first: str
    recipients: int
    subject: str
    grounds: str
    policy: str
    categories: tuple[str, ...]
    reviewers: str
    since: datetime
    deadline: datetime
    ruled: datetime | None
    ruled_by: str
    size: int
    desk: str
    desk_since: datetime
    desk_until: datetime
    above: str = ""
    assented: str = ""
    given: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """One page of lines. after: the key of the next page, "" if this is the last."""

    lines: tuple[Line, ...]
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Counts of what waits: all; those due before `soon`; since when the oldest does; the next deadline; and of open appeals."""

    waiting: int
    soon: int
    oldest: datetime | None
    next: datetime | None
    appeals: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """A note that a reviewer left for the others; it changes nothing."""

    by: str
    at: datetime
    text: str


class Desk(Protocol):
    """Lists and remarks. Raises StoreUnavailable."""

    async def find(self, search: Search) -> Leaf:
        """A page of lines. Raises ValueError for a key that is none."""
        ...

    async def alike(self, cluster: str, groups: Sequence[str] | None) -> Sequence[Line]:
        """What waits and is near-identical, the earliest deadline first."""
        ...

    async def these(self, ids: Sequence[str], groups: Sequence[str] | None) -> Sequence[Line]:
        """The lines of these holds, as far as they are there and may be seen."""
        ...

    async def tally(self, groups: Sequence[str] | None, soon: datetime) -> Tally:
        """Counts of what waits for these groups."""
        ...

    async def policies(self) -> Sequence[str]:
        """The policies by which something was ever held."""
        ...

    async def groups(self) -> Sequence[str]:
        """The groups whose senders ever had something held."""
        ...

    async def remark(self, hold: str, remark: Remark) -> None:
        """Leave a note. Raises KeyError."""
        ...

    async def remarks(self, hold: str) -> Sequence[Remark]:
        """The notes, the first first."""
        ...
