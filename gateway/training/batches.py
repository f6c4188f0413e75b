"""What the network is shown at a time: windows of like length, twins together, and messages with a line buried in them."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random

from gateway.model import Window, windows
from gateway.model.judge import KINDS
from gateway.training.examples import Example
from gateway.training.recipe import Recipe
from gateway.verdict import Category

COLUMNS = (Category.POLITICAL, Category.RELIGIOUS)
_HOST = range(4, 15)
_GUEST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A window and what is to be said of it.

    column: of its offence, None if nothing is wrong; marks: for each of its sentences; kind: of the offence, None if unknown
    told: the name under which it is noted how it was told, see `Told`; nothing is noted without one
    """

    window: Window
    column: int | None
    marks: tuple[float, ...] | None
    kind: int | None
    twins: str
    ordinary: bool
    told: str = ""


def samples(example: Example, *, size: int, most: int = 64) -> list[Sample]:
    """The windows of a message; if nobody said which lines carry the offence, each of them is taken to."""
    column = COLUMNS.index(example.expect) if example.expect else None
    return [_sample(example, window, column) for window in windows(example.lines, size=size, most=most)[0]]


def _sample(example: Example, window: Window, column: int | None) -> Sample:
    marks = tuple(example.marks[number] for number, _, _ in window.spans) if example.marks else None
    offends = column is not None and (marks is None or any(marks))
    return Sample(
        window=window,
        column=column if offends else None,
        marks=marks,
        kind=KINDS.index(example.kind) if example.kind else None,
        twins=example.twins,
        ordinary=example.expect is None,
    )


def buried(rnd: Random, guest: Example, hosts: Sequence[Example]) -> Example | None:
    """An ordinary message of several sentences in which the telling lines of another stand; None if it has none."""
    host = rnd.choice(hosts)
    lines = [(a, mark) for a, mark in zip(guest.lines, guest.marks, strict=True) if not a.subject]
    lines = [each for each in lines if each[1]] if guest.expect else lines[:_GUEST]
    if not lines:
        return None
    at = rnd.randint(1, len(host.lines))
    kept = [(each, 0.0) for each in host.lines]
    mixed = [*kept[:at], *lines, *kept[at:]]
    return Example(
        id=f"{host.id}+{guest.id}",
        writer=guest.writer,
        expect=guest.expect,
        lines=tuple(each for each, _ in mixed),
        marks=tuple(mark for _, mark in mixed),
        kind=guest.kind,
    )


class Told:
    """How wrongly messages were told when they were last shown: 0 to 1 for each, twins together."""

    def __init__(self) -> None:
        self._wrong: dict[str, float] = {}

    def note(self, batch: Sequence[Sample], wrong: Sequence[float]) -> None:
        """wrong: of each of its windows. A message is told as wrongly as the worst of them."""
        said: defaultdict[str, float] = defaultdict(float)
        for sample, much in zip(batch, wrong, strict=True):
            if sample.told:
                said[sample.told] = max(said[sample.told], much)
        self._wrong |= said

    def well(self, share: float) -> frozenset[str]:
        """What was told best: all but so large a share."""
        told = sorted(self._wrong, key=lambda name: -self._wrong[name])
        return frozenset(told[round(share * len(told)) :])


def epoch(
    examples: Sequence[Example],
    extra: Sequence[Example],
    rnd: Random,
    recipe: Recipe,
    *,
    known: frozenset[str] = frozenset(),
) -> list[list[Sample]]:
    """The batches of one pass over all messages but those that are known, in a random order."""
    groups: defaultdict[str, list[Example]] = defaultdict(list)
    for number, example in enumerate(examples):
        groups[example.twins or f"#{number}"].append(example)
    named = [(name, [s for each in group for s in samples(each, size=recipe.size)]) for name, group in groups.items()]
    named += [(f"+{number}", samples(each, size=recipe.size, most=1)) for number, each in enumerate(extra)]
    shown = [[replace(sample, told=name) for sample in group] for name, group in named if name not in known]
    shown += [samples(each, size=recipe.size) for each in _buried(examples, rnd, recipe.bury)]
    shown = [each for each in shown if each]
    shown.sort(key=lambda each: _longest(each) * rnd.uniform(0.92, 1.08))
    batches = list(_filled(shown, recipe.pieces))
    rnd.shuffle(batches)
    return batches


def _buried(examples: Sequence[Example], rnd: Random, share: float) -> Iterator[Example]:
    hosts = [each for each in examples if each.expect is None and len(each.lines) in _HOST]
    guests = [each for each in examples if each.marks]
    for guest in rnd.sample(guests, min(len(guests), int(len(examples) * share))):
        if hosts and (made := buried(rnd, guest, hosts)):
            yield made


def _longest(shown: Sequence[Sample]) -> int:
    return max(len(sample.window.ids) for sample in shown)


def _filled(shown: Sequence[list[Sample]], pieces: int) -> Iterator[list[Sample]]:
    batch: list[Sample] = []
    for group in shown:
        if batch and _longest([*batch, *group]) * (len(batch) + len(group)) > pieces:
            yield batch
            batch = []
        batch = [*batch, *group]
    if batch:
        yield batch
