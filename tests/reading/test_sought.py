"""What is sought by its beginning is found exactly where the pattern itself finds it."""

import importlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.reading import brought, extractors, lettered, placed
from gateway.reading.lookalikes import plain
from gateway.reading.sought import Sought

fold = importlib.import_module("gateway.reading.fold")

PIECES = (
    *(
        "order",
        "order :",
        "-reverse",
        "FLOAT: Right",
        "po\u017fition:fixed",
        "position : absolute",
        "pos\u0130tion:fixed",
        "grid-area",
    ),
    *(
        "rtl",
        "art",
        "Translate",
        "margin-left:",
        " -2px",
        "Margin-Right : -",
        "border: 1",
        "<bdo dir=",
        ">",
        "unicode-bidi:",
        "override",
    ),
    *("isolate-", "Unicode-Bidi : ", "background:", "box-shadow :", "url(", "1px " * 1000, ";", " ", "x", "_"),
)
SOUGHT = {"placed": placed.TRIGGERS, "brought": brought._ART, "extractors": extractors._TURNED}


@pytest.mark.parametrize("which", SOUGHT)
@given(text=st.lists(st.sampled_from(PIECES), max_size=6).map("".join))
def test_what_is_sought_is_found_where_the_pattern_finds_it(which, text):
    assert SOUGHT[which].stands_in(text) == (SOUGHT[which]._pattern.search(text) is not None)


@pytest.mark.parametrize(
    ("text", "there"), [("A KELVIN \u212aey", True), ("a key", True), ("a k ey", False), ("a \u017fkey", True)]
)
def test_letters_that_only_ignoring_case_takes_for_plain_ones_are_found(text, there):
    assert Sought(r"\bs?key", ("key",)).stands_in(text) is there


@given(text=st.text(" \na", max_size=12))
def test_blanks_are_uneven_where_the_pattern_of_uneven_ones_is_found(text):
    assert fold._uneven(text) == (fold._UNEVEN.search(text) is not None)


@given(text=st.text("(v)[{<>]. |-@$a7\u20ac", max_size=12))
def test_the_hint_of_dressed_letters_is_one_of_five_forms(text):
    forms = (
        r"[(\[{<][A-Za-z][)\]}>] {0,3}[(\[{<][A-Za-z][)\]}>]",
        r"[^A-Za-z0-9\s]{1,2}[A-Za-z0-9@$][^A-Za-z0-9\s]{1,2}[A-Za-z0-9@$]",
        r"\(\)[a-z]",
        r"\|[)<-]?[a-z]",
        "[\u20ac+][A-Za-z]",
    )
    assert (lettered.HINT.search(text) is not None) == any(re.search(form, text) for form in forms)


@given(text=st.text(st.sampled_from("ab\xa0\u2003\t\u2019\uff41") | st.characters(min_codepoint=0x80), max_size=40))
def test_few_odd_characters_are_replaced_as_many_are(text):
    stand = {character: " " if character == "\t" else plain(character) for character in set(fold._UNSEEN.findall(text))}
    alone = {character: stands for character, stands in stand.items() if len(stands) == 1}
    assert fold._standing(text, alone) == text.translate({ord(character): stands for character, stands in alone.items()})
