"""Lines are put in the order in which they are read."""

import math

from hypothesis import given
from hypothesis import strategies as st

from gateway.reading.pictures.layout import Line, column, written


def line(text, x, y, height=20, angle=0.0):
    width = height * 0.5 * len(text)
    cosine, sine = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    corners = ((0, 0), (width, 0), (width, height), (0, height))
    return Line(text, tuple((x + a * cosine - b * sine, y + a * sine + b * cosine) for a, b in corners))


def text(*lines):
    return written(lines)[0]


def test_lines_below_one_another_are_a_block_and_blocks_stand_apart():
    lines = [line("June 2", 10, 400), line("for Jane", 10, 35), line("Vote", 10, 10)]
    assert text(*lines) == "Vote\nfor Jane\n\nJune 2"


def test_pieces_beside_each_other_are_one_line_and_columns_are_not():
    assert text(line("Jane", 110, 12), line("Vote for", 10, 10)) == "Vote for Jane"
    columns = [line("Vote for", 10, 10), line("Bring a", 400, 10), line("Jane", 10, 35), line("friend", 400, 35)]
    assert text(*columns) == "Vote for\nJane\n\nBring a\nfriend"


def test_a_headline_over_small_print_is_a_block_of_its_own():
    assert text(line("VOTE", 10, 10, 90), line("paid for by nobody", 10, 110, 16)) == "VOTE\n\npaid for by nobody"


def test_lines_are_read_in_their_own_direction():
    for angle in (90, 180, 270, 30):
        cosine, sine = math.cos(math.radians(angle)), math.sin(math.radians(angle))
        lines = [
            line(words, 500 - 26 * n * sine, 500 + 26 * n * cosine, 20, angle) for n, words in enumerate(("Vote", "for Jane"))
        ]
        assert text(*reversed(lines)) == "Vote\nfor Jane"


def test_a_figure_behind_a_sloping_line_belongs_to_it():
    lines = [line("YES ON", 334, 120, 60, 11), line("MEASURE", 238, 217, 60, 11), line("7", 470, 265, 50, 27)]
    assert text(*lines) == "YES ON\nMEASURE 7"


def test_every_word_has_a_box_within_that_of_its_line():
    said, boxes = written([line("Vote for Jane", 100, 50)])
    assert [said[start:end] for start, end, _ in boxes] == ["Vote", "for", "Jane"]
    assert [box for *_, box in boxes] == [(100, 50, 40, 20), (150, 50, 30, 20), (190, 50, 40, 20)]
    assert written([line("Vote", 100, 50)], 0.5)[1] == ((0, 4, (50, 25, 20, 10)),)


@given(
    st.lists(
        st.builds(line, st.text("ab c", max_size=9), *[st.integers(0, 600)] * 2, st.integers(1, 90), st.floats(-180, 180)),
        max_size=12,
    )
)
def test_no_word_is_lost_or_said_twice(lines):
    said, boxes = written(lines)
    assert sorted(said.split()) == sorted(" ".join(one.text for one in lines).split())
    assert [said[start:end] for start, end, _ in boxes] == said.split()
    assert all(width > 0 < height for *_, (_, _, width, height) in boxes)


def test_letters_below_one_another_are_a_word_also_where_some_were_read_as_lines_that_go_down():
    pieces = [line("V", 60, 20, 30), line("O TE", 90, 60, 30, 90), line("0", 60, 200, 30), line("N MAY 6", 90, 240, 30, 90)]
    assert column(pieces[::-1]) == "VOTEoNMAY6"
    assert column([*pieces, line("Roll call is at six in the watch office", 200, 20)]) == ""
    assert (
        column([line("Vote for Jane", 90, 20, 30, 90), line("on Tuesday", 300, 20, 30, 90), line("at six", 500, 20, 30, 90)])
        == ""
    )
    assert column([line("Vote for Jane on Tuesday", 90, 20, 30, 90)]) == ""
