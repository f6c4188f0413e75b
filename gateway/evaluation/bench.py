"""Many messages judged, in as many processes as asked, in the order they came.

It answers in verdicts, not in decisions: no policy is asked. A message never makes it raise.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
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


Known = TypeVar("Known")
_seat: list[_Seat] = []
"""In a worker process: its one seat."""


def verdicts(
    messages: Iterable[tuple[Known, bytes | None]], judgeship: Judgeship, *, jobs: int = 1
) -> Iterator[tuple[Known, Verdict | None]]:
    """What is known of each message, and its verdict; None for what is no message.

    Raises gateway.model.WeightsError if the model is missing or damaged.
    """
    waiting: deque[Known] = deque()
    contents = _contents(messages, waiting)
    if jobs == 1:
        _sit(judgeship)
        yield from ((waiting.popleft(), verdict) for verdict in map(_judge, contents))
        return
    _scorer(judgeship)
    with get_context("forkserver").Pool(jobs, initializer=partial(_sit, judgeship)) as pool:
        yield from ((waiting.popleft(), verdict) for verdict in pool.imap(_judge, contents, chunksize=8))


def _contents(messages: Iterable[tuple[Known, bytes | None]], waiting: "deque[Known]") -> Iterator[bytes | None]:
    for known, content in messages:
        waiting.append(known)
        yield content


def _scorer(judgeship: Judgeship) -> Scorer | None:
    return load_judge() if judgeship.model else None


def _sit(judgeship: Judgeship) -> None:
    classifier = Classifier(judgeship.roster, scorer=_scorer(judgeship), thresholds=judgeship.thresholds)
    _seat[:] = [_Seat(Reader(limits=judgeship.limits), classifier)]


def _judge(content: bytes | None) -> Verdict | None:
    return None if content is None else _seat[0].classifier.classify(_seat[0].reader.read(content))
