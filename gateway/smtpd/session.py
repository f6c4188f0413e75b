"""One connection: its protocol class and its command loop.

From aiosmtpd come the protocol class, the session record and STARTTLS. The loop is our own, because aiosmtpd's takes lines
ended by a bare LF, counts no errors, closes without 421, and stops what a client has sent in full when that client goes.
Nothing here is stopped by the client's going: the reads come to an end, and what was begun is brought to its own end.
"""

import asyncio
import logging
from typing import cast

import structlog
from aiosmtpd.smtp import SMTP, TLSSetupException

from gateway.mail import Client, Reply
from gateway.smtpd import replies
from gateway.smtpd.house import House
from gateway.smtpd.inbox import Inbox, Stop
from gateway.smtpd.replies import Farewell
from gateway.smtpd.verbs import Verbs

log = structlog.get_logger()
logging.getLogger("mail.log").setLevel(logging.WARNING)
"""aiosmtpd tells each step of each connection at INFO; what is worth a line is told here."""

_LINGER = 2.0
"""Seconds a client has to read our last word before what it still sends resets the connection."""
_STOPS: dict[Stop, Reply] = {
    Stop.BARE: replies.BARE_COMMAND,
    Stop.LONG: replies.LONG_LINE,
    Stop.ENDLESS: replies.ENDLESS_LINE,
    Stop.WOKEN: replies.GOING_DOWN,
}


class _NoHooks:
    """A handler without hooks."""

    def __dir__(self) -> tuple[str, ...]:
        return ()


_NO_HOOKS = _NoHooks()


class Session(SMTP):
    """One connection."""

    def __init__(self, house: House, client: Client, *, starttls: bool) -> None:
        super().__init__(
            _NO_HOOKS,
            hostname=house.settings.hostname,
            tls_context=house.tls if starttls else None,
            loop=asyncio.get_running_loop(),
        )
        self.inbox = Inbox()
        self._house = house
        self._address = client.address
        self._patience = house.limits.command_timeout.total_seconds()
        self._verbs = Verbs(house, client, self)
        self._lost = False

    def __dir__(self) -> tuple[str, ...]:
        """Nothing: aiosmtpd's constructor looks at all members for verbs, at 0.1 ms a connection; ours are in a table."""
        return ()

    @property
    def task(self) -> asyncio.Task[None]:
        """The session's life, from the greeting on."""
        assert self._handler_coroutine is not None  # noqa: S101  -- set when the connection was made
        return self._handler_coroutine

    def wake(self) -> None:
        """End it at the next command."""
        self.inbox.wake()

    def cut(self) -> None:
        """End it now; a message after its final dot is finished without it."""
        self._wire.abort()
        self.task.cancel()

    # --- what asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection is there, or is encrypted now."""
        self._wire = cast("asyncio.Transport", transport)
        self.inbox.attach(self._wire)
        super().connection_made(transport)

    def data_received(self, data: bytes) -> None:
        """Octets."""
        self.inbox.feed(data)

    def eof_received(self) -> bool:
        """The client has said all it will. In clear it may still listen; under TLS that is the end (RFC 8446 §6.1)."""
        self.inbox.end()
        return not self.tls

    def connection_lost(self, error: Exception | None) -> None:
        """The connection is gone. aiosmtpd would cancel the session here; ours ends by itself."""
        if self._lost:
            return
        self._lost = True
        self.inbox.end()
        asyncio.StreamReaderProtocol.connection_lost(self, error)

    def _reset_timeout(self, duration: float | None = None) -> None:
        """No timer of aiosmtpd's: every wait has its own deadline here."""

    # --- the loop

    async def _handle_client(self) -> None:
        try:
            await self.answer(self._verbs.greeting())
            if await self._turns() is not replies.BYE:
                await self._linger()
        finally:
            await self._leave()

    async def _turns(self) -> Farewell | None:
        """Command by command, to the last word, or None where nobody is left to hear one."""
        while (line := await self._line()) is not Stop.ENDED:
            reply = self._verbs.counted(await self._reply(line))
            if reply is not None:
                await self.answer(reply)
            if isinstance(reply, Farewell):
                return reply
            if self.inbox.waiting:  # a client that sends commands without end has its turn, and then the others have theirs
                await asyncio.sleep(0)
        return None

    async def _line(self) -> bytes | Stop | Farewell:
        if self._lost:
            return Stop.ENDED
        if self._house.draining:
            return Stop.WOKEN
        try:
            return await self.inbox.line(self.loop.time() + self._patience)
        except TimeoutError:
            return replies.IDLE

    async def _reply(self, line: bytes | Stop | Farewell) -> Reply | None:
        if isinstance(line, Stop):
            return _STOPS[line]
        if isinstance(line, Farewell):
            return line
        try:
            return await self._verbs.obey(line)
        except Exception:
            log.exception("smtp.fault", client=self._address)
            return replies.OUR_FAULT

    async def answer(self, reply: Reply) -> None:
        """Say it. A client that does not listen loses the connection."""
        if self._wire.is_closing():
            return
        self._wire.write(reply.wire())
        if not self._wire.get_write_buffer_size():
            return
        try:
            async with asyncio.timeout(self._patience):
                await self._writer.drain()
        except (TimeoutError, ConnectionError):
            self._wire.abort()

    async def _linger(self) -> None:
        """Let the client read our last word: closing with input unread resets the connection, and that word may be lost."""
        if self._wire.is_closing() or not self._wire.can_write_eof() or self._house.draining:
            return
        try:
            self._wire.write_eof()
            until = self.loop.time() + _LINGER
            while await self.inbox.some(until):
                pass
        except (TimeoutError, OSError):
            return

    async def _leave(self) -> None:
        if not self._wire.is_closing():
            unheard = self._wire.get_write_buffer_size()
            self._wire.close()
            if unheard:
                self.loop.call_later(_LINGER, self._wire.abort)
        await self._verbs.leave()
        log.debug("smtp.closed", client=self._address)

    # --- what the verbs need

    @property
    def tls(self) -> str:
        """The protocol version, "" in clear."""
        layer = self._wire.get_extra_info("ssl_object")
        return layer.version() or "" if layer is not None else ""

    @property
    def can_encrypt(self) -> bool:
        """Whether STARTTLS can be had."""
        return self.tls_context is not None and not self.tls

    async def encrypt(self) -> None:
        """Say 220 and go over to TLS; the connection is gone where that fails."""
        try:
            await self.smtp_STARTTLS("")
        except TLSSetupException as error:
            log.info("smtp.tls_failed", client=self._address, why=type(error.__cause__).__name__)
        if not self.tls:
            self._wire.abort()
            self.connection_lost(None)
