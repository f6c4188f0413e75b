"""How findings, and the opinion of a scorer if there is one, become scores and labels: the one place where that is decided."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from gateway.classify.detectors import spanish
from gateway.reading import Origin
from gateway.verdict import Category, Finding, Kind, Label

_CATEGORIES = tuple(Category)

CERTAIN = 0.75
"""What a link to a campaign must weigh to stand by itself, whatever a scorer makes of the words around it."""

SURE = 0.95
"""From what the findings of a category come to together, a scorer may raise it and no longer lower it."""

SHAPES, PLAIN = frozenset({"sign", "imprint"}), 0.6
"""The detectors of what is no sentence, and what it must weigh to stand likewise: scorers are made for sentences."""

CALLED = 0.45
"""What an appeal in Spanish must weigh to stand likewise: scorers have seen little Spanish."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """From which score on a category is unsure, and from which it is a match."""

    unsure: float = 0.4
    match: float = 0.75

    def __post_init__(self) -> None:
        if not 0.0 < self.unsure <= self.match <= 1.0:
            raise ValueError(f"thresholds rise from 0 to 1: {self.unsure}, {self.match}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a scorer says of one sentence: 0..1 for each category, and of what sort it would be."""

    scores: Mapping[Category, float]
    kind: Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """What a scorer makes of a message.

    scores: of the message, 0..1 by category; sentences: of each sentence given; None where it need not be read
    left: so many sentences were beyond what it reads
    """

    scores: Mapping[Category, float]
    sentences: tuple[Told | None, ...] = ()
    left: int = 0


class Scorer(Protocol):
    """A trained model. It masks what it is given, so that no name, party, association or faith counts."""

    @property
    def version(self) -> str:
        """Names the model in a verdict."""
        ...

    @property
    def thresholds(self) -> Thresholds:
        """Those that were measured with it."""
        ...

    def score(self, sentences: Sequence[tuple[Origin, str]], *, subject: int, found: Mapping[Category, float]) -> Opinion:
        """Of a message's sentences in their order, the first `subject` of them its subject's. Never raises.

        found: what the rules make of the message, 0..1 by category, which the scores take into account.
        """
        ...


def combine(findings: Iterable[Finding]) -> dict[Category, float]:
    """Noisy-or: each finding leaves that much less doubt; more of them never lower a score.

    The second finding of a detector counts half, the third a quarter: it says the same again.
    """
    if not (found := sorted(findings, key=lambda finding: -finding.weight)):
        return dict.fromkeys(_CATEGORIES, 0.0)
    doubt = dict.fromkeys(_CATEGORIES, 1.0)
    said: Counter[tuple[Category, str]] = Counter()
    for finding in found:
        voice = (finding.category, finding.detector)
        doubt[finding.category] *= 1.0 - finding.weight * 0.5 ** said[voice]
        said[voice] += 1
    return {category: round(1.0 - left, 4) for category, left in doubt.items()}


def settled(findings: Iterable[Finding], unsure: float) -> dict[Category, float]:
    """What needs no second opinion: some findings by themselves, and all of them together where they leave hardly a doubt.

    unsure: from which score on a category is; what stands by itself is never less.
    """
    if not (found := tuple(findings)):
        return dict.fromkeys(_CATEGORIES, 0.0)
    whole, alone = combine(found), combine(finding for finding in found if _stands(finding))
    least = {category: max(score, unsure) if score else 0.0 for category, score in alone.items()}
    return {category: max(score, whole[category] * (whole[category] >= SURE)) for category, score in least.items()}


def _stands(finding: Finding) -> bool:
    if finding.detector in spanish.NAMES:
        return finding.weight >= CALLED
    if finding.detector in SHAPES:
        return finding.weight >= PLAIN
    return finding.kind is Kind.LINK and finding.weight >= CERTAIN


def label(score: float, thresholds: Thresholds) -> Label:
    """The label that a score earns."""
    if score >= thresholds.match:
        return Label.MATCH
    return Label.UNSURE if score >= thresholds.unsure else Label.CLEAR
