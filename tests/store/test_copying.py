"""A shelf moved to another kind of database and back is the same shelf."""

import asyncio
from dataclasses import replace
from hashlib import sha256

import psycopg
import pytest

from gateway.hold import Ruling
from gateway.ports import Asked, StoreUnavailable
from gateway.store import Differs, PostgresStore, SqliteStore, copy, opened
from gateway.store.postgres import _ALONE, _KEY
from gateway.trail import first_fault
from tests.store.test_accounts import account, session
from tests.store.test_contents import BIG, holding
from tests.store.test_holds import review
from tests.support.commands import command
from tests.support.mails import NOW, held
from tests.support.parcels import notice, release
from tests.support.smtpd import until


@pytest.fixture
async def filled(path, clock):
    """A shelf with something in most tables, octets of every value, and words that a database may take badly."""
    store = await SqliteStore.open(path, clock)
    await store.hold(holding(BIG, "H1"), [notice(held(), "N1"), notice(held(), "N2")])
    await store.hold(replace(held(id_="H2"), subject="Vote \ud800 \x00 'quoted' ü"), [])
    await store.rule("H1", review(Ruling.RELEASED), [release(held(), "R1")])
    captain = account()
    await store.accounts.add(captain)
    await store.accounts.begin(session(captain))
    await store.accounts.key("links")
    await store.figures.add({("2026-11-03", "all", "", "hold"): 7})
    await store.close()
    return path


async def everything(store):
    """What people and relays get to see of it."""
    shelf = await opened(store)
    try:
        holds = [await shelf.get(one.mail.id) for one in await shelf.list(waiting=False)]
        return {
            "holds": [(one.mail.id, one.subject, one.review, sha256(one.mail.content.read()).digest()) for one in holds],
            "dispatches": await shelf.dispatches("H1"),
            "accounts": await shelf.accounts.accounts(),
            "key": await shelf.accounts.key("links"),
            "session": await shelf.accounts.session("d1"),
            "trail": [one for one in await shelf.entries(Asked()) if one.step != "copied"],
            "fault": first_fault(await shelf.entries(Asked())),
        }
    finally:
        await shelf.close()


async def test_a_shelf_that_moves_to_postgresql_and_back_is_the_same(filled, postgres, tmp_path):
    place, back = postgres.place(postgres.database(), tmp_path / "node"), tmp_path / "back.db"
    laws = filled.with_name(f"{filled.name}.laws")
    (laws / "v1").mkdir(parents=True)
    before = await everything(filled)
    assert before["fault"] is None
    there = {one.table: one.rows for one in copy(filled, place, "root")}
    assert there["holds"] == 2
    assert there["pieces"] > 3
    assert await everything(place) == before
    assert place.beside.with_name("postgresql.laws").joinpath("v1").is_dir()
    shelf = await opened(place)
    await shelf.put([notice(held(), "N9")])
    assert [one.id for one in await shelf.lease(NOW, NOW, 9)] == ["N1", "N2", "R1", "N9"]
    [copied] = await shelf.entries(Asked(step="copied"))
    assert copied.actor == "root"
    await shelf.close()
    assert {one.table: one.rows for one in copy(place, back, "root")} == there | {"trail": there["trail"] + 2, "parcels": 4} | {
        name: there[name] + 1 for name in ("contents", "pieces", "addressees")
    }
    again = await everything(back)
    assert again["holds"] == before["holds"]
    assert again["fault"] is None


async def test_a_target_that_is_not_empty_is_left_alone(filled, place, clock):
    shelf = await opened(place, clock)
    await shelf.hold(held(id_="THEIRS"), [])
    await shelf.close()
    with pytest.raises(StoreUnavailable, match=r"is not empty \(contents\); name a new one"):
        copy(filled, place, "root")
    shelf = await opened(place, clock)
    assert [one.mail.id for one in await shelf.list()] == ["THEIRS"]
    await shelf.close()


async def test_nothing_is_copied_while_a_gateway_uses_it(filled, place):
    shelf = await opened(filled)
    with pytest.raises(StoreUnavailable, match="in use by another Hatchway"):
        copy(filled, place, "root")
    await shelf.close()


async def test_nothing_is_copied_where_a_gateway_came_while_it_was_waited_for_the_last_one(place, clock, tmp_path):
    await (await PostgresStore.open(place, clock)).close()
    with psycopg.connect(place.url, autocommit=True) as last, psycopg.connect(place.url, autocommit=True) as seen:
        last.execute("SELECT pg_advisory_lock(%s, %s)", (_KEY, _ALONE))
        copying = asyncio.create_task(asyncio.to_thread(copy, place, tmp_path / "copy.db", "root"))
        waits = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        await until(lambda: seen.execute(waits).fetchone() is not None)
        with psycopg.connect(place.url, application_name="hatchway elsewhere 4711"):
            last.execute("SELECT pg_advisory_unlock_all()")
            with pytest.raises(StoreUnavailable, match=r"in use by elsewhere \(4711\)"):
                await copying


async def test_a_copy_that_differs_is_no_copy(filled, place, postgres, database):
    tidies = "BEGIN NEW.reviewers = trim(NEW.reviewers, 'c'); RETURN NEW; END"
    postgres.ask(f"CREATE FUNCTION tidies() RETURNS trigger LANGUAGE plpgsql AS $$ {tidies} $$", database=database)
    postgres.ask("CREATE TRIGGER tidies BEFORE INSERT ON holds FOR EACH ROW EXECUTE FUNCTION tidies()", database=database)
    try:
        with pytest.raises(Differs, match="holds: 2 rows became 2 with another hash; nothing was copied"):
            copy(filled, place, "root")
    finally:
        postgres.ask("DROP FUNCTION tidies CASCADE", database=database)
    assert postgres.ask("SELECT count(*) FROM contents", database=database) == [(0,)]


def test_the_command_names_files_and_says_what_was_copied(filled, tmp_path):
    said = command("store", "copy", filled, tmp_path / "new.db")
    assert said.returncode == 0, said.stderr
    assert "holds                2 rows  SHA-256 " in said.stdout
    assert said.stdout.endswith(f"{tmp_path / 'new.db'} has all of {filled}\n")
    again = command("store", "copy", filled, tmp_path / "new.db")
    assert again.returncode == 69
    assert "is not empty" in again.stderr
    assert command("store", "copy", tmp_path / "none.db", tmp_path / "new.db").returncode == 69
    assert "Name a settings file" in command("store", "copy", filled, "postgresql://h@db/hatchway").stderr
