"""The reviewers' desk on the shelf: lists of holds, and the notes left on them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, select

from gateway.desk import Leaf, Line, Remark, Search, Tally
from gateway.store import cards, seals
from gateway.store.schema import holds, remarks
from gateway.store.writer import Writer

_REMARK = "remark"


class StoredDesk:
    """It implements the port `Desk`."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    async def find(self, search: Search) -> Leaf:
        """A page of lines. Raises ValueError for a key that is none."""
        return await self._writer.read(lambda db: cards.find(db, search))

    async def alike(self, cluster: str, groups: Sequence[str] | None) -> Sequence[Line]:
        """What waits and is near-identical."""
        return await self._writer.read(lambda db: cards.alike(db, cluster, groups))

    async def these(self, ids: Sequence[str], groups: Sequence[str] | None) -> Sequence[Line]:
        """The lines of these holds, as far as they are there and may be seen."""
        return await self._writer.read(lambda db: cards.these(db, ids, groups))

    async def tally(self, groups: Sequence[str] | None, soon: datetime) -> Tally:
        """Counts of what waits."""
        return await self._writer.read(lambda db: cards.tally(db, groups, soon))

    async def policies(self) -> Sequence[str]:
        """The policies by which something was ever held."""
        return await self._writer.read(cards.policies)

    async def groups(self) -> Sequence[str]:
        """The groups whose senders ever had something held."""
        return await self._writer.read(cards.groups)

    async def remark(self, hold: str, remark: Remark) -> None:
        """Leave a note. Raises KeyError."""

        def work(db: Connection) -> None:
            if db.scalar(select(holds.c.id).where(holds.c.id == hold)) is None:
                raise KeyError(hold)
            text = seals.of(db, hold).close_text(_REMARK, remark.text)
            db.execute(remarks.insert(), {"hold": hold, "by": remark.by, "at": remark.at, "text": text})

        await self._writer.do(work)

    async def remarks(self, hold: str) -> Sequence[Remark]:
        """The notes, the first first."""
        asked = select(remarks).where(remarks.c.hold == hold).order_by(remarks.c.number)

        def work(db: Connection) -> list[Remark]:
            key = seals.of(db, hold)
            return [Remark(by=row.by, at=row.at, text=seals.text(key, _REMARK, row.text)) for row in db.execute(asked)]

        return await self._writer.read(work)
