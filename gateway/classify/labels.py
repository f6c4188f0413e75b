"""How findings, and the opinion of a scorer if there is one, become scores and labels: the one place where that is decided."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from gateway.reading import Origin
from gateway.verdict import Category, Finding, Label


class Scorer(Protocol):
    """A trained model. It is given the masked sentences, so that it never sees a name, a party or a faith."""

    @property
    def version(self) -> str:
        """Names the model in a verdict."""
        ...

    def score(self, sentences: Sequence[tuple[Origin, str]]) -> Mapping[Category, float]:
        """0..1 for each category, of a message's sentences in their order. Never raises."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """From which score on a category is unsure, and from which it is a match."""

    unsure: float = 0.4
    match: float = 0.75

    def __post_init__(self) -> None:
        if not 0.0 < self.unsure <= self.match <= 1.0:
            raise ValueError(f"thresholds rise from 0 to 1: {self.unsure}, {self.match}")


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
    """The label that a score earns."""
    if score >= thresholds.match:
        return Label.MATCH
    return Label.UNSURE if score >= thresholds.unsure else Label.CLEAR
