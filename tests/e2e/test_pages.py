"""Every page of the console in a browser, for everybody who may see it: axe, keyboard, hostile mail; a department made up."""

import asyncio
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import pytest_asyncio

from gateway.console.app import PAGES
from tests.support.browser import follow, violations
from tests.support.console import PASSWORD
from tests.support.demonstration import WATCH, department, written

together = pytest.mark.asyncio(loop_scope="module")
"""They share a browser, and so the loop it lives in."""
PHONE = {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True}
AT_A_PHONE = {"has_touch": True}
"""Its size comes with what is looked at."""
DESKTOP = {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"}
CAPTAIN, CHIEF = "captain@department.example", "chief@department.example"
ADMIN, NOBODY = "admin@department.example", ""

# Each page that a browser shows, who looks at it, and where; {…} is filled in.
LOOKED_AT = (
    ("GET /sign-in", NOBODY, "/sign-in"),
    ("GET /welcome/{token}", NOBODY, "{welcome}"),
    ("GET /status/{hold}/{token}", NOBODY, "{waits}"),
    ("GET /status/{hold}/{token}", NOBODY, "{denied}"),
    ("GET /status/{hold}/{token}", NOBODY, "/status/ENDORSE/not-his"),
    ("GET /queue", CAPTAIN, "/queue"),
    ("GET /queue", CHIEF, "/queue?state=appealed"),
    ("GET /queue", CHIEF, "/queue?group=association+boards&state=all&each=1&sort=oldest"),
    ("GET /queue", CAPTAIN, "/queue?words=nothing+like+it"),
    ("GET /mail/{hold}", CAPTAIN, "/mail/ENDORSE"),
    ("GET /mail/{hold}", CAPTAIN, "/mail/ENDORSE?as=text"),
    ("GET /mail/{hold}", CHIEF, "/mail/OLD0003"),
    ("GET /mail/{hold}", CHIEF, "/mail/{appealed}"),
    ("GET /mail/{hold}", CAPTAIN, "/mail/nowhere"),
    ("GET /mail/{hold}/source", CAPTAIN, "/mail/ENDORSE/source"),
    ("GET /go/{hold}/{token}", CAPTAIN, "/go/ENDORSE/not-his"),
    ("GET /report", CHIEF, "/report"),
    ("GET /report", CHIEF, "/report?from=2026-01-01&group=chaplains"),
    ("GET /me", CAPTAIN, "/me"),
    ("GET /me/second-factor", CAPTAIN, "/me/second-factor"),
    ("GET /me/passkeys", CAPTAIN, "/me/passkeys"),
    ("GET /me/recovery", CAPTAIN, "/me/recovery"),
    ("GET /people", ADMIN, "/people"),
    ("GET /people/{account}", ADMIN, "/people/{account}"),
    ("GET /people", CAPTAIN, "/people"),
)
# What is no page of its own: where one is sent on, parts of pages, files; the message in its frame, in which no script runs,
# not axe's either; the code, which comes between two others; and what takes a provider (see test_sign_in).
NO_PAGES = {"GET /", "GET /healthz", "GET /static/{name}", "GET /queue/lines", "GET /mail/{hold}/state", "GET /sign-in/code"}
NO_PAGES |= {"GET /sign-in/oidc", "GET /sign-in/oidc/back", "GET /signed-out", "GET /mail/{hold}/frame/{number}"}
NO_PAGES |= {"GET /mail/{hold}/page", "GET /mail/{hold}/original", "GET /mail/{hold}/part/{number}", "GET /report/file/{form}"}


def test_no_page_is_left_out():
    assert {route for route, _, _ in LOOKED_AT} | NO_PAGES == {name for name in PAGES if name.startswith("GET ")}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def quiet_town(tmp_path_factory):
    """One in which nobody decides on anything."""
    async with department(tmp_path_factory.mktemp("quiet"), past=25) as (url, console):
        yield url, console


@pytest_asyncio.fixture(loop_scope="module")
async def town(tmp_path):
    """One of the test's own."""
    async with department(tmp_path, past=25) as (url, console):
        yield url, console


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def fill(quiet_town) -> dict[str, str]:
    """What {…} stands for: senders' pages of what waits and of what was denied lately, an appeal, an account, a link."""
    _, console = quiet_town
    reviews, hearings = console.house.reviews, console.house.hearings
    await hearings.explain("CONTRACT", sender="the sender", text="It is about our contract.")
    for hold in ("CHIPIN", "PRAYER"):
        await reviews.deny(hold, reviewer=CAPTAIN, note="It asks for money.")
    await hearings.appeal("PRAYER", sender="the sender", text="It asks for none.")
    pages = {"waits": "CONTRACT", "denied": "CHIPIN"}
    links = {name: urlsplit(console.links.status(await console.store.get(hold))).path for name, hold in pages.items()}
    account = await console.store.accounts.known_as(CAPTAIN)
    welcome = await console.link("auditor", "new@city.example")
    return {**links, "appealed": "PRAYER", "account": account.id, "welcome": welcome}


async def signed_in(url, browser, login, **how):
    context = await browser.new_context(**how)
    page = await context.new_page()
    if login:
        await page.goto(f"{url}/sign-in")
        await page.fill("[name=login]", login)
        await page.fill("[name=password]", PASSWORD)
        await follow(page, "button.main")
    return page


async def fits(page, where):
    """On a phone and at a desk in the dark axe finds nothing, and nothing is wider than the screen."""
    for size, colours in ((DESKTOP["viewport"], "dark"), (PHONE["viewport"], "light")):
        await page.set_viewport_size(size)
        await page.emulate_media(color_scheme=colours)
        found = await violations(page)
        assert not found, f"{where}, {size['width']} pixels wide, {colours}: {found}"
        wide = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{where} is {wide} pixels too wide"


@pytest.mark.timeout(300)
@together
async def test_axe_finds_nothing_on_any_page(quiet_town, fill, browser):
    url, _ = quiet_town
    for who in dict.fromkeys(who for _, who, _ in LOOKED_AT):
        page = await signed_in(url, browser, who, **AT_A_PHONE)
        for _, _, path in (one for one in LOOKED_AT if one[1] == who):
            await page.goto(url + path.format(**fill))
            await fits(page, path)


@together
async def test_axe_finds_nothing_on_what_a_press_of_a_button_shows(town, browser):
    url, _ = town
    page = await signed_in(url, browser, CAPTAIN, **AT_A_PHONE)
    await page.click("text=Filter and sort")
    await page.click("[name=chosen] >> nth=1")
    await fits(page, "the filters")
    await follow(page, "button[value=deny]")
    await fits(page, "what is to be denied")
    await follow(page, "button.big")
    await fits(page, "a denial of many without a reason")
    await page.check("text=It could not be read")
    await follow(page, "button.big")
    assert "6 messages denied" in await page.locator("h1").inner_text()
    await fits(page, "what was denied")
    await page.goto(f"{url}/mail/CONTRACT")
    await follow(page, "#deny button")
    await fits(page, "a denial without a reason")


async def focus(page) -> str:
    """What has the focus, once it was seen that it shows."""
    shown = await page.evaluate(
        "() => { const e = document.activeElement, s = getComputedStyle(e), b = e.getBoundingClientRect();"
        " return [e.id || e.name || e.textContent.trim().slice(0, 60), s.outlineStyle, s.outlineWidth, b.width * b.height,"
        " e.matches('a, button, input, select, textarea, summary, iframe, [tabindex], body')] }"
    )
    name, style, width, area, fitting = shown
    assert fitting, f"{name} takes the focus and is nothing to act on"
    if name != "list" and await page.evaluate("document.activeElement.tagName") not in {"BODY", "IFRAME"}:
        assert style != "none", f"{name} has the focus, and nothing shows it"
        assert width != "0px", f"{name} has the focus, and nothing shows it"
        assert area > 0, f"{name} has the focus and is nowhere"
    return name


async def tab_to(page, selector, most=60):
    """Tab until it has the focus; what was passed on the way."""
    passed = []
    for _ in range(most):
        await page.keyboard.press("Tab")
        passed.append(await focus(page))
        if await page.evaluate("s => document.activeElement.matches(s)", selector):
            return passed
    raise AssertionError(f"{selector} is not reached by Tab; passed: {passed}")


@pytest.mark.timeout(300)
@together
async def test_the_whole_way_is_gone_by_keyboard_alone(town, browser):
    url, console = town
    page = await signed_in(url, browser, NOBODY, **DESKTOP)
    await page.goto(f"{url}/sign-in")
    await tab_to(page, "[name=login]")
    await page.keyboard.type(CAPTAIN)
    await tab_to(page, "[name=password]")
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press("Enter")
    await page.wait_for_selector("#list")

    assert await tab_to(page, ".skip") == ["Skip to the content"]
    await page.keyboard.press("Enter")
    assert "#main" in page.url
    passed = await tab_to(page, "a[href='/mail/ENDORSE']")
    assert "words" in passed
    assert not {"Sign out", "Queue"} & set(passed), "the link past the header leads past it"
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/mail/ENDORSE")
    await tab_to(page, "#deny input[type=radio]")
    await page.keyboard.press("ArrowDown")
    await tab_to(page, "#deny button")
    await page.keyboard.press("Enter")
    await page.wait_for_selector("#state.ruled")
    held = await console.store.get("ENDORSE")
    assert held.review.note == console.house.settings.reasons[1]

    await page.goto(f"{url}/queue")
    await tab_to(page, "#tick-PRAYER")
    await page.keyboard.press("Space")
    await tab_to(page, "button[value=release]")
    await page.keyboard.press("Enter")
    await page.wait_for_selector("text=Release 1 message?")
    await tab_to(page, "button.big")
    await page.keyboard.press("Space")
    await page.wait_for_selector("text=1 message released")


@together
async def test_a_release_to_some_is_done_by_keyboard(town, browser):
    url, console = town
    page = await signed_in(url, browser, CAPTAIN, **DESKTOP)
    await page.goto(f"{url}/mail/LEVY")
    await tab_to(page, "#release summary")
    await page.keyboard.press("Enter")
    await tab_to(page, "#release [name=to]")
    await page.keyboard.press("Space")
    await tab_to(page, "#release textarea")
    await page.keyboard.type("The others are on leave.")
    await tab_to(page, "#release button")
    await page.keyboard.press("Enter")
    await page.wait_for_selector("#state.ruled")
    assert [str(one) for one in (await console.store.get("LEVY")).review.recipients] == [WATCH[0]]


@together
async def test_deciding_on_many_and_the_account_need_no_javascript(town, browser):
    url, console = town
    page = await signed_in(url, browser, CHIEF, java_script_enabled=False, **PHONE)
    await page.goto(f"{url}/queue")
    await page.click("text=Filter and sort")
    await page.select_option("[name=group]", "association boards")
    await follow(page, "button:has-text('Show')")
    for box in await page.locator("[name=chosen]").all():
        await box.check()
    await follow(page, "button[value=deny]")
    await page.fill("[name=note]", "Send it from your own account.")
    await follow(page, "button.big")
    denied = int(re.match(r"\d+", await page.locator("h1").inner_text())[0])
    assert denied == 8
    assert {(await console.store.get(f"PICNIC{n}")).review.note for n in range(6)} == {"Send it from your own account."}
    await follow(page, "nav >> text=Report")
    await page.click("text=Which messages")
    await page.select_option("[name=policy]", "command review")
    await follow(page, "button:has-text('Show')")
    assert 'under the policy "command review"' in await page.locator("main").inner_text()
    async with page.expect_download() as taken:
        await page.locator("text=CSV").first.click()
    assert (await taken.value).suggested_filename.endswith(".csv")


def hostile(folder: Path) -> list[str]:
    """The known vectors, each file as it is, and every tag in it by itself, many to a message."""
    pages = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        text = path.read_text("utf-8", "replace")
        pages.append(text)
        tags = re.findall(r"<[^\n]{3,2000}", text)[:3000]
        pages += ["\n".join(f"<div>{tag}</div>" for tag in tags[at : at + 500]) for at in range(0, len(tags), 500)]
    return pages


async def only(page, frames):
    """The frame of the page before may still be about to go."""
    for _ in range(100):
        if len(page.frames) == frames:
            return
        await asyncio.sleep(0.05)
    raise AssertionError([frame.url for frame in page.frames])


@pytest.mark.timeout(300)
@together
async def test_no_known_vector_runs_or_reaches_out(quiet_town, browser, shared):
    url, console = quiet_town
    pages = hostile(shared / "corpus" / "html-xss")
    assert len(pages) > 14
    page = await signed_in(url, browser, CHIEF, **DESKTOP)
    asked, ran = [], []
    page.context.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: ran.append(dialog.message))
    page.on("pageerror", lambda error: ran.append(str(error)))
    for number, html in enumerate(pages):
        await console.hold(f"EVIL{number}", written("president@association.example", "x", "See the page.", html=html))
        for path in (f"/mail/EVIL{number}", f"/mail/EVIL{number}/page"):
            await page.goto(f"{url}{path}", wait_until="load")
            await only(page, 2 if path.count("/") == 2 else 1)
    strangers = [one for one in asked if urlsplit(one).scheme != "data" and not one.startswith(f"{url}/")]
    assert not strangers
    assert not ran
    allowed = re.compile(r"/(?:mail/EVIL\d+(?:/(?:page|state))?|static/[\w.]+\?v=\w+|favicon\.ico)$")
    others = [one for one in asked if urlsplit(one).scheme != "data" and not allowed.search(one.removeprefix(url))]
    assert not others, "a message made the console ask for something else of its own"
