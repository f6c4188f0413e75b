"""Who may use the console: accounts with their roles, one-time links, sessions; and the book that keeps them.

The room knows no passwords, only their hashes, and of every secret that travels (a link, a session) only its SHA-256, so
that who reads the database can sign in as nobody. Who may do what is written in the console, by role.
"""

import hashlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from gateway.hold import personal
from gateway.mail import Address, new_id

INVITED = timedelta(hours=72)
"""How long a one-time link serves."""
_MAILBOX = re.compile(r'[^\s@<>()\[\]",;:*\\]{1,64}@(?:[\w-]+\.)*[\w-]{1,63}')
_NAME = 100


class Role(StrEnum):
    """What somebody is there for; each has no more rights than that takes.

    reviewer: reads and rules on what waits for the groups he belongs to
    supervisor: reads and rules on everything
    auditor: reads everything, rules on nothing
    administrator: looks after accounts; sees no mail
    """

    REVIEWER = "reviewer"
    SUPERVISOR = "supervisor"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Somebody.

    login: his mail address, lower-case; also: further addresses he sends from or is written to as a reviewer
    reviewers: the names that policies give to their reviewers, of those groups he belongs to
    password: its argon2 hash, "" before he has set one; totp: the sealed secret of his app, "" without one
    spent: the time step of the last code he used, so that none serves twice
    origin: who made the account and says what role it has, `oidc` or `ldap`; "" for an administrator
    lapsed: disabled because the origin gives no role any more, and enabled again when it does
    """

    id: str
    login: str
    name: str
    role: Role
    made: datetime
    reviewers: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    password: str = field(default="", repr=False)
    totp: str = field(default="", repr=False)
    spent: int = 0
    disabled: datetime | None = None
    origin: str = ""
    lapsed: bool = False

    @property
    def addresses(self) -> tuple[Address, ...]:
        """All his addresses."""
        return tuple(Address.parse(written) for written in (self.login, *self.also))

    @property
    def called(self) -> str:
        """His name, or else his address."""
        return self.name or self.login

    def is_at(self, address: Address | None) -> bool:
        """Whether that mailbox is his, however it is written."""
        return address is not None and address.key in {own.key for own in self.addresses}

    @property
    def seats(self) -> tuple[str, ...]:
        """What he reviews: groups of reviewers, and what is handed to himself."""
        return (*self.reviewers, personal(self.login))


RULING = frozenset({Role.REVIEWER, Role.SUPERVISOR})
"""Who rules on anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruler:
    """Somebody who rules.

    name: as records have it; account: with whose rights, None where only the command line vouches for him
    also: others he may be, whose own mail he does not rule on either
    keys: what tells him from another, lower-case: two who share one are one and the same
    """

    name: str
    account: Account | None = None
    also: tuple[Account, ...] = ()
    keys: tuple[str, ...] = ()

    @classmethod
    def of(cls, account: Account) -> "Ruler":
        """Somebody who signed in, in whatever session."""
        return cls(name=account.login, account=account, keys=keys_of(account))

    def is_one_with(self, keys: Sequence[str]) -> bool:
        """Whether these are his."""
        return not set(keys).isdisjoint(self.keys or (self.name.casefold(),))


def as_ruler(who: Ruler | str) -> Ruler:
    """Somebody, or the name of somebody of whom no more is known."""
    return Ruler(name=who) if isinstance(who, str) else who


