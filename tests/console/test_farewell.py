"""What a provider tells us beside a sign-in: that somebody signed out there, and that his groups stand elsewhere."""

from dataclasses import replace
from datetime import timedelta

import httpx2
import pytest

from tests.support.console import URL
from tests.support.provider import RUIZ, refused, signed_in, steps, unsigned

OVERAGE = {"groups": None, "_claim_names": {"groups": "src1"}, "_claim_sources": {"src1": {"endpoint": "https://old.example/x"}}}


def machine(here):
    """No browser: it says nothing of where it comes from."""
    transport = httpx2.ASGITransport(app=here.app, client=("192.0.2.9", 40000), raise_app_exceptions=False)
    return httpx2.AsyncClient(transport=transport, base_url=URL)


async def told(here, token):
    return await machine(here).post("/sign-in/oidc/signed-out", data={"logout_token": token})


async def is_in(browser):
    return (await browser.get("/queue")).status_code == 200


async def test_who_signs_out_at_the_provider_is_signed_out_here_in_every_browser(here, provider):
    two = [(await signed_in(here, provider))[0] for _ in range(2)]
    chief = await here.person("supervisor", "chief@department.example")
    assert [await is_in(one) for one in two] == [True, True]
    answer = await told(here, provider.farewell())
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert [await is_in(one) for one in (*two, chief)] == [False, False, True]
    [(actor, detail)] = await steps(here, "signed out")
    assert (actor, detail["how"], detail["sessions"]) == (RUIZ, "oidc", 2)
    assert (await told(here, provider.farewell())).status_code == 200


async def test_a_session_that_began_with_a_passkey_is_not_the_providers_to_end(here, provider):
    await signed_in(here, provider)
    account = await here.store.accounts.known_as(RUIZ)
    [session] = await here.store.accounts.sessions(account.id)
    await here.store.accounts.begin(replace(session, digest="another", how="passkey"))
    await told(here, provider.farewell())
    assert [one.how for one in await here.store.accounts.sessions(account.id)] == ["passkey"]


@pytest.mark.parametrize(
    "token",
    [
        lambda _: "",
        lambda provider: provider.signed(),
        lambda provider: provider.farewell(nonce="n"),
        lambda provider: provider.farewell(events={"something else": {}}),
        lambda provider: provider.farewell(aud="another"),
        lambda provider: provider.farewell(iss="https://another.example"),
        lambda provider: provider.farewell(sub=None),
        lambda provider: provider.farewell(exp=1),
        lambda provider: provider.farewell(iat=int((provider.clock.now() - timedelta(minutes=11)).timestamp())),
        lambda _: unsigned({"sub": "42", "events": {"http://schemas.openid.net/event/backchannel-logout": {}}}),
    ],
)
async def test_what_is_no_logout_token_for_us_of_now_ends_nothing(here, provider, token):
    browser, _ = await signed_in(here, provider)
    assert (await told(here, token(provider))).status_code == 400
    assert await is_in(browser)


async def test_somebody_unknown_is_signed_out_already_and_without_a_provider_there_is_nothing_to_hear(here, provider, console):
    assert (await told(here, provider.farewell(sub="nobody"))).status_code == 200
    assert (await told(console, provider.farewell())).status_code == 404
    assert await steps(here, "signed out") == []


async def test_groups_that_are_too_many_for_a_token_are_asked_for_page_by_page(wished, provider):
    here = wished(**{"groups url": f"{provider.issuer}/groups?$select=id"})
    provider.claims |= OVERAGE
    provider.pages = {
        "/groups?$select=id": {"value": [{"id": f"g{n}"} for n in range(200)], "@odata.nextLink": f"{provider.issuer}/groups?2"},
        "/groups?2": {"value": [{"id": "command"}, {"no": "id"}]},
    }
    browser, answer = await signed_in(here, provider)
    assert answer.status_code == 303, answer.text
    assert await is_in(browser)
    assert (await here.store.accounts.known_as(RUIZ)).reviewers == ("command",)
    assert provider.bearers == ["Bearer a", "Bearer a"]


async def test_groups_that_the_token_has_are_not_asked_for(wished, provider):
    here = wished(**{"groups url": f"{provider.issuer}/groups"})
    assert (await signed_in(here, provider))[1].status_code == 303
    assert "/groups" not in provider.asked


@pytest.mark.parametrize(
    ("page", "says"),
    [
        ({"value": [], "@odata.nextLink": "https://elsewhere.example/"}, "somewhere else"),
        ({"value": [{"id": "command"}], "@odata.nextLink": "{issuer}/groups"}, "50 pages"),
        ({"error": "no"}, "lists no groups"),
    ],
)
async def test_half_of_the_groups_are_none(wished, provider, page, says):
    provider.claims |= OVERAGE
    written = {name: value.format(issuer=provider.issuer) if name.startswith("@") else value for name, value in page.items()}
    provider.pages = {"/groups": written}
    assert says in await refused(wished(**{"groups url": f"{provider.issuer}/groups"}), provider)


@pytest.mark.parametrize("overage", [OVERAGE, {"groups": None, "hasgroups": True}])
async def test_who_is_in_too_many_groups_keeps_his_account_and_the_admin_is_told_which_setting_is_missing(
    here, provider, overage
):
    assert (await signed_in(here, provider))[1].status_code == 303
    provider.claims |= overage
    _, answer = await signed_in(here, provider)
    assert answer.status_code == 502
    assert (await here.store.accounts.known_as(RUIZ)).disabled is None
    [(_, detail)] = await steps(here, "sign-in refused")
    assert detail["why"].startswith("console.oidc.groups url: he is in more groups")
