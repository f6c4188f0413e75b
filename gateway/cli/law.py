"""Policies and roster for the commands that judge without a running front: as the settings say, as options say, or as shipped."""

from pathlib import Path

from gateway.classify import Roster, load_roster
from gateway.cli.common import SETTINGS, mistakes_told, shipped
from gateway.policy import Rulebook, load_rulebook
from gateway.settings import load_settings


def rulebook(settings_file: Path, policies: Path | None) -> Rulebook:
    """The policies to decide by, or the end of the command."""
    with mistakes_told():
        return load_rulebook(policies or _folder(settings_file, "policies"))


def roster(settings_file: Path, folder: Path | None) -> Roster:
    """The roster to judge by, or the end of the command."""
    with mistakes_told():
        return load_roster(folder or _folder(settings_file, "roster"))


def _folder(settings_file: Path, part: str) -> Path:
    if not settings_file.exists() and str(settings_file) == SETTINGS:
        return shipped("." if part == "policies" else part)
    settings = load_settings(settings_file)
    return settings.policies if part == "policies" else settings.roster
