"""Letters kept apart by signs, whatever the sign: `v.o.t.e`, `v·o·t·e`, `[v][o][t][e]`, `v ♥ o ♥ t ♥ e`.

Four letters or more with the same sign between them are one word; where a text is full of such words, shorter ones are too,
and figures as letters. What is taken out are the signs alone, so that all that stays points at what was written.
"""

import re
from collections import Counter
from collections.abc import Iterator

HINT = re.compile(r"[^A-Za-z0-9\s] ?[A-Za-z] ?[^A-Za-z0-9\s]{1,4} ?[A-Za-z] ?[^A-Za-z0-9\s]")
"""What a text has in it where letters may stand apart so."""
_LONG = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]( ?[^A-Za-z0-9\s]{1,4} ?)[A-Za-z](?:\1[A-Za-z]){2,60}(?![A-Za-z0-9])")
_MANY = 2
_JOINING = r"[_;|~+\u00b7\u2022\u30fb]|%20"
_HINT = re.compile(rf"[A-Za-z](?:{_JOINING})[A-Za-z]")
JOINERS = ("_", "%", ";", "|", "~", "+", "\u00b7", "\u2022", "\u30fb")
"""One of these is in all that is joined."""
JOINED = re.compile(
    rf"(?<!\S)[A-Za-z]{{1,30}}[.,:;]?(?:({_JOINING})[A-Za-z0-9]{{1,30}}[.,:;!]?)(?:\1[A-Za-z0-9]{{1,30}}[.,:;!]?){{3,200}}(?!\S)"
)
"""Five words or more with the same sign for every blank: `vote_for_Ana_on_Tuesday`."""


def blanks(text: str) -> Iterator[tuple[int, int, str]]:
    """The signs that stand for blanks, in order, as edits."""
    if not any(sign in text for sign in JOINERS) or not _HINT.search(text):
        return
    for found in JOINED.finditer(text):
        at = found.start(1)
        while at >= 0:
            yield at, at + len(found[1]), " "
            at = text.find(found[1], at + len(found[1]), found.end())


def signs(text: str) -> Iterator[tuple[int, int, str]]:
    """What is to be taken out, in order, as edits."""
    found = [(match.span(), match[1]) for match in _LONG.finditer(text)]
    counted = Counter(sign for _, sign in found)
    if found and (most := counted.most_common(1)[0])[1] >= _MANY:
        sign = re.escape(most[0])
        short = re.compile(rf"(?<![A-Za-z0-9])[A-Za-z0-9](?:{sign}[A-Za-z0-9]){{1,60}}(?![A-Za-z0-9])")
        found = [(match.span(), most[0]) for match in short.finditer(text)]
    for (start, end), sign in found:
        at = text.find(sign, start, end)
        while at >= 0:
            yield at, at + len(sign), ""
            at = text.find(sign, at + len(sign), end)
