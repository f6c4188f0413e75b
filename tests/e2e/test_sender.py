"""The sender's side in a real browser: he explains, is asked to revise, appeals, is released; another takes his message back."""

import asyncio
import json

import pytest

from tests.e2e.conftest import message, sent
from tests.e2e.test_console import PHONE, PRESIDENT, WATCH, gateway, invited, relay, set_password, visit
from tests.support.browser import follow

__all__ = ["gateway", "relay"]

pytestmark = pytest.mark.asyncio(loop_scope="module")

TALK = "The meeting is on Thursday at 1900. We read out the flyer."


async def status_link(relay, gateway, subject):
    """The link in the sender's newest notice about that message."""
    await asyncio.to_thread(gateway.wait_until_outbox_empty)
    told = [one.data for one in relay.messages if any(PRESIDENT.encode() in rcpt for rcpt in one.rcpts)]
    about = [data.replace(b"=\r\n", b"") for data in told if subject.encode() in data]
    path = about[-1].partition(b"/status/")[2].split()[0].decode()
    return f"{gateway.console}/status/{path}"


async def test_the_sender_explains_and_appeals_a_denial_and_it_is_released(relay, gateway, browser):
    await sent(gateway.port, PRESIDENT, WATCH, message("General meeting", TALK, PRESIDENT))
    link = await status_link(relay, gateway, "General meeting")
    member = await visit(gateway, browser, java_script_enabled=True, **PHONE)
    page = member.page
    await page.goto(link)
    await member.clean()
    assert "It waits for a decision" in await page.locator("#now").inner_text()
    await page.fill("[name=text]", "The flyer is the minutes of last month.")
    await follow(page, "text=Tell the reviewers")
    await member.clean()

    captain = await visit(gateway, browser, **PHONE)
    await set_password(
        captain.page, await invited(gateway, "captain@department.example", "--role", "reviewer", "--reviewers", "command")
    )
    await captain.page.goto(f"{gateway.console}/queue")
    await follow(captain.page, "text=General meeting")
    assert "minutes of last month" in await captain.page.locator("[aria-labelledby=said]").inner_text()
    await captain.clean()
    await captain.page.fill("#deny textarea", "It is no matter for everybody.")
    await follow(captain.page, "#deny button")
    await captain.page.wait_for_selector("#state.ruled")

    link = await status_link(relay, gateway, "Not sent: General meeting")
    await page.goto(link)
    assert "It is no matter for everybody." in await page.locator("main").inner_text()
    await page.fill("section[aria-labelledby=appeal] textarea", "Everybody was invited.")
    await page.locator("section[aria-labelledby=appeal] button").focus()
    await page.keyboard.press("Enter")
    await page.wait_for_selector("text=The supervisors have your appeal")
    await member.clean()

    chief = await visit(gateway, browser, **PHONE)
    await set_password(chief.page, await invited(gateway, "chief@department.example", "--role", "supervisor"))
    await chief.page.goto(f"{gateway.console}/queue")
    await follow(chief.page, "text=Appeals (1)")
    await chief.clean()
    await follow(chief.page, "text=General meeting")
    await chief.clean()
    await follow(chief.page, "text=Grant it: release to all")
    await chief.page.wait_for_selector("text=before that it was denied by captain@department.example")
    await chief.clean()

    await asyncio.to_thread(gateway.wait_until_outbox_empty)
    [arrived] = [one for one in relay.messages if b"X-Hatchway-Release-Id: " in one.data]
    assert len(arrived.rcpts) == len(WATCH)
    await page.reload()
    assert "It was released" in await page.locator("#now").inner_text()
    verified = await asyncio.to_thread(gateway.hatchway, "audit", "verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr


async def test_withdrawn_returned_and_upheld_by_page_and_by_command_line(relay, gateway, browser):
    for subject in ("First", "Second"):
        await sent(gateway.port, PRESIDENT, WATCH, message(subject, f"{subject}: {TALK}", PRESIDENT))
    member = await visit(gateway, browser, java_script_enabled=False, **PHONE)
    page = member.page
    await page.goto(await status_link(relay, gateway, "Held for review: First"))
    await page.click("text=I do not want it sent any more")
    await follow(page, "section[aria-labelledby=withdraw] button")
    assert "You took it back" in await page.locator("#now").inner_text()

    [second] = gateway.ask("queue.list")
    said = await asyncio.to_thread(gateway.hatchway, "return", second["id"], "--reason", "Leave out the flyer.")
    assert said.stdout.strip() == f"{second['id']} returned to its sender"
    await page.goto(await status_link(relay, gateway, "Please revise: Second"))
    assert "Leave out the flyer." in await page.locator("main").inner_text()
    await page.fill("section[aria-labelledby=answer] textarea", "I sent a new one.")
    await follow(page, "section[aria-labelledby=answer] button")
    await page.fill("section[aria-labelledby=appeal] textarea", "It is no promotion.")
    await follow(page, "section[aria-labelledby=appeal] button")

    listed = await asyncio.to_thread(gateway.hatchway, "appeal", "list")
    assert "It is no promotion." in listed.stdout
    own = await asyncio.to_thread(gateway.hatchway, "appeal", "uphold", second["id"], "--reason", "It is.")
    assert "your own ruling" in own.stderr
    done = await asyncio.to_thread(
        gateway.hatchway, "appeal", "uphold", second["id"], "--reason", "It is.", "--as", "Chief Okafor"
    )
    assert done.stdout.strip() == f"{second['id']} upheld; it is returned"
    shown = await asyncio.to_thread(gateway.hatchway, "queue", "show", second["id"])
    for words in ("returned", "I sent a new one.", "It is no promotion.", "upheld", "Chief Okafor"):
        assert words in shown.stdout
    states = {one["subject"]: one["state"] for one in gateway.ask("queue.list", all=True)}
    assert states == {"First": "withdrawn", "Second": "returned"}
    assert not [one for one in relay.messages if b"X-Hatchway-Release-Id: " in one.data]
    verified = await asyncio.to_thread(gateway.hatchway, "audit", "verify", "--json")
    assert verified.returncode == 0, verified.stdout + verified.stderr
    steps = [json.loads(line)["step"] for line in (await export(gateway)).splitlines()]
    assert {"withdrawn", "returned", "answered", "appealed", "upheld"} <= set(steps)
    assert member.strangers == []


async def export(gateway):
    file = gateway.folder / "trail.jsonl"
    said = await asyncio.to_thread(gateway.hatchway, "audit", "export", str(file))
    assert said.returncode == 0, said.stderr
    return file.read_text()
