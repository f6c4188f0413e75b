"""Directories over time: what they said is kept, whatever becomes of them, and what they say anew is noticed."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from gateway.directory import Directories, cached
from gateway.listing import CsvList, Listing
from gateway.settings import load_settings
from tests.support.mails import FixedClock
from tests.test_settings import GOOD

BOARD, UNION = ("hr", "board"), ("hr", "union")


@dataclass
class World:
    folder: object
    clock: object
    settings: object

    def says(self, *lines: str) -> None:
        (self.folder / "hr.csv").write_text("\n".join(["group,address", *lines]))

    def opened(self) -> Directories:
        return Directories(self.settings, self.clock)


@pytest.fixture
def world(tmp_path):
    more = "directories: {hr: {csv: {file: hr.csv}, refresh: 10m}}\ndirectory cache: cache\n"
    (tmp_path / "hatchway.yaml").write_text(GOOD + more)
    return World(tmp_path, FixedClock(), load_settings(tmp_path / "hatchway.yaml"))


async def test_what_was_heard_is_kept_and_outlives_the_directory_and_us(world, said):
    world.says("board,chief@department.example")
    first = world.opened()
    assert await first.learn([BOARD, ("elsewhere", "x")])
    assert cached(world.settings).members == {BOARD: frozenset({"chief@department.example"})}

    (world.folder / "hr.csv").unlink()
    again = world.opened()
    assert not await again.learn([BOARD])
    assert not await again.refresh()
    assert cached(world.settings).members == {BOARD: frozenset({"chief@department.example"})}
    heard = again.heard()["hr"]
    assert (heard.up, heard.errors, heard.members, heard.unknown) == (False, 1, {"board": 1}, 0)
    [line] = [event for event in said if event["event"] == "directory.away"]
    assert (line["directory"], line["group"], line["setting"]) == ("hr", "board", "file")
    assert line["members"].startswith("1 as of ")


async def test_it_is_asked_again_when_it_is_time_and_only_news_are_news(world):
    world.says("board,chief@department.example")
    hr = world.opened()
    await hr.learn([BOARD])
    world.says("board,chief@department.example", "board,new@department.example")
    assert not await hr.refresh()
    world.clock.forward(timedelta(minutes=10))
    assert await hr.refresh()
    world.clock.forward(timedelta(minutes=10))
    assert not await hr.refresh()
    world.says("board,chief@department.example")
    world.clock.forward(-timedelta(days=365))
    assert await hr.refresh()
    world.says("board,chief@department.example", "board,new@department.example")
    world.clock.forward(timedelta(minutes=10))
    assert await hr.refresh()
    assert len(cached(world.settings).members[BOARD]) == 2


async def test_a_group_that_comes_back_empty_is_not_believed_until_an_admin_says_so(world, said):
    world.says("board,chief@department.example")
    hr = world.opened()
    await hr.learn([BOARD])
    world.says("board,")
    world.clock.forward(timedelta(hours=1))
    assert not await hr.refresh()
    assert cached(world.settings).members[BOARD]
    assert any("which is not believed" in event.get("said", "") for event in said)
    for file in (world.folder / "cache").iterdir():
        file.unlink()
    assert await hr.learn([BOARD])
    assert cached(world.settings).members[BOARD] == frozenset()


async def test_a_group_that_cannot_be_heard_of_hinders_no_other_and_is_unknown(world):
    world.says("union,a@association.example")
    hr = world.opened()
    assert await hr.learn([BOARD, UNION])
    assert set(cached(world.settings).members) == {UNION}
    assert hr.heard()["hr"].unknown == 1


async def test_a_cache_that_cannot_be_written_or_read_is_an_answer_that_did_not_come(world):
    world.says("board,chief@department.example")
    (world.folder / "cache").write_text("no folder")
    hr = world.opened()
    assert not await hr.learn([BOARD])
    assert hr.heard()["hr"].errors == 1
    (world.folder / "cache").unlink()
    assert await hr.learn([BOARD])
    [file] = (world.folder / "cache").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    file.write_text("{")
    assert cached(world.settings).members == {}


def test_settings_without_directories_know_that_there_are_none(tmp_path):
    (tmp_path / "hatchway.yaml").write_text(GOOD)
    assert cached(load_settings(tmp_path / "hatchway.yaml")).names == frozenset()
    assert Listing(csv=CsvList(file=tmp_path)).refresh == timedelta(minutes=15)
