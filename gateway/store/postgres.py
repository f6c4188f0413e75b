"""All that is particular to PostgreSQL: the connection, what is asked of the server, and opening a shelf that gateways share.

What changes the shelf is done by one gateway at a time, under an advisory lock that its transaction holds, so that the audit
trail is one chain and nobody decides on what another is changing; whoever dies with it lets go of it. Leases of parcels lock
their rows and leave out those that others hold (SKIP LOCKED). Text is compared octet by octet (collation "C"), as in SQLite.

Connections that broke are found before they are used, and made anew. While the server is away a transaction fails within
seconds, and for a second after that at once, so that nobody waits in a line.

How it fails: `open` raises StoreUnavailable in words for an admin (no such database, wrong password, certificate, encoding,
written by a newer version). Afterwards as `Writer` says.
"""

import asyncio
import importlib
import os
import socket
import ssl
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from threading import Timer
from typing import Any, Self
from zlib import crc32

import structlog
from sqlalchemy import Connection, Engine, NullPool, Pool, QueuePool, create_engine, event
from sqlalchemy.exc import DisconnectionError

from gateway.clock import SystemClock
from gateway.database import Postgres
from gateway.ports import Clock, StoreUnavailable
from gateway.store import holds, migrate, seals
from gateway.store.contents import Spool
from gateway.store.ledger import begin
from gateway.store.place import Lock
from gateway.store.seals import knows
from gateway.store.shelf import Shelf
from gateway.store.writer import Manner, Writer, words
from gateway.vault import CLEAR, Masters

log = structlog.get_logger()

_KEY = 0x68617463
"""The first half of our advisory locks, which are one space for a whole database."""
_ALONE = 0
_SESSION = {
    "client_encoding": "utf8",
    "target_session_attrs": "read-write",
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
    "options": "-c lock_timeout=10s -c statement_timeout=60s -c idle_in_transaction_session_timeout=60s"
    r" -c client_connection_check_interval=5s -c timezone=UTC -c default_transaction_isolation=read\ committed",
}
_COMMIT = "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
_READ_ONLY = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"
_PAUSE = 1.0
_PATIENCE = 75.0
_MINUTE = 60.0
_IN_MEMORY = 256 * 1024
_APART = timedelta(seconds=2)
_TOO_FAR = timedelta(seconds=30)
"""Clocks of gateways that differ by more may take each other's leases away while they last."""


class PostgresStore(Shelf):
    """The shelf in a database that other fronts use, too."""

    shared = True

    def __init__(self, writer: Writer, spool: Spool, clock: Clock, *, lock: Lock, place: Postgres) -> None:
        super().__init__(writer, spool, clock)
        self._lock = lock
        self._place = place
        self._wiped = float("-inf")

    @classmethod
    async def open(
        cls,
        place: Postgres,
        clock: Clock | None = None,
        *,
        in_memory: int = _IN_MEMORY,
        patience: float = _PATIENCE,
        keys: Masters = CLEAR,
    ) -> Self:
        """The database at `place`, brought up to the newest form.

        in_memory: octets up to which content comes in memory, not in a file under the place's folder
        patience: seconds after which a connection on which nothing comes to its end is cut
        keys: master keys that what is held is sealed with
        Raises StoreUnavailable, which says what is wrong and what to do.
        """
        lock = await asyncio.to_thread(_prepared, place)
        writer = Writer(knows(engine(place, patience=patience), keys), str(place), manner(place))
        try:
            spool = Spool(place.own.with_name(f"{place.own.name}.spool"), in_memory, f"{place.beside.name}*.spool")
            store = cls(writer, spool, clock or SystemClock(), lock=lock, place=place)
            said = await store._start(keys)
        except BaseException:
            await writer.close()
            lock.release()
            raise
        log.info("store.opened", store=str(place), postgresql=said)
        return store

    async def close(self) -> None:
        """Finish what was begun and let go of the connections."""
        await self._writer.close()
        self._lock.release()

    async def about(self) -> str:
        """What and where it is, and which other gateways are there."""
        return await self._writer.read(lambda db: f"{described(db, self._place)}{_with(_others(db, self._place))}")

    @asynccontextmanager
    async def duty(self, name: str) -> AsyncIterator[bool]:
        """Whether that work is ours, and nobody else's until we are done with it. Raises StoreUnavailable.

        It hangs on a connection of its own: if that breaks, or we die, another gateway may have it.
        """
        asked = asyncio.get_running_loop().run_in_executor(None, self._taken, name)
        try:
            connection = await asyncio.shield(asked)
        except asyncio.CancelledError:
            asked.add_done_callback(_let_go)
            raise
        try:
            yield connection is not None
        finally:
            if connection is not None:
                await asyncio.to_thread(_give_back, connection)

    def _taken(self, name: str) -> Any | None:
        """A connection that holds the lock of that name, None where somebody else does."""
        try:
            connection = connect(self._place, _psycopg(), autocommit=True)
            try:
                with _watched(connection):
                    asked = connection.execute("SELECT pg_try_advisory_lock(%s, %s)", (_KEY, crc32(name.encode()) - 2**31))
                    ours = asked.fetchone()[0]
            except BaseException:
                connection.close()
                raise
        except (_psycopg().Error, OSError) as error:
            raise StoreUnavailable(f"{self._place}: {words(error)}") from error
        if not ours:
            connection.close()
        return connection if ours else None

    async def _start(self, keys: Masters) -> str:
        """In a transaction that may take its time: tables may have to be changed."""

        def work(db: Connection) -> str:
            fit(db, self._place)
            db.exec_driver_sql("SET LOCAL statement_timeout = 0")
            migrate.upgrade(db, str(self._place))
            begin(db, self._clock.now())
            seals.begin(db, str(self._place), self._clock.now())
            holds.catch_up(db, self._spool)
            return _version(db)

        self._spool.clear()
        patient = Writer(knows(engine(self._place, NullPool), keys), str(self._place), manner(self._place))
        try:
            return await patient.do(work)
        finally:
            await patient.close()

    async def _wipe(self) -> None:
        """The room of what was deleted may be used anew; when the server does so is its own affair. Once a minute is enough."""
        if time.monotonic() >= self._wiped + _MINUTE:
            self._wiped, self._unwiped = time.monotonic(), False
            self._unwiped = not await asyncio.to_thread(self._vacuumed) or self._unwiped

    def _vacuumed(self) -> bool:
        with suppress(_psycopg().Error, OSError):
            connection = connect(self._place, _psycopg(), autocommit=True)
            try:
                connection.execute("SET statement_timeout = 0")
                for table in ("pieces", "holds", "statements", "appeals", "answers"):
                    connection.execute(f"VACUUM {table}")
            finally:
                connection.close()
            return True
        return False


