"""Hidden text within words and lines that show: both are read together, since programs differ in what they hide."""

import re

import pytest

from gateway.reading import html, woven
from tests.reading.test_disguises import WORDS

HALVES = re.compile(r"(\w{1,3})(\w*)")
ELSEWHERE = [
    *("max-height:0;overflow:hidden", "height:0;overflow:hidden", "text-indent:-999px", "opacity:0"),
    *("position:absolute;left:-9999px", "visibility:hidden", "font-size:0", "color:#fff", "display:none"),
]


def _halved(style, text=WORDS):
    return "<p>" + HALVES.sub(rf'\1<span style="{style}">\2</span>', text) + "</p>"


@pytest.mark.parametrize("style", ELSEWHERE)
def test_halves_of_words_that_some_programs_show_are_read_with_the_rest(style):
    page = html.render(_halved(style))
    assert WORDS not in page.text
    assert WORDS in page.arranged.split("\n")


def test_every_other_word_that_some_programs_show_is_read_with_the_rest():
    words = [f"<i style='opacity:0'>{word}</i>" if at % 2 else word for at, word in enumerate((WORDS + " " + WORDS).split())]
    assert f"{WORDS} {WORDS}" in html.render(" ".join(words)).arranged


def test_letters_that_every_program_hides_do_not_come_between_those_that_some_hide():
    written = HALVES.sub(r'\1<span style="opacity:0">\2</span><span style="display:none">qx</span>', WORDS)
    assert WORDS in html.render(f"<p>{written}</p>").arranged.split("\n")


def test_only_the_lines_around_are_read_again():
    page = html.render(f"<p>One.</p><div>Two.</div><div>Three.</div>{_halved('opacity:0')}<div>Four.</div><div>Five.</div>")
    assert "Two." not in page.arranged
    assert "Five." not in page.arranged


@pytest.mark.parametrize(
    "markup",
    [
        "<div style='display:none'>The notes of the week</div><p>The room is open.</p>",
        "<p>Room one<i style='opacity:0'>x</i></p><p>Room two</p>",
        "".join(f"<div>Room {n}</div><div style='display:none'>Room {n} on small screens</div>" for n in range(9)),
        "".join(f"<p><a href=x>Room {n}</a><span style='font-size:0'> </span></p>" for n in range(9)),
    ],
)
def test_hidden_lines_beside_others_make_no_further_reading(markup):
    assert html.render(markup).arranged == ""


JUNK = ["the", "form", "tray", "list", "of", "to", "and", "keys"]


def _between(form):
    """The words, each with others behind it in some form."""
    return "<p>" + " ".join(f"{word} {form.format(JUNK[at] + ' to do')}" for at, word in enumerate(WORDS.split()))


@pytest.mark.parametrize(
    "markup",
    [
        _between('<img src="cid:p1" width=1 height=1 alt="{}">'),
        "<p>" + HALVES.sub(r'\1<img src="cid:p1" alt=" to do ">\2', WORDS),
        "<style>@media (min-width:1px){.j, .k{display:none!important}}</style>" + _between("<span class=k>{}</span>"),
        "<style>@media (min-width:1px){i.j{Font-Size: 0}}</style>" + _between("<i class=j>{}</i>"),
        "<style>@media (min-width:1px){.j{visibility:hidden}}</style>" + _between("<x-y class=j>{}</x-y>"),
    ],
)
def test_words_between_others_that_most_programs_do_not_show_are_left_out_of_a_further_reading(markup):
    page = html.render(markup)
    assert WORDS not in page.text
    assert page.arranged == WORDS


@pytest.mark.parametrize(
    "markup",
    [
        "<p>Call " + "<img alt=phone> <img alt=fax> <img alt=mail> <img alt=web>",
        "<img alt='Room one'><p>One</p>" * 4,
        "<p>Well done <img alt='\U0001f389'> all <img alt='\U0001f389'> of <img alt='\U0001f389'> you</p>",
        "<style>@media (max-width:600px){.wide{display:none}}</style>" + "<div class=wide>Room one</div><p>Two</p>" * 4,
        "<style>@media print{.wide{display:none}}</style>" + "Room <i class=wide>one</i> and " * 4,
        "<style>@media (max-width:600px){.wide{display:none}}</style>" + "<p>Room one<br class=wide> and two</p>" * 4,
        "<style>@media (max-width:600px){.wide{display:none}}</style>" + "<p>Room one<img class=wide alt=one> and two</p>" * 2,
    ],
)
def test_pictures_and_boxes_of_ordinary_pages_make_no_further_reading(markup):
    assert html.render(markup).arranged == ""


def test_pieces_of_words_with_a_place_each_are_read_without_blanks_too():
    pieces = [
        f"<b style='grid-area:1/{at + 1}'>{WORDS[at : at + 2].replace(' ', '&nbsp;')}</b>" for at in range(0, len(WORDS), 2)
    ]
    page = html.render(f"<div style='display:grid'>{''.join([*pieces[4:], *pieces[:4]])}</div>")
    assert WORDS in page.arranged.split("\n")


def test_what_is_known_is_not_said_again():
    assert woven.changed("a\nb\nc\nd\ne", "a\nb\nx\nd\ne") == "b\nc\nd"
    assert woven.changed("a\nb", "b\na") == ""
