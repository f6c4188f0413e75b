"""Who a program is: what a token proves, and how what is wrong with one is told."""

from dataclasses import replace
from datetime import timedelta

from gateway.ports import Asked
from gateway.tokens import parts
from tests.support.console import PASSWORD, Console, twice
from tests.support.provider import RUIZ, settings, signed_in


async def steps(console, step):
    return list(await console.store.entries(Asked(step=step)))


async def test_a_token_says_whose_it_is(console):
    program = await console.program("supervisor", "queue:read", name="Tickets")
    said = (await program.get("/token")).json()
    assert (said["name"], said["account"], said["role"]) == ("Tickets", "supervisor.program@department.example", "supervisor")
    assert said["scopes"] == ["queue:read"]


async def test_every_use_is_in_the_trail_under_the_name_of_the_token_and_on_the_token(console):
    await console.hold()
    program = await console.program("supervisor", name="Tickets")
    await program.get("/holds/H1")
    [used] = await steps(console, "token used")
    assert used.actor == "supervisor.program@department.example (entered by token Tickets)"
    assert (used.hold, '"asked":"GET /holds/{hold}"' in used.detail, '"client":"192.0.2.60"' in used.detail) == ("H1", True, True)
    [token] = await console.store.tokens.tokens()
    assert token.used == console.clock.now()


async def refusals(console, token):
    """That token is refused as one that never was."""
    answer = await console.bearer(token).get("/token")
    never = await console.bearer(f"hatchway_B{'x' * 12}_{'y' * 43}").get("/token")
    assert (answer.status_code, answer.json(), answer.headers["www-authenticate"]) == (
        401,
        never.json(),
        never.headers["www-authenticate"],
    )
    return [one.detail for one in await steps(console, "token refused")]


def sent(program) -> str:
    return program.headers["authorization"].removeprefix("Bearer ")


async def test_a_revoked_token_serves_no_more_from_that_moment_on(console):
    program = await console.program("supervisor")
    assert (await program.get("/token")).status_code == 200
    await console.store.tokens.revoke(parts(sent(program))[0], console.clock.now())
    [said] = await refusals(console, sent(program))
    assert "it was revoked" in said


async def test_an_expired_token_serves_no_more(console, clock):
    program = await console.program("supervisor", lasts=timedelta(days=1))
    clock.forward(timedelta(days=1))
    [said] = await refusals(console, sent(program))
    assert "it has expired" in said


async def test_a_token_with_a_wrong_secret_is_none(console):
    program = await console.program("supervisor")
    whole = sent(program)
    [said] = await refusals(console, whole[:-1] + ("A" if whole[-1] != "A" else "B"))
    assert "it is not its secret" in said


async def test_a_disabled_account_has_no_tokens(console):
    program = await console.program("supervisor")
    account = await console.store.accounts.known_as("supervisor.program@department.example")
    await console.store.accounts.change(replace(account, disabled=console.clock.now()), was=account)
    [said] = await refusals(console, sent(program))
    assert "its account is disabled" in said


async def test_rights_follow_the_account_at_once(console):
    await console.hold()
    program = await console.program("reviewer")
    assert (await program.get("/holds/H1")).status_code == 200
    account = await console.store.accounts.known_as("reviewer.program@department.example")
    await console.store.accounts.change(replace(account, reviewers=("legal",)), was=account)
    assert (await program.get("/holds/H1")).status_code == 404
    assert (await program.get("/holds")).json()["holds"] == []


async def test_no_token_is_asked_for_one(console):
    answer = await console.bearer("").get("/holds")
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, 'Bearer realm="Hatchway"')
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["remedy"].startswith("Send `Authorization: Bearer TOKEN`")


async def test_a_token_in_an_address_is_refused_though_it_is_good(console):
    program = await console.program("supervisor")
    for name in ("token", "access_token"):
        answer = await program.get(f"/holds?{name}={sent(program)}")
        assert (answer.status_code, answer.json()["type"]) == (400, "urn:hatchway:problem:token-in-address")


async def test_a_cookie_of_the_console_is_no_token_and_a_token_is_no_cookie(console):
    await console.hold()
    browser = console.browser()
    await browser.post(await console.link("supervisor"), data=twice(PASSWORD))
    assert (await browser.get("/mail/H1")).status_code == 200
    assert (await browser.get("/api/v1/holds")).status_code == 401
    assert (await browser.post("/api/v1/holds/H1/release", json={})).status_code == 401
    program = await console.program("supervisor")
    page = await program.get("https://console.department.example/mail/H1")
    assert (page.status_code, page.headers["location"]) == (303, "/sign-in?next=/mail/H1")
    assert (await console.store.get("H1")).review is None


