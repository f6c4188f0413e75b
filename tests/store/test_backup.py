"""A backup is one moment of a shelf that is in use, and comes back whole and verified, or not at all."""

import asyncio
import json
from dataclasses import replace

import pytest

from gateway.hold import Ruling
from gateway.ports import Asked
from gateway.sealing import Encryption
from gateway.store import KeptLaws, opened
from gateway.trail import first_fault
from tests.store.test_holds import review
from tests.support.commands import command
from tests.support.mails import held
from tests.support.parcels import notice, release

SETTINGS = """\
hostname: hatchway.department.example
listen: [{{address: "127.0.0.1:2525"}}]
relay: {{host: 127.0.0.1}}
client networks: [127.0.0.0/8]
sender domains: [department.example]
policies: policies
roster: policies/roster
store: {store}
{more}control socket: control.sock
notices: {{from: hatchway@department.example}}
"""


def settings(tmp_path, store, more=""):
    file = tmp_path / f"{store}.yaml"
    file.write_text(SETTINGS.format(store=store, more=more))
    return file


@pytest.fixture
async def house(tmp_path, clock):
    """A shelf in use, its settings file, and a law that was kept."""
    store = await opened(tmp_path / "hatchway.db", clock, Encryption())
    (tmp_path / "policies").mkdir()
    KeptLaws(tmp_path / "hatchway.db").keep("v1", {"policies/a.yaml": b"rules"}, lambda _: "v1")
    yield store, settings(tmp_path, "hatchway.db")
    await store.close()


async def stream(store, taken, stop):
    """Holds and releases, one after the other, each put in `taken` once its promise was given."""
    number = 0
    while not stop.is_set():
        number += 1
        there = held(id_=f"H{number:05}")
        await store.hold(there, [notice(there, f"N{number:05}")])
        taken.put_nowait(there.mail.id)
        if number % 2:
            await store.rule(there.mail.id, review(Ruling.RELEASED), [release(there, f"R{number:05}")])


async def test_a_backup_in_the_middle_of_a_stream_of_holds_and_releases_comes_back_as_one_moment(house, tmp_path, clock):
    store, file = house
    taken, stop = asyncio.Queue(), asyncio.Event()
    running = asyncio.create_task(stream(store, taken, stop))
    before = [await taken.get() for _ in range(20)]
    said = await asyncio.to_thread(command, "backup", tmp_path / "copy", "-c", file)
    assert said.returncode == 0, said.stderr
    after = [await taken.get() for _ in range(taken.qsize() + 5)]
    stop.set()
    await running
    manifest = json.loads((tmp_path / "copy" / "manifest.json").read_text())
    assert manifest["keys"] == ["first"]
    assert sorted(manifest["files"]) == ["hatchway.db", "hatchway.yaml", "laws/v1/policies/a.yaml"]
    assert not [one for one in (tmp_path / "copy").rglob("*") if one.suffix == ".key"]
    secret = (tmp_path / "hatchway.db.key").read_bytes()
    (tmp_path / "elsewhere.key").write_bytes(secret)
    new = settings(tmp_path, "new.db", "encryption: {keys: {first: elsewhere.key}}\n")
    said = await asyncio.to_thread(command, "restore", tmp_path / "copy", "-c", new)
    assert said.returncode == 0, said.stderr
    assert "were still to go out" in said.stdout
    keys = Encryption.model_validate({"keys": {"first": tmp_path / "elsewhere.key"}})
    again = await opened(tmp_path / "new.db", clock, keys)
    try:
        found = [one.mail.id for one in await again.list(waiting=False, limit=100_000)]
        assert set(before) <= set(found) < {*before, *after}
        assert found == sorted(found) == [f"H{number:05}" for number in range(1, len(found) + 1)]
        for id_ in found:
            there = await again.get(id_)
            outgoing = [one.purpose for one in await again.dispatches(id_)]
            assert there.mail.content.read() == held().mail.content.read()
            assert outgoing == (["notice", "release"] if there.review else ["notice"])
        entries = await again.entries(Asked(), limit=100_000)
        assert first_fault(entries) is None
        assert (str(entries[-2].head), entries[-1].step) == (manifest["head"], "restored")
        assert KeptLaws(tmp_path / "new.db").find("v1") is not None
    finally:
        await again.close()


async def test_nothing_is_put_back_where_something_is_or_what_is_not_as_it_was(house, tmp_path):
    store, file = house
    await store.hold(held(), [])
    copy = tmp_path / "copy"
    assert command("backup", copy, "-c", file).returncode == 0
    assert "is there already" in command("backup", copy, "-c", file).stderr
    assert "is there already, and stays as it is" in command("restore", copy, "-c", file).stderr
    new = settings(tmp_path, "new.db")
    assert 'is sealed with the key "first", which was not given' in command("restore", copy, "-c", new).stderr
    key = tmp_path / "new.db.key"
    key.write_bytes((tmp_path / "hatchway.db.key").read_bytes())
    database = copy / "hatchway.db"
    octets = database.read_bytes()
    database.write_bytes(octets.replace(b"Unit 214", b"Unit 215"))
    assert "is not what its manifest says: hatchway.db" in command("restore", copy, "-c", new).stderr
    database.write_bytes(octets)
    (copy / "laws" / "more").write_text("x")
    assert "is not what its manifest says: laws/more" in command("restore", copy, "-c", new).stderr
    assert not (tmp_path / "new.db").exists()
    assert not list(tmp_path.glob("new.db.restored*"))
    (copy / "laws" / "more").unlink()
    assert command("restore", copy, "-c", new).returncode == 0


async def test_a_forged_backup_is_found_by_its_trail_though_its_manifest_fits(house, tmp_path, raw_on):
    store, file = house
    await store.hold(held(), [])
    await store.rule("H1", review(Ruling.DENIED), [])
    copy = tmp_path / "copy"
    raw_on(tmp_path / "hatchway.db", "UPDATE holds SET review = replace(review, 'denied', 'released')")
    assert command("backup", copy, "-c", file).returncode == 0
    new = settings(tmp_path, "new.db", "encryption: {keys: {first: hatchway.db.key}}\n")
    said = command("restore", copy, "-c", new)
    assert said.returncode == 69
    assert "H1: its ruling is not the one in the trail" in said.stderr
    assert not (tmp_path / "new.db").exists()


async def test_keys_are_wrapped_anew_by_command_where_no_gateway_runs(house, tmp_path, clock):
    store, _ = house
    await store.hold(held(), [notice(held())])
    await store.close()
    (tmp_path / "new.key").write_bytes(b"n" * 32)
    both = settings(tmp_path, "hatchway.db", "encryption: {use: y2027, keys: {first: hatchway.db.key, y2027: new.key}}\n")
    said = await asyncio.to_thread(command, "store", "rekey", "-c", both)
    assert said.returncode == 0, said.stderr
    assert said.stdout.startswith(
        '2 keys were wrapped anew; all 2 are wrapped with "y2027"\nNot needed for this store any more: first'
    )
    again = await opened(tmp_path / "hatchway.db", clock, Encryption.model_validate({"keys": {"y2027": tmp_path / "new.key"}}))
    assert replace(await again.get("H1"), mail=held().mail) == held()
    await again.close()
    off = settings(tmp_path, "hatchway.db", "encryption: {use: off, keys: {y2027: new.key}}\n")
    assert "no key is in use" in (await asyncio.to_thread(command, "store", "rekey", "-c", off)).stderr
