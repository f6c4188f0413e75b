"""What the door refuses: strangers, senders that are not ours, too much of anything, and what is out of order."""

import asyncio
import os
from contextlib import AsyncExitStack
from datetime import timedelta

import pytest

from gateway.mail import Reply
from gateway.seat import Crowd
from tests.support.smtpd import HOSTNAME, NextHop, opened, settings

MESSAGE = b"Subject: x\r\n\r\nx\r\n"
SOON = timedelta(seconds=0.15)


async def test_a_client_that_is_not_on_the_list_is_turned_away_at_the_door():
    async with opened(None, settings(client_networks=("127.0.0.1/32",))) as house, house.client(source="127.0.0.9") as client:
        assert (await client.reply()).startswith("554 5.7.1")
        assert await client.gone()


@pytest.mark.parametrize(
    ("sender", "code"),
    [
        ("o@department.example", "250"),
        ("o@DEPARTMENT.example.", "250"),
        ('"a@b"@department.example', "250"),
        ("", "250"),
        ("o@other.example", "550 5.7.1"),
        ("o@mail.department.example", "550 5.7.1"),
        ("o@department.example.evil.example", "550 5.7.1"),
        ("o@notdepartment.example", "550 5.7.1"),
        ("@department.example:o@evil.example", "550 5.7.1"),
        ('"o@department.example"@evil.example', "550 5.7.1"),
        ("root", "553 5.1.7"),
    ],
)
async def test_only_senders_of_our_domains_and_the_null_sender_are_taken(sender, code):
    async with opened() as house, house.greeted() as client:
        assert (await client.ask(f"MAIL FROM:<{sender}>")).startswith(code)


async def test_the_word_any_lifts_the_rule_on_sender_domains():
    async with opened(None, settings(sender_domains=("any",))) as house, house.greeted() as client:
        assert (await client.ask("MAIL FROM:<o@elsewhere.example>")).startswith("250")


async def test_the_null_sender_stays_the_null_sender():
    async with opened() as house, house.greeted() as client:
        await client.ask("MAIL FROM:<>")
        await client.ask("RCPT TO:<a@other.example>")
        await client.ask("DATA")
        client.write(MESSAGE + b".\r\n")
        assert (await client.reply()).startswith("250")
    assert house.submitted.mails[0].envelope.sender is None
    assert house.hop.mails[0].path == b""


@pytest.mark.parametrize(
    ("commands", "code"),
    [
        (["MAIL FROM:<o@department.example>"], "503 5.5.1"),
        (["EHLO"], "501 5.5.4"),
        (["EHLO c", "RCPT TO:<a@other.example>"], "503 5.5.1"),
        (["EHLO c", "DATA"], "503 5.5.1"),
        (["EHLO c", "MAIL FROM:<o@department.example>", "MAIL FROM:<o@department.example>"], "503 5.5.1"),
        (["EHLO c", "MAIL FROM:<o@department.example>", "DATA"], "503 5.5.1"),
        (["EHLO c", "MAIL FROM:<o@department.example>", "RCPT TO:<gone@other.example>", "DATA"], "554 5.5.1"),
        (["EHLO c", "MAIL FROM:<o@department.example>", "RCPT TO:<a@other.example>", "DATA now"], "501 5.5.4"),
        (["EHLO c", "VRFY officer@department.example"], "252"),
        (["EHLO c", "VRFY nobody"], "252"),
        (["EHLO c", "EXPN staff"], "502"),
        (["EHLO c", "AUTH PLAIN AGEAYg=="], "503"),
        (["EHLO c", "STARTTLS"], "502"),
        (["EHLO c", "RSET now"], "501"),
        (["EHLO c", "QUIT now"], "501"),
        (["EHLO c", "NOOP anything"], "250"),
        (["EHLO c", "HELP"], "214"),
        (["EHLO c", "FROB"], "500 5.5.2"),
        (["EHLO c", ""], "500 5.5.2"),
        (["EHLO c\rX-Injected: yes"], "500 5.5.2"),
        (["EHLO c\tx"], "500 5.5.2"),
        (["EHLO c", "MAIL FROM:<o@department.example>\rX: y"], "500 5.5.2"),
        (["EHLO c", "MAIL FROM:<o\0@department.example>"], "500 5.5.2"),
        (["EHLO c", "MAIL FROM:<" + "a" * 5000 + "@department.example>"], "500 5.5.2"),
        (["EHLO c", "XFORWARD ADDR=192.0.2.1"], "550"),
        (["EHLO c", "XCLIENT ADDR=192.0.2.1"], "550"),
    ],
)
async def test_what_is_out_of_order_is_answered_and_the_session_goes_on(commands, code):
    hop = NextHop(replies={b"gone@other.example": Reply(code=550, status="5.1.1", text="No such user")})
    async with opened(hop) as house, house.client() as client:
        await client.reply()
        assert (await client.asked(*commands))[-1].startswith(code)
        assert (await client.ask("NOOP")).startswith("250")
        assert house.submitted.mails == []


