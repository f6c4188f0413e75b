"""What an account says, and what it keeps to itself."""

import csv
import io
import json
import re
from dataclasses import replace
from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.mail import Mail
from gateway.ports import Judgement
from gateway.report import FORMS, CountedJudge, Figures, Report, Row, body, document, handed_on, question, written
from gateway.report.charts import over_time, whisker
from gateway.report.handed_on import TOGETHER
from gateway.report.words import contrasts, share
from gateway.share import Share
from tests.report.conftest import figures
from tests.support import mails


@given(st.integers(0, 19), st.integers(0, 19))
def test_a_few_are_never_said_as_a_percentage_by_itself(count, of):
    said = share(Share(min(count, of), of))
    if of:
        assert said.startswith(f"{min(count, of)} of {of} (few: ")
    assert not re.match(r"\d+%", said)


def test_enough_are_said_with_their_interval_and_their_count():
    assert share(Share(60, 100)) == "60% (50% to 69%; 60 of 100)"


def test_a_difference_is_told_only_where_there_are_enough(report):
    told = {one.what: one for one in contrasts(report)}
    assert "more often than others" in told["board"].says
    assert "less often than others" in told["network"].says
    assert told["chaplains"].apart is None
    assert told["in no group"].says.startswith("Too few")


def test_the_others_are_all_that_are_not_the_group(report):
    [board] = [one for one in contrasts(report) if one.what == "board"]
    assert board.others == Share(30, 100)


def test_groups_that_were_put_together_may_overlap_and_are_beside_nobody(report):
    one = replace(figures(), held=3, released=3, denied=0, senders=1)
    rows = [Row(what=name, figures=one) for name in ("patrol", "tow")]
    overlapping = handed_on(replace(report, whole=replace(one, held=6, senders=2), sections={"group": rows}))
    assert overlapping.sections["group"][-1].figures.overturned.of > overlapping.whole.overturned.of
    assert contrasts(overlapping) == []
    assert document(overlapping)


@pytest.mark.parametrize("form", FORMS)
def test_every_form_says_what_may_and_may_not_be_concluded(report, form):
    if form != "csv":
        assert "It does not say why." in written(report, form)
        assert "What may not be concluded" in written(report, form)


@pytest.mark.parametrize("form", FORMS)
def test_what_is_handed_on_points_at_no_single_person(report, form):
    said = written(handed_on(report), form)
    assert "captain@department.example" not in said
    assert "chaplains" not in said
    assert TOGETHER in said
    assert "captain@department.example" in written(report, form)


def test_one_small_line_is_not_told_by_taking_the_others_from_the_whole(report):
    rows = handed_on(report).sections["group"]
    assert [row.what for row in rows] == ["board", "network", TOGETHER]
    assert rows[-1].figures.held == 10


def test_small_periods_join_their_neighbours(report):
    told = handed_on(report).periods
    assert [row.what for row in told] == ["2026-08", "2026-09 to 2026-10"]
    assert sum(row.figures.held for row in told) == sum(row.figures.held for row in report.periods)


def test_lines_of_the_same_one_sender_make_no_line_of_their_own(report):
    rows = [
        Row(what="board", figures=figures(20, 20, senders=6)),
        Row(what="chaplains", figures=figures(4, 4, senders=1)),
        Row(what="volunteers", figures=figures(3, 3, senders=1)),
        Row(what="patrol", figures=figures(9, 9, senders=3)),
    ]
    told = handed_on(replace(report, sections={"policy": rows})).sections["policy"]
    assert [(row.what, row.figures.held) for row in told] == [("board", 40), (TOGETHER, 32)]


def test_a_period_of_one_sender_alone_joins_its_neighbour(report):
    rows = [
        Row(what="2026-08", figures=figures(50, 60)),
        Row(what="2026-09", figures=figures(9, 0, senders=1)),
        Row(what="2026-10", figures=figures(39, 49)),
        Row(what="2026-11", figures=figures(0, 9, senders=1)),
    ]
    told = handed_on(replace(report, periods=rows)).periods
    assert [row.what for row in told] == ["2026-08", "2026-09 to 2026-11"]


def test_an_account_of_one_sender_is_not_handed_on_at_all(report):
    alone = handed_on(replace(report, whole=replace(report.whole, senders=1)))
    assert alone.withheld
    assert "every figure would point at one person" in document(alone)
    assert "60 of 100" not in document(alone)


@st.composite
def sections(draw):
    counts = st.integers(0, 12)
    return [
        Row(what=f"row {n}", figures=figures(draw(counts), draw(counts), senders=draw(st.integers(1, 4))))
        for n in range(draw(st.integers(0, 6)))
    ]


