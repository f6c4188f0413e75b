"""Programs rule as people do: with their rights, recused where they are, once, and never unawares."""

import asyncio
import json

import pytest

from gateway.decision import Recusal
from gateway.ports import Asked, Purpose
from gateway.tokens import ABANDONED
from tests.support import mails


async def parcels(console, hold="H1"):
    return [one for one in await console.store.dispatches(hold) if one.purpose is Purpose.RELEASE]


async def shown(program, hold="H1"):
    return {"If-Match": (await program.get(f"/holds/{hold}")).headers["etag"]}


async def test_a_release_goes_to_all_or_to_some_and_is_the_tokens(console):
    held = await console.hold()
    first, *others = [str(one) for one in held.mail.envelope.recipients]
    program = await console.program("reviewer", name="Tickets")
    answer = await program.post("/holds/H1/release", json={"recipients": [first], "note": "The others are outside."})
    told = answer.json()
    assert (answer.status_code, told["state"], told["ruling"]["recipients"], told["kept_from"]) == (
        200,
        "released",
        [first],
        others,
    )
    assert told["ruling"]["by"] == "reviewer.program@department.example (entered by token Tickets)"
    [entry] = await console.store.entries(Asked(step="ruled"))
    assert (entry.actor, entry.hold) == (told["ruling"]["by"], "H1")
    assert len(await parcels(console)) == 1
    assert console.woken == 1


@pytest.mark.parametrize("sent", [b"", b'{"recipients": ["a@department.example"]', b"{}"])
async def test_a_body_that_is_cut_off_releases_nothing_to_anybody(console, sent):
    await console.hold()
    program = await console.program("reviewer")
    told = [{"type": "http.request", "body": sent, "more_body": True}, {"type": "http.disconnect"}]
    said = []

    async def receive():
        return told.pop(0) if len(told) > 1 else told[0]

    async def send(message):
        said.append(message)

    request = program.build_request("POST", "/holds/H1/release", json={"recipients": ["a@department.example"], "note": "x"})
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "https",
        "path": request.url.path,
        "raw_path": request.url.path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "client": ("192.0.2.60", 40000),
        "server": (request.url.host, 443),
    }
    await console.app(scope, receive, send)
    assert (await console.store.get("H1")).review is None
    assert said[0]["status"] == 400


@pytest.mark.parametrize(
    ("act", "body", "state"), [("deny", {"reason": "no"}, "denied"), ("return", {"reason": "Leave out the link."}, "returned")]
)
async def test_a_refusal_has_its_reason(console, act, body, state):
    await console.hold()
    program = await console.program("reviewer")
    assert (await program.post(f"/holds/H1/{act}", json=body)).json()["state"] == state


@pytest.mark.parametrize(
    ("act", "body", "errors"),
    [
        ("deny", {}, {"/reason": "is missing"}),
        ("deny", {"reason": "  "}, {"/reason": "is empty; write something"}),
        ("deny", {"reason": "x" * 4001}, {"/reason": "is longer than 4000 characters"}),
        ("deny", {"reason": 7, "to": "x"}, {"/reason": "is no text", "/to": "is not known; there are reason"}),
        ("release", {"recipients": []}, {"/recipients": "is no list of addresses; leave it out for all recipients"}),
        ("hand-over", {}, {"/to": "is missing", "/reason": "is missing"}),
    ],
)
async def test_what_is_wrong_in_a_body_is_told_all_at_once_with_its_place(console, act, body, errors):
    await console.hold()
    program = await console.program("reviewer")
    answer = await program.post(f"/holds/H1/{act}", json=body)
    assert answer.status_code == 422
    assert {one["at"]: one["says"] for one in answer.json()["errors"]} == errors
    assert (await console.store.get("H1")).review is None


async def test_half_a_character_makes_no_reason(console):
    await console.hold()
    program, said = await console.program("reviewer"), rb'{"reason": "Not \ud800 so."}'
    answer = await program.post("/holds/H1/deny", content=said, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["errors"]) == (
        422,
        [{"at": "/reason", "says": "holds half of a character; write the character itself"}],
    )


