"""Up the ladder by a moved clock: a whole front, a browser, and what arrived at the relay."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

from gateway.control import Refused
from gateway.service import running
from gateway.settings import load_settings
from tests.e2e.conftest import message, sent
from tests.e2e.test_console import PHONE, PRESIDENT, SETTINGS, WATCH, set_password, visit
from tests.support.browser import follow
from tests.support.gateway import Gateway, free_port
from tests.support.relay import FakeRelay

pytestmark = pytest.mark.asyncio(loop_scope="module")

POLICIES = """\
authorities:
  SO 9-06: {title: Use of mail, text: Promotion of political or religious positions}
groups: {boards: [association.example]}
reviewers:
  duty desk: {members: captain@department.example}
  deputy chief: {members: deputy@department.example}
ladders:
  up:
    rungs:
      - {reviewers: duty desk, for: 4h, reminders: 2h}
      - {reviewers: deputy chief, for: 8h}
    then: deny
    election window: {before: 30d, factor: 0.5, elections: city election}
policies:
  boards:
    authority: SO 9-06
    ladder: up
    two reviewers: release
    recusal: {named: true}
    rules: [{action: hold}]
  others: {rules: [{action: relay}]}
senders: [{sender: boards, policy: boards}, {sender: anyone, policy: others}]
"""
AT_A_DESK = {"viewport": {"width": 1280, "height": 900}}


@dataclass
class MovedClock:
    """The machine's clock, put forward."""

    by: timedelta = field(default_factory=timedelta)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.by


@asynccontextmanager
async def opened(tmp_path, relay, election=400):
    """A front in this process, with its clock in our hands. election: in so many days."""
    port, day = free_port(), datetime.now(UTC).date() + timedelta(days=election)
    for name, text in (("policies", POLICIES), ("roster", f"elections: [{{name: city election, day: {day}}}]\n")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "one.yaml").write_text(text)
    console = SETTINGS.format(port=port) + "  idle: 30d\n  longest: 30d\n"
    gateway = Gateway(tmp_path / "g", relay=relay.port, more=console, policies=tmp_path / "policies", roster=tmp_path / "roster")
    gateway.console, gateway.clock = f"http://127.0.0.1:{port}", MovedClock()
    gateway.write_settings()
    async with running(load_settings(gateway.settings), gateway.clock) as gateway.front:
        yield gateway


async def invited(gateway, who, role="reviewer", *, reviewers="", name=""):
    """The one-time link of somebody new."""
    said = {"login": f"{who}@department.example", "role": role, "reviewers": [reviewers] if reviewers else [], "name": name}
    return (await asyncio.to_thread(gateway.ask, "user.add", **said, link=True))["link"]


async def later(gateway, hours):
    """The clock is put forward, and the front looks at it."""
    gateway.clock.by += timedelta(hours=hours)
    await gateway.front.reviews.expire()
    await settled(gateway)


async def settled(gateway):
    gateway.front.delivery.wake()
    await asyncio.to_thread(gateway.wait_until_outbox_empty)


def told(relay, who, subject):
    """The notices that arrived for somebody."""
    folded = [(one, one.data.replace(b"=\r\n", b"").replace(b"\r\n ", b" ")) for one in relay.messages]
    return [data for one, data in folded if any(who in rcpt for rcpt in one.rcpts) and b"Subject: " + subject in data]


async def commanded(gateway, *arguments):
    return await asyncio.to_thread(gateway.hatchway, "queue", *arguments)


@pytest_asyncio.fixture(loop_scope="module")
async def relay():
    async with FakeRelay() as relay:
        yield relay


