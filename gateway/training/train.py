"""`hatchway train`: from the messages in `data` to the weights that ship.

Calibration, thresholds and the figures of the card come from messages of writers of whom the model has seen nothing: files that
are not trained on (`--others`), or writers kept out of a first training that is only for that (`--apart`).
"""

import argparse
import math
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from gateway.classify import Classifier, Thresholds, load_roster
from gateway.evaluation.labelled import rows, written
from gateway.evaluation.measures import calibrated, threshold
from gateway.model import Judge, WordPieces
from gateway.model.card import Card, Glance, Level, Scale
from gateway.model.judge import FOUND, NOTHING, SCREEN, SKIM, VOCABULARY
from gateway.model.masking import Masker
from gateway.model.network import Network
from gateway.model.screen import HEEDED, Screen
from gateway.model.skim import Skim
from gateway.model.windows import SIZE
from gateway.reading import Reader
from gateway.training.batches import COLUMNS, Told
from gateway.training.borrowed import borrow
from gateway.training.card import Apart, Made, Scaling, worst_of, write
from gateway.training.examples import Example, Loader, said
from gateway.training.exiting import teach_exit
from gateway.training.export import export
from gateway.training.hardening import harden
from gateway.training.learning import learn
from gateway.training.network import vocabulary
from gateway.training.recipe import Recipe
from gateway.training.screening import Sieve, sieve
from gateway.training.skimming import Skimming, skimming

DATA = Path(__file__).parent / "data"
ROSTER = Path(__file__).parents[2] / "policies" / "roster"
WEIGHTS_FOLDER = Path(__file__).parents[1] / "model" / "weights"
OTHERS = tuple(Path(__file__).parent / "unseen" / f"writer_{name}.jsonl" for name in ("p", "r", "vv", "ww"))
"""Messages that nothing is trained on, and that calibration and thresholds are taken from."""
FLAGGED, MATCHED, ROOM = 0.04, 0.005, 0.1
"""What share of the ordinary messages of writers kept apart may be flagged and matched.

So few as MATCHED are nearly the highest: a match is ROOM above them, in logits, since of what may be higher nothing is known.
"""
REAL_FLAGGED, REAL_MATCHED = 0.03, 0.0125
"""What share of ordinary real mail."""
LOST, UNHEARD, LEFT, TAIL = 0.0025, 0.004, 0.001, 0.05
"""The screen's level is where it would settle LOST of the violations that are flagged; the skim's, UNHEARD of them; that of the
early exit, LEFT.

There are too few for so rare a thing to be counted: how their peaks thin out is read off TAIL of them, the lowest.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What to train on.

    data: the files of the writers; apart: the names of those kept out of the first training
    others: files of writers who are in `data` not at all; if there are any, they take the place of those kept apart, and one
    training is enough
    extra: real messages, labelled, that are shown in training by their first window
    plenty: ordinary real mail that the second round looks for hard windows in, and the screen learns from
    more: ordinary real mail that only the screen learns from
    real: other ordinary real mail that the thresholds also answer to, and nothing is trained on
    """

    data: Sequence[Path]
    apart: frozenset[str] = frozenset()
    others: Sequence[Path] = ()
    extra: Sequence[Path] = ()
    plenty: Sequence[Path] = ()
    more: Sequence[Path] = ()
    real: Sequence[Path] = ()


def train(material: Material, recipe: Recipe, out: Path) -> None:
    """Writes all that the judge reads, and MODEL_CARD.md, to `out`. Raises ValueError for a row that is no message."""
    loader = Loader(WordPieces(iter(vocabulary())))
    files = (*material.data, *material.extra, *material.plenty, *material.more)
    read = {path: loader.load(path) for path in files}
    final = _once(material, read, frozenset(), recipe, out)
    if material.others:
        outcome = outcome_of(final, out, material.others, material.real)
    else:
        kept = [path for path in material.data if path.stem in material.apart]
        with tempfile.TemporaryDirectory() as folder:
            weights = Path(folder)
            trial = _once(material, read, material.apart, recipe, weights)
            outcome = replace(outcome_of(trial, weights, kept, material.real), looks=final)
    finish(out, recipe, outcome, files)


@dataclass(frozen=True, slots=True, kw_only=True)
class Looks:
    """What goes before the model."""

    sieve: Sieve
    skimming: Skimming


def looks(shown: Sequence[Example], seed: int) -> Looks:
    """Both, taught by the same messages."""
    return Looks(sieve=sieve(shown, seed), skimming=skimming(shown, seed))


