"""Ladders, on-duty times, election windows, two reviewers and recusal, as policies write them."""

import pickle
from datetime import UTC, date, datetime, timedelta

import pytest

from gateway.mail import Address
from gateway.policy import load_rulebook
from gateway.source import Mistakes
from gateway.verdict import Label
from tests.support.policy import completed, envelope, folder, loaded, verdict, written_by

HOUR = timedelta(hours=1)
ELECTIONS = {"city election": date(2026, 11, 3), "runoff": date(2026, 12, 8)}
LADDER = """\
duty times:
  office: {time zone: America/Chicago, days: [monday, friday], from: "08:00", until: "17:00", holidays: 2026-12-25}
reviewers:
  command: {members: chief@department.example, deadline: 48h, reminders: 24h, then: deny}
  desk: {members: [desk@department.example, board@association.example], on duty: office, off duty: skip}
ladders:
  up:
    rungs:
      - {reviewers: desk, for: 4h, reminders: [1h, 3h]}
      - {reviewers: command, for: 8h, on duty: office, off duty: pause}
      - {reviewers: command, for: 2h}
    then: release
    election window: {before: 30d, after: 1d, factor: 0.5}
policies:
  strict:
    authority: SO 1
    ladder: up
    two reviewers: both
    recusal: {named: true, groups: [board, department]}
    on error: hold
    rules:
      - {finds: political, label: match, action: hold}
      - {finds: political, label: unsure, action: hold, reviewers: command, deadline: 12h}
      - {action: relay}
"""
PRESIDENT = "president@association.example"


def rulebook(tmp_path, text=LADDER, elections=ELECTIONS):
    return load_rulebook(folder(tmp_path, p__yaml=completed(text)), elections)


def held(book, at=datetime(2026, 5, 4, 12, tzinfo=UTC), label=Label.MATCH, sender=PRESIDENT, authors=None):
    return book.decide(envelope(sender), authors or written_by(sender), verdict(label), at).disposition.reviewers


def test_a_policy_names_its_ladder_and_a_rule_may_name_reviewers_instead(tmp_path):
    book = rulebook(tmp_path)
    ladder = held(book)
    assert [(rung.name, rung.lasts) for rung in ladder.rungs] == [
        ("desk", 4 * HOUR),
        ("command", 8 * HOUR),
        ("command", 2 * HOUR),
    ]
    assert ladder.then == "release"
    assert ladder.reminders == (HOUR, 3 * HOUR)
    assert held(book, label=Label.UNSURE).rungs[0].lasts == 12 * HOUR
    assert len(held(book, label=Label.UNSURE).rungs) == 1
    failed = book.failed(envelope(PRESIDENT), "out of time", datetime(2026, 5, 4, tzinfo=UTC))
    assert failed.disposition.reviewers.rungs == ladder.rungs


def test_a_rung_has_hours_of_its_own_or_those_of_its_reviewers(tmp_path):
    first, second, third = held(rulebook(tmp_path)).rungs
    assert (first.duty.name, first.off_duty) == ("office", "skip")
    assert (second.duty.days, second.duty.begins, second.duty.ends, second.off_duty) == ((0, 4), 480, 1020, "pause")
    assert second.duty.holidays == (date(2026, 12, 25),)
    assert third.duty is None


@pytest.mark.parametrize(
    ("day", "hours", "why"),
    [
        (date(2026, 10, 3), 4, ""),
        (date(2026, 10, 4), 2, "city election is on 3 November 2026: 7 hours in place of 14 hours"),
        (date(2026, 11, 4), 2, "city election is on 3 November 2026: 7 hours in place of 14 hours"),
        (date(2026, 11, 5), 4, ""),
        (date(2026, 11, 10), 2, "runoff is on 8 December 2026: 7 hours in place of 14 hours"),
    ],
)
def test_an_election_window_shortens_all_times_and_says_why(tmp_path, day, hours, why):
    ladder = held(rulebook(tmp_path), datetime(day.year, day.month, day.day, 12, tzinfo=UTC))
    assert ladder.rungs[0].lasts == hours * HOUR
    assert ladder.hurry == why
    assert ladder.reminders == ((0.5 * HOUR, 1.5 * HOUR) if why else (HOUR, 3 * HOUR))


def test_a_window_may_give_a_deadline_for_all_rungs_together_and_never_more_time(tmp_path):
    short = LADDER.replace("factor: 0.5", "deadline: 7h, elections: runoff")
    near = datetime(2026, 12, 1, tzinfo=UTC)
    assert [rung.lasts for rung in held(rulebook(tmp_path, short), near).rungs] == [2 * HOUR, 4 * HOUR, HOUR]
    assert not held(rulebook(tmp_path, short), datetime(2026, 11, 1, tzinfo=UTC)).hurry
    longer = held(rulebook(tmp_path, short.replace("7h", "30h")), near)
    assert longer.rungs[0].lasts == 4 * HOUR
    assert not longer.hurry


def test_without_a_roster_no_window_is_open(tmp_path):
    assert not held(rulebook(tmp_path, elections=None), datetime(2026, 11, 1, tzinfo=UTC)).hurry


def test_an_election_that_the_roster_does_not_have_is_a_mistake(tmp_path):
    text = LADDER.replace("factor: 0.5", "factor: 0.5, elections: city elction")
    with pytest.raises(Mistakes, match='unknown election "city elction"') as found:
        rulebook(tmp_path, text)
    assert 'Did you mean "city election"? Allowed: city election, runoff.' in str(found.value)
    assert held(rulebook(tmp_path, text, None)).name == "desk"


def test_a_ladder_of_one_may_have_a_window_too(tmp_path):
    text = LADDER.replace("reminders: 24h, then: deny}", "then: deny, election window: {before: 30d, deadline: 6h}}")
    assert held(rulebook(tmp_path, text), datetime(2026, 11, 1, tzinfo=UTC), Label.UNSURE).deadline == 6 * HOUR


def test_who_does_not_rule_is_told_with_the_hold(tmp_path):
    ladder = held(rulebook(tmp_path), authors=written_by(PRESIDENT, "clerk@elsewhere.example"))
    assert ladder.pair == "both"
    assert ladder.recusal.named
    assert ladder.recusal.groups == ("board",)
    assert ladder.recusal.authors == (Address.parse(PRESIDENT), Address.parse("clerk@elsewhere.example"))
    assert held(rulebook(tmp_path), sender="x@department.example").recusal.groups == ("department",)


def test_the_rulebook_knows_who_is_in_a_group(tmp_path):
    book = pickle.loads(pickle.dumps(rulebook(tmp_path)))  # noqa: S301  -- our own octets
    assert book.belongs("board", Address.parse("President+x@association.example"))
    assert not book.belongs("board", Address.parse("chief@department.example"))
    assert not book.belongs("nobody", Address.parse(PRESIDENT))


def test_what_was_written_before_there_were_ladders_means_what_it_did(tmp_path):
    text = LADDER.replace("    ladder: up\n", "").replace("on error: hold", "on error: defer")
    text = text.replace("label: match, action: hold}", "label: match, action: hold, reviewers: command}")
    ladder = held(loaded(tmp_path, completed(text)))
    assert (ladder.name, ladder.deadline, ladder.then, ladder.later) == ("command", 48 * HOUR, "deny", ())
