"""Whose a message is, who gets it next, two reviewers, handing over, and who may not rule: in the queue and on the page."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.decision import Recusal, Rung
from gateway.duty import Duty
from gateway.mail import Address
from gateway.people import Role
from gateway.ports import Asked
from tests.support import mails
from tests.support.console import PASSWORD

HOUR = timedelta(hours=1)
DEPUTY = Rung(
    name="deputy chief",
    members=(Address.parse("deputy@department.example"),),
    lasts=8 * HOUR,
    duty=Duty(name="office", zone="UTC", days=(0, 1, 2, 3, 4), begins=480, ends=1020),
    off_duty="pause",
)
LADDER = {"deadline": 4 * HOUR, "reminders": (), "later": (DEPUTY,)}
CAPTAIN, LIEUTENANT = "captain@department.example", "lieutenant@department.example"


def words(page: str) -> str:
    """What is read on a page, without its marks."""
    return " ".join(re.sub(r"<[^>]+>", "", page).split())


@pytest.fixture
async def captain(console):
    return await console.person(Role.REVIEWER, CAPTAIN, name="Capt. Ruiz")


@pytest.fixture
async def lieutenant(console):
    return await console.person(Role.REVIEWER, LIEUTENANT, name="Lt. Park")


async def test_queue_and_page_say_with_whom_it_is_and_to_whom_it_goes_when(console, captain, clock):
    await console.hold(**LADDER)
    since, goes = (f"{moment.astimezone():%H:%M}" for moment in (mails.NOW, mails.NOW + 4 * HOUR))
    assert f"With command since {since}, goes to deputy chief at {goes}" in words((await captain.get("/queue")).text)
    page = words((await captain.get("/mail/H1")).text)
    assert f"With command since {since}, goes to deputy chief at {goes}." in page
    assert "On duty Monday to Friday, 08:00 to 17:00 (UTC); outside these hours its clock stands still." in page
    deputy = await console.person(Role.REVIEWER, "deputy@department.example", reviewers=("deputy chief",))
    assert (await deputy.get("/mail/H1")).status_code == 404
    clock.forward(4 * HOUR)
    await console.house.reviews.expire()
    for who, browser in (("deputy@department.example", deputy), (CAPTAIN, captain)):
        await browser.post("/sign-in", data={"login": who, "password": PASSWORD})
    assert f"With deputy chief since {goes}; nobody comes after them." in words((await deputy.get("/mail/H1")).text)
    assert f"With deputy chief since {goes}" in words((await captain.get("/queue")).text)
    assert (await deputy.post("/mail/H1/deny", data={"note": "no"})).status_code == 303


@pytest.mark.usefixtures("lieutenant")
async def test_who_is_disabled_is_not_named_among_those_who_may_decide(console, captain):
    await console.person(Role.REVIEWER, "sergeant@department.example", name="Sgt. Diaz")
    account = await console.store.accounts.known_as(LIEUTENANT)
    await console.store.accounts.change(replace(account, disabled=console.clock.now()), was=account)
    await console.hold()
    page = words((await captain.get("/mail/H1")).text)
    assert "Sgt. Diaz" in page
    assert LIEUTENANT not in page


async def test_why_there_is_less_time_is_on_the_page(console, captain):
    await console.hold(hurry="city election is on 3 November 2026: 7 hours in place of 14 hours")
    page = words((await captain.get("/mail/H1")).text)
    assert "There is less time than usual. City election is on 3 November 2026: 7 hours in place of 14 hours." in page


async def test_a_hold_is_handed_to_another_reviewer_with_a_reason(console, captain):
    await console.hold()
    legal = await console.person(Role.REVIEWER, "legal@department.example", reviewers=("legal",), name="Legal Desk")
    assert (await legal.get("/mail/H1")).status_code == 404
    refused = await captain.post("/mail/H1/hand-over", data={"given": "legal@department.example", "note": " "})
    assert refused.status_code == 422
    assert "A handover requires a reason" in refused.text
    given = await captain.post("/mail/H1/hand-over", data={"given": "legal@department.example", "note": "You know it."})
    assert given.status_code == 303
    page = words((await legal.get("/mail/H1")).text)
    assert "Capt. Ruiz handed it to you" in page
    assert "You know it." in page
    assert "Unit 214" in (await legal.get("/queue")).text
    assert (await legal.post("/mail/H1/release", data={"note": ""})).status_code == 303
    assert console.woken == 2


async def test_up_the_ladder_by_hand_and_a_supervisor_reassigns(console, captain):
    await console.hold(**LADDER)
    chief = await console.person(Role.SUPERVISOR, "chief@department.example", name="Chief Okafor")
    page = (await captain.get("/mail/H1")).text
    assert '<option value="up">Up: deputy chief</option>' in page
    assert "Chief Okafor, supervisor" in page
    await captain.post("/mail/H1/hand-over", data={"given": "up", "note": "Beyond my desk."})
    assert "Capt. Ruiz handed it to deputy chief" in words((await chief.get("/mail/H1")).text)
    assert "<summary>Reassign</summary>" in (await chief.get("/mail/H1")).text
    assert (await chief.post("/mail/H1/hand-over", data={"given": CAPTAIN, "note": "It is yours."})).status_code == 303
    assert [one.actor for one in await console.store.entries(Asked(hold="H1", step="handed over"))] == [
        CAPTAIN,
        "chief@department.example",
    ]


async def test_the_first_of_two_is_shown_and_the_second_completes(console, captain, lieutenant):
    await console.hold(pair="release")
    assert "To release it takes two different reviewers." in words((await captain.get("/mail/H1")).text)
    await captain.post("/mail/H1/release", data={"note": "Fine."})
    assert (await console.store.get("H1")).review is None
    own = words((await captain.get("/mail/H1")).text)
    assert "You agreed to release it" in own
    assert "that cannot be you" in own
    assert "1 of 2 agreed" in (await lieutenant.get("/queue")).text
    page = (await lieutenant.get("/mail/H1")).text
    assert "Capt. Ruiz agreed to release it" in words(page)
    assert 'action="/mail/H1/agree"' in page
    shown = {"to": (await console.store.get("H1")).course.assent.mark}
    assert f'name="to" value="{shown["to"]}"' in page
    again = await captain.post("/mail/H1/agree", data=shown)
    assert again.status_code == 403
    assert "A second reviewer has to agree, and that cannot be you." in again.text
    assert (await lieutenant.post("/mail/H1/agree", data=shown)).status_code == 303
    assert "Released by Capt. Ruiz and you" in words((await lieutenant.get("/mail/H1")).text)
    late = await captain.post("/mail/H1/deny", data={"note": "no"})
    assert "You and Lt. Park ruled first" in late.text


async def test_who_agrees_agrees_to_what_his_page_showed_and_to_nothing_else(console, captain, lieutenant):
    await console.hold(pair="both")
    await captain.post("/mail/H1/deny", data={"note": "A campaign."})
    [shown] = re.findall('name="to" value="(denied[^"]*)"', (await lieutenant.get("/mail/H1")).text)
    await captain.post("/mail/H1/release", data={"note": "It is none, after all."})
    for data in ({"to": shown}, {}):
        answer = await lieutenant.post("/mail/H1/agree", data=data)
        assert (answer.status_code, "Something else happened to this message meanwhile" in answer.text) == (409, True)
    held = await console.store.get("H1")
    assert held.review is None
    assert (await lieutenant.post("/mail/H1/agree", data={"to": held.course.assent.mark})).status_code == 303
    assert str((await console.store.get("H1")).review.ruling) == "released"


async def test_another_session_of_the_same_account_is_no_second_reviewer(console, captain):
    await console.hold(pair="release")
    await captain.post("/mail/H1/release", data={"note": ""})
    phone = console.browser()
    await phone.post("/sign-in", data={"login": CAPTAIN, "password": PASSWORD})
    assert (await phone.post("/mail/H1/release", data={"note": ""})).status_code == 403
    assert (await console.store.get("H1")).review is None


async def test_a_dissent_cancels_and_the_first_can_take_his_word_back(console, captain, lieutenant):
    await console.hold(pair="both")
    await captain.post("/mail/H1/deny", data={"note": "A campaign."})
    refused = await lieutenant.post("/mail/H1/disagree", data={"note": ""})
    assert refused.status_code == 422
    await lieutenant.post("/mail/H1/disagree", data={"note": "It is none."})
    assert (await console.store.get("H1")).course.assent is None
    await captain.post("/mail/H1/deny", data={"note": "A campaign."})
    assert "Take it back" in (await captain.get("/mail/H1")).text
    await captain.post("/mail/H1/disagree")
    assert (await console.store.get("H1")).course.assent is None


async def test_many_at_once_that_take_two_are_said_to_wait_for_a_second(console, captain, lieutenant):
    await console.hold("H1", pair="release")
    await console.hold("H2")
    said = words((await captain.post("/queue/rule", data={"act": "release", "hold": ["H1", "H2"]})).text)
    assert "1 message released" in said
    assert "1 message takes two reviewers: you agreed, and a second one has to." in said
    done = words((await lieutenant.post("/queue/rule", data={"act": "release", "hold": ["H1"]})).text)
    assert "1 message released" in done


async def test_an_open_page_learns_that_something_happened_and_otherwise_nothing(console, captain, lieutenant):
    await console.hold(pair="release")
    [polls] = re.findall(r'hx-get="([^"]*)"', (await lieutenant.get("/mail/H1")).text)
    assert (await lieutenant.get(polls)).status_code == 204
    await captain.post("/mail/H1/release", data={"note": ""})
    fresh = await lieutenant.get(polls)
    assert fresh.status_code == 200
    assert "Capt. Ruiz agreed to release it" in words(fresh.text)


async def test_whom_it_names_is_told_so_on_the_page_before_and_refused_on_the_post(console, captain, lieutenant):
    octets = mails.ORDINARY.replace(b"The marked unit", b"Captain Ruiz's unit")
    await console.hold(octets=octets, recusal=Recusal(named=True))
    page = (await captain.get("/mail/H1")).text
    assert "You cannot rule on this: it names you." in page
    assert 'action="/mail/H1/release"' not in page
    assert (await captain.post("/mail/H1/release", data={"note": ""})).status_code == 403
    assert [one.actor for one in await console.store.entries(Asked(hold="H1", step="recused"))] == [CAPTAIN]
    assert "Capt. Ruiz" not in (await lieutenant.get("/mail/H1")).text.partition("may decide")[2]
    handed = await lieutenant.post("/mail/H1/hand-over", data={"given": CAPTAIN, "note": "Yours?"})
    assert handed.status_code == 403


async def test_whom_it_names_may_read_it_and_the_trail_has_that_he_did(console, captain):
    octets = mails.ORDINARY.replace(b"The marked unit", b"Captain Ruiz's unit")
    await console.hold(octets=octets, recusal=Recusal(named=True))
    for path, step in (("", "seen"), ("/source", "source seen"), ("/original", "original taken")):
        answer = await captain.get(f"/mail/H1{path}")
        assert (answer.status_code, "Captain Ruiz" in answer.text) == (200, True)
        assert [one.actor for one in await console.store.entries(Asked(hold="H1", step=step))] == [CAPTAIN]


async def test_who_is_of_a_group_with_the_sender_is_told_which(console, captain):
    console.groups["police association board"] = {CAPTAIN}
    await console.hold(recusal=Recusal(groups=("police association board",)))
    assert "it comes from &#34;police association board&#34;, and you are a member" in (await captain.get("/mail/H1")).text
    assert (await captain.post("/mail/H1/deny", data={"note": "no"})).status_code == 403
