"""Holds as rows. Each function is given the connection of a transaction, and leaves its end to the caller."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

import structlog
from sqlalchemy import Connection, Row, func, select, update

from gateway.hold import AlreadyRuled, HeldMail, Review, Turned
from gateway.mail import Content, Mail
from gateway.store import cards, codec, courses, pleas, schema, seals
from gateway.store.contents import Spool, keep, take
from gateway.store.schema import contents, holds
from gateway.store.seals import Damaged
from gateway.vault import NoKey

log = structlog.get_logger()
T = TypeVar("T")

DECISION = "decision"
"""What the decision is sealed as being."""
DAMAGED = (Damaged, codec.UnreadableRecord)
"""What is the matter with a row that is not what was written."""
UNREADABLE = (*DAMAGED, NoKey)
"""The same, or only another gateway has the key that opens it."""

_ROW = (
    select(holds, contents.c.size, contents.c.destroyed, contents.c.wrapped, schema.courses.c.course)
    .join(contents)
    .join(schema.courses)
)


def insert(db: Connection, held: HeldMail) -> str:
    """A new hold with its octets; their SHA-256. Raises IntegrityError if the id is taken; OSError from the content's file."""
    if held.review is not None:
        raise ValueError(f"{held.mail.id} is ruled on already; a hold begins without a ruling")
    key = seals.fresh(db, held.mail.id)
    sha256 = keep(db, key, held.mail.content)
    row = {
        "id": held.mail.id,
        "received": held.mail.received,
        "since": held.since,
        "subject": held.subject,
        "envelope": codec.write_envelope(held.mail.envelope),
        "decision": key.close_text(DECISION, codec.write_decision(held.decision)),
        "reviewers": plain(held.reviewers.name),
        "deadline": held.deadline,
        "reminded": held.reminded,
        "next": moment(held, held.reminded),
    }
    db.execute(holds.insert(), row)
    courses.insert_new(db, held)
    cards.insert(db, held, key)
    return sha256


def catch_up(db: Connection, spool: Spool) -> None:
    """Lines for holds that were put on the shelf before there were any. What is damaged has none."""
    missing = select(holds.c.id).join(schema.cards, isouter=True).where(schema.cards.c.id.is_(None)).order_by(holds.c.id)
    for hold in db.execute(missing).scalars().all():
        try:
            held = find(db, hold, spool)
        except (Damaged, codec.UnreadableRecord) as error:
            log.error("store.unreadable", id=hold, why=str(error))  # noqa: TRY400  -- where it was read says nothing more
            continue
        if held is not None:
            cards.insert(db, held, seals.of(db, hold))


def find(db: Connection, hold: str, spool: Spool) -> HeldMail | None:
    """The hold with its content."""
    row = db.execute(_ROW.where(holds.c.id == hold)).one_or_none()
    return None if row is None else _held(db, row, take(db, hold, spool))


def bare(db: Connection, hold: str) -> HeldMail | None:
    """The hold without its octets."""
    row = db.execute(_ROW.where(holds.c.id == hold)).one_or_none()
    return None if row is None else _held(db, row, Content(size=row.size))


def kept(db: Connection, hold: str) -> bool:
    """Whether it is there. It is written as it is, so that the commit of that answers for it on every standby, too."""
    return bool(db.execute(update(holds).where(holds.c.id == hold).values(deadline=holds.c.deadline)).rowcount)


def listed(db: Connection, *, waiting: bool, limit: int) -> Sequence[HeldMail]:
    """Holds without content, the earliest deadline first."""
    asked = _ROW.order_by(holds.c.deadline, holds.c.id).limit(limit)
    rows = db.execute(asked.where(holds.c.review.is_(None)) if waiting else asked)
    return readable(rows, lambda row: _held(db, row, Content(size=row.size)), UNREADABLE)


def due(db: Connection, now: datetime) -> Sequence[str]:
    """Ids of waiting holds whose next moment has come, the longest due first."""
    return db.execute(select(holds.c.id).where(holds.c.next <= now).order_by(holds.c.next, holds.c.id)).scalars().all()


def turning(db: Connection, now: datetime) -> Sequence[str]:
    """Ids of waiting holds that go on by themselves now, the longest due first."""
    hold, moment = schema.courses.c.hold, schema.courses.c.next
    return db.execute(select(hold).where(moment <= now).order_by(moment, hold)).scalars().all()


