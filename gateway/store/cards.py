"""Holds as lines to search and page through. Each function is given the connection of a transaction."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Row, Select, and_, func, or_, select, update

from gateway.desk import Leaf, Line, Search, Sort, State, Tally
from gateway.hold import HeldMail, Review
from gateway.mail import Address
from gateway.store import seals
from gateway.store.alike import near, sketch
from gateway.store.schema import cards, contents, courses, grouped, seats
from gateway.store.seals import Damaged
from gateway.vault import Key, NoKey
from gateway.verdict import Category, Label

_TOGETHER = timedelta(days=7)
_COMPARED = 50
"""How many of a sender's latest clusters a new message is compared with."""
_SEARCHED = 100_000
"""Characters of recipients that can be searched."""
_CLUSTERS = 500
_WORDS = 10
_SKETCH = "sketch"

_ON = (
    courses.c.desk,
    courses.c.since.label("desk_since"),
    courses.c.until.label("desk_until"),
    courses.c.above,
    courses.c.assented,
    courses.c.given,
)
_ORDER: dict[Sort, tuple[Column[Any], bool]] = {
    Sort.DEADLINE: (cards.c.deadline, True),
    Sort.NEWEST: (cards.c.since, False),
    Sort.OLDEST: (cards.c.since, True),
    Sort.SENDER: (cards.c.author, True),
}


def insert(db: Connection, held: HeldMail, key: Key) -> None:
    """The line of a hold; key: its content's. Raises OSError if the content's file is gone."""
    drawn, author = sketch(held.mail.content, _found(held)), _searchable(held.mail.envelope.sender)
    row = {
        "id": held.mail.id,
        "cluster": _cluster(db, held, author, drawn),
        "state": State(held.review.ruling) if held.review else State.WAITING,
        "reviewers": plain(held.desks[0]),
        "deadline": held.deadline,
        "since": held.since,
        "policy": plain(held.decision.policy),
        "author": author,
        "sender": str(held.mail.envelope.sender or "<>"),
        "first": str(held.mail.envelope.recipients[0]),
        "recipients": len(held.mail.envelope.recipients),
        "subject": held.subject,
        "grounds": held.decision.grounds,
        "size": held.mail.content.size,
        "ruled": held.review.at if held.review else None,
        "ruled_by": held.review.reviewer if held.review else None,
        "agreed_by": held.review.also or None if held.review else None,
        "expired": held.review.by_deadline if held.review else False,
        "sketch": key.close(_SKETCH, drawn),
        "about": plain(held.subject).casefold(),
        "addressed": " ".join(map(_searchable, held.mail.envelope.recipients))[:_SEARCHED],
    }
    db.execute(cards.insert(), row | _labels(held))
    if names := dict.fromkeys(map(plain, held.decision.groups)):
        db.execute(grouped.insert(), [{"hold": held.mail.id, "name": name} for name in names])


def ruled(db: Connection, hold: str, review: Review) -> None:
    """Its state from now on."""
    by = {"ruled_by": review.reviewer, "agreed_by": review.also or None, "expired": review.by_deadline}
    db.execute(update(cards).where(cards.c.id == hold).values(state=State(review.ruling), ruled=review.at, **by))


def appealed(db: Connection, hold: str) -> None:
    """There is an appeal against its ruling."""
    db.execute(update(cards).where(cards.c.id == hold).values(state=State.APPEALED))


def find(db: Connection, search: Search) -> Leaf:
    """A page. Raises ValueError for a key that is none."""
    rows = db.execute(asked(search)).all()
    shown = rows[: search.size]
    return Leaf(lines=tuple(map(_line, shown)), after=_key(search.sort, shown[-1]) if len(rows) > search.size else "")


def asked(search: Search) -> Select[Any]:
    """The statement behind a page: one line more than is shown tells whether another page follows."""
    column, upwards = _ORDER[search.sort]
    statement = _lines().where(*_wanted(search)).limit(search.size + 1)
    if search.together:
        statement = statement.where(_is_first())
    if search.after:
        value, id_ = _read_key(search.sort, search.after)
        beyond = column > value if upwards else column < value
        statement = statement.where(or_(beyond, and_(column == value, cards.c.id > id_)))
        statement = statement.where(column >= value if upwards else column <= value)
    return statement.order_by(column if upwards else column.desc(), cards.c.id)


