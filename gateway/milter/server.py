"""Listening and draining: on a Unix socket that only the MTA's group may open, or on TCP, on this machine only.

How it fails: with OSError when it is started (the socket's folder, its group, another Hatchway that listens there); later
never. While it does not listen the MTA does what its milter_default_action says, which must be `tempfail`.
"""

import asyncio
import grp
import os
import socket
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import structlog

from gateway.intake import Budget
from gateway.milter.house import House, Ours, Submit
from gateway.milter.session import PROGRESS, Session
from gateway.ports import Clock
from gateway.seat import Crowd
from gateway.settings import Milter, Settings
from gateway.sockets import adopted

log = structlog.get_logger()

_BACKLOG = 512
_LAST_WORDS = 1.0
_TICK = 0.02


class MilterServer:
    """The door for an MTA."""

    def __init__(  # noqa: PLR0913  -- what it does with a message, and the world it does it in
        self,
        settings: Settings,
        *,
        submit: Submit,
        ours: Ours,
        clock: Clock,
        budget: Budget,
        crowd: Crowd | None = None,
        progress: float = PROGRESS,
    ) -> None:
        self._house = House(settings, submit=submit, ours=ours, clock=clock, budget=budget)
        self._progress = progress
        self._at_once = 1 if crowd is not None and crowd.shared else _BACKLOG
        self._listening: socket.socket | None = None
        self._ours = True
        self._server: asyncio.Server | None = None
        self._sessions: set[Session] = set()

    @property
    def sessions(self) -> int:
        """How many connections there are now."""
        return len(self._sessions)

    async def start(self) -> None:
        """Take connections as the settings say. Raises OSError."""
        listening = adopted(str(self._house.milter.socket or self._house.milter.address))
        self._ours = listening is None
        if listening is None:
            listening = await asyncio.to_thread(bound, self._house.milter)
        self._listening = listening
        loop = asyncio.get_running_loop()
        make = loop.create_unix_server if listening.family == socket.AF_UNIX else loop.create_server
        self._server = await make(self._session, sock=listening, backlog=self._at_once)
        listening.listen(_BACKLOG)  # asyncio takes as many connections in one go as it lets wait; other fronts want some, too

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens on TCP."""
        name: tuple[str, int] = self._listening.getsockname()[:2] if self._listening else ("", 0)
        return name

    def _session(self) -> Session:
        return Session(self._house, self._sessions, progress=self._progress)

    async def drain(self, grace: timedelta) -> int:
        """Take no more connections; end those between two messages; `grace` for those inside one; then cut.

        A message that is complete is not stopped even then; how many of those are still unfinished is returned.
        """
        self._house.draining = True
        self._close()
        for session in tuple(self._sessions):
            if session.idle:
                session.close()
        await self._ended(grace.total_seconds())
        for session in tuple(self._sessions):
            session.cut()
        await self._ended(_LAST_WORDS)
        if self._house.unfinished:
            log.error("milter.unfinished", messages=len(self._house.unfinished))
        return len(self._house.unfinished)

    async def _ended(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self._sessions or self._house.unfinished:  # noqa: ASYNC110  -- connections and judgements: two ends, no one event
                    await asyncio.sleep(_TICK)

    def _close(self) -> None:
        if self._server is not None:
            self._server.close()
        if self._house.milter.socket is not None and self._server is not None and self._ours:
            self._house.milter.socket.unlink(missing_ok=True)


def bound(milter: Milter) -> socket.socket:
    """A listening socket where the settings say. Raises OSError naming it."""
    where = milter.socket or milter.address
    try:
        return _unix(milter, milter.socket) if milter.socket else _tcp(milter.address)
    except OSError as error:
        raise OSError(error.errno, f"milter cannot listen on {where}: {error.strerror or error}") from None


def _tcp(address: str) -> socket.socket:
    host, _, port = address.rpartition(":")
    host = host.strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, int(port)), family=family, backlog=_BACKLOG)


def _unix(milter: Milter, path: Path) -> socket.socket:
    """At no moment can more than its owner open the socket before mode and group are set."""
    _clear(path)
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        listening.bind(str(path))
    except OSError:
        listening.close()
        raise
    finally:
        os.umask(before)
    try:
        if milter.group:
            os.chown(path, -1, group(milter.group))
        path.chmod(int(milter.mode, 8))
        listening.listen(_BACKLOG)
    except OSError:
        listening.close()
        path.unlink(missing_ok=True)
        raise
    return listening


def group(name: str) -> int:
    """The number of a group of this machine. Raises OSError."""
    try:
        return grp.getgrnam(name).gr_gid
    except KeyError:
        raise FileNotFoundError(None, f"there is no group {name} here") from None


def _clear(path: Path) -> None:
    """Take away the socket of a front that is gone. Raises OSError if one is alive, or if something else is there."""
    path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    if not path.is_socket():
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(str(path))
        except OSError:
            path.unlink(missing_ok=True)
            return
    raise FileExistsError(None, "another process listens there")
