"""Trail and Archive of `gateway.ports`: the part of the shelf that says what was done, and what is kept."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection

from gateway.ports import Asked, Clock
from gateway.store import archive, ledger, seals
from gateway.store.contents import Spool
from gateway.store.writer import Writer
from gateway.trail import Detail, Entry, Head, Step

_REWRAPPED = 2000
"""Keys wrapped anew in one transaction, for which others wait."""


class Recorded:
    """What writes, where large content goes, and the time."""

    def __init__(self, writer: Writer, spool: Spool, clock: Clock) -> None:
        self._writer = writer
        self._spool = spool
        self._clock = clock
        self._unwiped = False

    async def record(self, step: str, *, actor: str, hold: str = "", detail: Detail | None = None) -> Entry:
        """Add an entry. Raises ValueError or TypeError for a detail that has no canonical form."""
        return await self._writer.do(lambda db: ledger.append(db, self._clock.now(), step, actor=actor, hold=hold, detail=detail))

    async def entries(self, asked: Asked, *, limit: int = 1000, newest: bool = False) -> Sequence[Entry]:
        """The first or the newest so many, in their order, as they stand."""
        return await self._writer.read(lambda db: ledger.entries(db, asked, limit=limit, newest=newest))

    async def head(self) -> Head | None:
        """The last entry's number and hash."""
        return await self._writer.read(ledger.head)

    async def keep(self, hold: str, *, actor: str, reason: str) -> None:
        """Put a legal hold on it; one that stands for that reason is not recorded again. Raises ValueError without a reason."""
        if not reason.strip():
            raise ValueError("a legal hold requires a reason")
        await self._keep(Step.KEPT, hold, actor, reason, kept=reason)

    async def lift(self, hold: str, *, actor: str, reason: str) -> None:
        """Lift a legal hold; nothing happens where there is none."""
        await self._keep(Step.LIFTED, hold, actor, reason, kept="")

    async def _keep(self, step: Step, hold: str, actor: str, reason: str, *, kept: str) -> None:
        def work(db: Connection) -> None:
            if archive.keep(db, hold, kept):
                ledger.append(db, self._clock.now(), step, actor=actor, hold=hold, detail={"reason": reason})

        await self._writer.do(work)

    async def expendable(self, ruled_before: Mapping[str, datetime], limit: int) -> Mapping[str, str]:
        """Ids of holds whose content was kept long enough, the oldest first, with how they ended."""
        return await self._writer.read(lambda db: archive.expendable(db, ruled_before, limit, self._clock.now()))

    async def destroy(self, hold: str, *, actor: str, why: str) -> bool:
        """Destroy content, in the database, its write-ahead log and the spool; False if that may not be, or was done."""

        def work(db: Connection) -> tuple[str, ...] | None:
            now = self._clock.now()
            remains = archive.destroy(db, hold, now)
            if remains is None:
                return None
            ledger.append(db, now, Step.DESTROYED, actor=actor, hold=hold, detail={"why": why, **remains.said})
            return remains.spooled

        spooled = await self._writer.do(work)
        if spooled is None:
            return False
        self._spool.forget(spooled)
        self._unwiped = True
        await self._wipe()
        return True

    async def tidy(self) -> None:
        """Have in the spool only what was asked for lately, and nothing of what was destroyed, whichever gateway did that.

        What could not be wiped away when it was destroyed is now.
        """
        there = await asyncio.to_thread(self._spool.sweep)
        if there:
            self._spool.forget(await self._writer.read(lambda db: archive.gone(db, there)))
        if self._unwiped:
            await self._wipe()

    async def rekey(self, *, actor: str) -> Mapping[str, object]:
        """Wrap keys anew with the master key in use, as many as take a moment; `left`: whether there may be more.

        Raises ValueError where no master key is in use.
        """

        def work(db: Connection) -> Mapping[str, object]:
            use = seals.known(db).use
            if not use:
                raise ValueError("no key is in use: name one under `encryption`, and start Hatchway anew")
            count = seals.rewrap(db, _REWRAPPED)
            if count == _REWRAPPED:
                return {"rewrapped": count, "left": True}
            now = self._clock.now()
            retired, contents = seals.retire(db, now), seals.sealed(db)
            ledger.append(
                db, now, Step.REKEYED, actor=actor, detail={"key": use, "contents": contents, "not needed any more": retired}
            )
            return {"rewrapped": count, "left": False, "key": use, "contents": contents, "retired": retired}

        return await self._writer.do(work)

    async def files(self, hold: str) -> Mapping[str, bytes]:
        """All of a hold as files by name."""
        return await self._writer.read(lambda db: archive.files(db, hold, self._spool))

    async def prints(self, after: str, limit: int) -> Mapping[str, Mapping[str, str]]:
        """The hashes of what is on the shelf, by hold."""
        return await self._writer.read(lambda db: archive.prints(db, after, limit))

    async def _wipe(self) -> None:
        """Do what this database needs so that deleted octets are nowhere any more; `_unwiped`: whether it still does."""
