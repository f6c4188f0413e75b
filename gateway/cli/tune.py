"""`hatchway tune`."""

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gateway.cli import law
from gateway.cli.common import Exit, as_json, config, ends_told, fail, print_json

if TYPE_CHECKING:
    from gateway.evaluation.tuning import Choice, Ruled

_FEW = 30
"""Rulings of either sort that are too few to choose by."""


@click.command
@click.argument("folder", required=False, type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--miss", type=click.FloatRange(min=0.0), default=5.0, show_default=True, help="Wrongful holds that a miss costs.")
@click.option("--roster", type=click.Path(path_type=Path, file_okay=False), help="A roster folder in place of the settings'.")
@click.option("--jobs", type=click.IntRange(min=1), default=os.cpu_count, show_default="all cores", help="Processes to use.")
@config
@as_json
def command(  # noqa: PLR0913  -- one parameter an option
    *, folder: Path | None, miss: float, roster: Path | None, jobs: int, settings_file: Path, as_json: bool
) -> None:
    """Propose thresholds from the rulings kept in FOLDER (by default the settings' `examples`). Changes nothing.

    A released message counts as ordinary, a denied one as a violation. The tables say how many ordinary messages a month each
    threshold would hold, and how many violations it would miss, of those that were held at all.
    """
    from gateway.evaluation.tuning import best, choices

    ruled, days = _ruled(_folder(folder, settings_file), law.judgeship(settings_file, roster), jobs)
    found = list(choices(ruled, days))
    unsure, match = best(found, miss=miss), best(found, miss=1.0 / max(miss, 1e-9))
    bad = sum(each.offends for each in ruled)
    if as_json:
        print_json({"rulings": len(ruled), "denied": bad, "days": days, "unsure": _plain(unsure), "match": _plain(match)})
        return
    click.echo(f"{len(ruled)} rulings in {days:.0f} days: {bad} denied, {len(ruled) - bad} released")
    if min(bad, len(ruled) - bad) < _FEW:
        click.echo(f"These are few: with fewer than {_FEW} of either sort, keep the thresholds that were measured.")
    click.echo(f"{'':<8}{'threshold':>10}{'wrongful a month':>18}{'missed a month':>16}")
    for name, choice in (("unsure", unsure), ("match", match)):
        click.echo(f"{name:<8}{choice.threshold:>10.4f}{choice.wrongful:>18.1f}{choice.missed:>16.1f}")
    click.echo("What was never held is in no ruling: nothing is known of what lies below the thresholds in force.")


def _folder(folder: Path | None, settings_file: Path) -> Path:
    found = folder or law.examples(settings_file)
    if found is None:
        fail(Exit.CONFIG, "No rulings are kept: name a folder, or set `examples` in the settings.")
    return found


def _ruled(folder: Path, judgeship: Any, jobs: int) -> "tuple[list[Ruled], float]":
    from gateway.evaluation.bench import verdicts
    from gateway.evaluation.tuning import Ruled

    rows = list(_rows(folder))
    if not rows:
        fail(Exit.DATA, f"{folder}: no ruling is kept there yet")
    times = [datetime.fromisoformat(at) for at, _, _ in rows]
    judged = verdicts(((offends, content) for _, offends, content in rows), judgeship, jobs=jobs)
    with ends_told("nothing is proposed by a part of the rulings"):
        ruled = [Ruled(score=max(verdict.scores.values()), offends=offends) for offends, verdict in judged if verdict]
    return ruled, max(1.0, (max(times) - min(times)).total_seconds() / 86400)


def _rows(folder: Path) -> Iterator[tuple[str, bool, bytes]]:
    from gateway.evaluation.labelled import NEITHER, rows

    try:
        for file in sorted(folder.glob("*.jsonl")):
            for row in rows(file):
                yield row["at"], row["expect"] != NEITHER, (folder / row["eml"]).read_bytes()
    except (ValueError, KeyError) as wrong:
        fail(Exit.DATA, f"{folder}: {wrong}")
    except OSError as error:
        fail(Exit.DATA, f"{error.filename}: {error.strerror}")


def _plain(choice: "Choice") -> dict[str, float]:
    return {
        "threshold": choice.threshold,
        "wrongful a month": round(choice.wrongful, 2),
        "missed a month": round(choice.missed, 2),
    }
