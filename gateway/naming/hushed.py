"""Names in small letters, as they are typed in a hurry: vote theo brandt.

No capital shows them, so they are told by a list of over four thousand first and last names (`names.txt`: those that the writers
of the training mail gave their people, the usual ones of many peoples, and unions), and an uncommon word beside one of them or
behind a title is part of the name, as are two common words that are a first and a last name (mark price). What neither is listed
nor stands so is not seen: that is the limit of this module. Nothing is raised.
"""

import re
from functools import cache, lru_cache
from importlib.resources import files

from gateway.naming.letters import bare
from gateway.naming.names import GIVEN_WORDS, KEPT_WORDS, NAME, OTHER_WORDS, PLAIN_WORDS, SURNAME_WORDS, common
from gateway.naming.terms import MEMBERS, TITLES

_BEFORE, _BEHIND = r"(?<![\w@#.'’/&-])", r"(?![\w@/&-])"
_WORD = re.compile(rf"{_BEFORE}([a-z]{{3,}})((?:['’]s?)?){_BEHIND}|{_BEFORE}([a-z]{{2,5}})(?=\. [a-z])")
_WHOSE = (
    "officers", "sergeants", "deputies", "police", "patrolmen", "troopers", "firefighters", "corrections", "nurses", "teachers",
    "dispatchers", "lieutenants",
)  # fmt: skip
_WHAT = ("association", "federation", "brotherhood", "guild", "union", "network", "league", "alliance", "coalition", "society")
_BODY = re.compile(
    rf"{_BEFORE}(?:the )?(?:[a-z]+ )?(?:{'|'.join(_WHOSE)})['’]? (?:benevolent |protective )?(?:{'|'.join(_WHAT)})"
    rf"(?: of [a-z]+)?{_BEHIND}"
    rf"|{_BEFORE}(?:{'|'.join(MEMBERS.split())}) in uniform{_BEHIND}|\bthe federation{_BEHIND}"
)
"""What an association calls itself."""
_NO_TITLES = "state us city county district former senior general gen col vice master major agent elder don chair"
_TITLES = frozenset(TITLES.split()).difference(_NO_TITLES.split())
"""Without those that stand before other things too."""
_NO_GIVEN = "major trip rich rose olive ginger miles charity"
_GIVEN = GIVEN_WORDS.difference(_NO_GIVEN.split(), map(str.lower, OTHER_WORDS))
"""Common words that are first names; without those that stand in small letters before a word like a surname."""
_KNOWN = 16_384
"""So many words are kept with what they are."""


@cache
def telling() -> frozenset[str]:
    """Words without one of which there is no name in small letters."""
    return known_names().union(_TITLES, _GIVEN, _WHAT, ["uniform"])


class _Sort:
    """What a word in small letters is by itself; USUAL: no name; GIVEN, LAST: a common word that people are called."""

    USUAL, TITLE, GIVEN, LAST, UNCOMMON, NAME = "utglxn"


_TOGETHER = {
    _Sort.NAME + _Sort.LAST: (_Sort.NAME, _Sort.NAME),
    _Sort.GIVEN + _Sort.LAST: (_Sort.NAME, _Sort.NAME),
    _Sort.NAME + _Sort.UNCOMMON: (_Sort.NAME, _Sort.NAME),
    _Sort.GIVEN + _Sort.NAME: (_Sort.NAME, _Sort.NAME),
    _Sort.UNCOMMON + _Sort.NAME: (_Sort.NAME, _Sort.NAME),
    _Sort.TITLE + _Sort.UNCOMMON: (_Sort.TITLE, _Sort.NAME),
}
"""What two words that stand side by side are together, where that is not what each is by itself."""
_NAMING = frozenset({_Sort.NAME, _Sort.GIVEN, _Sort.TITLE})
"""Without one of these there is no name."""


@cache
def known_names() -> frozenset[str]:
    """First and last names that are no common words, in small letters without accents."""
    return frozenset(bare(files("gateway.naming").joinpath("names.txt").read_text(encoding="utf-8")).split())


def hushed(text: str) -> str:
    """The text with NAME for every name in small letters."""
    if _may_be_body(text):
        text = _BODY.sub(NAME, text)
    words = list(_WORD.finditer(text))
    sorts = [_sort(word[1] or word[3]) for word in words]
    if _NAMING.isdisjoint(sorts):
        return text
    for at in range(1, len(words)):
        both = _TOGETHER.get(sorts[at - 1] + sorts[at])
        if both and text[words[at - 1].end() : words[at].start()] in {" ", ". "}:
            sorts[at - 1 : at + 1] = both
    pieces: list[str] = []
    told = 0
    for word, sort in zip(words, sorts, strict=True):
        if sort == _Sort.NAME:
            pieces += (text[told : word.start()], NAME, word[2] or "")
            told = word.end()
    return "".join((*pieces, text[told:])) if pieces else text


def _may_be_body(text: str) -> bool:
    if "in uniform" in text or "the federation" in text:
        return True
    return any(map(text.__contains__, _WHAT)) and any(map(text.__contains__, _WHOSE))


def is_uncommon(word: str) -> bool:
    """Whether a word in small letters is one that may be a name."""
    return _sort(word) in {_Sort.UNCOMMON, _Sort.NAME}


@lru_cache(maxsize=_KNOWN)
def _sort(word: str) -> str:
    if word in _TITLES:
        return _Sort.TITLE
    if word in known_names():
        return _Sort.NAME
    if word in _GIVEN:
        return _Sort.GIVEN
    if word in SURNAME_WORDS:
        return _Sort.LAST
    usual = len(word) < 3 or word in common() or word in KEPT_WORDS or word in PLAIN_WORDS  # noqa: PLR2004  -- no name is shorter
    return _Sort.USUAL if usual else _Sort.UNCOMMON
