"""Mail that goes out at its times, and who wants to be told when. It implements the port `Rounds`.

What went out in such a round speaks of many messages; its octets are deleted when the next of that name goes out a month later.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection, delete, select, update

from gateway.ports import Clock, Parcel
from gateway.store import outbox, steps
from gateway.store.ledger import append
from gateway.store.roll import timetables
from gateway.store.schema import contents, parcels, pieces, rounds
from gateway.store.writer import Writer
from gateway.timetable import Timetable
from gateway.trail import Step

log = structlog.get_logger()

_KEPT = timedelta(days=30)


class StoredRounds:
    """What went out when."""

    def __init__(self, writer: Writer, clock: Clock) -> None:
        self._writer = writer
        self._clock = clock

    async def last(self, name: str, first: datetime) -> datetime:
        """When mail of that name last went out, or `first`, which is kept then."""

        def work(db: Connection) -> datetime:
            known = db.scalar(select(rounds.c.at).where(rounds.c.name == name))
            if known is None:
                db.execute(rounds.insert(), {"name": name, "at": first})
            return known or first

        return await self._writer.do(work)

    async def go(self, name: str, last: datetime, at: datetime, parcels: Sequence[Parcel]) -> bool:
        """Write that it goes out at `at`; False if it did since `last`."""

        def work(db: Connection) -> bool:
            if not db.execute(update(rounds).where(rounds.c.name == name, rounds.c.at == last).values(at=at)).rowcount:
                return False
            if parcels:
                _forget(db, at - _KEPT, at)
                outbox.put(db, parcels)
                append(db, self._clock.now(), Step.NOTIFIED, detail={"round": name, **steps.notified(parcels)})
            return True

        return await self._writer.do(work)

    async def hashes(self, holds: Sequence[str]) -> Mapping[str, str]:
        """SHA-256 of held messages by id."""
        asked = select(contents.c.id, contents.c.sha256).where(contents.c.id.in_(list(holds)))
        return await self._writer.read(lambda db: {row.id: row.sha256 for row in db.execute(asked)})

    async def wishes(self) -> Mapping[str, Timetable]:
        """When people want to hear of what waits, by account. One that cannot be read is as if it were not there."""
        return await self._writer.read(_wishes)

    async def wish(self, account: str, wanted: Timetable | None) -> None:
        """Write what somebody wants; None for what his group has."""

        def work(db: Connection) -> None:
            written = {"written": str(wanted) if wanted else ""}
            if not db.execute(update(timetables).where(timetables.c.account == account).values(written)).rowcount:
                db.execute(timetables.insert(), {"account": account, **written})

        await self._writer.do(work)


def _wishes(db: Connection) -> dict[str, Timetable]:
    found = {}
    for row in db.execute(select(timetables).where(timetables.c.written != "")):
        try:
            found[row.account] = Timetable.parse(row.written)
        except ValueError:
            log.warning("timetable.unreadable", account=row.account)
    return found


def _forget(db: Connection, before: datetime, at: datetime) -> None:
    """Delete the octets of what went out in rounds before then."""
    over = select(parcels.c.content).where(
        parcels.c.hold == "", parcels.c.made < before, parcels.c.state.in_((outbox.DELIVERED, outbox.FAILED))
    )
    old = db.execute(select(contents.c.id).where(contents.c.id.in_(over), contents.c.destroyed.is_(None))).scalars().all()
    db.execute(delete(pieces).where(pieces.c.content.in_(old)))
    db.execute(update(contents).where(contents.c.id.in_(old)).values(destroyed=at))
