"""Passkeys: what lets in, alone and after a password, and what does not."""

import copy
import json
from datetime import timedelta

import pytest

from gateway.people import Role
from gateway.ports import Asked
from tests.console.test_entry import LOGIN, second_factor, sign_in
from tests.support.authenticator import Authenticator, text
from tests.support.console import Console
from tests.support.provider import signed_in


async def registered(browser, key=None, name="My phone"):
    key = key or Authenticator()
    invited = (await browser.post("/me/passkeys/invitation", data={})).json()
    said = {"ticket": invited["ticket"], "answer": key.make(invited["asked"]), "name": name}
    return key, await browser.post("/me/passkeys", data=said)


async def asked(browser, **more):
    return (await browser.post("/sign-in/passkey/question", data=more)).json()


async def answered(browser, key, question=None, onward="/queue", **more):
    question = question or await asked(browser, **more)
    said = {"ticket": question["ticket"], "answer": key.answer(question["asked"]), "next": onward, **more}
    return await browser.post("/sign-in/passkey", data=said)


async def steps(console, step):
    return [json.loads(one.detail) for one in await console.store.entries(Asked(step=step), limit=50, newest=False)]


@pytest.fixture
async def key(console):
    key, answer = await registered(await console.person(Role.REVIEWER))
    assert answer.headers["location"] == "/me/recovery?first=1", answer.text
    return key


async def test_a_passkey_alone_lets_in(console, key):
    browser = console.browser()
    assert (await answered(browser, key)).headers["location"] == "/queue"
    assert (await browser.get("/queue")).status_code == 200
    assert (await steps(console, "signed in"))[-1] | {"client": ""} == {
        "client": "",
        "factors": 2,
        "how": "passkey",
        "passkey": "My phone",
    }


async def test_whose_account_comes_from_elsewhere_is_asked_there_before_his_passkey_counts(wished, provider):
    here = wished(**{"second factor": "ours"})
    provider.shown(timedelta())
    first, _ = await signed_in(here, provider)
    key, _ = await registered(first)
    provider.claims["groups"] = []
    alone = here.browser()
    assert (await answered(alone, key)).headers["location"] == "/sign-in?next=%2Fqueue&problem=elsewhere"
    assert "Your account comes from elsewhere" in (await alone.get("/sign-in?problem=elsewhere")).text
    assert (await alone.get("/queue")).status_code == 303
    provider.claims["groups"] = ["command"]
    browser, _ = await signed_in(here, provider)
    assert (await answered(browser, key, second="1")).headers["location"] == "/queue"
    assert (await browser.get("/queue")).status_code == 200


async def test_where_two_factors_are_required_a_passkey_is_both(console, key, clock):
    strict, browser = Console(console.store, clock, **{"second factor": "required"}), console.browser()
    await answered(browser, key)
    browser._transport = strict.browser()._transport
    assert (await browser.get("/queue")).status_code == 200


async def test_with_a_passkey_a_password_alone_opens_nothing(console, key):
    browser = console.browser()
    assert (await sign_in(browser)).headers["location"] == "/sign-in/code?next=/"
    assert (await browser.get("/queue")).status_code == 303
    page = (await browser.get("/sign-in/code")).text
    assert "Use a passkey" in page
    assert 'name="code"' not in page
    assert (await answered(browser, key, second="1")).headers["location"] == "/queue"
    assert (await browser.get("/queue")).status_code == 200


async def test_after_a_password_a_passkey_need_not_verify_its_user_but_alone_it_must(console, key):
    key.verified = False
    refused = await answered(console.browser(), key)
    assert refused.headers["location"] == "/sign-in?next=%2Fqueue&problem=passkey"
    browser = console.browser()
    await sign_in(browser)
    assert (await answered(browser, key, second="1")).headers["location"] == "/queue"


async def test_somebody_elses_passkey_is_no_second_factor(console, key):
    other, _ = await registered(await console.person(Role.SUPERVISOR, "chief@department.example"))
    browser = console.browser()
    await sign_in(browser, login="chief@department.example")
    refused = await answered(browser, key, second="1")
    assert refused.headers["location"] == "/sign-in/code?next=%2Fqueue&problem=passkey"
    assert (await browser.get("/queue")).status_code == 303
    assert [one["why"] for one in await steps(console, "passkey refused")] == ["somebody else's"]
    assert (await answered(browser, other, second="1")).headers["location"] == "/queue"


