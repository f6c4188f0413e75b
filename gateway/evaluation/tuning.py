"""Thresholds that a department's own rulings speak for.

An example is a message a reviewer released (it was ordinary) or denied (it was a violation). For every threshold we count
what would have been stopped wrongly and what would have been missed, and say it as a rate for a month. What was never held
is in no ruling, so that a threshold below the present one cannot be judged by them; the tables say so.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gateway.evaluation.measures import STEP

MONTH = 30.44
"""Days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruled:
    """A message with its score (the greater of both categories), and whether the ruling found it to be a violation."""

    score: float
    offends: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What a threshold would have come to, a month: ordinary messages that reach it, and violations that do not."""

    threshold: float
    wrongful: float
    missed: float

    def cost(self, miss: float) -> float:
        """In wrongful holds, if a miss is as bad as `miss` of them."""
        return self.wrongful + miss * self.missed


def choices(ruled: Sequence[Ruled], days: float) -> Iterator[Choice]:
    """Every threshold at which something changes, the lowest first. days: over which the rulings were made."""
    months = max(days / MONTH, 1e-9)
    for threshold in sorted({0.0, *(round(each.score + STEP, 4) for each in ruled)}):
        wrongful = sum(each.score >= threshold for each in ruled if not each.offends)
        missed = sum(each.score < threshold for each in ruled if each.offends)
        yield Choice(threshold=threshold, wrongful=wrongful / months, missed=missed / months)


def best(found: Sequence[Choice], *, miss: float) -> Choice:
    """The cheapest; of equal ones the lowest threshold. Raises ValueError if there is none."""
    return min(found, key=lambda each: (each.cost(miss), each.threshold))
