"""The threads that speak to the database, each a transaction at a time.

What changes the shelf is done in one thread, and on a database that several gateways share by one of them at a time: what a
transaction has seen stays so until it is over. What only reads sees one moment of the shelf, and waits for nobody.

What is asked for is done whole or not at all, whoever stops waiting for it: a call that is cancelled before its turn is
dropped, after that it runs to its end. What the database or the disk refuses becomes StoreUnavailable; the connection is
then given up and made anew for the next transaction, so that the shelf comes back when the cause is gone. Of a server that
is lost while it commits nobody knows whether it did; that is StoreUncertain, and whoever does it again is told what became
of it, but for a message that is held: for that the shelf is looked through.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as NoRoom

from gateway.ports import StoreFault, StoreUnavailable, StoreUncertain
from gateway.store.codec import UnreadableRecord
from gateway.store.seals import Damaged
from gateway.vault import NoKey

T = TypeVar("T")

_OF_DATA = ("22", "23")
"""Classes of SQLSTATE: data exceptions, and constraints."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How transactions begin on a kind of database, beyond what its engine does by itself; "" where that is enough.

    alone: before one that nobody else may change the shelf beside; reading: before one that changes nothing
    readers: threads besides the one that writes; 0 where there is one connection
    far: it may commit and be lost before it says so
    """

    alone: str = ""
    reading: str = ""
    readers: int = 0
    far: bool = False


class Writer:
    """The threads, and the engine that only they use; `name` is what messages call the database.

    failures: how often the database or the disk refused
    """

    def __init__(self, engine: Engine, name: str, manner: Manner = Manner()) -> None:
        self._engine = engine
        self._name = name
        self._manner = manner
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="hatchway-store")
        self._readers = (
            ThreadPoolExecutor(max_workers=manner.readers, thread_name_prefix="hatchway-reader")
            if manner.readers
            else self._thread
        )
        self._closed = False
        self.failures = 0

    async def do(self, work: Callable[[Connection], T]) -> T:
        """What `work` returns, once its transaction is committed; what it raises, once it is rolled back.

        Nobody else changes anything meanwhile.
        Raises StoreUnavailable for what the database or the disk refuses, StoreFault among it where that is about this work
        alone, StoreUncertain where it is lost at the end; ValueError for an id that is taken.
        """
        return await self._run(self._thread, self._manner.alone, work)

    async def read(self, work: Callable[[Connection], T]) -> T:
        """What `work` finds; it changes nothing. Raises StoreUnavailable."""
        return await self._run(self._readers, self._manner.reading, work)

    async def claim(self, work: Callable[[Connection], T]) -> T:
        """As `do`, for work that is right whatever others change meanwhile: on rows that it locks. It waits for nobody."""
        return await self._run(self._readers, "", work)

    async def aside(self, work: Callable[[Any], object]) -> None:
        """Let `work` use the database library's own connection, outside of any transaction, for upkeep that may fail."""

        def kept() -> None:
            connection = self._engine.raw_connection()
            try:
                work(connection.driver_connection)
            finally:
                connection.close()

        if not self._closed:
            with suppress(DBAPIError, self._engine.dialect.loaded_dbapi.Error):
                await asyncio.get_running_loop().run_in_executor(self._thread, kept)

    async def close(self) -> None:
        """Finish what was begun and let go of the database."""
        if not self._closed:
            self._closed = True
            if self._readers is not self._thread:
                await asyncio.to_thread(self._readers.shutdown)
            disposed = asyncio.get_running_loop().run_in_executor(self._thread, self._engine.dispose)
            self._thread.shutdown(wait=False)
            await disposed

    async def _run(self, threads: ThreadPoolExecutor, begins: str, work: Callable[[Connection], T]) -> T:
        if self._closed:
            raise StoreUnavailable(f"{self._name}: closed")
        try:
            return await asyncio.get_running_loop().run_in_executor(threads, self._transact, begins, work)
        except StoreUnavailable:
            self.failures += 1
            raise

    def _transact(self, begins: str, work: Callable[[Connection], T]) -> T:
        try:
            with self._engine.connect() as connection:
                return self._committed(connection, begins, work)
        except IntegrityError as error:
            raise ValueError("the id of a hold or a parcel is on the shelf already; nothing was changed") from error
        except DBAPIError as error:
            raise StoreUnavailable(f"{self._name}: {words(error.orig)}") from error
        except (OSError, Damaged, UnreadableRecord, NoKey) as error:
            raise StoreFault(f"{self._name}: {words(error)}") from error
        except (self._engine.dialect.loaded_dbapi.Error, NoRoom) as error:
            raise StoreUnavailable(f"{self._name}: {words(error)}") from error

    def _committed(self, connection: Connection, begins: str, work: Callable[[Connection], T]) -> T:
        committing = False
        try:
            with connection.begin():
                if begins:
                    connection.exec_driver_sql(begins)
                done = work(connection)
                committing = self._manner.far and begins != self._manner.reading
        except IntegrityError:
            raise
        except (DBAPIError, self._engine.dialect.loaded_dbapi.Error) as error:
            connection.invalidate()
            if committing and _lost(error):
                raise StoreUncertain(f"{self._name}: {words(getattr(error, 'orig', error))}") from error
            raise
        return done


def _lost(error: BaseException) -> bool:
    """Whether the connection ended, and not what was asked on it (SQLSTATE 08 and 57, or no word at all)."""
    said = getattr(getattr(error, "orig", error), "sqlstate", None)
    return said is None or str(said).startswith(("08", "57"))


def words(error: BaseException | None) -> str:
    """What a database library says, in one line, and none of the values that PostgreSQL puts in its words about data."""
    if str(getattr(error, "sqlstate", "") or "").startswith(_OF_DATA):
        return f"{type(error).__name__}, SQLSTATE {getattr(error, 'sqlstate', '')}"
    primary = getattr(getattr(error, "diag", None), "message_primary", None)
    return " ".join(str(primary or error).split())
