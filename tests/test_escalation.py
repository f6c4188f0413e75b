"""Up the ladder: by time, by hand, because nobody may rule; and nothing that expires unseen."""

from dataclasses import replace

import pytest

from gateway.decision import Recusal, Rung
from gateway.hold import AlreadyRuled, Ruling, Turned
from gateway.mail import Address
from gateway.people import Ruler
from gateway.ports import Asked
from gateway.recusal import Recused
from gateway.trail import Step
from tests.support.bench import bench
from tests.support.ladder import CAPTAIN, CHIEF, DEPUTY, HOUR, LIEUTENANT, after, hold, told
from tests.support.mails import held
from tests.support.notices import text_of
from tests.support.world import World


@pytest.fixture
def world():
    return World(per_hour=100)


async def steps(world, hold_="H1"):
    return [one.step for one in await world.store.entries(Asked(hold=hold_))]


async def test_a_hold_goes_up_when_a_rungs_time_is_over_and_each_rung_is_told_and_reminded_in_its_turn(world):
    await hold(world)
    await world.store.record(Step.SEEN, actor=CAPTAIN, hold="H1")
    assert await after(world, 1) == []
    assert await after(world, 1) == [([CAPTAIN, LIEUTENANT], "Reminder 1, to review")]
    assert await after(world, 2) == [(["deputy@department.example"], "Passed up to you, to review")]
    there = await world.store.get("H1")
    assert (there.desk.name, there.desks, there.reminded) == ("deputy chief", ("command", "deputy chief"), 0)
    assert await after(world, 6) == [(["deputy@department.example"], "Reminder 1, to review")]
    [_, ended] = await after(world, 2)
    assert ended == ([CAPTAIN, LIEUTENANT, "deputy@department.example"], "Denied")
    assert await steps(world) == ["held", "seen", "reminded", "passed up", "reminded", "expired"]


async def test_a_gateway_that_was_away_goes_up_to_the_rung_whose_time_it_is(world):
    last = Rung(name="chief", members=(Address.parse(CHIEF),), lasts=20 * HOUR)
    await hold(world, later=(DEPUTY, last))
    assert ([CHIEF], "Passed up to you, to review") in await after(world, 13)
    assert (await world.store.get("H1")).desk.name == "chief"


async def test_what_nobody_has_opened_is_told_to_those_above_and_the_supervisors_before_it_expires(world):
    world.book.add(CHIEF, "supervisor")
    await hold(world)
    await after(world, 4)
    assert await after(world, 5) == [([CHIEF], "Not opened yet, to review")]
    expired = await after(world, 3)
    assert expired[-1] == ([CAPTAIN, LIEUTENANT, "deputy@department.example", CHIEF], "Denied")
    assert await steps(world) == ["held", "passed up", "told that nobody opened it", "expired"]
    [entry] = await world.store.entries(Asked(hold="H1", step="expired"))
    assert "Nobody had opened it." in entry.detail


async def test_a_short_last_rung_learns_early_of_what_nobody_has_opened(world):
    await hold(world, deadline=20 * HOUR, later=(replace(DEPUTY, lasts=HOUR, reminders=()),))
    assert (["deputy@department.example", CAPTAIN, LIEUTENANT], "Not opened yet, to review") in await after(world, 17)


async def test_a_gateway_that_was_away_past_the_deadline_tells_first_and_leaves_time_to_open_it(world):
    world.book.add(CHIEF, "supervisor")
    await hold(world)
    assert ([CHIEF], "Not opened yet, to review") in await after(world, 48)
    assert (await world.store.get("H1")).review is None
    await after(world, 2.9)
    assert (await world.store.get("H1")).review is None
    await after(world, 0.1)
    assert (await world.store.get("H1")).review.by_deadline


async def test_who_was_told_by_a_clock_that_was_ahead_is_not_waited_for_until_that_day(world):
    world.book.add(CHIEF, "supervisor")
    await hold(world)
    assert ([CHIEF], "Not opened yet, to review") in await after(world, 365 * 24)
    await after(world, -365 * 24)
    assert (await world.store.get("H1")).review is None
    await after(world, 48)
    assert (await world.store.get("H1")).review.by_deadline


async def test_what_was_reminded_of_by_a_clock_that_was_ahead_is_reminded_of_again_when_it_is_right(world):
    await hold(world, then="wait")
    await world.store.record(Step.SEEN, actor=CAPTAIN, hold="H1", detail={"role": "reviewer"})
    assert await after(world, 365 * 24) != []
    assert await after(world, -365 * 24) == []
    assert "reminder" in str(await after(world, 48)).casefold()


