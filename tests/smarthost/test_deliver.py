import asyncio
import tracemalloc
from dataclasses import replace

import pytest

from gateway.mail import Address, Command, Envelope, Outgoing
from gateway.mail.content import Content
from tests.support.relay import EXTENSIONS, Act, FakeRelay, close, hang, late, reset, say
from tests.support.smarthost import ALICE, BOB, CLIENT, MESSAGE, SENDER, envelope, outgoing, seconds, smarthost

HUGE = (b"x" * 998 + b"\r\n") * 12_000


async def test_a_message_is_delivered_on_a_connection_of_its_own_in_two_writes(relay):
    receipt = await smarthost(relay).deliver(envelope(ALICE, BOB), outgoing(head=b"X-Hatchway-Release-Id: 1\r\n"))

    assert str(receipt.reply) == "250 2.0.0 Ok: queued as 1"
    assert receipt.refused == ()
    assert relay.acked[0].data == b"X-Hatchway-Release-Id: 1\r\n" + MESSAGE
    [_, transaction, *_] = relay.reads[0]
    assert b" ".join(line.split()[0] for line in transaction.splitlines()) == b"XFORWARD XFORWARD MAIL RCPT RCPT DATA"
    await relay.quiet()
    assert relay.lines[-1] == b"QUIT"


async def test_the_null_sender_is_delivered(relay):
    assert (await smarthost(relay).deliver(envelope(ALICE, mail=Command(path=b"")), outgoing())).reply.good
    assert relay.acked[0].mail == b"MAIL FROM:<> SIZE=%d" % len(MESSAGE)


async def test_a_relay_without_pipelining_takes_a_delivery_too():
    async with FakeRelay(extensions=()) as relay:
        assert (await smarthost(relay).deliver(envelope(ALICE, BOB), outgoing())).reply.good
        assert relay.violations == []
        assert relay.acked[0].mail == b"MAIL FROM:<officer@department.example>"


@pytest.mark.parametrize("extensions", [EXTENSIONS, ("SIZE",)])
async def test_recipients_refused_are_told_apart_and_the_others_get_the_message(extensions):
    async with FakeRelay(extensions=extensions) as relay:
        relay.refuse[b"bob@city.example"] = "550 5.1.1 no such user"
        receipt = await smarthost(relay, xforward=False).deliver(envelope(BOB, ALICE), outgoing())

        assert receipt.reply.good
        assert [(str(who), reply.code) for who, reply in receipt.refused] == [("bob@city.example", 550)]
        assert relay.acked[0].rcpts == [b"RCPT TO:<alice@city.example>"]
        assert relay.violations == []


@pytest.mark.parametrize("extensions", [EXTENSIONS, ("SIZE",)])
async def test_where_all_are_refused_each_is_named_and_one_that_may_be_taken_later_decides(extensions):
    async with FakeRelay(extensions=extensions) as relay:
        relay.refuse[b"alice@city.example"] = "450 4.2.0 greylisted"
        relay.refuse[b"bob@city.example"] = "550 5.1.1 no such user"
        hop = smarthost(relay, xforward=False)
        receipt = await hop.deliver(envelope(ALICE, BOB), outgoing())
        assert receipt.reply.code == 450
        assert [reply.code for _, reply in receipt.refused] == [450, 550]

        assert (await hop.deliver(envelope(BOB), outgoing())).reply.code == 550
        await relay.quiet()
        assert relay.messages == []
        assert relay.violations == []


async def test_data_accepted_for_nobody_gets_the_lone_dot_and_no_message(relay):
    relay.refuse[b"bob@city.example"] = "550 5.1.1 no such user"
    relay.script("DATA", say("354 go ahead all the same"))
    receipt = await smarthost(relay).deliver(envelope(BOB), outgoing())
    await relay.quiet()

    assert receipt.reply.code == 550
    assert [(message.rcpts, message.data) for message in relay.messages] == [([], b"")]
    assert relay.acked == []


async def test_a_sender_refused_is_the_answer_for_all(relay):
    relay.script("MAIL", say("553 5.1.8 unknown sender"))
    receipt = await smarthost(relay).deliver(envelope(ALICE, BOB), outgoing())
    await relay.quiet()

    assert str(receipt.reply) == "553 5.1.8 unknown sender"
    assert receipt.refused == ()
    assert relay.messages == []


@pytest.mark.parametrize(("phase", "code"), [("DATA", 452), ("DATA", 554), ("DOT", 452), ("DOT", 554)])
async def test_a_message_refused_is_the_relays_own_reply(relay, phase, code):
    relay.script(phase, say(f"{code} {code // 100}.3.4 no room"))
    receipt = await smarthost(relay).deliver(envelope(ALICE), outgoing())

    assert str(receipt.reply) == f"{code} {code // 100}.3.4 no room"
    assert relay.acked == []


