import asyncio
import os
import random
import resource
import subprocess
import sys
import tempfile
import threading
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.mail import Content
from gateway.mail.content import in_memory
from gateway.ports import StoreUnavailable
from gateway.store import SqliteStore
from gateway.store.sqlite import best_library, faulty
from tests.store.hold_until_killed import octets
from tests.support.mails import held
from tests.support.parcels import notice, release
from tests.support.wants import ROOT, skip

TOP = Path(__file__).resolve().parents[2]
BIG = os.urandom(1024) * 4096
NOBODY = 65534


def big(id_="BIG"):
    there = held(id_=id_)
    return replace(there, mail=replace(there.mail, content=in_memory(BIG)))


def killed_while_holding(path, turn, chance):
    """Ids that were acknowledged before the process was killed at a moment that `chance` picks."""
    command = [sys.executable, str(TOP / "tests/store/hold_until_killed.py"), str(path), turn]
    there = {**os.environ, "PYTHONPATH": str(TOP)}
    with subprocess.Popen(command, cwd=TOP, env=there, stdout=subprocess.PIPE, text=True) as process:
        first = next(line for line in process.stdout if line.startswith("held "))
        threading.Event().wait(chance.uniform(0, 0.3))
        process.kill()
        rest, _ = process.communicate()
    whole = [line for line in (first + rest).splitlines(keepends=True) if line.endswith("\n")]
    return [line.split()[1] for line in whole]


async def test_all_that_was_acknowledged_is_there_after_kill_9(path, raw):
    chance, acknowledged = random.Random(906), []
    for turn in range(5):
        acknowledged += killed_while_holding(path, f"T{turn}", chance)
        store = await SqliteStore.open(path)
        there = [row.mail.id for row in await store.list(limit=100_000)]
        assert set(acknowledged) <= set(there)
        for id_ in there:
            assert (await store.get(id_)).mail.content.read() == octets(id_)
            assert len(await store.dispatches(id_)) == 1
        await store.close()
        assert raw("PRAGMA integrity_check") == [("ok",)]
    assert len(acknowledged) >= 5


@contextmanager
def files_no_larger_than(size):
    """The kernel refuses to let any file grow beyond `size` octets (setrlimit(2), RLIMIT_FSIZE)."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def test_a_write_the_system_refuses_changes_nothing_and_the_shelf_comes_back(shelf, raw):
    await shelf.hold(held(), [notice(held())])
    with files_no_larger_than(1024**2):
        with pytest.raises(StoreUnavailable) as refused:
            await shelf.hold(big(), [notice(big(), "N2")])
        assert await shelf.get("BIG") is None
        assert await shelf.get("H1") == held()
    assert isinstance(refused.value.__cause__, Exception)
    await shelf.hold(big(), [notice(big(), "N2")])
    assert (await shelf.get("BIG")).mail.content.read() == BIG
    await shelf.close()
    assert raw("PRAGMA integrity_check") == [("ok",)]


async def test_an_error_tells_nothing_of_the_message(shelf):
    await shelf.hold(held(), [release(held())])
    with pytest.raises(ValueError, match="on the shelf already") as refused:
        await shelf.put([release(held())])
    assert "UNIQUE constraint failed: parcels.id" in str(refused.value.__cause__)
    assert "department" not in str(refused.value.__cause__)


@contextmanager
def small_disk(size):
    """A file system of its own, of so many octets, in memory."""
    folder = tempfile.mkdtemp()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], capture_output=True, check=False)
    try:
        if mounted.returncode:
            skip(ROOT)
        yield Path(folder)
    finally:
        subprocess.run(["umount", "--lazy", folder], capture_output=True, check=not mounted.returncode)
        Path(folder).rmdir()


async def test_a_full_disk_is_a_store_that_is_away_until_there_is_room():
    if os.geteuid():
        skip(ROOT)
    with small_disk(16 * 1024**2) as folder:
        store = await SqliteStore.open(folder / "hatchway.db")
        filler = folder / "filler"
        filler.write_bytes(bytes(13 * 1024**2))
        await store.hold(held(), [])
        with pytest.raises(StoreUnavailable, match="full"):
            await store.hold(big(), [])
        assert await store.get("H1") == held()
        filler.unlink()
        await store.hold(big(), [])
        filler.write_bytes(bytes(6 * 1024**2))
        with pytest.raises(StoreUnavailable, match="No space left"):
            await store.get("BIG")
        filler.unlink()
        assert (await store.get("BIG")).mail.content.read() == BIG
        assert [file.suffix for file in (folder / "hatchway.db.spool").iterdir()] == [""]
        await store.close()


@contextmanager
def without_privileges():
    """As somebody who may not write where root may (nothing changes for one who is nobody special already)."""
    user = os.geteuid()
    if not user:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(user)


@pytest.fixture
def closed_folder():
    """A folder that everybody can see and nobody may write in."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        folder = Path(name) / "shelf"
        folder.mkdir(mode=0o555)
        yield folder


