"""HoldStore and Outbox on any database that SQLAlchemy speaks to; which one it is, and how it is opened, is said elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from gateway.hold import HeldMail, Review
from gateway.mail import Receipt, Reply
from gateway.ports import Clock, Dispatch, Parcel
from gateway.store import holds, outbox
from gateway.store.accounts import StoredAccounts
from gateway.store.contents import Spool
from gateway.store.desk import StoredDesk
from gateway.store.writer import Writer


@dataclass(frozen=True, slots=True, kw_only=True)
class Stock:
    """What is on the shelf.

    waiting: holds not ruled on, the oldest since `oldest_waiting`; outbox: parcels to go out, the longest due since
    `oldest_due`; failed: parcels the relay refused for good, ever
    """

    waiting: int
    oldest_waiting: datetime | None
    outbox: int
    oldest_due: datetime | None
    failed: int


class Shelf:
    """Holds come with their content, in memory if it is small, else in a file that stays for an hour; `list` leaves it out."""

    def __init__(self, writer: Writer, spool: Spool, clock: Clock) -> None:
        self.desk = StoredDesk(writer)
        self.accounts = StoredAccounts(writer)
        self._writer = writer
        self._spool = spool
        self._clock = clock

    async def hold(self, held: HeldMail, notices: Sequence[Parcel]) -> None:
        """Keep a message and its notices. Raises ValueError if its id was ever used, and then nothing was written."""

        def work(db: Connection) -> None:
            holds.insert(db, held)
            outbox.put(db, notices)

        await self._writer.do(work)

    async def get(self, hold: str) -> HeldMail | None:
        """The held message of that id, ruled on or not."""
        return await self._writer.do(lambda db: holds.find(db, hold, self._spool))

    async def list(self, *, waiting: bool = True, limit: int = 1000) -> Sequence[HeldMail]:
        """Holds without their content, the earliest deadline first."""
        return await self._writer.do(lambda db: holds.listed(db, waiting=waiting, limit=limit))

    async def rule(self, hold: str, review: Review, parcels: Sequence[Parcel]) -> HeldMail:
        """Write the first ruling and what it sends. Raises AlreadyRuled, KeyError, or ValueError for a stranger."""

        def work(db: Connection) -> HeldMail:
            ruled = holds.rule(db, hold, review, self._spool)
            outbox.put(db, parcels)
            return ruled

        return await self._writer.do(work)

    async def dispatches(self, hold: str) -> Sequence[Dispatch]:
        """What became of all that was put in for a hold; empty if there is none of that id."""
        return await self._writer.do(lambda db: outbox.dispatches(db, hold))

    async def due(self, now: datetime) -> Sequence[HeldMail]:
        """Waiting holds whose next reminder or deadline has come, at most a hundred, the longest due first.

        A deadline at which the policy waits is due once, and again after each further such length of time.
        """
        return await self._writer.do(lambda db: holds.due(db, now, self._spool))

    async def remind(self, hold: str, reminded: int, parcels: Sequence[Parcel]) -> bool:
        """Write that reminders are sent; False if they were, or if the hold is ruled on. Raises KeyError."""

        def work(db: Connection) -> bool:
            first = holds.remind(db, hold, reminded)
            outbox.put(db, parcels if first else ())
            return first

        return await self._writer.do(work)

    async def put(self, parcels: Sequence[Parcel]) -> None:
        """Add mail to go out. Raises ValueError if an id was ever used, KeyError for a release without its hold."""
        await self._writer.do(lambda db: outbox.put(db, parcels))

    async def lease(self, now: datetime, until: datetime, limit: int) -> Sequence[Parcel]:
        """Parcels that are due, the longest due first, held by nobody else until `until`."""
        return await self._writer.do(lambda db: outbox.lease(db, now, until, limit, self._spool))

    async def delivered(self, parcel: Parcel, receipt: Receipt, at: datetime, parcels: Sequence[Parcel]) -> None:
        """The relay took it. Harmless for a parcel that is settled: nothing more goes out. Raises KeyError."""
        await self._settle(parcel, outbox.DELIVERED, receipt, at, parcels)

    async def postponed(self, parcel: Parcel, reply: Reply, due: datetime) -> None:
        """Try again when due. Harmless for a parcel that is settled, or was tried by another since. Raises KeyError."""
        receipt, at = Receipt(reply=reply), self._clock.now()
        await self._writer.do(lambda db: outbox.postpone(db, parcel, receipt, at, due))

    async def failed(self, parcel: Parcel, receipt: Receipt, at: datetime, parcels: Sequence[Parcel]) -> None:
        """The relay refused it for good. Harmless for a parcel that is settled. Raises KeyError."""
        await self._settle(parcel, outbox.FAILED, receipt, at, parcels)

    async def recent(self, recipient: str, since: datetime) -> int:
        """How many notices were made for that mailbox, however it is written, since then."""
        return await self._writer.do(lambda db: outbox.recent(db, recipient, since))

    async def status(self) -> Stock:
        """Counts for those who look after the gateway."""

        def work(db: Connection) -> Stock:
            waiting, oldest = holds.counted(db)
            size, due, failed = outbox.counted(db)
            return Stock(waiting=waiting, oldest_waiting=oldest, outbox=size, oldest_due=due, failed=failed)

        return await self._writer.do(work)

    async def _settle(self, parcel: Parcel, state: str, receipt: Receipt, at: datetime, parcels: Sequence[Parcel]) -> None:
        def work(db: Connection) -> None:
            if outbox.settle(db, parcel, state, receipt, at):
                outbox.put(db, parcels)

        await self._writer.do(work)
