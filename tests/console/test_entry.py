from dataclasses import replace
from datetime import timedelta

import pyotp
import pytest

from gateway.people import INVITED, Role, digest
from tests.support.console import PASSWORD, Console, twice

LOGIN = "reviewer@department.example"


async def sign_in(browser, password=PASSWORD, login=LOGIN, onward="/"):
    return await browser.post("/sign-in", data={"login": login, "password": password, "next": onward})


async def test_a_one_time_link_serves_once_and_signs_in(console):
    link, browser = await console.link(Role.REVIEWER), console.browser()
    for _ in range(3):
        assert (await browser.get(link)).status_code == 200
    assert (await browser.post(link, data=twice(PASSWORD))).status_code == 303
    assert (await browser.get("/queue")).status_code == 200
    assert (await console.browser().get(link)).status_code == 410
    assert (await console.browser().post(link, data=twice("another long one"))).status_code == 410


async def test_a_link_expires(console, clock):
    link = await console.link(Role.REVIEWER)
    clock.forward(timedelta(hours=73))
    assert (await console.browser().post(link, data=twice(PASSWORD))).status_code == 410


@pytest.mark.parametrize(
    ("password", "again"), [("short", "short"), ("a long enough one", "another one now"), ("aaaaaaaaaaaaaa", "aaaaaaaaaaaaaa")]
)
async def test_a_weak_password_is_refused_and_the_link_stays(console, password, again):
    link, browser = await console.link(Role.REVIEWER), console.browser()
    assert (await browser.post(link, data={"password": password, "again": again})).status_code == 422
    assert (await browser.post(link, data=twice(PASSWORD))).status_code == 303


async def test_right_address_and_password_let_in_and_the_way_on_is_kept(console):
    await console.person(Role.REVIEWER)
    browser = console.browser()
    first = await browser.get("/mail/H1?as=text")
    assert first.headers["location"] == "/sign-in?next=/mail/H1%3Fas%3Dtext"
    assert 'value="/mail/H1?as=text"' in (await browser.get(first.headers["location"])).text
    answer = await sign_in(browser, login=LOGIN.upper(), onward="/mail/H1?as=text")
    assert answer.headers["location"] == "/mail/H1?as=text"


async def test_a_wrong_password_an_unknown_address_and_a_disabled_account_sound_the_same(console):
    await console.person(Role.REVIEWER)
    wrong = await sign_in(console.browser(), password="not it at all")
    unknown = await sign_in(console.browser(), login="nobody@department.example")
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.text == unknown.text.replace("nobody@department.example", LOGIN)


async def test_after_five_wrong_tries_the_right_password_waits_too(console, clock):
    await console.person(Role.REVIEWER)
    browser = console.browser()
    for _ in range(5):
        assert (await sign_in(browser, password="wrong")).status_code == 401
    assert (await sign_in(browser)).status_code == 429
    assert (await sign_in(console.browser("198.51.100.9"))).status_code == 303
    clock.forward(timedelta(minutes=16))
    assert (await sign_in(browser)).status_code == 303


async def test_one_client_cannot_try_all_accounts(console):
    browser = console.browser()
    answers = [await sign_in(browser, login=f"p{n}@department.example") for n in range(31)]
    assert [a.status_code for a in answers[:30]] == [401] * 30
    assert answers[30].status_code == 429


async def test_those_who_are_let_in_do_not_use_up_the_patience_for_their_client(console):
    await console.person(Role.REVIEWER)
    for _ in range(35):
        assert (await sign_in(console.browser())).status_code == 303


async def test_a_session_ends_unused_after_half_an_hour_and_in_any_case_after_twelve(console, clock):
    browser = await console.person(Role.REVIEWER)
    for _ in range(28):
        clock.forward(timedelta(minutes=25))
        assert (await browser.get("/queue")).status_code == 200
    clock.forward(timedelta(minutes=25))
    assert (await browser.get("/queue")).status_code == 303
    await sign_in(browser)
    clock.forward(timedelta(minutes=31))
    assert (await browser.get("/queue")).status_code == 303


