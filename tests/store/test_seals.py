"""What is held is sealed on the shelf: nobody reads it there without the master key, and nothing opens in another's place."""

from dataclasses import replace

import pytest

from gateway.cli.vouch import Vouched
from gateway.decision import Hold
from gateway.desk import Remark, Search
from gateway.hold import Ruling
from gateway.mail import Place
from gateway.plea import Appeal, Statement
from gateway.ports import Asked, StoreUnavailable
from gateway.sealing import Encryption
from gateway.store import OfflineTrail, PostgresStore, SqliteStore, StoredHolds, opened
from gateway.trail import first_fault
from gateway.vault import Masters
from gateway.verdict import Category, Evidence, Finding, Kind, Label, Verdict
from tests.store.test_holds import review
from tests.support.mails import NOW, decision, held, mail, reviewers
from tests.support.parcels import notice

OLD, NEW = b"o" * 32, b"n" * 32
KEYS = Masters({"old": OLD}, use="old")
SECRET = b"Marisol Tate"


def quoted(id_="H1"):
    """A hold whose content and decision say what nobody else is to read."""
    evidence = Evidence(place=Place(part="1"), quote="vote for Marisol Tate")
    found = Finding(category=Category.POLITICAL, kind=next(iter(Kind)), detector="d", says="s", weight=1.0, evidence=(evidence,))
    labels = {Category.POLITICAL: Label.MATCH, Category.RELIGIOUS: Label.CLEAR}
    verdict = Verdict(
        labels=labels,
        scores={Category.POLITICAL: 0.9, Category.RELIGIOUS: 0.0},
        findings=(found,),
        unread=(),
        model="m",
        roster="r",
    )
    octets = b"Subject: Unit 214\r\n\r\nPlease vote for Marisol Tate on November 3, all of you.\r\n"
    there = held(id_=id_)
    carried = replace(mail(octets, to=("a@department.example", "b@department.example"), id_=id_))
    return replace(there, mail=carried, decision=decision(Hold(reviewers=reviewers()), verdict=verdict))


async def fill(store, id_="H1"):
    await store.hold(quoted(id_), [notice(quoted(id_), f"N{id_}", octets=b"Subject: Held\r\n\r\nvote for Marisol Tate\r\n")])
    await store.desk.remark(id_, Remark(by="captain", at=NOW, text="Marisol Tate again"))
    await store.pleas.state(id_, Statement(by="dreed@department.example", at=NOW, text="Marisol Tate is my aunt"), [])
    await store.rule(id_, review(Ruling.DENIED), [])
    ruled = await store.get(id_)
    await store.pleas.appeal(id_, Appeal(by="dreed@department.example", at=NOW, text="Marisol Tate!", against=ruled.review), [])


def on_disk(path):
    return b"".join(one.read_bytes() for one in path.parent.rglob("*") if one.is_file() and one.suffix != ".key")


async def test_no_word_of_message_quote_notice_or_pleas_can_be_read_on_disk(path, clock):
    plain = await SqliteStore.open(path.with_name("plain.db"), clock)
    await fill(plain)
    await plain.close()
    assert on_disk(path).count(SECRET) >= 6, "the test would see it"
    path.with_name("plain.db").unlink()
    store = await SqliteStore.open(path, clock, keys=KEYS)
    await fill(store)
    assert SECRET not in on_disk(path)
    held_, [remark], [said] = await store.get("H1"), await store.desk.remarks("H1"), await store.pleas.statements("H1")
    assert held_.decision == quoted().decision
    assert (held_.mail.content.read(), remark.text, said.text) == (
        quoted().mail.content.read(),
        "Marisol Tate again",
        "Marisol Tate is my aunt",
    )
    assert SECRET in (await store.parcel("NH1")).mail.content.read()
    assert (await store.pleas.appealed("H1")).text == "Marisol Tate!"
    await store.close()
    assert SECRET not in on_disk(path)


async def test_what_stands_in_anothers_place_is_damaged_and_hides_no_other(path, clock, raw):
    store = await SqliteStore.open(path, clock, keys=KEYS)
    for id_ in ("H1", "H2", "H3"):
        await store.hold(quoted(id_), [])
    raw("UPDATE holds SET decision = (SELECT decision FROM holds WHERE id = 'H2') WHERE id = 'H1'")
    with pytest.raises(StoreUnavailable, match="decision of H1 on the shelf was altered, cut or moved"):
        await store.get("H1")
    assert [one.mail.id for one in await store.list()] == ["H2", "H3"]
    for statement in (
        "UPDATE contents SET wrapped = (SELECT wrapped FROM contents WHERE id = 'H3') WHERE id = 'H2'",
        "UPDATE pieces SET octets = (SELECT octets FROM pieces WHERE content = 'H3') WHERE content = 'H2'",
        "UPDATE holds SET decision = (SELECT decision FROM holds WHERE id = 'H3') WHERE id = 'H2'",
    ):
        raw(statement)
        with pytest.raises(StoreUnavailable, match="of H2 on the shelf"):
            await store.get("H2")
    assert (await store.get("H3")).decision == quoted().decision
    await store.close()


