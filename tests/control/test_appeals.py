"""`hatchway appeal` at its own end: what a running gateway is asked for, and what is made of the answer."""

import pytest

from gateway.cli import appeal as cli
from gateway.control.appeals import appeal_answers
from gateway.ports import StoreUncertain
from gateway.store import SqliteStore
from tests.support.mails import FixedClock, held
from tests.support.world import World

SENDER, CAPTAIN = "dreed@department.example", "captain@department.example"


@pytest.fixture
async def world(tmp_path):
    clock = FixedClock()
    store = await SqliteStore.open(tmp_path / "hatchway.db", clock)
    yield World(clock=clock, store=store)
    await store.close()


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE pieces SET octets = x'00' WHERE content = 'H1'",
        "UPDATE holds SET decision = 'x' WHERE id = 'H1'",
        "UPDATE appeals SET record = 'x' WHERE hold = 'H1'",
    ],
)
async def test_of_an_appeal_that_cannot_be_read_that_is_said_and_the_others_are_listed(world, damage, said, capsys):
    for id_ in ("H1", "H2"):
        await world.store.hold(held(id_=id_), ())
        await world.reviews.deny(id_, reviewer=CAPTAIN, note="An endorsement.")
        await world.hearings.appeal(id_, sender=SENDER, text="It only quotes.")
    await world.store._writer.do(lambda db: db.exec_driver_sql(damage))
    parts = {"store": world.store, "trail": world.store, "pleas": world.store.pleas}
    answers = appeal_answers(**parts, reviews=world.reviews, hearings=world.hearings, wake=world.delivery.wake)
    first, second = await answers["appeal.list"]("root", {})
    assert (first["id"], first["state"], set(first)) == ("H1", "appealed", {"id", "state", "unreadable"})
    assert (second["id"], second["appeal"]["text"]) == ("H2", "It only quotes.")
    assert [event["id"] for event in said if event["event"] == "store.unreadable"] == ["H1"]
    for one in (first, second):
        cli._tell(one)
    assert "H1  (cannot be read: " in capsys.readouterr().out


async def test_of_a_store_that_goes_away_behind_an_answer_it_is_not_said_that_nothing_was_changed(world):
    def goes():
        world.store._writer._closed = True

    await world.store.hold(held(id_="H1"), ())
    await world.reviews.deny("H1", reviewer=CAPTAIN, note="An endorsement.")
    await world.hearings.appeal("H1", sender=SENDER, text="It only quotes.")
    parts = {"store": world.store, "trail": world.store, "pleas": world.store.pleas}
    answers = appeal_answers(**parts, reviews=world.reviews, hearings=world.hearings, wake=goes)
    with pytest.raises(StoreUncertain):
        await answers["appeal.uphold"]("root", {"id": "H1", "note": "It urges."})
    world.store._writer._closed = False
    assert await world.store.pleas.open() == []
