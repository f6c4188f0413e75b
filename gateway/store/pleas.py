"""What senders said of held messages, as rows. Each function is given the connection of a transaction.

A record is JSON; the print of a hold is the SHA-256 of all its records together, which the trail vouches for.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, select, update

from gateway.hold import HeldMail
from gateway.plea import Appeal, Finding, Statement, appeal_until
from gateway.store import codec, seals
from gateway.store.courses import read_assent, write_assent
from gateway.store.schema import appeals, holds, statements

DESTROYED = "(destroyed)"
"""What stands in place of what was said."""
STATEMENT, APPEAL = "statement", "appeal"
"""What records are sealed as being."""
UNTIL_ANSWERED = datetime(9999, 12, 31, tzinfo=UTC)


def ruled(db: Connection, held: HeldMail) -> None:
    """Keep its content for as long as the ruling can be appealed."""
    db.execute(update(holds).where(holds.c.id == held.mail.id).values(needed=appeal_until(held)))


def add(db: Connection, hold: str, statement: Statement) -> str:
    """One more; the print then."""
    db.execute(
        statements.insert(), {"hold": hold, "record": seals.of(db, hold).close_text(STATEMENT, write_statement(statement))}
    )
    return print_of(db, hold)


def said(db: Connection, hold: str) -> list[Statement]:
    """All, in order."""
    return [read_statement(record) for record in _statements(db, hold)]


def put(db: Connection, hold: str, appeal: Appeal) -> str:
    """The appeal; the print then."""
    db.execute(appeals.insert(), {"hold": hold, **_appealed(db, hold, appeal)})
    return print_of(db, hold)


def change(db: Connection, hold: str, appeal: Appeal) -> str:
    """The appeal as it is now; the print then."""
    db.execute(update(appeals).where(appeals.c.hold == hold).values(_appealed(db, hold, appeal)))
    return print_of(db, hold)


def appealed(db: Connection, hold: str) -> Appeal | None:
    """The appeal there is."""
    return next(map(read_appeal, _appeal(db, hold)), None)


def print_of(db: Connection, hold: str) -> str:
    """The print; "" for a hold about which its sender said nothing."""
    return print_over([*_statements(db, hold), *_appeal(db, hold)])


def print_over(records: Sequence[str]) -> str:
    """The print of these records."""
    return sha256("\n".join(records).encode("ascii")).hexdigest() if records else ""


def files(db: Connection, hold: str) -> dict[str, bytes]:
    """What there is, by the names of a records bundle."""
    return as_files(_statements(db, hold), _appeal(db, hold))


def as_files(said: Sequence[str], appeal: Sequence[str]) -> dict[str, bytes]:
    """Records by the names of a records bundle: one to a line, so that the file without its last line end has their hash."""
    named = {"explanations.jsonl": said, "appeal.json": appeal}
    return {name: "\n".join(records).encode("ascii") for name, records in named.items() if records}


def silence(db: Connection, hold: str) -> None:
    """Destroy the words; who spoke when stays."""
    key = seals.of(db, hold)
    for number, record in db.execute(select(statements.c.number, statements.c.record).where(statements.c.hold == hold)).all():
        silent = write_statement(replace(read_statement(seals.text(key, STATEMENT, record)), text=DESTROYED))
        db.execute(update(statements).where(statements.c.number == number).values(record=key.close_text(STATEMENT, silent)))
    appeal = appealed(db, hold)
    if appeal is not None:
        change(db, hold, replace(appeal, text=DESTROYED))


def write_statement(statement: Statement) -> str:
    """The record."""
    said = {"by": statement.by, "at": statement.at.isoformat(), "text": statement.text, "answers": statement.answers}
    return json.dumps({"v": codec.VERSION, **said}, sort_keys=True)


def read_statement(record: str) -> Statement:
    """What a record says. Raises UnreadableRecord."""
    j = _read(record)
    return Statement(by=j["by"], at=datetime.fromisoformat(j["at"]), text=j["text"], answers=j["answers"])


def write_appeal(appeal: Appeal) -> str:
    """The record."""
    finding = appeal.finding
    said = {
        "by": appeal.by,
        "at": appeal.at.isoformat(),
        "text": appeal.text,
        "against": json.loads(codec.write_review(appeal.against)),
        **({"assent": write_assent(appeal.assent)} if appeal.assent else {}),
        **({"reminded": appeal.reminded} if appeal.reminded else {}),
        "finding": finding
        and {"by": finding.by, "at": finding.at.isoformat(), "upheld": finding.upheld, "reason": finding.reason},
    }
    return json.dumps({"v": codec.VERSION, **said}, sort_keys=True)


def read_appeal(record: str) -> Appeal:
    """What a record says. Raises UnreadableRecord."""
    j = _read(record)
    found = j["finding"]
    finding = found and Finding(
        by=found["by"], at=datetime.fromisoformat(found["at"]), upheld=found["upheld"], reason=found["reason"]
    )
    against = codec.read_review(json.dumps(j["against"]))
    assent = read_assent(j["assent"]) if "assent" in j else None
    at = datetime.fromisoformat(j["at"])
    said = {"by": j["by"], "at": at, "text": j["text"], "reminded": j.get("reminded", 0)}
    return Appeal(**said, against=against, assent=assent, finding=finding or None)


def _read(record: str) -> dict[str, Any]:
    try:
        j = json.loads(record)
        version = j["v"]
    except (ValueError, TypeError, KeyError):
        raise codec.UnreadableRecord("what a sender said is damaged") from None
    if version != codec.VERSION:
        raise codec.UnreadableRecord(f"what a sender said has form {version}; a newer Hatchway wrote it")
    found: dict[str, Any] = j
    return found


def _statements(db: Connection, hold: str) -> Sequence[str]:
    asked = select(statements.c.record).where(statements.c.hold == hold).order_by(statements.c.number)
    return _opened(db, hold, STATEMENT, db.execute(asked).scalars().all())


def _appeal(db: Connection, hold: str) -> Sequence[str]:
    return _opened(db, hold, APPEAL, db.execute(select(appeals.c.record).where(appeals.c.hold == hold)).scalars().all())


def _opened(db: Connection, hold: str, part: str, records: Sequence[str]) -> Sequence[str]:
    if not records:
        return records
    key = seals.of(db, hold)
    return [seals.text(key, part, record) for record in records]


def _appealed(db: Connection, hold: str, appeal: Appeal) -> dict[str, object]:
    """What a row says of it beside whose it is."""
    return {"record": seals.of(db, hold).close_text(APPEAL, write_appeal(appeal)), "open": appeal.finding is None}
