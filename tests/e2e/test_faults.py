"""What fails under a running gateway: disk, database, clock and judges. What was told 250 is there, and nothing else is.

The faults are real to the process: the C library's fsync, write and clock say so (`tests/torture/shim.c`), and signals do.
"""

import asyncio
import errno
import os
import signal
import struct
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from gateway.control import Refused
from tests.e2e.conftest import message, sent
from tests.support import apt
from tests.support.gateway import Gateway
from tests.support.relay import FakeRelay
from tests.support.waiting import wait_until
from tests.torture.doomed import shim

OFFICER, PRESIDENT = "officer@department.example", "president@association.example"
DESK, WATCH = ["desk@county.example"], ["watch@department.example"]
ORDINARY = message("Unit 214", "The marked unit is back from the garage.", OFFICER)
NOTICE = message("General meeting", "The general meeting is on Thursday at 1900 in the hall.", PRESIDENT)
LARGE = message("Unit 214", "The marked unit is back from the garage.\n" * 2_000, OFFICER)
MORE = """\
judging: {model: false, workers: 1, time: 5s}
limits: {in memory: 64KiB}
"""
DAY = 24 * 3600

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300)]


@dataclass
class Faulty(Gateway):
    """A gateway whose C library fails as `faults` says."""

    library: Path | None = None

    @property
    def faults(self) -> Path:
        return self.folder / "faults"

    def environment(self):
        return {**os.environ, "LD_PRELOAD": str(self.library), "FAULTS": str(self.faults)}

    def fail(self, *, fsync=0, write=0, clock=0):
        with self.faults.open("r+b") as file:
            file.write(struct.pack("iiq", fsync, write, clock))

    @contextmanager
    def failing(self, **how):
        self.fail(**how)
        try:
            yield
        finally:
            self.fail()

    def waiting(self):
        return {held["id"] for held in self.ask("queue.list")}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def gateway(tmp_path_factory):
    apt.compiler()
    folder = tmp_path_factory.mktemp("faults")
    async with FakeRelay() as relay:
        gateway = Faulty(folder / "gateway", relay=relay.port, more=MORE, library=shim(folder))
        gateway.folder.mkdir()
        gateway.faults.write_bytes(bytes(16))
        await asyncio.to_thread(gateway.__enter__)
        yield gateway
        assert await asyncio.to_thread(gateway.stop) == 0
        verified = await asyncio.to_thread(gateway.hatchway, "audit", "verify")
        assert verified.returncode == 0, verified.stdout + verified.stderr


async def held(gateway):
    """Have a message held; its id."""
    heard = await sent(gateway.port, PRESIDENT, WATCH, NOTICE)
    assert heard.final[0] == 250, heard
    return heard.final[1].rpartition(" ")[2]


@contextmanager
def taken_away(gateway):
    there = gateway.folder / "hatchway.db"
    there.rename(gateway.folder / "taken")
    try:
        yield
    finally:
        (gateway.folder / "taken").rename(there)


FAULTS = {
    "the disk is full": lambda gateway: gateway.failing(write=errno.ENOSPC),
    "the disk is read-only": lambda gateway: gateway.failing(write=errno.EROFS),
    "writing fails": lambda gateway: gateway.failing(write=errno.EIO),
    "fsync fails": lambda gateway: gateway.failing(fsync=errno.EIO),
    "the database is gone": taken_away,
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_what_cannot_be_kept_is_451_and_what_passes_goes_on(fault, gateway):
    before = await held(gateway)
    waiting = gateway.waiting()
    assert before in waiting
    with FAULTS[fault](gateway):
        to_hold = await sent(gateway.port, PRESIDENT, WATCH, NOTICE)
        passing = await sent(gateway.port, OFFICER, DESK, ORDINARY)
        with pytest.raises(Refused, match="nothing was changed"):
            await asyncio.to_thread(gateway.ask, "queue.release", id=before)
    assert to_hold.final[0] == 451
    assert to_hold.final[1].startswith("4.3.0 Held mail cannot be stored now, please try again later (id ")
    assert passing.final[0] == 250
    assert gateway.waiting() == waiting
    assert await held(gateway) in gateway.waiting() - waiting
    assert gateway.events("hold.failed")


async def test_a_large_message_that_no_disk_takes_is_for_later(gateway):
    with gateway.failing(write=errno.ENOSPC):
        heard = await sent(gateway.port, OFFICER, DESK, LARGE)
    assert heard.final[0] == 452
    assert gateway.events("smtp.spool_failed")
    assert (await sent(gateway.port, OFFICER, DESK, LARGE)).final[0] == 250


@pytest.mark.parametrize("jump", [DAY, 400 * DAY, -400 * DAY])
async def test_a_clock_that_jumps_loses_and_releases_nothing(jump, gateway):
    before = await held(gateway)
    with gateway.failing(clock=jump):
        during = await held(gateway)
        assert (await sent(gateway.port, OFFICER, DESK, ORDINARY)).final[0] == 250
        assert {before, during} <= gateway.waiting()
    after = await held(gateway)
    assert {before, during, after} <= gateway.waiting()


def judges(gateway):
    """The processes that judge: children of the fork server's."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            name, _, fields = stat.read_text().rpartition(")")
        except OSError:
            continue
        number, (_, parent, group, *_) = int(name.split()[0]), fields.split()
        if int(group) == gateway.process.pid and int(parent) not in {1, os.getpid(), gateway.process.pid}:
            yield number


@pytest.mark.parametrize("how", [signal.SIGSTOP, signal.SIGSEGV])
async def test_a_judge_that_stands_still_or_dies_costs_its_message_a_second_look_or_a_retry(how, gateway):
    wait_until(lambda: [*judges(gateway)], 60, "a judge to be there", lambda: gateway.log)
    for number in judges(gateway):
        os.kill(number, how)
    heard = await sent(gateway.port, OFFICER, DESK, ORDINARY)
    assert heard.final[0] in {250, 451}, heard
    for _ in range(20):
        if (await sent(gateway.port, OFFICER, DESK, ORDINARY)).final[0] == 250:
            break
        await asyncio.sleep(0.5)
    else:
        raise AssertionError(gateway.log)
