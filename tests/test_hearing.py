"""Story 5: the sender is heard, and of two acts at once the first counts."""

import json
from datetime import timedelta

import pytest

from gateway.decision import Recusal
from gateway.hold import AlreadyRuled, Ruling
from gateway.mail import Address
from gateway.people import Ruler
from gateway.plea import LONGEST, MOST, NotNow, OwnRuling
from gateway.ports import Asked, Purpose
from gateway.recusal import Recused
from tests.support.mails import held
from tests.support.notices import status_of, text_of
from tests.support.world import World

SENDER = "dreed@department.example"
CHIEF, DEPUTY = Address.parse("chief@department.example"), Address.parse("deputy@department.example")


@pytest.fixture
async def world():
    world = World(per_hour=100)
    for one in (CHIEF, DEPUTY):
        world.book.add(str(one), "supervisor")
    await world.store.hold(held(), ())
    return world


async def outgoing(world):
    return await world.store.lease(world.clock.now(), world.clock.now() + timedelta(minutes=1), 100)


def told(parcels, address):
    return [p.mail for p in parcels if address in map(str, p.mail.envelope.recipients) and p.purpose is Purpose.NOTICE]


async def entry(world):
    [last] = await world.store.entries(Asked(hold="H1"), limit=1, newest=True)
    return last


async def denied(world, by="captain@department.example"):
    await world.reviews.deny("H1", reviewer=by, note="An endorsement.")
    await outgoing(world)


async def test_a_withdrawn_message_is_closed_for_good_and_everybody_is_told(world):
    done = await world.reviews.withdraw("H1", sender=SENDER)
    assert done.review.ruling is Ruling.WITHDRAWN
    parcels = await outgoing(world)
    assert {p.purpose for p in parcels} == {Purpose.NOTICE}
    [to_sender] = told(parcels, SENDER)
    assert status_of(to_sender) == []
    assert "It is not sent" in text_of(to_sender)
    [to_reviewers] = told(parcels, "captain@department.example")
    assert f"Withdrawn by {SENDER}" in text_of(to_reviewers)
    assert ((await entry(world)).step, (await entry(world)).actor) == ("withdrawn", SENDER)
    world.clock.forward(timedelta(days=9))
    await world.reviews.expire()
    assert {p.id for p in await outgoing(world)} == {p.id for p in parcels}


@pytest.mark.parametrize("order", ["withdraw first", "release first"])
async def test_of_a_withdrawal_and_a_release_at_once_the_first_wins_and_the_other_changes_nothing(world, order):
    """Both have read the hold as waiting before either writes."""
    acts = [
        lambda: world.reviews.withdraw("H1", sender=SENDER),
        lambda: world.reviews.release("H1", reviewer="captain@department.example"),
    ]
    get, waiting = world.store.get, await world.store.get("H1")

    async def as_it_was(_hold):
        return waiting

    world.store.get = as_it_was
    first, second = acts if order == "withdraw first" else acts[::-1]
    won = await first()
    before = len(await outgoing(world))
    with pytest.raises(AlreadyRuled) as lost:
        await second()
    world.store.get = get
    assert lost.value.review == won.review == (await world.store.get("H1")).review
    assert before
    assert await outgoing(world) == []
    released = [e for e in await world.store.entries(Asked(hold="H1")) if e.step in {"ruled", "withdrawn"}]
    assert len(released) == 1


async def test_explanations_are_kept_in_order_and_told_to_the_reviewers(world):
    await world.hearings.explain("H1", sender=SENDER, text="It quotes\r\nthe flyer.\x07")
    await world.hearings.explain("H1", sender=SENDER, text="And a second thing.")
    said = await world.store.pleas.statements("H1")
    assert [one.text for one in said] == ["It quotes\nthe flyer.", "And a second thing."]
    mails = told(await outgoing(world), "captain@department.example")
    assert len(mails) == 2
    assert "> It quotes\n  > the flyer." in text_of(mails[0])
    last = await entry(world)
    assert last.step == "explained"
    assert "second" not in last.detail
    assert json.loads(last.detail)["pleas"] == (await world.store.prints("", 1))["H1"]["pleas"]


@pytest.mark.parametrize("text", ["", " \n", "x" * (LONGEST + 1)])
async def test_an_explanation_says_something_and_no_more_than_fits(world, text):
    with pytest.raises(ValueError, match=r"write"):
        await world.hearings.explain("H1", sender=SENDER, text=text)
    assert await world.store.pleas.statements("H1") == []


async def test_nobody_can_say_more_than_so_much(world):
    for number in range(MOST):
        await world.hearings.explain("H1", sender=SENDER, text=f"{number}")
    with pytest.raises(NotNow, match="no more are taken"):
        await world.hearings.explain("H1", sender=SENDER, text="and more")


