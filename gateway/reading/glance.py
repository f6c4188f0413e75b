"""What a text may hold, told by its words at a glance, before any pattern is sought in it.

Mail is written in the same few thousand words. What a word may take part in (a link, a misspelt word, letters set apart) is
found once and kept, so that of most texts a look at each word tells that there is nothing of a kind in it, and the patterns
of that kind need not be tried. Never is too little told: a kind that `glance` does not give stands neither in the text nor in
any of its lines, as they are written and as they are folded; one that it gives may not stand there all the same. Of a text
that is longer than most mail, and of one that may fall into other words when it is folded, every kind is told.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from string import ascii_lowercase, ascii_uppercase
from sys import intern

from gateway.reading import lettered, links, mending, strewn
from gateway.reading.draft import (
    ALONE,
    BROKEN,
    COUNTED,
    DRESSED,
    EVERY,
    FIGURES,
    HUMPED,
    JOINED,
    LINKED,
    LONG,
    PIECES,
    SIGNED,
    SPACED,
    SPLIT,
    STREWN,
    TAGGED,
    TURNED,
    UNUSUAL,
)
from gateway.reading.lookalikes import stands
from gateway.reading.runs import FOUR
from gateway.reading.telling import BACKWARDS, parted

_LONGEST, _LONGEST_WORD, _KEPT = 65_536, 100, 65_536
"""Characters of a text that is looked at, and of a word that is kept; so many words and pairs of them are, at the most."""
_FIRST, _SECOND, _LONE, _TWO, _SIGN, _NUMBER, _BULLET = (1 << bit for bit in range(7))
_PLACE = 0x80
"""Each word stands as one octet, by whose bits and by what stands beside it more is told; behind it a letter for each kind."""
_LETTERS = bytes(range(_PLACE))
_ENCLOSED, _LISTED, _GLUED, _ENDS_IN_SIGN, _OTHERWISE = "ecg.?"
"""What is of no kind by itself: letters in brackets, what counts, and a word that is none, or several, when it is folded."""

_ORDINARY = re.compile(r"[(\"']?([A-Za-z][a-z]{1,14}|[A-Z]{2,15})[.,:;!?)\"']{0,3}")
"""A word of which nothing but its letters matters."""
_KINDS = (
    (ALONE, re.compile(r"\A[^\w\s.,!?()&'\"-]{1,4}\Z")),
    (TAGGED, re.compile(r"\[/|</|(?<![\w/@.])_[A-Za-z]")),
    (_LISTED, re.compile(r"\A\(?[a-z][.)]\Z")),
    (STREWN, re.compile(r"[^A-Za-z0-9\s][A-Za-z][^A-Za-z0-9\s]{1,4}[A-Za-z](?![A-Za-z0-9])")),
    (SPACED, re.compile(r"(?<![A-Za-z0-9])[A-Za-z](?:[^A-Za-z0-9]+[A-Za-z](?![A-Za-z0-9])){2}")),
    (FIGURES, re.compile(r"[013457$@!€][a-z]")),
    (LONG, re.compile(r"[A-Za-z]{16}")),
    (HUMPED, mending.FOUR_HUMPS),
    (UNUSUAL, FOUR),
    (BROKEN, mending.STARRED),
)
_OF_ANY = re.compile("|".join(pattern.pattern for _, pattern in _KINDS))
_MORE_KINDS = ((PIECES, lettered.PIECES), (_ENCLOSED, lettered.ENCLOSED), (_GLUED, lettered.GLUED), (JOINED, strewn.JOINED))
_PLACED = (
    (_LONE, re.compile(r"(?<![A-Za-z0-9])[A-Za-z](?![A-Za-z0-9])")),
    (_TWO, re.compile(r"(?<![A-Za-z0-9])[A-Za-z][^A-Za-z0-9]+[A-Za-z](?![A-Za-z0-9])")),
    (_SIGN, re.compile(r"\A[^A-Za-z0-9]+\Z")),
    (_NUMBER, re.compile(r"\d")),
    (_BULLET, re.compile(r"\A[#*•·+~=|>\-]{1,3}\Z")),
)
_LEAST = (
    *((ALONE, ALONE, 8), (TAGGED, TAGGED, 1), (PIECES, PIECES, 4), (_ENCLOSED, DRESSED, 8), (DRESSED, DRESSED, 2)),
    *((SIGNED, SIGNED, 3), (_LISTED, COUNTED, 2), (_GLUED, COUNTED, 5), (JOINED, JOINED, 1), (STREWN, STREWN, 1)),
    *((SPACED, SPACED, 1), (FIGURES, FIGURES, 4), (LONG, LONG, 1), (HUMPED, HUMPED, 1), (UNUSUAL, UNUSUAL, 1)),
    *((BROKEN, BROKEN, 1), (LINKED, LINKED, 1), (TURNED, TURNED, 1)),
)
"""A letter, the kind that it tells of, and how many of it a text has at the least that is full of that kind."""
_SHAPE = str.maketrans(
    {**dict.fromkeys(ascii_lowercase, "a"), **dict.fromkeys(ascii_uppercase, "A"), **dict.fromkeys("01356789", "0")}
)
"""Letters and figures, of which `2` and `4` are asked for by themselves: what is told by all others is the same."""
_BEGUN, _ENDS = re.compile(r"\A[A-Za-z]+"), re.compile(r"([A-Za-z]+)-?\Z")
_STEP = 6
"""Of five times at every second place three are at one and the same of six."""
_JOINING = "\x1c\x1d\x1e\x1f"
"""What parts words as they are written, and is nothing when they are folded."""


def _one_of(bits: int) -> str:
    """The class of octets that have one of these bits."""
    return "[" + "".join(re.escape(chr(_PLACE + n)) for n in range(_PLACE) if n & bits) + "]"


def _row(written: str) -> re.Pattern[bytes]:
    """A pattern of what stands beside each other: L a letter by itself, T two, S signs, N a number, B what begins a line."""
    for name, bit in (("L", _LONE), ("T", _TWO), ("S", _SIGN), ("N", _NUMBER), ("B", _BULLET)):
        written = written.replace(name, _one_of(bit))
    return re.compile(written.encode("latin-1"), re.DOTALL)


_ROWS = (
    (COUNTED, _row("N.N.N.N|B.B.B.B.B.B")),
    (STREWN, _row("LS?L")),
    (SPACED, _row("TS*L|LS*T|LS*LS*L")),
)
_BEHIND_SIGN = _row(r"\.T")
_HALVES = re.compile(f"{_one_of(_FIRST)}(?={_one_of(_SECOND)})".encode("latin-1"), re.DOTALL)
_HARMLESS: set[tuple[str, str]] = set()
"""Pairs of words that are no halves of one."""


def glance(text: str) -> frozenset[str]:
    """The kinds of what the text may hold."""
    return _glance(text) if len(text) <= _LONGEST else EVERY


@lru_cache(maxsize=4)
def _glance(text: str) -> frozenset[str]:
    if any(sign in text for sign in _JOINING):
        return EVERY
    words = text.split()
    known = "".join(map(_known.__getitem__, words)).encode("latin-1")
    if ord(_OTHERWISE) in known:
        return EVERY
    found = {kind for letter, kind, least in _LEAST if known.count(ord(letter)) >= least}
    places = known.translate(None, _LETTERS)
    found.update(kind for kind, row in _ROWS if row.search(places))
    if _BEHIND_SIGN.search(known):
        found.add(STREWN)
    if not text.isascii():
        words = list(map(_known.folded.get, words, words))
    if _is_alternate(words):
        found.add(COUNTED)
    if _is_split(words, places):
        found.add(SPLIT)
    return frozenset(found)


def _is_alternate(words: Sequence[str]) -> bool:
    """Whether the same word may stand at every second place."""
    return any(
        one == two == three
        for start in (0, 1)
        for one, two, three in zip(words[start::_STEP], words[start + 2 :: _STEP], words[start + 4 :: _STEP], strict=False)
    )


def _is_split(words: Sequence[str], places: bytes) -> bool:
    """Whether words that stand beside each other may be the pieces of a telling one."""
    pairs = {(words[at], words[at + 1]) for at in (found.start() for found in _HALVES.finditer(places))} - _HARMLESS
    if len(_HARMLESS) > _KEPT:
        _HARMLESS.clear()
    split = {(first, second) for first, second in pairs if mending.goes_on(_piece(_ENDS, first), _piece(_BEGUN, second))}
    _HARMLESS.update(pair for pair in pairs - split if sum(map(len, pair)) <= _LONGEST_WORD)
    return bool(split)


def _piece(pattern: re.Pattern[str], word: str) -> str:
    found = pattern.search(word)
    return found[0].rstrip("-").lower() if found else ""


class _Known(dict[str, str]):
    """What is known of words: an octet, and a letter for each kind. folded: those that are not ASCII, as they are folded."""

    def __init__(self) -> None:
        super().__init__()
        self.folded: dict[str, str] = {}

    def __missing__(self, word: str) -> str:
        told = _told(word) if word.isascii() and word.isprintable() else self._folded(word)
        if len(self) >= _KEPT:
            self.clear()
            self.folded.clear()
        if len(word) <= _LONGEST_WORD:
            self[word] = told
        return told

    def _folded(self, word: str) -> str:
        parts = stands(word).split()
        if len(parts) != 1:
            return _OTHERWISE
        if len(word) <= _LONGEST_WORD:
            self.folded[word] = parts[0]
        told = self[parts[0]] if parts[0].isascii() else _told(parts[0])
        return told if BACKWARDS.isdisjoint(parted(word)) else told + TURNED


_known = _Known()


def _told(word: str) -> str:
    """What is told by a folded word."""
    sign = "" if word[-1].isascii() and word[-1].isalnum() else _ENDS_IN_SIGN
    if found := _ORDINARY.fullmatch(word):
        bits, kinds = _of_letters(found[1].lower())
        if bits:
            bits &= (_FIRST if found.end(1) == len(word) else 0) | (0 if found.start(1) else _SECOND)
        return intern(chr(_PLACE + bits) + kinds + sign)
    long = len(word) > _LONGEST_WORD
    of_shape, of_letters = (_of_shape.__wrapped__, _of_letters.__wrapped__) if long else (_of_shape, _of_letters)
    shape = word.translate(_SHAPE)
    bits, kinds = of_shape(shape)
    if pieces := [of_letters(letters) for letters in mending.letters(word)]:
        bits |= pieces[0][0] & _SECOND if shape[0] in "aA" else 0
        bits |= pieces[-1][0] & _FIRST if shape.rstrip("-")[-1:] in {"a", "A"} else 0
        kinds += "".join(more for _, more in pieces)
    if any(mending.marked(word)):
        kinds += BROKEN
    if links.may_stand_in(word):
        kinds += LINKED
    return intern(chr(_PLACE + (bits | _BULLET if word == "o" else bits)) + kinds + sign)


@lru_cache(maxsize=_KEPT)
def _of_shape(shape: str) -> tuple[int, str]:
    """Bits and kinds that a word has by its signs, and by where its letters and figures stand."""
    bits = sum(bit for bit, pattern in _PLACED if pattern.search(shape))
    asked = (*_KINDS, *_MORE_KINDS) if _OF_ANY.search(shape) else _MORE_KINDS
    kinds = "".join(kind * len(pattern.findall(shape)) for kind, pattern in asked)
    return bits, kinds + DRESSED * len(lettered.apart(shape)) + (SIGNED if lettered.MARKED.search(shape) else "")


@lru_cache(maxsize=_KEPT)
def _of_letters(letters: str) -> tuple[int, str]:
    """The same of letters alone, in small ones, where there is nothing before or behind them."""
    kinds = UNUSUAL if mending.is_unusual(letters) else ""
    if letters in BACKWARDS:
        kinds += TURNED
    if letters == "dot" or letters.endswith(("www", "mailto")):
        kinds += LINKED
    return (_FIRST if letters in mending.firsts() else 0) | (_SECOND if letters in mending.seconds() else 0), kinds
