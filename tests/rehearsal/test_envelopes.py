"""Who sent a stored message to whom, as far as it says; who is not named is never made up."""

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.rehearsal.envelopes import Assumed, Unaddressed, addresses, day, envelope
from tests.support.policy import author, written_by

TO = b"To: a@b.example\r\n"


def sender(head, *, noted="", assumed=Assumed(), by=("author@b.example",)):  # noqa: B008  -- frozen
    return envelope(head + TO, written_by(*by), noted=noted, assumed=assumed).sender


@pytest.mark.parametrize(
    ("head", "noted", "assumed", "who"),
    [
        (b"Return-Path: <path@b.example>\r\n", "noted@b.example", "assumed@b.example", "path@b.example"),
        (b"Return-Path: <>\r\n", "noted@b.example", "", None),
        (b"", "noted@b.example", "assumed@b.example", "noted@b.example"),
        (b"", "", "assumed@b.example", "assumed@b.example"),
        (b"", "", "<>", None),
        (b"", "", "", "author@b.example"),
        (b"Return-Path: nonsense\r\n", "", "", "author@b.example"),
    ],
)
def test_the_sender_is_the_one_that_is_said_most_nearly(head, noted, assumed, who):
    found = sender(head, noted=noted, assumed=Assumed(sender=assumed))
    assert (str(found) if found else None) == who


def test_a_name_that_only_looks_like_an_address_is_nobodys():
    with pytest.raises(Unaddressed, match="--sender"):
        envelope(TO, (author(None), author("shown@b.example", shown=True)), assumed=Assumed())


def recipients(head, *assumed):
    found = envelope(head, written_by("x@y.example"), assumed=Assumed(recipients=assumed))
    return [str(one) for one in found.recipients]


def test_recipients_are_those_of_all_three_fields_each_once():
    head = b'To: "Reed, Dana" <d@b.example>, list: e@b.example, D@b.example;\r\nCc: f@b.example\r\nBcc: d@b.example\r\n'
    assert recipients(head, "z@b.example") == ["d@b.example", "e@b.example", "D@b.example", "f@b.example"]


def test_without_them_those_a_delivery_noted_count_and_then_those_assumed():
    assert recipients(b"To: undisclosed-recipients:;\r\nDelivered-To: g@b.example\r\n", "z@b.example") == ["g@b.example"]
    assert recipients(b"Subject: x\r\n", "z@b.example") == ["z@b.example"]
    with pytest.raises(Unaddressed, match="--recipient"):
        recipients(b"Subject: x\r\n")


@pytest.mark.parametrize(
    "said", [b"Thu, 99 Foo 2026", b"", b"Mon, 5 Jan 1901 09:00:00 +0000", b"x" * 100_000, b"1 Jan 2026 00:00 +99999999"]
)
def test_a_day_that_cannot_be_is_none(said):
    assert day(b"Date: " + said + b"\r\n") is None


def test_the_day_is_in_utc():
    assert day(b"Date: Mon, 5 Jan 2026 23:00:00 -0500\r\n") == datetime(2026, 1, 6, 4, tzinfo=UTC)


@given(head=st.binary(max_size=300))
def test_no_header_makes_it_fail(head):
    with suppress(Unaddressed):
        envelope(b"To: " + head, (), noted="", assumed=Assumed(sender="a@b.example"))
    day(b"Date: " + head)
    list(addresses(head.decode("latin-1")))
