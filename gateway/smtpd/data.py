"""DATA: from the dotted stream to the message (RFC 5321 §4.5.2), chunk by chunk, in bounded memory.

Only CR LF . CR LF ends a message, whatever stands in it (SMTP smuggling, CVE-2023-51764). A CR or LF that stands alone is
refused, or made a CR LF where the settings say so. Small messages stay in memory; larger ones, and all while memory is
short, go to a spool file that only we can read.

How it fails: with a reply. A Farewell where the stream is out of step or the client too slow; otherwise the rest of the
message is read and dropped first, so that the session can go on. Spool files left by a process that died are removed by
`prepare`; they bear its number.
"""

import asyncio
import os
import re
import tempfile
import time
from contextlib import suppress
from datetime import timedelta
from io import BufferedWriter
from pathlib import Path

import structlog

from gateway.mail import Content, Reply
from gateway.smtpd import replies
from gateway.smtpd.inbox import Inbox

log = structlog.get_logger()

_END = b"\r\n.\r\n"
_LINE_END = re.compile(rb"\r\n|\r|\n")
_PREFIX = "hatchway-"
_STALE = timedelta(days=1)
_PATIENCE = 1024 * 1024


class Budget:
    """Octets of messages that may be in memory at once, over all sessions."""

    def __init__(self, limit: int) -> None:
        self._free = limit

    @property
    def spent(self) -> bool:
        """Whether nothing is left."""
        return self._free <= 0

    def take(self, octets: int) -> bool:
        """Take some if there are so many."""
        if octets > self._free:
            return False
        self._free -= octets
        return True

    def give(self, octets: int) -> None:
        """Give back what was taken."""
        self._free += octets


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
        end = octets.find(_END)
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
        if _stands_alone(piece):
            self.bare = True
            piece = _LINE_END.sub(b"\r\n", piece) if self._normalize else piece
        starts, self._at_start = self._at_start, self._normalize and piece.endswith(b"\n")
        piece = piece.replace(b"\r\n.", b"\r\n")
        if starts and piece.startswith(b"."):
            piece = piece[1:]
        if not self._begun:
            self._begun, piece = True, piece[2:]
        return piece


def _may_be_end(octets: bytes) -> int:
    """How many of the last octets may be the beginning of the end."""
    return next((length for length in range(len(_END) - 1, 0, -1) if octets.endswith(_END[:length])), 0)


def _stands_alone(piece: bytes) -> bool:
    pairs = piece.count(b"\r\n")
    return piece.count(b"\n") != pairs or piece.count(b"\r") != pairs


class Body:
    """A message as far as it came: in memory, or in a spool file (mode 0600)."""

    def __init__(self, *, spool: Path | None, in_memory: int, budget: Budget) -> None:
        self.size = 0
        self._spool = spool
        self._in_memory = in_memory
        self._budget = budget
        self._chunks: list[bytes] = []
        self._held = 0
        self._file: BufferedWriter | None = None
        self._path: Path | None = None

    def add(self, octets: bytes) -> None:
        """More of it. Raises OSError if the spool takes no more."""
        self.size += len(octets)
        if self._file is None and not self._fits(len(octets)):
            self._spill()
        if self._file is not None:
            self._file.write(octets)
        else:
            self._chunks.append(octets)
            self._held += len(octets)

    def content(self) -> Content:
        """All of it, complete; the file is there until `discard`. Raises OSError if the spool takes no more."""
        if self._file is None:
            self._chunks = [b"".join(self._chunks)]
            return Content(size=self.size, data=self._chunks[0])
        self._file.close()
        return Content(size=self.size, path=self._path)

    def discard(self) -> None:
        """Let go of it, memory and file."""
        self._release()
        with suppress(OSError):
            if self._file is not None:
                self._file.close()
        if self._path is not None:
            self._path.unlink(missing_ok=True)

    def _fits(self, octets: int) -> bool:
        return self._held + octets <= self._in_memory and self._budget.take(octets)

    def _spill(self) -> None:
        if self._spool is not None:
            self._spool.mkdir(mode=0o700, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=self._spool)
        self._path, self._file = Path(name), os.fdopen(descriptor, "wb")
        self._file.writelines(self._chunks)
        self._release()

    def _release(self) -> None:
        self._budget.give(self._held)
        self._held = 0
        self._chunks = []


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
        try:
            async with asyncio.timeout(whole.total_seconds()):
                while self._dots.rest is None:
                    async with asyncio.timeout(between.total_seconds()):
                        octets = await self._inbox.some()
                    if not octets:
                        return replies.CUT_OFF
                    if farewell := self._take(octets):
                        return farewell
        except TimeoutError:
            return replies.TOO_SLOW
        self._inbox.give_back(self._dots.rest)
        bare = self._dots.bare and not self._normalize
        return self._refusal or (replies.BARE_ENDS if bare else self._completed())

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


def prepare(spool: Path | None) -> int:
    """Make the spool folder, and remove files that no living transaction can own; how many those were. Raises OSError."""
    if spool is not None:
        spool.mkdir(mode=0o700, parents=True, exist_ok=True)
    removed = 0
    for path in Path(spool or tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with suppress(OSError):
            if path.is_file() and _ownerless(path):
                path.unlink()
                removed += 1
    return removed


def _ownerless(path: Path) -> bool:
    """Whether the process that wrote it has ended (it may have had our number), or could not be so long at one message."""
    number = path.name.removeprefix(_PREFIX).partition("-")[0]
    dead = number.isascii() and number.isdigit() and not Path("/proc", number).exists()
    before_us = number == str(os.getpid())
    return dead or before_us or path.stat().st_mtime < time.time() - _STALE.total_seconds()
