"""What a rule may ask of a message. A condition answers with its grounds, in plain words that quote nothing, or with None."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal, Protocol

from gateway.mail import Address, Author
from gateway.policy.group import Group, Mailbox, mailbox
from gateway.verdict import Category, Kind, Label, Verdict

Authorship = Literal["other", "several", "unreadable"]

_AUTHORSHIP: dict[Authorship, str] = {
    "other": "it is written in the name of somebody else",
    "several": "it names more than one author",
    "unreadable": "its author cannot be read",
}
_POSITION = {
    Label.MATCH: "it promotes a {} position",
    Label.UNSURE: "it may promote a {} position",
    Label.CLEAR: "it promotes no {} position",
}
_CLAIMS = frozenset({"from", "sender", "resent-from", "resent-sender"})
"""The fields that say who wrote or sent (RFC 5322 §3.6.2, §3.6.6); Reply-To only says where answers go."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of a message when rules are asked.

    day: the day it came, in the zone of the policies; claims: all whom it says it is from; authors: those
    of them whom its header says
    """

    recipients: tuple[Mailbox, ...]
    authorship: frozenset[Authorship]
    verdict: Verdict
    day: date
    claims: tuple[Mailbox, ...] = ()
    authors: tuple[Address, ...] = ()


class Condition(Protocol):
    """One thing a rule asks; a rule fits when all its conditions do."""

    def grounds(self, facts: Facts) -> str | None:
        """What of the message fits, None if it does not."""
        ...


@dataclass(frozen=True, slots=True)
class Finds:
    """A category has one of these labels, and with `kinds` a finding of one of these kinds."""

    categories: tuple[Category, ...]
    labels: frozenset[Label]
    kinds: frozenset[Kind] = frozenset()

    def grounds(self, facts: Facts) -> str | None:
        """The positions found. A category the verdict does not speak of is unsure."""
        return _joined(self._said(category, facts.verdict) for category in self.categories)

    def _said(self, category: Category, verdict: Verdict) -> str | None:
        label = verdict.labels.get(category, Label.UNSURE)
        if label not in self.labels:
            return None
        said = _POSITION[label].format(category)
        if not self.kinds:
            return said
        kinds = dict.fromkeys(finding.kind for finding in verdict.of(category) if finding.kind in self.kinds)
        return f"{said} ({', '.join(kinds)})" if kinds else None


@dataclass(frozen=True, slots=True)
class Recipients:
    """At least so many recipients are in one of the groups `within` (if any), and in none of the groups `outside`.

    One that is only passed on through another host counts as being within, and as outside all the same; so does one at no
    domain, as in `chief@[192.0.2.1]`.
    """

    within: tuple[Group, ...]
    outside: tuple[Group, ...]
    at_least: int

    def grounds(self, facts: Facts) -> str | None:
        """How many there are."""
        count = self._count(facts, sure=True)
        if count < self.at_least:
            return None
        within = f" in {_or(self.within)}" if self.within else ""
        outside = f" outside {_or(self.outside)}" if self.outside else ""
        return f"it goes to {count} recipient{'s' if count > 1 else ''}{within}{outside}"

    def open(self, facts: Facts) -> tuple[str, ...]:
        """The groups whose unknown members leave it open whether it fits; none if that is sure either way."""
        if self._count(facts, sure=True) >= self.at_least or self._count(facts, sure=False) < self.at_least:
            return ()
        return tuple(group.name for group in (*self.within, *self.outside) if group.unknown)

    def _count(self, facts: Facts, *, sure: bool) -> int:
        """How many there are; where members of groups are unknown, at least, or with `sure` false at most."""
        return sum(self._counts(who, sure=sure) for who in facts.recipients)

    def _counts(self, who: Mailbox, *, sure: bool) -> bool:
        least, most = (Group.has, Group.may_have) if sure else (Group.may_have, Group.has)
        inside = (
            not self.within or who.hosted or any(least(group, one) for one in (who, who.beyond) if one for group in self.within)
        )
        return inside and not any(most(group, who) for group in self.outside)


@dataclass(frozen=True, slots=True)
class Unread:
    """Something in it could not be read; or, if not `unread`, everything could."""

    unread: bool

    def grounds(self, facts: Facts) -> str | None:
        """Whether it was read in full."""
        if bool(facts.verdict.unread) is not self.unread:
            return None
        return "it could not be read in full" if self.unread else "it could be read in full"


@dataclass(frozen=True, slots=True)
class Written:
    """It says of its authors one of these things."""

    words: tuple[Authorship, ...]

    def grounds(self, facts: Facts) -> str | None:
        """What it says of them."""
        return _joined(_AUTHORSHIP[word] if word in facts.authorship else None for word in self.words)


@dataclass(frozen=True, slots=True)
class Period:
    """Days of the calendar, the first and the last included; None is open."""

    name: str
    first: date | None
    last: date | None

    def has(self, day: date) -> bool:
        """Whether the day is one of them."""
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


@dataclass(frozen=True, slots=True)
class During:
    """It came in one of these periods."""

    periods: tuple[Period, ...]

    def grounds(self, facts: Facts) -> str | None:
        """Which period it came in."""
        return next((f"it came {period.name}" for period in self.periods if period.has(facts.day)), None)


def authorship(sender: Mailbox | None, authors: Iterable[Author]) -> frozenset[Authorship]:
    """What the header says of the authors, held against the envelope sender.

    The null sender is nobody's, so that a report or an automatic answer is in nobody else's name.
    """
    words: set[Authorship] = set()
    claims = [author for author in authors if author.header.casefold() in _CLAIMS]
    written = [author for author in claims if author.header.casefold() == "from" and not author.shown]
    if len(written) > 1:
        words.add("several")
    if not written or any(author.address is None for author in claims):
        words.add("unreadable")
    addresses = dict.fromkeys(author.address for author in claims if author.address)
    if sender and not all(sender.same(mailbox(address)) for address in addresses):
        words.add("other")
    return frozenset(words)


def writers(authors: Iterable[Author]) -> tuple[Address, ...]:
    """Who the header says wrote or sent it, each once."""
    claims = (author.address for author in authors if author.header.casefold() in _CLAIMS and author.address)
    return tuple(dict.fromkeys(claims))


def _joined(said: Iterable[str | None]) -> str | None:
    return " and ".join(words for words in said if words) or None


def _or(groups: Iterable[Group]) -> str:
    return " or ".join(group.name for group in groups)
