from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.mail import Address, Receipt, Reply
from tests.support.mails import NOW, held
from tests.support.parcels import notice, release

MINUTE = timedelta(minutes=1)
TAKEN = Receipt(reply=Reply(code=250, status="2.0.0", text="Ok: queued as 4X"))
REFUSED = Receipt(reply=Reply(code=550, status="5.1.1", text="no such mailbox"))
LATER = Reply(code=451, status="4.3.0", text="busy")


@pytest.fixture
async def holding(store):
    await store.hold(held(), [])
    return store


async def lease(store, at=NOW, limit=10):
    return await store.lease(at, at + 10 * MINUTE, limit)


async def ids(store, at=NOW, limit=10):
    return [parcel.id for parcel in await lease(store, at, limit)]


async def test_a_parcel_comes_back_as_it_was_put_in(holding):
    there = notice(held(), octets=b"\x00\xff raw\r\n", attempts=2, last=LATER)
    await holding.put([there])
    assert await lease(holding) == [there]


async def test_a_release_brings_the_octets_of_its_hold(holding):
    only = replace(held().mail, envelope=held().mail.envelope.only(frozenset({Address.parse("b@department.example")})))
    await holding.put([release(held(), mail=only)])
    assert await lease(holding) == [release(held(), mail=only)]


async def test_a_parcel_is_found_by_its_id_whatever_became_of_it(holding):
    await holding.put([notice(held()), release(held())])
    assert await holding.parcel(notice(held()).id) == notice(held())
    [leased] = [parcel for parcel in await lease(holding) if parcel.id == release(held()).id]
    await holding.delivered(leased, TAKEN, NOW, [])
    found = await holding.parcel(leased.id)
    assert found.mail == release(held()).mail
    assert await holding.parcel("nothing") is None


async def test_a_release_of_what_is_not_held_cannot_be_put_in(store):
    with pytest.raises(KeyError):
        await store.put([notice(held()), release(held())])
    assert await ids(store) == []


async def test_a_notice_needs_no_hold(store):
    await store.put([notice(held())])
    assert await ids(store) == ["N1"]


async def test_a_parcel_id_is_never_used_twice(holding):
    await holding.put([release(held())])
    with pytest.raises(ValueError, match="on the shelf already"):
        await holding.put([notice(held(), "N1"), release(held())])
    assert await ids(holding) == ["R1"]


async def test_what_is_leased_is_nobody_elses_until_the_lease_ends(holding):
    await holding.put([notice(held())])
    assert await ids(holding) == ["N1"]
    assert await ids(holding, NOW + 9 * MINUTE) == []
    assert await ids(holding, NOW + 10 * MINUTE) == ["N1"]


async def test_what_was_put_in_or_leased_while_a_clock_was_wrong_does_not_wait_until_that_day(holding):
    year = timedelta(days=365)
    await holding.put([notice(held(), "N1"), notice(held(), "N2", due=NOW + year), notice(held(), "N3", due=NOW + 20 * MINUTE)])
    assert [one.id for one in await holding.lease(NOW + year, NOW + year + MINUTE, 2)] == ["N1", "N3"]
    assert await ids(holding) == []
    astray = await holding.lease(NOW, NOW + MINUTE, 10, farthest=NOW + 30 * MINUTE)
    assert [one.id for one in astray] == ["N1", "N2"]
    assert await holding.lease(NOW, NOW + MINUTE, 10, farthest=NOW + 30 * MINUTE) == []


async def test_the_longest_due_go_first_and_what_is_not_due_stays(holding):
    due = {"N1": NOW, "N2": NOW - MINUTE, "N3": NOW + MINUTE, "N4": NOW}
    await holding.put([notice(held(), id_, due=at) for id_, at in due.items()])
    assert await ids(holding, limit=2) == ["N2", "N1"]
    assert await ids(holding) == ["N4"]
    assert await ids(holding, NOW + MINUTE) == ["N3"]


async def test_what_was_postponed_comes_again_when_due_with_what_the_relay_said(holding, clock):
    await holding.put([notice(held())])
    [leased] = await lease(holding)
    clock.forward(MINUTE)
    await holding.postponed(leased, LATER, NOW + 5 * MINUTE)
    assert await ids(holding, NOW + 4 * MINUTE) == []
    [again] = await lease(holding, NOW + 5 * MINUTE)
    assert (again.attempts, again.last, again.made) == (1, LATER, NOW)
    [dispatch] = await holding.dispatches("H1")
    assert (dispatch.state, dispatch.attempts, dispatch.last, dispatch.at) == ("postponed", 1, LATER, NOW + MINUTE)


async def test_of_a_delivery_it_is_said_who_has_it_who_was_refused_and_who_is_tried_again(holding):
    a, b = held().mail.envelope.recipients
    await holding.put([release(held(), "R1"), release(held(), "R2")])
    first, second = await lease(holding)
    rest = replace(held().mail, envelope=held().mail.envelope.only(frozenset({a})))
    again = replace(second, id="R3", mail=rest, attempts=1, last=LATER, due=NOW + MINUTE)
    await holding.delivered(first, Receipt(reply=TAKEN.reply, refused=((a, REFUSED.reply),)), NOW, [])
    await holding.delivered(second, Receipt(reply=TAKEN.reply, refused=((a, LATER),)), NOW, [again])
    assert [(one.state, one.recipients, one.last) for one in await holding.dispatches("H1")] == [
        ("failed", (a,), REFUSED.reply),
        ("delivered", (b,), TAKEN.reply),
        ("delivered", (b,), TAKEN.reply),
        ("postponed", (a,), LATER),
    ]


