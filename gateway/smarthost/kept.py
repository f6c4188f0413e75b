"""Connections to the relay that one client is done with, for the next one: no dialling, no TLS, no EHLO and no QUIT for each.

Only a connection on which nothing was ever refused and no reply is outstanding is kept, for two seconds, and none is used for
longer than five minutes: as Postfix does (smtp_connection_cache_time_limit, smtp_connection_reuse_time_limit). The relay may
have closed it meanwhile. That is met at MAIL, where nothing is promised yet, with a fresh connection (`RelayConversation`),
never with another kept one. Nothing is said on a kept connection: Postfix counts NOOP and RSET without mail as misuse.

It fails never: a connection that may not be kept, or is too many, is the caller's to leave.
"""

import asyncio
from dataclasses import dataclass

from gateway.smarthost.wire import Wire

IDLE, LIFE, MOST = 2.0, 300.0, 20
"""Seconds that a connection is kept, and from its beginning is used; so many are kept at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """A connection as its last client left it: how many messages it has carried, and since when it is there."""

    wire: Wire
    carried: int
    since: float


class Kept:
    """Those that wait for a client; the last one left is the first taken, so that no more are kept than are used."""

    def __init__(self) -> None:
        self._waiting: dict[Left, asyncio.TimerHandle] = {}
        self._parting: set[asyncio.Task[None]] = set()
        self._closed = False

    def take(self) -> Left | None:
        """One that is whole as far as is known."""
        while self._waiting:
            left, timer = self._waiting.popitem()
            timer.cancel()
            if left.wire.whole:
                return left
            self._part(left)
        return None

    def keep(self, left: Left) -> bool:
        """Keep it, if it may be kept."""
        loop = asyncio.get_running_loop()
        full = self._closed or len(self._waiting) >= MOST or loop.time() - left.since >= LIFE
        if full or not left.wire.whole or left.wire.outstanding:
            return False
        self._waiting[left] = loop.call_later(IDLE, self._expire, left)
        return True

    async def close(self) -> None:
        """Leave all, and keep none from now on."""
        self._closed = True
        for left in list(self._waiting):
            self._waiting[left].cancel()
            self._expire(left)
        await asyncio.gather(*self._parting)

    def _expire(self, left: Left) -> None:
        del self._waiting[left]
        self._part(left)

    def _part(self, left: Left) -> None:
        task = asyncio.get_running_loop().create_task(left.wire.quit())
        self._parting.add(task)
        task.add_done_callback(self._parting.discard)
