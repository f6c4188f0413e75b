"""All that is particular to SQLite: the library, the connection, the folder and its lock, and opening a database.

SQLite 3.7.0 to 3.51.2 may lose what was committed in WAL mode if two connections write (sqlite.org/wal.html#walresetbug).
pysqlite3 brings a library without that fault, and is taken where it is installed. With a faulty one the database is
locked for every other connection, readers included, for as long as the front runs, so that there is no second writer.
"""

import asyncio
import importlib
import sqlite3
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import Any, Self
from urllib.parse import quote

import structlog
from sqlalchemy import Connection, Engine, QueuePool, create_engine, event

from gateway.clock import SystemClock
from gateway.ports import Clock, StoreUnavailable
from gateway.store import calls, holds, migrate, outbox, seals
from gateway.store.contents import Spool
from gateway.store.ledger import begin
from gateway.store.place import Lock, create, identity, network_file_system
from gateway.store.seals import knows
from gateway.store.shelf import Shelf
from gateway.store.writer import Writer
from gateway.vault import CLEAR, Masters

log = structlog.get_logger()

_FAULTY_SINCE, _MENDED = (3, 7, 0), (3, 51, 3)
_MENDED_ALSO = {(3, 44): 6, (3, 50): 7}
_PATIENCE = "busy_timeout=5000"
_PRAGMAS = (
    "synchronous=FULL",
    _PATIENCE,
    "foreign_keys=ON",
    "trusted_schema=OFF",
    "secure_delete=ON",
    "journal_size_limit=67108864",
)
_IN_MEMORY = 256 * 1024


class SqliteStore(Shelf):
    """The shelf in one file, for one front."""

    def __init__(  # noqa: PLR0913  -- what it is made of
        self, writer: Writer, spool: Spool, clock: Clock, *, lock: Lock, path: Path, library: ModuleType
    ) -> None:
        super().__init__(writer, spool, clock)
        self._lock = lock
        self._path = path
        self._library = library
        self._unwiped = True  # by a life that was killed

    @classmethod
    async def open(
        cls,
        path: Path,
        clock: Clock | None = None,
        *,
        in_memory: int = _IN_MEMORY,
        library: ModuleType | None = None,
        keys: Masters = CLEAR,
    ) -> Self:
        """The database at `path`, made if it is not there (folder 0700, file 0600) and brought up to the newest form.

        in_memory: octets up to which content comes in memory, not in a file under `PATH.spool`
        library: another module than pysqlite3 or sqlite3 to speak to SQLite with
        keys: master keys that what is held is sealed with
        Raises StoreUnavailable, which says what is wrong and what to do.
        """
        lock = await asyncio.to_thread(_prepared, path)
        module = library or best_library()
        writer = Writer(knows(engine(path, module), keys), str(path))
        try:
            spool = Spool(path.with_name(f"{path.name}.spool"), in_memory)
            store = cls(writer, spool, clock or SystemClock(), lock=lock, path=path, library=module)
            await store._start()
        except BaseException:
            await writer.close()
            lock.release()
            raise
        log.info("store.opened", path=str(path), sqlite=module.sqlite_version, exclusive=faulty(module.sqlite_version_info))
        return store

    async def about(self) -> str:
        """What and where it is."""
        return f"SQLite {self._library.sqlite_version} at {self._path}"

    async def close(self) -> None:
        """Finish what was begun, and let another front have the database."""
        await self._writer.close()
        self._lock.release()

    async def _start(self) -> None:
        def work(db: Connection) -> None:
            check(db, self._path)
            migrate.upgrade(db, str(self._path))
            outbox.unlease(db)
            calls.unlease(db)
            self._spool.clear()
            begin(db, self._clock.now())
            seals.begin(db, str(self._path), self._clock.now())
            holds.catch_up(db, self._spool)

        await self._writer.do(work)

    async def _wipe(self) -> None:
        """What was deleted is zeros in the database (secure_delete), and gone from the write-ahead log, if nobody reads it."""
        await self._writer.aside(self._emptied)

    def _emptied(self, connection: Any) -> None:
        """Whoever reads is not waited for: until he is done, nobody could write."""
        connection.execute("PRAGMA busy_timeout=0")
        try:
            self._unwiped = bool(connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0])
        finally:
            connection.execute(f"PRAGMA {_PATIENCE}")


