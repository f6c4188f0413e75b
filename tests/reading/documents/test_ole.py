"""Compound files: Word, Excel and PowerPoint before 2007, Outlook's messages, and what is encrypted in them."""

import random
import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.mail import Place
from gateway.reading import Origin, ReadingLimits
from gateway.reading.documents import excel, ole, outlook, packager, powerpoint, word
from gateway.reading.pieces import Piece, Sheet
from tests.support.documents import atom, compound, doc, docx, hidden, lines, links, piece, pieces, png, read, record, whys, wp

LIMITS = ReadingLimits(time=20)


def packager_file(name, octets):
    label = name.encode() + b"\0C:\\" + name.encode() + b"\0"
    return b"\x02\0" + label + b"\0\0\x03\0" + b"\x02\0\0\0t\0" + struct.pack("<I", len(octets)) + octets


# Word


def test_a_word_document_is_read_over_its_pieces():
    text = "Vote for Jane\rShe is ours \u2013 and \u201cgood\u201d\x0bnew line\rcell\x07other\x07\rnote\x0cnext"
    found = read(compound(doc(text)), "letter.doc")
    assert lines(found) == ["Vote for Jane", "She is ours \u2013 and \u201cgood\u201d", "new line", "cell\tother", "note", "next"]
    assert whys(found) == []


def test_the_fields_of_a_word_document_are_links_and_what_they_show():
    found = read(compound(doc('See \x13 HYPERLINK "https://a.example/" \x01\x14our page\x15 now\r')))
    assert (lines(found), links(found)) == (["See our page now"], [("https://a.example/", "our page")])


@pytest.mark.parametrize(("flags", "why"), [(0x0100, "encrypted")])
def test_a_word_document_with_a_password_is_encrypted(flags, why):
    assert whys(read(compound(doc("Vote", flags=flags)))) == [why]


def test_a_word_document_whose_table_is_gone_is_damaged():
    assert whys(read(compound({"WordDocument": doc("Vote")["WordDocument"]}))) == ["damaged"]


def test_a_document_of_word_6_is_read():
    head = bytearray(0x300)
    struct.pack_into("<HH", head, 0, 0xA5DC, 0x65)
    struct.pack_into("<II", head, 0x18, 0x300, 0x300 + 13)
    assert lines(read(compound({"WordDocument": bytes(head) + b"Vote for Jane"}))) == ["Vote for Jane"]


def test_pictures_of_the_old_formats_are_pieces():
    blip = b"\xa0\x46\x1e\xf0" + struct.pack("<I", 17 + len(png())) + bytes(17) + png()
    metafile = (
        b"\xb0\x3d\x1a\xf0"
        + (meta := b"\0" * 16 + bytes(32) + b"\0\xfe" + zlib.compress(b"EMF here"), struct.pack("<I", len(meta)))[1]
        + meta
    )
    found = list(ole.compound(piece(compound({**doc("x"), "Data": b"junk" + blip + metafile})), LIMITS))
    assert [(p.octets, p.type) for p in pieces(found)] == [(png(), "application/octet-stream"), (b"EMF here", "image/x-emf")]


# Excel


def bof(kind=5):
    return record(0x0809, struct.pack("<HHHHII", 0x0600, kind, 0, 0, 0, 0))


def short(text):
    return struct.pack("<BB", len(text), 0) + text.encode("latin-1")


def long(text, *, wide=False):
    return struct.pack("<HB", len(text), wide) + text.encode("utf-16-le" if wide else "latin-1")


def book(strings, cells, *, name="Plan", state=0, front=b""):
    """A workbook of one sheet."""
    table = record(0x00FC, struct.pack("<II", 9, len(strings)) + strings[0]) + b"".join(
        record(0x003C, more) for more in strings[1:]
    )
    named = 4 + 16 + 4 + 6 + len(short(name)) + len(table) + len(front) + 4
    globals_ = bof() + front + record(0x0085, struct.pack("<IBB", named, state, 0) + short(name)) + table + record(0x000A, b"")
    assert len(globals_) == named
    return globals_ + bof(0x10) + cells + record(0x000A, b"")


