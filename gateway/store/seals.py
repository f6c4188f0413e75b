"""Which keys seal what is on the shelf. A connection knows the master keys, by its engine's execution options.

Each content's key stands beside it, wrapped, and seals all that belongs to that content: its octets, and of a hold also the
decision with the passages it quotes, what tells near-identical messages, and what people wrote about it. Where there is none,
all of that is in the clear, and stays so. Of each master key that wrapped anything there is a proof, so that a missing or a
wrong one is found at the start, before any mail is taken.
"""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import structlog
from sqlalchemy import Connection, Engine, func, select, update

from gateway.database import Postgres, beside
from gateway.ports import StoreUnavailable
from gateway.sealing import OWN, Encryption
from gateway.store.schema import contents, masters
from gateway.vault import CLEAR, Broken, Key, Masters, NoKey, begins, made, master_of, readable, secret

log = structlog.get_logger()

_LEAST = 32
"""Octets of a master key's secret."""
_OPTION = "hatchway_masters"
REMEDY = "Put it back under `encryption: {keys: {...}}` (see deploy/keeping.md); without it, what it sealed can be read by nobody"


class Damaged(Exception):  # noqa: N818  -- it states what the octets are
    """Octets that are not those that were put on the shelf."""


def given(store: Path | Postgres, encryption: Encryption, *, make: bool = False) -> Masters:
    """The master keys of the settings. Raises StoreUnavailable for a file that holds none.

    make: nothing was held there yet, so that a key is made beside a SQLite database where the settings name none
    """
    own = beside(store).with_name(f"{beside(store).name}.key")
    try:
        if make and isinstance(store, Path) and not (encryption.keys or encryption.off):
            made(own)
    except OSError as error:
        raise StoreUnavailable(f"{own}: no key can be made there: {error.strerror}") from error
    files: Mapping[str, Path] = encryption.keys or ({OWN: own} if _there(own) else {})
    use = encryption.use or next(iter(files), "")
    return Masters({name: _secret(name, path) for name, path in files.items()}, "" if encryption.off else use)


def _there(own: Path) -> bool:
    try:
        return own.exists()
    except OSError as error:  # whoever may not look there may not read what it seals either
        raise StoreUnavailable(f"{own}: {error.strerror}") from None


def _secret(name: str, path: Path) -> bytes:
    try:
        return secret(path, _LEAST)
    except (OSError, ValueError) as wrong:
        said = wrong.strerror or wrong if isinstance(wrong, OSError) else wrong
        raise StoreUnavailable(
            f'{readable(path) or path}: the key "{name}" cannot be read from there: {said}. {REMEDY}'
        ) from None


def knows(engine: Engine, keys: Masters) -> Engine:
    """The same engine; its connections know these master keys."""
    engine.update_execution_options(**{_OPTION: keys})
    return engine


def known(db: Connection) -> Masters:
    """The master keys that this connection knows."""
    keys: Masters = db.get_execution_options().get(_OPTION, CLEAR)
    return keys


def fresh(db: Connection, of: str) -> Key:
    """A new key for a content that is put on the shelf. Its master key is needed again, if another gateway wrapped all anew."""
    keys = known(db)
    if keys.use:
        retired = masters.c.name == keys.use, masters.c.retired.is_not(None)
        db.execute(update(masters).where(*retired).values(retired=None))
    return keys.fresh(of)


def key(db: Connection, of: str, wrapped: str | None) -> Key:
    """The key of a content, as it stands beside it. Raises NoKey, Damaged."""
    try:
        return known(db).key(of, wrapped)
    except NoKey as missing:
        if db.scalar(select(masters.c.retired).where(masters.c.name == missing.name)) is None:
            raise
        raise Damaged(f"the key of {of} on the shelf was damaged before keys were wrapped anew") from None
    except Broken as broken:
        name = _master(of, wrapped or "")
        proof = db.scalar(select(masters.c.proof).where(masters.c.name == name))
        if proof is not None and not known(db).proves(name, proof):
            raise NoKey(name, "is not the one that this store is sealed with") from None
        raise Damaged(f"the key of {of} on the shelf {broken}") from None


