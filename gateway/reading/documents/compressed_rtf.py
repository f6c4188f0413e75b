"""RTF as Outlook compresses it (MS-OXRTFCP): in a .msg and in a winmail.dat."""

import struct

_DICTIONARY = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans Serif"
    b"SymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)
_COMPRESSED, _STORED = b"LZFu", b"MELA"
_RING = 4096


def unfold(octets: bytes, most: int) -> bytes:
    """The RTF, at most so many octets of it; b"" if it is none. Every octet in gives at most nine out."""
    if len(octets) < 16:  # noqa: PLR2004  -- the header
        return b""
    packed, raw = struct.unpack_from("<II", octets)
    if octets[8:12] == _STORED:
        return octets[16 : 16 + min(raw, most)]
    if octets[8:12] != _COMPRESSED:
        return b""
    return _expanded(octets[16 : 4 + packed] or octets[16:], min(raw, most))


def _expanded(octets: bytes, most: int) -> bytes:
    ring = bytearray(_DICTIONARY.ljust(_RING, b" "))
    at, write = 0, len(_DICTIONARY)
    out = bytearray()
    while at < len(octets) and len(out) < most:
        control = octets[at]
        at += 1
        for bit in range(8):
            if at >= len(octets):
                break
            if not control & (1 << bit):
                run = octets[at : at + 1]
                at += 1
            else:
                token = int.from_bytes(octets[at : at + 2], "big")
                at += 2
                offset, length = token >> 4, (token & 15) + 2
                if offset == write:
                    return bytes(out)
                run = _copied(ring, offset, length, write)
            for octet in run:
                ring[write] = octet
                write = (write + 1) % _RING
            out += run
    return bytes(out[:most])


def _copied(ring: bytearray, offset: int, length: int, write: int) -> bytes:
    """A run from the ring; it may reach into what it is itself writing."""
    run = bytearray()
    for n in range(length):
        source = (offset + n) % _RING
        behind = (source - write) % _RING
        run.append(run[behind] if behind < n else ring[source])
    return bytes(run)
