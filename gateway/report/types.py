"""What is asked and what was counted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol

from gateway.share import Share

SECTIONS = ("group", "policy", "category", "reviewer")
"""By what the same messages are counted again and again."""
NO_GROUP = ""
"""The row of those whose sender was in no group."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Which holds: begun from `since` on and before `until`, of one group of senders, under one policy; empty asks for all."""

    since: datetime | None = None
    until: datetime | None = None
    group: str = ""
    policy: str = ""


def question(*, since: str = "", until: str = "", group: str = "", policy: str = "") -> Question:
    """A question as people ask it: days as YYYY-MM-DD, the first and the last included. Raises ValueError."""
    last = _midnight(until, timedelta(days=1))
    return Question(since=_midnight(since), until=last, group=group.strip(), policy=policy.strip())


def _midnight(day: str, later: timedelta = timedelta()) -> datetime | None:
    """In this machine's time zone."""
    if not day.strip():
        return None
    return (datetime.combine(date.fromisoformat(day.strip()), time()) + later).astimezone(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Counts of held messages.

    released, denied: by a person; denied counts what was returned to its sender, to be revised, too, and what he appeals
    expired: the deadline ruled; withdrawn: its sender took it back; senders: how many different ones there were at least
    median, most, longest: how long persons took over half of their rulings, over nine in ten, at most; None where nobody ruled
    """

    held: int = 0
    waiting: int = 0
    released: int = 0
    denied: int = 0
    expired: int = 0
    withdrawn: int = 0
    senders: int = 0
    median: timedelta | None = None
    most: timedelta | None = None
    longest: timedelta | None = None

    @property
    def overturned(self) -> Share:
        """Of those that a person ruled on: released, though a rule had held them."""
        return Share(self.released, self.released + self.denied)

    def __add__(self, other: "Figures") -> "Figures":
        """Both together. How long half of them took cannot be told from two halves."""
        return Figures(
            held=self.held + other.held,
            waiting=self.waiting + other.waiting,
            released=self.released + other.released,
            denied=self.denied + other.denied,
            expired=self.expired + other.expired,
            withdrawn=self.withdrawn + other.withdrawn,
            senders=max(self.senders, other.senders),
            longest=max(filter(None, (self.longest, other.longest)), default=None),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line of a section: what it is about, and its figures."""

    what: str
    figures: Figures


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All that was counted.

    sections: rows by the names of SECTIONS; groups overlap, as somebody can be in several
    period: week or month; periods: a row for each, the first first
    decided: what the rules themselves made of all messages (relay, tag, hold, reject, defer), from the day `counted_since` on
    handed_on: lines that point at one person were put together with others; withheld: all of it would have been such a line
    """

    question: Question
    at: datetime
    whole: Figures
    sections: Mapping[str, Sequence[Row]]
    period: str = "month"
    periods: Sequence[Row] = ()
    decided: Mapping[str, int] = field(default_factory=dict)
    counted_since: date | None = None
    handed_on: bool = False
    withheld: bool = False


class Counts(Protocol):
    """Counts what is on the shelf. Raises StoreUnavailable."""

    async def report(self, question: Question, at: datetime) -> Report:
        """The account, as things stood at `at`."""
        ...

    async def add(self, counted: Mapping[tuple[str, str, str, str], int]) -> None:
        """Add decisions, by day (YYYY-MM-DD), kind (all, policy or group), name and word."""
        ...
