import base64
import binascii
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.reading import transfer

WORDS = b"Hello, this is what was meant."
CODED = base64.b64encode(WORDS)


@pytest.mark.parametrize(
    "written",
    [
        CODED,
        CODED.rstrip(b"="),
        CODED[:10] + b"#!*\r\n" + CODED[10:],
        b"  " + CODED[:8] + b"\x00" + CODED[8:] + b"\r\n\r\n",
    ],
)
def test_broken_base64_is_read_as_mail_programs_read_it(written):
    assert transfer.undo(written, "base64") == WORDS


def test_base64_goes_on_behind_padding():
    assert (
        transfer.undo(
            base64.b64encode(b"one") + b"\r\n" + base64.b64encode(b"four") + b"\r\n" + base64.b64encode(b"end"), "BASE64"
        )
        == b"onefourend"
    )


def test_sentences_called_base64_are_sentences():
    assert transfer.undo(b"These are words and nothing else at all.", "base64") == b"These are words and nothing else at all."


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (b"Vo=\r\nte", b"Vote"),
        (b"Vo= \t\r\nte", b"Vote"),
        (b"=56ote =3d =zz 100%", b"Vote = =zz 100%"),
        (b"ends in =", b"ends in "),
    ],
)
def test_quoted_printable_is_read_kindly(written, meant):
    assert transfer.undo(written, "Quoted-Printable ; x") == meant


def test_an_unknown_encoding_changes_nothing():
    assert transfer.undo(b"=56 as it is", "x-strange") == b"=56 as it is"


def _uuencoded(octets, name="x.txt"):
    lines = [binascii.b2a_uu(octets[i : i + 45]).decode() for i in range(0, len(octets), 45)]
    return f"begin 644 {name}\n" + "".join(lines) + "`\nend\n"


def test_uuencoded_files_are_found_in_text():
    text = "before\n" + _uuencoded(WORDS * 5) + "between\n" + _uuencoded(b"two", "b c.txt") + "after"
    assert list(transfer.uuencoded(text.split("\n"))) == [("x.txt", WORDS * 5), ("b c.txt", b"two")]


@pytest.mark.parametrize("form", ["See this.\n{}", "{}See this.\n", "begin 644 note\n SEE THIS.\nend\n"])
def test_words_around_or_in_what_is_called_uuencoded_are_kept(form):
    assert transfer.undo(_uuencoded(WORDS).encode(), "x-uuencode") == WORDS
    written = form.format(_uuencoded(WORDS)).encode()
    assert transfer.undo(written, "x-uuencode") == written


def test_a_sentence_that_begins_with_begin_is_no_file():
    assert not list(transfer.blocks(["begin 644 hours of work", "which we will all finish, in the", "end"]))


@given(st.binary(max_size=400), st.sampled_from(["base64", "quoted-printable", "uuencode", "7bit", "", "x"]))
def test_any_octets_can_be_undone(octets, encoding):
    assert isinstance(transfer.undo(octets, encoding), bytes)


@pytest.mark.timeout(30)
def test_many_beginnings_without_end_have_an_end():
    list(transfer.blocks(["begin 644 x"] * 100_000))


def test_zeros_around_a_text_go_and_cost_little_however_many_they_are():
    assert transfer.unpadded(bytes(9) + WORDS + bytes(10)) == bytes(1) + WORDS + bytes(2)
    assert transfer.unpadded(bytes(3) + WORDS + bytes(7)) == bytes(3) + WORDS + bytes(7)
    tracemalloc.start()
    try:
        assert transfer.unpadded(bytes(4_000_001)) == b""
        assert tracemalloc.get_traced_memory()[1] < 12_000_000
    finally:
        tracemalloc.stop()
