from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.reading import html


def seen(markup):
    return html.render(markup).text


def hidden(markup):
    return html.render(f"<p>Seen.</p>{markup}<p>Seen too.</p>").hidden


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>One</p><p>Two</p>", "One\n\nTwo"),
        ("<div>One</div><div>Two<div>Three</div></div>", "One\nTwo\nThree"),
        ("One<br>Two<br><br>Three", "One\nTwo\n\nThree"),
        ("V<b></b>o<i>t</i>e <span>fo</span>r", "Vote for"),
        ("V<!-- x -->o<!-- y -->te", "Vote"),
        ("Vo<wbr>te", "Vote"),
        ("<style>.x{display:none}</style>Vo<br style='display:none'>te n<br class=x>ow<br class=y>please", "Vote now\nplease"),
        ("  many \n blanks&nbsp;&nbsp;kept ", "many blanks\xa0\xa0kept"),
        ("<b>Vote</b> <i>now</i>", "Vote now"),
        ("&lt;b&gt; &amp; &#86;&#x6f;te", "<b> & Vote"),
        ("<ul><li>one<li>two</ul>", "one\ntwo"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a\tb\nc"),
        ("<pre>a\n  b</pre>c", "a\n  b\n\nc"),
        ('see <img alt="a smile" src="x.png"> here', "see a smile here"),
        ('<form><input type="submit" value="Give now"><input type="hidden" value="no"></form>', "Give now"),
        ("<select><option>A<option>B</select><textarea>C</textarea>", "A\nB\nC"),
        ("one <xml>two</xml> <o:officenote>three</o:officenote>", "one two three"),
        ("<select><option label='One'>Two</select><textarea placeholder='Three'></textarea>", "One Two\nThree"),
        ("<!--[if (mso)|(!mso)]><p>Outlook shows this</p><![endif]-->all", "all\n\nOutlook shows this"),
        ("<!--[if !mso | IE]><!-->all<!--<![endif]-->", "all"),
        ("<!--[if mso]><xmla><p>Outlook shows this</p></xmla>b<![endif]-->all", "all\n\nOutlook shows this\n\nb"),
        ("<!--[if mso]>\u0130\u0130<xml>96</xml>one<![endif]-->all", "all\n\u0130\u0130one"),
        ("<!--[if gte mso 9]><xml><o:x>96</o:x></XML><![endif]-->all", "all"),
        ("<!--[if mso]><table width=9><tr><td><![endif]-->" * 500 + "<!--[if mso]>one<![endif]-->", "one"),
        ("<title>no</title><script>no()</script><style>p{}</style><template>no</template>yes", "yes"),
        ("<p title='no'>yes</p>", "yes"),
        ("<noscript>shown without scripts</noscript>", "shown without scripts"),
        ("<!--[if mso]><p>Outlook shows this</p><![endif]-->all show that", "all show that\n\nOutlook shows this"),
        ("<style>.x:before{content:'Vote'}</style><p class=x> now</p>", "Vote now"),
        ("<style>@media print{.x:before{content:'Vote'}}</style><p class=x> now</p>", "now"),
        ("<style media=print>.x:before{content:'Vote'}</style><p class=x> now</p>", "now"),
        ("<p>never closed <b>bold <i>both", "never closed bold both"),
        ("no markup at all", "no markup at all"),
        ("", ""),
    ],
)
def test_text_is_read_as_it_is_shown(markup, text):
    assert seen(markup) == text


@pytest.mark.parametrize(
    "style",
    [
        "display:none",
        "DISPLAY : None !important",
        "visibility:hidden",
        "font-size:0",
        "font-size:1px",
        "font:0px/1 Arial",
        "opacity:0",
        "color:#fff",
        "color:#FEFEFE",
        "color:rgb(255, 255, 255)",
        "color:rgba(0,0,0,0)",
        "color:transparent",
        "color:navy;background:#000080",
        "max-height:0;overflow:hidden",
        "height:0px;width:0px;overflow:hidden",
        "position:absolute;left:-9999px",
        "text-indent:-5000px",
        "position:absolute;clip:rect(0 0 0 0)",
        "transform:scale(0)",
    ],
)
def test_what_style_hides_is_apart_from_what_is_seen(style):
    assert hidden(f'<div style="{style}">Vote for Smith</div>') == "Vote for Smith"
    assert "Vote" not in seen(f'<p>Seen</p><div style="{style}">Vote for Smith</div>')


