"""The tables."""

import pytest

from gateway.evaluation.labelled import Labelled
from gateway.evaluation.tables import Judged, as_json, errors, tables
from gateway.verdict import Category, Label, Verdict


def judged(number, expect, score, label, kind="endorsement"):
    message = Labelled(id=f"x-{number}", writer="x", expect=expect, content=b"", subtype=kind, difficulty="hard", side="D")
    labels = {Category.POLITICAL: label, Category.RELIGIOUS: Label.CLEAR}
    return Judged(message=message, verdict=Verdict(labels=labels, scores={Category.POLITICAL: score, Category.RELIGIOUS: 0.0}))


FOUND = [
    judged(1, "political", 0.9, Label.MATCH),
    judged(2, "political", 0.2, Label.CLEAR, kind="ballot"),
    judged(3, "neither", 0.6, Label.UNSURE, kind="business"),
    judged(4, "neither", 0.1, Label.CLEAR, kind="business"),
]


@pytest.fixture
def lines():
    return list(tables(FOUND))


def line(lines, name):
    return next(each for each in lines if each.startswith(name))


def test_all_are_counted_with_their_intervals(lines):
    told = line(lines, "all  " + " " * 21 + " 0.833")
    assert "50.0% (9.5% to 90.5%; 1 of 2)" in told


def test_a_kind_of_which_there_is_nothing_ordinary_has_no_share_of_it(lines):
    assert line(lines, "ballot").split()[1] == "-"


def test_every_error_is_listed_the_false_alarm_first():
    assert [each.split()[2] for each in errors(FOUND)] == ["x/x-3", "x/x-2"]


def test_json_says_what_the_tables_say():
    share = as_json(FOUND)["all"]["all"]["ordinary flagged"]
    assert (share["share"], share["count"], share["of"]) == (0.5, 1, 2)
