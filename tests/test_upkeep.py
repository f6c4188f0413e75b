"""What is done by the clock, and what a store that is away at that moment makes of it."""

import asyncio
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from gateway.ports import StoreUnavailable
from gateway.upkeep import MINUTE, Upkeep
from tests.support.mails import FixedClock
from tests.support.smtpd import until

PARTS = ("reviews", "records", "hearings", "digests", "delivery", "counted", "figures", "clock", "redraw", "tidy", "duty")


def upkeep(**parts):
    """Of these parts alone."""
    return Upkeep(**{**dict.fromkeys(PARTS), "head_to": [], "clock": FixedClock(), **parts})


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


class Rounds:
    """Appeals and digests of a store of which each finds something amiss."""

    def __init__(self):
        self.tried = []

    async def remind(self):
        self.tried.append("appeals")
        raise StoreUnavailable("the appeals cannot be listed")

    async def round(self):
        self.tried.append("digests")
        raise StoreUnavailable("the queue cannot be listed")


async def test_appeals_that_cannot_be_looked_at_keep_no_digest_waiting_and_what_was_amiss_is_in_the_log(said):
    rounds = Rounds()
    await upkeep(hearings=rounds, digests=rounds, delivery=Woken(), duty=ours).send()
    assert rounds.tried == ["appeals", "digests"]
    assert [event["event"] for event in said] == ["appeals.store_away", "digests.store_away"]


@asynccontextmanager
async def unknown(_name):
    raise StoreUnavailable("away")
    yield


async def test_where_the_store_does_not_say_whose_duty_it_is_nothing_is_sent_and_the_log_says_so(said):
    rounds = Rounds()
    await upkeep(hearings=rounds, digests=rounds, delivery=Woken(), duty=unknown).send()
    assert rounds.tried == []
    assert [event["event"] for event in said] == ["digests.store_away"]


class Kept:
    """What is kept for 90 days, and how often it was looked at."""

    shortest = timedelta(days=90)

    def __init__(self):
        self.looked = 0

    async def destroy_due(self):
        self.looked += 1


@asynccontextmanager
async def ours(_name):
    yield True


class Time:
    """As it goes by, and what a clock makes of it."""

    def __init__(self):
        self.clock = FixedClock()
        self.ticks = 0.0

    def goes(self, seconds, *, set_by=timedelta()):
        self.ticks += seconds
        self.clock.forward(timedelta(seconds=seconds) + set_by)


async def test_nothing_is_destroyed_by_a_clock_that_was_set_just_now():
    time, kept = Time(), Kept()
    looked_after = upkeep(records=kept, duty=ours, clock=time.clock, ticks=lambda: time.ticks)
    looks = []
    for seconds, set_by in [(0, 0), (590, 0), (20, 0), (3600, 0), (3600, 400), (300, -400), (590, 0), (20, 0)]:
        time.goes(seconds, set_by=timedelta(days=set_by))
        await looked_after.destroy()
        looks.append(kept.looked)
    assert looks == [0, 0, 1, 2, 2, 2, 2, 3]


async def test_a_clock_that_is_slewed_a_little_all_day_is_trusted():
    time, kept = Time(), Kept()
    looked_after = upkeep(records=kept, duty=ours, clock=time.clock, ticks=lambda: time.ticks)
    for _ in range(100):
        time.goes(3600, set_by=timedelta(seconds=2))
        assert await looked_after.destroy() == 3600
    assert kept.looked == 100


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
