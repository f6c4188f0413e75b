"""The audit trail of a database, read without a front, never written.

Raises StoreUnavailable where a front has a SQLite database open after all, where there is none, and where it cannot be read.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from fcntl import LOCK_NB, LOCK_SH, lockf
from pathlib import Path
from typing import Any, Self, TypeVar
from urllib.parse import quote

from sqlalchemy import Connection, Engine, NullPool, create_engine, event
from sqlalchemy.exc import DBAPIError

from gateway.database import Postgres
from gateway.ports import Asked, StoreUnavailable
from gateway.sealing import DEFAULT, Encryption
from gateway.store import archive, ledger, postgres
from gateway.store.seals import REMEDY, given, knows
from gateway.store.sqlite import best_library
from gateway.store.writer import words
from gateway.trail import Entry, Head
from gateway.vault import CLEAR, Masters, NoKey

T = TypeVar("T")

_NO_TABLE = "42P01"
"""PostgreSQL's code for it."""


class OfflineTrail:
    """The trail in that database. Each call is a transaction of its own, so that a front that starts has not to wait."""

    def __init__(self, store: Path | Postgres, encryption: Encryption = DEFAULT, *, keys: Masters | None = None) -> None:
        self._store = store
        self._engine = read_only(store, given(store, encryption) if keys is None else keys)

    def __enter__(self) -> Self:
        if isinstance(self._store, Path):
            alone(self._store)
        return self

    def __exit__(self, *_: object) -> None:
        self._engine.dispose()

    def entries(self, asked: Asked, *, limit: int = 1000, newest: bool = False) -> Sequence[Entry]:
        """The first or the newest so many, in their order."""
        return self._read(lambda db: ledger.entries(db, asked, limit=limit, newest=newest))

    def head(self) -> Head | None:
        """The last entry's number and hash."""
        return self._read(ledger.head)

    def prints(self, after: str, limit: int) -> Mapping[str, Mapping[str, str]]:
        """The hashes of what is on the shelf, by hold, from the id after `after` on."""
        return self._read(lambda db: archive.prints(db, after, limit))

    def _read(self, work: Callable[[Connection], T]) -> T:
        try:
            with self._engine.connect() as connection:
                return work(connection)
        except DBAPIError as error:
            old = "no such table" in str(error.orig) or getattr(error.orig, "sqlstate", "") == _NO_TABLE
            why = "has no audit trail; the first start of this version makes one" if old else words(error.orig)
            raise StoreUnavailable(f"{self._store}: {why}") from error
        except NoKey as missing:
            raise StoreUnavailable(f"{self._store}: {missing}. {REMEDY}") from missing
        except (self._engine.dialect.loaded_dbapi.Error, OSError) as error:
            raise StoreUnavailable(f"{self._store}: {words(error)}") from error


def read_only(store: Path | Postgres, keys: Masters = CLEAR) -> Engine:
    """For transactions that change nothing, see one moment, and that no front waits for."""
    if isinstance(store, Postgres):
        return knows(postgres.reading(store), keys)
    made = create_engine(
        "sqlite://",
        module=best_library(),
        creator=lambda: from_file(store),
        poolclass=NullPool,
        hide_parameters=True,
    )
    event.listen(made, "begin", lambda db: db.exec_driver_sql("BEGIN"))
    return knows(made, keys)


def from_file(path: Path) -> Any:
    """A connection that only reads. A copy without write-ahead log may lie where nothing can be written (sqlite.org/wal.html)."""
    log = path.with_name(f"{path.name}-wal")
    copy = "&immutable=1" if not log.exists() and not os.access(path.parent, os.W_OK) else ""
    return best_library().connect(f"file:{quote(str(path))}?mode=ro{copy}", uri=True, isolation_level=None)


def unused(path: Path) -> bool:
    """Whether nothing was ever held there; not where that cannot be known."""
    if not path.exists() or not path.stat().st_size:
        return True
    library = best_library()
    try:
        connection = from_file(path)
        try:
            return connection.execute("SELECT 1 FROM contents LIMIT 1").fetchone() is None
        finally:
            connection.close()
    except library.Error:
        return False


def alone(path: Path) -> None:
    """Raises StoreUnavailable if a front has the database open, or if there is none."""
    if not path.is_file():
        raise StoreUnavailable(f"{path}: there is no database")
    try:
        lock = os.open(path.with_name(f"{path.name}.lock"), os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    except OSError as error:
        raise StoreUnavailable(f"{path}: {error.strerror}") from error
    try:
        lockf(lock, LOCK_SH | LOCK_NB)
    except OSError:
        raise StoreUnavailable(f"{path}: a Hatchway has it open, but does not answer on its control socket") from None
    finally:
        os.close(lock)
