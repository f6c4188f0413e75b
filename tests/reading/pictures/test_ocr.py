"""What people and adversaries do to words in pictures; and what holds none."""

import time

import pytest
import zxingcpp
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from gateway.reading.pictures import ocr
from gateway.reading.pictures.codes import codes
from gateway.reading.pictures.layout import written
from tests.support.pictures import drawn

LINES = ("Vote for Jane Example", "Sheriff you can trust", "Tuesday, June 2")


def read(picture, seconds=30.0):
    return written(ocr.see(picture.convert("RGB"), time.monotonic() + seconds).lines)[0]


def photograph(width, height):
    bands = [
        Image.effect_noise((width // n, height // n), 100).resize((width, height), Image.Resampling.BICUBIC) for n in (6, 16, 30)
    ]
    return Image.merge("RGB", bands)


def over(ground, ink, edge=None):
    font = ImageFont.load_default(44)
    for number, line in enumerate(LINES):
        at = (40, 30 + 80 * number)
        ImageDraw.Draw(ground).text(at, line, font=font, fill=ink, stroke_width=2 if edge else 0, stroke_fill=edge)
    return ground


def sloped(angle, ink="black", ground="white"):
    return drawn(*LINES, ink=ink, ground=ground).rotate(angle, expand=True, fillcolor=ground, resample=Image.Resampling.BICUBIC)


SHADED = Image.composite(
    Image.new("RGB", (640, 300), "#e0e8ff"),
    Image.new("RGB", (640, 300), "#1040c0"),
    Image.linear_gradient("L").resize((640, 300)),
)


@pytest.mark.parametrize(
    "picture",
    [
        drawn(*LINES, ink="#e8e8ff", ground="#101830"),
        drawn(*LINES, ink="#ff4040", ground="#1030a0"),
        drawn(*LINES, ink="#d8c000"),
        drawn(*LINES, ink="#c8c8c8", ground="#f0f0f0"),
        drawn(*LINES, size=12),
        drawn(*LINES, size=160),
        over(SHADED.copy(), "#101010"),
        over(photograph(640, 300), "white", "black"),
        over(photograph(640, 300), "yellow", "#202020"),
        sloped(12),
        sloped(-25),
        sloped(45),
        sloped(15, "white", "#202060"),
        sloped(10).rotate(90, expand=True),
        drawn(*LINES).filter(ImageFilter.GaussianBlur(1.5)),
    ],
    ids=(
        *("light on dark", "red on blue", "yellow on white", "grey on grey", "small", "large", "shaded", "photograph", "edged"),
        *("sloped", "falling", "steep", "sloped on dark", "sloped and on its side", "blurred"),
    ),
)
def test_it_is_read(picture):
    assert read(picture).replace("\n\n", "\n").split("\n") == list(LINES)


def test_spanish_is_read():
    try:
        font = ImageFont.truetype("DejaVuSans.ttf", 40)
    except OSError:
        pytest.skip("no font with Spanish letters is installed")
    page = Image.new("RGB", (640, 160), "white")
    ImageDraw.Draw(page).text((20, 20), "Vote por María Núñez\nsu campaña empieza aquí", font=font, fill="black")
    assert read(page) == "Vote por María Núñez\nsu campaña empieza aquí"


def test_a_picture_without_words_says_nothing():
    assert read(photograph(800, 600)) == ""
    chart = Image.new("RGB", (600, 400), "white")
    for n in range(6):
        ImageDraw.Draw(chart).rectangle((40 + 90 * n, 380 - 50 * n, 90 + 90 * n, 380), fill="navy")
    assert read(chart) == ""


PAGE = [f"Item {n}: the board heard the report of the chief and thanked the members for their work" for n in range(1, 31)]


@pytest.mark.parametrize("angle", [0, 90, 180, 270])
def test_a_full_page_is_read_whichever_way_it_lies_in_a_few_seconds(angle):
    page = drawn(*PAGE, size=22).rotate(angle, expand=True)
    began = time.monotonic()
    said = " ".join(read(page).split())
    assert time.monotonic() - began < 12
    assert all(line in said for line in PAGE)


def test_a_long_screenshot_is_read_to_its_end():
    said = read(drawn(*(f"Line {n} of the conversation" for n in range(90)), size=28))
    assert all(f"Line {n} of the conversation" in said.replace("\n", " ") for n in range(90))
    assert said.count("Line 40 of") == 1


def test_without_time_it_says_so_and_the_tallest_line_is_read_first():
    page = drawn("Vote for Jane", size=90, room=(1000, 700))
    page.paste(drawn(*(f"small words, number {n}" for n in range(8)), size=24), (20, 250))
    assert ocr.see(page, time.monotonic() - 1) == ocr.Seen((), cut=True)
    seen = next(seen for n in range(9) if (seen := ocr.see(page, time.monotonic() + 0.05 * 2**n)).lines)
    assert seen.lines[0].text == "Vote for Jane"


@pytest.mark.parametrize("kind", ["QRCode", "DataMatrix", "Code128"])
def test_a_code_says_where_it_leads_whichever_way_it_lies(kind):
    made = zxingcpp.create_barcode("https://give.example/jane", getattr(zxingcpp.BarcodeFormat, kind))
    code = Image.fromarray(zxingcpp.write_barcode_to_image(made, scale=4)).convert("RGB")
    page = Image.new("RGB", (code.width + 200, code.height + 200), "white")
    page.paste(code, (100, 100))
    (line,) = codes(page.rotate(90, expand=True))
    assert line.text == "https://give.example/jane"
