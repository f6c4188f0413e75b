"""What the model need not read."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.model import line
from gateway.model.screen import SINGLE, SIZE, Screen, features
from gateway.reading import Origin

VOTE = 3000


def screen(least, **weights):
    table = bytearray(SIZE)
    for piece, weight in {VOTE: 10, **weights}.items():
        table[piece % SINGLE] = weight
    return Screen(bytes(table), scale=0.1, bias=-0.5, least=least)


def message(*sentences):
    return [line(pieces, Origin.NEW) for pieces in sentences]


def test_a_telling_piece_lets_its_sentence_and_the_neighbours_pass():
    lines = message([5], [6], [7, VOTE], [8], [9])
    assert screen(0.0).passes(lines).tolist() == [False, True, True, True, False]


def test_a_score_is_the_sum_of_three_sentences_and_the_bias():
    assert screen(0.0).scores(message([VOTE], [VOTE], [4])).tolist() == pytest.approx([1.5, 1.5, 0.5])


@given(st.lists(st.lists(st.integers(0, 30_521), min_size=1, max_size=40), min_size=1, max_size=9))
def test_a_sentence_weighs_the_same_whatever_stands_beside_it(sentences):
    weights = np.random.default_rng(1).integers(-128, 128, SIZE, dtype=np.int8)
    look = Screen(weights.tobytes(), scale=0.0279, bias=0.0, least=0.0)
    alone = [0.0, *(look.scores(message(pieces)).item() for pieces in sentences), 0.0]
    together = [(before + own) + behind for before, own, behind in zip(alone, alone[1:], alone[2:], strict=False)]
    assert look.scores(message(*sentences)).tolist() == together


def test_a_message_without_a_sentence_has_no_scores():
    assert screen(0.0).scores([]).tolist() == []


def test_a_pair_has_a_weight_of_its_own():
    assert len(set(features([10, 2000, 2001]).tolist())) == 5
    assert features([10, 2001, 2000]).tolist()[3:] != features([10, 2000, 2001]).tolist()[3:]


@given(st.lists(st.integers(0, 30521), max_size=130))
def test_every_feature_has_a_place_among_the_weights(pieces):
    assert all(0 <= place < SIZE for place in features(pieces))


def test_a_file_of_another_size_is_refused():
    with pytest.raises(ValueError, match="no weights of a screen"):
        Screen(b"\x00", scale=1.0, bias=0.0, least=0.0)