async def test_a_clock_set_back_a_year_lets_nobody_wait_and_no_session_outlive_its_time(console, clock):
    browser = await console.person(Role.REVIEWER)
    for _ in range(5):
        await sign_in(console.browser(), "wrong")
    assert (await sign_in(console.browser())).status_code == 429
    clock.forward(-timedelta(days=365))
    assert (await browser.get("/queue")).status_code == 303
    again = console.browser()
    assert (await sign_in(again)).status_code == 303
    assert (await again.get("/queue")).status_code == 200


async def test_a_page_that_keeps_itself_fresh_keeps_no_session_awake(console, clock):
    browser = await console.person(Role.REVIEWER)
    for _ in range(3):
        clock.forward(timedelta(minutes=14))
        last = await browser.get("/queue/lines", headers={"hx-request": "true"})
    assert last.status_code == 401
    assert last.headers["hx-refresh"] == "true"


async def test_signing_out_ends_the_session_and_not_only_the_cookie(console):
    browser = await console.person(Role.REVIEWER)
    cookie = browser.cookies["__Host-hatchway"]
    await browser.post("/sign-out")
    answer = await console.browser().get("/queue", headers={"cookie": f"__Host-hatchway={cookie}"})
    assert answer.status_code == 303


async def test_the_shelf_keeps_no_cookie_and_no_password(console, tmp_path):
    browser = await console.person(Role.REVIEWER)
    cookie = browser.cookies["__Host-hatchway"]
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("hatchway.db*") if path.is_file())
    assert digest(cookie).encode() in kept
    assert cookie.encode() not in kept
    assert PASSWORD.encode() not in kept


async def second_factor(browser, clock):
    page = (await browser.get("/me/second-factor")).text
    secret = page.partition('name="secret" value="')[2].partition('"')[0]
    code = pyotp.TOTP(secret).at(clock.now())
    answer = await browser.post("/me/second-factor", data={"secret": secret, "code": code, "old": PASSWORD})
    assert answer.status_code == 303, answer.text
    return pyotp.TOTP(secret)


async def test_with_a_second_factor_a_password_alone_opens_nothing(console, clock):
    totp = await second_factor(await console.person(Role.REVIEWER), clock)
    clock.forward(timedelta(minutes=1))
    browser = console.browser()
    assert (await sign_in(browser, onward="/queue")).headers["location"] == "/sign-in/code?next=/queue"
    assert (await browser.get("/queue")).status_code == 303
    assert (await browser.post("/sign-in/code", data={"code": "000000"})).status_code == 401
    answer = await browser.post("/sign-in/code", data={"code": totp.at(clock.now()), "next": "/queue"})
    assert answer.headers["location"] == "/queue"
    assert (await browser.get("/queue")).status_code == 200


async def test_a_code_serves_once(console, clock):
    totp = await second_factor(await console.person(Role.REVIEWER), clock)
    clock.forward(timedelta(minutes=1))
    code = totp.at(clock.now())
    first, second = console.browser(), console.browser()
    await sign_in(first)
    await sign_in(second)
    assert (await first.post("/sign-in/code", data={"code": code})).status_code == 303
    assert (await second.post("/sign-in/code", data={"code": code})).status_code == 401


async def test_guessing_codes_is_stopped(console, clock):
    totp = await second_factor(await console.person(Role.REVIEWER), clock)
    clock.forward(timedelta(minutes=1))
    browser = console.browser()
    await sign_in(browser)
    for n in range(5):
        await browser.post("/sign-in/code", data={"code": f"00000{n}"})
    assert (await browser.post("/sign-in/code", data={"code": totp.at(clock.now())})).status_code == 429


async def test_a_required_second_factor_comes_before_everything_else(console, clock):
    strict = Console(console.store, clock, **{"second factor": "required"})
    browser = await strict.person(Role.REVIEWER)
    assert (await browser.get("/queue")).headers["location"] == "/me/second-factor"
    await second_factor(browser, clock)
    assert (await browser.get("/queue")).status_code == 200


