import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.smarthost.body import BareLineEnd, blocks, stuffed, transmit
from gateway.smarthost.wire import Lost, Patience
from tests.support.smarthost import outgoing

LINES = st.lists(st.sampled_from([b"", b".", b"..", b". a", b"a.", b"text", b"\x00\xff"]), max_size=12)


def cut(octets: bytes, at: list[int]) -> list[bytes]:
    ends = sorted({min(place, len(octets)) for place in at} | {len(octets)})
    return [octets[start:end] for start, end in zip([0, *ends], ends, strict=False)]


def unstuffed(octets: bytes) -> bytes:
    """As a receiver does it (RFC 5321 §4.5.2), line by line."""
    return b"".join(line.removeprefix(b".") for line in octets.splitlines(keepends=True))


@given(lines=LINES, at=st.lists(st.integers(0, 60), max_size=20), even=st.booleans())
def test_however_it_is_cut_a_message_is_stuffed_as_if_it_were_whole(lines, at, even):
    message = b"".join(line + b"\r\n" for line in lines)
    expected = b"".join((b"." if line.startswith(b".") else b"") + line + b"\r\n" for line in lines)

    assert b"".join(stuffed(cut(message, at), even=even)) == expected


@given(lines=LINES, at=st.lists(st.integers(0, 60), max_size=20), even=st.booleans())
def test_no_message_can_end_the_data_early_or_come_out_changed(lines, at, even):
    message = b"".join(line + b"\r\n" for line in lines)
    sent = b"".join(stuffed(cut(message, at), even=even))

    assert b"\r\n.\r\n" not in b"\r\n" + sent
    assert unstuffed(sent) == message


@given(
    octets=st.lists(st.sampled_from([b"\r", b"\n", b"\r\n", b".", b"a"]), max_size=12).map(b"".join),
    at=st.lists(st.integers(0, 20), max_size=8),
)
def test_a_bare_cr_or_lf_never_goes_out(octets, at):
    bare = b"\r" in octets.replace(b"\r\n", b"") or b"\n" in octets.replace(b"\r\n", b"")
    if bare:
        with pytest.raises(BareLineEnd):
            b"".join(stuffed(cut(octets, at)))
    else:
        sent = b"".join(stuffed(cut(octets, at)))
        assert unstuffed(sent) == octets + (b"" if octets.endswith(b"\r\n") or not octets else b"\r\n")


def test_a_message_without_octets_needs_no_line_before_the_dot():
    assert list(stuffed([])) == []


@given(pieces=st.lists(st.binary(max_size=40_000), max_size=10))
def test_blocks_hold_all_octets_in_order_and_none_but_the_last_is_small(pieces):
    made = list(blocks(pieces))

    assert b"".join(made) == b"".join(pieces)
    assert all(len(block) >= 64 * 1024 for block in made[:-1])


async def test_a_dot_that_could_not_be_confirmed_in_time_is_not_sent(pair):
    wire, relay = pair
    patience = Patience(total=0.1, each=0.1)
    await asyncio.sleep(0.095)

    with pytest.raises(Lost) as lost:
        await transmit(wire, outgoing(), patience)
    assert lost.value.reply.code == 451
    await asyncio.sleep(0)
    assert relay.recv(100) == b""
