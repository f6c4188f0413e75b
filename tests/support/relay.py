"""A relay to test against: a real SMTP server on a real socket that keeps what it is given and fails when told to.

    async with FakeRelay() as relay:
        relay.script("MAIL", say("450 4.7.1 not now"))     # the next MAIL; the one after gets the usual reply
        relay.script("DOT", close())                       # the message came in whole, its reply never goes out
        ...                                                # connect to relay.host, relay.port
        assert relay.messages[0].data == b"Subject: hello\r\n\r\nhello\r\n"

It is honest: it answers as a relay would unless a script says otherwise, counts a message as `acked` only once the 250
has gone out, and follows RFC 5321, 2920 and 3207 strictly. What a client does wrong is refused and written to `violations`:
a bare CR or LF, a line that begins with a dot and is not stuffed, commands sent ahead to a relay that does not pipeline,
octets behind DATA before the 354, a parameter whose extension was not offered. Only CRLF.CRLF ends a message.

Phases of a script: CONNECT EHLO HELO STARTTLS AUTH XFORWARD MAIL RCPT DATA BODY DOT RSET NOOP QUIT. BODY is acted on while
the message comes in, once `after` of its octets have; DOT in place of the reply to the final dot. What it can be told to
do is in acts.py and may be imported from here.

What it saw: `messages` (whole ones), `broken` (cut off before the final dot), `talks` (command lines by connection),
`reads` (what came in at once, by connection, outside the message). `down()` closes the port to new and open connections,
`up()` opens the same port again. `refuse[path] = "550 …"` refuses a recipient wherever it is named. A slow relay has a
`pause` (seconds between reads of a message) and a small `receive_buffer`; one that does not `keep` counts a message's octets
only (`size`, as they came, the dot included).
"""

import asyncio
import base64
import re
import socket
import ssl
import struct
from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import Self

from tests.support.acts import NEEDS, PHASES, Act, close, hang, late, raw, reset, say, split, stray

__all__ = ["Act", "FakeRelay", "Message", "close", "hang", "late", "raw", "reset", "say", "split", "stray"]

EXTENSIONS = (
    "PIPELINING",
    "SIZE 52428800",
    "8BITMIME",
    "SMTPUTF8",
    "DSN",
    "ENHANCEDSTATUSCODES",
    "XFORWARD NAME ADDR PORT PROTO HELO IDENT SOURCE",
)
_PATH = re.compile(rb"(?:MAIL FROM|RCPT TO):<([^>]*)>((?: [!-~]+)*)", re.IGNORECASE)
_BARE = re.compile(rb"(?<!\r)\n|\r(?!\n)")
_UNSTUFFED = re.compile(rb"\r\n\.(?!\.)")


@dataclass(slots=True, kw_only=True)
class Message:
    """A transaction. mail, rcpts (those accepted), xforward: whole command lines without CRLF. data: unstuffed."""

    mail: bytes = b""
    rcpts: list[bytes] = field(default_factory=list)
    xforward: list[bytes] = field(default_factory=list)
    data: bytes = b""
    size: int = 0
    acked: bool = False
    connection: int = 0
    tls: bool = False
    login: str = ""


class FakeRelay:
    """See the head of this file. users: {name: password}; MAIL then needs AUTH. tls: for STARTTLS, or implicit from the start."""

    host = "127.0.0.1"
    port = 0

    def __init__(
        self,
        *,
        extensions: tuple[str, ...] = EXTENSIONS,
        tls: ssl.SSLContext | None = None,
        implicit: bool = False,
        users: dict[str, str] | None = None,
        receive_buffer: int = 0,
        pause: float = 0,
        keep: bool = True,
    ) -> None:
        self.extensions = extensions
        self.tls = tls
        self.implicit = implicit
        self.users = users or {}
        self.receive_buffer = receive_buffer
        self.pause = pause
        self.keep = keep
        self.refuse: dict[bytes, str] = {}
        self.messages: list[Message] = []
        self.broken: list[Message] = []
        self.talks: list[list[bytes]] = []
        self.reads: list[list[bytes]] = []
        self.violations: list[str] = []
        self.faults: list[BaseException] = []
        self._scripts: dict[str, deque[Act]] = defaultdict(deque)
        self._sessions: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        await self.up()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.down()
        if self.faults:
            raise self.faults[0]

    @property
    def acked(self) -> list[Message]:
        """The messages it answered with 250."""
        return [message for message in self.messages if message.acked]

    @property
    def lines(self) -> list[bytes]:
        """All command lines, connection by connection."""
        return [line for talk in self.talks for line in talk]

    @property
    def open(self) -> int:
        """Connections open now."""
        return len(self._sessions)

    def script(self, phase: str, *acts: Act) -> None:
        """Do these in that phase, one each time it comes, and then as usual."""
        if phase not in PHASES:
            raise ValueError(phase)
        self._scripts[phase].extend(acts)

    def act(self, phase: str) -> Act | None:
        waiting = self._scripts[phase]
        return waiting.popleft() if waiting else None

    def peek(self, phase: str) -> Act | None:
        return self._scripts[phase][0] if self._scripts[phase] else None

    async def up(self) -> None:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.receive_buffer:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self.receive_buffer)
        listener.bind((self.host, self.port))
        self.port = listener.getsockname()[1]
        self._server = await asyncio.start_server(self._connected, sock=listener, ssl=self.tls if self.implicit else None)

    async def down(self) -> None:
        if self._server is None:
            return
        server, self._server = self._server, None
        server.close()
        for task in self._sessions:
            task.cancel()
        await asyncio.gather(*self._sessions, return_exceptions=True)
        await server.wait_closed()

    async def quiet(self, seconds: float = 5) -> None:
        """Wait until no connection is open, for at most so long."""
        if self._sessions:
            _, still = await asyncio.wait(self._sessions, timeout=seconds)
            assert not still, "a connection is still open"

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.talks.append([])
        self.reads.append([])
        session = _Session(self, reader, writer, len(self.talks) - 1)
        task = asyncio.get_running_loop().create_task(session.run())
        self._sessions.add(task)
        task.add_done_callback(self._sessions.discard)


