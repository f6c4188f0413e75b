"""Shares, and how far they can be trusted: so many of so many, with an interval, and the difference between two of them.

Plain numbers, no library. It does not say what a difference means.
"""

from dataclasses import dataclass
from math import sqrt

_Z = 1.959964


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many, with the interval that holds the true share with 95 % confidence (Wilson, 1927)."""

    count: int
    of: int

    @property
    def value(self) -> float:
        """0..1; 0 of none is 0."""
        return self.count / self.of if self.of else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Lower and upper end."""
        if not self.of:
            return 0.0, 1.0
        square = _Z * _Z / self.of
        middle = (self.value + square / 2) / (1 + square)
        reach = _Z / (1 + square) * sqrt(self.value * (1 - self.value) / self.of + square / (4 * self.of))
        return max(0.0, middle - reach), min(1.0, middle + reach)

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.value:6.1%} ({low:.1%} to {high:.1%}; {self.count} of {self.of})"


def difference(one: Share, other: Share) -> tuple[float, float, float]:
    """How much larger the one is, with the 95 % interval of the true difference (Newcombe, 1998, his method 10)."""
    (low, high), (below, above) = one.interval, other.interval
    apart = one.value - other.value
    down = sqrt((one.value - low) ** 2 + (above - other.value) ** 2)
    up = sqrt((high - one.value) ** 2 + (other.value - below) ** 2)
    return apart, apart - down, apart + up
