"""From the policy files to the rulebook, with all mistakes in all of them found at once.

Every piece (a group, a rule) is looked at by itself, so that a mistake in one hides none in another; only when nothing is
wrong anywhere is anything built.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from gateway.policy import ladders, mistakes, written
from gateway.policy.build import Declared, LadderText, PolicyText
from gateway.policy.drawn import Drawn
from gateway.policy.files import Entry, Files, gather
from gateway.policy.group import Group
from gateway.policy.hurry import Elections
from gateway.policy.members import Members, groups, members
from gateway.policy.rulebook import Rulebook
from gateway.source import Document, Keys, Mistakes, Model, Problem, Wrong, check

M = TypeVar("M", bound=Model)
T = TypeVar("T")


def load_rulebook(folder: Path, elections: Elections | None = None, drawn: Drawn | None = None) -> Rulebook:
    """The rulebook of all `*.yaml` directly in the folder. Raises Mistakes with everything that is wrong in them.

    The places of mistakes and of rules name the files from the folder on, as in `policies/department.yaml:29:9`.
    elections: those of the roster, with their days; None where the roster is not known, and then no window is ever open
    drawn: what directories said; None where no settings are known
    """
    loading = _Loading(gather(folder), elections, drawn or Drawn())
    declared = loading.declared()
    senders = loading.senders()
    zone = loading.zone()
    if loading.problems:
        raise Mistakes(loading.problems)
    return replace(declared.rulebook(senders, zone, loading.files.version), plain=loading.files.plain)


def policy_texts(folder: Path, drawn: Drawn | None = None) -> Mapping[str, bytes]:
    """What a rulebook's version stands for: the text of each file, the lists that groups name too, by name from the folder on."""
    loading = _Loading(gather(folder), None, drawn or Drawn())
    loading.declared()
    return loading.files.texts


