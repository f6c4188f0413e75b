"""What is known of the weights: which file they are, how a logit becomes a probability, and the thresholds measured with them."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from math import exp
from pathlib import Path
from typing import Any

from gateway.classify import Thresholds
from gateway.verdict import Category


class WeightsError(Exception):
    """The model's files are missing or are not what their card says. Says which, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """From three opinions, a logit, what the rules found (0..1) and the screen's score, to a probability.

    1 / (1 + exp(-(slope * logit + rules * found + screen * screened + shift)))
    """

    slope: float
    shift: float
    rules: float = 0.0
    screen: float = 0.0

    def probability(self, logit: float, found: float = 0.0, screened: float = 0.0) -> float:
        """0..1, to four places, so that the last bits of a processor's arithmetic decide nothing."""
        said = self.slope * logit + self.rules * found + self.screen * screened + self.shift
        bounded = max(-30.0, min(30.0, said))
        return round(1.0 / (1.0 + exp(-bounded)), 4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """How the screen's weights are to be read: see Screen."""

    words: float
    scale: float
    bias: float
    least: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """How the skim's weights are to be read: see Skim."""

    scale: float
    bias: float
    least: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """files: the SHA-256 of each, by name; size: word pieces in a window; scales: by category; thresholds: as measured.

    early: what the network's lowest layer must say of a window for the others to read it
    """

    version: str
    size: int
    files: Mapping[str, str]
    scales: Mapping[Category, Scale]
    thresholds: Thresholds
    screen: Level
    skim: Glance
    early: float


def read_card(folder: Path) -> Card:
    """The card of a folder, with every file it names checked. Raises WeightsError."""
    path = folder / "card.json"
    try:
        card = _card(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as wrong:
        raise WeightsError(f"{path} is no model card ({wrong!r}); install the package again or train") from wrong
    for name, expected in card.files.items():
        if sha256(folder / name) != expected:
            raise WeightsError(f"{folder / name} is not the file that {path} describes; install the package again or train")
    return card


def sha256(path: Path) -> str:
    """In hex. Raises WeightsError if the file cannot be read."""
    try:
        with path.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError as wrong:
        raise WeightsError(f"{path} cannot be read ({wrong}); install the package again or train") from wrong


def _card(written: dict[str, Any]) -> Card:
    scales = {
        category: Scale(**{name: float(value) for name, value in written["scales"][category.value].items()})
        for category in Category
    }
    files = {str(name): str(digest) for name, digest in written["files"].items()}
    if not files or any("/" in name or name.startswith(".") for name in files):
        raise ValueError("files: names of files beside the card")
    screen = Level(**{name: float(value) for name, value in written["screen"].items()})
    skim = Glance(**{name: float(value) for name, value in written["skim"].items()})
    thresholds = Thresholds(**{name: float(value) for name, value in written["thresholds"].items()})
    return Card(
        version=str(written["version"]),
        size=int(written["size"]),
        files=files,
        scales=scales,
        thresholds=thresholds,
        screen=screen,
        skim=skim,
        early=float(written["early"]),
    )
