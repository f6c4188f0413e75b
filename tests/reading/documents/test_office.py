"""Office files that are zips: text in reading order, a paragraph a line, whatever cuts it up; and everything round it."""

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.reading import ReadingLimits
from gateway.reading.documents import archives
from gateway.reading.extractors import kind
from tests.support import documents
from tests.support.documents import (
    MC,
    W,
    docx,
    hidden,
    lines,
    links,
    odf,
    packed,
    piece,
    pieces,
    png,
    read,
    whys,
    wp,
)

LIMITS = ReadingLimits(time=20)


def test_runs_that_formatting_cuts_a_sentence_into_are_one_line():
    body = (
        "<w:p><w:r><w:t>V</w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>ote "
        "f</w:t></w:r><w:proofErr/><w:r><w:t>or Jane</w:t></w:r></w:p>"
    )
    assert lines(read(docx(body + wp("On June 2.")))) == ["Vote for Jane", "On June 2."]


def test_breaks_tabs_hyphens_and_symbols_are_what_they_show():
    body = (
        "<w:p><w:pPr><w:tabs><w:tab w:val='left'/></w:tabs></w:pPr><w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t>"
        "<w:noBreakHyphen/><w:t>d</w:t><w:softHyphen/><w:sym w:font='x' w:char='F065'/></w:r></w:p>"
    )
    assert lines(read(docx(body))) == ["a\tb", "c-de"]


def test_the_cells_of_a_row_stand_side_by_side_unless_one_has_several_lines():
    row = "<w:tr>{}</w:tr>".format("".join(f"<w:tc>{cell}</w:tc>" for cell in (wp("Vote"), wp("for Jane"))))
    tall = f"<w:tr><w:tc>{wp('One')}{wp('two')}</w:tc><w:tc>{wp('three')}</w:tc></w:tr>"
    assert lines(read(docx(f"<w:tbl>{row}{tall}</w:tbl>"))) == ["Vote\tfor Jane", "One", "two", "three"]


@pytest.mark.parametrize("root", ["hdr", "ftr", "comments", "footnotes", "endnotes"])
def test_what_stands_round_the_text_is_read(root):
    part = f'<w:{root} xmlns:w="{W}"><w:x>{wp("Vote for", " Jane")}</w:x></w:{root}>'
    assert lines(read(docx(wp("Body"), files={"anywhere.xml": part}))) == ["Body", "Vote for Jane"]


def test_text_boxes_are_lines_of_their_own_and_are_given_once():
    box = f"<w:txbxContent>{wp('In the box')}</w:txbxContent>"
    twice = (
        f'<mc:AlternateContent><mc:Choice Requires="wps">{box}</mc:Choice>'
        f"<mc:Fallback><w:pict>{box}</w:pict></mc:Fallback></mc:AlternateContent>"
    )
    assert lines(read(docx(f"<w:p><w:r><w:t>Before </w:t>{twice}<w:t>and after</w:t></w:r></w:p>"))) == [
        "In the box",
        "Before and after",
    ]


def test_what_older_programs_would_show_instead_is_read_too():
    twice = (
        f"<mc:AlternateContent><mc:Choice>{wp('Ordinary')}</mc:Choice>"
        f"<mc:Fallback>{wp('Vote for Jane')}</mc:Fallback></mc:AlternateContent>"
    )
    assert lines(read(docx(twice))) == ["Ordinary", "Vote for Jane"]


def test_runs_that_are_given_twice_within_a_line_are_written_once():
    inline = "<w:r><w:t>{}</w:t></w:r>"
    twice = (
        f"<mc:AlternateContent><mc:Choice>{inline.format('for ')}</mc:Choice>"
        f"<mc:Fallback>{inline.format('for ')}</mc:Fallback></mc:AlternateContent>"
    )
    assert lines(read(docx(f"<w:p>{inline.format('Vote ')}{twice}{inline.format('Jane')}</w:p>"))) == ["Vote for Jane"]


def test_alternative_text_and_word_art_are_read():
    body = (
        '<w:p><w:r><wp:docPr id="1" name="Picture 1" descr="Vote for Jane" '
        'title="A flyer"/><v:textpath string="Elect her now"/></w:r></w:p>'
    )
    assert lines(read(docx(body))) == ["Vote for Jane", "A flyer", "Elect her now"]


