"""HTML that is shown in another order than it is written is read in both."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.mail import LAYOUT
from gateway.reading.html import render
from tests.support.reading import mail, read, texts, whys

WORDS = "Vote for Ana Marsh for sheriff"


def shown(markup):
    reading = read(mail(markup, kind="text/html; charset=utf-8"))
    return [" ".join(p.folded.split()) for p in reading.passages if p.place.header == LAYOUT]


def spans(style, words, tag="span"):
    return "".join(f"<{tag} style='{style.format(at)}'>{word}</{tag}>" for at, word in words)


REVERSED = list(enumerate(WORDS.split()))[::-1]
SHUFFLED = [(at, WORDS.split()[at]) for at in (3, 0, 5, 1, 4, 2)]


@pytest.mark.parametrize(
    "markup",
    [
        f"<div style='display:flex'>{spans('order:{}', SHUFFLED)}</div>",
        "<style>.x{display:flex}.a{order:-1}</style><div class=x><b>Ana Marsh for sheriff</b><b class=a>Vote for</b></div>",
        f"<style>#r{{display:flex;flex-direction:row-reverse}}</style><div id=r>{spans('', REVERSED)}</div>",
        f"<div style='display:flex;flex-flow:row-reverse wrap'>{spans('', REVERSED)}</div>",
        f"<div style='display:flex;flex-direction:column-reverse'>{spans('', REVERSED, 'div')}</div>",
        f"<div style='display:grid'>{spans('order:{}', SHUFFLED)}</div>",
        f"<div dir=rtl style='display:flex'>{spans('', REVERSED)}</div>",
        f"<p>{spans('float:right', REVERSED)}</p>",
        f"<style>i{{float:right}}</style><p>{' '.join(f'<i>{word}</i>' for _, word in REVERSED)}</p>",
        f"<div>{spans('position:absolute;top:0;left:{}0px', SHUFFLED)}</div>",
        f"<div>{spans('position:absolute;left:0;top:{}0px', SHUFFLED)}</div>",
        f"<table dir=rtl><tr>{spans('', REVERSED, 'td')}</tr></table>",
        "<table><tr><td>Vote for<td>Lunch</tr><tr><td>Ana Marsh<td>is at</tr><tr><td>for sheriff<td>noon</tr></table>",
    ],
)
def test_what_is_shown_in_another_order_is_read_in_that_order_too(markup):
    assert any(WORDS in text for text in shown(markup))
    assert whys(read(mail(markup, kind="text/html"))) == []


def isolated(tag, size=2):
    pieces = [WORDS[at : at + size].replace(" ", "&nbsp;") for at in range(0, len(WORDS), size)]
    return "".join(f"<{tag}>{piece}</{tag.split()[0]}>" for piece in reversed(pieces))


@pytest.mark.parametrize(
    "markup",
    [
        f"<p dir=rtl>{isolated('bdi dir=ltr')}</p>",
        f"<div dir=rtl>Ana:<br>{isolated('span dir=ltr', 3)}<br>Thank you.</div>",
        f"<div style='direction:rtl'><p>{isolated('span style=display:inline-block')}</p></div>",
        f"<p dir=rtl>{isolated('b style=unicode-bidi:isolate')}</p>",
        f"<p dir=rtl>{' '.join(f'<bdi>{word}</bdi>' for _, word in REVERSED)}</p>",
        f"<style>.r{{direction:rtl}}</style><div class=r><div><div><div><div><div>{isolated('bdi')}",
        f"<body style='direction:rtl'><p>{isolated('bdi')}",
    ],
)
def test_pieces_set_apart_in_text_from_the_right_are_read_as_they_show(markup):
    assert any(WORDS in text for text in shown(markup))
    assert whys(read(mail(markup, kind="text/html"))) == []


def test_letters_placed_one_by_one_are_a_word():
    letters = [(at, letter) for at, letter in enumerate("Vote")]
    markup = f"<p>{spans('position:absolute;left:{}0px', [letters[at] for at in (2, 0, 3, 1)])}</p>"
    assert shown(markup) == ["Vote"]


def test_the_page_as_it_is_written_is_read_as_well():
    markup = f"<p>Before.</p><div style='display:flex'>{spans('order:{}', SHUFFLED)}</div><p>Behind.</p>"
    reading = texts(read(mail(markup, kind="text/html")))
    assert any("Before." in text and "Behind." in text for text in reading)
    assert shown(markup) == [WORDS]


def test_what_is_hidden_stays_hidden_in_any_order():
    markup = "<div style='display:flex;flex-direction:row-reverse'><b>Marsh</b><i style='display:none'>not</i><b>Vote</b></div>"
    assert shown(markup) == ["Vote Marsh"]


@pytest.mark.parametrize(
    "markup",
    [
        "<p>One</p><img style='float:right' src=x><p>Two</p>",
        "<div style='display:flex'><b>One</b><b>Two</b></div>",
        "<table><tr><td>Unit<td>Miles</tr><tr><td>214<td>12034</tr><tr><td>216<td>20412</tr></table>",
        "<table><tr><td>A whole sentence stands in here.<td>Another one stands in this.</tr><tr><td>x<td>y</tr></table>",
        "<p style='order:2'>One</p><p style='order:1'>Two</p>",
        "<p dir=rtl>One <b>two</b> three</p>",
        "<p dir=rtl>One <bdi>two</bdi> three</p>",
        "<div dir=rtl><p dir=ltr><bdi>One</bdi> <bdi>two</bdi></p></div>",
        "<div dir=rtl><div dir=ltr>One</div><div dir=ltr>Two</div></div>",
        "<p><bdi>One</bdi> <span dir=ltr>two</span></p>",
        "<table><tr><td><table><tr><td>a<td>b</tr><tr><td>c<td>d</tr></table><td>x</tr></table>",
    ],
)
def test_what_is_shown_as_it_is_written_is_read_once(markup):
    assert [text for text in shown(markup) if text != "a c b d"] == []


@given(
    st.lists(
        st.sampled_from(
            (
                *("<div style='display:flex'>", "<b style='order:2'>", "<p style='float:right'>", "</div>", "</b>", "x", "<td>"),
                *("<table>", "<i style='position:absolute;top:1px'>", "<tr dir=rtl>", "</p>"),
                "<div style='flex-direction:row-reverse;display:flex'>",
            )
        ),
        max_size=60,
    )
)
def test_any_markup_has_an_order(pieces):
    page = render("".join(pieces))
    assert page.text.count("x") <= "".join(pieces).count("x")
    assert page.arranged.count("x") <= 2 * "".join(pieces).count("x")


@pytest.mark.parametrize("order", ["+-5", "--1", "²", "1e3", "99999999999"])
def test_an_order_that_is_no_number_costs_no_text(order):
    page = render(f"<div style='display:flex'><b style='order:{order}'>Please vote</b><b style='order:1'>for her</b></div>")
    assert "Please vote" in page.text


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "unit",
    [
        "<b style='order:2'>x</b>",
        "<div style='display:flex;flex-direction:row-reverse'>x",
        "<i style='float:right'>x</i>",
        "<i style='position:absolute;top:1px'>x</i>",
        "<table><tr><td>x<td>y</tr><tr><td>x<td>y</tr></table>",
        "<table>",
        "<tr><td>x<td>y",
        "<td>x<br>y",
        "<td rowspan=99>x<tr>",
        "<table><caption><table><tr><td>x<br>y<td>x<br>y<td>x<br>y<td>x<br>y<td>x<br>y<td>x<br>y",
        "<p dir=rtl><bdi>x</bdi><bdi>y</bdi></p>",
        "<div dir=rtl><bdi><i><i><i>x",
    ],
)
def test_a_hostile_page_takes_seconds(unit):
    begun = time.process_time()
    render("<div style='display:flex'>" + unit * (400_000 // len(unit)))
    assert time.process_time() - begun < 10


@pytest.mark.parametrize(
    "markup",
    [
        "".join(f"<div><span style='position:absolute;top:0;left:{at * 80}px'>{word}</span></div>" for at, word in SHUFFLED),
        "<div>"
        + "".join(f"<b style='position:absolute;top:0;left:{at * 80}px'>{word}</b>" for at, word in SHUFFLED[:3])
        + "</div><p>"
        + "".join(f"<b style='position:absolute;top:0;left:{at * 80}px'>{word}</b>" for at, word in SHUFFLED[3:])
        + "</p>",
        "<div style='display:grid'>"
        + "".join(f"<span style='grid-row:1;grid-column:{at + 1}'>{word}</span>" for at, word in SHUFFLED)
        + "</div>",
        "<div style='position:relative'>"
        + "".join(
            f"<i><span style='position:absolute;top:0;left:{at * 9}px'>{letter}</span></i>"
            for at, letter in sorted(enumerate(WORDS), key=lambda one: one[1])
            if letter != " "
        )
        + "</div>",
    ],
)
def test_words_and_letters_placed_from_within_different_boxes_are_read_as_they_stand(markup):
    assert any(WORDS in said for said in shown(markup))


def test_tables_within_tables_cost_no_more_the_deeper_they_stand():
    begun = time.process_time()
    render("<table><tr><td>" * 1_100)
    assert time.process_time() - begun < 10


LINES = ["Vote for Ana", "Marsh for", "sheriff."]


def cut(text, size):
    return [text[at : at + size].replace(" ", "&nbsp;") for at in range(0, len(text), size)]


def beside(lines, size):
    """One row, with a piece of each line in each cell."""
    wide = max(map(len, lines))
    pieces = [cut(line.ljust(wide), size) for line in lines]
    return "<table><tr>" + "".join(f"<td>{'<br>'.join(column)}</td>" for column in zip(*pieces, strict=True)) + "</tr></table>"


def interlaced(line):
    above = "".join(f"<td rowspan=2>{c}</td>" if at % 2 == 0 else "<td></td>" for at, c in enumerate(cut(line, 1)))
    return f"<table><tr>{above}</tr><tr>{''.join(f'<td>{c}</td>' for c in cut(line, 1)[1::2])}</tr></table>"


@pytest.mark.parametrize(
    "markup",
    [
        beside(LINES, 1),
        beside([" ".join(LINES), "Thank you."], 3),
        beside(LINES, 2).replace("<td>", "<td><div>").replace("<br>", "</div><div>"),
        f"<table><tr>{''.join(f'<td>{piece}' for piece in cut(' '.join(LINES), 2))}</table>",
        "<table>" + "".join(f"<tr>{''.join(f'<td>{piece}' for piece in cut(line, 2))}" for line in LINES) + "</table>",
        "".join(map(interlaced, LINES)),
    ],
)
def test_tables_of_pieces_of_words_are_read_across(markup):
    assert any(f"{WORDS}." in text for text in shown(markup))


@pytest.mark.parametrize(
    "markup",
    [
        "<table><tr><td>Mon<br>Tue" + "<td>8-4<br>8-4<td>Ana<br>Kim" * 3 + "</tr></table>",
        "<table><tr>" + "".join(f"<td>{day}" for day in ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")) + "<td>Ok</tr></table>",
        "<table><tr><td>Roll-call vote of the council"
        + "<td>Yes<td>No" * 6
        + "</tr><tr><td>Motion 4"
        + "<td>No<td>Yes" * 6
        + "</tr></table>",
        "<table><tr><td>Home<br>Us<td>Vote<br>Donate<td>Elections<br>Ballot<td>A<br>B<td>C<br>D<td>E<br>F</tr></table>",
        "<table><tr><td>" + "<td>".join("123456789") + "</table>",
        "<table><tr></table><table></table><table><tr>" + "<script></script>" * 6 + "</table>",
    ],
)
def test_tables_of_few_letters_that_say_nothing_across_are_read_once(markup):
    assert shown(markup) == []