@given(sections())
def test_no_line_that_is_handed_on_is_small_unless_all_are_in_it(rows):
    whole = Report(question=question(), at=mails.NOW, whole=figures(50, 50), sections={"group": rows}, periods=rows)
    told = handed_on(whole)
    for section in (told.sections["group"], told.periods):
        assert sum(row.figures.held for row in section) == sum(row.figures.held for row in rows)
    for row in told.sections["group"]:
        if row.what != TOGETHER:
            assert row.figures.held >= 5
            assert row.figures.senders >= 2
            assert row.figures.longest is None
    for section in (told.sections["group"], told.periods):
        for row in section if len(section) > 1 else ():
            assert row.figures.held >= 5
            assert row.figures.senders >= 2


def test_csv_has_the_same_figures_and_no_formula(report):
    rows = list(csv.DictReader(io.StringIO(written(report, "csv"))))
    board = next(row for row in rows if row["name"] == "board")
    assert (board["held"], board["released"], board["released_of"], board["median_seconds"]) == ("100", "60", "100", "14400")
    assert not [row for row in rows if row["name"].startswith(("=", "+", "-", "@"))]
    assert all(None not in row and None not in row.values() for row in rows)


def test_json_has_counts_and_intervals(report):
    said = json.loads(written(report, "json"))
    assert said["group"][0]["released_share"] == {"count": 60, "of": 100, "interval": [0.502, 0.6906]}
    assert said["all"]["seconds"]["median"] == 4 * 3600
    assert said["decided_by_rule"] == {"since": "2026-08-01", "relay": 4000, "hold": 210, "reject": 12}
    assert said["compared"][2]["difference"] is None


def test_what_others_wrote_is_only_text_on_the_page(report):
    evil = Row(what='<script>alert(1)</script>"><img src=x>', figures=figures(30, 30))
    said = document(replace(report, sections={"group": (evil,), "policy": (evil,)}, periods=(evil,)))
    assert "<script" not in said
    assert "<img" not in said


def test_the_page_by_itself_loads_nothing_and_runs_nothing(report):
    said = document(report)
    assert not re.search(r"<(?:script|link|img|iframe)|(?:src|href)=|url\((?!#)|@import", said)


def test_a_chart_is_well_formed_and_says_in_words_what_it_draws(report):
    drawn = ET.fromstring(over_time(report.periods, "month"))  # noqa: S314  -- ours
    assert drawn.get("role") == "img"
    assert "at most 110 in one" in drawn.get("aria-label")
    titles = [one.text for one in drawn.iter("title")]
    assert titles[0] == "2026-08: 110 held; 50 released, 60 denied"
    fills = {"currentColor", "none", "url(#released)", "url(#expired)", "url(#withdrawn)"}
    assert all(one.get("fill", "none") in fills for one in drawn.iter())


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=120))
def test_every_bar_stands_within_its_chart(counts):
    rows = [Row(what=f"2026-{n:02}", figures=figures(count)) for n, count in enumerate(counts)]
    drawn = over_time(rows, "month")
    for rect in ET.fromstring(drawn).iter("rect") if drawn else ():  # noqa: S314  -- ours
        assert 0 <= float(rect.get("x")) <= 360
        assert 0 <= float(rect.get("y")) <= 150
        assert float(rect.get("height")) >= 0


def test_a_share_of_none_has_no_line():
    assert whisker(Share(0, 0)) == ""
    assert "aria-hidden" in whisker(Share(3, 7))


def test_nothing_held_is_said_so():
    nothing = Report(question=question(since="2026-01-01"), at=mails.NOW, whole=Figures(), sections={})
    for form in ("text", "html"):
        assert "Nothing was held." in written(nothing, form)
    assert "<svg" not in body(nothing)


def test_days_are_whole_and_those_that_are_none_are_refused():
    asked = question(since="2026-10-14", until="2026-10-14")
    assert asked.until - asked.since == timedelta(days=1)
    for wrong in ("yesterday", "2026-13-01"):
        with pytest.raises(ValueError, match=r"isoformat|month"):
            question(since=wrong)


class Firm:
    """A judge that has one answer."""

    def __init__(self, decision):
        self.decision = decision

    async def judge(self, _mail: Mail) -> Judgement:
        return Judgement(decision=self.decision)


async def test_decisions_are_counted_on_the_day_that_it_is_where_the_machine_stands(standing):
    standing("HST10")
    judge = CountedJudge(Firm(mails.decision()), mails.FixedClock())
    await judge.judge(mails.mail())
    assert {day for day, *_ in judge.taken()} == {"2026-10-13"}


async def test_decisions_are_counted_by_policy_and_group_and_handed_over_once():
    judge = CountedJudge(Firm(mails.decision(groups=("board", "boards"))), mails.FixedClock())
    await judge.judge(mails.mail())
    await judge.judge(mails.mail())
    taken = judge.taken()
    assert taken == {
        ("2026-10-14", "all", "", "relay"): 2,
        ("2026-10-14", "policy", "command review", "relay"): 2,
        ("2026-10-14", "group", "board", "relay"): 2,
        ("2026-10-14", "group", "boards", "relay"): 2,
    }
    assert not judge.taken()
    judge.put_back(taken)
    assert judge.taken() == taken
