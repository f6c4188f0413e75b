"""Extractors run apart: in a child process that may hang, crash or eat memory, and costs that one part an Unread.

`apart(extractor)` is the same extractor, run there. The child is started when it is first needed and kept for the next
part; it is killed when a part takes longer than it may or puts out more than it may, and replaced after a crash. It is
started by `subprocess`, since judges may not have children of `multiprocessing`, and ends with the process that asks:
at the end of its input, or by an alarm of its own where it hangs. What it says is taken apart as plain data of a few known types.
What it takes to start, and to load the libraries that a part needs, is no part of the time which that part may take.

What was read whole is kept, by the hash of the octets and all else it may depend on, so that the flyer of a blanket mail is
read once. A failure is never kept.
"""

import atexit
import os
import pickle
import resource
import select
import signal
import subprocess
import sys
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from time import monotonic
from typing import Any

from gateway.mail import Unread
from gateway.reading.limits import ReadingLimits
from gateway.reading.pieces import DAMAGED, Extractor, Item, Piece, Sheet

TIMED_OUT = "timed out"
BROKE_DOWN = "damaged: the reader of it broke down"
TOO_MUCH = "too large: more came out of it than is read"
NO_TIME = "timed out: no time was left for it"
MEMORY = "too large: it takes more memory than is allowed"
NOT_INSTALLED = "not read: what reads it is not installed"

_TERM = 1000
"""Parts that one child reads before it is replaced, so that no leak lasts."""
_KEPT = 32 * 1024 * 1024
_LARGEST_KEPT = 8 * 1024 * 1024
_GRACE = 1.0
"""Seconds over its time after which a child ends itself."""
_START = 30.0
"""Seconds that a child may take to start and to load what it needs, or as long as the part may take, where that is more."""
_LENGTH = 8
_READY = b"\xff" * _LENGTH
_CHUNK = 1024 * 1024
_CHILD = "import sys; sys.path[:] = sys.argv[1:]; from gateway.reading.apart import serve; serve()"
_ALONE = {"OMP_THREAD_LIMIT": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1"}
"""What keeps libraries from starting threads, of which each would take address space."""
_PLAIN = {
    ("gateway.mail.place", "Place"),
    ("gateway.mail.place", "Unread"),
    ("gateway.reading.html", "Anchor"),
    ("gateway.reading.html", "Page"),
    ("gateway.reading.html", "Quotation"),
    ("gateway.reading.pieces", "Piece"),
    ("gateway.reading.pieces", "Sheet"),
    ("gateway.reading.types", "Origin"),
}
Prepare = Callable[[ReadingLimits], None]
_NOWHERE = "0"
"""The part number a piece has in the child, so that what was read of it serves wherever it stands."""


def apart(extractor: Extractor, *, puts_off: bool = False, prepare: Prepare | None = None) -> Extractor:
    """The same extractor, run in the child; it must be a function of a module. It does not raise.

    puts_off: it yields something else where what is dear is put off; of others, what was read then serves later too
    prepare: what the child does before, such as loading libraries, which takes none of the part's time; such a function too
    """

    def read(piece: Piece, limits: ReadingLimits) -> Iterator[Item]:
        limits = limits if puts_off else replace(limits, dear=True)
        yield from (_standing(item, piece) for item in _read(extractor, piece, limits, prepare))

    return read


class _Failed(Exception):  # noqa: N818  -- its words are the reason that is noted
    """The part could not be read whole; what came out of it before stands."""


def _read(extractor: Extractor, piece: Piece, limits: ReadingLimits, prepare: Prepare | None) -> Iterator[Item]:
    piece = replace(piece, part=_NOWHERE, depth=0, subject="")
    key = _key(extractor, piece, limits)
    kept = _cache.get(key)
    if kept is not None:
        yield from map(_plain, kept)
        return
    frames, why = _helper.ask(pickle.dumps((extractor, piece, limits, prepare)), limits)
    try:
        yield from map(_plain, frames)
    except _Failed as failed:
        why = str(failed)
    if why:
        yield Unread(place=piece.place, why=why)
    else:
        _cache.put(key, tuple(frames))


def _standing(item: Item, piece: Piece) -> Item:
    """The item as it stands in the message that the piece is in."""
    if isinstance(item, Piece):
        return replace(item, part=_moved(item.part, piece), depth=item.depth + piece.depth, subject=piece.subject)
    place = replace(item.place, part=_moved(item.place.part, piece))
    return replace(item, place=place, subject=piece.subject) if isinstance(item, Sheet) else replace(item, place=place)


def _moved(part: str, piece: Piece) -> str:
    return piece.part + part.removeprefix(_NOWHERE)


class _Plain(pickle.Unpickler):
    """Takes in nothing but the few types that extractors yield: the child may be in the hands of what it read."""

    def find_class(self, module: str, name: str) -> Any:
        """Raises UnpicklingError for all others."""
        if (module, name) not in _PLAIN:
            raise pickle.UnpicklingError(f"{module}.{name} is nothing that is read")
        return super().find_class(module, name)


def _plain(frame: bytes) -> Item:
    try:
        item = _Plain(BytesIO(frame)).load()
    except Exception as error:
        raise _Failed(BROKE_DOWN) from error
    if not isinstance(item, Sheet | Piece | Unread):
        raise _Failed(BROKE_DOWN)
    return item


def _key(extractor: Extractor, piece: Piece, limits: ReadingLimits) -> bytes:
    about = (
        extractor.__module__,
        extractor.__qualname__,
        replace(piece, octets=b"", parameters={}),
        piece.name,
        sorted(piece.parameters.items()),
        replace(limits, time=0, whole=0),
    )
    return sha256(piece.octets).digest() + sha256(repr(about).encode("utf-8", "surrogatepass")).digest()


@dataclass(slots=True)
class _Cache:
    """What was read lately, bounded in octets; the least used goes first."""

    kept: OrderedDict[bytes, tuple[bytes, ...]] = field(default_factory=OrderedDict)
    octets: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, key: bytes) -> tuple[bytes, ...] | None:
        """The frames of the answer, or None."""
        with self.lock:
            if key in self.kept:
                self.kept.move_to_end(key)
            return self.kept.get(key)

    def put(self, key: bytes, frames: tuple[bytes, ...]) -> None:
        """Keep it, unless it is too large by itself."""
        size = sum(map(len, frames)) + len(key)
        if size > _LARGEST_KEPT:
            return
        with self.lock:
            if key not in self.kept:
                self.kept[key] = frames
                self.octets += size
            while self.octets > _KEPT:
                old, gone = self.kept.popitem(last=False)
                self.octets -= sum(map(len, gone)) + len(old)


