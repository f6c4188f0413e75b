"""What was destroyed, and what nobody asked for lately, does not lie about in files beside the database."""

import os
from contextlib import closing
from dataclasses import replace

from gateway.store import PostgresStore, SqliteStore
from gateway.store.sqlite import best_library
from tests.store.test_archive import SECRET, quoting, ruled_and_told
from tests.store.test_contents import BIG, holding
from tests.store.test_postgres import nodes  # noqa: F401  -- a fixture


def lying_about(folder):
    return [file for file in folder.rglob("*") if file.is_file() and SECRET in file.read_bytes()]


async def test_a_file_that_nobody_asked_for_in_an_hour_goes_though_no_other_comes(kept):
    await kept.hold(holding(), [])
    await kept.hold(holding(BIG + b"2", "H2"), [])
    old, new = [(await kept.get(id_)).mail.content.path for id_ in ("H1", "H2")]
    os.utime(old, (0, 0))
    await kept.tidy()
    assert (old.exists(), new.exists()) == (False, True)
    assert (await kept.get("H1")).mail.content.read() == BIG


async def test_a_file_that_was_asked_for_by_a_clock_that_was_ahead_goes_too(kept):
    await kept.hold(holding(), [])
    ahead = (await kept.get("H1")).mail.content.path
    os.utime(ahead, (2**32, 2**32))
    await kept.tidy()
    assert not ahead.exists()


async def test_where_nothing_was_ever_asked_for_there_is_nothing_to_tidy(kept):
    await kept.tidy()


async def test_what_one_gateway_destroys_no_other_keeps_in_a_file(nodes):  # noqa: F811  -- the fixture
    here, there = nodes
    await ruled_and_told(here, replace(quoting(), mail=holding().mail))
    await ruled_and_told(here, replace(quoting("H2"), mail=holding(BIG + b"2", "H2").mail))
    await here.hold(holding(BIG + b"2", "H3"), [])
    gone, shared = [(await there.get(id_)).mail.content.path for id_ in ("H1", "H2")]
    for id_ in ("H1", "H2"):
        assert await here.destroy(id_, actor="gateway", why="x")
    await there.tidy()
    assert (gone.exists(), shared.exists()) == (False, True)


async def test_what_was_destroyed_while_somebody_read_the_database_leaves_its_log_once_he_is_done(path, clock):
    store = await SqliteStore.open(path, clock)
    await ruled_and_told(store, quoting())
    with closing(best_library().connect(path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM pieces").fetchall()
        assert await store.destroy("H1", actor="gateway", why="x")
        assert lying_about(path.parent)
        await store.tidy()
    await store.tidy()
    assert not lying_about(path.parent)
    await store.close()


async def test_what_a_front_that_is_no_more_has_left_goes_too(place, clock):
    third = await PostgresStore.open(place.of_front(3, 1), clock)
    await third.hold(holding(), [])
    left = (await third.get("H1")).mail.content.path
    await third.close()
    first = await PostgresStore.open(place.of_front(1, 2), clock)
    await first.tidy()
    assert left.exists()
    os.utime(left, (0, 0))
    await first.tidy()
    assert not left.exists()
    await first.close()


async def test_of_many_that_are_destroyed_in_a_minute_postgresql_lets_go_of_the_last_too(nodes, postgres, database):  # noqa: F811  -- as above
    here, _ = nodes
    for id_ in ("H1", "H2"):
        await ruled_and_told(here, quoting(id_))

    def vacuumed():
        return postgres.ask("SELECT vacuum_count FROM pg_stat_user_tables WHERE relname = 'pieces'", database=database)[0][0]

    before = vacuumed()
    for id_ in ("H1", "H2"):
        assert await here.destroy(id_, actor="gateway", why="x")
    assert vacuumed() == before + 1
    here._wiped -= 60
    await here.tidy()
    assert vacuumed() == before + 2
    here._wiped -= 60
    await here.tidy()
    assert vacuumed() == before + 2
