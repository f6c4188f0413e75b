"""A gateway whose log cannot be written goes on."""

import asyncio
import os
from pathlib import Path

from tests.e2e.conftest import message, sent
from tests.support.gateway import Gateway
from tests.support.relay import FakeRelay


async def test_a_log_whose_reader_is_gone_stops_no_mail(tmp_path):
    reader, writer = os.pipe()
    async with FakeRelay() as relay:
        gateway = Gateway(tmp_path / "gateway", relay=relay.port)
        gateway.write_settings()
        await asyncio.to_thread(gateway.start, Path(f"/proc/self/fd/{writer}"))
        os.close(reader)
        os.close(writer)
        officer = "officer@department.example"
        content = message("Unit 214", "Keys are in the watch office.", officer)
        heard = [await sent(gateway.port, officer, ["desk@county.example"], content) for _ in range(3)]
        assert await asyncio.to_thread(gateway.stop) == 0
        assert [one.final[0] for one in heard] == [250] * 3
        assert len(relay.messages) == 3