@pytest.mark.parametrize(
    ("addresses", "status"),
    [
        ([f"2001:db8:1:2::{n:x}" for n in range(31)], 429),
        ([f"2001:db8:1:{n:x}::1" for n in range(31)], 401),
        ([f"::ffff:192.0.2.{n}" for n in range(31)], 401),
        (["fe80::1%eth0"] * 31, 429),
    ],
)
async def test_who_has_a_network_of_addresses_is_one_client_in_each_that_is_given_out_whole(console, addresses, status):
    answers = [
        (await sign_in(console.browser(address), password="wrong", login=f"somebody{n}@department.example")).status_code
        for n, address in enumerate(addresses)
    ]
    assert answers == [401] * 30 + [status]


class Meanwhile:
    """Passwords that take their time once, to be looked at or to be made: something else happens before that is done."""

    def __init__(self, passwords, happens, *, at="hashed"):
        self._passwords = passwords
        self._happens = {at: happens}

    async def fits(self, account, password):
        right = await self._passwords.fits(account, password)
        await self._meanwhile("fits")
        return right

    async def hashed(self, password):
        await self._meanwhile("hashed")
        return await self._passwords.hashed(password)

    async def _meanwhile(self, at):
        if happens := self._happens.pop(at, None):
            await happens()


async def test_who_is_disabled_while_he_changes_his_password_stays_disabled(console):
    admin, browser = await console.person(Role.ADMINISTRATOR), await console.person(Role.REVIEWER)
    account = await console.store.accounts.known_as(LOGIN)
    slow = Meanwhile(console.house.passwords, lambda: admin.post(f"/people/{account.id}/disable"))
    console.app.state.house = replace(console.house, passwords=slow)
    await browser.post("/me/password", data={"old": PASSWORD, **twice("quite another one")})
    assert (await console.store.accounts.account(account.id)).disabled is not None
    assert (await sign_in(console.browser(), password="quite another one")).status_code == 401


async def test_a_password_that_was_set_meanwhile_by_a_link_is_not_lost_to_who_knew_the_old_one(console):
    thief = await console.person(Role.REVIEWER)
    account = await console.store.accounts.known_as(LOGIN)

    async def owner():
        await console.store.accounts.invite(digest("token"), account.id, console.clock.now() + INVITED)
        await console.browser().post("/welcome/token", data=twice("words of the owner"))

    console.app.state.house = replace(console.house, passwords=Meanwhile(console.house.passwords, owner))
    assert (await thief.post("/me/password", data={"old": PASSWORD, **twice("words of a thief")})).status_code == 409
    assert (await sign_in(console.browser(), password="words of a thief")).status_code == 401
    assert (await sign_in(console.browser(), password="words of the owner")).status_code == 303


async def test_who_signs_in_by_a_password_that_is_replaced_meanwhile_is_not_let_in(console):
    await console.person(Role.REVIEWER)
    account = await console.store.accounts.known_as(LOGIN)

    async def owner():
        await console.store.accounts.invite(digest("token"), account.id, console.clock.now() + INVITED)
        await console.browser().post("/welcome/token", data=twice("words of the owner"))

    console.app.state.house = replace(console.house, passwords=Meanwhile(console.house.passwords, owner, at="fits"))
    thief = console.browser()
    assert (await sign_in(thief)).status_code == 401
    assert (await thief.get("/queue")).status_code == 303


async def test_a_new_password_ends_all_other_sessions(console):
    browser = await console.person(Role.REVIEWER)
    other = console.browser()
    await sign_in(other)
    assert (await browser.post("/me/password", data={"old": "wrong", **twice("quite another one")})).status_code == 422
    assert (await browser.post("/me/password", data={"old": PASSWORD, **twice("quite another one")})).status_code == 303
    assert (await browser.get("/me")).status_code == 200
    assert (await other.get("/me")).status_code == 303
    assert (await sign_in(console.browser())).status_code == 401
    assert (await sign_in(console.browser(), password="quite another one")).status_code == 303
