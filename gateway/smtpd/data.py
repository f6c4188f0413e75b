"""DATA: from the dotted stream to the message (RFC 5321 §4.5.2), chunk by chunk, in bounded memory.

Only CR LF . CR LF ends a message, whatever stands in it (SMTP smuggling, CVE-2023-51764). A CR or LF that stands alone is
refused, or made a CR LF where the settings say so.

How it fails: with a reply. A Farewell where the stream is out of step or the client too slow; otherwise the rest of the
message is read and dropped first, so that the session can go on.
"""

import asyncio
import re
from datetime import timedelta

import structlog

from gateway.intake import Body, stands_alone
from gateway.mail import Reply
from gateway.smtpd import replies
from gateway.smtpd.inbox import Inbox

log = structlog.get_logger()

_END = b"\r\n.\r\n"
_LINE_END = re.compile(rb"\r\n|\r|\n")
_PATIENCE = 1024 * 1024


class Dots:
    """Takes the dots out of the stream and finds its end.

    rest: None until the end was found, then the octets behind it
    bare: whether a CR or LF stood alone
    """

    def __init__(self, *, normalize: bool) -> None:
        self.rest: bytes | None = None
        self.bare = False
        self._normalize = normalize
        self._held = b"\r\n"
        self._begun = False
        self._at_start = False

    def feed(self, octets: bytes | bytearray) -> bytes:
        """More of the stream; what of the message is certain by now."""
        octets = self._held + octets
        end = octets.find(_END) if b"." in octets else -1  # a single octet is found ten times as fast
        if end >= 0:
            self._held, self.rest = b"", octets[end + len(_END) :]
            return self._message(octets[: end + 2])
        cut = len(octets) - _may_be_end(octets)
        self._held = octets[cut:]
        return self._message(octets[:cut])

    def _message(self, piece: bytes) -> bytes:
        """A piece that neither begins nor ends inside CR LF or CR LF dot. The stream was given a CR LF to begin with."""
        if not piece:
            return b""
        if stands_alone(piece):
            self.bare = True
            piece = _LINE_END.sub(b"\r\n", piece) if self._normalize else piece
        starts, self._at_start = self._at_start, self._normalize and piece.endswith(b"\n")
        if b"." in piece:
            piece = piece.replace(b"\r\n.", b"\r\n")
        if starts and piece.startswith(b"."):
            piece = piece[1:]
        if not self._begun:
            self._begun, piece = True, piece[2:]
        return piece


def _may_be_end(octets: bytes) -> int:
    """How many of the last octets may be the beginning of the end."""
    return next((length for length in range(len(_END) - 1, 0, -1) if octets.endswith(_END[:length])), 0)


class Data:
    """The reading of one message."""

    def __init__(self, inbox: Inbox, body: Body, *, limit: int, normalize: bool) -> None:
        self._inbox = inbox
        self._body = body
        self._limit = limit
        self._normalize = normalize
        self._dots = Dots(normalize=normalize)
        self._refusal: Reply | None = None
        self._passed = 0

    async def read(self, *, between: timedelta, whole: timedelta) -> Reply | None:
        """Fill the body. None once the message is complete, or why there is none; `between` chunks, and for the `whole`."""
        now = asyncio.get_running_loop().time
        end = now() + whole.total_seconds()
        try:
            while self._dots.rest is None:
                octets = await self._inbox.some(min(end, now() + between.total_seconds()))
                if not octets:
                    return replies.CUT_OFF
                if farewell := self._take(octets):
                    return farewell
        except TimeoutError:
            return replies.TOO_SLOW
        self._inbox.give_back(self._dots.rest)
        self._body.even = self._normalize or not self._dots.bare
        return self._refusal or (self._completed() if self._body.even else replies.BARE_ENDS)

    def _completed(self) -> Reply | None:
        """The last octets may still be on their way to the disk."""
        try:
            self._body.content()
        except OSError:
            log.exception("smtp.spool_failed")
            self._refuse(replies.NO_ROOM)
        return self._refusal

    def _take(self, octets: bytearray) -> Reply | None:
        self._passed += len(octets)
        piece = self._dots.feed(octets)
        if self._refusal is None:
            self._keep(piece)
        if self._dots.rest is None and self._passed > 2 * self._limit + _PATIENCE:
            return replies.ENDLESS_DATA
        return None

    def _keep(self, piece: bytes) -> None:
        if self._body.size + len(piece) > self._limit:
            self._refuse(replies.TOO_BIG)
            return
        try:
            self._body.add(piece)
        except OSError:
            log.exception("smtp.spool_failed")
            self._refuse(replies.NO_ROOM)

    def _refuse(self, reply: Reply) -> None:
        self._refusal = reply
        self._body.discard()