@pytest.mark.parametrize(
    "markup",
    [
        "<p hidden>Vote for Smith</p>",
        "<font color=white>Vote for Smith</font>",
        "<table bgcolor='#333333'><tr><td><font color='#333333'>Vote for Smith</font></td></tr></table>",
        "<style>.pre{display:none}</style><span class='a pre'>Vote for Smith</span>",
        "<style>@media x{p{}} #pre{font-size:0px}</style><span id=pre>Vote for Smith</span>",
        "<style>/* c */ div.pre, .z {color:#fff}</style><div class=pre>Vote for Smith</div>",
        "<div style='display:none'><p style='display:block'>Vote for Smith</p></div>",
        "<dialog>Vote for Smith</dialog>",
        "<style style='display:block'>Vote for Smith</style>",
        "<TITLE Style='display:block'>Vote for Smith</TITLE>",
        "<style>.m{display:none !important}</style><p class=m style='display:block'>Vote for Smith</p>",
        "<p style='display:none !important;display:block'>Vote for Smith</p>",
    ],
)
def test_what_attributes_and_simple_selectors_hide_is_hidden(markup):
    assert hidden(markup) == "Vote for Smith"


@pytest.mark.parametrize(
    "markup",
    [
        "<div style='font-size:0'><span style='font-size:14px'>Vote for Smith</span></div>",
        "<div style='visibility:hidden'><span style='visibility:visible'>Vote for Smith</span></div>",
        "<div style='background:#000'><span style='color:#fff'>Vote for Smith</span></div>",
        "<div style='color:#fff;background:url(x.png) #fff'>Vote for Smith</div>",
        "<div style='color:#fff;background-color:#fff'><b style='color:red'>Vote for Smith</b></div>",
        "<style>@media (max-width:600px){.m{display:none}}</style><p class=m>Vote for Smith</p>",
        "<div style='height:0'>Vote for Smith</div>",
        "<style>.m{display:inline ! IMPORTANT}</style><p class=m style='display:none'>Vote for Smith</p>",
        "<style>.m{color:#000!important}</style><font class=m color=white style='color:white'>Vote for Smith</font>",
        "<style>.m{color:#000!important}</style><p class=m style=';color:white;!color:white'>Vote for Smith</p>",
        "<style media=' Print'>.m{display:none}</style><p class=m>Vote for Smith</p>",
        "<div style='line-height:0;margin:0;padding:0'>Vote for Smith</div>",
        "<div style='color:rgba(0,0,0,0.8);opacity:.9'>Vote for Smith</div>",
        "<div style='background:none transparent;color:#000000'>Vote for Smith</div>",
    ],
)
def test_what_style_does_not_hide_is_seen(markup):
    assert seen(markup) == "Vote for Smith"


def test_hidden_letters_between_seen_ones_do_not_part_a_word():
    page = html.render("V<i style='display:none'>x</i>o<i style='display:none'>y</i>te")
    assert page.text == "Vote"
    assert page.hidden == "x\ny"


def test_a_link_knows_the_words_that_show_it():
    page = html.render(
        "<p>See <a href='https://x.example/'> the <b>page</b></a>, or <a href=y><img alt=logo></a><a href=z></a></p>"
    )
    assert [(a.written, page.text[a.start : a.end].strip()) for a in page.anchors] == [
        ("https://x.example/", "the page"),
        ("y", "logo"),
        ("z", ""),
    ]


def test_forms_and_image_maps_are_links():
    page = html.render("<form action='https://f.example'></form><map><area href='https://a.example' alt=here></map>")
    assert {a.written for a in page.anchors} == {"https://f.example", "https://a.example"}


