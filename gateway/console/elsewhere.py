"""Signing in at an OpenID provider: there, and back. What must come back the same travels sealed in a cookie, and serves once."""

import json
import secrets
from dataclasses import asdict
from datetime import datetime, timedelta

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response

from gateway.console.arrival import Unwelcome, arrived
from gateway.console.entry import entered
from gateway.console.guard import local
from gateway.console.house import House, form_of, house
from gateway.console.pages import page, trouble
from gateway.console.steps import rebuff, step
from gateway.oidc import Errand, Provider, Unproven
from gateway.people import digest
from gateway.vault import Broken

log = structlog.get_logger()

_LASTS = timedelta(minutes=10)
BACK = "/sign-in/oidc/back"
FAREWELL = "/sign-in/oidc/signed-out"


async def there(request: Request) -> Response:
    """Off to the provider. Nothing is written but into the browser."""
    here, onward = house(request), local(request.query_params.get("next", "/"))
    if here.oidc is None:
        return _none(request)
    now = here.clock.now()
    errand = Errand.new(int(now.timestamp()) if "again" in request.query_params else 0)
    try:
        address = await here.oidc.way_there(errand, now)
    except Unproven as unproven:
        return await _unproven(request, here.oidc, unproven)
    carried = {"errand": asdict(errand), "onward": onward, "until": (now + _LASTS).timestamp()}
    answer = RedirectResponse(address, 303)
    answer.set_cookie(
        _cookie(here, errand.state),
        here.seal.close(json.dumps(carried), "oidc"),
        max_age=int(_LASTS.total_seconds()),
        path="/",
        secure=here.secure,
        httponly=True,
        samesite="lax",
    )
    return answer


async def back(request: Request) -> Response:
    """What the provider says, by way of the browser."""
    here, said = house(request), dict(request.query_params)
    if here.oidc is None:
        return _none(request)
    begun = await _begun(request, said.get("state", ""))
    if begun is None:
        await rebuff(request, "sign-in refused", how="oidc", why="state")
        again = "It was begun in another browser or too long ago, or this page was opened twice. Sign in again."
        return trouble(request, 400, "This sign-in cannot be finished", again)
    errand, onward = begun
    try:
        vouched = await here.oidc.way_back(said, errand, here.clock.now())
        account = await arrived(request, vouched, here.oidc.settings, "oidc")
    except Unproven as unproven:
        answer = await _unproven(request, here.oidc, unproven)
    except Unwelcome as unwelcome:
        await step(request, "sign-in refused", by=vouched.address[:320], how="oidc", why=unwelcome.why)
        answer = trouble(request, 403, "You cannot come in", unwelcome.says)
    else:
        answer = await entered(request, account, onward, how="oidc", strong=vouched.strong, shown=vouched.shown)
    name = _cookie(here, errand.state)
    answer.delete_cookie(name, path="/", secure=here.secure, httponly=True, samesite="lax")
    return answer


async def signed_out(request: Request) -> Response:
    """Signed out here; who wants to, there as well."""
    here = house(request)
    if here.oidc is None:
        return RedirectResponse("/sign-in", 303)
    out = await here.oidc.way_out(f"{here.settings.public_url}/sign-in", here.clock.now())
    return page(request, "signed_out.html", provider=here.oidc.settings.name, out=out)


async def farewell(request: Request) -> Response:
    """The provider tells that somebody signed out there; what he began by it here is over, too.

    It is no browser that asks: the provider's signature is what counts. Whoever is not known here is signed out already.
    """
    here, form = house(request), await form_of(request)
    if here.oidc is None:
        return PlainTextResponse("There is no provider here.", 404)
    try:
        subject = await here.oidc.farewell(str(form.get("logout_token", "")), here.clock.now())
    except Unproven as unproven:
        log.warning("oidc.unproven", setting=f"console.oidc.{unproven.setting}", said=unproven.said)
        return JSONResponse({"error": "invalid_request"}, 400)
    known = await here.factors.bound(here.oidc.settings.issuer, subject)
    account = await here.book.account(known) if known else None
    begun = [one for one in await here.book.sessions(account.id) if one.how == "oidc"] if account else []
    for session in begun:
        await here.book.end(session.digest)
    if account and begun:
        await step(request, "signed out", by=account.login, how="oidc", sessions=len(begun))
    return PlainTextResponse("", 200)


async def _begun(request: Request, state: str) -> tuple[Errand, str] | None:
    """The errand of that state, if this browser was sent on it a while ago, and it was not finished yet."""
    here = house(request)
    try:
        carried = json.loads(here.seal.open(request.cookies.get(_cookie(here, state), ""), "oidc"))
    except Broken:
        return None
    errand, until, now = Errand(**carried["errand"]), carried["until"], here.clock.now()
    if until <= now.timestamp() or not secrets.compare_digest(errand.state.encode(), state.encode()):
        return None
    fresh = await here.factors.once(digest(state), now, datetime.fromtimestamp(until, now.tzinfo))
    return (errand, local(carried["onward"])) if fresh else None


async def _unproven(request: Request, provider: Provider, unproven: Unproven) -> Response:
    number = secrets.token_hex(4)
    setting = f"console.oidc.{unproven.setting}"
    log.error("oidc.unproven", setting=setting, said=unproven.said, number=number)
    await rebuff(request, "sign-in refused", how="oidc", why=f"{setting}: {unproven.said}", number=number)
    name = provider.settings.name
    if unproven.mild:
        return trouble(request, 403, "You were not signed in", f"That was stopped at {name}. Sign in again if you want to.")
    if unproven.stale:
        text = f"{name} does not say that you showed just now who you are. Tell an administrator, with the number {number}."
        return trouble(request, 502, "That was no fresh sign-in", text)
    text = f"{name} did not vouch for you in a way that counts here. If it stays so, give an administrator the number {number}."
    return trouble(request, 502, "That did not work", text)


def _none(request: Request) -> Response:
    return trouble(request, 404, "There is no such way in", "Sign in with your address and password.")


def _cookie(here: House, state: str) -> str:
    """One for each errand, so that two windows do not disturb each other."""
    return f"{'__Host-' if here.secure else ''}hatchway-oidc-{digest(state)[:8]}"