async def test_near_identical_messages_are_found_though_what_tells_them_is_sealed(path, clock, raw):
    store = await SqliteStore.open(path, clock, keys=KEYS)
    await store.hold(quoted("H1"), [])
    await store.hold(quoted("H2"), [])
    assert [line.alike for line in (await store.desk.find(Search())).lines] == [2]
    [first, second] = raw("SELECT sketch FROM cards")
    assert first != second
    await store.close()


async def test_a_key_that_is_missing_or_another_one_is_told_at_the_start(path, clock):
    store = await SqliteStore.open(path, clock, keys=KEYS)
    await store.hold(quoted(), [])
    await store.close()
    for keys, said in (
        (Masters({}), 'is sealed with the key "old", which was not given. Put it back under `encryption'),
        (Masters({"new": NEW}, use="new"), 'is sealed with the key "old", which was not given'),
        (Masters({"old": NEW}, use="old"), 'the key "old" that was given is not the one of that name'),
    ):
        with pytest.raises(StoreUnavailable, match=said):
            await SqliteStore.open(path, clock, keys=keys)
    wrong = path.with_name("wrong.key")
    wrong.write_bytes(NEW)
    said = "is not the one that this store is sealed with"
    with (
        StoredHolds(path, Encryption.model_validate({"keys": {"old": wrong}})) as shelf,
        pytest.raises(StoreUnavailable, match=said),
    ):
        shelf.get("H1")
    with OfflineTrail(path) as trail, pytest.raises(StoreUnavailable, match='the key "old" was not given'):
        trail.prints("", 10)


async def test_where_nobody_may_look_for_a_key_that_is_said(tmp_path):
    beyond = tmp_path / ("x" * 252)  # a name so long that no file can be asked for, whoever asks
    with pytest.raises(StoreUnavailable, match=r"x\.key: File name too long"), StoredHolds(beyond, Encryption()):
        pass


async def test_another_master_key_wraps_what_is_small_and_seals_nothing_anew(path, clock, raw):
    store = await SqliteStore.open(path, clock, keys=KEYS)
    await fill(store)
    await store.close()
    sealed = "SELECT octets FROM pieces", "SELECT decision, sketch FROM holds JOIN cards USING (id)", "SELECT record FROM appeals"
    before = [raw(statement) for statement in sealed]
    store = await SqliteStore.open(path, clock, keys=Masters({"old": OLD, "new": NEW}, use="new"))
    await store.hold(quoted("H2"), [])
    said = await store.rekey(actor="root")
    assert (said["rewrapped"], said["contents"], said["retired"]) == (2, 3, ["old"])
    assert (await store.rekey(actor="root"))["rewrapped"] == 0
    await store.close()
    assert [raw(statement)[:1] for statement in sealed] == [rows[:1] for rows in before]
    store = await SqliteStore.open(path, clock, keys=Masters({"new": NEW}, use="new"))
    assert (await store.get("H1")).decision == quoted().decision
    entries = await store.entries(Asked())
    assert first_fault(entries) is None
    assert [one.step for one in entries].count("keys wrapped anew") == 2
    await store.close()


async def test_one_message_that_is_damaged_keeps_no_other_from_another_master_key(path, clock, raw, said):
    store = await SqliteStore.open(path, clock, keys=KEYS)
    for id_ in ("H1", "H2"):
        await store.hold(quoted(id_), [])
    await store.close()
    raw("UPDATE contents SET wrapped = (SELECT wrapped FROM contents WHERE id = 'H2') WHERE id = 'H1'")
    both = await SqliteStore.open(path, clock, keys=Masters({"old": OLD, "new": NEW}, use="new"))
    done = await both.rekey(actor="admin")
    assert (done["rewrapped"], done["left"], done["retired"]) == (1, False, ["old"])
    assert [event["id"] for event in said if event["event"] == "store.unreadable"] == ["H1"]
    await both.close()
    newer = await SqliteStore.open(path, clock, keys=Masters({"new": NEW}, use="new"))
    assert (await newer.get("H2")).decision == quoted().decision
    assert [one.mail.id for one in await newer.list()] == ["H2"]
    await newer.close()


