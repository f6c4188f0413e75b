"""A plain endorsement hidden in the ways people and adversaries really use, and harmless twins in the same shapes.

`-s` prints the figures by technique. What is missed all the same is named here, with the reason.
"""

import json
import sys
from dataclasses import dataclass
from functools import cache

import pytest

from gateway.classify import Classifier, load_roster
from gateway.model import load_judge
from gateway.reading import Reader, ReadingLimits
from gateway.verdict import Category, Label
from tests.conftest import TOP
from tests.support.reading import SHARED

EVASION = SHARED / "evasion"
KINDS = "violations", "benign"
UNREAD = "uninspectable"
WAYS = "rules", "model"

MISSED: frozenset[tuple[str, str]] = frozenset()
"""(way of judging, file) of each violation that may be let by."""
WRONGED: frozenset[tuple[str, str]] = frozenset()
"""The same of each harmless message that may be stopped."""

pytestmark = pytest.mark.skipif(
    not all((EVASION / kind / "manifest.jsonl").is_file() for kind in KINDS),
    reason="the shared collection of evasions is not beside this repository",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A message of the collection, what is expected of it, and what became of it by rules alone and with the model."""

    row: dict[str, object]
    found: dict[str, frozenset[str]]

    @property
    def expected(self) -> set[object]:
        return {self.row["expected"], *self.row["accept_also"]}

    def right(self, way: str) -> bool:
        """Flagged for what it is, or said to be unread; nothing of either where it is harmless."""
        found = self.found[way]
        return (
            not found
            if self.expected == {"neither"}
            else bool(found & self.expected or (not found and "neither" in self.expected))
        )


@cache
def judged() -> tuple[Judged, ...]:
    roster = load_roster(TOP / "policies" / "roster")
    ways = dict(zip(WAYS, (Classifier(roster), Classifier(roster, scorer=load_judge())), strict=True))
    reader = Reader(limits=ReadingLimits(time=60, whole=120))  # as it takes: how fast it is is measured elsewhere
    return tuple(
        Judged(row=row, found=_found(reader, ways, (EVASION / kind / row["file"]).read_bytes()))
        for kind in KINDS
        for row in map(json.loads, (EVASION / kind / "manifest.jsonl").read_text().splitlines())
    )


def _found(reader, ways, octets):
    reading = reader.read(octets)
    unread = {UNREAD} if reading.unread else set()
    verdicts = {way: classifier.classify(reading) for way, classifier in ways.items()}
    return {
        way: frozenset({str(c) for c in Category if verdict.labels[c] is not Label.CLEAR} | unread)
        for way, verdict in verdicts.items()
    }


def _wrong(way, *, harmless):
    of = [one for one in judged() if _kind(one) == ("harmless" if harmless else "violations")]
    assert len(of) > 20
    return {(way, one.row["file"]) for one in of if not one.right(way)}


@pytest.mark.timeout(600)
@pytest.mark.parametrize("way", WAYS)
def test_every_violation_is_found_or_said_to_be_unread_but_for_those_named_here(way):
    assert _wrong(way, harmless=False) <= MISSED


@pytest.mark.timeout(600)
@pytest.mark.parametrize("way", WAYS)
def test_every_harmless_twin_is_clear_and_read_in_full_but_for_those_named_here(way):
    assert _wrong(way, harmless=True) <= WRONGED


@pytest.mark.timeout(600)
def test_the_figures_by_technique_are_told():
    told = [line for kind in ("violations", "harmless", "not scored") for line in _table(kind)]
    wrong = [(one, way) for one in judged() for way in WAYS if not one.right(way)]
    told += [f"{one.row['file']}: {way} says {', '.join(sorted(one.found[way])) or 'clear'}" for one, way in wrong]
    sys.stdout.write("\n".join(["", *told, ""]))
    assert len(told) > 20


def _table(kind):
    """How many of a kind are judged right, by family and way."""
    of = [one for one in judged() if _kind(one) == kind]
    yield f"{kind:<16}{'messages':>9}" + "".join(f"{way:>9}" for way in WAYS)
    for family in [*sorted({str(one.row["family"]) for one in of}), "all"]:
        these = [one for one in of if family in {one.row["family"], "all"}]
        right = (sum(one.right(way) for one in these) for way in WAYS)
        yield f"{family:<16}{len(these):>9}" + "".join(f"{count:>9}" for count in right)
    yield ""


def _kind(one):
    if not one.row["strict"]:
        return "not scored"
    return "harmless" if one.row["expected"] == "neither" else "violations"
