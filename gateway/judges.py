"""The judges: worker processes that read, classify and decide, under limits of time and memory.

The front never parses a message; a judge may hang, eat memory or crash, and costs that one message a judgement that
failed, which the sender's policy answers under `on error`. Small messages travel by pipe, large ones by their spool file.

A message that a judge dies of, or takes too long over, is judged once more with its text and HTML read in the process for
documents and pictures too: what broke the judge costs that part an Unread there, and is not put off for ever.

A message waits for a judge no longer than it may be judged, so that under a flood clients hear 451 and do not hang.

`Judges.judge` never raises for anything in a message. `Judges.start` raises RuntimeError if no judge can be started.
pebble stays behind this door: its pool kills a worker that is over its time and replaces one that died. But the pool gives
up where one dies idle, and hangs where one dies holding its lock; then the next message gets a fresh pool.
"""

import asyncio
import re
import resource
import threading
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import TimeoutError as Overdue
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from multiprocessing import get_context
from multiprocessing.context import BaseContext
from pathlib import Path
from traceback import format_tb

import structlog
from pebble import ProcessExpired, ProcessPool

from gateway.classify import Classifier, Roster, Scorer, Thresholds
from gateway.heap import settle
from gateway.mail import Mail
from gateway.model import load_judge
from gateway.pipeline import judge
from gateway.policy import Rulebook
from gateway.ports import Clock, Judgement
from gateway.reading import APART, Reader, ReadingLimits
from gateway.settings import Judging

log = structlog.get_logger()

_TERM = 10_000
"""Messages that one worker judges before it is replaced by a fresh one, so that no leak lasts."""
_START = 60.0
_READING, _PART = 0.8, 0.5
"""What of the time for a message is for reading its parts, and what one of them may take."""
_FRAME = re.compile(r'^ *File "(?:.*/)?([^/"]+/[^/"]+)", line (\d+), in ', re.MULTILINE)
_GRACE = 10.0
"""Seconds that pebble has to end a judge that is over its time; after that the pool itself is stuck."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """What the judges judge by: the policies and the roster of one moment."""

    rulebook: Rulebook
    roster: Roster

    @property
    def versions(self) -> Mapping[str, str]:
        """Of both, and what stands for the policies without what directories said."""
        return {"policies": self.rulebook.version, "roster": self.roster.version, "plain": self.rulebook.plain}


class _BusyError(Exception):
    """No judge was free in time."""


class Judges:
    """The pool; it implements the port `Judge`. restarts: how often a judge died, or all of them were replaced."""

    def __init__(self, law: Law, *, judging: Judging, clock: Clock) -> None:
        self._law = law
        self._judging = judging
        self._clock = clock
        self._pool: ProcessPool | None = None
        self._free = asyncio.Semaphore(judging.workers)
        self._changing = asyncio.Lock()
        self.restarts = 0

    @property
    def law(self) -> Law:
        """What messages are judged by now."""
        return self._law

    async def start(self) -> None:
        """Have every judge ready before the first message comes."""
        self._pool = await self._seated(self._law)

    async def judge(self, mail: Mail) -> Judgement:
        """The judgement, or what the sender's policy says of one that failed."""
        law, problem = self._law, ""
        for wary in (False, True):
            try:
                return await self._ask(mail, wary=wary)
            except _BusyError:
                problem = "it could not be read and judged in time"
                break
            except (Overdue, TimeoutError):
                problem = "it could not be read and judged in time"
            except ProcessExpired as died:
                self.restarts += 1
                log.error("judge.died", id=mail.id, exit_code=died.exitcode, wary=wary)  # noqa: TRY400  -- the trace ends in pebble
                problem = "it could not be read and judged"
            except MemoryError:
                problem = "it could not be read and judged in the memory allowed"
            except Exception as fault:  # noqa: BLE001  -- whatever it is, the policy answers
                log.error("judge.fault", id=mail.id, fault=type(fault).__name__, at=_where(fault))  # noqa: TRY400  -- its words may quote the message
                problem = "it could not be read and judged"
                break
        log.warning("judge.failed", id=mail.id, problem=problem)
        return Judgement(decision=law.rulebook.failed(mail.envelope, problem, self._clock.now()))

    async def obey(self, law: Law) -> None:
        """Judge by other policies from now on; judgements under way are finished by the old ones.

        Raises RuntimeError if no judge can be started with them, and then the old ones stay.
        """
        async with self._changing:
            pool = await self._seated(law)
            old, self._pool, self._law = self._pool, pool, law
        if old is not None:
            await asyncio.to_thread(_retire, old, 2 * self._limit + _GRACE)

    async def close(self) -> None:
        """End the judges; what they had under way is lost to them, not to the client, who was told nothing yet."""
        if self._pool is not None:
            self._pool.stop()
            await asyncio.to_thread(self._pool.join)

    @property
    def _limit(self) -> float:
        return self._judging.time.total_seconds()

    async def _ask(self, mail: Mail, *, wary: bool) -> Judgement:
        async with self._judge_free():
            pool = await self._working()
            future = asyncio.wrap_future(pool.schedule(_judge, args=(mail, mail.received, wary), timeout=self._limit))
            await asyncio.wait([future], timeout=self._limit + _GRACE)
            if not future.done():
                log.error("judges.stuck", id=mail.id)
                future.cancel()
                pool.stop()
                raise TimeoutError
            if future.cancelled():
                raise RuntimeError("the judges were stopped")
            judgement: Judgement = future.result()
            return judgement

    @asynccontextmanager
    async def _judge_free(self) -> AsyncIterator[None]:
        """Within: a judge is there for us. Raises _BusyError if none is in time."""
        try:
            async with asyncio.timeout(self._limit):
                await self._free.acquire()
        except TimeoutError:
            raise _BusyError from None
        try:
            yield
        finally:
            self._free.release()

    async def _working(self) -> ProcessPool:
        """The pool, another one if it broke down. Raises RuntimeError if there is none to be had."""
        if self._pool is not None and self._pool.active:
            return self._pool
        async with self._changing:
            if self._pool is None:
                raise RuntimeError("the judges were never started")
            if not self._pool.active:
                self.restarts += 1
                log.error("judges.replaced")
                broken, self._pool = self._pool, await self._seated(self._law)
                _end(broken)
            return self._pool

    async def _seated(self, law: Law) -> ProcessPool:
        pool = ProcessPool(
            max_workers=self._judging.workers,
            max_tasks=_TERM,
            initializer=_sit,
            initargs=(law, self._judging),
            context=_processes(),
        )
        try:
            ready = [asyncio.wrap_future(pool.schedule(_ready, timeout=_START)) for _ in range(self._judging.workers)]
            await asyncio.gather(*ready)
        except asyncio.CancelledError:
            _end(pool)
            raise
        except Exception as error:
            _end(pool)
            raise RuntimeError(f"no judge can be started: {error}") from error
        return pool


