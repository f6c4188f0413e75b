"""Accounts of even-handedness, counted by the database: rows of holds never come here.

Each section is a transaction of its own, so that mail waits for none of them; all are of one moment, since what came or was
ruled on after it is left out. They are read from one index, which has all they need.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    FromClause,
    Row,
    Select,
    and_,
    case,
    func,
    literal,
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
_MINUTE = 60 * 1_000_000
_FATES = ("waiting", "released", "denied", "expired", "withdrawn")
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
        return await self._writer.read(Counting(question, at).report)

    async def add(self, counted: Mapping[tuple[str, str, str, str], int]) -> None:
        """Add decisions to those of their day."""
        await self._writer.do(lambda db: _add(db, counted))


class Counting:
    """A question in SQL."""

    def __init__(self, question: Question, at: datetime) -> None:
        self._question = question
        self._at = at
        self._ruled = and_(cards.c.ruled.is_not(None), cards.c.ruled <= at)
        self._by_person = and_(self._ruled, cards.c.expired.is_(False), cards.c.state != State.WITHDRAWN)

    def report(self, db: Connection) -> Report:
        """All of it in one look, so that no ruling comes between its parts."""
        sections = {
            "policy": self.rows(db, cards.c.policy),
            "category": self.rows(db, _CATEGORY),
            "group": self.groups(db),
            "reviewer": self.reviewers(db),
        }
        period, periods = self.periods(db)
        counts, since = _decided(db, self._question)
        return Report(
            question=self._question,
            at=self._at,
            whole=self.whole(db),
            sections=sections,
            period=period,
            periods=periods,
            decided=counts,
            counted_since=since,
        )

    def rows(
        self, db: Connection, by: ColumnElement[Any], *wanted: ColumnElement[bool], of: FromClause = cards
    ) -> Sequence[Line]:
        """A row for each value of `by`, those of most messages first."""
        return _lines(db, self.counts(by, of).where(*self.wanted(), *wanted))

    def whole(self, db: Connection, *wanted: ColumnElement[bool]) -> Figures:
        """All of them together."""
        rows = self.rows(db, literal(""), *wanted)
        return rows[0].figures if rows else Figures()

    def groups(self, db: Connection) -> Sequence[Line]:
        """A row for each group, and one for those who were in none."""
        together = cards.outerjoin(grouped, grouped.c.hold == cards.c.id)
        return self.rows(db, func.coalesce(grouped.c.name, ""), of=together)

    def reviewers(self, db: Connection) -> Sequence[Line]:
        """A row for each person who ruled; where it took two, the message is in the rows of both."""
        first = self.counts(cards.c.agreed_by).where(*self.wanted(), self._by_person, cards.c.agreed_by.is_not(None))
        return _lines(db, self.counts(cards.c.ruled_by).where(*self.wanted(), self._by_person), first)

    def periods(self, db: Connection) -> tuple[str, Sequence[Line]]:
        """A row for each week or month, also for those in which nothing was held."""
        first, last = db.execute(select(func.min(cards.c.since), func.max(cards.c.since)).where(*self.wanted())).one()
        if first is None:
            return "month", ()
        name, starts = _starts(first, last)
        spans = list(pairwise(starts))[-_LONGEST:]
        return name, [self._period(db, name, start, end) for start, end in spans]

    def _period(self, db: Connection, name: str, start: datetime, end: datetime) -> Line:
        local = start.astimezone()
        what = f"{local:%Y-%m}" if name == "month" else f"{local:%Y-%m-%d}"
        return Line(what=what, figures=self.whole(db, cards.c.since >= start, cards.c.since < end))

    def wanted(self) -> list[ColumnElement[bool]]:
        """What a message must be to be counted."""
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

    def counts(self, by: ColumnElement[Any], of: FromClause = cards) -> Select[Any]:
        """Counts by `by` and by how many minutes the ruling took: at most some thousands of rows, however many messages."""
        minutes = case((self._by_person, _ticks(cards.c.ruled) - _ticks(cards.c.since))) // _MINUTE
        counted = {
            "waiting": or_(cards.c.ruled.is_(None), cards.c.ruled > self._at),
            "released": and_(self._by_person, cards.c.state == State.RELEASED),
            "denied": and_(self._by_person, cards.c.state != State.RELEASED),
            "expired": and_(self._ruled, cards.c.expired),
            "withdrawn": and_(self._ruled, cards.c.state == State.WITHDRAWN),
        }
        sums = [func.sum(case((fits, 1), else_=0)).label(name) for name, fits in counted.items()]
        senders = func.min(cards.c.author).label("first"), func.max(cards.c.author).label("last")
        what, took = by.label("what"), minutes.label("minutes")
        return select(what, took, func.count().label("held"), *senders, *sums).select_from(of).group_by(what, took)


class _Pile:
    """What is known of a row so far."""

    def __init__(self) -> None:
        self._sums: Counter[str] = Counter()
        self._senders: set[str] = set()
        self._took: list[tuple[int, int]] = []

    def add(self, row: Row[Any]) -> None:
        """Those that took so many minutes, or that no person ruled on."""
        self._sums.update({name: getattr(row, name) for name in ("held", *_FATES)})
        self._senders |= {row.first, row.last}
        if row.minutes is not None:
            self._took.append((row.minutes, row.held))

    def figures(self) -> Figures:
        """All of it."""
        took = sorted(self._took)
        return Figures(
            held=self._sums["held"],
            **{name: self._sums[name] for name in _FATES},
            senders=len(self._senders),
            median=_reached(took, 0.5),
            most=_reached(took, 0.9),
            longest=_reached(took, 1),
        )


def _lines(db: Connection, *counts: Select[Any]) -> Sequence[Line]:
    """What these count, added up by `what`, those of most messages first."""
    piles: dict[str, _Pile] = defaultdict(_Pile)
    for counted in counts:
        for row in db.execute(counted):
            piles[str(row.what)].add(row)
    lines = [Line(what=what, figures=pile.figures()) for what, pile in piles.items()]
    return sorted(lines, key=lambda line: (-line.figures.held, line.what))


def _reached(took: Sequence[tuple[int, int]], share: float) -> timedelta | None:
    """The fewest minutes that no less than that share took no longer than. took: (minutes, how many), the fewest first."""
    wanted, reached = share * sum(count for _, count in took), 0
    for minutes, count in took:
        reached += count
        if reached >= wanted:
            return timedelta(minutes=minutes)
    return None


def _ticks(column: Column[Any]) -> ColumnElement[int]:
    """A moment as the whole number that is kept of it."""
    return type_coerce(column, BigInteger)


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
        wanted.append(decided.c.day >= f"{question.since.astimezone():%Y-%m-%d}")
    if question.until is not None:
        wanted.append(decided.c.day < f"{question.until.astimezone():%Y-%m-%d}")
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
