"""Whose account is disabled is told nothing."""

from dataclasses import replace

import pytest

from gateway.decision import Rung
from gateway.mail import Address, Receipt, Reply
from tests.support.ladder import CAPTAIN, CHIEF, DEPUTY, HOUR, LIEUTENANT, after, hold, told
from tests.support.mails import held
from tests.support.world import ADMIN, World

DEPUTY_AND_CHIEF = (*DEPUTY.members, Address.parse(CHIEF))


@pytest.fixture
def world():
    return World(per_hour=100)


async def test_who_is_disabled_hears_nothing_of_what_was_handed_to_him_and_on_to_another(world):
    captain = world.book.add(CAPTAIN)
    legal = world.book.add("legal@department.example", reviewers=("legal",))
    chief = world.book.add(CHIEF, reviewers=("legal",))
    await hold(world)
    await world.reviews.hand_over("H1", reviewer=captain, to="legal@department.example", reason="You know the clause.")
    await world.reviews.hand_over("H1", reviewer=legal, to=CHIEF, reason="I am leaving.")
    await told(world)
    world.book.disable("legal@department.example")
    await world.hearings.explain("H1", sender="dreed@department.example", text="It was a slip.")
    assert await told(world) == [([CAPTAIN, LIEUTENANT, CHIEF], "The sender's explanation")]
    await world.reviews.deny("H1", reviewer=chief, note="no")
    assert ([CAPTAIN, LIEUTENANT], "Denied") in await told(world)


async def test_who_is_disabled_is_told_nothing_though_the_policies_name_him(world):
    world.book.add(CAPTAIN)
    lieutenant = world.book.add(LIEUTENANT)
    world.book.add("deputy@department.example")
    there = held(id_="H1", deadline=4 * HOUR, reminders=(2 * HOUR,), later=(replace(DEPUTY, members=DEPUTY_AND_CHIEF),))
    world.book.disable(CAPTAIN)
    world.book.disable("deputy@department.example")
    await world.store.hold(there, await world.post.on_hold(there))
    assert [to for to, _ in await told(world)] == [["dreed@department.example"], [LIEUTENANT]]
    assert await after(world, 2) == [([LIEUTENANT], "Reminder 1, to review")]
    await world.reviews.hand_over("H1", reviewer=lieutenant, to="up", reason="Beyond my desk.")
    assert await told(world) == [([CHIEF], "Passed up to you, to review")]
    await world.reviews.release("H1", reviewer="chief")
    refused = Receipt(reply=Reply(code=550, status="5.1.1", text="nobody"))
    world.next_hop.receipts.append(refused)
    await world.delivered()
    assert {str(one) for envelope, _ in world.next_hop.taken for one in envelope.recipients}.isdisjoint(
        {CAPTAIN, "deputy@department.example"}
    )


async def test_a_rung_whose_people_are_all_disabled_is_told_nothing_and_passes_it_up(world):
    captain = world.book.add(CAPTAIN)
    world.book.add("deputy@department.example")
    world.book.disable("deputy@department.example")
    await hold(world, later=(DEPUTY, Rung(name="chief", members=(Address.parse(CHIEF),), lasts=20 * HOUR)))
    await world.reviews.hand_over("H1", reviewer=captain, to="up", reason="Beyond my desk.")
    assert await after(world, 0) == [([CHIEF], "Passed up to you, to review")]


async def test_where_everybody_is_disabled_and_there_is_no_supervisor_the_admins_are_told(world):
    for who in (CAPTAIN, LIEUTENANT):
        world.book.add(who)
        world.book.disable(who)
    await hold(world, later=())
    assert await after(world, 0) == [([str(ADMIN)], "Nobody is left to rule on a held message")]
    world.book.enable(CAPTAIN)
    assert await after(world, 2) == [([CAPTAIN], "Reminder 1, to review")]


async def test_the_admins_are_told_of_deserted_holds_no_more_often_an_hour_than_others():
    world = World(per_hour=2)
    for who in (CAPTAIN, LIEUTENANT):
        world.book.add(who)
        world.book.disable(who)
    for number in range(4):
        await hold(world, f"H{number}", later=())
    assert await after(world, 0) == [([str(ADMIN)], "Nobody is left to rule on a held message")] * 2
