from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.reading import Origin
from gateway.reading.voices import _lines, _origins, _sign, _stretches, voices
from tests.support.reading import mail, read, texts

N, Q, F, S = Origin.NEW, Origin.QUOTED, Origin.FORWARDED, Origin.SIGNATURE
OUTLOOK = "From: Ana <ana@x.example>\nSent: Monday, 3 June 2024 10:00\nTo: Ben; Cara\nSubject: Lunch"


def heard(text, subject=""):
    return [(voice.origin, text[voice.start : voice.end]) for voice in voices(text, subject=subject)]


def line_by_line(text):
    lines = _lines(text, ())
    origins = _origins(lines, None)
    _sign(lines, origins)
    return [(voice.origin, text[voice.start : voice.end]) for voice in _stretches(lines, origins)]


def test_plain_words_are_new():
    assert heard("One.\n\nTwo.\n") == [(N, "One.\n\nTwo.")]


LINES = (
    *(
        "",
        "Plain words.",
        "  ",
        "On Monday",
        "Ana wrote:",
        "she said :",
        "> First?",
        "-- ",
        "Thanks,",
        "\tBest regards",
        "R. Marsh",
    ),
    *("Sent from my telephone", "From: Ana", "Sent: Monday", "To: Ben", "Begin forwarded message:", "-----Original Message-----"),
)


@given(st.lists(st.sampled_from(LINES * 2 + ("Plain words.", "", "Roll call.") * 12), max_size=12))
def test_a_text_of_which_all_is_new_at_a_glance_is_heard_as_it_is_line_by_line(lines):
    text = "\n".join(lines)
    assert heard(text) == line_by_line(text)


def test_answers_between_quotes_are_new():
    text = "On Monday, Ana wrote:\n> First?\n\nYes.\n\n> Second?\nNo.\n"
    assert heard(text) == [(Q, "On Monday, Ana wrote:\n> First?"), (N, "Yes."), (Q, "> Second?"), (N, "No.")]


def test_an_answer_below_quotes_inside_quotes_is_new():
    text = "On Monday, Ana wrote:\n> Hi.\n> On Sunday, Ben wrote:\n>> Older.\nMy answer.\n\nBegin forwarded message:\n> Vote!"
    assert [(origin, words.split()[-1]) for origin, words in heard(text)] == [(Q, "Older."), (N, "answer."), (F, "Vote!")]


def test_all_below_an_attribution_is_quoted_where_nothing_is_marked():
    assert heard("Fine.\n\nOn Monday, Ana wrote:\n\nOld words.\nMore.") == [
        (N, "Fine."),
        (Q, "On Monday, Ana wrote:\n\nOld words.\nMore."),
    ]


@pytest.mark.parametrize(
    "announced",
    [
        "On Mon, 3 Jun 2024 at 10:00, Ana <ana@x.example> wrote:",
        "On Mon, 3 Jun 2024 at 10:00, Ana\n<ana@x.example> wrote:",
        "El lun, 3 jun 2024 a las 10:00, Ana (<ana@x.example>) escribió:",
    ],
)
def test_attributions_are_known_in_english_and_spanish(announced):
    assert heard(f"Fine.\n\n{announced}\n> old") == [(N, "Fine."), (Q, f"{announced}\n> old")]


@pytest.mark.parametrize(
    ("subject", "origin"), [("Re: Lunch", Q), ("RE: FW: Lunch", Q), ("FW: Lunch", F), ("RV: Lunch", F), ("FYI", F), ("", F)]
)
@pytest.mark.parametrize(
    "announced", [OUTLOOK, f"-----Original Message-----\n{OUTLOOK}", f"________________________________\n{OUTLOOK}"]
)
def test_below_an_original_message_the_subject_says_whether_it_is_passed_on(subject, origin, announced):
    found = heard(f"See below.\n\n{announced}\n\nOld words.", subject)
    assert found[0][0] is N
    assert found[0][1].startswith("See below.")
    assert found[-1][0] is origin
    assert found[-1][1].endswith("Old words.")


