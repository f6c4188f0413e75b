"""The rulebook: policies ready to be asked, and the one decision on a message."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import product
from zoneinfo import ZoneInfo

from gateway.decision import Authority, Decision, Defer, Disposition, Hold, Reject, Relay, Reviewers, Tag, Trial
from gateway.mail import Address, Author, Envelope, Place
from gateway.policy.condition import Condition, Facts, Recipients, authorship, writers
from gateway.policy.group import Group, Mailbox, mailbox, mailboxes
from gateway.policy.hurry import Hurry
from gateway.source import Location
from gateway.verdict import Category, Evidence, Finding, Kind, Label, Verdict

_STRICTNESS = (Relay, Tag, Defer, Hold, Reject)
_UNJUDGED = Verdict(labels={}, scores={}, findings=(), unread=())
VERDICT_HEADER = "X-Hatchway-Verdict"


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """What is to be done, where that is written, and on what authority.

    hurry: when a hold has less time than usual; apart: groups whose members do not rule on each other's mail
    """

    place: Location
    disposition: Disposition
    authority: tuple[Authority, ...] = ()
    hurry: Hurry | None = None
    apart: tuple[Group, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """An action under conditions, all of which must fit."""

    conditions: tuple[Condition, ...]
    action: Action
    dry_run: bool = False

    def grounds(self, facts: Facts) -> str | None:
        """What of the message makes the rule fit, None if it does not."""
        said = []
        for condition in self.conditions:
            grounds = condition.grounds(facts)
            if grounds is None:
                return None
            said.append(grounds)
        return " and ".join(said) or "it is for every message"

    def open(self, facts: Facts) -> tuple[str, ...]:
        """The groups whose unknown members leave it open whether it fits."""
        asked = [condition for condition in self.conditions if isinstance(condition, Recipients)]
        groups = tuple(group for condition in asked for group in condition.open(facts))
        others = (condition for condition in self.conditions if condition not in asked)
        return groups if groups and all(condition.grounds(facts) is not None for condition in others) else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Rules from top to bottom, the action when none of them decides, and the one when the judgement itself failed."""

    name: str
    rules: tuple[Rule, ...]
    last: Action
    on_error: Action

    @property
    def actions(self) -> tuple[Action, ...]:
        """All that it may do."""
        return *(rule.action for rule in self.rules), self.last, self.on_error

    def decide(self, facts: Facts, claim: str) -> Decision:
        """This policy's decision. claim: how the message came under it, "" for its envelope sender."""
        trials: list[Trial] = []
        for rule in self.rules:
            if (groups := rule.open(facts)) and not rule.dry_run:
                return self.failed(unheard(groups), facts)
            grounds = rule.grounds(facts)
            if grounds is None:
                continue
            if not rule.dry_run:
                return self._decision(rule.action, _and(claim, grounds), facts, facts.verdict, tuple(trials))
            word = type(rule.action.disposition).__name__.lower()
            trials.append(Trial(would=word, rule=rule.action.place, grounds=_and(claim, grounds)))
        otherwise = "no other rule applies" if self.rules else "it is for every message"
        return self._decision(self.last, _and(claim, otherwise), facts, facts.verdict, tuple(trials))

    def failed(self, problem: str, facts: Facts) -> Decision:
        """This policy's decision when there is no verdict."""
        return self._decision(self.on_error, f"it could not be judged: {problem}", facts, None, ())

    def _decision(
        self, action: Action, grounds: str, facts: Facts, verdict: Verdict | None, trials: tuple[Trial, ...]
    ) -> Decision:
        return Decision(
            disposition=_marked(_timed(action, facts), verdict),
            policy=self.name,
            rule=action.place,
            grounds=grounds,
            authority=action.authority,
            verdict=verdict,
            trials=trials,
        )


