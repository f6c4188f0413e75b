"""The door on a real socket, a next hop in this process that follows the ports, and a client that plays conversations.

    async with opened(NextHop(), settings()) as house:
        async with house.client() as client:
            await client.play('''
                S: 220 *
                C: EHLO client.example
                S: 250-hatchway.department.example*
                C: QUIT
                S: 221 *
            ''')

An `S:` line is a shell pattern for a whole reply, its lines parted by " / ". The next hop is honest: it keeps to the order
of RFC 5321 §3.3, counts only what was sent after accepted recipients, and an aborted transaction delivers nothing.
"""

import asyncio
import re
import socket
import ssl
import textwrap
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Self

from gateway.mail import Client as Speaker
from gateway.mail import Command, Envelope, Mail, Outgoing, Receipt, Reply
from gateway.seat import Crowd
from gateway.settings import Limits, Listener, Notices, Relay, Settings, Tls
from gateway.smtpd import Server

HOSTNAME = "hatchway.department.example"
FULL = {"PIPELINING": "", "SIZE": "104857600", "8BITMIME": "", "SMTPUTF8": "", "DSN": "", "ENHANCEDSTATUSCODES": ""}
NOW = datetime(2026, 11, 10, 15, 0, tzinfo=UTC)
OK = Reply(code=250, status="2.0.0", text="Ok: queued as R1")
GRACE = timedelta(seconds=5)


class FixedClock:
    """It is always the same time."""

    def now(self) -> datetime:
        return NOW


@dataclass
class Conversation:
    """One connection to the relay."""

    hop: "NextHop"
    client: Speaker
    mail_command: Command | None = None
    accepted: list[Command] = field(default_factory=list)
    aborts: int = 0
    closed: bool = False

    async def mail(self, command: Command) -> Reply:
        assert not self.closed, "MAIL on a closed conversation"
        assert self.mail_command is None, "nested MAIL"
        await self.hop.pause("MAIL")
        reply = self.hop.replies.get(b"<" + command.path + b">", Reply(code=250, status="2.1.0", text="Ok"))
        if self.hop.away:
            return Reply(code=451, status="4.4.1", text="The relay cannot be reached")
        if reply.good:
            self.mail_command = command
        self.hop.mails.append(command)
        return reply

    async def rcpt(self, command: Command) -> Reply:
        assert self.mail_command is not None, "RCPT before MAIL"
        await self.hop.pause("RCPT")
        self.hop.rcpts.append(command)
        reply = self.hop.replies.get(command.path, Reply(code=250, status="2.1.5", text="Ok"))
        if reply.good:
            self.accepted.append(command)
        return reply

    async def send(self, message: Outgoing) -> Reply:
        assert self.accepted, "DATA without recipients"
        await self.hop.pause("DATA")
        octets = b"".join(message.chunks())
        assert len(octets) == message.size
        self.mail_command, self.accepted = None, []
        self.hop.delivered.append(octets)
        return self.hop.final

    async def abort(self) -> None:
        self.aborts += 1
        self.mail_command, self.accepted = None, []

    async def close(self) -> None:
        assert not self.closed, "closed twice"
        self.closed = True


@dataclass
class NextHop:
    """A relay. replies: by path (of MAIL: in angle brackets); stalls: verbs that wait until the event is set."""

    extensions: dict[str, str] = field(default_factory=lambda: dict(FULL))
    replies: dict[bytes, Reply] = field(default_factory=dict)
    final: Reply = OK
    away: bool = False
    stalls: dict[str, asyncio.Event] = field(default_factory=dict)
    reached: dict[str, asyncio.Event] = field(default_factory=dict)
    conversations: list[Conversation] = field(default_factory=list)
    mails: list[Command] = field(default_factory=list)
    rcpts: list[Command] = field(default_factory=list)
    delivered: list[bytes] = field(default_factory=list)

    def converse(self, client: Speaker) -> Conversation:
        self.conversations.append(Conversation(self, client))
        return self.conversations[-1]

    async def deliver(self, envelope: Envelope, message: Outgoing) -> Receipt:
        raise NotImplementedError("the door never delivers")

    def stall(self, verb: str) -> asyncio.Event:
        """Let that verb wait; the event it gives lets it go on."""
        self.reached[verb] = asyncio.Event()
        return self.stalls.setdefault(verb, asyncio.Event())

    async def pause(self, verb: str) -> None:
        if verb in self.stalls:
            self.reached[verb].set()
            await self.stalls[verb].wait()


@dataclass
class Submitted:
    """A `submit` that passes everything on, and keeps the mail as it was."""

    mails: list[Mail] = field(default_factory=list)
    contents: list[bytes] = field(default_factory=list)
    error: Exception | None = None
    reply: Reply | None = None

    async def __call__(self, mail: Mail, transaction: Any) -> Reply:
        self.mails.append(mail)
        self.contents.append(mail.content.read())
        if self.error is not None:
            raise self.error
        if self.reply is not None:
            await transaction.abort()
            return self.reply
        return await transaction.send(Outgoing(head=b"", content=mail.content))


def settings(*, limits: dict[str, Any] | None = None, **changed: Any) -> Settings:
    """Settings for one door on this machine."""
    plain: dict[str, Any] = {
        "hostname": HOSTNAME,
        "listen": (Listener(address="127.0.0.1:0"),),
        "relay": Relay(host="127.0.0.1"),
        "client_networks": ("127.0.0.0/8", "2001:db8::/32"),
        "sender_domains": ("department.example",),
        "policies": Path("policies"),
        "roster": Path("roster"),
        "store": Path("store"),
        "control_socket": Path("control"),
        "notices": Notices.model_construct(from_="hatchway@department.example"),
        "limits": Limits().model_copy(update=limits or {}),
    }
    return Settings.model_construct(**{**Settings.model_construct().__dict__, **plain, **changed})


