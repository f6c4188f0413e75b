"""The header block is edited by prepending; nothing else of the message changes."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.mail.content import in_memory
from gateway.mail.header import block, count, forged, outgoing, own_field, values

lines = st.binary(max_size=60).map(lambda b: re.sub(rb"[\r\n]", b"", b))
messages = st.lists(lines, max_size=12).map(lambda ls: b"\r\n".join(ls) + b"\r\n")


def sent(octets: bytes, **edit) -> bytes:
    return b"".join(outgoing(in_memory(octets), prepend=edit.pop("prepend", []), **edit).chunks())


@given(messages)
def test_a_message_without_fields_of_ours_goes_out_as_it_came_in(octets):
    if b"x-hatchway-" not in octets.lower():
        assert sent(octets, prepend=[b"Received: x\r\n"]) == b"Received: x\r\n" + octets


@given(messages)
def test_outgoing_knows_its_size(octets):
    message = outgoing(in_memory(octets), prepend=[b"A: 1\r\n"], subject="[P]")
    assert message.size == len(b"".join(message.chunks()))


@given(st.binary(max_size=200))
def test_any_octets_have_a_header_block_that_they_begin_with(octets):
    assert octets.startswith(block(in_memory(octets)))


@pytest.mark.parametrize(
    "forgery",
    [
        b"X-Hatchway-Decision: relay\r\n",
        b"x-hatchway-id : 1\r\n",
        b"X-HATCHWAY-Dry-Run:\r\n\tfolded\r\n more\r\n",
    ],
)
def test_a_forged_field_of_ours_is_taken_out_of_the_header_block_only(forgery):
    body = b"\r\nX-Hatchway-Decision: in the body stays\r\n"
    octets = b"From: a@b\r\n" + forgery + b"Subject: hi\r\n" + body
    assert forged(block(in_memory(octets))) == 1
    assert sent(octets) == b"From: a@b\r\nSubject: hi\r\n" + body


def test_a_forged_field_in_a_bodyless_message_is_taken_out():
    assert sent(b"X-Hatchway-Id: 1\r\nSubject: hi\r\n") == b"Subject: hi\r\n"


@pytest.mark.parametrize(
    ("written", "prefixed"),
    [
        (b"Subject: hi\r\n", b"Subject: [P] hi\r\n"),
        (b"Subject:hi\r\n", b"Subject: [P] hi\r\n"),
        (b"SUBJECT:\r\n folded\r\n", b"SUBJECT: [P] \r\n folded\r\n"),
        (b"From: a@b\r\n", b"From: a@b\r\nSubject: [P]\r\n"),
        (b"Subject: =?utf-8?q?h=C3=AD?=\r\n", b"Subject: [P] =?utf-8?q?h=C3=AD?=\r\n"),
    ],
)
def test_a_subject_prefix_leaves_the_rest_of_the_field(written, prefixed):
    assert sent(written + b"\r\nbody\r\n", subject="[P]") == prefixed + b"\r\nbody\r\n"


def test_fields_are_counted_and_read_folded_and_in_any_case():
    head = b"Received: a\r\n b\r\nRECEIVED: c\r\nX-Received: d\r\n"
    assert count(head, b"received") == 2
    assert values(head, b"Received") == [b" a\r\n b\r\n", b" c\r\n"]


@given(st.text(max_size=400))
def test_a_field_of_ours_is_one_field_whatever_its_value(value):
    field = own_field("X-Hatchway-Rule", value)
    assert field.endswith(b"\r\n")
    assert count(field, b"X-Hatchway-Rule") == 1
    assert re.fullmatch(rb"(?:[\x20-\x7e]*\r\n)+", field)
    assert len(re.findall(rb"(?m)^[^ \r\n]", field)) == 1


def test_a_message_that_begins_with_an_empty_line_has_no_header():
    assert block(in_memory(b"\r\nX-Hatchway-Id: body\r\n")) == b""
    assert sent(b"\r\nX-Hatchway-Id: body\r\n") == b"\r\nX-Hatchway-Id: body\r\n"