class _Child:
    """One process, and the pipes to it."""

    def __init__(self) -> None:
        command = [sys.executable, "-B", "-c", _CHILD, *sys.path]
        pipe = subprocess.PIPE
        given = {**os.environ, **_ALONE}
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, env=given)  # noqa: S603  -- our own
        self._pipes = [pipe for pipe in (self._process.stdin, self._process.stdout) if pipe]
        self._to, self._from = (pipe.fileno() for pipe in self._pipes)
        os.set_blocking(self._to, False)
        os.set_blocking(self._from, False)
        self.parts = 0

    @property
    def alive(self) -> bool:
        """Whether it still runs, and is not due to be replaced."""
        return self._process.poll() is None and self.parts < _TERM

    def ask(self, request: bytes, limits: ReadingLimits) -> Iterator[bytes]:
        """The frames of the answer. Raises _Failed.

        They may take the time of a part from when the child is ready for it, and no longer than the whole may.
        """
        self.parts += 1
        whole = monotonic() + limits.whole
        start = min(whole, monotonic() + max(_START, limits.time))
        self._write(len(request).to_bytes(_LENGTH, "big"), start)
        self._write(request, start)
        if self._take(_LENGTH, start) != _READY:
            raise _Failed(BROKE_DOWN)
        until, most = min(whole, monotonic() + limits.time), limits.output
        while length := int.from_bytes(self._take(_LENGTH, until), "big"):
            most -= length
            if most < 0:
                raise _Failed(TOO_MUCH)
            yield self._take(length, until)

    def _write(self, octets: bytes, until: float) -> None:
        left = memoryview(octets)
        while left:
            self._wait(self._to, select.POLLOUT, until)
            try:
                left = left[os.write(self._to, left) :]
            except BlockingIOError:
                continue
            except BrokenPipeError:
                raise _Failed(BROKE_DOWN) from None

    def _take(self, length: int, until: float) -> bytes:
        taken = bytearray()
        while len(taken) < length:
            self._wait(self._from, select.POLLIN, until)
            octets = os.read(self._from, min(_CHUNK, length - len(taken)))
            if not octets:
                raise _Failed(TIMED_OUT if self._process.wait() == -signal.SIGALRM else BROKE_DOWN)
            taken += octets
        return bytes(taken)

    @staticmethod
    def _wait(pipe: int, ready: int, until: float) -> None:
        poll = select.poll()
        poll.register(pipe, ready)
        if not poll.poll(max(0.0, until - monotonic()) * 1000):
            raise _Failed(TIMED_OUT)

    def end(self) -> None:
        """Kill it, if it still runs, and let go of it."""
        self._process.kill()
        self._process.wait()
        for pipe in self._pipes:
            pipe.close()


