"""What a text must hold for a pattern to match in it, so that most sentences need not be masked, nor most patterns tried.

`needles` reads the small part of regular expressions that the detectors are written in. What it does not know it treats
as "anything", so it may ask for too little, never for too much.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import log

from gateway.classify.common import COMMON

TOKENS = frozenset("OPMDKTBFL")
"""Capitals of the masked text that are rare enough to look for; names stand everywhere."""
EDGE = "\b"
"""In a needle, before its first letter or behind its last: a word begins or ends there."""

_EVERYWHERE = frozenset((
    "the", "and", "for", "you", "your", "with", "our", "this", "that", "have", "has", "will", "all", "him", "her", "them", "are",
    "not", "was", "who", "his", "out", "one", "can", "from", "don", "get", "any", "own", "now", "let", "but", "new", "when",
))  # fmt: skip
_SHORT, _TELLING = 3, 7
"""A word of fewer letters stands everywhere; more letters than so many make a word no rarer."""
_TOKENS = {"O": 2.5, "M": 3.0, "D": 0.0, "B": 3.0, "L": 2.5}
"""How rare those tokens are whose words are seen every day."""
_ZERO_WIDTH = frozenset("BAZ")
_ANYTHING, _NO_LETTERS = frozenset("wWdDsS"), frozenset("Ws")
_MANY = 1 << 16
_LETTERS = 10
"""A class of more letters is anything."""
FORMS = 96
"""So many ways to write a phrase are told apart; of more, its pieces are looked for."""
WAYS = 60
"""So many ways for a pattern to match are told apart."""

Words = frozenset[str]
Way = tuple[Words, ...]


def needles(pattern: str) -> tuple[Way, ...]:
    """Every text that the pattern matches holds, for one of these ways, a needle of each of its sets, the rarest set first.

    A needle is one of TOKENS, or what stands in the text in small letters, with single blanks. A way without a set is anything.
    """
    return _ways(_Parser(pattern).alternatives())


def only(words: Iterable[str]) -> tuple[Way, ...]:
    """The one way of a text that must hold one of these words; "^" before one stands for EDGE."""
    return ((frozenset(word.replace("^", EDGE) for word in words),),)


def both(one: tuple[Way, ...], other: tuple[Way, ...]) -> tuple[Way, ...]:
    """The ways of a text that must go one of each."""
    if len(one) * len(other) > WAYS:
        one, other = sorted((one, other), key=len)
        other = (_least(other),)
    return tuple(_ranked({*first, *second}) for first in one for second in other)


def rarity(words: Words) -> float:
    """How seldom a text holds one of them, roughly: a third as often for each one more."""
    return -log(sum(3.0 ** -_rare(word) for word in words), 3.0)


def _rare(needle: str) -> float:
    """Roughly how many letters tell it from other words; each further word tells by its place as well."""
    if needle in TOKENS:
        return _TOKENS.get(needle, 3.5)
    words = needle.strip(f"{EDGE} ").split()
    edges = (needle[0] in f"{EDGE} ") + (needle[-1] in f"{EDGE} ") / 2
    return edges + 2 * (len(words) - 1) + sum(map(_letters, words))


def _letters(word: str) -> float:
    if word in _EVERYWHERE or len(word) < _SHORT:
        return 0.5
    return min(len(word), _TELLING) - 1.5 * (word in COMMON)


def telling(words: Iterable[str]) -> Words:
    """Without those that hold another of them."""
    some = frozenset(words)
    return frozenset(word for word in some if not any(other in word for other in some if other != word))


def _ranked(sets: Iterable[Words]) -> Way:
    return tuple(sorted(sets, key=lambda words: (-rarity(words), sorted(words))))


def _least(ways: tuple[Way, ...]) -> Way:
    """What every one of the ways needs: one of the rarest of each."""
    return (telling(word for way in ways for word in way[0]),) if all(ways) else ()


@dataclass(frozen=True, slots=True)
class _Part:
    """What a part of a pattern matches: exactly one of `forms`, or, if that is None, anything that goes one of `ways`.

    parted: it ends with no letter, if it matches anything; hollow: it may match nothing
    """

    forms: Words | None
    ways: tuple[Way, ...] = ((),)
    parted: bool = False
    hollow: bool = False


def _exactly(forms: Iterable[str]) -> _Part:
    written = frozenset(forms)
    return _Part(written, parted=not any(form[-1:].isalnum() for form in written), hollow="" in written)


_ANY, _EMPTY, _EDGE = _Part(None), _exactly({""}), _exactly({EDGE})


def _ways(part: _Part) -> tuple[Way, ...]:
    if part.forms is None:
        return part.ways
    written = telling(map(_written, part.forms))
    return ((written,),) if all(form.strip(f"{EDGE} ") for form in written) else ((),)


def _written(form: str) -> str:
    """A form with the edges that say something: at its ends, beside a letter."""
    bare = form.replace(EDGE, "")
    begins = form[:1] == EDGE and bare[:1].isalnum()
    ends = form[-1:] == EDGE and bare[-1:].isalnum()
    return EDGE * begins + bare + EDGE * ends


def _sequence(parts: Iterable[_Part]) -> _Part:
    """Forms are joined while there are few of them."""
    ways: tuple[Way, ...] = ((),)
    forms = frozenset({""})
    exact = parted = hollow = True
    fresh = False
    for part in parts:
        fresh, parted = _begins(part, before=fresh), _begins(part, before=parted)
        hollow = hollow and part.hollow
        if part.forms is not None and (len(forms) * len(part.forms) <= FORMS or 1 in {len(forms), len(part.forms)}):
            forms = frozenset(before + behind for before in forms for behind in part.forms)
            continue
        exact = False
        ways = both(ways, _ways(_Part(forms)))
        forms, ways = (part.forms, ways) if part.forms is not None else (frozenset({EDGE * fresh}), both(ways, part.ways))
    return _exactly(forms) if exact else _Part(None, both(ways, _ways(_Part(forms))), parted, hollow)


def _either(parts: list[_Part]) -> _Part:
    """One of them. Those that need but one needle are one way."""
    if all(part.forms is not None for part in parts):
        return _exactly(frozenset().union(*(part.forms or () for part in parts)))
    parted, hollow = all(part.parted for part in parts), any(part.hollow for part in parts)
    ways = [way for part in parts for way in _ways(part)]
    if not all(ways):
        return _Part(None, parted=parted, hollow=hollow)
    single = telling(word for way in ways if len(way) == 1 for word in way[0])
    others = tuple(way for way in ways if len(way) > 1)
    return _Part(None, (*others, (single,)) if single else others, parted, hollow)


class _Parser:
    def __init__(self, pattern: str) -> None:
        self._pattern, self._at = pattern, 0

    def alternatives(self, before: _Part = _EMPTY, behind: _Part = _EMPTY) -> _Part:
        """before, behind: what of the text around is written with them, EDGE or nothing."""
        branches = [self._branch(before, behind)]
        while self._peek() == "|":
            self._at += 1
            branches.append(self._branch(before, behind))
        return branches[0] if len(branches) == 1 else _either(branches)

    def _peek(self) -> str:
        return self._pattern[self._at : self._at + 1]

    def _branch(self, before: _Part, behind: _Part) -> _Part:
        parts, fresh = [before], before is _EDGE
        while (character := self._peek()) and character not in "|)":
            self._at += 1
            part = self._group(_EDGE if fresh else _EMPTY) if character == "(" else self._atom(character)
            parts.append(_repeated(part, *self._times()))
            fresh = _begins(parts[-1], before=fresh)
        return _sequence([*parts, behind])

    def _atom(self, character: str) -> _Part:
        if character == "[":
            return self._class()
        if character == "\\":
            escaped = self._peek()
            self._at += 1
            if escaped == "b":
                return _EDGE
            if escaped in _ANYTHING:
                return _Part(None, parted=escaped in _NO_LETTERS)
            return _EMPTY if escaped in _ZERO_WIDTH else _exactly({escaped})
        if character in "^$":
            return _EDGE
        if character in TOKENS:
            return _Part(None, ((frozenset({character}),),))
        return _ANY if character == "." or character.isupper() else _exactly({character})

    def _group(self, before: _Part) -> _Part:
        opening = next((o for o in ("?:", "?=", "?!", "?<=", "?<!") if self._pattern.startswith(o, self._at)), "")
        self._at += len(opening)
        begun = self._at
        inside = self.alternatives(before)
        if self._pattern.startswith(r")\b", self._at):
            self._at = begun
            inside = self.alternatives(before, _EDGE)
        self._at += 1
        return inside if opening in {"?:", ""} else _EMPTY

    def _class(self) -> _Part:
        """The letters of a short class without ranges; anything for every other."""
        begun = self._at
        self._at += 1
        while self._pattern[self._at - 1] == "\\" or self._peek() != "]":
            self._at += 1
        letters = self._pattern[begun : self._at]
        self._at += 1
        plain = len(letters) <= _LETTERS and letters[0] != "^" and not set(letters) & {"-", "\\"} and letters == letters.lower()
        return _exactly(letters) if plain else _ANY

    def _times(self) -> tuple[int, int]:
        sign = self._peek()
        if sign not in {"?", "*", "+", "{"}:
            return 1, 1
        self._at += 1
        least, most = {"?": (0, 1), "*": (0, _MANY), "+": (1, _MANY)}.get(sign, (0, 0))
        if sign == "{":
            end = self._pattern.index("}", self._at)
            low, comma, high = self._pattern[self._at : end].partition(",")
            least, most = int(low or 0), int(high or _MANY) if comma else int(low)
            self._at = end + 1
        if self._peek() == "?":
            self._at += 1
        return least, most


def _begins(part: _Part, *, before: bool) -> bool:
    """True if a letter behind the part begins a word; before: if one in its place does."""
    return part.parted and (before or not part.hollow)


def _repeated(part: _Part, least: int, most: int) -> _Part:
    if (least, most) == (1, 1):
        return part
    if least:
        return _Part(None, _ways(part), part.parted, part.hollow)
    if most == 1 and part.forms is not None:
        return _exactly(part.forms | {""})
    return _Part(None, parted=part.parted, hollow=True)
