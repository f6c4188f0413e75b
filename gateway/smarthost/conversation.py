"""One client session's connection to the relay: MAIL and RCPT live, then DATA, and again.

The connection is made at the first MAIL, or is one that another client was done with (`kept`), and serves the whole session.
Until the final dot is out the relay has promised nothing, so a connection that is lost, falls silent or says 421 is replaced
once for each transaction, and the transaction replayed on the new one: it goes on only if the relay takes the sender and
every recipient it took before.

How it fails: with 4yz replies, also where the relay talks nonsense; a cancelled command drops the connection.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

import structlog

from gateway.mail import Client, Command, Outgoing, Reply
from gateway.smarthost.body import transmit
from gateway.smarthost.commands import DATA, RSET, Unsendable, mail_line, rcpt_line, xforward_lines
from gateway.smarthost.kept import Kept, Left
from gateway.smarthost.replies import CHANGED, FAULT, LOST
from gateway.smarthost.wire import Group, Lost, Patience, Wire

log = structlog.get_logger()

_MOST_ABORTED = 50
_MOST_MESSAGES = 100
"""Postfix slows a client down after 100 RSETs without a delivery (smtpd_junk_command_limit), and so do others in their ways."""

Dial = Callable[[Patience], Awaitable[Wire | Reply]]


class RelayConversation:
    """gateway.ports.Conversation. Its commands come one at a time; only abort and close may come while another is under way."""

    def __init__(  # noqa: PLR0913  -- its own settings, one by one
        self,
        client: Client,
        *,
        dial: Dial,
        xforward: bool,
        connect: timedelta,
        reply: timedelta,
        kept: Kept | None = None,
    ) -> None:
        self._client = client
        self._kept = kept
        self._dial = dial
        self._xforward = xforward
        self._connect = connect.total_seconds()
        self._reply = reply.total_seconds()
        self._wire: Wire | None = None
        self._mail: bytes | None = None
        self._rcpts: list[bytes] = []
        self._replayed = False
        self._sending = False
        self._aborted = 0
        self._sent = 0
        self._since = 0.0
        self._faultless = True

    async def mail(self, command: Command) -> Reply:
        """A stale connection, or 421, is met with one fresh one."""
        await self.abort()
        try:
            line = mail_line(command)
        except Unsendable:
            return _unsendable()
        patience = Patience(total=self._connect + self._reply, each=self._reply)
        reply = await self._twice(lambda: self._fresh(patience), lambda wire: self._begin(wire, [line], patience), patience)
        if reply.good:
            self._mail, self._rcpts, self._replayed = line, [], False
        return reply

    async def rcpt(self, command: Command) -> Reply:
        """Only between MAIL and send."""
        try:
            line = rcpt_line(command)
        except Unsendable:
            return _unsendable()
        patience = Patience(total=self._reply, each=self._reply)

        async def say(wire: Wire) -> Reply:
            wire.write(line, replies=1)
            return await wire.reply(250, 251, within=patience.left)

        reply = await self._twice(lambda: self._ready(patience), say, patience)
        if reply.good:
            self._rcpts.append(line)
        return reply

    async def send(self, message: Outgoing) -> Reply:
        """Within `reply_timeout`, a replay included: half of what is left of it for the 354."""
        patience = Patience(total=self._reply, each=self._reply)
        self._sending = True
        try:
            reply = await self._twice(lambda: self._ready(patience), lambda wire: self._data(wire, message, patience), patience)
        finally:
            self._sending, self._mail = False, None
        if reply.good:
            self._aborted, self._sent = 0, self._sent + 1
        return reply

    async def abort(self) -> None:
        """RSET without waiting for its answer, which the next MAIL reads; a transfer under way is cut off before its dot."""
        opened, self._mail = self._mail is not None, None
        if self._wire is not None and self._wire.whole:
            if self._sending or (opened and self._wire.outstanding):
                self._wire.abort()
            elif opened:
                self._reset(self._wire)

    async def close(self) -> None:
        """Also where a transaction is open: then nothing of it is delivered."""
        wire, opened = self._wire, self._mail is not None
        self._wire = self._mail = None
        if wire is None:
            return
        if self._sending:
            wire.abort()
        elif opened or not self._keeps(wire):
            await wire.quit()

    def _keeps(self, wire: Wire) -> bool:
        """Leave it to the next client, if this one's mail went through and nothing was refused."""
        if self._kept is None or not self._faultless or self._aborted or not 0 < self._sent < _MOST_MESSAGES:
            return False
        return self._kept.keep(Left(wire=wire, carried=self._sent, since=self._since))

    async def _twice(
        self, connected: Callable[[], Awaitable[Wire | Reply]], say: Callable[[Wire], Awaitable[Reply]], patience: Patience
    ) -> Reply:
        """Say it; where the connection is lost over it, once again on the next one."""
        failure = LOST
        for _ in range(2):
            wire = await connected()
            if isinstance(wire, Reply):
                return wire
            try:
                reply = await say(wire)
                self._faultless = self._faultless and reply.good
                return reply  # noqa: TRY300  -- what is said may fail, what is kept of it may not
            except Lost as lost:
                log.info("relay.connection_lost", why=lost.why)
                failure = lost.reply
                if not lost.again or not patience.left:
                    break
        return failure

    async def _fresh(self, patience: Patience) -> Wire | Reply:
        """A connection with no transaction open, the one there is if it is whole and not worn, or one that is kept."""
        if self._wire is None and self._kept is not None and (left := self._kept.take()):
            self._wire, self._sent, self._since = left.wire, left.carried, left.since
        if self._wire is not None:
            if self._wire.whole:
                await self._wire.settle()
            worn = self._aborted >= _MOST_ABORTED or self._sent >= _MOST_MESSAGES
            if self._wire.whole and not worn:
                return self._wire
            await self._wire.quit()
        self._wire, self._aborted, self._sent = None, 0, 0
        wire = await self._dial(patience)
        if isinstance(wire, Wire):
            self._wire, self._since = wire, asyncio.get_running_loop().time()
        return wire

    async def _ready(self, patience: Patience) -> Wire | Reply:
        """The connection with the transaction open, replayed if need be and not yet done."""
        if self._mail is None:
            return FAULT
        if self._wire is not None and self._wire.whole:
            return self._wire
        if self._replayed:
            return LOST
        self._replayed = True
        wire = await self._fresh(patience)
        return await self._replay(wire, self._mail, patience) if isinstance(wire, Wire) else wire

    async def _replay(self, wire: Wire, mail: bytes, patience: Patience) -> Wire | Reply:
        log.info("relay.replayed", recipients=len(self._rcpts))
        try:
            reply = await self._begin(wire, [mail, *self._rcpts], patience)
        except Lost as lost:
            return lost.reply
        if reply.good:
            return wire
        log.warning("relay.replay_refused", said=str(reply))
        await wire.quit()
        return CHANGED

    async def _begin(self, wire: Wire, lines: Sequence[bytes], patience: Patience) -> Reply:
        """XFORWARD, MAIL and any RCPTs; the first reply that is not good, or the last. Raises Lost."""
        while wire.outstanding:
            if not (await wire.reply(250, within=patience.left)).good:
                wire.abort()
        forwarded = xforward_lines(self._client, wire.extensions.get("XFORWARD", "")) if self._xforward else []
        group = Group(wire, [*forwarded, *lines], patience)
        for line in forwarded:
            await introduced(group, line)
        replies = [await group.reply(250, 251) for _ in lines]
        return next((reply for reply in replies if not reply.good), replies[-1])

    async def _data(self, wire: Wire, message: Outgoing, patience: Patience) -> Reply:
        wire.write(DATA, replies=1)
        reply = await wire.reply(354, within=patience.left / 2)
        if reply.code == 354:  # noqa: PLR2004  -- RFC 5321 §4.1.1.4
            return await transmit(wire, message, patience)
        self._reset(wire)
        return reply

    def _reset(self, wire: Wire) -> None:
        self._aborted += 1
        try:
            wire.write(RSET, replies=1)
        except Lost as lost:
            log.info("relay.connection_lost", why=lost.why)


async def introduced(group: Group, line: bytes) -> None:
    """The reply to XFORWARD, which changes only the relay's log: a refusal is written to ours and not minded. Raises Lost."""
    reply = await group.reply(250)
    if not reply.good:
        log.warning("relay.xforward_refused", line=line.decode("ascii").strip(), said=str(reply))


def _unsendable() -> Reply:
    log.error("relay.command_unfit")
    return FAULT