def test_a_hidden_link_is_marked():
    page = html.render("<p>x</p><div style='display:none'><a href='https://h.example'>y</a></div>")
    assert [(a.hidden, page.hidden[a.start : a.end]) for a in page.anchors] == [(True, "y")]


@pytest.mark.parametrize(
    ("attributes", "cited"),
    [
        ("type=cite", True),
        ("type='CITE' cite='mid:a1@department.example'", True),
        ("cite='mid:a1@department.example'", True),
        ("class='gmail_quote'", True),
        ("", False),
        ("cite='' style='margin:0'", False),
        ("cite='https://paper.example/a'", False),
        ("type=quote", False),
    ],
)
def test_only_a_mail_programs_blockquote_is_cited(attributes, cited):
    page = html.render(f"<p>a</p><blockquote {attributes}>b</blockquote>")
    assert [(page.text[q.start : q.end].strip(), q.cited) for q in page.quotations] == [("b", cited)]


@pytest.mark.parametrize(
    "markup",
    [
        "<div>" * 30_000 + "x",
        "<div>" * 30_000 + "x" + "</div>" * 30_000,
        "<table><tr><td>" * 20_000 + "x",
        "".join(f"<b id={n}>" for n in range(5000)) + "<p>" * 5000 + "x",
        "".join(f"<b id={n}><p>" for n in range(5000)) + "x",
        "<p " + "a=b " * 50_000 + ">x",
        "<!--" * 100_000 + "x",
        "<!--" * 100_000 + "<div>" * 3000 + "x",
        "<style>" + "/*" * 100_000 + "</style>x",
        "<style>" + "{" * 100_000 + "</style>x",
        "<style>" + ".a{color:red}" * 20_000 + "</style>x",
        "<" * 200_000 + "x",
        "&" * 200_000,
        "<p style='" + "color:" * 50_000 + "'>x",
        "<blockquote>" * 1500 + "x",
        ("a<b c>d</b>x" + "<wbr>abcdefghijkl" * 5 + "y" * 80) * 600,
        "<svg><text x=" + " " * 100_000 + "</text></svg>",
        "<table><caption>" * 99 + "<table><tr>" + "<td>a<br>b" * 40_000,
        "<style>" + "a," * 200_000 + "b{color:red}</style>x",
        "<p>\u202eabc" + "\u2068" * 200_000,
    ],
)
@pytest.mark.timeout(30)
def test_a_hostile_page_has_an_end(markup):
    html.render(markup)


def test_of_tables_in_tables_each_cell_is_looked_at_once():
    begun = process_time()
    html.render(("<table><tr>" + "<td></td>" * 40 + "<td>") * 200)
    assert process_time() - begun < 10


def test_a_page_nested_too_deep_is_read_without_its_layout_and_says_so():
    page = html.render("<div>" * 5000 + "Vote for <b>Smith</b> &amp; Co <a href='https://x.example'>x</a>" + "</div>" * 5000)
    assert page.flat
    assert page.text.split() == ["Vote", "for", "Smith", "&", "Co", "x"]
    assert [a.written for a in page.anchors] == ["https://x.example"]


PIECES = [
    "<p>",
    "</p>",
    "<div style='display:none'>",
    "</div>",
    "<b>",
    "</b>",
    "<a href=x>",
    "</a>",
    "<td>",
    "<blockquote type=cite>",
]
PIECES += [
    "</blockquote>",
    "<!--[if mso]>",
    "<![endif]-->",
    "<style>",
    "</style>",
    "<svg>",
    "text",
    " ",
    "&nbsp;",
    "\x00",
    "\ud800",
    "<",
]


@given(st.lists(st.sampled_from(PIECES), max_size=40))
def test_any_page_can_be_read_and_its_marks_stand_in_its_text(pieces):
    page = html.render("".join(pieces).encode("utf-8", "replace").decode())
    for anchor in page.anchors:
        assert 0 <= anchor.start <= anchor.end <= len(page.hidden if anchor.hidden else page.text)
    for quotation in page.quotations:
        assert 0 <= quotation.start <= quotation.end <= len(page.text)
