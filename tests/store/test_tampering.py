"""Somebody who may write to the database: triggers in his way, and both verifiers behind him."""

import asyncio
import shutil
from pathlib import Path

import pytest

from gateway.cli.vouch import Vouched
from gateway.ports import Asked, StoreUnavailable
from gateway.store import OfflineTrail, SqliteStore
from gateway.store.sqlite import best_library
from gateway.trail import first_fault
from tests.support.mails import FixedClock, held
from tests.support.trail import FORMS, a_life, exported, outsider


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
    told = list(await again.entries(Asked()))
    await again.close()
    assert first_fault(told).sequence == 8


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
SELECT 'N-H1', received, since, subject, envelope, decision, reviewers, deadline, reminded, next, review, kept, ended, ended_at,
       needed
FROM holds WHERE id = 'H2'
"""
ALTERED = {
    "ruling": ("UPDATE holds SET review = replace(review, 'captain', 'lieutenant') WHERE id = 'H1'", "H1: its ruling is not"),
    "ruling taken back": ("UPDATE holds SET review = NULL WHERE id = 'H1'", "H1: its ruling is not"),
    "decision": ("UPDATE holds SET decision = replace(decision, '29', '30') WHERE id = 'H2'", "H2: its decision is not"),
    "envelope": ("UPDATE holds SET envelope = replace(envelope, 'dreed', 'lopez') WHERE id = 'H2'", "H2: its envelope is not"),
    "message": ("UPDATE contents SET sha256 = substr(sha256, 2) || '0' WHERE id = 'H2'", "H2: its message is not"),
    "octets taken away": ("DELETE FROM pieces WHERE content = 'H2'", "H2: its content is not"),
    "destroyed in silence": ("UPDATE contents SET destroyed = 1 WHERE id = 'H2'", "H2: its content is not"),
    "a hold taken away": ("DELETE FROM holds WHERE id = 'H2'", "H2: is in the trail and not on the shelf"),
    "a hold put in": (HOLD_PUT_IN, "1 holds are not in the trail, and 0 are older than it: N-H1"),
}


@pytest.mark.parametrize("how", [None, *ALTERED])
def test_a_hold_that_is_not_what_the_trail_says_is_named(after, raw, how):
    says = []
    if how:
        raw("INSERT INTO contents SELECT 'N-H1', size, sha256, destroyed, wrapped FROM contents WHERE id = 'H2'")
        statement, said = ALTERED[how]
        raw(statement)
        says = [said]
    vouched = Vouched()
    with OfflineTrail(after) as trail:
        assert first_fault(vouched.passing(trail.entries(Asked()))) is None
        found = list(vouched.faults([*trail.prints("", 1).items(), *trail.prints("H1", 10).items()]))
    assert [one[: len(said)] for one, said in zip(found, says, strict=True)] == says
