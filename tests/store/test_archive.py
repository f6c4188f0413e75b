"""Legal hold, retention and destruction: what is gone is gone, what stays vouches for it, and the trail tells of it."""

import hashlib
import json
from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.decision import Hold
from gateway.hold import Ruling
from gateway.mail import Place, Receipt, Reply
from gateway.mail.content import in_memory
from gateway.ports import Asked, StoreUnavailable
from gateway.store import SqliteStore, StoredHolds, archive, codec, holds
from gateway.store.archive import DESTROYED
from gateway.store.contents import take
from gateway.trail import first_fault
from gateway.verdict import Category, Evidence, Finding, Kind, Label, Verdict
from tests.store.test_holds import review
from tests.support.mails import NOW, decision, held, reviewers
from tests.support.parcels import notice, release

OK = Receipt(reply=Reply(code=250, status="2.0.0", text="queued"))
DAY = timedelta(days=1)
SECRET = b"vote-for-the-lantern-party-7c1f"


def quoting(id_="H1"):
    """A hold whose octets, notice and evidence all say the same words."""
    there = held(id_=id_)
    found = Finding(
        category=Category.POLITICAL,
        kind=Kind.ENDORSEMENT,
        detector="rules",
        says="it asks for votes",
        weight=0.9,
        evidence=(Evidence(place=Place(part="1"), quote=SECRET.decode()),),
    )
    verdict = Verdict(
        labels={Category.POLITICAL: Label.MATCH, Category.RELIGIOUS: Label.CLEAR},
        scores={Category.POLITICAL: 0.9, Category.RELIGIOUS: 0.0},
        findings=(found,),
    )
    octets = b"Subject: Unit 214\r\n\r\n" + SECRET * 40 + b"\r\n"
    return replace(
        there,
        mail=replace(there.mail, content=in_memory(octets)),
        decision=decision(Hold(reviewers=reviewers(appeal=timedelta())), verdict=verdict),
    )


async def ruled_and_told(store, there, ruling=Ruling.DENIED, **changes):
    told = notice(there, f"N-{there.mail.id}", octets=b"Subject: Denied\r\n\r\n" + SECRET)
    await store.hold(there, [])
    await store.rule(there.mail.id, review(ruling, **changes), [told])
    await store.delivered(told, OK, NOW, [])


async def steps(store, hold="H1"):
    return [one.step for one in await store.entries(Asked(hold=hold))]


async def test_destruction_leaves_who_when_why_and_the_hash_of_what_is_gone(store):
    there = quoting()
    await ruled_and_told(store, there)
    before = await store.files("H1")
    assert await store.destroy("H1", actor="gateway", why="retention: denied content is kept for 90 days")
    left = await store.get("H1")
    assert left.destroyed == NOW
    assert (left.mail.content.size, left.mail.content.data, left.mail.content.path) == (there.mail.content.size, None, None)
    assert left.mail.envelope == there.mail.envelope
    assert left.review == review()
    [finding] = left.decision.verdict.findings
    assert [(one.place, one.quote) for one in finding.evidence] == [(Place(part="1"), DESTROYED)]
    assert replace(left.decision, verdict=None) == replace(there.decision, verdict=None)

    entry = (await store.entries(Asked(hold="H1", step="destroyed")))[0]
    said = json.loads(entry.detail)
    assert said["why"] == "retention: denied content is kept for 90 days"
    assert [one["sha256"] for one in said["contents"]] == [
        hashlib.sha256(before[name]).hexdigest() for name in ("message.eml", "notices/N-H1.eml")
    ]
    assert said["decision"] == hashlib.sha256((await store.files("H1"))["decision.json"]).hexdigest()
    assert first_fault(await store.entries(Asked())) is None
    assert [row.mail.id for row in await store.list(waiting=False)] == ["H1"]


async def test_what_is_destroyed_is_destroyed_once(store):
    await ruled_and_told(store, quoting())
    assert await store.destroy("H1", actor="gateway", why="it is time")
    assert not await store.destroy("H1", actor="gateway", why="it is time")
    assert (await steps(store)).count("destroyed") == 1
    assert await store.expendable({"denied": NOW + 90 * DAY}, 10) == {}


async def test_nothing_of_what_waits_or_is_under_way_is_destroyed(store):
    there = quoting()
    await store.hold(there, [])
    assert not await store.destroy("H1", actor="gateway", why="x")
    await store.rule("H1", review(Ruling.RELEASED), [release(there)])
    assert not await store.destroy("H1", actor="gateway", why="x")
    await store.postponed(release(there), Reply(code=451, text="later"), NOW)
    assert not await store.destroy("H1", actor="gateway", why="x")
    assert await store.expendable({"released": NOW + 90 * DAY}, 10) == {}
    assert (await store.get("H1")).mail.content.read() == there.mail.content.read()
    await store.delivered(release(there, attempts=1), OK, NOW, [])
    assert await store.expendable({"released": NOW + 90 * DAY}, 10) == {"H1": "released"}
    assert await store.destroy("H1", actor="gateway", why="x")


