"""What words tell by heart: a weight for each number of a sentence, and for each with the one before it, added up.

`skim` and `screen` begin with it; what the numbers stand for is theirs. Of a long sentence counts the most telling stretch, and
of a neighbour only what speaks for an offence, so that no flood of harmless words hides one. All weights are whole numbers of
eight bits, so that every sum is exact and never depends on what is weighed with it. Nothing is raised.
"""

from collections.abc import Iterator, Sequence
from itertools import accumulate, chain
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

SINGLE, PAIRS = 1 << 15, 1 << 17
"""Weights of numbers, and of pairs behind them."""
STRETCH = 20
"""So many numbers in a row are added up, at most."""
_FIRST, _SECOND = 40_503, 7919

_Number = TypeVar("_Number", np.int64, np.float64)


Numbers = NDArray[np.int64]


def flat(sentences: Sequence[Sequence[int]]) -> tuple[Numbers, Numbers]:
    """The numbers of all sentences, and where each sentence ends."""
    ids = np.fromiter(chain.from_iterable(sentences), dtype=np.int64)
    return ids, np.fromiter(accumulate(map(len, sentences)), dtype=np.int64, count=len(sentences))


def places(ids: Numbers, ends: Numbers) -> tuple[Numbers, Numbers]:
    """Where the weights of every number stand, and those of its pairs. ids, ends: see flat."""
    before = np.empty_like(ids)
    before[1:] = ids[:-1]
    before[ends[:-1]] = before[:1] = 0
    return ids & (SINGLE - 1), SINGLE + ((before * _FIRST + ids * _SECOND) & (PAIRS - 1))


def stretches(values: NDArray[_Number], ends: Numbers) -> Iterator[tuple[int, int, int]]:
    """Of each long sentence its number, and where its most telling stretch begins and ends. values: of every number."""
    summed = _summed(values)
    each = summed[STRETCH:] - summed[:-STRETCH]
    start = 0
    for number, end in enumerate(ends.tolist()):
        if end - start > STRETCH:
            best = start + int(each[start : end + 1 - STRETCH].argmax())
            yield number, best, best + STRETCH
        start = end


def _summed(values: NDArray[_Number]) -> NDArray[_Number]:
    """What the values before each place come to, and all of them."""
    summed = np.zeros(len(values) + 1, values.dtype)
    values.cumsum(out=summed[1:])
    return summed


def alone(weights: NDArray[np.int8], ids: Numbers, ends: Numbers) -> Numbers:
    """What each sentence weighs by itself; it has one number at least. weights: SINGLE and PAIRS of them."""
    singles, pairs = places(ids, ends)
    values = weights[singles].astype(np.int64) + weights[pairs]
    summed = _summed(values)
    weighed: Numbers = summed[ends]
    weighed[1:] -= summed[ends[:-1]]
    for number, start, end in stretches(values, ends):
        weighed[number] = summed[end] - summed[start]
    return weighed


def told(weighed: Numbers) -> Numbers:
    """What each sentence tells with its neighbours, by what each weighs alone."""
    loud: Numbers = np.maximum(weighed, 0)
    return weighed + beside(loud)


def beside(each: NDArray[_Number]) -> NDArray[_Number]:
    """For each sentence the sum of what its neighbours have."""
    summed = np.zeros_like(each)
    summed[1:] += each[:-1]
    summed[:-1] += each[1:]
    return summed


def around(passing: NDArray[np.bool_], reach: int) -> list[bool]:
    """True for each sentence that passes or stands within `reach` of one."""
    near = np.zeros(len(passing), dtype=bool)
    for number in passing.nonzero()[0].tolist():
        near[max(0, number - reach) : number + reach + 1] = True
    found: list[bool] = near.tolist()
    return found
