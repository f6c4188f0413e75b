"""A whole gateway under more than it should be asked for: it serves, refuses or drops by its limits."""

import asyncio
import resource
from contextlib import AsyncExitStack, suppress

import pytest
import pytest_asyncio

from tests.e2e.conftest import message, sent
from tests.support.gateway import Gateway
from tests.support.relay import FakeRelay
from tests.support.waiting import wait_until

OFFICER, DESK = "officer@department.example", ["desk@county.example"]
KEYS = message("Unit 214", "Keys are in the watch office.", OFFICER)
LIMITS = """
judging: {workers: 1, model: false, ocr: false}
limits: {message size: 25MiB, connections: 1000, connections per client: 500, recipients: 1000}
"""
MIB = 1024**2

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module", autouse=True)
def descriptors():
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    if before[0] < 4096 <= before[1]:
        resource.setrlimit(resource.RLIMIT_NOFILE, (4096, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def relay():
    async with FakeRelay(keep=False) as relay:
        yield relay


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def gateway(relay, tmp_path_factory):
    made = Gateway(tmp_path_factory.mktemp("load"), relay=relay.port, more=LIMITS, clients="127.0.0.0/8")
    try:
        await asyncio.to_thread(made.__enter__)
        assert (await sent(made.port, OFFICER, DESK, KEYS)).final[0] == 250
        yield made
    finally:
        await asyncio.to_thread(made.stop)


class Client:
    """Speaks by hand. code: of the greeting, 0 where there was none."""

    def __init__(self, reader, writer):
        self._reader, self.writer, self.code = reader, writer, 0

    @classmethod
    async def of(cls, gateway, stack, source="127.0.0.1"):
        reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port, local_addr=(source, 0))
        client = cls(reader, writer)
        stack.callback(client.close)
        with suppress(ConnectionError):
            client.code = await client.reply()
        return client

    def close(self):
        self.writer.transport.abort()

    async def reply(self):
        """The code of the next whole reply; 0 for the end."""
        while (line := await self._reader.readline())[3:4] == b"-":
            pass
        return int(line[:3] or 0)

    async def ask(self, line):
        self.writer.write(line + b"\r\n")
        return await self.reply()


async def left(gateway, sessions):
    await asyncio.to_thread(wait_until, lambda: gateway.ask("status")["sessions"] == sessions, 30, f"{sessions} to be left")


async def test_a_thousand_idle_connections_are_served_one_more_is_refused_and_the_next_is_served_when_they_go(gateway):
    before = gateway.memory()
    async with AsyncExitStack() as stack:
        idle = []
        for first in range(0, 999, 111):
            some = (Client.of(gateway, stack, f"127.0.0.{2 + first // 333}") for _ in range(111))
            idle += await asyncio.gather(*some)
        assert {client.code for client in idle} == {220}
        assert (await sent(gateway.port, OFFICER, DESK, KEYS)).final[0] == 250
        assert gateway.memory() - before < 128 * MIB
        await left(gateway, 999)
        assert (await Client.of(gateway, stack)).code == 220
        assert (await Client.of(gateway, stack)).code == 421
        assert await idle[0].ask(b"NOOP") == 250
    await left(gateway, 0)
    assert (await sent(gateway.port, OFFICER, DESK, KEYS)).final[0] == 250


async def test_a_flood_of_connections_from_one_client_leaves_the_others_their_turn(gateway):
    refused = 0

    async def flood():
        nonlocal refused
        async with AsyncExitStack() as stack:
            some = await asyncio.gather(*(Client.of(gateway, stack, "127.0.0.9") for _ in range(700)))
            refused += sum(client.code == 421 for client in some)
            assert sum(client.code == 220 for client in some) == 500

    under_way = asyncio.create_task(flood())
    await asyncio.sleep(0)
    assert (await sent(gateway.port, OFFICER, DESK, KEYS)).final[0] == 250
    await under_way
    assert refused == 200


async def test_of_ten_thousand_recipients_a_thousand_get_the_message_and_the_rest_are_for_later(gateway, relay):
    async with AsyncExitStack() as stack:
        client = await Client.of(gateway, stack)
        assert await client.ask(b"EHLO client") == 250
        client.writer.write(b"MAIL FROM:<%b>\r\n" % OFFICER.encode())
        client.writer.write(b"".join(b"RCPT TO:<r%d@county.example>\r\n" % number for number in range(10_000)))
        codes = [await client.reply() for _ in range(10_001)]
        assert codes == [250] + [250] * 1000 + [452] * 9000
        assert await client.ask(b"DATA") == 354
        assert await client.ask(KEYS + b".") == 250
    assert len(relay.acked[-1].rcpts) == 1000


async def test_150_mb_against_a_limit_of_25_are_refused_at_mail_or_while_they_come_and_take_no_memory(gateway, relay):
    before, taken = gateway.memory(), len(relay.messages)
    async with AsyncExitStack() as stack:
        client = await Client.of(gateway, stack)
        assert await client.ask(b"EHLO client") == 250
        assert await client.ask(b"MAIL FROM:<%b> SIZE=157286400" % OFFICER.encode()) == 552
        assert await client.ask(b"MAIL FROM:<%b>" % OFFICER.encode()) == 250
        assert await client.ask(b"RCPT TO:<desk@county.example>") == 250
        assert await client.ask(b"DATA") == 354
        told = asyncio.create_task(client.reply())
        most, chunk = 0, (b"x" * 76 + b"\r\n") * 13_443
        with suppress(ConnectionError):
            for _ in range(150):
                client.writer.write(chunk)
                await client.writer.drain()
                most = max(most, gateway.memory())
            client.writer.write(b".\r\n")
        assert await told == 552
        assert most - before < 48 * MIB
    assert len(relay.messages) == taken
    assert not list((gateway.folder / "hatchway.db.spool").glob("*"))
    assert (await sent(gateway.port, OFFICER, DESK, KEYS)).final[0] == 250