def turn(db: Connection, held: HeldMail) -> None:
    """Write a change of a hold's course. Raises KeyError, AlreadyRuled; Turned if there was another one meanwhile."""
    review = db.execute(select(holds.c.review).where(holds.c.id == held.mail.id)).one_or_none()
    if review is None:
        raise KeyError(held.mail.id)
    if review[0] is not None:
        raise AlreadyRuled(codec.read_review(review[0]))
    if not courses.write(db, held):
        raise Turned
    again = {"reminded": held.reminded, "next": held.next_reminder()}
    db.execute(update(holds).where(holds.c.id == held.mail.id).values(again))


def rule(db: Connection, hold: str, review: Review, spool: Spool, turn: int | None) -> HeldMail:
    """Write the first ruling. Raises AlreadyRuled, KeyError, Turned, or ValueError for a recipient that is none."""
    first = update(holds).where(holds.c.id == hold, holds.c.review.is_(None))
    row = {"review": codec.write_review(review), "next": None, "ended": ending(review), "ended_at": review.at}
    written = db.execute(first.values(row)).rowcount
    held = find(db, hold, spool)
    if held is None:
        raise KeyError(hold)
    waiting = replace(held, review=None) if written else held
    ruled = waiting.ruled(review)
    if turn is not None and turn != held.course.turn:
        raise Turned
    courses.over(db, hold)
    cards.ruled(db, hold, review)
    pleas.ruled(db, ruled)
    return ruled


def ending(review: Review) -> str:
    """How a hold ended, in the word that the settings have for it."""
    return "expired" if review.by_deadline else str(review.ruling)


def remind(db: Connection, hold: str, reminded: int) -> bool:
    """Write how far the reminders are; False if they were, or if nothing waits any more. Raises KeyError."""
    row = db.execute(_ROW.where(holds.c.id == hold)).one_or_none()
    if row is None:
        raise KeyError(hold)
    if row.review is not None or row.reminded >= reminded:
        return False
    further = moment(_held(db, row, Content(size=row.size)), reminded)
    later = update(holds).where(holds.c.id == hold, holds.c.review.is_(None), holds.c.reminded < reminded)
    return bool(db.execute(later.values(reminded=reminded, next=further)).rowcount)


def righted(db: Connection, now: datetime) -> int:
    """Have reminders go on from now where more were sent than are due by now; of how many holds."""
    rows = db.execute(_ROW.where(holds.c.review.is_(None), holds.c.reminded > 0))
    reminded = readable(rows, lambda row: _held(db, row, Content(size=row.size)), UNREADABLE)
    ahead = [(held, due) for held in reminded if held.reminded > (due := held.reminders_by(now))]
    for held, due in ahead:
        db.execute(update(holds).where(holds.c.id == held.mail.id).values(reminded=due, next=moment(held, due)))
    return len(ahead)


def counted(db: Connection) -> tuple[int, datetime | None, datetime | None]:
    """How many wait, and since when the oldest and the newest do."""
    asked = select(func.count(), func.min(holds.c.since), func.max(holds.c.since))
    number, oldest, newest = db.execute(asked.where(holds.c.review.is_(None))).one()
    return number, oldest, newest


def moment(held: HeldMail, reminded: int) -> datetime:
    """When a hold is due next, so many reminders having been sent: when `HeldMail.reminders_by` says one more."""
    return replace(held, reminded=reminded).next_reminder()


def readable(rows: Iterable[Row[Any]], build: Callable[[Row[Any]], T], without: tuple[type[Exception], ...] = DAMAGED) -> list[T]:
    """What `build` makes of the rows, without those of which it raises that: one of them keeps nobody from the others."""
    built = []
    for row in rows:
        try:
            built.append(build(row))
        except without as error:
            log.error("store.unreadable", id=row.id, why=str(error))  # noqa: TRY400  -- where it was read says nothing more
    return built


def plain(text: str) -> str:
    """Text for a column that is only asked for, without what a database refuses."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "?")


def _held(db: Connection, row: Row[Any], content: Content) -> HeldMail:
    return HeldMail(
        mail=Mail(id=row.id, envelope=codec.read_envelope(row.envelope), content=content, received=row.received),
        decision=codec.read_decision(seals.text(seals.key(db, row.id, row.wrapped), DECISION, row.decision)),
        since=row.since,
        subject=row.subject,
        review=None if row.review is None else codec.read_review(row.review),
        reminded=row.reminded,
        kept=row.kept or "",
        destroyed=row.destroyed,
        course=courses.read(row.course),
    )
