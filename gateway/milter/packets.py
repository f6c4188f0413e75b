"""Packets: four octets of length, one that names the command, and the rest (libmilter; Postfix milter8.c).

`Packets` finds them in a stream that comes in any pieces; the readers make sense of one. What is malformed is a value
that says why. Nothing is raised here.
"""

import re
import struct
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

from gateway.mail import Client, Reply
from gateway.milter import words

LONGEST = 1024 * 1024
"""Octets of a packet. Body chunks have 64 KiB, a header field may have 100 KiB and more (Postfix header_size_limit)."""
_LENGTH = struct.Struct("!I")
_OPTIONS = struct.Struct("!III")
_PORT = struct.Struct("!H")
_LINES = re.compile(rb"\r?\n")


@dataclass(frozen=True, slots=True)
class Malformed:
    """Why something is no packet, or not one that may come now."""

    why: str


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet: the command's letter, and what it carries."""

    command: bytes
    payload: bytes


@dataclass(frozen=True, slots=True)
class Offer:
    """What an MTA can do."""

    version: int
    actions: words.Actions
    steps: words.Steps


class Packets:
    """Takes octets as they come, and gives packets."""

    def __init__(self) -> None:
        self._octets = bytearray()

    @property
    def waiting(self) -> int:
        """Octets that were not taken yet."""
        return len(self._octets)

    def feed(self, octets: bytes) -> None:
        """More of the stream."""
        self._octets += octets

    def next(self) -> Packet | Malformed | None:
        """The next packet, None while it is not complete."""
        if len(self._octets) < _LENGTH.size:
            return None
        [length] = _LENGTH.unpack_from(self._octets)
        if not 1 <= length <= LONGEST:
            return Malformed(f"a packet of {length} octets")
        end = _LENGTH.size + length
        if len(self._octets) < end:
            return None
        start = _LENGTH.size
        packet = Packet(bytes(self._octets[start : start + 1]), bytes(self._octets[start + 1 : end]))
        del self._octets[:end]
        return packet


def packet(command: bytes, payload: bytes = b"") -> bytes:
    """A packet as sent."""
    return _LENGTH.pack(len(payload) + 1) + command + payload


def options(payload: bytes) -> Offer | Malformed:
    """What the MTA offers."""
    if len(payload) < _OPTIONS.size:
        return Malformed("options that are cut short")
    version, actions, steps = _OPTIONS.unpack_from(payload)
    return Offer(version, words.Actions(actions), words.Steps(steps))


def agreed(offer: Offer) -> bytes:
    """The answer to `options`: what we take of the offer."""
    wanted = _OPTIONS.pack(offer.version, offer.actions, offer.steps)
    if words.Actions.NAME_MACROS in offer.actions:
        wanted += b"".join(_LENGTH.pack(stage) + names.encode("ascii") + b"\0" for stage, names in words.MACRO_NAMES)
    return packet(words.OPTIONS, wanted)


def strings(payload: bytes) -> tuple[bytes, ...] | Malformed:
    """One string or more, each ended by a NUL."""
    if not payload.endswith(b"\0"):
        return Malformed("a string without its end")
    return tuple(payload[:-1].split(b"\0"))


def macros(payload: bytes) -> tuple[bytes, dict[str, str]] | Malformed:
    """The command that macros belong to, and their values by name, without the braces round it."""
    if len(payload) < 1:
        return Malformed("macros that belong to nothing")
    if len(payload) == 1:
        return payload, {}
    found = strings(payload[1:])
    if isinstance(found, Malformed):
        return found
    if len(found) % 2:
        return Malformed("a macro without its value")
    names, values = (tuple(octets.decode("utf-8", "replace") for octets in found[part::2]) for part in (0, 1))
    return payload[:1], {name.strip("{}"): value for name, value in zip(names, values, strict=True)}


def header(payload: bytes) -> tuple[bytes, bytes] | Malformed:
    """A header field's name, and its value with the space before it; its lines are ended by CR LF now, whatever they were."""
    found = strings(payload)
    if isinstance(found, Malformed):
        return found
    if len(found) != 2 or not found[0]:  # noqa: PLR2004  -- a name and a value
        return Malformed("a header field that is not a name and a value")
    return found[0], _LINES.sub(b"\r\n", found[1])


def client(payload: bytes) -> Client | Malformed:
    """Who connected to the MTA."""
    name, ended, rest = payload.partition(b"\0")
    family = rest[:1]
    if not ended or family not in {b"4", b"6", b"L", b"U"}:
        return Malformed("a client of no known kind")
    host = _text(name)
    known = "" if host == "unknown" or host.startswith("[") else host
    if family not in {b"4", b"6"}:
        return Client(address="", name=known)
    address, port = _text(rest[3:].removesuffix(b"\0")), rest[1:3]
    if len(port) < _PORT.size or not (bare := _address(address)):
        return Malformed("a client without an address")
    return Client(address=bare, name=known, port=_PORT.unpack(port)[0])


def _address(written: str) -> str:
    bare = written[5:] if written[:5].upper() == "IPV6:" else written
    try:
        parsed = ip_address(bare)
    except ValueError:
        return ""
    mapped = parsed.ipv4_mapped if isinstance(parsed, IPv6Address) else None
    return str(mapped or parsed)


def _text(octets: bytes) -> str:
    return octets.decode("utf-8", "replace")


def reply(said: Reply) -> bytes:
    """Our reply in place of the MTA's, in as many lines as it has; libmilter reads it as a format, so `%` is doubled."""
    return packet(words.REPLY, said.wire().removesuffix(b"\r\n").replace(b"%", b"%%") + b"\0")


def inserted(name: bytes, value: bytes, at: int = 0) -> bytes:
    """A new header field before the field number `at`; value with the space before it."""
    return packet(words.INSERT_HEADER, _LENGTH.pack(at) + _field(name, value))


def added(name: bytes, value: bytes) -> bytes:
    """A new header field behind all others."""
    return packet(words.ADD_HEADER, _field(name, value))


def changed(name: bytes, number: int, value: bytes) -> bytes:
    """Another value for the field `number` (from 1) of those with that name; none takes it away."""
    return packet(words.CHANGE_HEADER, _LENGTH.pack(number) + _field(name, value))


def _field(name: bytes, value: bytes) -> bytes:
    return name + b"\0" + value.replace(b"\r\n", b"\n") + b"\0"
