"""One connection from an MTA: octets in and out, and the judgement of each message, one after the other.

Between the end of a message and our answer nothing else is looked at, and the MTA hears every few seconds that we are at
work.

How it fails: what is malformed or comes out of turn ends the connection, behind a word to the MTA to try again later; so
does a fault of ours while a message is told. A message whose judgement fails is 451. An MTA that goes away before a message
is complete has sent nothing; one that goes away after it does not stop what was begun.
"""

import asyncio
import socket
from contextlib import suppress
from typing import cast

import structlog

from gateway import intake
from gateway.intake import Body
from gateway.mail import Mail
from gateway.milter import edits, packets, words
from gateway.milter.house import House
from gateway.milter.packets import Malformed, Packet
from gateway.milter.steps import Talk

log = structlog.get_logger()

PROGRESS = 5.0
"""Seconds between two signs of life; Postfix waits for milter_content_timeout (300 s) between them."""
_MUCH = 256 * 1024
_QUICKACK = getattr(socket, "TCP_QUICKACK", None)


class Session(asyncio.Protocol):
    """One connection; it adds itself to `sessions` while it is there. progress: seconds between two signs of life."""

    def __init__(self, house: House, sessions: set["Session"], *, progress: float = PROGRESS) -> None:
        self._house = house
        self._sessions = sessions
        self._progress = progress
        self._packets = packets.Packets()
        self._talk = Talk(house, self)
        self._judging = False
        self._transport: asyncio.Transport | None = None

    @property
    def idle(self) -> bool:
        """Whether it is between two messages."""
        return not self._talk.open and not self._judging

    # --- what asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """An MTA is there."""
        self._transport = cast("asyncio.Transport", transport)
        if len(self._sessions) >= self._house.limits.connections:
            log.warning("milter.refused", why="too many connections")
            self._transport.abort()
            return
        self._sessions.add(self)

    def connection_lost(self, _error: Exception | None) -> None:
        """It is gone."""
        self._sessions.discard(self)
        self._talk.drop()

    def data_received(self, data: bytes) -> None:
        """Octets. On TCP, delayed acknowledgements would cost 40 ms a message."""
        self._acknowledge()
        self._packets.feed(data)
        self._work()

    def _acknowledge(self) -> None:
        wire = self._transport.get_extra_info("socket") if self._transport else None
        if _QUICKACK is not None and wire is not None and wire.family != socket.AF_UNIX:
            with suppress(OSError):
                wire.setsockopt(socket.IPPROTO_TCP, _QUICKACK, 1)

    # --- packet by packet

    @property
    def _open(self) -> bool:
        return self._transport is not None and not self._transport.is_closing()

    def _work(self) -> None:
        """Do what was told, up to the end of a message; while that is judged, no more is read than fits."""
        while self._open and not self._judging and (packet := self._packets.next()):
            self._take(packet)
        if self._transport is not None and self._open:
            full = self._judging and self._packets.waiting > _MUCH
            (self._transport.pause_reading if full else self._transport.resume_reading)()

    def _take(self, packet: Packet | Malformed) -> None:
        try:
            problem = packet if isinstance(packet, Malformed) else self._talk.obey(packet)
        except Exception:
            log.exception("milter.fault", client=self._talk.address)
            self.give_up()
            return
        if problem is not None:
            log.error("milter.protocol_error", why=problem.why, client=self._talk.address)
            self.give_up()

    # --- what a step needs

    def say(self, octets: bytes) -> None:
        """Send it, if somebody is there to hear it."""
        if self._transport is not None and self._open:
            self._transport.write(octets)

    def close(self) -> None:
        """End it; a message that is complete is finished without it."""
        if self._transport is not None:
            self._transport.close()

    def give_up(self) -> None:
        """End it with a last word: try again later."""
        self.say(packets.packet(words.DEFER))
        self.close()

    def cut(self) -> None:
        """End it without a word."""
        if self._transport is not None:
            self._transport.abort()

    def judge(self, mail: Mail, body: Body) -> None:
        """A message is complete: it is judged, and until then nothing else is looked at."""
        self._judging = True
        self._house.finish(self._judge(mail, body))

    async def _judge(self, mail: Mail, body: Body) -> None:
        sign = asyncio.create_task(self._show_life())
        try:
            said = await self._judged(mail)
        except Exception:
            log.exception("milter.submit_failed", id=mail.id, client=mail.envelope.client.address)
            said = packets.reply(intake.OUR_FAULT.naming(mail.id))
        finally:
            sign.cancel()
            body.discard()
        self.say(said)
        self._judging = False
        if self._house.draining:
            self.close()
        self._work()

    async def _judged(self, mail: Mail) -> bytes:
        if await self._house.ours(mail):
            return packets.packet(words.ACCEPT)
        passing = edits.Passing(mail.envelope.client.ident)
        reply = await self._house.submit(mail, passing)
        log.info("milter.answered", id=mail.id, queue_id=mail.envelope.client.ident, reply=reply.code)
        return edits.told(reply, passing.outgoing)

    async def _show_life(self) -> None:
        while True:
            await asyncio.sleep(self._progress)
            self.say(packets.packet(words.PROGRESS))
