"""What need not be read: two small looks at each sentence with its neighbours, far cheaper than the model.

The first weighs word pieces, and pairs of them, of a sentence, the one before and the one behind: it knows by heart what words
tell. The second reads a little: every piece has WIDTH numbers, what stands in SPAN pieces in a row is weighed in SHOWN ways, and
of a sentence counts the most that it shows of each, and of its neighbours the same; these are weighed in INNER ways. What both
make of a sentence is added up. Either misses what the other does not.

What stays below `least` is settled as clear; the level is set in training so that next to nothing is settled that the model
would have flagged. All weights are whole numbers, small enough that every sum is exact, in whatever order a processor adds: a
sentence's score never depends on what is judged with it, nor on the machine.
"""

import math
from collections.abc import Iterator, Sequence
from itertools import chain, repeat
from typing import Any, TypeVar

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from gateway.model.heart import PAIRS, SINGLE, alone, around, beside, flat, told
from gateway.model.windows import Line

PIECES, WIDTH, SPAN, SHOWN, INNER = 30_522, 32, 5, 64, 32
PARTS: tuple[tuple[str, type[np.signedinteger[Any]], tuple[int, ...]], ...] = (
    ("told", np.int64, (INNER,)),
    ("shown", np.int32, (SHOWN,)),
    ("spans", np.int8, (SPAN * WIDTH, SHOWN)),
    ("own", np.int8, (SHOWN, INNER)),
    ("beside", np.int8, (SHOWN, INNER)),
    ("out", np.int8, (INNER,)),
    ("pieces", np.int8, (PIECES, WIDTH)),
    ("words", np.int8, (SINGLE + PAIRS,)),
)
"""What the weights hold, one behind the other: `told` and `shown` are added to what is weighed, `words` are of the first look.

Piece 0 stands between sentences and has no numbers but 0.
"""
SIZE = sum(np.dtype(kind).itemsize * math.prod(shape) for _, kind, shape in PARTS)
"""Octets of the weights."""
HEEDED = 2.0
"""What a score gains where rules are sure of a finding, and a part of it where they are not: the model hears of it too."""
NEARLY = 3.0
"""Where the rules found much, what stands so far below `least` is read, or below the most telling sentence if that is lower."""
_GAP = (0,) * (SPAN // 2)
"""What stands between sentences, so that none is weighed with pieces of another."""
_ROWS = 24
_MOST = 4096
"""So many pieces, or one sentence, are held at once."""

_Number = TypeVar("_Number", np.float32, np.float64)


class Screen:
    """weights: SIZE octets; a sentence's score is `words` and `scale` times what the two looks make of it, and `bias`. Pure."""

    def __init__(self, weights: bytes, *, words: float, scale: float, bias: float, least: float) -> None:
        if len(weights) != SIZE:
            raise ValueError(f"{len(weights)} octets are no weights of a screen: {SIZE} are")
        parts = dict(_parts(weights))
        self._pieces, self._spans = parts["pieces"], parts["spans"].astype(np.float32)
        self._heart = parts["words"]
        self._both = np.concatenate((parts["own"], parts["beside"]), axis=1).astype(np.float64)
        self._out, self._told, self._shown = (parts[name].astype(np.float64) for name in ("out", "told", "shown"))
        self._words, self._scale, self._bias, self._least = words, scale, bias, least

    def scores(self, lines: Sequence[Line]) -> NDArray[np.float64]:
        """Of each sentence, with its neighbours."""
        if not lines:
            return np.empty(0)
        said = [each.pieces for each in lines]
        first, second = told(alone(self._heart, *flat(said))), self._read(said)
        scores: NDArray[np.float64] = first * self._words + second * self._scale + self._bias
        return scores

    def _read(self, lines: Sequence[tuple[int, ...]]) -> NDArray[np.float64]:
        """What is weighed of what each sentence and its neighbours show."""
        numbers = {pieces: number for number, pieces in enumerate(dict.fromkeys(lines))}
        shown = np.concatenate([self._most(some) for some in _some(tuple(numbers))])
        if len(numbers) < len(lines):  # both alternatives of a newsletter say the same
            shown = shown[[numbers[pieces] for pieces in lines]]
        both = _product(shown, self._both)
        inner = np.maximum(both[:, :INNER] + beside(both[:, INNER:]) + self._told, 0.0)
        summed: NDArray[np.float64] = (inner * self._out).sum(axis=1)
        return summed

    def _most(self, lines: Sequence[tuple[int, ...]]) -> NDArray[np.float64]:
        """The most that each sentence shows."""
        ids = [*_GAP, *chain.from_iterable(chain.from_iterable(zip(lines, repeat(_GAP))))]
        numbers = self._pieces[[*ids, *_GAP]].astype(np.float32)
        step = numbers.itemsize
        spans = as_strided(numbers, (len(ids) - len(_GAP), SPAN * WIDTH), (WIDTH * step, step))
        most = _greatest(_product(spans, self._spans), list(map(len, lines)))
        return np.maximum(most + self._shown, 0.0)

    def around(self, scores: NDArray[np.float64], reach: int, found: float = 0.0, *, some: bool = False) -> list[bool]:
        """True for each sentence that the model should read: those that pass and what stands within `reach` of one.

        scores: of each sentence; found: the most that rules found in the message, 0..1
        some: none is settled: the most telling sentence passes, and what nearly does
        """
        above: NDArray[np.float64] = scores + HEEDED * found - self._least
        if some:
            above += NEARLY - min(0.0, float(above.max()))
        return around(above >= 0.0, reach)


def _parts(weights: bytes) -> Iterator[tuple[str, NDArray[Any]]]:
    at = 0
    for name, kind, shape in PARTS:
        read = np.frombuffer(weights, np.dtype(kind).newbyteorder("<"), math.prod(shape), at)
        yield name, read.reshape(shape)
        at += read.nbytes


def _greatest(weighed: NDArray[np.float32], sizes: Sequence[int]) -> NDArray[np.float32]:
    """The greatest of each column in every sentence. sizes: so many rows each has, with those of _GAP behind it."""
    greatest = np.empty((len(sizes), weighed.shape[1]), dtype=weighed.dtype)
    start = 0
    for row, size in zip(greatest, sizes, strict=True):
        np.maximum.reduce(weighed[start : start + size], axis=0, out=row)
        start += size + len(_GAP)
    return greatest


def _product(rows: NDArray[_Number], weights: NDArray[_Number]) -> NDArray[_Number]:
    """Their product. It is made of so few rows at a time that the library starts no threads, which cost more than they bring."""
    blocks = -(-len(rows) // _ROWS)
    filled = np.empty((blocks * _ROWS, rows.shape[1]), dtype=rows.dtype)
    filled[: len(rows)], filled[len(rows) :] = rows, 0
    product: NDArray[_Number] = (filled.reshape(blocks, _ROWS, -1) @ weights).reshape(blocks * _ROWS, -1)[: len(rows)]
    return product


def _some(lines: Sequence[tuple[int, ...]]) -> Iterator[Sequence[tuple[int, ...]]]:
    """The sentences, so many at once that their pieces are not too many."""
    first = held = 0
    for number, pieces in enumerate(lines):
        held += len(pieces)
        if held > _MOST and number > first:
            yield lines[first:number]
            first, held = number, len(pieces)
    yield lines[first:]
