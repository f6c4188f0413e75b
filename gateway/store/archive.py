"""The shelf as a place of records: legal hold, destruction, and all of one hold as files.

Each function is given the connection of a transaction, and leaves its end to the caller. Destroyed are the octets of a
message and of its notices, and the passages quoted as evidence; who, when, by which rule, the ruling and the trail stay.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Row, Select, and_, delete, func, or_, select, update

from gateway.decision import Decision
from gateway.ports import Purpose
from gateway.store import codec, pleas, seals, steps, tokens
from gateway.store.contents import Spool, take
from gateway.store.holds import DECISION
from gateway.store.outbox import POSTPONED, WAITING
from gateway.store.schema import attempts, contents, holds, parcels, pieces
from gateway.store.seals import Damaged
from gateway.trail import moment

DESTROYED = "(destroyed)"
"""What stands in place of a quoted passage."""
_THERE = "there"
"""What stands for content that is there, among the hashes of what is on the shelf."""
_DAMAGED = "damaged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remains:
    """What the trail says of a destruction, and the names of spool files that must go with it."""

    said: dict[str, Any]
    spooled: tuple[str, ...]


def keep(db: Connection, hold: str, reason: str) -> bool:
    """Write why it is kept, or with "" that it is not any more; False if that is known. Raises KeyError."""
    row = _row(db, hold)
    if (row.kept or "") == reason:
        return False
    db.execute(update(holds).where(holds.c.id == hold).values(kept=reason or None))
    return True


def expendable(db: Connection, ruled_before: Mapping[str, datetime], limit: int, now: datetime) -> dict[str, str]:
    """Holds whose content has been kept long enough, the oldest first, with how they ended."""
    if not ruled_before:
        return {}
    over = or_(*(and_(holds.c.ended == end, holds.c.ended_at < before) for end, before in ruled_before.items()))
    rows = db.execute(_closed(now, holds.c.id, holds.c.ended).where(over).order_by(holds.c.ended_at, holds.c.id).limit(limit))
    return {row.id: row.ended for row in rows}


def destroy(db: Connection, hold: str, at: datetime) -> Remains | None:
    """Destroy what is content; None if that was done, or may not be now. Raises KeyError."""
    _row(db, hold)
    row = db.execute(_closed(at, holds.c.decision).where(holds.c.id == hold)).one_or_none()
    if row is None:
        return None
    gone = [_destroyed(db, key, at) for key in (hold, *_notices(db, hold))]
    key = seals.of(db, hold)
    decision = codec.write_decision(unquoted(codec.read_decision(seals.text(key, DECISION, row.decision))))
    db.execute(update(holds).where(holds.c.id == hold).values(decision=key.close_text(DECISION, decision), ended=None))
    pleas.silence(db, hold)
    tokens.forget(db, hold)
    said = {"contents": gone, "decision": steps.record(decision), "pleas": pleas.print_of(db, hold)}
    return Remains(said=said, spooled=tuple(str(one["sha256"]) for one in gone))


def gone(db: Connection, hashes: Sequence[str]) -> Sequence[str]:
    """Those SHA-256 of which nothing is left: all content that had them was destroyed."""
    asked = select(contents.c.sha256).where(contents.c.sha256.in_(list(hashes))).group_by(contents.c.sha256)
    return db.execute(asked.having(func.count() == func.count(contents.c.destroyed))).scalars().all()


def files(db: Connection, hold: str, spool: Spool) -> dict[str, bytes]:
    """Octets and records as they are kept, by the names they have in a records bundle. Raises KeyError."""
    row = _row(db, hold)
    decision = seals.text(seals.of(db, hold), DECISION, row.decision)
    records = {"envelope.json": row.envelope, "decision.json": decision, "ruling.json": row.review}
    octets = {"message.eml": hold, **{f"notices/{key}.eml": key for key in _notices(db, hold)}}
    loaded = {name: take(db, key, spool) for name, key in octets.items()}
    return {
        **{name: content.read() for name, content in loaded.items() if content.data is not None or content.path is not None},
        **{name: text.encode("utf-8") for name, text in records.items() if text is not None},
        **pleas.files(db, hold),
        "dispatches.json": json.dumps(_dispatches(db, hold), indent=1).encode("ascii"),
    }


def prints(db: Connection, after: str, limit: int) -> dict[str, dict[str, str]]:
    """The hashes of what is on the shelf, by hold, from the id after `after` on; to be compared with the trail."""
    there = select(pieces.c.number).where(pieces.c.content == holds.c.id, contents.c.destroyed.is_(None)).exists().label("there")
    asked = select(holds.c.id, holds.c.envelope, holds.c.decision, holds.c.review, contents.c.sha256, contents.c.wrapped, there)
    asked = asked.join(contents)
    return {
        row.id: {
            "message": row.sha256,
            "content": _THERE if row.there else "",
            "envelope": steps.record(row.envelope),
            "decision": _print(db, row.id, row.wrapped, row.decision),
            "ruling": steps.record(row.review) if row.review is not None else "",
            "pleas": _pleas(db, row.id),
        }
        for row in db.execute(asked.where(holds.c.id > after).order_by(holds.c.id).limit(limit))
    }


def _print(db: Connection, hold: str, wrapped: str | None, decision: str) -> str:
    """The hash of a decision; of one that is damaged a word that is nobody's hash."""
    try:
        return steps.record(seals.text(seals.key(db, hold, wrapped), DECISION, decision))
    except Damaged:
        return _DAMAGED


