"""Figures of a judgement: average precision, calibration, thresholds. Plain numbers, no library."""

from collections.abc import Iterable, Sequence
from math import exp, log

_ROUNDS, _RIDGE = 30, 1e-3
STEP = 1e-4
"""The finest step of a score, so that what stands a step above is not reached."""


def average_precision(scored: Iterable[tuple[float, bool]]) -> float:
    """Of (score, is one); those of equal score count together. 0 if there is none."""
    ranked = sorted(scored, key=lambda each: -each[0])
    ones = sum(is_one for _, is_one in ranked)
    found, total, at = 0, 0.0, 0
    while at < len(ranked):
        same = at
        while same < len(ranked) and ranked[same][0] == ranked[at][0]:
            same += 1
        more = sum(is_one for _, is_one in ranked[at:same])
        found += more
        total += more * found / same
        at = same
    return total / ones if ones else 0.0


def threshold(ordinary: Sequence[float], share: float) -> float:
    """The lowest score that at most `share` of the ordinary ones reach."""
    ranked = sorted(ordinary, reverse=True)
    allowed = int(share * len(ranked))
    return ranked[allowed] + STEP if allowed < len(ranked) else 0.0


def calibrated(scored: Sequence[tuple[Sequence[float], bool]]) -> tuple[tuple[float, ...], float]:
    """A weight for each opinion, and the shift, that make opinions probabilities (Platt, 1999, his targets).

    scored: opinions, as many of each, and whether it is one. The shares are those of `scored`. No weight is below 0.
    """
    ones = sum(is_one for _, is_one in scored)
    high, low = (ones + 1) / (ones + 2), 1 / (len(scored) - ones + 2)
    known = [((*opinions, 1.0), high if is_one else low) for opinions, is_one in scored]
    used = [True] * len(known[0][0])
    *weights, shift = _fitted(known, used)
    while min(weights) < 0.0:
        used[weights.index(min(weights))] = False
        *weights, shift = _fitted(known, used)
    return tuple(weights), shift


def _fitted(known: Sequence[tuple[tuple[float, ...], float]], used: Sequence[bool]) -> list[float]:
    """Logistic regression by Newton's method; what is not used weighs nothing."""
    size = range(len(used))
    weights = [0.0] * len(used)
    for _ in range(_ROUNDS):
        slope, curve = [_RIDGE * weight for weight in weights], [[_RIDGE * (row == column) for column in size] for row in size]
        for values, target in known:
            said = sigmoid(sum(weight * value for weight, value in zip(weights, values, strict=True)))
            for row in size:
                slope[row] += (said - target) * values[row] * used[row]
                for column in size:
                    curve[row][column] += said * (1 - said) * values[row] * values[column] * used[row] * used[column]
        weights = [weight - step for weight, step in zip(weights, solved(curve, slope), strict=True)]
    return weights


def solved(matrix: Sequence[Sequence[float]], right: Sequence[float]) -> list[float]:
    """The x of matrix * x = right, by elimination. Raises ZeroDivisionError if there is no one x."""
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    for at in range(len(rows)):
        best = max(range(at, len(rows)), key=lambda number: abs(rows[number][at]))
        rows[at], rows[best] = rows[best], rows[at]
        rows[at] = [value / rows[at][at] for value in rows[at]]
        for number, row in enumerate(rows):
            if number != at:
                rows[number] = [value - row[at] * pivot for value, pivot in zip(row, rows[at], strict=True)]
    return [row[-1] for row in rows]


def sigmoid(logit: float) -> float:
    """0..1."""
    return 1 / (1 + exp(-max(-30.0, min(30.0, logit))))


def logit(probability: float) -> float:
    """The inverse of sigmoid."""
    kept = max(1e-9, min(1 - 1e-9, probability))
    return log(kept / (1 - kept))
