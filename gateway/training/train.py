"""`python -m gateway.training.train`: from the messages in `data` to the weights that ship.

Twice the same training: once with all writers, and those are the weights that are kept; once without some (`--apart`), and
what that model makes of their messages gives calibration, thresholds and the figures of the card, since nobody's messages
may be judged by a model that has seen others of his. With messages of writers who are not in the data at all (`--others`)
the second training is not needed.
"""

import argparse
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from gateway.model import Judge, WordPieces
from gateway.model.card import Card, Level, Scale
from gateway.model.judge import NOTHING, SCREEN, VOCABULARY, WEIGHTS
from gateway.model.masking import Masker
from gateway.model.windows import SIZE
from gateway.training.batches import COLUMNS
from gateway.training.card import Apart, Made, reaches, write
from gateway.training.examples import Example, Loader, rows, said
from gateway.training.export import export
from gateway.training.learning import learn
from gateway.training.measures import calibrated, threshold
from gateway.training.network import vocabulary
from gateway.training.recipe import Recipe
from gateway.training.screening import Sieve, sieve

DATA = Path(__file__).parent / "data"
WEIGHTS_FOLDER = Path(__file__).parents[1] / "model" / "weights"
APART = ("train_4", "train_6")
FLAGGED, MATCHED = 0.03, 0.005
"""What share of the ordinary messages of writers kept apart may be flagged and matched."""
REAL_FLAGGED, REAL_MATCHED = 0.01, 0.002
"""What share of ordinary real mail."""
LOST = 0.005
"""What share of the violations that the model would have flagged the screen may settle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What to train on.

    data: the files of the writers; apart: the names of those kept out of the first training
    others: files of writers who are in `data` not at all; if there are any, they take the place of those kept apart, and one
    training is enough
    extra: real messages, labelled, that are shown in training by their first window
    plenty: ordinary real mail that only the screen learns from
    real: other ordinary real mail that the thresholds also answer to, and nothing is trained on
    """

    data: Sequence[Path]
    apart: frozenset[str] = frozenset()
    others: Sequence[Path] = ()
    extra: Sequence[Path] = ()
    plenty: Sequence[Path] = ()
    real: Sequence[Path] = ()


def train(material: Material, recipe: Recipe, out: Path) -> None:
    """Writes weights, vocabulary, screen, card and MODEL_CARD.md to `out`. Raises ValueError for a row that is no message."""
    loader = Loader(WordPieces(iter(vocabulary())))
    files = (*material.data, *material.extra, *material.plenty)
    read = {path: loader.load(path) for path in files}
    final = _once(material, read, frozenset(), recipe, out / WEIGHTS)
    if material.others:
        found, ordinary = _tried(final, out / WEIGHTS, material.others, material.real)
    else:
        kept = [path for path in material.data if path.stem in material.apart]
        with tempfile.TemporaryDirectory() as folder:
            weights = Path(folder) / WEIGHTS
            trial = _once(material, read, material.apart, recipe, weights)
            found, ordinary = _tried(trial, weights, kept, material.real)
    finish(out, recipe, Outcome(found=found, ordinary=ordinary, sieve=final), files)


def _once(
    material: Material, read: Mapping[Path, Sequence[Example]], apart: frozenset[str], recipe: Recipe, weights: Path
) -> Sieve:
    """One training without the writers `apart`; the network's weights are written, the screen's are returned."""
    shown = [each for path in material.data if path.stem not in apart for each in read[path]]
    extra = [each for path in material.extra for each in read[path]]
    plenty = [each for path in material.plenty for each in read[path]]
    export(learn(shown, extra, recipe), weights)
    return sieve([*shown, *extra, *plenty], recipe.seed)


def _tried(trial: Sieve, weights: Path, kept: Sequence[Path], real: Sequence[Path]) -> tuple[list[Apart], list[Apart]]:
    judge = plain(weights, WordPieces(iter(vocabulary())))
    found, ordinary = ([each for path in paths for each in judged(judge, trial, path)] for paths in (kept, real))
    return found, ordinary


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """found: messages of writers kept apart; ordinary: real mail; sieve: of the last training."""

    found: Sequence[Apart]
    ordinary: Sequence[Apart]
    sieve: Sieve


def finish(out: Path, recipe: Recipe, outcome: Outcome, files: Sequence[Path]) -> None:
    """What stands beside the weights in `out`."""
    least = settled(outcome.found, scaled(outcome.found, outcome.ordinary))
    found, ordinary = (
        [each if each.peak >= least else replace(each, logits=(NOTHING, NOTHING)) for each in group]
        for group in (outcome.found, outcome.ordinary)
    )
    (out / VOCABULARY).write_text("\n".join(vocabulary()) + "\n", encoding="utf-8")
    (out / SCREEN).write_bytes(outcome.sieve.weights)
    made = Made(
        recipe=recipe,
        data=tuple(files),
        found=found,
        ordinary=ordinary,
        scales=scaled(found, ordinary),
        screen=outcome.sieve.level(least),
    )
    write(out, made)


