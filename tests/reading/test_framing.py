"""Evidence in a picture is shown where it stands: in a picture, on a page, in what is packed or attached."""

import base64
import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from gateway.classify import Classifier, load_roster
from gateway.mail import Place
from gateway.reading import Reader
from gateway.reading.framing import framed
from tests.support.classify import ROSTER
from tests.support.pictures import drawn, octets, pdf
from tests.support.reading import parts

WORDS = ("VOTE MARSH", "FOR SHERIFF")
RED = (208, 2, 27)


def attached(content, kind, name):
    head = f'Content-Type: {kind}; name="{name}"\nContent-Transfer-Encoding: base64\n\n'
    return parts("Content-Type: text/plain\n\nSee this.", head + base64.encodebytes(content).decode())


def zipped(content, name):
    box = io.BytesIO()
    with zipfile.ZipFile(box, "w") as archive:
        archive.writestr(name, content)
    return box.getvalue()


def found(message):
    """Where the words stand, and the picture of it."""
    verdict = Classifier(load_roster(ROSTER)).classify(Reader().read(message))
    place = next(e.place for finding in verdict.findings for e in finding.evidence if e.place.box)
    return place, Image.open(io.BytesIO(framed(message, place, [place.box])))


def red(picture):
    """The edges of what is red in it."""
    near = picture.convert("RGB").point(lambda v: v)
    pixels = near.load()
    at = [
        (x, y)
        for x in range(near.width)
        for y in range(near.height)
        if all(abs(a - b) < 40 for a, b in zip(pixels[x, y], RED, strict=True))
    ]
    xs, ys = zip(*at, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def around(box, scale, edges):
    x, y, width, height = (edge * scale for edge in box)
    return all(abs(a - b) < 12 for a, b in zip(edges, (x, y, x + width, y + height), strict=True))


def _scan():
    picture = drawn(*WORDS, size=60)
    jpeg = octets(picture, "JPEG", quality=90)
    image = (
        b"<< /Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /DCTDecode"
        b" /Length %d >>\nstream\n%s\nendstream" % (*picture.size, len(jpeg), jpeg)
    )
    return pdf("400 0 0 200 100 500 cm /Im1 Do", image, resources="/XObject << /Im1 6 0 R >>")


@pytest.mark.parametrize(
    ("message", "scale"),
    [
        (attached(octets(drawn(*WORDS)), "image/png", "flyer.png"), 1.0),
        (attached(octets(drawn(*WORDS), "JPEG"), "application/octet-stream", "flyer"), 1.0),
        (attached(zipped(octets(drawn(*WORDS)), "a/flyer.png"), "application/zip", "papers.zip"), 1.0),
        (attached(_scan(), "application/pdf", "scan.pdf"), 2.0),
        (attached(zipped(_scan(), "scan.pdf"), "application/zip", "papers.zip"), 2.0),
    ],
)
def test_a_box_is_drawn_around_what_was_found(message, scale):
    place, picture = found(message)
    assert picture.format == "JPEG"
    assert around(place.box, scale, red(picture))


def test_a_picture_that_is_turned_by_its_label_is_shown_upright_with_its_box():
    turned = drawn(*WORDS).rotate(90, expand=True)
    exif = Image.Exif()
    exif[0x0112] = 6
    place, picture = found(attached(octets(turned, "JPEG", exif=exif), "image/jpeg", "flyer.jpg"))
    assert picture.width > picture.height
    assert around(place.box, 1.0, red(picture))


@pytest.mark.parametrize(
    "place",
    [Place(part="9", name="flyer.png"), Place(part="2", name="other.png"), Place(part="1"), Place(part="2", name="broken.png")],
)
def test_where_no_picture_stands_none_is_shown(place):
    with pytest.raises(KeyError):
        framed(attached(octets(drawn(*WORDS)), "image/png", "flyer.png"), place, [(0, 0, 1, 1)])
    with pytest.raises(KeyError):
        framed(attached(b"\x89PNG\r\n\x1a\n" + bytes(99), "image/png", "broken.png"), place, [(0, 0, 1, 1)])


@settings(max_examples=25, deadline=None)
@given(st.binary(max_size=200), st.tuples(*[st.integers(-(2**40), 2**40)] * 4))
def test_any_octets_and_any_box_raise_nothing_else(content, box):
    try:
        assert framed(
            attached(octets(drawn("A")) if len(content) % 2 else content, "image/png", "a.png"),
            Place(part="2", name="a.png"),
            [box],
        )
    except KeyError:
        assert True
