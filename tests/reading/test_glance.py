"""A glance at what is left of a text without its plain words never tells too little: what it leaves out is not there."""

import importlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.mail import Place
from gateway.reading import links
from gateway.reading.draft import COUNTED, EVERY, LINKED
from gateway.reading.glance import glance
from gateway.reading.types import Passage

fold = importlib.import_module("gateway.reading.fold")

DISGUISES = (
    *(
        "v.o.t.e",
        "v o t e",
        "(v)(o)(t)(e)",
        "[v][o]",
        "v*te",
        "vo-",
        "te",
        "vo",
        "v0te f0r 4na",
        "VoteForAnaOnTuesday",
        "voooote",
    ),
    *("endorce", "votemarshforsheriff", "PleasevoteforAnaMarsh", "*", "|", "+", "1.", "2.", "3", "4", "a)", "b)", "c)", "d)"),
    *("-", "•", "_vote_", "[b]v[/b]", "vo/te", "re-e-lect", "vote_for_Ana_on_Tuesday", "\\/ote", "v()te", "€lect", "$upport"),
    *("can-\n", "didate", "uh", "um", "for", "don", "at", "ed", "d", "on", "or", "a.m.", "I'm", "it's", '"I', "(e.g.", "M4yor"),
    *(
        "www.x.test",
        "x dot com",
        "x<.>com www.",
        "http://a.test/b",
        "mailto:a@b.test",
        "vote,for",
        "20%20vote",
        "ｖｏｔｅ",
        "…",
        "\u200b",
    ),
)
PLAIN = ("The", "board", "will", "meet", "on", "Tuesday,", "and", "budget.", "(see", "below)", "NASA", "a", "I", "we", "to")
TEXTS = st.lists(
    st.tuples(st.sampled_from(DISGUISES + PLAIN * 3), st.sampled_from((" ", " ", " ", "\n", "  ", "\n\n", ", ", ". ", "", "\t"))),
    max_size=40,
).map(lambda pairs: "".join(word + gap for word, gap in pairs))


@given(text=TEXTS)
def test_a_text_is_folded_as_it_is_where_every_kind_is_looked_for(text):
    whole = fold.folded(text, look=lambda _: EVERY)
    told = fold.folded(text)
    assert (told.text, told.offsets) == (whole.text, whole.offsets)


@given(text=st.text("voteVOTE 1.4-()[]*_'\"|/\\:\n", max_size=60))
def test_so_is_one_of_letters_and_signs(text):
    whole = fold.folded(text, look=lambda _: EVERY)
    told = fold.folded(text)
    assert (told.text, told.offsets) == (whole.text, whole.offsets)


@given(text=TEXTS)
def test_no_link_stands_in_a_text_of_which_none_is_told(text):
    draft = fold.folded(text)
    passage = Passage(text=text, place=Place(part="1"), folded=draft.text, offsets=draft.offsets)
    assert LINKED in draft.may or not list(links.in_text(passage))


@pytest.mark.parametrize("disguise", ["v.o.t.e f.o.r", "V O T E", "[v][o][t][e][f][o][r][a]", "VoteForAnaMarshNow", "v*te"])
def test_a_disguise_among_plain_words_is_told(disguise):
    plain = "The board will meet on the second floor and go through the budget. "
    assert glance(plain * 3) < glance(f"{plain}{disguise}, {plain}")


def test_of_plain_words_nothing_is_told():
    assert not glance(
        "The board will meet on Tuesday, and the budget is on the agenda.\nPlease bring (some) chairs!\n\nThank you"
    )


@pytest.mark.parametrize(
    "text",
    [
        "Introduction. alpha a) beta b) gamma c) delta",
        "The list is\n- vote\n- for\n- Ana\n- on\n- the\n- ballot\nNext of all we go through the budget",
        "1 vote 2 for 3 Ana 4 Marsh on the ballot",
    ],
)
def test_what_counts_words_is_told_where_plain_words_stand_around_it(text):
    assert COUNTED in glance(text)
