"""The line between a front and the process that started it: questions, answers and remarks, one line of JSON each, both ways.

Whoever holds one end knows that the other is gone when `closed` is set; what was asked and not answered then raises Gone. A
question that cannot be answered raises Gone at the one who asked, and is in the log of the other.
"""

import asyncio
import json
import socket
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any

import structlog

log = structlog.get_logger()

_LONGEST = 128 * 1024**2
"""Octets of a line: twice what the control socket takes, since what stands in a line there stands in one here."""

Answer = Callable[[Mapping[str, Any]], Awaitable[object]]
"""Answers a question, or takes a remark; anything JSON can say."""


class Gone(ConnectionError):  # noqa: N818  -- it states a fact
    """No answer comes."""


class Channel:
    """One end. answers: what the other end may ask for, by name."""

    def __init__(self, answers: Mapping[str, Answer]) -> None:
        self._answers = answers
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._writer: asyncio.StreamWriter | None = None
        self._reading: asyncio.Task[None] | None = None
        self._asked = 0
        self.closed = asyncio.Event()

    async def open(self, line: socket.socket) -> None:
        """Speak and listen on it from now on; it is ours."""
        reader, self._writer = await asyncio.open_unix_connection(sock=line, limit=_LONGEST)
        self._reading = asyncio.create_task(self._read(reader))

    async def close(self) -> None:
        """Hang up."""
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.wait([self._reading, *self._tasks])
        if self._writer is not None:
            self._writer.close()  # where the reading ended before it had begun, nobody did

    async def ask(self, name: str, **given: object) -> Any:
        """The answer. Raises Gone; it is for the caller to wait no longer than he likes."""
        self._asked += 1
        number = self._asked
        answer = self._waiting[number] = asyncio.get_running_loop().create_future()
        try:
            self._write({"number": number, "ask": name, "given": given})
            return await answer
        finally:
            self._waiting.pop(number, None)

    def tell(self, name: str, **given: object) -> None:
        """A remark, which is lost if nobody is there."""
        with suppress(Gone):
            self._write({"ask": name, "given": given})

    def _write(self, said: Mapping[str, object]) -> None:
        if self._writer is None or self._writer.is_closing() or self.closed.is_set():
            raise Gone("nobody is at the other end")
        self._writer.write(json.dumps(said).encode() + b"\n")

    async def _read(self, reader: asyncio.StreamReader) -> None:
        try:
            while line := await reader.readline():
                self._hear(json.loads(line))
        except (OSError, ValueError) as broken:
            log.warning("channel.broken", why=type(broken).__name__)
        finally:
            self.closed.set()
            for answer in self._waiting.values():
                if not answer.done():
                    answer.set_exception(Gone("nobody is at the other end"))
            for task in self._tasks:
                task.cancel()
            if self._writer is not None:
                self._writer.close()

    def _hear(self, said: Mapping[str, Any]) -> None:
        if "ask" in said:
            task = asyncio.create_task(self._answer(said.get("number"), said["ask"], said["given"]))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
            return
        answer = self._waiting.get(said["number"])
        if answer is None or answer.done():
            return
        if "fault" in said:
            answer.set_exception(Gone(f"it could not be answered: {said['fault']}"))
        else:
            answer.set_result(said["answer"])

    async def _answer(self, number: int | None, name: str, given: Mapping[str, Any]) -> None:
        try:
            said = {"number": number, "answer": await self._answers[name](given)}
        except Exception as fault:
            log.exception("channel.fault", asked=name)
            said = {"number": number, "fault": type(fault).__name__}
        if number is not None:
            with suppress(Gone):
                self._write(said)
