"""The judges: worker processes that read, classify and decide, under limits of time and memory.

The front never parses a message; a judge may hang, eat memory or crash, and costs that one message a judgement that
failed, which the sender's policy answers under `on error`. Small messages travel by pipe, large ones by their spool file.

A message that a judge dies of, or takes too long over, is judged once more with its text and HTML read in the process for
documents and pictures too: what broke the judge costs that part an Unread there, and is not put off for ever.

A message waits for a free judge no longer than it may be judged, so that under a flood clients hear 451 and do not hang. Where
one is gone another is begun at once, and again and again until there is one; no message waits for that longer than for any. So a
client waits four times as long as a message may be judged, at most: for a judge and for its judgement, twice; and a few seconds
for each that died, if nothing tells that it did.

`Judges.judge` never raises for anything in a message. `Judges.start` raises RuntimeError if no judge can be started.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

import structlog

from gateway.classify import Classifier, Roster, Scorer, Thresholds
from gateway.heap import settle
from gateway.mail import Mail
from gateway.model import load_judge
from gateway.pipeline import judge
from gateway.policy import Rulebook
from gateway.ports import Clock, Judgement
from gateway.reading import APART, Reader, ReadingLimits
from gateway.settings import Judging
from gateway.worker import Answers, Died, Fault, Worker, bounded, processes, where

log = structlog.get_logger()

_TERM = 10_000
"""Messages that one worker judges before it is replaced by a fresh one, so that no leak lasts."""
_START = 60.0
_AGAIN = 1.0
"""Seconds from one attempt to begin a judge to the next."""
_STOPPED = "the judges were stopped"
_READING, _PART = 0.8, 0.5
"""What of the time for a message is for reading its parts, and what one of them may take."""


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
    """All of them; it implements the port `Judge`. restarts: how often one died."""

    def __init__(self, law: Law, *, judging: Judging, clock: Clock) -> None:
        self._law = law
        self._judging = judging
        self._clock = clock
        self._under: dict[Worker, Law] = {}
        self._idle: list[Worker] = []
        self._free = asyncio.Semaphore(judging.workers)
        self._begins = set[asyncio.Task[None]]()
        self._changing = asyncio.Lock()
        self._closed = False
        self.restarts = 0

    @property
    def law(self) -> Law:
        """What messages are judged by now."""
        return self._law

    async def start(self) -> None:
        """Have every judge ready before the first message comes."""
        self._idle = await self._seated(self._law)

    async def judge(self, mail: Mail) -> Judgement:
        """The judgement, or what the sender's policy says of one that failed."""
        law, problem = self._law, ""
        for wary in (False, True):
            try:
                return await self._ask(mail, wary=wary)
            except _BusyError:
                problem = "it could not be read and judged in time"
                break
            except TimeoutError:
                problem = "it could not be read and judged in time"
            except Died as died:
                self.restarts += 1
                log.error("judge.died", id=mail.id, exit_code=died.exit_code, wary=wary)  # noqa: TRY400  -- the trace ends here
                problem = "it could not be read and judged"
            except Fault as fault:
                if fault.kind == MemoryError.__name__:
                    problem = "it could not be read and judged in the memory allowed"
                    continue
                log.error("judge.fault", id=mail.id, fault=fault.kind, at=fault.at)  # noqa: TRY400  -- its words may quote the message
                problem = "it could not be read and judged"
                break
            except Exception as fault:  # noqa: BLE001  -- whatever it is, the policy answers
                log.error("judge.fault", id=mail.id, fault=type(fault).__name__, at=where(fault))  # noqa: TRY400  -- as above
                problem = "it could not be read and judged"
                break
        log.warning("judge.failed", id=mail.id, problem=problem)
        return Judgement(decision=law.rulebook.failed(mail.envelope, problem, self._clock.now()))

    async def obey(self, law: Law) -> None:
        """Judge by other policies from now on; judgements under way are finished by the old ones.

        Raises RuntimeError if no judge can be started with them, and then the old ones stay.
        """
        async with self._changing:
            idle = await self._seated(law)
            old, self._idle, self._law = self._idle, idle, law
            await self._left(old)

    async def close(self) -> None:
        """End the judges; what they had under way is lost to them, not to the client, who was told nothing yet."""
        self._closed = True
        idle, self._idle = self._idle, []
        for begins in self._begins:
            begins.cancel()
        await asyncio.gather(*self._begins, return_exceptions=True)
        await self._left(idle)
        for busy in self._under:
            busy.end()

    @property
    def _limit(self) -> float:
        return self._judging.time.total_seconds()

    async def _ask(self, mail: Mail, *, wary: bool) -> Judgement:
        judge = await self._next()
        try:
            judgement: Judgement = await judge.ask(mail, mail.received, wary, within=self._limit)
        except Fault as fault:
            if fault.kind == MemoryError.__name__:
                judge.end()  # what it has kept of other messages may be to blame
            raise
        finally:
            self._back(judge)
        return judgement

    async def _next(self) -> Worker:
        """One that has nothing to do. Raises _BusyError if none is there in time, RuntimeError if none is any more."""
        try:
            async with asyncio.timeout(self._limit):
                while True:
                    await self._free.acquire()
                    if self._closed:
                        self._free.release()
                        raise RuntimeError(_STOPPED)
                    judge = self._idle.pop()
                    if judge.alive:
                        return judge
                    self.restarts += 1
                    log.error("judge.replaced")
                    self._back(judge)
        except TimeoutError:
            raise _BusyError from None

    def _back(self, judge: Worker) -> None:
        """It has nothing to do; where it goes, another takes its place, and until then there is one less."""
        law = self._under[judge]
        if self._stays(judge) or law is not self._law or self._closed:
            self._free.release()
            return
        begins = asyncio.create_task(self._replaced(law))
        self._begins.add(begins)
        begins.add_done_callback(self._taken)

    def _taken(self, begins: asyncio.Task[None]) -> None:
        """From the loop: its place is, or is not to be any more."""
        self._begins.discard(begins)
        self._free.release()

    def _stays(self, judge: Worker) -> bool:
        """Whether it is there for the next message; it goes if it is dead, the law is another one now, or its term is over."""
        if judge.alive and self._under[judge] is self._law and judge.asked < _TERM and not self._closed:
            self._idle.append(judge)
            return True
        judge.end()
        del self._under[judge]
        return False

    async def _replaced(self, law: Law) -> None:
        """Begin one in place of one that is gone, as long as the law is the same: with another one all were begun anew."""
        while law is self._law and not self._closed:
            try:
                if self._stays(await self._begun(law)):
                    break
            except Exception as fault:  # noqa: BLE001  -- whatever it is, there is a judge too few
                log.error("judge.not_begun", why=str(fault), fault=type(fault).__name__)  # noqa: TRY400  -- where says nothing more
                await asyncio.sleep(_AGAIN)

    async def _seated(self, law: Law) -> list[Worker]:
        """As many as there are to be. Raises RuntimeError."""
        begun = await asyncio.gather(*(self._begun(law) for _ in range(self._judging.workers)), return_exceptions=True)
        judges = [one for one in begun if isinstance(one, Worker)]
        for failed in (one for one in begun if isinstance(one, BaseException)):
            await self._left(judges)
            raise failed
        return judges

    async def _begun(self, law: Law) -> Worker:
        if self._closed:
            raise RuntimeError(_STOPPED)
        try:
            judge = await Worker.begun(processes(), _sit, law, self._judging, within=_START)
        except RuntimeError as error:
            raise RuntimeError(f"no judge can be started: {error}") from error
        self._under[judge] = law
        if self._closed:
            self._stays(judge)
            raise RuntimeError(_STOPPED)
        return judge

    async def _left(self, judges: Sequence[Worker]) -> None:
        for one in judges:
            del self._under[one]
        await asyncio.gather(*(one.leave() for one in judges))


