"""Whether letters look like what they are called: a font may show an `e` and have it copied as an `x`.

By the size of their ink: in all alphabets that people read, `m` and `W` are wide and `i` and `l` are not, `b` and `p` are
tall and `a` and `s` are not. Where the sizes of a page's letters have nothing to do with that, its text is not what it shows.
"""

import statistics
from collections import defaultdict
from collections.abc import Iterable, Sequence

_WIDE = dict(
    zip(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
        (
            *(51, 51, 46, 51, 51, 26, 51, 45, 13, 19, 46, 13, 75, 45, 51, 51, 51, 28, 45, 26, 45, 47, 70, 47, 47, 45),
            *(66, 58, 66, 62, 55, 51, 68, 58, 14, 42, 60, 48, 70, 58, 72, 57, 72, 62, 58, 60, 58, 66, 93, 64, 66, 57),
        ),
        strict=True,
    )
)
"""Of each letter in a plain face, in hundredths of its size."""
_TALL = {
    **dict.fromkeys("acemnorsuvwxz", 53),
    **dict.fromkeys("bdfhklpqgyi", 74),
    "t": 67,
    "j": 93,
    **dict.fromkeys("ABCDEFGHIJKLMNOPRSTUVWXYZ", 73),
}
_LEAST_LETTERS, _LEAST_SPREAD = 10, 4.0
_ALIKE = 0.5


def unlike(letters: Iterable[tuple[str, float, float]]) -> bool:
    """Whether letters of (name, width, height) are something else than they say; False where they are too few to tell."""
    sizes: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)
    for letter, width, height in letters:
        if letter in _WIDE:
            sizes[letter].append((width, height))
    seen = {letter: [statistics.median(side) for side in zip(*found, strict=True)] for letter, found in sizes.items()}
    told = [
        likeness
        for side, reference in enumerate((_WIDE, _TALL))
        if (likeness := _likeness([(reference[letter], size[side]) for letter, size in seen.items() if letter in reference]))
        is not None
    ]
    return bool(told) and statistics.fmean(told) < _ALIKE


def _likeness(pairs: Sequence[tuple[float, float]]) -> float | None:
    """Their correlation; None where that says nothing."""
    if len(pairs) < _LEAST_LETTERS:
        return None
    expected, found = zip(*pairs, strict=True)
    if statistics.pstdev(expected) < _LEAST_SPREAD or statistics.pstdev(found) < statistics.fmean(found) / 100:
        return None
    return statistics.correlation(expected, found)
