"""Signs as they stand on posters and flyers, and the notices that are made in the same shape."""

from functools import cache
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.classify import Classifier, load_roster
from gateway.classify.page import Page
from gateway.classify.words import Words
from gateway.mail import FILE_NAME, Place
from gateway.model import load_judge
from gateway.reading import Passage, Reading, fold
from gateway.verdict import Category, Label
from tests.support.classify import ROSTER, classifier, judge

NAMES = "MARSH", "ANA REYES", "OKONKWO-BELL", "NGUYEN", "YOUNG", "PRICE", "O'DAY", "GARCÍA"
SEATS = "SHERIFF", "MAYOR", "COUNTY COMMISSIONER", "STATE ASSEMBLY", "JUDGE", "CONGRESS"
WORDS = Words((), ())


@cache
def trained():
    return Classifier(load_roster(ROSTER), scorer=load_judge())


def picture(*lines):
    """A reading of a message that says nothing, with a picture that says this."""
    text = "\n".join(lines)
    folded, offsets = fold(text)
    boxes = tuple((at, at + 1, (at, 0, 1, 1)) for at, c in enumerate(text) if c.isalpha())
    said = "See attached."
    body = Passage(text=said, folded=said, offsets=tuple(range(len(said) + 1)), place=Place(part="1", start=0, end=len(said)))
    place = Place(part="2", name="flyer.png", start=0, end=len(text))
    return Reading(subject="Note", passages=(body, Passage(text=text, folded=folded, offsets=offsets, boxes=boxes, place=place)))


def label(by, *lines):
    return by.classify(picture(*lines)).labels[Category.POLITICAL]


@pytest.mark.parametrize("judged_by", [classifier, trained])
@pytest.mark.parametrize(("name", "seat"), list(product(NAMES, SEATS)))
def test_a_sign_for_anybody_and_any_office_is_never_clear(judged_by, name, seat):
    for lines in (("ELECT", name, seat), (f"{name} FOR {seat} 2028",), ("VOTE", name, "FOR", seat), (f"RE-ELECT {name}", seat)):
        assert label(judged_by(), *lines) is not Label.CLEAR, lines


@pytest.mark.parametrize("judged_by", [classifier, trained])
@pytest.mark.parametrize("name", NAMES)
def test_a_sign_with_a_name_alone_is_never_clear(judged_by, name):
    for lines in (("VOTE", name), ("RE-ELECT", name), ("VOTE", name, "NOVEMBER 5"), (f"KEEP JUDGE {name}",)):
        assert label(judged_by(), *lines) is not Label.CLEAR, lines


@pytest.mark.parametrize("judged_by", [classifier, trained])
@pytest.mark.parametrize("side", ["YES", "NO"])
@pytest.mark.parametrize("question", ["12", "4A", "B", "MEASURE 7", "PROP 8", "QUESTION 2"])
def test_a_sign_for_or_against_any_question_is_never_clear(judged_by, side, question):
    for lines in ((f"{side} ON {question}",), ("VOTE", side, f"ON {question}"), (f"{side} ON {question}", "NOVEMBER 5")):
        assert label(judged_by(), *lines) is not Label.CLEAR, lines


@pytest.mark.parametrize("judged_by", [classifier, trained])
@pytest.mark.parametrize("name", ["KARIN LINDQVIST", "TOM ADEYEMI"])
@pytest.mark.parametrize("what", ["DINNER $75", "VOTE JUNE 2", "FUNDRAISER FRIDAY", "DEMOCRAT", "REPUBLICAN"])
def test_a_name_an_office_and_what_a_campaign_prints_below_them_are_never_clear(judged_by, name, what):
    assert label(judged_by(), name, "COUNTY COMMISSIONER", what) is not Label.CLEAR


NOTICES = [
    ("BALLOT BOX CHECKS", "EVERY 4 HOURS"),
    ("phone list for Sheriff Marsh",),
    ("PHONE LIST", "FOR SHERIFF MARSH"),
    ("yes on question 12 of the form",),
    ("POLLING PLACE", "OPEN 7 AM TO 8 PM"),
    ("BALLOT DROP BOX", "CLOSED"),
    ("ELECTION DAY", "NOVEMBER 5"),
    ("RESERVED FOR SHERIFF",),
    ("PARKING FOR JUDGE",),
    ("NO PARKING ON 12TH ST",),
    ("ELECT BENEFITS BY FRIDAY",),
    ("KARIN LINDQVIST", "COUNTY COMMISSIONER", "OFFICE HOURS TUESDAY"),
    ("ROLL CALL", "SHERIFF OKONKWO", "ROOM 4"),
    ("POLICE WEEK 2026",),
]


