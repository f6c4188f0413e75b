"""Reasons for which something is unread that no test of its own format provokes: each is given, at its place."""

import base64
import gzip
import io
import plistlib
import tarfile
import zlib

import pytest

from gateway.mail import Place, Unread
from gateway.reading import Reader, ReadingLimits, html
from gateway.reading.documents import ole, pgp
from gateway.reading.extractors import TABLE
from gateway.reading.pictures import images, pdf
from gateway.reading.pieces import DAMAGED
from gateway.reading.reader import _Desk
from tests.reading.documents.test_ole import book, label, long
from tests.reading.documents.test_seven_and_rar import rar5, seven
from tests.reading.documents.test_signed import COMPRESSED, DATA
from tests.support import documents, pictures
from tests.support.documents import atom, compound, der, doc, docx, packed, piece, wp
from tests.support.reading import mail, parts, read, whys

FEW, LITTLE, NARROW = ReadingLimits(parts=2, time=20), ReadingLimits(text=40, time=20), ReadingLimits(expanded=4000, time=20)
WORDS = "Roll call is at six in the morning, and the keys are in the watch office. "
LONG = WORDS * 200


def tar(count):
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w") as archive:
        for number in range(count):
            entry = tarfile.TarInfo(f"{number}.txt")
            entry.size = len(WORDS)
            archive.addfile(entry, io.BytesIO(WORDS.encode()))
    return written.getvalue()


FIRST_TWO = "too large: the first 2 of the files in it were read"
DRAWING = '<svg xmlns="http://www.w3.org/2000/svg">{}</svg>'
PATH = f'<path d="{"M1 1L22 333 4444 5555C1 2 3 4 5 6" * 8}"/>'
RANDOM = base64.b85encode(bytes(range(256)) * 40).decode()


def compressed(octets):
    """A CompressedData of CMS (RFC 3274)."""
    content = der(0x30, der(0x06, DATA), der(0xA0, der(0x04, octets)))
    way = der(0x30, der(0x06, b"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x03\x08"))
    return der(0x30, der(0x06, COMPRESSED), der(0xA0, der(0x30, der(0x02, b"\0"), way, content)))


@pytest.mark.parametrize(
    ("octets", "limits", "reason"),
    [
        (seven([("1.txt", b"one"), ("2.txt", b"two"), ("3.txt", b"three")]), FEW, FIRST_TWO),
        (
            b"".join([rar5("1.txt", b"one")[:-7], *(rar5(f"{n}.txt", b"more")[16:-7] for n in (2, 3))]),
            FEW,
            FIRST_TWO,
        ),
        (tar(3), FEW, FIRST_TWO),
        (packed({"[Content_Types].xml": "<Types/>", "1.xml": "<a/>", "2.xml": "<a/>"}), FEW, FIRST_TWO),
        (docx(wp(RANDOM * 3)), NARROW, "too large"),
        (docx(wp(WORDS)), ReadingLimits(elements=4, time=20), "too large: not all of its text was read"),
        (compound(doc(WORDS)), LITTLE, "too large: the first 40 characters were read"),
        (compound({"Workbook": book([long(WORDS)], label(0, 0, 0))}), LITTLE, "too large: the first 40 characters were read"),
        (compound({"PowerPoint Document": atom(0x0FA8, WORDS.encode())}), LITTLE, "too large: not all of its text was read"),
        (compound({"PowerPoint Document": atom(0x2F14, bytes(20))}), LITTLE, "encrypted"),
        (plistlib.dumps({"one": LONG, "two": LONG, "three": LONG}), LITTLE, "too large: not all of its text was read"),
        (plistlib.dumps([*range(50)]), ReadingLimits(elements=20, time=20), "too large: not all of its text was read"),
        (gzip.compress(DRAWING.format(f"<text>{LONG}</text>").encode())[:-30], NARROW, "damaged"),
        (gzip.compress(DRAWING.format(f"<text>{RANDOM}</text>").encode()), NARROW, "too large"),
        (DRAWING.format("".join([PATH] * 20)).encode(), FEW, "not read: what is drawn in curves"),
    ],
)  # fmt: skip
def test_a_document_or_an_archive_says_what_of_it_was_not_read(octets, limits, reason):
    name = "a.svgz" if octets.startswith(b"\x1f\x8b") else ""
    found = documents.read(documents.piece(octets, name), limits=limits)
    assert any(said.startswith(reason) for said in documents.whys(found)), documents.whys(found)
    assert all(item.place.part == "2" for item in found if isinstance(item, Unread))


def test_a_compressed_message_says_that_it_unfolds_too_far_or_is_broken():
    made = zlib.compress(f"Content-Type: text/plain\r\n\r\n{RANDOM}".encode())
    for content, reason in ((made, "too large"), (made[:-40], "damaged")):
        found = documents.read(
            piece(compressed(content), kind="application/pkcs7-mime"), limits=NARROW if reason == "too large" else None
        )
        assert reason in documents.whys(found)


