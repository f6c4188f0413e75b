"""Passkeys: made, named, removed, and signed in with, alone or after a password.

Who has his role from elsewhere signs in there first: else he would stay in by his passkey when that gives him none any more.

The browser asks for a question just before it is answered; the question comes with a sealed ticket that says what it was,
for whom and until when, and serves once. These pages need their script; all others work without.
"""

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from gateway.console.ceremony import NotProven, named
from gateway.console.entry import admitted
from gateway.console.guard import local, whose
from gateway.console.house import client_of, form_of, house, me, session
from gateway.console.pages import page
from gateway.console.recovery import onward as after_setting_up
from gateway.console.steps import step
from gateway.console.sure import is_fresh, sign_in_again
from gateway.factors import Passkey
from gateway.people import Account, Session, digest
from gateway.vault import Broken

_LASTS = timedelta(minutes=5)
_MOST, _NAME = 20, 60
_STALE = "That took too long. Try again."
_REFUSED = "That passkey was not accepted."
_ALONE = "passkey alone"
_ELSEWHERE = "not vouched for where his account comes from"


async def passkeys(request: Request) -> Response:
    """His passkeys."""
    return await _passkeys(request)


async def invitation(request: Request) -> Response:
    """The question for a new one."""
    if not is_fresh(request):
        return JSONResponse({"again": "/sign-in?again=1&next=/me/passkeys"}, 403)
    here, own = house(request), me(request)
    asked, challenge = here.ceremonies.invitation(own, await here.factors.passkeys(own.id))
    return JSONResponse({"asked": asked, "ticket": _ticket(request, challenge, _new(request))})


async def added(request: Request) -> Response:
    """A new one answers."""
    here, own, form = house(request), me(request), await form_of(request)
    if not is_fresh(request):
        return sign_in_again("/me/passkeys")
    challenge = await _challenge(request, str(form.get("ticket", "")), _new(request))
    if not challenge:
        return await _passkeys(request, status=422, problem=_STALE)
    has = await here.factors.passkeys(own.id)
    try:
        new = here.ceremonies.accept(str(form.get("answer", "")), challenge)
    except NotProven as wrong:
        await step(request, "passkey refused", why=str(wrong))
        return await _passkeys(request, status=422, problem=_REFUSED)
    kept = Passkey(
        id=new.id,
        account=own.id,
        name=_called(str(form.get("name", ""))) or f"Passkey {len(has) + 1}",
        key=new.key,
        count=new.count,
        synced=new.synced,
        made=here.clock.now(),
    )
    if len(has) >= _MOST or not await here.factors.add_passkey(kept):
        return await _passkeys(request, status=422, problem="There are too many passkeys, or this one is in use already.")
    await here.book.strengthen(session(request).digest)
    await here.book.end_all(own.id, but=session(request).digest)
    await step(request, "passkey added", passkey=kept.name)
    return RedirectResponse(await after_setting_up(request, "passkey"), 303)


async def renamed(request: Request) -> Response:
    """Called something else."""
    here, form = house(request), await form_of(request)
    name = _called(str(form.get("name", "")))
    if name and await here.factors.rename_passkey(request.path_params["passkey"], me(request).id, name):
        await step(request, "passkey renamed", passkey=name)
    return RedirectResponse("/me/passkeys", 303)


async def removed(request: Request) -> Response:
    """It serves no more."""
    here, own = house(request), me(request)
    if not is_fresh(request):
        return sign_in_again("/me/passkeys")
    if await here.factors.remove_passkey(request.path_params["passkey"], own.id):
        await here.book.end_all(own.id, but=session(request).digest)
        await step(request, "passkey removed", passkey=request.path_params["passkey"][:16])
    return RedirectResponse("/me/passkeys", 303)


async def question(request: Request) -> Response:
    """The question to whoever wants in: to any passkey, or after a password to one of his."""
    here, half = house(request), await _half(request)
    keys = await here.factors.passkeys(half[1].id) if half else ()
    asked, challenge = here.ceremonies.question(keys)
    return JSONResponse({"asked": asked, "ticket": _ticket(request, challenge, _of(half))})


