import asyncio
from dataclasses import replace

import pytest

from gateway.mail import Client, Command
from gateway.mail.content import Content
from tests.support.relay import FakeRelay, hang, late, say, split
from tests.support.smarthost import (
    ALICE,
    BOB,
    CLIENT,
    MESSAGE,
    SENDER,
    begun,
    conversation,
    envelope,
    outgoing,
    seconds,
    smarthost,
)


async def test_a_message_reaches_the_relay_as_it_came_and_its_250_comes_back(relay):
    async with conversation(smarthost(relay)) as talk:
        await begun(talk, ALICE, BOB)
        reply = await talk.send(outgoing(head=b"X-Hatchway-Id: 1\r\n"))

    assert str(reply) == "250 2.0.0 Ok: queued as 1"
    [message] = relay.messages
    assert message.acked
    assert message.mail == b"MAIL FROM:<officer@department.example>"
    assert message.rcpts == [b"RCPT TO:<alice@city.example>", b"RCPT TO:<bob@city.example>"]
    assert message.data == b"X-Hatchway-Id: 1\r\n" + MESSAGE


async def test_nothing_is_connected_before_the_first_mail(relay):
    async with conversation(smarthost(relay)) as talk:
        await talk.abort()

    assert relay.talks == []


async def test_paths_and_parameters_reach_the_relay_to_the_octet(relay):
    sender = Command(path=b"a+b=C@Dept.Example", parameters=(b"BODY=8BITMIME", b"RET=HDRS", b"ENVID=Q+2BQ", b"SIZE=99"))
    rcpt = Command(path=b'"odd, one"@City.Example', parameters=(b"NOTIFY=SUCCESS,DELAY", b"ORCPT=rfc822;Odd+2Bone@x.example"))
    async with conversation(smarthost(relay)) as talk:
        assert (await talk.mail(sender)).good
        assert (await talk.rcpt(rcpt)).good

    assert b"MAIL FROM:<a+b=C@Dept.Example> BODY=8BITMIME RET=HDRS ENVID=Q+2BQ SIZE=99" in relay.lines
    assert b'RCPT TO:<"odd, one"@City.Example> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;Odd+2Bone@x.example' in relay.lines


async def test_xforward_goes_ahead_of_each_mail_in_the_same_packet(relay):
    async with conversation(smarthost(relay)) as talk:
        await begun(talk, ALICE)
        await talk.send(outgoing())
        await begun(talk, ALICE)

    xforward = (
        b"XFORWARD PROTO=ESMTP HELO=desk7 IDENT=4bXyZ12345 SOURCE=REMOTE\r\n"
        b"XFORWARD NAME=desk7.department.example ADDR=192.0.2.7 PORT=50123\r\n"
    )
    assert relay.reads[0].count(xforward + b"MAIL FROM:<officer@department.example>\r\n") == 2


@pytest.mark.parametrize("forwarding", [False, True])
async def test_xforward_is_sent_only_if_wanted_and_offered(forwarding):
    offered = ("PIPELINING",) if forwarding else ("PIPELINING", "XFORWARD NAME ADDR")
    async with FakeRelay(extensions=offered) as relay, conversation(smarthost(relay, xforward=forwarding)) as talk:
        await begun(talk, ALICE)

    assert not any(line.startswith(b"XFORWARD") for line in relay.lines)


async def test_xforward_refused_does_not_stop_the_mail(relay, said):
    relay.script("XFORWARD", say("501 5.5.4 bad attribute"))
    async with conversation(smarthost(relay)) as talk:
        await begun(talk, ALICE)

    assert "relay.xforward_refused" in [event["event"] for event in said]


async def test_a_long_helo_makes_several_xforward_lines(relay):
    client = replace(CLIENT, helo="h" * 250, ident="i" * 250)
    async with conversation(smarthost(relay), client) as talk:
        await begun(talk, ALICE)
        await talk.send(outgoing())

    lines = relay.messages[0].xforward
    assert len(lines) == 3
    assert all(len(line) <= 510 for line in lines)


async def test_a_relay_without_pipelining_is_spoken_to_in_turn():
    async with FakeRelay(extensions=("XFORWARD NAME ADDR SOURCE",)) as relay:
        async with conversation(smarthost(relay)) as talk:
            await begun(talk, ALICE)
            assert (await talk.send(outgoing())).good
            await begun(talk, BOB)
            await talk.abort()
            await begun(talk, BOB)
            assert (await talk.send(outgoing())).good
        assert relay.violations == []
        assert len(relay.talks) == 1


async def test_a_relay_that_knows_only_helo_is_served():
    async with FakeRelay(extensions=()) as relay:
        relay.script("EHLO", say("502 5.5.1 what?"))
        hop = smarthost(relay)
        async with conversation(hop) as talk:
            await begun(talk, ALICE)
            assert (await talk.send(outgoing())).good
        assert relay.violations == []
    assert dict(hop.extensions) == {}