@dataclass(slots=True)
class _Loading:
    """The files, and the problems found so far."""

    files: Files
    elections: Elections | None
    drawn: Drawn
    problems: list[Problem] = field(init=False)
    names: Mapping[str, frozenset[str] | tuple[str, ...]] = field(init=False)

    def __post_init__(self) -> None:
        self.problems = self.files.problems
        self.names = self.files.names(self.elections)

    def declared(self) -> Declared:
        """Everything that is declared and right."""
        reviewers = self._section("reviewers", written.Reviewers)
        periods = self._section("periods", written.Period)
        hours = self._section("duty times", written.DutyTimes)
        steps = dict(self._ladders(reviewers, hours))
        policies = dict(self._policies())
        named = {acting.reviewers for text in policies.values() for acting in text.acting}
        rungs = set(self._standing())
        for name, one in reviewers.items():
            alone = name in named or name not in rungs
            self._note(ladders.in_reviewers(*self._place("reviewers", name), one, hours, alone=alone))
        for name, period in periods.items():
            self._note(mistakes.in_period(*self._place("periods", name), period))
        groups, drawn = self._groups()
        return Declared(
            authorities=self._section("authorities", written.Authority),
            groups=groups,
            drawn=drawn,
            duty_times=hours,
            reviewers=reviewers,
            ladders=steps,
            periods=periods,
            policies=policies,
            elections=self.elections or {},
        )

    def senders(self) -> tuple[written.Sender, ...]:
        """The list under `senders`."""
        entry = self.files.once.get("senders")
        if entry is None:
            return ()
        document = entry.document
        items, problems = check(document, tuple[object, ...], at=entry.keys)
        self._note(problems)
        if items is not None and not items:
            self._note([document.problem(entry.keys, '"senders" is empty', "Write at least {sender: anyone, policy: NAME}.")])
        found = [self._piece(written.Sender, Entry(document, (*entry.keys, number))) for number in range(len(items or ()))]
        if found:
            self._note(mistakes.in_senders(document, found))
        return tuple(sender for sender in found if sender)

    def zone(self) -> ZoneInfo | None:
        """The zone in which days are counted, None for UTC."""
        entry = self.files.once.get("time zone")
        name = self._piece(str, entry) if entry else None
        if entry is None or name is None or name == "UTC":
            return None
        try:
            return written.zone(name)
        except Wrong as wrong:
            self._note([entry.document.problem(entry.keys, str(wrong), wrong.remedy)])
            return None

    def _ladders(
        self, reviewers: Mapping[str, written.Reviewers], hours: Mapping[str, written.DutyTimes]
    ) -> Iterator[tuple[str, LadderText]]:
        for name, entry in self.files.named["ladders"].items():
            ladder = self._piece(written.Ladder, entry)
            found = [self._piece(written.Rung, rung) for rung in self._items(entry, "rungs")]
            self._note(ladders.in_ladder(entry.document, entry.keys, ladder, found, reviewers, hours))
            if ladder is not None:
                yield name, LadderText(ladder=ladder, rungs=tuple(rung for rung in found if rung))

    def _groups(self) -> tuple[dict[str, Group], tuple[tuple[str, str], ...]]:
        """All groups, and the groups of directories that are in them."""
        found: dict[str, Members] = {}
        for name, entry in self.files.named["groups"].items():
            found[name], problems = members(entry.document, entry.keys, self.files.folder, self.files.texts, self.drawn)
            self._note(problems)
        together, problems = groups(found, self.names["group"])
        self._note(problems)
        return together, tuple(sorted({group for one in found.values() for group in one.drawn}))

    def _standing(self) -> Iterator[str]:
        """The reviewers on rungs, also of ladders that are wrong in themselves."""
        for entry in self.files.named["ladders"].values():
            for rung in self._items(entry, "rungs"):
                written_there = rung.document.value(rung.keys)
                if isinstance(written_there, dict):
                    yield str(written_there.get("reviewers"))

    def _policies(self) -> Iterator[tuple[str, PolicyText]]:
        for name, entry in self.files.named["policies"].items():
            document, keys = entry.document, entry.keys
            policy = self._piece(written.Policy, entry)
            rules = list(self._rules(entry))
            if policy is None:
                continue
            self._note(mistakes.in_policy(document, keys, policy, rules))
            self._note(self._zoneless(entry, rules))
            places = [document.at(*keys, "rules", number) for number in range(len(rules))]
            on_error = (*keys, "on error")
            yield (
                name,
                PolicyText(
                    name=name,
                    policy=policy,
                    on_error=document.at(*on_error) if document.has(on_error) else entry.place,
                    rules=tuple((place, rule) for place, rule in zip(places, rules, strict=True) if rule),
                ),
            )

    def _rules(self, entry: Entry) -> Iterator[written.Rule | None]:
        for rule in self._items(entry, "rules"):
            yield self._piece(written.Rule, rule)

    def _items(self, entry: Entry, word: str) -> Iterator[Entry]:
        """Where each thing of a list stands."""
        at = (*entry.keys, word)
        items = entry.document.value(at) if entry.document.has(at) else ()
        for number in range(len(items) if isinstance(items, list) else 0):
            yield Entry(entry.document, (*at, number))

    def _zoneless(self, entry: Entry, rules: list[written.Rule | None]) -> Iterator[Problem]:
        """A rule that asks for a day, where nobody says when a day begins."""
        if "time zone" in self.files.once or not self.files.whole:
            return
        for number, rule in enumerate(rules):
            for word, asked in (("during", rule.during), ("from", rule.from_), ("until", rule.until)) if rule else ():
                if asked:
                    remedy = "Write for example time zone: America/Chicago (or UTC) at the top of one file."
                    at = (*entry.keys, "rules", number, word)
                    yield entry.document.problem(at, '"time zone" is missing: when does a day begin?', remedy, key=True)

    def _section(self, section: str, shape: type[M]) -> dict[str, M]:
        found = {name: self._piece(shape, entry) for name, entry in self.files.named[section].items()}
        return {name: one for name, one in found.items() if one is not None}

    def _piece(self, shape: type[T], entry: Entry) -> T | None:
        found, problems = check(entry.document, shape, at=entry.keys, context=self.names)
        self._note(problems)
        return found

    def _place(self, section: str, name: str) -> tuple[Document, Keys]:
        entry = self.files.named[section][name]
        return entry.document, entry.keys

    def _note(self, problems: Iterable[Problem]) -> None:
        self.problems += problems
