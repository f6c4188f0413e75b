"""A connection past EHLO: commands out, replies in, each reply to the command it answers.

aiosmtplib reads one reply at a time and copies a message several times over; this stream takes its transport over and
pipelines (RFC 2920) and streams with flow control. It knows no mail transaction.

How it fails: by `Lost`, at once and for good. A connection that was lost, fell silent, answered out of turn, said 421, or
whose reader was cancelled, is dropped there and then, so that no reply can be credited to another command.
"""

import asyncio
import re
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence

import structlog

from gateway.mail import Reply
from gateway.smarthost.replies import GARBLED, LOCKED_OUT, LOST, SILENT

log = structlog.get_logger()

_LINE = re.compile(rb"([2-5][0-5][0-9])(?:([ -])([^\r\n]*))?")
_CLOSING = 421
_REFUSALS = range(400, 600)
_OF_US = frozenset({530, 534, 535, 538})
"""The relay wants TLS or a login of us (RFC 3207 §4, RFC 4954 §6): that is for an admin to mend, and speaks against no mail."""
_LONGEST_REPLY = 32 * 1024
_PARTING = 1.0
"""Seconds the relay has to answer QUIT."""


class Lost(Exception):  # noqa: N818  -- the connection's end, which no other room sees
    """The connection is gone. reply: what the client is told; again: whether a fresh connection may help."""

    def __init__(self, reply: Reply, why: str, *, again: bool = True) -> None:
        self.reply = reply
        self.why = why
        self.again = again
        super().__init__(why)


class Patience:
    """How long to wait: `total` seconds for all that is done with it, `each` for any one reply."""

    def __init__(self, *, total: float, each: float) -> None:
        self._until = asyncio.get_running_loop().time() + total
        self._total = total
        self._each = each

    @property
    def left(self) -> float:
        """Seconds for the next wait; 0 when all are used up."""
        return min(self._each, self.rest)

    @property
    def rest(self) -> float:
        """Seconds for all that is still to come; 0 when all are used up."""
        return max(0.0, self._until - asyncio.get_running_loop().time())

    @property
    def nearly_over(self) -> bool:
        """True in the last tenth: too late to begin what must not be left half done."""
        return self.rest < self._total / 10


