"""The PROXY protocol, versions 1 and 2 (HAProxy's proxy-protocol.txt): who really speaks behind a load balancer.

The header is read octet for octet from the bare socket, before TLS and before SMTP, so that nothing behind it is taken.
Whose headers are believed is for the caller. A header that is not as it should be is None.
"""

import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address

_SIGNATURE = b"\r\n\r\n\x00\r\nQUIT\n"
_LONGEST_V1 = 107
_PORTS = 65536
_V1_FIELDS = 6
_FAMILIES = {"TCP4": 4, "TCP6": 6}

Exactly = Callable[[int], Awaitable[bytes]]
"""Gives exactly so many octets. Raises ConnectionError when they do not come."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a connection comes from; address "" where the balancer speaks for itself (a health check)."""

    address: str = ""
    port: int = 0


async def read_header(exactly: Exactly) -> Source | None:
    """The source a PROXY header names, None for one that is not well formed. Raises ConnectionError."""
    start = await exactly(len(_SIGNATURE))
    if start == _SIGNATURE:
        return await _version_2(exactly)
    if start.startswith(b"PROXY "):
        return await _version_1(start, exactly)
    return None


async def _version_1(line: bytes, exactly: Exactly) -> Source | None:
    while not line.endswith(b"\r\n"):
        if len(line) >= _LONGEST_V1:
            return None
        line += await exactly(1)
    fields = line[:-2].decode("latin-1").split(" ")
    if fields[1] == "UNKNOWN":
        return Source()
    if len(fields) != _V1_FIELDS or fields[1] not in _FAMILIES:
        return None
    return _source(fields[2], fields[4], _FAMILIES[fields[1]])


def _source(address: str, port: str, version: int) -> Source | None:
    try:
        if ip_address(address).version != version:
            return None
    except ValueError:
        return None
    known = port.isascii() and port.isdigit() and int(port) < _PORTS
    return Source(address, int(port)) if known else None


async def _version_2(exactly: Exactly) -> Source | None:
    version, family, length = struct.unpack("!BBH", await exactly(4))
    rest = await exactly(length) if length else b""
    if version >> 4 != 2 or version & 15 > 1:  # noqa: PLR2004  -- "the highest four bits contain the version", the rest the command
        return None
    if not version & 15:
        return Source()
    match family:
        case 0x11 if length >= 12:  # noqa: PLR2004  -- two addresses and two ports
            return Source(str(IPv4Address(rest[:4])), int.from_bytes(rest[8:10]))
        case 0x21 if length >= 36:  # noqa: PLR2004  -- two addresses and two ports
            return Source(str(IPv6Address(rest[:16])), int.from_bytes(rest[32:34]))
        case 0x11 | 0x21:
            return None
        case _:
            return Source()