def test_links_come_with_what_is_shown_for_them():
    body = (
        '<w:p><w:r><w:t>See </w:t></w:r><w:hyperlink r:id="k1"><w:r>'
        "<w:t>our </w:t></w:r><w:r><w:t>page</w:t></w:r></w:hyperlink></w:p>"
        '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r>'
        '<w:instrText> HYPERLINK "https://b.example/" </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>give</w:t>'
        '</w:r><w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>'
        "<w:p><w:fldSimple w:instr='HYPERLINK \"https://c.example/\"'><w:r><w:t>more</w:t></w:r></w:fldSimple></w:p>"
    )
    found = read(docx(body, hyperlinks=[("k1", "https://a.example/"), ("k2", "https://unused.example/")]))
    assert links(found) == [
        ("https://a.example/", "our page"),
        ("https://b.example/", "give"),
        ("https://c.example/", "more"),
        ("https://unused.example/", ""),
    ]
    assert lines(found) == ["See our page", "give", "more"]


def test_text_that_is_not_shown_is_kept_apart_and_does_not_cut_what_is():
    body = (
        "<w:p><w:r><w:t>Vote </w:t></w:r><w:r><w:rPr><w:vanish/></w:rPr>"
        "<w:t>never </w:t></w:r><w:del><w:r><w:delText>not </w:delText></w:r>"
        "</w:del><w:moveFrom><w:r><w:t>or </w:t></w:r></w:moveFrom><w:r>"
        "<w:rPr><w:vanish w:val='0'/></w:rPr><w:t>for Jane</w:t></w:r></w:p>"
    )
    found = read(docx(body))
    assert (lines(found), hidden(found)) == (["Vote for Jane"], ["never not or"])


@pytest.mark.parametrize("faint", ["<w:color w:val='FFFFFF'/>", "<w:sz w:val='2'/>"])
def test_a_line_with_faint_runs_is_written_with_them_and_without_them(faint):
    body = f"<w:p><w:r><w:t>Vote </w:t></w:r><w:r><w:rPr>{faint}</w:rPr><w:t>xyz </w:t></w:r><w:r><w:t>for Jane</w:t></w:r></w:p>"
    assert lines(read(docx(body))) == ["Vote xyz for Jane", "Vote for Jane"]


def test_properties_and_bound_data_are_hidden_words_and_their_author_is_left_out():
    core = (
        "<cp:coreProperties xmlns:cp='c' xmlns:dc='d'><dc:title>Vote for "
        "Jane</dc:title><dc:creator>Renee Sandoval</dc:creator></cp:coreProperties>"
    )
    found = read(docx(wp("Body"), files={"docProps/core.xml": core, "customXml/item1.xml": "<x><y>Elect her now</y></x>"}))
    assert (lines(found), hidden(found)) == (["Body"], ["Elect her now", "Vote for Jane"])


def test_pictures_and_embedded_files_are_pieces_and_macros_are_noted():
    files = {"word/media/image1.png": png(), "word/embeddings/x.docx": docx(wp("Inside it")), "word/vbaProject.bin": b"\xd0\xcf"}
    found = read(docx(wp("Body"), files=files), "letter.docx")
    assert (lines(found), whys(found)) == (["Body", "Inside it"], ["not read: macros"])
    assert [p.name for p in pieces(found)] == ["letter.docx/image1.png"]


def test_a_page_of_html_that_a_document_draws_in_is_read():
    assert "Vote for Jane" in lines(read(docx(wp("Body"), files={"word/chunk.htm": "<html><p>Vote for <b>Jane</b></p></html>"})))


def test_thumbnails_and_fonts_are_left_out_without_a_word():
    assert read(docx(wp("Body"), files={"docProps/thumbnail.jpeg": b"\xff\xd8\xff", "word/fonts/f1.odttf": b"xx"}))[1:] == []


@pytest.mark.parametrize(
    "label", ["application/msword", "text/plain", "application/octet-stream", "image/png", "application/vnd.ms-excel"]
)
def test_a_document_is_told_by_its_octets_not_its_label(label):
    assert kind(piece(docx(wp("x")), "x.dat", label)) == "application/zip"


def test_an_entity_that_unfolds_is_refused_and_small_ones_are_not():
    bomb = f'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><w:document xmlns:w="{W}">{wp("&b;")}</w:document>'
    small = f'<!DOCTYPE x [<!ENTITY a "for">]><w:document xmlns:w="{W}">{wp("Vote &a; Jane")}</w:document>'
    refused = read(docx("", files={"word/document.xml": bomb}), "memo.docx")
    assert whys(refused) == ["not read: it declares entities that might unfold without end"]
    assert lines(read(packed({"[Content_Types].xml": "<Types/>", "word/document.xml": small}))) == ["Vote for Jane"]


def test_a_document_that_breaks_off_is_read_as_far_as_it_goes():
    broken = f'<w:document xmlns:w="{W}">{wp("Vote for Jane")}<w:p><w:r><w:t>and'
    found = read(packed({"[Content_Types].xml": "<Types/>", "word/document.xml": broken}))
    assert (lines(found), whys(found)) == (["Vote for Jane", "and"], ["damaged"])