def manner(place: Postgres) -> Manner:
    """How transactions begin there: one of those that change anything at a time; those that read see one moment."""
    readers = max(1, place.connections - 1)
    return Manner(alone=f"SELECT pg_advisory_xact_lock({_KEY}, {_ALONE})", reading=_READ_ONLY, readers=readers, far=True)


def engine(place: Postgres, pool: type[Pool] = QueuePool, *, patience: float = _PATIENCE) -> Engine:
    """Makes connections as they are needed, and keeps those of a QueuePool. Raises nothing: the first transaction does."""
    sizes = {"pool_size": place.connections, "max_overflow": 0, "pool_timeout": 10} if pool is QueuePool else {}
    made = create_engine("postgresql+psycopg://", poolclass=pool, hide_parameters=True, use_native_hstore=False, **sizes)
    event.listen(made, "do_connect", _Door(place))
    if pool is QueuePool:
        watch = _Watch(patience)
        event.listen(made, "connect", watch.made)
        event.listen(made, "checkout", watch.begun)
        for over in ("checkin", "close", "invalidate"):
            event.listen(made, over, watch.over)
    return made


class _Watch:
    """Sees to it that nobody waits for ever: a connection is asked whether it lives before it is used, and cut after a while.

    A server that is stopped or hangs on its disk keeps its connections, and answers nothing. libpq would wait for that.
    """

    def __init__(self, patience: float) -> None:
        self._patience = patience

    def made(self, _connection: object, record: Any) -> None:
        """SQLAlchemy's hook: one that was just made has answered already."""
        record.info["fresh"] = True

    def begun(self, connection: Any, record: Any, _proxy: object) -> None:
        """SQLAlchemy's hook. Raises DisconnectionError for one that is dead, and then another is made."""
        record.info["watch"] = _timer(connection, self._patience)
        if record.info.pop("fresh", False):
            return
        try:
            connection.execute("SELECT 1")
            connection.rollback()
        except _psycopg().Error as error:
            raise DisconnectionError from error

    def over(self, _connection: object, record: Any, *_: object) -> None:
        """SQLAlchemy's hook."""
        timer = record.info.pop("watch", None)
        if timer is not None:
            timer.cancel()


def _timer(connection: Any, seconds: float) -> Timer:
    """Cuts the connection then, unless it is cancelled."""
    timer = Timer(seconds, _cut, [connection])
    timer.daemon = True
    timer.start()
    return timer


@contextmanager
def _watched(connection: Any, seconds: float = _PATIENCE) -> Iterator[None]:
    """Within: it is waited for no longer than that."""
    timer = _timer(connection, seconds)
    try:
        yield
    finally:
        timer.cancel()


def _cut(connection: Any) -> None:
    """Whoever waits for an answer on it hears that there will be none."""
    with suppress(OSError, _psycopg().Error):
        log.warning("store.cut", says="PostgreSQL does not answer")
        with socket.socket(fileno=os.dup(connection.fileno())) as line:
            line.shutdown(socket.SHUT_RDWR)


