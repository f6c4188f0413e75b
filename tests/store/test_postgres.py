"""What is particular to PostgreSQL: gateways at the same time, a server that goes away, and what nobody is told."""

import asyncio
import os
import signal
import sys
from contextlib import AsyncExitStack, suppress
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from gateway.factors import Limit
from gateway.hold import AlreadyRuled, Ruling
from gateway.ports import Asked, StoreUnavailable, StoreUncertain
from gateway.store import OfflineTrail, PostgresStore, StoredHolds
from gateway.store.columns import metadata
from gateway.trail import first_fault
from tests.store.test_accounts import account, session
from tests.store.test_holds import review
from tests.support.mails import NOW, held
from tests.support.parcels import notice, release
from tests.support.severed import Severed

TOP = Path(__file__).resolve().parents[2]
MINUTE = timedelta(minutes=1)


@pytest.fixture
async def shelf(place, clock):
    opened = await PostgresStore.open(place, clock)
    yield opened
    await opened.close()


@pytest.fixture
async def nodes(place, clock, tmp_path):
    """Two shelves over one database, as two machines have them."""
    async with AsyncExitStack() as stack:
        both = []
        for name in ("a", "b"):
            opened = await PostgresStore.open(place.model_copy(update={"folder": tmp_path / name}), clock)
            stack.push_async_callback(opened.close)
            both.append(opened)
        yield both


async def test_the_tables_are_those_the_code_speaks_of_and_text_is_compared_octet_by_octet(shelf, database, postgres):
    def differences(db):
        return compare_metadata(MigrationContext.configure(db, opts={"compare_type": True}), metadata)

    assert await shelf._writer.do(differences) == []
    asked = (
        "SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = 'public'"
        " AND data_type = 'text' AND collation_name IS DISTINCT FROM 'C' AND table_name <> 'alembic_version'"
    )
    assert postgres.ask(asked, database=database) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE trail SET actor = 'nobody'",
        "DELETE FROM trail",
        "TRUNCATE trail",
        "INSERT INTO trail SELECT sequence + 2, at, step, hold, actor, detail, previous, hash FROM trail",
    ],
)
@pytest.mark.usefixtures("shelf")
async def test_the_trail_takes_new_entries_at_its_end_and_nothing_else(database, postgres, statement):
    with pytest.raises(psycopg.errors.RaiseException, match="the audit trail takes new entries at its end and nothing else"):
        postgres.ask(statement, database=database)


async def test_gateways_do_not_mind_how_transactions_are_set_to_see_each_other(place, clock, postgres, database, tmp_path):
    postgres.ask(f"ALTER DATABASE {database} SET default_transaction_isolation = 'serializable'", database=database)
    try:
        async with AsyncExitStack() as stack:
            both = []
            for name in ("a", "b"):
                both.append(await PostgresStore.open(place.model_copy(update={"folder": tmp_path / name}), clock))
                stack.push_async_callback(both[-1].close)
            ids = [f"H{number}" for number in range(20)]
            await asyncio.gather(*(node.hold(held(id_=id_), []) for node, id_ in zip(both * 10, ids, strict=True)))
            assert {one.mail.id for one in await both[0].list()} == set(ids)
            assert first_fault(await both[0].entries(Asked())) is None
    finally:
        postgres.ask(f"ALTER DATABASE {database} RESET default_transaction_isolation", database=database)


WRITES = """
import asyncio, sys
from gateway.store import PostgresStore
from gateway.database import Postgres
from gateway.ports import Asked
from tests.support.mails import held
from tests.support.parcels import notice

async def main(url, folder, name):
    store = await PostgresStore.open(Postgres.model_validate_json('{"url": "%s", "folder": "%s"}' % (url, folder)))
    await store.record("open", actor=name)
    while len(await store.entries(Asked(step="open"))) < 2:
        await asyncio.sleep(0.02)
    for number in range(10):
        one = held(id_=f"{name}{number}")
        seen = store.record("seen", actor=name, hold=one.mail.id)
        await asyncio.gather(store.hold(one, [notice(one, f"N{name}{number}")]), seen)
    await store.close()

asyncio.run(main(*sys.argv[1:]))
"""


async def test_the_trail_is_one_chain_whoever_writes_at_the_same_time(shelf, place, tmp_path):
    commands = [[sys.executable, "-c", WRITES, place.url, str(tmp_path / name), name] for name in "ab"]
    writers = [await asyncio.create_subprocess_exec(*command, cwd=TOP) for command in commands]
    assert [await writer.wait() for writer in writers] == [0, 0]
    entries = await shelf.entries(Asked())
    assert first_fault(entries) is None
    assert len(entries) == 1 + 2 + 2 * 10 * 2
    assert sorted({entry.actor for entry in entries}) == ["a", "b", "gateway"]
    turns = "".join(entry.hold[0] for entry in entries if entry.hold)
    assert "ab" in turns
    assert "ba" in turns


