"""Many messages judged, in as many processes as asked, in the order they came.

It answers in verdicts, not in decisions: no policy is asked. No message makes it raise. Where a worker is killed, for memory say,
it answers for what was judged before in its order, and raises Ended.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from itertools import islice
from multiprocessing import get_context
from typing import TypeVar

from gateway.classify import Classifier, Roster, Scorer, Thresholds
from gateway.heap import settle
from gateway.model import load_judge
from gateway.reading import Reader, ReadingLimits
from gateway.verdict import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgeship:
    """What is judged by. model: with the trained model, or by rules and roster alone; thresholds: None for those measured."""

    roster: Roster
    limits: ReadingLimits = field(default_factory=ReadingLimits)
    model: bool = True
    thresholds: Thresholds | None = None


class Ended(Exception):  # noqa: N818  -- it states a fact
    """A process that judges ended before its time. judged: how many messages were answered for before."""

    def __init__(self, judged: int) -> None:
        count = "1 message was" if judged == 1 else f"{judged} messages were"
        super().__init__(f"A process that judges ended before its time, killed or out of memory; {count} judged")
        self.judged = judged


@dataclass(frozen=True, slots=True)
class _Seat:
    reader: Reader
    classifier: Classifier


_AT_ONCE = 8
"""Messages that a worker is handed together."""
_AHEAD = 4
"""Such handfuls read ahead for each worker: memory stays flat however many messages come."""
Known = TypeVar("Known")
_seat: list[_Seat] = []
"""In a worker process: its one seat."""


def verdicts(
    messages: Iterable[tuple[Known, bytes | None]], judgeship: Judgeship, *, jobs: int = 1
) -> Iterator[tuple[Known, Verdict | None]]:
    """What is known of each message, and its verdict; None for what is no message.

    Raises gateway.model.WeightsError if the model is missing or damaged, Ended if a process died.
    """
    if jobs == 1:
        _sit(judgeship)
        yield from ((known, _judge(content)) for known, content in messages)
        return
    _scorer(judgeship)
    with ProcessPoolExecutor(jobs, get_context("forkserver"), _sit, (judgeship,)) as pool:
        yield from judged_by(pool, messages, ahead=_AHEAD * jobs)


def judged_by(
    pool: Executor, messages: Iterable[tuple[Known, bytes | None]], *, ahead: int
) -> Iterator[tuple[Known, Verdict | None]]:
    """The same by workers that sit already. ahead: handfuls that are given out before the first is waited for. Raises Ended."""
    judged = 0
    try:
        for known, verdicts in _handfuls(pool, iter(messages), ahead):
            yield from zip(known, verdicts.result(), strict=True)
            judged += len(known)
    except BrokenProcessPool:
        raise Ended(judged) from None


_Handful = tuple[tuple[Known, ...], "Future[list[Verdict | None]]"]


def _handfuls(pool: Executor, coming: Iterator[tuple[Known, bytes | None]], ahead: int) -> Iterator[_Handful[Known]]:
    """What is given out, in its order; of what was given out before a worker died all, and then BrokenProcessPool."""
    given: deque[_Handful[Known]] = deque()
    broken: BrokenProcessPool | None = None
    while not broken and (some := tuple(islice(coming, _AT_ONCE))):
        try:
            given.append((tuple(known for known, _ in some), pool.submit(_judge_all, [content for _, content in some])))
        except BrokenProcessPool as died:
            broken = died
        if len(given) > ahead:
            yield given.popleft()
    while given:
        yield given.popleft()
    if broken:
        raise broken


def _scorer(judgeship: Judgeship) -> Scorer | None:
    return load_judge() if judgeship.model else None


def _sit(judgeship: Judgeship) -> None:
    classifier = Classifier(judgeship.roster, scorer=_scorer(judgeship), thresholds=judgeship.thresholds)
    _seat[:] = [_Seat(Reader(limits=judgeship.limits), classifier)]
    settle()


def _judge(content: bytes | None) -> Verdict | None:
    return None if content is None else _seat[0].classifier.classify(_seat[0].reader.read(content))


def _judge_all(contents: list[bytes | None]) -> list[Verdict | None]:
    return [_judge(content) for content in contents]
