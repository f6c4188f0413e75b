"""What a sender says of his held message: explanations, answers to a request to revise, and one appeal.

The room knows nobody who stores it. NotNow says, in a sentence for the sender, why something cannot be said any more.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.hold import AlreadyRuled, Assent, HeldMail, Review, Ruling, meant

LONGEST = 2000
"""Characters of one text."""
MOST = 20
"""Texts about one message."""
_REMINDERS = (timedelta(days=1), timedelta(days=3))
_WEEK = timedelta(days=7)


class NotNow(ValueError):  # noqa: N818  -- it states a fact
    """It cannot be said now, and why."""


class OwnRuling(Exception):  # noqa: N818  -- it states a fact
    """The appeal is against his own ruling."""

    def __init__(self) -> None:
        super().__init__("The appeal is against your own ruling. Another supervisor has to decide on it.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """Something the sender said, in plain text. answers: to a request to revise, else an explanation before the ruling."""

    by: str
    at: datetime
    text: str
    answers: bool = False

    def __post_init__(self) -> None:
        _checked(self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A supervisor's answer to an appeal. The reason of one that is upheld is for the sender."""

    by: str
    at: datetime
    upheld: bool
    reason: str

    def __post_init__(self) -> None:
        if self.upheld and not self.reason.strip():
            raise ValueError("say why it stays as it was ruled; the sender reads it")


@dataclass(frozen=True, slots=True, kw_only=True)
class Appeal:
    """An appeal against a ruling.

    assent: of the first of two supervisors who would grant it; reminded: how many reminders were sent of it
    """

    by: str
    at: datetime
    text: str
    against: Review
    assent: Assent | None = None
    finding: Finding | None = None
    reminded: int = 0

    def __post_init__(self) -> None:
        _checked(self.text)

    def reminders_by(self, now: datetime) -> int:
        """How many reminders are due until `now`: after a day, after three, and after each week that nobody has answered."""
        waited = now - self.at
        return sum(1 for after in _REMINDERS if after <= waited) + max(0, waited // _WEEK)


def may_state(held: HeldMail, *, answers: bool, so_far: int) -> None:
    """Explanations are heard until the ruling, answers after a request to revise. Raises AlreadyRuled, NotNow."""
    if so_far >= MOST:
        raise NotNow(f"there are {MOST} texts about this message already; no more are taken")
    if answers and (held.review is None or held.review.ruling is not Ruling.RETURNED):
        raise NotNow("nobody asked for a revision of this message")
    if not answers and held.review is not None:
        raise AlreadyRuled(held.review)


def appeal_until(held: HeldMail) -> datetime | None:
    """Until when its ruling can be appealed, if nobody has; None for one that cannot.

    It can be if it keeps the message from anybody, and is not the sender's own.
    """
    if held.review is None or held.review.ruling is Ruling.WITHDRAWN or not held.kept_from or not held.reviewers.appeal:
        return None
    return held.review.at + held.reviewers.appeal


def may_appeal(held: HeldMail, before: Appeal | None, now: datetime) -> Review:
    """The ruling that is appealed. Raises NotNow."""
    until = appeal_until(held)
    if before is not None:
        raise NotNow("an appeal was made already; there is one for each message")
    if held.review is None or until is None:
        raise NotNow("there is no ruling here that can be appealed")
    if now >= until or held.destroyed:
        raise NotNow(f"the time to appeal was over on {until:%Y-%m-%d %H:%M} UTC")
    return held.review


def may_find(appeal: Appeal | None, *by: str) -> Appeal:
    """The appeal that waits for a supervisor. by: all his names; nobody judges an appeal against his own ruling.

    Raises NotNow, OwnRuling.
    """
    if appeal is None:
        raise NotNow("there is no appeal against it")
    if appeal.finding is not None:
        what = "upheld" if appeal.finding.upheld else "overturned"
        raise NotNow(f"the ruling was {what} already by {appeal.finding.by} at {appeal.finding.at:%Y-%m-%d %H:%M} UTC")
    if not appeal.against.names.isdisjoint(map(meant, by)):
        raise OwnRuling
    return appeal


def may_assent(appeal: Appeal | None, assent: Assent) -> Appeal:
    """The appeal that nobody has agreed to grant yet. Raises NotNow, OwnRuling."""
    found = may_find(appeal, assent.review.reviewer)
    if found.assent is not None:
        raise NotNow(f"{found.assent.review.reviewer} agreed meanwhile to grant it; look at it again")
    return found


def may_grant(held: HeldMail, appeal: Appeal, review: Review) -> None:
    """Where a release takes two, it is by the second of two supervisors. Raises NotNow."""
    first = appeal.assent.review.reviewer if appeal.assent else ""
    if held.reviewers.pair and (not first or review.also != first):
        raise NotNow("a release of this message takes two supervisors, and only one has agreed")


def _checked(text: str) -> None:
    if not text.strip():
        raise ValueError("write something")
    if len(text) > LONGEST:
        raise ValueError(f"that is too long; write at most {LONGEST} characters")
