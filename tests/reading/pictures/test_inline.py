"""Pictures that are written into a page are read like those that are attached to it."""

import base64
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.reading import ReadingLimits
from gateway.reading.pictures.inline import written_in
from tests.support.pictures import drawn, octets, piece
from tests.support.reading import mail, read, texts, whys

FLYER = octets(drawn("Vote for Jane Example"))
CODED = base64.b64encode(FLYER).decode()


def held(page):
    return [(found.octets, found.type) for found in written_in(piece(page.encode(), "text/html"), ReadingLimits())]


@pytest.mark.parametrize(
    "page",
    [
        f'<img src="data:image/png;base64,{CODED}">',
        f"<IMG SRC='DATA:image/png;charset=x;BASE64,{CODED.rstrip('=')}'>",
        f"<div style='background:url(data:image/png;base64,{CODED})'>",
        f'<img src="data:image/png;base64,{CODED[:200]}&#10;\n {CODED[200:]}">',
        f'<img src="data:image/png;base64,{CODED.replace("+", "%2B").replace("=", "%3d")}">',
    ],
    ids=["plain", "capitals without padding", "style", "folded", "percent signs"],
)
def test_a_picture_in_a_page_is_taken_out_as_browsers_do(page):
    assert held(f"<p>Hello {page} there") == [(FLYER, "image/png")]


def test_a_drawing_in_a_page_is_taken_out():
    drawing = "%3Csvg xmlns=%27http://www.w3.org/2000/svg%27%3E%3Ctext%3EVote%3C/text%3E%3C/svg%3E"
    assert held(f'<img src="data:image/svg+xml,{drawing}">') == [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><text>Vote</text></svg>", "image/svg+xml")
    ]


def test_the_words_in_it_are_read():
    page = f'<p>Hello</p><img src="data:image/png;base64,{CODED}">'
    reading = read(mail(page, kind="text/html"))
    assert (texts(reading), whys(reading)) == (["Hello", "Vote for Jane Example"], [])


@given(st.text("AB=+/%2&;#1 \n", min_size=40, max_size=80))
def test_any_coding_is_taken(written):
    list(written_in(piece(f"<img src='data:image/png;base64,{written}'>".encode()), ReadingLimits()))


def test_many_beginnings_of_pictures_take_no_long_time():
    began = time.monotonic()
    list(written_in(piece(b"data:image/png;base64," * 200_000), ReadingLimits()))
    assert time.monotonic() - began < 5
