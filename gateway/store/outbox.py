"""Parcels as rows. Each function is given the connection of a transaction, and leaves its end to the caller.

A release keeps no octets of its own: its content is that of its hold.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, or_, select, update

from gateway.mail import Address, Mail, Receipt, Reply
from gateway.ports import Dispatch, Parcel, Purpose
from gateway.store import codec, seals
from gateway.store.contents import Spool, keep, take
from gateway.store.holds import UNREADABLE, plain, readable
from gateway.store.schema import addressees, attempts, contents, parcels

WAITING = "waiting"
POSTPONED = "postponed"
DELIVERED = "delivered"
FAILED = "failed"
_OPEN = parcels.c.state.in_((WAITING, POSTPONED))


def put(db: Connection, added: Sequence[Parcel]) -> None:
    """Add parcels in this order. Raises IntegrityError for an id that is taken, KeyError for a release without its hold."""
    for parcel in added:
        content = _content(db, parcel)
        row = {
            "id": parcel.id,
            "hold": parcel.hold,
            "purpose": parcel.purpose.value,
            "mail": parcel.mail.id,
            "envelope": codec.write_envelope(parcel.mail.envelope),
            "received": parcel.mail.received,
            "content": content,
            "made": parcel.made,
            "due": parcel.due,
            "state": POSTPONED if parcel.attempts else WAITING,
            "attempts": parcel.attempts,
            "last": None if parcel.last is None else codec.write_reply(parcel.last),
            "at": parcel.made,
        }
        db.execute(parcels.insert(), row)
        _address(db, parcel)


def lease(  # noqa: PLR0913  -- as it is asked for
    db: Connection, now: datetime, until: datetime, limit: int, spool: Spool, *, farthest: datetime | None = None
) -> Sequence[Parcel]:
    """Parcels that are due and in nobody's hands, the longest due first; in the caller's until `until`.

    What cannot be taken off the shelf now (no room in the spool, a key that only others have) is left out until then.
    """
    due, leased = parcels.c.due, parcels.c.leased_until
    astray = [] if farthest is None else [due > farthest]
    kept_astray = [] if farthest is None else [leased > farthest]
    free = or_(leased.is_(None), leased <= now, *kept_astray)
    ready = select(parcels).where(_OPEN, or_(due <= now, *astray), free).order_by(due, parcels.c.number).limit(limit)
    rows = db.execute(ready.with_for_update(skip_locked=True)).all()
    db.execute(update(parcels).where(parcels.c.number.in_([row.number for row in rows])).values(leased_until=until))
    return readable(rows, lambda row: _parcel(db, row, spool), (*UNREADABLE, OSError))


def renew(db: Connection, ids: Sequence[str], until: datetime) -> None:
    """Keep parcels that are leased until then."""
    leased = parcels.c.id.in_(list(ids)), parcels.c.leased_until.is_not(None), _OPEN
    db.execute(update(parcels).where(*leased).values(leased_until=until))


def get(db: Connection, parcel: str, spool: Spool) -> Parcel | None:
    """The parcel of that id, whatever became of it."""
    rows = db.execute(select(parcels).where(parcels.c.id == parcel)).all()
    return next(iter(readable(rows, lambda row: _parcel(db, row, spool))), None)


def settle(db: Connection, parcel: Parcel, state: str, receipt: Receipt, at: datetime) -> bool:
    """Write that a parcel is delivered or failed, for good; False if that was known, and then nothing is written."""
    return _tried(db, _row(db, parcel), receipt, at, state=state)


def postpone(db: Connection, parcel: Parcel, receipt: Receipt, at: datetime, due: datetime) -> bool:
    """Write that a parcel is to be tried again; False if it was tried by somebody else since it was leased."""
    row = _row(db, parcel)
    return row.attempts == parcel.attempts and _tried(db, row, receipt, at, state=POSTPONED, due=due)


def recent(db: Connection, recipient: str, since: datetime, until: datetime) -> int:
    """How many notices to that mailbox were made between these."""
    asked = select(func.count()).select_from(addressees).where(addressees.c.mailbox == mailbox(recipient))
    return db.execute(asked.where(addressees.c.made.between(since, until))).scalar_one()


def dispatches(db: Connection, hold: str) -> Sequence[Dispatch]:
    """What became of all that was put in for a hold, in the order it was put in."""
    rows = db.execute(select(parcels).where(parcels.c.hold == hold).order_by(parcels.c.number)).all()
    said = select(attempts.c.parcel, attempts.c.receipt).join(parcels).where(parcels.c.hold == hold)
    settled = {row.parcel: row.receipt for row in db.execute(said.where(attempts.c.state.in_((DELIVERED, FAILED))))}
    found, further = list[Dispatch](), defaultdict[tuple[str, datetime], set[Address]](set)
    for row in reversed(rows):
        one, later, receipt = _dispatch(row), further[row.mail, row.made], settled.get(row.id)
        found[:0] = parted(one, codec.read_receipt(receipt) if receipt else None, later)
        later.update(one.recipients)
    return found


def parted(one: Dispatch, receipt: Receipt | None, further: Collection[Address]) -> Iterator[Dispatch]:
    """The same for each of its recipients, where the relay told them apart. further: those who were tried again by themselves."""
    if receipt is None or not receipt.refused:
        yield one
        return
    said, alike = dict(receipt.refused), dict[Reply, list[Address]]()
    for to in one.recipients:
        reply = said.get(to, receipt.reply)
        if not (reply.transient and to in further):
            alike.setdefault(reply, []).append(to)
    for reply, recipients in alike.items():
        yield replace(one, recipients=tuple(recipients), state=DELIVERED if reply.good else FAILED, last=reply)


def counted(db: Connection) -> tuple[int, datetime | None, int]:
    """How many parcels wait, since when the longest due one is due, and how many failed."""
    number, due = db.execute(select(func.count(), func.min(parcels.c.due)).where(_OPEN)).one()
    failed = db.execute(select(func.count()).select_from(parcels).where(parcels.c.state == FAILED)).scalar_one()
    return number, due, failed


def unlease(db: Connection) -> None:
    """Let go of every lease: those who held them are known to be gone."""
    db.execute(update(parcels).where(parcels.c.leased_until.is_not(None)).values(leased_until=None))


def mailbox(recipient: str) -> str:
    """The one name of a mailbox, however it is written."""
    try:
        local, domain = Address.parse(recipient).key
    except ValueError:
        return plain(recipient.casefold())
    return plain(f"{local}@{domain}")


def _content(db: Connection, parcel: Parcel) -> str:
    if parcel.purpose is Purpose.NOTICE:
        keep(db, seals.fresh(db, parcel.id), parcel.mail.content)
        return parcel.id
    if db.execute(select(contents.c.id).where(contents.c.id == parcel.hold)).one_or_none() is None:
        raise KeyError(parcel.hold)
    return parcel.hold


def _address(db: Connection, parcel: Parcel) -> None:
    if parcel.purpose is Purpose.NOTICE:
        for known in {mailbox(str(address)) for address in parcel.mail.envelope.recipients}:
            db.execute(addressees.insert(), {"parcel": parcel.id, "mailbox": known, "made": parcel.made})


def _row(db: Connection, parcel: Parcel) -> Row[Any]:
    row = db.execute(select(parcels).where(parcels.c.id == parcel.id)).one_or_none()
    if row is None:
        raise KeyError(parcel.id)
    return row


def _tried(db: Connection, row: Row[Any], receipt: Receipt, at: datetime, **changed: str | datetime) -> bool:
    number = row.attempts + 1
    last = codec.write_reply(receipt.reply)
    change = update(parcels).where(parcels.c.id == row.id, parcels.c.attempts == row.attempts, _OPEN)
    done = db.execute(change.values(attempts=number, last=last, at=at, leased_until=None, **changed))
    if not done.rowcount:
        return False
    told = {"parcel": row.id, "number": number, "at": at, "state": changed["state"], "receipt": codec.write_receipt(receipt)}
    db.execute(attempts.insert(), told)
    return True


def _parcel(db: Connection, row: Row[Any], spool: Spool) -> Parcel:
    envelope = codec.read_envelope(row.envelope)
    return Parcel(
        id=row.id,
        hold=row.hold,
        purpose=Purpose(row.purpose),
        mail=Mail(id=row.mail, envelope=envelope, content=take(db, row.content, spool), received=row.received),
        made=row.made,
        due=row.due,
        attempts=row.attempts,
        last=None if row.last is None else codec.read_reply(row.last),
    )


def _dispatch(row: Row[Any]) -> Dispatch:
    return Dispatch(
        purpose=Purpose(row.purpose),
        recipients=codec.read_envelope(row.envelope).recipients,
        state=row.state,
        attempts=row.attempts,
        last=None if row.last is None else codec.read_reply(row.last),
        at=row.at,
    )