@pytest.mark.parametrize(
    ("octets", "code"),
    [
        (b"NOOP\n", "521 5.5.2"),
        (b"RCPT TO:<a@other.example>\nRCPT TO:<victim@other.example>\r\n", "521 5.5.2"),
        (b"MAIL FROM:<o@department.example> AUTH=<>\nRCPT TO:<victim@other.example>\r\n", "521 5.5.2"),
        (b"X" * 300_000, "500 5.5.2"),
        (b"BDAT 30 LAST\r\nRCPT TO:<victim@other.example>\r\n", "502 5.5.1"),
        (b"POST / HTTP/1.1\r\nHost: x\r\n\r\nEHLO x\r\n", "502 5.5.1"),
        (b"EHLO again\r\nMAIL FROM:<o@department.example>\r\n", "554 5.5.0"),
        (b"RCPT TO:<a@other.example>\r\nDATA\r\nSubject: early\r\n\r\n.\r\n", "250"),
    ],
)
async def test_a_stream_out_of_step_is_told_so_and_closed(octets, code):
    async with opened() as house, house.greeted() as client:
        await client.ask("MAIL FROM:<o@department.example>")
        client.write(octets)
        replies = [await client.reply()]
        while replies[-1]:
            replies.append(await client.reply())
        assert replies[0].startswith(code)
        assert replies[-2][:3] in {"521", "500", "502", "554"}
        assert len(replies) == (3 if code == "250" else 2)
    assert [rcpt.path for rcpt in house.hop.rcpts if b"victim" in rcpt.path] == []
    assert house.submitted.mails == []


async def test_a_client_that_is_still_sending_can_read_why_it_was_cut_off():
    async with opened() as house, house.greeted() as client:
        client.writer.transport.pause_reading()
        for _ in range(3):
            client.write(b"x" * 100_000)
            await asyncio.sleep(0.05)
        client.writer.transport.resume_reading()
        assert (await client.reply()).startswith("500 5.5.2")


async def test_talking_before_the_greeting_delivers_nothing():
    async with opened() as house, house.client() as client:
        client.write(
            b"EHLO early\r\nMAIL FROM:<o@department.example>\r\nRCPT TO:<a@other.example>\r\nDATA\r\n" + MESSAGE + b".\r\n"
        )
        assert (await client.reply()).startswith("220")
        assert (await client.reply()).startswith("554 5.5.0")
        assert await client.gone()
    assert house.submitted.mails == []


async def test_too_many_mistakes_end_the_session():
    async with opened(None, settings(limits={"errors": 3})) as house, house.greeted() as client:
        assert [(await client.ask("FROB"))[:3] for _ in range(3)] == ["500", "500", "421"]
        assert await client.gone()


