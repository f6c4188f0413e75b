"""From a reading to a verdict: every sentence that may interest a rule is masked, and read by the rules it may interest."""

import hashlib
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache, partial
from itertools import chain, islice
from pathlib import Path

from gateway.classify import detectors
from gateway.classify.imprint import IMPRINT, imprints
from gateway.classify.labels import Opinion, Scorer, Thresholds, combine, label, settled
from gateway.classify.links import Judged, Sites
from gateway.classify.message import Around, Message, is_written, negated
from gateway.classify.opinion import findings as opinions
from gateway.classify.page import Page, Sentence
from gateway.classify.roster import Roster
from gateway.classify.rules import Detector, Row
from gateway.classify.sentences import goes_on
from gateway.classify.signs import Promoted, Sign, found
from gateway.classify.surroundings import factor
from gateway.classify.words import Words
from gateway.mail import Place, Unread
from gateway.reading import Link, Origin, Passage, Reading, fold
from gateway.verdict import Category, Evidence, Finding, Kind, Verdict

SENTENCES = 4000
"""So many sentences are read by the rules; what is beyond is said to be unread."""
ACCOUNTS = 100
"""So many accounts written as @name, and hashtags, are looked at in a passage."""
LEAST = 0.15
"""A finding that weighs less is none."""
WEAK = frozenset({Kind.PROMOTION, Kind.PARTISAN_OPINION, Kind.CAMPAIGN_WORK})
"""What ordinary business may sound like: an event, a party's name, signs and doors."""
BESIDE = 0.6
"""What a weak kind counts for in a sentence in which something weightier was found."""
MOST = 8
"""So many findings of a detector are kept, the weightiest: more would add nothing to the score."""

RULES: tuple[tuple[Detector, Row], ...] = tuple((detector, row) for detector in detectors.ALL for row in detector.rows)


class Classifier:
    """Pure but for a memory of sentences, and safe to share: `classify` never raises, and its work is bounded by SENTENCES."""

    def __init__(self, roster: Roster, *, scorer: Scorer | None = None, thresholds: Thresholds | None = None) -> None:
        self._roster, self._scorer = roster, scorer
        self._thresholds = thresholds or (scorer.thresholds if scorer else Thresholds())
        self._sites = Sites(roster)
        self._words = Words(_of_roster(roster), [row.needles for _, row in RULES], [row.seen for _, row in RULES])
        self._model = "+".join([f"rules-{rules_version()}", *([scorer.version] if scorer else [])])

    def classify(self, reading: Reading) -> Verdict:
        """What is found in it; a passage that is too long to be judged whole is named in `unread`."""
        message = Message([Page(passage, self._words) for passage in _passages(reading)])
        chosen, left = _chosen(message)
        said = _with_signs(message, list(self._found(message, chosen)))
        findings = _weightiest(chain(said, self._begun(message), self._links(reading, message), _imprints(message)))
        scores = combine(findings)
        if self._scorer:
            told, subject = message.told
            opinion = self._scorer.score(told, subject=subject, found=scores)
            certain = settled(findings, self._thresholds.unsure)
            scores = {category: max(score, certain[category]) for category, score in opinion.scores.items()}
            findings = _weightiest(chain(findings, opinions(opinion, message, self._thresholds)))
            left = (*left, *_beyond(opinion))
        return Verdict(
            labels={category: label(score, self._thresholds) for category, score in scores.items()},
            scores=scores,
            findings=findings,
            unread=(*reading.unread, *left),
            model=self._model,
            roster=self._roster.version,
        )

    def _found(self, message: Message, chosen: Iterable[tuple[Page, int]]) -> Iterator[Finding]:
        for page, number in chosen:
            sentence = page.sentences[number]
            matched = _matched(sentence)
            for detector, weight in _weighed(message.around(page, number), sentence, matched) if matched else ():
                yield _finding(detector, weight, page, page.passage.quote(sentence.start, sentence.end))

    def _begun(self, message: Message) -> Iterator[Finding]:
        """What the subject begins and the first words below it end."""
        subject, body = message.pages[0], next((page for page in message.pages if page.sentences and is_written(page)), None)
        if body is None or not subject.sentences or not goes_on(subject.text, body.text):
            return
        ends, begins = subject.sentences[-1], body.sentences[0]
        said, whole = _together(subject, ends, body, begins), len(subject.text) - ends.start
        seam = next((s for s in Page(said, self._words).sentences if s.start < whole < s.end), None)
        if seam is None:
            return
        apart = {detector for detector, _ in (*_matched(ends), *_matched(begins))}
        matched = [found for found in _matched(seam) if found[0] not in apart]
        quoted = (subject.passage.quote(ends.start, ends.end), body.passage.quote(begins.start, begins.end))
        for detector, weight in _weighed(message.around(body, 0, addressed=True), seam, matched):
            yield _finding(detector, weight, body, *quoted)

    def _links(self, reading: Reading, message: Message) -> Iterator[Finding]:
        """What the links lead to, and the accounts that are named without one."""
        for link in reading.links:
            if judged := self._sites.judge(link.target):
                page, number = _standing(message, link)
                yield from self._link(judged, message, page, number, (link.place, link.written))
        for page in message.pages:
            for name, start, end in islice(page.accounts(), ACCOUNTS):
                if judged := self._sites.judge(name):
                    yield from self._link(judged, message, page, page.at(start), page.passage.quote(start, end))

    def _link(self, judged: Judged, message: Message, page: Page, number: int, quoted: tuple[Place, str]) -> Iterator[Finding]:
        around = message.around(page, number)
        weight = judged.weight * (1.0 if around.near("OPME") else judged.alone)
        if (kept := weight * factor(around, Category.POLITICAL, Kind.LINK)) >= LEAST:
            yield _finding(judged, kept, page, quoted)


