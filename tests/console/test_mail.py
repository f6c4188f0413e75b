import asyncio
import base64
import io
from dataclasses import replace
from datetime import timedelta
from urllib.parse import quote

import pytest
from PIL import Image

from gateway.display import Unviewable
from gateway.hold import Review, Ruling
from gateway.mail import Address, Place, Unread
from gateway.people import Role
from gateway.ports import Purpose
from gateway.verdict import Category, Evidence, Finding, Kind, Label, Verdict
from tests.support import mails
from tests.support.console import URL
from tests.support.pictures import drawn, octets

FLYER = (
    b"From: Board <board@association.example>\r\nTo: all@department.example\r\nSubject: Flyer\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: multipart/mixed; boundary=Q\r\n\r\n--Q\r\nContent-Type: text/html\r\n\r\n"
    b'<p onclick="x()">Vote for <b>Alex</b> Example. <a href="https://evil.example/?x=1">www.good.example</a></p>'
    b'<img src="https://track.example/1.gif"><script>steal()</script>\r\n'
    b'--Q\r\nContent-Type: text/html; name="page.html"\r\nContent-Disposition: attachment; filename="page.html"\r\n\r\n'
    b"<script>alert(1)</script>\r\n--Q--\r\n"
)
FOUND = Verdict(
    labels={Category.POLITICAL: Label.MATCH, Category.RELIGIOUS: Label.CLEAR},
    scores={Category.POLITICAL: 0.9, Category.RELIGIOUS: 0.0},
    findings=(
        Finding(
            category=Category.POLITICAL,
            kind=Kind.VOTING_ADVICE,
            detector="test",
            says="advises how to vote",
            weight=0.9,
            evidence=(Evidence(place=Place(part="1", start=0, end=22), quote="Vote for Alex Example."),),
        ),
    ),
    unread=(Unread(place=Place(part="2", name="page.html"), why="encrypted"),),
)


async def flyer(console):
    held = mails.held(id_="F1", to=("a@department.example", "b@department.example", "c@department.example"))
    mail = replace(held.mail, content=mails.in_memory(FLYER))
    held = replace(held, mail=mail, subject="Flyer <b>", decision=replace(held.decision, verdict=FOUND))
    await console.store.hold(held, [])
    return held


async def test_a_message_has_one_page_with_everything_on_it(console):
    await flyer(console)
    browser = await console.person(Role.REVIEWER, "captain@department.example", name="Capt. Ruiz")
    await console.person(Role.SUPERVISOR, "chief@department.example", name="Chief Okafor")
    page = (await browser.get("/mail/F1?as=text")).text
    for said in (
        "Flyer &lt;b&gt;",
        "dreed@<wbr>department.example",
        "and 2 others",
        "It goes to 12 recipients in department.",
        "Advises how to vote.",
        "Vote for Alex Example.",
        "SO 9-06 §C",
        "Promotion of political or religious positions, opinions or actions",
        "encrypted",
        '<mark title="advises how to vote">Vote for Alex Example.</mark>',
        "2 days left",
        "Chief Okafor",
        "lieutenant@<wbr>department.example",
        "https://evil.example/?x=1",
        "Its words name another site.",
        "page.html",
        "192.0.2.7",
    ):
        assert said in page, said


async def test_what_no_page_can_say_in_a_reason_keeps_nobody_from_the_message(console):
    held = await console.hold()
    await console.house.reviews.deny("H1", reviewer="root", note="Typed in another character set: \udce9.")
    assert "character set: ?." in (await (await console.person(Role.REVIEWER)).get("/mail/H1")).text
    path = console.links.status(held).removeprefix("https://console.department.example")
    assert "character set: ?." in (await console.browser().get(path)).text