async def test_an_explanation_after_the_ruling_is_told_so(world):
    await denied(world)
    with pytest.raises(AlreadyRuled):
        await world.hearings.explain("H1", sender=SENDER, text="Too late.")


async def test_a_message_sent_back_is_not_delivered_and_its_sender_reads_what_to_change(world):
    with pytest.raises(ValueError, match="request to revise requires a note"):
        await world.reviews.send_back("H1", reviewer="captain@department.example", note=" ")
    await world.reviews.send_back("H1", reviewer="captain@department.example", note="Leave out the last line.")
    parcels = await outgoing(world)
    assert {p.purpose for p in parcels} == {Purpose.NOTICE}
    [notice] = told(parcels, SENDER)
    assert "> Leave out the last line." in text_of(notice)
    assert status_of(notice)[1]["Status"] == "5.7.1"
    assert (await entry(world)).step == "returned"
    await world.hearings.answer("H1", sender=SENDER, text="I sent a new one.")
    [answered] = told(await outgoing(world), "captain@department.example")
    assert "I sent a new one." in text_of(answered)


async def test_an_answer_needs_a_question(world):
    with pytest.raises(NotNow, match="nobody asked"):
        await world.hearings.answer("H1", sender=SENDER, text="Here.")


@pytest.mark.parametrize("act", ["deny", "send_back"])
async def test_an_appeal_goes_to_the_supervisors_but_not_to_the_one_it_is_against(world, act):
    await getattr(world.reviews, act)("H1", reviewer=str(CHIEF), note="No.")
    await outgoing(world)
    await world.hearings.appeal("H1", sender=SENDER, text="It only quotes.")
    parcels = await outgoing(world)
    assert told(parcels, str(CHIEF)) == []
    [notice] = told(parcels, str(DEPUTY))
    assert "It only quotes." in text_of(notice)
    assert (await entry(world)).step == "appealed"


async def test_there_is_one_appeal_for_each_message(world):
    await denied(world)
    await world.hearings.appeal("H1", sender=SENDER, text="It only quotes.")
    with pytest.raises(NotNow, match="one for each message"):
        await world.hearings.appeal("H1", sender=SENDER, text="Again.")


async def test_an_appeal_comes_in_time_or_not_at_all(world):
    await denied(world)
    world.clock.forward(timedelta(days=14))
    with pytest.raises(NotNow, match="the time to appeal was over"):
        await world.hearings.appeal("H1", sender=SENDER, text="Late.")


async def test_what_was_released_or_withdrawn_is_not_appealed(world):
    await world.reviews.withdraw("H1", sender=SENDER)
    with pytest.raises(NotNow, match="no ruling here"):
        await world.hearings.appeal("H1", sender=SENDER, text="?")


async def test_a_policy_may_give_no_appeal():
    world = World()
    await world.store.hold(held(appeal=timedelta()), ())
    await denied(world)
    with pytest.raises(NotNow, match="no ruling here"):
        await world.hearings.appeal("H1", sender=SENDER, text="?")


async def test_a_denial_that_is_overturned_is_released_to_everybody_and_both_rulings_stay(world):
    await denied(world)
    await world.hearings.appeal("H1", sender=SENDER, text="It only quotes.")
    await outgoing(world)
    await world.hearings.overturn("H1", supervisor=str(CHIEF), note="It quotes.")
    review = (await world.store.get("H1")).review
    assert (review.ruling, review.reviewer) == (Ruling.RELEASED, str(CHIEF))
    parcels = await outgoing(world)
    [released] = [p for p in parcels if p.purpose is Purpose.RELEASE]
    assert len(released.mail.envelope.recipients) == 2
    assert released.mail.content.read() == held().mail.content.read()
    assert "released your message" in text_of(told(parcels, SENDER)[0])
    appeal = await world.store.pleas.appealed("H1")
    assert (appeal.against.reviewer, appeal.finding.upheld) == ("captain@department.example", False)
    last = await entry(world)
    assert last.step == "overturned"
    assert json.loads(last.detail)["record"] == (await world.store.prints("", 1))["H1"]["ruling"]


async def test_a_ruling_that_is_upheld_stays_and_the_sender_reads_why(world):
    await denied(world)
    await world.hearings.appeal("H1", sender=SENDER, text="It only quotes.")
    await outgoing(world)
    with pytest.raises(ValueError, match="say why"):
        await world.hearings.uphold("H1", supervisor=str(CHIEF), reason=" ")
    await world.hearings.uphold("H1", supervisor=str(CHIEF), reason="It endorses.")
    parcels = await outgoing(world)
    assert Purpose.RELEASE not in {p.purpose for p in parcels}
    assert "> It endorses." in text_of(told(parcels, SENDER)[0])
    assert (await world.store.get("H1")).review.ruling is Ruling.DENIED
    with pytest.raises(NotNow, match="upheld already"):
        await world.hearings.overturn("H1", supervisor=str(DEPUTY))
    assert await outgoing(world) == []


