"""Policies and roster for the commands that judge without a running front: as the settings say, as options say, or as shipped."""

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from gateway.classify import Roster, load_roster
from gateway.cli.common import SETTINGS, Exit, fail, mistakes_told, shipped
from gateway.directory import cached
from gateway.policy import Drawn, Rulebook, load_rulebook
from gateway.settings import Judging, load_settings
from gateway.source import Mistakes

if TYPE_CHECKING:
    from gateway.evaluation.bench import Judgeship
    from gateway.store import StoredHolds


def rulebook(settings_file: Path, policies: Path | None, known: Roster | None = None) -> Rulebook:
    """The policies to decide by, or the end of the command. known: the roster whose elections they may name."""
    with mistakes_told():
        return load_rulebook(
            policies or _folder(settings_file, "policies"), known.elections if known else None, _drawn(settings_file)
        )


def roster(settings_file: Path, folder: Path | None) -> Roster:
    """The roster to judge by, or the end of the command."""
    with mistakes_told():
        return load_roster(folder or _folder(settings_file, "roster"))


def judging(settings_file: Path) -> Judging:
    """How to judge: with which thresholds, and with the model or without it."""
    with mistakes_told():
        return Judging() if _as_shipped(settings_file) else load_settings(settings_file).judging


def examples(settings_file: Path) -> Path | None:
    """Where rulings are kept as examples; None where they are not."""
    with mistakes_told():
        return None if _as_shipped(settings_file) else load_settings(settings_file).examples


def stored(settings_file: Path) -> "StoredHolds":
    """What the database holds, or the end of the command."""
    from gateway.ports import StoreUnavailable
    from gateway.store import StoredHolds

    with mistakes_told():
        settings = load_settings(settings_file)
    try:
        return StoredHolds(settings.store, settings.encryption)
    except StoreUnavailable as gone:
        fail(Exit.UNAVAILABLE, str(gone))


def folder(settings_file: Path, part: str) -> Path:
    """Where the policies or the roster are, or the end of the command."""
    with mistakes_told():
        return _folder(settings_file, part)


def judgeship(settings_file: Path, folder: Path | None) -> "Judgeship":
    """What the commands judge by that ask no policy."""
    from gateway.evaluation.bench import Judgeship
    from gateway.judges import limits, thresholds

    chosen = judging(settings_file)
    return Judgeship(
        roster=roster(settings_file, folder), limits=limits(chosen), model=chosen.model, thresholds=thresholds(chosen)
    )


def _as_shipped(settings_file: Path) -> bool:
    return not settings_file.exists() and str(settings_file) == SETTINGS


def _drawn(settings_file: Path) -> Drawn:
    """What directories said; without settings that can be read, no name of a directory is unknown."""
    with suppress(Mistakes):
        return cached(load_settings(settings_file))
    return Drawn()


def _folder(settings_file: Path, part: str) -> Path:
    if _as_shipped(settings_file):
        return shipped("." if part == "policies" else part)
    settings = load_settings(settings_file)
    return settings.policies if part == "policies" else settings.roster
