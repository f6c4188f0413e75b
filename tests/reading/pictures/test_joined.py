"""Pictures that stand side by side in a page: letters, words and strips of a flyer are read as the whole that shows."""

import base64

import pytest

from gateway.reading import Reader, ReadingLimits, mosaic
from gateway.reading.pictures import images
from tests.support.pictures import drawn, octets
from tests.support.reading import parts, whys

LINES = "Vote for Jane Example", "Sheriff, June 2"
FLYER = drawn(*LINES, size=26)


def _rows(count):
    tall = FLYER.height
    return [FLYER.crop((0, tall * n // count, FLYER.width, tall * (n + 1) // count)) for n in range(count)]


def _columns(count):
    wide = FLYER.width
    return [FLYER.crop((wide * n // count, 0, wide * (n + 1) // count, FLYER.height)) for n in range(count)]


def _letters(words):
    return [drawn(letter, size=20, room=(22, 40)).crop((12, 0, 36, 40)) if letter != " " else None for letter in words]


def _mail(pictures, tag):
    shown = "".join("&nbsp; " if picture is None else tag.format(f"cid:p{n}") for n, picture in enumerate(pictures))
    enclosed = [
        f"Content-Type: image/png\nContent-ID: <p{n}>\nContent-Transfer-Encoding: base64\n\n"
        + base64.encodebytes(octets(picture)).decode()
        for n, picture in enumerate(pictures)
        if picture is not None
    ]
    return parts(f"Content-Type: text/html\n\n{shown}", *enclosed, kind="multipart/related")


def _said(message, **limits):
    reading = Reader(limits=ReadingLimits(time=60, whole=120, **limits)).read(message)
    return [passage.text for passage in reading.passages], whys(reading)


@pytest.mark.parametrize(
    ("pictures", "tag"),
    [
        (_rows(12), "<img src='{}' style='display:block'>"),
        (_columns(6), "<img src='{}'>"),
        (_columns(6), "<td><img src='{}'></td>"),
    ],
)
def test_a_flyer_in_strips_is_read_whole(pictures, tag):
    said, why = _said(_mail(pictures, tag))
    assert "\n".join(LINES) in said
    assert why == []


def test_strips_written_into_the_page_are_read_whole_too():
    tags = (f"<img src='data:image/png;base64,{base64.b64encode(octets(one)).decode()}'><br>" for one in _rows(12))
    said, _ = _said(parts("Content-Type: text/html\n\n" + "".join(tags)))
    assert "\n".join(LINES) in said


def test_pictures_are_put_off_while_it_is_not_worth_what_they_cost_and_named_where_they_are_not_read():
    message = _mail(_rows(12), "<img src='{}'><br>")
    assert images.PUT_OFF in _said(message, dear=False)[1]
    assert images.NOT_READ in _said(message, ocr=False)[1]


def test_the_icons_of_a_signature_are_not_joined():
    icons = [drawn("f", size=12, room=(24, 24))] * 6
    assert _said(_mail(icons, "<img src='{}'>"), dear=False) == ([], [])


def test_a_pack_that_is_none_is_damaged_and_one_that_is_gives_what_was_put_in():
    packed = mosaic.joined("<img src=cid:a> <img src=cid:b>&nbsp;<img src=cid:c><br><img src=cid:d>", str.encode)
    assert list(mosaic.unpacked(packed)) == [(3, b"a"), (1, b"b"), (2, b"c"), (3, b"d")]
    with pytest.raises(ValueError, match="joined"):
        list(mosaic.unpacked(b"JOINED1\n\0\0"))
    assert mosaic.joined("<img src=cid:a>", str.encode) == b""


def test_strips_that_are_too_large_together_are_said_to_be_unread():
    _, why = _said(_mail(_rows(12), "<img src='{}' style='display:block'>"), pixels=FLYER.width * FLYER.height // 2)
    assert why == ["too large: pictures that stand side by side"]
