"""Signing in at an OpenID provider, and what does not count as that."""

import json
import warnings
from base64 import urlsafe_b64decode
from datetime import timedelta

import httpx2
import pytest
from joserfc import jwk, jws

from gateway.clock import SystemClock
from gateway.oidc.tokens import ALGORITHMS
from gateway.people import Role
from gateway.store import SqliteStore
from tests.console.test_entry import second_factor
from tests.support.console import PASSWORD, Console
from tests.support.provider import RUIZ, anew, begun, honest, refused, settings, signed_in, steps, unsigned


async def test_at_a_real_provider_somebody_new_comes_in_with_the_role_his_group_gives(tmp_path):
    store = await SqliteStore.open(tmp_path / "hatchway.db")
    user = {"sub": "42", "claims": {"email": RUIZ, "email_verified": True, "name": "Capt. Ruiz", "groups": ["command"]}}
    (tmp_path / "secret").write_text("any")
    with honest(user) as issuer:
        here = Console(store, SystemClock(), **settings(issuer, **{"client secret file": tmp_path / "secret"}))
        browser = here.browser()
        assert "Sign in with City sign-in" in (await browser.get("/sign-in")).text
        there = (await browser.get("/sign-in/oidc?next=/queue")).headers["location"]
        async with httpx2.AsyncClient() as elsewhere:
            consented = await elsewhere.post(there, data={"sub": "42"})
        back = consented.headers["location"]
        assert back.startswith("https://console.department.example/sign-in/oidc/back?")
        answer = await browser.get(back)
    assert answer.status_code == 303, answer.text
    assert answer.headers["location"] == "/queue"
    assert (await browser.get("/queue")).status_code == 200
    account = await store.accounts.known_as(RUIZ)
    assert (account.role, account.reviewers, account.origin, account.name) == (
        Role.REVIEWER,
        ("command",),
        "oidc",
        "Capt. Ruiz",
    )
    await store.close()


async def test_the_way_there_carries_pkce_state_and_nonce(here, provider):
    asked = await begun(here.browser(), provider)
    assert asked["code_challenge_method"] == "S256"
    assert asked["response_type"] == "code"
    assert asked["redirect_uri"] == "https://console.department.example/sign-in/oidc/back"
    assert len({asked["state"], asked["nonce"], asked["code_challenge"]}) == 3
    assert min(len(asked["state"]), len(asked["nonce"]), len(asked["code_challenge"])) >= 43


async def test_the_verifier_and_the_secret_reach_the_provider_and_nobody_else(wished, provider, tmp_path):
    (tmp_path / "secret").write_text("s&cret:1\n")
    here = wished(**{"client secret file": tmp_path / "secret"})
    browser, answer = await signed_in(here, provider)
    assert answer.headers["location"] == "/queue"
    assert provider.basic == ["hatchway:s&cret:1"]
    assert len(provider.forms[0]["code_verifier"]) >= 43
    assert "client_secret" not in provider.forms[0]
    assert provider.forms[0]["code_verifier"] not in str(browser.cookies)


async def test_a_secret_goes_into_the_form_where_the_provider_wants_it_there(wished, provider, tmp_path):
    (tmp_path / "secret").write_text("s")
    provider.described["token_endpoint_auth_methods_supported"] = ["client_secret_post"]
    await signed_in(wished(**{"client secret file": tmp_path / "secret"}), provider)
    assert (provider.forms[0]["client_secret"], provider.basic) == ("s", [])


async def test_a_state_serves_once(here, provider):
    browser, other = here.browser(), here.browser()
    asked = await begun(browser, provider)
    other.cookies = httpx2.Cookies(browser.cookies)
    back = {"code": "c", "state": asked["state"]}
    assert (await browser.get("/sign-in/oidc/back", params=back)).status_code == 303
    assert (await other.get("/sign-in/oidc/back", params=back)).status_code == 400
    assert len(provider.forms) == 1


@pytest.mark.parametrize("state", ["", "made-up", None])
async def test_a_state_that_this_browser_was_not_given_ends_there(here, provider, state):
    asked = await begun(here.browser(), provider)
    browser = here.browser()
    await begun(browser, provider)
    answer = await browser.get("/sign-in/oidc/back", params={"code": "c", "state": asked["state"] if state is None else state})
    assert answer.status_code == 400
    assert provider.forms == []
    assert "__Host-hatchway=" not in answer.headers.get("set-cookie", "")


