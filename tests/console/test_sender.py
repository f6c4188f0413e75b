"""The sender's page: for him and that message only, without an account; GET shows, POST acts. And the reviewers' side of it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.console.links import Opens
from gateway.hold import Review, Ruling
from gateway.mail.content import in_memory
from gateway.people import Role
from gateway.ports import Asked, Purpose, StoreUnavailable
from tests.support.console import URL
from tests.support.notices import text_of
from tests.support.world import World

SENDER = "dreed@department.example"
WHY = {"reason": "", "note": "An endorsement."}


async def status(console, id_="H1"):
    return console.links.status(await console.store.get(id_)).removeprefix(URL)


async def steps(console, hold="H1"):
    return [(one.step, one.actor) for one in await console.store.entries(Asked(hold=hold))]


async def test_the_page_says_what_happens_by_when_and_by_which_clause(console):
    await console.hold()
    page = await console.browser().get(await status(console))
    assert page.status_code == 200
    for said in (
        "It waits for a decision",
        "Friday 16 October 2026",
        "it is not sent",
        "Promotion of political or religious positions, opinions or actions",
        "Tell the reviewers",
        "Take it back",
    ):
        assert said in page.text
    assert "<script" not in page.text
    assert "Sign out" not in page.text


async def test_to_look_does_nothing_however_often(console):
    await console.hold()
    before = await steps(console)
    for method in ("GET", "HEAD"):
        for end in ("", "/withdraw", "/explain", "/appeal"):
            answer = await console.browser().request(method, await status(console) + end)
            assert answer.status_code in {200, 404, 405}
    assert await steps(console) == before
    assert (await console.store.get("H1")).review is None


async def test_a_link_is_for_one_message_as_it_was_held_and_for_no_reviewers_page(console):
    held = await console.hold()
    await console.hold("H2", b"Subject: other\r\n\r\nOther words.\r\n")
    link = await status(console)
    token = link.rpartition("/")[2]
    reviewers = console.links.to(held)(held.mail.envelope.sender).rpartition("/")[2]
    for wrong in (f"H2/{token}", f"H1/{token[:-1]}", "H1/x", f"H9/{token}", f"H1/{reviewers}"):
        answer = await console.browser(f"192.0.2.{len(wrong)}").get(f"/status/{wrong}")
        assert answer.status_code == 404, wrong
        assert "Unit 214" not in answer.text
    browser = await console.person(Role.SUPERVISOR, SENDER)
    assert "not yours" in (await browser.get(f"/go/H1/{token}")).text
    changed = replace(held, mail=replace(held.mail, content=in_memory(held.mail.content.read() + b"x")))
    assert console.links.read_status(held, token) is Opens.IT
    assert console.links.read_status(changed, token) is Opens.FOREIGN


async def test_a_link_expires_and_one_who_guesses_is_held_off(console, clock):
    await console.hold()
    link = await status(console)
    clock.forward(timedelta(days=31))
    assert (await console.browser().get(link)).status_code == 410
    guesser = console.browser("192.0.2.66")
    answers = [(await guesser.get("/status/H1/1-" + "A" * 22)).status_code for _ in range(7)]
    assert answers[:5] == [404] * 5
    assert answers[-1] == 429


async def test_of_what_was_destroyed_its_senders_link_tells_and_a_made_up_one_does_not(console):
    everybody, path = (await console.hold()).mail.envelope.recipients, await status(console)
    denied = Review(reviewer="captain", ruling=Ruling.DENIED, recipients=everybody, note="no", at=console.clock.now())
    await console.store.rule("H1", denied, [])
    console.clock.forward(timedelta(days=15))
    assert await console.store.destroy("H1", actor="gateway", why="retention")
    assert (await console.browser().get(path)).status_code == 410
    guessed = await console.browser().get(f"{path[:-1]}{'A' if path[-1] != 'A' else 'B'}")
    nowhere = await console.browser().get(path.replace("H1", "H2"))
    assert (guessed.status_code, guessed.text) == (nowhere.status_code, nowhere.text) == (404, nowhere.text)


async def test_the_sender_takes_it_back_and_the_reviewer_is_told_so(console):
    await console.hold()
    reviewer = await console.person(Role.REVIEWER)
    link = await status(console)
    answer = await console.browser().post(f"{link}/withdraw", data={})
    assert answer.status_code == 303
    assert "You took it back" in (await console.browser().get(answer.headers["location"])).text
    assert (await console.store.get("H1")).review.ruling is Ruling.WITHDRAWN
    late = await reviewer.post("/mail/H1/release", data={"note": ""})
    assert late.status_code == 409
    assert "Its sender took it back at" in late.text
    assert Purpose.RELEASE not in {one.purpose for one in await console.store.dispatches("H1")}
    assert ("withdrawn", SENDER) in await steps(console)
    assert "Withdrawn" in (await reviewer.get("/queue?state=withdrawn")).text
    assert console.woken == 1


async def test_what_is_done_by_link_or_answered_stays_done_though_its_step_cannot_be_recorded(console, said):
    await console.hold("H1")
    await console.hold("H2")
    chief, record = await console.person(Role.SUPERVISOR), console.store.record
    await console.house.reviews.deny("H2", reviewer="captain@department.example", note="No.")
    await console.house.hearings.appeal("H2", sender=SENDER, text="It only quotes.")

    async def away(*_given, **_more):
        raise StoreUnavailable("away")

    console.store.record = away
    assert (await console.browser().post(f"{await status(console)}/withdraw")).status_code == 303
    assert (await chief.post("/mail/H2/overturn", data={"note": ""})).status_code == 303
    console.store.record = record
    assert [str((await console.store.get(hold)).review.ruling) for hold in ("H1", "H2")] == ["withdrawn", "released"]
    lost = [one["what"] for one in said if one["event"] == "console.step_lost"]
    assert lost == ["withdraw by link", "appeal granted"]


async def test_a_withdrawal_after_the_release_is_told_so(console):
    await console.hold()
    reviewer = await console.person(Role.REVIEWER)
    await reviewer.post("/mail/H1/release", data={"note": ""})
    answer = await console.browser().post(f"{await status(console)}/withdraw", data={})
    assert answer.status_code == 409
    assert "It was released meanwhile" in answer.text


@pytest.mark.parametrize("headers", [{"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}])
async def test_what_another_site_sends_in_his_name_is_not_done(console, headers):
    await console.hold()
    answer = await console.browser(**headers).post(f"{await status(console)}/withdraw", data={})
    assert answer.status_code == 403
    assert (await console.store.get("H1")).review is None


async def test_the_reviewer_reads_the_explanations_in_order(console):
    await console.hold()
    sender, link = console.browser(), await status(console)
    for text in ("It quotes <b>the flyer</b>.", "And it is for the archive."):
        assert (await sender.post(f"{link}/explain", data={"text": text})).status_code == 303
    assert (await sender.post(f"{link}/explain", data={"text": " "})).status_code == 422
    assert (await sender.post(f"{link}/explain", data={"text": "x" * 2001})).status_code == 422
    page = (await (await console.person(Role.REVIEWER)).get("/mail/H1")).text
    assert "It quotes &lt;b&gt;the flyer&lt;/b&gt;." in page
    assert page.index("It quotes") < page.index("for the archive")


async def test_a_reviewer_asks_to_revise_and_the_sender_answers(console):
    await console.hold()
    reviewer = await console.person(Role.REVIEWER)
    empty = await reviewer.post("/mail/H1/return", data={"note": ""})
    assert empty.status_code == 422
    assert "requires a note" in empty.text
    assert (await reviewer.post("/mail/H1/return", data=WHY)).status_code == 303
    sender, link = console.browser(), await status(console)
    page = (await sender.get(link)).text
    assert "Please revise it" in page
    assert "An endorsement." in page
    assert (await sender.post(f"{link}/answer", data={"text": "I sent a new one."})).status_code == 303
    shown = (await reviewer.get("/mail/H1")).text
    assert "I sent a new one." in shown
    assert "Returned for revision by you" in shown
    assert ("returned", "reviewer@department.example") in await steps(console)


async def test_an_appeal_has_its_own_list_and_another_supervisor_decides(console):
    await console.hold()
    first = await console.person(Role.SUPERVISOR, "first@department.example")
    second = await console.person(Role.SUPERVISOR, "second@department.example")
    reviewer = await console.person(Role.REVIEWER)
    assert "Appeals (" not in (await second.get("/queue")).text
    await first.post("/mail/H1/deny", data=WHY)
    link = await status(console)
    assert (await console.browser().post(f"{link}/appeal", data={"text": "It only quotes."})).status_code == 303
    twice = await console.browser().post(f"{link}/appeal", data={"text": "Again."})
    assert twice.status_code == 422
    assert "one for each message" in twice.text
    assert "Appeals (1)" in (await second.get("/queue")).text
    assert "Unit 214" in (await second.get("/queue?state=appealed")).text
    assert "Another supervisor has to decide" in (await first.get("/mail/H1")).text
    assert (await first.post("/mail/H1/overturn", data={"note": ""})).status_code == 403
    assert "Your role does not include this." in (await reviewer.post("/mail/H1/overturn", data={"note": ""})).text
    assert (await second.post("/mail/H1/uphold", data={"note": ""})).status_code == 422
    page = (await second.get("/mail/H1")).text
    assert "It only quotes." in page
    assert 'action="/mail/H1/overturn"' in page
    assert (await second.post("/mail/H1/overturn", data={"note": "It quotes."})).status_code == 303
    assert "before that it was denied by first@department.example" in (await second.get("/mail/H1")).text
    assert [one.purpose for one in await console.store.dispatches("H1")].count(Purpose.RELEASE) == 1
    late = await second.post("/mail/H1/uphold", data={"note": "No."})
    assert "overturned already" in late.text
    assert "It was released" in (await console.browser().get(link)).text
    assert "Appeals (" not in (await second.get("/queue")).text


async def test_who_was_left_out_of_a_release_is_appealed_for_and_gets_it(console):
    await console.hold()
    captain = await console.person(Role.REVIEWER)
    chief = await console.person(Role.SUPERVISOR)
    await captain.post("/mail/H1/release", data={"to": "a@department.example", "note": "B is on leave."})
    link = await status(console)
    page = (await console.browser().get(link)).text
    assert "the others do not get it" in page
    assert "Why should the others get it?" in page
    assert (await console.browser().post(f"{link}/appeal", data={"text": "B is back."})).status_code == 303
    assert "Grant it: release to the other recipient" in (await chief.get("/mail/H1")).text
    assert (await chief.post("/mail/H1/overturn", data={"note": ""})).status_code == 303
    went = [one.recipients for one in await console.store.dispatches("H1") if one.purpose is Purpose.RELEASE]
    assert [list(map(str, one)) for one in went] == [["a@department.example"], ["b@department.example"]]
    assert "It goes to all its recipients" in (await console.browser().get(f"{link}?done=appeal")).text
    assert "The supervisors have your appeal" not in (await console.browser().get(f"{link}?done=appeal")).text


async def test_nobody_answers_an_appeal_about_his_own_mail(console):
    await console.hold()
    await (await console.person(Role.REVIEWER)).post("/mail/H1/deny", data=WHY)
    await console.browser().post(f"{await status(console)}/appeal", data={"text": "It only quotes."})
    own = await console.person(Role.SUPERVISOR, SENDER)
    assert (await own.post("/mail/H1/overturn", data={"note": ""})).status_code == 403
    assert (await console.store.get("H1")).review.ruling is Ruling.DENIED


async def test_somebody_chooses_when_to_be_told(console):
    reviewer = await console.person(Role.REVIEWER)
    answer = await reviewer.post("/me/told", data={"told": "at once and daily", "at": "06:30", "zone": "America/Chicago"})
    assert answer.status_code == 303
    [told] = (await console.store.rounds.wishes()).values()
    assert str(told) == "at once and daily at 06:30 America/Chicago"
    assert 'value="06:30"' in (await reviewer.get("/me")).text
    wrong = await reviewer.post("/me/told", data={"told": "daily", "at": "06:30", "zone": "America/Springfield"})
    assert wrong.status_code == 422
    await reviewer.post("/me/told", data={"told": "", "at": "06:30", "zone": ""})
    assert await console.store.rounds.wishes() == {}


async def test_the_hold_notice_links_to_the_page_where_there_is_a_console(console):
    held = await console.hold()
    to_sender, *_ = await console.post.on_hold(held)
    assert console.links.status(held) in map(str.strip, text_of(to_sender.mail).splitlines())
    bare, *_ = await World().post.on_hold(held)
    assert "/status/" not in text_of(bare.mail)
