"""Extractors that behave and that misbehave, to be run in a process of their own."""

import os
import re
import resource
import signal
import sys
import time
from pathlib import Path

from gateway.mail import Place, Unread
from gateway.reading import html
from gateway.reading.pieces import Piece, Sheet


def kinds(piece, _):
    """One of each kind of item."""
    yield Sheet(text="words", place=piece.place, boxes=((0, 5, (1, 2, 3, 4)),), links=(("https://a.example/", "a"),))
    yield Piece(octets=b"inner", type="text/plain", part=piece.part, name="inner.txt", depth=piece.depth + 1)
    yield Unread(place=Place(part=piece.part, name=piece.name, page=3), why="encrypted")


def who(piece, _):
    """Which process read it, and when."""
    yield Sheet(text=f"{os.getpid()} {time.monotonic_ns()}", place=piece.place)


def bound(piece, _):
    """What the process may take."""
    yield Sheet(text=str(resource.getrlimit(resource.RLIMIT_AS)[0]), place=piece.place)


def hang(piece, _):
    yield Sheet(text="before", place=piece.place)
    time.sleep(60)


def spin(piece, _):
    """Hangs where no signal handler of Python runs."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    yield Sheet(text=str(os.getpid()), place=piece.place)
    re.match(r"(a|a)*$", "a" * 60 + "b")


def crash(piece, _):
    yield Sheet(text="before", place=piece.place)
    os.kill(os.getpid(), signal.SIGSEGV)


def leave(_piece, _):
    sys.exit(0)
    yield


def eat(piece, _):
    yield Sheet(text=str(len(bytearray(8 * 1024**3))), place=piece.place)


def flood(piece, _):
    while True:
        yield Sheet(text="x" * 100_000, place=piece.place)


def stumble(piece, _):
    yield Sheet(text="before", place=piece.place)
    raise ZeroDivisionError


def missing(_piece, _):
    raise ImportError
    yield


def chatter(piece, _):
    sys.stdout.write("to standard output\n")
    sys.stdout.flush()
    os.write(1, b"\xff" * 64)
    yield Sheet(text="said", place=piece.place)


def write(piece, _):
    file = Path(os.environ.get("TMPDIR", "/tmp")) / f"hatchway-{os.getpid()}"
    try:
        file.write_bytes(b"x")
    except OSError as refused:
        yield Sheet(text=type(refused).__name__, place=piece.place)
    finally:
        file.unlink()


class _Evil:
    def __reduce__(self):
        return os.system, ("true",)


def strange(_piece, _):
    yield _Evil()
    yield Sheet(text="behind", place=Place(part="0"))


def nothing(_piece, _):
    yield from ()


def slowly(_limits):
    """Loads what it needs for longer than reading may take."""
    time.sleep(1.2)


def in_vain(_limits):
    raise ImportError


def to_death(_limits):
    os.kill(os.getpid(), signal.SIGSEGV)


def trapped(piece, _):
    """Reads HTML; where it names a trap, it crashes, hangs or eats memory."""
    if b"crash" in piece.octets:
        os.kill(os.getpid(), signal.SIGSEGV)
    if b"hang" in piece.octets:
        re.match(r"(a|a)*$", "a" * 60 + "b")
    if b"eat" in piece.octets:
        yield from [bytearray(2**28) for _ in range(64)]
    yield Sheet(text=html.render(piece.octets.decode()).text, place=piece.place)
