"""Compressed octets unfolded within bounds: what comes out is counted while it comes out.

Nothing raises here. A stream that breaks off gives what it held so far; one that would go on for too long is cut.
"""

import bz2
import lzma
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from gateway.reading.limits import ReadingLimits

_BITE = 64 * 1024
LARGEST_DICTIONARY = 64 * 1024 * 1024
_MOST_MEMBERS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfolded:
    """octets: what came out; used: how many went in; whole: the stream came to its end; cut: there was more than allowed."""

    octets: bytes = field(repr=False)
    used: int
    whole: bool
    cut: bool = False


class Allowance:
    """How much one container may still unfold to. No single thing in it takes more than half of the whole."""

    def __init__(self, limits: ReadingLimits) -> None:
        self._left = limits.expanded
        self._single = max(1, limits.expanded // 2)

    @property
    def most(self) -> int:
        """How much the next thing may unfold to."""
        return min(self._left, self._single)

    def spend(self, octets: int) -> None:
        """Note that so much was unfolded."""
        self._left = max(0, self._left - octets)


class _Stream(Protocol):
    """What bz2 and lzma have in common."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int = -1) -> bytes: ...


def inflate(octets: bytes, most: int, *, start: int = 0, wbits: int = -15) -> Unfolded:
    """Deflate (RFC 1951); wbits as zlib's: -15 raw, 15 with zlib's head, 31 with gzip's."""
    stream = zlib.decompressobj(wbits)
    out = bytearray()
    at = start
    try:
        while at < len(octets) and not stream.eof:
            bite = octets[at : at + _BITE]
            at += len(bite)
            while bite and not stream.eof:
                out += stream.decompress(bite, most + 1 - len(out))
                if len(out) > most:
                    return Unfolded(octets=bytes(out[:most]), used=at - start, whole=False, cut=True)
                bite = stream.unconsumed_tail
    except zlib.error:
        return Unfolded(octets=bytes(out), used=at - start, whole=False)
    return Unfolded(octets=bytes(out), used=at - len(stream.unused_data) - start, whole=stream.eof)


def bunzip(octets: bytes, most: int, *, start: int = 0) -> Unfolded:
    """One bzip2 stream."""
    return _drained(bz2.BZ2Decompressor(), octets, most, start)


def unxz(octets: bytes, most: int, *, start: int = 0) -> Unfolded:
    """One stream of xz or of the older .lzma."""
    return _drained(lzma.LZMADecompressor(memlimit=2 * LARGEST_DICTIONARY), octets, most, start)


def unlzma(octets: bytes, most: int, *, start: int = 0) -> Unfolded:
    """LZMA as zip has it: a version, the size of the properties, five octets of properties, raw data (APPNOTE 5.8.8)."""
    properties = octets[start + 4 : start + 9]
    dictionary = int.from_bytes(properties[1:5], "little")
    if len(properties) < 5 or properties[0] >= 225 or dictionary > LARGEST_DICTIONARY:  # noqa: PLR2004  -- 9 * 5 * 5
        return Unfolded(octets=b"", used=0, whole=False)
    rest, lc = divmod(properties[0], 9)
    pb, lp = divmod(rest, 5)
    filters = [{"id": lzma.FILTER_LZMA1, "dict_size": max(4096, dictionary), "lc": lc, "lp": lp, "pb": pb}]
    try:
        stream = lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=filters)
    except (lzma.LZMAError, ValueError):
        return Unfolded(octets=b"", used=0, whole=False)
    return _drained(stream, octets, most, start + 9)


def raw(octets: bytes, filters: list[dict[str, int]], most: int) -> Unfolded:
    """What these filters of the standard library's made, in the order in which they did."""
    try:
        stream = lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=filters)
    except (lzma.LZMAError, ValueError, MemoryError):
        return Unfolded(octets=b"", used=0, whole=False)
    return _drained(stream, octets, most, 0)


def _drained(stream: _Stream, octets: bytes, most: int, start: int) -> Unfolded:
    out = bytearray()
    at = start
    try:
        while at < len(octets) and not stream.eof:
            bite = octets[at : at + _BITE]
            at += len(bite)
            out += stream.decompress(bite, most + 1 - len(out))
            while not (stream.eof or stream.needs_input or len(out) > most):
                out += stream.decompress(b"", most + 1 - len(out))
            if len(out) > most:
                return Unfolded(octets=bytes(out[:most]), used=at - start, whole=False, cut=True)
    except (OSError, EOFError, lzma.LZMAError, MemoryError):
        return Unfolded(octets=bytes(out), used=at - start, whole=False)
    return Unfolded(octets=bytes(out), used=at - len(stream.unused_data) - start, whole=stream.eof)


Unfolder = Callable[[bytes, int, int], Unfolded]
"""(octets, most, start) of one stream."""


def members(octets: bytes, most: int, unfold: Unfolder) -> Unfolded:
    """Streams of one kind, one behind the other, as one. What follows them is left over: `used` tells."""
    out: list[bytes] = []
    at = made = count = 0
    found = Unfolded(octets=b"", used=0, whole=False)
    while at < len(octets) and count < _MOST_MEMBERS:
        found = unfold(octets, most - made, at)
        if count and not (found.octets or found.whole):
            return Unfolded(octets=b"".join(out), used=at, whole=True)
        out.append(found.octets)
        made, at, count = made + len(found.octets), at + found.used, count + 1
        if not found.whole or made >= most:
            break
    return Unfolded(octets=b"".join(out), used=at, whole=found.whole, cut=found.cut or (made >= most and at < len(octets)))
