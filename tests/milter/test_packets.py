"""Whatever comes, in whatever pieces: packets, or a word that says why not; never an exception, never an accept."""

import struct
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gateway.intake import Budget
from gateway.mail import Outgoing, Reply
from gateway.mail.content import in_memory
from gateway.milter import edits, packets
from gateway.milter.house import House
from gateway.milter.packets import LONGEST, Malformed, Packet, Packets
from gateway.milter.session import Session
from gateway.settings import Limits, Milter
from tests.support import smtpd
from tests.support.milter import connect, macros, options, packet, strings

COMMANDS = b"ABCDEHKLMNOQRTUXp\0"
ADDRESS = st.sampled_from([b"<officer@department.example>", b"<>", b"<a@x>", b"x", b"<\xff>", b"", b"<a@b> c"])
TELLING = st.one_of(
    st.builds(
        lambda command, payload: packet(bytes([command]), payload), st.sampled_from(list(COMMANDS)), st.binary(max_size=40)
    ),
    st.sampled_from([packet(b"N"), packet(b"T"), packet(b"A"), packet(b"K"), packet(b"B", b"x\r"), options(), connect()]),
    st.builds(lambda address: packet(b"M", strings(address, b"SIZE=1")), ADDRESS),
    st.builds(lambda address: packet(b"R", strings(address)), ADDRESS),
    st.builds(lambda name, value: packet(b"L", strings(name, value)), st.binary(max_size=9), st.binary(max_size=9)),
    st.builds(lambda value: macros(b"M", auth_authen=value), st.text(max_size=9)),
)


def cut(octets: bytes, cuts: list[int]) -> list[bytes]:
    places = [0, *sorted(place % (len(octets) + 1) for place in cuts), len(octets)]
    return [octets[start:end] for start, end in pairwise(places)]


@given(st.lists(st.tuples(st.sampled_from(list(COMMANDS)), st.binary(max_size=60)), max_size=8), st.lists(st.integers(0, 500)))
def test_packets_are_found_however_they_are_cut(sent, cuts):
    stream = b"".join(packet(bytes([command]), payload) for command, payload in sent)
    found, stock = [], Packets()
    for piece in cut(stream, cuts):
        stock.feed(piece)
        while (one := stock.next()) is not None:
            found.append(one)
    assert found == [Packet(bytes([command]), payload) for command, payload in sent]
    assert stock.waiting == 0


@pytest.mark.parametrize("length", [0, LONGEST + 1, 2**32 - 1])
def test_a_packet_of_no_possible_length_is_seen_before_its_octets_are_waited_for(length):
    stock = Packets()
    stock.feed(struct.pack("!I", length))
    assert stock.next() == Malformed(f"a packet of {length} octets")


@given(st.binary(max_size=80))
@example(b"C\0")
@example(b"host\x004\x00\x19192.0.2.1")
def test_no_payload_is_an_exception(payload):
    for read in (packets.options, packets.strings, packets.macros, packets.header, packets.client):
        read(payload)


class Wires:
    """A transport that keeps what is written."""

    def __init__(self):
        self.written = b""
        self.closing = False

    def write(self, octets):
        assert not self.closing
        self.written += octets

    def close(self):
        self.closing = True

    abort = close

    def is_closing(self):
        return self.closing

    def pause_reading(self):
        pass

    resume_reading = pause_reading

    def get_extra_info(self, _name):
        return None


def house(tmp_path_factory):
    configured = smtpd.settings(milter=Milter(), spool=tmp_path_factory, limits={"message_size": 50, "in_memory": 10})
    budget = Budget(Limits().in_flight)

    async def fails(*_arguments):
        raise RuntimeError("a fault")

    return House(configured, submit=fails, ours=fails, clock=smtpd.FixedClock(), budget=budget), budget


def heard(written: bytes) -> list[bytes]:
    stock, found = Packets(), []
    stock.feed(written)
    while isinstance(one := stock.next(), Packet):
        found.append(one.command)
    return found


@given(
    st.booleans(), st.lists(st.one_of(TELLING, st.binary(max_size=30)), max_size=12), st.lists(st.integers(0, 900), max_size=6)
)
@settings(max_examples=300)
def test_whatever_is_told_in_whatever_pieces_nothing_is_raised_and_nothing_accepted(tmp_path_factory, begun, told, cuts):
    inside, budget = house(tmp_path_factory.getbasetemp())
    inside.finish = lambda work: (inside.unfinished.add(work), work.close())
    wires, sessions = Wires(), set()
    session = Session(inside, sessions)
    session.connection_made(wires)
    start = options() + connect() + packet(b"M", strings(b"<officer@department.example>")) if begun else b""
    for piece in cut(start + b"".join(told), cuts):
        if not wires.closing:
            session.data_received(piece)
    session.connection_lost(None)
    assert not {b"a", b"d"} & set(heard(wires.written))
    assert not sessions
    if not inside.unfinished:
        assert budget.take(Limits().in_flight)


@given(st.integers(200, 599), st.text(max_size=80), st.booleans())
def test_only_a_good_reply_is_an_accept_or_a_discard(code, text, sent):
    outgoing = Outgoing(head=b"", content=in_memory(b"\r\nx\r\n")) if sent else None
    said = heard(edits.told(Reply(code=code, status="", text=text), outgoing))
    if 200 <= code < 300:
        assert said == [b"a" if sent else b"d"]
    else:
        assert said == [b"y"]
