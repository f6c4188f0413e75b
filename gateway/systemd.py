"""What systemd and a daemon say to each other (sd_notify(3), sd_listen_fds(3)): ready, reloading, stopping, alive; sockets.

A few lines on a datagram socket, and a few variables of the environment; without systemd each of them does nothing. It never
fails: a notice that cannot be sent is lost, and systemd then thinks what it likes.
"""

import asyncio
import os
import socket
import time
from collections.abc import MutableMapping
from contextlib import suppress

_FIRST = 3
"""The first descriptor that is handed on (SD_LISTEN_FDS_START)."""


class Notifier:
    """Tells systemd how things stand. The variables are taken out of the environment, so that no child speaks for us."""

    def __init__(self, environment: MutableMapping[str, str] = os.environ) -> None:
        self._to = environment.pop("NOTIFY_SOCKET", "")
        ours = environment.pop("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        microseconds = environment.pop("WATCHDOG_USEC", "")
        self._watchdog = int(microseconds) / 1e6 if ours and microseconds.isdecimal() else 0.0

    def ready(self, status: str) -> None:
        """We do what we are there for, as well after a reload."""
        self._say("READY=1", f"STATUS={status}")

    def tell(self, status: str) -> None:
        """What `systemctl status` shows."""
        self._say(f"STATUS={status}")

    def reloading(self) -> None:
        """We take new policies; `ready` ends it."""
        self._say("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}")

    def stopping(self) -> None:
        """We finish what is under way, and end."""
        self._say("STOPPING=1", "STATUS=Finishing the messages under way")

    async def keep_alive(self) -> None:
        """Say for ever that the loop goes round, twice in the time after which systemd takes us for dead."""
        while self._watchdog:
            self._say("WATCHDOG=1")
            await asyncio.sleep(self._watchdog / 2)

    def _say(self, *lines: str) -> None:
        if not self._to:
            return
        address = f"\0{self._to[1:]}" if self._to.startswith("@") else self._to
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as wire:
            wire.settimeout(0)
            wire.sendto("\n".join(lines).encode(), address)


def inherited(environment: MutableMapping[str, str] = os.environ) -> tuple[socket.socket, ...]:
    """The sockets that systemd listens on for us; none if there are none, or if they are somebody else's."""
    ours = environment.pop("LISTEN_PID", "") == str(os.getpid())
    number = environment.pop("LISTEN_FDS", "")
    environment.pop("LISTEN_FDNAMES", None)
    if not ours or not number.isdecimal():
        return ()
    found = []
    for descriptor in range(_FIRST, _FIRST + int(number)):
        os.set_inheritable(descriptor, False)  # noqa: FBT003  -- its own form
        found.append(socket.socket(fileno=descriptor))
    return tuple(found)
