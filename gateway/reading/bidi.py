"""A line in the order in which it is shown, where marks of direction put it in another one than that of writing (Unicode UAX #9).

What such marks embed, override or isolate is laid out as rules X1 to X8, N1, N2, I1, I2 and L2 say. Of weak characters only
figures and what combines are told apart, and no bracket is turned: letters stand where they are shown, which is what is asked
for. In time linear in the length of the line.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

MARKS = "\u202e\u2067\u202b\u200f\u061c"
"""Those that let text run from right to left: override, isolate, embedding, and two that are letters without a shape."""
_UNSEEN = re.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")
_ISOLATES, _EMBEDDINGS = frozenset({"LRI", "RLI", "FSI"}), frozenset({"LRE", "RLE", "LRO", "RLO"})
_RIGHT, _FIGURES = frozenset({"R", "AL"}), frozenset({"EN", "AN"})
_REMOVED = _EMBEDDINGS | {"PDF", "BN"}
"""What has no place of its own (X9)."""
_DEEPEST = 125
"""UAX #9, BD2."""
_AHEAD = 30
"""So far is looked for the first letter of an isolate that says no direction."""
_CUT, _CUTS = re.compile("(?<=[A-Za-z.,:;!? ])\u200f(?=[A-Za-z ])"), 3
"""Marks between Latin letters move nothing but in a paragraph that runs from the right, so it is taken for one."""
_NEUTRAL = ""


class _Scope(NamedTuple):
    """What is open. number: that of the innermost isolate; override: "L", "R" or none."""

    level: int
    number: int = 0
    override: str = ""
    isolate: bool = False


def shown(line: str) -> str:
    """The line as it is shown, with a zero-width blank for every mark; as it is, where none of its letters move.

    So it is where Latin letters are not most of it, too: who reads Hebrew or Arabic reads them from the right.
    """
    kinds = [unicodedata.bidirectional(character) for character in line]
    letters = [kind for character, kind in zip(line, kinds, strict=True) if character.isalpha()]
    if 2 * letters.count("L") <= len(letters):
        return line
    laid = _laid(line, _levels(kinds, from_right=_from_right(kinds) or len(_CUT.findall(line)) >= _CUTS))
    return line if _UNSEEN.sub("", laid) == _UNSEEN.sub("", line) else _UNSEEN.sub("\u200b", laid)


def _from_right(kinds: Sequence[str], *, isolated: bool = False) -> bool:
    """Whether the first letter that no isolate holds is one of those that run from the right (P2, P3).

    isolated: it is sought in an isolate alone, which ends where that is closed (X5c)
    """
    depth = 0
    for kind in kinds:
        if kind == "PDI" and isolated and not depth:
            return False
        depth += kind in _ISOLATES
        depth -= kind == "PDI" and depth > 0
        if not depth and (kind == "L" or kind in _RIGHT):
            return kind in _RIGHT
    return False


def _levels(kinds: Sequence[str], *, from_right: bool) -> list[int]:
    """The level of each character: of an even one the order is from the left, of an odd one from the right."""
    base = int(from_right)
    within: dict[int, list[int]] = {}
    levels, meant = list[int](), list[str]()
    for at, (scope, kind) in enumerate(_scoped(kinds, base)):
        levels.append(scope.level)
        meant.append(scope.override or kind)
        if kind not in _REMOVED:
            within.setdefault(scope.number, []).append(at)
    for places in within.values():
        _resolve(places, levels, meant)
    for at, kind in enumerate(kinds):
        if kind in _REMOVED:
            levels[at] = levels[at - 1] if at else base
    return levels


def _scoped(kinds: Sequence[str], base: int) -> Iterator[tuple[_Scope, str]]:
    """What each character stands in, and its kind (X1 to X8)."""
    stack, isolates, numbers = [_Scope(base)], 0, 0
    for at, kind in enumerate(kinds):
        if kind == "PDI" and isolates:
            while not stack.pop().isolate:
                pass
            isolates -= 1
        elif kind == "PDF" and len(stack) > 1 and not stack[-1].isolate:
            stack.pop()
        scope = stack[-1]
        yield scope, kind
        if kind in _ISOLATES or kind in _EMBEDDINGS:
            isolate = kind in _ISOLATES
            right = _from_right(kinds[at + 1 : at + _AHEAD], isolated=True) if kind == "FSI" else kind[0] == "R"
            level = (scope.level + 1) | 1 if right else (scope.level + 2) & ~1
            isolates, numbers = isolates + isolate, numbers + isolate
            number, override = numbers if isolate else scope.number, kind[0] if kind in {"LRO", "RLO"} else ""
            stack.append(_Scope(level if level <= _DEEPEST else scope.level, number, override, isolate))


def _resolve(places: Sequence[int], levels: list[int], meant: Sequence[str]) -> None:
    """Put the levels of one isolate right by the letters in it, for each run of one level (X10, W1, W7, N1, N2, I1, I2)."""
    runs = [(level, list(run)) for level, run in groupby(places, key=levels.__getitem__)]
    around = [level for level, _ in runs]
    edges = [around[0], *around, around[-1]]
    for (level, run), before, after in zip(runs, edges, edges[2:], strict=False):
        begins, ends = ("R" if max(level, beside) % 2 else "L" for beside in (before, after))
        sides = _settled(_sides([meant[at] for at in run], begins), begins, ends)
        for at, side in zip(run, sides, strict=True):
            levels[at] = _level(level, side)


def _settled(sides: Sequence[str], begins: str, ends: str) -> Iterator[str]:
    """The same with what is neutral on the side of what stands before and behind it, where that is one side."""
    at, before = 0, begins
    for neutral, group in groupby(sides, key=_NEUTRAL.__eq__):
        at += len(run := list(group))
        if not neutral:
            yield from run
            before = _strong(run[-1])
            continue
        behind = _strong(sides[at]) if at < len(sides) else ends
        yield from (before if before == behind else _NEUTRAL for _ in run)


def _sides(kinds: Sequence[str], begins: str) -> list[str]:
    """For each "L", "R", "EN" or neutral; figures behind a Latin letter are as it is."""
    sides: list[str] = []
    letter = begins
    for kind in kinds:
        side = "R" if kind in _RIGHT else kind if kind == "L" else _NEUTRAL
        if kind == "NSM":
            side = sides[-1] if sides else begins
        elif kind in _FIGURES:
            side = "L" if letter == "L" else "EN"
        letter = side if side in {"L", "R"} else letter
        sides.append(side)
    return sides


def _strong(side: str) -> str:
    return "L" if side == "L" else "R"


def _level(level: int, side: str) -> int:
    if level % 2:
        return level + (side in {"L", "EN"})
    return level + {"R": 1, "EN": 2}.get(side, 0)


def _laid(line: str, levels: Sequence[int]) -> str:
    """The characters from left to right (L2)."""
    nested: list[list[str]] = [[]]
    for level, run in groupby(range(len(line)), key=levels.__getitem__):
        _close(nested, level)
        nested += ([] for _ in range(level + 1 - len(nested)))
        nested[-1] += [line[at] for at in run]
    _close(nested, 0)
    return "".join(nested[0])


def _close(nested: list[list[str]], level: int) -> None:
    """Put what stands deeper than a level into what it stands in."""
    while len(nested) > level + 1:
        inner = nested.pop()
        nested[-1].append("".join(inner if len(nested) % 2 == 0 else reversed(inner)))
