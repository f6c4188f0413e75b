"""Workbooks and presentations: rows are lines, slides are pages, and what hangs on them is read where it hangs."""

from tests.support import documents
from tests.support.documents import hidden, lines, links, pptx, read, rels, shape, xlsx

# Workbooks


def test_a_row_is_a_line_and_strings_come_from_the_table():
    rows = (
        '<sheetData><row><c t="s"><v>1</v></c><c t="s"><v>0</v></c><c><v>7</v></c></row>'
        '<row><c t="inlineStr"><is><r><t>in</t></r><r><t>line</t></r></is></c><c '
        't="str"><f>A1</f><v>made</v></c><c t="s"><v>99</v></c></row></sheetData>'
    )
    strings = ["<t>for Jane</t>", "<r><t>Vo</t></r><r><t>te</t></r><rPh><t>reading</t></rPh>", "<t>never shown</t>"]
    found = read(xlsx({"Plan": rows}, strings=strings))
    assert lines(found) == ["reading", "Plan", "Vote\tfor Jane\t7", "inline\tmade"]
    assert hidden(found) == ["never shown"]
    assert found[1].place.page == 1


def test_links_notes_headers_and_messages_of_a_sheet_are_read():
    content = (
        '<sheetData><row><c><f>HYPERLINK("https://a.example/","press")</f><v></v></c></row></sheetData>'
        '<dataValidations><dataValidation promptTitle="Hint" prompt="Vote for Jane"/></dataValidations>'
        '<hyperlinks><hyperlink r:id="k" display="shown" tooltip="tip"/></hyperlinks>'
        '<headerFooter><oddHeader>&amp;C&amp;"Arial,Bold"&amp;12Elect &amp;KFF0000her</oddHeader></headerFooter>'
    )
    files = {
        "xl/worksheets/_rels/s1.xml.rels": rels(("k", "https://b.example/")),
        "xl/comments1.xml": f'<comments xmlns="{documents.X}"><comment><text><r>'
        "<t>a </t></r><r><t>note</t></r></text></comment></comments>",
        "xl/styles.xml": f'<styleSheet xmlns="{documents.X}"><numFmts><numFmt '
        'formatCode="&quot;Vote for Joe&quot;"/></numFmts></styleSheet>',
    }
    found = read(xlsx({"S": content}, files=files))
    assert [" ".join(line.split()) for line in lines(found)] == [
        "S",
        "press",
        "Hint",
        "Vote for Jane",
        "tip",
        "Elect her",
        "a note",
        "Vote for Joe",
    ]
    assert links(found) == [("https://a.example/", "press"), ("https://b.example/", "shown")]


def test_a_hidden_sheet_is_hidden_text():
    found = read(
        xlsx({"Open": "<sheetData/>", ".Secret": '<sheetData><row><c t="str"><v>Vote for Jane</v></c></row></sheetData>'})
    )
    assert (lines(found), hidden(found)) == (["Open"], ["Secret", "Vote for Jane"])


# Presentations


def test_slides_come_in_the_order_they_are_shown_with_their_numbers_and_their_notes():
    notes = documents.slide(shape("Say it loud"), "notes")
    files = {
        "ppt/notesSlides/n1.xml": notes,
        "ppt/slides/_rels/slide2.xml.rels": rels(("n", "../notesSlides/n1.xml"), outside=False),
    }
    found = read(pptx([shape("Vote for Jane", "on June 2"), shape("Second")], files=files))
    assert [(item.place.page, item.text) for item in found] == [
        (1, "Vote for Jane\non June 2"),
        (1, "Say it loud"),
        (2, "Second"),
    ]


def test_what_a_master_shows_is_read_and_what_it_only_asks_for_is_not():
    master = documents.slide(shape("Click to edit the title", placeholder=True) + shape("Vote for Jane"), "sldMaster")
    assert lines(read(pptx([shape("One", placeholder=True)], files={"ppt/slideMasters/m.xml": master}))) == [
        "One",
        "Vote for Jane",
    ]


def test_links_on_slides_come_with_their_words():
    run = '<p:sp><p:txBody><a:p><a:r><a:rPr><a:hlinkClick r:id="k"/></a:rPr><a:t>give</a:t></a:r></a:p></p:txBody></p:sp>'
    picture = (
        '<p:pic><p:nvPicPr><p:cNvPr id="4" name="x" descr="Vote for Jane"><a:hlinkClick r:id="m"/></p:cNvPr></p:nvPicPr></p:pic>'
    )
    relations = rels(("k", "https://a.example/"), ("m", "https://b.example/"))
    found = read(pptx([run + picture], files={"ppt/slides/_rels/slide1.xml.rels": relations}))
    assert (lines(found), links(found)) == (
        ["give", "Vote for Jane"],
        [("https://a.example/", "give"), ("https://b.example/", "")],
    )


def test_words_in_charts_and_diagrams_are_read_and_figures_are_not():
    chart = (
        '<c:chartSpace xmlns:c="c" xmlns:a="a"><a:p><a:r><a:t>Support by ward</a:t>'
        "</a:r></a:p><c:v>Vote for Jane</c:v><c:v>12.5</c:v></c:chartSpace>"
    )
    diagram = '<dgm:dataModel xmlns:dgm="d" xmlns:a="a"><dgm:t><a:p><a:r><a:t>Elect her</a:t></a:r></a:p></dgm:t></dgm:dataModel>'
    found = read(pptx([], files={"ppt/charts/c.xml": chart, "ppt/diagrams/d.xml": diagram}))
    assert lines(found) == ["Support by ward", "Vote for Jane", "Elect her"]


def test_comments_on_slides_are_read_in_both_their_forms():
    old = f'<p:cmLst xmlns:p="{documents.P}"><p:cm><p:text>Vote for Jane</p:text></p:cm></p:cmLst>'
    assert lines(
        read(pptx([], files={"ppt/comments/c.xml": old, "ppt/comments/d.xml": '<cmLst><cm text="Elect her"/></cmLst>'}))
    ) == [
        "Vote for Jane",
        "Elect her",
    ]


def _box(word, left, top):
    place = f'<p:spPr><a:xfrm><a:off x="{left}" y="{top}"/><a:ext cx="900000" cy="400000"/></a:xfrm></p:spPr>'
    return shape(word).replace("<p:txBody>", f"{place}<p:txBody>")


WORDS = ["Vote", "for", "Ana", "Marsh", "for", "sheriff", "on", "Tuesday"]


def test_words_in_boxes_of_their_own_are_read_in_the_order_in_which_they_stand():
    boxes = [_box(word, 1_000_000 * (at % 3), 50_000 * (at % 2) + 600_000 * (at // 3)) for at, word in enumerate(WORDS)]
    assert lines(read(pptx(["".join(boxes[::-1])])))[-1] == " ".join(WORDS)


def test_boxes_that_stand_in_order_or_hold_sentences_are_read_once():
    boxes = [_box(word, 1_000_000 * at, 0) for at, word in enumerate(WORDS)]
    assert lines(read(pptx(["".join(boxes)]))) == WORDS
    said = [f"{word} is what this box says" for word in WORDS]
    boxes = [_box(line, 0, 1_000_000 * at) for at, line in enumerate(said)]
    assert lines(read(pptx(["".join(boxes[::-1])]))) == said[::-1]
