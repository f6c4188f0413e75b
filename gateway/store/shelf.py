"""The ports on any database that SQLAlchemy speaks to; which one it is, and how it is opened, is said elsewhere.

Whatever changes a hold or a parcel puts its entry in the audit trail in the same transaction.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from sqlalchemy import Connection

from gateway.hold import HeldMail, Review
from gateway.mail import Receipt, Reply
from gateway.ports import Clock, Dispatch, Parcel, StoreUnavailable, StoreUncertain
from gateway.store import holds, outbox, steps
from gateway.store.accounts import StoredAccounts
from gateway.store.calls import StoredCalls
from gateway.store.contents import Spool
from gateway.store.desk import StoredDesk
from gateway.store.factors import StoredFactors
from gateway.store.figures import StoredFigures
from gateway.store.hearings import StoredPleas
from gateway.store.ledger import append
from gateway.store.records import Recorded
from gateway.store.rounds import StoredRounds
from gateway.store.tokens import StoredTokens
from gateway.store.writer import Writer
from gateway.trail import Detail, Step

_LOOKS, _PAUSE = 10, 0.5
"""How often, and after how many seconds each, a store that was lost is asked what it did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stock:
    """What is on the shelf.

    waiting: holds not ruled on, since `oldest_waiting` to `newest_waiting`; outbox: parcels to go out, the longest due since
    `oldest_due`; failed: parcels the relay refused for good, ever
    """

    waiting: int
    oldest_waiting: datetime | None
    newest_waiting: datetime | None
    outbox: int
    oldest_due: datetime | None
    failed: int


