"""OpenPGP (RFC 9580): what is only signed or compressed is read; what is encrypted is named so. No signature is checked."""

import re
from collections.abc import Iterator

from gateway.mail import Unread
from gateway.reading import transfer
from gateway.reading.documents.container import inner, unread
from gateway.reading.documents.unfold import Allowance, Unfolded, bunzip, inflate
from gateway.reading.limits import ReadingLimits
from gateway.reading.pieces import Item, Piece

BEGIN = "-----BEGIN PGP MESSAGE"
_ARMOUR = re.compile(r"-----BEGIN PGP MESSAGE[^\n]{0,40}\n(.*?)(?:\n=[A-Za-z0-9+/]{4}\s|-----END PGP|\Z)", re.DOTALL)
_HASH = r"[A-Z]{2,6}-?\d[\d/-]{0,8}"
_CLEAR = re.compile(rf"-----BEGIN PGP SIGNED MESSAGE-----\n(?:Hash: {_HASH}(?:, ?{_HASH}){{0,9}}\n)*")
_QUOTED = r"(?:> ?){0,9}"
_SIGNATURE = re.compile(
    r"-----BEGIN PGP (SIGNATURE|PUBLIC KEY BLOCK)-----[ \t]*\n"
    rf"((?:{_QUOTED}[A-Za-z]{{1,20}}: (?:(?!-----BEGIN)[^\n]){{0,200}}\n)*+)(?:{_QUOTED}[ \t]*\n)?"
    rf"(?:{_QUOTED}[A-Za-z0-9+/]{{60,76}}[ \t]*\n)*+(?:{_QUOTED}[A-Za-z0-9+/]{{1,76}}={{0,2}}[ \t]*\n)?"
    rf"(?:{_QUOTED}=[A-Za-z0-9+/]{{4}}[ \t]*\n)?{_QUOTED}-----END PGP \1-----"
)
"""Base64 in lines of one length, of which the last may be shorter (§6.2); also as an answer quotes it."""
_ENCRYPTED = frozenset({1, 3, 9, 18, 20})
_COMPRESSED, _LITERAL = 8, 11
_DEEPEST, _MOST_PACKETS, _MOST_MESSAGES = 4, 1000, 50


class _Broken(Exception):  # noqa: N818  -- these octets are no packets
    pass


def clear(text: str) -> str:
    """A text without what a clear signature puts round it (§7): dashes before dashes, and the signature itself."""
    if not _CLEAR.search(text):
        return text
    return re.sub(r"^- (?=-)", "", bare(_CLEAR.sub("", text)), flags=re.MULTILINE)


def bare(text: str) -> str:
    """A text without its signatures and public keys, in which nothing can be read but what their headers say."""
    return _SIGNATURE.sub(r"\2", text)


def armoured(piece: Piece, text: str, limits: ReadingLimits) -> Iterator[Item]:
    """What the armoured messages in a text hold; what cannot be understood is taken for encrypted."""
    found: Iterator[Item]
    for count, armour in enumerate(_ARMOUR.finditer(text)):
        if count == _MOST_MESSAGES:
            yield unread(piece, "too large: not all messages in it were read")
            return
        body = armour[1].partition("\n\n")[2] if ":" in armour[1].partition("\n\n")[0] else armour[1]
        found = _message(piece, transfer.base64(body.encode("ascii", "replace")), Allowance(limits))
        yield from found


def binary(piece: Piece, limits: ReadingLimits) -> Iterator[Item]:
    """Extractor of OpenPGP messages without armour."""
    yield from _message(piece, piece.octets, Allowance(limits))


def _message(piece: Piece, octets: bytes, allowance: Allowance) -> Iterator[Item]:
    try:
        found = list(_packets(piece, octets, allowance, 0))
    except (_Broken, IndexError):
        found = [unread(piece, "encrypted")]
    yield from found


def _packets(piece: Piece, octets: bytes, allowance: Allowance, depth: int) -> Iterator[Item]:
    if depth > _DEEPEST:
        yield unread(piece, "too deep")
        return
    at = 0
    for _ in range(_MOST_PACKETS):
        if at >= len(octets):
            return
        tag, body, at = _packet(octets, at)
        if tag in _ENCRYPTED:
            yield unread(piece, "encrypted")
            return
        if tag == _COMPRESSED:
            unfolded = _unfolded(body, allowance.most)
            allowance.spend(len(unfolded.octets))
            yield from _packets(piece, unfolded.octets, allowance, depth + 1)
            if unfolded.cut:
                yield unread(piece, "too large")
        elif tag == _LITERAL:
            yield from _literal(piece, body)


def _literal(piece: Piece, body: bytes) -> Iterator[Piece | Unread]:
    """A packet of octets or text with a file's name (§5.9)."""
    length = body[1]
    octets = body[2 + length + 4 :]
    if octets.strip():
        yield inner(piece, octets, body[2 : 2 + length].decode("utf-8", "replace"))


def _unfolded(body: bytes, most: int) -> Unfolded:
    """The packets in a compressed one (§5.6)."""
    match body[0]:
        case 0:
            return Unfolded(octets=body[1 : 1 + most], used=len(body), whole=True, cut=len(body) > most)
        case 1:
            return inflate(body, most, start=1, wbits=-15)
        case 2:
            return inflate(body, most, start=1, wbits=15)
        case 3:
            return bunzip(body, most, start=1)
    raise _Broken


def _packet(octets: bytes, at: int) -> tuple[int, bytes, int]:
    """(tag, body, where the next one begins), §4.2. Raises _Broken, IndexError."""
    head = octets[at]
    if not head & 0x80:
        raise _Broken
    if head & 0x40:
        body, end = _new_body(octets, at + 1)
        return head & 0x3F, body, end
    kind = head & 3
    if kind == 3:  # noqa: PLR2004  -- to the end
        return (head >> 2) & 0xF, octets[at + 1 :], len(octets)
    size = 1 << kind
    start = at + 1 + size
    end = start + int.from_bytes(octets[at + 1 : start], "big")
    return (head >> 2) & 0xF, octets[start:end], end


def _new_body(octets: bytes, at: int) -> tuple[bytes, int]:
    """A body that may come in pieces (§4.2.1)."""
    body = bytearray()
    while True:
        first = octets[at]
        if first < 192:  # noqa: PLR2004  -- §4.2.1.1
            length, start, more = first, at + 1, False
        elif first < 224:  # noqa: PLR2004  -- §4.2.1.2
            length, start, more = ((first - 192) << 8) + octets[at + 1] + 192, at + 2, False
        elif first == 255:  # noqa: PLR2004  -- §4.2.1.3
            length, start, more = int.from_bytes(octets[at + 1 : at + 5], "big"), at + 5, False
        else:
            length, start, more = 1 << (first & 0x1F), at + 1, True
        body += octets[start : start + length]
        at = start + length
        if not more:
            return bytes(body), at
        if at >= len(octets):
            raise _Broken
