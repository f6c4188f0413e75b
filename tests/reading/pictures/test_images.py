"""Picture files: what is shown is read, in every format and way round; what is not is said."""

import struct
import time
import zlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from gateway.mail import Place, Unread
from gateway.reading import ReadingLimits
from gateway.reading.pictures import images
from gateway.reading.pieces import DAMAGED
from tests.support.pictures import drawn, octets, piece, read_apart, sheets, whys

FLYER = drawn("Vote for Jane Example", "Sheriff, June 2")
WORDS = "Vote for Jane Example\nSheriff, June 2"


def read(picture, kind="PNG", limits=None, **options):
    return read_apart(piece(octets(picture, kind, **options)), limits)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP", "TIFF", "BMP", "AVIF", "JPEG2000"])
def test_every_format_is_read_and_its_label_does_not_matter(kind):
    found = read_apart(piece(octets(FLYER, kind), "image/jp2" if kind == "JPEG2000" else "application/octet-stream"))
    assert (sheets(found), whys(found)) == ([WORDS], [])


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16", "I"])
def test_every_kind_of_pixels_is_read(mode):
    picture = (
        FLYER.convert("L").convert("I").point(lambda value: value * 200).convert("I;16")
        if mode == "I;16"
        else FLYER.convert(mode)
    )
    assert sheets(read(picture, "TIFF" if mode in {"CMYK", "I"} else "PNG")) == [WORDS]


@pytest.mark.parametrize("angle", [90, 180, 270])
def test_a_picture_that_stands_on_its_side_or_head_is_read(angle):
    assert sheets(read(FLYER.rotate(angle, expand=True))) == [WORDS]


@pytest.mark.parametrize("way", [3, 6, 8])
def test_a_picture_is_read_as_its_exif_turns_it_and_the_box_is_that_of_the_picture_as_shown(way):
    turned = FLYER.rotate({3: 180, 6: 90, 8: 270}[way], expand=True)
    exif = Image.Exif()
    exif[0x0112] = way
    (sheet,) = read(turned, "JPEG", exif=exif, quality=95)
    assert sheet.text == WORDS
    ((x, y, width, height),) = [box for start, _, box in sheet.boxes if start == 0]
    assert x < 80
    assert y < 80
    assert 60 < width < 120
    assert height < 60


def test_light_words_on_a_transparent_ground_are_read():
    for ink in ("white", "black"):
        ground = Image.new("RGBA", FLYER.size, (0, 0, 0, 0))
        ground.paste(Image.new("RGBA", FLYER.size, ink), mask=FLYER.convert("L").point(lambda value: 255 - value))
        assert sheets(read(ground)) == [WORDS]


def test_every_frame_that_differs_is_read_once():
    other = drawn("Bring a friend", room=FLYER.size)
    frames = [FLYER, FLYER, other, FLYER]
    found = read(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=100)
    assert sheets(found) == [WORDS, "Bring a friend"]


def test_pages_of_a_tiff_have_numbers():
    found = read(FLYER, "TIFF", save_all=True, append_images=[drawn("Bring a friend")])
    assert [(sheet.text, sheet.place.page) for sheet in found] == [(WORDS, 1), ("Bring a friend", 2)]


def test_beyond_the_limit_of_frames_it_is_said():
    frames = [drawn(f"Number {n}", room=(300, 80)) for n in range(4)]
    found = read(frames[0], "GIF", ReadingLimits(frames=2), save_all=True, append_images=frames[1:])
    assert sheets(found) == ["Number 0", "Number 1"]
    assert whys(found) == ["too large: it has many frames, and the first 2 were read"]


@pytest.mark.parametrize("size", [(1, 1), (600, 2), (600, 9), (32, 32), (49, 49)])
def test_pictures_too_small_to_hold_words_are_left_out(size):
    assert read(Image.effect_noise(size, 90)) == []
    assert images.too_small(size)


@pytest.mark.parametrize("size", [(50, 10), (10, 50), (64, 64), (600, 30)])
def test_pictures_that_could_hold_a_word_are_read_or_put_off(size):
    put_off = read(Image.effect_noise(size, 90), limits=ReadingLimits(dear=False))
    assert put_off == [Unread(place=Place(part="2"), why=images.PUT_OFF)]


def test_a_picture_of_one_colour_says_nothing():
    assert read(Image.new("RGB", (400, 300), "navy")) == []


def test_where_pictures_are_not_read_that_is_said():
    assert whys(read(FLYER, limits=ReadingLimits(ocr=False))) == [images.NOT_READ]
    assert whys(read(FLYER, limits=ReadingLimits(ocr=False, dear=False))) == [images.NOT_READ]


def test_a_picture_that_breaks_off_is_damaged_and_what_it_shows_is_read():
    whole = octets(drawn("Vote for Jane Example", "", "", "", "", ""), "JPEG")
    found = read_apart(piece(whole[: len(whole) * 3 // 4]))
    assert "Vote for Jane Example" in sheets(found)[0]
    assert whys(found) == [DAMAGED]


def _header_only(width, height):
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b""))
    body = b"".join(struct.pack(">I", len(b)) + kind + b + struct.pack(">I", zlib.crc32(kind + b)) for kind, b in chunks)
    return b"\x89PNG\r\n\x1a\n" + body


def test_a_picture_with_too_many_pixels_is_not_decoded():
    began = time.monotonic()
    found = read_apart(piece(_header_only(60_000, 60_000)))
    assert whys(found) == ["too large: 60000 by 60000 pixels"]
    assert time.monotonic() - began < 5


def test_a_jpeg_that_is_too_large_is_read_in_a_smaller_size():
    large = FLYER.resize((FLYER.width * 4, FLYER.height * 4))
    (sheet,) = read(large, "JPEG", ReadingLimits(pixels=400_000))
    assert sheet.text == WORDS
    assert whys(read(large, "JPEG", ReadingLimits(pixels=10_000))) == ["too large: 1920 by 672 pixels"]
    right, bottom = (max(box[n] + box[n + 2] for *_, box in sheet.boxes) for n in (0, 1))
    assert 1200 < right < large.width
    assert 450 < bottom < large.height


def test_a_large_picture_is_read_in_a_smaller_size_and_its_boxes_are_those_of_the_whole():
    large = drawn("Vote for Jane Example", size=500, room=(6400, 3400))
    (sheet,) = read(large)
    assert sheet.text == "Vote for Jane Example"
    assert max(x + width for *_, (x, _, width, _) in sheet.boxes) > 4000


def test_the_box_of_quoted_words_is_around_them():
    (sheet,) = read(FLYER)
    at = sheet.text.index("Jane")
    ((x, y, width, height),) = [box for start, end, box in sheet.boxes if start == at and end == at + 4]
    ink = FLYER.convert("L").point(lambda value: 255 - value)
    assert ink.crop((x, y, x + width, y + height)).getbbox() is not None
    left = FLYER.copy()
    ImageDraw.Draw(left).rectangle((x, y, x + width, y + height), fill="white")
    assert "Jane" not in sheets(read(left))[0]


@given(st.binary(max_size=60), st.integers(0, 400), st.sampled_from(["PNG", "GIF", "BMP", "TIFF", "WEBP"]))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_damage_to_a_picture_breaks_its_reader(noise, at, kind):
    whole = octets(Image.effect_noise((9, 40), 50), kind)
    at %= len(whole)
    broken = whole[:at] + noise + whole[at + len(noise) :]
    for item in images.read(piece(broken, f"image/{kind.lower()}"), ReadingLimits(dear=False)):
        assert isinstance(item, Unread)
