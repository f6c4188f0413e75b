"""The judges: worker processes that read, classify and decide, under limits of time and memory.

The front never parses a message; a judge may hang, eat memory or crash, and costs that one message a judgement that
failed, which the sender's policy answers under `on error`. Small messages travel by pipe, large ones by their spool file.

`Judges.judge` never raises for anything in a message. `Judges.start` raises RuntimeError if no judge can be started.
pebble stays behind this door: its pool kills a worker that is over its time and replaces one that died.
"""

import asyncio
import resource
from concurrent.futures import TimeoutError as Overdue
from dataclasses import dataclass
from datetime import datetime
from multiprocessing import get_context
from multiprocessing.context import BaseContext
from pathlib import Path

import structlog
from pebble import ProcessExpired, ProcessPool

from gateway.classify import Classifier, Roster
from gateway.mail import Mail
from gateway.pipeline import judge
from gateway.policy import Rulebook
from gateway.ports import Clock, Judgement
from gateway.reading import Reader
from gateway.settings import Judging

log = structlog.get_logger()

_TERM = 10_000
"""Messages that one worker judges before it is replaced by a fresh one, so that no leak lasts."""
_START = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """What the judges judge by: the policies and the roster of one moment."""

    rulebook: Rulebook
    roster: Roster


class Judges:
    """The pool; it implements the port `Judge`."""

    def __init__(self, law: Law, *, judging: Judging, clock: Clock) -> None:
        self._law = law
        self._judging = judging
        self._clock = clock
        self._pool: ProcessPool | None = None

    @property
    def law(self) -> Law:
        """What messages are judged by now."""
        return self._law

    async def start(self) -> None:
        """Have every judge ready before the first message comes."""
        self._pool = await self._seated(self._law)

    async def judge(self, mail: Mail) -> Judgement:
        """The judgement, or what the sender's policy says of one that failed."""
        law, problem = self._law, "it could not be read and judged"
        try:
            return await self._ask(mail)
        except (Overdue, TimeoutError):
            problem = "it could not be read and judged in time"
        except ProcessExpired as died:
            log.error("judge.died", id=mail.id, exit_code=died.exitcode)  # noqa: TRY400  -- the trace ends in pebble
        except MemoryError:
            problem = "it could not be read and judged in the memory allowed"
        except Exception:
            log.exception("judge.fault", id=mail.id)
        log.warning("judge.failed", id=mail.id, problem=problem)
        return Judgement(decision=law.rulebook.failed(mail.envelope, problem, self._clock.now()))

    async def obey(self, law: Law) -> None:
        """Judge by other policies from now on; judgements under way are finished by the old ones.

        Raises RuntimeError if no judge can be started with them, and then the old ones stay.
        """
        old, self._pool, self._law = self._pool, await self._seated(law), law
        if old is not None:
            old.close()
            await asyncio.to_thread(old.join)

    async def close(self) -> None:
        """End the judges; what they had under way is lost to them, not to the client, who was told nothing yet."""
        if self._pool is not None:
            self._pool.stop()
            await asyncio.to_thread(self._pool.join)

    async def _ask(self, mail: Mail) -> Judgement:
        if self._pool is None:
            raise RuntimeError("the judges were never started")
        limit = self._judging.time.total_seconds()
        future = self._pool.schedule(_judge, args=(mail, self._clock.now()), timeout=limit)
        judgement: Judgement = await asyncio.wrap_future(future)
        return judgement

    async def _seated(self, law: Law) -> ProcessPool:
        pool = ProcessPool(
            max_workers=self._judging.workers,
            max_tasks=_TERM,
            initializer=_sit,
            initargs=(law, self._judging.memory),
            context=_processes(),
        )
        try:
            ready = [asyncio.wrap_future(pool.schedule(_ready, timeout=_START)) for _ in range(self._judging.workers)]
            await asyncio.gather(*ready)
        except Exception as error:
            pool.stop()
            raise RuntimeError(f"no judge can be started: {error}") from error
        return pool


@dataclass(frozen=True, slots=True)
class _Bench:
    """What one judge has at hand."""

    reader: Reader
    classifier: Classifier
    rulebook: Rulebook


_bench: list[_Bench] = []
"""In a worker process: its one bench, once it sits."""


def _processes() -> BaseContext:
    context = get_context("forkserver")
    context.set_forkserver_preload(["gateway.judges"])
    return context


def _sit(law: Law, memory: int) -> None:
    _bench.append(_Bench(Reader(), Classifier(law.roster), law.rulebook))
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    limit = pages * resource.getpagesize() + memory
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _ready() -> bool:
    return bool(_bench)


def _judge(mail: Mail, at: datetime) -> Judgement:
    bench = _bench[0]
    return judge(mail, reader=bench.reader, classifier=bench.classifier, rulebook=bench.rulebook, at=at)
