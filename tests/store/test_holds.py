import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.hold import AlreadyRuled, Review, Ruling
from gateway.mail import Address, Content
from gateway.mail.content import in_memory
from tests.support.mails import NOW, decision, held
from tests.support.parcels import notice, release

HOUR = timedelta(hours=1)


def review(ruling=Ruling.DENIED, reviewer="captain", *to: str, **changes) -> Review:
    given = {
        "recipients": tuple(map(Address.parse, to or ("a@department.example",))),
        "note": "a campaign message",
        "at": NOW + HOUR,
    }
    return Review(reviewer=reviewer, ruling=ruling, **{**given, **changes})


async def test_what_is_held_comes_back_octet_for_octet_with_its_reasons(store):
    octets = b"Subject: \xff\x00 raw\r\n\r\n" + bytes(range(256)) * 40
    there = held()
    there = replace(there, mail=replace(there.mail, content=in_memory(octets)), subject="a \udcff lone surrogate and \0")
    await store.hold(there, [])
    assert await store.get("H1") == there


async def test_an_empty_message_can_be_held(store):
    there = held()
    await store.hold(replace(there, mail=replace(there.mail, content=in_memory(b""))), [])
    assert (await store.get("H1")).mail.content.read() == b""


async def test_an_unknown_id_is_no_hold(store):
    assert await store.get("H1") is None
    assert await store.dispatches("H1") == []


async def test_an_id_is_never_used_twice_and_the_first_message_stays(store):
    await store.hold(held(), [])
    other = held()
    with pytest.raises(ValueError, match="on the shelf already"):
        await store.hold(replace(other, mail=replace(other.mail, content=in_memory(b"other"))), [notice(other)])
    assert (await store.get("H1")).mail.content.read() == held().mail.content.read()
    assert await store.dispatches("H1") == []


async def test_a_notice_that_cannot_be_put_in_keeps_the_message_off_the_shelf_too(store):
    await store.hold(held(), [notice(held(), "N1")])
    with pytest.raises(ValueError, match="on the shelf already"):
        await store.hold(held(id_="H2"), [notice(held(id_="H2"), "N2"), notice(held(id_="H2"), "N1")])
    assert await store.get("H2") is None
    assert (await store.status()).outbox == 1


async def test_a_hold_begins_without_a_ruling(store):
    with pytest.raises(ValueError, match="begins without a ruling"):
        await store.hold(replace(held(), review=review()), [])
    assert await store.get("H1") is None


async def test_the_list_has_sizes_but_no_octets_and_the_earliest_deadline_first(store):
    await store.hold(held(id_="late", deadline=50 * HOUR), [])
    await store.hold(held(id_="early", deadline=5 * HOUR), [])
    rows = await store.list()
    assert [row.mail.id for row in rows] == ["early", "late"]
    assert [row.mail.content for row in rows] == [Content(size=held().mail.content.size)] * 2
    assert [row.mail.id for row in await store.list(limit=1)] == ["early"]


async def test_a_hold_that_is_ruled_on_leaves_the_waiting_list_and_stays_on_the_shelf(store):
    await store.hold(held(), [])
    ruled = await store.rule("H1", review(), [])
    assert ruled == await store.get("H1") == replace(held(), review=review())
    assert await store.list() == []
    assert [row.review for row in await store.list(waiting=False)] == [review()]


async def test_the_first_ruling_wins_and_the_second_reviewer_is_told_of_it(store):
    await store.hold(held(), [])
    rulings = [review(Ruling.RELEASED, "captain"), review(Ruling.DENIED, "lieutenant")]
    told = await asyncio.gather(
        store.rule("H1", rulings[0], [release(held())]), store.rule("H1", rulings[1], [notice(held())]), return_exceptions=True
    )
    assert told[0].review == rulings[0]
    assert isinstance(told[1], AlreadyRuled)
    assert told[1].review == rulings[0]
    assert [dispatch.purpose for dispatch in await store.dispatches("H1")] == ["release"]


async def test_a_release_to_a_stranger_is_refused_and_nothing_is_written(store):
    await store.hold(held(), [])
    with pytest.raises(ValueError, match="not among this message's recipients"):
        await store.rule("H1", review(Ruling.RELEASED, "captain", "stranger@elsewhere.example"), [release(held())])
    assert (await store.get("H1")).review is None
    assert await store.dispatches("H1") == []


async def test_a_ruling_whose_parcels_cannot_be_put_in_is_no_ruling(store):
    await store.hold(held(), [notice(held())])
    with pytest.raises(ValueError, match="on the shelf already"):
        await store.rule("H1", review(), [notice(held())])
    assert (await store.get("H1")).review is None


