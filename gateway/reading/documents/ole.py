"""Compound files (MS-CFB): Word, Excel and PowerPoint before 2007, Outlook's .msg, Office's encrypted files. Door to olefile.

What a storage is, its streams say; one file holds several, each within another. Of a kind that is not known (Publisher,
Visio) what looks like text is read, and it is said that this is not all.
"""

import io
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

from gateway.reading.documents import excel, outlook, packager, powerpoint, word
from gateway.reading.documents.blips import pictures
from gateway.reading.documents.container import inner, sheet, unread
from gateway.reading.documents.unfold import Allowance
from gateway.reading.limits import ReadingLimits
from gateway.reading.pieces import Item, Piece

Path = tuple[str, ...]

_WIDE = re.compile(rb"(?:[\t\x20-\x7e\xa0-\xff]\x00){8,}")
_NARROW = re.compile(rb"[\t\r\x20-\x7e]{20,}")
_KNOWN = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"{\\rtf", b"BM", b"RIFF", b"ID3")
_ENCRYPTED = {"encryptedpackage", "drmcontent", "\tdrmcontent", "encryption"}
_TOLD = _ENCRYPTED | {"worddocument", "powerpoint document", "workbook", "book", "package", "\x01ole10native"}
"""Streams that tell what a storage is."""
_SECTOR = 4096
_PROPERTIES = "__properties_version1.0"


class Compound:
    """The streams of a compound file. What is read counts: there may be many names for the same octets.

    storages: every storage that holds streams, with their names in lower case and their paths
    """

    def __init__(self, octets: bytes, limits: ReadingLimits) -> None:
        import olefile  # noqa: PLC0415  -- few messages need it

        self._file = olefile.OleFileIO(io.BytesIO(octets + bytes(-len(octets) % _SECTOR)))
        self._allowance = Allowance(limits)
        self.paths: list[Path] = [tuple(path) for path in self._file.listdir(streams=True, storages=False)]
        self.storages: dict[Path, dict[str, Path]] = {}
        for path in sorted(self.paths, key=len):
            self.storages.setdefault(path[:-1], {})[path[-1].lower()] = path
        self.cut = False

    def read(self, path: Path) -> bytes:
        """The octets of a stream; b"" where it is not there or the allowance is used up."""
        try:
            size = self._file.get_size(list(path))
            if size > self._allowance.most:
                self.cut = True
                return b""
            self._allowance.spend(size)
            octets: bytes = self._file.openstream(list(path)).read()
        except Exception:  # noqa: BLE001  -- olefile has many ways to stumble over what is damaged
            return b""
        return octets


def compound(piece: Piece, limits: ReadingLimits) -> Iterator[Item]:
    """Extractor of compound files."""
    try:
        file = Compound(piece.octets, limits)
    except Exception:  # noqa: BLE001  -- olefile has many ways to stumble over what is damaged
        yield from _looks([piece.octets], piece, limits)
        yield unread(piece, "damaged: only what looks like text in it was read")
        return
    known = False
    for storage, streams in file.storages.items():
        if storage == () and _PROPERTIES in streams:
            yield from outlook.message(piece, file, limits)
            return
        known = known or bool(_TOLD.intersection(streams))
        for item in _storage(piece, file, streams, limits):
            known = True
            yield item
    if any(path[-1].upper() == "_VBA_PROJECT" for path in file.paths):
        yield unread(piece, "not read: macros")
    if not known:
        yield from _looks(map(file.read, file.paths), piece, limits)
        yield unread(piece, "unknown format: only what looks like text in it was read")
    if file.cut:
        yield unread(piece, "too large: not all that is in it was read")


def _storage(piece: Piece, file: Compound, streams: Mapping[str, Path], limits: ReadingLimits) -> Iterator[Item]:
    if _ENCRYPTED.intersection(streams):
        yield unread(piece, "encrypted")
    elif "worddocument" in streams:
        tables = [file.read(streams[name]) if name in streams else b"" for name in ("0table", "1table")]
        yield from word.document(piece, file.read(streams["worddocument"]), tables, limits)
        yield from pictures(piece, file.read(streams["data"]) if "data" in streams else b"")
    elif "powerpoint document" in streams:
        user = file.read(streams["current user"]) if "current user" in streams else b""
        yield from powerpoint.presentation(piece, file.read(streams["powerpoint document"]), user, limits)
        yield from pictures(piece, file.read(streams["pictures"]) if "pictures" in streams else b"")
    elif "workbook" in streams or "book" in streams:
        for name in ("workbook", "book"):
            if name in streams:
                yield from excel.workbook(piece, file.read(streams[name]), limits)
    yield from _embedded(piece, file, streams)


def _embedded(piece: Piece, file: Compound, streams: Mapping[str, Path]) -> Iterator[Item]:
    if "package" in streams:
        yield inner(piece, file.read(streams["package"]), "package")
    if "\x01ole10native" in streams:
        yield from packager.native(piece, file.read(streams["\x01ole10native"]))
    if "contents" in streams and (octets := file.read(streams["contents"])).startswith(_KNOWN):
        yield inner(piece, octets, "contents")


def _looks(streams: Iterable[bytes], piece: Piece, limits: ReadingLimits) -> Iterator[Item]:
    """What looks like text in octets that are not understood: in two octets for each character, or in one."""
    found: dict[str, None] = {}
    left = limits.text
    for octets in streams:
        wide = (match[0].decode("utf-16-le", "replace") for match in _WIDE.finditer(octets))
        narrow = (match[0].decode("ascii").replace("\r", "\n") for match in _NARROW.finditer(octets))
        for text in chain(wide, narrow):
            left -= len(text)
            if left < 0:
                break
            if " " in text.strip():
                found[text.strip()] = None
    if found:
        yield sheet(piece, "\n".join(found))
