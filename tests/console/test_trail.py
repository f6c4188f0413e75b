"""What is done in the console stands in the audit trail, with who and from where."""

import json

import pytest

from gateway.ports import Asked

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


async def test_a_sign_in_that_is_refused_is_a_step(console):
    await console.browser().post("/sign-in", data=PASSWORDLESS)
    assert "sign-in refused" in [step for step, *_ in await steps(console)]
