"""Somebody comes with a word from elsewhere, or with a password: which account is his, and which role it has from now on.

An account is his for good once what he is elsewhere was bound to it; the first time it is found by his address, unless it
has a password, which says that somebody else may be in it. Accounts that a provider or a directory made follow it: their
role is what it gives today, and they are closed when it gives none. Accounts that an administrator made keep their role.
"""

from dataclasses import dataclass, replace
from typing import Literal

from starlette.requests import Request

from gateway.console.house import house
from gateway.console.steps import step
from gateway.factors import Bound
from gateway.identity import Given, Ldap, Oidc, Vouched, role_of
from gateway.people import Account, Altered, Entry, Role, Taken, Wrong, new_account
from gateway.trail import Step

Origin = Literal["oidc", "ldap"]

_NO_ROLE = "You are known, but you have no role here. Ask an administrator."
_NO_ACCOUNT = "You are known, but you have no account here. Ask an administrator."
_OTHERS = "Your address belongs to an account that is not yours yet. Ask an administrator."
_CLOSED = "Your account here is closed. Ask an administrator."


class Unwelcome(Exception):  # noqa: N818  -- it states a fact
    """He is who he says, and may not come in. says: to him; why: for the trail."""

    def __init__(self, says: str, why: str) -> None:
        super().__init__(why)
        self.says = says
        self.why = why


@dataclass(frozen=True, slots=True, kw_only=True)
class _Arrival:
    request: Request
    vouched: Vouched
    origin: Origin
    given: Given | None
    welcome: bool
    """Whether new accounts are made."""


async def by_password(request: Request, login: str, password: str) -> tuple[Account, str] | None:
    """Whose login and password go together, and where; None if they do not. Raises Unwelcome, DirectoryAway."""
    here = house(request)
    account = await here.book.known_as(login)
    if here.ldap is None or (account is not None and account.password):
        right = await here.passwords.fits(account, password)
        now = await here.book.account(account.id) if right and account is not None else None
        if now is None or account is None or now.disabled is not None or now.password != account.password:
            return None  # looking at it takes a while, and it may have been replaced meanwhile
        return now, "password"
    vouched = await here.ldap.vouch(login, password)
    return (await arrived(request, vouched, here.ldap.settings, "ldap"), "ldap") if vouched else None


async def arrived(request: Request, vouched: Vouched, wishes: Oidc | Ldap, origin: Origin) -> Account:
    """The account of who was vouched for, as it is from now on. Raises Unwelcome."""
    given = role_of(vouched.groups, wishes.roles)
    arrival = _Arrival(request=request, vouched=vouched, origin=origin, given=given, welcome=wishes.new_accounts)
    account = await _his(arrival)
    if account.origin == origin:
        account = await _following(arrival, account)
    if account.disabled is not None:
        raise Unwelcome(_CLOSED, "closed")
    return account


async def _his(arrival: _Arrival) -> Account:
    here, vouched = house(arrival.request), arrival.vouched
    if known := await here.factors.bound(vouched.by, vouched.subject):
        account = await here.book.account(known)
    else:
        account = await here.book.known_as(vouched.address) or await _made(arrival)
        if account.password or not await _bound(arrival, account):
            raise Unwelcome(_OTHERS, "address of another account")
    if account is None:
        raise Unwelcome(_NO_ACCOUNT, "no account")
    return account


async def _bound(arrival: _Arrival, account: Account) -> bool:
    here, vouched = house(arrival.request), arrival.vouched
    bound = Bound(by=vouched.by, subject=vouched.subject, account=account.id, made=here.clock.now())
    done = await here.factors.bind(bound)
    if done:
        said = {"account": account.login, "how": arrival.origin, "subject": vouched.subject}
        await step(arrival.request, "account bound", by=account.login, **said)
    return done


async def _made(arrival: _Arrival) -> Account:
    here, given, vouched = house(arrival.request), arrival.given, arrival.vouched
    if given is None:
        raise Unwelcome(_NO_ROLE, "no group gives a role")
    if not arrival.welcome:
        raise Unwelcome(_NO_ACCOUNT, "no account, and none is made")
    entry = Entry(login=vouched.address, role=given.role, name=vouched.name, reviewers=given.reviewers)
    try:
        account = replace(new_account(entry, here.clock.now()), origin=arrival.origin)
        await here.book.add(account)
    except Wrong:
        raise Unwelcome(_NO_ACCOUNT, f"no account can be made for {vouched.address[:100]}") from None
    except Taken:
        raise Unwelcome("Try again.", "made by another at the same moment") from None
    await step(arrival.request, "account added", by=account.login, account=account.login, role=given.role, how=arrival.origin)
    return account


async def _following(arrival: _Arrival, account: Account) -> Account:
    """The account as the origin has it today. Raises Unwelcome if that gives no role any more."""
    here, request, given = house(arrival.request), arrival.request, arrival.given
    if given is None:
        if account.disabled is None:
            await _changed(arrival, replace(account, disabled=here.clock.now(), lapsed=True), account)
            await here.book.end_all(account.id)
            await step(request, "account disabled", by=account.login, account=account.login, how=arrival.origin)
        raise Unwelcome(_NO_ROLE, "no group gives a role")
    changed = replace(account, role=Role(given.role), reviewers=given.reviewers, name=_name(arrival) or account.name)
    if account.lapsed:
        changed = replace(changed, disabled=None, lapsed=False)
    await _changed(arrival, changed, account)
    if account.lapsed:
        await step(request, "account enabled", by=account.login, account=account.login, how=arrival.origin)
    if (changed.role, changed.reviewers) != (account.role, account.reviewers):
        await here.book.end_all(account.id)
        said = {"account": account.login, "role": given.role, "before": str(account.role), "how": arrival.origin}
        await step(request, Step.ROLE_CHANGED, by=account.login, **said)
    return await _moved(arrival, changed)


async def _changed(arrival: _Arrival, account: Account, was: Account) -> None:
    """Raises Unwelcome where somebody changed the same meanwhile: nobody comes in by what he was before."""
    try:
        await house(arrival.request).book.change(account, was=was)
    except Altered:
        raise Unwelcome("Try again.", "changed by another at the same moment") from None


async def _moved(arrival: _Arrival, account: Account) -> Account:
    """With the address he has there now; the old one stays his, so that he does not rule on mail he sent from it."""
    address = arrival.vouched.address.strip().casefold()
    if address == account.login or address in account.also:
        return account
    try:
        moved = replace(account, login=address, also=(account.login, *account.also))
        new_account(Entry(login=address, role=account.role, reviewers=account.reviewers), account.made)
        await house(arrival.request).book.change(moved, was=account)
    except (Taken, Wrong, Altered):
        return account
    await step(arrival.request, "account changed", by=address, account=address, before=account.login, how=arrival.origin)
    return moved


def _name(arrival: _Arrival) -> str:
    return " ".join(arrival.vouched.name.split())[:100]
