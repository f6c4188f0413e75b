"""What nobody may get by packing: time, memory, silence. Through the reader, as a message."""

import base64
import gzip
import json
import tracemalloc
from time import process_time

import pytest

from gateway.reading import Reader, ReadingLimits
from gateway.reading.extractors import TABLE
from tests.support.documents import compound, doc, docx, header, lines, packed, piece, png, read, tnef, whys, wp, xlsx
from tests.support.reading import SHARED, mail, parts, texts
from tests.support.reading import whys as unread

PLAIN = {
    "zip": packed({"a": b"x"}),
    "docx": docx(wp("x")),
    "doc": compound(doc("x")),
    "tnef": tnef(),
    "rtf": b"{\\rtf1 x}",
    "gz": gzip.compress(b"x"),
}


def attached(octets, name="papers.zip"):
    return mail(base64.encodebytes(octets), kind=f"application/octet-stream; name={name}", coding="base64")


def test_a_letter_in_a_zip_in_a_message_is_read_and_points_back_to_where_it_stands():
    (passage,) = Reader().read(attached(packed({"letter.docx": docx(wp("Vote for ", "Jane"))}))).passages
    assert (passage.text, str(passage.place)) == ("Vote for Jane", "attachment papers.zip/letter.docx, characters 0-13")


def test_a_message_in_a_zip_is_read_as_forwarded():
    inside = b"From: a@d.example\r\nTo: b@d.example\r\nSubject: Hello\r\n\r\nVote for Jane\r\n"
    reading = Reader().read(attached(packed({"note.eml": inside})))
    assert [p.origin.value for p in reading.passages if not p.place.header] == ["forwarded"]


def nested(levels):
    octets = b"Vote for Jane"
    for _ in range(levels):
        octets = packed({"in.zip": octets, "fill": bytes(20_000_000)})
    return octets


def test_bombs_within_bombs_are_bounded_together_in_memory_and_time():
    message = attached(nested(30))
    tracemalloc.start()
    began = process_time()
    reading = Reader().read(message)
    spent, (_, peak) = process_time() - began, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 400_000_000
    assert spent < 20
    assert any(why.startswith("too large") for why in unread(reading))


def test_a_tree_of_zips_ends_at_what_is_read_of_a_whole_message():
    octets = packed({"0": bytes(3_000_000)})
    for _ in range(4):
        octets = packed({str(n): octets for n in range(16)})
    limits = ReadingLimits(unfolded=20_000_000)
    assert "too large: 20000000 octets of the message were read" in unread(Reader(limits=limits).read(attached(octets)))


def test_a_zip_that_holds_itself_ends():
    limits = ReadingLimits(depth=20)
    octets = header("r.zip", b"")
    for _ in range(25):
        octets = packed({"r.zip": octets})
    assert unread(Reader(limits=limits).read(attached(octets))) == ["nested too deep"]


def test_what_follows_a_bomb_is_read():
    bomb = "Content-Type: application/zip\nContent-Transfer-Encoding: base64\n\n" + base64.encodebytes(nested(1)).decode()
    reading = Reader().read(parts(bomb, "Content-Type: text/plain\n\nVote for Jane"))
    assert texts(reading)[-1] == "Vote for Jane"


@pytest.mark.parametrize("kind", sorted(PLAIN))
@pytest.mark.parametrize("cut", [0.2, 0.5, 0.9])
def test_what_breaks_off_leaves_a_reason_or_its_words(kind, cut):
    octets = PLAIN[kind]
    found = read(piece(octets[: int(len(octets) * cut)], "x.bin"))
    assert whys(found) or lines(found)


@pytest.mark.parametrize("type_", sorted({*TABLE} - {"message/rfc822"}))
@pytest.mark.parametrize("octets", [b"", b"\0", b"<", b"PK\x03\x04", b"{\\rtf", b"\xd0\xcf\x11\xe0", b"\xff" * 600, png()[:20]])
def test_no_label_makes_a_fault_of_any_octets(type_, octets):
    for item in read(piece(octets, "x", type_)):
        assert item.place.part.startswith("2")


@pytest.mark.parametrize("body", ["{\\rtf1 {\\*\\x Vote for Jane}}", '<svg xmlns="s"><style>Vote for Jane</style></svg>'])
def test_a_text_that_looks_like_a_document_is_read_as_the_text_a_reader_sees(body):
    assert any("Vote for Jane" in text for text in texts(Reader().read(mail(body))))


def test_a_page_that_word_or_a_browser_saved_as_a_message_is_read_as_one():
    saved = (
        "MIME-Version: 1.0\nContent-Type: multipart/related; "
        "boundary=b\n\n--b\nContent-Type: text/html\n\n<b>Vo</b>te for Jane\n--b--\n"
    )
    reading = Reader().read(attached(saved.encode(), "letter.doc"))
    assert texts(reading) == ["Vote for Jane"]


def test_an_empty_document_says_nothing():
    assert [read(docx("")), read(xlsx({})), read(compound(doc(" ")))] == [[], [], []]


def _rows():
    path = SHARED / "evasion" / "violations" / "manifest.jsonl"
    rows = [json.loads(line) for line in path.read_text().splitlines()] if path.is_file() else []
    return [row for row in rows if row["needs"] in {"document", "archive", "tnef", "sniffing"}]


@pytest.mark.skipif(not _rows(), reason="the shared collection of evasions is not beside this repository")
def test_what_evasions_put_into_documents_is_read():
    for row in _rows():
        reading = Reader().read((SHARED / "evasion" / "violations" / row["file"]).read_bytes())
        words = " ".join(" ".join(texts(reading)).split()).casefold()
        assert row["key"].casefold() in words, row["technique"]
        assert reading.unread == (), row["technique"]
