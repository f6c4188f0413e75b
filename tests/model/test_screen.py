"""What the model need not read."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.model import lines_of
from gateway.model.heart import SINGLE, alone, flat
from gateway.model.screen import _GAP, HEEDED, PARTS, SHOWN, SIZE, SPAN, WIDTH, Screen, _greatest
from gateway.reading import Origin

VOTE, FOR, HIM = 3000, 3001, 3002
SENTENCES = st.lists(st.lists(st.integers(0, 30_521), min_size=1, max_size=40), min_size=1, max_size=9)


def tables(**given):
    return {name: given.get(name, np.zeros(shape)).astype(kind) for name, kind, shape in PARTS}


def screen(least=0.0, **given):
    octets = b"".join(tables(**given)[name].tobytes() for name, _, _ in PARTS)
    return Screen(octets, words=0.1, scale=0.01, bias=-0.5, least=least)


def knows(**weights):
    """The first look, with a weight for each piece."""
    words = np.zeros({name: shape for name, _, shape in PARTS}["words"])
    for piece, weight in weights.items():
        words[int(piece[1:]) % SINGLE] = weight
    return {"words": words}


def reads():
    """The second look, which tells VOTE before HIM from HIM before VOTE."""
    given = {name: np.zeros(shape) for name, _, shape in PARTS}
    given["pieces"][VOTE, 0] = given["pieces"][HIM, 1] = 1
    given["spans"][2 * WIDTH, 0] = given["spans"][4 * WIDTH + 1, 0] = 10
    given["shown"][0] = -15
    given["own"][0, 0], given["beside"][0, 0], given["out"][0] = 10, 2, 2
    return given


@pytest.fixture(scope="module")
def drawn():
    rnd = np.random.default_rng(1)
    made = {
        name: rnd.integers(-128, 128, shape) if np.dtype(kind).itemsize == 1 else rnd.integers(-(1 << 20), 1 << 20, shape)
        for name, kind, shape in PARTS
    }
    made["pieces"][0] = 0
    return made


def message(*sentences):
    return [line for pieces in sentences for line in lines_of(pieces, Origin.NEW)]


def test_a_telling_piece_lets_its_sentence_and_the_neighbours_pass():
    lines = message([5], [6], [7, VOTE], [8], [9])
    look = screen(**knows(p3000=10))
    assert look.around(look.scores(lines), 0) == [False, True, True, True, False]


def test_the_first_look_adds_three_sentences_up():
    scores = screen(**knows(p3000=10)).scores(message([VOTE], [VOTE], [4]))
    assert scores.tolist() == pytest.approx([1.5, 1.5, 0.5])


def test_the_second_look_reads_pieces_in_their_order_and_neighbours_for_less():
    said = screen(**reads()).scores(message([VOTE, FOR, HIM], [9], [HIM, FOR, VOTE], [VOTE, FOR, FOR, HIM]))
    assert said.tolist() == pytest.approx([0.5, -0.3, -0.5, -0.5])


def test_what_passes_is_read_with_what_stands_around_it():
    look, near = screen(2.0, **knows(p3000=26, p3001=10)), message([5], [FOR], [6], [7])
    assert look.around(look.scores(near), 0) == [False] * 4
    told = [*near, *message([8], [9], [VOTE])]
    assert look.around(look.scores(told), 0) == [False] * 5 + [True, True]
    assert look.around(look.scores(told), 2) == [False] * 3 + [True] * 4


def test_where_some_is_read_in_any_case_it_is_the_most_telling_and_what_nearly_passes():
    telling = knows(p3000=100, p3001=-20, p3002=-100)
    lines = message([HIM], [5], [5], [FOR], [5], [5], [VOTE])
    high, low, none = (screen(least, **telling) for least in (20.0, 9.0, 0.0))
    assert high.around(high.scores(lines), 0, some=True) == low.around(low.scores(lines), 0) == [False] * 5 + [True, True]
    assert none.around(none.scores(lines), 0, some=True) == [False, *[True] * 6]


def test_what_rules_found_lets_more_pass():
    lines, look = message([VOTE]), screen(0.5 + HEEDED / 2, **knows(p3000=10))
    assert [look.around(look.scores(lines), 0, found) for found in (0.0, 0.4, 0.6)] == [[False], [False], [True]]


@settings(max_examples=30, deadline=None)
@given(SENTENCES)
def test_a_score_is_that_of_whole_numbers(drawn, sentences):
    pieces = [[10, *each] for each in sentences]
    given = {name: table.astype(np.int64).astype(object) for name, table in drawn.items() if name not in {"pieces", "words"}}
    shown = []
    for each in pieces:
        filled = [0] * (SPAN // 2) + each + [0] * (SPAN // 2)
        table = np.array([drawn["pieces"][piece] * (at in range(2, len(each) + 2)) for at, piece in enumerate(filled)])
        spans = np.array([table[at : at + SPAN].reshape(-1) for at in range(len(each))]) @ drawn["spans"]
        shown.append(np.maximum(spans.max(axis=0).astype(object) + given["shown"], 0))
    known = alone(drawn["words"].astype(np.int8), *flat(pieces)).tolist()
    expected = []
    nothing = np.zeros(SHOWN, dtype=np.int64).astype(object)
    for at in range(len(pieces)):
        beside = (shown[at - 1] if at else nothing) + (shown[at + 1] if at + 1 < len(pieces) else nothing)
        told = np.maximum(shown[at] @ given["own"] + beside @ given["beside"] + given["told"], 0) @ given["out"]
        loud = sum(max(0, known[near]) for near in (at - 1, at + 1) if 0 <= near < len(pieces))
        expected.append((known[at] + loud) * 0.1 + float(told) * 0.01 - 0.5)
    assert screen(**drawn).scores(message(*sentences)).tolist() == expected


def test_a_sentence_weighs_the_same_in_a_long_message(drawn):
    rnd = np.random.default_rng(2)
    lines = message(*(rnd.integers(0, 30_522, rnd.integers(1, 90)).tolist() for _ in range(300)))
    together = screen(**drawn).scores(lines)
    assert [screen(**drawn).scores(lines[at - 1 : at + 2])[1] for at in range(1, 299, 9)] == together[1:299:9].tolist()


def test_a_message_without_a_sentence_has_no_scores():
    assert screen().scores([]).tolist() == []


def test_a_file_of_another_size_is_refused():
    with pytest.raises(ValueError, match="no weights of a screen"):
        Screen(b"\x00" * (SIZE - 1), words=1.0, scale=1.0, bias=0.0, least=0.0)


@given(sizes=st.lists(st.integers(1, 9), min_size=1, max_size=12), seed=st.integers(0, 9))
def test_the_greatest_of_each_sentence_is_that_of_its_own_rows(sizes, seed):
    rows = np.random.default_rng(seed).integers(-99, 99, (sum(sizes) + len(_GAP) * len(sizes), 3)).astype(np.float32)
    starts = np.cumsum([0, *(size + len(_GAP) for size in sizes[:-1])])
    expected = [rows[start : start + size].max(axis=0) for start, size in zip(starts, sizes, strict=True)]
    assert np.array_equal(_greatest(rows, sizes), expected)