async def test_a_key_that_is_missing_or_another_one_is_told_at_the_start_on_postgresql_too(place, clock):
    store = await PostgresStore.open(place, clock, keys=KEYS)
    await store.hold(quoted(), [])
    await store.close()
    for keys, said in (
        (Masters({}), 'is sealed with the key "old", which was not given'),
        (Masters({"old": NEW}, use="old"), "is not the one of that name it is sealed with"),
    ):
        with pytest.raises(StoreUnavailable, match=said):
            await PostgresStore.open(place, clock, keys=keys)


async def test_a_master_key_that_another_gateway_still_wraps_with_is_needed_though_keys_were_wrapped_anew(place, clock, tmp_path):
    def keys(use):
        return Masters({"old": OLD, "new": NEW}, use=use)

    one = await PostgresStore.open(place, clock, keys=keys("new"))
    other = await PostgresStore.open(place.model_copy(update={"folder": tmp_path / "other"}), clock, keys=keys("old"))
    await one.rekey(actor="root")
    await other.hold(quoted("H2"), [])
    await one.close()
    await other.close()
    with pytest.raises(StoreUnavailable, match='is sealed with the key "old", which was not given'):
        await PostgresStore.open(place, clock, keys=Masters({"new": NEW}, use="new"))
    last = await PostgresStore.open(place, clock, keys=keys("new"))
    assert (await last.rekey(actor="root"))["retired"] == ["old"]
    await last.close()
    last = await PostgresStore.open(place, clock, keys=Masters({"new": NEW}, use="new"))
    assert (await last.get("H2")).decision == quoted("H2").decision
    await last.close()


async def test_a_store_from_before_opens_as_it_is_and_seals_what_is_new_and_the_trail_vouches_for_both(path, clock, raw):
    store = await SqliteStore.open(path, clock)
    await fill(store)
    await store.close()
    store = await SqliteStore.open(path, clock, keys=KEYS)
    await fill(store, "H2")
    assert [(await store.get(id_)).decision for id_ in ("H1", "H2")] == [quoted().decision] * 2
    vouched = Vouched()
    assert first_fault(vouched.passing(await store.entries(Asked()))) is None
    assert list(vouched.faults((await store.prints("", 10)).items())) == []
    raw("UPDATE appeals SET record = 's1.AAAA' WHERE hold = 'H2'")
    assert list(vouched.faults((await store.prints("", 10)).items())) == ["H2: its pleas is not the one in the trail"]
    await store.close()
    assert raw("SELECT id FROM contents WHERE wrapped IS NULL ORDER BY id") == [("H1",), ("NH1",)]


async def test_what_is_destroyed_can_be_opened_by_nobody_and_the_record_of_it_by_who_has_the_key(path, clock, raw):
    store = await SqliteStore.open(path, clock, keys=KEYS)
    await store.hold(quoted(), [])
    await store.rule("H1", review(Ruling.WITHDRAWN), [])
    assert await store.destroy("H1", actor="gateway", why="retention")
    assert [found.evidence[0].quote for found in (await store.get("H1")).decision.verdict.findings] == ["(destroyed)"]
    await store.close()
    assert raw("SELECT count(*) FROM pieces") == [(0,)]


async def test_a_key_is_made_where_nothing_was_held_yet_and_nowhere_else(path, clock):
    own = path.with_name("hatchway.db.key")
    plain = await SqliteStore.open(path, clock)
    await plain.hold(quoted(), [])
    await plain.close()
    await (await opened(path, clock, Encryption())).close()
    assert not own.exists()
    path.unlink()
    await (await opened(path, clock, Encryption(use="off"))).close()
    assert not own.exists()
    store = await opened(path, clock, Encryption())
    await store.hold(quoted(), [])
    await store.close()
    assert own.stat().st_mode & 0o777 == 0o600
    off = await opened(path, clock, Encryption(use="off"))
    assert (await off.get("H1")).decision == quoted().decision
    await off.hold(quoted("H2"), [])
    await off.close()
    assert SECRET in on_disk(path)
    own.unlink()
    with pytest.raises(StoreUnavailable, match='is sealed with the key "first", which was not given'):
        await opened(path, clock, Encryption())


async def test_a_key_file_that_serves_not_is_named(path, clock):
    short = path.with_name("short.key")
    short.parent.mkdir()
    short.write_bytes(b"x" * 31)
    for file, said in ((short, "holds fewer than 32 octets"), (path.with_name("none.key"), "No such file")):
        with pytest.raises(StoreUnavailable, match=f'{file.name}: the key "y2027" cannot be read from there: {said}'):
            await opened(path, clock, Encryption.model_validate({"keys": {"y2027": file}}))