async def test_a_folder_that_cannot_be_written_is_named(closed_folder):
    path = closed_folder / "hatchway.db"
    with without_privileges(), pytest.raises(StoreUnavailable, match=f"{path}: Permission denied"):
        await SqliteStore.open(path)


async def test_a_database_somebody_else_writes_to_is_away_until_they_are_done(path, shelf):
    if faulty(best_library().sqlite_version_info):
        pytest.skip("this machine's SQLite has the WAL-reset fault, so nobody else gets in")
    other = best_library().connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable, match="locked"):
        await shelf.hold(held(), [])
    other.execute("ROLLBACK")
    other.close()
    await shelf.hold(held(), [])
    assert await shelf.get("H1") == held()


async def test_nothing_is_promised_on_a_database_that_was_taken_away(path, shelf):
    await shelf.hold(held(), [])
    path.rename(path.with_name("taken"))
    with pytest.raises(StoreUnavailable, match="taken away or replaced"):
        await shelf.hold(held(id_="H2"), [])
    assert not path.exists()
    path.with_name("taken").rename(path)
    await shelf.hold(held(id_="H2"), [])
    assert len(await shelf.list()) == 2


async def test_nothing_is_promised_on_a_database_that_was_put_in_its_place(path, shelf):
    await shelf.hold(held(), [])
    path.with_name("backup").write_bytes(path.read_bytes())
    path.with_name("backup").replace(path)
    for _ in range(2):
        with pytest.raises(StoreUnavailable, match="taken away or replaced"):
            await shelf.hold(held(id_="H2"), [])


def break_descriptors(files):
    """Whoever has these files open finds a full device there instead."""
    full = os.open("/dev/full", os.O_RDWR)
    for link in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):
            if link.readlink() in files:
                os.dup2(full, int(link.name))
    os.close(full)


async def test_a_connection_that_broke_is_made_anew(path, shelf):
    await shelf.hold(held(), [])
    break_descriptors({path, path.with_name("hatchway.db-wal")})
    with pytest.raises(StoreUnavailable):
        await shelf.hold(held(id_="H2"), [])
    await shelf.hold(held(id_="H2"), [])
    assert [row.mail.id for row in await shelf.list()] == ["H1", "H2"]


class Slow(Content):
    """Content that is read only when `go` is set, and says when somebody began."""

    began, go = threading.Event(), threading.Event()

    def chunks(self, start: int = 0):
        self.began.set()
        self.go.wait(10)
        yield from super().chunks(start)


async def test_a_call_that_is_cancelled_is_done_whole_or_not_at_all(shelf):
    there = held()
    slow = replace(there, mail=replace(there.mail, content=Slow(size=3, data=b"abc")))
    begun = asyncio.create_task(shelf.hold(slow, [notice(there, "N1")]))
    await asyncio.to_thread(Slow.began.wait, 10)
    waiting = asyncio.create_task(shelf.hold(held(id_="H2"), [notice(held(id_="H2"), "N2")]))
    await asyncio.sleep(0)
    begun.cancel()
    waiting.cancel()
    assert [type(one) for one in await asyncio.gather(begun, waiting, return_exceptions=True)] == [asyncio.CancelledError] * 2
    Slow.go.set()
    assert (await shelf.get("H1")).mail.content.read() == b"abc"
    assert len(await shelf.dispatches("H1")) == 1
    assert await shelf.get("H2") is None
    assert await shelf.dispatches("H2") == []


async def test_closing_waits_for_what_was_begun(path, shelf):
    held_on = [asyncio.create_task(shelf.hold(held(id_=f"H{n}"), [])) for n in range(20)]
    await asyncio.sleep(0)
    await shelf.close()
    await asyncio.gather(*held_on)
    again = await SqliteStore.open(path)
    assert len(await again.list()) == 20
    await again.close()
