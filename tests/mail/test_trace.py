import re
from datetime import UTC, datetime
from email import message_from_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.mail import Address, Client, Command, Envelope, Mail
from gateway.mail.content import in_memory
from gateway.mail.trace import loops, received

HOST = "hatchway.department.example"


def mail(client: Client, *parameters: bytes) -> Mail:
    envelope = Envelope(
        sender=None,
        recipients=(Address(local="a", domain="b.example"),),
        client=client,
        mail=Command(path=b"", parameters=parameters),
        rcpts=(Command(path=b"a@b.example"),),
    )
    at = datetime(2026, 11, 10, 15, 0, tzinfo=UTC)
    return Mail(id="4bXyZ12345678", envelope=envelope, content=in_memory(b""), received=at)


def test_the_trace_line_says_who_where_how_and_when():
    client = Client(address="192.0.2.7", name="desk.department.example", helo="desk", tls="TLSv1.3")
    assert received(mail(client), HOST) == (
        b"Received: from desk (desk.department.example [192.0.2.7])\r\n"
        b"\tby hatchway.department.example (Hatchway) with ESMTPS id 4bXyZ12345678;\r\n"
        b"\tTue, 10 Nov 2026 15:00:00 +0000\r\n"
    )


@pytest.mark.parametrize(
    ("client", "parameters", "word"),
    [
        (Client(address="192.0.2.7"), (), b"ESMTP"),
        (Client(address="192.0.2.7", protocol="SMTP"), (), b"SMTP"),
        (Client(address="192.0.2.7", login="x"), (), b"ESMTPA"),
        (Client(address="192.0.2.7", tls="TLSv1.2", login="x"), (), b"ESMTPSA"),
        (Client(address="192.0.2.7"), (b"smtputf8",), b"UTF8SMTP"),
        (Client(address="192.0.2.7", tls="TLSv1.2"), (b"SMTPUTF8",), b"UTF8SMTPS"),
        (Client(address="192.0.2.7", protocol="LMTP"), (), b"LMTP"),
    ],
)
def test_the_protocol_is_the_registered_word(client, parameters, word):
    assert b" with %b id " % word in received(mail(client, *parameters), HOST)


def test_an_ipv6_client_without_a_name_is_given_as_a_literal():
    assert received(mail(Client(address="2001:db8::7")), HOST).startswith(
        b"Received: from [IPv6:2001:db8::7] (unknown [IPv6:2001:db8::7])\r\n"
    )


@given(helo=st.text(), name=st.text(), address=st.text())
def test_nothing_a_client_says_breaks_the_line(helo, name, address):
    line = received(mail(Client(address=address, name=name, helo=helo)), HOST)
    assert re.fullmatch(rb"Received: [ -~]+\r\n\t[ -~]+\r\n\t[ -~]+\r\n", line)
    assert max(map(len, line.split(b"\r\n"))) < 998
    parsed = message_from_bytes(line + b"\r\n")
    assert parsed.keys() == ["Received"]
    assert line.count(b"(") == line.count(b")") == 2


OURS = received(mail(Client(address="192.0.2.7", helo="x")), HOST)
OTHER = b"Received: from a by b.example with ESMTP id 1; Tue, 10 Nov 2026 15:00:00 +0000\r\n"


@pytest.mark.parametrize(
    ("head", "circles"),
    [
        (OTHER * 50, False),
        (OTHER * 51, True),
        (OURS * 2 + OTHER * 10, False),
        (OURS * 3, True),
        (OURS.replace(b"\r\n\tby ", b" by ") * 3, True),
        (OURS.replace(b"by hatchway", b"by\r\n\thatchway") * 3, True),
        (OURS.replace(b"Received", b"RECEIVED ").upper() * 3, True),
        (OURS.replace(b"by hatchway", b"by old-hatchway") * 3, False),
        (OURS.replace(b"by hatchway", b"from hatchway") * 3, False),
        (b"Subject: by hatchway.department.example (Hatchway)\r\n" * 3, False),
        (b"", False),
    ],
)
def test_a_loop_is_seen_by_the_number_of_hops_or_by_our_own_name(head, circles):
    assert loops(head, HOST, 50) is circles