async def test_a_passkey_that_says_it_is_somebody_elses_is_nobodys(console, key):
    account = await console.store.accounts.known_as(LOGIN)
    other = await console.link(Role.ADMINISTRATOR, "admin@department.example")
    assert other
    admin = await console.store.accounts.known_as("admin@department.example")
    key.handle = text(admin.id.encode())
    assert "problem=passkey" in (await answered(console.browser(), key)).headers["location"]
    key.handle = text(account.id.encode())
    assert (await answered(console.browser(), key)).headers["location"] == "/queue"


async def test_a_copy_whose_count_is_behind_is_refused_and_told_in_the_trail(console, key):
    twin = copy.copy(key)
    await answered(console.browser(), key)
    await answered(console.browser(), key)
    browser = console.browser()
    assert "problem=passkey" in (await answered(browser, twin)).headers["location"]
    assert (await browser.get("/queue")).status_code == 303
    assert "sign count" in (await steps(console, "passkey refused"))[-1]["why"]


async def test_a_passkey_without_a_count_serves_again_and_again(console):
    key, _ = await registered(await console.person(Role.REVIEWER))
    for _ in range(3):
        key.count = -1
        assert (await answered(console.browser(), key)).headers["location"] == "/queue"


@pytest.mark.parametrize(
    "lie",
    [
        {"origin": "https://evil.example"},
        {"origin": "http://console.department.example"},
        {"origin": "https://console.department.example:8443"},
        {"host": "department.example"},
    ],
)
async def test_an_answer_given_to_another_site_counts_for_nothing(console, key, lie):
    for name, value in lie.items():
        setattr(key, name, value)
    browser = console.browser()
    assert "problem=passkey" in (await answered(browser, key)).headers["location"]
    assert (await browser.get("/queue")).status_code == 303


async def test_a_forged_signature_counts_for_nothing(console, key):
    key.key = Authenticator().key
    assert "problem=passkey" in (await answered(console.browser(), key)).headers["location"]


async def test_an_answer_serves_once_in_time_and_to_its_own_question(console, key, clock):
    browser, other = console.browser(), console.browser()
    question = await asked(browser)
    said = {"ticket": question["ticket"], "answer": key.answer(question["asked"]), "next": "/queue"}
    assert (await browser.post("/sign-in/passkey", data=said)).headers["location"] == "/queue"
    assert "problem=stale" in (await other.post("/sign-in/passkey", data=said)).headers["location"]
    mixed = {**await asked(other), "asked": question["asked"]}
    assert "problem=passkey" in (await answered(other, key, mixed)).headers["location"]
    late = await asked(other)
    clock.forward(timedelta(minutes=6))
    assert "problem=stale" in (await answered(other, key, late)).headers["location"]
    forged = {**await asked(other), "ticket": "s1.AAAA"}
    assert "problem=stale" in (await answered(other, key, forged)).headers["location"]


async def test_the_question_after_one_password_does_not_serve_after_another(console, key):
    first, second = console.browser(), console.browser()
    await sign_in(first)
    await sign_in(second)
    question = await asked(first, second="1")
    assert "problem=stale" in (await answered(second, key, question, second="1")).headers["location"]


@pytest.mark.parametrize("answer", ["", "{}", "[]", "null", '{"id": 1}', "x" * 70_000, '{"id":"a","rawId":"a","response":{}}'])
async def test_an_answer_that_is_none_is_refused_in_peace(console, answer):
    browser = console.browser()
    question = await asked(browser)
    said = {"ticket": question["ticket"], "answer": answer}
    assert (await browser.post("/sign-in/passkey", data=said)).headers["location"] == "/sign-in?next=%2F&problem=passkey"


async def test_trying_one_passkey_over_and_over_is_held_off(console, key):
    key.key, right = Authenticator().key, key.key
    browser = console.browser()
    for _ in range(5):
        await answered(browser, key)
    key.key = right
    assert "problem=often" in (await answered(browser, key)).headers["location"]


