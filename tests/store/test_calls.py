from dataclasses import replace
from datetime import timedelta

from gateway.calls import KEPT, Call, Pending
from gateway.ports import Asked
from tests.support.mails import NOW

SOON = NOW + timedelta(minutes=1)


def call(number, hook="tickets", **how) -> Call:
    known = {"id": f"evt_{number}", "hook": hook, "event": "hold.held", "hold": "H1", "body": "{}", "made": NOW, "due": NOW}
    return Call(**known | how)


async def test_what_was_looked_at_is_written_with_what_came_of_it_once(kept):
    assert await kept.calls.told("tickets", 7) == 7
    assert await kept.calls.told("tickets", 9) == 7
    assert await kept.calls.add("tickets", 7, 9, [call(1), call(2)])
    assert not await kept.calls.add("tickets", 7, 9, [call(1), call(2)])
    assert await kept.calls.told("tickets", 0) == 9
    assert await kept.calls.lease(["tickets"], NOW, SOON, 9) == [call(1), call(2)]


async def test_a_call_is_in_one_pair_of_hands_until_its_lease_ends(kept):
    await kept.calls.told("tickets", 0)
    await kept.calls.add("tickets", 0, 1, [call(1), call(2, due=SOON)])
    assert await kept.calls.lease(["other"], NOW, SOON, 9) == []
    assert await kept.calls.lease(["tickets"], NOW, SOON, 9) == [call(1)]
    assert await kept.calls.lease(["tickets"], NOW, SOON, 9) == []
    assert await kept.calls.lease(["tickets"], SOON, SOON + KEPT, 9) == [call(1), call(2, due=SOON)]


async def test_what_was_put_in_or_leased_while_a_clock_was_wrong_does_not_wait_until_that_day(kept):
    year = timedelta(days=365)
    await kept.calls.told("tickets", 0)
    await kept.calls.add("tickets", 0, 1, [call(1), call(2, due=NOW + year), call(3, due=NOW + timedelta(hours=2))])
    assert [one.id for one in await kept.calls.lease(["tickets"], NOW + year, NOW + year + KEPT, 2)] == ["evt_1", "evt_3"]
    assert await kept.calls.lease(["tickets"], NOW, SOON, 9) == []
    farthest = NOW + timedelta(hours=3)
    assert [one.id for one in await kept.calls.lease(["tickets"], NOW, SOON, 9, farthest=farthest)] == ["evt_1", "evt_2"]
    assert await kept.calls.lease(["tickets"], NOW, SOON, 9, farthest=farthest) == []


async def test_what_was_postponed_comes_again_and_what_was_heard_does_not(kept):
    await kept.calls.told("tickets", 0)
    await kept.calls.add("tickets", 0, 1, [call(1), call(2)])
    first, second = await kept.calls.lease(["tickets"], NOW, SOON, 9)
    await kept.calls.postponed(first, "answered 503", SOON)
    await kept.calls.heard(second, NOW)
    await kept.calls.heard(second, NOW)
    assert await kept.calls.pending(["tickets", "none"]) == {
        "tickets": Pending(count=1, oldest=NOW, last="answered 503"),
        "none": Pending(),
    }
    assert await kept.calls.lease(["tickets"], NOW, SOON, 9) == []
    again = replace(first, due=SOON, attempts=1, last="answered 503")
    assert await kept.calls.lease(["tickets"], SOON, SOON + KEPT, 9) == [again]
    await kept.calls.heard(first, NOW)
    assert (await kept.calls.pending(["tickets"]))["tickets"].count == 1


async def test_what_was_given_up_is_in_the_trail(kept):
    await kept.calls.told("tickets", 0)
    await kept.calls.add("tickets", 0, 1, [call(1)])
    [leased] = await kept.calls.lease(["tickets"], NOW, SOON, 9)
    await kept.calls.dropped(leased, "answered 410", NOW)
    await kept.calls.dropped(leased, "answered 410", NOW)
    [entry] = await kept.entries(Asked(step="webhook given up"))
    assert (entry.hold, '"last":"answered 410"' in entry.detail) == ("H1", True)
    assert (await kept.calls.pending(["tickets"]))["tickets"] == Pending()


async def test_what_was_told_is_forgotten_after_a_week(kept):
    await kept.calls.told("tickets", 0)
    await kept.calls.add("tickets", 0, 1, [call(1), call(2)])
    [first, _] = await kept.calls.lease(["tickets"], NOW, SOON, 9)
    await kept.calls.heard(first, NOW)
    late = NOW + KEPT + timedelta(seconds=1)
    assert await kept.calls.add("tickets", 1, 2, [call(1, made=late, due=late)])
    assert [one.id for one in await kept.calls.lease(["tickets"], late, late + KEPT, 9)] == ["evt_2", "evt_1"]
