"""Pages that show something else than their tags say at first sight: read as they show, or said to be unread."""

import base64
import re

import pytest

from gateway.reading import brought
from tests.reading.test_disguises import WORDS, _letters, _said
from tests.support.reading import mail, read, whys

LISTED = WORDS.split()
HTML = "text/html; charset=utf-8"


def _data(kind, written):
    return f"data:{kind};base64,{base64.b64encode(written.encode()).decode()}"


PUT = f"p::before{{content:'{WORDS}'}}"


def _page(markup):
    return mail(markup, kind=HTML)


HIDING = [
    *("-webkit-text-fill-color:transparent", "clip-path:polygon(0 0,0 0,0 0)", "transform:scale(0.001)", "filter:opacity(0)"),
    *("font-size:calc(0px)", "font:0/0 a", "color:oklch(100% 0 0)", "color:hwb(0 100% 0)", "color:lab(100 0 0)"),
    *("color:color-mix(in srgb,white,white)", "color:light-dark(#fff,#000)", "color:color(srgb 1 1 1)", "color:Canvas"),
    *("position:fixed;inset:0 auto auto -999em", "position:absolute;transform:translate(-9999px)", "opacity:calc(0)"),
    *("position:absolute;translate:-9999px", "scale:0"),
]


@pytest.mark.parametrize("style", HIDING)
def test_letters_hidden_by_newer_style_are_not_between_those_that_show(style):
    assert WORDS in _said(_page(_letters(f"{{}}<i style='{style}'>q</i>")))


@pytest.mark.parametrize(
    "markup",
    [
        _letters("{}<i style='zoom:0;mask:none'>q</i>"),
        "<style>.q{mask-size:0 0;-webkit-mask-image:url(x)}</style>" + _letters("{}<b class=q>k</b>"),
        "".join(f"{c}<i class=c{n}>q</i>" if c.isalpha() else c for n, c in enumerate(WORDS)),
    ],
)
def test_letters_that_stand_between_letters_by_style_nobody_understands_are_left_out_of_a_further_reading(markup):
    found = _said(_page(markup))
    assert len(found) == 2
    assert found[1].startswith(WORDS)


def test_emphasis_inside_words_makes_no_further_reading():
    markup = "<p>re<b class=x>elect</b>ed un<i class=x>til</i> <b class=x>Friday</b> H<sub class=x>2</sub>O</p>" * 3
    assert len(_said(_page(markup))) == 1


@pytest.mark.parametrize(
    "markup",
    [
        f"<iframe src='{_data('text/html', f'<p>{WORDS}</p>')}'></iframe>",
        f"<object data='{_data('text/html', f'<p>{WORDS}</p>')}'></object>",
        f"<link rel=stylesheet href='{_data('text/css', PUT)}'><p></p>",
        f"<style>@import url({_data('text/css', PUT)});</style><p></p>",
        f"<div><template shadowrootmode=open><p>{WORDS}</p></template></div>",
        f"<style>li::marker{{content:'{WORDS}'}}</style><ul><li></ul>",
        f"<style>li{{list-style-type:'{WORDS}'}}</style><ul><li></ul>",
        f"<ul><li style='list-style-type:\"{WORDS.lower()}\"'></ul>",
        f"<style>q{{quotes:'{WORDS}' ''}}</style><q></q>",
        f"<style>@media (min-width:1px){{p::before{{Content:'{WORDS}'}}}}</style><p></p>",
        f"<style>p::before{{content:no-open-quote '{WORDS[:9]}' open-quote '{WORDS[9:]}'}}</style><p></p>",
        "<style>@counter-style v{symbols:" + " ".join(f"'{word}'" for word in LISTED) + "}ol{list-style:v}</style><ol><li></ol>",
        f"<style>:root{{--t:'{WORDS}'}}p::before{{content:var(--t)}}</style><p></p>",
        f"<style>.a{{p::before{{content:'{WORDS}'}}}}</style><div class=a><p></p></div>",
        f"<!--[if mso]><v:shape><v:textpath string='{WORDS}'/></v:shape><![endif]-->",
        "<div>"
        + "".join(
            f"<b style='position:absolute;left:0;top:0;transform:translateX({90 * n}px)'>{word}</b>"
            for n, word in sorted(enumerate(LISTED), key=lambda one: one[1])
        )
        + "</div>",
        "<div>"
        + "".join(
            f"<b style='display:inline-block;width:90px;margin-left:{-180 if n else 360}px'>{word}</b>"
            for n, word in enumerate(LISTED[::-1])
        )
        + "</div>",
    ],
)
def test_what_a_page_brings_along_or_draws_elsewhere_is_read_as_it_shows(markup):
    assert any(WORDS.lower() in said.lower() for said in _said(_page(markup)))


