"""HTML whose words are placed one by one from within different boxes: read by where they stand, line by line from the left.

Boxes that are placed themselves move what is placed in them. What stands in a box that is only the ground of others (`position:
relative`) is read by itself, since nobody knows here where the flow of the page puts that box. The work is bounded.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode

from gateway.reading import css
from gateway.reading.placed import Placed, Style, glued, lines

_MOST, _MOST_PLACED, _DEEPEST = 20_000, 2000, 100
_LEAST = 3


@dataclass(slots=True)
class _Ground:
    """What is placed over one box, and from within which boxes."""

    placed: list[Placed] = field(default_factory=list)
    parents: set[int] = field(default_factory=set)


def read(tree: LexborHTMLParser, style: Style, said: Callable[[LexborNode], str]) -> Iterator[str]:
    """The text of each ground over which parts of different boxes are placed. said: the text of one part."""
    for ground in _grounds(tree, style).values():
        if len(ground.parents) > 1 and _LEAST <= len(ground.placed) <= _MOST_PLACED:
            yield "\n".join(_line(line, said) for line in lines(ground.placed))


def _line(line: list[Placed], said: Callable[[LexborNode], str]) -> str:
    close = {node.mem_id for node in glued(line)}
    return "".join(("" if node.mem_id in close or not number else " ") + said(node) for number, (_, node) in enumerate(line))


def _grounds(tree: LexborHTMLParser, style: Style) -> dict[int, _Ground]:
    """By the mark of the box; only the innermost of what is placed counts."""
    found: dict[int, _Ground] = {}
    places: dict[int, tuple[float, float, int]] = {}
    bare: set[int] = set()
    placed: dict[int, tuple[LexborNode, int]] = {}
    for node in tree.css("body *")[:_MOST]:
        declared = style(node)
        if (rank := css.rank(declared)) is not None:
            top, left, ground, outer = _around(node, places, bare)
            places[node.mem_id] = (top + rank[0], left + rank[1], ground)
            placed.pop(outer, None)
            placed[node.mem_id] = node, ground
        elif declared.get("position") in {"relative", "absolute", "fixed"}:
            bare.add(node.mem_id)
    for node, mark in placed.values():
        ground_of = found.setdefault(mark, _Ground())
        ground_of.placed.append((places[node.mem_id][:2], node))
        ground_of.parents.add(node.parent.mem_id if node.parent else 0)
    return found


def _around(node: LexborNode, places: dict[int, tuple[float, float, int]], bare: set[int]) -> tuple[float, float, int, int]:
    """Where the box around it stands, the mark of its ground, and its own mark if it is placed."""
    box = node.parent
    for _ in range(_DEEPEST):
        if box is None:
            break
        if box.mem_id in places:
            top, left, ground = places[box.mem_id]
            return top, left, ground, box.mem_id
        if box.mem_id in bare:
            return 0.0, 0.0, box.mem_id, 0
        box = box.parent
    return 0.0, 0.0, 0, 0