async def test_what_the_services_refuse_is_told_in_their_words(console):
    held = await console.hold()
    program = await console.program("reviewer")
    first = str(held.mail.envelope.recipients[0])
    some = await program.post("/holds/H1/release", json={"recipients": [first]})
    assert (some.status_code, "requires a note" in some.json()["detail"]) == (422, True)
    strange = await program.post("/holds/H1/release", json={"recipients": ["stranger@example.org"], "note": "x"})
    assert (strange.status_code, "not among this message's recipients" in strange.json()["detail"]) == (422, True)
    nobody = await program.post("/holds/H1/agree", json={}, headers=await shown(program))
    assert (nobody.status_code, nobody.json()["type"]) == (422, "urn:hatchway:problem:not-done")
    assert await parcels(console) == []


@pytest.mark.parametrize(
    ("content", "headers", "status"),
    [
        (b'{"reason": "x"}', {"Content-Type": "text/plain"}, 415),
        (b'{"reason": "x"}', {"Content-Type": "application/x-www-form-urlencoded"}, 415),
        (b'{"reason": ', {"Content-Type": "application/json"}, 400),
        (b'["reason"]', {"Content-Type": "application/json; charset=utf-8"}, 400),
        (b"[" * 100_000, {"Content-Type": "application/json"}, 400),
        (b" " * 300_000, {"Content-Type": "application/json"}, 413),
    ],
)
async def test_what_is_no_json_of_a_bounded_size_is_refused(console, content, headers, status):
    await console.hold()
    program = await console.program("reviewer")
    answer = await program.post("/holds/H1/deny", content=content, headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert (await console.store.get("H1")).review is None


async def test_the_second_of_two_rulings_is_told_who_was_first(console):
    await console.hold()
    first, second = await console.program("reviewer", name="First"), await console.program("supervisor", name="Second")
    await first.post("/holds/H1/deny", json={"reason": "It asks for money."})
    answer = await second.post("/holds/H1/release", json={})
    told = answer.json()
    assert (answer.status_code, told["type"]) == (409, "urn:hatchway:problem:already-ruled")
    assert told["ruling"]["note"] == "It asks for money."
    assert "token First" in told["ruling"]["by"]
    assert await parcels(console) == []


async def test_of_rulings_at_once_one_counts(console):
    await console.hold()
    programs = [await console.program("supervisor", login=f"s{n}@department.example") for n in range(4)]
    answers = await asyncio.gather(*(program.post("/holds/H1/release", json={}) for program in programs))
    assert sorted(one.status_code for one in answers) == [200, 409, 409, 409]
    assert len(await parcels(console)) == 1


async def test_who_looked_before_something_happened_rules_on_nothing_unawares(console):
    await console.hold()
    program = await console.program("supervisor")
    mark = (await program.get("/holds/H1")).headers["etag"]
    await program.post("/holds/H1/notes", json={"text": "Wait for the chief."})
    answer = await program.post("/holds/H1/release", json={}, headers={"If-Match": mark})
    assert (answer.status_code, answer.json()["type"]) == (412, "urn:hatchway:problem:changed")
    assert (await console.store.get("H1")).review is None
    mark = (await program.get("/holds/H1")).headers["etag"]
    knows = await console.program("supervisor", "rule:write", "queue:read")
    assert (await knows.post("/holds/H1/release", json={}, headers={"If-Match": f'"old", {mark}'})).status_code == 200


async def test_a_release_that_is_repeated_under_its_key_is_not_a_second_one(console):
    await console.hold()
    program = await console.program("supervisor")
    key = {"Idempotency-Key": "ticket-4711"}
    first = await program.post("/holds/H1/release", json={"note": "fine"}, headers=key)
    again = await program.post("/holds/H1/release", json={"note": "fine"}, headers=key)
    assert (again.status_code, again.json(), again.headers["idempotency-replayed"]) == (200, first.json(), "true")
    assert len(await parcels(console)) == 1
    other = await program.post("/holds/H1/deny", json={"reason": "no"}, headers=key)
    assert (other.status_code, other.json()["type"]) == (422, "urn:hatchway:problem:key-used")
    mine = await (await console.program("supervisor")).post("/holds/H1/release", json={"note": "fine"}, headers=key)
    assert mine.status_code == 409


async def test_a_note_under_a_key_is_one_note(console):
    await console.hold()
    program = await console.program("supervisor")
    answers = [await program.post("/holds/H1/notes", json={"text": "x"}, headers={"Idempotency-Key": "1"}) for _ in range(3)]
    assert [len(one.json()["notes"]) for one in answers] == [1, 1, 1]


async def test_the_same_asked_twice_at_once_is_done_once(console):
    await console.hold()
    program = await console.program("supervisor")
    key = {"Idempotency-Key": "1"}
    answers = await asyncio.gather(*(program.post("/holds/H1/release", json={}, headers=key) for _ in range(3)))
    assert [one.status_code for one in answers].count(200) >= 1
    assert {one.status_code for one in answers} <= {200, 409}
    assert len(await parcels(console)) == 1


async def test_what_was_refused_may_be_asked_again_under_its_key(console):
    await console.hold(sender="boss@department.example")
    program = await console.program("supervisor", login="boss@department.example")
    key = {"Idempotency-Key": "1"}
    assert (await program.post("/holds/H1/release", json={}, headers=key)).status_code == 403
    await console.hold("H2")
    assert (await program.post("/holds/H2/release", json={}, headers=key)).status_code == 200


async def test_a_ruling_whose_process_died_before_it_could_say_so_is_answered_when_it_is_asked_again(console, clock):
    await console.hold()
    program = await console.program("supervisor")
    tokens = console.store.tokens

    class Dies:
        def __getattr__(self, name):
            return getattr(tokens, name)

        async def finish(self, *_):
            raise ConnectionError

    object.__setattr__(console.house, "tokens", Dies())
    key = {"Idempotency-Key": "1"}
    assert (await program.post("/holds/H1/release", json={"note": "fine"}, headers=key)).status_code == 500
    object.__setattr__(console.house, "tokens", tokens)
    busy = await program.post("/holds/H1/release", json={"note": "fine"}, headers=key)
    assert (busy.status_code, busy.json()["type"]) == (409, "urn:hatchway:problem:in-progress")
    clock.forward(ABANDONED)
    answer = await program.post("/holds/H1/release", json={"note": "fine"}, headers=key)
    assert (answer.status_code, answer.json()["state"]) == (200, "released")
    assert len(await parcels(console)) == 1


async def test_nobody_rules_on_his_own_mail_by_a_program(console):
    await console.hold(sender="Boss+list@department.example")
    program = await console.program("supervisor", login="boss@department.example")
    answer = await program.post("/holds/H1/release", json={})
    assert (answer.status_code, answer.json()["type"]) == (403, "urn:hatchway:problem:recused")
    assert "This is your own mail" in answer.json()["detail"]
    [entry] = await console.store.entries(Asked(step="recused"))
    assert (entry.hold, "entered by token" in entry.actor) == ("H1", True)


async def test_a_program_of_whom_it_names_may_read_it_and_the_trail_has_that_it_did(console):
    octets = mails.ORDINARY.replace(b"The marked unit", b"Captain Ruiz's unit")
    await console.hold(octets=octets, recusal=Recusal(named=True))
    await console.link("reviewer", "captain@department.example", name="Capt. Ruiz")
    program = await console.program("reviewer", login="captain@department.example")
    assert b"Captain Ruiz" in (await program.get("/holds/H1/content")).content
    assert (await program.post("/holds/H1/release", json={})).status_code == 403
    entries = [
        one for step in ("token used", "original taken", "recused") for one in await console.store.entries(Asked(step=step))
    ]
    assert {one.step for one in entries} == {"token used", "original taken", "recused"}
    assert {(one.hold, one.actor.partition(" ")[0]) for one in entries} == {("H1", "captain@department.example")}


async def test_two_tokens_of_one_account_and_a_person_and_his_token_are_not_two(console):
    await console.hold(pair="release")
    first = await console.program("reviewer", login="ruiz@department.example")
    told = (await first.post("/holds/H1/release", json={"note": "fine"})).json()
    assert (told["state"], told["agreed"]["ruling"]) == ("waiting", "released")
    second = await console.program("reviewer", login="ruiz@department.example")
    assert (await second.post("/holds/H1/agree", json={}, headers=await shown(second))).status_code == 403
    assert (await console.store.get("H1")).review is None
    other = await console.program("reviewer", login="okafor@department.example")
    told = (await other.post("/holds/H1/agree", json={}, headers=await shown(other))).json()
    assert told["state"] == "released"
    assert "ruiz" in told["ruling"]["also"]
    assert "okafor" in told["ruling"]["by"]


async def test_who_agrees_by_a_program_says_to_what_and_agrees_to_nothing_else(console):
    held = await console.hold(pair="both")
    first, second = [await console.program("reviewer", login=f"{name}@department.example") for name in ("ruiz", "okafor")]
    await first.post("/holds/H1/deny", json={"reason": "A campaign."})
    denial = await shown(second)
    for headers in ({}, {"If-Match": "*"}, {"If-Match": f"{denial['If-Match']}, *"}):
        answer = await second.post("/holds/H1/agree", json={}, headers=headers)
        assert (answer.status_code, answer.json()["type"]) == (428, "urn:hatchway:problem:not-looked-at")
    some = [str(held.mail.envelope.recipients[0])]
    await first.post("/holds/H1/release", json={"note": "It is none.", "recipients": some})
    release = await shown(second)
    await first.post("/holds/H1/release", json={"note": "It is none."})
    for before in (denial, release):
        assert (await second.post("/holds/H1/agree", json={}, headers=before)).status_code == 412
    assert (await console.store.get("H1")).review is None
    told = (await second.post("/holds/H1/agree", json={}, headers=await shown(second))).json()
    assert (told["state"], len(told["ruling"]["recipients"])) == ("released", len(held.mail.envelope.recipients))


async def test_the_first_of_two_takes_it_back_and_another_says_why(console):
    await console.hold(pair="release")
    first, other = [await console.program("reviewer", login=f"{name}@department.example") for name in ("ruiz", "okafor")]
    await first.post("/holds/H1/release", json={})
    assert (await other.post("/holds/H1/disagree", json={})).status_code == 422
    assert (await first.post("/holds/H1/disagree", json={})).json()["agreed"] is None


async def test_a_message_is_handed_to_another_or_up(console):
    await console.hold()
    await console.person("reviewer", "okafor@department.example", reviewers=("legal",))
    program = await console.program("reviewer")
    told = (await program.post("/holds/H1/hand-over", json={"to": "okafor@department.example", "reason": "Yours."})).json()
    assert [(one["to"], one["reason"]) for one in told["handed_over"]] == [("okafor@department.example", "Yours.")]
    nobody = await program.post("/holds/H1/hand-over", json={"to": "x@department.example", "reason": "Yours."})
    assert nobody.status_code == 422


async def test_an_appeal_is_answered_by_a_supervisor_who_did_not_rule(console):
    held = await console.hold()
    sender = str(held.mail.envelope.sender)
    first = await console.program("supervisor", login="first@department.example")
    await first.post("/holds/H1/deny", json={"reason": "It asks for money."})
    await console.house.hearings.appeal("H1", sender=sender, text="It is for the widows' fund.")
    own = await first.post("/holds/H1/appeal/overturn", json={})
    assert (own.status_code, "your own ruling" in own.json()["detail"]) == (403, True)
    other = await console.program("supervisor", login="other@department.example")
    told = (await other.post("/holds/H1/appeal/overturn", json={"note": "It is."})).json()
    assert (told["state"], told["appeal"]["answer"]["upheld"]) == ("released", False)
    late = await other.post("/holds/H1/appeal/uphold", json={"reason": "no"})
    assert (late.status_code, "already" in late.json()["detail"]) == (422, True)


async def test_mail_with_half_characters_is_told_as_json(console):
    await console.hold(subject="caf\udce9 \ud800")
    program = await console.program("supervisor")
    for path in ("/holds", "/holds/H1"):
        assert "caf?" in json.dumps((await program.get(path)).json())
