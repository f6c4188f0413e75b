"""Shares, their intervals, and differences."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.share import Share, difference


def test_the_interval_of_a_share_is_wilsons():
    low, high = Share(8, 10).interval
    assert (round(low, 4), round(high, 4)) == (0.4902, 0.9433)
    assert Share(0, 0).interval == (0.0, 1.0)


@given(st.integers(0, 50), st.integers(0, 50))
def test_a_share_lies_in_its_interval(count, more):
    low, high = Share(count, count + more).interval
    assert low - 1e-9 <= Share(count, count + more).value <= high + 1e-9


def test_the_difference_of_two_shares_is_that_of_newcombes_table():
    """Newcombe (1998), table II, column (a), method 10."""
    apart, low, high = difference(Share(56, 70), Share(48, 80))
    assert (round(apart, 4), round(low, 4), round(high, 4)) == (0.2, 0.0524, 0.3339)


@given(*[st.integers(0, 50)] * 4)
def test_a_difference_lies_in_its_interval_and_turns_with_the_sides(a, b, c, d):
    one, other = Share(a, a + b), Share(c, c + d)
    apart, low, high = difference(one, other)
    assert low - 1e-9 <= apart <= high + 1e-9
    assert difference(other, one) == pytest.approx((-apart, -high, -low))
