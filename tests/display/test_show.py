import re
from base64 import b64encode
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from gateway import display
from gateway.display.files import leaves
from gateway.display.harmless import disguised, harmless
from gateway.mail import Place
from gateway.verdict import Category, Evidence, Finding, Kind
from tests.support.harm import harm
from tests.support.vectors import VECTORS

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


def cleaned(html, marks=(), picture=lambda _: ""):
    return harmless(html, marks, picture)[0]


@pytest.mark.parametrize("html", VECTORS)
def test_hostile_html_neither_acts_nor_loads(html):
    assert harm(cleaned(html)) == []


def test_the_known_vectors_neither_act_nor_load(shared):
    files = [path for path in Path(shared / "corpus/html-xss").rglob("*") if path.is_file()]
    assert files
    for path in files:
        text = path.read_text("utf-8", "replace")
        assert harm(cleaned(text)) == [], path.name
        for piece in re.findall(r"<[^\n]{3,2000}", text)[:3000]:
            assert harm(cleaned(piece)) == [], piece


@given(some.text(alphabet="<>\"'=/ascriptonimgvhref:&#;x!-{}\\u", max_size=120))
def test_no_text_makes_anything_that_acts(html):
    assert harm(cleaned(html)) == []


def test_a_link_goes_nowhere_and_says_where_it_would():
    said = cleaned('<a href="https://evil.example/a?b=1&c=2">www.good.example</a>')
    assert said == (
        '<u class="link">www.good.example</u> <small class="goes" title="https://evil.example/a?b=1&amp;c=2">'
        "→ https://evil.example/a?b=1&amp;c=2</small>"
    )


def test_remote_pictures_are_counted_and_named_and_never_loaded():
    html, withheld = harmless(
        '<img src="https://x.example/a.png" alt="Our hall"><img src=//y.example/p.gif width=1>', (), lambda _: ""
    )
    assert withheld == 2
    assert "[picture not loaded: Our hall]" in html
    assert "x.example" not in html


def test_what_the_message_looks_like_stays():
    html = '<table border="1"><tr><td style="color:red;text-align:center" bgcolor="#eee">a</td></tr></table>'
    said = cleaned(html)
    assert 'style="color:red;text-align:center"' in said
    assert 'bgcolor="#eee"' in said


@pytest.mark.parametrize(
    ("shown", "target", "is_so"),
    [
        ("www.good.example", "https://evil.example/", True),
        ("https://good.example/a", "https://www.good.example/b", False),
        ("read more", "https://evil.example/", False),
        ("good.example", "https://[", True),
        ("good.example", "mailto:a@b.example", False),
    ],
)
def test_a_link_whose_words_name_another_host_is_disguised(shown, target, is_so):
    assert disguised(shown, target) is is_so


def finding(quote, **place):
    place = Place(**{"part": "1", **place})
    evidence = (Evidence(place=place, quote=quote),)
    return Finding(
        category=Category.POLITICAL, kind=Kind.PROMOTION, detector="t", says="promotes <it>", weight=1, evidence=evidence
    )


def mail(*parts: bytes) -> bytes:
    head = b"From: a@b.example\r\nSubject: s\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=Q\r\n\r\n"
    return head + b"".join(b"--Q\r\n" + part + b"\r\n" for part in parts) + b"--Q--\r\n"


def test_a_passage_is_marked_where_it_stands_in_text_and_on_the_page():
    html = b"Content-Type: text/html\r\n\r\n<p>Well, vote\r\n for <b>Alex</b>   Example now.</p>"
    shown = display.show(mail(html), (finding("vote for Alex Example", start=6, end=27),))
    assert [(run.text, run.says) for run in shown.texts[0].runs] == [
        ("Well, ", ""),
        ("vote for Alex Example", "promotes <it>"),
        (" now.", ""),
    ]
    assert re.sub(r"<[^>]+>", "", "".join(re.findall(r"<mark[^>]*>(.*?)</mark>", shown.page, re.DOTALL))).split() == [
        "vote",
        "for",
        "Alex",
        "Example",
    ]
    assert "promotes &lt;it&gt;" in shown.page


