import importlib
import sqlite3
import stat
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

from gateway.ports import StoreUnavailable
from gateway.store import SqliteStore
from gateway.store.place import network_file_system
from gateway.store.sqlite import best_library, faulty
from tests.support.mails import NOW, held
from tests.support.parcels import notice

TOP = Path(__file__).resolve().parents[2]
FRONT = """
import asyncio, sys
from pathlib import Path
from gateway.store import SqliteStore

async def main():
    await SqliteStore.open(Path(sys.argv[1]))
    print("open", flush=True)
    await asyncio.to_thread(sys.stdin.read)

asyncio.run(main())
"""


@contextmanager
def another_front(path):
    """A process of its own that has the database open; killed, not stopped, at the end."""
    command = [sys.executable, "-c", FRONT, str(path)]
    with subprocess.Popen(command, cwd=TOP, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert "open" in "".join(iter(process.stdout.readline, "open\n")) + "open"
            yield process
        finally:
            process.kill()


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


async def test_held_mail_is_readable_by_nobody_else(path, shelf):
    await shelf.hold(held(), [])
    files = [file for file in path.parent.iterdir() if file.is_file()]
    assert {file.name for file in files} >= {"hatchway.db", "hatchway.db-wal", "hatchway.db.lock"}
    assert {mode(file) for file in files} == {0o600}
    assert {mode(path.parent), mode(path.with_name("hatchway.db.spool"))} == {0o700}


async def test_a_database_that_others_can_read_is_pointed_out(path, said):
    await (await SqliteStore.open(path)).close()
    path.chmod(0o640)
    await (await SqliteStore.open(path)).close()
    assert [event["mode"] for event in said if event["event"] == "store.readable_by_others"] == ["0640"]


async def test_writes_are_flushed_to_disk_before_they_are_acknowledged(shelf):
    asked = ("journal_mode", "synchronous", "foreign_keys")
    given = await shelf._writer.do(lambda db: [db.exec_driver_sql(f"PRAGMA {one}").scalar_one() for one in asked])
    assert given == ["wal", 2, 1]


async def test_what_is_on_the_shelf_is_there_after_a_restart(path, clock):
    store = await SqliteStore.open(path, clock)
    await store.hold(held(), [notice(held())])
    await store.close()
    store = await SqliteStore.open(path, clock)
    assert await store.get("H1") == held()
    assert await store.lease(NOW, NOW, 10) == [notice(held())]
    await store.close()


async def test_leases_end_with_the_front_that_took_them(path, shelf):
    await shelf.put([notice(held())])
    assert await shelf.lease(NOW, NOW.replace(year=2030), 10)
    await shelf.close()
    again = await SqliteStore.open(path)
    assert await again.lease(NOW, NOW, 10)
    await again.close()


async def test_a_second_front_is_told_which_process_has_the_database(path):
    with another_front(path) as front:
        with pytest.raises(StoreUnavailable, match=rf"in use by another Hatchway \(process {front.pid}\)"):
            await SqliteStore.open(path)
        front.kill()
        front.wait()
        await (await SqliteStore.open(path)).close()


async def test_one_process_does_not_open_a_database_twice(path, shelf):
    for _ in range(2):
        with pytest.raises(StoreUnavailable, match="in use by another Hatchway"):
            await SqliteStore.open(path)
    await shelf.hold(held(), [])
    await shelf.close()
    await (await SqliteStore.open(path)).close()


async def test_a_closed_shelf_says_so(shelf):
    await shelf.close()
    await shelf.close()
    with pytest.raises(StoreUnavailable, match="closed"):
        await shelf.get("H1")


@pytest.mark.parametrize(
    ("version", "is_faulty"),
    [
        ((3, 6, 23), False),
        ((3, 7, 0), True),
        ((3, 40, 1), True),
        ((3, 44, 5), True),
        ((3, 44, 6), False),
        ((3, 45, 0), True),
        ((3, 50, 6), True),
        ((3, 50, 7), False),
        ((3, 51, 2), True),
        ((3, 51, 3), False),
        ((3, 53, 4), False),
    ],
)
def test_the_versions_with_the_wal_reset_fault_are_known(version, is_faulty):
    assert faulty(version) is is_faulty


def test_a_library_without_the_fault_is_taken_where_it_is_installed():
    try:
        better = importlib.import_module("pysqlite3.dbapi2")
    except ImportError:
        better = sqlite3
    assert best_library() is better


async def test_with_a_faulty_library_nobody_else_gets_into_the_database(path, said):
    if not faulty(sqlite3.sqlite_version_info):
        pytest.skip("this Python's SQLite does not have the fault")
    store = await SqliteStore.open(path, library=sqlite3)
    await store.hold(held(), [])
    other = sqlite3.connect(path, timeout=0)
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        other.execute("SELECT count(*) FROM holds")
    other.close()
    assert await store.get("H1") == held()
    await store.close()
    assert "store.faulty_sqlite" in {event["event"] for event in said}


async def test_with_a_sound_library_a_backup_can_read_meanwhile(shelf, raw):
    if faulty(best_library().sqlite_version_info):
        pytest.skip("this machine's SQLite has the fault")
    await shelf.hold(held(), [])
    assert raw("SELECT id FROM holds") == [("H1",)]


async def test_a_folder_is_no_database(tmp_path):
    with pytest.raises(StoreUnavailable, match=r"is a folder; name a file in it"):
        await SqliteStore.open(tmp_path)


async def test_a_file_that_is_no_database_is_left_alone(path):
    path.parent.mkdir()
    path.write_bytes(b"the minutes of the meeting\n" * 200)
    with pytest.raises(StoreUnavailable, match="not a database"):
        await SqliteStore.open(path)
    assert path.read_bytes() == b"the minutes of the meeting\n" * 200


async def test_a_damaged_database_is_not_opened_and_the_lock_is_let_go(path, clock):
    store = await SqliteStore.open(path, clock)
    for number in range(40):
        await store.hold(held(id_=f"H{number}"), [])
    await store.close()
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + bytes(len(whole) - 4096))
    for _ in range(2):
        with pytest.raises(StoreUnavailable, match=r"damaged|malformed"):
            await SqliteStore.open(path)
    path.write_bytes(whole)
    await (await SqliteStore.open(path)).close()


MOUNTS = """\
22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
40 22 0:35 / /srv rw,relatime shared:20 - nfs4 files:/srv rw,vers=4.2
41 40 254:1 / /srv/disk rw,relatime - xfs /dev/vdb rw
42 22 0:36 / /mnt/the\\040share rw - cifs //files/share rw
43 22 0:37 / /mnt/far rw - fuse.sshfs far:/ rw
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/var/lib/hatchway/hatchway.db", ""),
        ("/srv/hatchway.db", "nfs4"),
        ("/srv/disk/hatchway.db", ""),
        ("/srvice/hatchway.db", ""),
        ("/mnt/the share/h/hatchway.db", "cifs"),
        ("/mnt/far/hatchway.db", "fuse.sshfs"),
    ],
)
def test_the_file_system_is_that_of_the_innermost_mount(tmp_path, path, kind):
    mounts = tmp_path / "mountinfo"
    mounts.write_text(MOUNTS)
    assert network_file_system(Path(path), mounts) == kind


def test_where_mounts_cannot_be_read_nothing_is_claimed(tmp_path):
    assert network_file_system(Path("/srv"), tmp_path / "none") == ""