async def appealed_release_to_one(world):
    await world.reviews.release("H1", reviewer=str(CHIEF), to=[Address.parse("a@department.example")], note="B is on leave.")
    [to_sender] = told(await outgoing(world), SENDER)
    await world.hearings.appeal("H1", sender=SENDER, text="B is back.")
    [notice] = told(await outgoing(world), str(DEPUTY))
    assert "released to 1 of its 2 recipients" in " ".join(text_of(notice).split())
    return to_sender


async def test_who_was_left_out_of_a_release_gets_it_on_appeal_and_nobody_gets_it_twice(world):
    await appealed_release_to_one(world)
    await world.hearings.overturn("H1", supervisor=str(DEPUTY), note="He is.")
    parcels = await outgoing(world)
    [released] = [p for p in parcels if p.purpose is Purpose.RELEASE]
    assert [str(one) for one in released.mail.envelope.recipients] == ["b@department.example"]
    held = await world.store.get("H1")
    assert (held.kept_from, held.review.reviewer) == ((), str(DEPUTY))
    assert "released your message" in text_of(told(parcels, SENDER)[0])


async def test_a_release_to_some_that_is_upheld_stays_as_it_was(world):
    await appealed_release_to_one(world)
    await world.hearings.uphold("H1", supervisor=str(DEPUTY), reason="He is not.")
    parcels = await outgoing(world)
    assert Purpose.RELEASE not in {p.purpose for p in parcels}
    assert "not sent to those whom it was kept from" in " ".join(text_of(told(parcels, SENDER)[0]).split())
    assert len((await world.store.get("H1")).review.recipients) == 1


async def test_a_release_to_all_is_not_appealed(world):
    await world.reviews.release("H1", reviewer=str(CHIEF))
    with pytest.raises(NotNow, match="no ruling here"):
        await world.hearings.appeal("H1", sender=SENDER, text="?")


async def test_supervisors_are_reminded_of_an_appeal_until_one_answers_but_not_the_one_it_is_against(world):
    await denied(world, by=str(CHIEF))
    await world.hearings.appeal("H1", sender=SENDER, text="It only quotes.")
    world.clock.forward(timedelta(minutes=2))
    before = {p.id for p in await outgoing(world)}
    seen = {}
    for day in range(1, 17):
        world.clock.forward(timedelta(days=1))
        await world.hearings.remind()
        await world.hearings.remind()
        new = [p for p in await outgoing(world) if p.id not in before]
        before |= {p.id for p in new}
        seen[day] = [str(address) for p in new for address in p.mail.envelope.recipients]
    assert {day: to for day, to in seen.items() if to} == {day: [str(DEPUTY)] for day in (1, 3, 7, 14)}
    last = await entry(world)
    assert (last.step, json.loads(last.detail)["number"]) == ("reminded", 4)
    assert json.loads(last.detail)["pleas"] == (await world.store.prints("", 1))["H1"]["pleas"]
    await world.hearings.uphold("H1", supervisor=str(DEPUTY), reason="It endorses.")
    before = {p.id for p in await outgoing(world)} | before
    world.clock.forward(timedelta(days=30))
    await world.hearings.remind()
    assert {p.id for p in await outgoing(world)} <= before


async def test_nobody_answers_an_appeal_against_his_own_ruling(world):
    await denied(world, by=str(CHIEF))
    await world.hearings.appeal("H1", sender=SENDER, text="It only quotes.")
    await outgoing(world)
    for act in (world.hearings.overturn, lambda *a, supervisor: world.hearings.uphold(*a, supervisor=supervisor, reason="no")):
        with pytest.raises(OwnRuling):
            await act("H1", supervisor="Chief@department.example")
    assert (await world.store.pleas.appealed("H1")).finding is None


async def test_of_two_who_ruled_together_neither_answers_the_appeal(world):
    await world.store.hold(held(id_="H2", pair="both"), ())
    for by in (CHIEF, DEPUTY):
        await world.reviews.deny("H2", reviewer=str(by), note="No.")
    await outgoing(world)
    await world.hearings.appeal("H2", sender=SENDER, text="It only quotes.")
    assert told(await outgoing(world), str(CHIEF)) == []
    for by in (CHIEF, DEPUTY):
        with pytest.raises(OwnRuling):
            await world.hearings.overturn("H2", supervisor=Ruler.of(await world.book.known_as(str(by))))


