"""Election windows: the days around an election in which a hold has less time than usual. It only ever shortens."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from gateway.decision import Hold, Reviewers, Rung

_SECOND = timedelta(seconds=1)
_UNITS = ((timedelta(days=1), "day"), (timedelta(hours=1), "hour"), (timedelta(minutes=1), "minute"), (_SECOND, "second"))

Elections = Mapping[str, date]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hurry:
    """From so many days before an election to so many after it, all times are `factor` of the usual, or `deadline` together."""

    elections: tuple[tuple[str, date], ...]
    before: int
    after: int
    factor: float | None
    deadline: timedelta | None

    def hurried(self, hold: Hold, day: date) -> Hold:
        """The hold with its times on that day, and why they are not the usual ones."""
        election = self._near(day)
        usual = sum((rung.lasts for rung in hold.reviewers.rungs), timedelta())
        factor = self.factor if self.factor is not None else (self.deadline or usual) / usual
        if election is None or factor >= 1:
            return hold
        name, on = election
        short = _whole(usual * factor)
        hurry = f"{name} is on {on.day} {on:%B %Y}: {_said(short)} in place of {_said(usual)}"
        return Hold(reviewers=_shorter(hold.reviewers, factor, hurry))

    def _near(self, day: date) -> tuple[str, date] | None:
        """The election of the window the day is in, the nearest of several."""
        windows = [one for one in self.elections if -self.after <= (one[1] - day).days <= self.before]
        return min(windows, key=lambda one: (abs((one[1] - day).days), one[0]), default=None)


def chosen(elections: Elections, names: Sequence[str]) -> tuple[tuple[str, date], ...]:
    """Those of these names; all, if none is named."""
    return tuple((name, day) for name, day in elections.items() if not names or name in names)


def _shorter(reviewers: Reviewers, factor: float, hurry: str) -> Reviewers:
    return replace(
        reviewers,
        deadline=_whole(reviewers.deadline * factor),
        reminders=tuple(_each(reviewers.reminders, factor)),
        later=tuple(_rung(rung, factor) for rung in reviewers.later),
        hurry=hurry,
    )


def _rung(rung: Rung, factor: float) -> Rung:
    return replace(rung, lasts=_whole(rung.lasts * factor), reminders=tuple(_each(rung.reminders, factor)))


def _each(spans: Iterable[timedelta], factor: float) -> Iterator[timedelta]:
    return (_whole(span * factor) for span in spans)


def _whole(span: timedelta) -> timedelta:
    return max(span // _SECOND * _SECOND, _SECOND)


def _said(span: timedelta) -> str:
    """In the largest unit that says it without a rest."""
    unit, name = next((unit, name) for unit, name in _UNITS if not span % unit and (name != "day" or span >= 3 * unit))
    number = span // unit
    return f"{number} {name}{'s' if number != 1 else ''}"