def settled(found: Sequence[Apart], scales: Mapping[str, Scale]) -> float:
    """The level of the screen below which hardly a violation stands that the model flags."""
    flagged = sorted(each.peak for each in found if each.expect != "neither" and reaches(each, scales, "unsure"))
    return round(flagged[int(LOST * len(flagged))], 4) - 1e-4 if flagged else -1e9


def scaled(found: Sequence[Apart], ordinary: Sequence[Apart] = ()) -> dict[str, Scale]:
    """Calibration by category, and thresholds that are one for both, from the logits of messages kept apart."""
    plain = [_calibrated(found, column) for column in range(len(COLUMNS))]
    shares = [(_neither(found, plain), FLAGGED, MATCHED), (_worst(ordinary, plain), REAL_FLAGGED, REAL_MATCHED)]
    flagged = max(threshold(scores, share) for scores, share, _ in shares if scores)
    matched = max(threshold(scores, share) for scores, _, share in shares if scores)
    return {
        category.value: replace(scale, unsure=round(flagged, 4), match=round(max(flagged, matched), 4))
        for category, scale in zip(COLUMNS, plain, strict=True)
    }


def _calibrated(found: Sequence[Apart], column: int) -> Scale:
    category = COLUMNS[column]
    others = [(each.logits[column], each.expect == category) for each in found if each.expect in {category, "neither"}]
    slope, shift = calibrated(others)
    return Scale(slope=round(slope, 4), shift=round(shift, 4), unsure=1.0, match=1.0)


def _neither(found: Sequence[Apart], plain: Sequence[Scale]) -> list[float]:
    return _worst([each for each in found if each.expect == "neither"], plain)


def _worst(found: Sequence[Apart], plain: Sequence[Scale]) -> list[float]:
    return [max(scale.probability(logit) for scale, logit in zip(plain, each.logits, strict=True)) for each in found]


def plain(weights: Path, pieces: WordPieces) -> Judge:
    """A judge of weights that have no card yet."""
    one = Scale(slope=1.0, shift=0.0, unsure=0.5, match=0.5)
    none = Level(scale=1.0, bias=0.0, least=0.0)
    card = Card(version="trial", size=SIZE, files={}, scales=dict.fromkeys(COLUMNS, one), screen=none)
    return Judge(card, weights.read_bytes(), pieces, Masker())


def judged(judge: Judge, trial: Sieve, path: Path) -> Iterator[Apart]:
    """The logits of every row of a file, nothing settled by the screen, and what the screen says."""
    screen = trial.at(0.0)
    for row in rows(path):
        sentences, subject = said(row["subject"], row["body"])
        lines = judge.lines(sentences, subject=subject)
        message, _ = judge.logits(judge.cut(lines)[0], len(lines))
        yield Apart(
            id=row["id"],
            writer=path.stem,
            expect=row["expect"],
            logits=(float(message[0]), float(message[1])),
            peak=float(screen.scores(lines).max()) if lines else NOTHING,
        )


def main() -> None:
    """The command."""
    usual = Recipe()
    parser = argparse.ArgumentParser(prog="gateway.training.train", description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=DATA, help="a folder of labelled JSON Lines, one file for each writer")
    parser.add_argument("--out", type=Path, default=WEIGHTS_FOLDER, help="where weights and card go")
    parser.add_argument("--apart", nargs="+", default=list(APART), help="writers kept apart for calibration and thresholds")
    parser.add_argument("--others", nargs="*", type=Path, default=[], help="files of other writers, in place of --apart")
    parser.add_argument("--extra", nargs="*", type=Path, default=[], help="labelled real mail, to train on as well")
    parser.add_argument("--plenty", nargs="*", type=Path, default=[], help="ordinary real mail, for the screen alone")
    parser.add_argument("--real", nargs="*", type=Path, default=[], help="ordinary real mail that the thresholds also answer to")
    parser.add_argument("--epochs", type=int, default=usual.epochs)
    parser.add_argument("--seed", type=int, default=usual.seed)
    parser.add_argument("--threads", type=int, default=usual.threads)
    chosen = parser.parse_args()
    recipe = replace(usual, epochs=chosen.epochs, seed=chosen.seed, threads=chosen.threads)
    chosen.out.mkdir(parents=True, exist_ok=True)
    data = sorted(chosen.data.glob("*.jsonl"))
    material = Material(data=data, apart=frozenset(chosen.apart), extra=chosen.extra, plenty=chosen.plenty, real=chosen.real)
    train(material, recipe, chosen.out)


if __name__ == "__main__":
    main()