async def test_what_is_under_legal_hold_stays_until_that_is_lifted(store):
    await ruled_and_told(store, quoting())
    await store.keep("H1", actor="counsel", reason="Doe v. City, 26-cv-114")
    await store.keep("H1", actor="counsel", reason="Doe v. City, 26-cv-114")
    assert (await store.get("H1")).kept == "Doe v. City, 26-cv-114"
    assert await store.expendable({"denied": NOW + 90 * DAY}, 10) == {}
    assert not await store.destroy("H1", actor="gateway", why="x")
    await store.lift("H1", actor="counsel", reason="settled")
    await store.lift("H1", actor="counsel", reason="settled")
    assert (await store.get("H1")).kept == ""
    assert await store.destroy("H1", actor="gateway", why="x")
    told = [(one.step, one.actor, json.loads(one.detail)["reason"]) for one in await store.entries(Asked(actor="counsel"))]
    assert told == [("kept", "counsel", "Doe v. City, 26-cv-114"), ("lifted", "counsel", "settled")]


async def test_a_legal_hold_has_a_reason_and_a_message(store):
    await store.hold(held(), [])
    with pytest.raises(ValueError, match="requires a reason"):
        await store.keep("H1", actor="counsel", reason=" ")
    for call in (store.keep, store.lift):
        with pytest.raises(KeyError):
            await call("H9", actor="counsel", reason="a case")
    with pytest.raises(KeyError):
        await store.destroy("H9", actor="gateway", why="x")
    with pytest.raises(KeyError):
        await store.files("H9")
    assert await steps(store) == ["held"]


async def test_how_a_hold_ended_says_how_long_its_content_is_kept(store):
    await ruled_and_told(store, quoting("H1"), at=NOW)
    await ruled_and_told(store, quoting("H2"), Ruling.RELEASED, at=NOW)
    await ruled_and_told(store, quoting("H3"), Ruling.DENIED, at=NOW, by_deadline=True)
    await ruled_and_told(store, quoting("H4"), at=NOW + 5 * DAY)
    later = NOW + DAY
    assert await store.expendable({}, 10) == {}
    assert await store.expendable({"denied": later}, 10) == {"H1": "denied"}
    assert await store.expendable({"released": later, "expired": later}, 10) == {"H2": "released", "H3": "expired"}
    assert await store.expendable({"denied": NOW + 9 * DAY}, 10) == {"H1": "denied", "H4": "denied"}
    assert await store.expendable({"denied": NOW + 9 * DAY}, 1) == {"H1": "denied"}
    assert await store.expendable({"denied": NOW}, 10) == {}


async def test_the_files_of_a_hold_are_what_the_trail_has_the_hashes_of(store):
    there = quoting()
    await ruled_and_told(store, there)
    files = await store.files("H1")
    assert set(files) == {
        "message.eml",
        "envelope.json",
        "decision.json",
        "ruling.json",
        "dispatches.json",
        "notices/N-H1.eml",
    }
    told = {one.step: json.loads(one.detail) for one in await store.entries(Asked(hold="H1"))}
    hashes = {name: hashlib.sha256(octets).hexdigest() for name, octets in files.items()}
    assert told["held"]["sha256"] == hashes["message.eml"]
    assert told["held"]["envelope"] == hashes["envelope.json"]
    assert told["held"]["decision"] == hashes["decision.json"]
    assert told["ruled"]["record"] == hashes["ruling.json"]
    assert codec.read_decision(files["decision.json"].decode()) == there.decision
    await store.destroy("H1", actor="gateway", why="x")
    assert set(await store.files("H1")) == set(files) - {"message.eml", "notices/N-H1.eml"}


async def test_what_is_destroyed_is_nowhere_in_the_files_of_the_database(path, clock):
    store = await SqliteStore.open(path, clock, in_memory=100)
    await ruled_and_told(store, quoting())
    await store.hold(held(id_="H2"), [])
    assert (await store.get("H1")).mail.content.path is not None
    assert any(SECRET in file.read_bytes() for file in path.parent.rglob("*") if file.is_file())
    assert await store.destroy("H1", actor="gateway", why="x")
    assert not [file for file in path.parent.rglob("*") if file.is_file() and SECRET in file.read_bytes()]
    assert (await store.get("H2")).mail.content.read() == held().mail.content.read()
    await store.close()


async def test_a_destruction_that_fails_leaves_all_as_it_was(shelf, raw):
    await ruled_and_told(shelf, quoting())
    raw("UPDATE holds SET decision = '{}' WHERE id = 'H1'")
    with pytest.raises(StoreUnavailable, match="damaged"):
        await shelf.destroy("H1", actor="gateway", why="x")
    assert raw("SELECT count(*) FROM pieces WHERE content = 'H1'") == [(1,)]
    assert "destroyed" not in await steps(shelf)


async def test_what_was_kept_long_enough_is_found_by_an_index(shelf):
    def plan(db):
        asked = archive._closed(NOW, archive.holds.c.id).where(archive.holds.c.ended == "denied", archive.holds.c.ended_at < NOW)
        words = str(asked.compile(db, compile_kwargs={"literal_binds": True}))
        return [row[3] for row in db.exec_driver_sql(f"EXPLAIN QUERY PLAN {words}")]

    assert any("ix_holds_ended_ended_at" in step for step in await shelf._writer.do(plan))


async def test_who_reads_beside_a_gateway_sees_a_message_as_it_was_at_one_moment(path, shelf):
    """While it is read a gateway destroys it: what was there is read to its end."""
    there = quoting()
    await ruled_and_told(shelf, there)
    with StoredHolds(path) as reader, reader._engine.connect() as db:
        before = holds.bare(db, "H1")
        await shelf.destroy("H1", actor="gateway", why="x")
        assert take(db, "H1", reader._spool).read() == there.mail.content.read()
        assert holds.bare(db, "H1") == before
    with StoredHolds(path) as reader:
        assert reader.get("H1").destroyed is not None
