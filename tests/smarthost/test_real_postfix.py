"""Against a real Postfix: what its log and its next hop say of what we sent."""

import asyncio
import hashlib
import ssl
from dataclasses import replace

import pytest

from gateway.mail import Command
from gateway.smarthost import Smarthost
from tests.support.smarthost import (
    ALICE,
    BOB,
    CLIENT,
    SENDER,
    HandClock,
    begun,
    conversation,
    envelope,
    outgoing,
    seconds,
    settings,
)

MESSAGE = b"From: joe\r\nSubject: odd\r\n\r\n.dot\r\n..\r\ncaf\xc3\xa9 \xff\r\n" + b"z" * 3000 + b"\r\n"


def hop(postfix) -> Smarthost:
    relay = settings(postfix.plain, reply_timeout=seconds(20), connect_timeout=seconds(10))
    return Smarthost(relay, hostname="hatchway.department.example", clock=HandClock())


async def sunk(sink, count: int):
    return await asyncio.to_thread(sink.wait_for, count)


@pytest.fixture
def relay(postfix, sink):
    refuse = {"bob@city.example": "550 5.1.1 no such user"}
    return postfix(name="relay.example", next_hop=sink.port, refuse=refuse, settings={"inet_protocols": "all"})


async def test_a_live_conversation_passes_parameters_and_octets_and_names_the_client(relay, sink):
    client = replace(CLIENT, address="2001:db8::7", helo="desk 7+é")
    sender = replace(SENDER, parameters=(b"BODY=8BITMIME", b"RET=HDRS", b"ENVID=Q+2BQ"))
    rcpt = replace(ALICE, parameters=(b"NOTIFY=SUCCESS,DELAY", b"ORCPT=rfc822;Al+2BIce@x.example"))
    async with conversation(hop(relay), client) as talk:
        assert (await talk.mail(sender)).code == 250
        assert (await talk.rcpt(rcpt)).code == 250
        assert str(await talk.rcpt(BOB)).startswith("550 5.1.1")
        reply = await talk.send(outgoing(MESSAGE))

    assert str(reply).startswith("250 2.0.0 Ok: queued as ")
    [delivered] = await sunk(sink, 1)
    assert {b"RET=HDRS", b"ENVID=Q+2BQ", b"BODY=8BITMIME"} <= set(delivered.mail.split())
    assert delivered.recipients == (b"RCPT TO:<alice@city.example> ORCPT=rfc822;Al+2BIce@x.example NOTIFY=SUCCESS,DELAY",)
    assert b"From: joe\r\n" in delivered.content
    assert b"Message-Id" not in delivered.content.title()
    log = await asyncio.to_thread(relay.wait_for, "orig_client=")
    assert "orig_client=desk7.department.example[2001:db8::7]" in log
    assert "orig_queue_id=4bXyZ12345" in log
    assert "xforward=2 " in await asyncio.to_thread(relay.wait_for, "disconnect")


async def test_a_postfix_that_refuses_ipv6_addresses_still_leaves_the_header_alone(postfix, sink, said):
    relay = postfix(name="relay.example", next_hop=sink.port, settings={"inet_protocols": "ipv4"})
    async with conversation(hop(relay), replace(CLIENT, address="2001:db8::7")) as talk:
        await begun(talk, ALICE)
        assert (await talk.send(outgoing(MESSAGE))).code == 250

    [delivered] = await sunk(sink, 1)
    assert b"\r\nFrom: joe\r\n" in delivered.content
    assert b"Message-Id" not in delivered.content.title()
    assert [event["event"] for event in said] == ["relay.xforward_refused"]


async def test_a_delivery_reaches_those_accepted_and_names_those_refused(relay, sink):
    receipt = await hop(relay).deliver(envelope(BOB, ALICE), outgoing(MESSAGE))

    assert receipt.reply.code == 250
    assert [(str(who), reply.code, reply.status) for who, reply in receipt.refused] == [("bob@city.example", 550, "5.1.1")]
    [delivered] = await sunk(sink, 1)
    assert delivered.recipients[0].startswith(b"RCPT TO:<alice@city.example>")
    refused = await hop(relay).deliver(envelope(BOB), outgoing(MESSAGE))
    assert refused.reply.code == 550
    assert "lost connection" not in relay.log()


