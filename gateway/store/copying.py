"""All of one shelf put into another that is empty: from SQLite to PostgreSQL, and back.

No front may use either meanwhile. The copy is one transaction of the target's: it is there whole and compared with what it was
copied from, table by table, or nothing is there. A last entry in the target's trail says so. The source stays as it was.

How it fails: StoreUnavailable, in words for an admin. A copy that differs is Differs, and then nothing was written.
"""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from sqlalchemy import Connection, NullPool, Row, Table, func, select
from sqlalchemy.exc import DBAPIError

from gateway.database import Postgres, beside
from gateway.ports import StoreUnavailable
from gateway.store import migrate, postgres, sqlite
from gateway.store.columns import metadata
from gateway.store.ledger import append
from gateway.store.offline import read_only
from gateway.store.place import Lock, create
from gateway.store.writer import words
from gateway.trail import Step

_BATCH = 100
_TABLES = metadata.sorted_tables
"""Those that others speak of come first."""


class Differs(Exception):  # noqa: N818  -- it states what the copy does
    """The copy is not what was copied."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """A table, how many rows it has, and the SHA-256 of all that stands in them, in the order of its key."""

    table: str
    rows: int
    sha256: str


def copy(source: Path | Postgres, target: Path | Postgres, actor: str) -> Sequence[Count]:
    """Copy everything, and policies and rosters that were in force; what was copied. Raises StoreUnavailable, Differs."""
    if source == target:
        raise StoreUnavailable(f"{source}: is both what is copied and where to; name two")
    try:
        with _source(source) as there, _target(target) as here:
            copied = [_copied(there, here, table) for table in _TABLES]
            for before in copied:
                after = _counted(here, metadata.tables[before.table])
                if before != after:
                    raise Differs(f"{before.table}: {before.rows} rows became {after.rows} with another hash; nothing was copied")
            _number_on(here)
            said = {"from": str(source), "to": str(target), "rows": {one.table: one.rows for one in copied}}
            append(here, datetime.now(UTC), Step.COPIED, actor=actor, detail=said)
            _laws(source, target)
    except DBAPIError as error:
        raise StoreUnavailable(words(error.orig)) from error
    except OSError as error:
        raise StoreUnavailable(f"{error.filename or target}: {error.strerror or error}") from error
    return copied


def look(store: Path | Postgres) -> str:
    """What is there and of which form, in a line; nothing is changed. Raises StoreUnavailable."""
    engine = read_only(store)
    try:
        with engine.connect() as db:
            form = migrate.form(db)
            what = postgres.described(db, store) if isinstance(store, Postgres) else f"SQLite at {store}"
            return f"{what}, {f'form {form}' if form else 'empty'}"
    except DBAPIError as error:
        raise StoreUnavailable(f"{store}: {words(error.orig)}") from error
    except (engine.dialect.loaded_dbapi.Error, OSError) as error:
        raise StoreUnavailable(f"{store}: {words(error)}") from error
    finally:
        engine.dispose()


@contextmanager
def _source(store: Path | Postgres) -> Iterator[Connection]:
    """One moment of it, at which nobody else changes it."""
    if isinstance(store, Path) and not store.is_file():
        raise StoreUnavailable(f"{store}: there is no database")
    lock = Lock(store) if isinstance(store, Path) else None
    engine = read_only(store)
    try:
        with engine.connect() as db:
            if isinstance(store, Postgres):
                postgres.alone(db, store)
            form, newest = migrate.form(db), migrate.newest()
            if form != newest:
                raise StoreUnavailable(f"{store}: has the form {form}, not {newest}; start this version on it once, and stop it")
            yield db
    finally:
        engine.dispose()
        if lock:
            lock.release()


@contextmanager
def _target(store: Path | Postgres) -> Iterator[Connection]:
    """A transaction in which nobody else changes it, nor has put anything there before."""
    lock = None
    if isinstance(store, Path):
        create(store)
        lock = Lock(store)
        engine = sqlite.engine(store, sqlite.best_library())
    else:
        engine = postgres.engine(store, NullPool)
    try:
        with engine.begin() as db:
            if isinstance(store, Postgres):
                postgres.alone(db, store)
                postgres.fit(db, store)
            migrate.upgrade(db, str(store))
            for table in _TABLES:
                if db.execute(select(func.count()).select_from(table)).scalar_one():
                    raise StoreUnavailable(f"{store}: is not empty ({table.name}); name a new one")
            yield db
    finally:
        engine.dispose()
        if lock:
            lock.release()


def _copied(there: Connection, here: Connection, table: Table) -> Count:
    digest, rows = sha256(), 0
    for batch in _rows(there, table):
        for row in batch:
            digest.update(_written(row))
        rows += len(batch)
        here.execute(table.insert(), [dict(row._mapping) for row in batch])  # noqa: SLF001  -- SQLAlchemy's public name for it
    return Count(table=table.name, rows=rows, sha256=digest.hexdigest())


def _counted(db: Connection, table: Table) -> Count:
    digest, rows = sha256(), 0
    for batch in _rows(db, table):
        for row in batch:
            digest.update(_written(row))
        rows += len(batch)
    return Count(table=table.name, rows=rows, sha256=digest.hexdigest())


def _rows(db: Connection, table: Table) -> Iterator[Sequence[Row[tuple[object, ...]]]]:
    """All, some at a time, in the order of the key, which is the same everywhere."""
    asked = select(table).order_by(*table.primary_key.columns).execution_options(yield_per=_BATCH)
    with db.execute(asked) as found:
        yield from found.partitions()


def _written(row: Row[tuple[object, ...]]) -> bytes:
    """A row as octets, each value with its length before it."""
    values = [value if isinstance(value, bytes) else repr(value).encode("utf-8", "surrogatepass") for value in row]
    return b"".join(b"%d:%b" % (len(value), value) for value in values)


def _number_on(db: Connection) -> None:
    """What is numbered by PostgreSQL goes on behind what was copied; SQLite does so by itself."""
    if db.dialect.name != "postgresql":
        return
    for table in _TABLES:
        column = table.autoincrement_column
        if column is not None:
            last = db.execute(select(func.max(column))).scalar_one()
            if last is not None:
                db.execute(select(func.setval(func.pg_get_serial_sequence(table.name, column.name), last)))


def _laws(source: Path | Postgres, target: Path | Postgres) -> None:
    """Policies and rosters that were in force, which lie beside a database."""
    before, after = (beside(one).with_name(f"{beside(one).name}.laws") for one in (source, target))
    if before.is_dir():
        shutil.copytree(before, after, dirs_exist_ok=True)