async def test_of_two_gateways_that_lease_at_once_none_gets_what_the_other_has(nodes):
    one, other = nodes
    await one.hold(held(), [notice(held(), f"N{number}") for number in range(40)])
    leased = await asyncio.gather(*(node.lease(NOW, NOW + MINUTE, 5) for node in (one, other) * 4))
    ids = [parcel.id for batch in leased for parcel in batch]
    assert len(ids) == len(set(ids)) == 40


async def test_what_a_gateway_does_not_renew_another_takes_over(nodes):
    one, other = nodes
    await one.hold(held(), [notice(held(), "N1"), notice(held(), "N2")])
    until = NOW + MINUTE
    assert len(await one.lease(NOW, until, 5)) == 2
    assert await other.lease(NOW, until, 5) == []
    await one.renew(["N1"], NOW + 3 * MINUTE)
    assert [parcel.id for parcel in await other.lease(until, NOW + 5 * MINUTE, 5)] == ["N2"]


async def test_work_of_its_time_is_one_gateways_at_a_time_and_anothers_when_that_is_gone(nodes):
    one, other = nodes
    async with one.duty("digests") as ours, other.duty("digests") as theirs, other.duty("deadlines") as something_else:
        assert (ours, theirs, something_else) == (True, False, True)
    async with other.duty("digests") as theirs:
        assert theirs


async def test_a_ruling_on_one_gateway_is_known_on_the_other(nodes):
    one, other = nodes
    await one.hold(held(), [])
    await one.put([release(held())])
    assert (await other.get("H1")) == held()
    assert [entry.step for entry in await other.entries(Asked(hold="H1"))] == ["held", "notified"]


async def there_again(shelf):
    """For a while it says at once that the server is away."""
    for _ in range(100):
        with suppress(StoreUnavailable):
            return await shelf.get("H1")
        await asyncio.sleep(0.1)
    return None


async def test_a_server_that_broke_down_is_away_and_then_there_again(postgres, shelf):
    await shelf.hold(held(), [])
    postgres.down()
    try:
        for _ in range(2):
            with pytest.raises(StoreUnavailable, match=r"^postgresql:///t\d+: "):
                await shelf.hold(held(id_="H2"), [])
        with pytest.raises(StoreUnavailable):
            async with shelf.duty("digests"):
                pass
    finally:
        postgres.up()
    assert await there_again(shelf) == held()
    assert await shelf.get("H2") is None
    await shelf.hold(held(id_="H2"), [])


async def test_a_server_that_answers_nothing_is_not_waited_for_for_ever(place):
    shelf = await PostgresStore.open(place, patience=2)
    await shelf.hold(held(), [])
    pid = await shelf._writer.do(lambda db: db.exec_driver_sql("SELECT pg_backend_pid()").scalar_one())
    os.kill(pid, signal.SIGSTOP)
    try:
        assert await shelf.get("H1") is not None
        with pytest.raises(StoreUnavailable):
            await shelf._writer.read(lambda db: db.exec_driver_sql("SELECT pg_sleep(60)"))
    finally:
        os.kill(pid, signal.SIGCONT)
    await shelf.hold(held(id_="H2"), [])
    await shelf.close()


async def test_a_connection_that_broke_is_made_anew_unnoticed(postgres, database, shelf):
    await shelf.hold(held(), [])
    postgres.ask("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", database)
    await shelf.hold(held(id_="H2"), [])
    assert len(await shelf.list()) == 2


async def test_an_error_tells_nothing_of_the_message_nor_of_people(shelf):
    await shelf.hold(held(), [release(held())])
    with pytest.raises(ValueError, match="on the shelf already"):
        await shelf.put([release(held())])
    with pytest.raises(StoreUnavailable) as refused:
        await shelf._writer.do(lambda db: db.exec_driver_sql("SELECT 'adams@department.example'::integer"))
    assert "adams" not in str(refused.value)


async def test_what_only_reads_cannot_change_anything(shelf):
    with pytest.raises(StoreUnavailable, match="read-only transaction"):
        await shelf._writer.read(lambda db: db.exec_driver_sql("DELETE FROM cards"))


@pytest.mark.usefixtures("shelf")
async def test_a_second_front_needs_a_folder_of_its_own(place):
    with pytest.raises(StoreUnavailable, match=r"is in use by another Hatchway .*`store\.folder` of its own"):
        await PostgresStore.open(place)


async def test_a_database_that_is_not_there_is_named(postgres, tmp_path):
    with pytest.raises(StoreUnavailable, match='database "none" does not exist'):
        await PostgresStore.open(postgres.place("none", tmp_path))


async def test_of_several_hosts_one_that_can_be_written_to_is_taken_and_none_that_cannot(postgres, tmp_path):
    database = postgres.newest()
    place = postgres.place(database, tmp_path)
    several = place.model_copy(update={"url": place.url.replace("host=", "host=/nowhere,")})
    assert several.url != place.url
    shelf = await PostgresStore.open(several)
    await shelf.close()
    postgres.ask(f"ALTER DATABASE {database} SET default_transaction_read_only = on")  # as a standby is
    with pytest.raises(StoreUnavailable, match="read-only"):
        await PostgresStore.open(several)


