"""A circuit breaker: while the relay cannot be reached, clients are told so at once, and one at a time tries it again.

It opens at the third attempt in a row that fails, for one second, then for twice as long after each failed trial, up to
half a minute. It opens no connection itself.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self

import structlog

from gateway.ports import Clock

log = structlog.get_logger()

_THRESHOLD = 3
_FIRST = timedelta(seconds=1)
_LONGEST = timedelta(seconds=30)


class State(StrEnum):
    """closed: connect as you like; open: do not; trying: one attempt is under way, do not."""

    CLOSED = "closed"
    OPEN = "open"
    TRYING = "trying"


class Breaker:
    """Ask it for an `attempt()` before each connection, and tell the attempt how it went."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._pause = _FIRST
        self.state = State.CLOSED
        self.failures = 0
        self.until: datetime | None = None

    def __str__(self) -> str:
        if self.state is State.CLOSED:
            return "reachable" if not self.failures else f"failed to answer {self.failures} times"
        return f"cannot be reached, {self.failures} attempts in a row failed"

    def attempt(self) -> "Attempt | None":
        """Leave to connect, or None."""
        if self.state is State.CLOSED:
            return Attempt(self, trial=False)
        if self.state is State.TRYING or not self._rested():
            return None
        self.state = State.TRYING
        return Attempt(self, trial=True)

    def _rested(self) -> bool:
        """Whether the pause is over; also if the clock was set back meanwhile."""
        left = self.until - self._clock.now() if self.until else timedelta()
        return not timedelta() < left <= self._pause

    def close(self) -> None:
        """The relay was reached."""
        if self.state is not State.CLOSED:
            log.info("relay.reachable_again", failures=self.failures)
        self.state, self.failures, self.until, self._pause = State.CLOSED, 0, None, _FIRST

    def fail(self, *, trial: bool) -> None:
        """The relay was not reached. Attempts that began before it opened do not make it stay open longer."""
        if trial and self.state is State.TRYING:
            self.failures += 1
            self._open(min(self._pause * 2, _LONGEST))
        elif self.state is State.CLOSED:
            self.failures += 1
            if self.failures >= _THRESHOLD:
                self._open(_FIRST)

    def release(self) -> None:
        """A trial ended without telling anything: the next client may try."""
        if self.state is State.TRYING:
            self.state = State.OPEN

    def _open(self, pause: timedelta) -> None:
        self._pause = pause
        self.state, self.until = State.OPEN, self._clock.now() + pause
        log.error("relay.unreachable", failures=self.failures, next_attempt=f"{self.until:%H:%M:%S} UTC")


class Attempt:
    """One attempt to connect. Left without `succeeded` or `failed` (cancelled, or short of time) it tells nothing."""

    def __init__(self, breaker: Breaker, *, trial: bool) -> None:
        self._breaker = breaker
        self._trial = trial
        self._told = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._trial and not self._told:
            self._breaker.release()

    def succeeded(self) -> None:
        """The relay was reached."""
        self._told = True
        self._breaker.close()

    def failed(self) -> None:
        """The relay was not reached."""
        self._told = True
        self._breaker.fail(trial=self._trial)
