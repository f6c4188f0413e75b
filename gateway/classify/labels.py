"""How findings, and the opinion of a scorer if there is one, become scores and labels: the one place where that is decided."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Protocol

from gateway.reading.types import Reading
from gateway.source import Model
from gateway.verdict import Category, Finding, Label


class Scorer(Protocol):
    """A trained model. It reads texts whose names are masked, and says how sure it is (0..1) of each category."""

    @property
    def version(self) -> str:
        """Names the model in a verdict."""
        ...

    def score(self, reading: Reading) -> Mapping[Category, float]:
        """0..1 for each category. Never raises."""
        ...


class Thresholds(Model):
    """From which score on a category is unsure, and from which it is a match."""

    unsure: float = 0.4
    match: float = 0.8


def combine(findings: Iterable[Finding], opinion: Mapping[Category, float]) -> dict[Category, float]:
    """Noisy-or: each finding, and the scorer's opinion, leaves that much less doubt; more of them never lower a score.

    The second finding of a detector counts half, the third a quarter: it says the same again.
    """
    doubt = {category: 1.0 - min(1.0, max(0.0, opinion.get(category, 0.0))) for category in Category}
    said: Counter[tuple[Category, str]] = Counter()
    for finding in sorted(findings, key=lambda finding: -finding.weight):
        voice = (finding.category, finding.detector)
        doubt[finding.category] *= 1.0 - finding.weight * 0.5 ** said[voice]
        said[voice] += 1
    return {category: round(1.0 - left, 4) for category, left in doubt.items()}


def label(score: float, thresholds: Thresholds) -> Label:
    if score >= thresholds.match:
        return Label.MATCH
    return Label.UNSURE if score >= thresholds.unsure else Label.CLEAR
