"""The one thread that speaks to the database, a transaction at a time.

What is asked for is done whole or not at all, whoever stops waiting for it: a call that is cancelled before its turn is
dropped, after that it runs to its end. What the database or the disk refuses becomes StoreUnavailable; the connection is
then given up and made anew for the next transaction, so that the shelf comes back when the cause is gone.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, IntegrityError

from gateway.ports import StoreUnavailable
from gateway.store.codec import UnreadableRecord
from gateway.store.contents import Damaged

T = TypeVar("T")


class Writer:
    """A thread of its own, and the engine that only it uses; `name` is what messages call the database.

    failures: how often the database or the disk refused
    """

    def __init__(self, engine: Engine, name: str) -> None:
        self._engine = engine
        self._name = name
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="hatchway-store")
        self._closed = False
        self.failures = 0

    async def do(self, work: Callable[[Connection], T]) -> T:
        """What `work` returns, once its transaction is committed; what it raises, once it is rolled back.

        Raises StoreUnavailable for what the database or the disk refuses; ValueError for an id that is taken.
        """
        if self._closed:
            raise StoreUnavailable(f"{self._name}: closed")
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, self._transact, work)
        except StoreUnavailable:
            self.failures += 1
            raise

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
            disposed = asyncio.get_running_loop().run_in_executor(self._thread, self._engine.dispose)
            self._thread.shutdown(wait=False)
            await disposed

    def _transact(self, work: Callable[[Connection], T]) -> T:
        try:
            with self._engine.connect() as connection:
                return self._committed(connection, work)
        except IntegrityError as error:
            raise ValueError("the id of a hold or a parcel is on the shelf already; nothing was changed") from error
        except DBAPIError as error:
            raise StoreUnavailable(f"{self._name}: {error.orig}") from error
        except (self._engine.dialect.loaded_dbapi.Error, OSError, Damaged, UnreadableRecord) as error:
            raise StoreUnavailable(f"{self._name}: {error}") from error

    def _committed(self, connection: Connection, work: Callable[[Connection], T]) -> T:
        try:
            with connection.begin():
                return work(connection)
        except IntegrityError:
            raise
        except (DBAPIError, self._engine.dialect.loaded_dbapi.Error):
            connection.invalidate()
            raise