async def test_nothing_is_kept_on_the_way_and_no_site_may_ask_for_its_reader(console):
    program = await console.program("supervisor")
    answer = await program.get("/holds", headers={"Origin": "https://evil.example"})
    assert answer.headers["cache-control"] == "no-store"
    assert not [name for name in answer.headers if name.startswith("access-control")]
    assert (await program.options("/holds", headers={"Origin": "https://evil.example"})).status_code == 405


async def test_who_asks_too_often_is_told_how_long_to_wait(console, clock):
    console.house.settings.__dict__["api_per_minute"] = 3
    program = await console.program("supervisor")
    assert [(await program.get("/token")).status_code for _ in range(4)] == [200, 200, 200, 429]
    answer = await program.get("/token")
    assert (answer.headers["retry-after"], "Wait 60 s" in answer.json()["remedy"]) == ("60", True)
    assert len(await steps(console, "token used")) == 3
    assert (await (await console.program("supervisor")).get("/token")).status_code == 200
    clock.forward(-timedelta(days=365))
    assert (await program.get("/token")).status_code == 200


async def test_who_guesses_is_slowed_down_and_fills_no_trail(console):
    program = await console.program("supervisor")
    guess = console.bearer(sent(program)[:-3] + "xyz")
    answers = [(await guess.get("/token")).status_code for _ in range(35)]
    assert answers == [401] * 30 + [429] * 5
    assert len(await steps(console, "token refused")) == 30


async def test_a_token_of_whom_the_provider_has_dropped_serves_a_month_and_again_once_he_is_back(here, provider, clock):
    await signed_in(here, provider)
    program = await here.program("reviewer", login=RUIZ, name="Tickets")
    clock.forward(timedelta(days=20))
    await signed_in(here, provider)
    clock.forward(timedelta(days=30, seconds=-1))
    assert (await program.get("/token")).status_code == 200
    clock.forward(timedelta(seconds=1))
    [said] = await refusals(here, sent(program))
    assert "has not signed in elsewhere since 2026-11-03" in said
    await signed_in(here, provider)
    assert (await program.get("/token")).status_code == 200


async def test_how_long_a_token_outlasts_its_persons_last_sign_in_elsewhere_is_a_setting(console, provider, clock):
    here = Console(console.store, clock, **settings(provider.issuer), **{"vouched for": "2d"})
    await signed_in(here, provider)
    program = await here.program("reviewer", login=RUIZ)
    clock.forward(timedelta(days=2))
    assert (await program.get("/token")).status_code == 401


async def test_a_token_of_an_account_that_an_administrator_made_ends_so_too_once_its_person_comes_from_elsewhere(
    here, provider, clock
):
    await here.link("supervisor", RUIZ)
    program = await here.program("supervisor", login=RUIZ)
    clock.forward(timedelta(days=400))
    assert (await program.get("/token")).status_code == 200
    await signed_in(here, provider)
    assert (await program.get("/token")).status_code == 200
    clock.forward(timedelta(days=30))
    assert (await program.get("/token")).status_code == 401


async def test_an_account_that_was_made_one_of_ours_needs_nobody_to_vouch_for_it(here, provider, clock):
    await signed_in(here, provider)
    program = await here.program("reviewer", login=RUIZ)
    clock.forward(timedelta(days=31))
    assert (await program.get("/token")).status_code == 401
    await here.store.factors.reset((await here.store.accounts.known_as(RUIZ)).id, bound=True)
    assert (await program.get("/token")).status_code == 200


async def test_a_sign_in_while_the_clock_was_a_year_ahead_vouches_for_nobody(here, provider, clock):
    await signed_in(here, provider)
    program = await here.program("reviewer", login=RUIZ)
    clock.forward(timedelta(days=365))
    await signed_in(here, provider)
    clock.forward(-timedelta(days=360))
    assert (await program.get("/token")).status_code == 200
    clock.forward(timedelta(days=26))
    assert (await program.get("/token")).status_code == 401


async def test_who_has_a_password_of_ours_as_well_needs_nobody_to_vouch_for_him(here, provider, clock):
    link = await here.link("supervisor", RUIZ)
    await signed_in(here, provider)
    program = await here.program("supervisor", login=RUIZ)
    await here.browser().post(link, data=twice(PASSWORD))
    clock.forward(timedelta(days=31))
    assert (await program.get("/token")).status_code == 200