def alike(db: Connection, cluster: str, groups: Sequence[str] | None) -> list[Line]:
    """What waits of a cluster, at most so many that one decision can answer for."""
    waiting = cards.c.cluster == cluster, cards.c.state == State.WAITING, *_seen(groups)
    rows = db.execute(_lines().where(*waiting).order_by(cards.c.deadline, cards.c.id).limit(_CLUSTERS))
    return list(map(_line, rows))


def these(db: Connection, ids: Sequence[str], groups: Sequence[str] | None) -> list[Line]:
    """The lines of these holds, the earliest deadline first."""
    asked = _lines().where(cards.c.id.in_([plain(id_) for id_ in ids]), *_seen(groups))
    return list(map(_line, db.execute(asked.order_by(cards.c.deadline, cards.c.id))))


def tally(db: Connection, groups: Sequence[str] | None, soon: datetime) -> Tally:
    """Counts of what waits."""
    waiting = select(func.count(), func.min(cards.c.since), func.min(cards.c.deadline))
    waiting = waiting.where(cards.c.state == State.WAITING, *_seen(groups))
    count, oldest, first = db.execute(waiting).one()
    pressing = select(func.count()).where(cards.c.state == State.WAITING, cards.c.deadline < soon, *_seen(groups))
    appeals = select(func.count()).where(cards.c.state == State.APPEALED, *_seen(groups))
    soon_due, appealed = db.execute(pressing).scalar_one(), db.execute(appeals).scalar_one()
    return Tally(waiting=count, soon=soon_due, oldest=oldest, next=first, appeals=appealed)


def policies(db: Connection) -> list[str]:
    """Every policy that held something."""
    return list(db.execute(select(cards.c.policy).distinct().order_by(cards.c.policy)).scalars())


def groups(db: Connection) -> list[str]:
    """Every group whose sender had something held."""
    return list(db.execute(select(grouped.c.name).distinct().order_by(grouped.c.name)).scalars())


def in_group(name: str) -> ColumnElement[bool]:
    """The sender was in that group."""
    its = grouped.alias("its")
    return select(its.c.hold).where(its.c.hold == cards.c.id, its.c.name == plain(name)).correlate(cards).exists()


def plain(text: str) -> str:
    """Text for a column that is searched, without what a database refuses."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "?")


def _searchable(address: Address | None) -> str:
    return plain(str(address)).casefold() if address else ""


def _labels(held: HeldMail) -> dict[str, bool]:
    labels = held.decision.verdict.labels if held.decision.verdict else {}
    return {str(category): labels.get(category, Label.CLEAR) is not Label.CLEAR for category in Category}


def _found(held: HeldMail) -> str:
    """The kinds of what was found, what could not be read, and the sender's groups, for comparing."""
    verdict, groups = held.decision.verdict, set(held.decision.groups)
    if verdict is None:
        return "\n".join(["not judged", *sorted(groups)])
    kinds = {f"{finding.category} {finding.kind}" for finding in verdict.findings}
    return "\n".join(sorted(kinds | {one.why for one in verdict.unread} | groups))


def _cluster(db: Connection, held: HeldMail, author: str, drawn: bytes) -> str:
    """The cluster of the sender's latest message that is near-identical and waits for the same people by the same policy."""
    earlier = select(cards.c.id, cards.c.cluster, cards.c.sketch, contents.c.wrapped).where(
        contents.c.id == cards.c.id,
        cards.c.author == author,
        cards.c.since >= held.since - _TOGETHER,
        cards.c.id == cards.c.cluster,
        cards.c.policy == plain(held.decision.policy),
        cards.c.reviewers == plain(held.desks[0]),
    )
    rows = db.execute(earlier.order_by(cards.c.since.desc()).limit(_COMPARED))
    return next((row.cluster for row in rows if near(_sketch(db, row.id, row.wrapped, row.sketch), drawn)), held.mail.id)


