"""Property lists and what older Macintoshes wrapped files in."""

import gzip
import plistlib
import struct

import pytest

from gateway.reading.extractors import TABLE, extract
from gateway.reading.limits import ReadingLimits
from gateway.reading.pieces import Piece, Sheet
from tests.support import documents
from tests.support.reading import parts, read, texts

WORDS = "Vote for Smith on Tuesday."
ALPHABET = "!\"#$%&'()*+,-012345689@ABCDEFGHIJKLMNPQRSTUVXYZ[`abcdefhijklmpqr"


def _held(octets, kind="application/octet-stream", name=""):
    """The texts, the links and the reasons in a piece, and in what is in it."""
    said, links, why = [], [], []
    for item in extract(Piece(octets=octets, type=kind, part="2", name=name), ReadingLimits(), TABLE):
        if isinstance(item, Piece):
            inside = _held(item.octets, item.type, item.name)
            said, links, why = said + inside[0], links + inside[1], why + inside[2]
        elif isinstance(item, Sheet):
            said.append(item.text)
            links += [target for target, _ in item.links]
        else:
            why.append(item.why)
    return said, links, why


def _binhex(data, name=b"a.txt", resources=b""):
    head = bytes([len(name)]) + name + b"\0TEXTttxt\0\0" + struct.pack(">II", len(data), len(resources))
    plain = head + b"\0\0" + data + b"\0\0" + resources + b"\0\0"
    packed = "".join(f"{octet:08b}" for octet in plain.replace(b"\x90", b"\x90\0").replace(b"!!!!!!", b"!\x90\x06"))
    packed += "0" * (-len(packed) % 6)
    coded = "".join(ALPHABET[int(packed[at : at + 6], 2)] for at in range(0, len(packed), 6))
    return b"(This file must be converted with BinHex 4.0)\r\n\r\n:" + "\r\n".join([coded[:64], coded[64:]]).encode() + b":\r\n"


def _apple(entries, magic=0x00051600):
    at, table, held = 26 + 12 * len(entries), b"", b""
    for kind, octets in entries.items():
        table += struct.pack(">III", kind, at + len(held), len(octets))
        held += octets
    return struct.pack(">II16xH", magic, 0x20000, len(entries)) + table + held


def _macbinary(data, resources=0):
    head = bytearray(128)
    head[1:7] = b"\x05a.txt"
    head[65:73] = b"TEXTttxt"
    head[83:91] = struct.pack(">II", len(data), resources)
    head[122] = 129
    return bytes(head) + data + bytes(-len(data) % 128)


@pytest.mark.parametrize("form", [plistlib.FMT_BINARY, plistlib.FMT_XML])
def test_a_web_archive_is_read_as_its_page_and_its_frames(form):
    frame = {"WebMainResource": {"WebResourceData": b"<p>On Tuesday", "WebResourceMIMEType": "text/html"}}
    page = {
        "WebResourceData": b"<p>Vote f<b></b>or Smith",
        "WebResourceMIMEType": "text/html",
        "WebResourceURL": "https://x.example/",
    }
    said, _, why = _held(plistlib.dumps({"WebMainResource": page, "WebSubframeArchives": [frame]}, fmt=form), name="a.webarchive")
    assert [text for text in said if "<" not in text] == ["Vote for Smith", "On Tuesday"]
    assert why == []


@pytest.mark.parametrize("form", [plistlib.FMT_BINARY, plistlib.FMT_XML])
def test_a_shortcut_to_a_page_is_a_link_and_other_words_are_lines(form):
    held = plistlib.dumps({"URL": "https://votesmith.example/give", "note": ["Vote for", "Smith"]}, fmt=form)
    assert _held(held, name="a.webloc") == (["Vote for\nSmith"], ["https://votesmith.example/give"], [])


def test_a_list_that_points_at_itself_again_and_again_is_walked_once():
    inside = ["Vote for Smith"]
    for _ in range(24):
        inside = [inside, inside]
    said, _, why = _held(plistlib.dumps(inside, fmt=plistlib.FMT_BINARY))
    assert (said, why) == (["Vote for Smith"], [])


def test_a_broken_property_list_is_damaged():
    assert _held(b"bplist00" + b"\xff" * 40)[2] == ["damaged"]


def test_binhex_is_unpacked_attached_and_in_a_text():
    assert _held(_binhex(WORDS.encode() + b"!!!!!!\x90"), name="a.hqx")[0][0].startswith(f"{WORDS}!!!!!!")
    reading = read(parts("Content-Type: text/plain\n\nSee below.\n" + _binhex(WORDS.encode()).decode().replace("\r", "")))
    assert WORDS in texts(reading)


def test_a_file_in_macbinary_or_applesingle_is_read_and_its_comment_too():
    assert _held(_macbinary(WORDS.encode())) == ([WORDS], [], [])
    assert _held(_apple({1: WORDS.encode(), 3: b"a.txt", 4: b"Read it"}))[0] == ["Read it", WORDS]


@pytest.mark.parametrize(
    "octets",
    [_binhex(b"x" * 30, resources=b"r" * 40), _macbinary(b"x" * 30, 90), _apple({2: b"r" * 9}, 0x00051607)],
)
def test_a_resource_fork_is_said_to_be_unread(octets):
    assert "not read: a resource fork" in _held(octets)[2]


@pytest.mark.parametrize("octets", [_binhex(WORDS.encode())[:90] + b":", _apple({1: b"x"})[:30]])
def test_what_breaks_off_is_damaged(octets):
    assert _held(octets, "application/mac-binhex40")[2] == ["damaged"]


def test_names_of_files_say_together_what_none_says_alone():
    names = {f"{number:02d} {word}.txt": b"x" for number, word in enumerate(WORDS.split(), 1)}
    assert "Vote for Smith on Tuesday." in _held(documents.packed(names), name="a.zip")[0]
    attached = [f'Content-Type: text/plain; name="{word}.txt"\n\nx' for word in ("1 Vote", "2 for", "3 Smith", "4 Tuesday")]
    said = [p.text for p in read(parts(*attached)).passages if p.place.header == "Filename"]
    assert said == ["Vote for Smith Tuesday"]


def test_the_name_that_a_gzip_unpacks_to_is_read():
    packed = bytearray(gzip.compress(b"x", mtime=0))
    packed[3] |= 8
    named = bytes(packed[:10]) + b"Vote_for_Smith.txt\0" + bytes(packed[10:])
    assert "Vote for Smith" in _held(named, name="a.gz")[0]


def test_the_tip_of_a_link_and_what_a_formula_puts_together_are_read():
    body = f'<w:p><w:hyperlink w:tooltip="{WORDS}"><w:r><w:t>the form</w:t></w:r></w:hyperlink></w:p>'
    assert any(WORDS in text for text in _held(documents.docx(body), name="a.docx")[0])
    cells = '<sheetData><row><c><f>"Vote for "&amp;CHAR(83)&amp;"mith on Tuesday"</f></c></row></sheetData>'
    assert any("Vote for Smith on Tuesday" in text for text in _held(documents.xlsx({"a": cells}), name="a.xlsx")[0])


def test_a_formula_whose_result_is_stored_shows_that():
    cells = '<sheetData><row><c><f>"Vote for "&amp;"Smith"</f><v>42</v></c></row></sheetData>'
    assert not any("Vote" in text for text in _held(documents.xlsx({"a": cells}), name="a.xlsx")[0])


def test_utf_16_with_a_mark_is_text_whatever_it_is_called():
    assert _held(WORDS.encode("utf-16"), name="a.dat")[0] == [WORDS]
