"""Display names of a header that say something, by themselves or one after the other."""

import time

import pytest

from tests.support.reading import mail, read

WORDS = "Please vote for Ana Marsh on Tuesday"


def said(*fields):
    return [p.folded for p in read(mail("x", *fields)).passages if p.place.header]


def to(*named):
    return "To: " + ", ".join(f"{name} <r{at}@department.example>" for at, name in enumerate(named))


@pytest.mark.parametrize(
    "field",
    [
        to("Please_vote_for_Ana_Marsh_on_Tuesday"),
        to("Please.vote.for-Ana-Marsh_on_Tuesday", "Ben Ruiz"),
        to("Please vote", "for Ana", "Marsh on", "Tuesday"),
        to('"Please Vote"', '"For Ana"', '"Marsh On"', "Tuesday").replace("To:", "Cc:"),
    ],
)
def test_names_of_recipients_that_are_a_sentence_are_read(field):
    assert [text.lower() for text in said(field)] == [WORDS.lower()]


@pytest.mark.parametrize(
    "field",
    [
        to("Ben Ruiz", "Kim Ortiz", "Ana Marsh"),
        to("Christian Marsh", "Will Smith", "My Tran", "Ben Ruiz"),
        to("Christian Marsh", *["Ben Ruiz"] * 9, "Jesus Church", "An Le", "June Ruiz"),
        to("Ballots", "Election Office", *["Ben Ruiz"] * 9),
        to("J.R. Ortiz", "kim.ortiz", '"k.r.ortiz@department.example"'),
        to("Ballots", "Ruiz"),
        to("Patrol_Division_All", "crew-list-users"),
    ],
)
def test_names_of_persons_are_not(field):
    assert said(field) == []


def test_names_of_authors_are_read_as_they_are_written():
    assert said("From: Free-Keys.example.com <a@department.example>", to("Ben Ruiz")) == ["Free-Keys.example.com"]


@pytest.mark.timeout(30)
def test_a_thousand_recipients_take_no_time():
    begun = time.process_time()
    said(*[to(*["Vote for"] * 1000)] * 20)
    assert time.process_time() - begun < 5
