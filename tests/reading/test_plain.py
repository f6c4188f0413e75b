"""Plain text in which something is undone or cut out: what is left is read, and so is the text as it stands."""

import binascii
import random

import pytest

from gateway.reading import transfer
from tests.reading.test_disguises import WORDS
from tests.support.reading import mail, read, texts

ORDINARY = "Roll call is at nine."


def _stands(octets, words=WORDS):
    """Whether the words stand in a body as it was written, not only in a further reading."""
    return any(words in said for said in texts(read(octets)))


@pytest.mark.parametrize(
    "body",
    [
        f'{ORDINARY}\n\n{WORDS}\n\n--\n<!ENTITY v "1">]>\n',
        f'<?xml version="1.0"?>\n<{WORDS}>\n' + "&amp; " * 13,
        f'<?xml version="1.0"?>\n{WORDS}\n<!DOCTYPE n [<!ENTITY v "1">]>&v;\n',
        f"{WORDS}\n" + "%41" * 13,
        f"{WORDS}\n" + "\\u0041" * 13,
    ],
)
def test_a_text_in_which_escapes_are_undone_is_read_as_it_stands_too(body):
    assert _stands(mail(body))


@pytest.mark.parametrize("page", ["<html><!--\n{}\n-->{}</html>", "<!DOCTYPE html><html><title>\n{}\n</title>{}</html>"])
def test_a_page_that_is_called_plain_text_is_read_as_it_is_written_too(page):
    octets = mail(page.format(WORDS, ORDINARY))
    assert _stands(octets)
    assert ORDINARY in texts(read(octets))


FLOWED = "text/plain; charset=utf-8; format=flowed; delsp=yes"
SWITCHED = "\x1b$B\n" + WORDS.upper().replace(" ", "\n").replace("FOR", "FOR-").replace("ON", "OF").replace("SMITH", "SMIT")


@pytest.mark.parametrize(
    "octets",
    [
        mail("".join(f"{c}\b" for c in WORDS)),
        mail("".join(f"{c}=08" for c in WORDS), coding="quoted-printable"),
        mail("\x1b[V" + WORDS[1:].replace(" ", " \x1b[")),
        mail(WORDS.replace(" ", " \n"), kind=FLOWED),
        mail("> " + WORDS.replace(" ", " \n> "), kind=FLOWED),
    ],
)
def test_what_some_programs_undo_is_read_as_others_show_it(octets):
    said = [p.folded.replace("\n", " ") for p in read(octets).passages]
    assert any(WORDS in one.replace("[", "").replace("> ", "") for one in said)


@pytest.mark.parametrize("kind", ["text/plain", "text/plain; charset=utf-8", "text/plain; charset=us-ascii", "text/html"])
def test_a_text_that_switches_to_another_set_of_characters_is_read_without_it_too(kind):
    said = [p.folded.replace("\n", " ") for p in read(mail(SWITCHED, kind=kind)).passages]
    assert any("VOTE FOR- SMIT" in one for one in said)


@pytest.mark.parametrize(
    "octets",
    [
        mail(f"\x1b[1;31m{WORDS}\x1b[0m\x1b[K"),
        mail("Vote  \nfor Smith on  \nTuesday, see https://vote.department.example/a- \nlong-address .", kind=FLOWED),
        mail("投票 Vote".encode("iso2022_jp"), kind="text/plain; charset=iso-2022-jp"),
    ],
)
def test_colours_and_lines_that_flow_as_they_should_are_read_once(octets):
    assert len([p for p in read(octets).passages if "Vote" in p.folded]) == 1


SIGN = "SMITH FOR MAYOR"


@pytest.mark.parametrize(
    "block",
    [
        f"begin 644 note\n {SIGN}\nend",
        f"begin 644 note\n{SIGN}\nend",
        f"begin 644 note\n{SIGN:61}\nend",
        f"begin 644 note\n*{SIGN} \n",
        f"begin 644 note\n{f'MANY OF US ARE {SIGN}':.<61}",
        f"=ybegin line=128 size=5 name=note\n{SIGN}\n",
        f"=ybegin line=128 size=5 name=note\n\x01{SIGN.lower()}\n=yend size=5",
        f"=ybegin {SIGN} name=note\nxxxxx",
        f"=ybegin line=128 size=5 name=note\nxxxxx\n=yend {SIGN}",
    ],
)
def test_words_that_are_called_a_file_are_read(block):
    body = f"{ORDINARY}\n\n{block}\n"
    assert any(SIGN in said.upper() for said in texts(read(mail(body))))


def test_files_in_a_text_are_left_out_of_it():
    octets = random.Random(1).randbytes(20_000)
    lines = [binascii.b2a_uu(octets[at : at + 45], backtick=True).decode().rstrip() for at in range(0, len(octets), 45)]
    assert transfer.is_uuencoded([*lines, "`"])
    assert transfer.is_uuencoded([line.replace("`", " ").rstrip() for line in lines])
    assert transfer.is_uuencoded([*(binascii.b2a_uu(octets[:30]).decode().rstrip() for _ in range(9)), ""])
    assert transfer.is_yencoded(b"=ybegin line=128 size=20000 name=the plan of the week.doc\r\n" + octets)


def test_what_must_be_escaped_in_addresses_is_no_text_in_escapes():
    address = "https://list.example/?to=https%3A%2F%2Fdepartment.example%2Fnews%3Fid%3D7%26on%3D1%26at%3D2"
    assert len([p for p in read(mail(f"{ORDINARY}\n{address}\n{address}\n")).passages if ORDINARY in p.folded]) == 1