async def test_the_frame_is_sandboxed_and_what_is_in_it_is_harmless(console):
    await flyer(console)
    browser = await console.person(Role.REVIEWER)
    assert 'sandbox=""' in (await browser.get("/mail/F1")).text
    frame = await browser.get("/mail/F1/page")
    policy = frame.headers["content-security-policy"]
    assert policy.startswith("sandbox; default-src 'none'; img-src data:;")
    assert "script-src" not in policy
    for gone in ("<script", "steal", "onclick", "track.example", "href"):
        assert gone not in frame.text, gone
    assert "https://evil.example/?x=1" in frame.text
    assert "<mark" in frame.text


async def test_an_attachment_with_text_is_read_from_its_place_in_the_list(console):
    written = FLYER.replace(b"<script>alert(1)</script>", b"<p>The minutes of September.</p>")
    await console.hold("F1", written)
    browser = await console.person(Role.REVIEWER)
    assert 'href="?as=text#part-2"' in (await browser.get("/mail/F1")).text
    page = (await browser.get("/mail/F1?as=text")).text
    assert page.index('id="part-2"') < page.index("The minutes of September.")
    await console.hold("F2", FLYER)
    assert "#part-2" not in (await browser.get("/mail/F2")).text


async def test_two_of_one_name_are_told_apart_where_one_is_chosen(console):
    await console.hold()
    for login in ("ruiz", "pat.ruiz"):
        await console.person(Role.REVIEWER, f"{login}@department.example", name="Capt. Ruiz")
    await console.person(Role.REVIEWER, "park@department.example", name="Lt. Park")
    page = (await (await console.person(Role.SUPERVISOR)).get("/mail/H1")).text
    assert "Capt. Ruiz (ruiz@department.example)" in page
    assert "Capt. Ruiz (pat.ruiz@department.example)" in page
    assert ">Lt. Park<" in page


async def test_an_attachment_is_a_file_to_keep_and_never_a_page(console):
    await flyer(console)
    browser = await console.person(Role.REVIEWER)
    answer = await browser.get("/mail/F1/part/2")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith('attachment; filename="page.html"')
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert b"alert(1)" in answer.content
    assert (await browser.get("/mail/F1/part/9")).status_code == 404


async def test_the_name_of_a_file_to_keep_is_not_turned_around(console):
    name = b"filename*=utf-8''minutes%E2%80%AEfdp.exe"
    await console.hold(
        octets=b"From: a@department.example\r\nContent-Type: multipart/mixed; boundary=Q\r\n\r\n--Q\r\n\r\nHello\r\n"
        b"--Q\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; " + name + b"\r\n\r\nMZ\r\n--Q--\r\n"
    )
    answer = await (await console.person(Role.REVIEWER)).get("/mail/H1/part/2")
    assert answer.headers["content-disposition"].endswith(f"filename*=UTF-8''minutes{quote(chr(0xFFFD))}fdp.exe")


async def framed(console):
    """A hold with evidence in two places of one picture, and in one of another that is not there any more."""
    picture = octets(drawn("VOTE MARSH", "FOR SHERIFF"))
    attached = base64.encodebytes(picture).replace(b"\n", b"\r\n")
    content = (
        b"From: a@department.example\r\nContent-Type: multipart/mixed; boundary=Q\r\n\r\n--Q\r\n\r\nHello\r\n"
        b"--Q\r\nContent-Type: image/png; name=flyer.png\r\nContent-Transfer-Encoding: base64\r\n\r\n" + attached + b"--Q--\r\n"
    )
    places = [
        Place(part="2", name="flyer.png", start=0, end=10, box=(40, 20, 200, 40)),
        Place(part="2", name="flyer.png", start=11, end=22, box=(40, 90, 200, 40)),
        Place(part="3", name="gone.png", start=0, end=4, box=(0, 0, 9, 9)),
    ]
    found = replace(FOUND.findings[0], evidence=tuple(Evidence(place=place, quote="VOTE MARSH") for place in places))
    held = mails.held(id_="P1")
    held = replace(held, mail=replace(held.mail, content=mails.in_memory(content)))
    held = replace(held, decision=replace(held.decision, verdict=replace(FOUND, findings=(found,))))
    await console.store.hold(held, [])


