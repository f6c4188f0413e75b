"""How far a hold has come is on the shelf, with its entry in the trail, or not at all."""

from datetime import date, timedelta

import pytest

from gateway.decision import Recusal, Rung
from gateway.desk import Search
from gateway.duty import Duty
from gateway.hold import Assent, Handover, Review, Ruling, Turned, personal
from gateway.mail import Address
from gateway.ports import Asked
from gateway.store import SqliteStore
from tests.support.mails import NOW, held
from tests.support.older import set_back
from tests.support.parcels import notice

HOUR = timedelta(hours=1)
OFFICE = Duty(name="office", zone="UTC", days=(0, 4), begins=480, ends=1020, holidays=(date(2026, 12, 25),))
DEPUTY = Rung(
    name="deputy chief", members=(Address.parse("deputy@department.example"),), lasts=8 * HOUR, duty=OFFICE, off_duty="pause"
)


def laddered(id_="H1", **changes):
    ladder = {
        "deadline": 4 * HOUR,
        "reminders": (),
        "later": (DEPUTY,),
        "duty": OFFICE,
        "off_duty": "skip",
        "hurry": "an election",
        "pair": "both",
        "recusal": Recusal(named=True, groups=("board",), authors=(Address.parse("x@y.example"),)),
    }
    return held(id_=id_, **ladder | changes)


def changed(there):
    review = Review(reviewer="captain", ruling=Ruling.RELEASED, recipients=there.mail.envelope.recipients[:1], note="n", at=NOW)
    return there.turned(
        since=NOW + HOUR,
        checked=True,
        warned=NOW,
        assent=Assent(review=review, keys=("captain", "root")),
        handed=(Handover(to="legal@department.example", by="captain", reason="You know it.", at=NOW),),
    )


async def test_ladder_and_course_come_back_as_they_were(store):
    there = laddered()
    await store.hold(there, [])
    assert await store.get("H1") == there
    after = changed(there)
    await store.turn(after, "handed over", "captain", {"reason": "You know it."}, [notice(there)])
    assert await store.get("H1") == after
    [entry] = await store.entries(Asked(hold="H1", step="handed over"))
    assert entry.actor == "captain"
    assert '"with":"deputy chief"' in entry.detail
    assert (await store.status()).outbox == 1


async def test_a_change_that_comes_too_late_writes_nothing(store):
    there = laddered()
    await store.hold(there, [])
    await store.turn(there.turned(checked=True), "", "gateway", {}, [])
    with pytest.raises(Turned):
        await store.turn(changed(there), "handed over", "captain", {}, [notice(there)])
    assert (await store.status()).outbox == 0
    assert [one.step for one in await store.entries(Asked(hold="H1"))] == ["held"]
    with pytest.raises(KeyError):
        await store.turn(laddered("H9").turned(), "", "gateway", {}, [])


async def test_a_ruling_that_rests_on_an_agreement_is_not_made_when_that_was_taken_back(store):
    there = laddered()
    await store.hold(there, [])
    after = changed(there)
    await store.turn(after, "first of two agreed", "captain", {}, [])
    taken_back = after.turned(assent=None)
    await store.turn(taken_back, "disagreed", "captain", {}, [])
    with pytest.raises(Turned):
        await store.rule("H1", after.course.assent.review, [], turn=after.course.turn)
    assert (await store.get("H1")).review is None
    assert await store.rule("H1", after.course.assent.review, [], turn=taken_back.course.turn)
    assert await store.turning(NOW + 99 * HOUR) == []


async def test_a_hold_is_to_be_looked_at_at_once_and_then_when_its_rung_is_over(store):
    there = held(deadline=4 * HOUR, reminders=(), later=(DEPUTY,))
    await store.hold(there, [])
    [found] = await store.turning(NOW)
    await store.turn((await store.get(found)).turned(checked=True), "", "gateway", {}, [])
    assert await store.turning(NOW + 3.9 * HOUR) == []
    assert await store.turning(NOW + 4 * HOUR) == ["H1"]


async def test_a_hold_is_in_the_queues_of_those_it_came_to(kept):
    there = held(deadline=4 * HOUR, later=(DEPUTY,))
    await kept.hold(there, [])

    async def seen(*groups):
        return [line.id for line in (await kept.desk.find(Search(groups=groups))).lines]

    assert (await seen("command"), await seen("deputy chief"), await seen(personal("legal@department.example"))) == (
        *(["H1"], [], []),
    )
    await kept.turn(there.turned(leg=1), "passed up", "gateway", {}, [])
    await kept.turn(changed(there.turned(leg=1)), "handed over", "captain", {}, [])
    for group in ("command", "deputy chief", personal("Legal@department.example")):
        assert await seen(group) == ["H1"], group
        assert (await kept.desk.tally((group,), NOW)).waiting == 1
    [line] = (await kept.desk.find(Search(groups=("command",)))).lines
    assert (line.desk, line.desk_since, line.above, line.assented, line.given) == (
        *("deputy chief", NOW + HOUR, "", "captain", 1),
    )
    assert await seen("legal") == []


async def test_holds_from_before_there_were_ladders_are_on_a_ladder_of_one(path, clock, raw):
    store = await SqliteStore.open(path, clock)
    await store.hold(held(), [])
    await store.close()
    set_back(raw, "0004")
    again = await SqliteStore.open(path, clock)
    assert await again.get("H1") == held()
    assert await again.turning(NOW) == ["H1"]
    [line] = (await again.desk.find(Search())).lines
    assert (line.desk, line.above, line.desk_until) == ("command", "", held().deadline)
    await again.close()