async def test_an_auditor_who_looks_has_not_opened_it_for_those_who_decide(world):
    await hold(world)
    await world.store.record(Step.SEEN, actor="auditor@department.example", hold="H1", detail={"role": "auditor"})
    await after(world, 4)
    assert (["deputy@department.example"], "Not opened yet, to review") in await after(world, 5)


async def test_who_looks_at_what_he_may_not_rule_on_has_not_opened_it_for_those_who_may(world):
    world.book.add(CHIEF, "supervisor")
    world.book.add("dreed@department.example")
    await hold(world, later=())
    await world.store.record(Step.SEEN, actor="dreed@department.example", hold="H1", detail={"role": "reviewer"})
    assert ([CHIEF], "Not opened yet, to review") in [one for _ in range(4) for one in await after(world, 1)]


async def test_what_somebody_opened_is_not_said_to_be_unopened(world):
    await hold(world)
    await world.store.record(Step.SEEN, actor=CAPTAIN, hold="H1", detail={"role": "reviewer"})
    await after(world, 4)
    assert await after(world, 5.5) == []
    await after(world, 2.5)
    assert "Nobody had opened it." not in (await world.store.get("H1")).review.note


async def test_a_reviewer_hands_a_hold_to_another_who_is_told_with_the_reason_and_may_rule(world):
    captain = world.book.add(CAPTAIN)
    legal = world.book.add("legal@department.example", reviewers=("legal",))
    await hold(world)
    with pytest.raises(Recused, match="not in your queues"):
        await world.reviews.release("H1", reviewer=legal)
    await world.reviews.hand_over("H1", reviewer=captain, to="legal@department.example", reason="You know the clause.")
    parcels = await world.store.lease(world.clock.now(), world.clock.now() + HOUR, 9)
    assert "You know the clause." in text_of(parcels[0].mail)
    assert [str(one) for one in parcels[0].mail.envelope.recipients] == ["legal@department.example"]
    ruled = await world.reviews.release("H1", reviewer=legal)
    assert ruled.review.reviewer == "legal@department.example"
    [entry] = await world.store.entries(Asked(hold="H1", step="handed over"))
    assert (entry.actor, "You know the clause." in entry.detail) == (CAPTAIN, True)


async def test_a_handover_is_refused_without_a_reason_to_himself_or_to_somebody_who_cannot_rule(world):
    captain = world.book.add(CAPTAIN)
    world.book.add("auditor@department.example", "auditor")
    own = world.book.add("dreed@department.example")
    await hold(world)
    for to, reason, why in (
        ("up", " ", "reason"),
        (CAPTAIN, "x", "somebody else"),
        ("auditor@department.example", "x", "nobody who can rule"),
        ("nobody@department.example", "x", "nobody who can rule"),
        ("dreed@department.example", "x", "his own mail"),
    ):
        with pytest.raises(ValueError, match=why):
            await world.reviews.hand_over("H1", reviewer=captain, to=to, reason=reason)
    with pytest.raises(Recused, match="your own mail"):
        await world.reviews.hand_over("H1", reviewer=own, to=CAPTAIN, reason="please")
    assert await steps(world) == ["held"]


async def test_up_by_hand_gives_the_next_rung_the_time_until_its_end_and_leaves_the_deadline(world):
    captain = world.book.add(CAPTAIN)
    there = await hold(world)
    world.clock.forward(HOUR)
    moved = await world.reviews.hand_over("H1", reviewer=captain, to="up", reason="Beyond my desk.")
    assert moved.desk.name == "deputy chief"
    assert moved.desk_since == there.since + HOUR
    assert moved.deadline == there.deadline == there.since + 12 * HOUR
    assert (["deputy@department.example"], "Passed up to you, to review") in await told(world)


async def test_up_from_the_last_rung_is_told_to_the_supervisors(world):
    captain = world.book.add(CAPTAIN)
    world.book.add(CHIEF, "supervisor")
    await hold(world, later=())
    await world.reviews.hand_over("H1", reviewer=captain, to="up", reason="Beyond my desk.")
    assert await told(world) == [([CHIEF], "Passed up to you, to review")]