def _with_signs(message: Message, said: list[Finding]) -> list[Finding]:
    """What was found, and what is promoted on signs: a sign and the sentences on it are one thing."""
    for page in message.pages:
        for sign in () if message.headed(page) else page.signs:
            finding = _of_sign(message, page, sign)
            if finding is None:
                continue
            place = finding.evidence[0].place
            same = [one for one in said if one.category is finding.category and _within(one.evidence[0].place, place)]
            first = max(same, key=lambda one: one.weight, default=finding)
            said = [*(one for one in said if one is not first), replace(finding, weight=max(finding.weight, first.weight))]
    return said


def _of_sign(message: Message, page: Page, sign: Sign) -> Finding | None:
    if (promoted := found(sign)) is None:
        return None
    around = message.around(page, page.at(sign.start), addressed=True)
    weight = promoted.weight * factor(around, promoted.category, promoted.kind)
    return _finding(promoted, weight, page, page.passage.quote(sign.start, sign.end)) if weight >= LEAST else None


def _imprints(message: Message) -> Iterator[Finding]:
    """What the law has a committee say counts by whose words it is among, and by nothing that is said around it."""
    for page in message.pages:
        for start, end in imprints(page.text, page.low, partial(_names_party, page)):
            weight = IMPRINT.weight * message.around(page, page.at(start)).worth
            if weight >= LEAST:
                yield _finding(IMPRINT, weight, page, page.passage.quote(start, end))


def _names_party(page: Page, start: int, end: int) -> bool:
    return any(term.mark == "P" for term in page.within(start, end))


def _within(inner: Place, outer: Place) -> bool:
    same = _whose(inner) == _whose(outer)
    return same and (outer.start or 0) <= (inner.start or 0) and (inner.end or 0) <= (outer.end or 0)


def _matched(sentence: Sentence) -> list[tuple[Detector, Row]]:
    """The rules that match."""
    masked = sentence.masked
    return [RULES[rule] for rule in sentence.rules if _matches(RULES[rule][1], masked)]


def _weighed(around: Around, sentence: Sentence, matched: Iterable[tuple[Detector, Row]]) -> list[tuple[Detector, float]]:
    """Each detector that found something, by its weightiest row, if that weighs enough.

    A weak kind counts less beside a weightier one in the same sentence: it sees the same thing. No surroundings add weight, so
    that most are not asked of a row that has too little without them.
    """
    best: dict[str, tuple[float, Detector]] = {}
    for detector, row in matched:
        weight = row.weight if not row.near or around.near(row.near) else row.weight * row.alone
        if weight < LEAST:
            continue
        mentioned = not _matches(row, sentence.spoken)
        weight *= factor(around, detector.category, detector.kind, mentioned=mentioned)
        if weight > best.get(detector.name, (0.0, detector))[0]:
            best[detector.name] = weight, detector
    most = max((weight for weight, _ in best.values()), default=0.0)
    counted = [(d, weight * BESIDE if d.kind in WEAK and weight < most else weight) for weight, d in best.values()]
    return [(detector, weight) for detector, weight in counted if weight >= LEAST]


