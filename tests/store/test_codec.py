import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.decision import Authority, Decision, Defer, Hold, Reject, Relay, Reviewers, Tag, Trial
from gateway.hold import Review, Ruling
from gateway.mail import Address, Client, Command, Envelope, Place, Receipt, Reply, Unread
from gateway.source import Location
from gateway.store import codec
from gateway.verdict import Category, Evidence, Finding, Kind, Label, Verdict
from tests.support.mails import decision, envelope

WORDS = st.text(st.characters(exclude_categories=()), max_size=12)
SHARE = st.floats(0, 1)
SPAN = st.timedeltas(timedelta(microseconds=1), timedelta(days=400))
INDEX = st.none() | st.integers(0, 10**9)


def several(one):
    return st.lists(one, max_size=3).map(tuple)


ADDRESS = st.builds(Address, local=WORDS.filter(bool), domain=WORDS)
COMMAND = st.builds(Command, path=st.binary(max_size=20), parameters=several(st.binary(max_size=10)))
CLIENT = st.builds(
    Client,
    address=WORDS,
    name=WORDS,
    port=st.integers(0, 65535),
    helo=WORDS,
    protocol=WORDS,
    tls=WORDS,
    login=WORDS,
    ident=WORDS,
)
ENVELOPE = st.builds(
    Envelope, sender=st.none() | ADDRESS, recipients=several(ADDRESS), client=CLIENT, mail=COMMAND, rcpts=several(COMMAND)
)
REPLY = st.builds(Reply, code=st.integers(200, 599), status=WORDS, text=WORDS)
RECEIPT = st.builds(Receipt, reply=REPLY, refused=several(st.tuples(ADDRESS, REPLY)))
LOCATION = st.builds(Location, WORDS, st.integers(1), st.integers(1))
BOX = st.none() | st.tuples(*[st.integers(-(10**6), 10**6)] * 4)
PLACE = st.builds(Place, part=WORDS, header=WORDS, name=WORDS, page=INDEX, start=INDEX, end=INDEX, box=BOX)
EVIDENCE = st.builds(Evidence, place=PLACE, quote=WORDS)
FINDING = st.builds(
    Finding,
    category=st.sampled_from(Category),
    kind=st.sampled_from(Kind),
    detector=WORDS,
    says=WORDS,
    weight=SHARE,
    evidence=st.lists(EVIDENCE, min_size=1, max_size=2).map(tuple),
)
VERDICT = st.builds(
    Verdict,
    labels=st.dictionaries(st.sampled_from(Category), st.sampled_from(Label)),
    scores=st.dictionaries(st.sampled_from(Category), SHARE),
    findings=several(FINDING),
    unread=several(st.builds(Unread, place=PLACE, why=WORDS)),
    model=WORDS,
    roster=WORDS,
)
REVIEWERS = st.builds(
    Reviewers,
    name=WORDS,
    members=several(ADDRESS),
    deadline=SPAN,
    then=st.sampled_from(["release", "deny", "wait"]),
    reminders=several(SPAN),
)
DISPOSITIONS = {
    Relay: st.builds(Relay),
    Tag: st.builds(Tag, headers=several(st.tuples(WORDS, WORDS)), subject=WORDS),
    Hold: st.builds(Hold, reviewers=REVIEWERS),
    Reject: st.builds(Reject, reply=REPLY),
    Defer: st.builds(Defer, reply=REPLY),
}
AUTHORITY = st.builds(Authority, name=WORDS, title=WORDS, text=WORDS)
REVIEW = st.builds(
    Review,
    reviewer=WORDS,
    ruling=st.sampled_from(Ruling),
    recipients=st.lists(ADDRESS, min_size=1, max_size=3).map(tuple),
    note=WORDS.filter(str.strip),
    at=st.datetimes(timezones=st.just(UTC) | st.just(timezone(timedelta(hours=-5, minutes=-30)))),
    by_deadline=st.booleans(),
)