async def test_what_was_found_in_a_picture_is_shown_with_a_box_around_it(console):
    await framed(console)
    browser = await console.person(Role.REVIEWER)
    page = (await browser.get("/mail/P1")).text
    assert page.count('src="/mail/P1/frame/') == 2
    answer = await browser.get("/mail/P1/frame/0")
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-security-policy"].startswith("sandbox")
    picture = Image.open(io.BytesIO(answer.content)).convert("RGB")
    for y in (20, 90):
        left = [picture.getpixel((x, y + 20)) for x in range(28, 40)]
        assert any(red > 150 and green < 90 and blue < 90 for red, green, blue in left)
    for gone in ("1", "2", "-1", "x", "99999999999999999999"):
        assert (await browser.get(f"/mail/P1/frame/{gone}")).status_code == 404


async def test_a_picture_is_shown_to_those_who_may_see_the_message_and_to_nobody_else(console):
    await framed(console)
    other = await console.person(Role.REVIEWER, reviewers=("legal",))
    assert (await other.get("/mail/P1/frame/0")).status_code == 404
    assert (await console.browser().get("/mail/P1/frame/0")).status_code in {302, 303}
    administrator = await console.person(Role.ADMINISTRATOR)
    assert (await administrator.get("/mail/P1/frame/0")).status_code == 403


async def test_the_original_comes_octet_by_octet_and_the_source_can_be_read(console):
    await flyer(console)
    browser = await console.person(Role.AUDITOR)
    answer = await browser.get("/mail/F1/original")
    assert answer.content == FLYER
    assert 'filename="F1.eml"' in answer.headers["content-disposition"]
    assert "&lt;script&gt;steal()" in (await browser.get("/mail/F1/source")).text


async def test_get_never_acts(console):
    await console.hold()
    browser = await console.person(Role.REVIEWER)
    for path in ("/mail/H1/release", "/mail/H1/deny", "/queue/rule", "/sign-out", "/mail/H1/note"):
        assert (await browser.get(path)).status_code == 405
    assert (await console.store.get("H1")).review is None


async def test_a_release_goes_to_all_and_the_page_says_by_whom_and_when(console):
    await console.hold()
    browser = await console.person(Role.REVIEWER, "captain@department.example", name="Capt. Ruiz")
    other = await console.person(Role.AUDITOR)
    assert (await browser.get("/mail/H1/state")).status_code == 204
    answer = await browser.post("/mail/H1/release", data={"note": ""})
    assert answer.headers["location"] == "/mail/H1"
    local = f"{console.clock.now().astimezone():%H:%M}"
    assert "Released by you, <time" in (await browser.get("/mail/H1")).text
    page = (await other.get("/mail/H1")).text
    assert "Released by Capt. Ruiz" in page
    assert f">{local}</time>" in page
    assert console.woken == 1
    polled = await other.get("/mail/H1/state")
    assert polled.status_code == 286
    assert "Released by Capt. Ruiz" in polled.text
    review = (await console.store.get("H1")).review
    assert review.reviewer == "captain@department.example"
    assert len(review.recipients) == 2
    assert Purpose.RELEASE in {dispatch.purpose for dispatch in await console.store.dispatches("H1")}


async def test_a_release_to_some_needs_a_note_and_goes_to_those_ticked(console):
    await flyer(console)
    browser = await console.person(Role.REVIEWER)
    some = {"to": ["a@department.example", "c@department.example"]}
    refused = await browser.post("/mail/F1/release", data={**some, "note": ""})
    assert refused.status_code == 422
    assert "requires a note" in refused.text
    assert refused.text.count(" checked>") == 2
    assert (await browser.post("/mail/F1/release", data={**some, "note": "b is on leave"})).status_code == 303
    review = (await console.store.get("F1")).review
    assert [str(one) for one in review.recipients] == some["to"]
    assert "1 other did not get it" in (await browser.get("/mail/F1")).text