async def test_the_relays_own_answers_reach_the_client(relay):
    relay.refuse[b"alice@city.example"] = "550 5.1.1 no such user\n550 5.1.1 ask the clerk"
    relay.refuse[b"bob@city.example"] = "450 4.2.0 greylisted"
    async with conversation(smarthost(relay)) as talk:
        await begun(talk)
        first, second = await talk.rcpt(ALICE), await talk.rcpt(BOB)
        reply = await talk.send(outgoing())

    assert (first.code, first.status, first.text) == (550, "5.1.1", "no such user\nask the clerk")
    assert (second.code, second.status) == (450, "4.2.0")
    assert str(reply) == "554 5.5.1 no valid recipients"
    assert relay.messages == []


@pytest.mark.parametrize(
    "refusal", ["530 5.7.0 Must issue a STARTTLS command first", "530 5.7.0 AUTH first", "538 5.7.11 Encryption"]
)
@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA"])
async def test_what_we_lack_at_the_relay_is_no_refusal_of_the_mail_and_is_an_error_in_the_log(relay, said, refusal, step):
    relay.script(step, say(refusal))
    async with conversation(smarthost(relay)) as talk:
        replies = [await talk.mail(SENDER), await talk.rcpt(ALICE), await talk.send(outgoing())]
    worst = next(reply for reply in replies if not reply.good)
    assert str(worst) == "451 4.7.8 The mail relay does not accept mail from here now, please try again later"
    assert [(line["event"], line["log_level"], line["said"]) for line in said if line["event"] == "relay.locked_out"] == [
        ("relay.locked_out", "error", refusal)
    ]
    relay.script(step, say(refusal))
    receipt = await smarthost(relay).deliver(envelope(ALICE), outgoing())
    assert receipt.reply.code == 451
    assert all(reply.transient for _, reply in receipt.refused)


async def test_one_connection_serves_the_whole_session(relay):
    async with conversation(smarthost(relay)) as talk:
        for _ in range(5):
            await begun(talk, ALICE)
            assert (await talk.send(outgoing())).good
            await begun(talk, BOB)
            await talk.abort()

    assert len(relay.talks) == 1
    assert len(relay.acked) == 5


async def test_after_a_refusal_the_connection_serves_the_next_transaction(relay):
    relay.script("MAIL", say("550 5.7.1 not you"))
    relay.script("DATA", say("552 5.3.4 no room"))
    relay.script("DOT", say("554 5.6.0 not that"))
    async with conversation(smarthost(relay)) as talk:
        assert (await talk.mail(SENDER)).code == 550
        await begun(talk, ALICE)
        assert (await talk.send(outgoing())).code == 552
        await begun(talk, ALICE)
        assert (await talk.send(outgoing())).code == 554
        await begun(talk, BOB)
        assert (await talk.send(outgoing())).code == 250

    assert len(relay.talks) == 1
    assert [message.rcpts for message in relay.acked] == [[b"RCPT TO:<bob@city.example>"]]


async def test_an_aborted_transaction_delivers_nothing_and_costs_no_wait(relay):
    relay.script("RSET", late(0.3))
    async with conversation(smarthost(relay)) as talk:
        await begun(talk, ALICE)
        async with asyncio.timeout(0.2):
            await talk.abort()
        await begun(talk, BOB)
        assert (await talk.send(outgoing())).good

    assert [message.rcpts for message in relay.messages] == [[b"RCPT TO:<bob@city.example>"]]
    assert len(relay.talks) == 1


async def test_a_transaction_left_open_is_closed_with_the_session(relay):
    async with conversation(smarthost(relay)) as talk:
        await begun(talk, ALICE)
    await relay.quiet()

    assert relay.messages == []
    assert relay.lines[-1] == b"QUIT"


async def test_a_new_mail_drops_the_transaction_before_it(relay):
    async with conversation(smarthost(relay)) as talk:
        await begun(talk, ALICE)
        await begun(talk, BOB)
        await talk.send(outgoing())

    assert relay.messages[0].rcpts == [b"RCPT TO:<bob@city.example>"]


async def test_rcpt_and_send_without_mail_are_answered_without_the_relay(relay):
    async with conversation(smarthost(relay)) as talk:
        assert (await talk.rcpt(ALICE)).code == 451
        assert (await talk.send(outgoing())).code == 451

    assert relay.talks == []


async def test_the_connection_is_renewed_before_its_junk_commands_are_punished(relay):
    async with conversation(smarthost(relay)) as talk:
        for _ in range(120):
            await begun(talk, ALICE)
            await talk.abort()

    assert [sum(line == b"RSET" for line in lines) for lines in relay.talks] == [50, 50, 20]


async def test_the_connection_is_renewed_after_a_hundred_messages(relay):
    async with conversation(smarthost(relay)) as talk:
        for _ in range(101):
            await begun(talk, ALICE)
            assert (await talk.send(outgoing())).good

    assert [sum(line == b"DATA" for line in lines) for lines in relay.talks] == [100, 1]


