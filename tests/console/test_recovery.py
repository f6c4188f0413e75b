"""A lost second factor: codes that serve once, and a reset by somebody who looks after accounts. All of it is in the trail."""

import json
import re
from datetime import timedelta

import pytest

from gateway.console.recovery import new_code, plain_code
from gateway.people import Role
from gateway.ports import Asked
from tests.console.test_entry import LOGIN, second_factor, sign_in
from tests.console.test_passkeys import answered, registered


async def codes_of(browser):
    return re.findall(r"<code>([a-z2-7-]{19})</code>", (await browser.post("/me/recovery")).text)


async def steps(console):
    return [one.step for one in await console.store.entries(Asked(actor=LOGIN), limit=50, newest=False)]


@pytest.fixture
async def codes(console, clock):
    browser = await console.person(Role.REVIEWER)
    await second_factor(browser, clock)
    codes = await codes_of(browser)
    assert len(set(codes)) == 10
    return codes


async def use(console, code, onward="/queue"):
    browser = console.browser()
    await sign_in(browser, onward=onward)
    return browser, await browser.post("/sign-in/code", data={"recovery": code, "next": onward})


async def test_a_code_serves_once_in_place_of_the_second_factor(console, codes):
    browser, answer = await use(console, codes[0])
    assert answer.headers["location"] == "/me/recovery?used=1&next=/queue"
    page = (await browser.get(answer.headers["location"])).text
    assert "You have 9 codes left" in page
    assert 'href="/queue"' in page
    assert (await browser.get("/queue")).status_code == 200
    _, again = await use(console, codes[0])
    assert again.status_code == 401
    assert (await steps(console))[-4:] == ["recovery codes made", "recovery code used", "signed in", "recovery code refused"]


async def test_a_code_is_read_however_it_is_typed(console, codes):
    typed = f"  {codes[1].upper().replace('-', ' ')} "
    assert (await use(console, typed))[1].status_code == 303


async def test_a_code_is_no_password(console, codes):
    assert (await sign_in(console.browser(), password=codes[0])).status_code == 401
    assert (await console.browser().post("/sign-in/code", data={"recovery": codes[0]})).headers["location"] == "/sign-in"


async def test_somebody_elses_code_does_not_serve(console, codes, clock):
    chief = await console.person(Role.SUPERVISOR, "chief@department.example")
    await second_factor(chief, clock)
    browser = console.browser()
    await sign_in(browser, login="chief@department.example")
    assert (await browser.post("/sign-in/code", data={"recovery": codes[0]})).status_code == 401


async def test_guessing_codes_is_stopped(console, codes):
    browser = console.browser()
    await sign_in(browser)
    for _ in range(5):
        again = await browser.post("/sign-in/code", data={"recovery": new_code()})
        assert again.status_code == 401
        assert "<details open>" in again.text
    assert (await browser.post("/sign-in/code", data={"recovery": codes[0]})).status_code == 429


async def test_new_codes_void_the_old_ones_and_need_a_fresh_sign_in(console, codes, clock):
    browser, _ = await use(console, codes[0])
    new = await codes_of(browser)
    assert (await use(console, codes[1]))[1].status_code == 401
    assert (await use(console, new[0]))[1].status_code == 303
    clock.forward(timedelta(minutes=16))
    assert (await browser.post("/me/recovery")).headers["location"] == "/sign-in?again=1&next=/me/recovery"


async def test_codes_are_shown_once_and_kept_only_as_hashes(console, codes, tmp_path):
    browser, _ = await use(console, codes[0])
    assert codes[1] not in (await browser.get("/me/recovery")).text
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("hatchway.db*") if path.is_file())
    for code in codes:
        assert code.encode() not in kept
        assert plain_code(code).encode() not in kept


async def test_without_a_second_factor_there_is_nothing_to_recover(console):
    browser = await console.person(Role.REVIEWER)
    assert (await browser.post("/me/recovery")).headers["location"] == "/me/second-factor"


async def test_a_reset_removes_app_passkeys_and_codes_and_ends_sessions_and_leaves_the_password(console, codes):
    inside, _ = await use(console, codes[0])
    key, _ = await registered(inside)
    admin = await console.person(Role.ADMINISTRATOR)
    account = await console.store.accounts.known_as(LOGIN)
    assert (await admin.post(f"/people/{account.id}/reset")).status_code == 303
    assert (await inside.get("/queue")).status_code == 303
    assert "problem=passkey" in (await answered(console.browser(), key)).headers["location"]
    browser = console.browser()
    assert (await sign_in(browser)).headers["location"] == "/"
    assert await console.store.factors.codes_left(account.id) == 0
    [entry] = await console.store.entries(Asked(step="second factor reset"), limit=9, newest=False)
    assert (entry.actor, json.loads(entry.detail)["account"]) == ("administrator@department.example", LOGIN)


async def test_an_administrator_does_not_reset_himself(console):
    admin = await console.person(Role.ADMINISTRATOR)
    account = await console.store.accounts.known_as("administrator@department.example")
    assert (await admin.post(f"/people/{account.id}/reset")).status_code == 422


async def test_a_one_time_link_removes_passkeys_and_codes_too(console, codes):
    inside, _ = await use(console, codes[0])
    key, _ = await registered(inside)
    admin = await console.person(Role.ADMINISTRATOR)
    account = await console.store.accounts.known_as(LOGIN)
    page = (await admin.post(f"/people/{account.id}/link")).text
    link = page.partition("https://console.department.example")[2].partition('"')[0]
    said = {"password": "quite another one", "again": "quite another one"}
    assert (await console.browser().post(link, data=said)).status_code == 303
    assert "problem=passkey" in (await answered(console.browser(), key)).headers["location"]
    assert await console.store.factors.codes_left(account.id) == 0