class Wire(asyncio.Protocol):
    """extensions: EHLO keywords (upper case) with their parameters."""

    def __init__(self, transport: asyncio.Transport, extensions: Mapping[str, str]) -> None:
        self.extensions = extensions
        self._transport = transport
        self._received = bytearray()
        self._lines: list[tuple[int, bytes]] = []
        self._size = 0
        self._replies: deque[Reply] = deque()
        self._owed = 0
        self._paused = False
        self._changed = asyncio.Event()
        self._end: Lost | None = None
        transport.set_protocol(self)
        transport.set_write_buffer_limits(high=1)  # at 0 asyncio's TLS transport pauses and never resumes

    @property
    def whole(self) -> bool:
        """True while commands may be sent."""
        return self._end is None and not self._transport.is_closing()

    @property
    def outstanding(self) -> int:
        """Replies not yet taken, come or still to come."""
        return self._owed + len(self._replies)

    def write(self, octets: bytes, *, replies: int = 0) -> None:
        """Send octets that the relay answers with so many replies. Raises Lost."""
        if not self.whole:
            raise self._lost()
        self._owed += replies
        self._transport.write(octets)

    async def reply(self, *expected: int, within: float) -> Reply:
        """The next reply: 4yz, 5yz or one of the codes expected. Raises Lost, also for 421 (RFC 5321 §3.8).

        A 5yz that is about us, and not about the mail, is 451.
        """
        await self._until(lambda: bool(self._replies), within)
        reply = self._replies.popleft()
        if reply.code == _CLOSING:
            raise self._fail(LOST, f"the relay said {reply}")
        if reply.code not in expected and reply.code not in _REFUSALS:
            raise self._fail(GARBLED, f"the relay said {reply}", again=False)
        if reply.code in _OF_US:
            log.error("relay.locked_out", said=str(reply))
            return LOCKED_OUT
        return reply

    async def drain(self, within: float) -> None:
        """Wait until the kernel has all that was written, and hear whether the relay spoke meanwhile. Raises Lost."""
        await self._turn()
        await self._until(lambda: not self._paused, within)

    async def settle(self) -> None:
        """Let the event loop take in what has already come, so that it is not taken for the answer to the next command."""
        for _ in range(2):
            await self._turn()

    async def _turn(self) -> None:
        """One of the event loop's. Whoever is cancelled in it leaves no connection behind on which half a message stands."""
        try:
            await asyncio.sleep(0)
        except BaseException:
            self.abort()
            raise

    async def quit(self) -> None:
        """Say QUIT and hear the answer if the connection is whole; end it in any case, TLS without waiting for a farewell."""
        patience = Patience(total=_PARTING, each=_PARTING)
        try:
            self.write(b"QUIT\r\n", replies=1)
            while self.outstanding:
                await self.reply(221, 250, within=patience.left)
        except Lost:
            return
        finally:
            self._end = self._end or Lost(LOST, "we closed the connection")
            self._transport.abort()

    def abort(self) -> None:
        """Drop the connection without another octet."""
        self._fail(LOST, "we dropped the connection")

    def data_received(self, data: bytes) -> None:
        """From the transport."""
        if self._end is not None:
            return
        self._received += data
        for reply in self._parsed():
            self._credit(reply)
        if self._end is None and (self._received or self._lines) and not self._owed:
            self._garbled("the beginning of a reply to no command")
        if len(self._received) + self._size > _LONGEST_REPLY:
            self._garbled("a reply without end")
        self._changed.set()

    def eof_received(self) -> None:
        """From the transport, which then closes."""
        self._end = self._end or Lost(LOST, "the relay closed the connection")
        self._changed.set()

    def connection_lost(self, exc: Exception | None) -> None:
        """From the transport."""
        self._end = self._end or Lost(LOST, f"the connection was lost: {exc or 'closed'}")
        self._changed.set()

    def pause_writing(self) -> None:
        """From the transport."""
        self._paused = True

    def resume_writing(self) -> None:
        """From the transport."""
        self._paused = False
        self._changed.set()

    def _parsed(self) -> Iterator[Reply]:
        """The whole replies in what was received, which keeps the rest."""
        while (end := self._received.find(b"\n")) >= 0:
            line = bytes(self._received[:end]).removesuffix(b"\r")
            del self._received[: end + 1]
            found = _LINE.fullmatch(line)
            if not found or (self._lines and self._lines[0][0] != int(found[1])):
                self._garbled(f"no reply: {line[:80]!r}")
                return
            self._lines.append((int(found[1]), found[3] or b""))
            self._size += end + 1
            if found[2] != b"-":
                yield _reply(self._lines)
                self._lines.clear()
                self._size = 0

    def _credit(self, reply: Reply) -> None:
        """Put a reply to the command it answers. 421 may come at any time and ends only what comes after it."""
        if self._owed:
            self._owed -= 1
            self._replies.append(reply)
        elif reply.code == _CLOSING:
            self._end = self._end or Lost(LOST, f"the relay said {reply}")
        else:
            self._garbled(f"a reply to no command: {reply}")

    def _garbled(self, why: str) -> None:
        """Which command a reply answers is no longer sure, and so for none that was not yet taken."""
        self._replies.clear()
        self._lines.clear()
        self._received.clear()
        self._fail(GARBLED, why, again=False)

    def _fail(self, reply: Reply, why: str, *, again: bool = True) -> Lost:
        self._end = self._end or Lost(reply, why, again=again)
        self._transport.abort()
        self._changed.set()
        return self._lost()

    def _lost(self) -> Lost:
        end = self._end or Lost(LOST, "the connection is closing")
        return Lost(end.reply, end.why, again=end.again)

    async def _until(self, ready: Callable[[], bool], seconds: float) -> None:
        if ready():
            return
        why = f"the relay was silent for {seconds:.1f} s"
        silent = asyncio.get_running_loop().call_later(seconds, self._fail, SILENT, why)
        try:
            while not ready() and self.whole:
                self._changed.clear()
                await self._changed.wait()
        except BaseException:
            self.abort()
            raise
        finally:
            silent.cancel()
        if not ready():
            raise self._fail(LOST, "the connection is closing")


def _reply(lines: Sequence[tuple[int, bytes]]) -> Reply:
    text = b"\n".join(text for _, text in lines).decode("utf-8", "replace")
    return Reply.parse(lines[-1][0], text)


class Group:
    """Commands whose replies are read in their order: sent all at once where the relay pipelines, else each when its turn comes.

    Only the last of them may be DATA (RFC 2920 §3.1).
    """

    def __init__(self, wire: Wire, commands: Sequence[bytes], patience: Patience) -> None:
        self._wire = wire
        self._patience = patience
        self._waiting = deque(commands)
        if "PIPELINING" in wire.extensions:
            wire.write(b"".join(commands), replies=len(commands))
            self._waiting.clear()

    async def reply(self, *expected: int) -> Reply:
        """The reply to the next command. Raises Lost."""
        if self._waiting:
            self._wire.write(self._waiting.popleft(), replies=1)
        return await self._wire.reply(*expected, within=self._patience.left)
