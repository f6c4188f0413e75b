"""HTML whose parts are shown in another order than they are written: flex, grids, floats, what is placed or isolated, columns.

`order` looks through a page for parts that style puts in another order among their neighbours, and tells the walk over the tree
which comes after which; `columns` reads small tables of words down their columns. Both are further readings: the page as it is
written is read as well, since not every mail program follows the style. Only neighbours are put in order; what is placed from
within different boxes is `scattered`. The work is bounded.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, groupby, pairwise

from selectolax.lexbor import LexborHTMLParser, LexborNode

from gateway.reading import css
from gateway.reading.cells import LEAST_COLUMNS, across, telling
from gateway.reading.cells import MOST as _MOST_PIECES
from gateway.reading.sought import Sought
from gateway.reading.tags import BREAKS

Style = Callable[[LexborNode], css.Declarations]

TRIGGERS = Sought(
    r"\border\s*:|-reverse|float\s*:\s*right|position\s*:\s*(?:absolute|fixed|relative)|\bgrid-(?:area|row|column)|\brtl\b"
    r"|<text\b|translate|margin-(?:left|right)\s*:\s*-",
    (
        r"order\s*:",
        "-reverse",
        r"float\s*:",
        r"position\s*:",
        "grid-",
        "rtl",
        "<text",
        "translate",
        r"margin-(?:left|right)\s*:\s*-",
    ),
)
"""What a page that shows something in another order has in its source."""
_MOST, _MOST_CHILDREN, _DEEPEST = 20_000, 500, 100
_LINE = 9.0
"""Pixels from top to top within which two parts stand on one line."""
_MOST_TABLES, _MOST_CELLS, _MOST_WORDS = 100, 400, 3
_LETTERS = 0.6
_INTEGER = re.compile(r"[+-]?\d{1,8}", re.ASCII)
_WIDTH = 8.0
"""Pixels of a letter, roughly."""
_LETTERS_OF_LINE, _WIDER = 4, 1.6
Placed = tuple[tuple[float, float], LexborNode]
"""From the top and from the left, and what stands there."""


@dataclass(slots=True)
class Order:
    """first: the child that is shown first, by its parent's mark; after: what comes after a child, by the child's mark.

    lines: the marks of children that begin a line; glued: of those that stand close behind a letter
    rights: whether what says its direction runs from the right, by its mark; none where nothing does
    """

    first: dict[int, LexborNode] = field(default_factory=dict)
    after: dict[int, LexborNode | None] = field(default_factory=dict)
    lines: set[int] = field(default_factory=set)
    glued: set[int] = field(default_factory=set)
    rights: dict[int, bool] = field(default_factory=dict)

    def put(self, parent: LexborNode, children: Sequence[LexborNode]) -> None:
        """The children of a parent in the order they are shown."""
        self.first[parent.mem_id] = children[0]
        self.after.update((child.mem_id, behind) for child, behind in zip(children, [*children[1:], None], strict=True))


def order(tree: LexborHTMLParser, style: Style) -> Order:
    """Which parts are shown in another order."""
    nodes = [(node, style(node)) for node in tree.css("body *")[:_MOST]]
    found = Order(rights=_rights(tree, [*((node, style(node)) for node in tree.css("html, body")), *nodes]))
    parents: dict[int, LexborNode] = {}
    for node, declared in nodes:
        if _is_moved(node, declared, found) and (parent := node if _holds(node, declared) else node.parent):
            parents.setdefault(parent.mem_id, parent)
    for parent in parents.values():
        children = list(_children(parent))
        shown = _shown(parent, children, style, found) if len(children) <= _MOST_CHILDREN else children
        if [child.mem_id for child in shown] != [child.mem_id for child in children]:
            found.put(parent, shown)
    return found


def _rights(tree: LexborHTMLParser, nodes: Sequence[tuple[LexborNode, css.Declarations]]) -> dict[int, bool]:
    styled = {node.mem_id: declared["direction"] == "rtl" for node, declared in nodes if "direction" in declared}
    turned = tree.css("[dir=rtl]")
    if not turned and True not in styled.values():
        return {}
    straight = tree.css("[dir=ltr], [dir=auto]")
    return {**{node.mem_id: False for node in straight}, **{node.mem_id: True for node in turned}, **styled}


def _is_moved(node: LexborNode, declared: css.Declarations, found: Order) -> bool:
    if _moves(declared):
        return True
    if not found.rights:
        return False
    if node.tag == "tr" or _flexes(declared):
        return _from_right(node, found)
    return _isolated(node, declared) and node.parent is not None and _from_right(node.parent, found)


def _moves(declared: css.Declarations) -> bool:
    reverse = "-reverse" in declared.get("flex-direction", "") + declared.get("flex-flow", "")
    if css.cell(declared) is not None:
        return True
    if css.shift(declared) or _margin(declared, "margin-left") < 0:
        return True
    return reverse or "order" in declared or declared.get("float") == "right" or css.rank(declared) is not None


def _holds(node: LexborNode, declared: css.Declarations) -> bool:
    """Whether it is the box whose children are in another order, and not one of them."""
    return (
        node.tag == "tr" or "-reverse" in declared.get("flex-direction", "") + declared.get("flex-flow", "") or _flexes(declared)
    )


def _flexes(declared: css.Declarations) -> bool:
    return declared.get("display", "") in {"flex", "inline-flex", "grid", "inline-grid"}


def _isolated(node: LexborNode, declared: css.Declarations) -> bool:
    """What stands in its line like one sign, whatever the direction of its text (HTML §15.3.6, CSS Writing Modes §2.2)."""
    if (node.tag or "-")[0] == "-" or (node.tag in BREAKS and not css.inline(declared)):
        return False
    if node.tag == "bdi" or "dir" in node.attributes or declared.get("display", "").startswith("inline-"):
        return True
    return declared.get("unicode-bidi", "").startswith(("isolate", "plaintext"))


def _from_right(node: LexborNode, found: Order) -> bool:
    """Whether what stands in it is put from right to left."""
    around: LexborNode | None = node if found.rights else None
    for _ in range(_DEEPEST):
        if around is None:
            return False
        if around.mem_id in found.rights:
            return found.rights[around.mem_id]
        around = around.parent
    return False


def _children(parent: LexborNode) -> Iterator[LexborNode]:
    child = parent.first_child
    while child is not None:
        yield child
        child = child.next


def _shown(parent: LexborNode, children: list[LexborNode], style: Style, found: Order) -> list[LexborNode]:
    """The children in the order they are shown."""
    declared = style(parent)
    if parent.tag == "tr":
        return children[::-1] if _from_right(parent, found) else children
    if _flexes(declared):
        return _flexed(children, declared, style, turned=_from_right(parent, found))
    placed = [(rank, child) for child in children if (rank := css.rank(_styled(child, style))) is not None]
    if len(placed) > 1:
        return _placed(children, placed, found)
    if _from_right(parent, found) and any(_isolated(child, _styled(child, style)) for child in children):
        found.glued |= {child.mem_id for child in children}
        return list(_from_the_right(children, style))
    return _shifted(children, style) or list(_floated(children, style))


def _styled(node: LexborNode, style: Style) -> css.Declarations:
    return style(node) if (node.tag or "-")[0] != "-" else {}


def _flexed(children: list[LexborNode], declared: css.Declarations, style: Style, *, turned: bool) -> list[LexborNode]:
    direction = declared.get("flex-direction") or declared.get("flex-flow", "")
    shown = sorted(children, key=lambda child: _number(_styled(child, style).get("order", "")))
    cells = {child.mem_id: cell for child in children if (cell := css.cell(_styled(child, style)))}
    if "grid" in declared.get("display", "") and len(cells) > 1:
        shown.sort(key=lambda child: cells.get(child.mem_id, (0, 0)))
    return shown[::-1] if ("reverse" in direction) != (turned and "column" not in direction) else shown


def _number(written: str) -> int:
    return int(written) if _INTEGER.fullmatch(written) else 0


def _placed(children: list[LexborNode], placed: list[Placed], found: Order) -> list[LexborNode]:
    """What is placed in lines from the top, each from the left; all of it where the first of it is written."""
    ranked: list[LexborNode] = []
    for line in lines(placed):
        found.lines.add(line[0][1].mem_id)
        found.glued |= {child.mem_id for child in glued(line)}
        ranked += [child for _, child in line]
    marks = {child.mem_id for _, child in placed}
    at = next(number for number, child in enumerate(children) if child.mem_id in marks)
    rest = [child for child in children if child.mem_id not in marks]
    return [*rest[:at], *ranked, *rest[at:]]


def lines(placed: Sequence[Placed]) -> Iterator[list[Placed]]:
    """What is placed, line by line, each from the left."""
    tops = sorted({top for (top, _), _ in placed})
    numbers: dict[float, int] = {}
    for before, top in zip([None, *tops], tops, strict=False):
        numbers[top] = 0 if before is None else numbers[before] + (top - before > _LINE)
    ranked = sorted(placed, key=lambda one: (numbers[one[0][0]], one[0][1]))
    yield from (list(line) for _, line in groupby(ranked, key=lambda one: numbers[one[0][0]]))


def glued(line: Sequence[Placed]) -> Iterator[LexborNode]:
    """Of single letters, each with a place of its own, those that stand no further from the last than the others do."""
    if len(line) < _LETTERS_OF_LINE or any(len((node.text() or "").strip()) > 1 for _, node in line):
        return
    steps = [after - before for ((_, before), _), ((_, after), _) in pairwise(line)]
    usual = sorted(steps)[len(steps) // 3]
    yield from (node for step, (_, node) in zip(steps, line[1:], strict=True) if step < usual * _WIDER)


def _margin(declared: css.Declarations, side: str) -> float:
    return css.length(declared.get(side)) or 0.0


def _shifted(children: list[LexborNode], style: Style) -> list[LexborNode]:
    """Boxes on one line by where they are drawn, where some are drawn beside their place; none where all are in order."""
    boxes = [child for child in children if (child.tag or "-")[0] != "-"]
    at, ranked = 0.0, list[tuple[float, LexborNode]]()
    for box in boxes:
        declared = style(box)
        at += _margin(declared, "margin-left")
        ranked.append((at + css.shift(declared), box))
        at += (css.length(declared.get("width")) or _WIDTH * len((box.text() or "").strip())) + _margin(declared, "margin-right")
    ranked.sort(key=lambda one: one[0])
    return [] if [box.mem_id for _, box in ranked] == [box.mem_id for box in boxes] else [box for _, box in ranked]


def _floated(children: list[LexborNode], style: Style) -> Iterator[LexborNode]:
    """Neighbours that float to the right stand there the last one first."""

    def fits(child: LexborNode, begun: bool) -> bool:  # noqa: FBT001  -- called by place, by `_turned` alone
        blank = child.tag == "-text" and not (child.text_content or "").strip()
        return _styled(child, style).get("float") == "right" or (begun and blank)

    return _turned(children, fits)


def _from_the_right(children: list[LexborNode], style: Style) -> Iterator[LexborNode]:
    """Neighbours without a letter between them stand the last one first, where each is like one sign."""

    def fits(child: LexborNode, _begun: bool) -> bool:  # noqa: FBT001  -- called by place, by `_turned` alone
        bare = child.tag == "-text" and not any(map(str.isalpha, child.text_content or ""))
        return bare or _isolated(child, _styled(child, style))

    return _turned(children, fits)


def _turned(children: list[LexborNode], fits: Callable[[LexborNode, bool], bool]) -> Iterator[LexborNode]:
    """The same with each run of those that fit the last one first; `fits` is told, too, whether a run has begun."""
    run: list[LexborNode] = []
    for child in children:
        if fits(child, bool(run)):
            run.append(child)
            continue
        yield from reversed(run)
        run = []
        yield child
    yield from reversed(run)


def columns(tree: LexborHTMLParser) -> Iterator[str]:
    """Small tables of words, down their columns; those of pieces of words, all of them together, across."""
    found, pieces = list[str](), list[str]()
    for table in tree.css("table")[:_MOST_TABLES]:
        rows = table.css("tr")[:_MOST_CELLS]
        if len(rows) < 2 and (not rows or len([*rows[0].iter()]) < LEAST_COLUMNS):  # noqa: PLR2004  -- a table
            continue
        if table.css_first("table table") is not None:
            continue
        cells = [row.css("td, th") for row in rows]
        if sum(map(len, cells)) > _MOST_PIECES:
            continue
        words = [[cell.text().strip() for cell in row] for row in cells]
        if said := across(cells, words):
            found.append(said)
            pieces += chain.from_iterable(words)
        if len(rows) > 1 and _is_of_words(words):
            yield "\n".join(" ".join(filter(None, column)) for column in zip(*words, strict=True))
    yield from telling(found, pieces)


def _is_of_words(rows: list[list[str]]) -> bool:
    cells = [cell for row in rows for cell in row]
    if len(rows[0]) < 2 or len(cells) > _MOST_CELLS or len({len(row) for row in rows}) > 1:  # noqa: PLR2004  -- a table
        return False
    text = "".join(cells)
    return all(len(cell.split()) <= _MOST_WORDS for cell in cells) and sum(map(str.isalpha, text)) >= _LETTERS * max(1, len(text))
