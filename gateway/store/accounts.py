"""Accounts, one-time links and sessions as rows. Nothing is deleted: what is over is marked so."""

import json
import secrets
from collections.abc import Callable, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, select, update
from sqlalchemy.exc import IntegrityError

from gateway.people import Account, Altered, Role, Session, Taken
from gateway.store.cards import plain
from gateway.store.factors import drop
from gateway.store.roll import accounts, invitations, keys, sessions
from gateway.store.writer import Writer

_KEY = 32
_OF_SESSION = ("digest", "account", "made", "seen", "whole", "how", "strong", "shown")
_PLAIN = ("id", "password", "totp", "spent", "made", "disabled", "origin", "lapsed")


class StoredAccounts:
    """It implements the port `AccountBook`."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    async def add(self, account: Account) -> None:
        """A new account. Raises Taken."""
        await self._writer.do(_unless_taken(account, lambda db: db.execute(accounts.insert(), _row(account))))

    async def change(self, account: Account, *, was: Account) -> None:
        """Write what is in it otherwise than it was, but `spent`; the rest stays as it is. Raises KeyError, Taken, Altered."""
        before = _row(was)
        row = {name: value for name, value in _row(account).items() if value != before[name] and name != "spent"}
        as_it_was = accounts.c.id == account.id, *(accounts.c[name] == before[name] for name in row)

        def work(db: Connection) -> None:
            if row and db.execute(update(accounts).where(*as_it_was).values(row)).rowcount:
                return
            if found(db, account.id) is None:
                raise KeyError(account.id)
            if row:
                msg = f"{was.login} was changed meanwhile; look at it, and do it again if it is still wanted"
                raise Altered(msg)

        await self._writer.do(_unless_taken(account, work))

    async def account(self, id_: str) -> Account | None:
        """By its id."""
        return await self._one(select(accounts).where(accounts.c.id == plain(id_)))

    async def known_as(self, login: str) -> Account | None:
        """By its login, whatever the letter case."""
        return await self._one(select(accounts).where(accounts.c.login == plain(login).strip().casefold()))

    async def accounts(self) -> Sequence[Account]:
        """All, by login."""
        asked = select(accounts).order_by(accounts.c.login)
        return await self._writer.read(lambda db: [_account(row) for row in db.execute(asked)])

    async def invite(self, digest: str, account: str, until: datetime) -> None:
        """A one-time link; those the account had before are void. Raises KeyError."""

        def work(db: Connection) -> None:
            if db.scalar(select(accounts.c.id).where(accounts.c.id == account)) is None:
                raise KeyError(account)
            _void(db, account)
            db.execute(invitations.insert(), {"digest": digest, "account": account, "until": until, "void": False})

        await self._writer.do(work)

    async def invited(self, digest: str, now: datetime) -> Account | None:
        """Whose link that is, if it still serves."""
        return await self._writer.read(lambda db: _invited(db, digest, now))

    async def accept(self, digest: str, password: str, now: datetime) -> Account | None:
        """Use a link up: set the password, drop second factors and all sessions. None if it does not serve any more."""

        def work(db: Connection) -> Account | None:
            account = _invited(db, digest, now)
            if account is None:
                return None
            _void(db, account.id)
            db.execute(update(accounts).where(accounts.c.id == account.id).values(password=password))
            drop(db, account.id)
            return found(db, account.id)

        return await self._writer.do(work)

    async def spend(self, account: str, step: int) -> bool:
        """Note that the code of that time step was used; False if it or a later one was already."""
        later = update(accounts).where(accounts.c.id == account, accounts.c.spent < step).values(spent=step)
        return await self._writer.claim(lambda db: bool(db.execute(later).rowcount))

    async def begin(self, session: Session) -> None:
        """A session begins."""
        row = {
            **{name: getattr(session, name) for name in _OF_SESSION},
            "address": plain(session.address)[:64],
            "agent": plain(session.agent)[:200],
            "ended": False,
        }
        await self._writer.do(lambda db: db.execute(sessions.insert(), row))

    async def session(self, digest: str) -> tuple[Session, Account] | None:
        """The session and whose it is, unless it was ended."""

        def work(db: Connection) -> tuple[Session, Account] | None:
            row = db.execute(select(sessions).where(sessions.c.digest == digest, sessions.c.ended.is_(False))).one_or_none()
            account = found(db, row.account) if row else None
            return (_session(row), account) if row and account else None

        return await self._writer.read(work)

    async def sessions(self, account: str) -> Sequence[Session]:
        """All of somebody's, the last used first."""
        asked = select(sessions).where(sessions.c.account == account, sessions.c.ended.is_(False))
        return await self._writer.read(lambda db: [_session(row) for row in db.execute(asked.order_by(sessions.c.seen.desc()))])

    async def touch(self, digest: str, at: datetime) -> None:
        """It was used."""
        await self._writer.claim(lambda db: db.execute(update(sessions).where(sessions.c.digest == digest).values(seen=at)))

    async def strengthen(self, digest: str) -> None:
        """A second factor was given in it."""
        await self._writer.claim(lambda db: db.execute(update(sessions).where(sessions.c.digest == digest).values(strong=True)))

    async def end(self, digest: str) -> None:
        """It is over."""
        await self._writer.claim(lambda db: db.execute(update(sessions).where(sessions.c.digest == digest).values(ended=True)))

    async def end_all(self, account: str, *, but: str = "") -> None:
        """All of somebody's are over, but one."""
        over = update(sessions).where(sessions.c.account == account, sessions.c.digest != but).values(ended=True)
        await self._writer.claim(lambda db: db.execute(over))

    async def key(self, name: str) -> bytes:
        """32 random octets, the same each time."""

        def work(db: Connection) -> bytes:
            found: bytes | None = db.scalar(select(keys.c.octets).where(keys.c.name == name))
            if found is None:
                found = secrets.token_bytes(_KEY)
                db.execute(keys.insert(), {"name": name, "octets": found})
            return found

        return await self._writer.do(work)

    async def _one(self, asked: Select[Any]) -> Account | None:
        def work(db: Connection) -> Account | None:
            row = db.execute(asked).one_or_none()
            return _account(row) if row else None

        return await self._writer.read(work)


