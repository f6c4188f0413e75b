"""Windows metafiles: the words they write, line by line, and the pictures in them."""

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.reading import ReadingLimits
from gateway.reading.documents import metafile
from tests.support.documents import docx, lines, piece, pieces, png, read, whys, wp

LIMITS = ReadingLimits(time=20)


def record(kind, body):
    body += bytes(-len(body) % 4)
    return struct.pack("<II", kind, 8 + len(body)) + body


def emf(*records):
    return record(1, bytes(32) + b" EMF" + bytes(60)) + b"".join(records)


def wide(height, words):
    return record(84, bytes(28) + struct.pack("<iiII", 0, height, len(words), 76) + bytes(24) + words.encode("utf-16-le"))


def narrow(height, words):
    return record(83, bytes(28) + struct.pack("<iiII", 0, height, len(words), 76) + bytes(24) + words.encode("cp1252"))


def order(kind, body):
    body += bytes(len(body) % 2)
    return struct.pack("<IH", 3 + len(body) // 2, kind) + body


def wmf(*orders, placeable=False):
    return (b"\xd7\xcd\xc6\x9a" + bytes(18) if placeable else b"") + b"\x01\0\x09\0\0\3" + bytes(12) + b"".join(orders)


DIB = struct.pack("<IiiHHIIiiII", 40, 1, 1, 1, 24, 0, 4, 0, 0, 0, 0) + b"\xff\xff\xff\0"


def test_words_at_one_height_are_a_line():
    found = read(emf(wide(10, "Vote"), wide(10, "for "), wide(10, "Jane"), narrow(30, "on June 2")))
    assert (lines(found), whys(found)) == (["Vote for Jane", "on June 2"], [])


@pytest.mark.parametrize("placeable", [False, True])
def test_the_older_kind_is_read_too(placeable):
    extended = order(0x0A32, struct.pack("<hhhH", 10, 0, 8, 0) + b"Vote for")
    clipped = order(0x0A32, struct.pack("<hhhH", 10, 50, 4, 4) + bytes(8) + b"Jane")
    plain = order(0x0521, struct.pack("<H", 9) + b"on June 2\0" + struct.pack("<hh", 40, 0))
    assert lines(read(wmf(extended, clipped, plain, placeable=placeable))) == ["Vote for Jane", "on June 2"]


def test_pictures_in_them_are_pieces():
    stretched = record(81, bytes(40) + struct.pack("<IIII", 80, 40, 120, 4) + bytes(16) + DIB)
    found = list(metafile.metafile(piece(emf(stretched, record(70, b"EMF+" + png()))), LIMITS))
    old = list(metafile.metafile(piece(wmf(order(0x0F43, bytes(22) + DIB))), LIMITS))
    expected = b"BM" + struct.pack("<IHHI", 58, 0, 0, 54) + DIB
    assert [p.octets.rstrip(b"\0") for p in pieces(found)] == [expected.rstrip(b"\0"), png().rstrip(b"\0")]
    assert [p.octets for p in pieces(old)] == [expected]


def test_one_that_only_draws_is_said_to_be_unread():
    assert whys(read(emf())) == whys(read(wmf())) == ["not read: a drawing without words"]


def test_a_preview_in_a_document_is_read():
    assert lines(read(docx(wp("Body"), files={"word/media/image1.emf": emf(wide(0, "Vote for Jane"))}))) == [
        "Body",
        "Vote for Jane",
    ]


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_any_octets_are_read_without_a_fault(octets):
    for head in (emf(), wmf(), wmf(placeable=True)):
        list(metafile.metafile(piece(head + octets), LIMITS))
