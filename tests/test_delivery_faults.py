"""Story 3 on a shelf of which something cannot be read or written: it goes on, and nothing is sent twice."""

import asyncio

import pytest

from gateway.mail import Receipt, Reply
from gateway.ports import StoreFault
from tests.support.mails import held
from tests.support.smtpd import until
from tests.support.world import World

GONE = Reply(code=550, status="5.1.1", text="No such user")


@pytest.fixture
async def world():
    world = World()
    await world.store.hold(held(), ())
    await world.reviews.release("H1", reviewer="captain")
    return world


async def test_what_is_leased_again_while_it_cannot_be_written_down_ends_no_delivery(world):
    delivered = world.store.delivered

    async def cannot(*_given):
        await asyncio.sleep(0)
        raise StoreFault("that record is damaged")

    world.store.delivered = cannot
    task = asyncio.create_task(world.delivery.run())
    await until(lambda: len(world.delivery._said) == 3)
    for _ in range(3):
        world.clock.forward(world.delivery._patience.lease)
        world.delivery.wake()
        await asyncio.sleep(0.1)
    assert not task.done()
    world.store.delivered = delivered
    world.clock.forward(world.delivery._patience.lease)
    world.delivery.wake()
    await until(lambda: not world.delivery._said)
    assert (len(world.next_hop.taken), (await world.store.status()).outbox) == (3, 0)
    task.cancel()
    await asyncio.wait([task])


async def test_what_is_refused_and_of_which_nobody_can_be_told_is_written_down_and_in_the_log(world, said):
    async def damaged(_hold):
        raise StoreFault("the decision of H1 is damaged")

    world.store.get = damaged
    world.next_hop.receipts = [Receipt(reply=GONE)]
    await world.delivered()
    status = await world.store.status()
    assert (status.outbox, status.failed) == (0, 1)
    assert [line["why"] for line in said if line["event"] == "store.unreadable"] == ["the decision of H1 is damaged"]
