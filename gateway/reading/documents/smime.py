"""S/MIME (RFC 8551, RFC 5652): what is only signed or compressed is read; what is encrypted is named so.

Only as much of DER and BER is understood as it takes to find the content; no signature is checked.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from gateway.reading import transfer
from gateway.reading.documents.container import unread
from gateway.reading.documents.unfold import Allowance, inflate
from gateway.reading.limits import ReadingLimits
from gateway.reading.pieces import ENTITY, Item, Piece

_SIGNED, _COMPRESSED = b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02", b"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x09"
_ENCRYPTED = {
    b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03": "enveloped",
    b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x04": "signed and enveloped",
    b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x06": "encrypted",
    b"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x17": "authenticated and enveloped",
}
_SEQUENCE, _IDENTIFIER, _OCTETS, _CONTENT = 0x30, 0x06, 0x04, 0xA0
_CONSTRUCTED = 0x20
_ARMOUR = re.compile(rb"-----BEGIN (?:PKCS ?#?7|CMS|SIGNED MESSAGE)-----(.*?)(?:-----END|\Z)", re.DOTALL)
_DEEPEST, _MOST_PARTS = 30, 100_000


class _Broken(Exception):  # noqa: N818  -- it is no DER, or none of this kind
    pass


@dataclass(frozen=True, slots=True)
class _Element:
    """tag; where its content begins and ends; end: where the next element begins."""

    tag: int
    start: int
    stop: int
    end: int


def signed(piece: Piece, limits: ReadingLimits) -> Iterator[Item]:
    """Extractor of application/pkcs7-mime."""
    declared = piece.parameters.get("smime-type", "").lower()
    octets = _binary(piece.octets)
    try:
        kind, content = _content(octets)
    except (_Broken, IndexError):
        yield unread(piece, "encrypted" if "enveloped" in declared else "damaged")
        return
    if kind in _ENCRYPTED:
        yield unread(piece, "encrypted")
    elif kind == _COMPRESSED:
        unfolded = inflate(content, Allowance(limits).most, wbits=15)
        yield _entity(piece, unfolded.octets)
        if not unfolded.whole:
            yield unread(piece, "too large" if unfolded.cut else "damaged")
    elif kind == _SIGNED:
        if content.strip():
            yield _entity(piece, content)
    else:
        yield unread(piece, "unknown format: a cryptographic message of another kind")


def signs(octets: bytes) -> bytes | None:
    """What stands in SignedData (RFC 5652 §5.1) and is signed, b"" where that is elsewhere; None where it is none, or goes on."""
    if octets[:1] != b"\x30":
        return None
    try:
        kind, content = _content(octets)
        behind = octets[_element(octets, 0).end :]
    except (_Broken, IndexError):
        return None
    return content.strip() if kind == _SIGNED and not behind.strip(b"\0\t\r\n ") else None


def _entity(piece: Piece, octets: bytes) -> Piece:
    return replace(piece, octets=octets, type=ENTITY, parameters={}, name="", depth=piece.depth + 1)


def _binary(octets: bytes) -> bytes:
    """Without the armour, or the base64 that a transfer encoding left in it."""
    if found := _ARMOUR.search(octets[: 1024 * 1024] if b"-----BEGIN" in octets[:4096] else b""):
        return transfer.base64(found[1])
    return octets if octets[:1] == b"\x30" else transfer.base64(octets)


def _content(octets: bytes) -> tuple[bytes, bytes]:
    """(kind of content, what is signed or compressed). Raises _Broken."""
    info = _expect(octets, 0, _SEQUENCE)
    identifier = _expect(octets, info.start, _IDENTIFIER)
    kind = octets[identifier.start : identifier.stop]
    if kind not in {_SIGNED, _COMPRESSED}:
        return kind, b""
    data = _expect(octets, _expect(octets, identifier.end, _CONTENT).start, _SEQUENCE)
    at = data.start
    while at < data.stop:
        element = _element(octets, at)
        if element.tag == _SEQUENCE and octets[element.start] == _IDENTIFIER:
            inside = _inside(octets, element)
            if inside is not None:
                return kind, inside
            if kind == _SIGNED:
                return kind, b""
        at = element.end
    raise _Broken


def _inside(octets: bytes, element: _Element) -> bytes | None:
    """The octets of an EncapsulatedContentInfo; None where it has none."""
    identifier = _element(octets, element.start)
    if identifier.end >= element.stop or octets[identifier.end] != _CONTENT:
        return None
    wrapped = _element(octets, identifier.end)
    return b"".join(_joined(octets, wrapped.start, 0))


def _joined(octets: bytes, at: int, depth: int) -> Iterator[bytes]:
    """The octets of an OCTET STRING, which BER lets come in pieces."""
    element = _element(octets, at)
    if element.tag == _OCTETS:
        yield octets[element.start : element.stop]
    elif element.tag == _OCTETS | _CONSTRUCTED and depth < _DEEPEST:
        inside = element.start
        while inside < element.stop:
            yield from _joined(octets, inside, depth + 1)
            inside = _element(octets, inside).end
    elif element.tag == _SEQUENCE:
        yield octets[element.start : element.stop]
    else:
        raise _Broken


def _expect(octets: bytes, at: int, tag: int) -> _Element:
    element = _element(octets, at)
    if element.tag != tag:
        raise _Broken
    return element


def _element(octets: bytes, at: int, depth: int = 0) -> _Element:
    """The element at `at` (X.690 §8.1). One without a length ends with two zero octets. Raises _Broken, IndexError."""
    tag, length = octets[at], octets[at + 1]
    start = at + 2
    if length == 0x80:  # noqa: PLR2004  -- X.690 §8.1.3.6
        stop = _end(octets, start, depth)
        return _Element(tag, start, stop, stop + 2)
    if length > 0x80:  # noqa: PLR2004  -- X.690 §8.1.3.5
        size = length & 0x7F
        length = int.from_bytes(octets[start : start + size], "big")
        start += size
    stop = min(start + length, len(octets))
    return _Element(tag, start, stop, stop)


def _end(octets: bytes, at: int, depth: int) -> int:
    """Where the two zero octets stand that end an element of unknown length."""
    if depth > _DEEPEST:
        raise _Broken
    for _ in range(_MOST_PARTS):
        if at >= len(octets) or octets[at : at + 2] == b"\0\0":
            return min(at, len(octets))
        at = _element(octets, at, depth + 1).end
    raise _Broken
