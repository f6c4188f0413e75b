"""Lines whose pieces marks of direction put in another order are read as they show."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.reading import Origin, bidi
from gateway.reading.turned import overridden
from tests.support.reading import mail, read, texts, whys

WORDS = "Vote for Ana Marsh for sheriff"
PLAIN = st.text(st.sampled_from("abc 1.,\u05d0\u200f\u2066\u2067\u2068\u2069\u202a\u202b\u202c\u202d\u202e\u0301\n"), max_size=60)


def isolated(text, size):
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    return "\u2067" + "".join(f"\u2066{piece}\u2069" for piece in reversed(pieces)) + "\u2069"


def seen(text):
    return "".join(c for c in text if unicodedata.category(c) != "Cf")


@pytest.mark.parametrize(
    "written",
    [
        isolated(WORDS, 2),
        isolated(WORDS, 3),
        "\u202b" + "\u200f".join(reversed(["Vote", " ", "for Ana Marsh", " ", "for", " ", "sheriff"])) + "\u202c",
        "\u202b\u2067" + "".join(f"\u2068{piece}\u2069" for piece in reversed([WORDS[:7], WORDS[7:]])) + "\u2069\u202c",
        "\u200f" + "\u200f".join(reversed(["Vote for", " ", "Ana Marsh", " ", "for sheriff"])),
        "\u200f".join(reversed(["Vote for", " ", "Ana Marsh", " ", "for sheriff"])),
        f"\u202e{WORDS[::-1]}\u202c",
        "\u202e" + " ".join(f"\u2066{word}\u2069" for word in reversed(WORDS.split())),
    ],
)
def test_pieces_that_marks_put_in_another_order_are_read_as_they_show(written):
    assert seen(overridden(f"Hello.\n{written}\nThank you.")) == f"Hello.\n{WORDS}\nThank you."


def test_a_subject_and_a_page_with_such_marks_are_read_so_too():
    subject = read(mail("x", f"Subject: {isolated(WORDS, 3)}"))
    assert WORDS in [p.folded for p in subject.passages if p.place.header == "Subject"]
    assert WORDS in texts(read(mail(f"<p>{isolated(WORDS, 2)}</p>", kind="text/html; charset=utf-8")), Origin.NEW)
    page = "<p dir=rtl>for sheriff&rlm; &rlm;Ana Marsh&rlm; &rlm;Vote for</p>"
    assert WORDS in texts(read(mail(page, kind="text/html")), Origin.NEW)
    assert whys(subject) == []


@pytest.mark.parametrize(
    "written",
    [
        "Call \u2067Ana Marsh\u2069 at six.",
        "\u2068Ana\u2069 and \u2068Marsh\u2069",
        "\u200fשלום, \u202bגשם Ana שמש\u202c\u200f",
        "\u202b\u202aVote\u202c\u202a for\u202c\u202c",
        "Ana\u200f Marsh\u200f",
        "Ordinary words.",
    ],
)
def test_what_stands_in_the_order_it_is_written_in_is_read_once(written):
    assert overridden(written) == ""


@given(PLAIN)
def test_nothing_is_lost_or_made_by_it(text):
    shown = overridden(text)
    assert not shown or [sorted(seen(line)) for line in shown.split("\n")] == [sorted(seen(line)) for line in text.split("\n")]
    assert len(shown) in {0, len(text)}


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("ab \u05d0\u05d1 cd", "ab \u05d1\u05d0 cd"),
        ("\u2067ab\u2066cd\u2069\u05d0 12\u2069ef", "12 \u05d0cdabef"),
        ("\u202eab\u2066cd\u2069e\u202cf", "ecdbaf"),
        ("ab\u202b, cd\u202c\u2069 ef", "abcd , ef"),
    ],
)
def test_levels_are_those_of_uax_9(line, shown):
    assert seen(bidi.shown(line)) == shown


@pytest.mark.timeout(60)
@pytest.mark.parametrize("unit", ["\u2067a", "\u202b\u2066a", "\u2066a\u2069", "\u2068", "\u200fa", "\u202b\u202aa"])
def test_a_hostile_line_takes_seconds(unit):
    begun = time.process_time()
    overridden("\u2067" + unit * (400_000 // len(unit)))
    assert time.process_time() - begun < 10
