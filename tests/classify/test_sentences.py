"""Where sentences end."""

import pytest

from gateway.classify.sentences import spans


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
