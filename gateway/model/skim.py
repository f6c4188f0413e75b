"""What need not even be masked: a look at the words of each sentence as they are written, before anything dearer.

It knows by heart what words tell (see `heart`), and nothing of names: a word counts if it is a common one in small letters or
all in capitals, if it begins a sentence and no name, or if no name begins with it (Vote, Please); all others are one and the
same unknown word, however many make a name, and so is with a capital what people are called (MARK PRICE). Parties, faiths,
deities, houses of worship and holy books count as their kind, and no counts as yes. So it matters nothing who is named, but for
surnames that are common words and not among `SURNAMES`, where all is in capitals.

What stays below `least`, and far from what does not, is settled as clear, neither masked nor weighed any further; the level is
set in training so that next to nothing is settled that the model would have flagged. Only weights of another size are refused.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import repeat
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from gateway.model.heart import PAIRS, SINGLE, Numbers, alone, around, told
from gateway.naming.letters import bare
from gateway.naming.names import KEPT_WORDS, PLAIN_WORDS, SURNAME_WORDS, common, quieted
from gateway.naming.terms import BOOK, DEITY, FAITH, GIVEN, PARTY, TEMPLE, listed

SIZE = SINGLE + PAIRS
"""Octets of the weights."""
_START, _STARTS = "\x80", SINGLE - 1
"""Before a sentence stands a character that no sentence has, as a word; and its number."""
_LETTERS = bytes(code if chr(code).isalnum() or chr(code) == _START else 32 for code in range(129)).ljust(256)
_APOSTROPHE = b"'"
_KINDS = {"[PARTY]": PARTY, "[FAITH]": FAITH, "[DEITY]": DEITY, "[TEMPLE]": TEMPLE, "[BOOK]": BOOK}
_YES = ("yes", "no", "si")
_JOINS = ("de", "la", "del", "los", "las", "van", "y", "of", "the", "in", "and", "for")
_ARTICLES = ("the", "el", "la", "los", "las")
_SOMEBODY = "Qq"
_TWO_WORDS = "|".join(term.removesuffix(" party") for term in listed(PARTY) if term.endswith(" party"))
_PARTIES = re.compile(rf"\b(?i:{_TWO_WORDS}) [Pp](?:arty|ARTY)\b")
"""Parties of two words, one of which is like any other: Green Party."""
_PARTY = "gop"
_AT_ONCE = 1024
"""So many sentences, at most, are held as words at once."""


def numbers(sentences: Sequence[str]) -> tuple[Numbers, Numbers]:
    """The words of one sentence or more, each sentence behind _STARTS, and where each ends.

    0: a word that is not known, or several that make one name, so that a long name weighs no more than a short one
    """
    text = f" {_START} ".join(["", *map(_plain, sentences), ""])
    words = text.encode("latin-1", "replace").translate(_LETTERS, _APOSTROPHE).split()
    known = _known()
    ids = np.fromiter(map(known.get, words, repeat(0)), np.int64, count=len(words))
    _begin(ids, words)
    named = _named(ids)
    ids[named] = 0
    told = ~named
    told[1:] |= ~named[:-1]
    ids = ids[told]
    return ids[:-1], (ids == _STARTS).nonzero()[0][1:]


def _begin(ids: Numbers, words: Sequence[bytes]) -> None:
    """Common words with a capital get their numbers where they begin a sentence, and no name of several words."""
    known, joins, surnames = _known(), _joins(), _surnames()
    firsts = (ids == _STARTS).nonzero()[0][:-1] + 1
    for first in firsts[ids[firsts] == 0].tolist():
        if not ids[first + 1] or (joins[ids[first + 1]] and not ids[first + 2]):
            continue
        small = words[first].lower()
        ids[first] = 0 if small in surnames else known.get(small, 0)


def _named(ids: Numbers) -> NDArray[np.bool_]:
    """Which words are not known, or stand between two such as in a name (Rosa de la Cruz), or as an article before one."""
    unknown: NDArray[np.bool_] = ids == 0
    joins, articles = _joins()[ids], _joins(_ARTICLES)[ids]
    two = joins[1:-2] & joins[2:-1] & unknown[:-3] & unknown[3:]
    one = joins[1:-1] & unknown[:-2] & unknown[2:]
    unknown[1:-1] |= one
    unknown[1:-2] |= two
    unknown[2:-1] |= two
    unknown[:-1] |= articles[:-1] & unknown[1:]
    return unknown


@cache
def _joins(words: tuple[str, ...] = _JOINS) -> NDArray[np.bool_]:
    """Of every number, whether it is that of one of these."""
    table = np.zeros(SINGLE, dtype=bool)
    table[[_known()[word.encode()] for word in words]] = True
    return table


@cache
def _surnames() -> frozenset[bytes]:
    return frozenset(word.encode() for word in SURNAME_WORDS)


def _plain(sentence: str) -> str:
    sentence = quieted(sentence, _SOMEBODY) if sentence.isupper() else sentence
    if "arty" in sentence or "ARTY" in sentence:
        sentence = _PARTIES.sub(_PARTY, sentence)
    return sentence if sentence.isascii() else bare(sentence.replace("’", "'"))


@cache
def _known() -> dict[bytes, int]:
    """Every word that counts, in each way that it may be written, and its number; apostrophes are no letters."""
    bared = ((written.replace("'", "").encode(), said.replace("'", "").encode()) for written, said in _counted())
    return {written: 1 + crc32(said) % (_STARTS - 1) for written, said in bared} | {_START.encode("latin-1"): _STARTS}


def _counted() -> Iterator[tuple[str, str]]:
    """Each way a word may be written, and the word or the kind that it stands for."""
    for word in common().union(KEPT_WORDS, PLAIN_WORDS).difference(bare(GIVEN).split()):
        forms = (word,) if word in SURNAME_WORDS else (word, word.upper())
        yield from ((written, word) for written in forms if written.isascii())
    yield from ((word.capitalize(), word) for word in PLAIN_WORDS)
    for kind, text in _KINDS.items():
        for term in (bare(term).rstrip("*") for term in listed(text)):
            yield from ((written, kind) for written in (term, term.capitalize(), term.upper()) if written.isalpha())
    yield from ((written, _YES[0]) for word in _YES for written in (word, word.capitalize(), word.upper()))


class Skim:
    """weights: SIZE octets; a sentence's score is `scale` times what it and its neighbours weigh, and `bias`. Pure."""

    def __init__(self, weights: bytes, *, scale: float, bias: float, least: float) -> None:
        if len(weights) != SIZE:
            raise ValueError(f"{len(weights)} octets are no weights of a skim: {SIZE} are")
        self._weights = np.frombuffer(weights, np.int8)
        self._scale, self._bias, self._least = scale, bias, least
        _known()

    def scores(self, sentences: Sequence[str]) -> NDArray[np.float64]:
        """Of each sentence, with its neighbours."""
        each = list(dict.fromkeys(sentences))
        starts = range(0, len(each), _AT_ONCE)
        some = [alone(self._weights, *numbers(each[start : start + _AT_ONCE])) for start in starts]
        weighed = np.concatenate(some) if some else np.empty(0, np.int64)
        if len(each) < len(sentences):  # both alternatives of a newsletter say the same
            at = {sentence: number for number, sentence in enumerate(each)}
            weighed = weighed[[at[sentence] for sentence in sentences]]
        scores: NDArray[np.float64] = told(weighed).astype(np.float64) * self._scale + self._bias
        return scores

    def near(self, sentences: Sequence[str], reach: int) -> list[bool]:
        """True for each sentence that is to be masked: those that pass and what stands within `reach` of one."""
        return around(self.scores(sentences) >= self._least, reach)
