"""The guide to policies does what it says: every command in it is run, every pattern in it loads."""

import asyncio
import re
import shlex
import shutil

import pytest

from gateway.policy import load_rulebook
from gateway.rehearsal.sketches import load_tests
from gateway.store import SqliteStore
from tests.support.commands import command as hatchway
from tests.support.mails import held
from tests.support.policy import loaded, with_rules
from tests.support.rehearsal import ENDORSEMENT, TOP, box, letter, settings

GUIDE = (TOP / "deploy" / "policies.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", GUIDE, flags=re.DOTALL)
COMMANDS = [line for kind, block in BLOCKS if kind == "sh" for line in block.strip().splitlines()]
PATTERNS = [block for kind, block in BLOCKS if kind == "yaml" and block.startswith("- ")]


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """A folder with all that the commands name."""
    folder = tmp_path_factory.mktemp("desk")
    shutil.copytree(TOP / "policies", folder / "new")
    box(folder / "sent.mbox", letter(), letter(ENDORSEMENT))
    (folder / "archive").mkdir()
    (folder / "archive" / "a.eml").write_bytes(letter())
    (folder / "hatchway.log").write_text('event=mail.disposed disposition=tag dry_run="hold p.yaml:1:1"\n')
    settings(folder, policies=str(folder / "new"), roster=str(folder / "new" / "roster"))

    async def shelved():
        store = await SqliteStore.open(folder / "hatchway.db")
        await store.hold(held(id_="ID"), [])
        await store.close()

    asyncio.run(shelved())
    return folder


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_runs(desk, command):
    program, *words = shlex.split(command)
    assert program == "hatchway"
    there = [str(desk / word) if (desk / word.partition("/")[0]).exists() or word == "report.html" else word for word in words]
    jobs = ["--jobs", "1"] if words[0] == "backtest" else []
    said = hatchway(*there, *jobs)
    wanted = {0} if words[0] != "replay" else {0, 1}
    assert said.returncode in wanted, said.stderr
    assert said.stdout


def test_every_pattern_loads_in_a_policy(tmp_path):
    window = with_rules("\n".join([*(line for block in PATTERNS for line in block.splitlines()), "- {action: relay}"]))
    rules = loaded(tmp_path, window.replace("window:", "election window:")).anyone.rules
    assert len(rules) == sum(block.count("\n") for block in PATTERNS)


def test_the_tests_and_the_senders_that_are_shown_load(tmp_path):
    [tests] = [block for kind, block in BLOCKS if kind == "yaml" and "\ntests:" in block]
    (tmp_path / "t.yaml").write_text(tests, encoding="utf-8")
    assert len(load_tests(tmp_path / "t.yaml")) == 2

    [senders] = [block for kind, block in BLOCKS if kind == "yaml" and block.startswith("senders:")]
    written = (TOP / "policies" / "department.yaml").read_text(encoding="utf-8")
    (tmp_path / "policies").mkdir()
    text = (
        written.partition("\nsenders:")[0].replace("stricter review", "x")
        + "\n"
        + senders.replace("stricter review", "restricted")
    )
    (tmp_path / "policies" / "p.yaml").write_text(text, encoding="utf-8")
    assert [sender.dry_run for sender in load_rulebook(tmp_path / "policies").senders] == [True, False, False]