@pytest.mark.parametrize("pair", ["both", "release"])
async def test_where_a_release_takes_two_an_appeal_is_granted_by_two_supervisors(world, pair):
    await world.store.hold(held(id_="H3", pair=pair), ())
    for by in ("captain@department.example", "sergeant@department.example")[: 2 if pair == "both" else 1]:
        await world.reviews.deny("H3", reviewer=by, note="No.")
    await world.hearings.appeal("H3", sender=SENDER, text="It only quotes.")
    await outgoing(world)
    await world.hearings.overturn("H3", supervisor=Ruler.of(await world.book.known_as(str(CHIEF))), note="It quotes.")
    parcels = await outgoing(world)
    assert {p.purpose for p in parcels} == {Purpose.NOTICE}
    assert "a second supervisor has to agree" in " ".join(text_of(told(parcels, str(DEPUTY))[0]).split())
    assert told(parcels, str(CHIEF)) == told(parcels, SENDER) == []
    with pytest.raises(Recused, match="agreed already"):
        await world.hearings.overturn("H3", supervisor=Ruler.of(await world.book.known_as(str(CHIEF))))
    assert (await world.store.get("H3")).review.ruling is Ruling.DENIED
    await world.hearings.overturn("H3", supervisor=Ruler.of(await world.book.known_as(str(DEPUTY))))
    review = (await world.store.get("H3")).review
    assert (review.ruling, review.reviewer, review.also) == (Ruling.RELEASED, str(DEPUTY), str(CHIEF))
    assert [p.purpose for p in await outgoing(world)].count(Purpose.RELEASE) == 1


async def test_a_supervisor_may_uphold_what_another_would_grant(world):
    await world.store.hold(held(id_="H3", pair="release"), ())
    await world.reviews.deny("H3", reviewer="captain@department.example", note="No.")
    await world.hearings.appeal("H3", sender=SENDER, text="It only quotes.")
    await world.hearings.overturn("H3", supervisor=str(CHIEF))
    await world.hearings.uphold("H3", supervisor=str(DEPUTY), reason="It endorses.")
    with pytest.raises(NotNow, match="upheld already"):
        await world.hearings.overturn("H3", supervisor=str(DEPUTY))
    assert Purpose.RELEASE not in {p.purpose for p in await outgoing(world)}


async def test_who_entered_his_ruling_by_another_answers_no_appeal_against_it(world):
    by = await world.reviews.bench.known(str(CHIEF), "root")
    await world.reviews.deny("H1", reviewer=by, note="No.")
    await world.hearings.appeal("H1", sender=SENDER, text="It only quotes.")
    with pytest.raises(OwnRuling):
        await world.hearings.overturn("H1", supervisor=Ruler.of(await world.book.known_as(str(CHIEF))))


async def test_who_may_not_rule_on_a_message_is_told_of_no_appeal_and_answers_none(world):
    world.groups["board"] = {str(CHIEF)}
    await world.store.hold(held(id_="H2", recusal=Recusal(groups=("board",))), ())
    await world.reviews.deny("H2", reviewer="captain@department.example", note="No.")
    await outgoing(world)
    await world.hearings.appeal("H2", sender=SENDER, text="It only quotes.")
    parcels = await outgoing(world)
    assert (len(told(parcels, str(CHIEF))), len(told(parcels, str(DEPUTY)))) == (0, 1)
    with pytest.raises(Recused, match='comes from "board"'):
        await world.hearings.uphold("H2", supervisor=Ruler.of(await world.book.known_as(str(CHIEF))), reason="No.")


async def test_a_reviewer_answers_no_appeal(world):
    await denied(world)
    await world.hearings.appeal("H1", sender=SENDER, text="It only quotes.")
    with pytest.raises(Recused, match="Only supervisors"):
        await world.hearings.overturn("H1", supervisor=world.book.add("lieutenant@department.example"))


async def test_where_a_denial_takes_two_a_request_to_revise_does_too(world):
    await world.store.hold(held(id_="H2", pair="both"), ())
    first = await world.reviews.send_back("H2", reviewer=str(CHIEF), note="Leave it out.")
    assert first.review is None
    done = await world.reviews.agree("H2", reviewer=str(DEPUTY))
    assert (done.review.ruling, done.review.also) == (Ruling.RETURNED, str(CHIEF))


async def test_an_unknown_message_is_unknown_to_every_act(world):
    for act in (world.hearings.explain, world.hearings.answer, world.hearings.appeal):
        with pytest.raises(KeyError):
            await act("H9", sender=SENDER, text="?")
    with pytest.raises(KeyError):
        await world.hearings.overturn("H9", supervisor="x")