@dataclass(frozen=True, slots=True)
class _Bench:
    """What one judge has at hand."""

    reader: Reader
    wary: Reader
    classifier: Classifier
    rulebook: Rulebook

    def judge(self, mail: Mail, at: datetime, wary: bool) -> Judgement:  # noqa: FBT001  -- a question is handed over in order
        """wary: with what judges died of read apart."""
        reader = self.wary if wary else self.reader
        return judge(mail, reader=reader, classifier=self.classifier, rulebook=self.rulebook, at=at)


def prepared(judging: Judging) -> None:
    """Load what all judges have alike, where they are forked off. Raises WeightsError."""
    if judging.model:
        _scorer()
    settle()


@cache
def _scorer() -> Scorer:
    return load_judge()


def _sit(law: Law, judging: Judging) -> Answers:
    """In a worker process: make one judge."""
    scorer = _scorer() if judging.model else None
    classifier = Classifier(law.roster, scorer=scorer, thresholds=thresholds(judging))
    within = limits(judging)
    bench = _Bench(Reader(limits=within), Reader(limits=within, extractors=APART), classifier, law.rulebook)
    settle()
    bounded(judging.memory)
    return bench.judge


def thresholds(judging: Judging) -> Thresholds | None:
    """Those of the settings; None for those that were measured."""
    if judging.unsure is None or judging.match is None:
        return None
    return Thresholds(unsure=judging.unsure, match=judging.match)


def limits(judging: Judging) -> ReadingLimits:
    """Of reading, so that there is time left to judge what was read."""
    seconds = judging.time.total_seconds()
    return ReadingLimits(whole=seconds * _READING, time=seconds * _PART, ocr=judging.ocr)
