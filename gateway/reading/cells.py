"""Tables that are lines of text, a letter or two in each cell, or in each line of each cell of one row.

Each is read across, line by line, where telling words come together by it that stand in no cell: a roster, a calendar or a
record of votes gives none. What stands side by side without a table is not looked for.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from selectolax.lexbor import LexborNode

from gateway.reading.telling import TELLING

_FEWEST, MOST, LEAST_COLUMNS = 8, 1000, 6
_PIECE, _SHARE = 3, 0.8
"""So many letters has a piece at most, and so many of all there are such pieces."""
_LONGEST = 200
"""Characters of a cell."""
_LETTERS = 0.6
_TELLING = tuple(word for word in TELLING if len(word) > _PIECE)
_BREAKS = "br, div, p"
_END = "\x1f"
"""Between the texts in a cell."""
Row = Sequence[LexborNode]


def across(rows: Sequence[Row], words: Sequence[Sequence[str]]) -> str:
    """What the lines of a table say; "" if it is none of those. words: what stands in the cells, without blanks around it."""
    if len(rows) == 1 and max(map(len, words[0]), default=0) <= _LONGEST and (lines := _lines(rows[0])):
        return "\n".join(map(_said, lines))
    lengths = [*map(len, chain.from_iterable(words))]
    if not _FEWEST <= len(lengths) <= MOST or not _short(lengths) or not _spelt("".join(chain.from_iterable(words))):
        return ""
    if any("rowspan" in cell.attributes for cell in rows[0]):
        return _spanned(rows)
    return "\n".join(_said(map(_bare, row)) for row in rows)


def telling(found: Sequence[str], words: Iterable[str]) -> Iterator[str]:
    """What such tables say one after the other, if it tells anything. words: what stands in the cells of all tables."""
    said = "".join(found).lower()
    if told := [word for word in _TELLING if word in said]:
        cells = "\n".join(words).lower()
        if any(word not in cells for word in told):
            yield "\n".join(found)


def _bare(cell: LexborNode) -> str:
    return cell.text().strip(" \t\r\n")


def _short(lengths: Sequence[int]) -> bool:
    return sum(map(_PIECE.__ge__, lengths)) >= _SHARE * len(lengths)


def _spelt(text: str) -> bool:
    """Whether it is letters and no figures."""
    written = "".join(text.split())
    return sum(map(str.isalpha, written)) >= _LETTERS * max(1, len(written))


def _lines(row: Row) -> list[tuple[str, ...]]:
    """The lines of a row whose cells all have as many of them, each as what the cells hold of it; none of any other."""
    cells: list[list[str]] = []
    for cell in row:
        if cell.css_first(_BREAKS) is None:
            return []
        texts = (text.strip(" \t\r\n") for text in cell.text(separator=_END).split(_END))
        cells.append([text for text in texts if text])
        if len(cells[-1]) != len(cells[0]):
            return []
    pieces = [*chain.from_iterable(cells)]
    return list(zip(*cells, strict=True)) if _short([*map(len, pieces)]) and _spelt("".join(pieces)) else []


def _said(pieces: Iterable[str]) -> str:
    """One line; a cell with nothing in it is a gap."""
    return "".join(piece or " " for piece in pieces).replace("\xa0", " ")


def _spanned(rows: Sequence[Row]) -> str:
    """Rows of which one fills the gaps that cells of the other leave, as the one line they show (HTML §4.9.12)."""
    free, words = list[int](), list[str]()
    for number, row in enumerate(rows):
        at = 0
        for cell in row:
            while at < len(free) and free[at] > number:
                at += 1
            if at == len(free):
                free.append(0)
                words.append("")
            span = cell.attributes.get("rowspan") or ""
            free[at] = number + (int(span) if span.isdecimal() and len(span) <= _PIECE else 1)
            words[at] += _bare(cell)
    return "".join(words).replace("\xa0", " ")
