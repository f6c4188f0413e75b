"""What is done in the console stands in the audit trail, with who and from where."""

import json
from datetime import timedelta

import pytest

from gateway.ports import Asked
from tests.support.provider import begun

RUIZ = "ruiz@department.example"
PASSWORDLESS = {"login": "nobody.here", "password": "guessed"}


async def steps(console):
    return [(entry.step, entry.actor, json.loads(entry.detail)) for entry in await console.store.entries(Asked())]


async def test_signing_in_is_a_step_of_its_person_with_the_address_it_came_from(console):
    await console.person("reviewer", RUIZ)
    assert ("password set by link", RUIZ, "192.0.2.50") in [
        (what, who, said.get("client")) for what, who, said in await steps(console)
    ]


@pytest.mark.parametrize(
    ("method", "path", "said", "step"),
    [
        ("GET", "/mail/H1?as=text", {}, "seen"),
        ("GET", "/mail/H1/page", {}, "page seen"),
        ("GET", "/mail/H1/source", {}, "source seen"),
        ("GET", "/mail/H1/original", {}, "original taken"),
        ("POST", "/mail/H1/deny?as=text", {"note": ""}, "seen"),
        ("POST", "/mail/H1/release?as=text", {"to": "nonsense@", "others": "x"}, "seen"),
    ],
)
async def test_however_a_message_is_shown_it_is_a_step_of_who_saw_it(console, method, path, said, step):
    await console.hold(octets=b"From: dreed@department.example\r\nContent-Type: text/html\r\n\r\n<p>The unit is back.</p>\r\n")
    browser = await console.person("reviewer", RUIZ)
    answer = await browser.request(method, path, **({"data": said} if said else {}))
    assert "The unit is back." in answer.text
    assert (step, RUIZ) in [(what, who) for what, who, _ in await steps(console)]


async def test_who_is_held_off_and_tries_on_fills_no_trail(console, clock):
    browser = console.browser()
    for _ in range(100):
        await browser.post("/sign-in", data=PASSWORDLESS)
    held_off = [step for step, *_ in await steps(console)].count("sign-in held off")
    assert 0 < held_off <= 30
    clock.forward(timedelta(minutes=16))
    for _ in range(10):
        await browser.post("/sign-in", data=PASSWORDLESS)
    assert [step for step, *_ in await steps(console)].count("sign-in held off") > held_off


async def test_who_comes_back_from_no_provider_again_and_again_fills_no_trail(here):
    for _ in range(40):
        await here.browser().get("/sign-in/oidc/back", params={"code": "c", "state": "made up"})
    assert 0 < [step for step, *_ in await steps(here)].count("sign-in refused") <= 30


async def test_who_is_not_vouched_for_again_and_again_fills_no_trail(here, provider):
    browser = here.browser()
    for _ in range(40):
        asked = await begun(browser, provider)
        await browser.get("/sign-in/oidc/back", params={"error": "access_denied", "state": asked["state"]})
    assert 0 < [step for step, *_ in await steps(here)].count("sign-in refused") <= 30


async def test_a_sign_in_that_is_refused_is_a_step(console):
    await console.browser().post("/sign-in", data=PASSWORDLESS)
    assert "sign-in refused" in [step for step, *_ in await steps(console)]