def test_more_openpgp_messages_in_a_text_than_are_read_are_said_to_be_unread():
    one = "-----BEGIN PGP MESSAGE-----\n\ny0B0AGEudHh0AAAAAEhlbGxv\n-----END PGP MESSAGE-----\n"
    found = list(pgp.armoured(piece(b"x"), one * 60, ReadingLimits()))
    assert documents.whys(found)[-1] == "too large: not all messages in it were read"


def test_more_attachments_of_an_outlook_message_than_are_read_are_said_to_be_unread():
    streams = {f"__attach_version1.0_#0000000{n}/__substg1.0_37010102": WORDS.encode() for n in range(3)}
    found = list(ole.compound(piece(compound({"__properties_version1.0": bytes(32), **streams})), FEW))
    assert "too large: the first 2 attachments were read" in documents.whys(found)


@pytest.mark.parametrize(
    ("fields", "limits", "reason"),
    [
        ((f"Subject: {LONG}",), ReadingLimits(field=200), "too large"),
        (("Subject: one",) * 5, ReadingLimits(fields=3), "too many fields"),
    ],
)
def test_of_a_header_that_is_too_long_it_is_said(fields, limits, reason):
    unread = Reader(limits=limits).read(mail("Hello.", "From: a@d.example", *fields)).unread
    assert Unread(place=Place(header="Subject"), why=reason) in unread


def test_a_header_whose_reading_breaks_down_is_said():
    desk = _Desk(ReadingLimits(), TABLE)
    desk.header(None)
    assert desk.reading().unread == (Unread(place=Place(header="From"), why=DAMAGED),)


def test_what_contradicts_itself_too_often_to_be_read_in_every_way_is_said():
    twice = (
        "Content-Type: text/plain\nContent-Type: text/html; boundary=a; boundary=b\n"
        "Content-Transfer-Encoding: 7bit\nContent-Transfer-Encoding: base64\n\nx"
    )
    found = whys(read(parts(*[twice] * 40)))
    assert "its Content-Type is given twice, differently" in found
    assert "its Content-Transfer-Encoding is given twice, differently" in found
    assert "its boundary is given twice" in whys(
        read(parts(*["Content-Type: multipart/mixed; boundary=a; boundary=b\n\n--a\n\nx\n--a--"] * 40))
    )


def test_a_page_that_is_too_deep_or_too_long_for_its_layout_is_said():
    deep = "<table><tr><td>" * 3000 + WORDS
    assert "HTML nested too deep: read without its layout" in whys(read(mail(deep, kind="text/html")))
    long = "<i></i>" * (html._MOST_NODES + 1) + WORDS
    assert "too large" in whys(Reader(limits=ReadingLimits(part=8_000_000)).read(mail(long, kind="text/html")))


# Pictures and pages; in this process, so that time can be up at once


AT_ONCE = ReadingLimits(time=0)


def test_a_picture_for_which_time_is_up_is_said_to_be_read_in_part():
    found = list(images.words(pictures.drawn("Vote for Jane").resize((3000, 3000)), 1.0, Place(part="2"), until=0))
    assert pictures.whys(found) == ["timed out: not all of the picture was read"]


def _of_pdf(document, limits):
    return pictures.whys(list(pdf.read(pictures.piece(document), limits)))


def test_pages_for_which_time_is_up_are_counted():
    document = pictures.pdf(pictures.text_at(72, 700, "Hello.")).replace(
        b"/Kids [3 0 R] /Count 1", b"/Kids [3 0 R 3 0 R] /Count 2"
    )
    found = list(pdf.read(pictures.piece(document), AT_ONCE))
    assert pictures.whys(found) == ["timed out: this page and those behind it were not read, 2 in all"]
    assert found[-1].place == Place(part="2", page=1)


def test_a_document_without_a_page_and_one_in_xfa_are_said():
    document = pictures.pdf("").replace(b"/Kids [3 0 R] /Count 1", b"/Kids [] /Count 0")
    assert DAMAGED in _of_pdf(document, ReadingLimits())
    form = pictures.pdf(
        "", "<< /Fields [] /XFA 7 0 R >>", pictures.stream(b"<xdp/>"), catalog="/AcroForm 6 0 R /NeedsRendering true"
    )
    assert "not read: a form in XFA, which few programs show" in pictures.whys(
        list(pdf.read(pictures.piece(form), ReadingLimits()))
    )


def test_an_attached_file_that_is_not_there_is_said():
    names = "/Names << /EmbeddedFiles << /Names [(a.txt) 6 0 R] >> >>"
    document = pictures.pdf("", "<< /Type /Filespec /F (a.txt) /EF << /F 9 0 R >> >>", catalog=names)
    found = pictures.whys(list(pdf.read(pictures.piece(document), ReadingLimits())))
    assert found == ["damaged: a file that is attached to it cannot be read"]


def test_a_page_of_too_many_characters_is_said():
    lines = (pictures.text_at(20, 8900 - 14 * line, "abcdefgh " * 45) for line in range(520))
    document = pictures.pdf("".join(lines)).replace(b"[0 0 612 792]", b"[0 0 9000 9000]")
    assert "too large: not all of the page's text was read" in _of_pdf(document, ReadingLimits(time=60))
