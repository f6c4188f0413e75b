"""HTTP for the console, in the loop of the front.

uvicorn serves the socket it is given, takes no signals, and writes no log of its own. Where other fronts listen on that socket,
too, connections are taken one by one, so that a front which dies has no more of them than it was about to serve. A server that
ends by a fault says so in the log; mail goes on, and the console is back when the front is started again.
"""

import asyncio
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
import uvicorn

from gateway.console.app import application
from gateway.console.house import House

log = structlog.get_logger()

_GRACE = 5
_BACKLOG = 512


class _Server(uvicorn.Server):
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Have as many wait as ever: asyncio lets no more wait than it takes in one go."""
        await super().startup(sockets)
        for listening in sockets or ():
            listening.listen(_BACKLOG)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are the front's."""
        yield


class ConsoleServer:
    """The console on a listening socket. shared: others take connections from it, too."""

    def __init__(self, here: House, listening: socket.socket, *, shared: bool = False) -> None:
        self._house = here
        self._listening = listening
        self._at_once = 1 if shared else _BACKLOG
        self._server: _Server | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Serve. Raises OSError for a certificate that does not serve."""
        config = self._config()
        config.load()
        if config.ssl is not None:
            config.ssl.minimum_version = ssl.TLSVersion.TLSv1_2
        self._server = _Server(config)
        self._task = asyncio.create_task(self._server.serve(sockets=[self._listening]))
        self._task.add_done_callback(_told)
        log.info("console.ready", url=self._house.settings.public_url)

    async def close(self) -> None:
        """Finish what was begun, for a few seconds."""
        if self._server is not None and self._task is not None:
            self._server.should_exit = True
            await asyncio.wait([self._task])

    def _config(self) -> uvicorn.Config:
        wishes = self._house.settings
        return uvicorn.Config(
            application(self._house),
            loop="none",
            lifespan="off",
            ws="none",
            interface="asgi3",
            log_config=None,
            log_level="warning",
            access_log=False,
            server_header=False,
            date_header=True,
            proxy_headers=bool(wishes.proxy_from),
            forwarded_allow_ips=list(wishes.proxy_from),
            timeout_graceful_shutdown=_GRACE,
            limit_concurrency=200,
            backlog=self._at_once,
            h11_max_incomplete_event_size=64 * 1024,
            ssl_certfile=wishes.tls.certificate if wishes.tls else None,
            ssl_keyfile=wishes.tls.key if wishes.tls else None,
        )


def _told(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (fault := task.exception()) is not None:
        log.error("console.ended", exc_info=fault)
