"""What comes up at each look and cannot be done now is left alone for a while, so that it stands before nothing that can be done.

It is known to this process alone: one that is new tries everything once. What was left by a clock that was ahead is not left
any more once that is right. A hold that cannot be read is in the log each time it is tried.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from gateway.hold import HeldMail
from gateway.lately import astray
from gateway.ports import HoldStore, StoreFault

log = structlog.get_logger()

AT_ONCE = 1000
"""How many are tried at one look."""
_FIRST = timedelta(minutes=1)
_LONGEST = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Left:
    since: datetime
    until: datetime
    tries: int = 0


class Later:
    """What is left alone, by its id, and until when."""

    def __init__(self) -> None:
        self._left: dict[str, _Left] = {}

    def now(self, found: Iterable[str], now: datetime) -> Sequence[str]:
        """Those of all that came up that are to be tried; what did not come up is forgotten."""
        ids = tuple(found)
        self._left = {id_: self._left[id_] for id_ in ids if id_ in self._left}
        return [id_ for id_ in ids if not self._waits(id_, now)][:AT_ONCE]

    def failed(self, id_: str, now: datetime, *, by: datetime | None = None) -> None:
        """It is tried again in a minute, then after twice that time, and so on; in any case at `by`, if that is still to come."""
        tries = self._left[id_].tries if id_ in self._left else 0
        until = now + min(_FIRST * 2 ** min(tries, 9), _LONGEST)
        self._left[id_] = _Left(since=now, until=min(until, by) if by and by > now else until, tries=tries + 1)

    def until(self, id_: str, now: datetime, until: datetime) -> None:
        """It can be done then."""
        self._left[id_] = _Left(since=now, until=until)

    def sooner(self, id_: str) -> None:
        """Something happened to it: it is tried at the next look."""
        self._left.pop(id_, None)

    async def load(self, store: HoldStore, id_: str, now: datetime) -> HeldMail | None:
        """The hold, if it waits and can be read. Raises StoreUnavailable if the store is away."""
        try:
            held = await store.get(id_)
        except StoreFault as why:
            log.error("store.unreadable", id=id_, why=str(why))  # noqa: TRY400  -- where it was read says nothing more
            self.failed(id_, now)
            return None
        return held if held is not None and held.review is None else None

    def _waits(self, id_: str, now: datetime) -> bool:
        left = self._left.get(id_)
        return left is not None and not astray(left.since, now) and now < left.until
