"""Which rules may match in a sentence, found before it is masked: by one pass for the rarest of what they need, and a look for
the rest where that was found.

The same pass finds what may be terms of the sentence, so that masking it need not look for them again. What was found is
kept for the sentences that come again. It lets through too much, never too little.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate, islice
from typing import NamedTuple

import ahocorasick

from gateway.classify.needles import EDGE, TOKENS, Way

Seen = re.Pattern[str] | None
"""See rules.Row."""

_KEPT, _FEW = 8192, 8
"""So many sentences are kept with their rules and with so many of their words, some four megabytes, ten at most."""

Marked = tuple[str, bool, bool, str]
"""What shows a token: in small letters, whether it must begin and end a word, and the token."""
Meaning = tuple[str, bool, tuple[str, ...]]
"""The class of a term, whether it is the start of a word, and how it must be written, if that counts."""
Heard = tuple[tuple[int, int, tuple[Meaning, ...]], ...]
"""What may be terms of a sentence: from where to where it stands in it, and what terms it may be."""


class Sifted(NamedTuple):
    """Of a sentence the numbers of the rules that may match, and, where there are some, what may be terms if that is known."""

    rules: tuple[int, ...] = ()
    heard: Heard | None = None


_NOTHING = Sifted()


class _Way(NamedTuple):
    """A way for a rule to match: the numbers of the sets of which it needs a needle beside the one that led to it."""

    rule: int
    others: tuple[int, ...]


class Sieve:
    """Finds which rules may match, by one pass for the rarest needles, and a look for the others where one was found."""

    def __init__(
        self,
        marked: Iterable[Marked],
        rules: Sequence[tuple[Way, ...]],
        seen: Sequence[Seen],
        terms: Mapping[str, Sequence[Meaning]],
    ) -> None:
        self._patterns = tuple(dict.fromkeys(filter(None, seen)))
        self._seen = {number: self._patterns.index(pattern) for number, pattern in enumerate(seen) if pattern}
        leads: dict[str, list[_Way]] = {}
        sets: dict[tuple[str, ...], int] = {}
        for number, ways in enumerate(rules):
            for first, *others in ways:
                beside = [{needle.strip(EDGE) for needle in words} for words in others]
                way = _Way(number, tuple(sets.setdefault(tuple(sorted(words)), len(sets)) for words in sorted(beside, key=len)))
                for needle in first:
                    leads.setdefault(needle, []).append(way)
        self._sets = tuple(sets)
        keys: dict[str, list[tuple[bool, bool, str, tuple[_Way, ...]]]] = {}
        for needle in leads.keys() - TOKENS:
            bare = needle.strip(EDGE)
            keys.setdefault(bare, []).append((needle[0] == EDGE, needle[-1] == EDGE, "", tuple(leads[needle])))
        for key, begins, whole, mark in marked:
            keys.setdefault(key, []).append((begins, whole, mark, tuple(leads.get(mark, ()))))
        self._automaton = ahocorasick.Automaton()
        for key in keys.keys() | terms.keys():
            begin = all(begins for begins, *_ in keys.get(key, ())) and (key not in terms or key[0].isalnum())
            self._automaton.add_word(key, (len(key), begin, tuple(keys.get(key, ())), tuple(terms.get(key, ()))))
        self._automaton.make_automaton()
        self._kept: dict[str, Sifted] = {}

    def rules(self, sentences: Sequence[str]) -> list[Sifted]:
        """See Words.rules. What was found for a sentence is kept: the alternatives of a message say the same, and forms."""
        kept = self._kept
        found = list(map(kept.get, sentences))
        sifted = iter(self._sifted([sentence for sentence, known in zip(sentences, found, strict=True) if known is None]))
        each = [next(sifted) if known is None else known for known in found]
        if len(kept) + len(each) > _KEPT:
            kept.clear()
        kept.update(islice(zip(sentences, each, strict=True), _KEPT))
        return each

    def _sifted(self, sentences: Sequence[str]) -> list[Sifted]:
        found = [_NOTHING] * len(sentences)
        led, heard = self._led(sentences)
        for number, (marks, ways) in led.items():
            if fit := self._fit(sentences[number] + marks, ways):
                rules = tuple(sorted(self._left(fit, sentences[number])))
                terms = heard.get(number, [])
                found[number] = Sifted(rules, tuple(terms) if len(terms) <= _FEW else None) if rules else _NOTHING
        return found

    def _left(self, rules: set[int], sentence: str) -> set[int]:
        """Without those that ask to see what is not in the sentence."""
        asked = rules & self._seen.keys()
        missed = {number for number in {self._seen[rule] for rule in asked} if not self._patterns[number].search(sentence)}
        return {rule for rule in rules if self._seen.get(rule) not in missed} if missed else rules

    def _fit(self, said: str, ways: Iterable[_Way]) -> set[int]:
        """The rules of those ways for which a needle of each set is in what is said."""
        rules: set[int] = set()
        held: dict[int, bool] = {}
        holds, sets = said.__contains__, self._sets
        for rule, others in ways:
            for number in others:
                if (fits := held.get(number)) is None:
                    fits = held[number] = any(map(holds, sets[number]))
                if not fits:
                    break
            else:
                rules.add(rule)
        return rules

    def _led(
        self, sentences: Sequence[str]
    ) -> tuple[dict[int, tuple[str, list[_Way]]], dict[int, list[tuple[int, int, tuple[Meaning, ...]]]]]:
        """By the number of the sentence: the marks of the terms in it and the ways that lead on; and what may be terms."""
        text = "\n".join(sentences)
        ends = list(accumulate(len(sentence) + 1 for sentence in sentences))
        led: dict[int, tuple[str, list[_Way]]] = {}
        heard: dict[int, list[tuple[int, int, tuple[Meaning, ...]]]] = {}
        number = 0
        for last, (length, begin, meanings, terms) in self._automaton.iter(text):
            start = last - length + 1
            within = start > 0 and text[start - 1].isalnum()
            if within and begin:
                continue
            goes_on = text[last + 1 : last + 2].isalnum()
            while last >= ends[number]:
                number += 1
            if terms and not (within and text[start].isalnum()):
                at = start - (ends[number] - len(sentences[number]) - 1)
                fit = tuple([meaning for meaning in terms if meaning[1] or not goes_on])
                if fit:
                    heard.setdefault(number, []).append((at, at + length, fit))
            for begins, whole, mark, ways in meanings:
                if not (within and begins) and not (goes_on and whole):
                    marks, many = led.get(number) or ("", [])
                    many += ways
                    led[number] = marks + mark, many
        return led, heard
