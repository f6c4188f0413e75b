"""Every way in as people take it: a real gateway and browser, a real provider and directory, and a phone's own passkeys."""

import asyncio
import json
import time

import pyotp
import pytest
import pytest_asyncio

from tests.e2e.test_console import DESKTOP, PASSWORD, PHONE, invited, set_password, visit
from tests.support.browser import follow
from tests.support.directory import BASE, COMMAND, READER, SECRET, slapd
from tests.support.directory import PASSWORD as THEIRS
from tests.support.gateway import Gateway, free_port
from tests.support.provider import honest
from tests.support.relay import FakeRelay

pytestmark = pytest.mark.asyncio(loop_scope="module")

SETTINGS = """\
console:
  listen: 127.0.0.1:{port}
  public url: http://localhost:{port}
  key file: console.key
"""
OIDC = """\
  oidc:
    issuer: {issuer}
    client id: hatchway
    client secret file: oidc.secret
    name: City sign-in
    new accounts: true
    roles: [{{group: command, role: reviewer, reviewers: [command]}}, {{group: admins, role: administrator}}]
"""
LDAP = """\
  ldap:
    servers: [ldap://127.0.0.1:{port}]
    starttls: false
    bind dn: {reader}
    bind secret file: ldap.secret
    base: {base}
    new accounts: true
    roles: [{{group: "{command}", role: supervisor}}]
"""
RUIZ = {"email": "ruiz@department.example", "email_verified": True, "name": "Capt. Ruiz", "groups": ["command"]}
LEAD = "lead@department.example"


@pytest_asyncio.fixture(loop_scope="module")
async def started(tmp_path):
    gateways = []
    async with FakeRelay() as relay:

        async def start(more: str = ""):
            port, folder = free_port(), tmp_path / "gateway"
            folder.mkdir()
            for name, text in (("console.key", "k" * 32), ("oidc.secret", "any"), ("ldap.secret", SECRET)):
                (folder / name).write_text(text)
            gateway = Gateway(folder, relay=relay.port, more=SETTINGS.format(port=port) + more)
            gateway.console = f"http://localhost:{port}"
            await asyncio.to_thread(gateway.__enter__)
            gateways.append(gateway)
            return gateway

        yield start
        for gateway in gateways:
            assert await asyncio.to_thread(gateway.stop) == 0


async def steps(gateway, step):
    said = await asyncio.to_thread(gateway.hatchway, "audit", "show", "--step", step, "--json")
    assert said.returncode == 0, said.stderr
    return said.stdout


async def with_authenticator(visited):
    """The page's machine gets a passkey store that verifies its user and says yes. Returns how to talk to it."""
    talk = await visited.context.new_cdp_session(visited.page)
    await talk.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    made = await talk.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return talk, made["authenticatorId"]


async def with_passkey(gateway, browser, **how):
    """Somebody who set a password, made a passkey and took recovery codes; one of these, and how to talk to his passkeys."""
    lead = await visit(gateway, browser, **how)
    page = lead.page
    talking = await with_authenticator(lead)
    await set_password(page, await invited(gateway, LEAD, "--role", "supervisor"))
    await follow(page, "text=Add a passkey")
    await lead.clean()
    await page.fill("[name=name]", "My phone")
    await page.click("button:has-text('Add a passkey')")
    await follow(page, "text=Make ten")
    assert await page.locator(".codes li").count() == 10
    code = await page.locator(".codes code").first.inner_text()
    await lead.clean()
    await follow(page, "text=I have them")
    return lead, code, talking


async def give_password(page):
    await page.fill("[name=login]", LEAD)
    await page.fill("[name=password]", PASSWORD)
    await follow(page, "button:text-is('Sign in')")