async def test_a_sign_in_that_took_too_long_ends_there(here, provider, clock):
    browser = here.browser()
    asked = await begun(browser, provider)
    clock.forward(timedelta(minutes=11))
    answer = await browser.get("/sign-in/oidc/back", params={"code": "c", "state": asked["state"]})
    assert answer.status_code == 400


async def test_two_windows_do_not_disturb_each_other(here, provider):
    browser = here.browser()
    first = await begun(browser, provider, "/queue?state=waiting")
    nonce = provider.nonce
    await begun(browser, provider, "/me")
    provider.nonce = nonce
    answer = await browser.get("/sign-in/oidc/back", params={"code": "c", "state": first["state"]})
    assert answer.headers["location"] == "/queue?state=waiting"


@pytest.mark.parametrize(
    ("lie", "setting", "says"),
    [
        ({"nonce": "another"}, "issuer", "nonce"),
        ({"nonce": None}, "issuer", "nonce"),
        ({"aud": "somebody else"}, "client id", "is for somebody else"),
        ({"aud": ["hatchway", "other"]}, "client id", "asked for by"),
        ({"azp": "other"}, "client id", "asked for by other"),
        ({"iss": "https://elsewhere.example"}, "issuer", "from https://elsewhere.example"),
        ({"exp": 1}, "issuer", "expired"),
        ({"exp": None}, "issuer", "expired"),
        ({"exp": True}, "issuer", "expired"),
        ({"iat": 1}, "issuer", "not of now"),
        ({"iat": 2**40}, "issuer", "not of now"),
        ({"nbf": 2**40}, "issuer", "not good yet"),
        ({"sub": ""}, "issuer", "names nobody"),
        ({"sub": 42}, "issuer", "names nobody"),
        ({"email": ""}, "address claim", "tells no email"),
        ({"email_verified": False}, "trust addresses", "verified email"),
        ({"email_verified": "true"}, "trust addresses", "verified email"),
        ({"email_verified": None}, "trust addresses", "verified email"),
    ],
)
async def test_a_token_that_is_not_for_us_and_now_counts_for_nothing(here, provider, lie, setting, says):
    provider.claims |= lie
    why = await refused(here, provider)
    assert why.startswith(f"console.oidc.{setting}: ")
    assert says in why


def tampered(provider):
    head, body, signature = provider.signed().split(".")
    said = json.loads(urlsafe_b64decode(body + "=="))
    return ".".join((head, unsigned({**said, "groups": ["admins"]}).split(".")[1], signature))


def with_our_public_key_as_secret(provider):
    provider.key, public = jwk.import_key(json.dumps(provider.published[0]), "oct"), provider.key
    provider.header = {"alg": "HS256", "kid": "one"}
    token = jws.serialize_compact(provider.header, json.dumps({"sub": "42"}).encode(), provider.key, algorithms=["HS256"])
    provider.key = public
    return token


def by_another_key(provider):
    provider.key = jwk.generate_key("EC", "P-256")
    return provider.signed()


def by_a_key_nobody_has(provider):
    provider.header = {"alg": "ES256", "kid": "two"}
    return provider.signed()


@pytest.mark.parametrize(
    ("forged", "says"),
    [
        (lambda _: unsigned({"sub": "42"}), "signed with none"),
        (lambda _: unsigned({"sub": "42"}, "NONE"), "signed with NONE"),
        (with_our_public_key_as_secret, "signed with HS256"),
        (tampered, "signature is wrong"),
        (by_another_key, "signature is wrong"),
        (by_a_key_nobody_has, "does not have"),
        (lambda _: "no token", "no signed token"),
        (lambda _: "a.b.c.d.e", "no signed token"),
        (lambda _: "x" * 70_000, "too long"),
    ],
)
async def test_a_forged_token_counts_for_nothing(here, provider, forged, says):
    asked = await begun(browser := here.browser(), provider)
    provider.token = forged(provider)
    answer = await browser.get("/sign-in/oidc/back", params={"code": "c", "state": asked["state"]})
    assert answer.status_code == 502
    [(_, detail)] = await steps(here, "sign-in refused")
    assert says in detail["why"]
    assert detail["number"] in answer.text
    assert await here.store.accounts.accounts() == []


async def test_a_new_key_of_the_provider_is_fetched_when_a_token_names_it(here, provider, clock):
    _, first = await signed_in(here, provider)
    assert first.status_code == 303
    provider.key = jwk.import_key(jwk.generate_key("RSA", 2048).as_dict(private=True) | {"kid": "two"})
    provider.published, provider.header = [provider.key.as_dict(private=False)], {"alg": "PS256", "kid": "two"}
    clock.forward(timedelta(minutes=1))
    _, second = await signed_in(here, provider)
    assert second.headers["location"] == "/queue", second.text
    assert provider.asked.count("/jwks_uri") == 2