def test_elements_and_characters_are_bounded():
    many = list(archives.zip_(piece(docx("<w:p/>" * 5000)), ReadingLimits(elements=1000)))
    long = list(archives.zip_(piece(docx(wp("words " * 5000))), ReadingLimits(text=1000)))
    assert whys(many) == whys(long) == ["too large: not all of its text was read"]


# OpenDocument


def test_an_open_document_text_is_read_as_it_stands():
    body = (
        "<text:tracked-changes><text:changed-region><text:deletion>"
        "<dc:creator>X Y</dc:creator><text:p>not this</text:p></text:deletion>"
        "</text:changed-region></text:tracked-changes>"
        "<text:h>Head<text:s text:c='2'/>line</text:h>"
        "<text:p>Vote <text:span>for</text:span> <text:a xlink:href='https://a.example/'>Jane</text:a>"
        "<office:annotation><dc:creator>A B</dc:creator><text:p>a comment</text:p></office:annotation><text:line-break/>now"
        "<text:note><text:note-citation>1</text:note-citation><text:note-body>"
        "<text:p>a note</text:p></text:note-body></text:note></text:p>"
        "<text:p><draw:frame><draw:text-box><text:p>boxed</text:p></draw:text-box>"
        "<svg:title>Alt</svg:title><svg:desc>Described</svg:desc></draw:frame></text:p>"
        "<text:p><text:span text:style-name='H'>unseen</text:span></text:p>"
    )
    styles = "<style:style style:name='H'><style:text-properties text:display='none'/></style:style>"
    found = read(odf(body, styles=styles))
    assert lines(found) == ["Head  line", "a comment", "a note", "Vote for Jane", "now", "boxed", "Alt", "Described"]
    assert hidden(found) == ["not this", "unseen"]
    assert links(found) == [("https://a.example/", "Jane")]


def test_an_open_document_sheet_has_its_rows_as_lines():
    row = "<table:table-row>{}</table:table-row>".format(
        "".join(f"<table:table-cell><text:p>{cell}</text:p></table:table-cell>" for cell in ("Vote", "for Jane"))
    )
    assert lines(read(odf(f"<table:table table:name='Plan'>{row}</table:table>", kind="spreadsheet"))) == [
        "Plan",
        "Vote\tfor Jane",
    ]


def test_an_open_document_presentation_has_its_slides_as_pages():
    pages = "".join(f"<draw:page><draw:frame><text:p>{words}</text:p></draw:frame></draw:page>" for words in ("One", "Two"))
    assert [(i.place.page, i.text) for i in read(odf(pages, kind="presentation"))] == [(1, "One"), (2, "Two")]


def test_an_open_document_with_a_password_is_encrypted():
    manifest = f'<manifest xmlns="{documents.ODF}:manifest:1.0"><file-entry><encryption-data/></file-entry></manifest>'
    assert whys(read(odf("", files={"META-INF/manifest.xml": manifest, "content.xml": b"\x8f\x00junk"}))) == ["encrypted"]


# One file of XML


def test_a_flat_open_document_is_read():
    flat = (
        '<?xml version="1.0"?><office:document '
        f'xmlns:office="{documents.ODF}:office:1.0" xmlns:text="{documents.ODF}:text:1.0">'
        "<office:body><office:text><text:p>Vote for <text:span>Jane</text:span>"
        "</text:p></office:text></office:body></office:document>"
    )
    assert lines(read(piece(flat.encode(), "x.fodt", "text/xml"))) == ["Vote for Jane"]


@pytest.mark.parametrize(
    ("root", "body"),
    [
        (
            'w:wordDocument xmlns:w="http://schemas.microsoft.com/office/word/2003/wordml"',
            "<w:body>" + wp("Vote ", "for Jane") + "</w:body>",
        ),
        (
            f'pkg:package xmlns:pkg="http://schemas.microsoft.com/office/2006/xmlPackage" xmlns:w="{W}"',
            "<pkg:part><pkg:xmlData><w:document><w:body>"
            + wp("Vote ", "for Jane")
            + "</w:body></w:document></pkg:xmlData></pkg:part>",
        ),
        (
            'Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"',
            "<Worksheet><Table><Row><Cell><Data>Vote for Jane</Data></Cell></Row></Table></Worksheet>",
        ),
    ],
)
def test_word_and_excel_in_one_file_of_xml_are_read(root, body):
    octets = f'<?xml version="1.0"?><{root}>{body}</{root.split()[0]}>'.encode()
    assert lines(read(piece(octets, "x.doc", "application/msword"))) == ["Vote for Jane"]