async def test_a_release_to_somebody_it_was_never_for_is_refused(console):
    await console.hold()
    browser = await console.person(Role.REVIEWER)
    answer = await browser.post("/mail/H1/release", data={"to": "press@elsewhere.example", "note": "why not"})
    assert answer.status_code == 422
    assert (await console.store.get("H1")).review is None


@pytest.mark.parametrize(
    "given", [{"to": ["@department.example"]}, {"to": ["a@department.example", ""], "others": "b is on leave"}]
)
async def test_recipients_that_cannot_be_read_release_nothing_to_anybody(console, given):
    await console.hold()
    browser = await console.person(Role.REVIEWER)
    answer = await browser.post("/mail/H1/release", data=given)
    assert answer.status_code == 422
    assert (await console.store.get("H1")).review is None


async def test_why_the_others_do_not_get_it_with_nobody_ticked_releases_nothing_and_is_kept_to_be_sent_again(console):
    await flyer(console)
    browser = await console.person(Role.REVIEWER)
    answer = await browser.post("/mail/F1/release", data={"others": "b is on leave"})
    assert (answer.status_code, "Tick who gets it" in answer.text) == (422, True)
    assert "b is on leave</textarea>" in answer.text
    assert (await console.store.get("F1")).review is None
    to = {"to": "a@department.example", "others": "b is on leave", "note": "Thanks."}
    assert (await browser.post("/mail/F1/release", data=to)).status_code == 303
    review = (await console.store.get("F1")).review
    assert (list(map(str, review.recipients)), review.note) == (["a@department.example"], "Thanks. b is on leave")


async def test_a_denial_needs_a_reason_canned_or_free_or_both(console):
    await console.hold()
    browser = await console.person(Role.REVIEWER)
    refused = await browser.post("/mail/H1/deny", data={"note": "  "})
    assert refused.status_code == 422
    assert "A denial requires a note that says why." in refused.text
    reason = console.house.settings.reasons[0]
    await browser.post("/mail/H1/deny", data={"reason": reason, "note": "Third paragraph."})
    assert (await console.store.get("H1")).review.note == f"{reason} Third paragraph."


async def test_the_second_of_two_simultaneous_rulings_is_told_so(console):
    await console.hold()
    first = await console.person(Role.REVIEWER, "captain@department.example", name="Capt. Ruiz")
    second = await console.person(Role.SUPERVISOR, "chief@department.example", name="Chief Okafor")
    answers = await asyncio.gather(
        first.post("/mail/H1/release", data={"note": ""}), second.post("/mail/H1/deny", data={"note": "no"})
    )
    assert sorted(answer.status_code for answer in answers) == [303, 409]
    [late] = [answer for answer in answers if answer.status_code == 409]
    review = (await console.store.get("H1")).review
    winner = "Capt. Ruiz" if review.ruling is Ruling.RELEASED else "Chief Okafor"
    assert f"{winner} ruled first: it was {review.ruling}" in late.text
    assert "Your decision was not used." in late.text


async def test_what_the_deadline_did_is_told_as_such(console):
    held = await console.hold()
    review = Review(
        reviewer="deadline of command",
        ruling=Ruling.DENIED,
        recipients=held.mail.envelope.recipients,
        note="Nobody ruled.",
        at=console.clock.now(),
        by_deadline=True,
    )
    await console.store.rule("H1", review, [])
    assert "Denied by the deadline" in (await (await console.person(Role.REVIEWER)).get("/mail/H1")).text


