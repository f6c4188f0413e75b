"""Where sentences begin and end."""

import re

from gateway.classify.words import terms

LONGEST = 360
"""Characters of a sentence that are read as one; a longer one is read in overlapping pieces."""
OVERLAP = 60
LINE = 46
"""A line end behind fewer characters than this ends the sentence; behind more, the line was wrapped."""
_WIDEST = 8
"""The longest abbreviation, with the blank before it."""
_LETTERS = 5
"""So many letters before a stop are no abbreviation."""

_WRAPPED = rf"(?<=[^\n]{{{LINE}}}\n)[> |]{{0,12}}[\w($\"']"
_STOPS = r"[.!?;]{0,8}[\"')\]]{0,4}"
_PLAIN = rf"(?<=[A-Za-z]{{{_LETTERS}}}[.!?;]){_STOPS}(\s+)"
_END = re.compile(rf"[.!?;\n](?:{_PLAIN}|(?<=\n)\n*(?!{_WRAPPED})|(?<!\n){_STOPS}(?=\s))")
"""Where a sentence may end: at stops before a blank, and at line ends, but for that of a wrapped line. It ends at stops behind a
word that is no abbreviation; what is blank behind these is matched as well.
"""
_GOES_ON = re.compile(r"[> |]{0,12}[\w($\"']")
_SMALL = re.compile(r"[> |]{0,12}[a-z]")
_ASKING = frozenset(
    terms(
        """for; the; a; an; to; of; on; in; at; and; or; our; your; my; his; her; their; with; by; reelect; vote; de
        para; por; con; el; la; los; las; y"""
    )
)
_OPEN = re.compile(rf"\b(?:re-elect|{'|'.join(_ASKING)}),?$", re.IGNORECASE)
"""The end of a line whose last word asks for another."""
_TAIL = 16
"""More than that takes."""
_ONE_WORD = re.compile(r"[\s>|]*[\w'-]{1,20}\Z")
_SHORT = frozenset(
    terms(
        """Dr; dr; Mr; mr; Mrs; mrs; Ms; ms; Rep; rep; Sen; sen; Gov; gov; Lt; lt; Sgt; sgt; Capt; capt; Det; det; Ofc
        ofc; Rev; rev; Fr; fr; Hon; hon; St; st; Nov; nov; Oct; oct; Sep; sep; Sept; sept; Aug; aug; Jan; jan; Feb
        feb; Apr; apr; Vs; vs; Jr; jr; Sr; sr; Prop; prop; Dist; dist; Co; co; Etc; etc; Wm; Geo; Chas; Jos; Thos
        Mt; mt; Ft; ft; Ave; ave"""
    )
)
_ABBREVIATED = re.compile(
    rf"(?:^|\n)\W{{0,3}}\d{{1,2}}\.$|(?:^|[\s(])(?:[A-Za-z]|{'|'.join(_SHORT)}|a\.m|p\.m|i\.e|e\.g|U\.S|D\.A)\.$"
)
_NUMBER = re.compile(r"(?<!\w)[Nn]o\. {0,2}[#\d]")
"""Short for number, and no answer to a question."""


def spans(text: str) -> list[tuple[int, int]]:
    """Start and end of every sentence, without the space around it."""
    found: list[tuple[int, int]] = []
    told = start = 0
    for stop in _END.finditer(text):
        end, behind = stop.span(1)
        if end < 0:
            at, end = stop.span()
            if not _ends(text, told, at, end):
                continue
            behind = end
        if behind == end or end - start > LONGEST or text[start].isspace():
            _cut(text, start, end, found)
        else:
            found.append((start, end))
        told, start = end, behind
    _cut(text, start, len(text), found)
    return found


def _ends(text: str, start: int, at: int, end: int) -> bool:
    """Whether the sentence that begins at start ends with the stop or the line ends that stand from one place to another."""
    before = text[at - 1 : at]
    if text[at] == "\n":
        if not before.isalpha() and before != ",":
            return True
        return not (_GOES_ON.match(text, end) and _broken(text, at, end))
    return text[at:end] != "." or not (
        (not (at > _LETTERS and text[at - _LETTERS : at].isalpha()) and _abbreviated(text[max(start, at - _WIDEST) : at]))
        or (before == "o" and _NUMBER.match(text, max(start, at - 2)))
    )


def _abbreviated(tail: str) -> bool:
    """Whether a stop behind it belongs to its last word. What is a word by itself is looked up: most are."""
    word = tail.rpartition(" ")[2]
    if word.isalpha() and word.isascii():
        return word in _SHORT or len(word) == 1
    return bool(_ABBREVIATED.search(f"{tail}."))


def _broken(text: str, at: int, after: int) -> bool:
    """True where a line ends at text[at] without a stop, and what follows must belong to its sentence."""
    line = text[text.rfind("\n", max(0, at - LONGEST), at) + 1 : at]
    return bool(_ONE_WORD.match(line)) or goes_on(line, text, after)


def goes_on(line: str, text: str, after: int = 0) -> bool:
    """True where the last word of a line asks for another, or text[after:] begins as no sentence does."""
    return bool(_SMALL.match(text, after)) or _asks(line[-_TAIL:])


def _asks(tail: str) -> bool:
    """Whether its last word asks for another. What is a word by itself is looked up."""
    word = tail.rpartition(" ")[2].removesuffix(",")
    if word.isalpha() and word.isascii():
        return word.lower() in _ASKING
    return bool(_OPEN.search(tail))


def _cut(text: str, start: int, end: int, found: list[tuple[int, int]]) -> None:
    """Adds what stands from one place to another, without the space around it, in pieces if it is long."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    while end - start > LONGEST:
        cut = text.rfind(" ", start + LONGEST // 2, start + LONGEST)
        cut = cut if cut > 0 else start + LONGEST
        found.append((start, cut))
        start = max(start + 1, cut - OVERLAP)
    if end > start:
        found.append((start, end))
