"""7-Zip archives (7zFormat.txt of the LZMA SDK): each file in them is a piece.

Read is what LZMA, LZMA2, bzip2, deflate and plain copying pack, alone or behind the filters that the standard library knows;
that is what 7-Zip writes unless told otherwise. PPMd, BCJ2 and others are named, what asks for a password is `encrypted`.
Nothing raises that is foreseen; a directory that lies is damaged, and how much is unfolded is bounded by an Allowance.
"""

import lzma
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from gateway.reading.documents.container import inner, label, unread
from gateway.reading.documents.unfold import LARGEST_DICTIONARY, Allowance, Unfolded, bunzip, inflate, raw
from gateway.reading.limits import ReadingLimits
from gateway.reading.pieces import Item, Piece

MAGIC = b"7z\xbc\xaf\x27\x1c"
_HEAD = 32
_END, _HEADER, _STREAMS, _FILES, _PACK, _UNPACK, _PARTS = 0, 1, 4, 5, 6, 7, 8
_SIZE, _SUMS, _FOLDER, _UNPACKED, _COUNTS, _EMPTY, _NAMES, _ENCODED = 9, 10, 11, 12, 13, 14, 17, 23
_MOST_CODERS, _MOST_FOLDERS, _MOST_DIRECTORY = 8, 10_000, 4 * 1024 * 1024
_AES = b"\x06\xf1\x07\x01"
_COPY, _LZMA, _LZMA2, _DELTA = b"\0", b"\x03\x01\x01", b"\x21", b"\x03"
_DEFLATE, _BZIP2 = b"\x04\x01\x08", b"\x04\x02\x02"
_FILTERS = {
    b"\x03\x03\x01\x03": lzma.FILTER_X86,
    b"\x04": lzma.FILTER_X86,
    b"\x05": lzma.FILTER_POWERPC,
    b"\x06": lzma.FILTER_IA64,
    b"\x07": lzma.FILTER_ARM,
    b"\x08": lzma.FILTER_ARMTHUMB,
    b"\x09": lzma.FILTER_SPARC,
}
_NAMED = {b"\x03\x04\x01": "PPMd", b"\x03\x03\x01\x1b": "BCJ2", b"\x04\x01\x09": "Deflate64", b"\x04\xf7\x11\x01": "Zstandard"}
_LONGEST_CHECKS = 1000


class _LyingError(Exception):
    """The directory says what cannot be."""


@dataclass(frozen=True, slots=True)
class _Coder:
    way: bytes
    properties: bytes
    ins: int
    outs: int


@dataclass(slots=True)
class _Folder:
    """What is unfolded as one: its coders, which of their ends are joined, and how large it gets. parts: of each file in it."""

    coders: list[_Coder]
    joined: list[tuple[int, int]]
    packed: int
    sizes: list[int] = field(default_factory=list)
    parts: list[int] = field(default_factory=list)

    @property
    def size(self) -> int:
        """Of what comes out last."""
        bound = {out for _, out in self.joined}
        return next((size for out, size in enumerate(self.sizes) if out not in bound), 0)


@dataclass(slots=True)
class _Streams:
    start: int = 0
    packed: list[int] = field(default_factory=list)
    folders: list[_Folder] = field(default_factory=list)


