"""A gateway whose log cannot be written goes on."""

import asyncio
from pathlib import Path

from tests.e2e.conftest import message, sent
from tests.support.gateway import Gateway
from tests.support.relay import FakeRelay


async def test_a_full_disk_under_the_log_stops_no_mail(tmp_path):
    async with FakeRelay() as relay:
        gateway = Gateway(tmp_path / "gateway", relay=relay.port)
        gateway.write_settings()
        await asyncio.to_thread(gateway.start, Path("/dev/full"))
        officer = "officer@department.example"
        heard = await sent(gateway.port, officer, ["desk@county.example"], message("Unit 214", "Keys are in.", officer))
        assert await asyncio.to_thread(gateway.stop) == 0
        assert heard.final[0] == 250
        assert len(relay.messages) == 1
