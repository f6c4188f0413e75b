"""Signing in by a password, here or in the directory, and for who has one by a second factor; the first time by a link."""

from datetime import datetime
from urllib.parse import quote

import structlog
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway.console.arrival import Unwelcome, by_password
from gateway.console.guard import cookie_name, local, whose
from gateway.console.house import client_of, form_of, house
from gateway.console.pages import page, trouble
from gateway.console.passwords import LONGEST, SHORTEST, step_of, weakness
from gateway.console.recovery import plain_code
from gateway.console.steps import rebuff, step
from gateway.ldap import DirectoryAway
from gateway.people import Account, Session, digest, secret
from gateway.vault import Broken

log = structlog.get_logger()

_WRONG = "That address and password do not go together."
_TOO_OFTEN = "There were too many wrong tries. Wait a quarter of an hour, or ask an administrator for a new link."
_AWAY = "The directory cannot be asked just now. Try again in a few minutes."
_PASSKEYS = {
    "often": _TOO_OFTEN,
    "stale": "That took too long. Try again.",
    "elsewhere": "Your account comes from elsewhere: sign in there first. Your passkey is asked for after that, where one is.",
    "passkey": "That passkey is not known here, or did not prove that it is you.",
}
"""What became of a passkey, by the word that a page is sent back with."""


async def sign_in(request: Request) -> Response:
    """The form; who is signed in already goes on, unless he is to show anew that it is he."""
    onward, again = local(request.query_params.get("next", "/")), "again" in request.query_params
    if not again and await whose(request):
        return RedirectResponse(onward, 303)
    problem = _PASSKEYS.get(request.query_params.get("problem", ""), "")
    return _sign_in(request, onward, late="late" in request.query_params, again=again, problem=problem)


async def signed_in(request: Request) -> Response:
    """Look at a login and a password."""
    here, form = house(request), await form_of(request)
    login, onward = str(form.get("login", "")).strip()[:320], local(str(form.get("next", "/")))
    key, client, now = login.casefold(), client_of(request), here.clock.now()
    if not await here.patience.bears(key, client, now):
        await rebuff(request, "sign-in held off", by=key)
        return _sign_in(request, onward, login=login, status=429, problem=_TOO_OFTEN)
    try:
        found = await by_password(request, login, str(form.get("password", "")))
    except DirectoryAway as away:
        await here.patience.forget(key, client)
        log.error("ldap.away", setting=f"console.ldap.{away.setting}", said=away.said)  # noqa: TRY400  -- an answer, not a fault
        return _sign_in(request, onward, login=login, status=503, problem=_AWAY)
    except Unwelcome as unwelcome:
        await step(request, "sign-in refused", by=key, how="ldap", why=unwelcome.why)
        return _sign_in(request, onward, login=login, status=403, problem=unwelcome.says)
    if found is None:
        await step(request, "sign-in refused", by=key)
        return _sign_in(request, onward, login=login, status=401, problem=_WRONG)
    await here.patience.forget(key, client)
    return await entered(request, found[0], onward, how=found[1], shown=now)


async def code(request: Request) -> Response:
    """The form for the second factor."""
    found = await whose(request, whole=False)
    if found is None:
        return RedirectResponse("/sign-in", 303)
    problem = _PASSKEYS.get(request.query_params.get("problem", ""), "")
    return await _code(request, found[1], local(request.query_params.get("next", "/")), problem=problem)


async def coded(request: Request) -> Response:
    """Look at the code of the app, or at a recovery code."""
    found = await whose(request, whole=False)
    if found is None:
        return RedirectResponse("/sign-in", 303)
    here, form, (half, account) = house(request), await form_of(request), found
    onward, key, client = local(str(form.get("next", "/"))), f"code {account.id}", client_of(request)
    if not await here.patience.bears(key, client, here.clock.now()):
        await rebuff(request, "sign-in held off", by=account.login)
        return await _code(request, account, onward, status=429, problem=_TOO_OFTEN)
    recovering = str(form.get("recovery", ""))
    problem = await (
        _recovered(request, account, recovering) if recovering else _fits(request, account, str(form.get("code", "")))
    )
    if problem:
        await step(request, "recovery code refused" if recovering else "code refused", by=account.login)
        return await _code(request, account, onward, status=401, problem=problem, recovering=bool(recovering))
    await here.patience.forget(key, client)
    await here.book.end(half.digest)
    await step(request, "signed in", by=account.login, factors=2, how=half.how)
    after = f"/me/recovery?used=1&next={quote(onward, safe='/')}" if recovering else onward
    return await admitted(request, account, after, how=half.how, strong=True, shown=half.shown)


async def _fits(request: Request, account: Account, given: str) -> str:
    """What is wrong with a code of the app, "" if it is right; it is then used up."""
    here = house(request)
    try:
        kept = here.seal.open(account.totp, account.id) if account.totp else ""
    except Broken as broken:
        log.error("totp.sealed", account=account.login, why=str(broken), setting="console.key file")  # noqa: TRY400  -- an answer
        return "Your code cannot be checked now. Use a recovery code, or ask an administrator."
    passed = step_of(kept, given, here.clock.now()) if kept else None
    right = passed is not None and await here.book.spend(account.id, passed)
    return "" if right else "That code is not right, or was used already."


