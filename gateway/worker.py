"""A process that answers one question at a time, and may be killed over any of them.

Questions and answers are pickled and go by a socket that only the two of them have, so that each hears at once of the other's
end. It is started by multiprocessing, off the nursery where there is one.

It fails with RuntimeError where it cannot be started; then with TimeoutError where an answer takes too long, Died where it ended
over the question, and Fault where something was raised in it. It goes on after a Fault only, and is ended in all other cases.
"""

import asyncio
import os
import pickle
import re
import resource
import signal
import socket
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from pathlib import Path
from threading import Lock
from traceback import format_tb
from typing import Any, Self, cast

from gateway.nursery import killed

_LENGTH = 8
"""Octets of the number that says how many follow."""
_END = 5.0
"""Seconds that it has to end by itself."""
_FRAME = re.compile(r'^ *File "(?:.*/)?([^/"]+/[^/"]+)", line (\d+), in ', re.MULTILINE)

Answers = Callable[..., Any]


class Died(Exception):  # noqa: N818  -- what became of it
    """It ended before it answered. exit_code: as multiprocessing has it."""

    def __init__(self, exit_code: int | None) -> None:
        self.exit_code = exit_code
        super().__init__(f"it ended with {exit_code}")


class Fault(Exception):  # noqa: N818  -- what became of it
    """What was raised in it. kind: its type; at: where. Its words may quote what was asked, and are not told."""

    def __init__(self, kind: str, at: str) -> None:
        self.kind, self.at = kind, at
        super().__init__(kind, at)


