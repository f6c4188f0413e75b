"""What is done in the console stands in the audit trail, with who and from where."""

import json

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


async def test_a_sign_in_that_is_refused_is_a_step(console):
    await console.browser().post("/sign-in", data=PASSWORDLESS)
    assert "sign-in refused" in [step for step, *_ in await steps(console)]
