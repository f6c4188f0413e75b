"""Messages one by one, wherever they are kept; no more than one of them is in memory at a time.

An mbox is read as it comes, parted at its From lines (RFC 4155), with `>From` undone. A folder is a Maildir if it has `cur`, and
is else looked through for `.eml` and `.mbox` files and Maildirs. Any other file is one message, unless it begins as an mbox
does. All may be gzipped. A message that cannot be had comes with the reason in place of its octets.
"""

import gzip
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

LARGEST = 64 * 1024**2
"""Octets of a message; no relay takes larger ones."""
_FROM = b"From "
_DATED = re.compile(rb"From .*\d\d:\d\d.*\d{4}")
_QUOTED = re.compile(rb">+From ")
_LINE_END = re.compile(rb"\r?\n")
_LINE = 1024**2
_MESSAGES, _BOXES = frozenset({".eml"}), frozenset({".mbox", ".mbx"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A stored message.

    octets: every line ended by CRLF; problem: why there are none; size: octets of the source that it took
    sender: whom an mbox's From line names, "" if nobody
    """

    name: str
    size: int
    octets: bytes = b""
    problem: str = ""
    sender: str = ""


def stored(places: Iterable[Path]) -> Iterator[Stored]:
    """The messages of all places, in their order; files of a folder in the order of their names."""
    for place in places:
        yield from _of_folder(place) if place.is_dir() else _of_file(place)


def size(places: Iterable[Path]) -> int:
    """Octets to be read, so that somebody who waits can be told how far it is."""
    return sum(_size(file) for place in places for file in (place.rglob("*") if place.is_dir() else (place,)))


def _size(file: Path) -> int:
    try:
        return file.stat().st_size if file.is_file() else 0
    except OSError:
        return 0


def _of_folder(folder: Path) -> Iterator[Stored]:
    """A Maildir has its messages in `new` and `cur`; what is in `tmp` was never delivered."""
    maildir = (folder / "cur").is_dir()
    try:
        inside = sorted(folder.iterdir())
    except OSError as error:
        yield Stored(name=str(folder), size=0, problem=f"the folder cannot be read: {error.strerror}")
        return
    for one in inside:
        if one.is_dir():
            if maildir and one.name in {"new", "cur"}:
                yield from (_message(file) for file in sorted(one.iterdir()) if file.is_file())
            elif not maildir or one.name != "tmp":
                yield from _of_folder(one)
        elif _kind(one) in _MESSAGES | _BOXES:
            yield from _of_file(one)


def _kind(file: Path) -> str:
    return Path(file.name.removesuffix(".gz")).suffix.lower()


def _of_file(file: Path) -> Iterator[Stored]:
    try:
        with _opened(file) as opened:
            begins = opened.read(len(_FROM))
            opened.seek(0)
            if begins == _FROM:
                yield from _of_box(file, opened)
                return
    except (OSError, EOFError) as error:
        yield Stored(name=str(file), size=0, problem=f"cannot be read: {getattr(error, 'strerror', None) or error}")
        return
    if _kind(file) not in _BOXES or begins:
        yield _message(file)


def _opened(file: Path) -> IO[bytes]:
    opened = file.open("rb")
    if opened.read(2) == b"\x1f\x8b":
        opened.close()
        return cast("IO[bytes]", gzip.open(file, "rb"))
    opened.seek(0)
    return opened


def _message(file: Path) -> Stored:
    try:
        with _opened(file) as opened:
            octets = opened.read(LARGEST + 1)
    except (OSError, EOFError) as error:
        return Stored(name=str(file), size=0, problem=f"cannot be read: {getattr(error, 'strerror', None) or error}")
    if len(octets) > LARGEST:
        return Stored(name=str(file), size=_size(file), problem=f"is larger than {LARGEST // 1024**2} MiB")
    return Stored(name=str(file), size=len(octets), octets=wire(octets))


def wire(octets: bytes) -> bytes:
    """The message as SMTP carries it: each line ended by CRLF."""
    return _LINE_END.sub(b"\r\n", octets)


def _of_box(file: Path, opened: IO[bytes]) -> Iterator[Stored]:
    first = opened.readline(_LINE)
    parts = _DATED if _DATED.match(first) else re.compile(_FROM)
    growing = _Growing(str(file), 1, first)
    blank, whole = True, True
    for line in iter(lambda: opened.readline(_LINE), b""):
        if blank and whole and parts.match(line):
            yield growing.message()
            growing = _Growing(str(file), growing.number + 1, line)
            continue
        growing.add(line if not whole else _QUOTED.sub(lambda found: found[0][1:], line, count=1) if line[:1] == b">" else line)
        whole = line.endswith(b"\n")
        blank = whole and not line.strip(b"\r\n")
    yield growing.message()


class _Growing:
    """A message of an mbox, as its lines come."""

    def __init__(self, box: str, number: int, first: bytes) -> None:
        self.number = number
        self._name = f"{box}, message {number}"
        self._sender = _sender(first)
        self._lines: list[bytes] = []
        self._size = len(first)

    def add(self, line: bytes) -> None:
        """One more line; those beyond the largest message are only counted."""
        self._size += len(line)
        if self._size <= LARGEST:
            self._lines.append(line)
        else:
            self._lines.clear()

    def message(self) -> Stored:
        """All of it, without the empty line before the next."""
        if self._size > LARGEST:
            return Stored(name=self._name, size=self._size, problem=f"is larger than {LARGEST // 1024**2} MiB")
        octets = b"".join(self._lines)
        octets = re.sub(rb"\r?\n\r?\n\Z", b"\n", octets)
        return Stored(name=self._name, size=self._size, octets=wire(octets), sender=self._sender)


def _sender(line: bytes) -> str:
    """The address in a From line; programs write MAILER-DAEMON or - where they know none."""
    words = line.decode("utf-8", "replace").split()
    return words[1] if len(words) > 1 and "@" in words[1] else ""
