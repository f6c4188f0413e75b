import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.mail import Client, Command, Reply
from gateway.smarthost.commands import Unsendable, fitted, mail_line, rcpt_line, xforward_lines
from tests.support.smarthost import ALICE, CLIENT, MESSAGE, SENDER, envelope, outgoing

ALL = "NAME ADDR PORT PROTO HELO IDENT SOURCE"
NONE: dict[str, str] = {}


def parameters(*written: str) -> Command:
    return replace(SENDER, parameters=tuple(each.encode() for each in written))


def test_the_octets_of_a_command_go_out_as_they_came():
    command = Command(path=b'@a.example,@b.example:"a,b; c"@D.example', parameters=(b"ret=Full", b"ENVID=x+2B", b"SIZE=10"))

    assert mail_line(command) == b'MAIL FROM:<@a.example,@b.example:"a,b; c"@D.example> ret=Full ENVID=x+2B SIZE=10\r\n'
    assert rcpt_line(Command(path=b"jos\xc3\xa9@x.example")) == b"RCPT TO:<jos\xc3\xa9@x.example>\r\n"
    assert mail_line(Command(path=b"")) == b"MAIL FROM:<>\r\n"


@pytest.mark.parametrize("octet", [b"\r", b"\n", b"\x00", b"\x7f", b"\t"])
def test_a_control_character_cannot_leave_in_a_command(octet):
    with pytest.raises(Unsendable):
        mail_line(Command(path=b"a" + octet + b"@x.example"))
    with pytest.raises(Unsendable):
        rcpt_line(Command(path=b"a@x.example", parameters=(b"NOTIFY=NEVER" + octet,)))


def test_xforward_tells_all_that_is_known_of_the_client():
    assert xforward_lines(CLIENT, ALL) == [
        b"XFORWARD PROTO=ESMTP HELO=desk7 IDENT=4bXyZ12345 SOURCE=REMOTE\r\n",
        b"XFORWARD NAME=desk7.department.example ADDR=192.0.2.7 PORT=50123\r\n",
    ]


def test_xforward_says_what_is_not_known():
    assert xforward_lines(Client(address=""), ALL) == [
        b"XFORWARD PROTO=ESMTP HELO=[UNAVAILABLE] IDENT=[UNAVAILABLE] SOURCE=REMOTE\r\n",
        b"XFORWARD NAME=[UNAVAILABLE] ADDR=[UNAVAILABLE] PORT=[UNAVAILABLE]\r\n",
    ]


def test_xforward_names_only_what_the_relay_listed():
    assert xforward_lines(CLIENT, "name Source") == [
        b"XFORWARD SOURCE=REMOTE\r\n",
        b"XFORWARD NAME=desk7.department.example\r\n",
    ]
    assert xforward_lines(CLIENT, "") == []


@pytest.mark.parametrize(
    ("address", "written"),
    [
        ("2001:db8::7", b"IPV6:2001:db8::7"),
        ("fe80::1%eth0", b"IPV6:fe80::1"),
        ("::ffff:192.0.2.7", b"192.0.2.7"),
        ("/run/socket", b"[UNAVAILABLE]"),
    ],
)
def test_xforward_writes_addresses_as_postfix_reads_them(address, written):
    assert xforward_lines(Client(address=address), "ADDR") == [b"XFORWARD ADDR=" + written + b"\r\n"]


def test_a_name_that_is_no_host_name_does_not_spoil_the_rest():
    lines = xforward_lines(replace(CLIENT, name="not a name"), "NAME PORT")

    assert lines == [b"XFORWARD NAME=[UNAVAILABLE] PORT=50123\r\n"]


@given(helo=st.text(max_size=400), ident=st.text(max_size=400))
def test_whatever_a_client_says_of_itself_xforward_stays_one_command_to_a_line(helo, ident):
    for line in xforward_lines(replace(CLIENT, helo=helo, ident=ident), ALL):
        assert re.fullmatch(rb"XFORWARD(?: [A-Z]+=(?:[!-*,-<>-~]|\+[0-9A-F]{2})+)+\r\n", line)
        assert len(line) <= 512 or line.count(b"=") == 1


def test_xtext_can_be_read_back():
    [line] = xforward_lines(replace(CLIENT, helo="a+b=c d\té"), "HELO")

    value = re.sub(rb"\+([0-9A-F]{2})", lambda found: bytes([int(found[1], 16)]), line.strip().partition(b"HELO=")[2])
    assert value.decode() == "a+b=c d\té"


def test_the_size_is_said_anew_for_what_goes_out():
    made = fitted(envelope(ALICE, mail=parameters("SIZE=5", "RET=HDRS")), outgoing(head=b"X-A: b\r\n"), {"SIZE": "", "DSN": ""})

    assert made.mail.parameters == (b"RET=HDRS", b"SIZE=%d" % (len(MESSAGE) + 8))


def test_parameters_that_ask_a_favour_are_left_out_where_nobody_grants_it():
    notified = replace(ALICE, parameters=(b"NOTIFY=NEVER", b"ORCPT=rfc822;a@b.example"))
    made = fitted(envelope(notified, mail=parameters("RET=HDRS", "ENVID=1", "AUTH=<>", "SIZE=5", "X-OWN=1")), outgoing(), NONE)

    assert made.mail.parameters == (b"X-OWN=1",)
    assert made.rcpts == (ALICE,)


def test_a_plain_message_needs_no_8bitmime_and_no_smtputf8():
    made = fitted(envelope(ALICE, mail=parameters("BODY=8BITMIME", "SMTPUTF8")), outgoing(), NONE)

    assert made.mail.parameters == ()


@pytest.mark.parametrize(
    ("asked", "octets", "status"),
    [
        ("BODY=8BITMIME", "caf\u00e9\r\n", "4.6.3"),
        ("body=8bitmime", "caf\u00e9\r\n", "4.6.3"),
        ("SMTPUTF8", "Subject: caf\u00e9\r\n", "4.6.7"),
        ("REQUIRETLS", "plain\r\n", "4.7.30"),
    ],
)
def test_a_message_is_never_sent_without_the_extension_it_needs(asked, octets, status):
    said = fitted(envelope(ALICE, mail=parameters(asked)), outgoing(octets.encode()), NONE)

    assert isinstance(said, Reply)
    assert (said.code, said.status) == (451, status)


def test_an_address_beyond_ascii_needs_smtputf8():
    said = fitted(envelope(Command(path="josé@x.example".encode()), mail=parameters("SMTPUTF8")), outgoing(), NONE)

    assert isinstance(said, Reply)
    assert said.status == "4.6.7"


def test_what_the_relay_offers_is_passed_on_as_it_was_asked():
    offered = dict.fromkeys(("8BITMIME", "SMTPUTF8", "DSN", "REQUIRETLS", "AUTH"), "")
    asked = parameters("BODY=8BITMIME", "SMTPUTF8", "ret=hdrs", "REQUIRETLS", "AUTH=<>")

    assert fitted(envelope(ALICE, mail=asked), outgoing("é\r\n".encode()), offered).mail == asked
