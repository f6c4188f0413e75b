"""Which messages are near-identical: a blanket mail sent in pieces, or to each recipient with his own name in it.

A sketch keeps the 64 smallest hashes of a message's word triples (bottom-k), behind a hash of what was found in it. Two
sketches tell what share of their triples two messages have in common, without the messages; where not the same was found, two
messages are never near, however few words they differ in. Only the octets behind the header are looked at, as they stand; nothing
is parsed. What differs in every copy (boundaries, numbers) is left out, so an attachment that differs still counts.
"""

import re
from binascii import crc32
from collections.abc import Iterator
from struct import pack, unpack

from gateway.mail import Content

_LOOKED_AT = 256 * 1024
_KEPT = 64
_ENOUGH = 0.9
_RUN = 3
_WORD = re.compile(rb"[^\s\d<>=\"']+")
_BOUNDARY = re.compile(rb"^--.*$|^content-.*$|^ .*boundary=.*$", re.IGNORECASE | re.MULTILINE)
_HEAD_END = re.compile(rb"\r?\n\r?\n")


def sketch(content: Content, found: str = "") -> bytes:
    """The sketch of a message, 4 octets a hash; `found` says what was found in it. Raises OSError if its file is gone."""
    octets = _beginning(content)
    end = _HEAD_END.search(octets)
    body = _BOUNDARY.sub(b"", octets[end.end() :] if end else b"").lower()
    kept = sorted(set(_hashes(_WORD.findall(body))))[:_KEPT]
    return pack(f">{len(kept) + 1}I", crc32(found.encode()), *kept)


def near(one: bytes, other: bytes) -> bool:
    """Whether two messages have most of their words in common. One without words is near none."""
    first, second = _read(one[4:]), _read(other[4:])
    if one[:4] != other[:4] or not first or not second:
        return False
    union = sorted(first | second)[: min(_KEPT, max(len(first), len(second)))]
    return sum(hash_ in first and hash_ in second for hash_ in union) >= _ENOUGH * len(union)


def _read(written: bytes) -> frozenset[int]:
    return frozenset(unpack(f">{len(written) // 4}I", written))


def _hashes(words: list[bytes]) -> Iterator[int]:
    for start in range(max(1, len(words) - _RUN + 1) if words else 0):
        yield crc32(b" ".join(words[start : start + _RUN]))


def _beginning(content: Content) -> bytes:
    octets = b""
    for piece in content.chunks():
        octets += piece
        if len(octets) >= _LOOKED_AT:
            break
    return octets[:_LOOKED_AT]
