"""What waits for command review, and the moves allowed: a hold is ruled on once, and for good.

The room knows nobody who stores it. A second ruling raises AlreadyRuled, which carries the first.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from heapq import merge
from itertools import count, islice

from gateway.decision import Decision, Hold, Reviewers, Rung
from gateway.ladder import Leg, legs, near
from gateway.mail import Address, Mail


class Ruling(StrEnum):
    """What became of a hold. Returned: its sender was asked to revise it; withdrawn: he took it back."""

    RELEASED = "released"
    DENIED = "denied"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"


ENTERED = " (entered by "
"""In a name that is recorded, before who typed it for whoever has that name."""

REFUSALS = (Ruling.DENIED, Ruling.RETURNED)
"""What a sender is given a reason for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A ruling: by whom, for which recipients (of a release: who gets it), with what note, when (UTC).

    by_deadline: the policy ruled, because no reviewer did in time
    also: who had agreed before, where it took two
    """

    reviewer: str
    ruling: Ruling
    recipients: tuple[Address, ...]
    note: str
    at: datetime
    by_deadline: bool = False
    also: str = ""

    @property
    def names(self) -> frozenset[str]:
        """Whose ruling it is, as `meant` has them."""
        return frozenset(meant(name) for name in (self.also, self.reviewer) if name)

    def __post_init__(self) -> None:
        if self.ruling in REFUSALS and not self.note.strip():
            what = "a denial" if self.ruling is Ruling.DENIED else "a request to revise"
            msg = f"{what} requires a note that says why"
            raise ValueError(msg)
        if self.ruling is Ruling.RELEASED and not self.recipients:
            msg = "a release is for at least one recipient"
            raise ValueError(msg)


class AlreadyRuled(Exception):  # noqa: N818  -- it states a fact that the second reviewer is told
    """Somebody ruled first."""

    def __init__(self, review: Review) -> None:
        self.review = review
        also = f"{review.also} and " if review.also else ""
        super().__init__(f"already {review.ruling} by {also}{review.reviewer} at {review.at:%Y-%m-%d %H:%M} UTC")


class Turned(ValueError):  # noqa: N818  -- it states a fact
    """Something else happened to the hold meanwhile; what was asked for was not done."""

    def __init__(self) -> None:
        super().__init__("something else happened to this message meanwhile; look at it again")


@dataclass(frozen=True, slots=True, kw_only=True)
class Assent:
    """The first of two agreed to a ruling. keys: what tells him from another, lower-case."""

    review: Review
    keys: tuple[str, ...]

    @property
    def mark(self) -> str:
        """What tells it from another of the same message."""
        return f"{self.review.ruling} {self.review.at.isoformat()}"

    def fits(self, review: Review) -> bool:
        """Whether that is the same ruling."""
        same = set(self.review.recipients) == set(review.recipients)
        return self.review.ruling is review.ruling and (same or review.ruling is Ruling.DENIED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """It was given to a person by his address, or with `up` to a rung by its name; "" gave it where nobody was left to."""

    to: str
    by: str
    reason: str
    at: datetime
    up: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """How far a hold has come.

    leg: which leg of its way it is on, and since when (None: since it began or the one before ended)
    checked: it was looked at whether anybody on this leg may rule; warned: when it was told that nobody had opened it
    turn: how often it has changed
    """

    leg: int = 0
    since: datetime | None = None
    checked: bool = False
    warned: datetime | None = None
    assent: Assent | None = None
    handed: tuple[Handover, ...] = ()
    turn: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldMail:
    """A held message: what came, why it is held, since when, and the ruling once there is one.

    kept: the reason of the legal hold it is under; destroyed: when its content was, after which the mail has only its size
    reminded: how many reminders were sent on this leg
    """

    mail: Mail
    decision: Decision
    since: datetime
    subject: str = ""
    review: Review | None = None
    reminded: int = 0
    kept: str = ""
    destroyed: datetime | None = None
    course: Course = Course()

    @property
    def reviewers(self) -> Reviewers:
        """The ladder: who may rule, and who later."""
        if not isinstance(self.decision.disposition, Hold):
            msg = f"{self.mail.id} is held by a decision that does not hold"
            raise TypeError(msg)
        return self.decision.disposition.reviewers

    @property
    def way(self) -> tuple[Leg, ...]:
        """All its legs."""
        return legs(self.reviewers, self.since)

    @property
    def leg(self) -> Leg:
        """The one it is on."""
        return self.way[self.course.leg]

    @property
    def following(self) -> Leg | None:
        """The one after that."""
        way = self.way
        return way[self.course.leg + 1] if self.course.leg + 1 < len(way) else None

    @property
    def desk(self) -> Rung:
        """Those who have it."""
        return self.leg.rung

    @property
    def desk_since(self) -> datetime:
        """Since when they do."""
        return self.course.since or self.leg.begins

    @property
    def desks(self) -> tuple[str, ...]:
        """Whose it is or was, by the names of rungs, and of persons as `personal` says them."""
        reached = (leg.rung.name for leg in self.way[: self.course.leg + 1])
        return tuple(dict.fromkeys((*reached, *(personal(one.to) for one in self.course.handed if one.to and not one.up))))

    @property
    def members(self) -> tuple[Address, ...]:
        """All who were written down for the rungs it has reached."""
        return tuple(dict.fromkeys(one for leg in self.way[: self.course.leg + 1] for one in leg.rung.members))

    @property
    def reached(self) -> tuple[Address, ...]:
        """They, and those it was handed to."""
        given = (Address.parse(one.to) for one in self.course.handed if one.to and not one.up)
        return tuple(dict.fromkeys((*self.members, *given)))

    @property
    def kept_from(self) -> tuple[Address, ...]:
        """The recipients who do not have it: all of them, but for those it was released to."""
        given = frozenset(self.review.recipients if self.review and self.review.ruling is Ruling.RELEASED else ())
        return tuple(one for one in self.mail.envelope.recipients if one not in given)

    @property
    def deadline(self) -> datetime:
        """When the policy rules if nobody has."""
        return self.way[-1].ends

    @property
    def nears(self) -> datetime:
        """When its deadline is near."""
        return self.deadline - near(self.way)

    @property
    def grace(self) -> timedelta:
        """How long those have who are told that nobody opened it."""
        return near(self.way)

    @property
    def turns(self) -> datetime | None:
        """When it goes on by itself: to be looked at, up the ladder, or to be told of; None for not any more."""
        if not self.course.checked:
            return self.desk_since
        moments = ([self.leg.ends] if self.following else []) + ([] if self.course.warned else [self.nears])
        return min(moments, default=None)

    def reminders_by(self, now: datetime) -> int:
        """How many reminders of this leg are due until `now`: one at each time its rung names, one at each deadline passed."""
        rung, ends = self.desk, self.leg.ends
        named = sum(1 for reminder in rung.reminders if rung.after(self.desk_since, reminder) <= now)
        return named + (0 if self.following or now < ends else 1 + rung.elapsed(ends, now) // rung.lasts)

    def next_reminder(self) -> datetime:
        """When one more is due than were sent. A deadline at which the policy rules is never put off."""
        rung = self.desk
        named = (rung.after(self.desk_since, reminder) for reminder in sorted(rung.reminders))
        first = max(0, self.reminded - len(rung.reminders))
        alarms = merge(named, () if self.following else self._deadlines(first))
        at = next(islice(alarms, self.reminded - first, None), self.deadline)
        return at if self.reviewers.then == "wait" else min(at, self.deadline)

    def _deadlines(self, first: int) -> Iterator[datetime]:
        rung, ends = self.desk, self.leg.ends
        return (rung.after(ends, rung.lasts * number) for number in count(first))

    def ruled(self, review: Review) -> "HeldMail":
        """This hold with its ruling. Raises AlreadyRuled; ValueError for a recipient the message does not have."""
        if self.review is not None:
            raise AlreadyRuled(self.review)
        strangers = set(review.recipients) - set(self.mail.envelope.recipients)
        if strangers:
            msg = f"{', '.join(map(str, sorted(strangers)))}: not among this message's recipients"
            raise ValueError(msg)
        return replace(self, review=review)

    def turned(self, **changes: object) -> "HeldMail":
        """This hold after one more change of its course. On another leg reminders begin anew."""
        course = replace(self.course, turn=self.course.turn + 1, **changes)  # type: ignore[arg-type]  # the caller names fields
        return replace(self, course=course, reminded=self.reminded if course.leg == self.course.leg else 0)


def meant(recorded: str) -> str:
    """Who is meant by a name that is recorded, lower-case: not whoever typed it for him."""
    return recorded.partition(ENTERED)[0].casefold()


def personal(login: str) -> str:
    """How a person is written among names of rungs, which have no angle brackets."""
    return f"<{login.casefold()}>"
