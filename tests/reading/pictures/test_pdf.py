"""A PDF: what its pages show, what they hide, what is fastened to them."""

import base64

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.mail import Place, Unread
from gateway.reading import Origin, Reader, ReadingLimits
from gateway.reading.pictures import images
from gateway.reading.pieces import DAMAGED, Piece, Sheet
from tests.support.pictures import drawn, image_object, pdf, piece, read_apart, sheets, stream, text_at, whys
from tests.support.reading import parts

FLYER = drawn("Vote for Jane Example", "Sheriff, June 2")
WORDS = "Vote for Jane Example\nSheriff, June 2"
LATER = ReadingLimits(dear=False)


def read(document, limits=None):
    return read_apart(piece(document, name="letter.pdf"), limits)


def hidden(items):
    return [item.hidden for item in items if isinstance(item, Sheet) and item.hidden]


def test_the_text_of_a_page_is_read_with_its_number():
    (sheet,) = read(pdf(text_at(72, 700, "Please vote") + text_at(72, 680, "for Jane Example.")))
    assert (sheet.text, sheet.place) == ("Please vote\nfor Jane Example.", Place(part="2", name="letter.pdf", page=1))


def test_a_word_that_is_divided_at_the_end_of_a_line_is_joined():
    (text,) = sheets(read(pdf("BT /F1 14 Tf 72 700 Td (En\\255) Tj 0 -16 Td (dorse Jane) Tj ET")))
    assert text == "Endorse Jane"


@pytest.mark.parametrize(
    "content",
    [
        text_at(72, 700, "secret", before="3 Tr"),
        text_at(72, 700, "secret", before="1 1 1 rg"),
        text_at(72, 700, "secret", size=1),
        text_at(-400, 700, "secret"),
        text_at(72, 900, "secret"),
        "0.9 0.9 0.2 rg 0 0 612 792 re f\n" + text_at(72, 700, "secret", before="0.9 0.9 0.2 rg"),
        "/Clear gs\n" + text_at(72, 700, "secret"),
    ],
    ids=["invisible", "white on white", "tiny", "left of the page", "above the page", "yellow on yellow", "transparent"],
)
def test_text_nobody_sees_is_read_as_hidden(content):
    found = read(
        pdf("q\n" + content + "Q\n" + text_at(72, 600, "Good morning."), resources="/ExtGState << /Clear << /ca 0 >> >>")
    )
    assert sheets(found) == ["Good morning."]
    assert hidden(found) == ["secret"]


@pytest.mark.parametrize(
    "content",
    [
        "0 0 0.4 rg 0 600 612 192 re f\n" + text_at(72, 700, "Vote for Jane", before="1 1 1 rg"),
        text_at(72, 700, "Vote for Jane", size=4),
        text_at(72, 700, "Vote for Jane", before="0.8 0.8 0.8 rg"),
        text_at(72, 700, "Vote for Jane", before="1 0 0 rg"),
        "BT /F1 1 Tf 14 0 0 14 72 700 Tm (Vote for Jane) Tj ET",
        "BT /F1 14 Tf 0 1 -1 0 300 300 Tm (Vote for Jane) Tj ET",
    ],
    ids=["white on blue", "small print", "pale", "red", "scaled up", "on its side"],
)
def test_text_that_is_hard_to_see_counts_as_seen(content):
    found = read(pdf(content), LATER)
    assert sheets(found) == ["Vote for Jane"]
    assert hidden(found) == []


def test_a_passage_of_hidden_text_is_told_apart_in_a_reading():
    document = pdf(text_at(72, 700, "Good morning.") + text_at(72, 500, "Vote for Jane", before="3 Tr"))
    octets = parts("Content-Type: application/pdf\nContent-Transfer-Encoding: base64\n\n" + _base64(document))
    found = [(p.folded, p.origin, p.place.page) for p in Reader().read(octets).passages]
    assert found == [("Good morning.", Origin.NEW, 1), ("Vote for Jane", Origin.HIDDEN, 1)]


def _base64(octets):
    return base64.encodebytes(octets).decode()


def scan(width=468, height=None, *, picture=FLYER):
    height = height or round(width * picture.height / picture.width)
    document = pdf(f"q {width} 0 0 {height} 72 100 cm /Im Do Q", image_object(picture), resources="/XObject << /Im 6 0 R >>")
    return document, height


def test_a_page_that_is_a_scan_is_read_and_the_box_is_in_points_of_the_page():
    document, height = scan()
    (sheet,) = read(document)
    assert (sheet.text, sheet.place) == (WORDS, Place(part="2", name="letter.pdf", page=1))
    boxes = [box for _, _, box in sheet.boxes]
    top = 792 - 100 - height
    assert all(x >= 72 and x + w <= 72 + 468 and top - 2 <= y and y + h <= top + height + 2 for x, y, w, h in boxes)


