"""What a program is told of held mail, and what only those are who may read it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.desk import State
from gateway.mail import Place, Receipt, Reply
from gateway.people import Role
from gateway.ports import Asked
from gateway.verdict import Category, Evidence, Finding, Kind, Label, Verdict
from tests.support import mails

QUOTE = "Vote for Measure B on Tuesday."
FOUND = Finding(
    category=Category.POLITICAL,
    kind=Kind.VOTING_ADVICE,
    detector="voting",
    says="it advises how to vote",
    weight=0.9,
    evidence=(Evidence(place=Place(part="1", start=0, end=30), quote=QUOTE),),
)
JUDGED = Verdict(
    labels={Category.POLITICAL: Label.MATCH, Category.RELIGIOUS: Label.CLEAR},
    scores={Category.POLITICAL: 0.9, Category.RELIGIOUS: 0.0},
    findings=(FOUND,),
)


async def judged(console):
    """A message in which something was found."""
    held = mails.held()
    held = replace(held, decision=replace(held.decision, verdict=JUDGED))
    await console.store.hold(held, [])
    return held


async def test_the_queue_is_listed_filtered_and_paged(console):
    for number in range(5):
        await console.hold(f"H{number}", subject=f"Unit {number}")
    await console.hold("H9", sender="other@department.example", subject="Something else")
    program = await console.program("supervisor", "queue:read")
    first = (await program.get("/holds", params={"limit": 4})).json()
    assert len(first["holds"]) == 4
    second = (await program.get("/holds", params={"limit": 4, "cursor": first["next"]})).json()
    assert (len(second["holds"]), second["next"]) == (2, None)
    assert {one["id"] for one in first["holds"] + second["holds"]} == {"H0", "H1", "H2", "H3", "H4", "H9"}
    [found] = (await program.get("/holds", params={"sender": "other@"})).json()["holds"]
    assert (found["id"], found["subject"], found["state"]) == ("H9", "Something else", "waiting")
    assert found["link"] == "https://console.department.example/mail/H9"
    assert (await program.get("/holds", params={"state": "denied"})).json() == {"holds": [], "next": None}
    early = (mails.NOW - timedelta(days=1)).isoformat()
    assert (await program.get("/holds", params={"state": "all", "until": early})).json()["holds"] == []
    assert len((await program.get("/holds", params={"since": early, "words": "unit"})).json()["holds"]) == 5


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"state": "held"}, "?state: is none of waiting"),
        ({"limit": "0"}, "?limit: is no whole number from 1 to 200"),
        ({"since": "yesterday"}, "?since: is no time; write a moment such as"),
        ({"since": "2026-11-03T08:00:00"}, "?since: has no time zone"),
        ({"since": "0001-01-01T00:00:00+14:00"}, "?since: is no time; write a moment such as"),
        ({"until": "9999-12-31T23:59:59-14:00"}, "?until: is no time; write a moment such as"),
        ({"colour": "red"}, "?colour: is not known; there are state, words"),
        ({"cursor": "nowhere"}, "No page begins at that cursor"),
        ({"sort": "size"}, "?sort: is none of deadline, newest, oldest, sender"),
    ],
)
async def test_what_cannot_be_searched_for_is_told_with_its_place(console, asked, said):
    program = await console.program("supervisor", "queue:read")
    answer = await program.get("/holds", params=asked)
    assert (answer.status_code, answer.json()["type"]) == (400, "urn:hatchway:problem:invalid")
    assert answer.json()["detail"].startswith(said)


async def test_a_hold_has_its_rule_authority_and_evidence(console):
    held = await judged(console)
    program = await console.program("supervisor", "queue:read", "message:read")
    told = (await program.get("/holds/H1")).json()
    assert told["rule"] == str(held.decision.rule)
    assert told["authority"][0]["name"] == held.decision.authority[0].name
    assert told["findings"][0]["evidence"] == [{"place": "part 1, characters 0-30", "quote": QUOTE}]
    assert told["labels"] == {"political": "match", "religious": "clear"}
    assert (told["state"], told["ruling"]) == ("waiting", None)
    assert told["recipients"] == [str(one) for one in held.mail.envelope.recipients]


async def test_without_leave_to_read_it_nothing_of_a_message_or_its_sender_is_quoted(console):
    held = await judged(console)
    await console.house.hearings.explain("H1", sender=str(held.mail.envelope.sender), text="A secret explanation.")
    reads, knows = (
        await console.program("supervisor", "queue:read", "message:read"),
        await console.program("supervisor", "queue:read"),
    )
    for words in ("A secret explanation.", QUOTE):
        assert words in (await reads.get("/holds/H1")).text
        assert words not in (await knows.get("/holds/H1")).text
    assert (await knows.get("/holds/H1/content")).status_code == 403


async def test_the_content_comes_octet_by_octet_as_a_file_and_the_trail_has_it(console):
    await console.hold(octets=mails.ORDINARY)
    program = await console.program("auditor", "message:read")
    answer = await program.get("/holds/H1/content")
    assert answer.content == mails.ORDINARY
    assert answer.headers["content-disposition"] == 'attachment; filename="H1.eml"'
    assert answer.headers["content-security-policy"].startswith("sandbox")
    assert len(await console.store.entries(Asked(step="original taken", hold="H1"))) == 1


async def test_content_that_was_destroyed_is_gone(console):
    await console.hold()
    program = await console.program("supervisor")
    await program.post("/holds/H1/release", json={})
    for parcel in await console.store.lease(mails.NOW, mails.NOW + timedelta(hours=1), 9):
        await console.store.delivered(parcel, Receipt(reply=Reply(code=250, status="2.0.0", text="queued")), mails.NOW, [])
    assert await console.store.destroy("H1", actor="gateway", why="retention")
    answer = await program.get("/holds/H1/content")
    assert (answer.status_code, answer.json()["type"]) == (410, "urn:hatchway:problem:destroyed")


async def test_a_reviewers_program_learns_nothing_of_another_groups_mail(console):
    await console.hold()
    program = await console.program("reviewer", reviewers=("legal",))
    for path in ("", "/content", "/history", "/notes"):
        assert (await program.get(f"/holds/H1{path}")).status_code == 404, path
    for path, body in (("release", {}), ("deny", {"reason": "no"}), ("notes", {"text": "x"})):
        assert (await program.post(f"/holds/H1/{path}", json=body)).status_code == 404, path
    assert (await program.get("/holds?state=all")).json()["holds"] == []
    assert (await console.store.get("H1")).review is None


async def test_a_program_that_looks_is_nobody_who_opened_it(console):
    await console.hold()
    await (await console.program("supervisor")).get("/holds/H1")
    assert await console.store.entries(Asked(step="seen")) == []


async def test_who_has_it_already_is_told_so(console):
    await console.hold()
    program = await console.program("supervisor")
    for path in ("/holds/H1", "/holds", "/openapi.json"):
        mark = (await program.get(path)).headers["etag"]
        again = await program.get(path, headers={"If-None-Match": f'"other", {mark}'})
        assert (again.status_code, again.content) == (304, b""), path
    before = (await program.get("/holds/H1")).headers["etag"]
    await program.post("/holds/H1/notes", json={"text": "Asked the watch office."})
    assert (await program.get("/holds/H1", headers={"If-None-Match": before})).status_code == 200


async def test_notes_are_left_for_the_others_under_the_tokens_name(console):
    await console.hold()
    program = await console.program("reviewer", "queue:read", "notes:write", name="Tickets")
    [note] = (await program.post("/holds/H1/notes", json={"text": " Ticket 4711 "})).json()["notes"]
    assert (note["text"], note["by"]) == ("Ticket 4711", "reviewer.program@department.example (entered by token Tickets)")
    browser = await console.person(Role.SUPERVISOR)
    assert "Ticket 4711" in (await browser.get("/mail/H1")).text


async def test_the_history_says_who_did_what_and_no_address_of_a_colleague(console):
    await console.hold()
    browser = await console.person(Role.SUPERVISOR)
    await browser.get("/mail/H1")
    program = await console.program("reviewer", "queue:read", "rule:write")
    await program.post("/holds/H1/deny", json={"reason": "It asks for money."})
    told = (await program.get("/holds/H1/history")).json()["history"]
    assert [one["step"] for one in told] == ["held", "seen", "token used", "ruled", "denied", "token used"]
    assert told[3]["detail"]["note"] == "It asks for money."
    assert "192.0.2.50" not in str(told)


async def test_appeals_are_listed_until_they_are_answered(console):
    held = await console.hold()
    program = await console.program("supervisor")
    await program.post("/holds/H1/deny", json={"reason": "It asks for money."})
    assert (await program.get("/appeals")).json()["holds"] == []
    await console.house.hearings.appeal("H1", sender=str(held.mail.envelope.sender), text="It is for the widows' fund.")
    [line] = (await program.get("/appeals")).json()["holds"]
    assert (line["id"], line["state"]) == ("H1", State.APPEALED)
    told = (await program.get("/holds/H1")).json()
    assert (told["state"], told["appeal"]["text"]) == ("appealed", "It is for the widows' fund.")