Picked = tuple[Policy, tuple[str, ...]]
"""A policy, and the groups whose unknown members leave it open whether somebody is under it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """An entry under `senders`. nobody: it is for the null sender, too; dry_run: its policy is only asked."""

    groups: tuple[Group, ...]
    nobody: bool
    policy: Policy
    dry_run: bool = False

    def has(self, who: Mailbox | None) -> bool:
        """Whether the entry is for that sender."""
        return self.nobody if who is None else any(group.has(who) for group in self.groups)

    def open(self, who: Mailbox | None) -> tuple[str, ...]:
        """The groups whose unknown members leave it open whether it is for him."""
        return tuple(group.name for group in self.groups if group.unknown) if who else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rulebook:
    """All policies, and who is under which. version: twelve hexadecimal digits that stand for the files it was made from.

    groups: every group that has a name, in the order they are written; drawn: the groups of directories that are among them
    plain: stands for the files that people wrote, without what directories said
    """

    version: str
    senders: tuple[Sender, ...]
    anyone: Policy
    zone: ZoneInfo | None = None
    groups: Mapping[str, Group] = field(default_factory=dict)
    reviewers: tuple[Reviewers, ...] = ()
    drawn: tuple[tuple[str, str], ...] = ()
    plain: str = ""

    def belongs(self, group: str, address: Address) -> bool:
        """Whether somebody is in the group of that name; nobody is in one that there is not."""
        found = self.groups.get(group)
        return found is not None and found.has(mailbox(address))

    def decide(self, envelope: Envelope, authors: tuple[Author, ...], verdict: Verdict, at: datetime) -> Decision:
        """The decision on a message. at: when its last octet came, aware. Pure; never raises."""
        return replace(self._decision(envelope, authors, verdict, at), groups=self._groups(envelope, authors))

    def _decision(self, envelope: Envelope, authors: tuple[Author, ...], verdict: Verdict, at: datetime) -> Decision:
        facts = self._facts(envelope, authors, verdict, at)
        decisions = list(self._decisions(envelope, authors, facts))
        strictest = _strictest(decisions)
        tried = [policy.decide(facts, claim) for policy, claim in self._trials(envelope, authors)]
        noted = [trial for decision in decisions for trial in decision.trials]
        noted += [_trial(decision) for decision in tried if {decision.word, strictest.word} != {"relay"}]
        return replace(strictest, trials=tuple(dict.fromkeys(noted)))

    def settled(self, envelope: Envelope, authors: tuple[Author, ...], verdict: Verdict, at: datetime) -> bool:
        """True if nothing more that is read could change what becomes of the message: labels only rise, findings only join."""
        decided = [self._decision(envelope, authors, possible, at) for possible in _possible(verdict)]
        return len({_outcome(decision) for decision in decided}) == 1

    def failed(self, envelope: Envelope, problem: str, at: datetime) -> Decision:
        """The decision on a message that could not be judged: what its sender's policy says under `on error`.

        problem: why, in a few plain words that quote nothing
        """
        said = " ".join("".join(c if c.isprintable() else " " for c in problem).split()) or "the reason is not known"
        facts = self._facts(envelope, (), _UNJUDGED, at)
        picked = (policy for who, _ in _claims(envelope, ()) for policy, _ in self._picked(who))
        decision = _strictest([policy.failed(said, facts) for policy in picked])
        return replace(decision, groups=self._groups(envelope, ()))

    def _groups(self, envelope: Envelope, authors: Iterable[Author]) -> tuple[str, ...]:
        """The names of the groups of everybody the message says it is from, but for those that everybody is in."""
        claimed = {who for who, _ in _claims(envelope, authors) if who}
        named = (group for group in self.groups.values() if not group.everyone)
        return tuple(group.name for group in named if any(group.has(who) for who in claimed))

    def _facts(self, envelope: Envelope, authors: tuple[Author, ...], verdict: Verdict, at: datetime) -> Facts:
        sender = mailbox(envelope.sender) if envelope.sender else None
        return Facts(
            recipients=mailboxes(envelope.recipients),
            authorship=authorship(sender, authors),
            verdict=verdict,
            day=at.astimezone(self.zone or UTC).date(),
            authors=writers(authors),
            claims=tuple(who for who, _ in _claims(envelope, authors) if who),
        )

    def desks(self) -> frozenset[str]:
        """The groups of reviewers that some rule names, or a ladder of one."""
        policies = (self.anyone, *(sender.policy for sender in self.senders))
        holds = (action.disposition for policy in policies for action in policy.actions if isinstance(action.disposition, Hold))
        return frozenset(rung.name for hold in holds for rung in hold.reviewers.rungs)

    def _decisions(self, envelope: Envelope, authors: Iterable[Author], facts: Facts) -> Iterator[Decision]:
        """What each policy says that the message comes under, the envelope sender's first."""
        picked: dict[tuple[str, ...], tuple[tuple[Picked, ...], str]] = {}
        for who, claim in _claims(envelope, authors):
            under = tuple(self._picked(who))
            picked.setdefault(tuple(policy.name for policy, _ in under), (under, claim))
        for under, claim in picked.values():
            yield from _decided(under, claim, facts)

    def _picked(self, who: Mailbox | None) -> Iterator[Picked]:
        """The policy that somebody is under, after those that he may be under, each with the groups that leave it open."""
        for sender in self.senders:
            if sender.dry_run:
                continue
            if sender.has(who):
                yield sender.policy, ()
                return
            if groups := sender.open(who):
                yield sender.policy, groups
        yield self.anyone, ()

    def _trials(self, envelope: Envelope, authors: Iterable[Author]) -> Iterable[tuple[Policy, str]]:
        """Each policy that is only asked, with the claim that brought the message there."""
        picked: dict[str, tuple[Policy, str]] = {}
        for who, claim in _claims(envelope, authors):
            for policy in self._tried(who):
                picked.setdefault(policy.name, (policy, claim))
        return picked.values()

    def _tried(self, who: Mailbox | None) -> Iterator[Policy]:
        """The policies that are only asked: those before the one that decides."""
        for sender in self.senders:
            if sender.has(who):
                if not sender.dry_run:
                    return
                yield sender.policy


