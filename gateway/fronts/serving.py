"""The gateway of several fronts from its start to its end: signals, systemd, the doors, and the fronts."""

import asyncio
import os
import signal
from collections.abc import Coroutine, Mapping
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Any

import structlog

from gateway.control.server import ControlServer
from gateway.fronts.doors import Doors
from gateway.fronts.keeper import Keeper
from gateway.fronts.several import Requests, Several
from gateway.handed import Handed, written
from gateway.monitor import Monitor
from gateway.seat import Crowd
from gateway.settings import Settings, server_tls
from gateway.sockets import adopt, allow_descriptors, bound, dismissed
from gateway.systemd import Notifier, inherited

log = structlog.get_logger()


class Gateway:
    """What the fronts have in common. Raises OSError when it is made: a port, or no memory to share."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.doors = Doors(settings)
        self._written = written(settings)
        self._counts = Crowd.made(settings.fronts)
        self._crowd = Crowd.watched(self._counts, settings.fronts)
        self.keepers = tuple(Keeper(self, number) for number in range(1, settings.fronts + 1))
        self.several = Several(self.keepers, since=datetime.now(UTC))
        self._laws: dict[int, Mapping[str, str]] = {}
        self.several.obeyed = self._laws.__setitem__
        self._lives: list[asyncio.Task[None]] = []

    def handed(self, number: int, line: int) -> Handed:
        """What a front is given: all doors, and the law that the others judge by."""
        return Handed(
            number=number,
            of=self.settings.fronts,
            line=line,
            crowd=self._counts,
            settings=self._written,
            sockets=[(address, listening.fileno()) for address, listening in self.doors.sockets],
            law=next((self._laws[keeper.number] for keeper in self.keepers if keeper.up and keeper.number in self._laws), {}),
        )

    def heard(self, number: int, name: str, said: Mapping[str, Any]) -> None:
        """What a front remarked; the first one sends canaries and listens for silence, and hears what others judged."""
        if name == "alive" and said["law"]:
            self._laws[number] = said["law"]
        if number != 1 and (name == "seen" or said["last"]):
            self.keepers[0].tell("seen" if name == "seen" else "judged", **said)

    def left(self, number: int) -> None:
        """A front is gone."""
        self._laws.pop(number, None)
        self._crowd.clear(number - 1)
        self.several.left(number)

    async def begin(self) -> int | None:
        """Wait until all are up: one first, since it brings the store up to date. The exit status of one that cannot begin."""
        for some in (self.keepers[:1], self.keepers[1:]):
            self._lives += [asyncio.create_task(keeper.keep()) for keeper in some]
            for keeper in some:
                status = await keeper.begun()
                if status is not None:
                    return status
        return None

    async def end(self) -> None:
        """Have all finish what they have, and end; nobody connects any more."""
        self.several.stopping = True
        self.doors.close()
        for keeper in self.keepers:
            keeper.stop()
        await asyncio.gather(*self._lives)
        for descriptor in (self._written, self._counts):
            os.close(descriptor)


async def serve(settings: Settings) -> int:
    """Run until SIGTERM or SIGINT; the exit status. Raises OSError, before there is a front."""
    allow_descriptors()
    adopt(inherited())
    notifier, stop, up = Notifier(), asyncio.Event(), asyncio.Event()
    loop, reloads = asyncio.get_running_loop(), set[asyncio.Task[None]]()
    async with AsyncExitStack() as stack:
        gateway = Gateway(settings)
        several = gateway.several
        await _open_monitor(stack, settings, several)
        stack.callback(asyncio.create_task(notifier.keep_alive()).cancel)
        stack.push_async_callback(gateway.end)
        for address in dismissed():
            log.warning("systemd.socket_unused", address=address, why="no door of the settings stands there")

        async def reload() -> None:
            await up.wait()  # those that are starting may have read the policies already
            notifier.reloading()
            try:
                await several.reload("SIGHUP")
            finally:
                notifier.ready(several.summary)

        def reload_soon() -> None:
            task = asyncio.create_task(reload())
            reloads.add(task)
            task.add_done_callback(reloads.discard)

        loop.add_signal_handler(signal.SIGTERM, stop.set)
        loop.add_signal_handler(signal.SIGINT, stop.set)
        loop.add_signal_handler(signal.SIGHUP, reload_soon)
        status = await _unless(stop, gateway.begin())
        if status is not None or stop.is_set():
            return status or 0
        control = ControlServer(settings.control_socket, Requests(several))
        await control.start()
        stack.push_async_callback(control.close)
        up.set()
        log.info("fronts.ready", fronts=settings.fronts)
        notifier.ready(several.summary)
        several.told = lambda: notifier.tell(several.summary)
        await stop.wait()
        notifier.stopping()
        log.info("fronts.draining")
    log.info("fronts.stopped")
    return 0


async def _unless(stop: asyncio.Event, work: Coroutine[Any, Any, int | None]) -> int | None:
    """What the work says; None if it is to stop before."""
    doing, stopped = asyncio.create_task(work), asyncio.create_task(stop.wait())
    await asyncio.wait([doing, stopped], return_when=asyncio.FIRST_COMPLETED)
    for task in (doing, stopped):
        task.cancel()
    await asyncio.wait([doing, stopped])
    return None if doing.cancelled() else doing.result()


async def _open_monitor(stack: AsyncExitStack, settings: Settings, several: Several) -> None:
    """Answer those who monitor us until the stack unwinds, if the settings ask for it. Raises OSError."""
    if settings.monitor is not None:
        monitor = Monitor(several)
        await monitor.start(stack.enter_context(bound(settings.monitor.listen)), server_tls(settings.monitor.tls))
        stack.push_async_callback(monitor.close)