class Shelf(Recorded):
    """Holds come with their content, in memory if it is small, else in a file that stays for an hour; `list` leaves it out."""

    shared: ClassVar[bool] = False
    """Whether other gateways may have the same one."""

    def __init__(self, writer: Writer, spool: Spool, clock: Clock) -> None:
        super().__init__(writer, spool, clock)
        self.desk = StoredDesk(writer)
        self.accounts = StoredAccounts(writer)
        self.factors = StoredFactors(writer)
        self.figures = StoredFigures(writer)
        self.pleas = StoredPleas(writer, spool, clock)
        self.rounds = StoredRounds(writer, clock)
        self.tokens = StoredTokens(writer)
        self.calls = StoredCalls(writer)

    @property
    def failures(self) -> int:
        """How often the store could not do what it was asked, since it was opened."""
        return self._writer.failures

    async def hold(self, held: HeldMail, notices: Sequence[Parcel]) -> None:
        """Keep a message and its notices. Raises ValueError if its id was ever used, and then nothing was written."""

        def work(db: Connection) -> None:
            sha256 = holds.insert(db, held)
            outbox.put(db, notices)
            append(db, self._clock.now(), Step.HELD, hold=held.mail.id, detail=steps.held(held, sha256, notices))

        try:
            await self._writer.do(work)
        except StoreUncertain:
            if not await self._kept(held.mail.id):
                raise

    async def _kept(self, hold: str) -> bool:
        """Whether it is there, once the store is; False if it is not there, or the store not back in a few seconds."""
        for _ in range(_LOOKS):
            await asyncio.sleep(_PAUSE)
            with suppress(StoreUnavailable):
                return await self._writer.do(lambda db: holds.kept(db, hold))
        return False

    async def get(self, hold: str) -> HeldMail | None:
        """The held message of that id, ruled on or not."""
        return await self._writer.read(lambda db: holds.find(db, hold, self._spool))

    async def list(self, *, waiting: bool = True, limit: int = 1000) -> Sequence[HeldMail]:
        """Holds without their content, the earliest deadline first."""
        return await self._writer.read(lambda db: holds.listed(db, waiting=waiting, limit=limit))

    async def rule(self, hold: str, review: Review, parcels: Sequence[Parcel], *, turn: int | None = None) -> HeldMail:
        """Write the first ruling and what it sends. Raises AlreadyRuled, KeyError, Turned, or ValueError for a stranger."""

        def work(db: Connection) -> HeldMail:
            ruled = holds.rule(db, hold, review, self._spool, turn)
            outbox.put(db, parcels)
            step, said = steps.ruled(review, parcels)
            append(db, self._clock.now(), step, actor=review.reviewer, hold=hold, detail=said)
            return ruled

        return await self._writer.do(work)

    async def dispatches(self, hold: str) -> Sequence[Dispatch]:
        """What became of all that was put in for a hold; empty if there is none of that id."""
        return await self._writer.read(lambda db: outbox.dispatches(db, hold))

    async def due(self, now: datetime) -> Sequence[str]:
        """Ids of all waiting holds whose next reminder or deadline has come, the longest due first.

        A deadline at which the policy waits is due once, and again after each further such length of time.
        """
        return await self._writer.read(lambda db: holds.due(db, now))

    async def remind(self, hold: str, reminded: int, parcels: Sequence[Parcel]) -> bool:
        """Write that reminders are sent; False if they were, or if the hold is ruled on. Raises KeyError."""

        def work(db: Connection) -> bool:
            first = holds.remind(db, hold, reminded)
            if first:
                outbox.put(db, parcels)
                append(db, self._clock.now(), Step.REMINDED, hold=hold, detail=steps.reminded(reminded, parcels))
            return first

        return await self._writer.do(work)

    async def righted(self, now: datetime) -> int:
        """Have reminders go on from now where more were sent than are due; of how many holds."""
        return await self._writer.do(lambda db: holds.righted(db, now))

    async def turning(self, now: datetime) -> Sequence[str]:
        """Ids of all waiting holds that go on by themselves now, the longest due first."""
        return await self._writer.read(lambda db: holds.turning(db, now))

    async def turn(self, held: HeldMail, step: str, actor: str, detail: Detail, parcels: Sequence[Parcel]) -> None:
        """Write a change of its course and what it sends. Raises AlreadyRuled, KeyError, Turned, and then nothing was written."""

        def work(db: Connection) -> None:
            holds.turn(db, held)
            outbox.put(db, parcels)
            if step:
                said = steps.turned(held, detail, parcels)
                append(db, self._clock.now(), step, actor=actor, hold=held.mail.id, detail=said)

        await self._writer.do(work)

    async def put(self, parcels: Sequence[Parcel]) -> None:
        """Add mail to go out. Raises ValueError if an id was ever used, KeyError for a release without its hold."""

        def work(db: Connection) -> None:
            outbox.put(db, parcels)
            for hold in dict.fromkeys(parcel.hold for parcel in parcels):
                of_it = [parcel for parcel in parcels if parcel.hold == hold]
                append(db, self._clock.now(), Step.NOTIFIED, hold=hold, detail=steps.notified(of_it))

        await self._writer.do(work)

    async def parcel(self, parcel: str) -> Parcel | None:
        """The parcel of that id, whatever became of it; without octets where they were destroyed."""
        return await self._writer.read(lambda db: outbox.get(db, parcel, self._spool))

    @asynccontextmanager
    async def duty(self, _name: str) -> AsyncIterator[bool]:
        """Whether that work is ours, and nobody else's until we are done with it; where there is one front, it is."""
        yield True

    async def about(self) -> str:
        """What and where it is, in a line. Raises StoreUnavailable."""
        raise NotImplementedError

    async def close(self) -> None:
        """Finish what was begun and let go of the database."""
        await self._writer.close()

    async def lease(self, now: datetime, until: datetime, limit: int, *, farthest: datetime | None = None) -> Sequence[Parcel]:
        """Parcels that are due, the longest due first, held by nobody else until `until`."""
        return await self._writer.claim(lambda db: outbox.lease(db, now, until, limit, self._spool, farthest=farthest))

    async def renew(self, parcels: Sequence[str], until: datetime) -> None:
        """Keep leased parcels, by their ids, until then; those that are settled stay as they are."""
        await self._writer.claim(lambda db: outbox.renew(db, parcels, until))

    async def delivered(self, parcel: Parcel, receipt: Receipt, at: datetime, parcels: Sequence[Parcel]) -> None:
        """The relay took it. Harmless for a parcel that is settled: nothing more goes out. Raises KeyError."""
        await self._settle(parcel, Step.DELIVERED, receipt, at, parcels)

    async def postponed(self, parcel: Parcel, reply: Reply, due: datetime) -> None:
        """Try again when due. Harmless for a parcel that is settled, or was tried by another since. Raises KeyError.

        The trail is told of the first time only; every attempt is among the outbox's own records.
        """
        receipt, at = Receipt(reply=reply), self._clock.now()

        def work(db: Connection) -> None:
            if outbox.postpone(db, parcel, receipt, at, due) and not parcel.attempts:
                append(db, at, Step.POSTPONED, hold=parcel.hold, detail=steps.postponed(parcel, reply, due))

        await self._writer.do(work)

    async def failed(self, parcel: Parcel, receipt: Receipt, at: datetime, parcels: Sequence[Parcel]) -> None:
        """The relay refused it for good. Harmless for a parcel that is settled. Raises KeyError."""
        await self._settle(parcel, Step.FAILED, receipt, at, parcels)

    async def recent(self, recipient: str, since: datetime, until: datetime) -> int:
        """How many notices were made for that mailbox, however it is written, between these."""
        return await self._writer.read(lambda db: outbox.recent(db, recipient, since, until))

    async def status(self) -> Stock:
        """Counts for those who look after the gateway."""

        def work(db: Connection) -> Stock:
            waiting, oldest, newest = holds.counted(db)
            size, due, failed = outbox.counted(db)
            return Stock(
                waiting=waiting, oldest_waiting=oldest, newest_waiting=newest, outbox=size, oldest_due=due, failed=failed
            )

        return await self._writer.read(work)

    async def _settle(self, parcel: Parcel, step: Step, receipt: Receipt, at: datetime, parcels: Sequence[Parcel]) -> None:
        """The step's word is the parcel's state."""

        def work(db: Connection) -> None:
            if outbox.settle(db, parcel, str(step), receipt, at):
                outbox.put(db, parcels)
                append(db, self._clock.now(), step, hold=parcel.hold, detail=steps.tried(parcel, receipt, parcels))

        await self._writer.do(work)