def test_other_xml_is_the_text_it_is():
    assert lines(read(piece(b"<?xml version='1.0'?><a>Vote</a>", "x.xml", "text/xml"))) == ["<?xml version='1.0'?><a>Vote</a>"]


NAMES = ("w:p", "w:r", "w:t", "w:tc", "w:tr", "w:sp", "w:rt", "w:hyperlink")
SOUP = [f"<{slash}{name}>" for name in NAMES for slash in ("", "/")]
SOUP += [f"<{slash}mc:{name}>" for name in ("AlternateContent", "Choice", "Fallback") for slash in ("", "/")]
SOUP += ["words", *(f'<w:fldChar w:fldCharType="{kind}"/>' for kind in ("begin", "separate", "end"))]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(SOUP)))
def test_any_order_of_elements_is_read_without_a_fault(soup):
    list(archives.zip_(piece(docx("".join(soup))), LIMITS))


def test_the_namespaces_of_strict_files_are_read_too():
    strict = docx(wp("Vote for Jane")).replace(b"x", b"x")
    other = packed(
        {
            "[Content_Types].xml": "<Types/>",
            "d.xml": f'<w:document xmlns:w="http://purl.oclc.org/ooxml/x" xmlns:mc="{MC}">{wp("Vote for Jane")}</w:document>',
        }
    )
    assert lines(read(strict)) == lines(read(other)) == ["Vote for Jane"]


def test_links_and_pictures_in_one_file_of_xml_are_found():
    picture = base64.b64encode(png()).decode()
    body = f'<w:p><w:hlink w:dest="https://a.example/"><w:r><w:t>give</w:t></w:r></w:hlink></w:p><w:binData>{picture}</w:binData>'
    found = read(
        f'<w:wordDocument xmlns:w="http://schemas.microsoft.com/office/word/2003/wordml">{body}</w:wordDocument>'.encode()
    )
    assert (lines(found), links(found)) == (["give"], [("https://a.example/", "give")])
    assert [p.octets for p in pieces(found)] == [png()]


def test_a_broken_flat_file_is_read_as_far_as_it_goes():
    found = read(f'<w:wordDocument xmlns:w="http://schemas.microsoft.com/office/word/2003/wordml">{wp("Vote for Jane")}'.encode())
    assert (lines(found), whys(found)) == (["Vote for Jane"], ["damaged"])


def test_what_word_puts_in_places_without_formatting_is_read():
    body = (
        "<w:p><w:r><w:fldChar w:fldCharType='begin'/><w:instrText>QUOTE \"Vote "
        "for Jane\"</w:instrText><w:fldChar w:fldCharType='end'/></w:r>"
        "</w:p><w:p><w:r><w:fldChar w:fldCharType='begin'/><w:instrText>INCLUDETEXT https://a.example/x</w:instrText>"
        "<w:fldChar w:fldCharType='end'/></w:r></w:p><w:lvlText w:val='Elect "
        "her %1'/><w:ruby><w:rt><w:r><w:t>small</w:t></w:r></w:rt></w:ruby>"
    )
    found = read(docx(body))
    assert (lines(found), links(found)) == (["Vote for Jane", "Elect her %1", "small"], [("https://a.example/x", "")])


def test_the_rest_of_what_open_documents_show_is_read():
    body = (
        "<text:p>a<text:tab/>b<text:ruby><text:ruby-base>c</text:ruby-base>"
        "<text:ruby-text>small</text:ruby-text></text:ruby></text:p>"
        "<text:p><text:hidden-text text:string-value='not shown'/>"
        f"<draw:frame><draw:image><office:binary-data>{base64.b64encode(png()).decode()}</office:binary-data>"
        "</draw:image><office:event-listeners><presentation:event-listener "
        "xlink:href='https://a.example/'/></office:event-listeners>"
        "</draw:frame></text:p>"
    )
    found = read(odf(body))
    assert (lines(found), hidden(found)) == (["small", "a\tbc"], ["not shown"])
    assert (links(found), [p.octets for p in pieces(found)]) == ([("https://a.example/", "")], [png()])


def test_macros_of_open_documents_are_noted():
    assert whys(read(odf("", files={"Basic/Standard/Module1.xml": "<module>Sub x</module>"}))) == ["not read: macros"]


def test_of_a_document_with_too_many_parts_the_first_are_read():
    octets = docx(wp("Body"), files={f"x{n}.bin": b"\0\1" for n in range(30)})
    assert whys(list(archives.zip_(piece(octets), ReadingLimits(parts=5)))) == [
        "too large: the first 5 of the files in it were read"
    ]