def _together(subject: Page, ends: Sentence, body: Page, begins: Sentence) -> Passage:
    """The end of the subject and the beginning of the body as one text, as readers take them."""
    text = f"{subject.text[ends.start :]} {body.text[begins.start : begins.end]}"
    return Passage(text=text, place=subject.passage.place, folded=text, offsets=range(len(text) + 1))


def _finding(by: Detector | Judged | Promoted, weight: float, page: Page, *quoted: tuple[Place, str]) -> Finding:
    hidden = page.origin is Origin.HIDDEN
    return Finding(
        category=by.category,
        kind=by.kind,
        detector=by.name,
        says=by.says.removesuffix(".") + ", in text that is hidden from readers." if hidden else by.says,
        weight=round(weight, 3),
        evidence=tuple(Evidence(place=place, quote=quote) for place, quote in quoted),
    )


def _matches(row: Row, masked: str) -> bool:
    found = row.pattern.search(masked)
    return found is not None and not negated(masked, found.start())


def _chosen(message: Message) -> tuple[list[tuple[Page, int]], tuple[Unread, ...]]:
    """The sentences that a rule may match in, and the passages where they were too many.

    Those that most rules may match in come first, so that none is hidden behind thousands of others.
    """
    found = [(page, number) for page in message.pages for number, sentence in enumerate(page.sentences) if sentence.rules]
    if len(found) <= SENTENCES:
        return found, ()
    found.sort(key=_promise, reverse=True)
    left = dict.fromkeys(page.passage.place for page, _ in found[SENTENCES:])
    return found[:SENTENCES], tuple(Unread(place=place, why="too long to be judged whole") for place in left)


def _beyond(opinion: Opinion) -> Iterator[Unread]:
    if opinion.left:
        yield Unread(place=Place(), why=f"too long to be judged whole: {opinion.left} of its sentences were not")


def _promise(at: tuple[Page, int]) -> float:
    page, number = at
    return sum(RULES[rule][1].weight for rule in page.sentences[number].rules)


def _weightiest(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    said: defaultdict[tuple[Category, str], list[Finding]] = defaultdict(list)
    for finding in findings:
        said[finding.category, finding.detector].append(finding)
    kept = chain.from_iterable(sorted(many, key=lambda finding: -finding.weight)[:MOST] for many in said.values())
    return tuple(sorted(kept, key=lambda finding: -finding.weight))


def _standing(message: Message, link: Link) -> tuple[Page, int]:
    """The sentence a link stands in; the first of the message if it stands in none that was read."""
    start = link.place.start or 0
    for page in message.pages:
        place = page.passage.place
        if _whose(place) == _whose(link.place) and (place.start or 0) <= start < (place.end or 0):
            folded = bisect_right(page.passage.offsets, start - (place.start or 0)) - 1
            return page, page.at(max(0, folded))
    return message.pages[0], 0


def _whose(place: Place) -> tuple[str, str, str, int | None]:
    """Which text the offsets of a place count in."""
    return place.part, place.header, place.name, place.page


def _passages(reading: Reading) -> Iterator[Passage]:
    """Those of the reading, and the subject if it is not among them."""
    if not any(passage.place.header.lower() == "subject" for passage in reading.passages):
        folded, offsets = fold(reading.subject)
        place = Place(header="Subject", start=0, end=len(reading.subject))
        yield Passage(text=reading.subject, place=place, folded=folded, offsets=offsets)
    yield from reading.passages


def _of_roster(roster: Roster) -> Iterator[tuple[str, str]]:
    yield from (("N", name) for name in roster.people)
    yield from (("P", name) for name in roster.parties)
    yield from (("M", name) for name in roster.measures)
    yield from (("E", name) for name in roster.platforms)


@cache
def rules_version() -> str:
    """A short hash of everything the rules are made of."""
    folder = Path(__file__).parent
    files = sorted((*folder.rglob("*.py"), *folder.glob("*.txt")))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]
