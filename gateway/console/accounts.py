"""Looking after accounts: who there is, with which role, and one-time links. It shows no mail."""

from dataclasses import replace

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway.console.house import form_of, house, me
from gateway.console.pages import page, trouble
from gateway.console.steps import step
from gateway.people import INVITED, Account, Altered, Entry, Role, Taken, Wrong, digest, new_account, secret, words_of


async def people(request: Request) -> Response:
    """Everybody."""
    return await _people(request)


async def add(request: Request) -> Response:
    """A new account, and the link with which its owner sets a password."""
    here, form = house(request), await form_of(request)
    try:
        account = new_account(_written(form), here.clock.now())
        await here.book.add(account)
    except (Wrong, Taken) as wrong:
        return await _people(request, status=422, problem=str(wrong), said=form)
    await step(request, "account added", account=account.login, role=str(account.role))
    return await _linked(request, account)


async def person(request: Request) -> Response:
    """One of them."""
    account = await _account(request)
    return _person(request, account) if account else _unknown(request)


async def change(request: Request) -> Response:
    """Name, role, groups and addresses."""
    here, form, account = house(request), await form_of(request), await _account(request)
    if account is None:
        return _unknown(request)
    written = replace(_written(form), login=account.login)
    if account.origin:
        written = replace(written, role=account.role, reviewers=account.reviewers)
    if account.id == me(request).id and written.role != account.role:
        return _person(request, account, "You cannot take your own role away; another administrator can.")
    try:
        fresh = new_account(written, account.made)
        changed = replace(account, name=fresh.name, role=fresh.role, reviewers=fresh.reviewers, also=fresh.also)
        await here.book.change(changed, was=account)
    except (Wrong, Altered) as wrong:
        return _person(request, account, str(wrong))
    if changed.role is not account.role:
        await here.book.end_all(account.id)
    await step(request, "account changed", account=account.login, role=str(changed.role))
    return RedirectResponse("/people", 303)


async def link(request: Request) -> Response:
    """A new one-time link."""
    account = await _account(request)
    if account is not None and account.origin:
        return _person(request, account, f"This account comes from {account.origin}, and has no password here.")
    return await _linked(request, account) if account else _unknown(request)


async def reset(request: Request) -> Response:
    """His second factor is lost: no app, no passkey and no recovery code counts any more. The password stays."""
    account = await _account(request)
    if account is None:
        return _unknown(request)
    if account.id == me(request).id:
        return _person(request, account, "You cannot do that to your own account; another administrator can.")
    await house(request).factors.reset(account.id)
    await step(request, "second factor reset", account=account.login)
    return RedirectResponse("/people", 303)


async def disable(request: Request) -> Response:
    """Nobody signs in as him any more, from this moment on."""
    here, account = house(request), await _account(request)
    if account is None:
        return _unknown(request)
    if account.id == me(request).id:
        return _person(request, account, "You cannot disable your own account; another administrator can.")
    try:
        await here.book.change(replace(account, disabled=account.disabled or here.clock.now(), lapsed=False), was=account)
    except Altered as altered:
        return _person(request, account, str(altered))
    await here.book.end_all(account.id)
    await step(request, "account disabled", account=account.login)
    return RedirectResponse("/people", 303)


async def enable(request: Request) -> Response:
    """He may again."""
    account = await _account(request)
    if account is None:
        return _unknown(request)
    try:
        await house(request).book.change(replace(account, disabled=None, lapsed=False), was=account)
    except Altered as altered:
        return _person(request, account, str(altered))
    await step(request, "account enabled", account=account.login)
    return RedirectResponse("/people", 303)


async def _people(request: Request, *, status: int = 200, problem: str = "", said: FormData | None = None) -> Response:
    accounts = await house(request).book.accounts()
    written = {name: str(said.get(name, "")) if said else "" for name in ("login", "name", "role", "reviewers", "also")}
    keyed = await house(request).factors.with_passkeys()
    shown = {"accounts": accounts, "keyed": keyed, "roles": list(Role), "said": written}
    return page(request, "people.html", status=status, problem=problem, **shown)


def _person(request: Request, account: Account, problem: str = "") -> Response:
    status = 422 if problem else 200
    return page(request, "person.html", status=status, account=account, roles=list(Role), problem=problem)


async def _linked(request: Request, account: Account) -> Response:
    here, token = house(request), secret()
    await here.book.invite(digest(token), account.id, here.clock.now() + INVITED)
    await step(request, "one-time link made", account=account.login)
    return page(request, "link.html", account=account, link=f"{here.settings.public_url}/welcome/{token}", hours=72)


async def _account(request: Request) -> Account | None:
    return await house(request).book.account(request.path_params["account"])


def _written(form: FormData) -> Entry:
    return Entry(
        login=str(form.get("login", "")),
        name=str(form.get("name", "")),
        role=str(form.get("role", "")),
        reviewers=words_of(str(form.get("reviewers", ""))),
        also=words_of(str(form.get("also", ""))),
    )


def _unknown(request: Request) -> Response:
    return trouble(request, 404, "There is no such account", "Go back to the list of people.")
