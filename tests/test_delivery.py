"""Story 3: outgoing mail, until taken or refused, and never silently dropped."""

import asyncio
import re
from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.mail import Address, Mail, Receipt, Reply
from gateway.mail.content import in_memory
from gateway.ports import Purpose, StoreUnavailable
from tests.support.mails import NOW, ORDINARY, held
from tests.support.smtpd import until
from tests.support.world import NextHop, World

A, B = Address.parse("a@department.example"), Address.parse("b@department.example")
BUSY = Reply(code=450, status="4.2.1", text="Mailbox busy")
GONE = Reply(code=550, status="5.1.1", text="No such user")
SOON = timedelta(minutes=1)


@pytest.fixture
async def world():
    world = World()
    await world.store.hold(held(), ())
    await world.reviews.release("H1", reviewer="captain")
    return world


def of_message(given):
    return [(envelope, octets) for envelope, octets in given if octets.endswith(ORDINARY)]


async def test_a_released_message_is_the_received_octets_under_lines_of_ours(world):
    ((envelope, octets),) = of_message(await world.delivered())
    assert envelope.recipients == (A, B)
    prepended = octets[: -len(ORDINARY)]
    names = [line.partition(b":")[0] for line in prepended.split(b"\r\n") if line and not line.startswith(b"\t")]
    assert names == [b"Received", b"X-Hatchway-Id", b"X-Hatchway-Release-Id"]


async def test_a_forged_field_of_ours_does_not_survive_a_release():
    world = World()
    forged = held()
    content = in_memory(b"X-Hatchway-Id: mine\r\n" + ORDINARY)
    await world.store.hold(replace(forged, mail=replace(forged.mail, content=content)), ())
    await world.reviews.release("H1", reviewer="captain")
    ((_, octets),) = of_message(await world.delivered())
    assert b"mine" not in octets


async def test_what_takes_long_stays_leased_and_another_gateway_takes_over_only_what_does_not(world):
    taking, taken = asyncio.Event(), asyncio.Event()

    async def slow(_envelope, _message):
        taking.set()
        await taken.wait()
        return Receipt(reply=Reply(code=250, status="2.0.0", text="Ok"))

    world.next_hop.deliver = slow
    running = asyncio.create_task(world.delivery.run())
    await taking.wait()
    lease = timedelta(minutes=2)
    for _ in range(6):
        world.clock.forward(lease / 2)
        world.delivery.wake()
        await until(lambda: all(slot.leased_until > world.clock.now() for slot in world.store._slots.values()))
        assert await world.store.lease(world.clock.now(), world.clock.now() + lease, 9) == []
    world.clock.forward(lease * 2)
    assert await world.store.lease(world.clock.now(), world.clock.now() + lease, 9) != []
    taken.set()
    running.cancel()
    await asyncio.wait([running])


async def test_a_transient_refusal_is_tried_again_with_growing_pauses_under_the_same_release_id(world):
    world.next_hop.receipts = [Receipt(reply=BUSY)] * 2
    tried = {}
    for minute in range(15):
        for _, octets in of_message(await world.delivered()):
            tried[minute] = re.search(rb"X-Hatchway-Release-Id: (\S+)", octets)[1]
        world.clock.forward(SOON)
    assert list(tried) == [0, 1, 11]
    assert len(set(tried.values())) == 1


async def test_a_permanent_refusal_is_reported_to_sender_and_reviewers(world):
    world.next_hop.receipts = [Receipt(reply=GONE)]
    first = await world.delivered()
    told = {str(a) for e, octets in first if b"Unit 214" in octets or b"H1" in octets for a in e.recipients}
    assert {"dreed@department.example", "captain@department.example"} <= told
    assert any(b"report-type=delivery-status" in octets for _, octets in first)
    assert any(d.state == "failed" for d in await world.store.dispatches("H1") if d.purpose is Purpose.RELEASE)


