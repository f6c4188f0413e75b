"""A gateway in use is backed up, given another master key, and comes back elsewhere; what was held is released there."""

import asyncio

from tests.e2e.conftest import message, send
from tests.support.gateway import Gateway
from tests.support.relay import FakeRelay
from tests.support.waiting import wait_until

PRESIDENT = "president@association.example"
WATCH = ["adams@department.example"]


async def test_what_is_held_survives_the_machine_it_was_held_on(tmp_path):
    async with FakeRelay() as relay:
        await asyncio.to_thread(_lives, tmp_path, relay)


def _lives(tmp_path, relay):
    def sends(gateway, subject):
        heard = send(gateway.port, PRESIDENT, WATCH, message(subject, "The phrase is vermilion armadillo.", PRESIDENT))
        assert heard.final[0] == 250

    keys = tmp_path / "keys"
    keys.mkdir()
    with Gateway(tmp_path / "first", relay=relay.port) as gateway:
        sends(gateway, "One")
        [held] = gateway.ask("queue.list")
        assert (gateway.folder / "hatchway.db.key").stat().st_mode & 0o777 == 0o600
        (keys / "first").write_bytes((gateway.folder / "hatchway.db.key").read_bytes())
        (keys / "second").write_bytes(b"another secret, of 32 octets or so")
        gateway.stop()
        gateway.more = f"encryption: {{use: second, keys: {{first: {keys}/first, second: {keys}/second}}}}"
        gateway.write_settings()
        gateway.start()
        sends(gateway, "Two")
        said = gateway.hatchway("store", "rekey")
        assert "all" in said.stdout, said.stderr
        assert 'are wrapped with "second"' in said.stdout
        said = gateway.hatchway("backup", str(tmp_path / "copy"))
        assert "2 held messages, 2 of them waiting" in said.stdout, said.stderr
        assert gateway.hatchway("audit", "verify").returncode == 0
    octets = b"".join(one.read_bytes() for folder in ("first", "copy") for one in (tmp_path / folder).glob("*.db"))
    assert b"vermilion" not in octets
    again = Gateway(tmp_path / "second", relay=relay.port, more=f"encryption: {{keys: {{second: {keys}/second}}}}")
    again.write_settings()
    said = again.hatchway("restore", str(tmp_path / "copy"))
    assert said.returncode == 0, said.stderr
    with again:
        assert len(again.ask("queue.list")) == 2
        assert again.hatchway("queue", "release", held["id"]).returncode == 0
        wait_until(lambda: any(b"vermilion armadillo" in one.data for one in relay.messages), 60, "the release to go out")
        assert again.hatchway("audit", "verify").returncode == 0
