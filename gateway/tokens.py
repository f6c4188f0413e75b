"""What programs prove themselves by: tokens with scopes, each of an account, with no more rights than that has.

A token is `hatchway_ID_SECRET`. The book keeps its id, which anybody may know, and the SHA-256 of its secret. Two tokens of
one account are one person where two are asked for, and so are a person and his token. What a program asked for under an
idempotency key is kept for a day, so that asking again does nothing again.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from hmac import compare_digest
from typing import Protocol

from gateway.factors import FactorBook
from gateway.hold import ENTERED
from gateway.lately import lately
from gateway.mail import new_id
from gateway.people import RULING, Account, Role, Ruler, digest, keys_of, secret

KEPT = timedelta(hours=24)
"""How long an answer under an idempotency key is given again."""
ABANDONED = timedelta(minutes=2)
"""After so long nobody is still at work on what was asked."""
_FORM = re.compile(r"hatchway_([0-9A-Za-z]{1,20})_([\w-]{43})")
_NAME = re.compile(r"[\w][\w .,:/+-]{0,59}")
_NOBODY = digest("")


class Scope(StrEnum):
    """What a token may be used for; `ROLES` says who can have it."""

    QUEUE_READ = "queue:read"
    MESSAGE_READ = "message:read"
    RULE_WRITE = "rule:write"
    NOTES_WRITE = "notes:write"
    REPORT_READ = "report:read"
    TRAIL_READ = "trail:read"


_READING = RULING | {Role.AUDITOR}
ROLES = {
    Scope.QUEUE_READ: _READING,
    Scope.MESSAGE_READ: _READING,
    Scope.RULE_WRITE: RULING,
    Scope.NOTES_WRITE: RULING,
    Scope.REPORT_READ: frozenset({Role.SUPERVISOR, Role.AUDITOR}),
    Scope.TRAIL_READ: frozenset({Role.AUDITOR}),
}


class Unfit(ValueError):  # noqa: N818  -- it states a fact
    """What was written makes no token, and what to do about it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """digest: of its secret; account: whose; by: who made it; used: when it last was, as far as it is written down."""

    id: str
    name: str
    account: str
    scopes: tuple[Scope, ...]
    digest: str = field(repr=False)
    made: datetime
    by: str
    expires: datetime | None = None
    used: datetime | None = None
    revoked: datetime | None = None

    def proves(self, secret_: str) -> bool:
        """Whether that is its secret, in the same time whatever it is."""
        return compare_digest(self.digest, digest(secret_))


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What was answered under an idempotency key. status: 0 while somebody is at work on it; hold: what it is about."""

    print: str
    at: datetime
    hold: str = ""
    status: int = 0
    body: str = ""


class TokenBook(Protocol):
    """Keeps tokens. Durable; raises StoreUnavailable, and then nothing was written."""

    async def add(self, token: Token) -> None:
        """A new one. Raises Unfit if the name was ever given, KeyError for an account that is none."""
        ...

    async def tokens(self) -> Sequence[Token]:
        """All there ever were, by name."""
        ...

    async def token(self, id_: str) -> tuple[Token, Account] | None:
        """By its id, with whose it is."""
        ...

    async def revoke(self, id_: str, at: datetime) -> None:
        """It does not serve from now on. Raises KeyError."""
        ...

    async def used(self, token: Token, at: datetime, actor: str, hold: str, detail: dict[str, object]) -> None:
        """Write that it was used, in the trail, too, in one transaction."""
        ...

    async def begin(self, token: str, key: str, asked: Answered) -> Answered | None:
        """Begin on what is asked under a key; what there is already, if somebody began before and did not give up."""
        ...

    async def finish(self, token: str, key: str, answered: Answered | None) -> None:
        """What was answered; None to forget that anything was asked."""
        ...


def new_token(  # noqa: PLR0913  -- what a token is made of
    name: str, account: Account, scopes: Sequence[str], *, by: str, at: datetime, lasts: timedelta | None
) -> tuple[Token, str]:
    """A token, and as what it is shown once. Raises Unfit."""
    if not _NAME.fullmatch(name):
        raise Unfit(f'"{name}" is no name for a token; write up to 60 letters, digits, blanks and . , : / + -')
    if not scopes:
        raise Unfit(f"a token has scopes; there are {', '.join(Scope)}")
    for scope in scopes:
        if scope not in set(Scope):
            raise Unfit(f'"{scope}" is no scope; there are {", ".join(Scope)}')
        if account.role not in ROLES[Scope(scope)]:
            roles = ", ".join(sorted(ROLES[Scope(scope)]))
            raise Unfit(f"{account.login} is {account.role}, and {scope} is for {roles}")
    word = secret()
    token = Token(
        id=new_id(at),
        name=name,
        account=account.id,
        scopes=tuple(one for one in Scope if one in scopes),
        digest=digest(word),
        made=at,
        by=by,
        expires=at + lasts if lasts else None,
    )
    return token, f"hatchway_{token.id}_{word}"


async def refused(token: Token, account: Account, factors: FactorBook, now: datetime, vouched_for: timedelta) -> str:
    """Why a token does not serve any more; "" if it does. vouched_for: so long after its owner last came in from elsewhere."""
    if token.revoked is not None:
        return "it was revoked"
    if token.expires is not None and now >= token.expires:
        return "it has expired"
    if account.disabled:
        return "its account is disabled"
    came = None if account.password else await factors.vouched(account.id, now)
    if came is None or lately(came, now, vouched_for):
        return ""
    return f"whose account it is has not signed in elsewhere since {came:%Y-%m-%d}, and that is longer ago than `vouched for`"


def parts(written: str) -> tuple[str, str] | None:
    """Id and secret of what somebody sent as a token; None if it has not the form of one."""
    found = _FORM.fullmatch(written)
    return (found[1], found[2]) if found else None


def waste(secret_: str) -> None:
    """Take as long as looking at a secret takes, where there is nothing to compare it with."""
    compare_digest(_NOBODY, digest(secret_))


def ruler(token: Token, account: Account) -> Ruler:
    """Somebody who rules by a token: recorded under both names, and one with whoever else the account is."""
    return Ruler(name=f"{account.login}{ENTERED}token {token.name})", account=account, keys=keys_of(account))
