"""From what was written, once nothing is wrong with it, to the rulebook."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from gateway import decision
from gateway.decision import Defer, Disposition, Hold, Recusal, Reject, Relay, Reviewers, Rung, Tag
from gateway.duty import DAYS, Duty
from gateway.mail import Reply
from gateway.policy import written
from gateway.policy.condition import Condition, During, Finds, Period, Recipients, Unread, Written
from gateway.policy.group import ANYONE, Group
from gateway.policy.hurry import Elections, Hurry, chosen
from gateway.policy.rulebook import Action, Policy, Rule, Rulebook, Sender
from gateway.source import Location
from gateway.timetable import Timetable

UNJUDGED = "The message could not be judged now; try again later"


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyText:
    """A policy as written, and where its rules stand."""

    name: str
    policy: written.Policy
    on_error: Location
    rules: tuple[tuple[Location, written.Rule], ...]

    @property
    def acting(self) -> tuple[written.Acting, ...]:
        """All that acts in it."""
        return (*((self.policy.on_error,) if self.policy.on_error else ()), *(rule for _, rule in self.rules))


@dataclass(frozen=True, slots=True, kw_only=True)
class LadderText:
    """A ladder as written, with its rungs."""

    ladder: written.Ladder
    rungs: tuple[written.Rung, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """Everything that was declared, by name."""

    authorities: Mapping[str, written.Authority]
    groups: Mapping[str, Group]
    duty_times: Mapping[str, written.DutyTimes]
    reviewers: Mapping[str, written.Reviewers]
    ladders: Mapping[str, LadderText]
    elections: Elections
    periods: Mapping[str, written.Period]
    policies: Mapping[str, PolicyText]
    drawn: tuple[tuple[str, str], ...] = ()

    def rulebook(self, senders: Sequence[written.Sender], zone: ZoneInfo | None, version: str) -> Rulebook:
        """The rulebook. The last of the senders is for anyone."""
        policies = {name: self._policy(policy) for name, policy in self.policies.items()}
        return Rulebook(
            version=version,
            senders=tuple(self._sender(sender, policies[sender.policy]) for sender in senders),
            anyone=policies[senders[-1].policy],
            zone=zone,
            groups=self.groups,
            reviewers=tuple(self._of(self._alone(name), one.then) for name, one in self.reviewers.items()),
            drawn=self.drawn,
        )

    def _sender(self, sender: written.Sender, policy: Policy) -> Sender:
        names = tuple(name for name in sender.sender if name != written.NOBODY)
        nobody = not {written.NOBODY, written.ANYONE}.isdisjoint(sender.sender)
        return Sender(groups=self._groups(names), nobody=nobody, policy=policy, dry_run=sender.dry_run)

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
        holds = action == "hold"
        return Action(
            place=place,
            disposition=self._disposition(acting, action, own, policy),
            authority=cited,
            hurry=self._hurry(acting, policy) if holds else None,
            apart=self._groups(policy.recusal.groups) if holds and policy.recusal else (),
        )

    def _disposition(self, acting: written.Acting, action: str, authority: Sequence[str], policy: written.Policy) -> Disposition:
        match action:
            case "tag":
                return Tag(headers=tuple((acting.headers or {}).items()), subject=acting.subject)
            case "hold":
                return Hold(reviewers=self._reviewers(acting, policy))
            case "reject":
                return Reject(reply=_reply(acting, authority, 550, "5.7.1"))
            case "defer":
                return Defer(reply=_reply(acting, authority, 451, "4.7.1"))
            case _:
                return Relay()

    def _reviewers(self, acting: written.Acting, policy: written.Policy) -> Reviewers:
        """Those named, or the ladder; with a deadline of the rule's own, without the reminders that would come after it."""
        ladder = "" if acting.reviewers else acting.ladder or policy.ladder
        rungs = [self._rung(rung) for rung in self.ladders[ladder].rungs] if ladder else [self._alone(acting.reviewers, acting)]
        first, *later = rungs
        then = self.ladders[ladder].ladder.then if ladder else self.reviewers[acting.reviewers].then
        return replace(
            self._of(first, then),
            later=tuple(later),
            pair=policy.two_reviewers or "",
            recusal=Recusal(named=policy.recusal is not None and policy.recusal.named),
        )

    def _of(self, rung: Rung, then: Literal["release", "deny", "wait"] | None) -> Reviewers:
        """A ladder that begins there."""
        chosen = self.reviewers[rung.name]
        return Reviewers(
            name=rung.name,
            members=rung.members,
            deadline=rung.lasts,
            then=then or "wait",
            reminders=rung.reminders,
            appeal=chosen.appeal_within,
            told=Timetable.parse(chosen.told),
            duty=rung.duty,
            off_duty=rung.off_duty,
        )

    def _alone(self, name: str, acting: written.Acting | None = None) -> Rung:
        chosen = self.reviewers[name]
        deadline = (acting.deadline if acting else None) or chosen.deadline or timedelta(days=1)
        return self._standing(name, chosen, deadline, chosen.reminders)

    def _rung(self, rung: written.Rung) -> Rung:
        hours: written.OnDuty = rung if rung.on_duty else self.reviewers[rung.reviewers]
        return self._standing(rung.reviewers, hours, rung.for_, rung.reminders)

    def _standing(self, name: str, hours: written.OnDuty, lasts: timedelta, reminders: Sequence[timedelta]) -> Rung:
        return Rung(
            name=name,
            members=self.reviewers[name].addresses,
            lasts=lasts,
            reminders=tuple(sorted({reminder for reminder in reminders if reminder < lasts})),
            duty=self._duty(hours.on_duty),
            off_duty=hours.off_duty or "pause",
        )

    def _duty(self, name: str) -> Duty | None:
        if not name:
            return None
        hours = self.duty_times[name]
        return Duty(
            name=name,
            zone=hours.time_zone,
            days=tuple(sorted({DAYS.index(day.capitalize()) for day in hours.days})),
            begins=written.minutes_of(hours.from_),
            ends=written.minutes_of(hours.until),
            holidays=tuple(sorted(set(hours.holidays))),
        )

    def _hurry(self, acting: written.Acting, policy: written.Policy) -> Hurry | None:
        ladder = "" if acting.reviewers else acting.ladder or policy.ladder
        window = (self.ladders[ladder].ladder if ladder else self.reviewers[acting.reviewers]).election_window
        if window is None:
            return None
        return Hurry(
            elections=chosen(self.elections, window.elections),
            before=-(-window.before // timedelta(days=1)),
            after=-(-window.after // timedelta(days=1)),
            factor=window.factor,
            deadline=window.deadline,
        )


def _days(rule: written.Rule) -> Period:
    first = f"on or after {rule.from_}" if rule.from_ else ""
    last = f"on or before {rule.until}" if rule.until else ""
    return Period(" and ".join(filter(None, (first, last))), rule.from_, rule.until)


def _reply(acting: written.Acting, authority: Sequence[str], code: int, status: str) -> Reply:
    text = written.reply_text(acting.reply or UNJUDGED, authority)
    return Reply(code=acting.code or code, status=acting.status or status, text=text)
