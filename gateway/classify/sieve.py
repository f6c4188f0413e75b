"""Which rules may match in a sentence, found before it is masked: by one pass for the rarest of what they need, and a look for
the rest where that was found.

The pass is over letters and figures alone, a blank for whatever else stands in the text: where a word begins or ends is then
part of what is looked for, and nothing need be asked of what was found. It lets through too much, never too little. What was
found is kept for the sentences that come again.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, chain, islice
from string import ascii_lowercase, digits
from typing import NamedTuple

import ahocorasick

from gateway.classify.needles import EDGE, TOKENS, Way, Words, telling

Seen = re.Pattern[str] | None
"""See rules.Row."""

_KEPT = 8192
"""So many sentences are kept with their rules, some four megabytes at most."""
_BARE = bytes(code if chr(code) in f"{ascii_lowercase}{digits}\n" else ord(" ") for code in range(256))
_APART = " \n "
"""What stands between two sentences in one text: the edges of their words, and nothing that is looked for."""

Marked = tuple[str, bool, bool, str]
"""What shows a token: in small letters, whether it must begin and end a word, and the token."""


class _Way(NamedTuple):
    """A way for a rule to match: the numbers of the sets of which it needs a needle beside the one that led to it."""

    rule: int
    others: tuple[int, ...]


class _Set(NamedTuple):
    """Needles of which one is needed: those without signs, and the others."""

    bare: tuple[str, ...]
    signed: tuple[str, ...]

    @classmethod
    def of(cls, needles: Sequence[str]) -> "_Set":
        """From what `_beside` makes of them."""
        bare = tuple(needle for needle in needles if needle not in TOKENS and any(map(str.isalnum, needle)))
        return cls(bare, tuple(needle for needle in needles if needle not in bare))


class Sieve:
    """Finds which rules may match, by one pass for the rarest needles, and a look for the others where one was found."""

    def __init__(
        self,
        marked: Iterable[Marked],
        rules: Sequence[tuple[Way, ...]],
        seen: Sequence[Seen],
        written: Mapping[str, tuple[str, ...]],
    ) -> None:
        """marked: what shows the tokens; written: the tokens that no word shows, with what each is written with one of."""
        self._patterns = tuple(dict.fromkeys(filter(None, seen)))
        self._seen = {number: self._patterns.index(pattern) for number, pattern in enumerate(seen) if pattern}
        leads: dict[str, list[_Way]] = {}
        sets: dict[_Set, int] = {}
        for number, ways in enumerate(rules):
            for first, *others in ([_spelled(words, written) for words in way] for way in ways):
                beside = sorted((sorted(telling(map(_beside, words))) for words in others), key=len)
                way = _Way(number, tuple(sets.setdefault(_Set.of(words), len(sets)) for words in beside))
                for needle in first:
                    leads.setdefault(needle, []).append(way)
        self._sets = tuple(sets)
        keys: dict[str, tuple[str, list[_Way]]] = {}
        for needle in leads.keys() - TOKENS:
            keys.setdefault(_bare(needle.replace(EDGE, " ")), ("", []))[1].extend(leads[needle])
        for key, begins, whole, mark in marked:
            bare = _bare(" " * begins + key + " " * whole)
            marks, many = keys.get(bare, ("", []))
            keys[bare] = marks + mark, [*many, *leads.get(mark, ())]
        self._automaton = ahocorasick.Automaton()
        for key, (marks, many) in keys.items():
            self._automaton.add_word(key, (marks, tuple(many)))
        self._automaton.make_automaton()
        self._kept: dict[str, tuple[int, ...]] = {}

    def rules(self, sentences: Sequence[str]) -> list[tuple[int, ...]]:
        """See Words.rules. What was found for a sentence is kept: the alternatives of a message say the same, and forms."""
        kept = self._kept
        found = list(map(kept.get, sentences))
        sifted = iter(self._sifted([sentence for sentence, known in zip(sentences, found, strict=True) if known is None]))
        each = [next(sifted) if known is None else known for known in found]
        if len(kept) + len(each) > _KEPT:
            kept.clear()
        kept.update(islice(zip(sentences, each, strict=True), _KEPT))
        return each

    def _sifted(self, sentences: Sequence[str]) -> list[tuple[int, ...]]:
        found: list[tuple[int, ...]] = [()] * len(sentences)
        bare = _bare(f" {_APART.join(sentences)} ")
        ends = list(accumulate(len(sentence) + len(_APART) for sentence in sentences))
        for number, (marks, ways) in self._led(bare, ends).items():
            sentence, end = sentences[number], ends[number] - 1
            if fit := self._fit(bare[end - len(sentence) - 2 : end], sentence + marks, ways):
                found[number] = tuple(sorted(self._left(fit, sentence)))
        return found

    def _left(self, rules: set[int], sentence: str) -> set[int]:
        """Without those that ask to see what is not in the sentence."""
        asked = rules & self._seen.keys()
        missed = {number for number in {self._seen[rule] for rule in asked} if not self._patterns[number].search(sentence)}
        return {rule for rule in rules if self._seen.get(rule) not in missed} if missed else rules

    def _fit(self, bare: str, signed: str, ways: Iterable[_Way]) -> set[int]:
        """The rules of those ways for which a needle of each set is in a sentence.

        bare: the sentence without its signs, between blanks; signed: with them, and its marks
        """
        rules: set[int] = set()
        held: dict[int, bool] = {}
        for rule, others in ways:
            for number in others:
                if number not in held:
                    held[number] = _holds(self._sets[number], bare, signed)
                if not held[number]:
                    break
            else:
                rules.add(rule)
        return rules

    def _led(self, bare: str, ends: Sequence[int]) -> dict[int, tuple[str, list[_Way]]]:
        """By the number of the sentence: the marks of the terms in it, and the ways that lead on."""
        led: dict[int, tuple[str, list[_Way]]] = {}
        number = 0
        for last, (mark, ways) in self._automaton.iter(bare):
            while last >= ends[number]:
                number += 1
            marks, many = led.get(number) or ("", [])
            many += ways
            led[number] = marks + mark, many
        return led


def _holds(needles: _Set, bare: str, signed: str) -> bool:
    """Whether one of them is in a sentence; see Sieve._fit."""
    for needle in needles.bare:
        if needle in bare:
            return True
    for needle in needles.signed:  # noqa: SIM110  -- asked fifty times of a message, and `any` with a map takes twice as long
        if needle in signed:
            return True
    return False


def _beside(needle: str) -> str:
    """What a sentence without its signs holds, one blank at each end of it, for a needle; as it is a token, or signs alone."""
    said = needle not in TOKENS and any(map(str.isalnum, needle))
    return _bare(needle.replace(EDGE, " ")) if said else needle.strip(EDGE)


def _bare(text: str) -> str:
    """The text, in small letters, with a blank for all but letters and figures; of the same length."""
    return text.encode("ascii", "replace").translate(_BARE).decode("ascii")


def _spelled(words: Words, written: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """The needles, with what is written for the tokens that no word shows."""
    return chain.from_iterable(written.get(needle, (needle,)) for needle in words)