async def test_making_and_removing_one_needs_a_fresh_sign_in(console, key, clock):
    browser = console.browser()
    await answered(browser, key)
    clock.forward(timedelta(minutes=16))
    assert (await browser.post("/me/passkeys/invitation", data={})).status_code == 403
    removal = await browser.post(f"/me/passkeys/{text(key.id)}/remove")
    assert removal.headers["location"] == "/sign-in?again=1&next=/me/passkeys"
    assert "Sign in again" in (await browser.get("/sign-in?again=1&next=/me/passkeys")).text
    assert (await answered(browser, key, onward="/me/passkeys")).headers["location"] == "/me/passkeys"
    assert (await browser.post(f"/me/passkeys/{text(key.id)}/remove")).headers["location"] == "/me/passkeys"
    assert "problem=passkey" in (await answered(console.browser(), key)).headers["location"]


async def test_an_invitation_is_for_its_own_session_and_serves_once(console):
    browser = await console.person(Role.REVIEWER)
    other = await console.person(Role.SUPERVISOR)
    invited = (await browser.post("/me/passkeys/invitation", data={})).json()
    said = {"ticket": invited["ticket"], "answer": Authenticator().make(invited["asked"])}
    assert (await other.post("/me/passkeys", data=said)).status_code == 422
    assert (await browser.post("/me/passkeys", data=said)).status_code == 303
    assert (await browser.post("/me/passkeys", data=said)).status_code == 422


async def test_a_new_one_must_verify_its_user_and_be_made_for_us(console):
    browser = await console.person(Role.REVIEWER)
    for lie in ({"verified": False}, {"origin": "https://evil.example"}, {"host": "evil.example"}):
        assert (await registered(browser, Authenticator(**lie)))[1].status_code == 422
    assert (await registered(browser, Authenticator()))[1].status_code == 303


async def test_one_that_somebody_has_cannot_be_made_anothers(console, key):
    chief = await console.person(Role.SUPERVISOR, "chief@department.example")
    assert (await registered(chief, key))[1].status_code == 422
    chief_id = (await console.store.accounts.known_as("chief@department.example")).id
    assert await console.store.factors.passkeys(chief_id) == []


async def test_nobody_names_or_removes_somebody_elses(console, key):
    chief = await console.person(Role.SUPERVISOR, "chief@department.example")
    await chief.post(f"/me/passkeys/{text(key.id)}", data={"name": "mine"})
    await chief.post(f"/me/passkeys/{text(key.id)}/remove")
    kept = await console.store.factors.passkey(text(key.id))
    assert kept.name == "My phone"
    assert await steps(console, "passkey renamed") == []


async def test_one_is_called_what_its_owner_likes(console):
    browser = await console.person(Role.REVIEWER)
    key, _ = await registered(browser, name="")
    assert "Passkey 1" in (await browser.get("/me/passkeys")).text
    await browser.post(f"/me/passkeys/{text(key.id)}", data={"name": "  Blue   <key>  "})
    assert "Blue &lt;key&gt;" in (await browser.get("/me/passkeys")).text


async def test_a_new_one_ends_all_other_sessions(console):
    browser, other = await console.person(Role.REVIEWER), console.browser()
    await sign_in(other)
    await registered(browser)
    assert (await browser.get("/me")).status_code == 200
    assert (await other.get("/me")).status_code == 303


async def test_who_is_disabled_comes_in_by_no_passkey(console, key):
    admin = await console.person(Role.ADMINISTRATOR)
    account = await console.store.accounts.known_as(LOGIN)
    await admin.post(f"/people/{account.id}/disable")
    assert "problem=passkey" in (await answered(console.browser(), key)).headers["location"]


@pytest.mark.parametrize("onward", ["//evil.example", "https://evil.example"])
async def test_the_way_on_never_leaves_the_house(console, key, onward):
    assert (await answered(console.browser(), key, onward=onward)).headers["location"] == "/"


async def test_a_console_without_a_name_offers_none(console, clock):
    here = Console(console.store, clock, **{"public url": "http://127.0.0.1:8025"})
    assert "passkey" not in (await here.browser().get("http://127.0.0.1:8025/sign-in")).text


async def test_app_and_passkey_may_stand_beside_each_other(console, clock):
    browser = await console.person(Role.REVIEWER)
    totp = await second_factor(browser, clock)
    key, _ = await registered(browser)
    clock.forward(timedelta(minutes=1))
    by_code, by_key = console.browser(), console.browser()
    await sign_in(by_code)
    await sign_in(by_key)
    assert (await by_code.post("/sign-in/code", data={"code": totp.at(clock.now())})).headers["location"] == "/"
    assert (await answered(by_key, key, second="1")).headers["location"] == "/queue"
