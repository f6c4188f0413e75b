"""Story 2: one ruling, and everybody concerned is told."""

from datetime import timedelta

import pytest

from gateway.hold import AlreadyRuled, Ruling
from gateway.mail import Address
from gateway.ports import Purpose, StoreUnavailable
from gateway.trail import Step
from tests.support.mails import held
from tests.support.world import World

A, B = Address.parse("a@department.example"), Address.parse("b@department.example")


@pytest.fixture
async def world():
    world = World()
    await world.store.hold(held(), ())
    return world


async def opened(world, hold="H1"):
    """Somebody looked at it."""
    await world.store.record(Step.SEEN, actor="captain", hold=hold)


async def outgoing(world):
    return await world.store.lease(world.clock.now(), world.clock.now() + timedelta(minutes=1), 100)


async def test_a_release_puts_the_message_and_the_notices_in_the_outbox(world):
    ruled = await world.reviews.release("H1", reviewer="captain")
    assert ruled.review.ruling is Ruling.RELEASED
    parcels = await outgoing(world)
    (released,) = [p for p in parcels if p.purpose is Purpose.RELEASE]
    assert released.mail.envelope.recipients == (A, B)
    assert released.mail.content.read() == held().mail.content.read()
    assert any(str(p.mail.envelope.recipients[0]) == "dreed@department.example" for p in parcels if p is not released)


async def test_a_release_to_some_goes_to_those_only_and_says_why(world):
    with pytest.raises(ValueError, match="note that says why"):
        await world.reviews.release("H1", reviewer="captain", to=[B])
    await world.reviews.release("H1", reviewer="captain", to=[B], note="a is on leave")
    (released,) = [p for p in await outgoing(world) if p.purpose is Purpose.RELEASE]
    assert released.mail.envelope.recipients == (B,)
    assert len(released.mail.envelope.rcpts) == 1


async def test_a_denied_message_never_goes_out(world):
    await world.reviews.deny("H1", reviewer="captain", note="an endorsement")
    assert {p.purpose for p in await outgoing(world)} == {Purpose.NOTICE}


@pytest.mark.parametrize("note", ["", "  \n"])
async def test_a_denial_without_a_note_changes_nothing(world, note):
    with pytest.raises(ValueError, match="note"):
        await world.reviews.deny("H1", reviewer="captain", note=note)
    assert (await world.store.get("H1")).review is None


async def test_the_later_of_two_rulings_is_told_who_ruled_and_nothing_more_goes_out(world):
    await world.reviews.release("H1", reviewer="captain")
    before = len(await outgoing(world))
    with pytest.raises(AlreadyRuled, match="already released by captain"):
        await world.reviews.deny("H1", reviewer="lieutenant", note="no")
    assert before
    assert await outgoing(world) == []


async def test_an_unknown_id_or_a_stranger_among_the_recipients_changes_nothing(world):
    with pytest.raises(KeyError):
        await world.reviews.release("H9", reviewer="captain")
    with pytest.raises(ValueError, match="stranger"):
        await world.reviews.release("H1", reviewer="captain", to=[Address.parse("stranger@x.example")], note="?")
    assert (await world.store.get("H1")).review is None


async def test_reviewers_are_reminded_once_at_each_time(world):
    counts, seen = [], set()
    for hours in (0, 23, 2, 0, 15, 0):
        world.clock.forward(timedelta(hours=hours))
        await world.reviews.expire()
        new = {parcel.id for parcel in await outgoing(world)} - seen
        seen |= new
        counts.append(len(new))
    assert counts == [0, 0, 1, 0, 1, 0]
    assert (await world.store.get("H1")).review is None


@pytest.mark.parametrize(("then", "ruling"), [("deny", Ruling.DENIED), ("release", Ruling.RELEASED)])
async def test_at_the_deadline_the_policy_rules_and_says_so(then, ruling):
    world = World()
    await world.store.hold(held(then=then), ())
    await opened(world)
    world.clock.forward(timedelta(hours=48))
    await world.reviews.expire()
    review = (await world.store.get("H1")).review
    assert review.ruling is ruling
    assert review.by_deadline
    parcels = await outgoing(world)
    assert (Purpose.RELEASE in {p.purpose for p in parcels}) is (then == "release")
    assert any(str(p.mail.envelope.recipients[0]) == "dreed@department.example" for p in parcels if p.purpose is Purpose.NOTICE)


async def test_a_hold_that_waits_for_ever_is_never_dropped_and_never_silent():
    world = World(per_hour=100)
    await world.store.hold(held(then="wait", reminders=()), ())
    await opened(world)
    told = set()
    for _ in range(3):
        world.clock.forward(timedelta(hours=48))
        await world.reviews.expire()
        told |= {parcel.id for parcel in await outgoing(world)}
    assert len(told) == 3
    assert (await world.store.get("H1")).review is None


async def test_a_store_that_is_away_leaves_the_deadline_for_later(world):
    await opened(world)
    world.clock.forward(timedelta(hours=50))
    world.store.away = True
    with pytest.raises(StoreUnavailable):
        await world.reviews.expire()
    world.store.away = False
    await world.reviews.expire()
    assert (await world.store.get("H1")).review.by_deadline


async def test_one_hold_that_makes_us_stumble_keeps_no_other_waiting(world, said):
    class Stumbling(type(world.post)):
        async def on_reminder(self, one, number):
            if one.mail.id == "H1":
                raise ZeroDivisionError
            return await super().on_reminder(one, number)

    world.post.__class__ = Stumbling
    await world.store.hold(held(id_="H2"), ())
    world.clock.forward(timedelta(hours=25))
    await world.reviews.expire()
    assert [line["id"] for line in said if line["event"] == "hold.fault"] == ["H1"]
    assert (await world.store.get("H2")).reminded == 1
    assert (await world.store.get("H1")).reminded == 0
