"""Figures and trail, for supervisors and auditors."""

import json

import pytest

from gateway.ports import Asked
from tests.support.trail import outsider


async def test_the_figures_are_the_reports_and_the_trail_has_that_they_were_taken(console):
    await console.hold()
    program = await console.program("supervisor", "report:read")
    told = (await program.get("/report", params={"for": "us"})).json()
    assert (told["all"]["held"], told["handed_on"]) == (1, False)
    assert (await program.get("/report")).json()["handed_on"] is True
    assert len(await console.store.entries(Asked(step="exported"))) == 2


@pytest.mark.parametrize("asked", [{"from": "yesterday"}, {"to": "0001-13-01"}])
async def test_a_day_that_is_none_is_told(console, asked):
    program = await console.program("supervisor", "report:read")
    answer = await program.get("/report", params=asked)
    assert (answer.status_code, "is no day" in answer.json()["detail"]) == (400, True)


async def test_the_trail_is_paged_and_its_head_vouches_for_it(console):
    for number in range(4):
        await console.hold(f"H{number}")
    program = await console.program("auditor", "trail:read")
    head = (await program.get("/trail/head")).json()
    pages, after = [], 0
    while after is not None:
        page = (await program.get("/trail", params={"after": after, "limit": 3})).json()
        pages += page["entries"]
        after = page["next"]
    assert [one["sequence"] for one in pages] == list(range(1, len(pages) + 1))
    assert pages[head["sequence"] - 1]["hash"] == head["hash"]
    [held] = (await program.get("/trail", params={"hold": "H2", "step": "held"})).json()["entries"]
    assert held["hold"] == "H2"


async def test_an_export_is_verified_by_the_verifier_that_outsiders_are_given(console):
    await console.hold()
    program = await console.program("auditor", "trail:read")
    answer = await program.get("/trail/export")
    head = answer.headers["hatchway-trail-head"]
    assert answer.headers["content-type"].startswith("application/x-ndjson")
    assert "broken" not in outsider(answer.text, head)
    assert "broken" in outsider(answer.text.replace("H1", "H2"), head)
    last = json.loads(answer.text.splitlines()[-1])
    assert head == f"{last['sequence']}:{last['hash']}"
    [entry] = await console.store.entries(Asked(step="exported"))
    assert head in entry.detail
