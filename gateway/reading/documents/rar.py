"""RAR archives, of version 5 and before: the names in them, and the files that were put in without being packed.

How RAR packs is nobody's but its maker's, and no library of ours may undo it: what is packed is Unread by its name, what asks
for a password is `encrypted`. Nothing raises that is foreseen.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from gateway.mail import Unread
from gateway.reading.documents.container import inner, label, unread
from gateway.reading.limits import ReadingLimits
from gateway.reading.pieces import Item, Piece

_FOUR, _FIVE = b"Rar!\x1a\x07\x00", b"Rar!\x1a\x07\x01\x00"
PACKED = "not read: packed by RAR"
_MOST_VALUE = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    name: str
    octets: bytes
    why: str
    folder: bool = False


def archive(piece: Piece, limits: ReadingLimits) -> Iterator[Item]:
    """Extractor of RAR archives."""
    read = _five if piece.octets.startswith(_FIVE) else _four if piece.octets.startswith(_FOUR) else None
    found = 0
    for file in read(piece.octets) if read else ():
        if isinstance(file, str):
            yield unread(piece, file)
            return
        if (found := found + 1) > limits.parts:
            yield unread(piece, f"too large: the first {limits.parts} of the files in it were read")
            return
        yield from _said(piece, file)
    if not found:
        yield unread(piece, PACKED if read else "not read: a RAR archive")


def _said(piece: Piece, file: _File) -> Iterator[Item]:
    if file.octets.strip():
        yield inner(piece, file.octets, file.name)
    else:
        yield from label(piece, file.name)
    if file.why:
        yield _missed(piece, file)


def _missed(piece: Piece, file: _File) -> Unread:
    return unread(piece, file.why, file.name)


def _five(octets: bytes) -> Iterator[_File | str]:
    """The files; the reason where no more can be told."""
    at = len(_FIVE)
    while at + 7 <= len(octets):
        size, start = _value(octets, at + 4)
        kind, next_ = _value(octets, start)
        flags, next_ = _value(octets, next_)
        extra, next_ = _value(octets, next_) if flags & 1 else (0, next_)
        data, next_ = _value(octets, next_) if flags & 2 else (0, next_)
        end = start + size
        if not size or end > len(octets):
            yield "damaged"
            return
        if kind == 4:  # noqa: PLR2004  -- all behind it is encrypted
            yield "encrypted"
            return
        if kind == 2:  # noqa: PLR2004  -- a file
            yield _file_five(octets, next_, end - extra, end, octets[end : end + data], flags)
        if kind == 5:  # noqa: PLR2004  -- the end
            return
        at = end + data


def _file_five(octets: bytes, at: int, extra: int, end: int, data: bytes, flags: int) -> _File:  # noqa: PLR0913, PLR0917  -- a header
    about, at = _value(octets, at)
    _, at = _value(octets, at)
    _, at = _value(octets, at)
    at += 4 * bool(about & 2) + 4 * bool(about & 4)
    method, at = _value(octets, at)
    _, at = _value(octets, at)
    length, at = _value(octets, at)
    name = octets[at : min(at + length, end)].decode("utf-8", "replace")
    folder = bool(about & 1)
    if folder:
        return _File(name=name, octets=b"", why="", folder=True)
    if _locked(octets[extra:end]):
        return _File(name=name, octets=b"", why="encrypted")
    stored = not (method >> 7) & 7 and not flags & 0x18
    return _File(name=name, octets=data if stored else b"", why="" if stored else PACKED)


def _locked(extra: bytes) -> bool:
    """Whether a record about a file says that it is encrypted."""
    at = 0
    while at < len(extra):
        size, start = _value(extra, at)
        kind, _ = _value(extra, start)
        if kind == 1:
            return True
        if not size:
            break
        at = start + size
    return False


def _value(octets: bytes, at: int) -> tuple[int, int]:
    """A number of seven bits to the octet, and where it ends."""
    found = 0
    for count, octet in enumerate(octets[at : at + _MOST_VALUE]):
        found |= (octet & 0x7F) << (7 * count)
        if not octet & 0x80:
            return found, at + count + 1
    return found, at + _MOST_VALUE


def _four(octets: bytes) -> Iterator[_File | str]:
    """The same of the older kind."""
    at = len(_FOUR)
    while at + 7 <= len(octets):
        kind, flags = octets[at + 2], int.from_bytes(octets[at + 3 : at + 5], "little")
        size = int.from_bytes(octets[at + 5 : at + 7], "little")
        if size < 7:  # noqa: PLR2004  -- of the smallest header
            yield "damaged"
            return
        if kind == 0x73 and flags & 0x80:  # noqa: PLR2004  -- the head, and all behind it encrypted
            yield "encrypted"
            return
        data = int.from_bytes(octets[at + 7 : at + 11], "little") if flags & 0x8000 or kind == 0x74 else 0  # noqa: PLR2004  -- a file
        if kind == 0x74:  # noqa: PLR2004  -- a file
            yield _file_four(octets[at : at + size], octets[at + size : at + size + data], flags)
        if kind == 0x7B:  # noqa: PLR2004  -- the end
            return
        at += size + data


def _file_four(header: bytes, data: bytes, flags: int) -> _File:
    length = int.from_bytes(header[26:28], "little")
    start = 32 + 8 * bool(flags & 0x100)
    name = header[start : start + length].split(b"\0")[0].decode("utf-8", "replace")
    if flags & 0xE0 == 0xE0:  # noqa: PLR2004  -- a folder
        return _File(name=name, octets=b"", why="", folder=True)
    if flags & 4:
        return _File(name=name, octets=b"", why="encrypted")
    stored = header[25:26] == b"\x30" and not flags & 3
    return _File(name=name, octets=data if stored else b"", why="" if stored else PACKED)
