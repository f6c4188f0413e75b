"""All directories of the settings, asked when it is time."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import structlog

from gateway.directory.cache import Group, Said, keep, kept_in
from gateway.directory.kinds import source
from gateway.directory.sources import Away, Source
from gateway.lately import lately
from gateway.ports import Clock
from gateway.settings import Settings

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """How it stands with a directory.

    up: its last answer was one, for every group; since: when the group heard of longest ago was heard of; errors: since we
    began; members: how many, by group; unknown: groups that were never heard of
    """

    up: bool
    since: datetime | None
    errors: int
    members: Mapping[str, int]
    unknown: int


class Directories:
    """Raises OSError when it is made, if a secret or a CA file of a directory does not serve."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._folder = settings.directory_cache
        self._listings = settings.directories
        self._sources: dict[str, Source] = {name: source(one) for name, one in self._listings.items()}
        self._said: dict[Group, Said] = dict(kept_in(self._folder)) if self._listings else {}
        self._clock = clock
        self._asked: dict[Group, datetime] = {}
        self._wanted: tuple[Group, ...] = ()
        self._away: set[Group] = set()
        self._errors = Counter[str]()
        self._asking = asyncio.Lock()

    def close(self) -> None:
        """Ask no more."""
        for one in self._sources.values():
            one.close()

    async def learn(self, groups: Iterable[Group]) -> bool:
        """Ask for those of these groups, which are the ones that matter from now on, that nothing is kept of."""
        if self._listings:
            self._said = await asyncio.to_thread(lambda: dict(kept_in(self._folder)))
        self._wanted = tuple(group for group in groups if group[0] in self._sources)
        return await self._ask(group for group in self._wanted if group not in self._said)

    async def refresh(self) -> bool:
        """Ask for the groups that are due; whether anybody is in one, or in none, since."""
        return await self._ask(group for group in self._wanted if self._due(group))

    def heard(self) -> Mapping[str, Heard]:
        """How it stands with each."""
        return {name: self._heard(name) for name in self._sources}

    def _heard(self, name: str) -> Heard:
        wanted = [group for group in self._wanted if group[0] == name]
        said = {group: self._said[group] for group in wanted if group in self._said}
        return Heard(
            up=not any(group in self._away for group in wanted),
            since=min((one.at for one in said.values()), default=None),
            errors=self._errors[name],
            members={group[1]: len(one.members) for group, one in said.items()},
            unknown=len(wanted) - len(said),
        )

    def _due(self, group: Group) -> bool:
        asked = self._asked.get(group)
        return asked is None or not lately(asked, self._clock.now(), self._listings[group[0]].refresh)

    async def _ask(self, groups: Iterable[Group]) -> bool:
        async with self._asking:
            by_name: dict[str, list[Group]] = {}
            for group in groups:
                by_name.setdefault(group[0], []).append(group)
            changed = await asyncio.gather(*(self._ask_one(self._sources[name], of) for name, of in by_name.items()))
        return any(changed)

    async def _ask_one(self, directory: Source, groups: Iterable[Group]) -> bool:
        """One directory, group by group; a group that cannot be heard of hinders no other."""
        changed = False
        for group in groups:
            self._asked[group] = self._clock.now()
            try:
                changed |= await self._take(group, await directory.members(group[1]))
                self._away.discard(group)
            except Away as away:
                self._away.add(group)
                self._errors[group[0]] += 1
                known = self._said.get(group)
                log.error(  # noqa: TRY400  -- a state of the world, with the setting to look at
                    "directory.away",
                    directory=group[0],
                    group=group[1],
                    setting=away.setting,
                    said=away.said,
                    members="unknown" if known is None else f"{len(known.members)} as of {known.at:%Y-%m-%d %H:%M} UTC",
                )
        return changed

    async def _take(self, group: Group, members: frozenset[str]) -> bool:
        """Keep what was said; whether it is something new. Raises Away for what is not to be believed."""
        before = self._said.get(group)
        if before and before.members and not members:
            remedy = f"if that is so, remove its file from {self._folder} and reload"
            raise Away("group", f"it had {len(before.members)} members and now has none, which is not believed; {remedy}")
        said = Said(members=members, at=self._clock.now())
        try:
            await asyncio.to_thread(keep, self._folder, group, said)
        except OSError as error:
            raise Away("directory cache", f"{self._folder} cannot be written: {error.strerror}") from None
        self._said[group] = said
        return self._changed(group, before, said)

    def _changed(self, group: Group, before: Said | None, said: Said) -> bool:
        if before is not None and before.members == said.members:
            return False
        come = len(said.members - before.members) if before else len(said.members)
        gone = len(before.members - said.members) if before else 0
        log.info("directory.changed", directory=group[0], group=group[1], members=len(said.members), come=come, gone=gone)
        return True
