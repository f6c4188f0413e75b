"""Those who speak for others: PROXY, XFORWARD, XCLIENT."""

import asyncio
import socket
import struct
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.mail import Client
from gateway.smtpd.attributes import XCLIENT, XFORWARD, attributes, described
from gateway.smtpd.proxy import Source, read_header
from tests.support.smtpd import opened, settings

MESSAGE = b"Subject: x\r\n\r\nx\r\n"
SIGNATURE = b"\r\n\r\n\x00\r\nQUIT\n"
FRONT = ("127.0.0.1/32",)


def version_2(command=1, family=0x11, addresses=None, tlvs=b""):
    addresses = (
        socket.inet_aton("192.0.2.7") + socket.inet_aton("192.0.2.1") + struct.pack("!HH", 4711, 25)
        if addresses is None
        else addresses
    )
    return SIGNATURE + struct.pack("!BBH", 0x20 | command, family, len(addresses + tlvs)) + addresses + tlvs


V6 = socket.inet_pton(socket.AF_INET6, "2001:db8::7") * 2 + struct.pack("!HH", 4711, 25)
HEADERS = {
    "version 1": (b"PROXY TCP4 192.0.2.7 192.0.2.1 4711 25\r\n", "192.0.2.7"),
    "version 1, IPv6": (b"PROXY TCP6 2001:db8::7 2001:db8::1 4711 25\r\n", "2001:db8::7"),
    "version 1, unknown": (b"PROXY UNKNOWN\r\n", "127.0.0.1"),
    "version 1, unknown with addresses": (b"PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n", "127.0.0.1"),
    "version 2": (version_2(), "192.0.2.7"),
    "version 2, IPv6": (version_2(family=0x21, addresses=V6), "2001:db8::7"),
    "version 2, with more behind": (version_2(tlvs=b"\x04\x00\x03abc"), "192.0.2.7"),
    "version 2, local": (version_2(command=0), "127.0.0.1"),
    "version 2, unspecified": (version_2(family=0, addresses=b""), "127.0.0.1"),
    "version 2, mapped": (
        version_2(family=0x21, addresses=socket.inet_pton(socket.AF_INET6, "::ffff:192.0.2.7") + V6[16:]),
        "192.0.2.7",
    ),
}
NETWORKS = ("127.0.0.1/32", "192.0.2.0/24", "2001:db8::/32")


@pytest.mark.parametrize("header", HEADERS)
async def test_a_proxy_header_from_a_listed_address_names_the_client(header):
    octets, address = HEADERS[header]
    async with opened(None, settings(proxy_from=FRONT, client_networks=NETWORKS)) as house, house.client() as client:
        client.write(octets)
        assert (await client.reply()).startswith("220")
        await client.ask("EHLO c")
        assert (await client.send(MESSAGE)).startswith("250")
    assert house.submitted.mails[0].envelope.client.address == address


@pytest.mark.parametrize(
    "octets",
    [
        b"EHLO client.example\r\n",
        b"PROXY TCP4 192.0.2.7 192.0.2.1 4711\r\n",
        b"PROXY TCP4 2001:db8::7 192.0.2.1 4711 25\r\n",
        b"PROXY TCP4 192.0.2.700 192.0.2.1 4711 25\r\n",
        b"PROXY TCP4 192.0.2.7 192.0.2.1 70000 25\r\n",
        b"PROXY TCP4 " + b"1" * 200 + b"\r\n",
        SIGNATURE + b"\x11\x11\x00\x0c" + bytes(12),
        version_2(command=2),
        version_2(addresses=bytes(4)),
    ],
)
async def test_a_connection_without_a_sound_proxy_header_is_closed(octets):
    async with opened(None, settings(proxy_from=FRONT, client_networks=NETWORKS)) as house, house.client() as client:
        client.write(octets)
        assert await client.gone()
        assert house.server.sessions == 0


async def test_a_balancer_that_goes_before_its_header_is_no_fault(said):
    async with opened(None, settings(proxy_from=FRONT)) as house, house.client() as client:
        client.write(b"PROXY TC")
        client.writer.write_eof()
        assert await client.gone()
    assert {event["log_level"] for event in said} == {"info"}


async def test_the_list_of_networks_is_about_the_client_behind_the_balancer():
    async with opened(None, settings(proxy_from=FRONT, client_networks=FRONT)) as house, house.client() as client:
        client.write(HEADERS["version 2"][0])
        assert (await client.reply()).startswith("554 5.7.1")


async def test_a_proxy_header_from_anybody_else_is_no_command():
    async with opened() as house, house.client() as client:
        await client.reply()
        assert (await client.ask("PROXY TCP4 192.0.2.7 192.0.2.1 4711 25")).startswith("500")


async def test_a_proxy_header_comes_before_implicit_tls(certificate, trusting):
    configured = settings(proxy_from=FRONT, client_networks=NETWORKS, tls=certificate)
    async with opened(None, configured, tls="implicit", ca=trusting) as house, house.client() as client:
        client.write(HEADERS["version 1"][0])
        await client.starttls()
        assert (await client.reply()).startswith("220")
        await client.ask("EHLO c")
        assert (await client.send(MESSAGE)).startswith("250")
    spoke = house.submitted.mails[0].envelope.client
    assert (spoke.address, spoke.tls) == ("192.0.2.7", "TLSv1.3")


@given(st.binary(max_size=80), st.sampled_from([b"", b"PROXY ", b"PROXY TCP4 ", SIGNATURE, SIGNATURE + b"\x21\x11\x00\x0c"]))
def test_no_octets_make_the_proxy_parser_fail(octets, start):
    stream = start + octets

    async def exactly(count):
        nonlocal stream
        if len(stream) < count:
            raise ConnectionResetError
        taken, stream = stream[:count], stream[count:]
        return taken

    with suppress(ConnectionResetError):
        source = asyncio.run(read_header(exactly))
        assert source is None or isinstance(source, Source)


