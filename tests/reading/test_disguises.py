"""Ways to hide words in charsets, encodings, markup and headers that some mail program undoes."""

import base64
import re

import pytest

from gateway.reading import Origin, Reader
from tests.support.reading import mail, parts, read, texts, whys

WORDS = "Vote for Smith on Tuesday."
WIDE = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in WORDS)
B64 = base64.b64encode(WORDS.encode()).decode()
PLAIN = "Content-Type: text/plain; charset=utf-8\n\n"


def _letters(form):
    return re.sub(r"[A-Za-z]", lambda letter: form.format(letter[0]), WORDS)


def _mixed(tag, place):
    """The words in another order, each with its place."""
    words = list(enumerate(WORDS.split()))
    return "".join(f"<{tag} {place.format(at)}>{word}</{tag}>" for at, word in [*words[3:], *words[:3]])


def _said(octets):
    return [" ".join(p.folded.split()) for p in read(octets).passages]


@pytest.mark.parametrize(
    "octets",
    [
        mail(WIDE.encode("iso2022_jp"), kind="text/plain; charset=us-ascii"),
        mail(WIDE.encode("gbk"), kind="text/plain; charset=utf-8"),
        mail(WIDE.encode("gbk"), kind="text/plain"),
        mail(" ".join(re.findall(".{1,4}", B64)), coding="base64"),
        mail(f"A\n{B64}", coding="base64"),
        mail(B64, coding="x-base64"),
        mail(B64, coding="=?utf-8?q?base64?="),
        mail(WORDS.encode().replace(b" ", b"=\r =20"), coding="quoted-printable"),
    ],
)
def test_charsets_and_encodings_are_undone(octets):
    assert WORDS in _said(octets)


@pytest.mark.parametrize(
    "markup",
    [
        _letters('<div style="display:inline">{}</div>'),
        _letters('<div style="float:left">{}</div>'),
        "<style>p i.x{display:none}</style><p>" + _letters("{}<i class=x>q</i>"),
        "<style>[data-x]{display:none}</style>" + _letters("{}<i data-x=1>q</i>"),
        "<style>@media screen{.x{display:none}}</style>" + _letters("{}<i class=x>q</i>"),
        _letters("{}<rp>q</rp>"),
        f'<style>.a::before{{content:attr(data-t)}}</style><p class=a data-t="{WORDS}"></p>',
        "<style>.a:after{content:'\\000056ote for'}</style><p><span class=a></span> Smith on Tuesday.</p>",
        f"<p><bdo dir=rtl>{WORDS[::-1]}</bdo></p>",
        f"<p style='unicode-bidi:bidi-override;direction:rtl'>{WORDS[::-1]}</p>",
        _letters('<img alt="{}" src=x>'),
        "<style>p i:nth-child(even){display:none}</style><p>" + _letters("<i>{}</i><i>q</i>"),
        "<style>i:not(.k){display:none}</style>" + _letters("<b>{}</b><i>q</i>"),
        "<style>:is(.x,.y){display:none}</style>" + _letters("{}<i class=y>q</i>"),
        "<style>:root{--d:none}</style>" + _letters('{}<i style="display:var(--d)">q</i>'),
        _letters('{}<i style="color:hsl(0,0%,100%)">q</i>'),
        _letters('{}<i style="color:rgb(100%,100%,100%)">q</i>'),
        _letters('{}<i style="color:#0000">q</i>'),
        _letters('{}<i style="color:#00000000">q</i>'),
        _letters('{}<i style="color:mintcream">q</i>'),
        "<iframe srcdoc='&lt;p>" + WORDS + "'></iframe>",
        f"<span title='{WORDS}'></span>",
        "".join(f"<i style='float:right'>{c if c != ' ' else '&nbsp;'}</i>" for c in reversed(WORDS)),
        "<style>b{position:absolute}"
        + "".join(f".c{at}{{left:{90 * at}px}}" for at in range(5))
        + "</style><p>"
        + _mixed("b", "class=c{}"),
        f"<svg>{_mixed('text', 'x={}')}</svg>",
        '<div style=\'display:grid;grid-template-areas:"w0 w1" "w2 w3 w4"\'>' + _mixed("b", "style=grid-area:w{}") + "</div>",
        "<style>div{display:grid;grid-template:'w0 w1 w2 w3 w4' 1em}</style><div>"
        + _mixed("b", "style=grid-area:w{}")
        + "</div>",
    ],
)
def test_markup_that_rearranges_letters_is_read_as_it_shows(markup):
    assert WORDS in _said(mail(markup, kind="text/html; charset=utf-8"))


@pytest.mark.parametrize(
    "octets",
    [
        mail("<p>V<b></b>ote for Smith on Tuesday.</p>", "Content-Type: text/plain", kind="text/html; charset=utf-8"),
        mail(B64, "Content-Transfer-Encoding: 7bit", coding="base64"),
        mail(WIDE.encode("gbk"), kind="text/plain; charset=us-ascii; charset=gbk"),
        parts(PLAIN + WORDS).replace(b"boundary=", b"boundary=two; boundary="),
        parts(PLAIN + WORDS).replace(b"multipart/mixed", b"text/plain"),
    ],
)
def test_of_fields_that_contradict_each_other_every_reading_is_read(octets):
    assert WORDS in _said(octets)
    assert whys(read(octets)) == []


