import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.mail import Content
from gateway.mail.content import in_memory
from gateway.ports import StoreUnavailable
from gateway.store import SqliteStore
from tests.support.mails import NOW, held
from tests.support.parcels import notice, release

TOP = Path(__file__).resolve().parents[2]
BIG = bytes(range(256)) * 6000
MEASURE = """
import asyncio, resource, sys
from dataclasses import replace
from pathlib import Path
from gateway.mail import Content
from gateway.store import SqliteStore
from tests.support.mails import held

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

async def main():
    store = await SqliteStore.open(Path(sys.argv[1]))
    await store.hold(held(), [])
    await store.get("H1")
    before, file = peak(), Path(sys.argv[2])
    big = held(id_="H2")
    content = Content(size=file.stat().st_size, path=file)
    await store.hold(replace(big, mail=replace(big.mail, content=content)), [])
    there = await store.get("H2")
    print(peak() - before, there.mail.content.path.stat().st_size)
    await store.close()

asyncio.run(main())
"""


def holding(octets=BIG, id_="H1", content=None):
    there = held(id_=id_)
    return replace(there, mail=replace(there.mail, content=content or in_memory(octets)))


async def test_large_content_comes_in_a_private_file_small_content_in_memory(kept):
    await kept.hold(holding(), [])
    await kept.hold(holding(b"small", "H2"), [])
    large, small = (await kept.get("H1")).mail.content, (await kept.get("H2")).mail.content
    assert large.path.read_bytes() == BIG
    assert large.path.stat().st_mode & 0o777 == 0o600
    assert small == in_memory(b"small")


async def test_a_message_in_a_spool_file_is_held_as_it_is(shelf, tmp_path):
    file = tmp_path / "spooled"
    file.write_bytes(BIG)
    await shelf.hold(holding(content=Content(size=len(BIG), path=file)), [])
    file.unlink()
    assert (await shelf.get("H1")).mail.content.read() == BIG


@pytest.mark.parametrize("size", [len(BIG) - 1, len(BIG) + 1])
async def test_a_spool_file_that_is_not_whole_is_not_held(shelf, tmp_path, size):
    file = tmp_path / "spooled"
    file.write_bytes(BIG[:size] + b"x" * (size - len(BIG)))
    with pytest.raises(StoreUnavailable, match=f"should have {len(BIG)} octets, its file has {size}"):
        await shelf.hold(holding(content=Content(size=len(BIG), path=file)), [])
    assert await shelf.get("H1") is None


async def test_a_spool_file_that_is_gone_is_a_store_that_cannot_write(shelf, tmp_path):
    with pytest.raises(StoreUnavailable) as refused:
        await shelf.hold(holding(content=Content(size=9, path=tmp_path / "gone")), [])
    assert isinstance(refused.value.__cause__, FileNotFoundError)


async def test_a_file_is_written_once_and_made_again_if_somebody_took_it(kept):
    await kept.hold(holding(), [])
    first = (await kept.get("H1")).mail.content.path
    written = first.stat()
    second = (await kept.get("H1")).mail.content.path
    assert (second, second.stat().st_ino) == (first, written.st_ino)
    first.unlink()
    assert (await kept.get("H1")).mail.content.read() == BIG


async def test_a_folder_that_somebody_removed_is_made_again(kept):
    await kept.hold(holding(), [])
    shutil.rmtree((await kept.get("H1")).mail.content.path.parent)
    assert (await kept.get("H1")).mail.content.read() == BIG


async def test_a_file_nobody_asked_for_in_an_hour_makes_room_for_the_next(kept):
    await kept.hold(holding(), [])
    await kept.hold(holding(BIG + b"2", "H2"), [])
    first = (await kept.get("H1")).mail.content.path
    os.utime(first, (0, 0))
    second = (await kept.get("H2")).mail.content.path
    assert [file.name for file in first.parent.iterdir()] == [second.name]


async def test_the_files_of_the_last_run_are_gone_after_a_restart(path, shelf):
    await shelf.hold(holding(), [])
    left = (await shelf.get("H1")).mail.content.path
    await shelf.close()
    again = await SqliteStore.open(path)
    assert not left.exists()
    await again.close()


async def test_releases_do_not_copy_the_octets(shelf):
    await shelf.hold(holding(), [])
    await shelf.put([release(holding(), f"R{number}") for number in range(20)])
    [first, *_] = await shelf.lease(NOW, NOW, 20)
    assert first.mail.content.read() == BIG
    stored = await shelf._writer.do(lambda db: db.exec_driver_sql("SELECT sum(length(octets)) FROM pieces").scalar_one())
    assert stored == len(BIG)


async def test_octets_that_changed_on_the_disk_are_never_handed_out(path, shelf, raw, clock, said):
    await shelf.hold(holding(b"as received"), [notice(held(), "N1"), notice(held(), "N2")])
    await shelf.close()
    raw("UPDATE pieces SET octets = ? WHERE content IN ('H1', 'N1')", b"as forged !")
    store = await SqliteStore.open(path, clock)
    with pytest.raises(StoreUnavailable, match="the octets of H1 on the shelf are damaged"):
        await store.get("H1")
    assert [parcel.id for parcel in await store.lease(NOW, NOW, 10)] == ["N2"]
    assert [row.mail.id for row in await store.list()] == ["H1"]
    assert [event["why"][:16] for event in said if event["event"] == "store.unreadable"] == ["the octets of N1"]
    await store.close()


async def test_one_unreadable_record_keeps_nobody_from_the_others(path, shelf, raw, clock):
    await shelf.hold(holding(b"1"), [])
    await shelf.hold(holding(b"2", "H2"), [])
    await shelf.close()
    raw("UPDATE holds SET decision = replace(decision, '\"v\":1', '\"v\":2') WHERE id = 'H1'")
    store = await SqliteStore.open(path, clock)
    assert [row.mail.id for row in await store.list()] == ["H2"]
    with pytest.raises(StoreUnavailable, match="has form 2, this Hatchway reads up to form 1"):
        await store.get("H1")
    await store.close()


def test_twenty_five_megabytes_are_held_and_taken_back_in_eight(path, tmp_path):
    file = tmp_path / "spooled"
    with file.open("wb") as out:
        out.writelines(os.urandom(1024) * 1024 for _ in range(25))
    command = [sys.executable, "-c", MEASURE, str(path), str(file)]
    said = subprocess.run(command, cwd=TOP, capture_output=True, text=True, check=True, timeout=60).stdout.splitlines()[-1]
    more, size = map(int, said.split())
    assert size == 25 * 1024**2
    assert more < 8 * 1024
