"""What the command line may ask of tokens. A token is shown once, in the answer that makes it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from gateway.control.server import Answer
from gateway.control.words import INVALID, UNKNOWN, Refused
from gateway.factors import FactorBook
from gateway.people import Account, AccountBook
from gateway.ports import Clock, Trail
from gateway.tokens import Token, TokenBook, Unfit, new_token, refused
from gateway.trail import Step

_LASTS = re.compile(r"(\d{1,4})([hd])")
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1)}


def token_answers(  # noqa: PLR0913  -- the parts are wired by name
    *, tokens: TokenBook, book: AccountBook, factors: FactorBook, trail: Trail, clock: Clock, vouched_for: timedelta
) -> dict[str, Answer]:
    """Requests about tokens."""
    asked = _Tokens(tokens=tokens, book=book, factors=factors, trail=trail, clock=clock, vouched_for=vouched_for)
    return {"token.create": asked.create, "token.list": asked.list, "token.revoke": asked.revoke}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tokens:
    tokens: TokenBook
    book: AccountBook
    factors: FactorBook
    trail: Trail
    clock: Clock
    vouched_for: timedelta

    async def create(self, user: str, asked: Mapping[str, Any]) -> object:
        account, now = await self._account(str(asked["account"])), self.clock.now()
        lasts = _lasts(str(asked["expires"]), now)
        scopes = [str(scope) for scope in asked.get("scopes", ())]
        try:
            token, whole = new_token(str(asked["name"]), account, scopes, by=user, at=now, lasts=lasts)
            await self.tokens.add(token)
        except Unfit as unfit:
            raise Refused(INVALID, str(unfit)) from None
        said = {"token": token.name, "id": token.id, "account": account.login, "scopes": list(token.scopes)}
        until = {"expires": token.expires.isoformat(timespec="seconds")} if token.expires else {}
        await self.trail.record(Step.PROGRAM_ADDED, actor=user, detail={**said, **until})
        return {**shown(token, account.login), "token": whole}

    async def list(self, _user: str, _asked: Mapping[str, Any]) -> object:
        known = {account.id: account for account in await self.book.accounts()}
        return [await self._listed(token, known.get(token.account)) for token in await self.tokens.tokens()]

    async def _listed(self, token: Token, account: Account | None) -> dict[str, object]:
        """refused: why it does not serve; "" if it does."""
        if account is None:
            return {**shown(token, ""), "refused": "its account is gone"}
        why = await refused(token, account, self.factors, self.clock.now(), self.vouched_for)
        return {**shown(token, account.login), "refused": why}

    async def revoke(self, user: str, asked: Mapping[str, Any]) -> object:
        named = str(asked["name"])
        found = next((one for one in await self.tokens.tokens() if named in {one.name, one.id}), None)
        if found is None:
            raise Refused(UNKNOWN, f"there is no token called {named}; `hatchway token list` shows what there is")
        await self.tokens.revoke(found.id, self.clock.now())
        await self.trail.record(Step.PROGRAM_REVOKED, actor=user, detail={"token": found.name, "id": found.id})
        return {"name": found.name, "id": found.id, "state": "revoked"}

    async def _account(self, login: str) -> Account:
        account = await self.book.known_as(login)
        if account is None:
            remedy = f"hatchway user add {login} --role reviewer --reviewers GROUP makes an account that nobody can sign in to"
            raise Refused(UNKNOWN, f"nobody is known as {login}; {remedy}")
        return account


def shown(token: Token, login: str) -> dict[str, object]:
    """A token as JSON, without its secret."""
    moments = {name: getattr(token, name) for name in ("made", "expires", "used", "revoked")}
    return {
        "name": token.name,
        "id": token.id,
        "account": login,
        "scopes": list(token.scopes),
        "by": token.by,
        **{name: at.isoformat(timespec="seconds") if at else None for name, at in moments.items()},
    }


def _lasts(written: str, now: datetime) -> timedelta | None:
    """How long it is to serve; None for until it is revoked. Raises Refused."""
    if written == "never":
        return None
    found = _LASTS.fullmatch(written)
    try:
        lasts = int(found[1]) * _UNITS[found[2]] if found else datetime.fromisoformat(written).replace(tzinfo=UTC) - now
    except (ValueError, OverflowError):
        raise Refused(INVALID, f'"{written}" is no time; write for example 90d, 12h, 2027-06-30, or never') from None
    if lasts <= timedelta():
        raise Refused(INVALID, f"{written} is over already")
    return lasts
