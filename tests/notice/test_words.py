import unicodedata
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.mail import Place
from gateway.notice.words import counted, length, lines, listed, plain, sentence, when, where


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("two\r\nlines", "two lines"),
        ("  much \t space\u2028 ", "much space"),
        ("a\x00b\x1b[31mc", "a\ufffdb\ufffd[31mc"),
        ("vo\u200bte\u00ad", "vote"),
        ("\u202egnp.exe\u202c", "\ufffdgnp.exe\ufffd"),
        ("\ud800lone", "\ufffdlone"),
        ("Zürich – “Ωmega” 投票 🗳️", "Zürich – “Ωmega” 投票 🗳️"),
    ],
)
def test_text_is_shown_as_a_reader_sees_it_and_what_moves_or_reorders_is_marked(written, shown):
    assert plain(written) == shown


@given(st.text(), st.integers(min_value=2, max_value=300))
def test_shown_text_is_one_line_of_bounded_length_without_a_control(written, limit):
    shown = plain(written, limit)
    assert len(shown) <= limit
    assert not {unicodedata.category(c) for c in shown} & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def test_a_long_text_is_cut_and_says_so():
    assert plain("a" * 300, 10) == "aaaaaaaaa…"
    assert plain(" " * 10_000 + "hidden", 10) == "…"


def test_marks_cannot_be_stacked_over_the_neighbouring_lines():
    assert plain("e" + "\u0301" * 50 + "x") == "e" + "\u0301" * 3 + "x"


@pytest.mark.parametrize(("written", "said"), [("a thing", "A thing."), ("Really?", "Really?"), ("", ""), ("élan", "Élan.")])
def test_a_sentence_has_a_capital_and_a_stop(written, said):
    assert sentence(written) == said


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (timedelta(hours=48), "2 days"),
        (timedelta(hours=36), "36 hours"),
        (timedelta(hours=24), "1 day"),
        (timedelta(hours=47, minutes=58), "48 hours"),
        (timedelta(days=5, hours=3), "5 days"),
        (timedelta(hours=1), "1 hour"),
        (timedelta(minutes=90), "90 minutes"),
        (timedelta(seconds=61), "1 minute"),
        (timedelta(seconds=20), "less than a minute"),
        (timedelta(0), "less than a minute"),
    ],
)
def test_a_length_of_time_is_said_in_the_unit_people_would_use(span, said):
    assert length(span) == said


def test_a_time_is_told_in_the_zone_of_its_readers():
    moment = datetime(2026, 3, 1, 3, 5, tzinfo=UTC)
    assert when(moment, timezone(timedelta(hours=-6), "CST")) == "Saturday 28 February 2026, 21:05 CST"


@pytest.mark.parametrize(
    ("place", "said"),
    [
        (Place(header="Subject"), "the subject line"),
        (Place(header="Subject", part="2"), "the Subject field"),
        (Place(header="Reply-To"), "the Reply-To field"),
        (Place(part="1.2", start=3, end=9), "the text"),
        (Place(part="2", name="fly\r\ner.pdf", page=3), 'the attachment "fly er.pdf", page 3'),
        (Place(part="2.1"), "part 2.1"),
        (Place(), "the text"),
    ],
)
def test_a_place_is_named_as_the_writer_of_the_message_would(place, said):
    assert where(place) == said


def test_names_are_listed_as_in_a_sentence():
    assert listed([]) == ""
    assert listed(["a"]) == "a"
    assert listed(["a", "b"]) == "a and b"
    assert listed(["a", "b"], 3) == "a, b and 3 more"


def test_things_are_counted():
    assert (counted(1, "recipient"), counted(2, "recipient")) == ("1 recipient", "2 recipients")


def test_a_note_keeps_its_lines_but_not_without_end():
    assert lines("one\r\n\r\ntwo\x07") == ("one", "two\ufffd")
    assert len(lines("x\n" * 1000)) == 41
    assert lines("x\n" * 1000)[-1] == "…"
