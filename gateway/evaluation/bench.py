"""Many messages judged, in as many processes as asked, in the order they came.

It answers in verdicts, not in decisions: no policy is asked. A message never makes it raise; a worker that dies, out of memory
say, does (BrokenProcessPool).
"""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from multiprocessing import get_context
from typing import TypeVar

from gateway.classify import Classifier, Roster, Scorer, Thresholds
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

    Raises gateway.model.WeightsError if the model is missing or damaged.
    """
    if jobs == 1:
        _sit(judgeship)
        yield from ((known, _judge(content)) for known, content in messages)
        return
    _scorer(judgeship)
    coming = iter(messages)
    pending: deque[tuple[tuple[Known, ...], Future[list[Verdict | None]]]] = deque()
    with ProcessPoolExecutor(jobs, get_context("forkserver"), _sit, (judgeship,)) as pool:
        while some := tuple(islice(coming, _AT_ONCE)):
            pending.append((tuple(known for known, _ in some), pool.submit(_judge_all, [content for _, content in some])))
            if len(pending) > _AHEAD * jobs:
                yield from _answered(*pending.popleft())
        while pending:
            yield from _answered(*pending.popleft())


def _answered(known: tuple[Known, ...], verdicts: "Future[list[Verdict | None]]") -> Iterator[tuple[Known, Verdict | None]]:
    return zip(known, verdicts.result(), strict=True)


def _scorer(judgeship: Judgeship) -> Scorer | None:
    return load_judge() if judgeship.model else None


def _sit(judgeship: Judgeship) -> None:
    classifier = Classifier(judgeship.roster, scorer=_scorer(judgeship), thresholds=judgeship.thresholds)
    _seat[:] = [_Seat(Reader(limits=judgeship.limits), classifier)]


def _judge(content: bytes | None) -> Verdict | None:
    return None if content is None else _seat[0].classifier.classify(_seat[0].reader.read(content))


def _judge_all(contents: list[bytes | None]) -> list[Verdict | None]:
    return [_judge(content) for content in contents]
