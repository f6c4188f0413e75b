"""What is to be done with a message, and the rule and authority it rests on.

The room knows neither stores nor SMTP sessions. A Decision carries its reason; one that stops mail without an authority
cannot be built (ValueError).
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from gateway.mail import Address, Reply
from gateway.source import Location
from gateway.verdict import Verdict


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
class Reviewers:
    """Who may rule on a hold, and until when.

    deadline: after this time `then` happens; `wait` keeps the hold and reminds again after each further `deadline`
    reminders: times after the hold began at which the reviewers are reminded
    """

    name: str
    members: tuple[Address, ...]
    deadline: timedelta
    then: Literal["release", "deny", "wait"]
    reminders: tuple[timedelta, ...] = ()


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
