"""From a reading to a verdict: every sentence that holds a trigger is read by the detectors that it triggers."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from gateway.classify import detectors, words
from gateway.classify.labels import Scorer, Thresholds, combine, label
from gateway.classify.links import Sites
from gateway.classify.roster import Roster
from gateway.classify.rules import Detector
from gateway.classify.surroundings import Around, addressed, cited, Stance, factor, negated, origin_factor, stance
from gateway.classify.text import Page, Sentence
from gateway.classify.words import Words
from gateway.mail import Place, Unread
from gateway.reading.types import Link, Passage, Reading
from gateway.verdict import Category, Evidence, Finding, Kind, Verdict

SENTENCES = 1200
"""So many sentences with a trigger are read; of a longer text, the first and the last ones."""
LEAST = 0.15
"""A finding that weighs less is none."""


class Classifier:
    def __init__(self, roster: Roster, *, scorer: Scorer | None = None, thresholds: Thresholds | None = None) -> None:
        self._roster, self._scorer, self._thresholds = roster, scorer, thresholds or Thresholds()
        self._sites = Sites(roster)
        self._words = Words(
            (
                *(("N", name) for name in roster.people),
                *((mark, name) for name in roster.parties for mark in "Po"),
                *((mark, name) for name in roster.measures for mark in "Mm"),
                *((mark, name) for name in roster.platforms for mark in "cE"),
            )
        )

    def classify(self, reading: Reading) -> Verdict:
        pages = [Page(passage, self._words) for passage in _passages(reading)]
        message = _Message(pages)
        findings = [*self._sentences(message), *self._links(reading, message)]
        opinion = self._scorer.score(reading) if self._scorer else {}
        scores = combine(findings, opinion)
        return Verdict(
            labels={category: label(score, self._thresholds) for category, score in scores.items()},
            scores=scores,
            findings=tuple(findings),
            unread=reading.unread,
            model="rules",
            roster=self._roster.version,
        )

    def _sentences(self, message: "_Message") -> Iterator[Finding]:
        for page in message.pages:
            for number, sentence in enumerate(page.sentences):
                for detector in detectors.ALL:
                    if sentence.marks & detector.on:
                        found = self._found(detector, sentence, page, number, message)
                        if found:
                            yield found

    def _found(self, detector: Detector, sentence: Sentence, page: Page, number: int, message: "_Message") -> Finding | None:
        best = 0.0
        around = None
        for row in detector.rows:
            if row.weight <= best:
                continue
            hit = row.pattern.search(sentence.masked)
            if not hit or negated(sentence.masked, hit.start()):
                continue
            around = around or message.around(page, number)
            weight = row.weight if not row.near or row.near & around.near else row.weight * row.alone
            best = max(best, weight)
        if best and around:
            best *= factor(around, detector.category, detector.kind) * origin_factor(page.origin, message.stance)
        if best < LEAST:
            return None
        place, quote = page.passage.quote(sentence.start, sentence.end)
        return Finding(
            category=detector.category, kind=detector.kind, detector=detector.name, says=detector.says,
            weight=round(best, 3), evidence=(Evidence(place=place, quote=quote),),
        )

    def _links(self, reading: Reading, message: "_Message") -> Iterator[Finding]:
        import re
        from gateway.classify.text import _LINK
        seen = set()
        for page in message.pages:
            for number, sentence in enumerate(page.sentences):
                for hit in _LINK.finditer(page.text, sentence.start, sentence.end):
                    if hit[0] in seen: continue
                    seen.add(hit[0])
                    j = self._sites.judge(hit[0])
                    if not j: continue
                    around = message.around(page, number)
                    w = j.weight if around.near & frozenset("OPME") or j.alone == 1.0 else j.weight * j.alone
                    w *= factor(around, Category.POLITICAL, Kind.LINK) * origin_factor(page.origin, message.stance)
                    if w >= LEAST:
                        place, quote = page.passage.quote(hit.start(), hit.end())
                        yield Finding(category=Category.POLITICAL, kind=Kind.LINK, detector="link", says=j.says, weight=round(w,3), evidence=(Evidence(place=place, quote=quote),))


class _Message:
    def __init__(self, pages: Sequence[Page]) -> None:
        self.pages = pages
        self.counts = Counter(t.mark for p in pages for s in p.sentences for t in s.terms if t.mark in "RGIH")
        self.size = sum(len(p.text) for p in pages)
        self.questions = sum(1 for p in pages for s in p.sentences if p.low.startswith(("q.", "q:", "q1", "q2"), s.start))
        self.stance = stance(pages)

    def around(self, page: Page, number: int) -> Around:
        reach = 3 if self.size > 1500 else 6
        near = page.sentences[max(0, number - reach) : number + reach + 1]
        marks = frozenset().union(*(_seen(s) for s in near))
        if self.size < 1500:
            marks |= frozenset().union(*(_seen(s) for p in self.pages[:1] for s in p.sentences))
        return Around(own=_seen(page.sentences[number]), near=marks, rules=self.counts["R"] + 2 * self.questions, reports=self.counts["G"], internal=self.counts["I"], chaplain=self.counts["H"], size=self.size, addressed=any(addressed(s.masked) for s in page.sentences[max(0,number-1):number+2]), cited=cited(page.sentences[number].masked))


def _seen(s: Sentence) -> frozenset[str]:
    return (s.marks - set("OPMNKTBF")) | {c for c in "OPMNKTBF" if c in s.masked}


def _passages(reading: Reading) -> Iterable[Passage]:
    if reading.subject:
        folded = reading.subject
        yield Passage(text=folded, folded=folded, offsets=tuple(range(len(folded) + 1)), place=Place(header="Subject", start=0, end=len(folded)))
    yield from reading.passages
