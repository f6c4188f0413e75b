"""On every shelf: what cannot be done now stands before nothing that can be, and is not loaded again at each look."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.hold import Course
from gateway.ports import StoreFault, StoreUnavailable
from gateway.records import Records
from gateway.settings import Retention
from gateway.trail import Step
from tests.store.test_holds import review
from tests.support.mails import NOW, held
from tests.support.memory_store import MemoryStore
from tests.support.world import World

HOUR, LOOK = timedelta(hours=1), timedelta(seconds=15)
MANY = [f"A{number:03}" for number in range(101)]
"""More than were once taken at a time; shelves on disk, where each costs time, have some of them."""


class Counting:
    """The shelf, and how often each hold was taken off it. `damaged`: cannot be read any more, or destroyed."""

    def __init__(self, store):
        self._store = store
        self.taken = Counter()
        self.tried = Counter()
        self.damaged = set()

    def __getattr__(self, name):
        return getattr(self._store, name)

    async def get(self, hold):
        self.taken[hold] += 1
        if hold in self.damaged:
            raise StoreFault(f"the octets of {hold} are damaged")
        return await self._store.get(hold)

    async def destroy(self, hold, **why):
        self.tried[hold] += 1
        if hold in self.damaged:
            raise StoreFault(f"the record of {hold} is damaged")
        return await self._store.destroy(hold, **why)


@pytest.fixture
def world(store, clock):
    made = World(per_hour=10_000, clock=clock, store=Counting(store))
    made.many = MANY if isinstance(store, MemoryStore) else MANY[:12]
    return made


async def looked(world, wait=LOOK):
    world.clock.forward(wait)
    world.store.taken.clear()
    await world.reviews.expire()
    return world.store.taken


async def expired(world, hold):
    there = await world.store._store.get(hold)
    return there.review is not None and there.review.by_deadline


async def opened(world, hold):
    await world.store.record(Step.SEEN, actor="captain", hold=hold, detail={"role": "reviewer"})


async def checked(world, hold, warned=7.9, **changes):
    """A hold that was looked at whether anybody may rule on it, and of which it was told that nobody opened it."""
    there = held(id_=hold, deadline=8 * HOUR, reminders=(), **changes)
    await world.store.hold(replace(there, course=Course(checked=True, warned=NOW + warned * HOUR)), ())


async def test_what_nobody_opened_keeps_no_other_deadline_waiting_and_is_not_loaded_until_its_time(world):
    for hold in world.many:
        await checked(world, hold, warned=7.5 if hold == world.many[0] else 7.9)
    await checked(world, "B1", since=NOW + timedelta(minutes=1))
    await opened(world, "B1")
    taken = await looked(world, 8 * HOUR + timedelta(minutes=1))
    assert (await expired(world, "B1"), set(taken)) == (True, {*world.many, "B1"})
    assert await looked(world) == {}
    await opened(world, world.many[3])
    assert await looked(world) == {world.many[3]: 1}
    assert [hold for hold in world.many if await expired(world, hold)] == [world.many[3]]
    assert await looked(world, timedelta(minutes=30)) == {}
    assert await looked(world, HOUR) == {world.many[0]: 1}
    assert [hold for hold in world.many if await expired(world, hold)] == [world.many[0], world.many[3]]


async def test_what_cannot_be_read_keeps_nothing_else_from_going_on_and_is_tried_again_later_and_later(world, said):
    for hold in world.many:
        await world.store.hold(held(id_=hold, deadline=8 * HOUR, reminders=()), ())
    await world.store.hold(held(id_="B1", deadline=8 * HOUR, reminders=(), since=NOW + HOUR), ())
    await opened(world, "B1")
    world.store.damaged = {*world.many}
    await looked(world, 9 * HOUR)
    assert await expired(world, "B1")
    assert {line["id"] for line in said if line["event"] == "store.unreadable"} == {*world.many}
    tries = [len(await looked(world)) for _ in range(30)]
    assert [number + 1 for number, taken in enumerate(tries) if taken] == [4, 12, 28]
    world.store.damaged = {*world.many[1:]}
    assert set(await looked(world, timedelta(minutes=15))) == {*world.many}
    assert (await world.store.get(world.many[0])).course.warned


async def test_a_store_that_goes_away_in_the_midst_of_it_is_no_fault_of_a_hold(world):
    await checked(world, "B1")
    await opened(world, "B1")
    get = world.store.get

    async def away(_hold):
        raise StoreUnavailable("the store is away")

    world.store.get = away
    with pytest.raises(StoreUnavailable):
        await looked(world, 8 * HOUR)
    world.store.get = get
    await looked(world)
    assert await expired(world, "B1")


async def test_what_cannot_be_destroyed_stands_before_nothing_that_can_be_and_is_tried_once(world):
    for hold in (*world.many, "B1"):
        await world.store.hold(held(id_=hold, appeal=timedelta()), ())
        await world.store.rule(hold, review(at=NOW + (2 if hold == "B1" else 1) * HOUR), ())
    world.store.damaged = {*world.many}
    world.clock.forward(timedelta(days=91))
    parts = {"store": world.store, "archive": world.store, "trail": world.store, "pleas": world.store.pleas}
    kept = Records(**parts, clock=world.clock, retention=Retention.model_validate({"denied": "90d"}))
    assert await kept.destroy_due() == 1
    assert (await world.store.get("B1")).destroyed == world.clock.now()
    assert world.store.tried == dict.fromkeys((*world.many, "B1"), 1)
    world.store.damaged = set(world.many[1:])
    assert await kept.destroy_due() == 1
