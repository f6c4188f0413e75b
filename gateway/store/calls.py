"""Calls of webhooks as rows. It implements the port `CallBox`.

The trail is what they are made of: an entry is there if and only if what it tells of was done, so that nothing is told of that
was not, and nothing that was is forgotten. Which entries were looked at and what came of them is written in one transaction.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, or_, select, update

from gateway.calls import KEPT, Call, Pending
from gateway.store.ledger import append
from gateway.store.schema import calls, hooks
from gateway.store.writer import Writer
from gateway.trail import Step

WAITING, HEARD, DROPPED = "waiting", "heard", "dropped"
_SAID = 300


class StoredCalls:
    """All calls, and how far the trail was looked at for each webhook."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    async def told(self, hook: str, first: int) -> int:
        """The number of the last entry that was looked at, or `first`, which is kept then."""

        def work(db: Connection) -> int:
            known = db.scalar(select(hooks.c.told).where(hooks.c.name == hook))
            if known is None:
                db.execute(hooks.insert(), {"name": hook, "told": first})
            return first if known is None else known

        return await self._writer.do(work)

    async def add(self, hook: str, before: int, after: int, calls_: Sequence[Call]) -> bool:
        """Put calls in; False if another gateway did meanwhile."""

        def work(db: Connection) -> bool:
            its = hooks.c.name == hook, hooks.c.told == before
            if not db.execute(update(hooks).where(*its).values(told=after)).rowcount:
                return False
            if calls_:
                old = calls.c.state != WAITING, calls.c.at < max(one.made for one in calls_) - KEPT
                db.execute(delete(calls).where(*old))
                db.execute(calls.insert(), [_row(one) for one in calls_])
            return True

        return await self._writer.do(work)

    async def lease(
        self, hooks_: Collection[str], now: datetime, until: datetime, limit: int, *, farthest: datetime | None = None
    ) -> Sequence[Call]:
        """Calls that are due and in nobody's hands, the longest due first."""
        due, leased = calls.c.due, calls.c.leased_until
        astray = [] if farthest is None else [due > farthest]
        kept_astray = [] if farthest is None else [leased > farthest]
        free = or_(leased.is_(None), leased <= now, *kept_astray)
        ready = select(calls).where(calls.c.state == WAITING, or_(due <= now, *astray), free, calls.c.hook.in_(list(hooks_)))
        ready = ready.order_by(due, calls.c.number).limit(limit).with_for_update(skip_locked=True)

        def work(db: Connection) -> Sequence[Call]:
            rows = db.execute(ready).all()
            db.execute(update(calls).where(calls.c.number.in_([row.number for row in rows])).values(leased_until=until))
            return [_call(row) for row in rows]

        return await self._writer.claim(work)

    async def heard(self, call: Call, at: datetime) -> None:
        """It was told."""
        await self._writer.claim(lambda db: _tried(db, call, at, "", state=HEARD))

    async def postponed(self, call: Call, said: str, due: datetime) -> None:
        """Try again when due."""
        await self._writer.claim(lambda db: _tried(db, call, due, said, due=due))

    async def dropped(self, call: Call, said: str, at: datetime) -> None:
        """It was given up."""

        def work(db: Connection) -> None:
            if _tried(db, call, at, said, state=DROPPED):
                detail = {
                    "webhook": call.hook,
                    "id": call.id,
                    "event": call.event,
                    "attempts": call.attempts + 1,
                    "last": said[:_SAID],
                }
                append(db, at, Step.UNHEARD, hold=call.hold, detail=detail)

        await self._writer.do(work)

    async def pending(self, hooks_: Collection[str]) -> Mapping[str, Pending]:
        """What is still to be told."""
        number, oldest = func.count().label("number"), func.min(calls.c.made).label("oldest")
        counted = select(calls.c.hook, number, oldest, func.max(calls.c.last).label("last"))
        counted = counted.where(calls.c.state == WAITING).group_by(calls.c.hook)

        def work(db: Connection) -> Mapping[str, Pending]:
            found = {row.hook: Pending(count=row.number, oldest=row.oldest, last=row.last) for row in db.execute(counted)}
            return {name: found.get(name, Pending()) for name in hooks_}

        return await self._writer.read(work)


def unlease(db: Connection) -> None:
    """Let go of every lease: those who held them are known to be gone."""
    db.execute(update(calls).where(calls.c.leased_until.is_not(None)).values(leased_until=None))


def _tried(db: Connection, call: Call, at: datetime, said: str, **changed: str | datetime) -> bool:
    """Write what came of an attempt; False if another made one meanwhile."""
    its = calls.c.hook == call.hook, calls.c.id == call.id, calls.c.attempts == call.attempts, calls.c.state == WAITING
    values = {"attempts": call.attempts + 1, "last": said[:_SAID], "at": at, "leased_until": None, **changed}
    return bool(db.execute(update(calls).where(*its).values(values)).rowcount)


def _row(call: Call) -> dict[str, object]:
    same = ("hook", "id", "event", "hold", "body", "made", "due", "attempts", "last")
    return {**{name: getattr(call, name) for name in same}, "state": WAITING, "at": call.made}


def _call(row: Row[Any]) -> Call:
    same = ("hook", "id", "event", "hold", "body", "made", "due", "attempts", "last")
    return Call(**{name: getattr(row, name) for name in same})
