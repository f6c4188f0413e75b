"""What benchmarks send, and what sends and takes it: seeded messages, a client and a last hop, in one event loop.

S: 4 KB of text; M: a newsletter of 30 KB, text and HTML; L: an attachment of 5 MB, XL: 25 MB; MIX: 70 % S, 25 % M, 5 % of 1 MB.
No two S or M are alike, so that nobody's memory of what was judged before is measured. In one of twenty PHRASES find a line.
"""

import asyncio
import random
import re
import time
from base64 import encodebytes
from dataclasses import dataclass, field

PHRASES = ("donate to our campaign", "vote for", "early voting", "elect our", "ballot measure", "election day", "chip in $")
_WORDS = tuple(
    re.findall(
        r"\w+",
        """
roll call watch office shift overtime sheet payroll garage unit keys range qualification ceiling repair
council fleet contract bid notes week meeting training room form budget order report patrol desk radio vehicle
locker uniform court date notice bridge road closure crew supervisor lunch holiday calendar vacation request
printer toner network password reset badge door schedule draft review minutes agenda visitor parking lot light
water heater key log tape map sign pager duty roster
""",
    )
)
_HEAD = (
    "Received: from desk{0}.department.example (desk.department.example [192.0.2.{1}])\r\n\tby mail.department.example with ESMTP"
    " id {2}\r\n\tfor <watch@other.example>; Tue, 03 Nov 2026 10:00:00 +0000\r\n"
    "From: Dana Reed <dreed@department.example>\r\nTo: Watch <watch@other.example>\r\nSubject: {3}\r\n"
    "Date: Tue, 03 Nov 2026 10:00:00 +0000\r\nMessage-ID: <{2}@department.example>\r\nMIME-Version: 1.0\r\n"
)
_POLITICAL = 20
_SIZES = {"l": 1_000_000, "L": 5_000_000, "X": 25_000_000}


