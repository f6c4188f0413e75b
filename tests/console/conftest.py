import shutil

import pytest
import pytest_asyncio

from gateway.store import SqliteStore
from tests.support import mails
from tests.support.console import Console
from tests.support.provider import Liar, settings


@pytest.fixture
def clock():
    return mails.FixedClock()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def empty(tmp_path_factory):
    """A shelf of the newest form with nothing on it, to be copied: tables take longer to make than most tests."""
    path = tmp_path_factory.mktemp("shelf") / "hatchway.db"
    await (await SqliteStore.open(path, mails.FixedClock())).close()
    return path


@pytest.fixture
async def console(tmp_path, clock, empty):
    shutil.copy(empty, tmp_path / "hatchway.db")
    store = await SqliteStore.open(tmp_path / "hatchway.db", clock)
    yield Console(store, clock)
    await store.close()


@pytest.fixture
async def provider(clock):
    async with Liar(clock) as provider:
        yield provider


@pytest.fixture
def wished(provider, console, clock):
    return lambda **more: Console(console.store, clock, **settings(provider.issuer, **more))


@pytest.fixture
def here(wished):
    return wished()
