"""The words that a text must hold for a pattern to match in it, so that most patterns need not be tried on most sentences.

`needles` reads the small part of regular expressions that the detectors are written in. What it does not know it treats
as "anything", so it may name too few words, never too many.
"""

from collections.abc import Iterator

TOKENS = frozenset("OPMKTBFL")
"""Capitals of the masked text that are rare enough to look for; names and days stand everywhere."""

_COMMON = frozenset(
    "the and for you your with our this that have has will all him her them are not was who his out one can from don get any own now let".split()
)
_ZERO_WIDTH = frozenset("bBAZ")
_ANYTHING = frozenset("wWdDsS")
Words = frozenset[str]


def needles(pattern: str) -> Words:
    """Words (parts of words, or TOKENS) of which at least one is in every text that the pattern matches; empty: none known."""
    return _Parser(pattern).alternatives()


def _worth(words: Words) -> float:
    """How seldom a text holds one of them, roughly: the length of the shortest."""
    return min((5.0 if word in TOKENS else 0.5 if word in _COMMON or len(word) < 3 else float(len(word)) for word in words), default=0.0)  # noqa: PLR2004  -- letters


class _Parser:
    def __init__(self, pattern: str) -> None:
        self._pattern, self._at = pattern, 0

    def alternatives(self) -> Words:
        branches = [self._sequence()]
        while self._peek() == "|":
            self._at += 1
            branches.append(self._sequence())
        return frozenset().union(*branches) if all(branches) else frozenset()

    def _peek(self) -> str:
        return self._pattern[self._at : self._at + 1]

    def _sequence(self) -> Words:
        found: list[Words] = []
        run = ""
        for literal, group in self._items():
            if literal and literal.isalnum():
                run += literal
            elif literal is None or literal:
                found.append(frozenset({run}) if run else frozenset())
                run = ""
            found.append(group)
        found.append(frozenset({run}) if run else frozenset())
        best = max(found, key=_worth)
        return best if _worth(best) > 1 else frozenset()

    def _items(self) -> Iterator[tuple[str | None, Words]]:
        """(literal, words of a group): a literal of "" has no width, None is anything or nothing."""
        while (character := self._peek()) and character not in "|)":
            self._at += 1
            literal, group = self._atom(character)
            least, most = self._repeated()
            if literal == "":
                yield "", frozenset()
            elif least == 0:
                yield None, frozenset()
            else:
                yield literal, group
                if most > 1:
                    yield None, frozenset()

    def _atom(self, character: str) -> tuple[str | None, Words]:
        if character == "(":
            return self._group()
        if character == "[":
            self._skip_class()
            return None, frozenset()
        if character == "\\":
            escaped = self._peek()
            self._at += 1
            return ("" if escaped in _ZERO_WIDTH else None if escaped in _ANYTHING else escaped), frozenset()
        if character in "^$":
            return "", frozenset()
        known = character.isalnum() and (character.islower() or character.isdigit())
        if character in TOKENS:
            return None, frozenset({character})
        return (character if known or not (character == "." or character.isupper()) else None), frozenset()

    def _group(self) -> tuple[str | None, Words]:
        opening = next((o for o in ("?:", "?=", "?!", "?<=", "?<!") if self._pattern.startswith(o, self._at)), "")
        self._at += len(opening)
        inside = self.alternatives()
        self._at += 1
        return ("" if opening[1:] in {"=", "!", "<=", "<!"} else None), (inside if opening in {"", "?:"} else frozenset())

    def _skip_class(self) -> None:
        self._at += 1
        while self._pattern[self._at - 1] == "\\" or self._peek() != "]":
            self._at += 1
        self._at += 1

    def _repeated(self) -> tuple[int, int]:
        many = 1 << 16
        sign = self._peek()
        if sign not in {"?", "*", "+", "{"}:
            return 1, 1
        self._at += 1
        least, most = {"?": (0, 1), "*": (0, many), "+": (1, many)}.get(sign, (0, 0))
        if sign == "{":
            end = self._pattern.index("}", self._at)
            low, _, high = self._pattern[self._at : end].partition(",")
            least, most = int(low or 0), int(high or many) if "," in self._pattern[self._at : end] else int(low)
            self._at = end + 1
        if self._peek() == "?":
            self._at += 1
        return least, most