def label(row, column, index):
    return record(0x00FD, struct.pack("<HHHI", row, column, 0, index))


def test_a_workbook_is_read_row_by_row():
    strings = [long("for Jane") + long("Vote") + long("\u0432\u043e", wide=True)]
    strings[0] = strings[0]
    octets = book(strings, label(1, 1, 0) + label(1, 0, 1) + label(0, 0, 2) + record(0x0203, struct.pack("<HHHd", 2, 0, 0, 12.5)))
    octets = octets.replace(struct.pack("<II", 9, 1), struct.pack("<II", 9, 3), 1)
    found = read(compound({"Workbook": octets}), "plan.xls")
    assert [(i.text, i.place.page) for i in found if isinstance(i, Sheet)] == [("Plan\n\u0432\u043e\nVote\tfor Jane\n12.5", 1)]


def test_a_string_that_goes_on_in_the_next_record_is_whole():
    first = struct.pack("<HB", 13, 0) + b"Vote fo"
    octets = book([first, b"\x01" + "r Jane".encode("utf-16-le")], label(0, 0, 0)).replace(
        struct.pack("<II", 9, 2), struct.pack("<II", 9, 1), 1
    )
    assert lines(read(compound({"Workbook": octets}))) == ["Plan", "Vote for Jane"]


def test_formulas_headers_boxes_and_links_are_read():
    moniker = b"\xe0\xc9\xea\x79\xf9\xba\xce\x11\x8c\x82\x00\xaa\x00\x4b\xa9\x0b"
    address = "https://a.example/\0".encode("utf-16-le")
    cells = record(0x0006, struct.pack("<HH", 0, 0) + bytes(18)) + record(0x0207, long("made words"))
    cells += record(0x0014, long("&CElect &&Co"))
    cells += record(0x01B6, bytes(10) + struct.pack("<H", 8) + bytes(6)) + record(0x003C, b"\0In a box")
    cells += record(0x01B8, bytes(32) + moniker + struct.pack("<I", len(address)) + address)
    cells += record(0x027E, struct.pack("<HHHI", 5, 0, 0, (7 << 2) | 2))
    found = read(compound({"Workbook": book([b""], cells).replace(struct.pack("<II", 9, 1), struct.pack("<II", 9, 0), 1)}))
    assert [line.strip() for line in lines(found)] == ["Plan", "made words", "7", "Elect &Co", "In a box"]
    assert links(found) == [("https://a.example/", "")]


def test_a_workbook_of_excel_5_is_read():
    front = record(0x0809, struct.pack("<HH", 0x0500, 5)) + record(0x0085, struct.pack("<IBB", 0, 0, 0) + b"\4Plan")
    cells = record(0x0204, struct.pack("<HHHH", 0, 1, 0, 8) + b"for Jane") + record(
        0x00D6, struct.pack("<HHHH", 0, 0, 0, 4) + b"Vote"
    )
    notes = record(0x001C, struct.pack("<HHH", 0, 0, 6) + b"a note") + record(
        0x00BD, struct.pack("<HHHIHIH", 1, 0, 0, 2, 0, 28 | 2, 1)
    )
    found = read(compound({"Book": front + cells + notes}))
    assert lines(found) == ["Vote\tfor Jane", "0\t7", "a note", "Plan"]


def test_a_hidden_sheet_of_a_workbook_is_hidden_text():
    found = read(compound({"Workbook": book([long("Vote for Jane")], label(0, 0, 0), state=1)}))
    assert (lines(found), hidden(found)) == ([], ["Plan", "Vote for Jane"])


def test_a_workbook_with_a_password_is_encrypted():
    assert whys(read(compound({"Workbook": book([long("x")], b"", front=record(0x002F, bytes(6)))}))) == ["encrypted"]


# PowerPoint