@pytest.mark.parametrize("size", [1, 2, 7])
async def test_replies_in_many_packets_are_read_whole(relay, size):
    relay.refuse[b"bob@city.example"] = "550-5.1.1 no\n550 5.1.1 such user".replace("550-", "550 ")
    for phase in ("MAIL", "RCPT", "RCPT", "DATA", "DOT"):
        relay.script(phase, split(size))
    async with conversation(smarthost(relay)) as talk:
        await begun(talk, ALICE)
        assert (await talk.rcpt(BOB)).text == "no\nsuch user"
        assert (await talk.send(outgoing())).text == "Ok: queued as 1"


async def test_dots_at_the_beginning_of_lines_arrive(relay):
    message = b".\r\n..\r\n\r\n.hidden\r\nend.\r\n.\r\n"
    async with conversation(smarthost(relay)) as talk:
        await begun(talk, ALICE)
        assert (await talk.send(outgoing(message))).good

    assert relay.messages[0].data == message


async def test_a_message_with_a_bare_line_feed_is_not_sent(relay):
    async with conversation(smarthost(relay)) as talk:
        await begun(talk, ALICE)
        reply = await talk.send(outgoing(b"a\r\n\n.\n\r\nMAIL FROM:<forged@x.example>\r\n"))
        await begun(talk, BOB)
        assert (await talk.send(outgoing())).good

    assert str(reply) == "451 4.3.0 Local problem, please try again later"
    assert [message.rcpts for message in relay.messages] == [[b"RCPT TO:<bob@city.example>"]]


async def test_a_spool_file_that_is_gone_is_451_and_nothing_is_delivered(relay, tmp_path):
    missing = replace(outgoing(), content=Content(size=10, path=tmp_path / "gone"))
    async with conversation(smarthost(relay)) as talk:
        await begun(talk, ALICE)
        assert (await talk.send(missing)).status == "4.3.0"

    assert relay.messages == []


async def test_a_path_with_a_line_end_never_reaches_the_relay(relay):
    forged = Command(path=b"a@x.example>\r\nRCPT TO:<b@x.example")
    async with conversation(smarthost(relay)) as talk:
        assert (await talk.mail(forged)).code == 451
        await begun(talk)
        assert (await talk.rcpt(forged)).code == 451

    assert not any(b"b@x.example" in line for line in relay.lines)


async def test_a_client_of_which_nothing_is_known_is_served(relay):
    async with conversation(smarthost(relay), Client(address="")) as talk:
        await begun(talk, ALICE)
        assert (await talk.send(outgoing())).good


@pytest.mark.parametrize("phase", ["MAIL", "RCPT", "DATA", "DOT"])
async def test_a_cancelled_command_leaves_its_reply_to_nobody(relay, phase):
    relay.script(phase, say("250 2.0.0 this is for the cancelled one", wait=0.15) if phase != "DATA" else late(0.15))
    relay.refuse[b"nobody@city.example"] = "550 5.1.1 no such user"
    async with conversation(smarthost(relay)) as talk:

        async def whole() -> None:
            await begun(talk, ALICE)
            await talk.send(outgoing())

        task = asyncio.create_task(whole())
        await asyncio.sleep(0.08)
        task.cancel()
        assert await asyncio.gather(task, return_exceptions=True) != [None]
        await asyncio.sleep(0.15)

        await begun(talk, BOB)
        assert (await talk.rcpt(Command(path=b"nobody@city.example"))).code == 550
        assert (await talk.send(outgoing())).text.startswith("Ok: queued as")

    assert len(relay.talks) == 2
    assert relay.messages[-1].rcpts == [b"RCPT TO:<bob@city.example>"]
    assert len(relay.messages) == (2 if phase == "DOT" else 1)


@pytest.mark.parametrize("stop", ["cancel", "abort", "close"])
async def test_a_transfer_that_is_stopped_never_gets_its_final_dot(stop):
    async with FakeRelay(receive_buffer=4096, pause=0.02) as relay:
        async with conversation(smarthost(relay, reply_timeout=seconds(10))) as talk:
            await begun(talk, ALICE)
            sending = asyncio.create_task(talk.send(outgoing(b"x" * 998 + b"\r\n" + b"y" * 8_000_000 + b"\r\n")))
            await asyncio.sleep(0.1)
            if stop == "cancel":
                sending.cancel()
            else:
                await (talk.abort() if stop == "abort" else talk.close())
            [ended] = await asyncio.gather(sending, return_exceptions=True)
            await relay.quiet()

        assert isinstance(ended, asyncio.CancelledError) or ended.code == 451
        assert relay.messages == []
        assert len(relay.broken) == 1
        assert len(relay.talks) == 1


async def test_a_session_that_ends_while_the_relay_hangs_does_not_hang_with_it(relay):
    relay.script("QUIT", hang())
    talk = smarthost(relay).converse(CLIENT)
    await begun(talk, ALICE)

    async with asyncio.timeout(1.5):
        await talk.close()
