"""What senders say, on every shelf: in one transaction with its entry, the first of two acts at once, and kept for an appeal."""

import asyncio
import json
from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.cli.vouch import Vouched
from gateway.desk import Search, State
from gateway.hold import AlreadyRuled, Assent, Review, Ruling
from gateway.plea import Appeal, Finding, NotNow, OwnRuling, Statement
from gateway.ports import Asked, StoreUnavailable
from gateway.store.pleas import DESTROYED
from gateway.trail import first_fault
from tests.store.test_holds import review
from tests.support.mails import NOW, held
from tests.support.parcels import notice, release

DAY = timedelta(days=1)
SENDER, CHIEF = "dreed@department.example", "chief@department.example"
SAID = Statement(by=SENDER, at=NOW, text="It quotes the flyer.")


def appeal(against):
    return Appeal(by=SENDER, at=NOW, text="It only quotes.", against=against)


def overturned(there):
    recipients = there.mail.envelope.recipients
    ruled = Review(reviewer=CHIEF, ruling=Ruling.RELEASED, recipients=recipients, note="", at=NOW + DAY)
    return Finding(by=CHIEF, at=ruled.at, upheld=False, reason=""), ruled


UPHELD = Finding(by=CHIEF, at=NOW + DAY, upheld=True, reason="It endorses.")


async def denied(store, id_="H1"):
    there = held(id_=id_)
    await store.hold(there, [])
    return await store.rule(id_, review(Ruling.DENIED), [])


async def steps(store):
    return [one.step for one in await store.entries(Asked(hold="H1"))]


@pytest.mark.parametrize("order", ["withdraw first", "release first"])
async def test_of_a_withdrawal_and_a_release_at_once_one_wins_whole(store, order):
    there = held()
    await store.hold(there, [])
    taken_back = replace(review(Ruling.WITHDRAWN), reviewer=SENDER)
    acts = [
        store.rule("H1", taken_back, [notice(there, "N1")]),
        store.rule("H1", review(Ruling.RELEASED), [release(there)]),
    ]
    done = await asyncio.gather(*(acts if order == "withdraw first" else acts[::-1]), return_exceptions=True)
    assert [type(one) for one in done[1:]] == [AlreadyRuled]
    won = Ruling.WITHDRAWN if order == "withdraw first" else Ruling.RELEASED
    assert (await store.get("H1")).review.ruling is won
    assert len(await store.dispatches("H1")) == 1
    assert (await steps(store))[1:] == ["withdrawn" if order == "withdraw first" else "ruled"]


@pytest.mark.parametrize("order", ["explain first", "deny first"])
async def test_an_explanation_and_a_ruling_at_once_are_in_the_order_they_were_written(store, order):
    await store.hold(held(), [])
    acts = [store.pleas.state("H1", SAID, []), store.rule("H1", review(Ruling.DENIED), [])]
    done = await asyncio.gather(*(acts if order == "explain first" else acts[::-1]), return_exceptions=True)
    late = [one for one in done if isinstance(one, AlreadyRuled)]
    assert len(late) == (order == "deny first")
    assert len(await store.pleas.statements("H1")) == (order == "explain first")


async def test_of_two_answers_to_an_appeal_the_first_counts(store):
    there = await denied(store)
    await store.pleas.appeal("H1", appeal(there.review), [])
    finding, ruled = overturned(there)
    acts = [store.pleas.find("H1", finding, ruled, [release(there)]), store.pleas.find("H1", UPHELD, None, [])]
    done = await asyncio.gather(*acts, return_exceptions=True)
    assert isinstance(done[1], NotNow)
    assert (await store.get("H1")).review == ruled
    assert (await store.pleas.appealed("H1")).finding == finding
    assert (await steps(store))[-1] == "overturned"


async def test_where_a_release_takes_two_one_supervisor_releases_nothing(store):
    there = held(pair="release")
    await store.hold(there, [])
    there = await store.rule("H1", review(Ruling.DENIED), [])
    await store.pleas.appeal("H1", appeal(there.review), [])
    finding, ruled = overturned(there)
    with pytest.raises(NotNow, match="takes two"):
        await store.pleas.find("H1", finding, ruled, [release(there)])
    firsts = [Assent(review=replace(ruled, reviewer=name), keys=(name,)) for name in ("deputy", "major")]
    done = await asyncio.gather(*(store.pleas.assent("H1", one, []) for one in firsts), return_exceptions=True)
    assert [type(one) for one in done] == [type(None), NotNow]
    assert (await store.pleas.appealed("H1")).assent == firsts[0]
    for also in ("", "major"):
        with pytest.raises(NotNow, match="takes two"):
            await store.pleas.find("H1", finding, replace(ruled, also=also), [release(there)])
    assert await store.dispatches("H1") == []
    await store.pleas.find("H1", finding, replace(ruled, also="deputy"), [release(there)])
    assert (await store.get("H1")).review.ruling is Ruling.RELEASED
    assert (await steps(store))[-2:] == ["first of two agreed", "overturned"]


