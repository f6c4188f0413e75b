"""How a message is cut for the model."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from gateway.model import lines_of, windows
from gateway.model.tokens import FIRST, LAST
from gateway.model.windows import AGAIN, SENTENCE, SIZE, SUBJECT
from gateway.reading import Origin

SENTENCES = st.lists(st.tuples(st.integers(0, 300), st.sampled_from(Origin)), max_size=60)


def message(sentences, subject=3):
    spoken = [([7] * subject, Origin.NEW), *(([1000 + n] * size, origin) for n, (size, origin) in enumerate(sentences))]
    return [line for n, said in enumerate(spoken) for line in lines_of(*said, subject=not n)]


@given(SENTENCES, st.integers(0, 250), st.sampled_from([SIZE, 256]))
def test_every_line_stands_whole_in_a_window_and_no_window_is_too_long(sentences, subject, size):
    lines = message(sentences, subject)
    cut, left = windows(lines, size=size, most=1000)
    assert left == 0
    whole = {number for window in cut for number, start, end in window.spans if end - start == len(lines[number].pieces)}
    assert whole == set(range(len(lines)))
    assert all(len(window.ids) <= size and window.ids[0] == FIRST and window.ids[-1] == LAST for window in cut)


@given(st.integers(0, 1000))
def test_a_sentence_is_so_many_lines_as_it_is_long_and_none_of_it_is_lost(size):
    numbers = tuple(range(5, 5 + size))
    lines = [each.pieces[1:] for each in lines_of(numbers, Origin.NEW)]
    assert all(len(each) <= SENTENCE for each in lines)
    assert all(one[-AGAIN:] == two[:AGAIN] for one, two in pairwise(lines))
    assert lines[0] + tuple(number for each in lines[1:] for number in each[AGAIN:]) == numbers


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
    assert len(cut) > 1
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
    voices = {lines_of([5], origin)[0].pieces[0] for origin in Origin}
    assert len({*voices, lines_of([5], Origin.NEW, subject=True)[0].pieces[0]}) == len(Origin) + 1


def test_a_long_subject_stands_whole_in_the_first_window_and_its_beginning_in_all():
    lines = message([(90, Origin.NEW)] * 5, subject=60)
    cut, _ = windows(lines, size=SIZE)
    assert [end - start for window in cut for number, start, end in window.spans if not number] == [SUBJECT, 61, *[SUBJECT] * 5]