async def test_a_hold_goes_up_by_the_clock_and_two_release_it(relay, tmp_path, browser):
    async with opened(tmp_path, relay) as gateway:
        desk = await visit(gateway, browser, **PHONE)
        captain = await invited(gateway, "captain", reviewers="duty desk", name="Pat Ruiz")
        above = await invited(gateway, "deputy", reviewers="deputy chief")
        chief = await invited(gateway, "chief", "supervisor", name="Chief Okafor")
        await sent(gateway.port, PRESIDENT, WATCH, message("General meeting", "The meeting is on Thursday.", PRESIDENT))
        await set_password(desk.page, captain)
        await desk.page.goto(f"{gateway.console}/queue")
        assert "goes to deputy chief at" in await desk.page.locator("#list").inner_text()
        await follow(desk.page, "text=General meeting")
        assert "With duty desk since" in await desk.page.locator("#state").inner_text()
        await desk.clean()

        await later(gateway, 2)
        assert told(relay, b"captain@", b"Reminder 1")
        await later(gateway, 2)
        [passed] = told(relay, b"deputy@", b"Passed up to you")
        path = passed.partition(b"/go/")[2].split()[0].decode()
        deputy = await visit(gateway, browser, **PHONE)
        await set_password(deputy.page, above)
        await deputy.page.goto(f"{gateway.console}/go/{path}")
        await deputy.page.wait_for_url("**/mail/*")
        assert "With deputy chief since" in await deputy.page.locator("#state").inner_text()
        await deputy.clean()
        await follow(deputy.page, "#release button")
        await deputy.page.wait_for_selector("#agree")
        assert "You agreed to release it" in await deputy.page.locator("#agree").inner_text()
        assert [one for one in relay.messages if b"X-Hatchway-Release-Id" in one.data] == []

        [held] = await asyncio.to_thread(gateway.ask, "queue.list")
        with pytest.raises(Refused, match="cannot be you"):
            await asyncio.to_thread(gateway.ask, "queue.release", id=held["id"], reviewer="deputy@department.example")
        okafor = await visit(gateway, browser, **AT_A_DESK)
        await set_password(okafor.page, chief)
        await okafor.page.goto(f"{gateway.console}/mail/{held['id']}")
        await okafor.clean()
        await okafor.page.locator("#agree button.main").focus()
        await okafor.page.keyboard.press("Enter")
        await okafor.page.wait_for_selector("#state.ruled")
        assert "Released by deputy@department.example and you" in await okafor.page.locator("#state h2").inner_text()
        await okafor.clean()
        await settled(gateway)
        assert len([one for one in relay.messages if b"X-Hatchway-Release-Id" in one.data]) == 1
        entries = await asyncio.to_thread(gateway.ask, "audit.entries", hold=held["id"])
        done = [one["step"] for one in entries if one["step"] in {"passed up", "first of two agreed", "ruled"}]
        assert done == ["passed up", "first of two agreed", "ruled"]


async def test_what_nobody_opened_is_told_before_it_expires_and_after(relay, tmp_path):
    async with opened(tmp_path, relay, election=9) as gateway:
        await invited(gateway, "chief", "supervisor")
        await sent(gateway.port, PRESIDENT, WATCH, message("General meeting", "The meeting is on Thursday.", PRESIDENT))
        [held] = await asyncio.to_thread(gateway.ask, "queue.list")
        span = datetime.fromisoformat(held["deadline"]) - datetime.fromisoformat(held["since"])
        assert span == timedelta(hours=6)
        await later(gateway, 2)
        [passed] = told(relay, b"deputy@", b"Passed up to you")
        assert b"There is less time than usual: city election is on" in passed.replace(b"\r\n", b" ").replace(b"=20", b" ")
        await later(gateway, 2.6)
        assert told(relay, b"chief@", b"Not opened yet")
        assert not told(relay, b"chief@", b"Denied")
        await later(gateway, 1.5)
        [denied] = told(relay, b"chief@", b"Denied")
        assert b"Nobody had opened it." in denied
        assert told(relay, b"president@", b"Not sent")


async def test_a_reviewer_it_names_hands_it_up_without_javascript(relay, tmp_path, browser):
    async with opened(tmp_path, relay) as gateway:
        await invited(gateway, "pat", reviewers="duty desk")
        captain = await visit(gateway, browser, java_script_enabled=False, **PHONE)
        await set_password(captain.page, await invited(gateway, "captain", reviewers="duty desk", name="Pat Ruiz"))
        await sent(gateway.port, PRESIDENT, WATCH, message("A complaint", "Capt. Ruiz must go, we say.", PRESIDENT))
        [held] = await asyncio.to_thread(gateway.ask, "queue.list")
        await captain.page.goto(f"{gateway.console}/mail/{held['id']}")
        assert "You cannot rule on this: it names you." in await captain.page.locator("#decide").inner_text()
        assert await captain.page.locator("#release").count() == 0
        refused = await commanded(gateway, "deny", held["id"], "--note", "no", "--as", "captain@department.example")
        assert (refused.returncode, "it names you" in refused.stderr) == (1, True)
        await captain.page.click("text=Hand over")
        await captain.page.fill("#decide [name=note]", "It is about me.")
        await follow(captain.page, "#decide button:has-text('Hand over')")
        assert "You handed it to deputy chief" in await captain.page.locator("#state").inner_text()
        await settled(gateway)
        [passed] = told(relay, b"deputy@", b"Passed up to you")
        assert b"It is about me." in passed
