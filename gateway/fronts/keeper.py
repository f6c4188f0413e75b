"""One front as a process: started, listened to, ended where it hangs, and started anew when it is gone.

What it leaves behind goes with it: its judges, which are in its process group, and its row among the counts.

How it fails: a front that ends before it was ever ready the first time, or for which the system has no process, ends the
gateway, by `ended_early`. Later it is tried again for ever, after a pause that grows up to a minute while it fails.
"""

import asyncio
import os
import signal
import socket
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

import structlog

from gateway.channel import Channel, Gone
from gateway.handed import Handed

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """Seconds. pause, longest: before the first new start, and before later ones at most; well: of life, and pause is due again.

    silence, at_first: without a sign of life, and a front hangs; later, and until the first sign; look: between two looks
    """

    pause: float = 1.0
    longest: float = 60.0
    well: float = 60.0
    silence: float = 60.0
    at_first: float = 120.0
    look: float = 1.0


class Gateway(Protocol):
    """What a front is one of."""

    def handed(self, number: int, line: int) -> Handed:
        """What it is given, with its end of the line."""
        ...

    def heard(self, number: int, name: str, said: Mapping[str, Any]) -> None:
        """What it remarked: alive, or seen."""
        ...

    def left(self, number: int) -> None:
        """It is gone, and what belonged to it has no owner."""
        ...


class Keeper:
    """The front of that number. ended_early: its exit status, if it was never ready; command: ours again, if none is said."""

    def __init__(self, gateway: Gateway, number: int, *, command: Sequence[str] = (), patience: Patience | None = None) -> None:
        self._gateway = gateway
        self._command = command or (sys.executable, *sys.orig_argv[1:])
        self._patience = patience or Patience()
        self.number = number
        self.restarts = 0
        self.ready = asyncio.Event()
        self.ended_early: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self.since = datetime.now(UTC)
        self._process: asyncio.subprocess.Process | None = None
        self._channel: Channel | None = None
        self._heard = time.monotonic()
        self._spoke = False
        self._stopping = False
        self._first = True

    @property
    def pid(self) -> int | None:
        """Of the process, if there is one."""
        return self._process.pid if self._process is not None and self._process.returncode is None else None

    @property
    def up(self) -> bool:
        """Whether it serves."""
        return self.ready.is_set()

    async def ask(self, name: str, **given: object) -> Any:
        """Its answer. Raises Gone."""
        if self._channel is None or not self.up:
            raise Gone(f"front {self.number} is not up")
        return await self._channel.ask(name, **given)

    def tell(self, name: str, **given: object) -> None:
        """A remark, which is lost if it is not up."""
        if self._channel is not None and self.up:
            self._channel.tell(name, **given)

    def stop(self) -> None:
        """Have it finish what it has, and end for good."""
        self._stopping = True
        self._signal(signal.SIGTERM)

    def replace(self) -> None:
        """Have it finish what it has, and another take its place."""
        self.ready.clear()
        self._signal(signal.SIGTERM)

    async def begun(self) -> int | None:
        """Wait until it is up; its exit status if it ends before it ever was."""
        up = asyncio.create_task(self.ready.wait())
        await asyncio.wait((up, self.ended_early), return_when=asyncio.FIRST_COMPLETED)
        up.cancel()
        return self.ended_early.result() if self.ended_early.done() else None

    async def keep(self) -> None:
        """Have it run until it is stopped."""
        patience = self._patience
        pause = patience.pause
        while not self._stopping:
            begun = time.monotonic()
            status = await self._life()
            if self._stopping:
                return
            if self._first:
                self.ended_early.set_result(max(status, 1))
                return
            self.restarts += 1
            pause = patience.pause if time.monotonic() - begun > patience.well else pause
            log.error("front.ended", number=self.number, status=status, seconds_to_restart=pause)
            await asyncio.sleep(pause)
            pause = min(2 * pause, patience.longest)

    async def _life(self) -> int:
        """From its start to its end; its exit status, negative for a signal."""
        try:
            process = self._process = await self._started()
        except OSError as error:  # no memory for a process, no descriptors, or an upgrade in mid-work: all of that ends
            log.error("front.not_started", number=self.number, why=str(error))  # noqa: TRY400  -- the reason is all there is
            return os.EX_OSERR
        self._heard, self._spoke, self.since = time.monotonic(), False, datetime.now(UTC)
        if self._stopping:
            self._signal(signal.SIGTERM)
        watch = asyncio.create_task(self._watch())
        try:
            status = await process.wait()
        finally:
            watch.cancel()
            self.ready.clear()
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            if self._channel is not None:
                await self._channel.close()
            self._gateway.left(self.number)
        return status

    async def _started(self) -> asyncio.subprocess.Process:
        """A new process, at the other end of our line. Raises OSError."""
        ours, its = socket.socketpair()
        channel = self._channel = Channel({"alive": self._alive, "seen": self._seen, "ready": self._became_ready})
        await channel.open(ours)
        with its:
            handed = self._gateway.handed(self.number, its.fileno())
            try:
                return await asyncio.create_subprocess_exec(
                    *self._command,
                    stdin=asyncio.subprocess.DEVNULL,
                    env=handed.environment(os.environ),
                    pass_fds=handed.descriptors,
                    process_group=0,
                )
            except OSError:
                await channel.close()
                raise

    async def _watch(self) -> None:
        """End it where it hangs."""
        while True:
            await asyncio.sleep(self._patience.look)
            silence = time.monotonic() - self._heard
            if silence > (self._patience.silence if self._spoke else self._patience.at_first):
                log.error("front.hangs", number=self.number, seconds=round(silence))
                self._signal(signal.SIGKILL)
                return

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None and self._process.returncode is None:
            with suppress(ProcessLookupError):
                self._process.send_signal(number)

    async def _alive(self, said: Mapping[str, Any]) -> None:
        self._heard, self._spoke = time.monotonic(), True
        self._gateway.heard(self.number, "alive", said)

    async def _seen(self, said: Mapping[str, Any]) -> None:
        self._gateway.heard(self.number, "seen", said)

    async def _became_ready(self, said: Mapping[str, Any]) -> None:
        await self._alive(said)
        self._first = False
        self.ready.set()
        log.info("front.ready", number=self.number, restarts=self.restarts)
