"""winmail.dat: the message and the attachments in it."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.mail import Place
from gateway.reading import ReadingLimits
from gateway.reading.documents import tnef as reader
from gateway.reading.pieces import Piece, Sheet
from tests.support.documents import attribute, docx, lines, mapi, piece, read, tnef, whys, wp
from tests.support.reading import collected

LIMITS = ReadingLimits(time=20)
RTF = b"{\\rtf1 Vote {\\b for} Jane}"
STORED = (len(RTF) + 12).to_bytes(4, "little") + len(RTF).to_bytes(4, "little") + b"MELA\0\0\0\0" + RTF


def utf16(text):
    return text.encode("utf-16-le") + b"\0\0"


def test_subject_sender_and_every_form_of_the_text_are_read():
    properties = mapi(
        (0x0037, 0x1F, utf16("About June 2")),
        (0x0C1A, 0x1E, b"Renee Sandoval\0"),
        (0x1000, 0x1F, utf16("Plain words")),
        (0x1013, 0x102, b"<p>HTML words</p>"),
        (0x1009, 0x102, STORED),
    )
    found = read(tnef(attribute(1, 0x9003, properties)), "winmail.dat")
    assert lines(found) == ["About June 2", "Renee Sandoval", "Plain words", "HTML words", "Vote for Jane"]
    assert [item.place.header for item in found][:2] == ["Subject", "Sender"]


def test_the_older_attributes_are_read_where_there_are_no_properties():
    found = read(tnef(attribute(1, 0x8004, b"Subject words\0", 1), attribute(1, 0x800C, b"Body words\0", 2)))
    assert lines(found) == ["Subject words", "Body words"]


def test_attachments_are_pieces_by_their_longest_name():
    found = read(
        tnef(
            attribute(2, 0x9002, bytes(14)),
            attribute(2, 0x8010, b"LETTER~1.DOC\0", 1),
            attribute(2, 0x800F, docx(wp("Vote for", " Jane"))),
            attribute(2, 0x9005, mapi((0x3707, 0x1F, utf16("letter.docx")))),
            attribute(2, 0x9002, bytes(14)),
            attribute(2, 0x8010, b"note.txt\0", 1),
            attribute(2, 0x800F, b"and bring a friend"),
        ),
        "winmail.dat",
    )
    assert [(item.text, item.place) for item in found] == [
        ("Vote for Jane", Place(part="2", name="winmail.dat/letter.docx")),
        ("and bring a friend", Place(part="2", name="winmail.dat/note.txt")),
    ]


def test_a_message_within_the_message_is_read():
    inside = tnef(attribute(1, 0x9003, mapi((0x1000, 0x1F, utf16("Vote for Jane")))))
    around = mapi((0x3701, 0x0D, bytes(16) + inside), (0x3001, 0x1F, utf16("inner")))
    assert lines(read(tnef(attribute(2, 0x9002, b""), attribute(2, 0x9005, around)))) == ["Vote for Jane"]


@pytest.mark.parametrize("kind", [2, 3, 5, 0x0B, 0x14, 0x40, 0x48])
def test_properties_of_every_width_are_passed_over(kind):
    width = {2: 4, 3: 4, 5: 8, 0x0B: 4, 0x14: 8, 0x40: 8, 0x48: 16}[kind]
    found = read(tnef(attribute(1, 0x9003, mapi((0x1234, kind, bytes(width)), (0x1000, 0x1F, utf16("Words"))))))
    assert lines(found) == ["Words"]


@pytest.mark.parametrize("name", [b"\0\0\0\0\1\2\3\4", b"\1\0\0\0\6\0\0\0a\0b\0c\0\0\0"])
def test_named_properties_are_passed_over(name):
    named = b"\3\0\1\x80" + bytes(16) + name + bytes(4)
    properties = b"\2\0\0\0" + named + mapi((0x1000, 0x1F, utf16("Words")))[4:]
    assert lines(read(tnef(attribute(1, 0x9003, properties)))) == ["Words"]


@pytest.mark.parametrize("end", [20, 40, 60])
def test_what_breaks_off_is_read_as_far_as_it_goes_and_damaged(end):
    whole = tnef(attribute(1, 0x8004, b"Subject words\0", 1), attribute(1, 0x9003, mapi((0x1000, 0x1F, utf16("Body words")))))
    assert whys(read(whole[:end])) == ["damaged"]


def test_attachments_are_bounded():
    many = tnef(*[attribute(2, 0x9002, b"") for _ in range(50)])
    assert whys(list(reader.wrapped(piece(many), ReadingLimits(parts=10)))) == ["too large: the first 10 attachments were read"]


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300), st.integers(0, 2**32))
def test_any_octets_are_read_without_a_fault(noise, seed):
    octets = bytearray(tnef(attribute(1, 0x9003, mapi((0x1000, 0x1F, utf16("Words")), (0x3701, 0x0D, bytes(20))))))
    rng = random.Random(seed)
    for octet in noise[:10]:
        octets[rng.randrange(6, len(octets))] = octet
    for item in reader.wrapped(piece(bytes(octets) + noise), LIMITS):
        assert isinstance(item, Piece | Sheet) or item.why


def test_other_people_s_are_read_and_only_those_that_are_broken_are_damaged():
    found = {path.name: whys(read(path.read_bytes(), path.name)) for path in collected("corpus/tnef") if path.suffix == ".tnef"}
    assert {name for name, why in found.items() if "damaged" in why} == {"garbage-at-end.tnef"}
