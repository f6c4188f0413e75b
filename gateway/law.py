"""The policies and the roster that a front judges by, read together, and what the trail says of them.

It fails with Mistakes: those of both at once.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Protocol

import structlog

from gateway.classify import load_roster
from gateway.database import beside
from gateway.directory import Directories, cached
from gateway.judges import Law
from gateway.policy import load_rulebook, policy_texts
from gateway.ports import StoreUnavailable
from gateway.settings import Settings
from gateway.source import Location, Mistakes, Problem
from gateway.store import KeptLaws
from gateway.trail import Detail, Step

log = structlog.get_logger()

_AGAIN = 60.0
"""Seconds until members that could not be obeyed are tried again."""

Record = Callable[[Step, Detail, str], Awaitable[None]]
"""Puts a step in the trail, with who asked for it. Raises StoreUnavailable."""


class Obedient(Protocol):
    """Who judges."""

    @property
    def law(self) -> Law:
        """What is in force."""
        ...

    async def obey(self, law: Law) -> None:
        """Judge by another. Raises RuntimeError, and then the old one stays."""
        ...


class InForce:
    """The law in force. It is changed by one at a time, so that nobody who read an older one before puts it in force after."""

    def __init__(
        self, settings: Settings, *, directories: Directories, judges: Obedient, record: Record, again: float = _AGAIN
    ) -> None:
        self._settings = settings
        self._directories = directories
        self._judges = judges
        self._record = record
        self._pause = again
        self._not_before = 0.0
        self._behind = False
        self._changing = asyncio.Lock()

    async def reload(self, actor: str, renew: Callable[[], None]) -> Law:
        """Judge by what is on disk. renew: what is read again with it.

        Raises Mistakes, OSError, RuntimeError or StoreUnavailable, and then the old one stays: what cannot be put in the trail
        does not come in force.
        """
        async with self._changing:
            law, written = await drawn_law(self._settings, self._directories)
            renew()
            await self._obeyed(law, written, actor)
        return law

    async def redraw(self) -> None:
        """Judge by the members that directories have now, if they have others. What is wrong is in the log, and tried again."""
        self._behind |= await self._directories.refresh()
        now = asyncio.get_running_loop().time()
        if not self._behind or now < self._not_before:
            return
        async with self._changing:
            try:
                await self._redrawn()
                self._behind = False
            except (Mistakes, RuntimeError, StoreUnavailable) as wrong:
                self._not_before = now + self._pause
                log.error("directory.not_obeyed", why=str(wrong))  # noqa: TRY400  -- a state of the world, not a fault

    async def _redrawn(self) -> None:
        law = await asyncio.to_thread(redrawn, self._settings, self._judges.law)
        versions = {"policies": law.rulebook.version, "roster": law.roster.version}
        if law.rulebook.version != self._judges.law.rulebook.version:  # else a reload was first
            await self._obeyed(law, versions, "directory")
            log.info("directory.obeyed", **versions)

    async def _obeyed(self, law: Law, written: Detail, actor: str) -> None:
        await self._record(Step.LOADED, written, actor)
        await asyncio.to_thread(keep_law, self._settings, law)
        await self._judges.obey(law)


def load_law(settings: Settings) -> Law:
    """Policies and roster as they stand on disk. Raises Mistakes with those of both."""
    problems: list[Problem] = []
    rulebook = roster = None
    try:
        roster = load_roster(settings.roster)
    except Mistakes as mistakes:
        problems += mistakes.problems
    try:
        rulebook = load_rulebook(settings.policies, roster.elections if roster else None, cached(settings))
    except Mistakes as mistakes:
        problems += mistakes.problems
    if rulebook is None or roster is None:
        raise Mistakes(problems)
    return Law(rulebook=rulebook, roster=roster)


def redrawn(settings: Settings, law: Law) -> Law:
    """The same policies with the members that directories have now, whatever became of the files meanwhile.

    Raises Mistakes if the policies in force are found neither on disk nor among those that were kept.
    """
    now, elections = cached(settings), law.roster.elections
    with suppress(Mistakes):
        rulebook = load_rulebook(settings.policies, elections, now)
        if rulebook.plain == law.rulebook.plain:
            return replace(law, rulebook=rulebook)
    kept = KeptLaws(beside(settings.store)).find(law.rulebook.version)
    if kept is None:
        raise Mistakes([Problem(location=Location(str(settings.policies)), message="is no longer what is in force")])
    return replace(law, rulebook=load_rulebook(kept, elections, now))


async def drawn_law(settings: Settings, directories: Directories) -> tuple[Law, Detail]:
    """Policies and roster as they stand on disk, once directories were asked for groups never heard of. Raises Mistakes."""
    law, written = await asyncio.to_thread(written_law, settings)
    if await directories.learn(law.rulebook.drawn):
        law, written = await asyncio.to_thread(written_law, settings)
    return law, written


async def first_law(settings: Settings, directories: Directories, in_force: Mapping[str, str]) -> tuple[Law, Detail]:
    """What a front begins with: what is on disk, or the versions that others judge by, if these were kept. Raises Mistakes."""
    if not in_force:
        return await drawn_law(settings, directories)
    try:
        law, written = await drawn_law(settings, directories)
        if law.versions["plain"] == in_force["plain"] and law.versions["roster"] == in_force["roster"]:
            return law, written
    except Mistakes as mistakes:
        found = await asyncio.to_thread(_kept_law, settings, in_force)
        if found is None:
            raise
        log.warning("policies.kept", mistakes=str(mistakes), says="on disk is what cannot be loaded; what is in force stays")
    else:
        found = await asyncio.to_thread(_kept_law, settings, in_force)
        if found is None:
            log.warning("policies.differ", policies=law.rulebook.version, others=in_force["policies"], says="reload")
            return law, written
    await directories.learn(found.rulebook.drawn)
    return found, {"policies": found.rulebook.version, "roster": found.roster.version}


def _kept_law(settings: Settings, in_force: Mapping[str, str]) -> Law | None:
    """Those versions as they were kept, with the members that directories have now; None if they were not kept."""
    kept = KeptLaws(beside(settings.store))
    policies, roster = kept.find(in_force["policies"]), kept.find(in_force["roster"])
    if policies is None or roster is None:
        return None
    loaded = load_roster(roster)
    return Law(rulebook=load_rulebook(policies, loaded.elections, cached(settings)), roster=loaded)


def written_law(settings: Settings) -> tuple[Law, Detail]:
    """Policies and roster, and what the trail says of them: versions, and each file with its SHA-256. Raises Mistakes."""
    while True:
        files = _hashes(settings)
        law = load_law(settings)
        if files == _hashes(settings):  # else somebody wrote meanwhile
            return law, {"policies": law.rulebook.version, "roster": law.roster.version, "files": files}


def _hashes(settings: Settings) -> list[Mapping[str, str]]:
    folders = (("policies", settings.policies), ("roster", settings.roster))
    files = ((f"{name}/{path.name}", path) for name, folder in folders for path in sorted(folder.glob("*.yaml")))
    return [{"name": name, "sha256": _hash(path)} for name, path in files]


def _hash(path: Path) -> str:
    with suppress(OSError):  # load_law says what is wrong with it
        return sha256(path.read_bytes()).hexdigest()
    return ""


def keep_law(settings: Settings, law: Law) -> None:
    """Keep a copy of policies and roster, so that what is decided by them can be decided again. What cannot be kept is logged."""
    roster = {f"{settings.roster.name}/{path.name}": path for path in settings.roster.glob("*.yaml")}
    kept = KeptLaws(beside(settings.store))
    try:
        whole = kept.keep(
            law.rulebook.version, policy_texts(settings.policies, cached(settings)), lambda folder: load_rulebook(folder).version
        )
        files = {name: path.read_bytes() for name, path in roster.items()}
        whole &= kept.keep(law.roster.version, files, lambda folder: load_roster(folder).version)
    except (OSError, Mistakes) as wrong:
        log.warning("law.not_kept", why=str(wrong))
        return
    if not whole:
        log.warning("law.not_kept", why="a list that groups name lies outside the policies' folder, or a file was written")
