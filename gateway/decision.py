"""What is to be done with a message, and the rule and authority it rests on.

The room knows neither stores nor SMTP sessions. A Decision carries its reason; one that stops mail without an authority
cannot be built (ValueError).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from gateway.duty import Duty
from gateway.mail import Address, Reply
from gateway.source import Location
from gateway.timetable import AT_ONCE, Timetable
from gateway.verdict import Verdict

OffDuty = Literal["pause", "skip"]
Pair = Literal["", "release", "both"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """The clause a rule rests on: its short name, its title, and its own words."""

    name: str
    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Relay:
    """Pass the message to the relay as it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """Pass it on with these header fields, and with `subject` before its subject if that is not empty (both ASCII)."""

    headers: tuple[tuple[str, str], ...]
    subject: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """Those who have a hold for a time.

    lasts: how long it is theirs; reminders: times after it became theirs at which they are reminded
    duty: their on-duty times; off_duty: outside these their clock stands still (pause), or they are passed over (skip)
    """

    name: str
    members: tuple[Address, ...]
    lasts: timedelta
    reminders: tuple[timedelta, ...] = ()
    duty: Duty | None = None
    off_duty: OffDuty = "pause"

    def after(self, since: datetime, span: timedelta) -> datetime:
        """When so much of their time has passed."""
        return self.duty.after(since, span) if self.duty and self.off_duty == "pause" else since + span

    def elapsed(self, since: datetime, until: datetime) -> timedelta:
        """How much of their time passed."""
        return self.duty.elapsed(since, until) if self.duty and self.off_duty == "pause" else until - since

    def skips(self, at: datetime) -> bool:
        """Whether they are passed over at that moment."""
        return self.duty is not None and self.off_duty == "skip" and not self.duty.on(at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recusal:
    """Who may not rule, besides those whose own mail it is.

    named: whom the message names; groups: those of the sender's groups whose members do not rule on each other's mail
    authors: whom its header says it is from
    """

    named: bool = False
    groups: tuple[str, ...] = ()
    authors: tuple[Address, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewers:
    """Who may rule on a hold, and until when: the first rung of a ladder, and those above it.

    deadline: how long the first rung has it; after that of the last one `then` happens; `wait` keeps the hold and reminds
    again after each further `deadline`
    reminders: times after the hold began at which the first rung is reminded
    appeal: how long after a refusal the sender may appeal to a supervisor; nothing if he may not
    told: when the first rung hears of what waits
    hurry: why all times are shorter than usual, "" if they are not
    pair: what takes two different reviewers
    """

    name: str
    members: tuple[Address, ...]
    deadline: timedelta
    then: Literal["release", "deny", "wait"]
    reminders: tuple[timedelta, ...] = ()
    appeal: timedelta = timedelta(days=14)
    told: Timetable = AT_ONCE
    duty: Duty | None = None
    off_duty: OffDuty = "pause"
    later: tuple[Rung, ...] = ()
    hurry: str = ""
    pair: Pair = ""
    recusal: Recusal = Recusal()

    @property
    def rungs(self) -> tuple[Rung, ...]:
        """The whole ladder."""
        first = Rung(
            name=self.name,
            members=self.members,
            lasts=self.deadline,
            reminders=self.reminders,
            duty=self.duty,
            off_duty=self.off_duty,
        )
        return first, *self.later


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Keep it for review."""

    reviewers: Reviewers


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject:
    """Refuse it for good; the reply is 5yz."""

    reply: Reply


@dataclass(frozen=True, slots=True, kw_only=True)
class Defer:
    """Refuse it for now; the reply is 4yz."""

    reply: Reply


Disposition = Relay | Tag | Hold | Reject | Defer


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What a rule marked `dry run` would have done: the word for it, the rule, and the grounds."""

    would: str
    rule: Location
    grounds: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One message, one decision.

    policy: the policy's name; rule: where the rule stands; grounds: what of the message made it fit, in plain words
    verdict: None only where the judgement itself failed
    groups: the policies' groups of those the message says it is from, as they were at the time
    """

    disposition: Disposition
    policy: str
    rule: Location
    grounds: str
    authority: tuple[Authority, ...]
    verdict: Verdict | None
    trials: tuple[Trial, ...] = ()
    groups: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if isinstance(self.disposition, Hold | Reject) and not self.authority:
            msg = f"{self.rule}: a rule that stops mail cites an authority"
            raise ValueError(msg)

    @property
    def word(self) -> str:
        """relay, tag, hold, reject or defer."""
        return type(self.disposition).__name__.lower()

    @property
    def because(self) -> str:
        """The one sentence for log, header, notice and console; it quotes nothing from the message."""
        rests = f" ({', '.join(a.name for a in self.authority)})" if self.authority else ""
        return f'policy "{self.policy}": {self.grounds}{rests}'
