"""The machine's clock, and whether it goes as time does."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

_SET = timedelta(minutes=1)
"""A clock that is off by more since it was last looked at was set meanwhile; one that is slewed is not (adjtime(3))."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Now, in UTC."""
        return datetime.now(UTC)


class Trust:
    """For how long a clock has gone as time does, as far as was looked at. ticks: seconds that nobody sets."""

    def __init__(self, now: Callable[[], datetime], ticks: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._ticks = ticks
        self._last = now(), ticks()
        self._since = self._last[1]

    def gone(self) -> timedelta:
        """Since it was set, or we began."""
        (at, tick), (now, ticks) = self._last, (self._now(), self._ticks())
        if abs(now - at - timedelta(seconds=ticks - tick)) > _SET:
            self._since = ticks
        self._last = now, ticks
        return timedelta(seconds=ticks - self._since)
