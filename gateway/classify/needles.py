"""The words that a text must hold for a pattern to match in it, so that most patterns need not be tried on most sentences.

`needles` reads the small part of regular expressions that the detectors are written in. What it does not know it treats
as "anything", so it may name too few words, never too many.
"""

TOKENS = frozenset("OPMKTBFL")
"""Capitals of the masked text that are rare enough to look for; names and days stand everywhere."""

_COMMON = frozenset((
    "the", "and", "for", "you", "your", "with", "our", "this", "that", "have", "has", "will", "all", "him", "her", "them", "are",
    "not", "was", "who", "his", "out", "one", "can", "from", "don", "get", "any", "own", "now", "let",
))  # fmt: skip
_ZERO_WIDTH = frozenset("bBAZ")
_ANYTHING = frozenset("wWdDsS")
SETS = 2
"""So many sets of words are named for a pattern."""

RARE = 3.5
"""What a second set must be worth: looking for words that stand everywhere costs more than it saves."""

Words = frozenset[str]
Sets = tuple[Words, ...]


def needles(pattern: str) -> Sets:
    """Up to SETS sets of words, the rarest first; every text that the pattern matches holds a word of each.

    A word is one of TOKENS, or letters and figures within a word of the text; with `^` before it, they begin one.
    """
    return _Parser(pattern).alternatives(fresh=False)[0]


def _rarest(found: list[Words]) -> Sets:
    ranked = sorted(filter(None, found), key=_worth, reverse=True)[:SETS]
    return tuple(words for at, words in enumerate(ranked) if at == 0 or _worth(words) > RARE)


def _worth(words: Words) -> float:
    """How seldom a text holds one of them, roughly: the length of the shortest, a little less for each further one."""
    return min(map(_rare, words), default=0.0) - len(words) / 100


def _rare(word: str) -> float:
    letters = word.removeprefix("^")
    if word in TOKENS:
        return 5.0
    if letters in _COMMON or len(letters) < 3:  # noqa: PLR2004  -- letters
        return 0.5
    return len(letters) + (1.0 if word[0] == "^" else 0.0)


class _Parser:
    """`fresh` says that a word of the text begins here: what stands before is no letter and no figure."""

    def __init__(self, pattern: str) -> None:
        self._pattern, self._at = pattern, 0

    def alternatives(self, *, fresh: bool) -> tuple[Sets, bool]:
        """The needles, and whether a word may only begin behind it."""
        branches = [self._sequence(fresh)]
        while self._peek() == "|":
            self._at += 1
            branches.append(self._sequence(fresh))
        least = min(len(sets) for sets, _ in branches)
        sets = tuple(frozenset().union(*(sets[which] for sets, _ in branches)) for which in range(least))
        return sets, all(end for _, end in branches)

    def _peek(self) -> str:
        return self._pattern[self._at : self._at + 1]

    def _sequence(self, fresh: bool) -> tuple[Sets, bool]:  # noqa: FBT001  -- private
        found: list[Words] = []
        run = ""
        while (character := self._peek()) and character not in "|)":
            self._at += 1
            literal, group, ends = self._atom(character, fresh)
            least, most = self._repeated()
            if literal and literal.isalnum() and least:
                run = run or ("^" if fresh else "")
                run, fresh = run + literal, False
                if most == 1:
                    continue
            elif literal == "":
                fresh = fresh or character == "\\"
                continue
            else:
                fresh = ends if least else ends and fresh
            found += [*([frozenset({run})] if run else ()), *(group if least else ())]
            run = ""
        return _rarest([*found, *([frozenset({run})] if run else ())]), fresh

    def _atom(self, character: str, fresh: bool) -> tuple[str | None, Sets, bool]:  # noqa: FBT001  -- private
        """(literal, words of a group, fresh behind it): a literal of "" has no width, None is anything."""
        if character == "(":
            return self._group(fresh)
        if character == "[":
            self._skip_class()
            return None, (), False
        if character == "\\":
            escaped = self._peek()
            self._at += 1
            literal = "" if escaped in _ZERO_WIDTH else None if escaped in _ANYTHING else escaped
            return literal, (), bool(literal) and not (literal or "").isalnum()
        if character in "^$":
            return "", (), fresh
        if character in TOKENS:
            return None, (frozenset({character}),), False
        if character == "." or character.isupper():
            return None, (), False
        return character, (), not character.isalnum()

    def _group(self, fresh: bool) -> tuple[str | None, Sets, bool]:  # noqa: FBT001  -- private
        opening = next((o for o in ("?:", "?=", "?!", "?<=", "?<!") if self._pattern.startswith(o, self._at)), "")
        self._at += len(opening)
        inside, ends = self.alternatives(fresh=fresh)
        self._at += 1
        if opening in {"?:", ""}:
            return None, inside, ends
        return "", (), fresh

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
            low, comma, high = self._pattern[self._at : end].partition(",")
            least, most = int(low or 0), int(high or many) if comma else int(low)
            self._at = end + 1
        if self._peek() == "?":
            self._at += 1
        return least, most
