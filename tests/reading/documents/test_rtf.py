"""RTF: what Word and WordPad show of it, whatever its groups cut it into."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.reading import ReadingLimits
from gateway.reading.documents import compressed_rtf, rtf
from gateway.reading.extractors import kind
from gateway.reading.pieces import Piece
from tests.support.documents import hidden, lines, links, piece, pieces, png, read, whys

LIMITS = ReadingLimits(time=20)


def said(body):
    return read(piece(b"{\\rtf1\\ansi\\ansicpg1252 " + body + b"}", "letter.rtf"))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"Vote {\\b f}o{\\i\\fs40 r} Jane.\\par On June 2.", ["Vote for Jane.", "On June 2."]),
        (b"Vo\r\nte f\\\nor", ["Vote f", "or"]),
        (b"caf\\'e9 \\'93q\\'94", ["café “q”"]),
        (b"{\\uc1 \\u8220?Vote\\u8221?} \\u-10179?\\u-8704?", ["“Vote” 😀"]),
        (b"{\\uc2\\u1042\\'c2\\'c2x}{\\uc0\\u1043 y}", ["ВxГy"]),
        (b"\\{a\\}\\~b\\_c\\-d\\emdash e\\tab f\\line g", ["{a}\xa0b-cd\u2014e\tf", "g"]),
        (b"{\\fonttbl{\\f0 Arial;}{\\f1\\fcharset204 Cyr;}}{\\f1 \\'c2\\'ee}\\f0 x", ["Воx"]),
        (b"{\\fonttbl{\\f0\\fcharset128 J;}}{\\f0 \\'93\\'fa\\'96\\'7b}", ["日本"]),
        (b"{\\info{\\title Never}}{\\stylesheet{\\s0 Normal;}}{\\*\\unknown words}shown", ["shown"]),
        (b"Body\\par{\\header Vote for Jane\\par}{\\footnote a note}", ["Body", "Vote for Jane", "a note"]),
        (b"Body{\\*\\annotation a comment}", ["Body", "a comment"]),
        (b"{\\shp{\\*\\shpinst{\\sp{\\sn wzDescription}{\\sv Vote for Jane}}}}Body", ["Body", "Vote for Jane"]),
        (b"{\\shp{\\*\\shpinst{\\sp{\\sn x}{\\sv 7}}{\\shptxt in the box\\par}}}Body", ["Body", "in the box"]),
        (b"\\trowd a\\cell b\\cell\\row c", ["a\tb\t", "c"]),
        (b"{\\footnote one{\\b two}}{\\b three}", ["three", "onetwo"]),
    ],
)  # fmt: skip
def test_what_is_shown_is_read(body, expected):
    assert lines(said(body)) == expected


def test_links_are_the_fields_that_make_them():
    quoted = b'{\\field{\\*\\fldinst {\\b HYPERLINK "https://a.example/x"}}{\\fldrslt {\\ul Vote} here}}'
    found = said(quoted + b" {\\field{\\*\\fldinst HYPERLINK https://b.example}}")
    assert links(found) == [("https://a.example/x", "Vote here"), ("https://b.example", "")]
    assert [line.strip() for line in lines(found)] == ["Vote here"]


def test_hidden_and_deleted_text_is_kept_apart():
    found = said(b"Vote {\\v never }{\\deleted not }\\v x\\v0 for Jane")
    assert (lines(found), hidden(found)) == (["Vote for Jane"], ["never not x"])


@pytest.mark.parametrize("form", [lambda octets: octets.hex().encode(), lambda octets: b"\\bin%d " % len(octets) + octets])
def test_pictures_are_pieces(form):
    found = said(b"x{\\*\\shppict{\\pict{\\*\\blipuid 00ff}\\pngblip " + form(png()) + b"}}{\\nonshppict{\\pict 00}}")
    assert [p.octets for p in pieces(found)] == [png()]


def test_embedded_files_are_pieces():
    inside = b"\x02\0note.txt\0C:\\note.txt\0" + b"\0\0\x03\0" + b"\x02\0\0\0t\0" + b"\x0d\0\0\0" + b"Vote for Jane"
    ole = b"\x01\x05\0\0\x02\0\0\0" + b"\x08\0\0\0Package\0" + bytes(8) + len(inside).to_bytes(4, "little") + inside
    found = said(b"{\\object\\objemb{\\*\\objclass Package}{\\*\\objdata " + ole.hex().encode() + b"}{\\result x}}")
    assert lines(found) == ["x", "Vote for Jane"]


def test_html_that_outlook_keeps_in_it_is_read_as_html():
    octets = (
        b"{\\rtf1\\ansi\\fromhtml1 \\deff0{\\*\\htmltag64 <p>}\\htmlrtf {\\htmlrtf0 Vote &amp; <win>"
        b"{\\*\\htmltag84 <b>}\\htmlrtf {\\b\\htmlrtf0 for{\\*\\htmltag92 </b>}\\htmlrtf }\\htmlrtf0  Jane"
        b'{\\*\\htmltag116 <a href="https://a.example/">}here{\\*\\htmltag124 </a>}'
        b"{\\*\\htmltag72 </p>}\\htmlrtf }\\htmlrtf0}"
    )
    (inner,) = rtf.rich(piece(octets), LIMITS)
    assert inner.octets == b'<p>Vote &amp;amp; &lt;win&gt;<b>for</b> Jane<a href="https://a.example/">here</a></p>'
    assert inner.type == "text/html"


def test_what_stands_behind_the_last_brace_is_looked_at():
    assert lines(read(b"{\\rtf1 Body}\r\nVote for Jane")) == ["Body", "Vote for Jane"]


@pytest.mark.parametrize("label", ["application/msword", "text/rtf", "text/plain", "application/octet-stream"])
@pytest.mark.parametrize("start", [b"", b"\r\n ", b"\xef\xbb\xbf"])
def test_it_is_told_by_its_octets(label, start):
    assert kind(piece(start + b"{\\rtf1 x}", "x.doc", label)) == "application/rtf"


def test_no_number_of_braces_takes_memory_or_fails():
    assert lines(said(b"{" * 300_000 + b"Vote" + b"}" * 300_000)) == ["Vote"]
    assert whys(said(b"}" * 10)) == []


def test_characters_are_bounded():
    found = list(rtf.rich(piece(b"{\\rtf1 " + b"words \\b " * 10_000 + b"}"), ReadingLimits(text=1000)))
    assert whys(found) == ["too large: not all of its text was read"]


@pytest.mark.parametrize(
    ("packed", "expected"),
    [
        (
            "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0",
            b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n",
        ),
        ("1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0", b"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}"),
        (b"\x14\0\0\0\x05\0\0\0MELA\0\0\0\0{\\rt}".hex(), b"{\\rt}"),
        ("00", b""),
        (b"\x14\0\0\0\x05\0\0\0ABCD\0\0\0\0xxxxx".hex(), b""),
    ],
)
def test_compressed_rtf_unfolds_as_the_examples_of_its_specification(packed, expected):
    assert compressed_rtf.unfold(bytes.fromhex(packed), 1000) == expected


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400))
def test_any_octets_unfold_to_something_bounded(octets):
    assert len(compressed_rtf.unfold(b"\x14\0\0\0\xff\xff\0\0LZFu\0\0\0\0" + octets, 500)) <= 500


TOKENS = [b"{", b"}", b"\\par ", b"\\'e9", b"\\'", b"\\u-1?", b"\\u55296?", b"\\uc9 ", b"\\bin99 ", b"\\*", b"\\", b"a", b"\xff"]
TOKENS += [b"{\\*\\fldinst HYPERLINK x}", b"{\\fldrslt ", b"{\\fonttbl", b"{\\footnote ", b"{\\sn x}", b"{\\sv y}", b"{\\pict 0"]
TOKENS += [b"\\f1", b"\\fcharset128", b"\\v", b"\\htmlrtf", b"\\ansicpg7 ", b"{\\*\\objdata 0102", b"\\annotation"]


@settings(max_examples=250, deadline=None)
@given(st.lists(st.sampled_from(TOKENS), max_size=60))
def test_any_soup_of_tokens_is_read_without_a_fault(soup):
    for head in (b"{\\rtf1 ", b"{\\rtf1\\fromhtml1 "):
        for item in rtf.rich(piece(head + b"".join(soup)), LIMITS):
            assert isinstance(item, Piece) or item.place.part == "2"
