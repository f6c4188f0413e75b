"""The audit trail as rows. Each function is given the connection of a transaction, and leaves its end to the caller.

What changes the shelf appends its entry in the same transaction, so that neither is ever there without the other. Rows are
handed out as they stand: whether they were tampered with is for `gateway.trail` to say.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from gateway.ports import Asked
from gateway.store.schema import holds, trail
from gateway.trail import COLUMNS, GATEWAY, Detail, Entry, Head, Step, follow, moment

_NEWEST = trail.c.sequence.desc()


def append(  # noqa: PLR0913  -- what an entry says
    db: Connection, at: datetime, step: str, *, actor: str = GATEWAY, hold: str = "", detail: Detail | None = None
) -> Entry:
    """Add an entry at the end. Raises ValueError or TypeError for a detail that has no canonical form."""
    entry = follow(head(db), at=at, step=step, actor=actor, hold=hold, detail=detail)
    db.execute(trail.insert(), {name: getattr(entry, name) for name in COLUMNS})
    return entry


def begin(db: Connection, at: datetime) -> None:
    """Make the first entry, unless it is there: it says how many holds are older than the trail."""
    if head(db) is None:
        append(db, at, Step.BEGUN, detail={"form": 1, "holds": db.execute(select(func.count()).select_from(holds)).scalar_one()})


def head(db: Connection) -> Head | None:
    """The number and the hash of the last entry."""
    row = db.execute(select(trail.c.sequence, trail.c.hash).order_by(_NEWEST).limit(1)).one_or_none()
    return None if row is None else Head(sequence=row.sequence, hash=_text(row.hash))


def entries(db: Connection, asked: Asked, *, limit: int, newest: bool) -> Sequence[Entry]:
    """The first or the newest so many, in their order."""
    found = [_entry(row) for row in db.execute(_chosen(asked).order_by(_NEWEST if newest else trail.c.sequence).limit(limit))]
    return found[::-1] if newest else found


def _chosen(asked: Asked) -> Select[Any]:
    chosen = select(trail).where(trail.c.sequence > asked.after)
    if asked.before is not None:
        chosen = chosen.where(trail.c.sequence < asked.before)
    for column, wanted in ((trail.c.hold, asked.hold), (trail.c.actor, asked.actor), (trail.c.step, asked.step)):
        if wanted:
            chosen = chosen.where(column == wanted)
    if asked.since:
        chosen = chosen.where(trail.c.at >= moment(asked.since))
    if asked.until:
        chosen = chosen.where(trail.c.at < moment(asked.until))
    return chosen


def _entry(row: Row[Any]) -> Entry:
    texts = {name: _text(getattr(row, name)) for name in COLUMNS if name != "sequence"}
    return Entry(sequence=row.sequence, **texts)


def _text(value: object) -> str:
    """SQLite keeps what it is given in any column; what is no text was put there by somebody else."""
    return value if isinstance(value, str) else repr(value)
