"""What is done by the clock, and what a store that is away at that moment makes of it."""

import asyncio
from datetime import UTC, datetime, timedelta

from gateway.ports import StoreUnavailable
from gateway.upkeep import MINUTE, Upkeep
from tests.support.mails import FixedClock
from tests.support.smtpd import until

PARTS = ("reviews", "records", "hearings", "digests", "delivery", "counted", "figures", "clock", "redraw", "tidy", "duty")


def upkeep(**parts):
    """Of these parts alone."""
    return Upkeep(**{**dict.fromkeys(PARTS), "head_to": [], **parts})


class Heads:
    """The trail's head, of a store that is away when it is first asked."""

    def __init__(self):
        self.asked = 0

    async def send_head(self, _to):
        self.asked += 1
        if self.asked == 1:
            raise StoreUnavailable("away")
        return "17:5e88"


class Woken:
    def wake(self):
        pass


async def test_a_head_that_cannot_be_had_at_midnight_is_not_put_off_for_a_day(said):
    clock = FixedClock()
    clock.at = datetime(2026, 11, 27, tzinfo=UTC)
    looked_after = upkeep(digests=Heads(), delivery=Woken(), clock=clock)
    assert await looked_after.tell_head() == MINUTE
    assert await looked_after.tell_head() == timedelta(days=1).total_seconds()
    assert [event["head"] for event in said if event["event"] == "audit.head"] == ["17:5e88"]


async def test_files_are_looked_after_for_ever():
    tidied = []

    async def tidy():
        tidied.append(1)
        raise StoreUnavailable("away")

    looked_after = upkeep(tidy=tidy)
    assert looked_after.watch_files in looked_after.works
    task = asyncio.create_task(looked_after.watch_files())
    await until(lambda: tidied)
    await asyncio.sleep(0)
    assert not task.done()
    task.cancel()
    await asyncio.wait([task])
