"""The papers of trained weights: card.json, which the gateway reads, and MODEL_CARD.md, which people read."""

import hashlib
import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from gateway.classify import Thresholds
from gateway.evaluation.measures import average_precision
from gateway.model.card import Glance, Level, Scale, sha256
from gateway.model.judge import FILES
from gateway.model.windows import SIZE
from gateway.share import Share
from gateway.training.batches import COLUMNS
from gateway.training.recipe import Recipe


@dataclass(frozen=True, slots=True, kw_only=True)
class Apart:
    """A message of a writer kept apart, and the logits of a model that has seen none of his.

    found: what the rules make of it; screened: the screen's greatest; peak: what counts for its level, what the rules
    found with it, and without end where some is read in any case; skimmed: the skim's greatest, without end where the rules
    found anything; early: what the lowest layer said of the window that weighs most, -inf if none was read to the end
    """

    id: str
    writer: str
    expect: str
    logits: tuple[float, float]
    found: tuple[float, float] = (0.0, 0.0)
    screened: float = 0.0
    peak: float = 0.0
    skimmed: float = 0.0
    early: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scaling:
    """scales: by the category's name."""

    scales: Mapping[str, Scale]
    thresholds: Thresholds

    def reaches(self, each: Apart, what: str) -> bool:
        """True if either category reaches the threshold of that name: unsure or match."""
        least: float = getattr(self.thresholds, what)
        return worst_of(each, self.scales) >= least


def worst_of(each: Apart, scales: Mapping[str, Scale]) -> float:
    """The greater of its two probabilities."""
    said = zip(COLUMNS, each.logits, each.found, strict=True)
    return max(scales[category.value].probability(logit, found, each.screened) for category, logit, found in said)


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What a training made, and of what. found: messages kept apart; ordinary: real ones."""

    recipe: Recipe
    data: Sequence[Path]
    found: Sequence[Apart]
    ordinary: Sequence[Apart]
    scaling: Scaling
    screen: Level
    skim: Glance
    early: float


def write(out: Path, made: Made) -> None:
    """Both papers, for the files in `out`."""
    files = {name: sha256(out / name) for name in FILES}
    read: dict[str, object] = {
        "size": SIZE,
        "files": files,
        "scales": {category: asdict(scale) for category, scale in made.scaling.scales.items()},
        "thresholds": asdict(made.scaling.thresholds),
        "screen": asdict(made.screen),
        "skim": asdict(made.skim),
        "early": made.early,
    }
    version = f"judge-{hashlib.sha256(json.dumps(read).encode()).hexdigest()[:12]}"
    card = {
        "version": version,
        **read,
        "recipe": asdict(made.recipe),
        "data": {path.name: sha256(path) for path in made.data},
        "apart": sorted({each.writer for each in made.found}),
    }
    (out / "card.json").write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")
    (out / "MODEL_CARD.md").write_text("\n".join(_told(version, made)) + "\n", encoding="utf-8")


def _told(version: str, made: Made) -> Iterator[str]:
    yield f"# {version}\n"
    yield _FOR
    yield "## Figures\n"
    yield "Of writers of whose messages the model that judged them had seen none.\n"
    yield "| writer | messages | AP | violations flagged | violations matched | ordinary flagged | ordinary matched |"
    yield "|---|---|---|---|---|---|---|"
    for writer in (*sorted({each.writer for each in made.found}), "all"):
        yield _row(writer, [each for each in made.found if writer in {each.writer, "all"}], made.scaling)
    if made.ordinary:
        yield _row("real ordinary mail", made.ordinary, made.scaling)
    yield "\n## Thresholds\n"
    least = made.scaling.thresholds
    yield f"Unsure from {least.unsure}, match from {least.match}. Of what is unsure, a violation: {_unsure(made)}.\n"
    yield "| category | slope | rules | screen | shift |"
    yield "|---|---|---|---|---|"
    for name, scale in made.scaling.scales.items():
        yield f"| {name} | {scale.slope} | {scale.rules} | {scale.screen} | {scale.shift} |"
    yield "\n## Settled before the model reads a word\n"
    yield "| | by the skim, before names are masked | by the skim or the screen | or by the early exit, after one layer of six |"
    yield "|---|---|---|---|"
    for title, group in (("ordinary, kept apart", _ordinary(made.found)), ("ordinary, real", made.ordinary)):
        skimmed = _share(group, lambda each: each.skimmed < made.skim.least)
        settled = _share(group, lambda each: each.skimmed < made.skim.least or each.peak < made.screen.least)
        left = _share(group, lambda each: each.early == -math.inf)
        yield f"| {title} | {skimmed} | {settled} | {left} |"
    yield "\n## Made of\n"
    yield f"Recipe: {', '.join(f'{name} {value}' for name, value in asdict(made.recipe).items())}.\n"
    yield from (f"- `{path.name}`" for path in made.data)
    yield "\nWhat of these is not in `gateway/training/data` is real mail of third parties, which is not passed on."


def _ordinary(found: Sequence[Apart]) -> list[Apart]:
    return [each for each in found if each.expect == "neither"]


def _share(group: Sequence[Apart], is_one: Callable[[Apart], bool]) -> str:
    return str(Share(sum(map(is_one, group)), len(group))).strip() if group else "-"


def _row(title: str, found: Sequence[Apart], scaling: Scaling) -> str:
    bad, good = [each for each in found if each.expect != "neither"], _ordinary(found)
    precision = average_precision((worst_of(each, scaling.scales), each.expect != "neither") for each in found)
    cells = [_share(group, partial(scaling.reaches, what=what)) for group in (bad, good) for what in ("unsure", "match")]
    return f"| {title} | {len(found)} | {f'{precision:.3f}' if bad and good else '-'} | {' | '.join(cells)} |"


def _unsure(made: Made) -> Share:
    scaling = made.scaling
    said = [each for each in made.found if scaling.reaches(each, "unsure") and not scaling.reaches(each, "match")]
    return Share(sum(each.expect != "neither" for each in said), len(said))


_FOR = """## What it is for

It says of a message sent from a department's mail, sentence by sentence, whether it promotes a candidate, a party, a ballot
measure or a faith. It is one voice among rules and roster; a person decides about what is unsure. It judges English, and some
Spanish. It is not made to judge people, to find out anybody's views, or to judge mail outside a workplace.

It starts from all-MiniLM-L6-v2 (Apache-2.0), 22 million parameters, and was trained on invented messages by several writers
who did not see each other's (`gateway/training/data`). Names, parties, associations, faiths, places, measures and yes or no
are masked before it sees a word.

## Known failures

- Insinuation without a telling word, where only somebody who knows the place could tell.
- Agreement with a quoted endorsement in a word or two, and its opposite, a quoted endorsement sent on as evidence.
- Names in small letters that no roster knows are not masked.
- A probability is one for the mix of messages of the writers kept apart, two in five of them violations; in everyday mail
  violations are far rarer, so that more of what is flagged there is ordinary than the figures below say.
"""
