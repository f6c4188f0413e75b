import pytest

from gateway.store import SqliteStore
from tests.support import mails
from tests.support.console import Console


@pytest.fixture
def clock():
    return mails.FixedClock()


@pytest.fixture
async def console(tmp_path, clock):
    store = await SqliteStore.open(tmp_path / "hatchway.db", clock)
    yield Console(store, clock)
    await store.close()
