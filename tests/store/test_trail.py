"""Every step the shelf writes has its entry, in the same transaction, and the trail takes nothing else."""

import asyncio
import hashlib
import json
import random
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.cli.vouch import Vouched
from gateway.hold import AlreadyRuled, Ruling
from gateway.mail import Receipt, Reply
from gateway.mail.content import in_memory
from gateway.ports import Asked, StoreUnavailable
from gateway.store import OfflineTrail, SqliteStore, codec
from gateway.store.sqlite import best_library
from gateway.trail import Step, first_fault
from tests.store.test_durability import files_no_larger_than, killed_while_holding
from tests.store.test_holds import review
from tests.support.mails import NOW, FixedClock, held
from tests.support.parcels import notice, release
from tests.support.trail import FORMS, exported, outsider

OK = Receipt(reply=Reply(code=250, status="2.0.0", text="queued"))
NO = Receipt(reply=Reply(code=550, status="5.1.1", text="nobody"))
LATER = Reply(code=451, status="4.3.0", text="later")


async def entries(store, **asked):
    return list(await store.entries(Asked(**asked)))


async def steps(store, **asked):
    return [one.step for one in await entries(store, **asked)]


async def said(store, step):
    return [json.loads(one.detail) for one in await entries(store, step=step)]


async def a_life(store):
    """A message held, seen, released and delivered, another one denied."""
    there = held()
    await store.hold(there, [notice(there)])
    await store.record(Step.SEEN, actor="captain", hold="H1")
    await store.remind("H1", 1, [notice(there, "N2")])
    await store.rule("H1", review(Ruling.RELEASED, "captain"), [release(there)])
    await store.delivered(release(there), OK, NOW, [])
    await store.hold(held(id_="H2"), [])
    await store.rule("H2", review(), [])


@pytest.fixture(scope="module")
def lived(tmp_path_factory) -> Path:
    """A database after a life, closed."""
    path = tmp_path_factory.mktemp("lived") / "hatchway.db"

    async def live():
        store = await SqliteStore.open(path, FixedClock())
        await a_life(store)
        await store.close()

    asyncio.run(live())
    return path


@pytest.fixture
def after(lived, path) -> Path:
    """A copy of it."""
    path.parent.mkdir()
    shutil.copy(lived, path)
    return path


@pytest.fixture
def unguarded(after, raw) -> Path:
    """A copy of it, its triggers dropped by somebody who may write to the file."""
    for trigger in raw("SELECT name FROM sqlite_schema WHERE type = 'trigger'"):
        raw(f"DROP TRIGGER {trigger[0]}")
    return after


def read(path):
    with OfflineTrail(path) as trail:
        return list(trail.entries(Asked()))


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


REFUSED = [
    "UPDATE trail SET actor = 'nobody' WHERE sequence = 2",
    "UPDATE trail SET sequence = 90 WHERE sequence = 2",
    "DELETE FROM trail WHERE sequence = 2",
    "DELETE FROM trail",
    "INSERT OR REPLACE INTO trail SELECT 2, at, step, hold, 'nobody', detail, previous, hash FROM trail WHERE sequence = 2",
    "REPLACE INTO trail SELECT sequence, at, step, hold, 'nobody', detail, previous, hash FROM trail WHERE sequence = 8",
    "INSERT INTO trail SELECT 90, at, step, hold, actor, detail, previous, hash FROM trail WHERE sequence = 8",
    "INSERT INTO trail SELECT NULL, at, step, hold, actor, detail, hash, hash FROM trail WHERE sequence = 8",
]


@pytest.mark.usefixtures("after")
@pytest.mark.parametrize("statement", REFUSED)
def test_the_database_takes_new_entries_at_the_end_and_nothing_else(raw, statement):
    before = raw("SELECT * FROM trail")
    with pytest.raises(best_library().IntegrityError, match="takes new entries at its end and nothing else"):
        raw(statement)
    assert raw("SELECT * FROM trail") == before


SWAPPED = """
UPDATE trail SET sequence = -4 WHERE sequence = 4;
UPDATE trail SET sequence = 4 WHERE sequence = 5;
UPDATE trail SET sequence = 5 WHERE sequence = -4
"""
PUT_IN = """
UPDATE trail SET sequence = -sequence WHERE sequence > 4;
UPDATE trail SET sequence = 1 - sequence WHERE sequence < 0;
INSERT INTO trail SELECT 5, at, step, hold, actor, detail, previous, hash FROM trail WHERE sequence = 4
"""
TAMPERED = {
    "at": ("UPDATE trail SET at = '2026-10-14T09:30:00.000001Z' WHERE sequence = 4", 4),
    "step": ("UPDATE trail SET step = 'seen' WHERE sequence = 4", 4),
    "hold": ("UPDATE trail SET hold = 'H2' WHERE sequence = 4", 4),
    "actor": ("UPDATE trail SET actor = 'nobody' WHERE sequence = 4", 4),
    "detail": ("UPDATE trail SET detail = replace(detail, '1', '2') WHERE sequence = 4", 4),
    "detail, in spaces only": ("UPDATE trail SET detail = replace(detail, ':', ': ') WHERE sequence = 4", 4),
    "previous": ("UPDATE trail SET previous = hash WHERE sequence = 4", 4),
    "hash": ("UPDATE trail SET hash = previous WHERE sequence = 4", 4),
    "sequence": ("UPDATE trail SET sequence = 90 WHERE sequence = 4", 4),
    "octets where text was": ("UPDATE trail SET actor = x'ff00' WHERE sequence = 4", 4),
    "a number where text was": ("UPDATE trail SET detail = 4 WHERE sequence = 4", 4),
    "one deleted": ("DELETE FROM trail WHERE sequence = 4", 4),
    "the first deleted": ("DELETE FROM trail WHERE sequence = 1", 1),
    "two swapped": (SWAPPED, 4),
    "one put in": (PUT_IN, 5),
    "all deleted": ("DELETE FROM trail", 1),
}


