"""The account on its page and as a file."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.people import Role
from gateway.ports import Asked
from tests.support import mails


async def some(console, count=8):
    for n in range(count):
        held = mails.held(id_=f"H{n}", since=mails.NOW + timedelta(minutes=n))
        mail = replace(held.mail, envelope=mails.envelope(f"sender{n % 3}@department.example"))
        held = replace(held, mail=mail)
        await console.store.hold(replace(held, decision=replace(held.decision, groups=("board <b>",))), [])
    captain = await console.person(Role.REVIEWER, "captain@department.example", name="Capt. Ruiz")
    console.clock.forward(timedelta(minutes=20))
    for n in range(count - 2):
        await captain.post(f"/mail/H{n}/{'release' if n % 2 else 'deny'}", data={"note": "so it is"})


async def test_the_page_tells_what_became_of_what_was_held(console):
    await some(console)
    page = (await (await console.person(Role.AUDITOR)).get("/report")).text
    assert "8 messages held. Command released 3 and denied 3" in page
    assert "3 of 6 (few: 19% to 81%)" in page
    assert "Capt. Ruiz" in page
    assert "board &lt;b&gt;" in page
    assert 'role="img"' in page


async def test_an_account_can_be_of_some_only(console):
    await some(console)
    auditor = await console.person(Role.AUDITOR)
    assert "Nothing was held." in (await auditor.get("/report?from=2026-10-15")).text
    assert "Nothing was held." in (await auditor.get("/report?group=nobody")).text
    assert "8 messages held" in (await auditor.get("/report", params={"group": "board <b>", "to": "2026-10-14"})).text


@pytest.mark.parametrize("asked", ["from=yesterday", "to=9999-12-31", "from=2026-13-01"])
async def test_what_is_no_day_leads_back(console, asked):
    auditor = await console.person(Role.AUDITOR)
    for path in ("/report", "/report/file/csv"):
        assert (await auditor.get(f"{path}?{asked}")).headers["location"] == "/report"


@pytest.mark.parametrize(("form", "kind"), [("csv", "text/csv"), ("json", "application/json"), ("html", "text/html")])
async def test_a_file_is_taken_and_the_trail_tells_of_it(console, form, kind):
    await some(console)
    supervisor = await console.person(Role.SUPERVISOR)
    answer = await supervisor.get(f"/report/file/{form}?policy=command+review")
    assert answer.headers["content-type"].startswith(kind)
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert "captain@department.example" not in answer.text
    assert "captain@department.example" in (await supervisor.get(f"/report/file/{form}?for=us")).text
    first, second = [json.loads(entry.detail) for entry in await console.store.entries(Asked(step="exported"))]
    assert first["of"] == "account of even-handedness"
    assert (first["format"], first["handed_on"], first["policy"]) == (form, "yes", "command review")
    assert second["handed_on"] == "no"
    assert first["sha256"] != second["sha256"]


async def test_a_form_that_is_none_is_not_there(console):
    assert (await (await console.person(Role.AUDITOR)).get("/report/file/xlsx")).status_code == 404


async def test_who_does_not_answer_for_the_whole_has_no_link_to_it(console):
    for role in (Role.REVIEWER, Role.ADMINISTRATOR):
        browser = await console.person(role)
        assert 'href="/report"' not in (await browser.get("/me")).text
