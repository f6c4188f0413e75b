"""A shelf with very many lines, without messages behind them: what is asked of it is asked of the lines alone."""

from datetime import timedelta

from sqlalchemy import insert, text
from sqlalchemy.dialects import sqlite

from gateway.desk import State
from gateway.store.schema import cards, courses, grouped, holds
from tests.support import mails

GROUPS = ("police association board", "officers network board", "department", "chaplains")
POLICIES = ("command review", "everyday mail", "chaplaincy", "restricted")


async def fill(shelf, waiting: int, ruled: int = 0) -> None:
    """So many that wait, and so many, over ten years, that were ruled on."""
    await shelf.hold(mails.held(id_="FIRST"), [])

    def work(db):
        if db.dialect.name == "sqlite":
            db.execute(text("PRAGMA defer_foreign_keys=ON"))
        line = dict(db.execute(cards.select()).one()._mapping)
        hold = dict(db.execute(holds.select()).one()._mapping)
        course = dict(db.execute(courses.select()).one()._mapping)
        contents = dict(db.execute(text("SELECT * FROM contents")).one()._mapping)
        for first, rows in ((0, _waiting(line, waiting - 1)), (waiting, _ruled(line, ruled))):
            for part in range(0, len(rows), 10_000):
                some = rows[part : part + 10_000]
                ids = [row["id"] for row in some]
                db.execute(
                    text("INSERT INTO contents (id, size, sha256) VALUES (:id, :size, :sha256)"),
                    [contents | {"id": id_} for id_ in ids],
                )
                db.execute(insert(holds), [hold | {"id": id_} for id_ in ids])
                db.execute(insert(cards), some)
                db.execute(insert(courses), [course | _stands(row) for row in some])
                db.execute(insert(grouped), [{"hold": id_, "name": GROUPS[(first + n) % 4]} for n, id_ in enumerate(ids)])
        db.execute(text("ANALYZE"))

    await shelf._writer.do(work)


def _waiting(line: dict, count: int) -> list[dict]:
    return [
        line
        | _told(n)
        | {
            "id": f"N{n:05}",
            "cluster": f"N{n - n % 3:05}",
            "deadline": mails.NOW + timedelta(minutes=n % 3000),
            "since": mails.NOW + timedelta(seconds=n),
        }
        for n in range(count)
    ]


def _ruled(line: dict, count: int) -> list[dict]:
    rows = []
    for n in range(count):
        since = mails.NOW - timedelta(days=3650 * (n + 1) / (count + 1))
        rows.append(
            line
            | _told(n)
            | {
                "id": f"R{n:06}",
                "cluster": f"R{n:06}",
                "since": since,
                "deadline": since + timedelta(hours=48),
                "state": State.RELEASED if n % 5 < 2 else State.DENIED,
                "policy": POLICIES[n % 4],
                "political": n % 3 == 0,
                "religious": n % 7 == 0,
                "ruled": since + timedelta(minutes=10 + n * 7919 % 2800),
                "ruled_by": f"officer{n % 9}@department.example",
                "expired": n % 31 == 0,
            }
        )
    return rows


def _stands(row: dict) -> dict:
    begun = {"hold": row["id"], "since": row["since"], "until": row["deadline"]}
    return begun | ({} if row["state"] == State.WAITING else {"next": None})


def _told(n: int) -> dict:
    return {
        "author": f"sender{n % 400}@association.example",
        "sender": f"sender{n % 400}@association.example",
        "subject": f"Meeting {n} about pensions",
        "about": f"meeting {n} about pensions",
        "addressed": " ".join(f"officer{n + m}@department.example" for m in range(20)),
    }


def plan(db, statement) -> str:
    """How SQLite answers it."""
    written = statement.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})
    return "\n".join(row.detail for row in db.execute(text(f"EXPLAIN QUERY PLAN {written}")))
