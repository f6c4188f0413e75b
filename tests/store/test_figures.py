"""The account, counted by the database, beside the same counted by hand."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from statistics import median

import pytest
from sqlalchemy import literal

from gateway.hold import Review, Ruling
from gateway.plea import Appeal, Finding
from gateway.report import Question, question
from gateway.share import Share
from gateway.store import SqliteStore
from gateway.store.figures import Counting, StoredFigures
from gateway.store.schema import cards
from gateway.verdict import Category, Label, Verdict
from tests.support import mails
from tests.support.many import plan
from tests.support.older import set_back

HOUR = timedelta(hours=1)


async def hold(shelf, id_, *, sender="president@association.example", groups=(), policy="command review", label=None, **how):
    held = mails.held(id_=id_, **how)
    verdict = Verdict(
        labels={Category.POLITICAL: label} if label else {}, scores={}, findings=(), unread=(), model="m", roster="r"
    )
    decision = replace(held.decision, groups=groups, policy=policy, verdict=verdict)
    mail = replace(held.mail, envelope=mails.envelope(sender, *map(str, held.mail.envelope.recipients)))
    held = replace(held, decision=decision, mail=mail)
    await shelf.hold(held, [])
    return held


async def ruled(shelf, held, ruling, after, *, by="captain@department.example", by_deadline=False, also=""):
    to = held.mail.envelope.recipients
    at = held.since + after
    review = Review(reviewer=by, ruling=ruling, recipients=to, note="n", at=at, by_deadline=by_deadline, also=also)
    await shelf.rule(held.mail.id, review, [])


async def some(shelf):
    """Twelve of a board, one of nobody; nine ruled on by persons, one by the deadline."""
    for n in range(12):
        held = await hold(
            shelf,
            f"B{n:02}",
            groups=("board", "association boards"),
            label=Label.MATCH if n % 2 else None,
            since=mails.NOW + timedelta(days=3 * n),
        )
        if n < 9:
            await ruled(shelf, held, Ruling.RELEASED if n % 3 else Ruling.DENIED, HOUR * (n + 1), by=f"{'ab'[n % 2]}@x.example")
        elif n == 9:
            await ruled(shelf, held, Ruling.DENIED, HOUR * 48, by="deadline of command", by_deadline=True)
    await hold(shelf, "X", sender="somebody@department.example", policy="everyday mail")


def row(report, section, what):
    [found] = [one.figures for one in report.sections[section] if one.what == what]
    return found


LATER = mails.NOW + timedelta(days=400)


async def test_what_is_counted_is_what_is_there(kept):
    await some(kept)
    report = await kept.figures.report(Question(), LATER)
    whole = report.whole
    assert (whole.held, whole.released, whole.denied, whole.expired, whole.waiting) == (13, 6, 3, 1, 3)
    assert whole.senders == 2
    assert whole.overturned == Share(6, 9)
    assert whole.median == HOUR * median(range(1, 10))
    assert (whole.most, whole.longest) == (HOUR * 9, HOUR * 9)


async def test_what_its_sender_took_back_is_no_reviewers_ruling_and_what_he_appeals_is_denied_so_far(kept):
    denied, returned, withdrawn = [await hold(kept, id_) for id_ in ("D", "R", "W")]
    await ruled(kept, denied, Ruling.DENIED, HOUR)
    await ruled(kept, returned, Ruling.RETURNED, HOUR)
    await ruled(kept, withdrawn, Ruling.WITHDRAWN, HOUR, by="president@association.example")
    report = await kept.figures.report(Question(), LATER)
    whole = report.whole
    assert (whole.held, whole.denied, whole.withdrawn, whole.expired, whole.waiting) == (3, 2, 1, 0, 0)
    assert [one.what for one in report.sections["reviewer"]] == ["captain@department.example"]
    at = denied.since + HOUR * 2
    appeal = Appeal(by="president@association.example", at=at, text="?", against=(await kept.get("D")).review)
    await kept.pleas.appeal("D", appeal, [])
    assert (await kept.figures.report(Question(), LATER)).whole.overturned == Share(0, 2)
    released = Review(
        reviewer="chief@x.example", ruling=Ruling.RELEASED, recipients=denied.mail.envelope.recipients, note="", at=at
    )
    await kept.pleas.find("D", Finding(by="chief@x.example", at=at, upheld=False, reason=""), released, [])
    assert (await kept.figures.report(Question(), LATER)).whole.overturned == Share(1, 2)


async def of_two(shelf):
    """Three rulings: one of two persons, one of the second alone, one of the two the other way about."""
    for id_, also, by, hours in (
        ("A", "a@x.example", "b@x.example", 1),
        ("B", "", "b@x.example", 3),
        ("C", "b@x.example", "a@x.example", 5),
    ):
        held = await hold(shelf, id_)
        await ruled(shelf, held, Ruling.RELEASED if also else Ruling.DENIED, HOUR * hours, by=by, also=also)


async def test_a_ruling_that_took_two_is_in_the_rows_of_both_and_in_the_whole_once(kept):
    await of_two(kept)
    report = await kept.figures.report(Question(), LATER)
    a, b = row(report, "reviewer", "a@x.example"), row(report, "reviewer", "b@x.example")
    assert (a.held, a.released, a.denied, a.longest) == (2, 2, 0, HOUR * 5)
    assert (b.held, b.released, b.denied, b.median) == (3, 2, 1, HOUR * 3)
    assert report.whole.held == 3


async def test_an_appeal_that_two_granted_is_in_the_rows_of_both(kept):
    denied = await hold(kept, "D")
    await ruled(kept, denied, Ruling.DENIED, HOUR)
    at, to = denied.since + HOUR * 2, denied.mail.envelope.recipients
    appeal = Appeal(by="president@association.example", at=at, text="?", against=(await kept.get("D")).review)
    await kept.pleas.appeal("D", appeal, [])
    granted = Review(reviewer="b@x.example", also="a@x.example", ruling=Ruling.RELEASED, recipients=to, note="", at=at)
    await kept.pleas.find("D", Finding(by="b@x.example", at=at, upheld=False, reason=""), granted, [])
    report = await kept.figures.report(Question(), LATER)
    assert [(one.what, one.figures.released) for one in report.sections["reviewer"]] == [("a@x.example", 1), ("b@x.example", 1)]


async def test_who_agreed_before_accounts_counted_it_is_known(path, shelf, raw):
    await of_two(shelf)
    await shelf.close()
    set_back(raw, "0009")
    again = await SqliteStore.open(path)
    try:
        report = await again.figures.report(Question(), LATER)
        assert [(one.what, one.figures.held) for one in report.sections["reviewer"]] == [("b@x.example", 3), ("a@x.example", 2)]
    finally:
        await again.close()


async def test_the_sections_count_the_same_messages_each_in_its_way(kept):
    await some(kept)
    report = await kept.figures.report(Question(), LATER)
    assert row(report, "policy", "command review").held == 12
    assert row(report, "policy", "everyday mail").waiting == 1
    assert row(report, "category", "political").held == 6
    assert row(report, "category", "neither").held == 7
    assert row(report, "group", "board") == row(report, "group", "association boards")
    assert row(report, "group", "board").held == 12
    assert row(report, "group", "").held == 1
    assert {one.what: one.figures.held for one in report.sections["reviewer"]} == {"a@x.example": 5, "b@x.example": 4}
    for name in ("policy", "category"):
        assert sum(one.figures.held for one in report.sections[name]) == report.whole.held


async def test_periods_are_weeks_or_months_and_none_between_is_left_out(kept):
    await some(kept)
    weeks = await kept.figures.report(Question(), LATER)
    assert weeks.period == "week"
    assert sum(one.figures.held for one in weeks.periods) == 13
    assert [one.what for one in weeks.periods] == sorted(one.what for one in weeks.periods)
    await hold(kept, "LONG AGO", since=mails.NOW - timedelta(days=800))
    months = await kept.figures.report(Question(), LATER)
    assert months.period == "month"
    assert len(months.periods) == 28
    assert sum(one.figures.held for one in months.periods) == 14


@pytest.mark.parametrize(
    ("asked", "held"),
    [
        ({"group": "board"}, 12),
        ({"group": "nobody's"}, 0),
        ({"policy": "everyday mail"}, 1),
        ({"since": "2026-10-20"}, 10),
        ({"until": "2026-10-14"}, 2),
        ({"since": "2026-10-15", "until": "2026-10-17"}, 1),
    ],
)
async def test_an_account_is_of_what_was_asked_for(kept, asked, held):
    await some(kept)
    assert (await kept.figures.report(question(**asked), LATER)).whole.held == held


async def test_what_comes_or_is_ruled_on_after_the_moment_is_not_in_it(kept):
    await some(kept)
    report = await kept.figures.report(Question(), mails.NOW + timedelta(minutes=30))
    assert (report.whole.held, report.whole.waiting, report.whole.denied) == (2, 2, 0)
    assert report.whole.median is None


async def test_nothing_held_is_an_account_too(kept):
    report = await kept.figures.report(Question(), LATER)
    assert report.whole.held == 0
    assert report.periods == ()


async def test_decisions_of_the_rules_add_up_by_day_policy_and_group(kept):
    day = {
        ("2026-10-14", "all", "", "relay"): 90,
        ("2026-10-14", "all", "", "reject"): 4,
        ("2026-10-14", "group", "board", "reject"): 1,
    }
    await kept.figures.add(day)
    await kept.figures.add({("2026-10-15", "all", "", "relay"): 10, ("2026-10-14", "all", "", "relay"): 1})
    report = await kept.figures.report(Question(), LATER)
    assert report.decided == {"relay": 101, "reject": 4}
    assert report.counted_since == datetime(2026, 10, 14, tzinfo=UTC).date()
    assert (await kept.figures.report(Question(group="board"), LATER)).decided == {"reject": 1}
    assert (await kept.figures.report(question(since="2026-10-15"), LATER)).decided == {"relay": 10}


@pytest.mark.parametrize("zone", ["NZDT-13", "UTC", "HST10"])
async def test_decisions_of_the_rules_are_told_of_the_days_that_were_asked_for_wherever_the_machine_stands(kept, zone, standing):
    standing(zone)
    await kept.figures.add({(f"2026-10-{day}", "all", "", "relay"): day for day in (14, 15, 16)})
    asked = question(since="2026-10-15", until="2026-10-15")
    assert (await kept.figures.report(asked, LATER)).decided == {"relay": 15}


async def test_what_the_deadline_had_ruled_before_accounts_were_drawn_up_is_known(path, shelf, raw):
    await some(shelf)
    await shelf.close()
    set_back(raw, "0006")
    again = await SqliteStore.open(path)
    try:
        report = await again.figures.report(Question(), LATER)
        assert (report.whole.expired, report.whole.denied) == (1, 3)
        assert [one.what for one in report.sections["group"]] == [""]
    finally:
        await again.close()


async def test_the_account_is_read_from_one_index(shelf):
    asked = Counting(Question(), LATER)

    for by in (literal(""), cards.c.ruled_by, cards.c.agreed_by):
        told = await shelf._writer.do(lambda db, by=by: plan(db, asked.counts(by).where(*asked.wanted())))
        assert "USING COVERING INDEX ix_cards_figures" in told


class Looks:
    """A writer that counts how often it is looked into."""

    def __init__(self, writer):
        self._writer, self.count = writer, 0

    async def read(self, work):
        self.count += 1
        return await self._writer.read(work)


async def test_all_of_an_account_is_of_one_moment(shelf):
    looks = Looks(shelf._writer)
    await StoredFigures(looks).report(Question(), datetime(2026, 10, 30, tzinfo=UTC))
    assert looks.count == 1
