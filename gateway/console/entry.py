"""Signing in: by password and, for who has one, a second factor; the first time by a one-time link."""

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway.console.guard import cookie_name, local, whose
from gateway.console.house import form_of, house
from gateway.console.pages import page, trouble
from gateway.console.passwords import LONGEST, SHORTEST, step_of, weakness
from gateway.console.steps import step
from gateway.people import Account, Session, digest, secret

_WRONG = "That address and password do not go together."
_TOO_OFTEN = "There were too many wrong tries. Wait a quarter of an hour, or ask an administrator for a new link."


async def sign_in(request: Request) -> Response:
    """The form; who is signed in already goes on."""
    onward = local(request.query_params.get("next", "/"))
    if await whose(request):
        return RedirectResponse(onward, 303)
    return page(request, "sign_in.html", onward=onward, login="", problem="", late="late" in request.query_params)


async def signed_in(request: Request) -> Response:
    """Look at a login and a password."""
    here, form = house(request), await form_of(request)
    login, onward = str(form.get("login", "")).strip()[:320], local(str(form.get("next", "/")))
    key, client, now = login.casefold(), _client(request), here.clock.now()

    def refused(status: int, problem: str) -> Response:
        return page(request, "sign_in.html", status=status, onward=onward, login=login, problem=problem, late=False)

    if here.patience.is_over(key, client, now):
        await step(request, "sign-in held off", by=key)
        return refused(429, _TOO_OFTEN)
    here.patience.tried(key, client, now)
    account = await here.book.known_as(login)
    if not await here.passwords.fits(account, str(form.get("password", ""))) or account is None or account.disabled:
        await step(request, "sign-in refused", by=key)
        return refused(401, _WRONG)
    here.patience.forget(key, client)
    if account.totp:
        return await admitted(request, account, f"/sign-in/code?next={quote(onward, safe='/')}", whole=False)
    await step(request, "signed in", by=account.login)
    return await admitted(request, account, onward)


async def code(request: Request) -> Response:
    """The form for the second factor."""
    if not await whose(request, whole=False):
        return RedirectResponse("/sign-in", 303)
    return page(request, "code.html", onward=local(request.query_params.get("next", "/")), problem="")


async def coded(request: Request) -> Response:
    """Look at the code."""
    found = await whose(request, whole=False)
    if found is None:
        return RedirectResponse("/sign-in", 303)
    here, form, (half, account) = house(request), await form_of(request), found
    onward, key, client, now = local(str(form.get("next", "/"))), f"code {account.id}", _client(request), here.clock.now()
    if here.patience.is_over(key, client, now):
        return page(request, "code.html", status=429, onward=onward, problem=_TOO_OFTEN)
    here.patience.tried(key, client, now)
    passed = step_of(account.totp, str(form.get("code", "")), now)
    if passed is None or not await here.book.spend(account.id, passed):
        await step(request, "code refused", by=account.login)
        return page(request, "code.html", status=401, onward=onward, problem="That code is not right, or was used already.")
    here.patience.forget(key, client)
    await here.book.end(half.digest)
    await step(request, "signed in", by=account.login, factors=2)
    return await admitted(request, account, onward)


async def sign_out(request: Request) -> Response:
    """End the session."""
    if found := await whose(request, quiet=True):
        request.state.me = found[1]
        await house(request).book.end(found[0].digest)
        await step(request, "signed out")
    answer = RedirectResponse("/sign-in", 303)
    answer.delete_cookie(cookie_name(house(request)), path="/", secure=house(request).secure, httponly=True, samesite="lax")
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
    return await admitted(request, accepted, "/me/second-factor?first=1")


async def admitted(request: Request, account: Account, onward: str, *, whole: bool = True) -> Response:
    """A new session, always with a new id, and the way on."""
    here, cookie = house(request), secret()
    now = here.clock.now()
    agent = request.headers.get("user-agent", "")
    await here.book.begin(
        Session(digest=digest(cookie), account=account.id, made=now, seen=now, whole=whole, address=_client(request), agent=agent)
    )
    answer = RedirectResponse(onward, 303)
    answer.set_cookie(cookie_name(here), cookie, path="/", secure=here.secure, httponly=True, samesite="lax")
    return answer


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


def _client(request: Request) -> str:
    return request.client.host if request.client else ""
