"""The front holds on: to its background work, and through signals that come early."""

import asyncio
import signal
from datetime import UTC, datetime

from gateway.upkeep import lasting, until_midnight
from tests.support.full import full_log
from tests.support.gateway import Gateway
from tests.support.relay import FakeRelay, hang
from tests.support.smtpd import until
from tests.support.waiting import wait_until


async def test_work_that_fails_while_the_log_is_full_begins_anew():
    begun = []

    async def work():
        begun.append(1)
        raise ZeroDivisionError

    with full_log():
        task = asyncio.create_task(lasting(work))
        await until(lambda: len(begun) == 2)
        task.cancel()
        await asyncio.wait([task])


async def test_a_reload_asked_for_while_it_starts_does_not_end_it(tmp_path):
    async with FakeRelay() as relay:
        relay.script("CONNECT", hang())
        gateway = Gateway(tmp_path / "gateway", relay=relay.port, relay_more=", connect timeout: 2s")
        starting = asyncio.create_task(asyncio.to_thread(gateway.__enter__))

        def opened():
            return (gateway.folder / "log").is_file() and "store.opened" in gateway.log

        await asyncio.to_thread(wait_until, opened, 30, "the store to open", lambda: "")
        gateway.process.send_signal(signal.SIGHUP)
        await starting
        assert await asyncio.to_thread(gateway.stop) == 0


def test_a_day_is_over_at_midnight_and_the_next_begins_there():
    assert until_midnight(datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC)) == 1
    assert until_midnight(datetime(2027, 1, 1, tzinfo=UTC)) == 24 * 60 * 60
