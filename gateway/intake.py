"""What the doors in do alike: where a message is put while it comes, what speaks against it, and the words for that.

Small messages stay in memory; larger ones, and all while memory is short, go to a spool file that only we can read.

How it fails: a spool that takes no more raises OSError, for the door to answer. Spool files left by a process that died
are removed by `prepare`; they bear its number.
"""

import os
import re
import tempfile
import time
from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta
from io import BufferedWriter
from itertools import islice
from pathlib import Path

import structlog

from gateway.mail import Address, Content, Reply
from gateway.mail.content import in_memory
from gateway.mail.header import block
from gateway.mail.trace import loops
from gateway.seat import Crowd

log = structlog.get_logger()

_PREFIX = "hatchway-"
_STALE = timedelta(days=1)
_HEADER_CHUNKS = 4
"""Of 256 KiB each."""
_LONE_CR = re.compile(rb"\r(?!\n)")
"""If there is none, and there are as many CR as LF, none of these is alone: found out in two thirds of the time that counting
pairs takes."""

SENDER_NOT_OURS = "Mail from this sender's domain is not sent through here"
"""Said with 550 5.7.1."""
TOO_MANY_RCPTS = Reply(code=452, status="4.5.3", text="Too many recipients, send the rest in another transaction")
NO_ROOM = Reply(code=452, status="4.3.1", text="Too much mail at once, please try again later")
TOO_BIG = Reply(code=552, status="5.3.4", text="The message is larger than is taken here")
BIG_HEADER = Reply(code=552, status="5.3.4", text="The header of this message is larger than is taken here")
BARE_ENDS = Reply(code=550, status="5.6.11", text="Lines of a message end with CR LF; a CR or LF stands alone in it")
LOOP = Reply(code=554, status="5.4.6", text="Too many hops: this message is going round in circles")
OUR_FAULT = Reply(code=451, status="4.3.0", text="Something went wrong here, please try again later")


class Senders:
    """From which domains mail is taken."""

    def __init__(self, domains: Iterable[str]) -> None:
        self._domains = frozenset(_domain(written) for written in domains)

    def ours(self, sender: Address | None) -> bool:
        """Whether mail from this envelope sender is taken; the null sender always is (RFC 5321 §6.1)."""
        return sender is None or "any" in self._domains or _domain(sender.domain) in self._domains


def _domain(written: str) -> str:
    return written.casefold().removesuffix(".")


def header_refusal(content: Content, *, hostname: str, received: int) -> Reply | None:
    """What speaks against the header block. Behind this everybody may read it all at once: it is of a bounded size."""
    start = b"".join(islice(content.chunks(), _HEADER_CHUNKS))
    head = block(in_memory(start))
    if len(head) == len(start) < content.size:
        return BIG_HEADER
    return LOOP if loops(head, hostname, received) else None


def stands_alone(octets: bytes) -> bool:
    """Whether a CR or LF does, in octets that neither begin nor end inside CR LF."""
    return octets.count(b"\n") != octets.count(b"\r") or _LONE_CR.search(octets) is not None


class Budget:
    """Octets of messages that may be in memory at once, over all sessions of all fronts on the machine."""

    def __init__(self, limit: int, crowd: Crowd | None = None) -> None:
        self._limit = limit
        self._taken = 0
        self._crowd = crowd or Crowd()

    @property
    def spent(self) -> bool:
        """Whether nothing is left."""
        return self._free <= 0

    @property
    def _free(self) -> int:
        return self._limit - self._taken - self._crowd.octets

    def take(self, octets: int) -> bool:
        """Take some if there are so many."""
        if octets > self._free:
            return False
        self.give(-octets)
        return True

    def give(self, octets: int) -> None:
        """Give back what was taken."""
        self._taken -= octets
        self._crowd.hold(self._taken)


class Body:
    """A message as far as it came: in memory, or in a spool file (mode 0600). even: see `Content`, where the door saw to it."""

    def __init__(self, *, spool: Path | None, in_memory: int, budget: Budget) -> None:
        self.size = 0
        self.even = False
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
            return Content(size=self.size, data=self._chunks[0], even=self.even)
        self._file.close()
        return Content(size=self.size, path=self._path, even=self.even)

    def discard(self) -> None:
        """Let go of it, memory and file. A disk that does not let the file go changes nothing of what became of the message."""
        self._release()
        with suppress(OSError):
            if self._file is not None:
                self._file.close()
        if self._path is not None:
            try:
                self._path.unlink(missing_ok=True)
            except OSError as error:
                with suppress(OSError):
                    log.error("intake.not_removed", path=str(self._path), why=error.strerror)  # noqa: TRY400  -- the reason is all there is

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