def messages(name: str, count: int) -> list[bytes]:
    """So many messages of that name, as they go over the wire up to the dot."""
    rng = random.Random(name)
    attached = {size: encodebytes(rng.randbytes(size * 57 // 78)).replace(b"\n", b"\r\n") for size in _SIZES.values()}
    kinds = {"S": "S", "M": "M", "L": "L", "XL": "X", "MIX": "S" * 14 + "M" * 5 + "l"}[name]
    made = {"S": _small, "M": _newsletter}
    found = []
    for number in range(count):
        kind = rng.choice(kinds)
        political = number % _POLITICAL == _POLITICAL - 1
        if kind in made:
            found.append(made[kind](rng, number, political))
        else:
            found.append(_attachment(rng, number, political, attached[_SIZES[kind]]))
    return [octets.replace(b"\r\n.", b"\r\n..") + b".\r\n" for octets in found]


def _head(rng, number):
    subject = " ".join(rng.choices(_WORDS, k=6)).capitalize()
    return _HEAD.format(number % 9, number % 250, rng.randbytes(8).hex(), subject)


def _sentences(rng, octets, political):
    said, length = [], 0
    while length < octets:
        said.append(" ".join(rng.choices(_WORDS, k=rng.randrange(6, 16))).capitalize() + ".")
        length += len(said[-1]) + 1
    if political:
        said.insert(rng.randrange(len(said)), f"We ask you: {rng.choice(PHRASES)} this week.")
    return said


def _text(said):
    """Some sentences a paragraph."""
    return "\r\n\r\n".join("\r\n".join(said[at : at + 5]) for at in range(0, len(said), 5)) + "\r\n"


def _small(rng, number, political):
    kind = "Content-Type: text/plain; charset=us-ascii\r\n\r\n"
    return (_head(rng, number) + kind + _text(_sentences(rng, 3_400, political))).encode()


def _newsletter(rng, number, political):
    said = _sentences(rng, 7_500, political)
    rows = "".join(
        f'<table width="600" cellpadding="0"><tr><td style="padding:16px 24px;font-size:15px;color:#333333">\r\n'
        f'<h2 style="margin:0">{said[at][:40]}</h2>\r\n<p style="margin:0 0 12px">'
        f'{" ".join(said[at : at + 5])}</p>\r\n<a style="color:#0a7" '
        f'href="https://news.department.example/{rng.randbytes(40).hex()}">Read&nbsp;more</a></td></tr></table>\r\n'
        for at in range(0, len(said), 5)
    )
    page = f"<!DOCTYPE html><html><head><style>body{{margin:0}}</style></head><body>\r\n{rows}</body></html>\r\n"
    part = "--b1\r\nContent-Type: text/{}; charset=utf-8\r\n\r\n{}\r\n"
    kind = 'Content-Type: multipart/alternative; boundary="b1"\r\n\r\n'
    return (_head(rng, number) + kind + part.format("plain", _text(said)) + part.format("html", page) + "--b1--\r\n").encode()


def _attachment(rng, number, political, attached):
    kind = 'Content-Type: multipart/mixed; boundary="b1"\r\n\r\n--b1\r\nContent-Type: text/plain\r\n\r\n'
    file = '\r\n--b1\r\nContent-Type: application/octet-stream; name="a.bin"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
    return (_head(rng, number) + kind + _text(_sentences(rng, 2_000, political)) + file).encode() + attached + b"--b1--\r\n"


class LastHop(asyncio.Protocol):
    """Takes everything, at once, and counts it. taken: messages by all its connections."""

    def __init__(self, counted: "Counted") -> None:
        self._counted = counted
        self._data = False
        self._left = b""

    def connection_made(self, transport: asyncio.Transport) -> None:
        """From the loop."""
        self._wire = transport
        transport.write(b"220 hop ESMTP\r\n")

    def data_received(self, data: bytes) -> None:
        """From the loop. What was not understood yet is little: a line, or the last octets of a message."""
        data = self._left + data
        while True:
            end = data.find(b"\r\n.\r\n" if self._data else b"\r\n")
            if end < 0:
                self._left = data[-4:] if self._data else data
                return
            if self._data:
                data, self._data = data[end + 5 :], False
                self._counted.taken += 1
                self._wire.write(b"250 2.0.0 taken\r\n")
            else:
                line, data = data[:end], data[end + 2 :]
                self._answer(line[:4].upper())

    def _answer(self, verb: bytes) -> None:
        match verb:
            case b"DATA":
                self._data = True
                self._wire.write(b"354 go on\r\n")
            case b"EHLO":
                self._wire.write(b"250-hop\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SIZE 60000000\r\n")
            case b"QUIT":
                self._wire.write(b"221 2.0.0 bye\r\n")
                self._wire.close()
            case _:
                self._wire.write(b"250 2.0.0 ok\r\n")


@dataclass(slots=True)
class Counted:
    """What happened. took: seconds of each message from connecting to the last reply."""

    taken: int = 0
    refused: list[bytes] = field(default_factory=list)
    took: list[float] = field(default_factory=list)


async def send(port: int, message: bytes, counted: Counted) -> None:
    """One message in one connection, a command at a time."""
    begun = time.perf_counter()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        await _reply(reader)
        for line in (b"EHLO client.example", b"MAIL FROM:<dreed@department.example>", b"RCPT TO:<watch@other.example>", b"DATA"):
            writer.write(line + b"\r\n")
            last = await _reply(reader)
            if last[:1] not in b"23":
                counted.refused.append(last)
                return
        writer.write(message)
        last = await _reply(reader)
        if last[:1] == b"2":
            counted.took.append(time.perf_counter() - begun)
        else:
            counted.refused.append(last)
        writer.write(b"QUIT\r\n")
        await _reply(reader)
    finally:
        writer.close()


async def _reply(reader: asyncio.StreamReader) -> bytes:
    line = await reader.readline()
    while line[3:4] == b"-":
        line = await reader.readline()
    if not line:
        raise ConnectionResetError
    return line


async def by(connections: int, port: int, queue: list[bytes]) -> Counted:
    """All of these messages, by so many connections at once, each message in one of its own."""
    counted = Counted()
    waiting = list(reversed(queue))

    async def client() -> None:
        while waiting:
            await send(port, waiting.pop(), counted)

    await asyncio.gather(*(client() for _ in range(min(connections, len(queue)))))
    return counted
