"""What need not be read: a linear look at each sentence with its neighbours, far cheaper than the model.

It weighs word pieces, and pairs of them, of a sentence, the one before and the one behind. What stays below `least` is
settled as clear; the level is set in training so that next to nothing is settled that the model would have flagged.
"""

from collections.abc import Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from gateway.model.windows import Line

SINGLE, PAIRS = 1 << 15, 1 << 16
SIZE = SINGLE + PAIRS
"""Octets of the weights, each a signed number: first those of pieces, then those of pairs."""
_ODD = 40_503


def features(pieces: Sequence[int]) -> NDArray[np.int64]:
    """Where the weights of a sentence's pieces and pairs stand."""
    ids = np.asarray(pieces, dtype=np.int64)
    return np.concatenate([ids % SINGLE, SINGLE + _paired(ids)])


def _paired(ids: NDArray[np.int64]) -> NDArray[np.int64]:
    paired: NDArray[np.int64] = (ids[:-1] * _ODD + ids[1:] * 7 + (ids[:-1] >> 3)) % PAIRS
    return paired


class Screen:
    """weights: SIZE octets; a sentence's score is `scale` times their sum, with its neighbours', and `bias`. Pure."""

    def __init__(self, weights: bytes, *, scale: float, bias: float, least: float) -> None:
        if len(weights) != SIZE:
            raise ValueError(f"{len(weights)} octets are no weights of a screen: {SIZE} are")
        self._weights = np.frombuffer(weights, dtype=np.int8).astype(np.int64)
        self._scale, self._bias, self._least = scale, bias, least

    def scores(self, lines: Sequence[Line]) -> NDArray[np.float64]:
        """Of each sentence, with its neighbours."""
        alone = self._alone([each.pieces for each in lines])
        around = np.concatenate([[0.0], alone, [0.0]])
        summed: NDArray[np.float64] = around[:-2] + around[1:-1] + around[2:] + self._bias
        return summed

    def _alone(self, lines: Sequence[tuple[int, ...]]) -> NDArray[np.float64]:
        """Of each sentence by itself. All are summed at once, in whole numbers: no sentence's sum depends on the others'."""
        ids = np.fromiter(chain.from_iterable(lines), dtype=np.int64)
        ends = np.cumsum(np.fromiter(map(len, lines), dtype=np.int64, count=len(lines)))
        pairs = self._weights[SINGLE + _paired(ids)]
        pairs[ends[:-1] - 1] = 0
        summed = self._weights[ids % SINGLE]
        summed[:-1] += pairs
        alone: NDArray[np.float64] = np.diff(np.cumsum(summed)[ends - 1], prepend=0) * self._scale
        return alone

    def around(self, lines: Sequence[Line], reach: int) -> list[bool]:
        """True for each sentence that passes, or stands within `reach` of one that does."""
        passed = self.passes(lines)
        if not passed.any():
            return [False] * len(lines)
        return [bool(passed[max(0, number - reach) : number + reach + 1].any()) for number in range(len(lines))]

    def passes(self, lines: Sequence[Line]) -> NDArray[np.bool_]:
        """True for each sentence that the model should read."""
        return self.scores(lines) >= self._least
