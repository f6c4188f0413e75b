"""What waits for command review, and the moves allowed: a hold is ruled on once, and for good.

The room knows nobody who stores it. A second ruling raises AlreadyRuled, which carries the first.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from gateway.decision import Decision, Hold, Reviewers
from gateway.mail import Address, Mail


class Ruling(StrEnum):
    """What became of a hold. Returned: its sender was asked to revise it; withdrawn: he took it back."""

    RELEASED = "released"
    DENIED = "denied"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"


REFUSALS = (Ruling.DENIED, Ruling.RETURNED)
"""What a sender is given a reason for, and may appeal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A ruling: by whom, for which recipients (of a release: who gets it), with what note, when (UTC).

    by_deadline: the policy ruled, because no reviewer did in time
    """

    reviewer: str
    ruling: Ruling
    recipients: tuple[Address, ...]
    note: str
    at: datetime
    by_deadline: bool = False

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
        super().__init__(f"already {review.ruling} by {review.reviewer} at {review.at:%Y-%m-%d %H:%M} UTC")


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldMail:
    """A held message: what came, why it is held, since when, and the ruling once there is one.

    kept: the reason of the legal hold it is under; destroyed: when its content was, after which the mail has only its size
    """

    mail: Mail
    decision: Decision
    since: datetime
    subject: str = ""
    review: Review | None = None
    reminded: int = 0
    kept: str = ""
    destroyed: datetime | None = None

    @property
    def reviewers(self) -> Reviewers:
        """Who may rule."""
        if not isinstance(self.decision.disposition, Hold):
            msg = f"{self.mail.id} is held by a decision that does not hold"
            raise TypeError(msg)
        return self.decision.disposition.reviewers

    @property
    def deadline(self) -> datetime:
        """When the policy rules if nobody has."""
        return self.since + self.reviewers.deadline

    def reminders_by(self, now: datetime) -> int:
        """How many reminders are due until `now`: one at each time the policy names, one at each deadline that passes."""
        waited = now - self.since
        named = sum(1 for reminder in self.reviewers.reminders if reminder <= waited)
        return named + waited // self.reviewers.deadline

    def ruled(self, review: Review) -> "HeldMail":
        """This hold with its ruling. Raises AlreadyRuled; ValueError for a recipient the message does not have."""
        if self.review is not None:
            raise AlreadyRuled(self.review)
        strangers = set(review.recipients) - set(self.mail.envelope.recipients)
        if strangers:
            msg = f"{', '.join(map(str, sorted(strangers)))}: not among this message's recipients"
            raise ValueError(msg)
        return replace(self, review=review)
