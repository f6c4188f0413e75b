"""Tokens as rows, and what was answered under idempotency keys. It implements the port `TokenBook`."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Text, delete, select, type_coerce, update

from gateway.lately import lately
from gateway.people import Account
from gateway.store import seals
from gateway.store.accounts import found as account_of
from gateway.store.cards import plain
from gateway.store.ledger import append
from gateway.store.roll import accounts, answers, tokens
from gateway.store.writer import Writer
from gateway.tokens import ABANDONED, KEPT, Answered, Scope, Token, Unfit
from gateway.trail import Step


class StoredTokens:
    """All tokens there ever were."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    async def add(self, token: Token) -> None:
        """A new one. Raises Unfit, KeyError."""
        row = {
            **{
                name: getattr(token, name)
                for name in ("id", "name", "account", "digest", "made", "by", "expires", "used", "revoked")
            },
            "scopes": " ".join(token.scopes),
        }

        def work(db: Connection) -> None:
            if db.scalar(select(accounts.c.id).where(accounts.c.id == token.account)) is None:
                raise KeyError(token.account)
            if db.scalar(select(tokens.c.id).where(tokens.c.name == token.name)) is not None:
                raise Unfit(f'there is or was a token called "{token.name}", and the trail knows it by that name; take another')
            db.execute(tokens.insert(), row)

        await self._writer.do(work)

    async def tokens(self) -> Sequence[Token]:
        """All, by name."""
        asked = select(tokens).order_by(tokens.c.name)
        return await self._writer.read(lambda db: [_token(row) for row in db.execute(asked)])

    async def token(self, id_: str) -> tuple[Token, Account] | None:
        """By its id."""

        def work(db: Connection) -> tuple[Token, Account] | None:
            row = db.execute(select(tokens).where(tokens.c.id == plain(id_))).one_or_none()
            account = account_of(db, row.account) if row else None
            return (_token(row), account) if row and account else None

        return await self._writer.read(work)

    async def revoke(self, id_: str, at: datetime) -> None:
        """It does not serve from now on; one that was revoked stays so since then. Raises KeyError."""

        def work(db: Connection) -> None:
            if db.scalar(select(tokens.c.id).where(tokens.c.id == id_)) is None:
                raise KeyError(id_)
            db.execute(update(tokens).where(tokens.c.id == id_, tokens.c.revoked.is_(None)).values(revoked=at))

        await self._writer.do(work)

    async def used(self, token: Token, at: datetime, actor: str, hold: str, detail: dict[str, object]) -> None:
        """Write that it was used, in the trail, too."""

        def work(db: Connection) -> None:
            db.execute(update(tokens).where(tokens.c.id == token.id).values(used=at))
            append(db, at, Step.PROGRAM_ASKED, actor=actor, hold=hold, detail=detail)

        await self._writer.do(work)

    async def begin(self, token: str, key: str, asked: Answered) -> Answered | None:
        """Begin, or what there is already."""
        its = answers.c.token == token, answers.c.key == _hash(key)

        def work(db: Connection) -> Answered | None:
            db.execute(delete(answers).where(answers.c.at <= asked.at - KEPT))
            row = db.execute(select(answers).where(*its)).one_or_none()
            if row is not None and (row.status or lately(row.at, asked.at, ABANDONED)):
                body = _opened(db, _part(token, key), row.body)
                return Answered(print=row.print, at=row.at, hold=asked.hold, status=row.status, body=body)
            db.execute(delete(answers).where(*its))
            db.execute(answers.insert(), {"token": token, "key": _hash(key), **_row(db, _part(token, key), asked)})
            return None

        return await self._writer.do(work)

    async def finish(self, token: str, key: str, answered: Answered | None) -> None:
        """What was answered, or nothing."""
        its = answers.c.token == token, answers.c.key == _hash(key)

        def work(db: Connection) -> None:
            if answered is None:
                db.execute(delete(answers).where(*its))
            else:
                db.execute(update(answers).where(*its).values(_row(db, _part(token, key), answered)))

        await self._writer.do(work)


def forget(db: Connection, hold: str) -> None:
    """Delete what was answered about a message."""
    db.execute(delete(answers).where(type_coerce(answers.c.body, Text).startswith(f'"{hold} ', autoescape=True)))


def _row(db: Connection, part: str, answered: Answered) -> dict[str, object]:
    """What is said of a message may quote it, and is sealed by its key."""
    body, hold = answered.body, answered.hold
    closed = f"{hold} {seals.of(db, hold).close_text(part, body)}" if hold and body else body
    return {"print": answered.print, "at": answered.at, "status": answered.status, "body": closed}


def _opened(db: Connection, part: str, body: str) -> str:
    """Raises Damaged, NoKey."""
    hold, _, sealed = body.partition(" ")
    return seals.text(seals.of(db, hold), part, sealed) if hold.isalnum() else body


def _part(token: str, key: str) -> str:
    """What an answer is sealed as being."""
    return f"answer {token} {_hash(key)}"


def _token(row: Row[Any]) -> Token:
    same = {name: getattr(row, name) for name in ("id", "name", "account", "digest", "made", "by", "expires", "used", "revoked")}
    return Token(scopes=tuple(map(Scope, row.scopes.split())), **same)


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()
