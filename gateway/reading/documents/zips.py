"""What a zip holds, by whatever any program goes by (APPNOTE.TXT 6.3): its directory, or the headers before each file.

Programs differ where the two do not agree, where there are several directories, where something stands before the zip or
behind it, and where the directory is missing; all that any of them would find is found, each thing once. Deflated data end
where they end, whatever size is claimed. Nothing raises; how much is unfolded is bounded by an Allowance.
"""

import re
import struct
from bisect import bisect_right, insort
from collections.abc import Iterator
from dataclasses import dataclass

from gateway.reading.documents.unfold import Allowance, Unfolded, bunzip, inflate, unlzma, unxz
from gateway.reading.limits import ReadingLimits

_END, _LOCATOR, _END64 = b"PK\x05\x06", b"PK\x06\x07", b"PK\x06\x06"
_LISTED, _HEADER = b"PK\x01\x02", b"PK\x03\x04"
_NEXT = re.compile(rb"PK(?:\x03\x04|\x01\x02|\x07\x08|\x05\x06|\x06\x06)")
_FULL = 0xFFFFFFFF
_MOST_DIRECTORIES, _MOST_LOOKS = 8, 100_000
_WAYS = {8: inflate, 12: bunzip, 14: unlzma, 95: unxz}
_UNREADABLE = {9: "Deflate64", 93: "Zstandard", 97: "WavPack", 98: "PPMd"}
_AES = 99
_UTF8_NAME, _SIZES_BEHIND, _ENCRYPTED = 0x800, 0x8, 0x1


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing in a zip, as one header tells it.

    at: where its own header stands; start: where its data begin; packed: how long they are said to be
    """

    name: str
    method: int
    flags: int
    packed: int
    at: int
    start: int

    @property
    def encrypted(self) -> bool:
        """A password is asked for."""
        return bool(self.flags & _ENCRYPTED) or self.method == _AES

    @property
    def folder(self) -> bool:
        """It is a folder."""
        return self.name.endswith("/")

    @property
    def open_ended(self) -> bool:
        """How long it is is said behind its data."""
        return bool(self.flags & _SIZES_BEHIND)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """An entry, what it holds, and why that is not all ("" if it is)."""

    entry: Entry
    octets: bytes = b""
    why: str = ""


class Zip:
    """A zip's entries, and what is in them. whole: there is a directory; comment: what some programs show of it."""

    def __init__(self, octets: bytes, limits: ReadingLimits) -> None:
        self._octets = octets
        self._most = limits.parts
        self.allowance = Allowance(limits)
        self.comment = ""
        self.first, self.last = len(octets), 0
        self._covered: list[tuple[int, int]] = []
        self.more = False
        self.listed = self._listed()
        self.whole = self.last > 0

    def opened(self) -> Iterator[Opened]:
        """Everything in it: first what is listed, then what is not. `more` is set where there is more than is read."""
        for seen, entry in enumerate(self._all()):
            if seen >= self._most:
                self.more = True
                return
            yield self.open(entry)

    def _all(self) -> Iterator[Entry]:
        yield from self.listed
        yield from self._unlisted()

    def open(self, entry: Entry) -> Opened:
        """What is in an entry."""
        if entry.encrypted:
            self._cover(entry, entry.packed)
            return Opened(entry=entry, why="encrypted")
        if entry.folder and not entry.packed:
            self._cover(entry, 0)
            return Opened(entry=entry)
        most = self.allowance.most
        if not most:
            self._cover(entry, entry.packed)
            return Opened(entry=entry, why="too large")
        found = self._unfolded(entry, most)
        if found is None:
            self._cover(entry, entry.packed)
            way = _UNREADABLE.get(entry.method, f"method {entry.method}")
            return Opened(entry=entry, why=f"not read: compressed by {way}")
        self._cover(
            entry, found.used if found.whole else max(found.used, entry.packed) if found.cut else min(found.used, entry.packed)
        )
        self.allowance.spend(len(found.octets))
        why = f"too large: its first {most} octets were read" if found.cut else "" if found.whole else "damaged"
        return Opened(entry=entry, octets=found.octets, why=why)

    def _unfolded(self, entry: Entry, most: int) -> Unfolded | None:
        if entry.method == 0:
            return self._stored(entry, most)
        way = _WAYS.get(entry.method)
        return way(self._octets, most, start=entry.start) if way else None

    def _stored(self, entry: Entry, most: int) -> Unfolded:
        end = entry.start + entry.packed
        if entry.open_ended and not entry.packed and (behind := _NEXT.search(self._octets, entry.start)):
            end = behind.start()
        octets = self._octets[entry.start : min(end, entry.start + most)]
        whole = end <= len(self._octets)
        return Unfolded(octets=octets, used=end - entry.start, whole=whole, cut=end - entry.start > most)

    def _cover(self, entry: Entry, used: int) -> None:
        end = min(entry.start + used, len(self._octets))
        insort(self._covered, (entry.at, end))
        self.first, self.last = min(self.first, entry.at), max(self.last, end)

    # What is listed

    def _listed(self) -> tuple[Entry, ...]:
        found: dict[tuple[int, str, int, int, int], Entry] = {}
        end = len(self._octets)
        for _ in range(_MOST_DIRECTORIES):
            end = self._octets.rfind(_END, 0, end)
            if end < 0:
                break
            for entry in self._directory(end):
                found.setdefault((entry.at, entry.name, entry.method, entry.packed, entry.flags & _ENCRYPTED), entry)
                if len(found) > self._most:
                    break
            if found:
                self._note_end(end)
                break
        return tuple(found.values())

    def _note_end(self, end: int) -> None:
        length = _number(self._octets, end + 20, 2)
        self.comment = _text(self._octets[end + 22 : end + 22 + length])
        self.last = max(self.last, min(end + 22 + length, len(self._octets)))

    def _directory(self, end: int) -> Iterator[Entry]:
        size, offset, before = self._told(end)
        start = before - size
        if self._octets[start : start + 4] != _LISTED:
            start = offset
        shift = start - offset
        while self._octets[start : start + 4] == _LISTED and start + 46 <= len(self._octets):
            fields = struct.unpack_from("<HHHHHHIIIHHHHHII", self._octets, start + 4)
            length, extra, comment = fields[9], fields[10], fields[11]
            name = self._octets[start + 46 : start + 46 + length]
            more = self._octets[start + 46 + length : start + 46 + length + extra]
            sizes = _sizes64((fields[8], fields[7], fields[15]), more)
            yield from self._by((sizes[2] + shift, sizes[2]), name, method=fields[3], flags=fields[2], packed=sizes[1])
            start += 46 + length + extra + comment

    def _told(self, end: int) -> tuple[int, int, int]:
        """(size, offset) of the directory as the record of its end tells, and where it should end."""
        size, offset = _number(self._octets, end + 12, 4), _number(self._octets, end + 16, 4)
        if self._octets[end - 20 : end - 16] == _LOCATOR:
            at = self._octets.rfind(_END64, 0, end)
            if at >= 0:
                return _number(self._octets, at + 40, 8), _number(self._octets, at + 48, 8), at
        return size, offset, end

    def _by(self, places: tuple[int, int], name: bytes, *, method: int, flags: int, packed: int) -> Iterator[Entry]:
        """The entry as it is listed and, where its own header tells another thing, also as that has it."""
        place = next((p for p in places if self._octets[p : p + 4] == _HEADER and p >= 0), None)
        if place is None:
            yield Entry(
                name=_name(name, flags), method=0, flags=flags, packed=0, at=max(0, places[0]), start=len(self._octets) + 1
            )
            return
        own = self._own(place)
        yield Entry(name=_name(name, flags), method=method, flags=flags, packed=packed, at=place, start=own.start)
        if own.open_ended and not own.packed and own.method == method:
            return
        differs = own.method != method or own.encrypted != bool(flags & _ENCRYPTED) or (method == 0 and own.packed > packed)
        if differs or own.name != _name(name, flags):
            yield own

    def _own(self, at: int) -> Entry:
        """An entry as the header before it tells."""
        padded = self._octets[at : at + 30].ljust(30, b"\0")
        _, flags, method, _, _, _, packed, size, length, extra = struct.unpack_from("<HHHHHIIIHH", padded, 4)
        name = self._octets[at + 30 : at + 30 + length]
        _, packed, _ = _sizes64((size, packed, 0), self._octets[at + 30 + length : at + 30 + length + extra])
        return Entry(name=_name(name, flags), method=method, flags=flags, packed=packed, at=at, start=at + 30 + length + extra)

    # What is not listed

    def _unlisted(self) -> Iterator[Entry]:
        """Headers that stand in nothing that was read."""
        at = self._octets.find(_HEADER)
        for _ in range(_MOST_LOOKS):
            if at < 0:
                return
            end = self._covering(at)
            if end <= at:
                own = self._own(at)
                if own.name and (own.method in _WAYS or own.method in _UNREADABLE or own.method in {0, _AES}):
                    yield own
                    end = self._covering(at)
            at = self._octets.find(_HEADER, max(at + 4, end))
        self.more = True

    def _covering(self, at: int) -> int:
        """Where what covers `at` ends; `at` or less if nothing does."""
        index = bisect_right(self._covered, (at, len(self._octets) + 1))
        return max((end for _, end in self._covered[max(0, index - 20) : index]), default=0)


def _number(octets: bytes, at: int, size: int) -> int:
    return int.from_bytes(octets[at : at + size], "little")


def _sizes64(told: tuple[int, int, int], extra: bytes) -> tuple[int, int, int]:
    """(size, packed, offset), those that do not fit in 32 bits from the ZIP64 field (APPNOTE 4.5.3)."""
    if _FULL not in told:
        return told
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        if kind == 1:
            values = iter(_number(extra, at + 4 + 8 * n, 8) for n in range(length // 8))
            size, packed, offset = (next(values, 0) if number == _FULL else number for number in told)
            return size, packed, offset
        at += 4 + length
    return told


def _name(octets: bytes, flags: int) -> str:
    return _text(octets) if flags & _UTF8_NAME or not octets.isascii() else octets.decode("ascii")


def _text(octets: bytes) -> str:
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        return octets.decode("cp437")
