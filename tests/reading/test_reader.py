import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.reading import Origin, Reader, ReadingLimits
from gateway.reading.extractors import TABLE
from gateway.reading.plain import unflow
from tests.support.reading import mail, read, texts, whys

HEADERS = [
    b"From: a@d.example\r\n",
    b"From : =?utf-8?q?x?= <b@d.example>\r\n",
    b"Subject: =?utf-16?b?//5WAG8AdABlAA==?=\r\n",
    b"Content-Type: multipart/mixed; boundary=b\r\n",
    b"Content-Type: multipart/encrypted; boundary=b\r\n",
    b"Content-Type: message/rfc822\r\n",
    b"Content-Type: message/delivery-status\r\n",
    b"Content-Type: text/html; charset=utf-7\r\n",
    b"Content-Type: text/plain; format=flowed; delsp=yes; charset=gbk\r\n",
    b"Content-Type: text/calendar\r\n",
    b"Content-Type: application/octet-stream; name=x.eml\r\n",
    b"Content-Transfer-Encoding: base64\r\n",
    b"Content-Transfer-Encoding: quoted-printable\r\n",
    b"Content-Disposition: attachment; filename*0*=utf-8''%ff; filename*1=b\r\n",
]
BODIES = [
    b"\r\n",
    b"\r\n\r\n",
    b"--b\r\n",
    b"--b--\r\n",
    b"VGVzdA==\r\n",
    b"<p style='display:none'>x</p><a href='y'>z</a>",
    b"begin 644 a\n`\nend\n",
]
BODIES += [
    b"> q\r\n",
    b"On Monday, A wrote:\r\n",
    b"\xff\xfe\x00\xd8",
    b"=\r\n",
    b"\xe2\x80\x8bV\xd0\xbe",
    b"-- \r\n",
    b"https://x.example/?url=http://[",
    b"\x00",
]
SOUP = st.lists(st.one_of(st.sampled_from(HEADERS + BODIES), st.binary(max_size=20)), max_size=25).map(b"".join)


TEXT = {kind: extractor for kind, extractor in TABLE.items() if kind.startswith(("text/", "message/"))}


def holds(reading):
    for passage in reading.passages:
        assert len(passage.offsets) == len(passage.folded) + 1
        assert passage.place.end - passage.place.start == len(passage.text)
        place, quote = passage.quote(0, len(passage.folded))
        assert quote in passage.text
        assert passage.place.start <= place.start <= place.end <= passage.place.end
    for link in reading.links:
        assert link.target
        assert link.place.start <= link.place.end


@given(st.binary(max_size=400))
def test_any_octets_can_be_read(octets):
    holds(read(octets))


@given(SOUP)
@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_any_soup_of_mail_can_be_read_without_a_part_that_is_damaged(octets):
    reading = Reader(extractors=TEXT).read(octets)
    holds(reading)
    assert not [unread for unread in reading.unread if "damaged" in unread.why]


@given(SOUP)
@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_the_smallest_limits_hold(octets):
    limits = ReadingLimits(depth=0, parts=1, text=1, part=1, field=1, fields=1, authors=1, links=1, passages=1)
    reading = Reader(limits=limits).read(octets)
    holds(reading)
    assert len(reading.links) <= 1
    assert len(reading.authors) <= 1


@given(st.text(alphabet="ab >-\n", max_size=120), st.booleans())
def test_joining_flowed_lines_loses_no_word(text, delete):
    assert "".join(unflow(text, delete=delete).split()).replace(">", "") == "".join(text.split()).replace(">", "")


def test_a_part_that_breaks_its_extractor_is_damaged_and_the_others_are_read():
    def breaking(*_):
        raise ZeroDivisionError

    octets = mail("--b\nContent-Type: text/html\n\n<p>x\n--b\n\nstill read\n--b--\n", kind="multipart/mixed; boundary=b")
    reading = Reader(extractors={**TABLE, "text/html": breaking}).read(octets)
    assert texts(reading) == ["still read"]
    assert [(u.why, u.place.part) for u in reading.unread] == [("damaged: it cannot be read", "1")]


def test_disguised_words_are_found_and_quoted_as_they_were_written():
    reading = read(mail("<p>Please v<b></b>o\u200bt\u0435 for <span>Sm</span>ith</p>", kind="text/html; charset=utf-8"))
    passage = next(p for p in reading.passages if p.origin is Origin.NEW)
    at = passage.folded.index("vote for Smith")
    place, quote = passage.quote(at, at + len("vote for Smith"))
    assert quote == "vo\u200bt\u0435 for Smith"
    assert (place.part, place.start, place.end) == ("1", 7, 22)


def test_letters_that_are_turned_round_are_named_as_unread():
    said = ["some of its text is shown backwards"]
    assert whys(read(mail("See you. \u202erof etoV\u202c"))) == said
    assert whys(read(mail("<p>Hi</p><bdo dir='rtl'>rof etoV</bdo>", kind="text/html"))) == said
    assert whys(read(mail("<p style='direction:rtl;unicode-bidi: bidi-override'>rof etoV</p>", kind="text/html"))) == said
    assert whys(read(mail("", "Subject: =?utf-8?q?=E2=80=AErof_etoV?="))) == said


def test_text_that_runs_from_right_to_left_by_itself_is_read():
    assert whys(read(mail("\u202bשלום\u202c and \u202eשלום\u202c ok"))) == []
    assert whys(read(mail("<p dir='rtl'>שלום</p>", kind="text/html"))) == []


def test_what_stands_behind_a_long_comment_or_a_picture_written_into_html_is_read():
    picture = "<img src='data:image/png;base64," + "iVBORw0KGgo" * 400 + "'>"
    for filling in ("<!-- " + "x " * 2000 + "-->", "<style>" + "p{color:red}" * 400 + "</style>", picture):
        limits = ReadingLimits(part=3000)
        reading = Reader(limits=limits).read(mail(f"<p>{filling}One word{filling}</p>", kind="text/html"))
        assert texts(reading) == ["One word"]
        assert whys(reading)[0] == "too large: it was read without its comments and styles"


def test_a_comment_that_ends_at_once_hides_nothing_behind_it():
    html = "<!-->Vote<!--->for<!-- x --!>Ann<!-- -->" + "<!-- " + "x " * 2000 + "-->"
    assert texts(Reader(limits=ReadingLimits(part=3000)).read(mail(html, kind="text/html"))) == ["Vote for Ann"]


def test_the_end_of_a_long_text_is_read_too():
    reading = Reader(limits=ReadingLimits(part=4000)).read(mail("ordinary " * 2000 + "and the end"))
    assert texts(reading)[0].startswith("ordinary")
    assert texts(reading)[0].endswith("and the end")
    assert whys(reading) == ["too large: the first 3000 octets and the last 1000 were read"]


@pytest.mark.parametrize("unit", ["<!--", "<style>", "<!--a--", "base64,", "<script", "-->", "<!--><style>-->"])
def test_making_hostile_html_lean_has_an_end(unit):
    assert Reader(limits=ReadingLimits(part=1000)).read(mail(unit * (2_000_000 // len(unit)), kind="text/html")).unread
