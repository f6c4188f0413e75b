"""Word pieces."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.model import WordPieces
from gateway.model.masking import MARKS
from gateway.model.tokens import UNKNOWN

PIECES = ["[PAD]", *(f"[unused{n}]" for n in range(99)), "[UNK]", "[CLS]", "[SEP]", "[MASK]", "vote", "##r", "##s", "re",
          "##elect",          "for", ".", "-", "a", "b", "##b", "n"]  # fmt: skip
WORDS = WordPieces(iter(PIECES))


def named(text):
    return [PIECES[number] for number in WORDS.numbers(text)]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("vote for a", ["vote", "for", "a"]),
        ("voters", ["vote", "##r", "##s"]),
        ("re-elect", ["re", "-", "[UNK]"]),
        ("reelect.", ["re", "##elect", "."]),
        ("vóté", ["vote"]),
        ("zebra", ["[UNK]"]),
        ("", []),
    ],
)
def test_a_word_is_the_longest_pieces_from_its_left(text, pieces):
    assert named(text) == pieces


def test_a_mark_is_one_piece_and_each_has_its_own():
    assert [WORDS.numbers(mark) for mark in MARKS] == [[number] for number in range(1, len(MARKS) + 1)]


def test_a_mark_stands_alone_among_words():
    assert WORDS.numbers("vote [NAME] .") == [PIECES.index("vote"), 1, PIECES.index(".")]


def test_a_word_of_more_than_a_hundred_letters_is_unknown():
    assert WORDS.numbers("ab" * 51) == [UNKNOWN]


@given(st.text(max_size=200))
def test_any_text_has_pieces_of_the_vocabulary(text):
    assert all(0 <= number < len(PIECES) for number in WORDS.numbers(text))


@given(st.lists(st.text(alphabet="abvoters-. ", max_size=40), max_size=10))
def test_words_met_before_have_the_pieces_they_had(texts):
    assert [WORDS.numbers(text) for text in texts] == [WordPieces(iter(PIECES)).numbers(text) for text in texts]
