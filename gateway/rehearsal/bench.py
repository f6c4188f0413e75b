"""Many messages judged by one law or by two, in processes of their own, in the order they came.

The judgement is `gateway.pipeline.judge`, as in service. Under two laws a message is read once, and classified once where roster
and model are the same. Each process has one message at a time, so that memory does not grow with their number; one that takes
too long, eats too much or dies costs that message its judgement, and another takes its place.

Raises RuntimeError if no process can be started, with its reason (a model that is missing or damaged); on the way only if none
is left.
"""

import os
import resource
import signal
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from time import monotonic
from typing import Self

from gateway.classify import Classifier, Roster, Thresholds
from gateway.heap import settle
from gateway.mail import Envelope, Mail
from gateway.mail.content import in_memory
from gateway.model import load_judge
from gateway.pipeline import judge
from gateway.policy import Rulebook
from gateway.ports import Judgement
from gateway.reading import Reader, Reading, ReadingLimits
from gateway.rehearsal.cases import Case, group, outcome
from gateway.rehearsal.envelopes import Assumed, Unaddressed, day, envelope, header_block
from gateway.verdict import Verdict

_START = 600.0
"""Seconds in which a process has to sit; a machine that has other things to do takes its time."""
_GRACE = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """What is judged by. model: the folder of the weights, None for those that ship; judged: False for rules and roster alone."""

    rulebook: Rulebook
    roster: Roster
    model: Path | None = None
    judged: bool = True
    thresholds: Thresholds | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """Laws, and the limits of one message. memory: octets that a process may take over what it has at its start.

    term: messages that one process judges before it is replaced, as in service
    """

    laws: tuple[Law, ...]
    limits: ReadingLimits = field(default_factory=ReadingLimits)
    seconds: float = 20.0
    memory: int = 1024**3
    term: int = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A message to be judged. envelope: where it is known; received: where Date does not count.

    sender: in the mbox's From line
    """

    number: int
    name: str
    size: int = 0
    octets: bytes = b""
    problem: str = ""
    sender: str = ""
    envelope: Envelope | None = None
    received: datetime | None = None


def cases(messages: Iterable[Asked], bench: Bench, assumed: Assumed, *, jobs: int = 1) -> Iterator[Case]:
    """What becomes of each message, in their order; of all that were begun, before it raises."""
    ready: dict[int, Case] = {}
    order: deque[int] = deque()

    def done() -> Iterator[Case]:
        while order and order[0] in ready:
            yield ready.pop(order.popleft())

    with _Room(bench, assumed, jobs) as room:
        try:
            for one in messages:
                order.append(one.number)
                if one.problem:
                    ready[one.number] = _without(one, one.problem)
                else:
                    room.give(one, ready)
                yield from done()
            while order:
                room.collect(ready)
                yield from done()
        except RuntimeError:
            yield from done()
            raise


@dataclass(slots=True)
class _Seat:
    """A process and what it has under way. sat: messages given to it so far."""

    process: BaseProcess
    line: Connection
    asked: Asked | None = None
    until: float = 0.0
    sat: int = 0


class _Room:
    """The processes."""

    def __init__(self, bench: Bench, assumed: Assumed, jobs: int) -> None:
        self._bench, self._assumed, self._jobs = bench, assumed, jobs
        self._seats: list[_Seat] = []

    def __enter__(self) -> Self:
        begun = [self._begun() for _ in range(self._jobs)]
        try:
            self._seats += [_seated(seat) for seat in begun]
        except BaseException:
            for seat in begun:
                _ended(seat)
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for seat in self._seats:
            _ended(seat)

    def give(self, asked: Asked, ready: dict[int, Case]) -> None:
        """Have it judged as soon as a process is free; what others have finished meanwhile is put into `ready`."""
        while all(seat.asked for seat in self._seats):
            self.collect(ready)
        seat = next(seat for seat in self._seats if not seat.asked)
        if seat.sat >= self._bench.term:
            seat = self._relieved(seat)
        seat.asked, seat.until, seat.sat = asked, monotonic() + self._bench.seconds + _GRACE, seat.sat + 1
        with suppress(OSError):  # that it is gone shows when its answer is waited for
            seat.line.send(asked)

    def collect(self, ready: dict[int, Case]) -> None:
        """Wait until at least one is finished, or is over its time."""
        busy = {seat.line: seat for seat in self._seats if seat.asked}
        patience = max(0.0, min(seat.until for seat in busy.values()) - monotonic())
        spoken = wait(list(busy), patience)
        for line, seat in busy.items():
            if line in spoken:
                self._heard(seat, ready)
            elif seat.until <= monotonic():
                self._lost(seat, f"it was not judged within {self._bench.seconds:.0f} seconds", ready)

    def _heard(self, seat: _Seat, ready: dict[int, Case]) -> None:
        try:
            case: Case = seat.line.recv()
        except (EOFError, OSError):
            seat.process.join(_GRACE)
            self._lost(seat, f"the process that judged it died (exit code {seat.process.exitcode})", ready)
            return
        ready[case.number] = case
        seat.asked = None

    def _lost(self, seat: _Seat, problem: str, ready: dict[int, Case]) -> None:
        if asked := seat.asked:
            ready[asked.number] = _without(asked, problem)
        _ended(seat)
        number = self._seats.index(seat)
        try:
            self._seats[number] = self._fresh()
        except RuntimeError:
            if len(self._seats) == 1:
                raise
            del self._seats[number]

    def _relieved(self, seat: _Seat) -> _Seat:
        """Another in its place, or the same once more where none can be had."""
        try:
            fresh = self._fresh()
        except RuntimeError:
            seat.sat = 0
            return seat
        self._seats[self._seats.index(seat)] = fresh
        _ended(seat)
        return fresh

    def _fresh(self) -> _Seat:
        begun = self._begun()
        try:
            return _seated(begun)
        except BaseException:
            _ended(begun)
            raise

    def _begun(self) -> _Seat:
        context = get_context("forkserver")
        context.set_forkserver_preload(["gateway.rehearsal.bench"])
        ours, theirs = context.Pipe()
        process = context.Process(target=_work, args=(theirs, self._bench, self._assumed), daemon=True)
        process.start()
        theirs.close()
        return _Seat(process, ours)


def _without(asked: Asked, problem: str) -> Case:
    """The case of a message that was not judged."""
    return Case(number=asked.number, name=asked.name, size=asked.size, problem=problem)


def _seated(seat: _Seat) -> _Seat:
    """Once it is ready. Raises RuntimeError."""
    try:
        said = seat.line.recv() if seat.line.poll(_START) else "it was not ready in time"
    except (EOFError, OSError):
        said = "it ended at once"
    if said:
        raise RuntimeError(f"no judge can be started: {said}")
    return seat


def _ended(seat: _Seat) -> None:
    seat.process.kill()
    seat.process.join(_GRACE)
    seat.line.close()


class _Once(Reader):
    """A reader that reads a message once, however many laws ask for it."""

    def __init__(self, limits: ReadingLimits) -> None:
        super().__init__(limits=limits)
        self._read: dict[bool, Reading] = {}
        self._content = b""

    def read(self, content: bytes, *, dear: bool = True, after: Reading | None = None) -> Reading:
        """As Reader has it."""
        if content is not self._content:
            self._content = content
            self._read.clear()
        if dear not in self._read:
            self._read[dear] = super().read(content, dear=dear, after=after)
        return self._read[dear]


class _Classified(Classifier):
    """A classifier that remembers its last verdicts: those of the two readings of one message."""

    _last: tuple[tuple[Reading, Verdict], ...] = ()

    def classify(self, reading: Reading) -> Verdict:
        """As Classifier has it."""
        for known, verdict in self._last:
            if known is reading:
                return verdict
        verdict = super().classify(reading)
        self._last = (*self._last[-1:], (reading, verdict))
        return verdict


class Sitting:
    """One bench in one process."""

    def __init__(self, bench: Bench) -> None:
        self._reader = _Once(bench.limits)
        self._laws = bench.laws
        self._classifiers = list(_classifiers(bench.laws))

    def judge(self, mail: Mail, at: datetime) -> tuple[Judgement, ...]:
        """By each law."""
        return tuple(
            judge(mail, reader=self._reader, classifier=classifier, rulebook=law.rulebook, at=at)
            for law, classifier in zip(self._laws, self._classifiers, strict=True)
        )

    def case(self, asked: Asked, assumed: Assumed) -> Case:
        """What becomes of a message; a fault that it makes is a word about it."""
        try:
            return self._case(asked, assumed)
        except Unaddressed as unknown:
            return _without(asked, str(unknown))
        except MemoryError:
            return _without(asked, "it could not be judged in the memory allowed")
        except Exception as fault:  # noqa: BLE001  -- whatever it is, the run goes on
            return _without(asked, f"it could not be judged ({type(fault).__name__})")

    def _case(self, asked: Asked, assumed: Assumed) -> Case:
        head = header_block(asked.octets)
        sent = asked.envelope
        if sent is None:
            reading = self._reader.read(asked.octets, dear=False)
            sent = envelope(head, reading.authors, noted=asked.sender, assumed=assumed)
        at = asked.received or day(head)
        mail = Mail(id=asked.name, envelope=sent, content=in_memory(asked.octets), received=at or datetime.now(UTC))
        judged = self.judge(mail, mail.received)
        return Case(
            number=asked.number,
            name=asked.name,
            size=asked.size,
            sender=str(sent.sender) if sent.sender else "<>",
            group=group(self._laws[0].rulebook, sent),
            recipients=len(sent.recipients),
            at=at,
            subject=judged[0].subject[:200],
            outcomes=tuple(map(outcome, judged)),
        )


def _classifiers(laws: Iterable[Law]) -> Iterator[Classifier]:
    """One for each law; the same where nothing that it judges by is different."""
    made: dict[tuple[object, ...], Classifier] = {}
    for law in laws:
        key = (law.roster.version, law.model, law.judged, law.thresholds)
        if key not in made:
            scorer = load_judge(law.model) if law.judged else None
            made[key] = _Classified(law.roster, scorer=scorer, thresholds=law.thresholds)
        yield made[key]


def _work(line: Connection, bench: Bench, assumed: Assumed) -> None:
    """In a process of its own: answer until there is nobody to answer."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        sitting = Sitting(bench)
    except Exception as fault:  # noqa: BLE001  -- told to whoever started us
        line.send(str(fault) or type(fault).__name__)
        return
    settle()
    _bound(bench.memory)
    line.send("")
    with suppress(EOFError, OSError):
        while True:
            line.send(sitting.case(line.recv(), assumed))


def _bound(memory: int) -> None:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    limit = pages * os.sysconf("SC_PAGE_SIZE") + memory
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
