"""The front as a daemon: signals, and what systemd is told.

SIGTERM and SIGINT drain and end it; SIGHUP reads policies, roster and certificate again, and keeps the old ones if the new are
wrong. Under systemd it says when it is ready, reloads, stops, and that it is alive, and takes the sockets it is given
(Type=notify, WatchdogSec, a socket unit). It fails as `gateway.service` does, before it is ready.
"""

import asyncio
import signal
from collections.abc import Callable

import structlog

from gateway.service import Front, running
from gateway.settings import Settings
from gateway.sockets import adopt, allow_descriptors, dismissed
from gateway.systemd import Notifier, inherited
from gateway.upkeep import ended

log = structlog.get_logger()


async def serve(settings: Settings) -> None:
    """Run until SIGTERM or SIGINT."""
    allow_descriptors()
    _on(signal.SIGHUP, lambda: None)  # policies are read at the start anyway; it must not end us
    adopt(inherited())
    notifier, stop, tasks = Notifier(), asyncio.Event(), set[asyncio.Task[None]]()
    alive = asyncio.create_task(notifier.keep_alive())
    try:
        async with running(settings) as front:
            for address in dismissed():
                log.warning("systemd.socket_unused", address=address, why="no door of the settings stands there")

            def reload() -> None:
                task = asyncio.create_task(_reloaded(front, notifier))
                tasks.add(task)
                task.add_done_callback(tasks.discard)

            _on(signal.SIGTERM, stop.set)
            _on(signal.SIGINT, stop.set)
            _on(signal.SIGHUP, reload)
            notifier.ready(front.summary)
            await stop.wait()
            notifier.stopping()
    finally:
        await ended(alive)


async def _reloaded(front: Front, notifier: Notifier) -> None:
    notifier.reloading()
    try:
        await front.reload()
    finally:
        notifier.ready(front.summary)


def _on(number: signal.Signals, act: Callable[[], None]) -> None:
    asyncio.get_running_loop().add_signal_handler(number, act)
