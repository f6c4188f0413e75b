"""Octets from the client, as they come: by line for commands, by chunk for DATA, with back-pressure in between.

It knows no SMTP beyond what ends a line. A line that does not end as RFC 5321 §2.3.8 wants is a value, not an exception. Who
waits says until when, by the loop's clock; it raises TimeoutError then, and nothing that came is lost.
"""

import asyncio
from enum import Enum
from math import inf

LINE = 4096
"""Octets a command line may have: ORCPT, ENVID and AUTH make some longer than RFC 5321's 512 (RFC 3461 §4, RFC 4954 §5)."""
_ENDLESS = 64 * 1024
_HIGH = 256 * 1024


class Stop(Enum):
    """Why there is no line."""

    ENDED = "the client has ended its side"
    BARE = "a line feed without its carriage return"
    LONG = "a line longer than LINE"
    ENDLESS = "far too much without any end of line"
    WOKEN = "wake() was called"


class Inbox:
    """What came in and was not taken yet."""

    def __init__(self) -> None:
        self._octets = bytearray()
        self._searched = 0
        self._ended = False
        self._woken = False
        self._paused = False
        self._transport: asyncio.Transport | None = None
        self._waiting: asyncio.Future[None] | None = None

    def attach(self, transport: asyncio.Transport) -> None:
        """Take octets from this transport from now on; what came by another one is forgotten (RFC 3207 §4.2)."""
        self.clear()
        self._transport, self._paused = transport, False

    def feed(self, octets: bytes) -> None:
        """More octets."""
        self._octets += octets
        if len(self._octets) > _HIGH and not self._paused and self._transport is not None:
            self._paused = True
            self._transport.pause_reading()
        self._notify()

    def end(self) -> None:
        """No more will come."""
        self._ended = True
        self._notify()

    def wake(self) -> None:
        """Let whoever waits for a line, now or later, have Stop.WOKEN instead."""
        self._woken = True
        self._notify()

    def clear(self) -> int:
        """Forget what was not taken; how many octets that were."""
        dropped = len(self._octets)
        self._octets.clear()
        self._searched = 0
        self._resume()
        return dropped

    @property
    def waiting(self) -> bool:
        """Whether there is something that was not taken yet."""
        return bool(self._octets)

    async def line(self, until: float = inf) -> bytes | Stop:
        """The next line without its CR LF."""
        while True:
            if self._woken:
                return Stop.WOKEN
            end = self._octets.find(b"\n", self._searched)
            if end >= 0:
                return self._line(end)
            self._searched = len(self._octets)
            if self._searched > _ENDLESS:
                return Stop.ENDLESS
            if self._ended:
                return Stop.ENDED
            await self._more(until)

    async def some(self, until: float = inf) -> bytearray:
        """What there is, at least one octet; none at the end."""
        while not self._octets and not self._ended:
            await self._more(until)
        octets, self._octets, self._searched = self._octets, bytearray(), 0
        self._resume()
        return octets

    def give_back(self, octets: bytes) -> None:
        """Put back what was taken too much."""
        self._octets[:0] = octets
        self._searched = 0

    def _line(self, end: int) -> bytes | Stop:
        taken = bytes(self._octets[: end + 1])
        del self._octets[: end + 1]
        self._searched = 0
        self._resume()
        if not taken.endswith(b"\r\n"):
            return Stop.BARE
        return taken[:-2] if len(taken) <= LINE else Stop.LONG

    async def _more(self, until: float) -> None:
        """One timer for each wait: `asyncio.timeout` costs four times as much."""
        self._resume()
        loop = asyncio.get_running_loop()
        if loop.time() >= until:
            raise TimeoutError
        self._waiting = loop.create_future()
        late = loop.call_at(until, self._late)
        try:
            await self._waiting
        finally:
            late.cancel()
            self._waiting = None

    def _late(self) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(TimeoutError())

    def _notify(self) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    def _resume(self) -> None:
        if self._paused and self._transport is not None and len(self._octets) <= _HIGH:
            self._paused = False
            self._transport.resume_reading()