async def test_keys_that_were_fetched_while_the_clock_was_a_year_ahead_are_fetched_again(here, provider, clock):
    await signed_in(here, provider)
    clock.forward(-timedelta(days=365))
    _, answer = await signed_in(here, provider)
    assert (answer.status_code, provider.asked.count("/jwks_uri")) == (303, 2)


async def test_keys_without_a_name_are_all_tried(here, provider):
    other = jwk.generate_key("EC", "P-256").as_dict(private=False)
    nameless = {name: value for name, value in provider.published[0].items() if name != "kid"}
    provider.published = [other, {"kty": "EC", "crv": "P-256"}, nameless]
    provider.header = {"alg": "ES256"}
    _, answer = await signed_in(here, provider)
    assert answer.status_code == 303


@pytest.mark.parametrize(
    ("described", "says"),
    [
        ({"issuer": "https://other.example"}, "calls itself https://other.example; write exactly that"),
        ({"token_endpoint": "http://login.example/token"}, "gives no encrypted token_endpoint"),
        ({"jwks_uri": None}, "gives no encrypted jwks_uri"),
        ({"code_challenge_methods_supported": ["plain"]}, "no PKCE"),
    ],
)
async def test_a_provider_that_describes_itself_wrongly_is_asked_for_nothing(here, provider, said, described, says):
    provider.described |= described
    answer = await here.browser().get("/sign-in/oidc")
    assert answer.status_code == 502
    assert "City sign-in did not vouch for you" in answer.text
    [line] = [one for one in said if one["event"] == "oidc.unproven"]
    assert line["setting"] == "console.oidc.issuer"
    assert says in line["said"]


async def test_what_the_provider_says_of_its_refusal_reaches_the_admin_and_not_the_user(here, provider, said):
    provider.token_answer = 400, {"error": "invalid_client", "error_description": "Wrong <b>secret</b>"}
    _, answer = await signed_in(here, provider)
    assert answer.status_code == 502
    assert "secret" not in answer.text
    [line] = [one for one in said if one["event"] == "oidc.unproven"]
    assert line["setting"] == "console.oidc.client secret file"
    assert line["said"].endswith("answered 400: invalid_client, Wrong <b>secret</b>")


@pytest.mark.parametrize("octets", [b"<html>", b"[]", b"{" * 100_000, b"x" * (1024 * 1024 + 1)])
async def test_an_answer_that_is_none_is_told_as_that(here, provider, octets):
    provider.token_answer = 200, octets
    assert "answered with" in await refused(here, provider)


async def test_a_provider_that_is_away_is_told_as_that_and_passwords_still_serve(console, clock):
    here = Console(console.store, clock, **settings("http://127.0.0.1:1"))
    await here.person(Role.SUPERVISOR)
    assert (await here.browser().get("/sign-in/oidc")).status_code == 502
    said = {"login": "supervisor@department.example", "password": PASSWORD}
    assert (await here.browser().post("/sign-in", data=said)).status_code == 303


async def test_who_says_no_at_the_provider_is_told_that_he_is_not_signed_in(here, provider):
    _, answer = await signed_in(here, provider, error="access_denied", error_description="user said no")
    assert answer.status_code == 403
    assert "You were not signed in" in answer.text


async def test_an_answer_from_another_issuer_is_no_answer(here, provider):
    assert "RFC 9207" in await refused(here, provider, iss="https://evil.example")


async def test_an_answer_that_should_say_who_it_is_from_and_does_not_is_none(here, provider):
    provider.described["authorization_response_iss_parameter_supported"] = True
    assert "RFC 9207" in await refused(here, provider)


async def test_who_is_to_show_anew_that_it_is_he_is_asked_there_and_not_before_now(here, provider):
    browser, _ = await signed_in(here, provider)
    assert 'href="/sign-in/oidc?again=1&amp;next=/me/passkeys"' in (await browser.get("/sign-in?again=1&next=/me/passkeys")).text
    for ago, status in ((0, 303), (300, 502)):
        provider.shown(timedelta(seconds=ago))
        answer = await anew(provider, browser)
        assert answer.status_code == status, answer.text


