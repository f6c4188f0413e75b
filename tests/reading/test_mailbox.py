"""Mailboxes as files, files in yEnc, and formats that are named and not read."""

import base64
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from gateway.mail import FILE_NAME
from gateway.reading import Reader, ReadingLimits
from gateway.reading.pieces import DAMAGED
from gateway.reading.transfer import yencoded
from tests.support.reading import mail, parts, read, texts, whys

WORDS = "Vote for Ana Smith on Tuesday."
CODED = base64.b64encode(WORDS.encode()).decode()
BOX = (
    "From ana@a.example Tue Nov  5 09:10:11 2024\nSubject: One\n\nLunch at noon.\n>From here on it is quiet.\n\n"
    "From bob@a.example Tue Nov  5 09:12:11 2024\nSubject: Two\nContent-Type: text/plain\nContent-Transfer-Encoding: base64\n\n"
    f"{CODED}\n\n"
)


@pytest.mark.parametrize(
    "head", ["application/mbox", "application/octet-stream; name=old.mbox", "text/plain", "text/plain; name=a.txt"]
)
def test_every_message_of_a_mailbox_is_read(head):
    reading = read(parts("Content-Type: text/plain\n\nSee this.", f"Content-Type: {head}\n\n{BOX}"))
    assert texts(reading)[1:3] == ["Lunch at noon.\nFrom here on it is quiet.", WORDS]
    assert [p.folded for p in reading.passages if p.place.header == "Subject"] == ["One", "Two"]
    assert [p.place.part for p in reading.passages if p.folded == WORDS] == ["2.2.1"]
    assert whys(reading) == []


def test_a_mailbox_of_more_messages_than_are_read_is_said_to_be_one():
    octets = parts("Content-Type: text/plain\n\nx", f"Content-Type: application/mbox\n\n{BOX * 20}")
    reading = Reader(limits=ReadingLimits(parts=10)).read(octets)
    assert any("too" in why for why in whys(reading))


def test_a_letter_that_begins_with_from_is_no_mailbox():
    for text in (
        "From Monday 09:00 on the lot is closed.\nNote: park in the street.",
        "From Ana Tue 5 09:00 on\nNote: the lot is closed.",
    ):
        assert text in texts(read(mail(text)))


def yenc(octets, name="a.txt"):
    coded = bytearray()
    for octet in octets:
        shifted = (octet + 42) % 256
        coded += bytes([61, (shifted + 64) % 256]) if shifted in b"\0\n\r=" else bytes([shifted])
    lines = b"\r\n".join(bytes(coded[at : at + 128]) for at in range(0, len(coded), 128))
    return f"=ybegin line=128 size={len(octets)} name={name}\r\n".encode() + lines + f"\r\n=yend size={len(octets)}\r\n".encode()


@given(st.binary(min_size=1, max_size=120))
def test_whatever_is_written_in_yenc_is_undone(octets):
    written = b"before\r\n" + yenc(octets)
    ((name, data, start, _),) = yencoded(written)
    assert (name, data, written[:start]) == ("a.txt", octets, b"before\r\n")


def test_a_file_in_yenc_in_a_text_is_a_part_of_its_own():
    reading = read(
        mail(b"See this.\r\n" + yenc(WORDS.encode(), "vote for smith.txt") + b"Bye.\r\n", kind="text/plain; charset=latin-1")
    )
    assert texts(reading) == [WORDS, "See this.\n\nBye."]
    assert ("vote for smith", FILE_NAME) in {(p.folded, p.place.header) for p in reading.passages}


@pytest.mark.parametrize("begin", [b"=ybegin name=", b"=ybegin line=128 name=x\n", b"=ybegin name=a\n=yend\n"])
@pytest.mark.timeout(60)
def test_a_hostile_text_in_yenc_has_an_end(begin):
    list(yencoded(begin * 50_000))


def _attached(octets, kind):
    head = f"Content-Type: {kind}\nContent-Transfer-Encoding: base64\n\n"
    return parts("Content-Type: text/plain\n\nSee this.", head + base64.encodebytes(octets).decode())


@pytest.mark.parametrize(
    ("start", "why"),
    [
        (b"MSCF\0\0\0\0", "not read: a cabinet archive"),
        (b"7z\xbc\xaf\x27\x1c\0\4", "damaged"),
        (b"Rar!\x1a\x07\x01\0", "not read: packed by RAR"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", DAMAGED),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", DAMAGED),
    ],
)
def test_what_is_not_read_is_named_whatever_it_is_called(start, why):
    for kind in ("application/octet-stream", "image/jpeg; name=a.jpg", "application/zip; name=a.zip"):
        assert whys(read(_attached(start + bytes(range(256)), kind))) == [why]


@pytest.mark.parametrize("kind", ["image/avif", "application/octet-stream", "image/heic; name=a.heic"])
def test_a_picture_in_avif_is_read(kind):
    picture = Image.new("RGB", (900, 200), "white")
    ImageDraw.Draw(picture).text((30, 60), "LUNCH AT NOON", fill="black", font_size=80)
    made = io.BytesIO()
    picture.save(made, "AVIF")
    assert "LUNCH AT NOON" in texts(read(_attached(made.getvalue(), kind)))


def test_a_picture_in_heic_is_read():
    picture = (Path(__file__).parent / "pictures" / "training.heic").read_bytes()
    patient = Reader(limits=ReadingLimits(time=60, whole=120))
    reading = patient.read(_attached(picture, "image/heic; name=IMG_0001.HEIC"))
    assert "TRAINING ROOM" in texts(reading)[-1]
    assert whys(reading) == []
