"""One's own account: the password, the second factor, and where one is signed in."""

from dataclasses import replace

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway.console.house import client_of, form_of, house, me, session
from gateway.console.pages import page
from gateway.console.passwords import is_secret, new_secret, picture, setup_link, step_of, weakness
from gateway.console.recovery import onward as after_setting_up
from gateway.console.steps import step
from gateway.console.sure import is_in_doubt, sign_in_again
from gateway.people import Altered
from gateway.timetable import Timetable

_MEANWHILE = "Your account was changed meanwhile, and this was not done. Look at it, and do it again if you still want to."


async def account(request: Request) -> Response:
    """The page."""
    return await _account(request)


async def password(request: Request) -> Response:
    """Another password; all other sessions end."""
    here, form, own = house(request), await form_of(request), me(request)
    if not await here.patience.bears(f"own {own.id}", client_of(request), here.clock.now()):
        return await _account(request, status=429, problem="There were too many wrong tries. Wait a quarter of an hour.")
    if not await here.passwords.fits(own, str(form.get("old", ""))):
        return await _account(request, status=422, problem="That is not your password now.")
    await here.patience.forget(f"own {own.id}", client_of(request))
    new = str(form.get("password", ""))
    if problem := weakness(new, str(form.get("again", "")), own):
        return await _account(request, status=422, problem=problem)
    try:
        await here.book.change(replace(own, password=await here.passwords.hashed(new)), was=own)
    except Altered:
        return await _account(request, status=409, problem=_MEANWHILE)
    await here.book.end_all(own.id, but=session(request).digest)
    await step(request, "password changed")
    return RedirectResponse("/me?done=password", 303)


async def second_factor(request: Request) -> Response:
    """A new secret to put in an app. It counts only once a code of it was given."""
    if is_in_doubt(request):
        return sign_in_again("/me/second-factor")
    return _second_factor(request, new_secret(), "")


async def second_factored(request: Request) -> Response:
    """Look at the code, and take the secret."""
    here, form, own = house(request), await form_of(request), me(request)
    if is_in_doubt(request):
        return sign_in_again("/me/second-factor")
    secret = str(form.get("secret", ""))
    if not is_secret(secret):
        return _second_factor(request, new_secret(), "That did not come from this page. Scan the new picture.")
    client, now = client_of(request), here.clock.now()
    if not await here.patience.bears(f"own {own.id}", client, now):
        return _second_factor(request, secret, "There were too many wrong tries. Wait a quarter of an hour.")
    if own.password and not await here.passwords.fits(own, str(form.get("old", ""))):
        return _second_factor(request, secret, "That is not your password.")
    passed = step_of(secret, str(form.get("code", "")), now)
    if passed is None:
        return _second_factor(request, secret, "That code is not right. Wait for the next one and try again.")
    await here.patience.forget(f"own {own.id}", client)
    try:
        await here.book.change(replace(own, totp=here.seal.close(secret, own.id)), was=own)
    except Altered:
        return _second_factor(request, secret, _MEANWHILE)
    await here.book.spend(own.id, passed)
    await here.book.strengthen(session(request).digest)
    await here.book.end_all(own.id, but=session(request).digest)
    await step(request, "second factor set")
    return RedirectResponse(await after_setting_up(request, "factor"), 303)


async def end_sessions(request: Request) -> Response:
    """Sign out everywhere else."""
    await house(request).book.end_all(me(request).id, but=session(request).digest)
    await step(request, "other sessions ended")
    return RedirectResponse("/me?done=sessions", 303)


async def told(request: Request) -> Response:
    """When to be told of what waits: as the group, or otherwise."""
    here, form = house(request), await form_of(request)
    chosen, at, zone = (str(form.get(name, "")).strip() for name in ("told", "at", "zone"))
    written = chosen.replace("daily", f"daily at {at} {zone}".strip())
    try:
        wanted = Timetable.parse(written) if chosen else None
    except ValueError as wrong:
        return await _account(request, status=422, problem=f"{wrong}.")
    await here.rounds.wish(me(request).id, wanted)
    await step(request, "told changed", told=str(wanted or "as the group"))
    return RedirectResponse("/me?done=told", 303)


async def _account(request: Request, *, status: int = 200, problem: str = "") -> Response:
    sessions = await house(request).book.sessions(me(request).id)
    whole = [one for one in sessions if one.whole][:20]
    done = request.query_params.get("done", "")
    here, own = house(request), me(request).id
    said = {
        "passkeys": len(await here.factors.passkeys(own)),
        "codes": await here.factors.codes_left(own),
        "told": (await here.rounds.wishes()).get(own),
    }
    this = session(request).digest
    return page(request, "own.html", status=status, problem=problem, sessions=whole, this=this, done=done, **said)


def _second_factor(request: Request, secret: str, problem: str) -> Response:
    here = house(request)
    link = setup_link(secret, me(request).login, here.settings.name)
    return page(
        request,
        "second_factor.html",
        status=422 if problem else 200,
        secret=secret,
        link=link,
        picture=picture(link),
        problem=problem,
        first=request.query_params.get("first", ""),
        required=here.settings.second_factor == "required",
    )