def _retire(pool: ProcessPool, seconds: float) -> None:
    """Let judges finish what they have under way, and end them. Blocks for so many seconds at most."""
    pool.close()
    with suppress(TimeoutError):
        pool.join(seconds)
        return
    _end(pool)


def _end(pool: ProcessPool) -> None:
    """End judges now, without waiting: pebble may wait for ever for a pool that is broken."""
    pool.stop()
    threading.Thread(target=pool.join, name="hatchway-judges-ended", daemon=True).start()


def _where(fault: BaseException) -> str:
    """The lines of code it went through, the innermost last, and not a word of what it says."""
    trace = str(fault.__cause__) if fault.__cause__ else "".join(format_tb(fault.__traceback__))
    return " ".join(f"{file}:{line}" for file, line in _FRAME.findall(trace))


@dataclass(frozen=True, slots=True)
class _Bench:
    """What one judge has at hand."""

    reader: Reader
    wary: Reader
    classifier: Classifier
    rulebook: Rulebook


_bench: list[_Bench] = []
"""In a worker process: its one bench, once it sits."""


def _processes() -> BaseContext:
    context = get_context("forkserver")
    context.set_forkserver_preload(["gateway.judges"])
    return context


def prepared(judging: Judging) -> None:
    """Load what all judges have alike, where they are forked off. Raises WeightsError."""
    if judging.model:
        _scorer()
    settle()


@cache
def _scorer() -> Scorer:
    return load_judge()


def _sit(law: Law, judging: Judging) -> None:
    scorer = _scorer() if judging.model else None
    classifier = Classifier(law.roster, scorer=scorer, thresholds=thresholds(judging))
    within = limits(judging)
    _bench.append(_Bench(Reader(limits=within), Reader(limits=within, extractors=APART), classifier, law.rulebook))
    settle()
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    limit = pages * resource.getpagesize() + judging.memory
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def thresholds(judging: Judging) -> Thresholds | None:
    """Those of the settings; None for those that were measured."""
    if judging.unsure is None or judging.match is None:
        return None
    return Thresholds(unsure=judging.unsure, match=judging.match)


def limits(judging: Judging) -> ReadingLimits:
    """Of reading, so that there is time left to judge what was read."""
    seconds = judging.time.total_seconds()
    return ReadingLimits(whole=seconds * _READING, time=seconds * _PART, ocr=judging.ocr)


def _ready() -> bool:
    return bool(_bench)


def _judge(mail: Mail, at: datetime, wary: bool) -> Judgement:  # noqa: FBT001  -- pebble hands over what stands in order
    bench = _bench[0]
    return judge(mail, reader=bench.wary if wary else bench.reader, classifier=bench.classifier, rulebook=bench.rulebook, at=at)