@pytest.mark.parametrize("how", TAMPERED)
def test_tampering_behind_the_triggers_is_found_and_named_by_both_verifiers(unguarded, raw, how):
    statements, number = TAMPERED[how]
    for statement in statements.split(";"):
        raw(statement)
    told = read(unguarded)
    fault = first_fault(told)
    assert fault is not None
    assert fault.sequence == number
    for form in FORMS:
        outside = outsider(exported(told, form))
        assert outside.startswith("broken: ")
        assert f"entry {number}" in outside or "line" in outside or how == "all deleted"


def test_entries_cut_off_behind_the_triggers_are_found_by_a_head(unguarded, raw):
    head = read(unguarded)[-1].head
    raw("DELETE FROM trail WHERE sequence > 6")
    told = read(unguarded)
    assert first_fault(told) is None
    assert first_fault(told, [head]).sequence == 7
    for form in FORMS:
        assert "entry 7 is missing" in outsider(exported(told, form), head)


async def test_a_front_goes_on_with_a_trail_that_was_tampered_with(unguarded, clock, raw):
    raw("UPDATE trail SET hash = x'00' WHERE sequence = 8")
    again = await SqliteStore.open(unguarded, clock)
    await again.hold(held(id_="H3"), [])
    told = await entries(again)
    await again.close()
    assert first_fault(told).sequence == 8


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


def test_what_has_no_trail_is_said_so(tmp_path, after, raw):
    with pytest.raises(StoreUnavailable, match="there is no database"), OfflineTrail(tmp_path / "none.db"):
        pass
    raw("DROP TABLE trail")
    with OfflineTrail(after) as trail, pytest.raises(StoreUnavailable, match="has no audit trail"):
        trail.head()
    after.write_bytes(b"the minutes of the meeting\n" * 200)
    with OfflineTrail(after) as trail, pytest.raises(StoreUnavailable, match="not a database"):
        trail.head()


HOLD_PUT_IN = """
INSERT INTO holds
SELECT 'N-H1', received, since, subject, envelope, decision, reviewers, deadline, reminded, next, review, kept, ended, ended_at
FROM holds WHERE id = 'H2'
"""
ALTERED = {
    "ruling": ("UPDATE holds SET review = replace(review, 'captain', 'lieutenant') WHERE id = 'H1'", "H1: its ruling is not"),
    "ruling taken back": ("UPDATE holds SET review = NULL WHERE id = 'H1'", "H1: its ruling is not"),
    "decision": ("UPDATE holds SET decision = replace(decision, '29', '30') WHERE id = 'H2'", "H2: its decision is not"),
    "envelope": ("UPDATE holds SET envelope = replace(envelope, 'dreed', 'lopez') WHERE id = 'H2'", "H2: its envelope is not"),
    "message": ("UPDATE contents SET sha256 = substr(sha256, 2) || '0' WHERE id = 'H2'", "H2: its message is not"),
    "a hold taken away": ("DELETE FROM holds WHERE id = 'H2'", "H2: is in the trail and not on the shelf"),
    "a hold put in": (HOLD_PUT_IN, "1 holds are not in the trail, and 0 are older than it: N-H1"),
}


@pytest.mark.parametrize("how", [None, *ALTERED])
def test_a_hold_that_is_not_what_the_trail_says_is_named(after, raw, how):
    says = []
    if how:
        raw("INSERT INTO contents SELECT 'N-H1', size, sha256, destroyed FROM contents WHERE id = 'H2'")
        statement, said = ALTERED[how]
        raw(statement)
        says = [said]
    vouched = Vouched()
    with OfflineTrail(after) as trail:
        assert first_fault(vouched.passing(trail.entries(Asked()))) is None
        found = list(vouched.faults([*trail.prints("", 1).items(), *trail.prints("H1", 10).items()]))
    assert [one[: len(said)] for one, said in zip(found, says, strict=True)] == says


async def test_a_shelf_of_the_first_form_gets_a_trail_that_says_what_is_older(path, clock, raw):
    store = await SqliteStore.open(path, clock)
    await store.hold(held(), [])
    await store.rule("H1", review(by_deadline=True), [])
    await store.close()
    for trigger in raw("SELECT name FROM sqlite_schema WHERE type = 'trigger'"):
        raw(f"DROP TRIGGER {trigger[0]}")
    for statement in ("DROP TABLE trail", "DROP INDEX ix_holds_ended_ended_at", "ALTER TABLE contents DROP COLUMN destroyed"):
        raw(statement)
    for column in ("kept", "ended", "ended_at"):
        raw(f"ALTER TABLE holds DROP COLUMN {column}")
    raw("UPDATE alembic_version SET version_num = '0001'")
    again = await SqliteStore.open(path, clock)
    [begun] = await entries(again)
    assert json.loads(begun.detail) == {"form": 1, "holds": 1}
    assert (await again.get("H1")).review == review(by_deadline=True)
    assert await again.expendable({"expired": review().at + timedelta(seconds=1)}, 10) == {"H1": "expired"}
    assert await again.expendable({"expired": review().at, "denied": NOW + timedelta(days=9)}, 10) == {}
    await again.close()
