"""What is taken apart without the standard library's parser is what the parser makes of it."""

from email import policy
from email.parser import BytesParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.reading import entity
from gateway.reading.entity import Entity

LINES = (
    *(b"From: a@department.example\r\n", b"Subject: Roll call\r\n", b"subject:\t two\r\n", b"Subject:\r\n", b" goes on\r\n"),
    *(b"\t \r\n", b"Content-Type: text/html\r\n", b"Content-Type: multipart/mixed; boundary=b\r\n", b"X: \xff\xfe\n", b"\r\n"),
    *(
        b"Content-Type: message/rfc822\n",
        b"From somebody today\r\n",
        b": no name\r\n",
        b"no colon\r\n",
        b"A: lone\rB: return\r\n",
    ),
    *(b"--b\r\n", b"--b--\r\n", b"Text.\r", b"", b"Last line"),
)


@given(st.lists(st.sampled_from(LINES), max_size=9))
def test_fields_and_text_are_those_of_the_parser(lines):
    octets = b"".join(lines)
    ours = entity._parsed(octets)
    theirs = BytesParser(Entity, policy=policy.compat32).parsebytes(octets)
    assert list(ours.raw_items()) == list(theirs.raw_items())
    assert (ours.fields, ours.raw, ours.is_multipart()) == (theirs.fields, theirs.raw, theirs.is_multipart())
    assert _octets(ours) == _octets(theirs)


@given(st.lists(st.sampled_from((*LINES[:4], *LINES[6:9], b"Note: one\r\n two\r\n", b"CC: b\n\tc\n")), min_size=1, max_size=9))
def test_a_header_alone_has_the_known_fields_that_the_parser_finds_in_it(lines):
    octets = b"".join([*lines, b"\r\nFrom: nobody\r\n"])
    theirs = BytesParser(Entity, policy=policy.compat32).parsebytes(octets, headersonly=True)
    known = {name.decode() for name in entity._NAMES}
    assert entity._even(octets)
    assert entity.head(octets).fields == {name: values for name, values in theirs.fields.items() if name in known}


def _octets(parsed):
    """What the standard library makes of it again; it cannot write a preamble that is not ASCII."""
    try:
        return parsed.as_bytes()
    except UnicodeEncodeError:
        return None


@pytest.mark.parametrize("blanks", [" ", "\t", " \t  "])
@pytest.mark.parametrize("before", ["", "From: a@department.example\r\n", "Note : none\r\n" * 200])
def test_a_known_field_with_blanks_before_its_colon_is_that_field(before, blanks):
    assert entity.head(f"{before}Subject{blanks}: Roll call\r\n\r\nText : one\r\n".encode()).first("subject") == "Roll call"


def test_blanks_before_a_colon_in_a_text_change_nothing():
    assert entity.parse(b"Subject: Roll call\r\n\r\nmy subject : none\r\n")[0].raw == "my subject : none\r\n"


LONG = b"a line of an attachment\r\n" * 2000
SEVERAL = b'Subject: s\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n'


@pytest.mark.parametrize(
    "octets",
    [
        b"Subject: s\r\n\r\n" + LONG,
        SEVERAL + b"before\r\n--b\r\n\r\nshort\r\n--b\r\nContent-Type: image/png\r\n\r\n" + LONG + b"--b--\r\nbehind\r\n",
        SEVERAL + LONG + b"--b\r\n\r\n" + LONG + b"\r\n--b\r\n\r\n" + LONG + b"--b--\r\n\r\n" + LONG,
        SEVERAL + b"--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: t\r\n\r\n" + LONG + b"--b--\r\n",
        SEVERAL + b"--b\r\nContent-Type: message/delivery-status\r\n\r\n" + LONG + b"\r\n" + LONG + b"--b--\r\n",
        SEVERAL + b"--b\r\n\r\n" + LONG + b"\r--b\r\n\r\nanother\r\n--b--\r\n",
        SEVERAL + b"--b\r\n\r\n" + b"- a list\r\n" * 5000 + LONG + b"--b--\r\n",
        SEVERAL + b"no boundary at all\r\n" + LONG,
    ],
    ids=["text", "attachment", "outside", "within", "report", "lone carriage return", "hyphens", "no boundary"],
)
def test_what_is_put_aside_while_a_message_is_taken_apart_is_in_its_place_again(octets):
    def told(message):
        texts = ((part.raw, part.preamble or "", part.epilogue or "") for part in message.walk())
        return [tuple(map(part.octets, three)) for part, three in zip(message.walk(), texts, strict=True)]

    plain, _ = entity._taken_apart(octets, entity.Aside())
    lean, _ = entity.parse(octets)
    assert told(lean) == told(plain)
    assert [part.get_content_type() for part in lean.walk()] == [part.get_content_type() for part in plain.walk()]


def test_no_line_of_a_long_attachment_is_looked_at_by_the_parser():
    lean, aside = entity._put_aside(SEVERAL + b"--b\r\n\r\n" + LONG + b"--b--\r\n")
    assert len(lean) < 200
    assert aside.back(lean) == SEVERAL + b"--b\r\n\r\n" + LONG + b"--b--\r\n"
