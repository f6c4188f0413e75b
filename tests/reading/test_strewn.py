"""Letters kept apart by signs, words without blanks, text on its head or in columns, and what cards and pages bring along."""

import base64
from time import process_time

import pytest
import segno

from gateway.reading import Reader, ReadingLimits, banners, fold
from tests.support import pictures
from tests.support.reading import mail, parts, read, texts, whys

WORDS = "Please vote for Ana Smith for county sheriff on Tuesday."


def _each(sign, before="", behind=""):
    return " ".join(before + sign.join(word) + behind for word in WORDS.rstrip(".").split())


@pytest.mark.parametrize("sign", [".", "·", "•", "+", "=", ",", "→", "♥", "'", "****", "_", "/", ")("])
def test_letters_of_every_word_are_put_together_whatever_sign_is_between_them(sign):
    assert fold(_each(sign))[0] == WORDS.rstrip(".")


def test_letters_in_brackets_are_words_in_brackets():
    assert fold(_each("][", "[", "]"))[0].replace("[", "").replace("]", "") == WORDS.rstrip(".")


def test_what_is_put_together_points_at_what_was_written():
    written = "Hours: v·o·t·e now"
    folded, offsets = fold(written)
    at = folded.index("vote")
    assert written[offsets[at] : offsets[at + 3] + 1] == "v·o·t·e"


@pytest.mark.parametrize("sign", ["_", "%20"])
def test_signs_for_blanks_are_blanks_in_a_sentence_and_stay_in_a_name(sign):
    assert fold(WORDS.replace(" ", sign))[0] == WORDS
    assert fold(f"see roll{sign}call.txt and https://a.example/one{sign}two{sign}three{sign}four{sign}five")[0].count(sign) == 5


def test_words_without_blanks_are_set_apart_where_they_are_telling():
    assert fold(WORDS.replace(" ", ""))[0] == WORDS
    assert (
        fold("voten por Ana Ruiz para alcaldesa este martes".replace(" ", ""))[0]
        == "voten por Ana Ruiz para alcaldesa este martes"
    )


@pytest.mark.parametrize(
    "word",
    [
        *(
            "internationalization",
            "antidisestablishmentarianism",
            "congressionaldistricts",
            "Donaudampfschifffahrt",
            "forthecountyoffice",
        ),
        *("https://a.example/pleasevoteforanasmith", "pleasevoteforana@a.example"),
    ],
)
def test_other_long_words_addresses_and_codes_stay_whole(word):
    assert word in fold(f"See {word} now")[0]


def test_figures_and_signs_for_letters_are_read_in_a_text_that_is_full_of_them():
    assert "vote for sheriff and donate" in fold("Pl3a$e v0t3 f0r sh3r!ff and d0na7e t0day")[0]


@pytest.mark.parametrize(
    "written",
    [
        "˙ʎɐpsǝnʇ uo ɟɟᴉɹǝɥs ʎʇunoɔ ɹoɟ ɥʇᴉɯs ɐuɐ ɹoɟ ǝʇoʌ ǝsɐǝld",
        "\n".join("  ".join(word[row] if row < len(word) else " " for word in WORDS.split()) for row in range(8)),
    ],
)
def test_text_on_its_head_and_in_columns_is_read_as_it_shows(written):
    assert WORDS.casefold() in [passage.folded.casefold() for passage in read(mail(written)).passages]


PATIENT = Reader(limits=ReadingLimits(time=60, whole=120))
CARD = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:A. Smith\r\n{}\r\nEND:VCARD"
PICTURE = base64.b64encode(pictures.octets(pictures.drawn("TRAINING ROOM", size=60))).decode()


@pytest.mark.parametrize(
    "line",
    [
        f"PHOTO;ENCODING=b;TYPE=PNG:{PICTURE}",
        f"PHOTO:data:image/png;base64,{PICTURE}",
        f"X-ALT-DESC;FMTTYPE=text/html:<p>{'TRAINING ROOM'.replace('A', '<b>A</b>')}</p>",
        f"ATTACH;FMTTYPE=text/plain;ENCODING=BASE64;VALUE=BINARY:{base64.b64encode(b'TRAINING ROOM').decode()}",
    ],
)
def test_what_a_card_or_a_calendar_encloses_is_read(line):
    reading = PATIENT.read(mail(CARD.format(line), kind="text/vcard; charset=utf-8"))
    assert "TRAINING ROOM" in texts(reading)
    assert "A. Smith" in texts(reading)[0]
    assert "base64" not in texts(reading)[0].casefold()
    assert PICTURE[:40] not in texts(reading)[0]
    assert whys(reading) == []


def test_what_a_script_in_an_attached_page_writes_is_said_to_be_unread_and_its_title_is_read():
    page = "<title>Hours of the week</title><p>See</p><script>document.write(atob('Vm90ZQ=='))</script>"
    attached = f'Content-Type: text/html; name="a.html"\n\n{page}'
    reading = read(parts("Content-Type: text/plain\n\nSee this.", attached))
    assert whys(reading) == ["not read: what a script in it writes"]
    assert "Hours of the week" in texts(reading)
    assert whys(read(mail(page, kind="text/html"))) == []


def _blocks(words):
    """A picture of words as lines of blocks."""
    picture = pictures.drawn(words, size=20).convert("L").point(lambda value: 255 * (value > 140))
    rows = [[picture.getpixel((x, y)) for x in range(picture.width)] for y in range(picture.height)]
    return "\n".join("".join(" " if value else "#" for value in row) for row in rows)


def test_letters_and_codes_drawn_with_signs_or_with_the_cells_of_a_table_are_read():
    assert any("ROLL CALL" in text for text in texts(PATIENT.read(mail(_blocks("ROLL CALL")))))
    code = segno.make("https://county.example/hours?week=12")
    rows = "".join(
        "<tr>" + "".join(f"<td bgcolor={'#000' if dark else '#fff'}></td>" for dark in row) + "</tr>"
        for row in code.matrix_iter(border=2)
    )
    table = f"<table cellspacing=0>{rows}</table>"
    links = PATIENT.read(mail(f"<p>See</p><table><tr><td>{table}</table>", kind="text/html")).links
    assert [link.target for link in links] == ["https://county.example/hours?week=12"]


@pytest.mark.parametrize(
    "text",
    [
        "-----\n=====\n*****\n#####\n-----\n",
        "> > >\n> > >\n>\n> >\n> > >\n",
        "+------+------+\n| Unit | Hour |\n+------+------+\n| 12   | 7    |\n+------+------+\n",
        "1, 2, 3\n4, 5, 6\n7, 8, 9\n10, 11\n",
    ],
)
def test_rules_quotes_and_tables_are_no_drawings(text):
    assert list(banners.pictures(text)) == []


@pytest.mark.parametrize("unit", ["_", "_ ", "1_", "_\n", "a_", "_______\n1", "▀"])
def test_looking_for_drawings_in_a_hostile_text_has_an_end(unit):
    begun = process_time()
    list(banners.pictures(unit * (300_000 // len(unit))))
    assert process_time() - begun < 10


def test_a_drawing_with_blanks_that_do_not_break_is_the_same_drawing():
    drawing = "\n".join(["##   ## ####", " ## ##  #   ", "  ###   ### ", "   #    ####"] * 2)
    assert list(banners.pictures(drawing)) == list(banners.pictures(drawing.replace(" ", "\xa0"))) != []
