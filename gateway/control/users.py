"""What the command line may ask of the console's accounts. Whoever may open the socket may make administrators."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from gateway.control.server import Answer
from gateway.control.words import INVALID, UNKNOWN, Refused
from gateway.people import INVITED, Account, AccountBook, Entry, Role, Taken, Wrong, digest, new_account, secret
from gateway.ports import Clock


def user_answers(*, book: AccountBook, clock: Clock, public_url: str) -> dict[str, Answer]:
    """Requests about accounts. public_url: of the console, "" if there is none to sign in to."""
    users = _Users(book=book, clock=clock, public_url=public_url)
    return {
        "user.add": users.add,
        "user.list": users.list,
        "user.disable": users.disable,
        "user.enable": users.enable,
        "user.link": users.link,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Users:
    book: AccountBook
    clock: Clock
    public_url: str

    async def add(self, _user: str, asked: Mapping[str, Any]) -> object:
        try:
            account = new_account(_entry(asked), self.clock.now())
            await self.book.add(account)
        except (Wrong, Taken) as wrong:
            raise Refused(INVALID, str(wrong)) from None
        return {**shown(account), **(await self._linked(account) if asked.get("link") else {})}

    async def list(self, _user: str, _asked: Mapping[str, Any]) -> object:
        return [shown(account) for account in await self.book.accounts()]

    async def disable(self, _user: str, asked: Mapping[str, Any]) -> object:
        account = replace(await self._found(asked), disabled=self.clock.now())
        await self.book.change(account)
        await self.book.end_all(account.id)
        return shown(account)

    async def enable(self, _user: str, asked: Mapping[str, Any]) -> object:
        account = replace(await self._found(asked), disabled=None)
        await self.book.change(account)
        return shown(account)

    async def link(self, _user: str, asked: Mapping[str, Any]) -> object:
        account = await self._found(asked)
        return {**shown(account), **await self._linked(account)}

    async def _linked(self, account: Account) -> dict[str, object]:
        if not self.public_url:
            raise Refused(INVALID, "there is no console; write `console:` into the settings and start Hatchway again")
        token, until = secret(), self.clock.now() + INVITED
        await self.book.invite(digest(token), account.id, until)
        return {"link": f"{self.public_url}/welcome/{token}", "until": until.isoformat(timespec="seconds")}

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