async def test_ruling_on_what_is_not_there_is_a_key_error(store):
    with pytest.raises(KeyError):
        await store.rule("H1", review(), [])
    with pytest.raises(KeyError):
        await store.remind("H1", 1, [])


async def test_a_hold_is_due_at_each_reminder_and_not_again_once_that_is_sent(store):
    await store.hold(held(reminders=(24 * HOUR, 40 * HOUR)), [])
    assert await store.due(NOW + 23 * HOUR) == []
    assert await store.due(NOW + 24 * HOUR) == ["H1"]
    assert await store.remind("H1", 1, [notice(held())])
    assert await store.due(NOW + 39 * HOUR) == []
    assert await store.due(NOW + 40 * HOUR) == ["H1"]
    assert (await store.get("H1")).reminded == 1


async def test_a_reminder_is_sent_once_whoever_sends_it(store):
    await store.hold(held(), [])
    sent = await asyncio.gather(store.remind("H1", 1, [notice(held(), "N1")]), store.remind("H1", 1, [notice(held(), "N2")]))
    assert sent == [True, False]
    assert (await store.status()).outbox == 1


async def test_nobody_is_reminded_of_what_is_ruled_on(store):
    await store.hold(held(), [])
    await store.rule("H1", review(), [])
    assert not await store.remind("H1", 1, [notice(held())])
    assert await store.due(NOW + 1000 * HOUR) == []


@pytest.mark.parametrize("then", ["deny", "release"])
async def test_a_deadline_is_due_until_it_is_ruled_on_whatever_reminders_were_sent(store, then):
    await store.hold(held(then=then, deadline=48 * HOUR), [])
    await store.remind("H1", 7, [])
    assert await store.due(NOW + 47 * HOUR) == []
    assert len(await store.due(NOW + 48 * HOUR)) == 1
    await store.rule("H1", review(by_deadline=True), [])
    assert await store.due(NOW + 48 * HOUR) == []


async def test_a_hold_that_waits_is_due_again_after_each_further_deadline(store):
    await store.hold(held(then="wait", deadline=10 * HOUR, reminders=()), [])
    for number in (1, 2, 3):
        assert await store.due(NOW + (10 * number - 1) * HOUR) == []
        [due] = await store.due(NOW + 10 * number * HOUR)
        assert (await store.get(due)).reminders_by(NOW + 10 * number * HOUR) == number
        assert await store.remind("H1", number, [])


async def test_a_gateway_that_was_away_reminds_once_for_all_it_missed(store):
    await store.hold(held(then="wait", deadline=10 * HOUR, reminders=(2 * HOUR, 4 * HOUR)), [])
    [due] = await store.due(NOW + 35 * HOUR)
    assert await store.remind("H1", (await store.get(due)).reminders_by(NOW + 35 * HOUR), [])
    assert await store.due(NOW + 39 * HOUR) == []
    assert len(await store.due(NOW + 40 * HOUR)) == 1


async def test_what_was_reminded_of_by_a_clock_that_was_ahead_is_reminded_of_again_when_it_is_right(store):
    year = timedelta(days=365)
    await store.hold(held(id_="H1", then="wait", deadline=10 * HOUR, reminders=(2 * HOUR,)), [])
    await store.hold(held(id_="H2", then="wait", deadline=10 * HOUR, reminders=(2 * HOUR,)), [])
    assert await store.remind("H2", 1, [])
    [ahead, _] = await store.due(NOW + year)
    assert await store.remind("H1", (await store.get(ahead)).reminders_by(NOW + year), [])
    assert await store.due(NOW + 30 * HOUR) == await store.due(NOW + 10 * HOUR) != []
    assert await store.righted(NOW + 3 * HOUR) == 1
    assert await store.righted(NOW + 3 * HOUR) == 0
    assert await store.due(NOW + 9 * HOUR) == []
    assert set(await store.due(NOW + 10 * HOUR)) == {"H1", "H2"}
    assert await store.remind("H1", 2, [])


async def test_the_status_counts_what_waits_and_since_when(store):
    assert (await store.status()).oldest_waiting is None
    await store.hold(held(id_="H1", since=NOW + HOUR), [notice(held())])
    await store.hold(held(id_="H2", since=NOW), [])
    status = await store.status()
    assert status.newest_waiting == NOW + HOUR
    assert (status.waiting, status.oldest_waiting, status.outbox, status.oldest_due, status.failed) == (2, NOW, 1, NOW, 0)
    await store.rule("H2", review(), [])
    assert (await store.status()).oldest_waiting == NOW + HOUR


async def test_a_hold_by_a_rule_that_does_not_hold_is_a_fault_of_the_caller(store):
    with pytest.raises(TypeError):
        await store.hold(replace(held(), decision=decision()), [])
    assert await store.get("H1") is None