async def _recovered(request: Request, account: Account, given: str) -> str:
    """What is wrong with a recovery code, "" if it is right; it is then used up."""
    here = house(request)
    left = await here.factors.use_code(account.id, digest(plain_code(given)), here.clock.now())
    if left is None:
        return "That recovery code is not right, or was used already."
    await step(request, "recovery code used", by=account.login, left=left)
    return ""


async def sign_out(request: Request) -> Response:
    """End the session."""
    here, onward = house(request), "/sign-in"
    if found := await whose(request, quiet=True):
        request.state.me = found[1]
        await here.book.end(found[0].digest)
        await step(request, "signed out")
        onward = "/signed-out" if found[0].how == "oidc" else onward
    answer = RedirectResponse(onward, 303)
    answer.delete_cookie(cookie_name(here), path="/", secure=here.secure, httponly=True, samesite="lax")
    return answer


async def welcome(request: Request) -> Response:
    """A one-time link is opened; nothing is used up by that."""
    account = await _invited(request)
    return _welcome(request, account, "") if account else _stale(request)


async def welcomed(request: Request) -> Response:
    """Set the password, and use the link up."""
    here, form, account = house(request), await form_of(request), await _invited(request)
    if account is None:
        return _stale(request)
    password = str(form.get("password", ""))
    if problem := weakness(password, str(form.get("again", "")), account):
        return _welcome(request, account, problem)
    kept = await here.passwords.hashed(password)
    accepted = await here.book.accept(digest(request.path_params["token"]), kept, here.clock.now())
    if accepted is None:
        return _stale(request)
    await step(request, "password set by link", by=accepted.login)
    return await admitted(request, accepted, "/me/second-factor?first=1", how="link", shown=here.clock.now())


async def entered(  # noqa: PLR0913  -- what a session is
    request: Request, account: Account, onward: str, *, how: str, shown: datetime | None, strong: bool = False
) -> Response:
    """One factor was given; on to the second, if there is one and the first was not strong enough for both."""
    here = house(request)
    if not strong and (account.totp or await here.factors.passkeys(account.id)):
        asked = f"/sign-in/code?next={quote(onward, safe='/')}"
        return await admitted(request, account, asked, how=how, whole=False, shown=shown)
    await step(request, "signed in", by=account.login, how=how)
    return await admitted(request, account, onward, how=how, strong=strong, shown=shown)


async def admitted(  # noqa: PLR0913  -- what a session is
    request: Request,
    account: Account,
    onward: str,
    *,
    how: str,
    shown: datetime | None,
    whole: bool = True,
    strong: bool = False,
) -> Response:
    """A new session, always with a new id, in place of the one this browser had; and the way on."""
    here, cookie = house(request), secret()
    now, before = here.clock.now(), request.cookies.get(cookie_name(here), "")
    session = Session(
        digest=digest(cookie),
        account=account.id,
        made=now,
        seen=now,
        whole=whole,
        strong=strong,
        how=how,
        shown=shown,
        address=client_of(request),
        agent=request.headers.get("user-agent", ""),
    )
    if before:
        await here.book.end(digest(before))
    await here.book.begin(session)
    answer = RedirectResponse(onward, 303)
    answer.set_cookie(cookie_name(here), cookie, path="/", secure=here.secure, httponly=True, samesite="lax")
    return answer


def _sign_in(request: Request, onward: str, *, login: str = "", status: int = 200, **said: object) -> Response:
    here = house(request)
    standing = {"problem": "", "late": False, "again": False, "passkeys": here.ceremonies.possible}
    elsewhere = {"oidc": here.oidc.settings.name if here.oidc else "", "ldap": here.ldap is not None}
    return page(request, "sign_in.html", status=status, onward=onward, login=login, **{**standing, **elsewhere, **said})


async def _code(request: Request, account: Account, onward: str, *, status: int = 200, **more: object) -> Response:
    here = house(request)
    keys = here.ceremonies.possible and bool(await here.factors.passkeys(account.id))
    codes = bool(await here.factors.codes_left(account.id))
    ways = {"app": bool(account.totp), "passkeys": keys, "codes": codes}
    return page(request, "code.html", status=status, onward=onward, **{"problem": "", "recovering": False, **ways, **more})


async def _invited(request: Request) -> Account | None:
    here = house(request)
    return await here.book.invited(digest(request.path_params["token"]), here.clock.now())


def _welcome(request: Request, account: Account, problem: str) -> Response:
    said = {"account": account, "problem": problem, "shortest": SHORTEST, "longest": LONGEST}
    return page(request, "welcome.html", status=422 if problem else 200, **said)


def _stale(request: Request) -> Response:
    return trouble(
        request, 410, "This link has been used or has expired", "Ask an administrator for a new one: hatchway user link ADDRESS"
    )