async def test_where_nobody_of_a_rung_may_rule_it_goes_up_at_once(world):
    world.book.add(CAPTAIN, also=("dreed@department.example",))
    await hold(world, members=(Address.parse(CAPTAIN),))
    assert await after(world, 0) == [(["deputy@department.example"], "Passed up to you, to review")]
    assert (await world.store.get("H1")).desk.name == "deputy chief"
    assert await steps(world) == ["held", "nobody may rule"]


async def test_where_nobody_of_the_last_rung_may_rule_the_supervisors_are_told(world):
    world.book.add(CHIEF, "supervisor")
    recusal = Recusal(authors=(Address.parse(CAPTAIN),))
    await hold(world, members=(Address.parse(CAPTAIN),), later=(), recusal=recusal)
    assert await after(world, 0) == [([CHIEF], "Passed up to you, to review")]
    assert await after(world, 0) == []


@pytest.mark.parametrize(
    ("sender", "login"),
    [
        ("captain@mail.department.example", ""),
        ("ｃaptain@department.example", ""),
        ("desk@department.example", CAPTAIN),
        ("desk@department.example", "Captain"),
    ],
)
async def test_nobody_rules_on_what_he_sent_from_a_sub_domain_or_under_his_login(world, sender, login):
    captain, lieutenant = world.book.add(CAPTAIN), world.book.add(LIEUTENANT)
    there = held(id_="H1", recusal=Recusal(authors=(Address.parse("desk@department.example"),)))
    sent = replace(there.mail.envelope, sender=Address.parse(sender), client=replace(there.mail.envelope.client, login=login))
    await world.store.hold(replace(there, mail=replace(there.mail, envelope=sent)), ())
    with pytest.raises(Recused, match="your own mail"):
        await world.reviews.release("H1", reviewer=captain)
    assert [one.login for one in await bench(world.book).may(await world.store.get("H1"))] == [LIEUTENANT]
    assert (await world.reviews.deny("H1", reviewer=lieutenant, note="no")).review.ruling is Ruling.DENIED


NAMING = (
    b"From: <board@association.example>\r\nTo: captain@department.example\r\nSubject: Vote\r\nContent-Type: text/plain; "
    b"charset=utf-8\r\n\r\nCapt. El\xc3\xa9na Ruiz must not be re-elected.\r\n"
)


async def test_whom_a_message_names_does_not_rule_on_it_where_the_policy_says_so(world):
    captain = world.book.add(CAPTAIN, name="Elena Ruiz")
    lieutenant = world.book.add(LIEUTENANT, name="Pat Park")
    await hold(world, octets=NAMING, recusal=Recusal(named=True))
    with pytest.raises(Recused, match="it names you"):
        await world.reviews.deny("H1", reviewer=captain, note="no")
    await hold(world, "H2", octets=NAMING)
    await world.reviews.deny("H2", reviewer=captain, note="no")
    assert (await world.reviews.deny("H1", reviewer=lieutenant, note="no")).review.ruling is Ruling.DENIED


async def test_who_is_of_a_group_with_the_sender_does_not_rule_where_the_policy_says_so(world):
    world.groups["board"] = {CAPTAIN}
    captain = world.book.add(CAPTAIN)
    await hold(world, recusal=Recusal(groups=("board",)))
    with pytest.raises(Recused, match='comes from "board"'):
        await world.reviews.release("H1", reviewer=captain)


async def test_a_release_takes_two_different_reviewers_where_the_policy_says_so(world):
    captain, lieutenant = world.book.add(CAPTAIN), world.book.add(LIEUTENANT)
    await hold(world, pair="release")
    first = await world.reviews.release("H1", reviewer=captain, note="fine")
    assert first.review is None
    assert first.course.assent.review.reviewer == CAPTAIN
    assert await told(world) == [([LIEUTENANT], "A second reviewer is needed, to review")]
    with pytest.raises(Recused, match="cannot be you"):
        await world.reviews.release("H1", reviewer=captain)
    with pytest.raises(Recused, match="cannot be you"):
        await world.reviews.agree("H1", reviewer=Ruler.of(captain.account))
    ruled = await world.reviews.agree("H1", reviewer=lieutenant)
    assert (ruled.review.also, ruled.review.reviewer, ruled.review.note) == (CAPTAIN, LIEUTENANT, "fine")
    assert await steps(world) == ["held", "first of two agreed", "ruled"]


