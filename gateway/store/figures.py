"""Accounts of even-handedness, counted by the database: rows of holds never come here.

Each section is a transaction of its own, so that mail waits for none of them; all are of one moment, since what came or was
ruled on after it is left out. They are read from one index, which has all they need.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    FromClause,
    Row,
    Select,
    and_,
    case,
    distinct,
    func,
    literal,
    not_,
    or_,
    select,
    type_coerce,
    update,
)

from gateway.desk import State
from gateway.report import Figures, Question, Report
from gateway.report import Row as Line
from gateway.report.counted import ALL
from gateway.store.cards import in_group, plain
from gateway.store.schema import cards, decided, grouped
from gateway.store.writer import Writer

_WEEKS = timedelta(days=183)
"""Up to so long a time is told by weeks, a longer one by months."""
_LONGEST = 120
"""So many periods, the last ones, are told."""
_TICK = timedelta(microseconds=1)
_CATEGORY = case(
    (and_(cards.c.political, cards.c.religious), "political and religious"),
    (cards.c.political, "political"),
    (cards.c.religious, "religious"),
    else_="neither",
)


class StoredFigures:
    """It implements the port `Counts`."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    async def report(self, question: Question, at: datetime) -> Report:
        """The account, as things stood at `at`."""
        asked = _Asked(question, at)
        sections = {
            "policy": await self._writer.do(lambda db: asked.rows(db, cards.c.policy)),
            "category": await self._writer.do(lambda db: asked.rows(db, _CATEGORY)),
            "group": await self._writer.do(asked.groups),
            "reviewer": await self._writer.do(asked.reviewers),
        }
        whole = await self._writer.do(asked.whole)
        period, periods = await self._writer.do(asked.periods)
        counts, since = await self._writer.do(lambda db: _decided(db, question))
        return Report(
            question=question,
            at=at,
            whole=whole,
            sections=sections,
            period=period,
            periods=periods,
            decided=counts,
            counted_since=since,
        )

    async def add(self, counted: Mapping[tuple[str, str, str, str], int]) -> None:
        """Add decisions to those of their day."""
        await self._writer.do(lambda db: _add(db, counted))


class _Asked:
    """A question in SQL. The store's times are whole numbers, so that lengths of time are counted there."""

    def __init__(self, question: Question, at: datetime) -> None:
        self._question = question
        self._at = at
        self._ruled = and_(cards.c.ruled.is_not(None), cards.c.ruled <= at)
        self._by_person = and_(self._ruled, cards.c.expired.is_(False))

    def rows(
        self, db: Connection, by: ColumnElement[Any], *wanted: ColumnElement[bool], of: FromClause = cards
    ) -> Sequence[Line]:
        """A row for each value of `by`, those of most messages first."""
        where = (*self._wanted(), *wanted)
        counts = {row.what: row for row in db.execute(self._counts(by, of).where(*where))}
        lengths = {row.what: row for row in db.execute(self._lengths(by, of, where))}
        lines = [Line(what=str(what), figures=_figures(row, lengths.get(what))) for what, row in counts.items()]
        return sorted(lines, key=lambda line: (-line.figures.held, line.what))

    def whole(self, db: Connection, *wanted: ColumnElement[bool]) -> Figures:
        """All of them together."""
        rows = self.rows(db, literal(""), *wanted)
        return rows[0].figures if rows else Figures()

    def groups(self, db: Connection) -> Sequence[Line]:
        """A row for each group, and one for those who were in none."""
        together = cards.outerjoin(grouped, grouped.c.hold == cards.c.id)
        return self.rows(db, func.coalesce(grouped.c.name, ""), of=together)

    def reviewers(self, db: Connection) -> Sequence[Line]:
        """A row for each person who ruled."""
        return self.rows(db, cards.c.ruled_by, self._by_person)

    def periods(self, db: Connection) -> tuple[str, Sequence[Line]]:
        """A row for each week or month, also for those in which nothing was held."""
        first, last = db.execute(select(func.min(cards.c.since), func.max(cards.c.since)).where(*self._wanted())).one()
        if first is None:
            return "month", ()
        name, starts = _starts(first, last)
        spans = list(pairwise(starts))[-_LONGEST:]
        return name, [self._period(db, name, start, end) for start, end in spans]

    def _period(self, db: Connection, name: str, start: datetime, end: datetime) -> Line:
        local = start.astimezone()
        what = f"{local:%Y-%m}" if name == "month" else f"{local:%Y-%m-%d}"
        return Line(what=what, figures=self.whole(db, cards.c.since >= start, cards.c.since < end))

    def _wanted(self) -> list[ColumnElement[bool]]:
        question, wanted = self._question, [cards.c.since <= self._at]
        if question.since is not None:
            wanted.append(cards.c.since >= question.since)
        if question.until is not None:
            wanted.append(cards.c.since < question.until)
        if question.policy:
            wanted.append(cards.c.policy == plain(question.policy))
        if question.group:
            wanted.append(in_group(question.group))
        return wanted

    def _counts(self, by: ColumnElement[Any], of: FromClause) -> Select[Any]:
        counted = {
            "waiting": or_(cards.c.ruled.is_(None), cards.c.ruled > self._at),
            "released": and_(self._by_person, cards.c.state == State.RELEASED),
            "denied": and_(self._by_person, cards.c.state == State.DENIED),
            "expired": and_(self._ruled, not_(self._by_person)),
        }
        sums = [func.sum(case((fits, 1), else_=0)).label(name) for name, fits in counted.items()]
        what = by.label("what")
        senders = func.count(distinct(cards.c.author)).label("senders")
        return select(what, func.count().label("held"), senders, *sums).select_from(of).group_by(what)

    def _lengths(self, by: ColumnElement[Any], of: FromClause, where: Sequence[ColumnElement[bool]]) -> Select[Any]:
        """How long the rulings of persons took: the smallest that is no less than half of them, than nine in ten, than all."""
        took = (type_coerce(cards.c.ruled, BigInteger) - type_coerce(cards.c.since, BigInteger)).label("took")
        what = by.label("what")
        place = func.row_number().over(partition_by=by, order_by=took).label("place")
        count = func.count().over(partition_by=by).label("count")
        ranked = select(what, took, place, count).select_from(of).where(*where, self._by_person).subquery()
        half = func.min(case((ranked.c.place * 2 >= ranked.c.count, ranked.c.took)))
        most = func.min(case((ranked.c.place * 10 >= ranked.c.count * 9, ranked.c.took)))
        told = half.label("median"), most.label("most"), func.max(ranked.c.took).label("longest")
        return select(ranked.c.what, *told).group_by(ranked.c.what)


