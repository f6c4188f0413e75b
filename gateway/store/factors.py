"""Passkeys, recovery codes, accounts elsewhere, tries and what serves once, as rows."""

import hashlib
from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, func, or_, select, update

from gateway.factors import Bound, Limit, Passkey
from gateway.lately import ASTRAY
from gateway.store.roll import accounts, identities, once, passkeys, recovery, sessions, tries
from gateway.store.writer import Writer

_ELSEWHERE = ("oidc", "ldap")
_SERVES = recovery.c.void.is_(False), recovery.c.used.is_(None)


class StoredFactors:
    """It implements the port `FactorBook`."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    async def add_passkey(self, passkey: Passkey) -> bool:
        """A new one; False if somebody has it already."""

        def work(db: Connection) -> bool:
            if db.scalar(select(passkeys.c.id).where(passkeys.c.id == passkey.id)) is not None:
                return False
            row = {field.name: getattr(passkey, field.name) for field in fields(Passkey)}
            db.execute(passkeys.insert(), {**row, "void": False})
            return True

        return await self._writer.do(work)

    async def passkey(self, id_: str) -> Passkey | None:
        """By its id, unless it was removed."""

        def work(db: Connection) -> Passkey | None:
            row = db.execute(select(passkeys).where(passkeys.c.id == id_, passkeys.c.void.is_(False))).one_or_none()
            return _passkey(row) if row else None

        return await self._writer.read(work)

    async def passkeys(self, account: str) -> Sequence[Passkey]:
        """Somebody's, the oldest first."""
        asked = select(passkeys).where(passkeys.c.account == account, passkeys.c.void.is_(False))
        return await self._writer.read(lambda db: [_passkey(row) for row in db.execute(asked.order_by(passkeys.c.made))])

    async def with_passkeys(self) -> frozenset[str]:
        """Every account that has one."""
        asked = select(passkeys.c.account).where(passkeys.c.void.is_(False)).distinct()
        return await self._writer.read(lambda db: frozenset(db.scalars(asked)))

    async def rename_passkey(self, id_: str, account: str, name: str) -> bool:
        """Call it something else; False if he has none of that id."""
        return await self._changed(id_, account, name=name)

    async def remove_passkey(self, id_: str, account: str) -> bool:
        """It serves no more; False if he has none of that id."""
        return await self._changed(id_, account, void=True)

    async def passkey_used(self, passkey: Passkey, count: int, at: datetime) -> bool:
        """Note its new count; False if it was removed, or used by another since it was read."""
        return await self._changed(passkey.id, passkey.account, passkey.count, count=count, used=at)

    async def new_codes(self, account: str, digests: Sequence[str], at: datetime) -> None:
        """These recovery codes, and none of those before."""
        rows = [{"account": account, "digest": digest, "made": at, "void": False} for digest in digests]

        def work(db: Connection) -> None:
            db.execute(update(recovery).where(recovery.c.account == account).values(void=True))
            db.execute(recovery.insert(), rows)

        await self._writer.do(work)

    async def use_code(self, account: str, digest: str, at: datetime) -> int | None:
        """Use a recovery code up: how many are left, None if it does not serve."""

        def work(db: Connection) -> int | None:
            its = recovery.c.account == account, recovery.c.digest == digest
            used = db.execute(update(recovery).where(*its, *_SERVES).values(used=at)).rowcount
            return _left(db, account) if used else None

        return await self._writer.do(work)

    async def codes_left(self, account: str) -> int:
        """How many are left."""
        return await self._writer.read(lambda db: _left(db, account))

    async def reset(self, account: str, *, bound: bool = False) -> None:
        """Drop every second factor, and with `bound` what he is elsewhere, and end his sessions. Raises KeyError."""

        def work(db: Connection) -> None:
            if db.scalar(select(accounts.c.id).where(accounts.c.id == account)) is None:
                raise KeyError(account)
            drop(db, account)
            if bound:
                db.execute(update(identities).where(identities.c.account == account).values(void=True))

        await self._writer.do(work)

    async def bind(self, bound: Bound) -> bool:
        """What an account is elsewhere; False if either is bound already."""

        def work(db: Connection) -> bool:
            either = (identities.c.subject == bound.subject) | (identities.c.account == bound.account)
            if db.scalar(select(identities.c.number).where(identities.c.by == bound.by, either, identities.c.void.is_(False))):
                return False
            row = {field.name: getattr(bound, field.name) for field in fields(Bound)}
            db.execute(identities.insert(), {**row, "void": False})
            return True

        return await self._writer.do(work)

    async def bound(self, by: str, subject: str) -> str | None:
        """The account of that name there."""
        its = identities.c.by == by, identities.c.subject == subject, identities.c.void.is_(False)
        return await self._writer.read(lambda db: db.scalar(select(identities.c.account).where(*its)))

    async def vouched(self, account: str, now: datetime) -> datetime | None:
        """When he last came in from elsewhere, by a clock that was right; None for whoever is nobody there."""
        its = identities.c.account == account, identities.c.void.is_(False)
        came = sessions.c.account == account, sessions.c.how.in_(_ELSEWHERE), sessions.c.made <= now + ASTRAY

        def work(db: Connection) -> datetime | None:
            bound: datetime | None = db.scalar(select(func.max(identities.c.made)).where(*its))
            return db.scalar(select(func.max(sessions.c.made)).where(*came)) or bound if bound else None

        return await self._writer.read(work)

    async def once(self, digest: str, now: datetime, until: datetime) -> bool:
        """Use something up that serves until then; False if it was already."""

        def work(db: Connection) -> bool:
            db.execute(delete(once).where(once.c.until < now))
            if db.scalar(select(once.c.digest).where(once.c.digest == digest)) is not None:
                return False
            db.execute(once.insert(), {"digest": digest, "until": until})
            return True

        return await self._writer.do(work)

    async def try_(self, limits: Sequence[Limit], now: datetime, within: timedelta) -> bool:
        """Count a try under every key; False, and nothing counted, if one of them had its most within that time."""

        def work(db: Connection) -> bool:
            db.execute(delete(tries).where(or_(tries.c.at <= now - within, tries.c.at > now + ASTRAY)))
            if any(_tries(db, limit.key) >= limit.most for limit in limits):
                return False
            db.execute(tries.insert(), [{"key": _hash(limit.key), "at": now} for limit in limits])
            return True

        return await self._writer.do(work)

    async def forget(self, whole: str, last: Sequence[str]) -> None:
        """It was none of the wrong tries: none under the one key, and one less under each of the others."""

        def work(db: Connection) -> None:
            db.execute(delete(tries).where(tries.c.key == _hash(whole)))
            for key in last:
                newest = select(func.max(tries.c.number)).where(tries.c.key == _hash(key)).scalar_subquery()
                db.execute(delete(tries).where(tries.c.number == newest))

        await self._writer.do(work)

    async def seals(self) -> Sequence[tuple[str, str]]:
        """Every account with the secret of its second factor, as it is kept."""
        asked = select(accounts.c.id, accounts.c.totp).where(accounts.c.totp != "")
        return await self._writer.read(lambda db: [(row.id, row.totp) for row in db.execute(asked)])

    async def reseal(self, account: str, before: str, after: str) -> None:
        """Keep that secret otherwise, if it is still the one before."""
        change = update(accounts).where(accounts.c.id == account, accounts.c.totp == before).values(totp=after)
        await self._writer.do(lambda db: db.execute(change))

    async def _changed(self, id_: str, account: str, was: int | None = None, **values: object) -> bool:
        change = update(passkeys).where(passkeys.c.id == id_, passkeys.c.account == account, passkeys.c.void.is_(False))
        if was is not None:
            change = change.where(passkeys.c.count == was)
        return await self._writer.do(lambda db: bool(db.execute(change.values(**values)).rowcount))


def drop(db: Connection, account: str) -> None:
    """Every second factor of an account, and its sessions."""
    db.execute(update(accounts).where(accounts.c.id == account).values(totp=""))
    db.execute(update(passkeys).where(passkeys.c.account == account).values(void=True))
    db.execute(update(recovery).where(recovery.c.account == account).values(void=True))
    db.execute(update(sessions).where(sessions.c.account == account).values(ended=True))


def _left(db: Connection, account: str) -> int:
    return db.execute(select(func.count()).select_from(recovery).where(recovery.c.account == account, *_SERVES)).scalar_one()


def _tries(db: Connection, key: str) -> int:
    return db.execute(select(func.count()).select_from(tries).where(tries.c.key == _hash(key))).scalar_one()


def _hash(key: str) -> str:
    """Of what somebody typed as a login, which may have been his password."""
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()


def _passkey(row: Row[Any]) -> Passkey:
    return Passkey(**{field.name: getattr(row, field.name) for field in fields(Passkey)})