@pytest.mark.parametrize("how", [PHONE, DESKTOP], ids=["phone", "desktop in the dark"])
async def test_a_passkey_is_made_signed_in_with_alone_and_after_a_password_named_and_removed(started, browser, how):
    gateway = await started()
    lead, _, _ = await with_passkey(gateway, browser, **how)
    page = lead.page
    await page.goto(f"{gateway.console}/me")
    assert await page.locator("dd:has-text('10 left')").count() == 1
    await lead.clean()

    await follow(page, "text=Sign out")
    await page.goto(f"{gateway.console}/queue")
    await lead.clean()
    await page.click("text=Use a passkey")
    await page.wait_for_url(f"{gateway.console}/queue")

    await follow(page, "text=Sign out")
    await give_password(page)
    await page.wait_for_selector("h1:has-text('Your passkey')")
    await lead.clean()
    await page.click("button:has-text('Use a passkey')")
    await page.wait_for_url(f"{gateway.console}/queue")

    await page.goto(f"{gateway.console}/me/passkeys")
    await page.click("text=Change")
    await page.fill("[name=name] >> nth=0", "Blue key")
    await follow(page, "text=Save")
    await lead.clean()
    assert await page.locator("h2:has-text('Blue key')").count() == 1
    await page.click("text=Change")
    await follow(page, "text=Remove it")
    await page.wait_for_selector("text=You have none yet.")
    assert "passkey removed" in await steps(gateway, "passkey removed")


async def test_a_copied_passkey_is_refused_and_a_recovery_code_lets_in(started, browser):
    gateway = await started()
    lead, code, (talk, authenticator) = await with_passkey(gateway, browser, **PHONE)
    page = lead.page
    await follow(page, "text=Sign out")
    await page.click("text=Use a passkey")
    await page.wait_for_url(f"{gateway.console}/queue")

    [kept] = (await talk.send("WebAuthn.getCredentials", {"authenticatorId": authenticator}))["credentials"]
    assert (kept["rpId"], kept["signCount"] > 1) == ("localhost", True)
    await talk.send("WebAuthn.clearCredentials", {"authenticatorId": authenticator})
    await talk.send("WebAuthn.addCredential", {"authenticatorId": authenticator, "credential": {**kept, "signCount": 0}})
    await follow(page, "text=Sign out")
    await page.click("text=Use a passkey")
    await page.wait_for_selector("text=did not prove that it is you")
    await lead.clean()
    assert "sign count" in await steps(gateway, "passkey refused")

    await give_password(page)
    await page.click("summary")
    await lead.clean()
    await page.fill("[name=recovery]", code)
    await follow(page, "details button")
    await page.wait_for_selector("text=You signed in with a recovery code")
    assert "9 codes left" in await page.locator("main").inner_text()
    await lead.clean()


async def test_a_browser_that_is_refused_a_passkey_is_told_and_stays(started, browser):
    gateway = await started()
    lead = await visit(gateway, browser, **PHONE)
    talk, authenticator = await with_authenticator(lead)
    await lead.page.goto(f"{gateway.console}/sign-in")
    await talk.send("WebAuthn.setUserVerified", {"authenticatorId": authenticator, "isUserVerified": False})
    await lead.page.click("text=Use a passkey")
    await lead.page.wait_for_selector("text=No passkey was used")
    await lead.clean()


async def test_an_app_is_set_up_from_its_picture_and_its_code_lets_in_without_javascript(started, browser):
    gateway = await started()
    lead = await visit(gateway, browser, java_script_enabled=False, **PHONE)
    page = lead.page
    await set_password(page, await invited(gateway, LEAD, "--role", "supervisor"))
    totp = pyotp.TOTP(await page.locator("[name=secret]").input_value())
    await page.fill("[name=code]", totp.now())
    await page.fill("[name=old]", PASSWORD)
    await follow(page, "button.main.big")
    await follow(page, "text=Make ten")
    assert await page.locator(".codes li").count() == 10
    await follow(page, "text=Sign out")
    assert not await page.locator("text=Use a passkey").is_visible()
    await give_password(page)
    await page.fill("[name=code]", "000000")
    await follow(page, "button:text-is('Go on') >> nth=0")
    assert "not right" in await page.locator("[role=alert]").inner_text()
    used = await page.locator("[name=code]").get_attribute("autocomplete")
    assert used == "one-time-code"
    await page.fill("[name=code]", later_code(totp))
    await follow(page, "button:text-is('Go on') >> nth=0")
    await page.wait_for_url(f"{gateway.console}/queue")
    kept = b"".join(path.read_bytes() for path in gateway.folder.glob("hatchway.db*") if path.is_file())
    assert totp.secret.encode() not in kept

    reset = await asyncio.to_thread(gateway.hatchway, "user", "reset", LEAD, "--json")
    assert json.loads(reset.stdout)["second_factor"] is False
    await page.goto(f"{gateway.console}/queue")
    await give_password(page)
    await page.wait_for_url(f"{gateway.console}/queue")
    assert LEAD in await steps(gateway, "second factor reset")


