"""Listening sockets, and how many files may be open.

It fails with OSError that names the address.
"""

import resource
import socket

_BACKLOG = 512


def bound(address: str) -> socket.socket:
    """A listening socket at "address:port"; its sessions answer without Nagle's delay. Raises OSError naming the address."""
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


def allow_descriptors() -> None:
    """As many open files as the system lets us have: a session needs two, and one for a large message."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
