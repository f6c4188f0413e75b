"""A message cut into windows that the model can read: whole sentences, each with a mark of whose words they are.

A window is `[CLS] subject sentence sentence … [SEP]`; the subject (its first sentence, or the beginning of it) stands in every
window, and a long one whole among the sentences of the first; the last sentence of a window begins the next, so that no
sentence is judged without a neighbour. A very long sentence is read as several. Nothing is left out but what is beyond `most`
windows: `windows` says how many sentences those were.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.model.tokens import FIRST, LAST
from gateway.reading import Origin

SIZE = 128
"""Word pieces in a window, at most. Training shows longer ones too (Recipe.size); shorter ones judge as well, and cost less."""
SUBJECT = 24
"""Word pieces of the subject in a window that holds more than it."""
SENTENCE = 100
"""Word pieces of a sentence; a longer one is read as several, each beginning with the last AGAIN pieces of the one before."""
AGAIN = 20
_VOICES = {Origin.NEW: 10, Origin.QUOTED: 11, Origin.FORWARDED: 12, Origin.SIGNATURE: 13, Origin.HIDDEN: 15}
_SUBJECT = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A sentence as the model reads it: masked, in word pieces, its voice before them."""

    pieces: tuple[int, ...]
    subject: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """ids: the word pieces; spans: for every sentence in it (its number, where it begins and ends in `ids`)."""

    ids: tuple[int, ...]
    spans: tuple[tuple[int, int, int], ...]


def lines_of(numbers: Sequence[int], origin: Origin, *, subject: bool = False) -> tuple[Line, ...]:
    """A sentence of that origin, in so many lines as it is long."""
    voice = _SUBJECT if subject else _VOICES[origin]
    if len(numbers) <= SENTENCE:
        return (Line(pieces=(voice, *numbers), subject=subject),)
    starts = range(0, len(numbers) - AGAIN, SENTENCE - AGAIN)
    return tuple(Line(pieces=(voice, *numbers[start : start + SENTENCE]), subject=subject) for start in starts)


def windows(
    lines: Sequence[Line], *, size: int = SIZE, most: int = 64, only: Sequence[bool] = (), worth: Sequence[float] = ()
) -> tuple[tuple[Window, ...], int]:
    """The windows of a message, and how many sentences are in none because there are more than `most`.

    only: true for each sentence that is to be read; empty for all of them. The subject is read in any case.
    worth: of each sentence, where windows are too many: those with the best in them are kept; if empty, the first ones
    """
    subjects = [number for number, each in enumerate(lines) if each.subject][:1]
    brief = [number for number in subjects if len(lines[number].pieces) <= SUBJECT or len(lines) == 1]
    others = [number for number in range(len(lines)) if number not in brief and (not len(only) or only[number])]
    room = size - 2 - sum(min(SUBJECT, len(lines[number].pieces)) for number in subjects)
    groups = _groups(lines, others, room)
    kept = _worthiest(groups, most, worth)
    left = len(others) - len({number for group in kept for number in group})
    return tuple(_window(lines, subjects, group, size) for group in kept), left


def _worthiest(groups: list[list[int]], most: int, worth: Sequence[float]) -> list[list[int]]:
    """So many of the groups, in order."""
    if len(groups) <= most or not len(worth):
        return groups[:most]
    ranked = sorted(range(len(groups)), key=lambda at: -max((worth[number] for number in groups[at]), default=0.0))
    return [groups[at] for at in sorted(ranked[:most])]


def _groups(lines: Sequence[Line], numbers: Sequence[int], room: int) -> list[list[int]]:
    """Sentences that fit in a window together, in order; a group begins with the last of the one before if that fits in too."""
    groups: list[list[int]] = [[]]
    filled = 0
    for number in numbers:
        size = len(lines[number].pieces)
        if groups[-1] and filled + size > room:
            last = groups[-1][-1]
            again = [last] if len(lines[last].pieces) + size <= room else []
            groups.append(again)
            filled = sum(len(lines[number].pieces) for number in again)
        groups[-1].append(number)
        filled += size
    return groups


def _window(lines: Sequence[Line], subjects: Sequence[int], numbers: Sequence[int], size: int) -> Window:
    ids, spans = [FIRST], []
    heads = [(number, lines[number].pieces[: SUBJECT if numbers else None]) for number in subjects]
    for number, pieces in [*heads, *((number, lines[number].pieces) for number in numbers)]:
        if pieces := pieces[: size - 1 - len(ids)]:
            spans.append((number, len(ids), len(ids) + len(pieces)))
            ids += pieces
    return Window(ids=(*ids, LAST), spans=tuple(spans))