def keys_of(account: Account) -> tuple[str, ...]:
    """His addresses, and his name before the @ as a system may know him."""
    return tuple(dict.fromkeys((*(str(one).casefold() for one in account.addresses), account.login.partition("@")[0])))


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Somebody signed in.

    digest: of the cookie; whole: the second factor, where there is one, was given too; strong: and there was one
    how: password, link, passkey, oidc or ldap
    shown: when he last showed that it is he, which at a provider may be long before; None where nobody says
    """

    digest: str
    account: str
    made: datetime
    seen: datetime
    whole: bool
    address: str = ""
    agent: str = ""
    how: str = ""
    strong: bool = False
    shown: datetime | None = None


class Taken(ValueError):  # noqa: N818  -- it states a fact
    """That login belongs to another account."""


class Altered(ValueError):  # noqa: N818  -- it states a fact
    """Somebody else changed the same thing of an account meanwhile."""


class Wrong(ValueError):  # noqa: N818  -- it states a fact
    """What was written makes no account, and what to do about it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An account as somebody writes it down."""

    login: str
    role: str
    name: str = ""
    reviewers: tuple[str, ...] = ()
    also: tuple[str, ...] = ()


def new_account(entry: Entry, at: datetime) -> Account:
    """The account of an entry. Raises Wrong."""
    if entry.role not in set(Role):
        raise Wrong(f'"{entry.role}" is no role; there are {", ".join(Role)}')
    addresses = tuple(_mailbox(written) for written in (entry.login, *entry.also))
    if entry.role == Role.REVIEWER and not entry.reviewers:
        raise Wrong("a reviewer belongs to at least one group of reviewers, by the name it has in the policies")
    return Account(
        id=new_id(at),
        login=addresses[0],
        name=" ".join(entry.name.split())[:_NAME],
        role=Role(entry.role),
        made=at,
        reviewers=tuple(dict.fromkeys(" ".join(group.split()) for group in entry.reviewers)),
        also=tuple(dict.fromkeys(addresses[1:])),
    )


def words_of(written: str) -> tuple[str, ...]:
    """What stands between commas or on lines of its own."""
    return tuple(word.strip() for word in re.split(r"[,;\n]", written) if word.strip())


def _mailbox(written: str) -> str:
    if not _MAILBOX.fullmatch(written.strip()):
        raise Wrong(f'"{written.strip()}" is no mail address; write for example captain@department.example')
    return written.strip().casefold()


class AccountBook(Protocol):
    """Keeps accounts. Durable; raises StoreUnavailable, and then nothing was written."""

    async def add(self, account: Account) -> None:
        """A new account. Raises Taken."""
        ...

    async def change(self, account: Account, *, was: Account) -> None:
        """Write what is in it otherwise than it was, but `spent`; the rest stays as it is. Raises KeyError, Taken, Altered."""
        ...

    async def account(self, id_: str) -> Account | None:
        """By its id."""
        ...

    async def known_as(self, login: str) -> Account | None:
        """By its login, whatever the letter case."""
        ...

    async def accounts(self) -> Sequence[Account]:
        """All, by login."""
        ...

    async def invite(self, digest: str, account: str, until: datetime) -> None:
        """A one-time link; those the account had before are void. Raises KeyError."""
        ...

    async def invited(self, digest: str, now: datetime) -> Account | None:
        """Whose link that is, if it still serves."""
        ...

    async def accept(self, digest: str, password: str, now: datetime) -> Account | None:
        """Use a link up: set the password, drop second factors and all sessions. None if it does not serve any more."""
        ...

    async def spend(self, account: str, step: int) -> bool:
        """Note that the code of that time step was used; False if it or a later one was already."""
        ...

    async def begin(self, session: Session) -> None:
        """A session begins."""
        ...

    async def session(self, digest: str) -> tuple[Session, Account] | None:
        """The session and whose it is, unless it was ended."""
        ...

    async def sessions(self, account: str) -> Sequence[Session]:
        """All of somebody's, the last used first."""
        ...

    async def touch(self, digest: str, at: datetime) -> None:
        """It was used."""
        ...

    async def strengthen(self, digest: str) -> None:
        """A second factor was given in it."""
        ...

    async def end(self, digest: str) -> None:
        """It is over."""
        ...

    async def end_all(self, account: str, *, but: str = "") -> None:
        """All of somebody's are over, but one."""
        ...

    async def key(self, name: str) -> bytes:
        """32 random octets, the same each time."""
        ...


def secret() -> str:
    """A new secret to travel in a link or a cookie: 256 random bits."""
    return secrets.token_urlsafe(32)


def digest(of: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(of.encode("utf-8", "replace")).hexdigest()


async def not_disabled(book: AccountBook, addresses: Sequence[Address]) -> tuple[Address, ...]:
    """Those of them whose account is not disabled, or who have none."""
    accounts = await book.accounts()
    gone, there = ({own.key for one in accounts if bool(one.disabled) is off for own in one.addresses} for off in (True, False))
    return tuple(one for one in addresses if one.key not in gone - there)
