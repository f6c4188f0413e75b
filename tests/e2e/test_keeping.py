"""A gateway in use is backed up, given another master key, and comes back elsewhere; what was held is released there.

All that time no word of a message and no secret is in its log, or on a command line, where anybody on the machine reads it.
"""

import asyncio
import base64
from contextlib import suppress
from pathlib import Path

from tests.e2e.conftest import message, send
from tests.support.gateway import Gateway
from tests.support.relay import FakeRelay
from tests.support.waiting import wait_until

PRESIDENT = "president@association.example"
WATCH = ["adams@department.example"]
SECRET = b"another secret, of 32 octets or so"
TEXT = "Please vote for Ana Armadillo for sheriff: vermilion armadillo."
TOLD = (b"Cerulean", b"vermilion", b"armadillo")


async def test_what_is_held_survives_the_machine_it_was_held_on(tmp_path):
    async with FakeRelay() as relay:
        await asyncio.to_thread(_lives, tmp_path, relay)


def command_lines(group):
    """What `ps` shows of a gateway and its children."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(FileNotFoundError, ProcessLookupError):
            if stat.read_text().rpartition(")")[2].split()[2] == str(group):
                yield (stat.parent / "cmdline").read_bytes()


def _lives(tmp_path, relay):
    def sends(gateway, subject):
        heard = send(gateway.port, PRESIDENT, WATCH, message(f"Cerulean {subject}", TEXT, PRESIDENT))
        assert heard.final[0] == 250

    keys = tmp_path / "keys"
    keys.mkdir()
    with Gateway(tmp_path / "first", relay=relay.port) as gateway:
        sends(gateway, "One")
        [held] = gateway.ask("queue.list")
        assert (gateway.folder / "hatchway.db.key").stat().st_mode & 0o777 == 0o600
        (keys / "first").write_bytes((gateway.folder / "hatchway.db.key").read_bytes())
        (keys / "second").write_bytes(SECRET)
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
        secrets = [(keys / name).read_bytes() for name in ("first", "second")]
        said = [gateway.log.encode(), *command_lines(gateway.process.pid)]
        assert len(said) > 2
    assert gateway.events("mail.disposed")
    for told in (*TOLD, *secrets, *(form(one) for one in secrets for form in (bytes.hex, base64.b64encode, base64.b16encode))):
        assert all((told if isinstance(told, bytes) else told.encode()).strip() not in one for one in said), told
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