async def test_recipients_are_settled_one_by_one(world):
    world.next_hop.receipts = [Receipt(reply=Reply(code=250, text="Ok"), refused=((A, BUSY),))]
    await world.delivered()
    world.clock.forward(SOON)
    ((envelope, _),) = of_message(await world.delivered())
    assert envelope.recipients == (A,)


async def test_a_recipient_refused_for_good_is_reported_while_the_other_gets_it(world):
    world.next_hop.receipts = [Receipt(reply=Reply(code=250, text="Ok"), refused=((A, GONE),))]
    given = await world.delivered()
    reports = [octets for _, octets in given if b"report-type=delivery-status" in octets]
    assert len(reports) == 1
    assert b"a@department.example" in reports[0]
    assert b"rfc822; b@department.example" not in reports[0].lower()


async def test_after_giving_up_a_message_is_reported_not_dropped():
    world = World(give_up=timedelta(minutes=5))
    await world.store.hold(held(), ())
    await world.reviews.release("H1", reviewer="captain")
    world.next_hop.receipts = [Receipt(reply=BUSY)] * 9
    given = []
    for _ in range(12):
        given += await world.delivered()
        world.clock.forward(SOON)
    assert any(b"report-type=delivery-status" in octets for _, octets in given)


async def test_who_is_given_up_on_is_told_of_in_the_relays_words_about_him_and_not_about_the_others():
    world = World(give_up=timedelta())
    await world.store.hold(held(), ())
    await world.reviews.release("H1", reviewer="captain")
    world.next_hop.receipts = [Receipt(reply=Reply(code=250, status="2.0.0", text="Ok: queued"), refused=((A, BUSY),))]
    [report] = [octets for _, octets in await world.delivered() if b"report-type=delivery-status" in octets]
    assert b"Status: 4.2.1" in report
    assert b"Diagnostic-Code: smtp; 450 4.2.1 Mailbox busy" in report
    assert b"Ok: queued" not in report


async def test_what_was_released_while_the_clock_was_a_year_ahead_is_given_up_and_reported_in_time():
    world = World(give_up=timedelta(minutes=5))
    world.clock.forward(timedelta(days=365))
    await world.store.hold(held(), ())
    await world.reviews.release("H1", reviewer="captain")
    world.clock.forward(-timedelta(days=365))
    world.next_hop.receipts = [Receipt(reply=BUSY)] * 9
    given = []
    for _ in range(12):
        assert not any(b"report-type=delivery-status" in octets for _, octets in given)
        given += await world.delivered()
        world.clock.forward(SOON)
    assert any(b"report-type=delivery-status" in octets for _, octets in given)


def back(envelope, octets, *, to=None):
    """What we sent, as it comes back from an MTA."""
    passed = b"Received: from hatchway by mta.example;\r\n\tTue, 6 Oct 2026 07:00:00 +0000\r\n" + octets
    some = envelope if to is None else envelope.only(frozenset(to))
    return Mail(id="B1", envelope=some, content=in_memory(passed), received=NOW)


async def test_a_release_and_its_notices_are_known_when_they_come_back(world):
    given = await world.delivered()
    assert len(given) > 1
    for envelope, octets in given:
        assert await world.delivery.sent(back(envelope, octets))


async def test_a_release_is_known_with_fewer_recipients_and_not_with_others(world):
    ((envelope, octets),) = of_message(await world.delivered())
    assert await world.delivery.sent(back(envelope, octets, to=[A]))
    more = replace(envelope, recipients=(*envelope.recipients, Address.parse("x@x.example")), rcpts=envelope.rcpts * 2)
    assert not await world.delivery.sent(back(more, octets))
    assert not await world.delivery.sent(back(replace(envelope, sender=A), octets))


@pytest.mark.parametrize(
    ("written", "instead"),
    [
        (b"\r\n\r\n", b"\r\n\r\nand more "),
        (b"Release-Id: ", b"Release-Id: x"),
        (b"Release-Id", b"Notice-Id"),
        (b"Subject:", b"X-Was:"),
    ],
)
async def test_a_copied_mark_on_anything_else_is_worth_nothing(world, written, instead):
    ((envelope, octets),) = of_message(await world.delivered())
    assert written in octets
    assert not await world.delivery.sent(back(envelope, octets.replace(written, instead, 1)))


