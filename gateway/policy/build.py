"""From what was written, once nothing is wrong with it, to the rulebook."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from gateway import decision
from gateway.decision import Defer, Disposition, Hold, Reject, Relay, Tag
from gateway.mail import Reply
from gateway.policy import written
from gateway.policy.condition import Condition, During, Finds, Period, Recipients, Unread, Written
from gateway.policy.group import ANYONE, Group
from gateway.policy.rulebook import Action, Policy, Rule, Rulebook, Sender
from gateway.source import Location

UNJUDGED = "The message could not be judged now; try again later"


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyText:
    """A policy as written, and where its rules stand."""

    name: str
    policy: written.Policy
    on_error: Location
    rules: tuple[tuple[Location, written.Rule], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """Everything that was declared, by name."""

    authorities: Mapping[str, written.Authority]
    groups: Mapping[str, Group]
    reviewers: Mapping[str, written.Reviewers]
    periods: Mapping[str, written.Period]
    policies: Mapping[str, PolicyText]

    def rulebook(self, senders: Sequence[written.Sender], zone: ZoneInfo | None, version: str) -> Rulebook:
        """The rulebook. The last of the senders is for anyone."""
        policies = {name: self._policy(policy) for name, policy in self.policies.items()}
        return Rulebook(
            version=version,
            senders=tuple(self._sender(sender, policies[sender.policy]) for sender in senders),
            anyone=policies[senders[-1].policy],
            zone=zone,
            groups=tuple(group for group in self.groups.values() if not group.everyone),
        )

    def _sender(self, sender: written.Sender, policy: Policy) -> Sender:
        names = tuple(name for name in sender.sender if name != written.NOBODY)
        return Sender(groups=self._groups(names), nobody=written.NOBODY in sender.sender, policy=policy)

    def _policy(self, text: PolicyText) -> Policy:
        *rules, (last, otherwise) = text.rules
        policy = text.policy
        return Policy(
            name=text.name,
            rules=tuple(self._rule(place, rule, policy) for place, rule in rules),
            last=self._action(last, otherwise, otherwise.action, policy),
            on_error=self._on_error(text),
        )

    def _on_error(self, text: PolicyText) -> Action:
        chosen = text.policy.on_error or written.OnError(action="defer")
        return self._action(text.on_error, chosen, chosen.action, text.policy)

    def _rule(self, place: Location, rule: written.Rule, policy: written.Policy) -> Rule:
        return Rule(
            conditions=self._conditions(rule),
            action=self._action(place, rule, rule.action, policy),
            dry_run=rule.dry_run,
        )

    def _conditions(self, rule: written.Rule) -> tuple[Condition, ...]:
        conditions: list[Condition] = []
        if rule.recipients is not None:
            asked = rule.recipients
            conditions.append(Recipients(self._groups(asked.in_), self._groups(asked.outside), asked.at_least or 1))
        if rule.finds:
            conditions.append(Finds(rule.finds, frozenset(rule.label), frozenset(rule.kinds)))
        if rule.unread is not None:
            conditions.append(Unread(rule.unread))
        if rule.author:
            conditions.append(Written(rule.author))
        if rule.during:
            conditions.append(During(tuple(self._period(name) for name in rule.during)))
        if rule.from_ or rule.until:
            conditions.append(During((_days(rule),)))
        return tuple(conditions)

    def _groups(self, names: Sequence[str]) -> tuple[Group, ...]:
        return tuple(ANYONE if name == ANYONE.name else self.groups[name] for name in names)

    def _period(self, name: str) -> Period:
        return Period(f"during {name}", self.periods[name].from_, self.periods[name].until)

    def _action(self, place: Location, acting: written.Acting, action: str, policy: written.Policy) -> Action:
        own = acting.authority or (() if action == "relay" else policy.authority)
        cited = tuple(
            decision.Authority(name=name, title=self.authorities[name].title, text=self.authorities[name].text) for name in own
        )
        return Action(place=place, disposition=self._disposition(acting, action, own), authority=cited)

    def _disposition(self, acting: written.Acting, action: str, authority: Sequence[str]) -> Disposition:
        match action:
            case "tag":
                return Tag(headers=tuple((acting.headers or {}).items()), subject=acting.subject)
            case "hold":
                return Hold(reviewers=self._reviewers(acting))
            case "reject":
                return Reject(reply=_reply(acting, authority, 550, "5.7.1"))
            case "defer":
                return Defer(reply=_reply(acting, authority, 451, "4.7.1"))
            case _:
                return Relay()

    def _reviewers(self, acting: written.Acting) -> decision.Reviewers:
        """Those named; with a deadline of the rule's own, without the reminders that would come after it."""
        chosen = self.reviewers[acting.reviewers]
        deadline = acting.deadline or chosen.deadline
        return decision.Reviewers(
            name=acting.reviewers,
            members=chosen.addresses,
            deadline=deadline,
            then=chosen.then,
            reminders=tuple(sorted({reminder for reminder in chosen.reminders if reminder < deadline})),
        )


def _days(rule: written.Rule) -> Period:
    first = f"on or after {rule.from_}" if rule.from_ else ""
    last = f"on or before {rule.until}" if rule.until else ""
    return Period(" and ".join(filter(None, (first, last))), rule.from_, rule.until)


def _reply(acting: written.Acting, authority: Sequence[str], code: int, status: str) -> Reply:
    text = written.reply_text(acting.reply or UNJUDGED, authority)
    return Reply(code=acting.code or code, status=acting.status or status, text=text)
