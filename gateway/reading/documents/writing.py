"""A document's text put together again from runs: a paragraph is a line, whatever its formatting cuts it into.

What stands in a paragraph within a paragraph (a text box) is a line before it. The cells of a table's row stand side by side,
parted by tabs, unless one of them has several lines. Where a reader may not see a stretch (white, tiny), the line is written
with it and without it; what is not shown at all is kept apart.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

from gateway.reading.documents.markup import TooMuch

_MOST_RUNS, _LONGEST_SHOWN = 200, 1000


class Look(Enum):
    """How a stretch of text looks: FAINT may be overlooked, HIDDEN is not shown."""

    PLAIN = 1
    FAINT = 2
    HIDDEN = 3


@dataclass(slots=True)
class _Paragraph:
    runs: list[tuple[str, Look]] = field(default_factory=list)

    def shown(self, *, faint: bool = True) -> str:
        """The text; without what may be overlooked if not `faint`."""
        return "".join(text for text, look in self.runs if look is Look.PLAIN or (faint and look is Look.FAINT))

    def hidden(self) -> str:
        """What is not shown."""
        return "".join(text for text, look in self.runs if look is Look.HIDDEN)


@dataclass(frozen=True, slots=True)
class Written:
    """lines: as a reader sees them; hidden: what is in the file and not shown; links: (target, what is shown for it)."""

    lines: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    links: tuple[tuple[str, str], ...] = ()


class Writing:
    """Takes runs, paragraphs, blocks, cells and links in order. Raises TooMuch beyond `most` characters."""

    def __init__(self, most: int) -> None:
        self._left = most
        self._blocks: list[list[str]] = [[]]
        self._open: list[_Paragraph] = [_Paragraph()]
        self._rows: list[list[str]] = []
        self._hidden: list[str] = []
        self._links: dict[tuple[str, str], None] = {}

    def write(self, text: str, look: Look = Look.PLAIN) -> None:
        """A run of the paragraph that is open."""
        self._left -= len(text)
        if self._left < 0:
            raise TooMuch
        self._open[-1].runs.append((text, look))

    def line(self, text: str, look: Look = Look.PLAIN) -> None:
        """A line of its own."""
        with self.paragraph():
            self.write(text, look)

    def begin(self) -> None:
        """A paragraph begins, maybe within another."""
        self._flush_loose()
        self._open.append(_Paragraph())

    def end(self) -> None:
        """The paragraph ends, and becomes a line."""
        if len(self._open) > 1:
            self._finish(self._open.pop())

    def paragraph(self) -> "_Within":
        """A paragraph for the length of a `with`."""
        return _Within(self)

    def begin_block(self) -> None:
        """What follows is kept together until `end_block`."""
        self._flush_loose()
        self._blocks.append([])

    def end_block(self) -> list[str]:
        """The lines since `begin_block`, which are taken out."""
        self._flush_loose()
        return self._blocks.pop() if len(self._blocks) > 1 else []

    def add(self, lines: list[str]) -> None:
        """Lines that were taken out, or made elsewhere."""
        self._blocks[-1] += lines

    def begin_row(self) -> None:
        """A row of a table begins."""
        self._rows.append([])

    def end_cell(self) -> None:
        """A cell, begun with `begin_block`, ends."""
        text = "\n".join(self.end_block())
        if self._rows:
            self._rows[-1].append(text)
        else:
            self.add([text])

    def end_row(self) -> None:
        """The row ends."""
        cells = [cell for cell in (self._rows.pop() if self._rows else []) if cell.strip()]
        self.add(cells if any("\n" in cell for cell in cells) else ["\t".join(cells)])

    def mark(self) -> int:
        """How far the open paragraph has come, for `since`."""
        return len(self._open[-1].runs)

    def since(self, mark: int) -> str:
        """What was written in the open paragraph since, as far as it serves to tell a link by."""
        return "".join(text for text, _ in self._open[-1].runs[mark : mark + _MOST_RUNS])[:_LONGEST_SHOWN]

    def take_back(self, mark: int) -> None:
        """Take out what was written in the open paragraph since."""
        del self._open[-1].runs[mark:]

    def link(self, target: str, shown: str = "") -> None:
        """A link; the same one once."""
        if target.strip():
            self._links[target.strip(), " ".join(shown.split())] = None

    def finish(self) -> Written:
        """All of it, whatever is still open."""
        while len(self._open) > 1:
            self.end()
        self._flush_loose()
        while len(self._blocks) > 1:
            block = self._blocks.pop()
            self._blocks[-1] += block
        for row in self._rows:
            self.add(row)
        self._rows.clear()
        lines = tuple(line.rstrip() for line in self._blocks[0] if line.strip())
        return Written(lines, tuple(dict.fromkeys(self._hidden)), tuple(self._links))

    def _flush_loose(self) -> None:
        """Runs that stand in no paragraph are a line."""
        if len(self._open) == 1 and self._open[0].runs:
            self._finish(self._open[0])
            self._open[0] = _Paragraph()

    def _finish(self, paragraph: _Paragraph) -> None:
        for text in _each(paragraph):
            self._blocks[-1].append(text)
        if hidden := paragraph.hidden().strip():
            self._hidden.append(hidden)


def _each(paragraph: _Paragraph) -> Iterator[str]:
    """The line, and the line as those see it who overlook what is faint."""
    whole = paragraph.shown()
    yield whole
    if any(look is Look.FAINT for _, look in paragraph.runs):
        clear = paragraph.shown(faint=False)
        if clear.strip() and clear.split() != whole.split():
            yield clear


class _Within:
    def __init__(self, writing: Writing) -> None:
        self._writing = writing

    def __enter__(self) -> None:
        self._writing.begin()

    def __exit__(self, *_: object) -> None:
        self._writing.end()