async def test_the_relays_refusals_are_no_mistakes_of_the_clients_and_a_message_taken_makes_good():
    hop = NextHop(replies={b"gone@other.example": Reply(code=550, status="5.1.1", text="No such user")})
    async with opened(hop, settings(limits={"errors": 3})) as house, house.greeted() as client:
        await client.ask("MAIL FROM:<o@department.example>")
        assert [(await client.ask("RCPT TO:<gone@other.example>"))[:3] for _ in range(20)] == ["550"] * 20
        await client.ask("RSET")
        for _ in range(3):
            assert [(await client.ask("FROB"))[:3] for _ in range(2)] == ["500", "500"]
            assert (await client.send(MESSAGE)).startswith("250")


async def test_recipients_beyond_the_limit_are_452_and_the_others_get_the_message():
    async with opened(None, settings(limits={"recipients": 3})) as house, house.greeted() as client:
        await client.ask("MAIL FROM:<o@department.example>")
        codes = [(await client.ask(f"RCPT TO:<r{n}@other.example>"))[:9] for n in range(5)]
        assert codes == ["250 2.1.5"] * 3 + ["452 4.5.3"] * 2
        await client.ask("DATA")
        client.write(MESSAGE + b".\r\n")
        assert (await client.reply()).startswith("250")
    assert len(house.submitted.mails[0].envelope.recipients) == 3


async def test_connections_beyond_a_clients_number_are_421_and_its_next_is_served_when_one_goes():
    async with opened(None, settings(limits={"connections_per_client": 2})) as house, AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(house.client()) for _ in range(2)]
        assert [(await client.reply())[:3] for client in clients] == ["220", "220"]
        async with house.client() as third:
            assert (await third.reply()).startswith("421 4.7.0")
            assert await third.gone()
        async with house.client(source="127.0.0.2") as other:
            assert (await other.reply()).startswith("220")
        assert (await clients[0].ask("QUIT")).startswith("221")
        await clients[0].gone()
        async with house.client() as third:
            assert (await third.reply()).startswith("220")


async def test_connections_beyond_the_total_are_421():
    async with opened(None, settings(limits={"connections": 1})) as house, house.client() as first:
        assert (await first.reply()).startswith("220")
        async with house.client(source="127.0.0.2") as second:
            assert (await second.reply()).startswith("421 4.7.0")


@pytest.mark.parametrize("limit", ["connections", "connections_per_client"])
async def test_what_other_fronts_have_counts_until_they_let_go_of_it_or_die(limit):
    shared = Crowd.made(2)
    ours, theirs = (Crowd(shared, rows=2, mine=row) for row in (0, 1))
    configured = settings(limits={limit: 2})
    async with AsyncExitStack() as stack:
        house = await stack.enter_async_context(opened(None, configured, crowd=ours))
        other = await stack.enter_async_context(opened(None, configured, crowd=theirs))
        clients = [await stack.enter_async_context(one.client()) for one in (house, other)]
        assert [(await client.reply())[:3] for client in clients] == ["220", "220"]
        async with house.client() as third:
            assert (await third.reply()).startswith("421 4.7.0")
        Crowd.watched(shared, 2).clear(1)
        async with house.client() as fourth:
            assert (await fourth.reply()).startswith("220")
    os.close(shared)


async def test_a_message_beyond_the_size_is_552_while_it_streams_and_the_session_goes_on():
    async with opened(None, settings(limits={"message_size": 10_000})) as house, house.greeted() as client:
        assert (await client.ask("MAIL FROM:<o@department.example> SIZE=10001")).startswith("552 5.3.4")
        assert (await client.send(b"x" * 998 + b"\r\n")).startswith("250")
        assert (await client.send(b"x" * 10_001 + b"\r\n")).startswith("552 5.3.4")
        assert (await client.send(MESSAGE)).startswith("250")
    assert len(house.submitted.mails) == 2


async def test_a_line_without_end_is_552_and_closed():
    async with opened(None, settings(limits={"message_size": 10_000})) as house, house.greeted() as client:
        await client.transaction()
        client.write(b"x" * 2_000_000)
        assert (await client.reply()).startswith("552 5.3.4")
        assert await client.gone()
    assert house.submitted.mails == []


