"""What older Macintoshes wrapped files in: BinHex 4.0 (RFC 1741), MacBinary, AppleSingle and AppleDouble (RFC 1740).

The file itself is a piece, its name and its comment are text. A resource fork, which holds what only its own program shows, is
Unread where there is one.
"""

import re
import struct
from collections.abc import Iterator

from gateway.reading.charsets import decode
from gateway.reading.documents.container import inner, label, sheet, unread
from gateway.reading.limits import ReadingLimits
from gateway.reading.pieces import Item, Piece

BINHEX, MACBINARY, APPLE = "application/mac-binhex40", "application/x-macbinary", "application/applefile"
BEGINS = b"(This file must be converted with BinHex"
_ALPHABET = b"!\"#$%&'()*+,-012345689@ABCDEFGHIJKLMNPQRSTUVXYZ[`abcdefhijklmpqr"
_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_TO_BASE64 = bytes.maketrans(_ALPHABET, _BASE64)
_CODED = re.compile(rb"[\r\n][ \t]{0,9}:([\x20-~\r\n\t]+?):")
_RUN = re.compile(rb"(.?)\x90(.)", re.DOTALL)
_HEADER = 128
_SINGLE, _DOUBLE = b"\0\x05\x16\0", b"\0\x05\x16\x07"
_FILE, _RESOURCES, _NAME, _COMMENT = 1, 2, 3, 4
_MOST_ENTRIES = 64
_FORK = "not read: a resource fork"


def sniff(octets: bytes) -> str:
    """Which of these they are, "" for none."""
    if octets.startswith((_SINGLE, _DOUBLE)):
        return APPLE
    head = octets[:_HEADER]
    if len(head) < _HEADER or head[0] or head[74] or head[82] or not 0 < head[1] < 64:  # noqa: PLR2004  -- the longest name
        return ""
    forks = sum(struct.unpack(">II", head[83:91]))
    printable = all(32 <= octet < 127 for octet in head[65:73])  # noqa: PLR2004  -- printable
    return MACBINARY if printable and head[122] in {0, 129, 130} and 0 < forks <= len(octets) else ""


def binhex(piece: Piece, limits: ReadingLimits) -> Iterator[Item]:
    """Extractor of BinHex."""
    found = _CODED.search(piece.octets, max(0, piece.octets.find(BEGINS)))
    plain = _unpacked(found[1], limits.expanded // 2) if found else b""
    size = plain[0] if plain else 0
    head = plain[size + 2 : size + 2 + 18]
    if len(head) < 18:  # noqa: PLR2004  -- its octets
        yield unread(piece, "damaged")
        return
    data, resources = struct.unpack(">II", head[10:18])
    start = size + 2 + 18 + 2
    yield from _forks(piece, plain[1 : 1 + size], plain[start : start + data], resources)
    if len(plain) < start + data:
        yield unread(piece, "damaged")


def _unpacked(coded: bytes, most: int) -> bytes:
    """Six bits a sign, and runs of one octet written out."""
    from gateway.reading import transfer  # noqa: PLC0415  -- its base64 takes whatever length

    lines = coded.translate(None, b"\r\n\t ")
    packed = transfer.base64(lines.translate(_TO_BASE64))
    pieces, room, at = list[bytes](), most, 0
    for found in _RUN.finditer(packed):
        count = found[2][0]
        run = b"\x90" if count == 0 else found[1] * max(0, count - 1)
        pieces += [packed[at : found.start()], found[1], run]
        room -= found.end() - at + len(run)
        at = found.end()
        if room < 0:
            break
    return b"".join([*pieces, packed[at:]])[:most]


def macbinary(piece: Piece, _: ReadingLimits) -> Iterator[Item]:
    """Extractor of MacBinary."""
    if sniff(piece.octets) != MACBINARY:
        yield unread(piece, "damaged")
        return
    name = piece.octets[2 : 2 + piece.octets[1]]
    data, resources = struct.unpack(">II", piece.octets[83:91])
    yield from _forks(piece, name, piece.octets[_HEADER : _HEADER + data], resources)


def apple(piece: Piece, _: ReadingLimits) -> Iterator[Item]:
    """Extractor of AppleSingle and AppleDouble."""
    octets = piece.octets
    count = min(_MOST_ENTRIES, int.from_bytes(octets[24:26], "big"))
    held = dict[int, bytes]()
    for number in range(count):
        entry = octets[26 + 12 * number : 38 + 12 * number]
        if len(entry) < 12:  # noqa: PLR2004  -- its octets
            yield unread(piece, "damaged")
            break
        kind, start, length = struct.unpack(">III", entry)
        held[kind] = octets[start : start + length]
    if comment := held.get(_COMMENT, b"").strip(b"\0 "):
        yield sheet(piece, decode(comment))
    yield from _forks(piece, held.get(_NAME, b""), held.get(_FILE, b""), len(held.get(_RESOURCES, b"")))


def _forks(piece: Piece, name: bytes, data: bytes, resources: int) -> Iterator[Item]:
    called = decode(name)
    if data.strip(b"\0"):
        yield inner(piece, data, called)
    else:
        yield from label(piece, called)
    if resources:
        yield unread(piece, _FORK, called)
