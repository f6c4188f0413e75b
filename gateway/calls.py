"""What webhooks are to be told, and the box it lies in until it was. The room sends nothing."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

KEPT = timedelta(days=7)
"""How long what was told, or given up, is still there to be looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One event for one webhook.

    id: the same for every attempt; hold: what it is about; body: as it is sent, octet by octet
    made: when it happened; due: not to be sent before; attempts: made so far; last: what came of the last one
    """

    id: str
    hook: str
    event: str
    hold: str
    body: str
    made: datetime
    due: datetime
    attempts: int = 0
    last: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """What a webhook was not told yet: how much, the oldest since when, and what came of the last attempt that failed."""

    count: int = 0
    oldest: datetime | None = None
    last: str = ""


class CallBox(Protocol):
    """Durable; raises StoreUnavailable, and then nothing was written."""

    async def told(self, hook: str, first: int) -> int:
        """The number of the last entry of the trail that was looked at for it; `first`, which is kept then, if none was."""
        ...

    async def add(self, hook: str, before: int, after: int, calls: Sequence[Call]) -> bool:
        """Put calls in, and write that all is looked at up to `after`; False if it was no longer `before`, and then nothing."""
        ...

    async def lease(
        self, hooks: Collection[str], now: datetime, until: datetime, limit: int, *, farthest: datetime | None = None
    ) -> Sequence[Call]:
        """Calls that are due, held by nobody else until `until`.

        farthest: what is due, or leased, for later than that was written while a clock was wrong, and is due
        """
        ...

    async def heard(self, call: Call, at: datetime) -> None:
        """It was told."""
        ...

    async def postponed(self, call: Call, said: str, due: datetime) -> None:
        """It was not; try again when due."""
        ...

    async def dropped(self, call: Call, said: str, at: datetime) -> None:
        """It was given up: the trail has it, too."""
        ...

    async def pending(self, hooks: Collection[str]) -> Mapping[str, Pending]:
        """What is still to be told, for each of them."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a receiver answered: its status, 0 for none at all; `says` in a few words; after: the seconds it asks us to wait."""

    status: int
    says: str
    after: int = 0


class Line(Protocol):
    """The way to one receiver."""

    async def tell(self, url: str, octets: bytes, headers: Mapping[str, str]) -> tuple[int, str, str]:
        """Status, or 0 with why there is none; what it says of when to come again. Never raises for the receiver's doing."""
        ...
