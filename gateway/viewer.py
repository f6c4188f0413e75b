"""The viewer: a worker process that prepares messages for the console to show, under limits of time and memory.

The front never parses a message. What it shows was made ready here, in a process that may hang or crash and costs nobody
more than the sentence `Unviewable`, with which the console falls back on the raw octets. It is a process of its own, so that
reviewers who read never keep mail waiting for a judge.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import TypeVar

import structlog

from gateway import display
from gateway.display import Opened, Shown, Unviewable
from gateway.hold import HeldMail
from gateway.mail import Address, Content
from gateway.notice.view import relevant
from gateway.verdict import Finding
from gateway.worker import Answers, Died, Fault, Worker, bounded, processes

log = structlog.get_logger()
T = TypeVar("T")

_TERM = 1000
"""Questions that one worker answers before it is replaced by a fresh one, so that no leak lasts."""
_START = 30.0
_CLOSED = "the viewer was closed"
_KEPT = 16
_ANSWERS = 1000
_SMALL = 2 * 1024**2
"""Characters of a page up to which it is remembered."""


class Viewer:
    """One worker process, started when it is first needed. time: seconds for one message; memory: octets over its start."""

    def __init__(self, *, time: float = 30.0, memory: int = 1024**3) -> None:
        self._time = time
        self._memory = memory
        self._worker: Worker | None = None
        self._turn = asyncio.Lock()
        self._closed = False
        self._shown: OrderedDict[str, Shown] = OrderedDict()
        self._named: OrderedDict[tuple[str, tuple[tuple[str, tuple[str, ...]], ...]], frozenset[str]] = OrderedDict()

    async def show(self, held: HeldMail) -> Shown:
        """What a reviewer sees of it. Raises Unviewable."""
        self._there(held)
        if (known := self._shown.get(held.mail.id)) is not None:
            self._shown.move_to_end(held.mail.id)
            return known
        findings = held.decision.verdict.findings if held.decision.verdict else ()
        shown = await self._ask(held.mail.id, _show, held.mail.id, held.mail.content, findings)
        if len(shown.page) < _SMALL:
            self._shown[held.mail.id] = shown
        while len(self._shown) > _KEPT:
            self._shown.popitem(last=False)
        return shown

    async def part(self, held: HeldMail, number: str) -> tuple[str, bytes]:
        """The name and the octets of an attachment. Raises KeyError, Unviewable."""
        self._there(held)
        found = await self._ask(held.mail.id, _part, held.mail.content, number)
        if found is None:
            raise KeyError(number)
        return found

    async def frame(self, held: HeldMail, number: int) -> bytes:
        """A picture or page on which something was found, with a box around it: a JPEG. Raises KeyError, Unviewable."""
        self._there(held)
        verdict = held.decision.verdict
        found = await self._ask(held.mail.id, _frame, held.mail.content, relevant(verdict), number)
        if found is None:
            raise KeyError(number)
        return found

    async def source(self, held: HeldMail) -> tuple[str, bool]:
        """The beginning of the message as it is written, and whether there is more. Raises Unviewable."""
        self._there(held)
        return await self._ask(held.mail.id, _source, held.mail.content)

    async def authors(self, held: HeldMail) -> Sequence[Address]:
        """Who the header says wrote or sent it. Raises Unviewable."""
        return display.writers(await self.show(held))

    async def named(self, held: HeldMail, called: Mapping[str, Sequence[str]]) -> frozenset[str]:
        """Those of whose names one stands in it. Raises Unviewable."""
        asked = held.mail.id, tuple((key, tuple(names)) for key, names in called.items())
        if (known := self._named.get(asked)) is None:
            known = await self._ask(held.mail.id, _names, held.mail.id, held.mail.content, dict(asked[1]))
            self._named[asked] = known
        while len(self._named) > _ANSWERS:
            self._named.popitem(last=False)
        return known

    async def close(self) -> None:
        """End the worker, whatever it is at."""
        self._closed = True
        if self._worker is not None:
            self._worker.end()
            await self._worker.leave()

    def _there(self, held: HeldMail) -> None:
        """Raises Unviewable for what was destroyed, and forgets it."""
        if held.destroyed:
            self._shown.pop(held.mail.id, None)
            raise Unviewable(f"its content was destroyed on {held.destroyed:%Y-%m-%d}")

    async def _ask(self, id_: str, work: Callable[..., T], *arguments: object) -> T:
        async with self._turn:
            try:
                worker = await self._working()
                answer: T = await worker.ask(work, *arguments, within=self._time)
            except TimeoutError:
                raise _unviewable(id_, "it could not be prepared in time") from None
            except Fault as fault:
                if fault.kind == MemoryError.__name__:
                    worker.end()  # what it has kept of other messages may be to blame
                    raise _unviewable(id_, "it could not be prepared in the memory allowed") from None
                raise _unviewable(id_, "it could not be prepared", f"{fault.kind} at {fault.at}") from None
            except (Died, RuntimeError) as fault:
                raise _unviewable(id_, "it could not be prepared", str(fault)) from None
            return answer

    async def _working(self) -> Worker:
        """The worker, or a new one where it is gone or its term is over. Raises RuntimeError if there is none to be had."""
        if self._closed:
            raise RuntimeError(_CLOSED)
        if self._worker is None or not self._worker.alive or self._worker.asked >= _TERM:
            if self._worker is not None:
                await self._worker.leave()
            self._worker = await Worker.begun(processes(), _sit, self._memory, within=_START)
            if self._closed:
                await self._worker.leave()
                raise RuntimeError(_CLOSED)
        return self._worker


def _unviewable(id_: str, why: str, fault: str = "") -> Unviewable:
    log.warning("viewer.failed", id=id_, problem=why, fault=fault)
    return Unviewable(why)


def _sit(memory: int) -> Answers:
    """In the worker."""
    bounded(memory)
    return _done


def _done(work: Callable[..., T], *arguments: object) -> T:
    return work(*arguments)


_lately: dict[str, Opened] = {}
"""In the worker: the message that was opened last. Whose page is asked for, of that one names are asked next."""


def _opened(id_: str, content: Content) -> Opened:
    if (known := _lately.get(id_)) is not None:
        return known
    _lately.clear()
    opened = Opened(content.read())
    _lately[id_] = opened
    return opened


def _show(id_: str, content: Content, findings: tuple[Finding, ...]) -> Shown:
    return display.show(_opened(id_, content), findings)


def _names(id_: str, content: Content, called: dict[str, tuple[str, ...]]) -> frozenset[str]:
    return display.named(_opened(id_, content), called)


def _part(content: Content, number: str) -> tuple[str, bytes] | None:
    with suppress(KeyError):
        return display.part(content.read(), number)
    return None


def _frame(content: Content, findings: tuple[Finding, ...], number: int) -> bytes | None:
    with suppress(KeyError):
        return display.frame(content.read(), findings, number)
    return None


def _source(content: Content) -> tuple[str, bool]:
    return display.source(content.read())
