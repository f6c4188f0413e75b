"""`hatchway report`, asked of a running gateway as an auditor's clerk does."""

import asyncio
import json

from tests.e2e.conftest import message, sent
from tests.support.gateway import Gateway
from tests.support.sink import Sink

PRESIDENT = "president@association.example"
WATCH = ["adams@department.example", "baker@department.example"]


async def test_the_account_tells_of_groups_of_what_was_never_held_and_is_in_the_trail(tmp_path):
    with Sink() as sink, Gateway(tmp_path / "gateway", relay=sink.port) as gateway:
        meeting = message("General meeting", "The meeting is on Thursday at 1900.", PRESIDENT)
        await sent(gateway.port, PRESIDENT, WATCH, meeting)
        keys = message("Keys", "The keys are in the watch office.", "dreed@department.example")
        await sent(gateway.port, "dreed@department.example", WATCH, keys)
        [held] = gateway.ask("queue.list")
        gateway.ask("queue.release", id=held["id"], reviewer="Lt. Park")
        assert await asyncio.to_thread(gateway.stop) == 0
        await asyncio.to_thread(gateway.start)
        said = await asyncio.to_thread(gateway.hatchway, "report", "--json", "--each", "--group", "association boards")
        told = json.loads(said.stdout)
        assert told["all"]["held"] == told["all"]["released"] == 1
        assert {row["name"] for row in told["group"]} == {"police association board", "association boards"}
        assert told["reviewer"][0]["name"].startswith("Lt. Park")
        assert "1 let through, 1 held" in (await asyncio.to_thread(gateway.hatchway, "report", "--each")).stdout
        assert "every figure would point at one person" in (await asyncio.to_thread(gateway.hatchway, "report")).stdout
        page = tmp_path / "account.html"
        written = await asyncio.to_thread(gateway.hatchway, "report", "--html", str(page))
        assert written.returncode == 0, written.stderr
        assert page.read_text().startswith("<!doctype html>")
        assert page.stat().st_mode & 0o777 == 0o600
        again = await asyncio.to_thread(gateway.hatchway, "report", "--html", str(page))
        assert again.returncode == 1
        both = await asyncio.to_thread(gateway.hatchway, "report", "--csv", "--html", str(tmp_path / "x.html"))
        assert both.returncode == 2
        trail = await asyncio.to_thread(gateway.hatchway, "audit", "show", "--step", "exported", "--json")
        steps = [json.loads(line)["detail"] for line in trail.stdout.splitlines()]
        assert [step["format"] for step in steps] == ["json", "text", "text", "html", "html"]
        assert steps[0]["group"] == "association boards"
