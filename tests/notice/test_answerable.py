import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.mail import Address
from gateway.notice.answerable import answerable, message_id, reachable
from tests.support.notices import HEADER, Case, released

OWN = Address.parse("postmaster@department.example")


def may_be_answered(**changes) -> bool:
    return answerable(Case(**changes).held().mail, own=OWN)


@pytest.mark.parametrize("sender", ["a@association.example", '"a b"@association.example', "request@x.example", "jöhn@x.example"])
def test_a_person_is_answered(sender):
    assert may_be_answered(sender=Address.parse(sender))


@pytest.mark.parametrize(
    "sender",
    [
        "MAILER-DAEMON@association.example",
        "owner-board@association.example",
        "board-owner@association.example",
        "board-request@association.example",
        "Board-Bounces+member=department.example@association.example",
        "bounces-1234@association.example",
        "bounce@association.example",
        "listserv@association.example",
        "Majordomo@association.example",
        "no-reply@association.example",
        "NoReply@association.example",
        "do-not-reply@association.example",
        "postmaster@department.example",
        "Postmaster@Department.Example.",
    ],
)
def test_robots_lists_and_we_ourselves_are_not_answered(sender):
    assert not may_be_answered(sender=Address.parse(sender))


@pytest.mark.parametrize("sender", [None, Address(local="postmaster", domain=""), Address(local="a\r\nb", domain="x.example")])
def test_nobody_is_answered_where_no_mailbox_can_be_written(sender):
    assert not may_be_answered(sender=sender)


@pytest.mark.parametrize(
    "field",
    [
        b"Auto-Submitted: auto-generated",
        b"auto-submitted: AUTO-REPLIED (vacation)",
        b"Auto-Submitted: (no) auto-notified; owner-email=x",
        b"Auto-Submitted:\r\n auto-replied",
        b"Auto-Submitted:",
        b"Auto-Submitted: no\r\nAuto-Submitted: auto-replied",
        b"List-Id: <board.association.example>",
        b"LIST-UNSUBSCRIBE: <mailto:x@association.example>",
        b"List-Post: NO",
        b"Precedence: bulk",
        b"precedence: List",
        b"Precedence:  junk",
        b"X-Auto-Response-Suppress: All",
        b"X-Auto-Response-Suppress: DR, OOF, AutoReply",
    ],
)
def test_automatic_and_bulk_mail_is_not_answered(field):
    assert not may_be_answered(header=HEADER + field + b"\r\n")


@pytest.mark.parametrize(
    "field",
    [
        b"Auto-Submitted: no",
        b"Auto-Submitted: (by hand) No",
        b"Precedence: normal",
        b"X-Auto-Response-Suppress: DR, RN, NRN",
        b"X-Auto-Response-Suppress: None",
        b"X-Listed: yes",
        b"Subject: Auto-Submitted: auto-replied",
        b"X-Note: two lines\r\n List-Id: folded",
    ],
)
def test_mail_that_only_resembles_automatic_mail_is_answered(field):
    assert may_be_answered(header=HEADER + field + b"\r\n")


def test_the_body_does_not_make_a_message_automatic():
    assert may_be_answered(body=b"\r\nAuto-Submitted: auto-replied\r\nList-Id: x\r\n")


@given(st.binary(max_size=300))
def test_no_header_block_breaks_the_question(junk):
    mail = Case(header=HEADER + junk, body=b"\r\n\r\nbody").held().mail
    assert answerable(mail, own=OWN) in {True, False}
    assert message_id(mail) in {"", "<20261124.1@association.example>"}


@pytest.mark.parametrize(
    ("field", "found"),
    [
        (b"Message-ID: <a.b+c@x.example>\r\n", "<a.b+c@x.example>"),
        (b"message-id:\r\n <a@x>\r\n", "<a@x>"),
        (b"Message-ID: <[a$b]@mail.x.example>\r\n", "<[a$b]@mail.x.example>"),
        (b"Message-ID: <a@x> <b@x>\r\n", ""),
        (b"Message-ID: <a@x>\r\nMessage-ID: <b@x>\r\n", ""),
        (b"Message-ID: <a b@x>\r\n", ""),
        (b"Message-ID: <a@x>\r\n X: y\r\n", ""),
        (b"Message-ID: <ax>\r\n", ""),
        (b"Message-ID: <a@\xe4>\r\n", ""),
        (b"Message-ID: <" + b"a" * 300 + b"@x>\r\n", ""),
        (b"X: y\r\n", ""),
    ],
)
def test_only_one_well_formed_message_id_is_referred_to(field, found):
    assert message_id(Case(header=field).held().mail) == found


@pytest.mark.parametrize("domain", ["x.example", "[192.0.2.1]", "[IPv6:2001:db8::1]", "bücher.example"])
def test_a_domain_or_an_address_literal_can_be_reached(domain):
    assert reachable(Address(local="a", domain=domain))


@pytest.mark.parametrize("domain", ["", "x>, <y@z", "x y", "x\n", "\ud800x", "x," + "y" * 9])
def test_nothing_else_can_be_reached(domain):
    assert not reachable(Address(local="a", domain=domain))


@pytest.mark.parametrize("field", [b"Auto-Submitted: auto-generated", b"List-Id: <board.association.example>"])
def test_a_release_of_automatic_mail_is_not_announced(notices, field):
    held = released(Case(header=HEADER + field + b"\r\n").held())
    assert notices.to_sender_ruled(held, held.since) is None
