"""Files as Windows packs them into documents: OLE 1 objects (MS-OLEDS §2.2) and the packager's own format (Ole10Native)."""

import struct
from collections.abc import Iterator

from gateway.reading.documents.container import inner, unread
from gateway.reading.pieces import Item, Piece

_EMBEDDED = 2
_COMPOUND = b"\xd0\xcf\x11\xe0"


def old_object(piece: Piece, octets: bytes) -> Iterator[Item]:
    """What an OLE 1 object holds."""
    try:
        _, format_ = struct.unpack_from("<II", octets, 0)
        kind, at = _counted(octets, 8)
        _, at = _counted(octets, at)
        _, at = _counted(octets, at)
        size = struct.unpack_from("<I", octets, at)[0]
    except struct.error:
        yield unread(piece, "damaged: an embedded object")
        return
    data = octets[at + 4 : at + 4 + size]
    if format_ == _EMBEDDED and kind.lower() == b"package" and not data.startswith(_COMPOUND):
        yield from packed(piece, data)
    elif data.strip(b"\0"):
        yield inner(piece, data, kind.decode("latin-1"))


def _counted(octets: bytes, at: int) -> tuple[bytes, int]:
    """A string with its length before it, and where it ends. Raises struct.error."""
    length = struct.unpack_from("<I", octets, at)[0]
    return octets[at + 4 : at + 4 + length].rstrip(b"\0"), at + 4 + length


def native(piece: Piece, octets: bytes) -> Iterator[Item]:
    """The stream Ole10Native: a length, then what the packager wrote, or a program's own data."""
    size = int.from_bytes(octets[:4], "little")
    data = octets[4 : 4 + size] if 0 < size <= len(octets) else octets
    if data[:2] == b"\x02\0":
        yield from packed(piece, data)
    elif data.strip(b"\0"):
        yield inner(piece, data, "object")


def packed(piece: Piece, data: bytes) -> Iterator[Item]:
    """A file as the packager writes it: a mark, its label, its path, two numbers, another path, its length, its octets."""
    label_end = data.find(b"\0", 2)
    path_end = data.find(b"\0", label_end + 1)
    if min(label_end, path_end) < 0:
        yield unread(piece, "damaged: an embedded file")
        return
    at = path_end + 1 + 4
    temporary = int.from_bytes(data[at : at + 4], "little")
    at += 4 + temporary
    size = int.from_bytes(data[at : at + 4], "little")
    octets = data[at + 4 : at + 4 + size]
    if octets:
        yield inner(piece, octets, data[2:label_end].decode("cp1252", "replace"))
    if len(octets) < size:
        yield unread(piece, "damaged: an embedded file")
