"""Every step the shelf writes has its entry, in the same transaction, and the trail takes nothing else."""

import hashlib
import json
import random
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.hold import AlreadyRuled, Ruling
from gateway.mail import Receipt, Reply
from gateway.mail.content import in_memory
from gateway.ports import Asked, StoreUnavailable
from gateway.store import OfflineTrail, SqliteStore, codec
from gateway.trail import Step, first_fault
from tests.store.test_durability import files_no_larger_than, killed_while_holding
from tests.store.test_holds import review
from tests.support.mails import NOW, held
from tests.support.older import set_back
from tests.support.parcels import notice, release
from tests.support.trail import a_life

OK = Receipt(reply=Reply(code=250, status="2.0.0", text="queued"))
NO = Receipt(reply=Reply(code=550, status="5.1.1", text="nobody"))
LATER = Reply(code=451, status="4.3.0", text="later")


async def entries(store, **asked):
    return list(await store.entries(Asked(**asked)))


async def steps(store, **asked):
    return [one.step for one in await entries(store, **asked)]


async def said(store, step):
    return [json.loads(one.detail) for one in await entries(store, step=step)]


async def test_a_trail_begins_by_saying_how_much_is_older_than_it(store):
    [begun] = await entries(store)
    assert (begun.sequence, begun.step, begun.actor, begun.detail) == (1, "begun", "gateway", '{"form":1,"holds":0}')
    assert await store.head() == begun.head


async def test_each_step_of_a_holds_life_has_its_entry_and_its_actor(store):
    await a_life(store)
    told = [(one.step, one.hold, one.actor) for one in await entries(store)]
    assert told == [
        ("begun", "", "gateway"),
        ("held", "H1", "gateway"),
        ("seen", "H1", "captain"),
        ("reminded", "H1", "gateway"),
        ("ruled", "H1", "captain"),
        ("delivered", "H1", "gateway"),
        ("held", "H2", "gateway"),
        ("ruled", "H2", "captain"),
    ]
    assert {one.at for one in await entries(store)} == {"2026-10-14T09:30:00.000000Z"}
    assert first_fault(await entries(store)) is None
    assert [one.sequence for one in await store.entries(Asked(after=3), limit=2)] == [4, 5]
    assert [one.sequence for one in await store.entries(Asked(before=6), limit=2, newest=True)] == [4, 5]
    assert [one.sequence for one in await store.entries(Asked(step="ruled"), newest=True)] == [5, 8]


async def test_the_entry_of_a_hold_vouches_for_its_octets_and_its_records(store):
    there = held()
    await store.hold(there, [notice(there)])
    [told] = await said(store, "held")
    assert told["sha256"] == hashlib.sha256(there.mail.content.read()).hexdigest()
    assert told["decision"] == hashlib.sha256(codec.write_decision(there.decision).encode()).hexdigest()
    assert told["sender"] == "dreed@department.example"
    assert told["recipients"] == ["a@department.example", "b@department.example"]
    assert (told["rule"], told["authority"]) == ("policies/department.yaml:29:9", ["SO 9-06 §C"])
    assert told["sends"] == [{"parcel": "N1", "purpose": "notice", "recipients": ["dreed@department.example"]}]
    assert there.subject not in json.dumps(told)


async def test_the_entry_of_a_ruling_says_what_for_whom_and_why(store):
    await store.hold(held(), [])
    await store.rule("H1", review(Ruling.DENIED, "captain"), [notice(held())])
    [told] = await said(store, "ruled")
    assert (told["ruling"], told["recipients"], told["note"]) == ("denied", ["a@department.example"], "a campaign message")
    assert told["record"] == hashlib.sha256(codec.write_review(review(Ruling.DENIED, "captain")).encode()).hexdigest()


async def test_a_ruling_by_the_deadline_is_told_apart(store):
    await store.hold(held(), [])
    await store.rule("H1", review(Ruling.DENIED, "deadline of command", by_deadline=True), [])
    assert await steps(store, hold="H1") == ["held", "expired"]


async def test_what_became_of_each_parcel_is_told_once(store):
    there = held()
    await store.hold(there, [notice(there)])
    await store.postponed(notice(there), LATER, NOW + timedelta(minutes=1))
    again = notice(there, attempts=1)
    await store.postponed(again, LATER, NOW + timedelta(minutes=2))
    last = notice(there, attempts=2)
    await store.failed(last, NO, NOW, [notice(there, "N2")])
    await store.failed(last, NO, NOW, [notice(there, "N3")])
    await store.put([notice(there, "N4")])
    assert await steps(store, hold="H1") == ["held", "postponed", "failed", "notified"]
    [failed] = await said(store, "failed")
    assert (failed["parcel"], failed["attempt"], failed["relay"]) == ("N1", 3, "550 5.1.1 nobody")
    assert [one["parcel"] for one in failed["sends"]] == ["N2"]


async def test_what_is_not_done_is_not_told(store):
    there = held()
    await store.hold(there, [notice(there)])
    await store.rule("H1", review(), [])
    before = await entries(store)
    with pytest.raises(ValueError, match="on the shelf already"):
        await store.hold(there, [])
    with pytest.raises(ValueError, match="on the shelf already"):
        await store.hold(held(id_="H2"), [notice(there)])
    with pytest.raises(AlreadyRuled):
        await store.rule("H1", review(Ruling.RELEASED, "lieutenant"), [release(there)])
    with pytest.raises(KeyError):
        await store.rule("H9", review(), [])
    with pytest.raises(TypeError):
        await store.record(Step.SEEN, actor="captain", detail={"weight": 0.5})
    assert not await store.remind("H1", 1, [])
    assert await entries(store) == before


