"""On-duty times: the hours in which somebody is there, and time counted in these hours alone.

A shift begins and ends by the clock on the wall of its time zone, also where that clock is put forward or back: on such a
day it is an hour shorter or longer, and what is counted in it is the time that really passed. A shift that ends at or
before its beginning ends on the next day; one that would begin on a holiday does not take place.

It asks no clock and raises nothing. A time zone that this machine does not know raises KeyError when it is asked.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_DAY = 24 * 60
_FARTHEST = 4000
"""Days that are looked ahead. Nothing in a policy lasts longer."""

_LONG = timedelta(days=31)
"""Who is there without an end is there for so long at least."""

Shift = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """Hours of the week. zone: its name; days: 0 for Monday; begins, ends: minutes since midnight, `ends` up to 1440."""

    name: str
    zone: str
    days: tuple[int, ...]
    begins: int
    ends: int
    holidays: tuple[date, ...] = ()

    def on(self, at: datetime) -> bool:
        """Whether somebody is there."""
        return self.until(at) is not None

    def until(self, at: datetime) -> datetime | None:
        """When those who are there now will have gone; None if nobody is there. A shift that follows at once goes on."""
        end: datetime | None = None
        for begins, ends in self._shifts(at):
            if begins > (end or at) or (end and end - at > _LONG):
                break
            end = ends
        return end

    def elapsed(self, since: datetime, until: datetime) -> timedelta:
        """How much on-duty time passed."""
        passed = timedelta()
        for begins, ends in self._shifts(since):
            if begins >= until:
                break
            passed += min(ends, until) - max(begins, since)
        return passed

    def after(self, since: datetime, span: timedelta) -> datetime:
        """The first moment at which so much on-duty time has passed."""
        if span <= timedelta():
            return since
        left, last = span, since
        for begins, ends in self._shifts(since):
            start = max(begins, since)
            if ends - start >= left:
                return start + left
            left, last = left - (ends - start), ends
        return last + left

    @property
    def says(self) -> str:
        """In words: `Monday to Friday, 08:00 to 17:00 (America/Chicago), not on 2 holidays`."""
        free = f", not on {len(self.holidays)} holiday{'s' if len(self.holidays) != 1 else ''}" if self.holidays else ""
        return f"{_named(self.days)}, {_clock(self.begins)} to {_clock(self.ends)} ({self.zone}){free}"

    def _shifts(self, at: datetime) -> Iterator[Shift]:
        """Those that have not ended at `at`, in their order; none begins before the one before has ended."""
        zone, last = _zone(self.zone), datetime.min.replace(tzinfo=UTC)
        first = at.astimezone(zone).date() - timedelta(days=1)
        for number in range(_FARTHEST):
            day = first + timedelta(days=number)
            if day.weekday() in self.days and day not in self.holidays:
                begins, ends = max(self._moment(day, self.begins, fold=0), last), self._moment(day, self._end, fold=1)
                if ends > max(at, begins):
                    yield begins, ends
                    last = ends

    @property
    def _end(self) -> int:
        return self.ends if self.ends > self.begins else self.ends + _DAY

    def _moment(self, day: date, minutes: int, *, fold: int) -> datetime:
        """fold: of a time that comes twice, the first for a beginning and the second for an end."""
        midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001  -- the zone is put on below, behind the sum
        return (midnight + timedelta(minutes=minutes)).replace(tzinfo=_zone(self.zone), fold=fold).astimezone(UTC)


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def _named(days: tuple[int, ...]) -> str:
    row = sorted(set(days))
    if len(row) == len(DAYS):
        return "every day"
    if len(row) > 2 and row == list(range(row[0], row[-1] + 1)):  # noqa: PLR2004  -- two days are said one by one
        return f"{DAYS[row[0]]} to {DAYS[row[-1]]}"
    return " and ".join(filter(None, (", ".join(DAYS[day] for day in row[:-1]), DAYS[row[-1]])))


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
