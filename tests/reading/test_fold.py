from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.mail import Place
from gateway.reading import Passage, fold

ALPHABET = st.one_of(
    st.characters(),
    st.sampled_from(" \n\t.aA1VOTE\u0363🇺🇸\u3164ⱱ\u200b\u00ad\u0301\u00a0\u202e﻿оеѕﬁ½…—“ｖ𝐕"),
)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Nothing odd here.\nNot here either.", "Nothing odd here.\nNot here either."),
        ("  many   blanks \t and tabs ", "many blanks and tabs"),
        ("one\n\n\n\ntwo \n three", "one\n\ntwo\nthree"),
        ("V\u200bo\u00adt\u200de", "Vote"),
        ("V\x00o\x01te\ufeff", "Vote"),
        ("Vоtе fоr Ѕmіth", "Vote for Smith"),
        ("ＶＯＴＥ 𝐕𝐨𝐭𝐞 ⓥⓞⓣⓔ ᴠᴏᴛᴇ ꓦꓳꓔꓰ", "VOTE Vote vote vote VOTE"),
        ("ғᴏʀ", "for"),
        ("José Peñalosa, ¿mañana?", "Jose Penalosa, ¿manana?"),
        ("“quoted” ‘too’ — yes… ﬁne ½", "\"quoted\" 'too' - yes... fine 1/2"),
        ("V O T E  F O R  S M I T H today", "VOTE FOR SMITH today"),
        ("V.O.T.E. and v-o-t-e", "VOTE. and vote"),
        ("V\nO\nT\nE", "VOTE"),
        ("Units A B and C", "Units A B and C"),
        ("made in the U S A", "made in the U S A"),
        ("Straße, Ærø, Łódź", "Strasse, AEro, Lodz"),
        ("\u043c\u0438\u0440", "m\u0438p"),
    ],
)
def test_folded_text_is_what_a_reader_sees(written, read):
    assert fold(written)[0] == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Vote\u3164for\uffa0Ana", "Vote for Ana"),
        ("ⱱoƫe foᵳ Ana Maᵳȿɧ, Ƥȴᶒᶏȿᶒ ᴌ", "vote for Ana Mars\u0267, Please l"),
        ("Nguyễn Thị Hương, Đặng, Ångström, Ağaoğlu, Żółć", "Nguyen Thi Huong, Dang, Angstrom, Agaoglu, Zolc"),
        ("Vote🇺🇸for🇺🇸🇺🇸Ana🇲🇽Marsh. 🇺🇸Today", "Vote for Ana Marsh. Today"),
        ("🇺🇸Vote for us all🇺🇸!", "Vote for us all !"),
        ("🇻🇴🇹🇪 🇫🇴🇷 🇲🇪, p🇱🇪ase, 🇫🇴r 🇽🇽it", "VOTE FOR ME, pLEase, FOr XXit"),
        ("We drove from 🇺🇸 to 🇲🇽.", "We drove from US to MX."),
        ("V\xa0\u0366te f\xa0\u0366r An\u2003\u0363 M\xa0\u0363rsh", "Vote for Ana Marsh"),
        ("V \u0366te f \u0366r An \u0363", "Vote for Ana"),
        ("V\u0366\u0363o\u0364t\u036fe \u0366f\u0366o\u0366r \u0363A\u0364n\u0365a \u0363x", "Vote for Ana x"),
        ("one \u0363 mark", "one mark"),
    ],
)
def test_what_is_drawn_as_a_letter_or_as_a_blank_is_one(written, read):
    assert fold(written)[0] == read


def test_figures_for_letters_are_letters_where_a_text_is_full_of_them():
    assert fold("Pl34s3 v07e f0r h3r, 4nd m4k3 4 d0n4t10n n0w.")[0] == "Please vote for her, and make 4 donation now."


@pytest.mark.parametrize(
    "written",
    [
        "Meet the 1st, 2nd, 3rd and 4th shift at 7pm in room B2.",
        "Plates 7ABC123, 4XYZ987 and K9 units, case 2024-0371, 5ft 10in, 150lbs.",
        "Write to a@b.example, c@d.example, e@f.example, g@h.example and i@j.example.",
        "Call 555-0134 at 0700hrs about item A4, the MP3 and the h264 file.",
    ],
)
def test_measures_plates_and_dates_stay_as_they_are(written):
    assert fold(written)[0] == written


def test_ordinary_text_is_not_touched_and_points_at_itself():
    text = "An ordinary line.\n" * 50
    folded, offsets = fold(text.strip())
    assert folded == text.strip()
    assert list(offsets) == list(range(len(folded) + 1))


@given(st.text(ALPHABET, max_size=200))
def test_every_folded_character_points_into_the_original(text):
    folded, offsets = fold(text)
    assert len(offsets) == len(folded) + 1
    assert all(a <= b for a, b in pairwise(offsets))
    assert offsets[-1] <= len(text)
    assert all(offset < len(text) for offset in offsets[:-1])


@given(st.text(ALPHABET, max_size=80), st.data())
def test_a_quote_is_a_piece_of_the_original_at_its_place(text, data):
    folded, offsets = fold(text)
    start = data.draw(st.integers(0, len(folded)))
    end = data.draw(st.integers(start, len(folded)))
    passage = Passage(text=text, folded=folded, offsets=offsets, place=Place(part="1", start=7, end=7 + len(text)))
    place, quote = passage.quote(start, end)
    assert text[place.start - 7 : place.end - 7] == quote


@given(st.text(ALPHABET, max_size=200))
def test_no_run_of_blanks_is_left(text):
    folded = fold(text)[0]
    assert "  " not in folded
    assert "\n\n\n" not in folded
    assert folded == folded.strip(" \n")


def test_a_quote_of_disguised_words_shows_the_disguise():
    text = "Please V\u200bо\u200btе now"
    folded, offsets = fold(text)
    at = folded.index("Vote")
    _, quote = Passage(text=text, folded=folded, offsets=offsets, place=Place(part="1")).quote(at, at + 4)
    assert quote == "V\u200bо\u200btе"


@pytest.mark.parametrize(
    "unit", ["a ", "a\n", " ", "\n ", "1a ", "a.", "\u200b", "é ", "0a0 ", "a  b ", "🇺🇸", "Vote🇺🇸", "\xa0\u0363"]
)
@pytest.mark.timeout(30)
def test_folding_a_hostile_text_has_an_end(unit):
    fold(unit * (200_000 // len(unit)))
