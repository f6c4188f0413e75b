"""Story 5 on a shelf of which something cannot be read: what that keeps from being told, and what not."""

from datetime import timedelta

import pytest

from gateway.ports import StoreFault, StoreUnavailable
from tests.support.mails import held
from tests.support.world import World


@pytest.fixture
async def world():
    """Two messages that were denied, and are appealed."""
    world = World(per_hour=100)
    world.book.add("chief@department.example", "supervisor")
    for id_ in ("H1", "H2"):
        await world.store.hold(held(id_=id_), ())
        await world.reviews.deny(id_, reviewer="captain@department.example", note="An endorsement.")
        await world.hearings.appeal(id_, sender="dreed@department.example", text="It only quotes.")
    return world


async def test_an_appeal_that_cannot_be_read_keeps_no_other_from_being_told_of_and_is_tried_again_later(world, said):
    get, pleas = world.store.get, world.store.pleas

    async def damaged(hold):
        if hold == "H1":
            raise StoreFault("the octets of H1 are damaged")
        return await get(hold)

    world.store.get = damaged
    world.clock.forward(timedelta(days=1))
    for _ in range(3):
        await world.hearings.remind()
    assert [(await pleas.appealed(id_)).reminded for id_ in ("H1", "H2")] == [0, 1]
    assert [line["id"] for line in said if line["event"] == "hold.fault"] == ["H1"]
    world.store.get = get
    world.clock.forward(timedelta(minutes=1))
    await world.hearings.remind()
    assert [(await pleas.appealed(id_)).reminded for id_ in ("H1", "H2")] == [1, 1]


async def test_a_store_that_is_away_is_no_fault_of_an_appeal(world, said):
    world.clock.forward(timedelta(days=1))
    get = world.store.get

    async def away(_hold):
        raise StoreUnavailable("the store is away")

    world.store.get = away
    with pytest.raises(StoreUnavailable):
        await world.hearings.remind()
    world.store.get = get
    await world.hearings.remind()
    assert [(await world.store.pleas.appealed(id_)).reminded for id_ in ("H1", "H2")] == [1, 1]
    assert not [line for line in said if line["event"] == "hold.fault"]