@pytest.mark.parametrize("turned", [90, 180])
def test_a_scan_that_lies_on_its_side_or_head_is_read(turned):
    picture = drawn("Vote for Jane", "Sheriff").rotate(turned, expand=True)
    assert sheets(read(scan(300, picture=picture)[0])) == ["Vote for Jane\nSheriff"]


def test_a_page_that_says_it_is_turned_is_read_as_shown():
    document = pdf(
        "q 468 0 0 164 72 100 cm /Im Do Q", image_object(FLYER), resources="/XObject << /Im 6 0 R >>", page="/Rotate 90"
    )
    assert sheets(read(document)) == [WORDS]


def test_the_picture_of_a_page_is_put_off_and_its_text_is_not():
    content = text_at(72, 700, "Good morning.") + "q 468 0 0 164 72 100 cm /Im Do Q"
    document = pdf(content, image_object(FLYER), resources="/XObject << /Im 6 0 R >>")
    found = read(document, LATER)
    assert sheets(found) == ["Good morning."]
    assert found[1:] == [Unread(place=Place(part="2", name="letter.pdf", page=1), why=images.PUT_OFF)]
    assert sheets(read(document)) == ["Good morning.", WORDS]
    assert whys(read(document, ReadingLimits(ocr=False))) == [images.NOT_READ]


def test_a_page_without_pictures_is_not_rendered():
    assert whys(read(pdf(text_at(72, 700, "Good morning.") + "72 72 300 300 re S"), LATER)) == []


def test_letters_drawn_as_curves_are_read():
    """The outlines of letters, as programs write that turn text into curves: here one thin bar for each run of ink."""
    page = FLYER.convert("L")
    bars = []
    for y in range(page.height):
        x = 0
        while x < page.width:
            if page.getpixel((x, y)) < 128:
                start = x
                while x < page.width and page.getpixel((x, y)) < 128:
                    x += 1
                bars.append(f"{50 + start} {700 - y} {x - start} 1 re f")
            x += 1
    assert sheets(read(pdf("\n".join(bars)))) == [WORDS]


def test_a_font_that_does_not_say_which_letters_it_shows_is_read_as_shown():
    """A Type 3 font whose one glyph is a picture of the words."""
    glyph = b"1000 0 0 0 1000 350 d1 q 1000 0 0 350 0 0 cm BI /W %d /H %d /BPC 1 /IM true /D [0 1] ID " % FLYER.size
    glyph += FLYER.convert("1").tobytes() + b" EI Q"
    font = (
        "<< /Type /Font /Subtype /Type3 /FontBBox [0 0 1000 350] /FontMatrix [0.001 0 0 0.001 0 0] /CharProcs << /g1 7 0 R >> "
        "/Encoding << /Type /Encoding /Differences [1 /g1] >> /FirstChar 1 /LastChar 1 /Widths [1000] /Resources << >> >>"
    )
    document = pdf("BT /F2 480 Tf 60 400 Td <01> Tj ET", font, stream(glyph))
    document = document.replace(b"/Font << /F1 5 0 R >>", b"/Font << /F1 5 0 R /F2 6 0 R >>")
    assert WORDS in sheets(read(document))


def annotated(*annotations):
    numbers = " ".join(f"{6 + n} 0 R" for n in range(len(annotations)))
    return pdf(text_at(72, 700, "Click here to give"), *annotations, page=f"/Annots [{numbers}]")


def test_a_link_has_its_target_and_the_words_it_stands_under():
    link = "<< /Type /Annot /Subtype /Link /Rect [70 695 230 715] /A << /S /URI /URI (https://give.example/jane) >> >>"
    (sheet,) = read(annotated(link))
    assert sheet.links == (("https://give.example/jane", "Click here to give"),)
    octets = parts("Content-Type: application/pdf\nContent-Transfer-Encoding: base64\n\n" + _base64(annotated(link)))
    (found,) = Reader().read(octets).links
    assert (found.target, found.shown) == ("https://give.example/jane", "Click here to give")
    assert (found.place.page, found.place.start, found.place.end) == (1, 0, 18)


@pytest.mark.parametrize(
    ("annotation", "said"),
    [
        ("/Subtype /Text /Rect [0 0 20 20] /Contents (Vote for Jane)", "Vote for Jane"),
        ("/Subtype /Highlight /Rect [70 695 230 715] /Contents (Vote for Jane)", "Vote for Jane"),
        ("/Subtype /Widget /FT /Tx /T (a) /V (Vote for Jane) /Rect [0 0 90 20]", "Vote for Jane"),
        ("/Subtype /Text /F 2 /Rect [0 0 20 20] /Contents (Vote for Jane)", ""),
    ],
    ids=["note", "highlight", "field", "hidden note"],
)
def test_notes_and_form_fields_are_read(annotation, said):
    (sheet,) = read(annotated(f"<< /Type /Annot {annotation} >>"), LATER)
    assert sheet.text == "\n\n".join(filter(None, ["Click here to give", said]))
    assert sheet.hidden == ("" if said else "Vote for Jane")