def of(db: Connection, content: str) -> Key:
    """The key of a content that is on the shelf. Raises NoKey, Damaged."""
    return key(db, content, db.scalar(select(contents.c.wrapped).where(contents.c.id == content)))


def text(key: Key, part: str, sealed: str) -> str:
    """What was sealed as text. Raises Damaged."""
    try:
        return key.open_text(part, sealed)
    except Broken as broken:
        raise Damaged(f"{part} of {key.of} on the shelf {broken}") from None


def octets(key: Key, part: str, sealed: bytes) -> bytes:
    """What was sealed as octets. Raises Damaged."""
    try:
        return key.open(part, sealed)
    except Broken as broken:
        raise Damaged(f"{part} of {key.of} on the shelf {broken}") from None


def begin(db: Connection, store: str, now: datetime) -> None:
    """Look at the master keys, and note the one in use. Raises StoreUnavailable."""
    check(db, store)
    use = known(db).use
    if use and not db.execute(update(masters).where(masters.c.name == use).values(retired=None)).rowcount:
        db.execute(masters.insert(), {"name": use, "proof": known(db).proof(use), "made": now})


def check(db: Connection, store: str) -> None:
    """Look whether every master key that is needed was given, and the right one. Raises StoreUnavailable."""
    keys = known(db)
    proofs = {row.name: row for row in db.execute(select(masters))}
    for name, row in proofs.items():
        if name not in keys.names and row.retired is None:
            raise StoreUnavailable(f'{store}: is sealed with the key "{name}", which was not given. {REMEDY}')
        if name in keys.names and not keys.proves(name, row.proof):
            raise StoreUnavailable(
                f'{store}: the key "{name}" that was given is not the one of that name it is sealed with. {REMEDY}'
            )


def rewrap(db: Connection, limit: int) -> int:
    """Wrap so many keys anew with the master key in use that another one wrapped; how many there were. Raises NoKey.

    One that is damaged is left out: no master key opens it.
    """
    others = contents.c.wrapped.is_not(None), ~contents.c.wrapped.startswith(begins(known(db).use), autoescape=True)
    asked = select(contents.c.id, contents.c.wrapped).where(*others).order_by(contents.c.id)
    last, count = "", 0
    while rows := db.execute(asked.where(contents.c.id > last).limit(limit - count)).all():
        count += sum(_rewrapped(db, row.id, row.wrapped) for row in rows)
        last = rows[-1].id
    return count


def _rewrapped(db: Connection, of: str, wrapped: str) -> bool:
    try:
        key(db, of, wrapped)
    except Damaged as damaged:
        log.error("store.unreadable", id=of, why=str(damaged))  # noqa: TRY400  -- where it was read says nothing more
        return False
    db.execute(update(contents).where(contents.c.id == of).values(wrapped=known(db).again(of, wrapped)))
    return True


def retire(db: Connection, now: datetime) -> list[str]:
    """Note that the other master keys are not needed any more; their names."""
    others = masters.c.name != known(db).use, masters.c.retired.is_(None)
    names = list(db.execute(select(masters.c.name).where(*others).order_by(masters.c.name)).scalars())
    db.execute(update(masters).where(*others).values(retired=now))
    return names


def needed(db: Connection) -> list[str]:
    """The names of the master keys without which something cannot be read."""
    return list(db.execute(select(masters.c.name).where(masters.c.retired.is_(None)).order_by(masters.c.name)).scalars())


def sealed(db: Connection) -> int:
    """How many contents have a key."""
    return db.execute(select(func.count()).where(contents.c.wrapped.is_not(None))).scalar_one()


def _master(of: str, wrapped: str) -> str:
    try:
        return master_of(wrapped)
    except Broken as broken:
        raise Damaged(f"the key of {of} on the shelf {broken}") from None