async def test_a_denial_takes_one_unless_the_policy_says_both(world):
    captain = world.book.add(CAPTAIN)
    await hold(world, pair="release")
    assert (await world.reviews.deny("H1", reviewer=captain, note="no")).review
    await hold(world, "H2", pair="both")
    assert (await world.reviews.deny("H2", reviewer=captain, note="no")).review is None


async def test_a_dissent_cancels_the_first_agreement(world):
    captain, lieutenant = world.book.add(CAPTAIN), world.book.add(LIEUTENANT)
    await hold(world, pair="both")
    await world.reviews.release("H1", reviewer=captain)
    with pytest.raises(ValueError, match="say why"):
        await world.reviews.disagree("H1", reviewer=lieutenant)
    assert (await world.reviews.disagree("H1", reviewer=lieutenant, note="Not by mail.")).course.assent is None
    with pytest.raises(ValueError, match="nobody has agreed"):
        await world.reviews.agree("H1", reviewer=lieutenant)
    await world.reviews.release("H1", reviewer=captain)
    against = await world.reviews.deny("H1", reviewer=lieutenant, note="no")
    assert against.course.assent.review.ruling is Ruling.DENIED
    assert (await world.reviews.disagree("H1", reviewer=lieutenant)).course.assent is None
    assert await steps(world) == [
        *("held", "first of two agreed", "disagreed", "first of two agreed", "disagreed", "disagreed"),
    ]


async def test_the_second_of_two_agrees_to_the_same_recipients_or_begins_anew(world):
    captain, lieutenant = world.book.add(CAPTAIN), world.book.add(LIEUTENANT)
    await hold(world, pair="release")
    await world.reviews.release("H1", reviewer=captain)
    some = await world.reviews.release("H1", reviewer=lieutenant, to=[Address.parse("a@department.example")], note="b left")
    assert some.review is None
    ruled = await world.reviews.agree("H1", reviewer=captain)
    assert [str(one) for one in ruled.review.recipients] == ["a@department.example"]


async def test_the_deadline_goes_on_while_a_second_is_waited_for(world):
    captain = world.book.add(CAPTAIN)
    await hold(world, pair="both")
    await world.store.record(Step.SEEN, actor=CAPTAIN, hold="H1")
    await world.reviews.release("H1", reviewer=captain)
    await after(world, 4)
    await after(world, 8)
    assert (await world.store.get("H1")).review.by_deadline


async def test_one_who_types_for_two_is_no_two(world):
    world.book.add(CAPTAIN)
    world.book.add(LIEUTENANT)
    await hold(world, pair="release")
    bench = world.reviews.bench
    await world.reviews.release("H1", reviewer=await bench.known(CAPTAIN, "root"))
    with pytest.raises(Recused, match="cannot be you"):
        await world.reviews.release("H1", reviewer=await bench.known(LIEUTENANT, "root"))
    with pytest.raises(Recused, match="cannot be you"):
        await world.reviews.release("H1", reviewer=await bench.known("", "captain"))
    ruled = await world.reviews.release("H1", reviewer=await bench.known(LIEUTENANT, "operator"))
    assert ruled.review.also == f"{CAPTAIN} (entered by root)"


async def test_the_command_line_obeys_as_the_console_does(world):
    world.book.add("auditor@department.example", "auditor")
    world.book.add("legal@department.example", reviewers=("legal",))
    world.book.add("dreed@department.example")
    await hold(world)
    bench = world.reviews.bench
    for named, typed, why in (
        ("auditor@department.example", "root", "Only reviewers and supervisors"),
        ("legal@department.example", "root", "not in your queues"),
        ("dreed@department.example", "root", "your own mail"),
        ("", "dreed", "your own mail"),
        ("Dreed@department.example", "root", "your own mail"),
    ):
        with pytest.raises(Recused, match=why):
            await world.reviews.deny("H1", reviewer=await bench.known(named, typed), note="no")
    assert (await world.reviews.deny("H1", reviewer=await bench.known("Lt. Park", "root"), note="no")).review


async def test_of_two_changes_at_once_the_later_is_told_so(world):
    captain = world.book.add(CAPTAIN)
    there = await hold(world)
    await world.store.turn(there.turned(checked=True), "", "gateway", {}, ())
    with pytest.raises(Turned):
        await world.store.turn(there.turned(leg=1), "passed up", "gateway", {}, ())
    await world.reviews.deny("H1", reviewer=captain, note="no")
    with pytest.raises(AlreadyRuled):
        await world.reviews.hand_over("H1", reviewer=captain, to="up", reason="too late")
