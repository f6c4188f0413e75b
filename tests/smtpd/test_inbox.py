import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.smtpd.inbox import LINE, Inbox, Stop


class Transport:
    def __init__(self):
        self.calls = []

    def pause_reading(self):
        self.calls.append("pause")

    def resume_reading(self):
        self.calls.append("resume")


@given(
    lines=st.lists(st.binary(max_size=9).map(lambda o: o.replace(b"\n", b"").rstrip(b"\r")), max_size=8),
    cuts=st.lists(st.integers(0, 90)),
)
def test_lines_come_out_whole_wherever_they_are_cut(lines, cuts):
    stream = b"".join(line + b"\r\n" for line in lines)

    async def taken():
        inbox = Inbox()
        reading = asyncio.create_task(all_lines(inbox))
        start = 0
        for cut in [*sorted(c % (len(stream) + 1) for c in cuts), len(stream)]:
            inbox.feed(stream[start:cut])
            start = cut
            await asyncio.sleep(0)
        inbox.end()
        return await reading

    async def all_lines(inbox):
        found = []
        while isinstance(line := await inbox.line(), bytes):
            found.append(line)
        return found, line

    assert asyncio.run(taken()) == (lines, Stop.ENDED)


@pytest.mark.parametrize(
    ("octets", "stop"),
    [
        (b"NOOP\n", Stop.BARE),
        (b"\n", Stop.BARE),
        (b"a" * LINE + b"\r\n", Stop.LONG),
        (b"a" * 70_000, Stop.ENDLESS),
    ],
)
async def test_a_line_that_is_none_says_why(octets, stop):
    inbox = Inbox()
    inbox.feed(octets)
    assert await inbox.line() is stop


async def test_a_line_longer_than_allowed_is_taken_away_and_the_next_is_read():
    inbox = Inbox()
    inbox.feed(b"a" * (LINE - 2) + b"\r\n" + b"a" * (LINE - 1) + b"\r\nNOOP\r\n")
    assert [await inbox.line() for _ in range(3)] == [b"a" * (LINE - 2), Stop.LONG, b"NOOP"]


async def test_a_flood_is_held_back_until_it_is_taken():
    inbox, transport = Inbox(), Transport()
    inbox.attach(transport)
    inbox.feed(b"a" * 300_000)
    inbox.feed(b"a")
    assert transport.calls == ["pause"]
    assert len(await inbox.some()) == 300_001
    assert transport.calls == ["pause", "resume"]


async def test_another_transport_begins_with_nothing():
    inbox, first, second = Inbox(), Transport(), Transport()
    inbox.attach(first)
    inbox.feed(b"NOOP\r\n" + b"a" * 300_000)
    inbox.attach(second)
    assert not inbox.waiting
    assert (first.calls, second.calls) == (["pause", "resume"], [])
    inbox.feed(b"QUIT\r\n")
    assert await inbox.line() == b"QUIT"


async def test_waking_comes_before_lines_that_wait():
    inbox = Inbox()
    waiting = asyncio.create_task(inbox.line())
    await asyncio.sleep(0)
    inbox.wake()
    inbox.feed(b"NOOP\r\n")
    assert await waiting is Stop.WOKEN
    assert await inbox.line() is Stop.WOKEN