@pytest.mark.parametrize("field", [b"Subject: vote\r\n", b"Sub ject: vote\r\n", b"no field\r\n"])
async def test_nothing_that_is_shown_may_stand_before_what_was_released(world, field):
    ((envelope, octets),) = of_message(await world.delivered())
    assert not await world.delivery.sent(back(envelope, field + octets))


async def test_a_mark_of_no_parcel_and_no_mark_at_all_are_worth_nothing(world):
    ((envelope, _),) = of_message(await world.delivered())
    for head in (b"", b"X-Hatchway-Release-Id: 4pTLYVJm8WHfQ\r\n", b"X-Hatchway-Release-Id: \xff\r\n"):
        assert not await world.delivery.sent(back(envelope, head + b"Subject: x\r\n\r\nx\r\n"))


async def test_a_notice_that_cannot_be_delivered_makes_no_further_notice():
    world = World()
    await world.store.hold(held(), await world.post.on_hold(held()))
    world.next_hop.notices = [Receipt(reply=GONE)] * 10
    assert len(await world.delivered()) == 2
    assert await world.delivered() == []


async def test_delivery_wakes_goes_on_after_the_store_was_away_and_finishes_what_it_began(world):
    world.store.away = True
    task = asyncio.create_task(world.delivery.run())
    await asyncio.sleep(0.05)
    assert world.next_hop.taken == []
    world.store.away = False
    world.delivery.wake()
    for _ in range(100):
        await asyncio.sleep(0.01)
        if of_message(world.next_hop.taken):
            break
    task.cancel()
    await asyncio.wait([task])
    assert len(of_message(world.next_hop.taken)) == 1


@pytest.mark.parametrize("reply", [Reply(code=250, status="2.0.0", text="Ok"), GONE])
async def test_what_the_relay_said_while_the_store_was_away_is_written_down_and_nothing_is_sent_twice(world, reply):
    sent = []

    async def goes_away(envelope, _message):
        sent.append(envelope.recipients)
        world.store.away = True
        return Receipt(reply=reply)

    deliver, world.next_hop.deliver = world.next_hop.deliver, goes_away
    await world.delivery.deliver_due()
    assert len(sent) == 3
    world.store.away, world.next_hop.deliver = False, deliver
    world.clock.at += world.delivery._patience.lease
    assert of_message(await world.delivered()) == []
    assert len(sent) == 3
    (message, *_) = await world.store.dispatches("H1")
    assert (message.purpose, message.last) == (Purpose.RELEASE, reply)
    assert (await world.store.status()).outbox == 0


async def test_what_the_relay_took_before_the_store_went_away_is_written_down_before_another_gateway_may_take_it(world):
    other = World()
    other.delivery._outbox = other.delivery._store = world.store
    other.delivery._clock = world.clock

    async def goes_away(_envelope, _message):
        world.store.away = True
        return Receipt(reply=Reply(code=250, status="2.0.0", text="Ok"))

    deliver, world.next_hop.deliver = world.next_hop.deliver, goes_away
    await world.delivery.deliver_due()
    world.store.away, world.next_hop.deliver = False, deliver
    await world.delivery.deliver_due()
    world.clock.at += world.delivery._patience.lease
    assert not await other.delivery.deliver_due()
    assert (await world.store.status()).outbox == 0


async def test_what_cannot_be_written_down_keeps_no_other_parcel_waiting(world):
    delivered = world.store.delivered

    async def cannot(parcel, *given):
        if parcel.hold == "H1":
            raise StoreUnavailable("that record is damaged")
        await delivered(parcel, *given)

    world.store.delivered = cannot
    await world.delivery.deliver_due()
    sent = len(world.next_hop.taken)
    await world.store.hold(held(id_="H2"), ())
    await world.reviews.deny("H2", reviewer="captain", note="not now")
    await world.delivered()
    assert len(world.next_hop.taken) == sent + 2
    world.store.delivered = delivered
    for _ in range(sent):
        await world.delivery.deliver_due()
    assert len(world.next_hop.taken) == sent + 2
    assert (await world.store.status()).outbox == 0


