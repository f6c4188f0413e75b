"""A front as a process: whoever hangs or ends is replaced, and whoever cannot begin is not tried for ever."""

import asyncio
import os
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from gateway.fronts.keeper import Keeper, Patience
from gateway.handed import Handed

PYTHON = Path(sys.executable).resolve()
SHORT = Patience(pause=0.01, longest=0.02, silence=1.5, at_first=30, look=0.02)
FRONT = """\
import json, os, signal, socket, sys
lives = sys.argv[1:]
path, kinds = lives[0], lives[1:]
with open(path, "a+") as counted:
    counted.write("x")
    counted.flush()
    kind = kinds[counted.tell() - 1]
if kind.isdigit():
    sys.exit(int(kind))
line = socket.socket(fileno=json.loads(os.environ["HATCHWAY_FRONT"])["line"])
said = {"law": {}, "last": None}
line.sendall(json.dumps({"ask": "ready", "given": said}).encode() + b"\\n")
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
while kind == "well":
    line.sendall(json.dumps({"ask": "alive", "given": said}).encode() + b"\\n")
    signal.sigtimedwait([], 0.05)
signal.pause()
"""


@dataclass
class Gateway:
    """lasting: a front gave the third sign of life: the first one is its only one, the last one goes on."""

    signs: int = 0
    lasting: asyncio.Event = field(default_factory=asyncio.Event)
    gone: int = 0

    def handed(self, number, line):
        return Handed(number=number, of=2, line=line, crowd=line, settings=line, sockets=())

    def heard(self, _number, _name, _said):
        self.signs += 1
        if self.signs == 3:
            self.lasting.set()

    def left(self, _number):
        self.gone += 1


@pytest.fixture
def keeper(tmp_path):
    """Makes one whose front lives these lives, one after the other."""
    return lambda gateway, *lives: Keeper(
        gateway, 1, command=(sys.executable, "-S", "-c", FRONT, str(tmp_path / "lives"), *lives), patience=SHORT
    )


async def test_a_front_that_hangs_or_ends_is_replaced_after_pauses_that_grow(keeper, said):
    gateway = Gateway()
    front = keeper(gateway, "hangs", "3", "4", "well")
    life = asyncio.create_task(front.keep())
    assert await front.begun() is None
    await gateway.lasting.wait()
    ends = [(event["status"], event["seconds_to_restart"]) for event in said if event["event"] == "front.ended"]
    assert ends == [(-9, 0.01), (3, 0.02), (4, 0.02)]
    assert [event["number"] for event in said if event["event"] == "front.hangs"] == [1]
    assert (gateway.gone, front.pid is not None) == (3, True)
    front.stop()
    await life
    assert (gateway.gone, front.up, front.pid) == (4, False, None)


async def test_one_that_cannot_begin_is_not_tried_again_and_says_why(keeper):
    front = keeper(Gateway(), "78")
    life = asyncio.create_task(front.keep())
    assert await front.begun() == 78
    await life
    assert (front.restarts, front.up) == (0, False)


async def test_one_that_is_replaced_ends_in_peace_and_another_begins(keeper, said):
    gateway = Gateway()
    front = keeper(gateway, "well", "well")
    life = asyncio.create_task(front.keep())
    assert await front.begun() is None
    await gateway.lasting.wait()
    first = front.pid
    front.replace()
    assert not front.up
    await front.ready.wait()
    assert front.pid != first
    assert [event["status"] for event in said if event["event"] == "front.ended"] == [0]
    front.stop()
    await life


async def test_one_for_which_there_is_no_process_now_is_started_when_there_is(tmp_path, said):
    python, gateway = tmp_path / "python", Gateway()
    python.symlink_to(PYTHON)
    front = Keeper(gateway, 1, command=(str(python), "-S", "-c", FRONT, str(tmp_path / "lives"), "hangs", "well"), patience=SHORT)
    life = asyncio.create_task(front.keep())
    assert await front.begun() is None
    python.unlink()
    while not [event for event in said if event["event"] == "front.not_started"]:  # noqa: ASYNC110  -- the log is all there is
        await asyncio.sleep(0.02)
    assert (front.up, front.pid) == (False, None)
    python.symlink_to(PYTHON)
    await gateway.lasting.wait()
    front.stop()
    await life


async def test_a_first_one_for_which_there_is_no_process_is_the_end(tmp_path):
    front = Keeper(Gateway(), 1, command=(str(tmp_path / "nothing"),), patience=SHORT)
    life = asyncio.create_task(front.keep())
    assert await front.begun() == os.EX_OSERR
    await life
