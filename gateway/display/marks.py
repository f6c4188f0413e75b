"""Marking passages: in text by their place, in HTML by their words."""

import re
from collections.abc import Iterator, Sequence

from gateway.display.types import Mark, Run
from gateway.reading import Passage

_CONTROLS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_LONGEST = 2000


def visible(text: str) -> str:
    """Text in which nothing moves the cursor or turns the direction of writing."""
    return _CONTROLS.sub("\ufffd", text.replace("\r\n", "\n")).encode("utf-8", "replace").decode("utf-8")


def runs(passage: Passage, marks: Sequence[Mark]) -> tuple[Run, ...]:
    """The passage in runs, those marked that a finding rests on."""
    base, made, at = passage.place.start or 0, [], 0
    for start, end, says in _spans(passage, marks, base):
        if start > at:
            made.append(Run(text=visible(passage.text[at:start])))
        if end > max(start, at):
            made.append(Run(text=visible(passage.text[max(start, at) : end]), says=says))
        at = max(at, end)
    if at < len(passage.text):
        made.append(Run(text=visible(passage.text[at:])))
    return tuple(made)


def _spans(passage: Passage, marks: Sequence[Mark], base: int) -> list[tuple[int, int, str]]:
    found = []
    for mark in marks:
        if not _same_place(passage, mark):
            continue
        if mark.start is not None and mark.end is not None:
            start, end = max(0, mark.start - base), min(len(passage.text), mark.end - base)
        else:
            start = passage.text.find(mark.quote)
            end = start + len(mark.quote)
        if 0 <= start < end:
            found.append((start, end, mark.says))
    return sorted(found)


def _same_place(passage: Passage, mark: Mark) -> bool:
    place = passage.place
    return (place.part, place.header, place.name, place.page) == (mark.part, mark.header, mark.name, mark.page)


def in_words(text: str, marks: Sequence[Mark]) -> Iterator[Run]:
    """A page's whole text in runs, marked where the quotes of findings stand, however their blanks are written."""
    at = 0
    for start, end, says in sorted(_quoted(text, marks)):
        if start < at:
            continue
        yield Run(text=text[at:start])
        yield Run(text=text[start:end], says=says)
        at = end
    yield Run(text=text[at:])


def _quoted(text: str, marks: Sequence[Mark]) -> Iterator[tuple[int, int, str]]:
    for mark in marks:
        words = mark.quote[:_LONGEST].split()
        if words and not mark.header:
            pattern = r"\s*".join(map(re.escape, words))
            yield from ((found.start(), found.end(), mark.says) for found in re.finditer(pattern, text))