def _sketch(db: Connection, hold: str, wrapped: str | None, sealed: bytes) -> bytes:
    """The sketch that was sealed; one that is damaged, or that only another gateway can open, is near none."""
    try:
        return seals.octets(seals.key(db, hold, wrapped), _SKETCH, sealed)
    except (Damaged, NoKey):
        return b""


def _lines() -> Select[Any]:
    others = cards.alias()
    alike = select(func.count()).where(others.c.cluster == cards.c.cluster, others.c.state == cards.c.state).scalar_subquery()
    shown = [column for column in cards.c if column.name not in {"sketch", "about", "addressed", "author", "agreed_by"}]
    return select(*shown, cards.c.author, alike.label("alike"), *_ON).join(courses, courses.c.hold == cards.c.id, isouter=True)


def _is_first() -> ColumnElement[bool]:
    """Nothing near-identical in the same state comes before it."""
    before = cards.alias()
    earlier = or_(before.c.deadline < cards.c.deadline, and_(before.c.deadline == cards.c.deadline, before.c.id < cards.c.id))
    found = select(before.c.id).where(before.c.cluster == cards.c.cluster, before.c.state == cards.c.state, earlier)
    return ~found.exists()


def _seen(groups: Sequence[str] | None) -> list[ColumnElement[bool]]:
    if groups is None:
        return []
    names = [plain(name) for name in groups]
    given = select(seats.c.hold).where(seats.c.name.in_(names))
    return [or_(cards.c.reviewers.in_(names), cards.c.id.in_(given))]


def _wanted(search: Search) -> list[ColumnElement[bool]]:
    wanted = _seen(search.groups)
    if search.state is not None:
        wanted.append(cards.c.state == search.state)
    if search.policy:
        wanted.append(cards.c.policy == search.policy)
    if search.group:
        wanted.append(in_group(search.group))
    if search.category in {str(category) for category in Category}:
        wanted.append(cards.c[search.category].is_(True))
    if search.since is not None:
        wanted.append(cards.c.since >= search.since)
    if search.until is not None:
        wanted.append(cards.c.since < search.until)
    return wanted + _worded(search)


def _worded(search: Search) -> list[ColumnElement[bool]]:
    sought = {cards.c.author: search.sender, cards.c.about: search.subject, cards.c.addressed: search.recipient}
    wanted = [_holds(column, words) for column, words in sought.items() if words.strip()]
    words = search.words.split()[:_WORDS]
    return wanted + [or_(*(_holds(column, word) for column in sought)) for word in words]


def _holds(column: Column[Any], words: str) -> ColumnElement[bool]:
    return column.contains(plain(words.strip()).casefold(), autoescape=True)


def _key(sort: Sort, row: Row[Any]) -> str:
    column, _ = _ORDER[sort]
    value = getattr(row, column.name)
    written = value.isoformat() if isinstance(value, datetime) else value
    return f"{written}~{row.id}"


def _read_key(sort: Sort, key: str) -> tuple[Any, str]:
    written, mark, id_ = key.rpartition("~")
    if not mark:
        raise ValueError("no page begins there")
    if sort is Sort.SENDER:
        return plain(written), plain(id_)
    moment = datetime.fromisoformat(written)
    if moment.tzinfo is None:
        raise ValueError("no page begins there")
    return moment, plain(id_)


def _line(row: Row[Any]) -> Line:
    return Line(
        id=row.id,
        cluster=row.cluster,
        alike=row.alike,
        state=State(row.state),
        sender=row.sender,
        first=row.first,
        recipients=row.recipients,
        subject=row.subject,
        grounds=row.grounds,
        policy=row.policy,
        categories=tuple(str(category) for category in Category if getattr(row, category)),
        reviewers=row.reviewers,
        since=row.since,
        deadline=row.deadline,
        ruled=row.ruled,
        ruled_by=row.ruled_by or "",
        size=row.size,
        desk=row.desk or row.reviewers,
        desk_since=row.desk_since or row.since,
        desk_until=row.desk_until or row.deadline,
        above=row.above or "",
        assented=row.assented or "",
        given=row.given or 0,
    )
