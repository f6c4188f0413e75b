"""A milter door and an MTA before it."""

import pytest

from tests.support.milter import opened


@pytest.fixture
async def house(tmp_path):
    async with opened(tmp_path) as house:
        yield house


@pytest.fixture
async def mta(house):
    async with house.mta() as mta:
        await mta.greet()
        yield mta
