"""How far holds have come on their ladders, as rows. Each function is given the connection of a transaction.

A hold's course is a record; the columns beside it are what lists show and are asked for. Seats say whose a hold is beyond
its first rung. A change names the turn it was made from, so that of two at once one is told that it came too late.
"""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from gateway.hold import Assent, Course, Handover, HeldMail
from gateway.store import codec
from gateway.store.cards import plain
from gateway.store.schema import courses, seats

Json = dict[str, Any]


def insert_new(db: Connection, held: HeldMail) -> None:
    """The course of a new hold."""
    db.execute(courses.insert(), {"hold": held.mail.id, **_row(held)})


def write(db: Connection, held: HeldMail) -> bool:
    """Its course from now on; False if it was changed meanwhile, and then nothing was written."""
    before = courses.c.hold == held.mail.id, courses.c.turn == held.course.turn - 1
    if not db.execute(update(courses).where(*before).values(_row(held))).rowcount:
        return False
    there = set(db.execute(select(seats.c.name).where(seats.c.hold == held.mail.id)).scalars())
    new = [{"hold": held.mail.id, "name": name} for name in dict.fromkeys(map(plain, held.desks[1:])) if name not in there]
    if new:
        db.execute(insert(seats), new)
    return True


def over(db: Connection, hold: str) -> None:
    """It goes nowhere any more."""
    db.execute(update(courses).where(courses.c.hold == hold).values(next=None))


def turn(db: Connection, hold: str) -> int:
    """How often it has changed. Raises KeyError."""
    found: int | None = db.scalar(select(courses.c.turn).where(courses.c.hold == hold))
    if found is None:
        raise KeyError(hold)
    return found


def read(record: str) -> Course:
    """The course of a record. Raises UnreadableRecord."""
    try:
        return _to_course(json.loads(record))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise codec.UnreadableRecord(f"the course on the shelf is damaged ({type(error).__name__}: {error})") from error


def _row(held: HeldMail) -> Json:
    following, assent = held.following, held.course.assent
    return {
        "course": json.dumps(_course(held.course)),
        "turn": held.course.turn,
        "next": held.turns,
        "desk": plain(held.desk.name),
        "since": held.desk_since,
        "until": held.leg.ends,
        "above": plain(following.rung.name) if following else None,
        "assented": assent.review.reviewer if assent else None,
        "given": len(held.course.handed),
    }


def _course(course: Course) -> Json:
    return {
        "leg": course.leg,
        "since": _moment(course.since),
        "checked": course.checked,
        "warned": _moment(course.warned),
        "assent": write_assent(course.assent) if course.assent else None,
        "handed": [
            {"to": one.to, "by": one.by, "reason": one.reason, "at": _moment(one.at), "up": one.up} for one in course.handed
        ],
        "turn": course.turn,
    }


def _to_course(j: Json) -> Course:
    return Course(
        leg=j["leg"],
        since=_to_moment(j["since"]),
        checked=j["checked"],
        warned=_to_moment(j["warned"]),
        assent=read_assent(j["assent"]) if j["assent"] else None,
        handed=tuple(
            Handover(to=one["to"], by=one["by"], reason=one["reason"], at=datetime.fromisoformat(one["at"]), up=one["up"])
            for one in j["handed"]
        ),
        turn=j["turn"],
    )


def write_assent(assent: Assent) -> Json:
    """The record of an agreement."""
    return {"review": codec.write_review(assent.review), "keys": list(assent.keys)}


def read_assent(j: Json) -> Assent:
    """What it says."""
    return Assent(review=codec.read_review(j["review"]), keys=tuple(j["keys"]))


def _moment(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _to_moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
