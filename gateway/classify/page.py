"""A passage as the rules read it: its sentences, each with the terms in it, and its masked form."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property
from itertools import chain
from typing import NamedTuple

from gateway.classify.masking import ACCOUNT, makes, names, running, settle
from gateway.classify.mention import unspoken
from gateway.classify.sentences import spans
from gateway.classify.signs import Sign, signs
from gateway.classify.spelling import plainly
from gateway.classify.words import MASKED, Term, Words
from gateway.mail import FILE_NAME
from gateway.reading import Origin, Passage

_MONTHS = frozenset({"April", "May", "June", "August"})
_NAME = re.compile(r" [A-Z][a-z]")
_APART = ">|\t\r\v\f\x1c\x1d\x1e\x1f"
"""Where a text has one of these, more than line ends and blanks is to be put right in its sentences."""
_UNKNOWN: frozenset[int] = frozenset()


class _Piece(NamedTuple):
    page: "Page"
    start: int
    end: int
    rules: tuple[int, ...]


class Sentence(_Piece):
    """A sentence (or a piece of a long one): folded[start:end] of its passage.

    rules: the numbers of the rules whose needles are in it
    """

    @cached_property
    def terms(self) -> tuple[Term, ...]:
        """Those that stand in it."""
        return self.page.within(self.start, self.end)

    @cached_property
    def masked(self) -> str:
        """The sentence as the rules read it."""
        return self.page.mask(self, self.page.text) or " "

    @cached_property
    def spoken(self) -> str:
        """As `masked`, without the words that are only mentioned; the same where there are none."""
        left, whole = self.page.spoken, self.page.text
        same = left[self.start : self.end] == whole[self.start : self.end]
        return self.masked if same else self.page.mask(self, left) or " "

    def bears(self, marks: str) -> bool:
        """Whether a word of one of these classes is in it.

        Of those that the masked form has, it counts, since a title is no office there; it is masked only if that can tell.
        """
        mine = {term.mark for term in self.terms if term.mark in marks}
        if not mine <= MASKED:
            return True
        asked = [mark for mark in marks if mark in MASKED and (mark in mine or mark in self._makes)]
        return bool(asked) and any(map(self.masked.__contains__, asked))

    @property
    def _makes(self) -> str:
        return makes(self.page.low[self.start : self.end])


class Page:
    """A passage, with its terms and sentences."""

    def __init__(self, passage: Passage, words: Words) -> None:
        self.passage = passage
        self.text = plainly(passage.folded)
        self._words = words

    @property
    def origin(self) -> Origin:
        """Whose words they are."""
        return self.passage.origin

    @cached_property
    def sentences(self) -> tuple[Sentence, ...]:
        """In order."""
        where = spans(self.text)
        rules = self._words.rules(self._said(where))
        return tuple([Sentence(self, start, end, may) for (start, end), may in zip(where, rules, strict=True)])

    def _said(self, where: list[tuple[int, int]]) -> list[str]:
        """Those pieces of the text in small letters, each on one line; see masking.running."""
        if not self.text.isascii() or any(map(self.text.__contains__, _APART)):
            return [running(self.text[start:end].lower()) for start, end in where]
        said = [self.low[start:end] for start, end in where]
        return [" ".join(piece.split()) if "  " in piece else piece for piece in said]

    @cached_property
    def low(self) -> str:
        """The text in small letters, of the same length."""
        return lower(self.text)

    def within(self, start: int, end: int) -> tuple[Term, ...]:
        """The terms in text[start:end], in order of their ends."""
        return tuple(self._words.find(self.text, self.low, start, end))

    def neighbours(self, number: int, reach: int) -> tuple[Sentence, ...]:
        """The sentence, and `reach` before and behind it."""
        return self.sentences[max(0, number - reach) : number + reach + 1]

    def at(self, index: int) -> int:
        """The number of the sentence that text[index] stands in."""
        return max(0, bisect_right(self._starts, index) - 1)

    @cached_property
    def _starts(self) -> list[int]:
        return [sentence.start for sentence in self.sentences]

    def accounts(self) -> Iterator[tuple[str, int, int]]:
        """Every account written as @name and every hashtag, and where it stands."""
        if "@" in self.text or "#" in self.text:
            yield from ((found[0], found.start(), found.end()) for found in ACCOUNT.finditer(self.text))

    @cached_property
    def signs(self) -> tuple[Sign, ...]:
        """What stands on it as on a poster, a button or a flyer."""
        drawn = bool(self.passage.boxes) or self.passage.place.header == FILE_NAME
        return tuple(signs(self.text, self.within, drawn=drawn))

    @cached_property
    def spoken(self) -> str:
        """The text without the words that are only mentioned; of the same length."""
        return unspoken(self.passage.folded, self.text)

    def mask(self, sentence: Sentence, text: str) -> str:
        """See Sentence.masked; text: that of the page, or what is left of it where words are blanked."""
        first, at = sentence.start, sentence.start
        if not sentence.terms:
            return settle(names(text[at : sentence.end], 0, _UNKNOWN))
        terms = [term for term in sentence.terms if not _first_name(term, text) and _stands(term, self.text, text)]
        apart = list(_apart(terms))
        known = _UNKNOWN if len(apart) == len(terms) else _known(terms, first)
        pieces = []
        for mark, start, end in apart:
            pieces += [names(text[at:start], at - first, known), mark]
            at = end
        pieces.append(names(text[at : sentence.end], at - first, known))
        return settle("".join(pieces))


def _known(terms: list[Term], first: int) -> frozenset[int]:
    """Where behind text[first] the terms stand."""
    return frozenset(chain.from_iterable(range(start - first, end - first) for _, start, end in terms))


def _apart(found: list[Term]) -> Iterator[Term]:
    """The terms that are masked, where they overlap the longest, in order."""
    end = -1
    for term in sorted((t for t in found if t.mark in MASKED), key=lambda t: (t.start, -t.end)):
        if term.start >= end:
            end = term.end
            yield term


def _first_name(term: Term, text: str) -> bool:
    """True for a month before a name: April Vance."""
    return text[term.start : term.end] in _MONTHS and bool(_NAME.match(text, term.end))


def _stands(term: Term, text: str, left: str) -> bool:
    return text is left or text[term.start : term.end] == left[term.start : term.end]


def lower(text: str) -> str:
    """Small letters and single blanks, one for each character, so that words on two lines are found as on one."""
    low = text.lower().replace("\n", " ")
    return low if len(low) == len(text) else "".join(c.lower() if len(c.lower()) == 1 else c for c in text).replace("\n", " ")