def test_slides_notes_and_links_of_a_presentation_are_read_once():
    listed = atom(
        0x0FF0,
        atom(0x03F3, bytes(20))
        + atom(0x0FA0, "Vote for Jane\rnow".encode("utf-16-le"))
        + atom(0x03F3, bytes(20))
        + atom(0x0FA8, b"Second"),
        container=True,
    )
    slide = atom(0x03EE, atom(0xF00D, atom(0x0FA8, b"Boxed") + atom(0x0FA8, b"Second"), container=True), container=True)
    link = atom(
        0x0FD7,
        atom(0x0FBA, "shown".encode("utf-16-le")) + atom(0x0FBA, "https://a.example/".encode("utf-16-le"), instance=1),
        container=True,
    )
    comment = atom(
        0x2EE0,
        atom(0x0FBA, "A B".encode("utf-16-le")) + atom(0x0FBA, "A comment".encode("utf-16-le"), instance=1),
        container=True,
    )
    found = read(
        compound(
            {"PowerPoint Document": atom(0x03E8, listed + link, container=True) + slide + comment, "Current User": bytes(20)}
        )
    )
    assert [(i.place.page, i.text) for i in found if i.text] == [
        (None, "A comment"),
        (1, "Vote for Jane\nnow\nBoxed"),
        (2, "Second"),
    ]
    assert links(found) == [("https://a.example/", "")]


def test_what_is_embedded_in_a_presentation_is_unfolded_and_read():
    inside = docx(wp("Vote for Jane"))
    stored = atom(0x1011, struct.pack("<I", len(inside)) + zlib.compress(inside), instance=1)
    assert lines(read(compound({"PowerPoint Document": stored}))) == ["Vote for Jane"]


def test_a_presentation_with_a_password_is_encrypted():
    user = bytes(12) + b"\xdf\xc4\xd1\xf3"
    assert whys(read(compound({"PowerPoint Document": atom(0x0FA8, b"x"), "Current User": user}))) == ["encrypted"]


# Encrypted, embedded, unknown


@pytest.mark.parametrize("stream", ["EncryptedPackage", "\x06DataSpaces/TransformInfo/EncryptedPackage", "\tDRMContent"])
def test_office_files_with_a_password_are_encrypted(stream):
    assert whys(read(compound({stream: b"x" * 100, "EncryptionInfo": b"y"}), "x.docx")) == ["encrypted"]


def test_embedded_files_in_any_storage_are_read():
    native = packager_file("note.txt", b"Vote for Jane")
    streams = {
        "ObjectPool/_1/\x01Ole10Native": struct.pack("<I", len(native)) + native,
        "ObjectPool/_2/Package": docx(wp("Elect her")),
        **{f"ObjectPool/_3/{name}": octets for name, octets in doc("Third").items()},
    }
    assert lines(read(compound({**doc("Body"), **streams}), "a.doc")) == ["Body", "Vote for Jane", "Elect her", "Third"]


def test_macros_are_noted():
    assert whys(read(compound({**doc("Body"), "Macros/VBA/_VBA_PROJECT": b"x"}))) == ["not read: macros"]


def test_of_an_unknown_kind_what_looks_like_text_is_read_and_it_is_said_that_this_is_not_all():
    found = read(compound({"Quill/CONTENTS": b"\1\2\3" + "Vote for Jane".encode("utf-16-le") + b"\0\0\1"}), "a.pub")
    assert (lines(found), whys(found)) == (["Vote for Jane"], ["unknown format: only what looks like text in it was read"])


def test_of_a_compound_file_that_breaks_off_what_looks_like_text_is_read():
    octets = compound(doc("Vote for Jane Example on the second of June\r" * 60))
    found = read(octets[:2000], "a.doc")
    assert any("Vote for Jane Example" in line for line in lines(found))
    assert whys(found) == ["damaged: only what looks like text in it was read"]


@pytest.mark.parametrize("octets", [b"", b"\x02\0", b"\x02\0a\0b\0" + bytes(4), b"\x02\0a\0b\0" + bytes(8) + b"\xff\xff\0\0x"])
def test_a_packed_file_that_breaks_off_is_damaged_or_nothing(octets):
    assert whys(list(packager.packed(piece(b""), octets))) in ([], ["damaged: an embedded file"])


# Outlook


def message(**streams):
    return compound({"__properties_version1.0": bytes(32), **{key.replace("$", "__"): octets for key, octets in streams.items()}})


def text(value):
    return value.encode("utf-16-le")


