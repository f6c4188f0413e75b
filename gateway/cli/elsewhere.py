"""`hatchway check --sign-in` and `--store`: whether those who vouch for people answer, and the database, and what they say."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from gateway.identity import Ldap, Oidc
from gateway.settings import load_settings
from gateway.source import Problem, read

_REMEDY = "That is what was said when it was asked; the setting named here is the one to look at first."


def heard(settings_file: Path) -> tuple[list[str], list[Problem]]:
    """What those said who answered, and the problems with the others. Raises Mistakes."""
    console, document = load_settings(settings_file).console, read(settings_file)
    answers, problems = [], []
    for name, of in (("oidc", console.oidc), ("ldap", console.ldap)) if console else ():
        if of is None:
            continue
        try:
            answers.append(f"{name}: {asyncio.run(_asked(of))}")
        except _Silent as silent:
            problems.append(document.problem(("console", name, silent.setting), silent.said, _REMEDY))
    return answers, problems


def looked(settings_file: Path) -> tuple[list[str], list[Problem]]:
    """What the database is, or the problem with it; a SQLite file that is not there yet is none. Raises Mistakes."""
    from gateway.ports import StoreUnavailable
    from gateway.store import look

    store = load_settings(settings_file).store
    if isinstance(store, Path) and not store.exists():
        return [f"store: {store} is made when Hatchway starts"], []
    try:
        return [f"store: {look(store)}"], []
    except StoreUnavailable as away:
        return [], [read(settings_file).problem(("store",), str(away), _REMEDY)]


class _Silent(Exception):  # noqa: N818  -- it states a fact
    def __init__(self, setting: str, said: str) -> None:
        super().__init__(said)
        self.setting = setting
        self.said = said


async def _asked(of: Oidc | Ldap) -> str:
    from gateway.ldap import Directory, DirectoryAway
    from gateway.oidc import Provider, Unproven

    try:
        if isinstance(of, Oidc):
            return await Provider(of, "").probe(datetime.now(UTC))
        directory = Directory(of)
        try:
            return await directory.probe()
        finally:
            directory.close()
    except (Unproven, DirectoryAway) as away:
        raise _Silent(away.setting, away.said) from None
