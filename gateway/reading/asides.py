"""What an HTML page shows beside its text: words that come up over a part of it, pages in frames that it brings along, codes.

A code that is drawn with the cells of a table is given as lines of blocks, as if it were written so.
"""

import re
from collections.abc import Iterator
from itertools import islice

from selectolax.lexbor import LexborHTMLParser, LexborNode

from gateway.reading import css
from gateway.reading.colours import colour
from gateway.reading.lines import LINE, Lines
from gateway.reading.placed import Style

_MOST, _LONGEST = 200, 2000
_LEAST_ROWS, _MOST_ROWS = 21, 200
"""Of the smallest QR code, and of any."""
_DARK = 128
UNUSUAL = re.compile(r"<(?:style|title|noembed)\s[^<>]{0,300}?\b(?:style|class|id)\s*=")
"""What stands in a page that may show them, in small letters."""
_LEAST = 3
"""Fewer words are the name of a button or a picture."""


def framed(tree: LexborHTMLParser) -> Iterator[str]:
    """Pages that are written into frames."""
    for frame in tree.css("iframe[srcdoc]")[:_MOST]:
        yield frame.attributes.get("srcdoc") or ""


def tips(tree: LexborHTMLParser, seen: Lines) -> None:
    """Put what the pointer brings up below the text, where it says more than that."""
    if not (titled := tree.css("[title]")[:_MOST]):
        return
    text = " ".join("".join(seen.pieces).split())
    said = dict.fromkeys(" ".join((node.attributes.get("title") or "")[:_LONGEST].split()) for node in titled)
    for tip in said:
        if len(tip.split()) >= _LEAST and tip not in text:
            seen.part(LINE)
            seen.add(tip)


def displayed(tree: LexborHTMLParser, style: Style, hidden: Lines) -> None:
    """Put what is shown only since its style says so with the hidden text: some programs leave such elements out."""
    for node in tree.css("style, title, noembed")[:_MOST]:
        if style(node).get("display", "none") != "none":
            hidden.part(LINE)
            hidden.add(node.text()[:_LONGEST])


def checkered(tree: LexborHTMLParser) -> Iterator[str]:
    """Tables of many cells without a word, dark and light ones, as blocks."""
    for table in tree.css("table")[:_MOST]:
        rows = list(islice(_rows(table), _MOST_ROWS + 1))
        if _LEAST_ROWS <= len(rows) <= _MOST_ROWS and not table.text().strip():
            yield "\n".join("".join("██" if _dark(cell) else "  " for cell in islice(_cells(row), _MOST_ROWS)) for row in rows)


def _rows(table: LexborNode) -> Iterator[LexborNode]:
    """Its own, and not those of tables in it: each row of a page is one table's."""
    for child in table.iter():
        if child.tag == "tr":
            yield child
        elif child.tag in {"tbody", "thead", "tfoot"}:
            yield from (row for row in child.iter() if row.tag == "tr")


def _cells(row: LexborNode) -> Iterator[LexborNode]:
    return (cell for cell in row.iter() if cell.tag in {"td", "th"})


def _dark(cell: LexborNode) -> bool:
    style = css.declarations(cell.attributes.get("style") or "")
    written = style.get("background-color") or style.get("background") or cell.attributes.get("bgcolor") or "white"
    ground = colour(written.lower())
    return ground is not None and sum(ground) < 3 * _DARK