def _unless_taken(account: Account, write: Callable[[Connection], object]) -> Callable[[Connection], None]:
    """Raises Taken instead of what the database says."""

    def work(db: Connection) -> None:
        try:
            write(db)
        except IntegrityError as error:
            msg = f"{account.login} has an account already"
            raise Taken(msg) from error

    return work


def _void(db: Connection, account: str) -> None:
    db.execute(update(invitations).where(invitations.c.account == account).values(void=True))


def _invited(db: Connection, digest: str, now: datetime) -> Account | None:
    serves = invitations.c.digest == digest, invitations.c.void.is_(False), invitations.c.until > now
    id_ = db.scalar(select(invitations.c.account).where(*serves))
    account = found(db, id_) if id_ else None
    return account if account and account.disabled is None else None


def found(db: Connection, id_: str) -> Account | None:
    """The account of that id."""
    row = db.execute(select(accounts).where(accounts.c.id == id_)).one_or_none()
    return _account(row) if row else None


def _row(account: Account) -> dict[str, Any]:
    return {
        **{name: getattr(account, name) for name in _PLAIN},
        "login": plain(account.login).casefold(),
        "name": plain(account.name),
        "role": str(account.role),
        "reviewers": json.dumps(account.reviewers),
        "also": json.dumps(account.also),
    }


def _account(row: Row[Any]) -> Account:
    return Account(
        **{name: getattr(row, name) for name in ("login", "name", *_PLAIN)},
        role=Role(row.role),
        reviewers=tuple(json.loads(row.reviewers)),
        also=tuple(json.loads(row.also)),
    )


def _session(row: Row[Any]) -> Session:
    return Session(**{field.name: getattr(row, field.name) for field in fields(Session)})