MESSAGE = {
    "__properties_version1.0": bytes(32),
    "__substg1.0_0037001F": text("About June 2"),
    "__substg1.0_1000001F": text("Vote for Jane.\r\nThank you."),
    "__substg1.0_10130102": b"<html><body>Elect <b>her</b> <a href='https://a.example/'>here</a></body></html>",
    "__substg1.0_0042001E": b"Renee Sandoval",
    "__attach_version1.0_#00000000/__substg1.0_3707001F": text("letter.docx"),
    "__attach_version1.0_#00000000/__substg1.0_37010102": docx(wp("In the ", "letter")),
    "__attach_version1.0_#00000001/__substg1.0_3001001F": text("inner message"),
    "__attach_version1.0_#00000001/__substg1.0_3701000D/__properties_version1.0": bytes(24),
    "__attach_version1.0_#00000001/__substg1.0_3701000D/__substg1.0_0037001F": text("Inner subject"),
    "__attach_version1.0_#00000001/__substg1.0_3701000D/__substg1.0_1000001E": b"Inner words",
}


def test_a_message_of_outlook_is_read_with_its_attachments_and_the_messages_in_it():
    found = [item for item in read(compound(MESSAGE), "note.msg") if isinstance(item, Sheet)]
    assert [item.text.replace("\n", " ").strip() for item in found] == [
        "About June 2",
        "Renee Sandoval",
        "Vote for Jane. Thank you.",
        "Elect her here",
        "In the letter",
        "Inner subject",
        "Inner words",
    ]
    assert found[0].place == Place(part="2", header="Subject", name="note.msg")
    assert found[4].place.name == "note.msg/letter.docx"
    assert {item.origin for item in found} == {Origin.FORWARDED}


def test_messages_of_outlook_within_one_another_end_at_the_depth_that_is_read():
    inside = "__attach_version1.0_#00000000/__substg1.0_3701000D/"
    streams = {inside * n + "__properties_version1.0": bytes(24) for n in range(12)}
    assert whys(list(ole.compound(piece(compound(streams)), ReadingLimits(depth=5)))) == ["too deep"]


def test_streams_that_share_octets_are_bounded_together():
    shared = compound({"WordDocument": b"x" * 5000, "1Table": b"", "Package": b"y" * 9000, "Contents": b"z" * 9000})
    found = list(ole.compound(piece(shared), ReadingLimits(expanded=8000)))
    assert whys(found)[-1] == "too large: not all that is in it was read"


class _Nothing:
    storages = {(): {"__substg1.0_zzzz001f": ("__substg1.0_zzzz001F",), "other": ("other",)}}  # noqa: RUF012  -- a fake

    def read(self, path):
        raise AssertionError(path)


def test_streams_that_are_no_properties_are_left_alone():
    assert list(outlook.message(piece(b""), _Nothing(), LIMITS)) == []


# Anything


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from(["doc", "xls", "ppt", "msg"]))
def test_a_compound_file_with_any_octets_changed_is_read_without_a_fault(seed, which):
    streams = {
        "doc": doc("Vote for Jane\r" * 50),
        "xls": {"Workbook": book([long("Vote for Jane")], label(0, 0, 0))},
        "ppt": {"PowerPoint Document": atom(0x03EE, atom(0x0FA8, b"Vote"), container=True)},
        "msg": MESSAGE,
    }[which]
    octets = bytearray(compound(streams))
    rng = random.Random(seed)
    for _ in range(rng.randrange(40)):
        octets[rng.randrange(8, len(octets))] = rng.randrange(256)
    found = list(ole.compound(piece(bytes(octets)), LIMITS))
    assert all(isinstance(item, Sheet | Piece) or item.why for item in found)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=600))
def test_any_octets_are_a_workbook_a_presentation_and_a_document_without_a_fault(octets):
    list(excel.workbook(piece(b""), bof() + octets, LIMITS))
    list(excel.workbook(piece(b""), octets, LIMITS))
    list(powerpoint.presentation(piece(b""), octets, b"", LIMITS))
    list(word.document(piece(b""), doc("x")["WordDocument"][:0x1AA] + octets, [octets, octets], LIMITS))
