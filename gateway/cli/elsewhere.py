"""`hatchway check --sign-in`: whether those who vouch for people answer, and what they say where they do not."""

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
