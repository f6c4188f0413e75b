"""A text that is being folded: its characters, where each stands in what was written, and what it may hold.

What it may hold is told by `glance`, so that most steps of the folding, each of which undoes one kind of disguise, need not
look for it. Where one of them did find something, the words are others, and the text may hold anything from then on.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Folded = tuple[str, Sequence[int]]
Edit = tuple[int, int, str]
"""text[start:end] and what stands for it."""

ALONE, TAGGED, PIECES, DRESSED, SIGNED, COUNTED, STREWN, JOINED = "ATPDMCSJ"
SPACED, FIGURES, LONG, HUMPED, BROKEN, LINKED = "LFGHBK"
EVERY = frozenset("ATPDMCSJLFGHBK")
_SHELF = tuple(range(65_537))


@dataclass(slots=True)
class Draft:
    """offsets: as those of `fold`, a range where all is as it was written; may: the kinds of what may stand in it."""

    text: str
    offsets: Sequence[int]
    may: frozenset[str] = EVERY

    def put(self, edits: Iterable[Edit]) -> None:
        """Make these edits, which are in order and do not overlap."""
        if edits := tuple(edits):
            self.text, self.offsets = edited(self.text, self.offsets, edits)
            self.may = EVERY


def span(start: int, end: int) -> tuple[int, ...]:
    """These numbers, off a shelf."""
    return _SHELF[start:end] if end <= len(_SHELF) else tuple(range(start, end))


def listed(offsets: Sequence[int]) -> Sequence[int]:
    """The offsets, to take stretches of."""
    return span(0, len(offsets)) if isinstance(offsets, range) else offsets


def edited(text: str, offsets: Sequence[int], edits: Iterable[Edit]) -> Folded:
    """The text with these edits, which are in order and do not overlap."""
    offsets = listed(offsets)
    pieces: list[str] = []
    kept: list[int] = []
    last = 0
    for start, end, stands in edits:
        pieces += [text[last:start], stands]
        kept.extend(offsets[last:start])
        kept.extend(offsets[_points(at, len(stands), start, end)] for at in range(len(stands)))
        last = end
    pieces.append(text[last:])
    kept.extend(offsets[last:])
    return "".join(pieces), tuple(kept)


def _points(at: int, size: int, start: int, end: int) -> int:
    """The index of the character that the one at `at` of `size` stands for; the first and the last point at both ends."""
    return max(start, end - 1) if 0 < at == size - 1 else min(start + at, max(start, end - 1))