async def test_a_note_is_for_the_other_reviewers(console):
    await console.hold()
    browser = await console.person(Role.REVIEWER, "captain@department.example", name="Capt. Ruiz")
    await browser.post("/mail/H1/note", data={"text": "Ask legal <first>."})
    page = (await (await console.person(Role.SUPERVISOR)).get("/mail/H1")).text
    assert "Capt. Ruiz" in page
    assert "Ask legal &lt;first&gt;." in page


async def test_a_message_that_cannot_be_prepared_can_still_be_ruled_on(console):
    class Blind:
        async def show(self, _held):
            raise Unviewable("it could not be prepared in time")

    await console.hold()
    console.app.state.house = replace(console.house, eye=Blind())
    browser = await console.person(Role.REVIEWER)
    page = await browser.get("/mail/H1")
    assert page.status_code == 200
    assert "it could not be prepared in time" in page.text
    assert (await browser.post("/mail/H1/deny", data={"note": "unreadable"})).status_code == 303


async def test_a_link_opens_the_page_for_the_one_it_was_written_to(console):
    held = await console.hold()
    path = console.links.to(held)(Address.parse("captain@department.example")).removeprefix("https://console.department.example")
    nobody = console.browser()
    away = await nobody.get(path)
    assert away.headers["location"] == f"/sign-in?next={path}"
    captain = await console.person(Role.REVIEWER, "captain@department.example")
    assert (await captain.get(path)).headers["location"] == "/mail/H1"
    other = await console.person(Role.REVIEWER, "lieutenant@department.example")
    assert (await other.get(path)).status_code == 403
    assert (await captain.get(path[:-1] + ("A" if path[-1] != "A" else "B"))).status_code == 403


async def test_a_link_expires_and_cannot_be_turned_to_another_message(console, clock):
    held = await console.hold("H1")
    await console.hold("H2")
    link = console.links.to(held)(Address.parse("captain@department.example")).removeprefix("https://console.department.example")
    captain = await console.person(Role.REVIEWER, "captain@department.example")
    assert (await captain.get(link.replace("H1", "H2"))).status_code == 403
    changed = replace(held, mail=replace(held.mail, content=mails.in_memory(b"another\r\n")))
    token = link.rpartition("/")[2]
    account = await console.store.accounts.known_as("captain@department.example")
    assert console.links.read(changed, token, account).value == "foreign"
    clock.forward(held.reviewers.deadline * 10)
    assert console.links.read(held, token, account).value == "expired"


async def test_each_reviewer_is_sent_a_link_of_his_own(console):
    held = await console.hold()
    parcels = [one for one in await console.post.on_hold(held) if b"To review" in one.mail.content.read()]
    assert [[str(to) for to in one.mail.envelope.recipients] for one in parcels] == [
        ["captain@department.example"],
        ["lieutenant@department.example"],
    ]
    links = {one.mail.content.read().partition(b"/go/H1/")[2].split()[0] for one in parcels}
    assert len(links) == 2
    assert all(b"hatchway queue release" not in one.mail.content.read() for one in parcels)


@pytest.mark.parametrize("path", ["/mail/nothing", "/mail/nothing/page", "/go/nothing/1-x", "/mail/%00"])
async def test_what_is_not_there_is_said_to_be_not_there(console, path):
    assert (await (await console.person(Role.SUPERVISOR)).get(path)).status_code == 404


async def test_of_what_was_destroyed_there_is_no_file_and_its_links_have_expired(console):
    held = await console.hold()
    link = console.links.to(held)(Address.parse("captain@department.example")).removeprefix(URL)
    everybody, at = held.mail.envelope.recipients, console.clock.now()
    await console.store.rule("H1", Review(reviewer="chief", ruling=Ruling.DENIED, recipients=everybody, note="no", at=at), [])
    console.clock.forward(timedelta(days=15))
    assert await console.store.destroy("H1", actor="gateway", why="retention")
    captain = await console.person(Role.REVIEWER, "captain@department.example")
    for path in ("/mail/H1/original", link):
        assert (await captain.get(path)).status_code == 410, path
