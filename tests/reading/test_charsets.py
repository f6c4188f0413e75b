import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.reading.charsets import decode

SPANISH = "El señor Núñez votó mañana en la reunión, ¿no?"


@pytest.mark.parametrize(
    "charset", ["utf-8", "latin-1", "cp1252", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-7", "cp850"]
)
def test_an_honest_label_is_believed(charset):
    assert decode(SPANISH.encode(charset), charset) == SPANISH


@pytest.mark.parametrize(
    "label", ["", "us-ascii", "utf-8", "iso-8859-1", "x-user-defined-9", "nonsense", "idna", "rot13", "\x00", "utf-16"]
)
def test_good_utf_8_is_read_under_any_label(label):
    assert decode(SPANISH.encode(), label) in (SPANISH, SPANISH.encode().decode("utf-16-be", "replace"))
    assert decode(b"Plain words, and no others.", label) == "Plain words, and no others."


@pytest.mark.parametrize("label", ["", "utf-8", "us-ascii", "nonsense"])
def test_western_text_is_read_under_a_wrong_label(label):
    assert decode(SPANISH.encode("cp1252"), label) == SPANISH


def test_utf_16_needs_neither_mark_nor_label():
    assert decode("Vote for Smith".encode("utf-16-le"), "utf-16") == "Vote for Smith"
    assert decode("Vote for Smith".encode("utf-16-be"), "") == "Vote for Smith"
    assert decode("Vote for Smith".encode("utf-16-le") + b"x", "utf-16").startswith("Vote for Smith")


@pytest.mark.parametrize(
    ("charset", "text"),
    [("iso-2022-jp", "投票 Vote"), ("gbk", "Ｖｏｔｅ 投票"), ("shift_jis", "Ｖｏｔｅ"), ("koi8-r", "Голосуйте за мир")],
)
def test_far_charsets_are_read(charset, text):
    assert decode(text.encode(charset), charset) == text


def test_one_bad_octet_does_not_lose_the_rest():
    octets = "Ｖｏｔｅ　ｆｏｒ　Ｓｍｉｔｈ".encode("gbk")
    assert decode(octets[:8] + b"\xff" + octets[8:], "gbk").startswith("Ｖｏｔｅ")
    assert decode("niño ".encode() * 5 + b"\xff", "utf-8").startswith("niño niño")


@pytest.mark.parametrize("label", ["utf-7", "UNICODE-1-1-UTF-7", "csUnicode11UTF7", "csUTF7"])
def test_utf_7_has_several_names(label):
    assert decode(b"+AFY-ote", label) == "Vote"


def test_plain_words_labelled_as_something_else_altogether_are_plain_words():
    assert decode(b"Vote for Smith", "cp037") == "Vote for Smith"
    assert decode(b"Vote for Smiths!", "utf-16") == "Vote for Smiths!"


@given(st.binary(max_size=300), st.one_of(st.text(max_size=12), st.sampled_from(["utf-16", "utf-7", "hz", "punycode", "gbk"])))
def test_any_octets_under_any_label_are_text_that_can_be_encoded(octets, label):
    decode(octets, label).encode("utf-8")
