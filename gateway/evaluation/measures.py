"""Figures of a judgement: shares with their intervals, average precision, calibration, thresholds. Plain numbers, no library."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import exp, log, sqrt

_Z = 1.959964
STEP = 1e-4
"""The finest step of a score, so that what stands a step above is not reached."""


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many, with the interval that holds the true share with 95 % confidence (Wilson, 1927)."""

    count: int
    of: int

    @property
    def value(self) -> float:
        """0..1; 0 of none is 0."""
        return self.count / self.of if self.of else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Lower and upper end."""
        if not self.of:
            return 0.0, 1.0
        square = _Z * _Z / self.of
        middle = (self.value + square / 2) / (1 + square)
        reach = _Z / (1 + square) * sqrt(self.value * (1 - self.value) / self.of + square / (4 * self.of))
        return max(0.0, middle - reach), min(1.0, middle + reach)

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.value:6.1%} ({low:.1%} to {high:.1%}; {self.count} of {self.of})"


def average_precision(scored: Iterable[tuple[float, bool]]) -> float:
    """Of (score, is one); those of equal score count together. 0 if there is none."""
    ranked = sorted(scored, key=lambda each: -each[0])
    ones = sum(is_one for _, is_one in ranked)
    found, total, at = 0, 0.0, 0
    while at < len(ranked):
        same = at
        while same < len(ranked) and ranked[same][0] == ranked[at][0]:
            same += 1
        more = sum(is_one for _, is_one in ranked[at:same])
        found += more
        total += more * found / same
        at = same
    return total / ones if ones else 0.0


def threshold(ordinary: Sequence[float], share: float) -> float:
    """The lowest score that at most `share` of the ordinary ones reach."""
    ranked = sorted(ordinary, reverse=True)
    allowed = int(share * len(ranked))
    return ranked[allowed] + STEP if allowed < len(ranked) else 0.0


def calibrated(scored: Sequence[tuple[float, bool]], *, rounds: int = 2000, rate: float = 0.5) -> tuple[float, float]:
    """Slope and shift that make logits probabilities (Platt, 1999, with his targets). The shares are those of `scored`."""
    ones = sum(is_one for _, is_one in scored)
    high, low = (ones + 1) / (ones + 2), 1 / (len(scored) - ones + 2)
    slope, shift = 1.0, 0.0
    for _ in range(rounds):
        by_slope = by_shift = 0.0
        for logit, is_one in scored:
            wrong = sigmoid(slope * logit + shift) - (high if is_one else low)
            by_slope += wrong * logit
            by_shift += wrong
        slope -= rate * by_slope / len(scored) / 10
        shift -= rate * by_shift / len(scored)
    return slope, shift


def sigmoid(logit: float) -> float:
    """0..1."""
    return 1 / (1 + exp(-max(-30.0, min(30.0, logit))))


def logit(probability: float) -> float:
    """The inverse of sigmoid."""
    kept = max(1e-9, min(1 - 1e-9, probability))
    return log(kept / (1 - kept))