def _decided(under: Sequence[Picked], claim: str, facts: Facts) -> list[Decision]:
    """What the policies say that somebody is under, or may be.

    Where nobody knows whether he is in a group, the policy that is for it says under `on error` what to do; if that is to
    relay, the strictest of all policies that he may be under decides.
    """
    failed = [policy.failed(unheard(groups), facts) for policy, groups in under if groups]
    stopped = [decision for decision in failed if not isinstance(decision.disposition, Relay)]
    return stopped or [policy.decide(facts, claim) for policy, _ in under]


def unheard(groups: Iterable[str]) -> str:
    """Why nothing can be decided by groups whose members were never heard of."""
    return f"no directory has said yet who is in {' or '.join(dict.fromkeys(groups))}"


def _claims(envelope: Envelope, authors: Iterable[Author]) -> Iterator[tuple[Mailbox | None, str]]:
    """Who the message says it is from, each with the words for it. The envelope sender, who needs none, comes first."""
    yield mailbox(envelope.sender) if envelope.sender else None, ""
    if login := _login(envelope):
        yield mailbox(login), "it was sent under the login of a sender of this policy"
    fields: dict[Address, str] = {}
    for author in authors:
        if author.address:
            fields.setdefault(author.address, author.header)
    for address, header in fields.items():
        yield mailbox(address), f"its {header} field names a sender of this policy"


def _login(envelope: Envelope) -> Address | None:
    """The SASL login, where it is an address."""
    try:
        login = Address.parse(envelope.client.login)
    except ValueError:
        return None
    return login if login.domain else None


def _strictest(decisions: Iterable[Decision]) -> Decision:
    """The strictest, of equals the first."""
    return max(decisions, key=lambda decision: _STRICTNESS.index(type(decision.disposition)))


def _trial(decision: Decision) -> Trial:
    return Trial(would=decision.word, rule=decision.rule, grounds=decision.grounds)


def _timed(action: Action, facts: Facts) -> Disposition:
    """A hold with the times of that day, and the groups in which its sender has those beside him who do not rule on it."""
    hold = action.disposition
    if not isinstance(hold, Hold):
        return hold
    if action.hurry:
        hold = action.hurry.hurried(hold, facts.day)
    apart = tuple(group.name for group in action.apart if any(group.has(who) for who in facts.claims))
    recusal = replace(hold.reviewers.recusal, groups=apart, authors=facts.authors)
    return Hold(reviewers=replace(hold.reviewers, recusal=recusal))


def _marked(disposition: Disposition, verdict: Verdict | None) -> Disposition:
    """A tag that names no header of its own tells the verdict."""
    if verdict is None or not isinstance(disposition, Tag) or disposition.headers:
        return disposition
    labels = "; ".join(f"{category}={label}" for category, label in sorted(verdict.labels.items()))
    return replace(disposition, headers=((VERDICT_HEADER, labels),))


def _and(claim: str, grounds: str) -> str:
    return f"{claim} and {grounds}" if claim else grounds


def _possible(verdict: Verdict) -> Iterator[Verdict]:
    """The verdicts that may come of reading more of the message."""
    rising = [_from(verdict.labels.get(category, Label.UNSURE)) for category in Category]
    more = [(), *((_finding(category, kind),) for category in Category for kind in Kind)]
    for labels, found, unread in product(product(*rising), more, (verdict.unread, ())):
        said = dict(zip(Category, labels, strict=True))
        yield replace(verdict, labels=said, findings=(*verdict.findings, *found), unread=unread)


def _from(label: Label) -> tuple[Label, ...]:
    labels = tuple(Label)
    return labels[labels.index(label) :]


def _finding(category: Category, kind: Kind) -> Finding:
    evidence = (Evidence(place=Place(), quote=""),)
    return Finding(category=category, kind=kind, detector="", says="", weight=1.0, evidence=evidence)


def _outcome(decision: Decision) -> tuple[object, ...]:
    return decision.disposition, decision.policy, decision.rule, tuple((trial.would, trial.rule) for trial in decision.trials)