async def test_a_database_of_another_encoding_is_refused(postgres, tmp_path):
    postgres.ask("CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'")
    with pytest.raises(StoreUnavailable, match="has the encoding LATIN1"):
        await PostgresStore.open(postgres.place("latin", tmp_path))


async def test_a_wrong_password_is_told_without_it(postgres, database, place, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("open sesame")
    there = place.model_copy(update={"url": postgres.url(database), "tls": "none", "password_file": secret})
    with pytest.raises(StoreUnavailable) as refused:
        await PostgresStore.open(there)
    assert ("password authentication failed" in str(refused.value)) or ("no encryption" in str(refused.value))
    assert "sesame" not in repr(refused.value.__cause__)
    secret.unlink()
    with pytest.raises(StoreUnavailable, match="No such file"):
        await PostgresStore.open(there)


async def test_the_trail_and_the_holds_are_read_without_a_front_and_beside_one(shelf, place):
    await shelf.hold(held(), [])
    with OfflineTrail(place) as trail, StoredHolds(place) as holds:
        assert trail.head() == await shelf.head()
        assert [entry.step for entry in trail.entries(Asked())] == ["begun", "held"]
        assert list(holds.ids()) == ["H1"]
        assert holds.get("H1") == held()


async def test_accounts_sessions_keys_and_what_serves_once_are_the_same_on_every_gateway(nodes):
    one, other = nodes
    captain = account()
    await one.accounts.add(captain)
    await one.accounts.begin(session(captain))
    assert (await other.accounts.session("d1"))[1] == captain
    await other.accounts.end_all(captain.id)
    assert await one.accounts.session("d1") is None
    keys = await asyncio.gather(*(node.accounts.key("links") for node in nodes))
    assert keys[0] == keys[1]
    used = await asyncio.gather(*(node.factors.once("state", NOW, NOW + MINUTE) for node in nodes))
    assert sorted(used) == [False, True]
    tries = await asyncio.gather(*(node.factors.try_([Limit(key="captain", most=3)], NOW, MINUTE) for node in nodes * 4))
    assert tries.count(True) == 3


async def test_of_rulings_on_two_gateways_at_once_one_counts(nodes):
    await nodes[0].hold(held(), [])
    rulings = (node.rule("H1", review(ruling), []) for node, ruling in zip(nodes, (Ruling.RELEASED, Ruling.DENIED), strict=True))
    done = await asyncio.gather(*rulings, return_exceptions=True)
    assert [type(one).__name__ for one in done].count("AlreadyRuled") == 1
    assert [entry.step for entry in await nodes[1].entries(Asked(hold="H1"))] == ["held", "ruled"]


@pytest.fixture
async def severed(postgres, database, place, clock, tmp_path):
    """A shelf behind a wire that breaks when it is told to, and the wire."""
    with Severed(postgres, tmp_path) as wire:
        opened = await PostgresStore.open(wire.place(database, place.folder), clock)
        await opened._writer.do(lambda _: None)  # there is a connection, which began with a commit of its own
        yield opened, wire
        await opened.close()


async def test_a_hold_whose_commit_was_done_and_never_confirmed_is_held_once_and_one_that_was_not_done_is_for_later(severed):
    shelf, wire = severed
    wire.breaks = "after"
    await shelf.hold(held(), [notice(held())])
    assert wire.broken == 1
    wire.breaks = "before"
    with pytest.raises(StoreUncertain):
        await shelf.hold(held(id_="H2"), [])
    assert [one.mail.id for one in await shelf.list()] == ["H1"]
    assert await shelf.get("H2") is None
    await shelf.hold(held(id_="H2"), [])
    assert {one.mail.id for one in await shelf.list()} == {"H1", "H2"}


@pytest.mark.parametrize(("breaks", "stands"), [("after", True), ("before", False)])
async def test_of_a_ruling_that_was_cut_off_it_is_said_that_nobody_knows_and_ruling_again_tells(severed, breaks, stands):
    shelf, wire = severed
    await shelf.hold(held(), [])
    wire.breaks = breaks
    with pytest.raises(StoreUncertain):
        await shelf.rule("H1", review(), [release(held())])
    if stands:
        with pytest.raises(AlreadyRuled):
            await shelf.rule("H1", review(), [release(held())])
    else:
        assert (await shelf.rule("H1", review(), [release(held())])).review == review()


async def test_what_is_only_read_is_never_uncertain(severed):
    shelf, wire = severed
    await shelf.hold(held(), [])
    wire.breaks = "before"
    with pytest.raises(StoreUnavailable) as lost:
        await shelf.list()
    assert not isinstance(lost.value, StoreUncertain)
