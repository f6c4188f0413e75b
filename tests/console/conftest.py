import pytest

from gateway.store import SqliteStore
from tests.support import mails
from tests.support.console import Console
from tests.support.provider import Liar, settings


@pytest.fixture
def clock():
    return mails.FixedClock()


@pytest.fixture
async def console(tmp_path, clock):
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