ASKING = [("VOTE HERE",), ("KARIN LINDQVIST", "COUNTY COMMISSIONER", "RETIREMENT DINNER $25")]
"""Notices in a campaign's words, of which the trained judge is not sure."""


@pytest.mark.parametrize("lines", NOTICES + ASKING)
def test_a_notice_in_the_same_shape_is_clear(lines):
    assert label(classifier(), *lines) is Label.CLEAR


@pytest.mark.parametrize("lines", NOTICES)
def test_a_notice_in_the_same_shape_is_clear_to_the_trained_judge(lines):
    assert label(trained(), *lines) is Label.CLEAR


@pytest.mark.parametrize("lines", ASKING)
def test_a_notice_in_the_words_of_a_campaign_is_no_match(lines):
    assert label(trained(), *lines) is not Label.MATCH


def test_who_stands_in_for_an_office_does_not_run_for_it():
    pager, call = ("OKONKWO", "FOR CORONER", "PAGER ROTATION"), ("OKONKWO", "FOR CORONER", "ON CALL LIST")
    for lines in (pager, call):
        assert "sign" not in {finding.detector for finding in classifier().classify(picture(*lines)).findings}
    assert label(trained(), *call) is Label.CLEAR  # the pager's rotation it takes for a campaign's


def test_a_sign_counts_once_whatever_sentences_of_it_are_found():
    verdict = classifier().classify(picture("YES ON MEASURE 7"))
    assert len(verdict.findings) == 1
    assert verdict.findings[0].evidence[0].quote == "YES ON MEASURE 7"
    assert verdict.findings[0].evidence[0].place.box is not None


def test_both_sides_of_a_question_make_a_sign_weigh_less():
    one, both = (classifier().classify(picture(*lines)) for lines in (("YES ON 12",), ("YES ON 12", "NO ON 12")))
    assert both.scores[Category.POLITICAL] < one.scores[Category.POLITICAL]


def test_the_subject_of_a_message_that_says_more_is_a_heading_and_no_sign():
    body = "The answer is no, as it was for his opponent in August. The colors do not appear at such events."
    assert "sign" not in {finding.detector for finding in judge(body, "Hargrove for Senate").findings}
    assert "sign" in {finding.detector for finding in judge("", "Hargrove for Senate").findings}


@pytest.mark.parametrize("word", ["#VoteMarsh", "#marshforsheriff", "votemarsh", "EndorseMarsh", "#YesOn12"])
def test_words_run_together_are_a_sign(word):
    assert label(classifier(), word) is not Label.CLEAR
    assert label(trained(), word) is not Label.CLEAR


def test_the_name_of_a_file_is_a_sign():
    text = "vote marsh sheriff"
    folded, offsets = fold(text)
    place = Place(part="2", header=FILE_NAME, name="vote_marsh_sheriff.pdf", start=0, end=len(text))
    verdict = classifier().classify(Reading(passages=(Passage(text=text, folded=folded, offsets=offsets, place=place),)))
    assert verdict.labels[Category.POLITICAL] is not Label.CLEAR


@given(
    st.lists(
        st.sampled_from(["VOTE", "ELECT", "N", "FOR", "SHERIFF", "\n", "YES ON", "12", "$", "É", "ǅ", "|"]) | st.text(max_size=6)
    )
)
def test_every_sign_stands_in_its_passage(pieces):
    folded, _ = fold(" ".join(pieces))
    page = Page(Passage(text=folded, folded=folded, offsets=tuple(range(len(folded) + 1)), place=Place(part="1")), WORDS)
    ends = 0
    for sign in page.signs:
        assert ends <= sign.start < sign.end <= len(page.text)
        ends = sign.end


@pytest.mark.timeout(60)
@pytest.mark.parametrize("line", ["A", "VOTE N N N N", "RE-ELECT", "Y|N", "1"])
def test_a_passage_of_nothing_but_signs_has_an_end(line):
    text = f"{line}\n" * 60_000
    page = Page(Passage(text=text, folded=text, offsets=tuple(range(len(text) + 1)), place=Place(part="1")), WORDS)
    assert len(page.signs) < 1000
