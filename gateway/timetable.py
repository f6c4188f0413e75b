"""When somebody hears of what waits: of each hold at once, or together each hour or each day, or both.

Written in plain words: `at once`, `hourly`, `daily at 07:00`, `daily at 07:00 America/Chicago`, and two of them with `and`
between. The room asks no clock. ValueError says what cannot be understood.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

EXAMPLES = "at once, hourly, daily at 07:00, or at once and daily at 07:00 America/Chicago"

_DAILY = re.compile(r"daily at (\d{1,2}):(\d{2})(?: ([\w+-]+(?:/[\w+-]+)*))?")
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timetable:
    """at_once: of each hold; together: of all that waits, each hour or each day at `at` in `zone` ("" for the policies' own)."""

    at_once: bool = True
    together: Literal["", "hourly", "daily"] = ""
    at: time = time()
    zone: str = ""

    @classmethod
    def parse(cls, written: str) -> "Timetable":
        """What somebody wrote. Raises ValueError."""
        at_once, together, at, zone = False, "", time(), ""
        for word in " ".join(written.split()).split(" and "):
            daily = _DAILY.fullmatch(word)
            if word == "at once":
                at_once = True
            elif (word == "hourly" or daily) and not together:
                together = "daily" if daily else "hourly"
                at, zone = (time(int(daily[1]), int(daily[2])), _zone(daily[3] or "")) if daily else (at, zone)
            else:
                raise ValueError(f'"{written}" is no time to be told at; write {EXAMPLES}')
        return cls(at_once=at_once, together=_known(together), at=at, zone=zone)

    def __str__(self) -> str:
        daily = f"daily at {self.at:%H:%M} {self.zone}".strip()
        words = ["at once"] if self.at_once else []
        words += [daily if self.together == "daily" else "hourly"] if self.together else []
        return " and ".join(words)

    def last(self, now: datetime, zone: str = "") -> datetime | None:
        """The latest time at or before `now` at which all is told together; None if it never is. zone: where it names none."""
        if self.together == "hourly":
            return now.replace(minute=0, second=0, microsecond=0)
        if self.together != "daily":
            return None
        local = now.astimezone(_place(self.zone or zone))
        today = datetime.combine(local.date(), self.at, local.tzinfo)
        return (today if today <= local else datetime.combine(local.date() - _DAY, self.at, local.tzinfo)).astimezone(UTC)


AT_ONCE = Timetable()


def _known(word: str) -> Literal["", "hourly", "daily"]:
    return "hourly" if word == "hourly" else "daily" if word == "daily" else ""


def _zone(name: str) -> str:
    try:
        _place(name)
    except (KeyError, ValueError, OSError):
        raise ValueError(f'"{name}" is no time zone; write for example America/Chicago or UTC') from None
    return name


def _place(name: str) -> ZoneInfo:
    return ZoneInfo(name or "UTC")
