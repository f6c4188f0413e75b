"""The stream alone, over a pair of sockets whose other end the test holds in its hand."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.mail import Reply
from gateway.smarthost.wire import Group, Lost, Patience, Wire

CODES = st.sampled_from([250, 251, 354, 450, 550])
TEXTS = st.lists(st.sampled_from(["", "2.1.0 Ok", "Ok", "- odd", "a  b ", "été"]), min_size=1, max_size=4)


class NoTransport(asyncio.Transport):
    """Takes what is written and says nothing; the test calls the protocol itself."""

    def __init__(self) -> None:
        super().__init__()
        self.closed = False

    def set_protocol(self, protocol):
        pass

    def set_write_buffer_limits(self, high=None, low=None):
        pass

    def write(self, data):
        pass

    def abort(self):
        self.closed = True

    def is_closing(self):
        return self.closed


def heard(octets: bytes, cuts: list[int], count: int) -> list[Reply]:
    """The replies read from octets that come in the pieces they are cut into."""

    async def listen() -> list[Reply]:
        wire = Wire(NoTransport(), {})
        wire.write(b"NOOP\r\n" * count, replies=count)
        ends = sorted({min(cut, len(octets)) for cut in cuts} | {len(octets)})
        for start, end in zip([0, *ends], ends, strict=False):
            wire.data_received(octets[start:end])
        return [await wire.reply(250, 251, 354, within=1) for _ in range(count)]

    return asyncio.run(listen())


@given(
    replies=st.lists(st.tuples(CODES, TEXTS), min_size=1, max_size=5),
    cuts=st.lists(st.integers(0, 200), max_size=30),
    end=st.sampled_from(["\r\n", "\n"]),
)
def test_replies_are_read_the_same_however_the_network_cuts_them(replies, cuts, end):
    octets = b""
    for code, lines in replies:
        octets += "".join(f"{code}-{line}{end}" for line in lines[:-1]).encode() + f"{code} {lines[-1]}{end}".encode()

    assert heard(octets, cuts, len(replies)) == [Reply.parse(code, "\n".join(lines)) for code, lines in replies]


@pytest.mark.parametrize(
    "octets",
    [
        b"hello\r\n",
        b"25\r\n",
        b"250_ok\r\n",
        b"150 wait\r\n",
        b"250-a\r\n550 b\r\n",
        b"650 a\r\n",
        b"250 a\rb\r\n",
        b"\r\n",
        b"\x00\n",
    ],
)
async def test_what_is_no_reply_ends_the_connection(pair, octets):
    wire, relay = pair
    wire.write(b"NOOP\r\n", replies=1)
    relay.sendall(octets)

    with pytest.raises(Lost) as lost:
        await wire.reply(250, within=1)
    assert lost.value.reply.status == "4.5.0"
    assert not wire.whole


@pytest.mark.parametrize("octets", [b"250 " + b"x" * 40_000, b"250-\r\n" * 10_000])
async def test_a_reply_without_end_is_not_waited_for(pair, octets):
    wire, relay = pair
    relay.settimeout(0)
    wire.write(b"NOOP\r\n", replies=1)
    sending = asyncio.create_task(asyncio.get_running_loop().sock_sendall(relay, octets))

    with pytest.raises(Lost):
        await wire.reply(250, within=1)
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)


@pytest.mark.parametrize("octets", [b"250 2.0.0 Ok\r\n", b"250 2.0", b"250-2.0.0 more\r\n", b"2"])
async def test_octets_that_nobody_asked_for_are_never_part_of_the_next_reply(pair, octets):
    wire, relay = pair
    relay.sendall(octets)
    await wire.settle()

    assert not wire.whole
    with pytest.raises(Lost):
        wire.write(b"RCPT TO:<a@b.example>\r\n", replies=1)


async def test_one_reply_too_many_leaves_none_of_them_credible(pair):
    wire, relay = pair
    wire.write(b"NOOP\r\n", replies=1)
    relay.sendall(b"250 2.0.0 Ok\r\n250 2.0.0 Ok: queued\r\n")

    with pytest.raises(Lost):
        await wire.reply(250, within=1)


async def test_a_goodbye_behind_a_reply_does_not_take_the_reply_back(pair):
    wire, relay = pair
    wire.write(b"NOOP\r\n", replies=1)
    relay.sendall(b"250 2.0.0 Ok: queued\r\n421 4.3.2 going down\r\n")

    assert (await wire.reply(250, within=1)).text == "Ok: queued"
    assert not wire.whole


async def test_a_reply_that_came_before_the_connection_closed_counts(pair):
    wire, relay = pair
    wire.write(b"NOOP\r\n", replies=1)
    relay.sendall(b"250 2.0.0 Ok: queued\r\n")
    relay.close()
    await asyncio.sleep(0.01)

    assert (await wire.reply(250, within=1)).text == "Ok: queued"
    with pytest.raises(Lost):
        await wire.reply(250, within=1)


async def test_half_a_reply_before_the_connection_closed_does_not_count(pair):
    wire, relay = pair
    wire.write(b"NOOP\r\n", replies=1)
    relay.sendall(b"250 2.0.0 Ok: queued")
    relay.close()

    with pytest.raises(Lost) as lost:
        await wire.reply(250, within=1)
    assert lost.value.reply.status == "4.4.2"


async def test_a_reader_that_is_cancelled_takes_the_connection_with_it(pair):
    wire, relay = pair
    wire.write(b"MAIL FROM:<>\r\n", replies=1)
    reading = asyncio.create_task(wire.reply(250, within=5))
    await asyncio.sleep(0.01)
    reading.cancel()
    await asyncio.gather(reading, return_exceptions=True)

    assert not wire.whole
    await asyncio.sleep(0.01)
    assert relay.recv(100) == b"MAIL FROM:<>\r\n"
    assert relay.recv(100) == b""


@pytest.mark.parametrize("turns", range(2))
@pytest.mark.parametrize("step", [lambda wire: wire.drain(5), lambda wire: wire.settle()])
async def test_whoever_is_cancelled_between_two_writes_takes_the_connection_with_it(pair, step, turns):
    wire, _relay = pair
    wire.write(b"half a message")
    writing = asyncio.create_task(step(wire))
    for _ in range(turns):
        await asyncio.sleep(0)
    done = writing.done()
    writing.cancel()
    await asyncio.gather(writing, return_exceptions=True)
    assert wire.whole is (done or not turns)  # what never began does nothing


async def test_silence_ends_the_connection(pair):
    wire, _ = pair
    wire.write(b"NOOP\r\n", replies=1)

    with pytest.raises(Lost) as lost:
        await wire.reply(250, within=0.05)
    assert lost.value.reply.text == "The mail relay does not answer, please try again later"
    assert not wire.whole


async def test_a_relay_that_does_not_pipeline_gets_one_command_at_a_time(pair):
    _, relay = pair
    wire = Wire(pair[0]._transport, {})
    group = Group(wire, [b"MAIL\r\n", b"RCPT\r\n"], Patience(total=1, each=1))
    first = asyncio.create_task(group.reply(250))
    await asyncio.sleep(0.01)

    assert relay.recv(100) == b"MAIL\r\n"
    relay.sendall(b"250 Ok\r\n")
    await first
    second = asyncio.create_task(group.reply(250))
    await asyncio.sleep(0.01)
    assert relay.recv(100) == b"RCPT\r\n"
    relay.sendall(b"250 Ok\r\n")
    await second


async def test_writing_stops_while_the_relay_does_not_read_and_goes_on_when_it_does(pair):
    wire, relay = pair
    wire.write(b"x" * 4_000_000)
    draining = asyncio.create_task(wire.drain(5))
    await asyncio.sleep(0.02)
    assert not draining.done()

    relay.settimeout(0)
    received = 0
    while received < 4_000_000:
        received += len(await asyncio.get_running_loop().sock_recv(relay, 1 << 20))
    await draining
    assert wire.whole


async def test_a_connection_lost_while_writing_is_noticed_without_another_write(pair):
    wire, relay = pair
    wire.write(b"x" * 4_000_000)
    draining = asyncio.create_task(wire.drain(5))
    await asyncio.sleep(0.01)
    relay.close()

    with pytest.raises(Lost):
        await draining