class _Door:
    """Connects; once that failed it says so at once for a while: who waits for a silent server keeps others waiting."""

    def __init__(self, place: Postgres) -> None:
        self._place = place
        self._shut_until = 0.0
        self._said = ""

    def __call__(self, dialect: Any, _record: object, _args: object, _parameters: object) -> Any:
        """SQLAlchemy's hook. Raises the library's errors."""
        library = dialect.loaded_dbapi
        if time.monotonic() < self._shut_until:
            raise library.OperationalError(self._said)
        try:
            return connect(self._place, library)
        except library.Error as error:
            self._shut_until, self._said = time.monotonic() + _PAUSE, str(error)
            raise


def reading(place: Postgres) -> Engine:
    """For transactions that change nothing, and see one moment."""
    made = engine(place, NullPool)
    event.listen(made, "begin", lambda db: db.exec_driver_sql(_READ_ONLY))
    return made


def connect(place: Postgres, library: Any, **how: Any) -> Any:
    """A connection, which commits to stable storage. Raises the library's errors; OSError for the password's file."""
    if place.password_file:
        how["password"] = place.password_file.read_text("utf-8").strip()
    connection = library.connect(place.url, application_name=_ourselves(place), **_SESSION, **_tls(place), **how)
    try:
        with _watched(connection):
            connection.execute(_COMMIT)
            connection.commit()
    except BaseException:
        connection.close()
        raise
    return connection


def _tls(place: Postgres) -> dict[str, str]:
    """Libpq's words for it; over a Unix socket it takes no notice of them."""
    if place.tls == "none":
        return {"sslmode": "disable"}
    least = {"ssl_min_protocol_version": "TLSv1.2"}
    if not place.verify:
        return {"sslmode": "require", **least}
    known = place.ca_file or ssl.get_default_verify_paths().cafile or "system"
    return {"sslmode": "verify-full", "sslrootcert": str(known), **least}


def _ourselves(place: Postgres) -> str:
    return f"hatchway {socket.gethostname()[:40]} {place.gateway}"


def _psycopg() -> Any:
    """The library, loaded where it is wanted."""
    return importlib.import_module("psycopg")


def _version(db: Connection) -> str:
    return str(db.exec_driver_sql("SHOW server_version").scalar_one()).split(" ", 1)[0]


def described(db: Connection, place: Postgres) -> str:
    """What and where it is."""
    return f"PostgreSQL {_version(db)} at {place}"


def alone(db: Connection, place: Postgres) -> None:
    """Keep gateways from changing anything until the transaction ends. Raises StoreUnavailable where one is there."""
    db.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_KEY}, {_ALONE})")
    if others := _others(db, place):  # looked at last: whoever came meanwhile may have written
        raise StoreUnavailable(f"{place}: is in use by {', '.join(others)}; stop every gateway first")
    for limit in ("statement_timeout", "idle_in_transaction_session_timeout"):
        db.exec_driver_sql(f"SET LOCAL {limit} = 0")


def _with(others: Sequence[str]) -> str:
    return f", with {', '.join(others)}" if others else ""


def _others(db: Connection, place: Postgres) -> Sequence[str]:
    """Gateways that have a connection, by the names of their machines and their process numbers."""
    asked = (
        "SELECT DISTINCT application_name FROM pg_stat_activity"
        " WHERE datname = current_database() AND application_name LIKE 'hatchway %%' ORDER BY 1"
    )
    names = [name.split(" ") for name in db.exec_driver_sql(asked).scalars() if name != _ourselves(place)]
    return [f"{name[1]} ({name[2]})" for name in names]


def fit(db: Connection, place: Postgres) -> None:
    """Whether a shelf can be kept there. Raises StoreUnavailable."""
    name = str(place)
    encoding, fsync = (db.exec_driver_sql(f"SHOW {one}").scalar_one() for one in ("server_encoding", "fsync"))
    if encoding != "UTF8":
        raise StoreUnavailable(f"{name}: the database has the encoding {encoding}; make one with ENCODING 'UTF8'")
    if fsync != "on":
        log.warning("store.fsync_off", store=name, says="a power cut loses mail that was accepted; set fsync = on")
    apart = abs(db.exec_driver_sql("SELECT clock_timestamp()").scalar_one() - datetime.now(UTC))
    if apart > _TOO_FAR:
        raise StoreUnavailable(f"{name}: its clock and ours differ by {apart.total_seconds():.0f} s; set both by NTP")
    if apart > _APART:
        log.warning("store.clocks_differ", store=name, seconds=round(apart.total_seconds(), 1))


def _prepared(place: Postgres) -> Lock:
    """The folder is there, and ours alone. Raises StoreUnavailable."""
    try:
        place.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return Lock(place.own, "each front has a `store.folder` of its own")
    except OSError as error:
        raise StoreUnavailable(f"{place.folder}: {error.strerror or error}") from error


def _give_back(connection: Any) -> None:
    """The lock is free when this is over: a server notices some time later that a connection was closed."""
    with suppress(_psycopg().Error, OSError), _watched(connection):
        connection.execute("SELECT pg_advisory_unlock_all()")
    connection.close()


def _let_go(asked: "asyncio.Future[Any]") -> None:
    """Nobody waits for that lock any more."""
    with suppress(StoreUnavailable):
        if asked.result() is not None:
            asked.result().close()