def test_a_picture_the_message_brings_is_shown_and_one_it_does_not_is_not():
    html = b'Content-Type: text/html\r\n\r\n<img src="cid:One@x"><img src="cid:two@x" alt="two">'
    picture = b"Content-Type: image/png\r\nContent-ID: <one@x>\r\nContent-Transfer-Encoding: base64\r\n\r\n" + b64encode(PNG)
    shown = display.show(mail(html, picture), ())
    assert shown.page.count("data:image/png;base64,") == 1
    assert "[picture not loaded: two]" in shown.page


def test_what_calls_itself_a_picture_and_is_none_is_only_a_file():
    page = b"Content-Type: image/png; name=x.png\r\n\r\n<script>alert(1)</script>"
    shown = display.show(mail(b"Content-Type: text/plain\r\n\r\nhello", page), ())
    assert shown.page == ""
    assert [(file.name, file.part) for file in shown.files] == [("x.png", "2")]


def test_an_attachment_comes_decoded_and_one_that_is_not_there_is_a_key_error():
    part = b'Content-Type: application/pdf; name="a.pdf"\r\nContent-Transfer-Encoding: base64\r\n\r\n' + b64encode(b"%PDF-1.4")
    assert display.part(mail(b"Content-Type: text/plain\r\n\r\nx", part), "2") == ("a.pdf", b"%PDF-1.4")
    with pytest.raises(KeyError):
        display.part(mail(part), "7")


def test_nothing_turns_the_direction_of_writing():
    shown = display.show("From: a@b.example\r\nSubject: x\u202ecod.exe\r\n\r\ntext \u202eevil\u2066\r\n".encode(), ())
    said = "".join(run.text for text in shown.texts for run in text.runs) + "".join(value for _, value in shown.fields)
    assert not set(said) & set("\u202e\u2066")
    assert "\u202e" not in display.source("\u202e".encode())[0]


def test_a_long_text_is_shortened_and_its_marked_passages_are_not_lost():
    long = b"Content-Type: text/plain\r\n\r\n" + b"word " * 60_000
    marked = b"Content-Type: text/plain; name=b.txt\r\n\r\nvote for Alex"
    shown = display.show(mail(long, marked), (finding("vote for Alex", part="2", name="b.txt", start=0, end=13),))
    assert shown.shortened
    assert any(run.says for text in shown.texts for run in text.runs)


@pytest.mark.parametrize("octets", [b"", b"\0" * 50, b"Content-Type: multipart/mixed\r\n\r\n--x", b"From: \xff\xfe<\r\n\r\n\xff"])
def test_what_is_broken_is_shown_all_the_same(octets):
    assert isinstance(display.show(octets, ()), display.Shown)
    assert isinstance(display.source(octets)[0], str)


def test_a_message_opened_once_serves_for_all_that_is_shown_of_it():
    html = b'Content-Type: text/html\r\n\r\n<img src="cid:one@x"> Jo Park votes'
    picture = b"Content-Type: image/png\r\nContent-ID: <one@x>\r\nContent-Transfer-Encoding: base64\r\n\r\n" + b64encode(PNG)
    inner = b"Content-Type: message/rfc822\r\n\r\nFrom: c@d.example\r\nSubject: inner\r\n\r\nforwarded"
    octets = mail(html, picture, inner)
    opened = display.Opened(octets)
    assert display.show(opened, ()) == display.show(octets, ())
    assert display.named(opened, {"jo": ("Jo Park",), "al": ("Al Park",)}) == {"jo"}
    assert [(piece.part, piece.type) for piece in opened.pieces] == [(piece.part, piece.type) for piece in leaves(octets)]


def test_a_message_too_tangled_to_take_apart_is_one_piece():
    tangled = b"From: a@b.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\n" * 60_000
    assert len(display.Opened(tangled).pieces) == 1
