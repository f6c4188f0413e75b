"""How a message is cut for the model."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from gateway.model import line, windows
from gateway.model.tokens import FIRST, LAST
from gateway.model.windows import SENTENCE, SUBJECT
from gateway.reading import Origin

SENTENCES = st.lists(st.tuples(st.integers(1, 200), st.sampled_from(Origin)), max_size=60)


def message(sentences):
    subject = line([7] * 3, Origin.NEW, subject=True)
    return [subject, *(line([1000 + number] * size, origin) for number, (size, origin) in enumerate(sentences))]


@given(SENTENCES)
def test_every_sentence_stands_in_a_window_and_no_window_is_too_long(sentences):
    lines = message(sentences)
    cut, left = windows(lines, size=256)
    assert left == 0
    assert {number for window in cut for number, _, _ in window.spans} == set(range(len(lines)))
    assert all(len(window.ids) <= 256 and window.ids[0] == FIRST and window.ids[-1] == LAST for window in cut)


@given(SENTENCES)
def test_a_span_points_at_the_pieces_of_its_sentence(sentences):
    lines = message(sentences)
    for window in windows(lines, size=256)[0]:
        for number, start, end in window.spans:
            assert window.ids[start:end] == lines[number].pieces[: end - start]


def test_the_subject_stands_in_every_window():
    cut, _ = windows(message([(100, Origin.NEW)] * 9), size=256)
    assert len(cut) > 3
    assert all(window.spans[0][0] == 0 for window in cut)


def test_the_last_sentence_of_a_window_begins_the_next():
    cut, _ = windows(message([(60, Origin.NEW)] * 9), size=256)
    assert all(one.spans[-1][0] == two.spans[1][0] for one, two in pairwise(cut))


def test_what_is_beyond_the_most_windows_is_counted():
    cut, left = windows(message([(100, Origin.NEW)] * 40), size=256, most=3)
    read = {number for window in cut for number, _, _ in window.spans}
    assert len(cut) == 3
    assert left == 41 - len(read)
    assert left > 0


def test_a_message_without_a_word_has_one_window():
    assert [window.ids for window in windows([], size=256)[0]] == [(FIRST, LAST)]


def test_whose_words_they_are_stands_before_them():
    voices = {origin: line([5], origin).pieces[0] for origin in Origin}
    assert len({*voices.values(), line([5], Origin.NEW, subject=True).pieces[0]}) == len(Origin) + 1


def test_a_very_long_sentence_and_a_very_long_subject_are_cut():
    assert len(line([5] * 500, Origin.NEW).pieces) == SENTENCE + 1
    lines = [line([5] * 500, Origin.NEW, subject=True), line([6], Origin.NEW)]
    assert [end - start for _, start, end in windows(lines, size=256)[0][0].spans] == [SUBJECT, 2]