async def test_what_the_relay_took_is_not_sent_again_because_we_stumble_over_the_report(world, said):
    told, stumbles = world.post.on_failure, [True, True]

    def stumbling(*given):
        if stumbles:
            stumbles.pop()
            raise ZeroDivisionError
        return told(*given)

    world.post.on_failure = stumbling
    world.next_hop.receipts = [Receipt(reply=Reply(code=250, status="2.0.0", text="Ok"), refused=((B, GONE),))]
    for _ in range(4):
        await world.delivered()
        world.clock.at += world.delivery._patience.lease
    assert len(of_message(world.next_hop.taken)) == 1
    assert len([line for line in said if line["event"] == "delivery.fault"]) == 2
    assert (await world.store.status()).outbox == 0


async def test_a_parcel_that_makes_us_stumble_is_tried_again_and_keeps_no_other_waiting(world, said):
    class Stumbling(type(world.next_hop)):
        async def deliver(self, envelope, message):
            if envelope.sender and not self.taken:
                self.taken.append((envelope, b""))
                raise ZeroDivisionError
            return await super().deliver(envelope, message)

    world.next_hop = world.delivery._next_hop = Stumbling()
    assert len(await world.delivered()) == 3
    assert [line for line in said if line["event"] == "delivery.fault"]
    world.clock.forward(timedelta(minutes=11))
    assert len(of_message(await world.delivered())) == 1


class Slow(NextHop):
    """A relay that takes its time over one recipient's message, until it may go on."""

    def __init__(self, slow):
        super().__init__()
        self.slow, self.reached, self.go = slow, asyncio.Event(), asyncio.Event()

    async def deliver(self, envelope, message):
        if envelope.sender and str(envelope.recipients[0]).startswith(self.slow):
            self.reached.set()
            await self.go.wait()
        return await super().deliver(envelope, message)


async def test_a_parcel_that_takes_long_keeps_no_later_one_waiting(world):
    world.delivery._next_hop = slow = Slow("a@")
    task = asyncio.create_task(world.delivery.run())
    await asyncio.wait_for(slow.reached.wait(), 5)
    await world.store.hold(held(id_="H2"), ())
    await world.reviews.deny("H2", reviewer="captain", note="not now")
    world.delivery.wake()
    await until(lambda: any(b"H2" in octets for _, octets in slow.taken))
    assert not of_message(slow.taken)
    slow.go.set()
    task.cancel()
    await asyncio.wait([task])
    assert len(of_message(slow.taken)) == 1


async def test_what_is_under_way_is_not_begun_again_where_the_clock_is_set_back_meanwhile(world):
    world.delivery._next_hop = slow = Slow("a@")
    task = asyncio.create_task(world.delivery.run())
    await asyncio.wait_for(slow.reached.wait(), 5)
    world.clock.at -= timedelta(days=9)
    assert await world.delivery._begin()
    slow.go.set()
    task.cancel()
    await asyncio.wait([task])
    assert len(of_message(slow.taken)) == 1


async def test_stopping_waits_for_the_parcel_under_way_and_writes_down_what_became_of_it(world):
    world.delivery._next_hop = slow = Slow("a@")
    task = asyncio.create_task(world.delivery.run())
    await asyncio.wait_for(slow.reached.wait(), 5)
    task.cancel()
    await asyncio.sleep(0.05)
    assert not task.done()
    slow.go.set()
    await asyncio.wait([task])
    [release] = [d for d in await world.store.dispatches("H1") if d.purpose is Purpose.RELEASE]
    assert release.state == "delivered"


async def test_a_wake_at_the_moment_of_the_stop_does_not_swallow_it(world):
    task = asyncio.create_task(world.delivery.run())
    await asyncio.sleep(0.1)
    world.delivery.wake()
    await asyncio.sleep(0)
    task.cancel()
    _, still = await asyncio.wait([task], timeout=5)
    assert not still
