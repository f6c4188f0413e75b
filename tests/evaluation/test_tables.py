"""The tables."""

import pytest

from gateway.training.evaluate import Judged, errors, tables


def judged(number, expect, score, *, flagged, matched=False, kind="endorsement"):
    return Judged(
        id=f"x-{number}", writer="x", expect=expect, subtype=kind, difficulty="hard", side="D", score=score, flagged=flagged,
        matched=matched,
    )  # fmt: skip


FOUND = [
    judged(1, "political", 0.9, flagged=True, matched=True),
    judged(2, "political", 0.2, flagged=False, kind="ballot"),
    judged(3, "neither", 0.6, flagged=True, kind="business"),
    judged(4, "neither", 0.1, flagged=False, kind="business"),
]


@pytest.fixture
def lines():
    return list(tables(FOUND))


def line(lines, name):
    return next(each for each in lines if each.startswith(name))


def test_all_are_counted_with_their_intervals(lines):
    told = line(lines, "all  " + " " * 21)
    assert "50.0% (9.5% to 90.5%; 1 of 2)" in told


def test_a_kind_of_which_there_is_nothing_ordinary_has_no_share_of_it(lines):
    assert line(lines, "ballot").split()[1] == "-"


def test_every_error_is_listed_the_false_alarm_first():
    assert [each.split()[2] for each in errors(FOUND)] == ["x/x-3", "x/x-2"]
