"""The relay dies, hangs or talks nonsense in each phase: no 250 that is not true, nothing lost, nothing sent twice unasked."""

import asyncio

import pytest

from tests.support.relay import Act, FakeRelay, close, hang, raw, reset, say, split, stray
from tests.support.smarthost import ALICE, BOB, MESSAGE, SENDER, begun, conversation, outgoing, seconds, smarthost

BIG = (b"x" * 998 + b"\r\n") * 3000
HUGE = BIG * 4
"""More than the kernel keeps for a relay that does not read, so that the final dot is still here when the relay dies."""
CLOSING = say("421 4.3.2 going down", then="close")
RCPTS = [b"RCPT TO:<alice@city.example>", b"RCPT TO:<bob@city.example>"]

BEFORE_THE_DOT = [
    ("MAIL", close()),
    ("MAIL", reset()),
    ("MAIL", CLOSING),
    ("MAIL", say("421 4.3.2 staying all the same")),
    ("RCPT", close()),
    ("RCPT", reset()),
    ("RCPT", CLOSING),
    ("DATA", close()),
    ("DATA", reset()),
    ("DATA", CLOSING),
    ("DATA", hang()),
    ("DATA", raw(b"354 go", then="close")),
    ("BODY", close(after=500_000)),
    ("BODY", reset(after=500_000)),
    ("BODY", Act(say="421 4.4.2 too slow", then="close", after=500_000)),
]


def patience_for(fault: Act):
    return seconds(0.6 if fault.then == "hang" else 15)


@pytest.mark.parametrize(("phase", "fault"), BEFORE_THE_DOT)
async def test_a_loss_before_the_final_dot_is_mended_unseen(relay, phase, fault):
    content = HUGE if phase == "BODY" else MESSAGE
    relay.script(phase, fault)
    async with conversation(smarthost(relay, reply_timeout=patience_for(fault))) as talk:
        await begun(talk, ALICE, BOB)
        reply = await talk.send(outgoing(content))

    assert str(reply) == "250 2.0.0 Ok: queued as 1"
    [message] = relay.messages
    assert (message.rcpts, message.data) == (RCPTS, content)
    assert len(message.xforward) == 2
    assert len(relay.talks) == 2
    assert all(not cut.data.endswith(b"\r\n.\r\n") for cut in relay.broken)


@pytest.mark.parametrize(("phase", "fault"), [(phase, fault) for phase, fault in BEFORE_THE_DOT if phase != "MAIL"])
async def test_a_second_loss_in_the_same_transaction_is_451(relay, phase, fault):
    relay.script(phase, fault, fault)
    async with conversation(smarthost(relay, reply_timeout=patience_for(fault))) as talk:
        await begun(talk)
        replies = [await talk.rcpt(ALICE), await talk.send(outgoing(HUGE))]

    assert [reply.code for reply in replies] == ([451, 451] if phase == "RCPT" else [250, 451])
    assert replies[-1].status == "4.4.2"
    assert relay.messages == []
    assert len(relay.talks) == 2


@pytest.mark.parametrize("fault", [close(), reset(), CLOSING])
async def test_mail_that_is_lost_twice_is_451(relay, fault):
    relay.script("MAIL", fault, fault)
    async with conversation(smarthost(relay)) as talk:
        reply = await talk.mail(SENDER)

    assert (reply.code, reply.status) == (451, "4.4.2")
    assert len(relay.talks) == 2


@pytest.mark.parametrize("phase", ["MAIL", "RCPT", "DATA"])
async def test_a_relay_that_stays_silent_is_waited_for_only_so_long(relay, phase):
    relay.script(phase, hang(), hang(), hang())
    async with conversation(smarthost(relay, connect_timeout=seconds(0.3), reply_timeout=seconds(0.3))) as talk:
        async with asyncio.timeout(1.5):
            replies = [await talk.mail(SENDER)]
            if phase != "MAIL":
                replies.append(await talk.rcpt(ALICE))
            if phase == "DATA":
                replies.append(await talk.send(outgoing()))

    assert [reply.code for reply in replies] == {"MAIL": [451], "RCPT": [250, 451], "DATA": [250, 250, 451]}[phase]
    assert replies[-1].status == "4.4.2"
    assert relay.messages == []


@pytest.mark.parametrize("fault", [close(), reset(), CLOSING, hang(), raw(b"250 2.0.0 Ok", then="close")])
async def test_a_loss_after_the_final_dot_is_451_and_never_sent_again(relay, fault):
    relay.script("DOT", fault)
    async with conversation(smarthost(relay, reply_timeout=seconds(0.4))) as talk:
        await begun(talk, ALICE)
        reply = await talk.send(outgoing())
        assert str(reply) == "451 4.4.2 The mail relay did not confirm the message, please try again later"
        assert [message.data for message in relay.messages] == [MESSAGE]
        assert len(relay.talks) == 1
        await begun(talk, BOB)
        assert (await talk.send(outgoing())).good

    assert relay.acked[0].rcpts == [RCPTS[1]]


