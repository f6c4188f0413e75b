"""What the command line may ask of the console's accounts. Whoever may open the socket may make administrators."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from gateway.control.server import Answer
from gateway.control.words import INVALID, UNKNOWN, Refused
from gateway.factors import FactorBook
from gateway.people import INVITED, Account, AccountBook, Entry, Role, Taken, Wrong, digest, new_account, secret
from gateway.ports import Clock, Trail


def user_answers(*, book: AccountBook, factors: FactorBook, trail: Trail, clock: Clock, public_url: str) -> dict[str, Answer]:
    """Requests about accounts. public_url: of the console, "" if there is none to sign in to."""
    users = _Users(book=book, factors=factors, trail=trail, clock=clock, public_url=public_url)
    return {
        "user.add": users.add,
        "user.list": users.list,
        "user.disable": users.disable,
        "user.enable": users.enable,
        "user.link": users.link,
        "user.reset": users.reset,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Users:
    book: AccountBook
    factors: FactorBook
    trail: Trail
    clock: Clock
    public_url: str

    async def add(self, user: str, asked: Mapping[str, Any]) -> object:
        try:
            account = new_account(_entry(asked), self.clock.now())
            await self.book.add(account)
        except (Wrong, Taken) as wrong:
            raise Refused(INVALID, str(wrong)) from None
        await self._record("account added", user, account, role=str(account.role))
        return {**shown(account), **(await self._linked(account, user) if asked.get("link") else {})}

    async def list(self, _user: str, _asked: Mapping[str, Any]) -> object:
        return [{**shown(account), **await self._more(account)} for account in await self.book.accounts()]

    async def disable(self, user: str, asked: Mapping[str, Any]) -> object:
        was = await self._found(asked)
        account = replace(was, disabled=was.disabled or self.clock.now(), lapsed=False)
        await self.book.change(account, was=was)
        await self.book.end_all(account.id)
        await self._record("account disabled", user, account)
        return shown(account)

    async def enable(self, user: str, asked: Mapping[str, Any]) -> object:
        was = await self._found(asked)
        account = replace(was, disabled=None, lapsed=False)
        await self.book.change(account, was=was)
        await self._record("account enabled", user, account)
        return shown(account)

    async def link(self, user: str, asked: Mapping[str, Any]) -> object:
        account = await self._found(asked)
        return {**shown(account), **await self._linked(account, user)}

    async def reset(self, user: str, asked: Mapping[str, Any]) -> object:
        """Drop second factors; the password and what he is elsewhere, too, where that is asked for."""
        account, elsewhere = await self._found(asked), bool(asked.get("elsewhere"))
        await self.factors.reset(account.id, bound=elsewhere)
        was = account = await self._found(asked)
        if asked.get("password"):
            account = replace(account, password="")
        if elsewhere:
            account = replace(account, origin="", lapsed=False)
        await self.book.change(account, was=was)
        await self._record("second factor reset", user, account, password=bool(asked.get("password")), elsewhere=elsewhere)
        return shown(account)

    async def _linked(self, account: Account, user: str) -> dict[str, object]:
        if not self.public_url:
            raise Refused(INVALID, "there is no console; write `console:` into the settings and start Hatchway again")
        if account.origin:
            remedy = f"`hatchway user reset {account.login} --elsewhere` makes it an account of ours"
            raise Refused(INVALID, f"{account.login} comes from {account.origin} and has no password here; {remedy}")
        token, until = secret(), self.clock.now() + INVITED
        await self.book.invite(digest(token), account.id, until)
        await self._record("one-time link made", user, account)
        return {"link": f"{self.public_url}/welcome/{token}", "until": until.isoformat(timespec="seconds")}

    async def _record(self, what: str, user: str, account: Account, **said: object) -> None:
        await self.trail.record(what, actor=user, detail={"account": account.login, **said})

    async def _more(self, account: Account) -> dict[str, object]:
        keys = await self.factors.passkeys(account.id)
        return {"passkeys": len(keys), "recovery_codes": await self.factors.codes_left(account.id)}

    async def _found(self, asked: Mapping[str, Any]) -> Account:
        account = await self.book.known_as(str(asked["login"]))
        if account is None:
            raise Refused(UNKNOWN, f"nobody is known as {asked['login']}; `hatchway user list` shows who is")
        return account


def shown(account: Account) -> dict[str, object]:
    """An account as JSON, without its secrets."""
    return {
        "login": account.login,
        "name": account.name,
        "role": str(account.role),
        "reviewers": list(account.reviewers),
        "addresses": [str(address) for address in account.addresses],
        "password": bool(account.password),
        "second_factor": bool(account.totp),
        "origin": account.origin,
        "disabled": account.disabled.isoformat(timespec="seconds") if account.disabled else None,
    }


def _entry(asked: Mapping[str, Any]) -> Entry:
    return Entry(
        login=str(asked["login"]),
        role=str(asked.get("role", Role.REVIEWER)),
        name=str(asked.get("name", "")),
        reviewers=tuple(map(str, asked.get("reviewers", ()))),
        also=tuple(map(str, asked.get("also", ()))),
    )