def _pleas(db: Connection, hold: str) -> str:
    try:
        return pleas.print_of(db, hold)
    except Damaged:
        return _DAMAGED


def _closed(now: datetime, *columns: Column[Any]) -> Select[Any]:
    """Holds that ended and cannot be appealed, under no legal hold, with nothing still to go out, and their content there."""
    going = select(parcels.c.id).where(parcels.c.hold == holds.c.id, parcels.c.state.in_((WAITING, POSTPONED)))
    settled = or_(holds.c.needed.is_(None), holds.c.needed <= now)
    return select(*columns).where(holds.c.ended.is_not(None), settled, holds.c.kept.is_(None), ~going.exists())


def _row(db: Connection, hold: str) -> Row[Any]:
    row = db.execute(select(holds).where(holds.c.id == hold)).one_or_none()
    if row is None:
        raise KeyError(hold)
    return row


def _notices(db: Connection, hold: str) -> Sequence[str]:
    notices = select(parcels.c.content).where(parcels.c.hold == hold, parcels.c.purpose == Purpose.NOTICE.value)
    return db.execute(notices.order_by(parcels.c.number)).scalars().all()


def _destroyed(db: Connection, key: str, at: datetime) -> dict[str, Any]:
    size, sha256 = db.execute(select(contents.c.size, contents.c.sha256).where(contents.c.id == key)).one()
    db.execute(delete(pieces).where(pieces.c.content == key))
    db.execute(update(contents).where(contents.c.id == key).values(destroyed=at))
    return {"content": key, "size": size, "sha256": sha256}


def unquoted(decision: Decision) -> Decision:
    """The decision without a word of the message."""
    verdict = decision.verdict
    if verdict is None:
        return decision
    findings = tuple(
        replace(found, evidence=tuple(replace(evidence, quote=DESTROYED) for evidence in found.evidence))
        for found in verdict.findings
    )
    return replace(decision, verdict=replace(verdict, findings=findings))


def _dispatches(db: Connection, hold: str) -> list[dict[str, Any]]:
    rows = db.execute(select(parcels).where(parcels.c.hold == hold).order_by(parcels.c.number)).all()
    return [
        {
            "parcel": row.id,
            "purpose": row.purpose,
            "recipients": [str(address) for address in codec.read_envelope(row.envelope).recipients],
            "made": moment(row.made),
            "state": row.state,
            "attempts": [
                _attempt(one) for one in db.execute(select(attempts).where(attempts.c.parcel == row.id).order_by("number"))
            ],
        }
        for row in rows
    ]


def _attempt(row: Row[Any]) -> dict[str, Any]:
    receipt = codec.read_receipt(row.receipt)
    refused = [{"recipient": str(address), "relay": str(reply)} for address, reply in receipt.refused]
    said = {"number": row.number, "at": moment(row.at), "state": row.state, "relay": str(receipt.reply)}
    return {**said, **({"refused": refused} if refused else {})}
