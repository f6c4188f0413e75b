"""The sender's side on the shelf: what he says is looked at, written and put in the trail in one transaction.

So of two acts at once (an explanation and a ruling, two appeals, two answers to one) the first counts, and the other is told.
"""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection, select, update

from gateway.hold import Assent, HeldMail, Review
from gateway.plea import Appeal, Finding, Statement, may_appeal, may_assent, may_find, may_grant, may_state
from gateway.ports import Clock, Parcel
from gateway.store import cards, codec, holds, outbox, pleas, steps
from gateway.store.contents import Spool
from gateway.store.ledger import append
from gateway.store.schema import appeals
from gateway.store.schema import holds as rows
from gateway.store.writer import Writer
from gateway.trail import Step


class StoredPleas:
    """It implements the port `Pleas`."""

    def __init__(self, writer: Writer, spool: Spool, clock: Clock) -> None:
        self._writer = writer
        self._spool = spool
        self._clock = clock

    async def state(self, hold: str, statement: Statement, parcels: Sequence[Parcel]) -> None:
        """Keep what the sender said. Raises KeyError, AlreadyRuled, NotNow."""

        def work(db: Connection) -> None:
            may_state(_bare(db, hold), answers=statement.answers, so_far=len(pleas.said(db, hold)))
            print_ = pleas.add(db, hold, statement)
            outbox.put(db, parcels)
            step = Step.ANSWERED if statement.answers else Step.EXPLAINED
            append(db, self._clock.now(), step, actor=statement.by, hold=hold, detail=steps.stated(statement, print_, parcels))

        await self._writer.do(work)

    async def statements(self, hold: str) -> Sequence[Statement]:
        """All he said."""
        return await self._writer.read(lambda db: pleas.said(db, hold))

    async def appeal(self, hold: str, appeal: Appeal, parcels: Sequence[Parcel]) -> None:
        """Keep an appeal, and the content with it. Raises KeyError, NotNow."""

        def work(db: Connection) -> None:
            may_appeal(_bare(db, hold), pleas.appealed(db, hold), appeal.at)
            print_ = pleas.put(db, hold, appeal)
            db.execute(update(rows).where(rows.c.id == hold).values(needed=pleas.UNTIL_ANSWERED))
            cards.appealed(db, hold)
            outbox.put(db, parcels)
            append(
                db,
                self._clock.now(),
                Step.APPEALED,
                actor=appeal.by,
                hold=hold,
                detail=steps.appealed(appeal, print_, parcels),
            )

        await self._writer.do(work)

    async def appealed(self, hold: str) -> Appeal | None:
        """The appeal there is."""
        return await self._writer.read(lambda db: pleas.appealed(db, hold))

    async def open(self) -> Sequence[str]:
        """Ids of holds with an appeal that waits for an answer."""
        asked = select(appeals.c.hold).where(appeals.c.open.is_(True)).order_by(appeals.c.hold)
        return await self._writer.read(lambda db: db.execute(asked).scalars().all())

    async def assent(self, hold: str, assent: Assent, parcels: Sequence[Parcel]) -> None:
        """Keep the first of two agreements to grant an appeal. Raises KeyError, NotNow, OwnRuling."""

        def work(db: Connection) -> None:
            _bare(db, hold)
            appeal = may_assent(pleas.appealed(db, hold), assent)
            print_ = pleas.change(db, hold, replace(appeal, assent=assent))
            outbox.put(db, parcels)
            said = steps.granting(assent, print_, parcels)
            append(db, self._clock.now(), Step.ASSENTED, actor=assent.review.reviewer, hold=hold, detail=said)

        await self._writer.do(work)

    async def remind(self, hold: str, reminded: int, parcels: Sequence[Parcel]) -> bool:
        """Write that so many reminders of an appeal were sent; False if they were already, or if it is answered."""

        def work(db: Connection) -> bool:
            appeal = pleas.appealed(db, hold)
            if appeal is None or appeal.finding is not None or appeal.reminded >= reminded:
                return False
            print_ = pleas.change(db, hold, replace(appeal, reminded=reminded))
            outbox.put(db, parcels)
            append(db, self._clock.now(), Step.REMINDED, hold=hold, detail=steps.reminded(reminded, parcels, pleas=print_))
            return True

        return await self._writer.do(work)

    async def find(self, hold: str, finding: Finding, review: Review | None, parcels: Sequence[Parcel]) -> None:
        """Answer an appeal, with the ruling that takes the place of the first. Raises KeyError, NotNow, OwnRuling."""

        def work(db: Connection) -> None:
            held = _bare(db, hold)
            appeal = may_find(pleas.appealed(db, hold), finding.by)
            if review is not None:
                may_grant(held, appeal, review)
            print_ = pleas.change(db, hold, replace(appeal, finding=finding))
            db.execute(update(rows).where(rows.c.id == hold).values(_ended(held, review)))
            cards.ruled(db, hold, review or appeal.against)
            outbox.put(db, parcels)
            step, said = steps.found(finding, review, print_, parcels)
            append(db, self._clock.now(), step, actor=finding.by, hold=hold, detail=said)

        await self._writer.do(work)


def _ended(held: HeldMail, review: Review | None) -> dict[str, object]:
    """What an answered appeal changes of a hold."""
    if review is None:
        return {"needed": None}
    replace(held, review=None).ruled(review)
    record = codec.write_review(review)
    return {"needed": None, "review": record, "ended": holds.ending(review), "ended_at": review.at}


def _bare(db: Connection, hold: str) -> HeldMail:
    """The hold without its octets. Raises KeyError."""
    found = holds.bare(db, hold)
    if found is None:
        raise KeyError(hold)
    return found