def _figures(row: Row[Any], lengths: Row[Any] | None) -> Figures:
    took = {name: getattr(lengths, name) * _TICK for name in ("median", "most", "longest")} if lengths else {}
    return Figures(
        held=row.held,
        waiting=row.waiting,
        released=row.released,
        denied=row.denied,
        expired=row.expired,
        senders=row.senders,
        **took,
    )


def _starts(first: datetime, last: datetime) -> tuple[str, list[datetime]]:
    """The beginnings of all weeks or months between, and of the one after, at midnight in this machine's time zone."""
    day = first.astimezone().date()
    name, step = ("week", _next_week) if last - first <= _WEEKS else ("month", _next_month)
    day = day - timedelta(days=day.weekday()) if name == "week" else day.replace(day=1)
    starts = [_midnight(day)]
    while starts[-1] <= last:
        day = step(day)
        starts.append(_midnight(day))
    return name, starts


def _next_week(day: date) -> date:
    return day + timedelta(days=7)


def _next_month(day: date) -> date:
    return (day + timedelta(days=31)).replace(day=1)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day).astimezone(UTC)


def _decided(db: Connection, question: Question) -> tuple[dict[str, int], date | None]:
    """What was decided how often, and since when that is counted; of a group under a policy it is not."""
    if question.group and question.policy:
        return {}, None
    kind, name = ("group", question.group) if question.group else ("policy", question.policy) if question.policy else (ALL, "")
    wanted = [decided.c.kind == kind, decided.c.name == plain(name)]
    if question.since is not None:
        wanted.append(decided.c.day >= f"{question.since:%Y-%m-%d}")
    if question.until is not None:
        wanted.append(decided.c.day < f"{question.until:%Y-%m-%d}")
    summed = select(decided.c.word, func.sum(decided.c.count), func.min(decided.c.day)).where(*wanted).group_by(decided.c.word)
    rows = db.execute(summed).all()
    counts: dict[str, int] = {word: int(count) for word, count, _ in rows}
    return counts, date.fromisoformat(min(row[2] for row in rows)) if rows else None


def _add(db: Connection, counted: Mapping[tuple[str, str, str, str], int]) -> None:
    for (day, kind, name, word), count in counted.items():
        key = {"day": day, "kind": kind, "name": plain(name), "word": word}
        same = and_(*(decided.c[column] == value for column, value in key.items()))
        if not db.execute(update(decided).where(same).values(count=decided.c.count + count)).rowcount:
            db.execute(decided.insert(), {**key, "count": count})
