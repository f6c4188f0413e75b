"""Thresholds from rulings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.evaluation.tuning import MONTH, Ruled, best, choices

RULED = [
    Ruled(score=0.3, offends=False),
    Ruled(score=0.5, offends=False),
    Ruled(score=0.6, offends=True),
    Ruled(score=0.9, offends=True),
]


def test_a_threshold_between_the_two_sorts_stops_nothing_wrongly_and_misses_nothing():
    chosen = best(list(choices(RULED, MONTH)), miss=5)
    assert 0.5 < chosen.threshold <= 0.6
    assert (chosen.wrongful, chosen.missed) == (0, 0)


def test_rates_are_for_a_month():
    everything = next(choices(RULED, 2 * MONTH))
    assert (everything.threshold, everything.wrongful, everything.missed) == (0.0, 1.0, 0.0)


@given(st.lists(st.builds(Ruled, score=st.floats(0, 1), offends=st.booleans()), min_size=1, max_size=40), st.floats(0.1, 20))
def test_a_higher_threshold_holds_no_more_and_misses_no_less(ruled, miss):
    found = list(choices(ruled, MONTH))
    assert [each.wrongful for each in found] == sorted((each.wrongful for each in found), reverse=True)
    assert [each.missed for each in found] == sorted(each.missed for each in found)
    assert best(found, miss=miss).cost(miss) == min(each.cost(miss) for each in found)


def test_of_no_ruling_no_threshold_is_made():
    with pytest.raises(ValueError, match="empty"):
        best([], miss=1)
