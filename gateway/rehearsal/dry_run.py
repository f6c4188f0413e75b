"""What dry runs would have done on live mail, by the log: its line for each message says it under `dry_run`.

Read are the lines `mail.disposed` of any log, plain or JSON, with whatever a log daemon writes before them; other lines are
passed over. Nothing is known of what the messages said: no word of them is in a log.
"""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

EVENT = "mail.disposed"
_PAIR = re.compile(r'(\w+)=("(?:[^"\\]|\\.)*"|\S*)')
_TRIAL = re.compile(r"(relay|tag|hold|reject|defer) (.+?:\d+:\d+)(?:, |$)")
_WEEK = 7 * 86400.0
_SENDERS = 10


@dataclass(slots=True)
class _Rule:
    messages: int = 0
    now: Counter[str] = field(default_factory=Counter)
    senders: Counter[str] = field(default_factory=Counter)


class Heard:
    """Takes line by line."""

    def __init__(self, *, minutes: float) -> None:
        self._minutes = minutes
        self._messages = self._noted = self._held = self._holds = 0
        self._rules: defaultdict[tuple[str, str], _Rule] = defaultdict(_Rule)
        self._first: datetime | None = None
        self._last: datetime | None = None

    def add(self, line: str) -> None:
        """One more."""
        said = _said(line) if EVENT in line else {}
        if said.get("event") != EVENT:
            return
        self._messages += 1
        self._when(str(said.get("timestamp", "")))
        trials = _TRIAL.findall(str(said.get("dry_run", "")))
        self._noted += bool(trials)
        now = str(said.get("disposition", ""))
        self._held += now == "hold"
        self._holds += now != "hold" and any(would == "hold" for would, _ in trials)
        for would, place in dict.fromkeys(trials):
            rule = self._rules[would, place]
            rule.messages += 1
            rule.now[now] += 1
            rule.senders[str(said.get("sender", "")).lower()] += 1

    def report(self) -> dict[str, Any]:
        """All of it, as JSON can say it."""
        seconds = (self._last - self._first).total_seconds() if self._first and self._last else 0.0
        weeks = max(seconds / _WEEK, 1 / 7) if self._first else 0.0
        return {
            "messages": self._messages,
            "first": self._first.isoformat() if self._first else None,
            "last": self._last.isoformat() if self._last else None,
            "noted": self._noted,
            "rules": list(self._by_rule()),
            "reviews": {
                "minutes_each": self._minutes,
                "held_now": self._held,
                "more_holds": self._holds,
                "more_hours": round(self._holds * self._minutes / 60, 2),
                "more_hours_a_week": round(self._holds * self._minutes / 60 / weeks, 2) if weeks else None,
            },
        }

    def _when(self, written: str) -> None:
        try:
            at = datetime.fromisoformat(written)
        except ValueError:
            return
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        self._first = min(self._first or at, at)
        self._last = max(self._last or at, at)

    def _by_rule(self) -> Iterator[dict[str, Any]]:
        for (would, place), rule in sorted(self._rules.items(), key=lambda item: -item[1].messages):
            yield {
                "would": would,
                "rule": place,
                "messages": rule.messages,
                "now": dict(rule.now.most_common()),
                "senders": dict(rule.senders.most_common()),
            }


def told(found: Mapping[str, Any]) -> Iterator[str]:
    """The report as lines for a terminal."""
    if not found["messages"]:
        yield f"No line {EVENT} is in it: is this Hatchway's log?"
        return
    yield f"{found['messages']} messages from {found['first']} to {found['last']}; dry runs noted something on {found['noted']}"
    for rule in found["rules"]:
        now = ", ".join(f"{word} {count}" for word, count in rule["now"].items())
        yield f"\n  would {rule['would']} by {rule['rule']}: {rule['messages']} (what became of them: {now})"
        senders = list(rule["senders"].items())
        yield from (f"{count:>8}  {sender}" for sender, count in senders[:_SENDERS])
        if len(senders) > _SENDERS:
            yield f"          and {len(senders) - _SENDERS} more senders; --json lists them all"
    reviews = found["reviews"]
    yield (
        f"\nReviews: {reviews['held_now']} were held, {reviews['more_holds']} more would have been: {reviews['more_hours']:.1f} "
        f"hours at {reviews['minutes_each']:g} minutes each, {reviews['more_hours_a_week'] or 0:.1f} a week"
    )


def heard(lines: Iterable[str], *, minutes: float) -> dict[str, Any]:
    """The report of a log."""
    all_ = Heard(minutes=minutes)
    for line in lines:
        all_.add(line)
    return all_.report()


def _said(line: str) -> Mapping[str, Any]:
    """What a line says, whatever stands before it."""
    start = line.find("{")
    if start >= 0:
        try:
            said = json.loads(line[start:])
        except (ValueError, RecursionError):
            said = None
        if isinstance(said, dict):
            return said
    return {name: re.sub(r"\\(.)", r"\1", value[1:-1]) if value[:1] == '"' else value for name, value in _PAIR.findall(line)}