async def test_entries_are_found_by_hold_actor_step_and_time(store, clock):
    await a_life(store)
    clock.forward(timedelta(hours=1))
    await store.record(Step.SIGNED_IN, actor="captain", detail={"by": "password"})
    assert await steps(store, hold="H2") == ["held", "ruled"]
    assert await steps(store, actor="captain") == ["seen", "ruled", "ruled", "signed in"]
    assert await steps(store, step="ruled", hold="H1") == ["ruled"]
    assert await steps(store, since=NOW + timedelta(hours=1)) == ["signed in"]
    assert len(await steps(store, until=NOW + timedelta(hours=1))) == 8
    assert await steps(store, since=NOW + timedelta(hours=2)) == []


async def test_text_that_would_break_a_line_is_tidied_and_words_of_a_detail_are_kept(store):
    told = await store.record("a\nstep", actor="\ud800x\0", hold="\x1b[2J", detail={"note": "\ud800\0\u2028é"})
    assert (told.step, told.actor, told.hold) == ("a\ufffdstep", "\ufffdx\ufffd", "\ufffd[2J")
    assert json.loads(told.detail) == {"note": "\ud800\0\u2028é"}
    assert (await entries(store))[-1] == told
    assert first_fault(await entries(store)) is None


async def test_the_trail_goes_on_after_a_restart(path, clock):
    for number in range(3):
        store = await SqliteStore.open(path, clock)
        await store.hold(held(id_=f"H{number}"), [])
        assert await steps(store) == ["begun", *["held"] * (number + 1)]
        assert first_fault(await entries(store)) is None
        await store.close()


async def test_all_that_was_acknowledged_is_told_and_the_chain_is_whole_after_kill_9(path):
    chance, acknowledged = random.Random(150), []
    for turn in range(2):
        acknowledged += killed_while_holding(path, f"T{turn}", chance)
        store = await SqliteStore.open(path)
        told = list(await store.entries(Asked(), limit=100_000))
        there = [row.mail.id for row in await store.list(limit=100_000)]
        await store.close()
        assert first_fault(told) is None
        assert sorted(one.hold for one in told if one.step == "held") == sorted(there)
        assert set(acknowledged) <= set(there)


async def test_a_write_the_system_refuses_leaves_no_entry(shelf):
    big = held(id_="BIG")
    big = replace(big, mail=replace(big.mail, content=in_memory(bytes(4 * 1024**2))))
    with files_no_larger_than(1024**2), pytest.raises(StoreUnavailable):
        await shelf.hold(big, [])
    assert await steps(shelf) == ["begun"]
    await shelf.hold(big, [])
    assert await steps(shelf) == ["begun", "held"]


async def test_the_trail_is_read_without_a_front_and_never_while_there_is_one(path, clock):
    store = await SqliteStore.open(path, clock)
    await a_life(store)
    told = await entries(store)
    assert "a Hatchway has it open, but does not answer" in asked_by_another_process(path)
    await store.close()
    before = {file.name for file in path.parent.iterdir()}
    with OfflineTrail(path) as trail:
        assert list(trail.entries(Asked())) == told
        assert list(trail.entries(Asked(step="ruled", after=5), limit=1)) == told[7:]
        assert trail.head() == told[-1].head
    assert not asked_by_another_process(path)
    assert {file.name for file in path.parent.iterdir()} - {"hatchway.db-shm", "hatchway.db-wal"} == before


def asked_by_another_process(path: Path) -> str:
    """What a command line would be told; a lock of this process would not keep this process out (fcntl(2))."""
    code = (
        "import sys; from pathlib import Path; from gateway.store import OfflineTrail\nwith OfflineTrail(Path(sys.argv[1])): pass"
    )
    command = [sys.executable, "-c", code, str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2]).stderr


async def test_a_shelf_of_the_first_form_gets_a_trail_that_says_what_is_older(path, clock, raw):
    store = await SqliteStore.open(path, clock)
    await store.hold(held(), [])
    await store.rule("H1", review(by_deadline=True), [])
    await store.close()
    for trigger in raw("SELECT name FROM sqlite_schema WHERE type = 'trigger'"):
        raw(f"DROP TRIGGER {trigger[0]}")
    set_back(raw, "0002")
    for statement in ("DROP TABLE trail", "DROP INDEX ix_holds_ended_ended_at", "ALTER TABLE contents DROP COLUMN destroyed"):
        raw(statement)
    for column in ("kept", "ended", "ended_at"):
        raw(f"ALTER TABLE holds DROP COLUMN {column}")
    raw("UPDATE alembic_version SET version_num = '0001'")
    again = await SqliteStore.open(path, clock)
    [begun] = await entries(again)
    assert json.loads(begun.detail) == {"form": 1, "holds": 1}
    assert (await again.get("H1")).review == review(by_deadline=True)
    clock.forward(timedelta(days=15))  # no appeal is possible any more
    assert await again.expendable({"expired": review().at + timedelta(seconds=1)}, 10) == {"H1": "expired"}
    assert await again.expendable({"expired": review().at, "denied": NOW + timedelta(days=9)}, 10) == {}
    await again.close()