@pytest.mark.parametrize(
    "announced",
    [
        "Begin forwarded message:",
        "---------- Forwarded message ---------",
        "---------------------- Forwarded by Ana",
        "---------- Mensaje reenviado ---------",
    ],
)
def test_a_forward_is_a_forward_under_any_subject(announced):
    assert heard(f"Look.\n\n{announced}\n{OUTLOOK}\n\nOld words.", "Re: Lunch")[1][0] is F


def test_a_forward_behind_marks_ends_with_them():
    assert [origin for origin, _ in heard("Begin forwarded message:\n\n> From: Ana\n> Vote!\n\nMy own words.")] == [F, N]


def test_quotes_inside_a_forward_are_forwarded():
    assert [
        origin for origin, _ in heard("---------- Forwarded message ---------\nFrom: A\n\nWords.\nOn Monday, B wrote:\n> old")
    ] == [F]


@pytest.mark.parametrize(
    "signature",
    [
        "-- \nAna\nHarbour Office",
        "--\nAna",
        "Thanks,\nAna",
        "Best regards,\n\nLt. Ana Ruiz\nStation 2\n555-0134",
        "V/r\nAna",
        "Saludos,\nAna",
        "Thanks,\nAna\n\nSent from my phone",
    ],
)
def test_a_signature_is_apart(signature):
    assert heard(f"The report is ready.\n\n{signature}") == [(N, "The report is ready."), (S, signature)]


def test_a_signature_stands_before_a_quote_too():
    assert [origin for origin, _ in heard("Yes.\n\nThanks,\nAna\n\nOn Monday, Ben wrote:\n> May I?")] == [N, S, Q]


@pytest.mark.parametrize(
    "text",
    [
        "Thanks,\nPlease vote for Smith on Tuesday.",
        "Thanks for the report.\nAna",
        "-- \n" + "A line of text.\n" * 30,
        "Best,\n" + "word " * 40,
    ],
)
def test_sentences_below_a_farewell_are_new(text):
    assert {origin for origin, _ in heard(text)} == {N}


def test_a_colon_or_one_field_announces_nothing():
    assert {origin for origin, _ in heard("From: the lobby\nwe walked on.\nOn it he wrote a song:\nla la")} == {N}


def test_a_mail_programs_blockquote_is_quoted_and_an_inset_paragraph_is_not():
    page = "<p>Yes.</p><blockquote type=cite>Old.</blockquote><blockquote>Mine, set in.</blockquote>"
    reading = read(mail(page, kind="text/html"))
    assert texts(reading, Q) == ["Old."]
    assert texts(reading, N) == ["Yes.", "Mine, set in."]


def test_a_plain_blockquote_under_an_attribution_is_quoted():
    reading = read(mail("<p>Yes.</p><div>On Monday, Ana wrote:</div><blockquote>Old.</blockquote><p>Mine.</p>", kind="text/html"))
    assert texts(reading, Q) == ["On Monday, Ana wrote:\n\nOld."]
    assert texts(reading, N) == ["Yes.", "Mine."]


LINES = [
    "On Monday, Ana wrote:",
    "> old",
    ">> older",
    "",
    "words",
    "-- ",
    "Thanks,",
    "From: A",
    "Sent: B",
    "To: C",
    "Begin forwarded message:",
    "On x",
]


@given(st.lists(st.sampled_from(LINES), max_size=25), st.sampled_from(["", "Re: x", "Fwd: x"]))
def test_every_line_has_exactly_one_voice(lines, subject):
    text = "\n".join(lines)
    found = voices(text, subject=subject)
    assert all(a.end < b.start and a.origin is not b.origin for a, b in pairwise(found))
    assert sum(len(text[v.start : v.end].split()) for v in found) == len(text.split())


@pytest.mark.parametrize(
    "unit", ["> a\nb\n", "On x\n", "From: x\n", "From: x\nTo: @\n", "Thanks,\n", "\n", "--\n", "> ", "On " + "a" * 50 + " "]
)
@pytest.mark.timeout(30)
def test_hearing_a_hostile_text_has_an_end(unit):
    voices(unit * (200_000 // len(unit)))