async def test_xforward_from_a_listed_front_names_the_client_of_one_transaction():
    async with opened(None, settings(xforward_from=FRONT)) as house, house.client() as client:
        await client.play("""
            S: 220 *
            C: EHLO front.example
            S: * / 250 XFORWARD NAME ADDR PORT PROTO HELO IDENT SOURCE
            C: XFORWARD NAME=desk+2Edepartment.example ADDR=192.0.2.7 PORT=4711 SOURCE=REMOTE
            S: 250 2.0.0 Ok
            C: XFORWARD HELO=desk+20one PROTO=SMTP IDENT=4bXyZ
            S: 250 2.0.0 Ok
        """)
        assert (await client.send(MESSAGE)).startswith("250")
        assert (await client.send(MESSAGE)).startswith("250")
        assert (await client.ask("XFORWARD ADDR=IPV6:2001:db8::7 NAME=[UNAVAILABLE]")).startswith("250")
        await client.ask("MAIL FROM:<o@department.example>")
        assert (await client.ask("XFORWARD ADDR=192.0.2.9")).startswith("503")
    first, second = house.submitted.mails
    described = Client(
        address="192.0.2.7", name="desk.department.example", port=4711, helo="desk one", protocol="SMTP", ident="4bXyZ"
    )
    assert first.envelope.client == described
    assert (second.envelope.client.address, second.envelope.client.helo) == ("127.0.0.1", "front.example")
    assert [conversation.client.address for conversation in house.hop.conversations] == ["192.0.2.7", "127.0.0.1", "2001:db8::7"]
    assert all(conversation.closed for conversation in house.hop.conversations)


async def test_xforward_entitles_to_nothing():
    configured = settings(xforward_from=FRONT, client_networks=FRONT)
    async with opened(None, configured) as house, house.greeted() as client:
        assert (await client.ask("XFORWARD ADDR=203.0.113.1")).startswith("250")
        assert (await client.send(MESSAGE)).startswith("250")


@pytest.mark.parametrize(
    "argument",
    [
        "",
        "ADDR",
        "ADDR=nowhere",
        "ADDR=300.1.1.1",
        "PORT=70000",
        "PORT=x",
        "SOURCE=MARS",
        "LOGIN=x",
        "HELO=a+0D+0Ab",
        "PROTO=E+20SMTP",
        "FROB=1",
    ],
)
async def test_attributes_that_are_not_as_they_should_be_are_refused(argument):
    async with opened(None, settings(xforward_from=FRONT)) as house, house.greeted() as client:
        assert (await client.ask(f"XFORWARD {argument}")).startswith("501 5.5.4")
        assert (await client.send(MESSAGE)).startswith("250")
    assert house.submitted.mails[0].envelope.client.address == "127.0.0.1"


async def test_xclient_begins_the_session_anew_as_that_client():
    async with opened(None, settings(xclient_from=FRONT, client_networks=("192.0.2.0/24",))) as house, house.client() as client:
        await client.play("""
            S: 220 *
            C: EHLO front.example
            S: * / 250 XCLIENT NAME ADDR PORT PROTO HELO LOGIN DESTADDR DESTPORT
            C: MAIL FROM:<o@department.example>
            S: 554 5.7.1 *
            C: XCLIENT ADDR=192.0.2.7 NAME=desk.department.example LOGIN=dreed@department.example
            S: 220 *
            C: MAIL FROM:<o@department.example>
            S: 503 *
            C: EHLO desk.department.example
            S: 250*
        """)
        assert (await client.send(MESSAGE)).startswith("250")
        await client.ask("MAIL FROM:<o@department.example>")
        assert (await client.ask("XCLIENT ADDR=192.0.2.8")).startswith("503")
    spoke = house.submitted.mails[0].envelope.client
    assert (spoke.address, spoke.name, spoke.login) == ("192.0.2.7", "desk.department.example", "dreed@department.example")


@pytest.mark.parametrize(
    ("said", "code"), [("ADDR=203.0.113.1", "554 5.7.1"), ("ADDR=203.0.113.1 LOGIN=x", "250"), ("ADDR=[UNAVAILABLE]", "554")]
)
async def test_a_client_named_by_xclient_is_welcome_by_its_network_or_its_login(said, code):
    async with opened(None, settings(xclient_from=FRONT)) as house, house.greeted() as client:
        assert (await client.ask(f"XCLIENT {said}")).startswith("220")
        await client.ask("EHLO there.example")
        assert (await client.ask("MAIL FROM:<o@department.example>")).startswith(code)


VALUES = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=60).filter(
    lambda v: v.upper() not in {"[UNAVAILABLE]", "[TEMPUNAVAIL]"}
)


@given(name=VALUES, helo=VALUES, login=VALUES)
def test_attributes_written_in_xtext_are_read_back(name, helo, login):
    def xtext(value):
        return "".join(c if c not in "+=" else f"+{ord(c):02X}" for c in value)

    said = attributes(f"NAME={xtext(name)} HELO={xtext(helo)} LOGIN={xtext(login)}".encode(), XCLIENT)
    assert said is not None
    assert described(Client(address="127.0.0.1"), said) == Client(address="127.0.0.1", name=name, helo=helo, login=login)


@given(st.binary(max_size=80))
def test_no_octets_make_the_attribute_parser_fail(octets):
    said = attributes(octets, XFORWARD)
    if said is not None:
        described(Client(address=""), said)
