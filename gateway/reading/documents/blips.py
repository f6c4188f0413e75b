"""Pictures as the Office formats before 2007 keep them (MS-ODRAW §2.2.23): each behind a small record of its own."""

import re
import zlib
from collections.abc import Iterator

from gateway.reading.documents.container import inner
from gateway.reading.documents.unfold import inflate
from gateway.reading.pieces import Piece

_RECORD = re.compile(rb"[\x1a-\x1f\x29\x2a]\xf0", re.DOTALL)
_METAFILES = {0x1A: "image/x-emf", 0x1B: "image/x-wmf"}
_STARTS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"II*\0", b"MM\0*")
_MOST_PICTURES = 200
_MOST_OCTETS = 32 * 1024 * 1024
_IDENTITY = 16


def pictures(piece: Piece, octets: bytes) -> Iterator[Piece]:
    """Every picture in a stream of such records, in order."""
    at = count = 0
    while count < _MOST_PICTURES and (record := _RECORD.search(octets, at)):
        start = record.start() + 6
        kind = octets[record.start()]
        length = int.from_bytes(octets[record.start() + 2 : start], "little")
        body = octets[start : start + length]
        found, type_ = _picture(kind, body) if 0 < length <= len(octets) - start else (b"", "")
        at = record.end()
        if found:
            count += 1
            at = start + length
            yield inner(piece, found, f"picture {count}", type_=type_)


def _picture(kind: int, body: bytes) -> tuple[bytes, str]:
    """The picture's octets and media type; (b"", "") if there is none here."""
    if kind in _METAFILES:
        return _metafile(body), _METAFILES[kind]
    start = min((at for mark in _STARTS if (at := body.find(mark, 0, 64)) >= 0), default=-1)
    return (body[start:], "application/octet-stream") if start >= 0 else (b"", "")


def _metafile(body: bytes) -> bytes:
    """A metafile stands behind one or two identities of 16 octets and a head of 34, and is deflated as a rule."""
    for at in (_IDENTITY + 34, 2 * _IDENTITY + 34):
        if body[at - 2 : at - 1] == b"\0":
            unfolded = inflate(body, _MOST_OCTETS, start=at, wbits=zlib.MAX_WBITS)
            if unfolded.octets:
                return unfolded.octets
    return b""
