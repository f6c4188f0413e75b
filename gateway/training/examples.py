"""Labelled messages, read and masked as the gateway reads and masks them.

A file is JSON Lines. A row: id, subject, body, expect (political, religious or neither); and, where known, spans (the words
that carry the offence), pair (the twins' common name), subtype, difficulty, side, lang. `load` raises ValueError with
file and line for a row that is none.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from gateway.classify.sentences import spans as sentences
from gateway.classify.spelling import plainly
from gateway.evaluation.labelled import rows, written
from gateway.model import Line, Masker, WordPieces, lines_of
from gateway.naming.letters import bare
from gateway.reading import Origin, Reader, fold
from gateway.verdict import Category, Kind

KINDS = {
    "endorsement": Kind.ENDORSEMENT,
    "slate": Kind.ENDORSEMENT,
    "voting-advice": Kind.VOTING_ADVICE,
    "gotv-partisan": Kind.VOTING_ADVICE,
    "candidate-promo": Kind.PROMOTION,
    "event": Kind.PROMOTION,
    "fundraising": Kind.FUND_RAISING,
    "pac": Kind.FUND_RAISING,
    "ballot": Kind.BALLOT_MEASURE,
    "volunteer": Kind.CAMPAIGN_WORK,
    "petition": Kind.CAMPAIGN_WORK,
    "signs": Kind.CAMPAIGN_WORK,
    "candidate-link": Kind.LINK,
    "party": Kind.PARTISAN_OPINION,
    "partisan-opinion": Kind.PARTISAN_OPINION,
    "hit-piece": Kind.PARTISAN_OPINION,
    "insinuation": Kind.INSINUATION,
    "faith-promotion": Kind.RELIGIOUS_PROMOTION,
}
"""What the writers of messages call an offence, and what kind it is."""
_ENOUGH, _SHARED = 4, 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A labelled message.

    marks: for every line 1.0 if it carries the offence, 0.0 if not; empty if nobody said which lines do
    written, offends: its sentences as they are written, and the same mark for each of them
    kind: of the offence, where it is known
    """

    id: str
    writer: str
    expect: Category | None
    lines: tuple[Line, ...]
    marks: tuple[float, ...]
    written: tuple[str, ...] = ()
    offends: tuple[float, ...] = ()
    twins: str = ""
    kind: Kind | None = None


def said(subject: str, body: str) -> tuple[list[tuple[Origin, str]], int]:
    """Every sentence and whose it is, as the gateway reads a plain message; how many of them, the first, are the subject's."""
    title = plainly(fold(subject)[0])
    of_subject = [(Origin.NEW, title[start:end]) for start, end in sentences(title)]
    of_body = [
        (passage.origin, text[start:end])
        for passage in Reader().read(written(subject, body)).passages
        if passage.place.header.lower() != "subject"
        for text in [plainly(passage.folded)]
        for start, end in sentences(text)
    ]
    return of_subject + of_body, len(of_subject)


class Loader:
    """Reads rows into examples; one masker and one vocabulary for all."""

    def __init__(self, pieces: WordPieces) -> None:
        self._pieces, self._masker = pieces, Masker()

    def load(self, path: Path) -> list[Example]:
        """All rows of a file; the writer is the file's name. Raises ValueError."""
        return [self.example(row, path.stem) for row in rows(path)]

    def example(self, row: dict[str, Any], writer: str) -> Example:
        """One row, as `rows` gives it."""
        expect = None if row["expect"] == "neither" else Category(row["expect"])
        spoken, subject = said(row["subject"], row["body"])
        texts = [text for _, text in spoken]
        marks = _marks(texts, row.get("spans") or ()) if expect else (0.0,) * len(texts)
        lines = [
            lines_of(self._pieces.numbers(self._masker.mask(text)), origin, subject=number < subject)
            for number, (origin, text) in enumerate(spoken)
        ]
        return Example(
            id=row["id"],
            writer=writer,
            expect=expect,
            lines=tuple(chain.from_iterable(lines)),
            marks=tuple(mark for mark, parts in zip(marks, lines, strict=bool(marks)) for _ in parts),
            written=tuple(texts),
            offends=marks,
            twins=f"{writer}/{row['pair']}" if row.get("pair") else "",
            kind=KINDS.get(row.get("subtype") or "") if expect else None,
        )


def _marks(texts: Sequence[str], spans: Sequence[str]) -> tuple[float, ...]:
    """By the words of the spans, since quote marks and line ends may stand between them; none if nothing is found."""
    wanted = [_words(span) for span in spans if span.strip()]
    marks = tuple(float(any(_carries(_words(text), words) for words in wanted)) for text in texts)
    return marks if any(marks) else ()


def _words(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"\w+", bare(text).lower()))


def _carries(said: tuple[str, ...], span: tuple[str, ...]) -> bool:
    """A sentence carries a span if it stands in it whole, or is a part of it, or shares a long run of its words with it."""
    if not said or not span:
        return False
    short, long = sorted((said, span), key=len)
    if _run(short, long) == len(short):
        return len(short) == len(span) or len(short) >= _ENOUGH or set(said) <= set(span)
    return _run(short, long) >= max(_ENOUGH, int(_SHARED * len(short)))


def _run(short: tuple[str, ...], long: tuple[str, ...]) -> int:
    """The longest run of words that stands in both."""
    best, before = 0, [0] * (len(long) + 1)
    for word in short:
        here = [0] * (len(long) + 1)
        for at, other in enumerate(long, 1):
            if word == other:
                here[at] = before[at - 1] + 1
                best = max(best, here[at])
        before = here
    return best