async def test_data_is_452_while_messages_in_flight_take_all_the_memory(tmp_path):
    hop = NextHop()
    go = hop.stall("DATA")
    configured = settings(spool=tmp_path, limits={"in_flight": len(MESSAGE)})
    async with opened(hop, configured) as house, house.greeted() as client, house.greeted() as second:
        await client.transaction()
        client.write(MESSAGE + b".\r\n")
        await hop.reached["DATA"].wait()
        assert (await second.transaction()).startswith("452 4.3.1")
        go.set()
        assert (await client.reply()).startswith("250")
        assert (await second.ask("DATA")).startswith("354")


async def test_a_spool_that_takes_nothing_is_452_for_large_messages_alone(tmp_path, said):
    configured = settings(spool=tmp_path / "spool", limits={"in_memory": 100})
    async with opened(None, configured) as house, house.greeted() as client:
        (tmp_path / "spool").rmdir()
        (tmp_path / "spool").touch()
        assert (await client.send(b"x" * 200 + b"\r\n")).startswith("452 4.3.1")
        assert (await client.send(MESSAGE)).startswith("250")
    assert "smtp.spool_failed" in [event["event"] for event in said]


def hops(count: int, ours: int = 0) -> bytes:
    fields = [b"Received: from a%d.example by b.example with ESMTP; Tue, 10 Nov 2026 09:00:00 +0000" % n for n in range(count)]
    fields += [b"Received: from c (d [192.0.2.1])\r\n\tby %b (Hatchway) with ESMTP id X;\r\n\tTue" % HOSTNAME.encode()] * ours
    return b"".join(field + b"\r\n" for field in fields) + MESSAGE


@pytest.mark.parametrize(
    ("message", "code"), [(hops(50), "250"), (hops(51), "554 5.4.6"), (hops(0, 2), "250"), (hops(0, 3), "554 5.4.6")]
)
@pytest.mark.parametrize("in_memory", [10, 1_000_000])
async def test_a_message_that_goes_round_in_circles_is_refused(message, code, in_memory, tmp_path):
    async with opened(None, settings(spool=tmp_path, limits={"in_memory": in_memory})) as house, house.greeted() as client:
        assert (await client.send(message)).startswith(code)
        assert list(tmp_path.iterdir()) == []
        assert len(house.submitted.mails) == (code == "250")


async def test_a_header_beyond_a_megabyte_is_refused_and_a_body_is_not(tmp_path):
    field = b"X-Pad: " + b"x" * 9_000 + b"\r\n"
    async with opened(None, settings(spool=tmp_path)) as house, house.greeted() as client:
        assert (await client.send(field * 120)).startswith("552 5.3.4")
        assert (await client.send(field * 110 + MESSAGE)).startswith("250")
        assert (await client.send(MESSAGE + field * 500)).startswith("250")
        assert list(tmp_path.iterdir()) == []


async def test_a_silent_client_is_421():
    async with opened(None, settings(limits={"command_timeout": SOON})) as house, house.greeted() as client:
        assert (await client.reply()).startswith("421 4.4.2")
        assert await client.gone()


@pytest.mark.parametrize("limit", ["data_timeout", "message_timeout"])
async def test_a_message_that_takes_too_long_is_421_and_the_transaction_is_dropped(limit, tmp_path):
    async with opened(None, settings(spool=tmp_path, limits={limit: SOON, "in_memory": 10})) as house, house.greeted() as client:
        await client.transaction()
        client.write(b"Subject: this is never ended")
        assert (await client.reply()).startswith("421 4.4.2")
        assert await client.gone()
        await house.quiet()
        assert house.hop.conversations[0].aborts == 1
        assert list(tmp_path.iterdir()) == []
    assert house.submitted.mails == []


async def test_a_client_that_does_not_read_is_cut_off():
    async with opened(None, settings(limits={"command_timeout": SOON})) as house, house.greeted() as client:
        client.writer.transport.pause_reading()

        async def flood():
            while True:
                client.write(b"HELP\r\n" * 10_000)
                await client.writer.drain()

        with pytest.raises((ConnectionError, TimeoutError)):
            await asyncio.wait_for(flood(), 30)
        await house.quiet()