@pytest.fixture
def known(postfix, sink, tmp_path, authority):
    """A relay that takes mail from whoever shows a certificate whose fingerprint it has, and a door out that has one."""
    theirs, ours = authority.issue_cert("127.0.0.1"), authority.issue_cert("hatchway.department.example")
    chain = tmp_path / "relay.pem"
    chain.write_bytes(theirs.private_key_and_cert_chain_pem.bytes())
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    ours.cert_chain_pems[0].write_to_path(tmp_path / "cert.pem")
    ours.private_key_pem.write_to_path(tmp_path / "key.pem")
    digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert((tmp_path / "cert.pem").read_text())).hexdigest().upper()
    fingerprint = ":".join(digest[at : at + 2] for at in range(0, len(digest), 2))
    relay = postfix(
        name="relay.example",
        next_hop=sink.port,
        settings={
            "smtpd_tls_chain_files": str(chain),
            "smtpd_tls_security_level": "may",
            "smtpd_tls_ask_ccert": "yes",
            "smtpd_tls_fingerprint_digest": "sha256",
            "relay_clientcerts": f"inline:{{ {{ {fingerprint} = hatchway }} }}",
            "smtpd_recipient_restrictions": "permit_tls_clientcerts, reject",
            "smtpd_relay_restrictions": "permit_tls_clientcerts, reject",
        },
    )
    shown = {"certificate": tmp_path / "cert.pem", "key": tmp_path / "key.pem"}

    def hop(**more: object) -> Smarthost:
        told = settings(relay.plain, tls="starttls", ca_file=tmp_path / "ca.pem", reply_timeout=seconds(20), **more)
        return Smarthost(told, hostname="hatchway.department.example", clock=HandClock())

    return hop, shown


async def test_a_relay_that_knows_its_clients_by_certificate_takes_mail_from_us_by_ours(known, sink):
    hop, shown = known
    receipt = await hop().deliver(envelope(ALICE), outgoing(MESSAGE))
    assert str(receipt.refused[0][1] if receipt.refused else receipt.reply).startswith("554 5.7.1")
    ours = hop(**shown)
    assert (await ours.deliver(envelope(ALICE), outgoing(MESSAGE))).reply.code == 250
    assert len(await sunk(sink, 1)) == 1


async def test_a_renewed_certificate_is_shown_at_the_next_connection(known, authority):
    hop, shown = known
    ours = hop(**shown)
    assert (await ours.deliver(envelope(ALICE), outgoing(MESSAGE))).reply.code == 250
    renewed = authority.issue_cert("hatchway.department.example")
    renewed.cert_chain_pems[0].write_to_path(shown["certificate"])
    renewed.private_key_pem.write_to_path(shown["key"])
    receipt = await ours.deliver(envelope(ALICE), outgoing(MESSAGE))
    assert receipt.reply.code == 554, "the relay knows the old one alone"


async def test_a_message_of_ten_megabytes_arrives_whole(postfix, sink):
    relay = postfix(name="relay.example", next_hop=sink.port, settings={"message_size_limit": "30000000"})
    message = b"Subject: large\r\n\r\n" + (b"." + b"x" * 900 + b"\r\n") * 11_000
    async with conversation(hop(relay)) as talk:
        await begun(talk, ALICE)
        assert (await talk.send(outgoing(message))).code == 250

    [delivered] = await sunk(sink, 1)
    assert delivered.content.endswith(message)


@pytest.mark.timeout(60)
async def test_many_aborted_transactions_are_not_punished(postfix):
    relay = postfix(name="relay.example", settings={"in_flow_delay": "0"})
    async with conversation(hop(relay)) as talk:
        for number in range(130):
            await begun(talk, Command(path=b"user%d@city.example" % number))
            await talk.abort()
        assert (await talk.mail(SENDER)).code == 250

    assert "too many errors" not in relay.log()


async def test_a_postfix_that_times_out_is_dialled_again_and_the_message_arrives(postfix, sink):
    relay = postfix(name="relay.example", next_hop=sink.port, settings={"smtpd_timeout": "1s"})
    async with conversation(hop(relay)) as talk:
        await begun(talk, ALICE)
        await asyncio.to_thread(relay.wait_for, "timeout after RCPT")
        assert (await talk.send(outgoing())).code == 250

    [delivered] = await sunk(sink, 1)
    assert delivered.recipients[0].startswith(b"RCPT TO:<alice@city.example>")
