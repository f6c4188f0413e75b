"""Mention is not use: quoted words, signs, both sides, reports of others and a union's own votes are never a match."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.classify.mention import unspoken
from gateway.reading import Origin
from gateway.verdict import Category, Kind, Label
from tests.support.classify import classifier, judge, passage, political, religious

PIECES = st.sampled_from(
    ['"', "'", "VOTE YES", " sign ", "sticker that reads ", "one", "a", " ", "\n", "\n\n", "don't", '5" pipe', "~"]
)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ('The sticker says "vote Lee" and peels.', 'The sticker says "~~~~~~~~" and peels.'),
        ("A sign with 'Yes on 4' on it.", "A sign with '~~~~~~~~' on it."),
        ("Don't touch the officers' cars, it's late.", "Don't touch the officers' cars, it's late."),
        ('A 12" pipe and a 14" pipe.', 'A 12" pipe and a 14" pipe.'),
        ("A banner that reads VOTE NO ON 7 fell.", "A banner that reads ~~~~~~~~~~~~ fell."),
        ("No VOTE YES stickers on lockers.", "No ~~~~~~~~ stickers on lockers."),
        ("Please VOTE YES on Tuesday.", "Please VOTE YES on Tuesday."),
        ('It opens "here\n\nand never closes" there.', 'It opens "here\n\nand never closes" there.'),
    ],
)
def test_what_is_mentioned_is_blanked_and_what_is_used_is_left(text, left):
    assert unspoken(text, text) == left


@given(st.lists(PIECES | st.text(max_size=5), max_size=40).map("".join))
def test_every_character_that_is_not_blanked_stays_in_its_place(text):
    left = unspoken(text, text)
    assert len(left) == len(text)
    assert all(now in (was, "~") for was, now in zip(text, left, strict=True))


MENTIONED = [
    (
        "Vote for Hal Dreyer for sheriff on Tuesday, folks.",
        'Who owns the poster in the lobby window? It says "Vote for Hal Dreyer for sheriff" and nobody signed for it.',
    ),
    (
        "Vote yes on Measure R, it keeps the engine house open.",
        "Things that were taken off the copier in May: “Vote yes on Measure R, it keeps the engine house open.”",
    ),
    (
        "VOTE NO ON MEASURE R and keep your street.",
        "The neighbor with the sign that reads VOTE NO ON MEASURE R wants the truck moved from his drive.",
    ),
    (
        "Accept Jesus Christ into your heart today, it is not too late.",
        "The flyer under the wipers says «Accept Jesus Christ into your heart today» and the garage has swept up ninety of them.",
    ),
    (
        "Come and be saved, the door is open at the mosque.",
        "The permit drawing has a banner marked 'Come and be saved at the mosque' across the fire door, so move one of them.",
    ),
]


@pytest.mark.parametrize(("used", "mentioned"), MENTIONED)
def test_words_that_are_only_mentioned_are_no_match(used, mentioned):
    assert Label.MATCH in judge(used).labels.values()
    assert Label.MATCH not in judge(mentioned).labels.values()


@pytest.mark.parametrize(
    "text",
    [
        '"Please vote for Hal Dreyer for sheriff on Tuesday."',
        'From the hall: "Please vote for Hal Dreyer for sheriff on Tuesday."',
        'This came from the lodge and I could not have put it better. "Please vote for Hal Dreyer for sheriff." Pass it on!',
        'The lodge letter, in full: "Please vote for Hal Dreyer for sheriff on Tuesday." Print this and hang it by the clock.',
        'The lodge says it well, in its summer letter to us: "Please vote for Hal Dreyer for sheriff." I agree.',
    ],
)
def test_who_says_little_else_or_passes_it_on_means_what_he_quotes(text):
    assert political(text) is Label.MATCH


def test_quotation_marks_around_it_do_not_clear_it():
    said = 'The coffee fund is empty and unit 4 needs a tire by noon. "Please vote for Hal Dreyer for sheriff." The lot is full.'
    assert political(said) is Label.UNSURE


def test_a_nickname_in_quotation_marks_changes_nothing():
    assert political('Please vote for Hal "Bud" Dreyer for sheriff on Tuesday, and bring a friend with you.') is Label.MATCH


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Vote yes on Measure R. Vote no on Measure S.", Label.MATCH),
        ("Vote yes on Measure R, and please do not vote no on Measure R.", Label.MATCH),
        ("Booths rented so far: Yes on R. Also: No on R. Both are paid up, next to each other.", Label.CLEAR),
        ("The committees that owe a form are No on 4; Yes on 4; and the library friends.", Label.CLEAR),
    ],
)
def test_both_sides_of_one_question_are_a_report_and_two_questions_are_not(text, label):
    assert political(text) is label


def test_a_digest_that_reports_what_others_endorse_is_no_match():
    clips = (
        "Clips, Friday\n\n1. Gazette: nurses' union endorses Dreyer for governor, calls him steady.\n2. Radio 5: the jail roof.\n"
    )
    assert political(clips + "3. Shopper: a letter on leaf blowers.\n") is not Label.MATCH
    ours = "News, Friday\n\n1. We are proud to endorse Dreyer for governor.\n2. The grill is fixed.\n3. Shirts are in.\n"
    assert political(ours) is Label.MATCH


@pytest.mark.parametrize(
    ("public", "own"),
    [
        ("Vote for me for county clerk on the 9th, please.", "Vote for me for president of this local on the 9th, please."),
        ("That is why I'm backing Joan Lisk for county clerk.", "That is why I'm backing Joan Lisk for unit president."),
        (
            "Vote for Joan Lisk for the city council by Friday.",
            "Vote for MVP closes Friday; the playoffs and the election of a captain follow.",
        ),
    ],
)
def test_a_vote_within_a_union_or_a_game_is_no_match(public, own):
    assert political(public) is Label.MATCH
    assert political(own) is not Label.MATCH


@pytest.mark.parametrize(
    ("urged", "told"),
    [
        (
            "I am running for city council, so I'm asking for your vote, and put up a yard sign for me.",
            "Rosa Quint is running for city council, so any request from her for address lists goes to the clerk.",
        ),
        (
            "Join us and the county Democrats for the nominee for governor, come hear her at noon and vote for her in November.",
            "The bus of the Democratic nominee for governor stops on the square at noon, so it will be loud and the lot full.",
        ),
    ],
)
def test_a_candidate_who_is_the_reason_for_some_arrangement_is_no_match(urged, told):
    assert political(urged) is Label.MATCH
    assert political(told) is not Label.MATCH


@pytest.mark.parametrize(
    ("meant", "idiom"),
    [
        ("Come to Jesus today, he is waiting for you.", "We had a come-to-Jesus meeting about the overtime sheet."),
        (
            "You are saved if you ask him, so come to the altar.",
            "Visitors to that door are asked if you're saved; smile and walk on.",
        ),
    ],
)
def test_an_idiom_of_faith_is_no_match(meant, idiom):
    assert religious(meant) is Label.MATCH
    assert religious(idiom) is not Label.MATCH


def test_the_right_and_the_left_of_a_thing_are_no_camps():
    assert political("If you kick the heater on the left it works; get the pages in the right order, please.") is Label.CLEAR
    assert political("The left is ruining this county, and you all know it.") is not Label.CLEAR


def test_the_subject_of_an_answer_that_objects_is_not_the_writers():
    quoted = "\n\n> Friends, please vote for Hal Dreyer for sheriff!\n"
    assert political("No campaign mail on this system, see 4.11." + quoted, "Re: vote for Dreyer") is not Label.MATCH
    assert political("Amen. I'm in, with two friends." + quoted, "Re: vote for Dreyer") is Label.MATCH


@pytest.mark.parametrize(
    "unit", ['"a" ', "'a' ", 'says "', "sign VOTE NO ", "VOTE NO ON 7 stickers ", "yes on 4 no on 4 ", "1. a\n"]
)
def test_the_work_for_a_text_full_of_marks_is_bounded(unit):
    reading = passage(unit * (200_000 // len(unit)), Origin.NEW)
    assert set(classifier().classify(reading).labels) == set(Category)


@pytest.mark.parametrize(
    "text",
    [
        "A Dreyer for Congress link was in that text, and it is not from the help desk.",
        "Dreyer for Mayor got a bill for the cones, as everybody does.",
        "Unit 30 is the Dreyer for Senate truck; keep forty feet behind it.",
        "The deadline to change your party before the primary is the 14th.",
        "Senators of both parties will sign the proclamation on the steps.",
    ],
)
def test_a_campaign_that_has_a_truck_or_a_bill_is_clear_until_readers_are_asked(text):
    assert political(text) is Label.CLEAR
    assert political(f"{text} Vote for Hal Dreyer for mayor!") is not Label.CLEAR


def test_a_weak_kind_counts_less_in_a_sentence_in_which_more_was_found():
    alone, both = (
        {finding.kind: finding.weight for finding in judge(text).findings}
        for text in (
            "Dreyer yard signs are behind my desk at the mayor's office.",
            "Please vote for Dreyer, Dreyer yard signs are behind my desk at the mayor's office.",
        )
    )
    assert both[Kind.CAMPAIGN_WORK] < alone[Kind.CAMPAIGN_WORK]
    assert both[Kind.VOTING_ADVICE] > both[Kind.CAMPAIGN_WORK]