def test_a_field_of_a_form_has_the_value_its_parent_has():
    form = "<< /Fields [7 0 R] >>"
    kid = "<< /Type /Annot /Subtype /Widget /Parent 7 0 R /Rect [0 0 90 20] >>"
    parent = "<< /FT /Tx /T (a) /V (Vote for Jane) /Kids [6 0 R] >>"
    document = pdf(text_at(72, 700, "Form"), kid, parent, page="/Annots [6 0 R]", catalog=f"/AcroForm {form}")
    assert sheets(read(document)) == ["Form\n\nVote for Jane"]


ATTACHED = "<< /Type /Filespec /F (inner.txt) /UF (inner.txt) /EF << /F 7 0 R >> >>"


def test_files_in_a_pdf_are_pieces_of_their_own():
    names = "/Names << /EmbeddedFiles << /Names [(inner.txt) 6 0 R] >> >>"
    found = read(pdf(text_at(72, 700, "See"), ATTACHED, stream(b"Vote for Jane"), catalog=names))
    (inner,) = [item for item in found if isinstance(item, Piece)]
    assert (inner.octets, inner.name, inner.part, inner.depth) == (b"Vote for Jane", "inner.txt", "2", 1)


def test_a_file_that_is_pinned_to_a_page_is_a_piece_too():
    pin = "<< /Type /Annot /Subtype /FileAttachment /Rect [0 0 20 20] /FS 6 0 R >>"
    found = read(pdf(text_at(72, 700, "See"), ATTACHED, stream(b"Vote for Jane"), pin, page="/Annots [8 0 R]"))
    assert [item.octets for item in found if isinstance(item, Piece)] == [b"Vote for Jane"]


def test_bookmarks_are_read():
    outlines = "<< /Type /Outlines /First 7 0 R /Last 7 0 R /Count 1 >>"
    document = pdf(text_at(72, 700, "Minutes"), outlines, "<< /Title (Vote for Jane) /Parent 6 0 R >>", catalog="/Outlines 6 0 R")
    assert sheets(read(document)) == ["Vote for Jane", "Minutes"]


@pytest.mark.parametrize("cut", [8, 60, 400])
def test_a_damaged_document_is_said_to_be(cut):
    assert whys(read(pdf(text_at(72, 700, "Good morning."))[:cut])) == [DAMAGED]


def test_a_document_with_something_before_it_is_read():
    assert sheets(read(b"\x00\x01 junk\n" + pdf(text_at(72, 700, "Good morning.")))) == ["Good morning."]


ENCRYPTION = "<< /Filter /Standard /V 1 /R 2 /P -4 /O <" + "5a" * 32 + "> /U <" + "a5" * 32 + "> >>"


def test_a_document_under_a_password_is_encrypted():
    document = pdf(text_at(72, 700, "Good morning."), ENCRYPTION)
    document = document.replace(b"/Root 1 0 R", b"/Root 1 0 R /Encrypt 6 0 R /ID [<00> <00>]")
    assert whys(read(document)) == ["encrypted"]


def test_pages_beyond_the_limit_are_said_to_be_unread():
    document = pdf(text_at(72, 700, "Good morning.")).replace(b"/Kids [3 0 R] /Count 1", b"/Kids [3 0 R 3 0 R 3 0 R] /Count 3")
    found = read(document, ReadingLimits(pages=2))
    assert sheets(found) == ["Good morning.", "Good morning."]
    assert whys(found) == ["too large: it has 3 pages, and the first 2 were read"]


@given(st.binary(max_size=30), st.integers(0, 2000))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_is_put_into_a_document_the_reader_stays(noise, at):
    document = annotated("<< /Type /Annot /Subtype /Text /Rect [0 0 20 20] /Contents (Hi) >>")
    at %= len(document)
    for item in read(document[:at] + noise + document[at + len(noise) :], LATER):
        assert not isinstance(item, Unread) or "broke down" not in item.why


def test_a_font_that_calls_its_letters_by_other_names_is_read_as_shown():
    """The page shows one thing; what is copied from it is another."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    pairs = "\n".join(
        f"<{ord(shown):02x}> <{ord(said):04x}>" for shown, said in zip(letters, "qwertyuiopasdfghjklzxcvbnm", strict=True)
    )
    names = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def /CMapType 2 def "
        f"1 begincodespacerange <00> <ff> endcodespacerange 26 beginbfchar {pairs} endbfchar endcmap end end"
    )
    lines = ("please vote for jane example", "she will make our quiet town", "a better and a kinder place")
    content = "".join(text_at(72, 700 - 30 * n, line, size=20) for n, line in enumerate(lines))
    document = pdf(content, stream(names.encode()))
    lying = document.replace(b"/BaseFont /Helvetica", b"/BaseFont /Helvetica /ToUnicode 6 0 R")
    (copied, shown) = sheets(read(lying))
    assert "vote" not in copied
    assert shown == "\n".join(lines)
    assert sheets(read(document)) == ["\n".join(lines)]
    assert whys(read(document, LATER)) == []
