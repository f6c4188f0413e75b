from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.store import SqliteStore
from gateway.store.sqlite import best_library
from tests.support import mails
from tests.support.memory_store import MemoryStore


@pytest.fixture
def clock() -> mails.FixedClock:
    return mails.FixedClock()


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "shelf" / "hatchway.db"


@pytest.fixture(params=["memory", "sqlite"])
async def store(request, path, clock) -> AsyncIterator[MemoryStore | SqliteStore]:
    """Every shelf there is; what holds for one holds for all."""
    opened = MemoryStore(clock) if request.param == "memory" else await SqliteStore.open(path, clock)
    yield opened
    await opened.close()


@pytest.fixture
async def shelf(path, clock) -> AsyncIterator[SqliteStore]:
    opened = await SqliteStore.open(path, clock)
    yield opened
    await opened.close()


@pytest.fixture
def raw(path):
    """Runs one statement on the file, behind the store's back."""

    def run(statement: str, *values: object) -> list[tuple[object, ...]]:
        connection = best_library().connect(path, isolation_level=None)
        try:
            return connection.execute(statement, values).fetchall()
        finally:
            connection.close()

    return run