async def test_a_delivery_is_written_with_what_follows_from_it(holding):
    await holding.put([release(held())])
    [leased] = await lease(holding)
    await holding.delivered(leased, TAKEN, NOW + MINUTE, [notice(held())])
    assert await ids(holding, NOW + 60 * MINUTE) == ["N1"]
    told = [(d.purpose, d.state, d.attempts, d.last, d.at) for d in await holding.dispatches("H1")]
    assert told == [("release", "delivered", 1, TAKEN.reply, NOW + MINUTE), ("notice", "waiting", 0, None, NOW)]


async def test_saying_twice_that_a_parcel_is_delivered_sends_nothing_twice(holding):
    await holding.put([release(held())])
    [leased] = await lease(holding)
    await holding.delivered(leased, TAKEN, NOW, [notice(held(), "N1")])
    await holding.delivered(leased, TAKEN, NOW + MINUTE, [notice(held(), "N2")])
    assert [(d.state, d.attempts, d.at) for d in await holding.dispatches("H1")] == [("delivered", 1, NOW), ("waiting", 0, NOW)]


@pytest.mark.parametrize("late", ["failed", "postponed"])
async def test_what_is_delivered_stays_delivered_whatever_a_late_process_says(holding, late):
    await holding.put([release(held())])
    [leased] = await lease(holding)
    await holding.delivered(leased, TAKEN, NOW, [])
    if late == "failed":
        await holding.failed(leased, REFUSED, NOW, [notice(held())])
    else:
        await holding.postponed(leased, LATER, NOW)
    assert [d.state for d in await holding.dispatches("H1")] == ["delivered"]
    assert await ids(holding, NOW + 60 * MINUTE) == []


async def test_a_late_postponement_does_not_undo_a_newer_one(holding):
    await holding.put([notice(held())])
    [first] = await lease(holding)
    [second] = await lease(holding, NOW + 10 * MINUTE)
    await holding.postponed(second, LATER, NOW + 60 * MINUTE)
    await holding.postponed(first, LATER, NOW)
    assert await ids(holding, NOW + 59 * MINUTE) == []
    assert (await holding.dispatches("H1"))[0].attempts == 1


async def test_a_refused_parcel_is_counted_and_never_tried_again(holding):
    await holding.put([release(held())])
    [leased] = await lease(holding)
    await holding.failed(leased, REFUSED, NOW, [notice(held())])
    status = await holding.status()
    assert (status.outbox, status.failed) == (1, 1)
    assert await ids(holding, NOW + 60 * MINUTE) == ["N1"]
    assert (await holding.dispatches("H1"))[0].last == REFUSED.reply


@pytest.mark.parametrize("settled", ["delivered", "failed"])
async def test_a_report_that_cannot_be_put_in_leaves_the_parcel_to_be_tried_again(holding, settled):
    await holding.put([release(held()), notice(held())])
    leased, _ = await lease(holding)
    with pytest.raises(ValueError, match="on the shelf already"):
        await getattr(holding, settled)(leased, TAKEN, NOW, [notice(held())])
    assert await ids(holding, NOW + 10 * MINUTE) == ["R1", "N1"]


async def test_settling_what_was_never_put_in_is_a_key_error(holding):
    for settle in (holding.delivered, holding.failed):
        with pytest.raises(KeyError):
            await settle(notice(held()), TAKEN, NOW, [])
    with pytest.raises(KeyError):
        await holding.postponed(notice(held()), LATER, NOW)


async def test_notices_to_one_mailbox_are_counted_however_it_is_written(holding):
    written = ["dreed@department.example", "DReed+x@Department.example", "other@department.example"]
    await holding.put([notice(held(), f"N{n}", to=to) for n, to in enumerate(written)])
    await holding.put([notice(held(), "old", made=NOW - timedelta(hours=2))])
    assert await holding.recent("dreed@DEPARTMENT.example", NOW - timedelta(hours=1), NOW) == 2
    assert await holding.recent("dreed@department.example", NOW - timedelta(hours=3), NOW) == 3
    assert await holding.recent("dreed@department.example", NOW - timedelta(hours=3), NOW - timedelta(hours=1)) == 1


async def test_releases_do_not_count_as_notices(holding):
    await holding.put([release(held())])
    assert await holding.recent("a@department.example", NOW, NOW) == 0


async def test_dispatches_name_their_recipients_in_the_order_they_were_put_in(holding):
    await holding.put([notice(held(), "N2"), release(held(), "A1")])
    there = await holding.dispatches("H1")
    assert [d.purpose for d in there] == ["notice", "release"]
    assert there[1].recipients == held().mail.envelope.recipients
