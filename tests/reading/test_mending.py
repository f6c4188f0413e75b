"""Words broken or misspelt to hide them, and ordinary words that are let be."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.mail import Place
from gateway.reading import Passage, fold
from gateway.reading.mending import _may_join, _splits


def test_every_telling_word_in_pieces_may_be_joined_however_ordinary_its_pieces_are():
    for pieces in frozenset.union(*_splits()):
        assert _may_join(frozenset({*pieces, "the"}), "the " + " ".join(pieces))
        assert not _may_join(frozenset(pieces), ", ".join(pieces))


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Please vo te for Ana", "Please vote for Ana"),
        ("Please vot\ne for Ana", "Please vote for Ana"),
        ("our candi-\ndate", "our candidate"),
        ("Please v-ote and en.dorse", "Please vote and endorse"),
        ("Please v*te, don**a**te", "Please vote, donate"),
        ("[v]ote", "[vote"),
        ("voooote, ddonnate and suport", "vote, donate and support"),
        ("I endorce the canidate of this campain", "I endorse the candidate of this campaign"),
        ("Vot for her", "Vote for her"),
        ("apollemos a Ana, boten", "apoyemos a Ana, voten"),
        ("PleaseVoteForAnaOnTuesday", "Please Vote For Ana On Tuesday"),
        ("an infor-\nmation sheet", "an information sheet"),
        ("\\/ote", "vote"),
        ("V\xa0o\xa0t\xa0e f\xa0o\xa0r A\xa0n\xa0a", "Vote for Ana"),
        ("\U0001f1fb\U0001f1f4\U0001f1f9\U0001f1ea", "VOTE"),
        ("\U0001f125\u24aa\u24af\u24a0", "Vote"),
        ("v\ufffco\ufffct\ufffce", "vote"),
    ],
)
def test_telling_words_are_put_right(written, read):
    assert fold(written)[0] == read


@pytest.mark.parametrize(
    "written",
    [
        "Don ate lunch, and so may or may not Nate; do nate.",
        "We believe the doors of the canvas tent are in prying eyes.",
        "The ballet in Champaign, a safe haven for the payer.",
        "re-elect, on-call, self-explanatory, a.m., O'Brien/Smith, see-saw",
        "Use XmlHttpRequest, McDonald, iPhone and PowerPoint; #VoteForAnaOnTuesday @VoteForAnaOnTuesday",
        "A book, a pool, too good a boot, a veto.",
        "cost * price = total",
    ],
)
def test_ordinary_words_are_let_be(written):
    assert fold(written)[0] == written


def test_signs_between_all_words_are_nothing():
    words = "Please vote for Ana and tell all your friends to vote"
    assert fold(words.replace(" ", " \U0001f5f3 "))[0] == words


def test_a_word_put_right_is_quoted_as_it_was_written():
    text = "Please vo-\nte for our canidate"
    folded, offsets = fold(text)
    passage = Passage(text=text, folded=folded, offsets=offsets, place=Place(part="1"))
    start = folded.index("vote")
    assert passage.quote(start, start + 4)[1] == "vo-\nte"
    start = folded.index("candidate")
    assert passage.quote(start, start + 9)[1] == "canidate"


@given(st.lists(st.sampled_from(["vo", "te", "Vot", "can", "didate", "-", "\n", " ", "*", "suport", "AnaForMayorNow", "[", "é"])))
def test_every_character_still_points_into_the_original(pieces):
    text = "".join(pieces)
    folded, offsets = fold(text)
    assert len(offsets) == len(folded) + 1
    assert all(a <= b for a, b in pairwise(offsets))
    assert all(offset < len(text) for offset in offsets[:-1])


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("PleaseVoteForDanaOnNovember3AndDonate", "Please Vote For Dana On November 3 And Donate"),
        ("VoteForAna.TellYourFriendsAndFamily", "Vote For Ana.Tell Your Friends And Family"),
        ("Write to www.FriendsOfAnaMariaSmith.com", "Write to www.FriendsOfAnaMariaSmith.com"),
        ("Get FriendsOfAnaMariaSmith.com today", "Get FriendsOfAnaMariaSmith.com today"),
    ],
)
def test_words_run_together_in_capitals_are_set_apart_but_for_those_of_an_address(written, read):
    assert fold(written)[0] == read