class _Gone(Exception):  # noqa: N818  -- the connection's end, not an error
    pass


class _Session:
    def __init__(self, relay: FakeRelay, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int) -> None:
        self._relay = relay
        self._reader = reader
        self._writer = writer
        self._number = number
        self._buffer = b""
        self._greeted = False
        self._tls = relay.implicit
        self._login = ""
        self._message: Message | None = None
        self._xforward: list[bytes] = []

    async def run(self) -> None:
        try:
            await self._reply("CONNECT", "220 relay.example ESMTP")
            while True:
                await self._command(await self._line())
        except (_Gone, ConnectionError, ssl.SSLError):
            return
        except Exception as fault:  # noqa: BLE001  -- the relay's own faults must fail the test
            self._relay.faults.append(fault)
        finally:
            self._writer.transport.abort()

    async def _command(self, line: bytes) -> None:
        self._relay.talks[self._number].append(line)
        verb = re.match(rb"[A-Za-z]*", line)[0].upper().decode()
        handler = getattr(self, f"on_{verb.lower()}", None) if verb in PHASES else None
        if self._buffer and (verb not in {"XFORWARD", "MAIL", "RCPT", "RSET"} or not self._offers("PIPELINING")):
            self._violation(f"octets sent ahead behind {verb}")
        if handler is None:
            await self._reply("NOOP", "502 5.5.2 no such command")
        elif not self._greeted and verb not in {"EHLO", "HELO", "QUIT"}:
            await self._reply(verb, "503 5.5.1 EHLO first")
        else:
            await handler(line)

    async def on_ehlo(self, _: bytes) -> None:
        self._greeted, self._message = True, None
        words = ["relay.example", *self._relay.extensions]
        if self._relay.tls and not self._tls:
            words.append("STARTTLS")
        if self._relay.users:
            words.append("AUTH PLAIN LOGIN")
        await self._reply("EHLO", "\n".join(f"250 {word}" for word in words))

    async def on_helo(self, _: bytes) -> None:
        self._greeted, self._message = True, None
        await self._reply("HELO", "250 relay.example")

    async def on_starttls(self, _: bytes) -> None:
        if self._relay.tls is None or self._tls:
            await self._reply("STARTTLS", "502 5.5.1 no")
        elif await self._reply("STARTTLS", "220 2.0.0 go ahead") == 220:
            self._buffer, self._greeted, self._tls = b"", False, True
            await self._writer.start_tls(self._relay.tls)

    async def on_auth(self, line: bytes) -> None:
        words = line.decode().split()
        if words[1].upper() == "PLAIN":
            name, password = base64.b64decode(words[2]).decode().split("\0")[1:]
        else:
            name = base64.b64decode(words[2]).decode()
            self._write(b"334 UGFzc3dvcmQ6\r\n")
            password = base64.b64decode(await self._line()).decode()
        known = self._relay.users.get(name) == password
        if await self._reply("AUTH", "235 2.7.0 welcome" if known else "535 5.7.8 wrong") == 235:
            self._login = name

    async def on_xforward(self, line: bytes) -> None:
        if await self._reply("XFORWARD", "503 5.5.1 in a transaction" if self._message else "250 2.0.0 Ok") == 250:
            self._xforward.append(line)

    async def on_mail(self, line: bytes) -> None:
        usual = "250 2.1.0 Ok"
        if self._message:
            usual = "503 5.5.1 nested MAIL"
        elif self._relay.users and not self._login:
            usual = "530 5.7.0 AUTH first"
        if await self._reply("MAIL", self._judged(line) or usual) == 250:
            self._message = Message(mail=line, xforward=self._xforward, connection=self._number, tls=self._tls, login=self._login)
            self._xforward = []

    async def on_rcpt(self, line: bytes) -> None:
        usual = "250 2.1.5 Ok" if self._message else "503 5.5.1 MAIL first"
        found = _PATH.fullmatch(line)
        refusal = self._relay.refuse.get(found[1]) if found else None
        if await self._reply("RCPT", self._judged(line) or refusal or usual) in {250, 251} and self._message:
            self._message.rcpts.append(line)

    async def on_data(self, _: bytes) -> None:
        usual = "354 go ahead" if self._message and self._message.rcpts else "554 5.5.1 no valid recipients"
        if await self._reply("DATA", usual) == 354:
            await self._take(self._message or Message(connection=self._number))

    async def on_rset(self, _: bytes) -> None:
        self._message, self._xforward = None, []
        await self._reply("RSET", "250 2.0.0 Ok")

    async def on_noop(self, _: bytes) -> None:
        await self._reply("NOOP", "250 2.0.0 Ok")

    async def on_quit(self, _: bytes) -> None:
        await self._reply("QUIT", "221 2.0.0 bye")
        raise _Gone

    async def _take(self, message: Message) -> None:
        self._message = None
        taken = bytearray(b"\r\n")
        try:
            message.data = await self._body(message, taken)
        except BaseException:
            message.data = bytes(taken[2:])
            self._relay.broken.append(message)
            raise
        self._relay.messages.append(message)
        usual = f"250 2.0.0 Ok: queued as {len(self._relay.messages)}"
        if _BARE.search(message.data):
            self._violation("a bare CR or LF in the message")
            usual = "550 5.6.11 bare line end"
        if not message.rcpts:
            usual = "554 5.5.1 no valid recipients"
        message.acked = await self._reply("DOT", usual) == 250

    async def _body(self, message: Message, taken: bytearray) -> bytes:
        chunk, self._buffer = self._buffer, b""
        while True:
            searched = max(0, len(taken) - 4)
            taken += chunk
            message.size += len(chunk)
            act = self._relay.peek("BODY")
            if act and message.size >= act.after:
                await self._reply("BODY", "")
            if (end := taken.find(b"\r\n.\r\n", searched)) >= 0:
                self._buffer = bytes(taken[end + 5 :])
                break
            await asyncio.sleep(self._relay.pause)
            if not self._relay.keep:
                del taken[:-4]
            chunk = await self._read()
        content = bytes(taken[: end + 2])
        if self._relay.keep and _UNSTUFFED.search(content):
            self._violation("a line begins with a dot and is not stuffed")
        return content.replace(b"\r\n.", b"\r\n")[2:]

    def _judged(self, line: bytes) -> str:
        found = _PATH.fullmatch(line)
        if not found:
            return self._violation(f"malformed: {line!r}") and "501 5.5.4 syntax"
        words = found[2].split()
        for word in words:
            needed = NEEDS.get(word.partition(b"=")[0].upper())
            if needed is None or not self._offers(needed):
                return self._violation(f"not offered: {word!r}") and "555 5.5.4 parameter not recognized"
        return ""

    def _offers(self, keyword: str) -> bool:
        return (keyword == "AUTH" and bool(self._relay.users)) or any(e.split()[0] == keyword for e in self._relay.extensions)

    def _violation(self, what: str) -> bool:
        self._relay.violations.append(what)
        return True

    async def _reply(self, phase: str, usual: str) -> int:
        """Answer as scripted or as usual; the code that went out, 0 if none."""
        act = self._relay.act(phase) or Act()
        await asyncio.sleep(act.wait)
        text = act.say if act.say is not None else usual
        octets = act.raw if act.raw is not None else _wire(text)
        octets += b"" if act.stray_wait else act.stray
        size = act.size or len(octets) or 1
        for start in range(0, len(octets), size):
            self._write(octets[start : start + size])
            await asyncio.sleep(0.002 if act.size else 0)
        if act.stray_wait:
            await asyncio.sleep(act.stray_wait)
            self._write(act.stray)
        await self._end(act.then)
        return int(text[:3]) if act.raw is None and text else 0

    async def _end(self, then: str) -> None:
        if then == "hang":
            await asyncio.Event().wait()
        if then == "reset":
            self._writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self._writer.transport.abort()
            raise _Gone
        if then == "close":
            await self._writer.drain()
            self._writer.close()
            await asyncio.sleep(0.01)
            raise _Gone

    def _write(self, octets: bytes) -> None:
        if self._writer.transport.is_closing():
            raise _Gone
        self._writer.write(octets)

    async def _line(self) -> bytes:
        while b"\n" not in self._buffer:
            chunk = await self._read()
            self._relay.reads[self._number].append(chunk)
            self._buffer += chunk
        line, _, self._buffer = self._buffer.partition(b"\n")
        if not line.endswith(b"\r") or b"\r" in line[:-1]:
            self._violation(f"a bare CR or LF in {line!r}")
        return line.removesuffix(b"\r")

    async def _read(self) -> bytes:
        chunk = await self._reader.read(65536)
        if not chunk:
            raise _Gone
        return chunk


def _wire(text: str) -> bytes:
    """A reply's lines, written `250 text` each, as they go out."""
    *before, last = text.split("\n") if text else [""]
    lines = [*(f"{line[:3]}-{line[4:]}" for line in before), last] if text else []
    return "".join(f"{line}\r\n" for line in lines).encode()