@dataclass
class House:
    """A server with one open door."""

    server: Server
    hop: NextHop
    submitted: Submitted
    port: int
    ca: ssl.SSLContext | None = None

    @asynccontextmanager
    async def client(self, *, source: str = "127.0.0.1", tls: bool = False) -> AsyncIterator["Client"]:
        """A connected client, the greeting not read yet."""
        encryption = {"ssl": self.ca, "server_hostname": HOSTNAME} if tls else {}
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", self.port, local_addr=(source, 0), limit=1 << 20, **encryption
        )
        client = Client(reader, writer, self.ca)
        try:
            yield client
        finally:
            await client.close()

    @asynccontextmanager
    async def greeted(self, **how: Any) -> AsyncIterator["Client"]:
        """A client that has said EHLO."""
        async with self.client(**how) as client:
            await client.reply()
            await client.ask("EHLO client.example")
            yield client

    async def quiet(self) -> None:
        """Wait until no session is left."""
        await until(lambda: not self.server.sessions)


@asynccontextmanager
async def opened(
    hop: NextHop | None = None,
    configured: Settings | None = None,
    *,
    submit: Any = None,
    tls: str = "none",
    ca: ssl.SSLContext | None = None,
    crowd: Crowd | None = None,
) -> AsyncIterator[House]:
    """A server on a port of its own, drained in the end."""
    hop, submitted = hop or NextHop(), Submitted()
    server = Server(configured or settings(), next_hop=hop, submit=submit or submitted, clock=FixedClock(), crowd=crowd)
    listening = socket.create_server(("127.0.0.1", 0), backlog=128)
    port = listening.getsockname()[1]
    await server.start(Listener.model_construct(address=f"127.0.0.1:{port}", tls=tls), listening)
    try:
        yield House(server, hop, submitted, port, ca)
    finally:
        for stalled in hop.stalls.values():
            stalled.set()
        assert await server.drain(GRACE) == 0


class Client:
    """The client's side of one connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, ca: ssl.SSLContext | None) -> None:
        self.reader, self.writer, self._ca = reader, writer, ca

    async def reply(self) -> str:
        """The next reply, its lines parted by " / "; "" once the server has closed."""
        lines: list[str] = []
        async with asyncio.timeout(10):
            while not lines or lines[-1][3:4] == "-":
                try:
                    octets = await self.reader.readuntil(b"\r\n")
                except (asyncio.IncompleteReadError, ConnectionError):
                    return ""
                assert octets.endswith(b"\r\n")
                lines.append(octets[:-2].decode("ascii"))
        return " / ".join(lines)

    def write(self, octets: bytes) -> None:
        self.writer.write(octets)

    async def ask(self, line: str | bytes) -> str:
        self.write((line.encode() if isinstance(line, str) else line) + b"\r\n")
        return await self.reply()

    async def asked(self, *lines: str) -> list[str]:
        return [await self.ask(line) for line in lines]

    async def transaction(self, *recipients: str, sender: str = "officer@department.example") -> str:
        """MAIL, RCPT and DATA; the reply to DATA."""
        for line in (f"MAIL FROM:<{sender}>", *(f"RCPT TO:<{r}>" for r in recipients or ("a@other.example",))):
            assert (reply := await self.ask(line)).startswith("250"), reply
        return await self.ask("DATA")

    async def send(self, message: bytes, *recipients: str) -> str:
        """A whole transaction; the reply to the final dot."""
        assert (reply := await self.transaction(*recipients)).startswith("354"), reply
        self.write(stuffed(message) + b".\r\n")
        return await self.reply()

    async def play(self, script: str) -> None:
        """Say the `C:` lines and hold the replies against the `S:` lines."""
        for line in filter(None, map(str.strip, textwrap.dedent(script).splitlines())):
            who, said = line[:2], line[3:]
            if who == "C:":
                self.write(said.encode() + b"\r\n")
            else:
                reply = await self.reply()
                assert fnmatchcase(reply, said), f"expected {said!r}, heard {reply!r}"

    async def starttls(self) -> None:
        """Go over to TLS after a 220."""
        await self.writer.start_tls(self._ca, server_hostname=HOSTNAME)

    async def gone(self) -> bool:
        """Whether the server closes, without another word."""
        async with asyncio.timeout(10):
            with suppress(ConnectionError):
                return await self.reader.read() == b""
        return True

    def reset(self) -> None:
        """Cut the connection with a RST."""
        with suppress(OSError):
            self.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.writer.transport.abort()

    async def close(self) -> None:
        self.writer.close()
        with suppress(OSError):
            await self.writer.wait_closed()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


async def until(condition: Callable[[], bool]) -> None:
    """Wait for something that is nobody's to announce."""
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110  -- what is waited for has no event
            await asyncio.sleep(0.01)


def stuffed(message: bytes) -> bytes:
    """A message as it goes over the wire, without the final dot (RFC 5321 §4.5.2)."""
    return re.sub(rb"(?m)^\.", b"..", message)


def identity(folder: Path, issue: Callable[[str], Any]) -> Tls:
    """A certificate for the door, as files."""
    certificate = issue(HOSTNAME)
    chain, key = folder / "chain.pem", folder / "key.pem"
    chain.write_bytes(b"".join(blob.bytes() for blob in certificate.cert_chain_pems))
    key.write_bytes(certificate.private_key_pem.bytes())
    return Tls.model_construct(certificate=chain, key=key)
