from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from gateway.database import Postgres
from gateway.store import PostgresStore, Shelf, SqliteStore
from gateway.store.sqlite import best_library
from gateway.vault import Masters
from tests.support import mails
from tests.support.memory_store import MemoryStore

SEALS = Masters({"first": b"0" * 32}, use="first")


@pytest.fixture
def clock() -> mails.FixedClock:
    return mails.FixedClock()


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "shelf" / "hatchway.db"


@pytest.fixture(scope="session")
def database(postgres) -> str:
    """A database of the newest form."""
    return postgres.newest()


@pytest.fixture
def place(postgres, database, tmp_path) -> Postgres:
    """That database, with nothing in it."""
    postgres.empty(database)
    return postgres.place(database, tmp_path / "node")


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
async def store(request, clock) -> AsyncIterator[MemoryStore | Shelf]:
    """Every shelf there is; what holds for one holds for all."""
    match request.param:
        case "memory":
            opened = MemoryStore(clock)
        case "sqlite":
            opened = await SqliteStore.open(request.getfixturevalue("path"), clock, keys=SEALS)
        case "postgresql":
            opened = await PostgresStore.open(request.getfixturevalue("place"), clock, keys=SEALS)
    yield opened
    await opened.close()


@pytest.fixture(params=["sqlite", "postgresql"])
async def kept(request, clock) -> AsyncIterator[Shelf]:
    """Every shelf that lasts, with all that is on it for people."""
    if request.param == "sqlite":
        opened = await SqliteStore.open(request.getfixturevalue("path"), clock, keys=SEALS)
    else:
        opened = await PostgresStore.open(request.getfixturevalue("place"), clock, keys=SEALS)
    yield opened
    await opened.close()


@pytest.fixture
async def shelf(path, clock) -> AsyncIterator[SqliteStore]:
    opened = await SqliteStore.open(path, clock)
    yield opened
    await opened.close()


@pytest.fixture
def raw_on():
    """Runs one statement on a file, behind the store's back."""

    def run(file: Path, statement: str, *values: object) -> list[tuple[object, ...]]:
        connection = best_library().connect(file, isolation_level=None)
        try:
            return connection.execute(statement, values).fetchall()
        finally:
            connection.close()

    return run


@pytest.fixture
def raw(path, raw_on):
    """The same on the shelf of the test."""
    return partial(raw_on, path)
