"""Where sentences end."""

import pytest

from gateway.classify.sentences import _ABBREVIATED, _OPEN, _abbreviated, _asks, spans


@pytest.mark.parametrize("answer", ["yes", "no", "No", "NO"])
def test_an_answer_ends_a_sentence_whichever_it_is(answer):
    text = f"Member Hale voted {answer}. Motion carried."
    assert [text[start:end] for start, end in spans(text)] == [f"Member Hale voted {answer}.", "Motion carried."]


def test_the_number_of_a_thing_ends_none():
    text = "See case no. 14 and No. 15 today."
    assert [text[start:end] for start, end in spans(text)] == [text]


def test_a_word_that_ends_like_the_short_one_ends_its_sentence():
    text = "We sold the piano. 5 chairs are left."
    assert [text[start:end] for start, end in spans(text)] == ["We sold the piano.", "5 chairs are left."]


@pytest.mark.parametrize(
    "tail", ["for", "to the", "Vote", "re-elect", "the,", "x-for", "(the", "forth", "he is", "for ", "la\t", "é the"]
)
def test_a_last_word_that_is_looked_up_asks_for_another_where_the_pattern_has_it_so(tail):
    assert _asks(tail) == bool(_OPEN.search(tail))


@pytest.mark.parametrize(
    "tail", ["Dr", "DR", "the Dr", "(Dr", "x", "\u00e9", "a.m", "\n 12", "year 12", "Sept", "word", "of co", "-St"]
)
def test_a_last_word_that_is_looked_up_is_short_for_another_where_the_pattern_has_it_so(tail):
    assert _abbreviated(tail) == bool(_ABBREVIATED.search(f"{tail}."))
