"""An MTA that speaks the milter protocol to the door on a real socket, and a pipeline's end that does as it is told.

    async with opened() as house, house.mta() as mta:
        await mta.greet()
        assert await mta.message() == [("a", b"")]

It is written from the protocol's description and shares no code with the door.
"""

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from gateway.intake import Budget
from gateway.mail import Mail, Reply
from gateway.mail.header import outgoing
from gateway.milter import MilterServer
from gateway.settings import Milter, Settings
from tests.support.smtpd import FixedClock, settings

ALL_ACTIONS, ALL_STEPS = 0x1FF, 0x1FFFFF
GRACE = timedelta(seconds=5)
HEADER = ((b"From", b" Officer <officer@department.example>"), (b"Subject", b" Keys"), (b"X-Odd", b"  folded\n\t value "))
BODY = b"Keys are in the watch office.\r\n"
WHOLE = b"From: Officer <officer@department.example>\r\nSubject: Keys\r\nX-Odd:  folded\r\n\t value \r\n\r\n" + BODY


@dataclass
class Ending:
    """A `submit` that keeps the mail and passes it on, with fields before it, or says `reply`."""

    mails: list[Mail] = field(default_factory=list)
    contents: list[bytes] = field(default_factory=list)
    prepend: tuple[bytes, ...] = ()
    subject: str = ""
    reply: Reply | None = None
    error: Exception | None = None
    stall: asyncio.Event | None = None
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    returns: bool = False

    async def submit(self, mail: Mail, transaction: Any) -> Reply:
        self.reached.set()
        if self.stall is not None:
            await self.stall.wait()
        self.mails.append(mail)
        self.contents.append(mail.content.read())
        if self.error is not None:
            raise self.error
        if self.reply is not None:
            await transaction.abort()
            return self.reply
        return await transaction.send(outgoing(mail.content, prepend=self.prepend, subject=self.subject))

    async def ours(self, _mail: Mail) -> bool:
        return self.returns


def packet(command: bytes, payload: bytes = b"") -> bytes:
    return struct.pack("!I", 1 + len(payload)) + command + payload


def options(version: int = 6, actions: int = ALL_ACTIONS, steps: int = ALL_STEPS) -> bytes:
    return packet(b"O", struct.pack("!III", version, actions, steps))


def strings(*octets: bytes) -> bytes:
    return b"".join(each + b"\0" for each in octets)


def macros(command: bytes, **values: str) -> bytes:
    pairs = ((name if len(name) == 1 else f"{{{name}}}", value) for name, value in values.items())
    return packet(b"D", command + strings(*(octets.encode() for pair in pairs for octets in pair)))


def connect(name: bytes = b"client.example", address: bytes = b"192.0.2.7", family: bytes = b"4", port: int = 4711) -> bytes:
    return packet(b"C", name + b"\0" + family + struct.pack("!H", port) + address + b"\0")


class Mta:
    """The MTA's side of one connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    def say(self, *octets: bytes) -> None:
        self.writer.write(b"".join(octets))

    async def hear(self) -> tuple[str, bytes]:
        """The next packet; ("", b"") once the door has closed."""
        async with asyncio.timeout(10):
            try:
                [length] = struct.unpack("!I", await self.reader.readexactly(4))
                octets = await self.reader.readexactly(length)
            except (asyncio.IncompleteReadError, ConnectionError):
                return "", b""
        return octets[:1].decode(), octets[1:]

    async def ask(self, *octets: bytes) -> tuple[str, bytes]:
        self.say(*octets)
        return await self.hear()

    async def negotiate(self, **offer: int) -> tuple[int, int, int]:
        command, payload = await self.ask(options(**offer))
        assert command == "O"
        return struct.unpack("!III", payload[:12])

    async def greet(self, **client: Any) -> None:
        await self.negotiate()
        self.say(connect(**client), packet(b"H", strings(b"client.example")))

    async def envelope(self, sender: bytes = b"<officer@department.example>", *recipients: bytes, said: tuple[bytes, ...] = ()):
        """MAIL and RCPT; what is said to each."""
        rcpts = (packet(b"R", strings(recipient)) for recipient in recipients or (b"<a@other.example>",))
        return [await self.ask(told) for told in (packet(b"M", strings(sender, *said)), *rcpts)]

    def content(self, header: Any = HEADER, *body: bytes) -> None:
        self.say(*(packet(b"L", strings(*each)) for each in header), packet(b"N"))
        self.say(*(packet(b"B", chunk) for chunk in body or (BODY,)), packet(b"E"))

    async def ending(self) -> list[tuple[str, bytes]]:
        """All that is said at the end of a message."""
        heard = [await self.hear()]
        while heard[-1][0] in {"p", "i", "h", "m"}:
            heard.append(await self.hear())
        return heard

    async def message(self, *body: bytes, header: Any = HEADER, **envelope: Any) -> list[tuple[str, bytes]]:
        """A whole message; what is said at its end."""
        assert {command for command, _ in await self.envelope(**envelope)} == {"c"}
        self.content(header, *body)
        return await self.ending()


@dataclass
class House:
    """A door, what stands behind it, and where it listens."""

    server: MilterServer
    ending: Ending
    socket: Path | None

    @asynccontextmanager
    async def mta(self) -> AsyncIterator[Mta]:
        if self.socket is not None:
            reader, writer = await asyncio.open_unix_connection(self.socket)
        else:
            reader, writer = await asyncio.open_connection(*self.server.address)
        try:
            yield Mta(reader, writer)
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def quiet(self) -> None:
        """Until no connection is left."""
        async with asyncio.timeout(5):
            while self.server.sessions:  # noqa: ASYNC110  -- what is waited for has no event
                await asyncio.sleep(0.01)


def spooled(folder: Path) -> list[Path]:
    """The spool files that are there."""
    return list(folder.glob("hatchway-*"))


@asynccontextmanager
async def opened(
    folder: Path, ending: Ending | None = None, *, tcp: bool = False, progress: float = 5, milter: Any = None, **changed: Any
) -> AsyncIterator[House]:
    """A door on a socket in `folder`, drained in the end."""
    socket = None if tcp else folder / "milter.sock"
    where = {"address": "127.0.0.1:0"} if tcp else {"socket": socket}
    door = Milter().model_copy(update={**where, **(milter or {})})
    configured: Settings = settings(milter=door, spool=folder, **changed)
    ending = ending or Ending()
    budget = Budget(configured.limits.in_flight)
    server = MilterServer(
        configured, submit=ending.submit, ours=ending.ours, clock=FixedClock(), budget=budget, progress=progress
    )
    await server.start()
    try:
        yield House(server, ending, socket)
    finally:
        if ending.stall is not None:
            ending.stall.set()
        assert await server.drain(GRACE) == 0
        assert budget.take(configured.limits.in_flight), "memory was not given back"
        assert not spooled(folder), "a spool file was left"
