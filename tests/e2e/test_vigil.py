"""A running Hatchway sends itself canaries by its own door: one is held and told of, one is missed, and both are taken back."""

import asyncio
import urllib.request

from tests.support.gateway import Gateway, free_port
from tests.support.relay import FakeRelay
from tests.support.waiting import wait_until

VIGIL = """\
vigil:
  alarm to: admin@department.example
  within: 60s
  canaries:
    board: {sender: president@association.example, to: canary@department.example}
    everyday: {sender: officer@department.example, to: canary@county.example, expect: reject}
monitor: {listen: "127.0.0.1:%d"}
"""


async def test_canaries_by_our_own_door_tell_whether_mail_is_stopped(tmp_path):
    monitor = free_port()
    async with FakeRelay() as relay:
        gateway = Gateway(tmp_path / "gateway", relay=relay.port, more=VIGIL % monitor)
        await asyncio.to_thread(gateway.__enter__)
        try:
            done = lambda: gateway.events("canary.well") and gateway.events("canary.missed")  # noqa: E731  -- a name for it
            await asyncio.to_thread(wait_until, done, 90, "both canaries", lambda: gateway.log)
            await asyncio.to_thread(gateway.wait_until_outbox_empty)
            status = await asyncio.to_thread(gateway.hatchway, "status")
            metrics = await asyncio.to_thread(asked, monitor)
            waiting = gateway.ask("queue.list")
        finally:
            await asyncio.to_thread(gateway.stop)
    [missed] = gateway.events("canary.missed")
    assert (missed["canary"], missed["why"].startswith("reject was expected, and policy everyday mail said hold")) == (
        "everyday",
        True,
    )
    assert 'hatchway_canary_well{canary="board"} 1.0' in metrics
    assert 'hatchway_canary_well{canary="everyday"} 0.0' in metrics
    assert "canary board" in status.stdout
    assert waiting == []
    alarms = [one for one in relay.messages if one.rcpts == [b"RCPT TO:<admin@department.example>"]]
    assert len(alarms) == 1


def asked(port: int) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=20) as answer:
        return answer.read().decode()
