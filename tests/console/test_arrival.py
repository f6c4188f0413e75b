"""Who was vouched for elsewhere: which account is his, with which role, and when it is none."""

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from gateway.people import Role
from tests.console.test_entry import second_factor
from tests.support.console import Console
from tests.support.provider import RUIZ, begun, refused, settings, signed_in, steps


async def test_groups_that_the_token_leaves_out_come_from_userinfo(here, provider):
    del provider.claims["groups"]
    provider.userinfo = {"sub": "42", "groups": ["admins"]}
    _, answer = await signed_in(here, provider)
    assert answer.status_code == 303
    assert (await here.store.accounts.known_as(RUIZ)).role is Role.ADMINISTRATOR


async def test_userinfo_about_somebody_else_counts_for_nothing(here, provider):
    del provider.claims["groups"]
    provider.userinfo = {"sub": "43", "groups": ["admins"]}
    assert "about somebody else" in await refused(here, provider)


async def test_groups_may_stand_deep_in_a_claim(wished, provider):
    provider.claims |= {"groups": None, "realm_access": {"roles": ["legal"]}}
    here = wished(**{"groups claim": "realm_access.roles"})
    await signed_in(here, provider)
    assert (await here.store.accounts.known_as(RUIZ)).reviewers == ("legal",)


async def test_the_first_line_that_fits_gives_the_role_and_every_line_of_it_its_reviewers(here, provider):
    provider.claims["groups"] = ["admins", "legal", "command"]
    await signed_in(here, provider)
    account = await here.store.accounts.known_as(RUIZ)
    assert (account.role, account.reviewers) == (Role.REVIEWER, ("command", "legal"))