@pytest.mark.parametrize(
    "disposition",
    [
        'attachment; filename="Vote_for_Smith_on_Tuesday.pdf"',
        'attachment; filename*0="Vote for "; filename*1="Smith on Tuesday"',
        "attachment; filename*=utf-8''Vote%20for%20Smith%20on%20Tuesday.txt",
        'attachment; filename="a.txt"; filename="Vote-for-Smith-on-Tuesday.txt"',
        "attachment; filename=VoteForSmithOnTuesday.txt",
    ],
)
def test_a_file_name_that_says_something_is_read(disposition):
    reading = read(parts(PLAIN + "See this.", f"Content-Type: text/plain\nContent-Disposition: {disposition}\n\nx"))
    named = [p for p in reading.passages if p.place.header == "Filename"]
    assert [p.folded.casefold() for p in named] == ["vote for smith on tuesday"]
    assert named[0].place.part == "2"


def test_a_file_name_of_one_word_and_fields_nobody_is_shown_say_nothing():
    octets = parts(PLAIN + "x", 'Content-Type: text/plain; name="scan_0001.txt"\n\ny', fields=("List-Id: Vote for Smith <x.y>",))
    assert texts(read(octets)) == ["x", "y"]
    assert [p for p in read(octets).passages if p.place.header] == []


@pytest.mark.parametrize("field", ["Keywords", "Comments", "Thread-Topic", "X-Message-Flag", "Organization"])
def test_fields_that_some_programs_show_are_read_but_not_the_subject_again(field):
    assert WORDS in _said(mail("x", "Subject: Lunch", f"{field}: {WORDS}"))
    assert _said(mail("x", "Subject: Re: Lunch today", f"{field}: Lunch today")) == ["Re: Lunch today", "x"]


@pytest.mark.parametrize("field", ["In-Reply-To", "References"])
def test_the_topic_of_an_answer_is_the_words_of_the_message_it_answers(field):
    answer = mail("Take me off this list.", "Subject: List", f"Thread-Topic: {WORDS}", f"{field}: <1@d.example>")
    assert [(p.folded, p.origin) for p in read(answer).passages][1] == (WORDS, Origin.QUOTED)


@pytest.mark.parametrize(
    "written",
    [f"=?utf-8?b?{B64}", f"=? utf-8 ?b?{B64}?=", f"=?utf-8?b?{B64[:7]}?= =?utf-8?b?{B64[7:]}?="],
)
def test_encoded_words_with_tricks_are_undone(written):
    assert read(mail("x", f"Subject: {written}")).subject == WORDS


def test_text_that_is_turned_round_is_read_as_it_shows():
    assert WORDS in texts(Reader().read(mail(f"\u202e{WORDS[::-1]}\u202c")))


@pytest.mark.parametrize("value", ["Vote=20=\nfor=20Smith", "Vote=20for=\n Smith", "Vote=\n=20for=\n Sm=\nith"])
def test_coded_lines_of_an_address_card_are_undone(value):
    card = f"BEGIN:VCARD\nVERSION:2.1\nNOTE;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:{value}\nEND:VCARD"
    assert "NOTE:Vote for Smith" in texts(read(mail(card, kind="text/x-vcard")))[0]


@pytest.mark.parametrize("before", [b"\r\n", b"\xef\xbb\xbf", b" \r\n\r\n"])
def test_a_message_that_some_programs_take_for_one_without_a_header_is_read_as_others_do(before):
    octets = mail(B64, "From: a@b.example", "To: c@d.example", "Subject: Notes", coding="base64")
    assert WORDS in _said(before + octets)


def test_a_saved_message_that_is_called_text_is_read_as_a_message_too():
    inner = mail(B64, "From: a@b.example", "Subject: Notes", coding="base64").decode().replace("\r", "")
    octets = parts(PLAIN + "x", f'Content-Type: text/plain; name="old.txt"\n\n{inner}')
    assert any(WORDS in said for said in _said(octets))


@pytest.mark.parametrize(
    "markup",
    [
        "<meta http-equiv=refresh content='0;url=https://give.example/donate'>",
        "<META HTTP-EQUIV=Refresh CONTENT='5; URL=&quot;https://give.example/donate&quot;'>",
        "<meta http-equiv=refresh content='0, https://give.example/donate'>",
        "<form><button formaction='https://give.example/donate'>Go</button></form>",
        "<form><input type=submit formaction='https://give.example/donate'></form>",
        "<iframe src='https://give.example/donate'></iframe>",
    ],
)
def test_where_a_page_takes_its_reader_is_a_link(markup):
    assert [link.target for link in read(mail(markup + "x", kind="text/html")).links] == ["https://give.example/donate"]


def test_a_page_that_only_loads_itself_again_has_no_link():
    markup = "<meta http-equiv=refresh content=30><meta http-equiv=content-type content='text/html'>x"
    assert read(mail(markup, kind="text/html")).links == ()


@pytest.mark.parametrize("written", [WORDS[::-1], " ".join(word[::-1] for word in WORDS.split())])
def test_telling_words_from_their_ends_are_read_from_their_beginnings(written):
    assert WORDS in _said(mail(f"{written}\n"))


def test_words_are_read_without_the_small_ones_over_them():
    markup = " ".join(f"<ruby>{word}<rt>x</rt></ruby>" for word in WORDS.split())
    assert any(said.startswith(WORDS) for said in _said(mail(markup, kind="text/html")))


def test_ordinary_words_are_read_once():
    assert len(_said(mail("Nevaeh has the radio.\nSee her at six."))) == 1


def test_what_is_moved_within_a_reply_is_not_read_again_with_what_it_quotes():
    markup = f"<p>No.</p><img style='float:right'><i style='float:right'>x</i><blockquote type=cite>{WORDS}</blockquote>"
    said = read(mail(markup, kind="text/html")).passages
    assert [p.origin.value for p in said if WORDS in p.folded] == ["quoted"]