def decisions(disposition):
    return st.builds(
        Decision,
        disposition=disposition,
        policy=WORDS,
        rule=LOCATION,
        grounds=WORDS,
        authority=st.lists(AUTHORITY, min_size=1, max_size=2).map(tuple),
        verdict=st.none() | VERDICT,
        trials=several(st.builds(Trial, would=WORDS, rule=LOCATION, grounds=WORDS)),
        groups=several(WORDS),
    )


@pytest.mark.parametrize("disposition", DISPOSITIONS.values(), ids=[kind.__name__ for kind in DISPOSITIONS])
@given(data=st.data())
def test_a_decision_is_read_as_it_was_written(disposition, data):
    there = data.draw(decisions(disposition))
    assert codec.read_decision(codec.write_decision(there)) == there


@given(ENVELOPE)
def test_an_envelope_is_read_as_it_was_written(there):
    assert codec.read_envelope(codec.write_envelope(there)) == there


@given(REVIEW)
def test_a_review_is_read_as_it_was_written(there):
    assert codec.read_review(codec.write_review(there)) == there


@given(RECEIPT)
def test_a_receipt_and_its_reply_are_read_as_they_were_written(there):
    assert codec.read_receipt(codec.write_receipt(there)) == there
    assert codec.read_reply(codec.write_reply(there.reply)) == there.reply


@given(ENVELOPE)
def test_a_record_is_ascii_without_nul(there):
    assert codec.write_envelope(there).isascii()
    assert "\0" not in codec.write_envelope(there)


def test_a_record_of_a_newer_form_says_which_program_can_read_it():
    newer = json.dumps({**json.loads(codec.write_decision(decision())), "v": codec.VERSION + 1})
    with pytest.raises(codec.UnreadableRecord, match=r"decision on the shelf has form 2, this Hatchway reads up to form 1"):
        codec.read_decision(newer)


@given(st.data())
def test_a_damaged_record_is_called_so_whatever_is_wrong_with_it(data):
    whole = codec.write_envelope(envelope())
    cut = whole[: data.draw(st.integers(0, len(whole) - 1))]
    with pytest.raises(codec.UnreadableRecord, match="envelope on the shelf is damaged"):
        codec.read_envelope(cut)


@given(
    st.recursive(st.none() | st.booleans() | st.integers() | WORDS, lambda inner: st.lists(inner) | st.dictionaries(WORDS, inner))
)
def test_any_json_that_is_no_record_is_called_damaged_or_newer(value):
    with pytest.raises(codec.UnreadableRecord):
        codec.read_review(json.dumps(value))


def test_a_record_of_version_one_is_read_for_ever():
    written = (
        '{"v":1,"reviewer":"captain","ruling":"released","recipients":[{"local":"a","domain":"department.example"}],'
        '"note":"","at":"2026-10-14T09:30:00+00:00","by_deadline":false}'
    )
    there = Review(
        reviewer="captain",
        ruling=Ruling.RELEASED,
        recipients=(Address(local="a", domain="department.example"),),
        note="",
        at=datetime(2026, 10, 14, 9, 30, tzinfo=UTC),
    )
    assert codec.read_review(written) == there
    assert codec.write_review(there) == written


def test_evidence_of_records_written_before_pictures_were_read_has_no_box():
    there = decision(verdict=Verdict(labels={}, scores={}, unread=(Unread(place=Place(part="2"), why="encrypted"),)))
    record = json.loads(codec.write_decision(there))
    del record["verdict"]["unread"][0]["place"]["box"]
    assert codec.read_decision(json.dumps(record)) == there


def test_a_decision_from_before_groups_were_written_down_has_none():
    there = decision(groups=("board", "boards"))
    record = json.loads(codec.write_decision(there))
    assert codec.read_decision(json.dumps(record)) == there
    del record["groups"]
    assert codec.read_decision(json.dumps(record)).groups == ()