async def test_a_provider_that_does_not_say_when_though_asked_makes_no_sign_in_fresh(here, provider, said):
    browser, _ = await signed_in(here, provider)
    answer = await anew(provider, browser, "/me/passkeys")
    assert answer.status_code == 502
    assert "City sign-in does not say that you showed just now who you are." in answer.text
    [line] = [one for one in said if one["event"] == "oidc.unproven"]
    assert line["setting"] == "console.oidc.issuer"
    assert "have it put auth_time into the ID token" in line["said"]
    assert line["number"] in answer.text
    assert (await browser.get("/queue")).status_code == 200
    assert (await browser.post("/me/passkeys/invitation", data={})).status_code == 403


@pytest.mark.parametrize("said", [True, "1793700000", 1e300, -1, 2**70, {}])
async def test_what_is_no_moment_or_lies_ahead_makes_no_sign_in_fresh(here, provider, said):
    provider.claims["auth_time"] = said
    browser, answer = await signed_in(here, provider)
    assert answer.status_code == 303
    assert (await browser.post("/me/passkeys/invitation", data={})).status_code == 403
    assert (await anew(provider, browser)).status_code == 502


async def grave(browser):
    """Which of what needs a fresh sign-in is open to him."""
    shown = await browser.get("/me/second-factor")
    given = await browser.post("/me/second-factor", data={"secret": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", "code": "1"})
    passkey = await browser.post("/me/passkeys/invitation", data={})
    codes = await browser.post("/me/recovery")
    return [
        shown.status_code == 200,
        given.status_code == 422,
        passkey.status_code == 200,
        "again=1" not in codes.headers["location"],
    ]


@pytest.mark.parametrize("ago", [None, timedelta(hours=5), timedelta(minutes=16)])
async def test_who_was_let_in_by_what_he_did_there_this_morning_signed_in_long_ago(here, provider, clock, ago):
    if ago:
        provider.shown(ago)
    browser, answer = await signed_in(here, provider)
    assert answer.headers["location"] == "/queue"
    assert await grave(browser) == [False] * 4
    assert (await browser.get("/me/second-factor")).headers["location"] == "/sign-in?again=1&next=/me/second-factor"
    provider.shown(timedelta())
    assert (await anew(provider, browser)).status_code == 303
    assert await grave(browser) == [True] * 4
    clock.forward(timedelta(minutes=16))
    assert await grave(browser) == [False] * 4


async def test_the_quarter_of_an_hour_goes_from_when_he_showed_there_who_he_is(here, provider, clock):
    provider.shown(timedelta(minutes=10))
    browser, _ = await signed_in(here, provider)
    assert await grave(browser) == [True] * 4
    clock.forward(timedelta(minutes=6))
    assert await grave(browser) == [False] * 4


async def test_a_second_factor_of_ours_makes_no_fresh_sign_in_of_what_was_none_there(wished, provider, clock):
    here = wished(**{"second factor": "ours"})
    provider.shown(timedelta())
    totp = await second_factor((await signed_in(here, provider))[0], clock)
    clock.forward(timedelta(hours=5))
    browser, answer = await signed_in(here, provider)
    assert answer.headers["location"] == "/sign-in/code?next=/queue"
    await browser.post("/sign-in/code", data={"code": totp.at(clock.now())})
    assert (await browser.get("/queue")).status_code == 200
    assert await grave(browser) == [False] * 4


async def test_a_provider_that_fails_is_left_in_peace_for_a_moment(here, provider, clock):
    provider.described["issuer"] = "https://other.example"
    for _ in range(5):
        assert (await here.browser().get("/sign-in/oidc")).status_code == 502
    assert len(provider.asked) == 1
    del provider.described["issuer"]
    clock.forward(timedelta(seconds=6))
    assert (await here.browser().get("/sign-in/oidc")).status_code == 303


KEYS = {"RS": ("RSA", 2048), "PS": ("RSA", 2048), "Ed": ("OKP", "Ed25519")}
CURVES = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521"}


@pytest.mark.parametrize("algorithm", ALGORITHMS)
async def test_every_signature_that_counts_is_verified(here, provider, algorithm):
    kind = KEYS.get(algorithm[:2]) or ("EC", CURVES[algorithm])
    provider.key, provider.header = jwk.generate_key(*kind), {"alg": algorithm}
    provider.published = [provider.key.as_dict(private=False)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # joserfc would have EdDSA be called Ed25519; providers still do not
        _, answer = await signed_in(here, provider)
    assert answer.headers["location"] == "/queue", answer.text