class Worker(asyncio.Protocol):
    """asked: how many questions it was asked; alive: whether it can be asked another, as far as is known."""

    def __init__(self, process: BaseProcess) -> None:
        self.asked = 0
        self.alive = True
        self._process = process
        self._heard = bytearray()
        self._answer: asyncio.Future[bytes] | None = None

    @classmethod
    async def begun(cls, context: ForkServerContext, sit: Callable[..., Answers], *given: object, within: float) -> Self:
        """One that is ready; sit: makes, over there and of what is given, what answers."""
        loop = asyncio.get_running_loop()
        until = loop.time() + within
        try:
            ours, theirs = socket.socketpair()
        except OSError as error:
            raise RuntimeError(str(error)) from error
        process, begins = context.Process(target=_work, args=(theirs, sit, given), daemon=True), Lock()
        try:
            async with asyncio.timeout_at(until):
                await asyncio.to_thread(_started, process, theirs, begins)
            _, worker = await loop.create_unix_connection(lambda: cls(process), sock=ours)
        except (OSError, EOFError) as error:
            _given_up(ours, theirs, begins)
            if isinstance(error, TimeoutError):
                killed()  # else nothing is ever forked again, and a thread waits for that each time
            raise RuntimeError(str(error) or "nothing is forked") from error
        except BaseException:
            _given_up(ours, theirs, begins)
            raise
        try:
            said = await worker.answer(until - loop.time())
        except (Died, TimeoutError) as error:
            raise RuntimeError(str(error) or "it took too long") from error
        if said:
            await worker.leave()
            raise RuntimeError(said)
        return worker

    async def ask(self, *question: object, within: float) -> Any:
        """Its answer, within so many seconds."""
        self.asked += 1
        octets = pickle.dumps(question)
        if self.alive:
            self._transport.write(len(octets).to_bytes(_LENGTH, "big") + octets)
        answer = await self.answer(within)
        if isinstance(answer, Fault):
            raise answer
        return answer

    async def answer(self, within: float) -> Any:
        """What it says next; the first is why it cannot be asked, "" for nothing."""
        loop = asyncio.get_running_loop()
        self._answer = loop.create_future()
        self._deliver()
        if not self.alive:
            self._failed(EOFError())
        late = loop.call_later(within, self._failed, TimeoutError())
        try:
            return pickle.loads(await self._answer)  # noqa: S301  -- from a process of ours
        except TimeoutError:
            self.end()
            raise
        except (EOFError, OSError):
            await self.leave()
            raise Died(self._process.exitcode) from None
        except BaseException:
            self.end()
            raise
        finally:
            late.cancel()
            self._answer = None  # what it failed with knows us, and keeps us and open files

    async def leave(self) -> None:
        """Let it end, and see to it that it has."""
        self.alive = False
        self._transport.abort()
        await asyncio.to_thread(self._process.join, _END)
        self.end()

    def end(self) -> None:
        """Kill it, if it is still there: without the nursery multiprocessing takes it for ended, but it holds the line."""
        if self.alive or self._process.exitcode is None:
            with suppress(ProcessLookupError):
                os.kill(cast("int", self._process.pid), signal.SIGKILL)
        self.alive = False
        self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """From the loop."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """From the loop."""
        self._heard += data
        self._deliver()

    def _deliver(self) -> None:
        """Hand the answer over, once all of it is there and somebody waits for it."""
        length = int.from_bytes(self._heard[:_LENGTH], "big")
        if len(self._heard) >= _LENGTH + length and self._answer is not None and not self._answer.done():
            self._answer.set_result(bytes(self._heard[_LENGTH:]))
            self._heard.clear()

    def connection_lost(self, error: Exception | None) -> None:
        """From the loop."""
        self.alive = False
        self._failed(error or EOFError())

    def _failed(self, error: Exception) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(error)


def where(fault: BaseException) -> str:
    """The lines of code it went through, the innermost last, and not a word of what it says."""
    return " ".join(f"{file}:{line}" for file, line in _FRAME.findall("".join(format_tb(fault.__traceback__))))


def processes() -> ForkServerContext:
    """Where they come from: one that has loaded what judges need, or loads it when the first is asked for (see `nursery`)."""
    context = get_context("forkserver")
    context.set_forkserver_preload(["gateway.judges"])
    return context


def bounded(memory: int) -> None:
    """In the process: it may take so many octets of address space over what it has now, and leaves no core behind."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    limit = pages * resource.getpagesize() + memory
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _started(process: BaseProcess, theirs: socket.socket, begins: Lock) -> None:
    """In a thread of its own: their end is closed when it was handed over, and no sooner, whoever has given up waiting.

    begins: taken by whoever comes first, this or who gave up before it came to this
    """
    if begins.acquire(blocking=False):
        with theirs:
            process.start()


def _given_up(ours: socket.socket, theirs: socket.socket, begins: Lock) -> None:
    """Close our end, and theirs if no thread has come to it; then none will."""
    ours.close()
    if begins.acquire(blocking=False):
        theirs.close()


def _work(line: socket.socket, sit: Callable[..., Answers], given: tuple[object, ...]) -> None:
    """In the process: answer until nobody is left who asks."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(OSError), line, line.makefile("rb") as questions, line.makefile("wb") as said:  # who asks may be gone

        def say(octets: bytes) -> None:
            said.write(len(octets).to_bytes(_LENGTH, "big") + octets)
            said.flush()

        try:
            answers = sit(*given)
        except Exception as fault:  # noqa: BLE001  -- told to whoever started us
            say(pickle.dumps(str(fault) or type(fault).__name__))
            return
        say(pickle.dumps(""))
        while length := int.from_bytes(questions.read(_LENGTH), "big"):
            say(_answered(answers, questions.read(length)))


def _answered(answers: Answers, question: bytes) -> bytes:
    try:
        return pickle.dumps(answers(*pickle.loads(question)))  # noqa: S301  -- from the process that started us
    except Exception as fault:  # noqa: BLE001  -- whatever it is, the next question is answered
        kind = MemoryError if isinstance(fault, MemoryError) else type(fault)  # numpy has one of its own
        return pickle.dumps(Fault(kind.__name__, where(fault)))