@pytest.mark.parametrize("code", [450, 550])
@pytest.mark.parametrize("phase", ["MAIL", "RCPT", "DATA", "DOT"])
async def test_what_the_relay_refuses_is_refused_in_its_own_words(relay, phase, code):
    status = f"{code // 100}.9.9"
    relay.script(phase, say(f"{code} {status} first line\n{code} {status} second line"))
    async with conversation(smarthost(relay)) as talk:
        replies = [await talk.mail(SENDER)]
        if replies[-1].good:
            replies.append(await talk.rcpt(ALICE))
        if replies[-1].good:
            replies.append(await talk.send(outgoing()))

    assert (replies[-1].code, replies[-1].status, replies[-1].text) == (code, status, "first line\nsecond line")
    assert len(relay.talks) == 1
    assert relay.acked == []


@pytest.mark.parametrize(
    ("phase", "nonsense"),
    [
        ("MAIL", say("354 go ahead")),
        ("MAIL", raw(b"hello there\r\n")),
        ("RCPT", say("354 go ahead")),
        ("RCPT", say("220 relay.example ESMTP")),
        ("RCPT", raw(b"250-2.1.5 Ok\r\n550 5.1.1 no\r\n")),
        ("DATA", say("250 2.0.0 Ok: queued as 7")),
        ("DATA", raw(b"\xff\xfe\r\n")),
        ("DOT", say("354 go on")),
        ("DOT", say("251 2.0.0 elsewhere")),
        ("DOT", say("221 2.0.0 bye")),
        ("DOT", raw(b"OK\r\n")),
    ],
)
async def test_an_answer_out_of_turn_is_451_and_ends_the_connection(relay, phase, nonsense):
    relay.script(phase, nonsense)
    async with conversation(smarthost(relay)) as talk:
        replies = [await talk.mail(SENDER)]
        if replies[-1].good:
            replies.append(await talk.rcpt(ALICE))
        if replies[-1].good:
            replies.append(await talk.send(outgoing()))
        await talk.abort()
        await begun(talk, BOB)
        last = await talk.send(outgoing())

    assert replies[-1].code == 451
    assert last.good
    assert len(relay.talks) == 2
    assert [message.rcpts for message in relay.acked] == [[RCPTS[1]]]


@pytest.mark.parametrize("octets", [b"250 2.0.0 Ok: queued as 9\r\n", b"250 2.0.0 half", b"550-5.0.0 more\r\n"])
@pytest.mark.parametrize("wait", [0, 0.02])
@pytest.mark.parametrize("phase", ["MAIL", "RCPT", "DATA", "DOT"])
async def test_a_reply_to_nothing_is_never_credited_to_a_command(relay, phase, wait, octets):
    relay.refuse[b"bob@city.example"] = "550 5.1.1 no such user"
    relay.script(phase, stray(octets, wait=wait))
    async with conversation(smarthost(relay)) as talk:
        if not (await talk.mail(SENDER)).good:
            await begun(talk)
        await asyncio.sleep(0.03)
        alice = await talk.rcpt(ALICE)
        await asyncio.sleep(0.03)
        assert (await talk.rcpt(BOB)).code in {550, 451}
        reply = await talk.send(outgoing(BIG))
        await asyncio.sleep(0.03)
        await talk.mail(SENDER)
        assert (await talk.rcpt(BOB)).code in {550, 451}

    assert alice.code in {250, 451}
    assert reply.code in {250, 451, 554}
    if reply.good:
        assert alice.good
        assert [message.rcpts for message in relay.acked] == [[RCPTS[0]]]


async def test_a_250_that_comes_before_the_final_dot_is_not_believed(relay):
    relay.script("BODY", Act(say="250 2.0.0 Ok: queued as 9", after=300_000))
    relay.pause = 0.01
    async with conversation(smarthost(relay)) as talk:
        await begun(talk, ALICE)
        reply = await talk.send(outgoing(HUGE))

    assert reply.code == 451
    assert relay.acked == []
    await relay.quiet()
    assert relay.messages == []


async def test_a_connection_closed_while_idle_is_replaced_unseen(relay):
    async with conversation(smarthost(relay)) as talk:
        await begun(talk, ALICE)
        assert (await talk.send(outgoing())).good
        relay.script("RSET", CLOSING)
        await begun(talk, ALICE)
        await talk.abort()
        await relay.quiet()
        await begun(talk, BOB)
        assert (await talk.send(outgoing())).good

    assert len(relay.talks) == 2
    assert len(relay.acked) == 2


