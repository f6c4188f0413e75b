"""All cases added up. It grows with the rules, and with the senders whose mail is not simply relayed, not with the messages."""

import heapq
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from gateway.rehearsal.cases import Case, Outcome
from gateway.rehearsal.compared import Difference, difference

WORDS = ("relay", "tag", "hold", "reject", "defer")
TELLING = 5
"""So many cases are shown for each rule, those that score highest."""
PROBLEMS = 1000
"""So many messages that could not be judged are named; all are counted."""


@dataclass(slots=True)
class Rule:
    """What a rule did. telling: (score, earlier first, case)."""

    word: str
    policy: str
    clause: tuple[str, ...]
    grounds: str
    count: int = 0
    telling: list[tuple[float, int, Case]] = field(default_factory=list)


class Tally:
    """Takes case by case. listed: so many differences between two laws are kept; all are counted."""

    def __init__(self, *, minutes: float, listed: int = 1000) -> None:
        self.minutes, self._listed = minutes, listed
        self.messages = 0
        self.words: Counter[str] = Counter()
        self.rules: dict[tuple[str, str], Rule] = {}
        self.senders: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self.groups: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._group: dict[str, str] = {}
        self.unread: Counter[str] = Counter()
        self.unread_messages = 0
        self.trials: Counter[tuple[str, str]] = Counter()
        self.problems: list[tuple[str, str]] = []
        self.not_judged: Counter[str] = Counter()
        self._mail: Counter[date] = Counter()
        self._held: Counter[date] = Counter()
        self.undated = 0
        self.versions: set[tuple[str, str]] = set()
        self.moved: Counter[tuple[str, str]] = Counter()
        self.differences: list[Difference] = []
        self.different = 0
        self.held_then = 0

    def add(self, case: Case) -> None:
        """One more."""
        self.messages += 1
        if case.problem:
            self.not_judged[case.problem] += 1
            if len(self.problems) < PROBLEMS:
                self.problems.append((case.name, case.problem))
            return
        now = case.outcomes[0]
        self.words[now.word] += 1
        self._rule(case, now)
        self._who(case, now.word)
        self._when(case, now.word)
        self.unread_messages += bool(now.unread)
        self.unread.update({why.partition(":")[0] for _, why in now.unread})
        self.trials.update(now.trials)
        self.versions.update((one.model, one.roster) for one in case.outcomes)
        if len(case.outcomes) > 1:
            self._compare(case)

    def _rule(self, case: Case, now: Outcome) -> None:
        rule = self.rules.get((now.word, now.rule))
        if rule is None:
            rule = self.rules[now.word, now.rule] = Rule(now.word, now.policy, now.clause, now.grounds)
        rule.count += 1
        if now.word != "relay" and all(kept.subject != case.subject for *_, kept in rule.telling):
            heapq.heappush(rule.telling, (now.score, -case.number, case))
            if len(rule.telling) > TELLING:
                heapq.heappop(rule.telling)

    def _who(self, case: Case, word: str) -> None:
        self.groups[case.group][word] += 1
        if word != "relay":
            self.senders[case.sender.lower()][word] += 1
            self._group[case.sender.lower()] = case.group

    def _when(self, case: Case, word: str) -> None:
        if case.at is None:
            self.undated += 1
            return
        week = case.at.date() - timedelta(days=case.at.weekday())
        self._mail[week] += 1
        self._held[week] += word == "hold"

    def _compare(self, case: Case) -> None:
        now, then = case.outcomes
        self.held_then += then.word == "hold"
        found = difference(case)
        if found is None:
            return
        self.different += 1
        self.moved[now.word, then.word] += 1
        if len(self.differences) < self._listed:
            self.differences.append(found)

    def report(self) -> dict[str, Any]:
        """All of it, as JSON can say it."""
        return {
            "messages": self.messages,
            "judged": sum(self.words.values()),
            "dispositions": {word: self.words[word] for word in WORDS},
            "rules": list(self._rules()),
            "senders": [{"sender": who, "group": self._group[who], **_each(words)} for who, words in self._by_count()],
            "groups": [{"group": name, **_each(words)} for name, words in sorted(self.groups.items())],
            "unread": {"messages": self.unread_messages, "reasons": dict(self.unread.most_common())},
            "dry_run": [{"would": would, "rule": rule, "messages": n} for (would, rule), n in self.trials.most_common()],
            "not_judged": {
                "messages": sum(self.not_judged.values()),
                "reasons": dict(self.not_judged.most_common(PROBLEMS)),
                "each": [{"message": name, "problem": problem} for name, problem in self.problems],
            },
            "reviews": self._reviews(),
            "judged_by": [{"model": model, "roster": roster} for model, roster in sorted(self.versions)],
        }

    def compared(self) -> dict[str, Any]:
        """What is different under the second law."""
        return {
            "different": self.different,
            "moved": [{"now": now, "then": then, "messages": n} for (now, then), n in self.moved.most_common()],
            "held": {"now": self.words["hold"], "then": self.held_then},
            "each": [found.said() for found in self.differences],
        }

    def _by_count(self) -> list[tuple[str, Counter[str]]]:
        return sorted(self.senders.items(), key=lambda item: (-item[1].total(), item[0]))

    def _rules(self) -> Iterator[dict[str, Any]]:
        for (word, place), rule in sorted(self.rules.items(), key=lambda item: (-WORDS.index(item[0][0]), -item[1].count)):
            yield {
                "disposition": word,
                "rule": place,
                "policy": rule.policy,
                "authorities": list(rule.clause),
                "messages": rule.count,
                "telling": [told(case, case.outcomes[0]) for *_, case in sorted(rule.telling, reverse=True)],
            }

    def _reviews(self) -> dict[str, Any]:
        weeks, held = len(self._mail), self.words["hold"]
        dated = sum(self._held.values())
        most = max(self._held, key=lambda week: (self._held[week], week), default=None)
        hour = 60.0
        return {
            "minutes_each": self.minutes,
            "holds": held,
            "hours": round(held * self.minutes / hour, 2),
            "weeks": weeks,
            "first_week": min(self._mail).isoformat() if weeks else None,
            "last_week": max(self._mail).isoformat() if weeks else None,
            "holds_a_week": round(dated / weeks, 2) if weeks else None,
            "hours_a_week": round(dated * self.minutes / hour / weeks, 2) if weeks else None,
            "busiest_week": {"from": most.isoformat(), "holds": self._held[most]} if most and self._held[most] else None,
            "without_a_date": self.undated,
        }


def told(case: Case, now: Outcome) -> dict[str, Any]:
    """A case as JSON can say it."""
    return {
        "message": case.name,
        "sender": case.sender,
        "group": case.group,
        "subject": case.subject,
        "date": case.at.isoformat() if case.at else None,
        "disposition": now.word,
        "policy": now.policy,
        "rule": now.rule,
        "because": now.grounds,
        "authorities": list(now.clause),
        "labels": dict(now.labels),
        "scores": {category: round(score, 4) for category, score in now.scores},
        "evidence": [
            {"category": p.category, "kind": p.kind, "says": p.says, "place": p.place, "quote": p.quote} for p in now.passages
        ],
        "unread": [{"place": place, "why": why} for place, why in now.unread],
    }


def _each(words: Mapping[str, int]) -> dict[str, int]:
    return {word: words.get(word, 0) for word in WORDS}
