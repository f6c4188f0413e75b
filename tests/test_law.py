"""What is in force is what was asked for last, whoever asked while judges were being seated, and a change is not forgotten."""

import asyncio
from datetime import timedelta

import pytest

from gateway.directory import Directories
from gateway.law import InForce, keep_law, load_law
from gateway.mail import Address
from gateway.ports import StoreUnavailable
from gateway.settings import load_settings
from tests.support.mails import FixedClock
from tests.support.rehearsal import settings as written

POLICIES = """\
authorities: {SO 1: {title: Use of mail, text: No promotion}}
groups: {board: {directory: hr, group: board}}
reviewers: {command: {members: chief@department.example, deadline: 48h, then: deny}}
policies:
  reviewed: {authority: SO 1, rules: [{action: hold, reviewers: command}]}
  free: {rules: [{action: relay}]}
senders:
  - {sender: board, policy: reviewed}
  - {sender: anyone, policy: free}
"""
STRICTER = POLICIES.replace("sender: anyone, policy: free", "sender: anyone, policy: reviewed")
RUIZ = Address.parse("ruiz@department.example")


class Seats:
    """Judges as far as they obey: one law after the other, each once they are seated, for which `may` has to be set."""

    def __init__(self, law):
        self.law, self.may, self.seating = law, asyncio.Event(), asyncio.Event()
        self._changing = asyncio.Lock()

    async def obey(self, law):
        async with self._changing:
            self.seating.set()
            await self.may.wait()
            self.law = law


class World:
    """Policies, a directory, and what judges by both."""

    def __init__(self, folder):
        (folder / "policies").mkdir()
        self.folder, self.clock, self.away, self.records = folder, FixedClock(), False, []
        self.policies(POLICIES)
        self.says("chief")
        more = {"policies": "policies", "directories": "{hr: {csv: {file: hr.csv}, refresh: 10m}}", "directory cache": "cache"}
        self.settings = load_settings(written(folder, **more))
        self.directories = Directories(self.settings, self.clock)

    async def begin(self):
        await self.directories.learn([("hr", "board")])
        law = load_law(self.settings)
        keep_law(self.settings, law)
        self.judges = Seats(law)
        self.law = InForce(self.settings, directories=self.directories, judges=self.judges, record=self.record, again=0)
        return self

    def policies(self, text):
        (self.folder / "policies/p.yaml").write_text(text)

    def says(self, *names):
        people = [f"board,{name}@department.example" for name in names]
        (self.folder / "hr.csv").write_text("\n".join(["group,address", *people]))

    async def record(self, step, _detail, actor):
        if self.away:
            raise StoreUnavailable("away")
        self.records.append((str(step), actor))

    def knows_ruiz(self):
        return self.judges.law.rulebook.belongs("board", RUIZ)


@pytest.fixture
async def world(tmp_path):
    return await World(tmp_path).begin()


async def test_a_directory_that_is_heard_of_while_policies_are_loaded_does_not_bring_the_old_ones_back(world):
    world.policies(STRICTER)
    reloading = asyncio.create_task(world.law.reload("root", lambda: None))
    await world.judges.seating.wait()
    world.says("chief", "ruiz")
    world.clock.forward(timedelta(minutes=10))
    redrawing = asyncio.create_task(world.law.redraw())
    await asyncio.sleep(0.3)
    world.judges.may.set()
    stricter = await reloading
    await redrawing
    assert world.judges.law.rulebook.plain == stricter.rulebook.plain
    assert world.knows_ruiz()


async def test_a_member_that_a_directory_has_is_obeyed_once_the_store_is_back_though_the_directory_says_nothing_new(world):
    world.judges.may.set()
    world.says("chief", "ruiz")
    world.clock.forward(timedelta(minutes=10))
    world.away = True
    await world.law.redraw()
    assert not world.knows_ruiz()
    world.away = False
    await world.law.redraw()
    assert world.knows_ruiz()
    await world.law.redraw()
    assert world.records == [("policies loaded", "directory")]
