"""Who may rule on a hold: those it was brought to, but for those whose own it is, whom it names, or whose group it comes from.

Whoever rules, in the console or on the command line, is asked about here. A message that cannot be read again names nobody
for certain, and keeps nobody from ruling; the log has it. It fails as the accounts' book does.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

import structlog

from gateway.display import Unviewable
from gateway.hold import ENTERED, HeldMail
from gateway.mail import Address
from gateway.people import RULING, Account, AccountBook, Role, Ruler, keys_of
from gateway.policy import mailbox
from gateway.ports import Witness

log = structlog.get_logger()
T = TypeVar("T")

Belongs = Callable[[str, Address], bool]
"""Whether somebody is in the group of that name, by the policies in force."""

OWN = "This is your own mail. Somebody else has to decide on it."
NAMED = "You cannot rule on this: it names you. Somebody else has to decide on it."
GROUP = 'You cannot rule on this: it comes from "{}", and you are a member. Somebody else has to decide on it.'
_ROLE = "Only reviewers and supervisors rule on held mail."
_ELSEWHERE = "This message is not in your queues."


class Recused(ValueError):  # noqa: N818  -- it is an answer
    """Somebody may not rule on this message, and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """Knows all who could rule."""

    book: AccountBook
    witness: Witness
    belongs: Belongs

    async def known(self, name: str, typed_by: str) -> Ruler:
        """Who rules from the command line: the system user, or whom he names and answers for."""
        accounts = await self.book.accounts()
        named = await self.book.known_as(name) if name else None
        alike = [one for one in accounts if typed_by.casefold() == one.login.partition("@")[0] and one != named]
        keys = (typed_by.casefold(), *((name.casefold(),) if name else ()), *(keys_of(named) if named else ()))
        recorded = f"{name}{ENTERED}{typed_by})" if name else typed_by
        written = () if named else _written(name)
        return Ruler(name=recorded, account=named, also=(*alike, *written), keys=keys)

    async def admit(self, held: HeldMail, ruler: Ruler) -> None:
        """Raises Recused if it was never brought to him."""
        own = ruler.account
        if own is not None and (own.role not in RULING or own.disabled):
            raise Recused(_ROLE)
        if own is not None and not sees(own, held):
            raise Recused(_ELSEWHERE)

    async def check(self, held: HeldMail, ruler: Ruler) -> None:
        """Raises Recused if he may not rule on it."""
        await self.admit(held, ruler)
        own = ruler.account
        for account in (own, *ruler.also) if own else ruler.also:
            if why := await self.why_not(held, account):
                raise Recused(why)

    async def why_not(self, held: HeldMail, account: Account) -> str:
        """Why he may not rule on this message though he may on others; "" if he may."""
        if _is_from(held, account, await self._authors(held)):
            return OWN
        return _of_group(held, account, self.belongs) or (NAMED if await self._named(held, [account]) else "")

    async def may(self, held: HeldMail) -> list[Account]:
        """All with an account who may rule on it now."""
        open_ = [one for one in await self.book.accounts() if one.role in RULING and not one.disabled and sees(one, held)]
        return await self.free(held, open_)

    async def left(self, held: HeldMail) -> bool:
        """Whether anybody of the rung it is on may rule. Members without an account count by their address."""
        accounts = await self.book.accounts()
        known = {address.key for one in accounts for address in one.addresses}
        reviewers = (one for one in accounts if one.role is Role.REVIEWER and not one.disabled)
        members = [one for one in reviewers if held.desk.name in one.reviewers]
        strangers = [_at(address) for address in held.desk.members if address.key not in known]
        supervisors = [one for one in accounts if one.role is Role.SUPERVISOR and not one.disabled and _stands(one, held)]
        return bool(await self.free(held, [*members, *strangers, *supervisors]))

    async def supervisors(self) -> tuple[Address, ...]:
        """Where supervisors are written to."""
        found = [one for one in await self.book.accounts() if one.role is Role.SUPERVISOR and not one.disabled]
        return tuple(one.addresses[0] for one in found)

    async def free(self, held: HeldMail, accounts: Sequence[Account]) -> list[Account]:
        """Those of them who may rule on it, as far as that does not hang on whether it was brought to them."""
        authors = held.reviewers.recusal.authors
        free = [one for one in accounts if not _is_from(held, one, authors) and not _of_group(held, one, self.belongs)]
        named = await self._named(held, free)
        return [one for one in free if _key(one) not in named]

    async def _authors(self, held: HeldMail) -> Sequence[Address]:
        nobody: Sequence[Address] = ()
        return held.reviewers.recusal.authors or await self._tried(held, self.witness.authors(held), nobody)

    async def _named(self, held: HeldMail, accounts: Sequence[Account]) -> frozenset[str]:
        """Those of them whom it names, by their keys. All who rule are asked about at once, so that it is read once."""
        if not held.reviewers.recusal.named or not accounts:
            return frozenset()
        everybody = [one for one in await self.book.accounts() if one.role in RULING]
        called = {_key(one): tuple(filter(None, (one.name, *map(str, one.addresses)))) for one in (*everybody, *accounts)}
        nobody: frozenset[str] = frozenset()
        found = await self._tried(held, self.witness.named(held, called), nobody)
        return found & {_key(one) for one in accounts}

    async def _tried(self, held: HeldMail, asked: Awaitable[T], nothing: T) -> T:
        try:
            return await asked
        except Unviewable as why:
            log.warning("recusal.unread", id=held.mail.id, why=str(why))
            return nothing


def sees(account: Account, held: HeldMail) -> bool:
    """Whether it was brought to him: a supervisor has all."""
    return account.role is not Role.REVIEWER or not set(account.seats).isdisjoint(held.desks)


def _is_from(held: HeldMail, account: Account, authors: Sequence[Address]) -> bool:
    """Whether he sent or wrote it, by his addresses as the policies know people, or under his login."""
    sender, login = held.mail.envelope.sender, held.mail.envelope.client.login
    wrote = {mailbox(address) for address in (*authors, *((sender,) if sender else ()))}
    if "@" in login:
        wrote.update(mailbox(address) for one in _written(login) for address in one.addresses)
    elif login and login.casefold() == account.login.partition("@")[0]:
        return True
    return any(mailbox(own).same(one) for own in account.addresses for one in wrote)


def _of_group(held: HeldMail, account: Account, belongs: Belongs) -> str:
    for group in held.reviewers.recusal.groups:
        if any(belongs(group, address) for address in account.addresses):
            return GROUP.format(group)
    return ""


def _stands(account: Account, held: HeldMail) -> bool:
    """Whether he is written down for the rung."""
    return any(map(account.is_at, held.desk.members))


def _written(name: str) -> tuple[Account, ...]:
    """Whom the command line names by an address that has no account."""
    try:
        address = Address.parse(name)
    except ValueError:
        return ()
    return (_at(address),) if address.domain else ()


def _at(address: Address) -> Account:
    """Somebody of whom only his address is known."""
    return Account(id="", login=str(address), name="", role=Role.REVIEWER, made=datetime.min.replace(tzinfo=UTC))


def _key(account: Account) -> str:
    return account.id or account.login
