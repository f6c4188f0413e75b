"""How things stand with a running front, for those who monitor it: asked of each part at the moment somebody wants to know.

It never fails: a store that does not answer, a certificate or a roster that cannot be read is left out.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from gateway.delivery import Delivery
from gateway.directory import Directories, Heard
from gateway.judges import Judges
from gateway.monitor import Standing
from gateway.monitor.standing import Hooked, Listing, Shelf
from gateway.ports import Clock, StoreUnavailable
from gateway.settings import Settings
from gateway.smarthost import Smarthost
from gateway.smarthost.breaker import State
from gateway.store import Stock
from gateway.vault import ends
from gateway.vigil import Watch
from gateway.webhooks import Webhooks

_STORE = 5.0
"""Seconds in which the store has to answer."""


class Stocked(Protocol):
    """The store, as far as it is asked here."""

    @property
    def failures(self) -> int:
        """How often it could not do what it was asked."""
        ...

    async def status(self) -> Stock:
        """What is on the shelf. Raises StoreUnavailable."""
        ...


class Door(Protocol):
    """A door in."""

    @property
    def sessions(self) -> int:
        """How many connections there are."""
        ...


class Watched:
    """The parts. phase: starting, serving or stopping."""

    def __init__(  # noqa: PLR0913  -- all that is looked at
        self,
        settings: Settings,
        *,
        store: Stocked,
        judges: Judges,
        next_hop: Smarthost,
        delivery: Delivery,
        directories: Directories,
        vigil: Watch,
        webhooks: Webhooks,
        doors: Mapping[str, Door],
        clock: Clock,
    ) -> None:
        self.phase = "starting"
        self._settings = settings
        self._store = store
        self._judges = judges
        self._next_hop = next_hop
        self._delivery = delivery
        self._directories = directories
        self._vigil = vigil
        self._webhooks = webhooks
        self._doors = doors
        self._clock = clock

    async def standing(self) -> Standing:
        """All of it, now."""
        law, breaker = self._judges.law, self._next_hop.breaker
        written, certificates = await asyncio.to_thread(_on_disk, self._settings)
        return Standing(
            now=self._clock.now(),
            policies=law.rulebook.version,
            roster=law.roster.version,
            shelf=await self._shelf(),
            relay_up=breaker.state is State.CLOSED and not breaker.failures,
            relay_failures=breaker.failures,
            phase=self.phase,
            sessions={name: door.sessions for name, door in self._doors.items()},
            store_errors=self._store.failures,
            judge_restarts=self._judges.restarts,
            deliveries=dict(self._delivery.outcomes),
            roster_written=written,
            certificates=certificates,
            last_message=self._vigil.last,
            canaries={name: (one.well, one.well_at) for name, one in self._vigil.flown.items()},
            webhooks=await self._hooked(),
            told=dict(self._webhooks.outcomes),
            directories={name: _listing(one) for name, one in self._directories.heard().items()},
        )

    async def _hooked(self) -> dict[str, Hooked]:
        with suppress(StoreUnavailable, TimeoutError):
            async with asyncio.timeout(_STORE):
                pending = await self._webhooks.pending()
            return {name: Hooked(count=one.count, oldest=one.oldest) for name, one in pending.items()}
        return {}

    async def _shelf(self) -> Shelf | None:
        try:
            async with asyncio.timeout(_STORE):
                stock = await self._store.status()
        except (StoreUnavailable, TimeoutError):
            return None
        return Shelf(
            waiting=stock.waiting,
            oldest_hold=stock.oldest_waiting,
            parcels=stock.outbox,
            oldest_parcel=stock.oldest_due,
            undeliverable=stock.failed,
        )


def _listing(heard: Heard) -> Listing:
    return Listing(up=heard.up, since=heard.since, errors=heard.errors, members=heard.members, unknown=heard.unknown)


def _on_disk(settings: Settings) -> tuple[datetime | None, dict[str, datetime]]:
    """When the newest file of the roster was written, and when certificates of ours end."""
    return newest(settings.roster), {str(file): end for file in certificates(settings) if (end := _end(file))}


def newest(folder: Path) -> datetime | None:
    """When the newest `*.yaml` in it was written; None if there is none."""
    times = []
    for path in folder.glob("*.yaml"):
        with suppress(OSError):
            times.append(path.stat().st_mtime)
    return datetime.fromtimestamp(max(times), UTC) if times else None


def certificates(settings: Settings) -> tuple[Path, ...]:
    """The files with the certificates that we show, to clients and to the relay."""
    doors = (settings.tls, *(one.tls for one in (settings.console, settings.monitor) if one))
    return tuple(dict.fromkeys(one.certificate for one in (*doors, settings.relay) if one and one.certificate))


def _end(file: Path) -> datetime | None:
    with suppress(OSError, ValueError):
        return ends(file)
    return None
