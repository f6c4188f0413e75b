"""Problems in words, and the nearest word that is allowed."""

import pickle

import pytest

from gateway.source import Location, Mistakes, Problem, did_you_mean


@pytest.mark.parametrize(
    ("word", "allowed", "said"),
    [
        ("hodl", ["relay", "hold"], 'Did you mean "hold"? Allowed: relay, hold.'),
        ("HOLD", ["relay", "hold"], 'Did you mean "hold"? Allowed: relay, hold.'),
        ("xyz", ["relay", "hold"], "Allowed: relay, hold."),
        ("xyz", [], ""),
    ],
)
def test_the_nearest_word_is_proposed(word, allowed, said):
    assert did_you_mean(word, allowed) == said


def test_a_long_list_is_cut_and_the_nearest_word_still_found():
    names = [f"group {number}" for number in range(100)]
    said = did_you_mean("grup 99", names)
    assert said.startswith('Did you mean "group 99"? Allowed: group 0, group 1, ')
    assert said.endswith("group 19 and 80 more.")


def test_mistakes_are_told_in_the_order_of_their_places_and_each_once():
    late, early = (Problem(location=Location("f.yaml", line), message="is wrong") for line in (12, 3))
    mistakes = Mistakes([late, early, late])
    assert mistakes.problems == (early, late)
    assert str(mistakes) == "f.yaml:3:1: is wrong\nf.yaml:12:1: is wrong"


def test_mistakes_travel_to_another_process():
    mistakes = Mistakes(
        [Problem(location=Location("f.yaml", 2, 3), message="is wrong", remedy="Mend it.", written="a: b", width=2)]
    )
    assert pickle.loads(pickle.dumps(mistakes)).problems == mistakes.problems  # noqa: S301  -- our own octets