def later_code(totp):
    """The code of the next half minute, which is taken already; the one of this was used to set the app up."""
    return totp.at(int(time.time()) + 30)


async def test_with_the_citys_provider_there_and_back_and_out_again(started, browser):
    with honest({"sub": "42", "claims": RUIZ}) as issuer:
        gateway = await started(OIDC.format(issuer=issuer))
        probed = await asyncio.to_thread(gateway.hatchway, "check", "--sign-in")
        assert (probed.returncode, f"oidc: {issuer} answers" in probed.stdout) == (0, True), probed.stderr
        ruiz = await visit(gateway, browser, **PHONE)
        page = ruiz.page
        await page.goto(f"{gateway.console}/queue")
        await ruiz.clean()
        await follow(page, "text=Sign in with City sign-in")
        await follow(page, "button:has-text('42') >> nth=0")
        await page.wait_for_url(f"{gateway.console}/queue")
        assert not ruiz.complaints
        listed = json.loads((await asyncio.to_thread(gateway.hatchway, "user", "list", "--json")).stdout)
        assert [(one["login"], one["role"], one["origin"]) for one in listed] == [(RUIZ["email"], "reviewer", "oidc")]
        await follow(page, "text=Sign out")
        await page.wait_for_url("**/signed-out")
        ruiz.strangers.clear()
        await ruiz.clean()
        await follow(page, "text=Sign out there, too")
        assert page.url.startswith(issuer)
        assert "signed in" in await steps(gateway, "signed in")


async def test_with_the_directorys_password_and_while_it_is_away_with_ones_own(started, browser):
    with slapd() as (port, _):
        gateway = await started(LDAP.format(port=port, reader=READER, base=BASE, command=COMMAND))
        ruiz = await visit(gateway, browser, **PHONE)
        page = ruiz.page
        await page.goto(f"{gateway.console}/queue")
        await ruiz.clean()
        await page.fill("[name=login]", "ruiz@department.example")
        await page.fill("[name=password]", THEIRS)
        await follow(page, "button:text-is('Sign in')")
        await page.wait_for_url(f"{gateway.console}/queue")
        await page.goto(f"{gateway.console}/me")
        assert await page.locator("text=Change the password").count() == 0
        await ruiz.clean()
    admin = await visit(gateway, browser, **PHONE)
    await set_password(admin.page, await invited(gateway, "admin@department.example", "--role", "administrator"))
    await admin.page.goto(f"{gateway.console}/people")
    await follow(admin.page, "text=Capt. Ruiz")
    assert "comes from ldap" in await admin.page.locator("main").inner_text()
    await admin.clean()
    late = await visit(gateway, browser, **PHONE)
    await late.page.goto(f"{gateway.console}/sign-in")
    await late.page.fill("[name=login]", "ruiz@department.example")
    await late.page.fill("[name=password]", THEIRS)
    await follow(late.page, "button:text-is('Sign in')")
    assert "directory cannot be asked" in await late.page.locator("[role=alert]").first.inner_text()
    assert gateway.events("ldap.away")[0]["setting"] == "console.ldap.servers"


async def test_a_key_file_that_is_gone_stops_the_start_and_says_so(started):
    gateway = await started()
    await invited(gateway, LEAD, "--role", "supervisor")
    await asyncio.to_thread(gateway.stop)
    (gateway.folder / "console.key").unlink()
    said = await asyncio.to_thread(gateway.hatchway, "serve")
    assert said.returncode == 78
    assert f"{gateway.folder / 'console.key'}:1:1: does not serve: No such file or directory" in said.stderr
    assert "Traceback" not in said.stderr
