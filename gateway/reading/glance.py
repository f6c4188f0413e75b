"""What a folded text may hold, told at a glance: from the little that is left of it without its ordinary words.

Most of most texts are plain words with a blank between them, and nothing in those is dressed up, counted or linked. So where
two of them or more follow each other, in a line or in several, two that say nothing are put for all, and every pattern is
sought in what is left, a third of the text or less; of many a subject nothing is. Never is too little told: a kind that
`glance` does not give does not stand in the text; one that it gives may not stand there all the same. In linear time,
whatever the text is.
"""

import re
from collections.abc import Sequence
from itertools import compress
from operator import eq
from string import ascii_letters, digits, whitespace

from gateway.reading import lettered, links, mending, seams, strewn
from gateway.reading.draft import (
    ALONE,
    BROKEN,
    COUNTED,
    DRESSED,
    FIGURES,
    HUMPED,
    JOINED,
    LINKED,
    LONG,
    PIECES,
    SIGNED,
    SPACED,
    STREWN,
    TAGGED,
)

_ORDINARY = r"(?:[A-Za-z][a-z]{1,14}+|[A-Z]{2,15}+)[.,:;!?)\"']{0,3}+(?!\S)"
_LINE = rf"{_ORDINARY}(?: (?:[aAI] )?+{_ORDINARY})++"
_RUN = re.compile(rf"(?<!\S){_LINE}(?:\n{{1,2}}(?:[aAI] )?+{_LINE})*+")
_NOTHING = "zz. zz."
"""With a sign behind each, since the words that it stands for may have one. A word by itself stays, also on a line by itself.
A letter that is a word, between two others, is one of them: no two letters are set apart by it.
"""
_JOINING, _STARS = frozenset(strewn.JOINERS), frozenset("*#_")
_FEWEST, _STEP = 10, 6
"""Five times at every second place take ten words, and three of them are at one and the same of six."""

ALONE_SIGN = re.compile(r" [^\w\s.,!?()&'\"-]{1,4} ")
FIGURE = re.compile(r"[013457$@!€][a-z]")
LONELY = re.compile(r"[ \n._*\-|/~][A-Za-z](?:[ \n._*\-|/~]{1,6}| {0,120}\n {0,120})[A-Za-z][ \n._*\-|/~]")
LONELY_ALL = re.compile(r"[ \n._*\-|/~][A-Za-z](?:(?:[ \n._*\-|/~]{1,6}|(?: {0,120}\n){1,2} {0,120})[A-Za-z]){2}(?![A-Za-z0-9])")
"""What all letters set apart have in them, two and then three; two alone are mostly an `a.m.`."""
MANY_SIGNS, MANY_FIGURES = 8, 4


def _drawn(letters: str, signs: str, others: str) -> bytes:
    """A table by which some characters become `a`, some a blank, and all others one sign."""
    return bytes(ord("a" if chr(octet) in letters else " " if chr(octet) in signs else others) for octet in range(256))


_APART, _TWO_APART = _drawn(ascii_letters, " \n._*-|/~", "1"), re.compile(rb" a +a ")
"""A text with blanks for all that stands between letters set apart, and what is in it then where LONELY is found."""
_STREWN, _TWO_STREWN = _drawn(ascii_letters, digits + "\n", "*"), re.compile(rb"\*a\*{1,16}a\*")
"""The same, blanks left out, of `strewn.HINT`; a sign beyond ASCII is up to four octets."""
_DRESSED, _BETWEEN = _drawn(ascii_letters + digits, whitespace, "*"), b"*a*"
"""The same of `lettered.HINT`, unless one of these signs is in the text, or one beyond ASCII."""
_DRESSING = re.compile(rb"[@$|+\x80-\xff]|\(\)")
_LETTERS_AND_BLANKS = (ascii_letters + digits + " \n").encode()


def glance(text: str) -> frozenset[str]:
    """The kinds of what may stand in a folded text."""
    left = _RUN.sub(_NOTHING, text)
    found = set[str]() if left == _NOTHING else _found(left)
    if _is_alternate(text.split(maxsplit=lettered.MOST_FILLED)):
        found.add(COUNTED)
    if "dot" in text.lower():
        found.add(LINKED)
    return frozenset(found)


def _found(left: str) -> set[str]:
    """The same of a text of which this is left, but for a word at every second place and for links that are spelt out."""
    octets = left.encode("utf-8", "replace")
    signs = octets.translate(None, _LETTERS_AND_BLANKS).decode("utf-8")
    kinds = {
        ALONE: len(signs) >= MANY_SIGNS and len(ALONE_SIGN.findall(left)) >= MANY_SIGNS,
        TAGGED: "_" in signs or "[/" in left or "</" in left,
        PIECES: lettered.may_be_in_pieces(left),
        COUNTED: lettered.may_be_counted(left),
        STREWN: _TWO_STREWN.search(octets.translate(_STREWN, b" ")),
        JOINED: not _JOINING.isdisjoint(signs) and any(strewn.blanks(left)),
        SPACED: _TWO_APART.search(octets.translate(_APART)),
        FIGURES: len(FIGURE.findall(left)) >= MANY_FIGURES,
        LONG: seams.may_stand_in(left),
        HUMPED: mending.HUMPS.search(left),
        BROKEN: any(mending.marked(left)) or (not _STARS.isdisjoint(signs) and any(mending.starred(left))),
        LINKED: links.may_stand_in(left),
    }
    if (_BETWEEN in octets.translate(_DRESSED) or _DRESSING.search(octets)) and lettered.HINT.search(left):
        kinds |= {DRESSED: lettered.may_be_dressed(left), SIGNED: lettered.may_be_signed(left)}
    return {kind for kind, may in kinds.items() if may}


def _is_alternate(words: Sequence[str]) -> bool:
    """Whether the same word may stand at every second place, five times and more."""
    for start in (0, 1) if _FEWEST <= len(words) <= lettered.MOST_FILLED else ():
        one, two, three = (words[at::_STEP] for at in (start, start + 2, start + 4))
        same = tuple(map(eq, one, two))
        if True in same and any(compress(map(eq, two, three), same)):
            return True
    return False