def _once(
    material: Material, read: Mapping[Path, Sequence[Example]], apart: frozenset[str], recipe: Recipe, weights: Path
) -> Looks:
    """One training without the writers `apart`; the network's weights are written to the folder, the others are returned."""
    shown = [each for path in material.data if path.stem not in apart for each in read[path]]
    extra = [each for path in material.extra for each in read[path]]
    plenty = [each for path in material.plenty for each in read[path]]
    more = [each for path in material.more for each in read[path]]
    told = Told()
    network = learn(shown, extra, recipe, told=told)
    network = harden(network, shown, extra, plenty, recipe, told=told)
    export(network, weights)
    teach_exit(network, weights, shown, [*extra, *plenty, *more], recipe.seed)
    export(network, weights)
    return looks([*shown, *extra, *plenty, *more], recipe.seed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """found: messages of writers kept apart; whole: the same with nothing settled before the model; ordinary: real mail.

    looks: of the last training; least, unheard: their levels; early: that of the early exit
    """

    whole: Sequence[Apart]
    found: Sequence[Apart]
    ordinary: Sequence[Apart]
    looks: Looks
    least: float
    unheard: float
    early: float


def outcome_of(trial: Looks, weights: Path, kept: Sequence[Path], real: Sequence[Path]) -> Outcome:
    """What model and rules make of messages: first of all they say, for the levels of screen and skim, then of what those let
    pass.
    """
    pieces = WordPieces(iter(vocabulary()))
    whole = _judged(plain(weights, pieces), trial, kept), _judged(plain(weights, pieces), trial, real)
    scaling = scaled(*whole)
    least = settled(whole[0], scaling, LOST, lambda each: each.peak)
    unheard = settled(whole[0], scaling, UNHEARD, lambda each: each.skimmed)
    early = settled(whole[0], scaling, LEFT, lambda each: each.early)
    screened = plain(weights, pieces, screen=trial.sieve.at(least), skim=trial.skimming.at(unheard), early=early)
    found, ordinary = _judged(screened, trial, kept), _judged(screened, trial, real)
    return Outcome(whole=whole[0], found=found, ordinary=ordinary, looks=trial, least=least, unheard=unheard, early=early)


def _judged(judge: Judge, trial: Looks, files: Sequence[Path]) -> list[Apart]:
    return [each for path in files for each in judged(judge, trial, path)]


def finish(out: Path, recipe: Recipe, outcome: Outcome, files: Sequence[Path]) -> None:
    """What stands beside the weights in `out`."""
    (out / VOCABULARY).write_text("\n".join(vocabulary()) + "\n", encoding="utf-8")
    (out / SCREEN).write_bytes(outcome.looks.sieve.weights)
    (out / SKIM).write_bytes(outcome.looks.skimming.weights)
    made = Made(
        recipe=recipe,
        data=tuple(files),
        found=outcome.found,
        ordinary=outcome.ordinary,
        scaling=scaled(outcome.found, outcome.ordinary, outcome.whole),
        screen=outcome.looks.sieve.level(outcome.least),
        skim=outcome.looks.skimming.level(outcome.unheard),
        early=outcome.early,
    )
    write(out, made)


def settled(found: Sequence[Apart], scaling: Scaling, lost: float, peak: Callable[[Apart], float]) -> float:
    """The level below which so small a share as `lost` of the violations stands that are flagged.

    What stands in a tail falls off evenly.
    """
    flagged = [peak(each) for each in found if each.expect != "neither" and scaling.reaches(each, "unsure")]
    peaks = sorted(each for each in flagged if each > -math.inf)
    lowest = peaks[: math.ceil(TAIL * len(peaks)) + 1]
    if len(lowest) < 2 or math.isinf(lowest[-1]):  # noqa: PLR2004  -- a tail and where it begins
        return -1e9
    *tail, begins = lowest
    fall = sum(begins - each for each in tail) / len(tail)
    return round(begins - fall * math.log(TAIL / lost), 4)


def scaled(found: Sequence[Apart], ordinary: Sequence[Apart] = (), whole: Sequence[Apart] = ()) -> Scaling:
    """Calibration by category, and thresholds that are one for both, from messages kept apart.

    whole: what calibration is taken from, if not `found`
    """
    scales = {category.value: _calibrated(whole or found, column) for column, category in enumerate(COLUMNS)}
    neither = [each for each in found if each.expect == "neither"]
    shares = [(neither, FLAGGED, MATCHED), (ordinary, REAL_FLAGGED, REAL_MATCHED)]
    worst = [([worst_of(each, scales) for each in group], few, fewer) for group, few, fewer in shares if group]
    flagged = max(threshold(scores, share) for scores, share, _ in worst)
    matched = max(_above(threshold(scores, share)) for scores, _, share in worst)
    return Scaling(scales=scales, thresholds=Thresholds(unsure=round(flagged, 4), match=round(max(flagged, matched), 4)))


def _above(score: float) -> float:
    """ROOM above it."""
    return 1.0 / (1.0 + math.exp(-ROOM) * (1.0 / score - 1.0)) if score else 0.0


def _calibrated(found: Sequence[Apart], column: int) -> Scale:
    category = COLUMNS[column]
    said = [((each.logits[column], each.found[column], each.screened), each.expect == category) for each in found]
    (slope, rules, screen), shift = calibrated(said)
    return Scale(slope=round(slope, 4), rules=round(rules, 4), screen=round(screen, 4), shift=round(shift, 4))


def plain(
    weights: Path, pieces: WordPieces, *, screen: Screen | None = None, skim: Skim | None = None, early: float = -math.inf
) -> Judge:
    """A judge of weights in that folder that have no card yet."""
    one = Scale(slope=1.0, shift=0.0)
    card = Card(
        version="trial",
        size=SIZE,
        files={},
        scales=dict.fromkeys(COLUMNS, one),
        thresholds=Thresholds(),
        screen=Level(words=1.0, scale=1.0, bias=0.0, least=0.0),
        skim=Glance(scale=1.0, bias=0.0, least=0.0),
        early=early,
    )
    return Judge(card, Network(weights), pieces, Masker(), screen=screen, skim=skim)


def judged(judge: Judge, trial: Looks, path: Path) -> Iterator[Apart]:
    """What model, rules and looks make of every row of a file."""
    screen, skim, rules = trial.sieve.at(0.0), trial.skimming.at(0.0), Classifier(load_roster(ROSTER))
    for row in rows(path):
        sentences, subject = said(row["subject"], row["body"])
        found = rules.classify(Reader().read(written(row["subject"], row["body"]))).scores
        most = max(found.values())
        lines = judge.lines(sentences, subject=subject, heard=judge.heard(sentences, subject, found))
        told = judge.said(judge.cut(lines, most, judge.screened(lines))[0], len(lines), most)
        screened = float(screen.scores(lines).max(initial=NOTHING))
        yield Apart(
            id=row["id"],
            writer=path.stem,
            expect=row["expect"],
            logits=(float(told.message[0]), float(told.message[1])),
            found=(found[COLUMNS[0]], found[COLUMNS[1]]),
            screened=screened,
            peak=math.inf if most >= FOUND else screened + HEEDED * most,
            early=told.early,
            skimmed=math.inf if most else float(skim.scores([text for _, text in sentences]).max(initial=NOTHING)),
        )


def main(arguments: Sequence[str] | None = None) -> None:
    """The command."""
    usual = Recipe()
    parser = argparse.ArgumentParser(prog="hatchway train", description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=DATA, help="a folder of labelled JSON Lines, one file for each writer")
    parser.add_argument("--out", type=Path, default=WEIGHTS_FOLDER, help="where weights and card go")
    parser.add_argument("--apart", nargs="*", default=[], help="writers kept apart for calibration, in place of --others")
    parser.add_argument("--others", nargs="*", type=Path, default=list(OTHERS), help="files of writers for calibration alone")
    parser.add_argument("--borrow", type=Path, help="a folder of real mail, see gateway/training/borrowed.py")
    parser.add_argument("--borrowed", type=Path, help="where what was drawn from it goes, to test with  [default: nowhere]")
    parser.add_argument("--epochs", type=int, default=usual.epochs)
    parser.add_argument("--seed", type=int, default=usual.seed)
    parser.add_argument("--threads", type=int, default=usual.threads)
    chosen = parser.parse_args(arguments)
    recipe = replace(usual, epochs=chosen.epochs, seed=chosen.seed, threads=chosen.threads)
    chosen.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        drawn = chosen.borrowed or Path(folder)
        drawn.mkdir(parents=True, exist_ok=True)
        real = borrow(chosen.borrow, drawn) if chosen.borrow else None
        material = Material(
            data=sorted(chosen.data.glob("*.jsonl")),
            apart=frozenset(chosen.apart),
            others=() if chosen.apart else chosen.others,
            extra=(real.extra,) if real else (),
            plenty=(real.plenty,) if real else (),
            more=(real.more,) if real else (),
            real=(real.threshold,) if real else (),
        )
        train(material, recipe, chosen.out)


if __name__ == "__main__":
    main()