class _Helper:
    """The child of this process, whichever it is now."""

    def __init__(self) -> None:
        self._child: _Child | None = None
        self._owner = 0
        self._free = threading.Lock()

    def ask(self, request: bytes, limits: ReadingLimits) -> tuple[list[bytes], str]:
        """The frames of the answer, and why there are no more of them, "" if it is whole."""
        frames: list[bytes] = []
        if limits.time <= 0:
            return frames, NO_TIME
        with self._free:
            try:
                frames.extend(self._working().ask(request, limits))
            except _Failed as failed:
                self.end()
                return frames, str(failed)
            except BaseException:
                self.end()
                raise
        return frames, ""

    def _working(self) -> _Child:
        """The child; another one if it ended, or belongs to the process that we were forked from. Raises _Failed."""
        if self._child is not None and self._owner == os.getpid() and not self._child.alive:
            self.end()
        if self._child is None or self._owner != os.getpid():
            try:
                self._child, self._owner = _Child(), os.getpid()
            except OSError:
                raise _Failed(f"{BROKE_DOWN}, and no other could be started") from None
        return self._child

    def end(self) -> None:
        """End the child; the next part gets another."""
        if self._child is not None and self._owner == os.getpid():
            self._child.end()
        self._child = None


_helper = _Helper()
_cache = _Cache()
atexit.register(_helper.end)


def serve() -> None:
    """In the child: read what is asked for until nobody asks any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    first = True
    while length := int.from_bytes(sys.stdin.buffer.read(_LENGTH), "big"):
        extractor, piece, limits, prepare = pickle.loads(sys.stdin.buffer.read(length))  # noqa: S301  -- from the process that started us
        if first:
            _bound(limits.memory)
            first = False
        signal.setitimer(signal.ITIMER_REAL, max(_START, limits.time) + _GRACE)
        _prepared(prepare, limits)
        answers.write(_READY)
        answers.flush()
        signal.setitimer(signal.ITIMER_REAL, limits.time + _GRACE)
        for item in _guarded(extractor, piece, limits):
            frame = pickle.dumps(item)
            answers.write(len(frame).to_bytes(_LENGTH, "big") + frame)
            answers.flush()
        signal.setitimer(signal.ITIMER_REAL, 0)
        answers.write(bytes(_LENGTH))
        answers.flush()


def _prepared(prepare: Prepare | None, limits: ReadingLimits) -> None:
    """What fails here fails again where it is needed, and is told there."""
    if prepare:
        with suppress(Exception):
            prepare(limits)


def _guarded(extractor: Extractor, piece: Piece, limits: ReadingLimits) -> Iterator[Item]:
    try:
        yield from extractor(piece, limits)
    except MemoryError:
        yield Unread(place=piece.place, why=MEMORY)
    except ImportError:
        yield Unread(place=piece.place, why=NOT_INSTALLED)
    except Exception:  # noqa: BLE001  -- a parser's failure is a fact about the piece
        yield Unread(place=piece.place, why=DAMAGED)


def _bound(memory: int) -> None:
    """So much address space over what is in use now; no files, no cores."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    limit = pages * resource.getpagesize() + memory
    limit = limit if most == resource.RLIM_INFINITY else min(limit, most)
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
