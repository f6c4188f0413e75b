"""Connections are kept for the next client, and cost no mail where the relay closes one meanwhile."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from gateway.smarthost import Smarthost, kept
from tests.support.relay import Act, FakeRelay, close, reset, say
from tests.support.smarthost import ALICE, BOB, CLIENT, HandClock, begun, conversation, outgoing, settings


@pytest.fixture
async def relay():
    async with FakeRelay() as relay:
        yield relay


@asynccontextmanager
async def keeping(relay, **more):
    hop = Smarthost(settings(relay.port, **more), hostname="hatchway.department.example", clock=HandClock(), keeps=True)
    try:
        yield hop
    finally:
        await hop.close()


async def sent(hop, to=ALICE):
    async with conversation(hop) as talk:
        await begun(talk, to)
        return await talk.send(outgoing())


async def test_the_next_client_has_the_connection_of_the_last_one(relay):
    async with keeping(relay) as hop:
        for _ in range(3):
            assert (await sent(hop)).good

        assert len(relay.talks) == 1
        assert b"QUIT" not in relay.lines
    assert relay.lines[-1] == b"QUIT"
    assert len(relay.acked) == 3


async def test_each_client_is_named_to_the_relay_on_a_connection_that_is_shared(relay):
    async with keeping(relay) as hop:
        assert (await sent(hop)).good
        async with conversation(hop, type(CLIENT)(address="192.0.2.8", helo="desk8")) as talk:
            await begun(talk, ALICE)

    assert len(relay.talks) == 1
    assert any(b"ADDR=192.0.2.8" in line for line in relay.lines)


async def test_two_clients_at_once_have_two_connections(relay):
    async with keeping(relay) as hop:
        assert all(reply.good for reply in await asyncio.gather(sent(hop), sent(hop)))
        assert len(relay.talks) == 2


@pytest.mark.parametrize("act", [close(), reset(), Act(then="close"), say("421 4.3.2 going down", then="close")])
async def test_a_kept_connection_that_is_gone_is_replaced_by_a_fresh_one_and_no_message_is_lost_or_doubled(relay, act):
    async with keeping(relay) as hop:
        assert (await sent(hop)).good
        relay.script("MAIL", act)
        assert (await sent(hop, BOB)).good

    assert len(relay.talks) == 2
    assert [message.rcpts for message in relay.acked] == [[b"RCPT TO:<alice@city.example>"], [b"RCPT TO:<bob@city.example>"]]


async def test_of_many_kept_connections_that_are_gone_one_is_met_and_the_next_is_dialled(relay):
    async with keeping(relay) as hop:
        await asyncio.gather(*(sent(hop) for _ in range(4)))
        many = len(relay.talks)
        relay.script("MAIL", close())
        assert (await sent(hop)).good
        assert len(relay.talks) == many + 1
    assert len(relay.acked) == 5


async def test_a_connection_that_the_relay_closed_while_it_waited_is_not_used(relay):
    relay.script("DOT", Act(stray=b"421 4.4.2 timeout exceeded\r\n", stray_wait=0.02, then="close"))
    async with keeping(relay) as hop:
        assert (await sent(hop)).good
        await relay.quiet()
        assert (await sent(hop)).good

    assert len(relay.talks) == 2
    assert len(relay.messages) == 2


@pytest.mark.parametrize(("phase", "reply"), [("MAIL", "550 5.7.1 no"), ("RCPT", "550 5.1.1 nobody"), ("DOT", "554 5.6.0 no")])
async def test_a_connection_on_which_something_was_refused_is_left(relay, phase, reply):
    async with keeping(relay) as hop:
        relay.script(phase, say(reply))
        async with conversation(hop) as talk:
            if (await talk.mail(ALICE)).good and (await talk.rcpt(BOB)).good:
                await talk.send(outgoing())
        assert relay.lines[-1] == b"QUIT"


async def test_a_connection_with_a_transaction_open_is_left(relay):
    async with keeping(relay) as hop:
        async with conversation(hop) as talk:
            await begun(talk, ALICE)
            assert (await talk.send(outgoing())).good
            await begun(talk, ALICE)
        assert relay.lines[-1] == b"QUIT"
    assert len(relay.acked) == 1


async def test_a_connection_is_kept_for_a_moment_only(relay, monkeypatch):
    monkeypatch.setattr(kept, "IDLE", 0.02)
    async with keeping(relay) as hop:
        assert (await sent(hop)).good
        await relay.quiet()
        assert relay.lines[-1] == b"QUIT"


@pytest.mark.parametrize(("bound", "value"), [("MOST", 0), ("LIFE", 0.0)])
async def test_no_more_are_kept_than_may_be_and_none_that_is_old(relay, monkeypatch, bound, value):
    monkeypatch.setattr(kept, bound, value)
    async with keeping(relay) as hop:
        assert (await sent(hop)).good
        assert relay.lines[-1] == b"QUIT"


async def test_after_a_hundred_messages_a_connection_is_left(relay):
    async with keeping(relay) as hop:
        for _ in range(101):
            assert (await sent(hop)).good
        assert len(relay.talks) == 2


async def test_what_is_closed_keeps_nothing_more(relay):
    async with keeping(relay) as hop:
        await hop.close()
        assert (await sent(hop)).good
        assert relay.lines[-1] == b"QUIT"