def faulty(version: tuple[int, int, int]) -> bool:
    """Whether that SQLite has the WAL-reset fault."""
    mended = _MENDED_ALSO.get(version[:2])
    return _FAULTY_SINCE <= version < _MENDED and (mended is None or version[2] < mended)


def check(db: Connection, path: Path) -> None:
    """A quick look at every table but the octets, which have their SHA-256. Raises StoreUnavailable."""
    for table in db.exec_driver_sql("SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'pieces'").scalars().all():
        said = db.exec_driver_sql(f'PRAGMA quick_check("{table}")').scalar_one()
        if said != "ok":
            raise StoreUnavailable(f"{path}: the database is damaged ({said}); put a backup in its place")


def best_library() -> ModuleType:
    """What to speak to SQLite with: pysqlite3 where it is installed, else what Python brings."""
    try:
        return importlib.import_module("pysqlite3.dbapi2")
    except ImportError:
        return sqlite3


def _prepared(path: Path) -> Lock:
    """The file and its folder are there, fit, and ours alone. Raises StoreUnavailable."""
    if kind := network_file_system(path):
        raise StoreUnavailable(f"{path}: is on a network file system ({kind}); SQLite needs a disk of this machine")
    try:
        create(path)
        return Lock(path)
    except OSError as error:
        raise StoreUnavailable(f"{path}: {error.strerror or error}") from error


def engine(path: Path, library: ModuleType) -> Engine:
    """Makes one connection, each of whose transactions keeps everybody else from writing."""
    exclusive = faulty(library.sqlite_version_info)
    if exclusive:
        log.warning(
            "store.faulty_sqlite",
            sqlite=library.sqlite_version,
            says="this SQLite has the WAL-reset fault; nobody else can open the database meanwhile. Install pysqlite3.",
        )
    spare = list[Any]()
    made = create_engine(
        "sqlite://",
        module=library,
        creator=lambda: spare.pop() if spare else _connected(path, library, exclusive=exclusive),
        poolclass=QueuePool,
        pool_size=1,
        max_overflow=0,
        hide_parameters=True,
    )
    there = identity(path)

    def begin(db: Connection) -> None:
        if identity(path) != there:
            raise library.OperationalError("the file was taken away or replaced under the running Hatchway")
        db.exec_driver_sql("BEGIN IMMEDIATE")

    def replace(*_: object) -> None:
        """Open the next connection before a broken one is closed.

        With none open, SQLite would read its log anew, and take for committed what a commit that failed had written there.
        """
        if not exclusive and not spare and identity(path) == there:
            with suppress(library.Error):
                spare.append(_connected(path, library, exclusive=False))

    def let_go(_: Engine) -> None:
        while spare:
            spare.pop().close()

    event.listen(made, "begin", begin)
    event.listen(made, "invalidate", replace)
    event.listen(made, "engine_disposed", let_go)
    return made


def _connected(path: Path, library: ModuleType, *, exclusive: bool) -> Any:
    """A connection to a file that is there (mode=rw makes none) and can do WAL; transactions are begun by us, not by it."""
    connection = library.connect(f"file:{quote(str(path))}?mode=rw", uri=True, isolation_level=None)
    try:
        connection.execute(f"PRAGMA locking_mode={'EXCLUSIVE' if exclusive else 'NORMAL'}")
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        _wal(connection, library)
    except BaseException:
        connection.close()
        raise
    return connection


def _wal(connection: Any, library: ModuleType) -> None:
    mode = connection.execute("PRAGMA journal_mode=WAL").fetchone()[0]
    if mode != "wal":
        raise library.OperationalError(f"SQLite cannot use WAL there (it says {mode})")