@pytest.mark.parametrize("phase", ["CONNECT", "EHLO", "XFORWARD", "MAIL", "RCPT", "DATA", "BODY", "DOT"])
@pytest.mark.parametrize("fault", [close(), reset(), hang(), Act(say="421 4.3.2 going down", then="close")])
async def test_whatever_fails_is_a_4yz_receipt(relay, phase, fault):
    relay.script(phase, fault)
    hop = smarthost(relay, connect_timeout=seconds(0.2), reply_timeout=seconds(0.2 if fault.then == "hang" else 15))
    receipt = await hop.deliver(envelope(ALICE), outgoing(HUGE if phase == "BODY" else MESSAGE))

    assert receipt.reply.code == 451
    assert relay.acked == []


async def test_an_unreachable_relay_is_a_4yz_receipt(relay):
    await relay.down()
    assert str((await smarthost(relay).deliver(envelope(ALICE), outgoing())).reply).startswith("451 4.4.1")


async def test_an_xforward_refused_does_not_stop_a_delivery(relay):
    relay.script("XFORWARD", say("550 5.7.0 not from you"))
    assert (await smarthost(relay).deliver(envelope(ALICE), outgoing())).reply.good


async def test_a_message_too_large_for_the_relay_is_refused_before_it_is_sent():
    async with FakeRelay(extensions=("PIPELINING", "SIZE 100")) as relay:
        relay.script("MAIL", say("552 5.3.4 too large"))
        receipt = await smarthost(relay).deliver(envelope(ALICE), outgoing(MESSAGE * 3))

        assert receipt.reply.code == 552
        assert relay.lines[1].endswith(b"SIZE=%d" % (3 * len(MESSAGE)))


async def test_a_stored_message_fits_itself_to_a_relay_that_has_changed():
    asked = replace(SENDER, parameters=(b"BODY=8BITMIME", b"RET=HDRS", b"SIZE=1"))
    async with FakeRelay(extensions=("PIPELINING",)) as relay:
        hop = smarthost(relay)
        assert (await hop.deliver(envelope(replace(ALICE, parameters=(b"NOTIFY=NEVER",)), mail=asked), outgoing())).reply.good
        receipt = await hop.deliver(envelope(ALICE, mail=asked), outgoing("é\r\n".encode()))

        assert str(receipt.reply) == "451 4.6.3 The mail relay does not offer 8BITMIME, which this message needs"
        assert relay.violations == []
        assert len(relay.messages) == 1


async def test_a_bad_path_or_a_missing_spool_file_is_451(relay, tmp_path):
    hop = smarthost(relay)
    bad = Envelope(
        sender=None,
        recipients=(Address(local="a", domain="b"),),
        client=CLIENT,
        mail=Command(path=b""),
        rcpts=(Command(path=b"a@b\r\nDATA"),),
    )
    gone = Outgoing(head=b"", content=Content(size=10, path=tmp_path / "gone"))

    assert (await hop.deliver(bad, outgoing())).reply.status == "4.3.0"
    assert (await hop.deliver(envelope(ALICE), gone)).reply.status == "4.3.0"
    assert relay.messages == []


async def test_no_recipients_are_no_message(relay):
    assert (await smarthost(relay).deliver(envelope(), outgoing())).reply.code == 451
    assert relay.messages == []


async def test_a_thousand_recipients_are_delivered_at_once(relay):
    many = tuple(Command(path=b"user%d@city.example" % number) for number in range(1000))
    receipt = await smarthost(relay, reply_timeout=seconds(20)).deliver(envelope(*many), outgoing())

    assert receipt.reply.good
    assert len(relay.acked[0].rcpts) == 1000


async def test_deliveries_side_by_side_do_not_mix(relay):
    hop = smarthost(relay, reply_timeout=seconds(20))
    relay.refuse[b"user7@city.example"] = "550 5.1.1 no such user"
    ones = [Command(path=b"user%d@city.example" % number) for number in range(20)]
    receipts = await asyncio.gather(*(hop.deliver(envelope(one), outgoing(one.path + b"\r\n")) for one in ones))

    assert [receipt.reply.code for receipt in receipts] == [550 if number == 7 else 250 for number in range(20)]
    assert all(message.rcpts == [b"RCPT TO:<" + message.data.strip() + b">"] for message in relay.acked)


async def test_a_cancelled_delivery_never_sends_its_dot(relay):
    relay.script("DATA", late(0.2))
    task = asyncio.create_task(smarthost(relay).deliver(envelope(ALICE), outgoing()))
    await asyncio.sleep(0.1)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await relay.quiet()

    assert relay.messages == []


async def test_twenty_five_megabytes_pass_through_without_being_held(tmp_path):
    spool = tmp_path / "spool"
    line = b".x" * 499 + b"\r\n"
    spool.write_bytes(line * 25_000)
    message = Outgoing(head=b"X-Hatchway-Id: 1\r\n", content=Content(size=len(line) * 25_000, path=spool))
    async with FakeRelay(keep=False, receive_buffer=65536) as relay:
        tracemalloc.start()
        try:
            receipt = await smarthost(relay, reply_timeout=seconds(30)).deliver(envelope(ALICE), message)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()

        assert receipt.reply.good
        assert relay.messages[0].size == message.size + 25_000 + 3
        assert peak < 4 * 1024**2
