"""A disk or a key that one message would need and that is not there keeps no other from going out."""

import shutil
from contextlib import AsyncExitStack
from datetime import timedelta

import pytest

from gateway.ports import StoreFault
from gateway.store import PostgresStore
from gateway.vault import Masters
from tests.store.test_contents import holding
from tests.support.mails import NOW, held
from tests.support.parcels import notice, release

LEASE = timedelta(minutes=2)
OLD, NEW = b"o" * 32, b"n" * 32


def full(store):
    """The spool takes nothing any more until the file that is returned is gone."""
    folder = store._spool._folder
    shutil.rmtree(folder)
    folder.touch()
    return folder


async def test_a_large_message_that_the_spool_has_no_room_for_keeps_no_other_from_going_out(kept, said):
    large = holding()
    await kept.hold(large, [])
    await kept.put([release(large), notice(held(id_="H2"), "N2")])
    folder = full(kept)
    assert [one.id for one in await kept.lease(NOW, NOW + LEASE, 10)] == ["N2"]
    assert [event["id"] for event in said if event["event"] == "store.unreadable"] == ["R1"]
    with pytest.raises(StoreFault):
        await kept.parcel("R1")
    folder.unlink()
    later = NOW + 2 * LEASE
    assert {one.id for one in await kept.lease(later, later + LEASE, 10)} == {"R1", "N2"}


async def test_what_a_gateway_has_no_key_for_is_left_to_those_that_have_it_and_stops_nothing_else(place, clock, tmp_path, said):
    opening = AsyncExitStack()

    async def node(name, use, **keys):
        there = place.model_copy(update={"folder": tmp_path / name})
        opened = await PostgresStore.open(there, clock, keys=Masters(keys, use=use))
        opening.push_async_callback(opened.close)
        return opened

    async with opening:
        both = await node("both", "old", old=OLD, new=NEW)
        await (await node("newer", "new", old=OLD, new=NEW)).rekey(actor="admin")
        without = await node("without", "new", new=NEW)
        await both.put([notice(held(), "N1")])
        await without.put([notice(held(), "N2")])
        assert [one.id for one in await without.lease(NOW, NOW + LEASE, 10)] == ["N2"]
        later = NOW + LEASE
        assert "N1" in {one.id for one in await both.lease(later, later + LEASE, 10)}
        await both.hold(held(id_="H8"), [])
        await both.remind("H8", 1, [])
        await without.hold(held(id_="H9"), [])
        assert (await without.get("H9")).mail.id == "H9"
        assert [one.mail.id for one in await without.list()] == ["H9"]
        assert await without.righted(NOW) == 0
        with pytest.raises(StoreFault, match='the key "old" was not given'):
            await without.get("H8")
    assert 'the key "old" was not given' in {event["why"] for event in said if event["event"] == "store.unreadable"}