async def test_a_reminder_of_an_appeal_is_written_once_and_none_after_the_answer(store):
    there = await denied(store)
    await store.pleas.appeal("H1", appeal(there.review), [])
    assert [await store.pleas.remind("H1", number, [notice(there, f"R{n}")]) for n, number in enumerate((1, 1, 3))] == [1, 0, 1]
    assert (await store.pleas.appealed("H1")).reminded == 3
    await vouched(store)
    await store.pleas.find("H1", UPHELD, None, [])
    assert not await store.pleas.remind("H1", 4, [])
    assert (await steps(store)).count("reminded") == 2


async def test_of_two_appeals_at_once_one_is_kept(store):
    there = await denied(store)
    acts = [store.pleas.appeal("H1", appeal(there.review), []) for _ in range(2)]
    done = await asyncio.gather(*acts, return_exceptions=True)
    assert [type(one) for one in done] == [type(None), NotNow]
    assert await store.pleas.open() == ["H1"]


async def test_what_is_refused_leaves_nothing_behind(store):
    there = await denied(store)
    before = await steps(store)
    with pytest.raises(NotNow):
        await store.pleas.find("H1", UPHELD, None, [])
    with pytest.raises(KeyError):
        await store.pleas.state("H9", SAID, [])
    await store.pleas.appeal("H1", appeal(there.review), [])
    with pytest.raises(OwnRuling):
        await store.pleas.find("H1", replace(UPHELD, by=there.review.reviewer), None, [])
    assert await steps(store) == [*before, "appealed"]


async def test_content_is_kept_as_long_as_it_may_be_needed_for_an_appeal(store, clock):
    there = await denied(store)
    over = {"denied": clock.now() + 999 * DAY}
    clock.forward(13 * DAY)
    assert await store.expendable(over, 10) == {}
    assert not await store.destroy("H1", actor="gateway", why="")
    await store.pleas.appeal("H1", appeal(there.review), [])
    clock.forward(300 * DAY)
    assert await store.expendable(over, 10) == {}
    await store.pleas.find("H1", UPHELD, None, [])
    assert await store.expendable(over, 10) == {"H1": "denied"}


async def test_without_an_appeal_content_is_kept_until_the_time_is_over(store, clock):
    await denied(store)
    clock.forward(15 * DAY)
    assert await store.destroy("H1", actor="gateway", why="retention")


async def test_what_was_said_is_destroyed_with_the_message_and_still_vouched_for(store, clock):
    await store.hold(held(), [])
    await store.pleas.state("H1", SAID, [])
    there = await store.rule("H1", review(Ruling.DENIED), [])
    await store.pleas.appeal("H1", appeal(there.review), [])
    files = await store.files("H1")
    assert json.loads(files["explanations.jsonl"])["text"] == SAID.text
    assert json.loads(files["appeal.json"])["against"]["ruling"] == "denied"
    await store.pleas.find("H1", UPHELD, None, [])
    await vouched(store)
    clock.forward(30 * DAY)
    assert await store.destroy("H1", actor="gateway", why="retention")
    assert [one.text for one in await store.pleas.statements("H1")] == [DESTROYED]
    assert (await store.pleas.appealed("H1")).text == DESTROYED
    assert (await store.pleas.appealed("H1")).finding == UPHELD
    await vouched(store)


async def test_what_was_said_and_the_first_ruling_cannot_be_altered_unseen(shelf, raw):
    there = await denied(shelf)
    await shelf.pleas.appeal("H1", appeal(there.review), [])
    finding, ruled = overturned(there)
    await shelf.pleas.find("H1", finding, ruled, [release(there)])
    await vouched(shelf)
    raw("UPDATE appeals SET record = replace(record, 'only', 'never')")
    with pytest.raises(AssertionError, match="its pleas is not the one in the trail"):
        await vouched(shelf)


async def test_a_line_of_the_lists_says_how_the_appeal_stands(kept):
    there = await denied(kept)

    async def state():
        [line] = (await kept.desk.find(Search(state=None))).lines
        return line.state, (await kept.desk.tally(None, NOW)).appeals

    assert await state() == (State.DENIED, 0)
    await kept.pleas.appeal("H1", appeal(there.review), [])
    assert await state() == (State.APPEALED, 1)
    await kept.pleas.find("H1", UPHELD, None, [])
    assert await state() == (State.DENIED, 0)


async def test_a_store_that_is_away_says_so(kept):
    await kept.close()
    with pytest.raises(StoreUnavailable):
        await kept.pleas.statements("H1")


async def vouched(store):
    entries = await store.entries(Asked())
    known = Vouched()
    assert first_fault(known.passing([*entries, entries[-1]][:-1])) is None
    known._remember(entries[-1])
    assert list(known.faults((await store.prints("", 10)).items())) == []
