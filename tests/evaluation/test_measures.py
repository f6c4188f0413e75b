"""The figures themselves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.evaluation.measures import average_precision, calibrated, logit, sigmoid, solved, threshold


def test_average_precision_is_that_of_the_textbook():
    assert average_precision([(0.9, True), (0.8, False), (0.7, True), (0.1, False)]) == pytest.approx((1 + 2 / 3) / 2)


def test_messages_of_equal_score_count_together():
    assert average_precision([(0.5, True), (0.5, False)]) == average_precision([(0.5, False), (0.5, True)]) == 0.5


@given(st.lists(st.floats(0, 1), min_size=1, max_size=200), st.floats(0, 0.5))
def test_no_more_of_the_ordinary_reach_a_threshold_than_may(scores, share):
    least = threshold(scores, share)
    assert sum(score >= least for score in scores) <= share * len(scores) or least == 0.0


def test_a_calibrated_probability_is_the_share_of_ones():
    scored = [((2.0, 0.0), number % 10 < 8) for number in range(1000)] + [
        ((-2.0, 0.0), number % 10 < 1) for number in range(1000)
    ]
    (slope, rules), shift = calibrated(scored)
    assert sigmoid(slope * 2.0 + shift) == pytest.approx(0.8, abs=0.01)
    assert sigmoid(slope * -2.0 + shift) == pytest.approx(0.1, abs=0.01)
    assert rules == 0.0


def test_what_the_rules_found_counts_where_it_tells_more_and_never_against_a_violation():
    told = [((0.0, 1.0), number % 10 < 9) for number in range(500)] + [((0.0, 0.0), number % 10 < 2) for number in range(500)]
    (_, rules), shift = calibrated(told)
    assert sigmoid(rules + shift) == pytest.approx(0.9, abs=0.01)
    (_, rules), _ = calibrated([((logit, 1.0 - found), is_one) for (logit, found), is_one in told])
    assert rules == 0.0


@given(
    st.lists(st.lists(st.floats(-3, 3), min_size=3, max_size=3), min_size=3, max_size=3),
    st.lists(st.floats(-3, 3), min_size=3, max_size=3),
)
def test_what_is_solved_is_a_solution(matrix, right):
    try:
        found = solved(matrix, right)
    except ZeroDivisionError:
        return
    if max(map(abs, found)) < 1e6:
        for row, value in zip(matrix, right, strict=True):
            assert sum(a * x for a, x in zip(row, found, strict=True)) == pytest.approx(value, abs=1e-3)


@given(st.floats(0.001, 0.999))
def test_logit_is_the_inverse_of_sigmoid(probability):
    assert sigmoid(logit(probability)) == pytest.approx(probability)
