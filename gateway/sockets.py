"""Listening sockets, ours or those that systemd opened for us, and how many files may be open.

It fails with OSError that names the address.
"""

import resource
import socket
from collections.abc import Iterable
from ipaddress import ip_address

_BACKLOG = 512

_adopted: list[socket.socket] = []
"""Sockets that somebody else opened, until their door asks for them."""
_handed: list[tuple[str, socket.socket]] = []
"""The same, with the addresses as the settings write them."""


def adopt(listening: Iterable[socket.socket]) -> None:
    """Have the doors whose addresses these are take them."""
    _adopted.extend(listening)


def hand(address: str, listening: socket.socket) -> None:
    """Have the door whose address is written so take it."""
    _handed.append((address, listening))


def adopted(address: str) -> socket.socket | None:
    """The socket at that address or path, if somebody opened it for us; it is the caller's from now on."""
    for number, (written, handed) in enumerate(_handed):
        if written == address:
            del _handed[number]
            return handed
    found = next((one for one in _adopted if _stands_at(one, address)), None)
    if found is not None:
        _adopted.remove(found)
    return found


def dismissed() -> tuple[str, ...]:
    """Where the sockets stood that no door asked for; they are closed."""
    left = tuple(_written(one) for one in _adopted)
    while _adopted:
        _adopted.pop().close()
    return left


def bound(address: str) -> socket.socket:
    """A listening socket at "address:port"; its sessions answer without Nagle's delay. Raises OSError naming the address."""
    if (given := adopted(address)) is not None:
        given.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return given
    host, _, port = address.rpartition(":")
    host = host.strip("[]")
    listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listening.bind((host, int(port)))
        listening.listen(_BACKLOG)
    except OSError as error:
        listening.close()
        raise OSError(error.errno, f"cannot listen on {address}: {error.strerror}") from None
    return listening


def _stands_at(one: socket.socket, address: str) -> bool:
    name = one.getsockname()
    if one.family == socket.AF_UNIX:
        return bool(name == address)
    if address.startswith("/"):
        return False
    host, _, port = address.rpartition(":")
    asked, there = ip_address(host.strip("[]")), ip_address(name[0])
    same = asked == there or (asked.is_unspecified and there.is_unspecified)
    return same and str(name[1]) == port


def _written(one: socket.socket) -> str:
    name = one.getsockname()
    return str(name) if one.family == socket.AF_UNIX else f"{name[0]}:{name[1]}"


def allow_descriptors() -> None:
    """As many open files as the system lets us have: a session needs two, and one for a large message."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