@pytest.mark.parametrize("onward", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
async def test_the_way_on_never_leaves_the_house(here, provider, onward):
    _, answer = await signed_in(here, provider, onward=onward)
    assert answer.headers["location"] == "/"


async def test_no_role_no_entrance_and_no_account(here, provider):
    provider.claims["groups"] = ["printers"]
    assert await refused(here, provider, 403) == "no group gives a role"


async def test_no_new_account_where_the_settings_make_none(wished, provider):
    assert await refused(wished(**{"new accounts": False}), provider, 403) == "no account, and none is made"


async def test_a_role_that_changes_there_changes_here_and_ends_sessions_of_the_old_one(here, provider):
    old, _ = await signed_in(here, provider)
    provider.claims["groups"] = ["admins"]
    new, _ = await signed_in(here, provider)
    assert (await old.get("/queue")).status_code == 303
    assert (await new.get("/people")).status_code == 200
    [(actor, detail)] = await steps(here, "role changed")
    assert (actor, detail["before"], detail["role"]) == (RUIZ, "reviewer", "administrator")


async def test_an_account_whose_group_is_gone_is_closed_and_opened_when_it_is_back(here, provider):
    old, _ = await signed_in(here, provider)
    provider.claims["groups"] = []
    assert (await signed_in(here, provider))[1].status_code == 403
    assert (await old.get("/queue")).status_code == 303
    account = await here.store.accounts.known_as(RUIZ)
    assert account.disabled
    assert account.lapsed
    provider.claims["groups"] = ["command"]
    assert (await signed_in(here, provider))[1].status_code == 303
    assert [len(await steps(here, f"account {what}")) for what in ("added", "disabled", "enabled")] == [1, 1, 1]


async def test_an_account_that_an_administrator_closed_is_not_opened_by_a_group(here, provider):
    await signed_in(here, provider)
    account = await here.store.accounts.known_as(RUIZ)
    admin = await here.person(Role.ADMINISTRATOR)
    await admin.post(f"/people/{account.id}/disable")
    assert (await signed_in(here, provider))[1].status_code == 403
    assert (await here.store.accounts.known_as(RUIZ)).disabled


async def test_he_is_known_by_his_subject_whatever_his_address_is_now(here, provider):
    await signed_in(here, provider)
    before = await here.store.accounts.known_as(RUIZ)
    provider.claims["email"] = "ruiz-lopez@department.example"
    await signed_in(here, provider)
    after = await here.store.accounts.known_as("ruiz-lopez@department.example")
    assert (after.id, after.also) == (before.id, (RUIZ,))


async def test_an_address_that_was_somebody_elses_opens_not_his_account(here, provider):
    await signed_in(here, provider)
    provider.claims["sub"] = "43"
    _, answer = await signed_in(here, provider)
    assert answer.status_code == 403
    assert [why["why"] for _, why in await steps(here, "sign-in refused")] == ["address of another account"]


async def test_an_account_with_a_password_of_its_own_is_nobody_elses(here, provider):
    await here.person(Role.SUPERVISOR, RUIZ)
    assert (await signed_in(here, provider))[1].status_code == 403


async def test_an_account_that_was_made_and_not_used_is_his_and_keeps_its_role(here, provider):
    await here.link(Role.SUPERVISOR, RUIZ)
    browser, answer = await signed_in(here, provider)
    assert answer.status_code == 303
    account = await here.store.accounts.known_as(RUIZ)
    assert (account.role, account.origin) == (Role.SUPERVISOR, "")
    assert (await browser.get("/queue")).status_code == 200


async def test_a_session_before_the_sign_in_is_not_the_one_after_it(here, provider):
    browser = await here.person(Role.SUPERVISOR)
    planted = browser.cookies["__Host-hatchway"]
    await signed_in(here, provider, browser)
    assert browser.cookies["__Host-hatchway"] != planted
    old = await here.browser().get("/queue", headers={"cookie": f"__Host-hatchway={planted}"})
    assert old.status_code == 303


async def test_the_providers_second_factor_is_enough_where_the_settings_say_so(provider, console, clock):
    strict = Console(console.store, clock, **settings(provider.issuer), **{"second factor": "required"})
    browser, _ = await signed_in(strict, provider)
    assert (await browser.get("/queue")).status_code == 200
    ours = Console(
        console.store, clock, **settings(provider.issuer, **{"second factor": "ours"}), **{"second factor": "required"}
    )
    provider.shown(timedelta())
    browser, _ = await signed_in(ours, provider)
    assert (await browser.get("/queue")).headers["location"] == "/me/second-factor"
    await second_factor(browser, clock)
    clock.forward(timedelta(minutes=1))
    _, answer = await signed_in(ours, provider)
    assert answer.headers["location"] == "/sign-in/code?next=/queue"


async def test_the_strength_that_is_asked_for_must_have_been_met(wished, provider):
    here = wished(**{"acr values": ("mfa",)})
    provider.claims["acr"] = "password"
    assert (await refused(here, provider)).startswith("console.oidc.acr values: the provider met only password")
    provider.claims["acr"] = "mfa"
    assert (await signed_in(here, provider))[1].status_code == 303


async def test_signing_out_here_offers_to_sign_out_there(here, provider):
    browser, _ = await signed_in(here, provider)
    assert (await browser.post("/sign-out")).headers["location"] == "/signed-out"
    page = (await browser.get("/signed-out")).text
    [there] = re.findall(r'href="(http://[^"]+)"', page)
    asked = parse_qs(urlsplit(there.replace("&amp;", "&")).query)
    assert asked["post_logout_redirect_uri"] == ["https://console.department.example/sign-in"]
    assert (await browser.get("/queue")).status_code == 303


async def test_an_account_from_elsewhere_gets_no_password_here(here, provider):
    browser, _ = await signed_in(here, provider)
    assert "Change the password" not in (await browser.get("/me")).text
    account = await here.store.accounts.known_as(RUIZ)
    admin = await here.person(Role.ADMINISTRATOR)
    assert (await admin.post(f"/people/{account.id}/link")).status_code == 422
    await admin.post(f"/people/{account.id}", data={"role": "administrator", "name": "X"})
    assert (await here.store.accounts.account(account.id)).role is Role.REVIEWER


async def test_nothing_of_a_sign_in_can_be_read_or_changed_in_the_browser(here, provider):
    browser = here.browser()
    asked = await begun(browser, provider)
    [(name, kept)] = [(one.name, one.value) for one in browser.cookies.jar]
    assert asked["state"] not in kept
    changed = f"{kept[:20]}{'A' if kept[20] != 'A' else 'B'}{kept[21:]}"
    back = {"code": "c", "state": asked["state"]}
    answer = await here.browser().get("/sign-in/oidc/back", params=back, headers={"cookie": f"{name}={changed}"})
    assert answer.status_code == 400


async def test_probing_says_that_the_provider_answers(here, provider, clock):
    assert await here.house.oidc.probe(clock.now()) == f"{provider.issuer} answers, with 1 key"
