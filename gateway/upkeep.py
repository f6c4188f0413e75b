"""What is done by the clock: deadlines, retention, digests, the trail's head, counts.

Each work goes on for ever. A store that is away is waited for; a fault of ours is in the log, and the work begins anew.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from datetime import datetime, timedelta

import structlog

from gateway.clock import Trust
from gateway.delivery import Delivery
from gateway.digests import Digests
from gateway.hearing import Hearings
from gateway.mail import Address
from gateway.ports import Clock, StoreUnavailable
from gateway.records import Records
from gateway.report import CountedJudge
from gateway.review import Reviews
from gateway.store.figures import StoredFigures

log = structlog.get_logger()

ROUND = 15.0
"""Seconds between two looks at reminders and deadlines."""
MINUTE = 60.0
"""Seconds between two looks at who is to be told now."""
_HOUR = 3600.0
"""Seconds between two looks at content that was kept long enough."""
_LOOK = 5.0
"""Seconds between two looks at which directory is to be asked, and at whether the clock can be trusted."""
_TRUSTED = timedelta(minutes=10)
"""For how long a clock has to have gone as it should until content is destroyed by it, unless that is kept for less."""
_PAUSE = 1.0

Work = Callable[[], Awaitable[None]]
Duty = Callable[[str], AbstractAsyncContextManager[bool]]
"""Whether a work of that name is ours, and nobody else's until we are done with it."""


class Upkeep:
    """head_to: who gets the trail's head each day; redraw: takes the members that directories have now, if it is time.

    tidy: leaves no content lying about that nobody needs
    """

    def __init__(  # noqa: PLR0913  -- what is looked after
        self,
        *,
        reviews: Reviews,
        records: Records,
        hearings: Hearings,
        digests: Digests,
        delivery: Delivery,
        counted: CountedJudge,
        figures: StoredFigures,
        clock: Clock,
        head_to: Sequence[str],
        redraw: Work,
        tidy: Work,
        duty: Duty,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._reviews = reviews
        self._records = records
        self._hearings = hearings
        self._digests = digests
        self._delivery = delivery
        self._counted = counted
        self._figures = figures
        self._clock = clock
        self._trust = Trust(clock.now, ticks)
        self._redraw = redraw
        self._tidy = tidy
        self._duty = duty
        self._head_to = [Address.parse(one) for one in head_to]

    @property
    def works(self) -> tuple[Work, ...]:
        """All that is to be done for ever."""
        looked_after = (self.watch_deadlines, self.watch_retention, self.watch_head, self.watch_digests, self.watch_counts)
        return *looked_after, self.watch_directories, self.watch_files

    async def watch_deadlines(self) -> None:
        """Look at reminders and deadlines, for ever."""
        while True:
            try:
                async with self._duty("deadlines") as ours:
                    if ours:
                        await self._reviews.expire()
                self._delivery.wake()
            except StoreUnavailable:
                log.exception("deadlines.store_away")
            await asyncio.sleep(ROUND)

    async def watch_retention(self) -> None:
        """Destroy what was kept long enough, for ever."""
        while True:
            again = await self.destroy()
            await asyncio.sleep(again)

    async def destroy(self) -> float:
        """Destroy what is due; after how many seconds again. Nothing is destroyed by a clock that was set just now."""
        gone, kept = self._trust.gone(), self._records.shortest
        if kept is not None and gone < min(_TRUSTED, kept):
            return _LOOK
        with suppress(StoreUnavailable):  # in the log already, or tried again in an hour
            async with self._duty("retention") as ours:
                if ours:
                    await self._records.destroy_due()
        return _HOUR

    async def watch_digests(self) -> None:
        """Send what goes out at its times, for ever."""
        while True:
            await self.send()
            await asyncio.sleep(MINUTE)

    async def send(self) -> None:
        """Send what is due; what cannot be sent now is tried again in a minute, and keeps nothing else waiting."""
        try:
            async with self._duty("digests") as ours:
                if ours:
                    await _unless_away("appeals.store_away", self._hearings.remind)
                    await _unless_away("digests.store_away", self._digests.round)
        except StoreUnavailable:
            log.exception("digests.store_away")
        self._delivery.wake()

    async def watch_head(self) -> None:
        """Log and mail the trail's head now and at the end of each day (UTC), for ever: what is kept elsewhere vouches for it."""
        while True:
            again = await self.tell_head()
            await asyncio.sleep(again)

    async def tell_head(self) -> float:
        """Log and mail it; after how many seconds again: where the store is away it is not put off for a day."""
        try:
            log.info("audit.head", head=await self._digests.send_head(self._head_to))
        except StoreUnavailable:
            return MINUTE
        self._delivery.wake()
        return until_midnight(self._clock.now())

    async def watch_directories(self) -> None:
        """Ask directories when it is time, for ever."""
        while True:
            await self._redraw()
            await asyncio.sleep(_LOOK)

    async def watch_files(self) -> None:
        """Leave no content lying about, for ever."""
        while True:
            with suppress(StoreUnavailable):  # tried again in a minute
                await self._tidy()
            await asyncio.sleep(MINUTE)

    async def watch_counts(self) -> None:
        """Keep what was counted, for ever."""
        while True:
            await asyncio.sleep(ROUND)
            await self.keep_counts()

    async def keep_counts(self) -> None:
        """Put what was counted on the shelf; what cannot be put there now is tried again."""
        counted = self._counted.taken()
        try:
            if counted:
                await self._figures.add(counted)
        except StoreUnavailable:
            self._counted.put_back(counted)


async def _unless_away(event: str, work: Work) -> None:
    try:
        await work()
    except StoreUnavailable:
        log.exception(event)


def until_midnight(now: datetime) -> float:
    """Seconds until the day is over, in the zone of `now`."""
    midnight = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return (midnight - now).total_seconds()


async def lasting(work: Work) -> None:
    """Do it for ever: a fault of ours is in the log (if that can be written), and the work begins anew."""
    while True:
        try:
            await work()
        except Exception:
            with suppress(OSError):
                log.exception("work.fault", work=work.__qualname__)
        await asyncio.sleep(_PAUSE)


async def ended(task: asyncio.Task[None]) -> None:
    """End a work, and wait until it is."""
    task.cancel()
    await asyncio.wait([task])
