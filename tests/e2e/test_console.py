"""The console as reviewers use it: a real gateway, a real browser, and what arrived at the relay."""

import asyncio
import json
from email.message import EmailMessage
from email.policy import SMTP
from urllib.parse import urlsplit

import pytest
import pytest_asyncio

from tests.e2e.conftest import message, sent
from tests.support.browser import follow, violations
from tests.support.gateway import Gateway, free_port
from tests.support.relay import FakeRelay
from tests.support.vectors import VECTORS

pytestmark = pytest.mark.asyncio(loop_scope="module")

PRESIDENT = "president@association.example"
WATCH = ["adams@department.example", "baker@department.example", "diaz@department.example"]
PASSWORD = "four words in a row"
SETTINGS = """\
console:
  listen: 127.0.0.1:{port}
  public url: http://127.0.0.1:{port}
"""
PHONE = {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True}
DESKTOP = {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"}


def hostile() -> bytes:
    written = EmailMessage()
    written["From"] = PRESIDENT
    written["To"] = "everybody@department.example"
    written["Subject"] = "Your board has decided"
    written.set_content("See the page.")
    written.add_alternative(
        "<p>The board endorses Marisol Tate for Mayor. Please vote for Marisol Tate on November 3.</p>"
        '<img src="https://track.example/p.gif"><script>document.title="run"; fetch("https://track.example/")</script>'
        "<svg onload=\"fetch('https://track.example/')\"></svg><style>body{background:url(https://track.example/b)}</style>"
        '<iframe src="https://track.example/f"></iframe><a href="https://secure.actblue.com/x">www.association.example</a>'
        + "\n".join(f"<div>{vector}</div>" for vector in VECTORS),
        subtype="html",
    )
    return written.as_bytes(policy=SMTP)


@pytest_asyncio.fixture(loop_scope="module")
async def relay():
    async with FakeRelay() as relay:
        yield relay


@pytest_asyncio.fixture(loop_scope="module")
async def gateway(relay, tmp_path):
    port = free_port()
    gateway = Gateway(tmp_path / "gateway", relay=relay.port, more=SETTINGS.format(port=port))
    gateway.console = f"http://127.0.0.1:{port}"
    await asyncio.to_thread(gateway.__enter__)
    yield gateway
    assert await asyncio.to_thread(gateway.stop) == 0


async def invited(gateway, address, *how):
    said = await asyncio.to_thread(gateway.hatchway, "user", "add", address, *how, "--link", "--json")
    assert said.returncode == 0, said.stderr
    return json.loads(said.stdout)["link"]


class Visit:
    """A page in a context of its own, and what went wrong or out of the house on it."""

    def __init__(self, gateway, context, page):
        self.gateway, self.context, self.page = gateway, context, page
        self.complaints, self.strangers = [], []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        context.on("request", self._asked)

    def _asked(self, request):
        parts = urlsplit(request.url)
        if parts.scheme != "data" and f"{parts.scheme}://{parts.netloc}" != self.gateway.console:
            self.strangers.append(request.url)

    async def clean(self):
        """axe finds nothing, nothing is wider than the screen, and nothing was asked of anybody else."""
        found = await violations(self.page)
        assert not found, f"{self.page.url}: {found}"
        wide = await self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{self.page.url} is {wide} pixels too wide"
        assert not self.strangers
        assert not self.complaints


async def visit(gateway, browser, **how):
    context = await browser.new_context(**how)
    return Visit(gateway, context, await context.new_page())


async def set_password(page, link):
    await page.goto(link)
    await page.fill("[name=password]", PASSWORD)
    await page.fill("[name=again]", PASSWORD)
    await follow(page, "button.main")


@pytest.mark.parametrize("how", [PHONE, DESKTOP], ids=["phone", "desktop in the dark"])
async def test_sign_in_see_the_queue_read_release_to_some_and_deny(relay, gateway, browser, how):
    await sent(gateway.port, PRESIDENT, WATCH, message("General meeting", "The meeting is on Thursday at 1900.", PRESIDENT))
    await sent(gateway.port, PRESIDENT, WATCH, hostile())
    link = await invited(
        gateway, "captain@department.example", "--role", "reviewer", "--reviewers", "command", "--name", "Capt. Ruiz"
    )
    captain = await visit(gateway, browser, **how)
    page = captain.page
    await page.goto(link)
    await captain.clean()
    await set_password(page, link)
    await captain.clean()
    await follow(page, "text=Later")
    await page.wait_for_url("**/queue")
    await captain.clean()

    await follow(page, "text=Your board has decided")
    frame = page.frame_locator("iframe")
    await frame.locator("mark").first.wait_for()
    assert "Marisol Tate" in await frame.locator("body").inner_text()
    assert "https://secure.actblue.com/x" in await frame.locator("body").inner_text()
    assert await frame.locator("a, script, iframe, svg, img").count() == 0
    await captain.clean()
    await follow(page, "text=As text")
    assert await page.locator("mark").count() >= 1
    await captain.clean()
    await page.check("text=It promotes a political position, candidate or party.")
    await follow(page, "#deny button")
    assert "Denied by you" in await page.locator("#state h2").inner_text()
    await captain.clean()

    await follow(page, "text=Next: General meeting")
    await page.click("text=Only to some of the 3")
    await page.check("label:has-text('adams@')")
    await page.fill("text=Why the others do not get it", "The others are on leave.")
    await page.locator("#release button").focus()
    await page.keyboard.press("Enter")
    await page.wait_for_selector("#state.ruled")
    assert "2 others did not get it" in await page.locator("#state").inner_text()
    await captain.clean()

    await asyncio.to_thread(gateway.wait_until_outbox_empty)
    [arrived] = [one for one in relay.messages if b"X-Hatchway-Release-Id: " in one.data]
    assert len(arrived.rcpts) == 1
    assert b"adams@department.example" in arrived.rcpts[0]
    assert b"on Thursday at 1900" in arrived.data
    steps = [line["what"] for line in gateway.events("console.step")]
    assert {"password set by link", "seen", "denied", "released"} <= set(steps)


async def test_everything_works_without_javascript(gateway, browser):
    await sent(gateway.port, PRESIDENT, WATCH, message("General meeting", "The meeting is on Thursday at 1900.", PRESIDENT))
    link = await invited(gateway, "chief@department.example", "--role", "supervisor")
    chief = await visit(gateway, browser, java_script_enabled=False, **PHONE)
    page = chief.page
    await set_password(page, link)
    await page.goto(f"{gateway.console}/queue")
    await page.click("text=Filter and sort")
    await page.fill("[name=subject]", "meeting")
    await follow(page, "button:has-text('Show')")
    await page.check("[name=chosen]")
    await follow(page, "button:has-text('Release…')")
    await follow(page, "button.big")
    assert "1 message released" in await page.locator("h1").inner_text()
    await follow(page, "text=Sign out")
    await page.goto(f"{gateway.console}/queue")
    assert "Sign in" in await page.locator("h1").inner_text()
    assert not chief.strangers


async def test_pages_that_are_open_learn_of_new_mail_and_of_rulings_by_themselves(gateway, browser):
    await sent(gateway.port, PRESIDENT, WATCH, message("General meeting", "The meeting is on Thursday at 1900.", PRESIDENT))
    captain = await visit(gateway, browser, **DESKTOP)
    await set_password(captain.page, await invited(gateway, "captain@department.example", "--role", "supervisor"))
    await captain.page.goto(f"{gateway.console}/queue")
    await captain.page.check("[name=chosen]")
    await captain.page.focus("text=General meeting")
    [held] = gateway.ask("queue.list")
    opened = await captain.context.new_page()
    await opened.goto(f"{gateway.console}/mail/{held['id']}")
    await sent(gateway.port, PRESIDENT, WATCH, message("Second thoughts", "The hall is closed; we meet at the pier.", PRESIDENT))
    await captain.page.wait_for_selector("text=Second thoughts", timeout=30_000)
    assert await captain.page.locator("[name=chosen]").first.is_checked()
    assert await captain.page.evaluate("document.activeElement.textContent") == "General meeting"
    gateway.ask("queue.release", id=held["id"], reviewer="Lt. Park")
    await opened.wait_for_selector("text=Released by Lt. Park", timeout=20_000)
    assert not await opened.locator("#release").is_visible()
    assert not captain.complaints


async def test_an_administrator_looks_after_people_and_sees_no_mail(gateway, browser):
    await sent(gateway.port, PRESIDENT, WATCH, message("General meeting", "The meeting is on Thursday at 1900.", PRESIDENT))
    admin = await visit(gateway, browser, **PHONE)
    page = admin.page
    await set_password(page, await invited(gateway, "admin@department.example", "--role", "administrator"))
    await page.goto(f"{gateway.console}/")
    await page.wait_for_url("**/people")
    await admin.clean()
    await page.fill("[name=login]", "captain@department.example")
    await page.fill("[name=reviewers]", "command")
    await follow(page, "text=Add, and make a link")
    assert "/welcome/" in await page.input_value("input.copy")
    await admin.clean()
    await page.goto(f"{gateway.console}/people")
    await follow(page, "text=captain@department.example")
    await admin.clean()
    for path in ("/me", "/me/second-factor", "/nowhere"):
        await page.goto(f"{gateway.console}{path}")
        await admin.clean()
    await page.goto(f"{gateway.console}/queue")
    assert "That is not for you" in await page.locator("h1").inner_text()
    listed = await asyncio.to_thread(gateway.hatchway, "user", "list")
    assert "captain@department.example" in listed.stdout
    assert "invited" in listed.stdout


async def test_a_link_from_a_notice_survives_the_sign_in(relay, gateway, browser):
    await invited(gateway, "duty.commander@department.example", "--role", "reviewer", "--reviewers", "command")
    link = json.loads(
        (await asyncio.to_thread(gateway.hatchway, "user", "link", "duty.commander@department.example", "--json")).stdout
    )
    first = await visit(gateway, browser, **PHONE)
    await set_password(first.page, link["link"])
    await sent(gateway.port, PRESIDENT, WATCH, message("General meeting", "The meeting is on Thursday at 1900.", PRESIDENT))
    await asyncio.to_thread(gateway.wait_until_outbox_empty)
    told = [one.data for one in relay.messages if any(b"duty.commander" in rcpt for rcpt in one.rcpts)]
    path = told[0].replace(b"=\r\n", b"").partition(b"/go/")[2].split()[0].decode()
    phone = await visit(gateway, browser, **PHONE)
    page = phone.page
    await page.goto(f"{gateway.console}/go/{path}")
    await phone.clean()
    await page.fill("[name=login]", "duty.commander@department.example")
    await page.fill("[name=password]", PASSWORD)
    await follow(page, "button.main")
    await page.wait_for_url("**/mail/*")
    assert await page.locator("h1").inner_text() == "General meeting"
    assert gateway.ask("queue.list")[0]["state"] == "waiting"


async def test_many_are_released_and_denied_at_once_and_what_was_released_arrives(relay, gateway, browser):
    for n, name in enumerate(("adams", "baker", "diaz")):
        piece = message("Picnic", f"Dear number {n}, the picnic is on Saturday at the lake; bring chairs and a dish.", PRESIDENT)
        await sent(gateway.port, PRESIDENT, [f"{name}@department.example"], piece)
    await sent(gateway.port, PRESIDENT, WATCH, message("Dues", "The treasurer asks for the dues of October.", PRESIDENT))
    captain = await visit(gateway, browser, **DESKTOP)
    page = captain.page
    link = await invited(gateway, "captain@department.example", "--role", "reviewer", "--reviewers", "command")
    await set_password(page, link)
    await page.goto(f"{gateway.console}/queue")
    assert await page.locator("[name=chosen]").count() == 2
    await page.check("li:has-text('3 alike') [name=chosen]")
    await follow(page, "button[value=release]")
    assert await page.locator("[name=hold]:checked").count() == 3
    await page.locator("[name=hold]").nth(1).uncheck()
    await captain.clean()
    await follow(page, "button.big")
    assert "2 messages released" in await page.locator("h1").inner_text()
    await follow(page, "text=Back to the queue")
    for box in await page.locator("[name=chosen]").all():
        await box.check()
    await follow(page, "button[value=deny]")
    await follow(page, "button.big")
    assert "Say why" in await page.locator("[role=alert]").inner_text()
    await page.fill("[name=note]", "Please send it from your own account.")
    await follow(page, "button.big")
    assert "2 messages denied" in await page.locator("h1").inner_text()
    await captain.clean()
    await asyncio.to_thread(gateway.wait_until_outbox_empty)
    arrived = [one for one in relay.messages if b"X-Hatchway-Release-Id: " in one.data]
    assert sorted(b"adams" in one.rcpts[0] or b"diaz" in one.rcpts[0] for one in arrived) == [True, True]
    assert {one["review"]["ruling"] for one in gateway.ask("queue.list", all=True)} == {"released", "denied"}


async def test_of_two_reviewers_at_once_one_rules_and_the_other_is_told(relay, gateway, browser):
    await sent(gateway.port, PRESIDENT, WATCH, message("General meeting", "The meeting is on Thursday at 1900.", PRESIDENT))
    [held] = gateway.ask("queue.list")
    two = []
    for name, called in (("captain", "Capt. Ruiz"), ("lieutenant", "Lt. Park")):
        visitor = await visit(gateway, browser, **PHONE)
        how = ("--role", "reviewer", "--reviewers", "command", "--name", called)
        await set_password(visitor.page, await invited(gateway, f"{name}@department.example", *how))
        await visitor.page.goto(f"{gateway.console}/mail/{held['id']}")
        two.append(visitor.page)
    captain, lieutenant = two
    await lieutenant.check("text=It promotes a political position, candidate or party.")
    await asyncio.gather(captain.click("#release button"), lieutenant.click("#deny button"))
    await asyncio.gather(*(page.wait_for_selector("#state.ruled") for page in two))
    told = [await page.locator("[role=alert]").all_inner_texts() for page in two]
    [review] = [one["review"] for one in gateway.ask("queue.list", all=True)]
    first = 0 if review["ruling"] == "released" else 1
    assert told[first] == []
    assert f"{('Capt. Ruiz', 'Lt. Park')[first]} ruled first: it was {review['ruling']}" in told[1 - first][0]
    assert "Your decision was not used." in told[1 - first][0]
    await asyncio.to_thread(gateway.wait_until_outbox_empty)
    released = [one for one in relay.messages if b"X-Hatchway-Release-Id: " in one.data]
    assert len(released) == (1 if review["ruling"] == "released" else 0)
