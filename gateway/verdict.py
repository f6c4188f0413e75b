"""What was found in a message. It states, it never decides: no policy is known here.

Everything is frozen data. A Finding without Evidence cannot be built (ValueError).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from gateway.mail import Place, Unread


class Category(StrEnum):
    """What a message may promote (Special Order 9-06 §C: "political or religious positions, opinions or actions")."""

    POLITICAL = "political"
    RELIGIOUS = "religious"


class Label(StrEnum):
    """clear: no promotion was found; unsure: a person should look; match: it promotes."""

    CLEAR = "clear"
    UNSURE = "unsure"
    MATCH = "match"


class Kind(StrEnum):
    """What sort of promotion a finding is."""

    ENDORSEMENT = "endorsement"
    VOTING_ADVICE = "voting advice"
    PROMOTION = "promotion"
    FUND_RAISING = "fund-raising"
    BALLOT_MEASURE = "ballot measure"
    CAMPAIGN_WORK = "campaign work"
    LINK = "link"
    PARTISAN_OPINION = "partisan opinion"
    INSINUATION = "insinuation"
    RELIGIOUS_PROMOTION = "religious promotion"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The words that carry a finding, as they stand in the message."""

    place: Place
    quote: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing found. `says` is a plain sentence without the quote; `weight` is 0..1, how much it speaks for the category."""

    category: Category
    kind: Kind
    detector: str
    says: str
    weight: float
    evidence: tuple[Evidence, ...]

    def __post_init__(self) -> None:
        if not self.evidence:
            msg = f"a finding ({self.detector}: {self.says}) needs evidence"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """labels and scores (0..1) for every category; model and roster name the versions that judged."""

    labels: Mapping[Category, Label]
    scores: Mapping[Category, float]
    findings: tuple[Finding, ...] = ()
    unread: tuple[Unread, ...] = ()
    model: str = field(default="")
    roster: str = field(default="")

    def of(self, category: Category) -> tuple[Finding, ...]:
        """The findings of a category, the weightiest first."""
        return tuple(sorted((f for f in self.findings if f.category is category), key=lambda f: -f.weight))