async def answered(request: Request) -> Response:
    """A passkey answers."""
    here, form, half = house(request), await form_of(request), await _half(request)
    answer, onward, client = str(form.get("answer", "")), local(str(form.get("next", "/"))), client_of(request)
    id_, handle = named(answer)
    key = f"passkey {id_}"
    if not await here.patience.bears(key, client, here.clock.now()):
        return _back(onward, half, "often")
    challenge = await _challenge(request, str(form.get("ticket", "")), _of(half))
    passkey = await here.factors.passkey(id_) if id_ else None
    if not challenge or passkey is None:
        await step(request, "passkey refused", why="too late" if passkey else "unknown")
        return _back(onward, half, "stale" if passkey else "passkey")
    account = await here.book.account(passkey.account)
    why = await _flaw(request, passkey, account, half, (answer, challenge, handle))
    if why or account is None:
        await step(request, "passkey refused", by=account.login if account else "", passkey=passkey.name, why=why)
        return _back(onward, half, "elsewhere" if why == _ELSEWHERE else "passkey")
    await here.patience.forget(key, client)
    how, shown = (half[0].how, half[0].shown) if half else ("passkey", here.clock.now())
    await step(request, "signed in", by=account.login, how=how, passkey=passkey.name, factors=2)
    return await admitted(request, account, onward, how=how, strong=True, shown=shown)


async def _flaw(
    request: Request,
    passkey: Passkey,
    account: Account | None,
    half: tuple[Session, Account] | None,
    said: tuple[str, str, str],
) -> str:
    """What is wrong with an answer, "" if nothing is; its count is then noted."""
    here, (answer, challenge, handle) = house(request), said
    if account is None or account.disabled is not None:
        return "closed account"
    if half is not None and half[1].id != account.id:
        return "somebody else's"
    if handle != account.id and (half is None or handle):
        return "made for somebody else"
    if account.origin and half is None:
        return _ELSEWHERE
    try:
        count = here.ceremonies.verify(answer, challenge, passkey, alone=half is None)
    except NotProven as wrong:
        return str(wrong)
    return "" if await here.factors.passkey_used(passkey, count, here.clock.now()) else "used at the same moment"


async def _half(request: Request) -> tuple[Session, Account] | None:
    """Who gave his password and has still to show his second factor, if that is what is asked for."""
    return await whose(request, whole=False) if (await form_of(request)).get("second") else None


def _of(half: tuple[Session, Account] | None) -> str:
    return f"passkey after {half[0].digest}" if half else _ALONE


def _new(request: Request) -> str:
    return f"new passkey in {session(request).digest}"


def _ticket(request: Request, challenge: str, of: str) -> str:
    here = house(request)
    said = {"challenge": challenge, "until": (here.clock.now() + _LASTS).timestamp()}
    return here.seal.close(json.dumps(said), of)


async def _challenge(request: Request, ticket: str, of: str) -> str:
    """The challenge of a ticket that serves, "" for one that does not; it is then used up."""
    here, now = house(request), house(request).clock.now()
    try:
        said = json.loads(here.seal.open(ticket, of))
    except Broken:
        return ""
    until = datetime.fromtimestamp(said["until"], UTC)
    fresh = until > now and await here.factors.once(digest(said["challenge"]), now, until)
    return str(said["challenge"]) if fresh else ""


def _back(onward: str, half: tuple[Session, Account] | None, why: str) -> Response:
    place = "/sign-in/code" if half else "/sign-in"
    return RedirectResponse(f"{place}?{urlencode({'next': onward, 'problem': why})}", 303)


def _called(written: str) -> str:
    return " ".join(written.split())[:_NAME]


async def _passkeys(request: Request, *, status: int = 200, problem: str = "") -> Response:
    here = house(request)
    said = {"keys": await here.factors.passkeys(me(request).id), "fresh": is_fresh(request), "possible": here.ceremonies.possible}
    return page(request, "passkeys.html", status=status, problem=problem, **said)
