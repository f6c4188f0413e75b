"""Text that counts as hidden and stands within lines that show: `Ple<span style="max-height:0;overflow:hidden">ase</span>`.

What style hides depends on the mail program, on the screen and on more of CSS than is understood here. Where hidden text is woven
into the words of others, those lines are read once more with it in them: once where only what every program knows hides, and
once where nothing does. Of a further reading only the lines that say something else are kept, each with the lines beside it.
"""

import re
from collections.abc import Iterable

from gateway.reading import css

DOUBTED = (css.HIDING | css.INHERITED, css.HIDING - {"display"})
"""All that hides, and what some programs leave out: Outlook does not know `opacity`, Gmail drops `position`."""
BEGINS, ENDS = "\ufdd0", "\ufdd1"
"""Marks around what would be hidden; noncharacters (Unicode §23.7), so that no page has them."""
LEAST, _SHORT = 3, 60
_PIECES, _LETTERS = 8, 4.0
"""So many, of so many characters on average with the blank behind them."""
_WITHIN = re.compile(rf"\w ?(?:{BEGINS}|{ENDS}) ?\w")
_MARKS = str.maketrans("", "", BEGINS + ENDS)


def may_be(hidden: str) -> bool:
    """Whether so many short pieces of text are hidden that they may be woven in."""
    return hidden.count("\n") >= LEAST - 1 and sum(0 < len(line) <= _SHORT for line in hidden.split("\n")) >= LEAST


def lines(marked: str) -> str:
    """The lines of a text that hidden text is woven into, without the marks; none where that is not so time and again."""
    written = marked.split("\n")
    found = [len(_WITHIN.findall(line)) for line in written]
    if sum(found) < LEAST:
        return ""
    return _beside(written, (at for at, count in enumerate(found) if count)).translate(_MARKS)


def close(text: str) -> str:
    """Pieces of words with a place each as they stand without blanks but those written in them; none for whole words."""
    pieces = text.split(" ") if "\xa0" in text else ()
    if len(pieces) < _PIECES or len(text) > _LETTERS * len(pieces):
        return ""
    return "".join(pieces).replace("\xa0", " ")


def changed(text: str, before: str) -> str:
    """The lines of a text that are not in another one."""
    known = set(before.split("\n"))
    written = text.split("\n")
    return _beside(written, (at for at, line in enumerate(written) if line not in known))


def _beside(written: list[str], chosen: Iterable[int]) -> str:
    kept = {near for at in chosen for near in (at - 1, at, at + 1)}
    return "\n".join(line for at, line in enumerate(written) if at in kept)
