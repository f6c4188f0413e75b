"""What backups and restores come upon: others in the database, and what a restore that was killed left."""

import asyncio
import re
import shutil
import subprocess
import sys
from contextlib import closing

import pytest

from gateway.hold import Ruling
from gateway.ports import Asked, StoreUnavailable
from gateway.sealing import Encryption
from gateway.store import KeptLaws, opened, sqlite
from gateway.store.backup import back_up, put_back
from tests.store.test_holds import review
from tests.support.mails import held

NONE = Encryption(use="off")
SYNCED = """
import os, sys
from pathlib import Path
from gateway.sealing import Encryption
from gateway.store.backup import back_up, put_back

really = os.fsync

def fsync(file):
    really(file)
    print(os.readlink(f"/proc/self/fd/{file if isinstance(file, int) else file.fileno()}"))

os.fsync = fsync
store, settings, copy, new = map(Path, sys.argv[1:])
back_up(store, settings, copy)
put_back(copy, new, Encryption(use="off"), "admin", lambda _: None)
"""
"""A backup and a restore, which say of each file and folder that it was put on stable storage."""

BACKUP = "import sys; from pathlib import Path; from gateway.store.backup import back_up; back_up(*map(Path, sys.argv[1:]))"


@pytest.fixture
async def store(tmp_path, clock):
    opening = await opened(tmp_path / "hatchway.db", clock, NONE)
    (tmp_path / "hatchway.yaml").write_text("settings")
    yield opening
    await opening.close()


def backed_up(tmp_path, name):
    back_up(tmp_path / "hatchway.db", tmp_path / "hatchway.yaml", tmp_path / name)
    return tmp_path / name


def restored(copy, to, examined=lambda _: None):
    return put_back(copy, to, NONE, "admin", examined)


async def found(path, clock):
    """What is in it: holds with their rulings, and the last steps."""
    again = await opened(path, clock, NONE)
    try:
        holds = [(one.mail.id, one.review and one.review.ruling) for one in await again.list(waiting=False)]
        return holds, [one.step for one in await again.entries(Asked(), newest=True)]
    finally:
        await again.close()


def test_a_backup_of_a_database_that_a_gateway_keeps_for_itself_ends_and_says_so(path, tmp_path):
    path.parent.mkdir()
    path.touch()
    with closing(sqlite._connected(path, sqlite.best_library(), exclusive=True)) as front:
        front.execute("CREATE TABLE kept (x)")
        command = [sys.executable, "-c", BACKUP, str(path), str(path), str(tmp_path / "copy")]
        ended = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    assert "keeps others out: install pysqlite3, or stop it meanwhile" in ended.stderr
    assert not list(tmp_path.glob("copy*"))


@pytest.mark.usefixtures("store")
async def test_all_of_a_backup_is_on_stable_storage_when_it_is_done_and_what_is_put_back_too(tmp_path):
    KeptLaws(tmp_path / "hatchway.db").keep("v1", {"policies/a.yaml": b"rules"}, lambda _: "v1")
    copy, new = tmp_path / "copy", tmp_path / "new.db"
    command = [sys.executable, "-c", SYNCED, *map(str, (tmp_path / "hatchway.db", tmp_path / "hatchway.yaml", copy, new))]
    ended = await asyncio.to_thread(subprocess.run, command, check=True, capture_output=True, text=True)
    synced = {re.sub(r"/copy\.\d+\.new(?=/|$)", "/copy", line) for line in ended.stdout.splitlines()}
    made = {str(path) for path in (copy, *copy.rglob("*"))}
    put = {str(path) for path in (*tmp_path.glob("new.db.laws"), *tmp_path.glob("new.db.laws/**/*"))}
    assert len(put) == 4
    assert made - synced == put - synced == set()


async def test_a_backup_that_is_put_back_has_nothing_of_one_whose_restore_was_killed(store, tmp_path, clock):
    await store.hold(held(), [])
    first = backed_up(tmp_path, "first")
    await store.rule("H1", review(Ruling.DENIED), [])
    second = backed_up(tmp_path, "second")
    growing = tmp_path / "new.db.restored"
    shutil.copyfile(second / "hatchway.db", tmp_path / "killed.db")
    with closing(sqlite._connected(tmp_path / "killed.db", sqlite.best_library(), exclusive=False)) as killed:
        killed.execute("UPDATE holds SET subject = '\"of the second\"'")
        killed.execute("UPDATE sessions SET ended = 1")
        shutil.copyfile(tmp_path / "killed.db-wal", growing.with_name("new.db.restored-wal"))
    restored(first, tmp_path / "new.db")
    holds, said = await found(tmp_path / "new.db", clock)
    assert (holds, said) == ([("H1", None)], ["begun", "held", "restored"])


async def test_what_somebody_reads_while_it_is_put_back_is_whole_or_is_not_put_back(store, tmp_path, clock):
    await store.hold(held(), [])
    copy, new = backed_up(tmp_path, "copy"), tmp_path / "new.db"
    readers = []

    def read(_trail):
        reader = sqlite.best_library().connect(new.with_name("new.db.restored"), isolation_level=None)
        readers.append(reader)
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM trail").fetchall()

    with pytest.raises(StoreUnavailable, match="locked"):
        restored(copy, new, read)
    readers.pop().close()
    assert not list(tmp_path.glob("new.db*[!k]"))
    restored(copy, new)
    assert await found(new, clock) == ([("H1", None)], ["begun", "held", "restored"])
