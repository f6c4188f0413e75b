"""What words tell by heart."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.model.heart import PAIRS, SINGLE, STRETCH, alone, around, flat, places, told

NUMBERS = st.integers(0, SINGLE - 1)
SENTENCES = st.lists(st.lists(NUMBERS, min_size=1, max_size=70), min_size=1, max_size=9)


@pytest.fixture(scope="module")
def drawn():
    return np.random.default_rng(1).integers(-128, 128, SINGLE + PAIRS).astype(np.int8)


def knowing(**given):
    """Weights of single numbers."""
    weights = np.zeros(SINGLE + PAIRS, np.int8)
    for number, weight in given.items():
        weights[int(number[1:])] = weight
    return weights


@given(SENTENCES)
def test_a_sentence_weighs_what_its_most_telling_stretch_does(drawn, sentences):
    expected = []
    for sentence in sentences:
        singles, pairs = places(*flat([sentence]))
        values = [int(drawn[single]) + int(drawn[pair]) for single, pair in zip(singles, pairs, strict=True)]
        expected.append(max(sum(values[at : at + STRETCH]) for at in range(max(1, len(values) - STRETCH + 1))))
    assert alone(drawn, *flat(sentences)).tolist() == expected


@given(SENTENCES)
def test_every_place_is_one_of_the_weights(sentences):
    ids, ends = flat(sentences)
    singles, pairs = places(ids, ends)
    assert all(0 <= place < SINGLE for place in singles)
    assert all(SINGLE <= place < SINGLE + PAIRS for place in pairs)
    assert ends.tolist()[-1] == len(singles) == len(pairs)


def test_a_pair_has_a_place_of_its_own_and_none_reaches_over_the_end_of_a_sentence():
    _, one = places(*flat([[10, 2000, 2001]]))
    _, other = places(*flat([[10, 2001, 2000]]))
    _, apart = places(*flat([[10], [2000], [2001]]))
    assert len({*one.tolist(), *other.tolist(), *apart.tolist()[1:]}) == 7


def test_harmless_neighbours_hide_nothing_and_telling_ones_count():
    weights = knowing(n1=50, n2=-50)
    assert told(alone(weights, *flat([[2], [1], [2]]))).tolist() == [0, 50, 0]
    assert told(alone(weights, *flat([[1], [1], [1]]))).tolist() == [100, 150, 100]


def test_harmless_words_around_an_appeal_in_one_sentence_hide_it_no_further_than_a_stretch():
    weights = knowing(n1=50, n2=-1)
    assert alone(weights, *flat([[2] * 500 + [1] * 3 + [2] * 500])).tolist() == [3 * 50 - (STRETCH - 3)]


@given(st.lists(st.booleans(), max_size=30), st.integers(0, 4))
def test_around_is_so_far_from_what_passes(passing, reach):
    near = around(np.array(passing, dtype=bool), reach)
    assert near == [any(passing[max(0, at - reach) : at + reach + 1]) for at in range(len(passing))]