class _Reader:
    """Numbers and bits of a directory. Raises _LyingError beyond its end."""

    def __init__(self, octets: bytes) -> None:
        self._octets = octets
        self._at = 0

    def take(self, count: int) -> bytes:
        """So many octets."""
        if count < 0 or self._at + count > len(self._octets):
            raise _LyingError
        self._at += count
        return self._octets[self._at - count : self._at]

    def octet(self) -> int:
        """One."""
        return self.take(1)[0]

    def number(self) -> int:
        """A number whose first octet says how many follow."""
        first, mask = self.octet(), 0x80
        for count in range(8):
            if not first & mask:
                return ((first & (mask - 1)) << 8 * count) + int.from_bytes(self.take(count), "little")
            mask >>= 1
        return int.from_bytes(self.take(8), "little")

    def count(self, most: int) -> int:
        """A number of things, no more than there can be."""
        found = self.number()
        if found > most:
            raise _LyingError
        return found

    def bits(self, count: int) -> list[bool]:
        """One for each of so many things."""
        octets = self.take(-(-count // 8))
        return [bool(octets[number // 8] >> (7 - number % 8) & 1) for number in range(count)]

    def sums(self, count: int) -> int:
        """Pass over check sums; how many there are."""
        known = count if self.octet() else sum(self.bits(count))
        self.take(4 * known)
        return known


def archive(piece: Piece, limits: ReadingLimits) -> Iterator[Item]:
    """Extractor of 7-Zip archives."""
    allowance = Allowance(limits)
    try:
        streams, names = _directory(piece.octets, limits)
    except _LyingError:
        yield unread(piece, "damaged")
        return
    except _ShutError as shut:
        yield unread(piece, str(shut))
        return
    yield from _files(piece, streams, names, allowance, limits.parts)


class _ShutError(Exception):
    """It cannot be opened; its words are why."""


def _directory(octets: bytes, limits: ReadingLimits) -> tuple[_Streams, list[tuple[str, bool]]]:
    """Where what is, and the (name, whether there is something in it) of each file. Raises _LyingError or _ShutError."""
    at, size = int.from_bytes(octets[12:20], "little"), int.from_bytes(octets[20:28], "little")
    header = octets[_HEAD + at : _HEAD + at + size]
    if len(header) < size or (not size and len(octets) != _HEAD):
        raise _LyingError
    for _ in range(4):
        reader = _Reader(header)
        kind = reader.octet() if header else _END
        if kind != _ENCODED:
            break
        streams = _streams(reader, limits.parts)
        if not streams.folders or streams.folders[0].size > min(_MOST_DIRECTORY, limits.expanded):
            raise _LyingError
        opened, why = _unfolded(octets, streams, 0, streams.start, streams.folders[0].size)
        if why:
            raise _ShutError(why)
        header = opened
    if kind == _END:
        return _Streams(), []
    if kind != _HEADER:
        raise _LyingError
    return _listed(reader, limits.parts)


def _listed(reader: _Reader, most: int) -> tuple[_Streams, list[tuple[str, bool]]]:
    streams, names = _Streams(), []
    while (kind := reader.octet()) != _END:
        if kind == _STREAMS:
            streams = _streams(reader, most)
        elif kind == _FILES:
            names = _named(reader)
        else:
            raise _LyingError
    return streams, names


def _streams(reader: _Reader, most: int) -> _Streams:
    found, told = _Streams(), False
    while (kind := reader.octet()) != _END:
        if kind == _PACK:
            _packed(reader, found)
        elif kind == _UNPACK:
            _folders(reader, found)
        elif kind == _PARTS:
            _parts(reader, found, max(most, 1) * 100)
            told = True
        else:
            raise _LyingError
    for folder in found.folders:
        folder.parts = folder.parts if told else [folder.size]
    return found


def _packed(reader: _Reader, found: _Streams) -> None:
    found.start = _HEAD + reader.number()
    count = reader.count(_MOST_FOLDERS)
    while (kind := reader.octet()) != _END:
        if kind == _SIZE:
            found.packed = [reader.number() for _ in range(count)]
        elif kind == _SUMS:
            reader.sums(count)
        else:
            raise _LyingError


def _folders(reader: _Reader, found: _Streams) -> None:
    if reader.octet() != _FOLDER:
        raise _LyingError
    count = reader.count(_MOST_FOLDERS)
    if reader.octet():
        raise _LyingError
    found.folders = [_folder(reader) for _ in range(count)]
    while (kind := reader.octet()) != _END:
        if kind == _UNPACKED:
            for folder in found.folders:
                folder.sizes = [reader.number() for coder in folder.coders for _ in range(coder.outs)]
        elif kind == _SUMS:
            reader.sums(count)
        else:
            raise _LyingError


def _folder(reader: _Reader) -> _Folder:
    coders = [_coder(reader) for _ in range(reader.count(_MOST_CODERS))]
    ins, outs = sum(coder.ins for coder in coders), sum(coder.outs for coder in coders)
    joined = [(reader.number(), reader.number()) for _ in range(max(0, outs - 1))]
    packed = ins - len(joined)
    if packed > 1:
        for _ in range(packed):
            reader.number()
    return _Folder(coders, joined, packed)


def _coder(reader: _Reader) -> _Coder:
    flags = reader.octet()
    way = reader.take(flags & 15)
    ins, outs = (reader.count(_MOST_CODERS), reader.count(_MOST_CODERS)) if flags & 0x10 else (1, 1)
    return _Coder(way, reader.take(reader.count(_LONGEST_CHECKS)) if flags & 0x20 else b"", ins, outs)


def _parts(reader: _Reader, found: _Streams, most: int) -> None:
    """How the files lie in the folders; the last of each has what is left."""
    counts = [1] * len(found.folders)
    kind = reader.octet()
    if kind == _COUNTS:
        counts = [reader.count(most) for _ in found.folders]
        kind = reader.octet()
    for folder, count in zip(found.folders, counts, strict=True):
        sizes = [reader.number() for _ in range(count - 1)] if kind == _SIZE else []
        folder.parts = [*sizes, max(0, folder.size - sum(sizes))] if count else []
    if kind == _SIZE:
        kind = reader.octet()
    if kind == _SUMS:
        reader.sums(sum(counts))
        kind = reader.octet()
    if kind != _END:
        raise _LyingError


def _named(reader: _Reader) -> list[tuple[str, bool]]:
    count = reader.count(1_000_000)
    names: list[str] = []
    empty = [False] * count
    while (kind := reader.number()) != _END:
        data = reader.take(reader.number())
        if kind == _NAMES and data[:1] == b"\0":
            names = data[1:].decode("utf-16-le", "replace").split("\0")[:count]
        elif kind == _EMPTY:
            empty = _Reader(data).bits(count)
    return [(name, not nothing) for name, nothing in zip([*names, *[""] * (count - len(names))], empty, strict=True)]


def _files(piece: Piece, streams: _Streams, names: Sequence[tuple[str, bool]], allowance: Allowance, most: int) -> Iterator[Item]:
    """The files folder by folder, as they lie in them."""
    for name, full in names[:most]:
        if not full:
            yield from label(piece, name)
    full_ones = iter([name for name, full in names if full][:most])
    at, stream = streams.start, 0
    for number, folder in enumerate(streams.folders):
        owned = [next(full_ones, "") for _ in folder.parts[:most]]
        allowed = allowance.most
        opened, why = _unfolded(piece.octets, streams, number, at, min(folder.size, allowed))
        allowance.spend(len(opened))
        yield from _of_folder(piece, opened, list(zip(owned, folder.parts, strict=False)), why)
        at += sum(streams.packed[stream : stream + folder.packed])
        stream += folder.packed
    if len(names) > most:
        yield unread(piece, f"too large: the first {most} of the files in it were read")


def _of_folder(piece: Piece, opened: bytes, owned: Sequence[tuple[str, int]], why: str) -> Iterator[Item]:
    start = 0
    for name, size in owned:
        octets = opened[start : start + size]
        start += size
        if octets.strip():
            yield inner(piece, octets, name)
        else:
            yield from label(piece, name)
        if len(octets) < size:
            yield unread(piece, why or "too large", name)


def _unfolded(octets: bytes, streams: _Streams, number: int, at: int, most: int) -> tuple[bytes, str]:
    """What a folder holds, no more than so much, and why that is not all."""
    folder = streams.folders[number]
    if any(coder.way == _AES for coder in folder.coders):
        return b"", "encrypted"
    if strange := next((coder.way for coder in folder.coders if not _is_known(coder)), None):
        return b"", f"not read: packed by {_NAMED.get(strange, 'a way that is not known here')}"
    first = sum(one.packed for one in streams.folders[:number])
    packed = octets[at : at + sum(streams.packed[first : first + 1])]
    found = _undone(packed, _in_order(folder), most)
    if found is None:
        return b"", "damaged"
    return found.octets[:most], "" if len(found.octets) >= folder.size else "damaged" if len(found.octets) < most else "too large"


def _is_known(coder: _Coder) -> bool:
    known = {_COPY, _LZMA, _LZMA2, _DELTA, _DEFLATE, _BZIP2, *_FILTERS}
    return coder.way in known and coder.ins == coder.outs == 1


def _in_order(folder: _Folder) -> list[_Coder]:
    """Its coders as they packed it, the first one first: each reads what comes out of the next."""
    behind = dict(folder.joined)
    bound = set(behind.values())
    at: int | None = next((number for number in range(len(folder.coders)) if number not in bound), None)
    chain: list[_Coder] = []
    while at is not None and at < len(folder.coders) and len(chain) < _MOST_CODERS:
        chain.append(folder.coders[at])
        at = behind.get(at)
    return chain


def _undone(packed: bytes, chain: Sequence[_Coder], most: int) -> Unfolded | None:
    """None where its coders do not go together."""
    if not chain:
        return None
    if len(chain) == 1 and chain[0].way == _COPY:
        return Unfolded(octets=packed[:most], used=len(packed), whole=True)
    if len(chain) == 1 and chain[0].way in {_DEFLATE, _BZIP2}:
        return (inflate if chain[0].way == _DEFLATE else bunzip)(packed, most)
    filters = [_filter(coder) for coder in chain]
    return raw(packed, [one for one in filters if one], most) if all(filters) else None


def _filter(coder: _Coder) -> dict[str, int] | None:
    """As the standard library asks for it; None for what it does not know, or a dictionary that is too large."""
    given = coder.properties
    if coder.way == _LZMA and len(given) >= 5 and given[0] < 225:  # noqa: PLR2004  -- 9 * 5 * 5, and four octets of size
        rest, lc = divmod(given[0], 9)
        pb, lp = divmod(rest, 5)
        size = int.from_bytes(given[1:5], "little")
        return {"id": lzma.FILTER_LZMA1, "dict_size": max(4096, size), "lc": lc, "lp": lp, "pb": pb} if _fits(size) else None
    if coder.way == _LZMA2 and given and given[0] <= 40:  # noqa: PLR2004  -- as large as they get
        size = (2 | given[0] & 1) << (given[0] // 2 + 11)
        return {"id": lzma.FILTER_LZMA2, "dict_size": size} if _fits(size) else None
    if coder.way == _DELTA and given:
        return {"id": lzma.FILTER_DELTA, "dist": given[0] + 1}
    return {"id": _FILTERS[coder.way]} if coder.way in _FILTERS else None


def _fits(dictionary: int) -> bool:
    return dictionary <= LARGEST_DICTIONARY