@pytest.mark.parametrize(
    ("markup", "why"),
    [
        ("<style>@font-face{font-family:z;src:url(data:font/woff2;base64,AA)}</style><p>x</p>", brought.FONT),
        ("<p style='box-shadow:" + ",".join(f"{n}px {n}px #000" for n in range(400)) + "'></p>", brought.SHADOWS),
        ("<svg>" + "<path d='M0 0C9 9 8 8 7 7" + " 1 2 3 4" * 200 + "M1 1L2 2z" * 20 + "'/>" + "</svg>", brought.CURVES),
        ("<svg><text x='9 18 27 36 1 5 3 4 2'>abcdefghi</text></svg>", brought.SPREAD),
        ("<svg>" + "<text id=a>a</text><use href=#a x=9 />" * 12 + "</svg>", brought.SPREAD),
        ("<!--[if mso]>one<![endif]-->" * 401, "too large"),
    ],
)
def test_what_is_drawn_in_ways_that_cannot_be_read_is_said(markup, why):
    assert whys(read(_page(f"<p>See this.</p>{markup}"))) == [why]


def test_an_icon_and_a_font_from_elsewhere_are_nothing_to_say():
    icon = "<svg><path d='M0 0L9 9z'/><path d='M1 1L2 2z'/><text x='1 2 3 4 5 6 7 8 9 10'>abc</text></svg>"
    icon += "<svg><use href='#a'/><textarea id=a></textarea></svg>" * 20
    assert whys(read(_page(f"<style>@font-face{{font-family:z;src:url(https://x.example/z.woff2)}}</style>{icon}<p>x</p>"))) == []


@pytest.mark.parametrize(
    "written",
    [
        "".join(f"\\u{ord(c):04x}" for c in WORDS),
        "".join(f"&#{ord(c)};" for c in WORDS),
        "".join(f"%{ord(c):02X}" for c in WORDS),
        "<?xml version='1.0'?><!DOCTYPE n [<!ENTITY a 'Vote for'><!ENTITY b 'Smith on Tuesday.'>]><n>&a; &b;</n>",
        base64.b64encode((WORDS * 3).encode()).decode(),
        "\x1b[1m".join(WORDS),
        "".join(c + "x\b" for c in WORDS),
    ],
)
def test_text_in_escapes_is_read_without_them_too(written):
    assert any(WORDS in said for said in _said(mail(written)))


def test_a_few_escapes_are_left_as_they_are():
    ordinary = r"The path is C:\users\u0041 and 50%20 of R&amp;D."
    assert len([said for said in _said(mail(ordinary)) if re.search("path", said)]) == 1


def test_a_message_too_tangled_to_take_apart_is_said_to_be_and_its_text_is_read():
    nested = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(1700))
    reading = read(b"Subject: x\r\nMIME-Version: 1.0\r\n" + nested + b"Content-Type: text/plain\r\n\r\n" + WORDS.encode())
    assert whys(reading) == ["nested too deep, or in too many parts"]
    assert any(WORDS in passage.folded for passage in reading.passages if passage.place.part == "1")


@pytest.mark.parametrize("padding", [b"\0" * 64, b"\0" * 4096])
def test_text_between_zeros_is_read(padding):
    assert WORDS in _said(mail(padding + WORDS.encode() + padding))