async def test_a_relay_that_gave_up_waiting_for_the_judgement_is_dialled_again(relay):
    relay.script("RCPT", Act(stray=b"421 4.4.2 timeout exceeded\r\n", stray_wait=0.02, then="close"))
    async with conversation(smarthost(relay)) as talk:
        await begun(talk, ALICE)
        await relay.quiet()
        assert (await talk.send(outgoing())).good

    assert len(relay.talks) == 2
    assert relay.acked[0].rcpts == [RCPTS[0]]


async def test_a_replay_that_is_lost_in_its_turn_is_451(relay):
    async with conversation(smarthost(relay)) as talk:
        await begun(talk, ALICE)
        relay.script("DATA", close())
        relay.script("MAIL", close())
        reply = await talk.send(outgoing())

    assert (reply.code, reply.status) == (451, "4.4.2")
    assert len(relay.talks) == 2


async def test_a_relay_that_does_not_take_rset_is_dialled_again(relay):
    relay.script("RSET", say("502 5.5.1 no such command"))
    async with conversation(smarthost(relay)) as talk:
        await begun(talk, ALICE)
        await talk.abort()
        await begun(talk, BOB)
        assert (await talk.send(outgoing())).good

    assert len(relay.talks) == 2


@pytest.mark.parametrize("refusal", ["450 4.2.0 not this time", "550 5.1.1 not any more"])
async def test_a_replay_goes_on_only_with_the_same_recipients(relay, refusal):
    relay.script("DATA", close())
    async with conversation(smarthost(relay)) as talk:
        await begun(talk, ALICE, BOB)
        relay.refuse[b"bob@city.example"] = refusal
        reply = await talk.send(outgoing())

    assert (reply.code, reply.status) == (451, "4.5.0")
    assert relay.messages == []


async def test_a_replay_whose_sender_is_refused_is_451_though_the_relay_said_550(relay):
    relay.script("DATA", close())
    async with conversation(smarthost(relay)) as talk:
        await begun(talk, ALICE)
        relay.script("MAIL", say("550 5.7.1 go away"))
        reply = await talk.send(outgoing())

    assert reply.code == 451
    assert relay.messages == []


async def test_a_recipient_once_refused_is_not_tried_again_in_a_replay(relay):
    relay.refuse[b"bob@city.example"] = "450 4.2.0 greylisted"
    relay.script("DATA", close())
    async with conversation(smarthost(relay)) as talk:
        await begun(talk, ALICE)
        assert (await talk.rcpt(BOB)).code == 450
        relay.refuse.clear()
        assert (await talk.send(outgoing())).good

    assert relay.acked[0].rcpts == [RCPTS[0]]


async def test_a_relay_that_went_away_between_rcpt_and_data_is_451(relay):
    async with conversation(smarthost(relay)) as talk:
        await begun(talk, ALICE)
        await relay.down()
        reply = await talk.send(outgoing())
        assert (reply.code, reply.status) == (451, "4.4.1")
        await relay.up()
        await begun(talk, BOB)
        assert (await talk.send(outgoing())).good


async def test_a_relay_that_stops_reading_is_given_up_before_the_dot():
    async with FakeRelay(receive_buffer=4096) as relay:
        relay.script("BODY", hang(after=50_000))
        async with conversation(smarthost(relay, reply_timeout=seconds(0.4))) as talk:
            await begun(talk, ALICE)
            async with asyncio.timeout(2):
                reply = await talk.send(outgoing(HUGE))

        assert (reply.code, reply.status) == (451, "4.4.2")
        await relay.down()
        assert relay.messages == []
        assert len(relay.broken) == 1


async def test_a_slow_relay_gets_a_large_message_whole():
    async with FakeRelay(receive_buffer=16384, pause=0.001) as relay:
        async with conversation(smarthost(relay, reply_timeout=seconds(20))) as talk:
            await begun(talk, ALICE)
            assert (await talk.send(outgoing(BIG))).good

        assert relay.acked[0].data == BIG


async def test_what_fails_is_told_plainly_and_the_reason_only_to_the_log(relay, said):
    relay.script("DOT", say("250 2.0.0 secret-internal.example", then="close"), raw(b"Traceback secret\r\n"))
    async with conversation(smarthost(relay)) as talk:
        await begun(talk, ALICE)
        await talk.send(outgoing())
        await begun(talk, ALICE)
        reply = await talk.send(outgoing())

    assert "secret" not in str(reply)
    assert any("secret" in str(event.get("why")) for event in said)


async def test_a_greeting_in_single_octets_is_understood(relay):
    relay.script("CONNECT", split(1))
    relay.script("EHLO", split(3))
    async with conversation(smarthost(relay)) as talk:
        await begun(talk, ALICE)
