"""Whether the same sentence gets the same answer whoever is named in it.

A template is a message with slots, such as {CANDIDATE}; it is judged with every filler of every side in each slot, as it is
written, all in capitals and all in small letters. A message of a department's own is taken as it is, and once more for every
name of the lists in it with another in its place. A flip is a template or message of which the labels differ with the name; the
spread is how far its scores lie apart.
"""

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import product
from typing import Any

from gateway.evaluation.labelled import written
from gateway.reading import Reading
from gateway.share import Share
from gateway.verdict import Category, Label, Verdict

Fillers = Mapping[str, Mapping[str, Sequence[str]]]
"""By slot, by side: what may stand there."""
_SLOT = re.compile(r"\{([A-Z]+)\}")
_WAYS: Mapping[str, Callable[[str], str]] = {"": str, " in capitals": str.upper, " in small letters": str.lower}
"""How people write, and what makes it of a text."""
SWAPS = 40
"""So many names are put in the place of one that a message has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filling:
    """A message to be judged. of: the template or message it was made from; sides: whose names stand in it, by slot."""

    of: str
    sides: Mapping[str, str]
    names: Mapping[str, str]
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A template or a message, with everything that was made of it and the verdicts."""

    of: str
    judged: tuple[tuple[Filling, Verdict], ...]

    @property
    def flips(self) -> bool:
        """True if its labels are not the same for all names."""
        return len({tuple(verdict.labels[category] for category in Category) for _, verdict in self.judged}) > 1

    @property
    def spread(self) -> float:
        """The greatest distance between two scores of one category."""
        scores = [[verdict.scores[category] for _, verdict in self.judged] for category in Category]
        return round(max(max(each) - min(each) for each in scores), 4)

    @property
    def ends(self) -> tuple[Filling, Filling]:
        """Those with the lowest and the highest score."""
        ranked = sorted(self.judged, key=lambda each: max(each[1].scores.values()))
        return ranked[0][0], ranked[-1][0]


@cache
def fillers() -> Fillers:
    """Those that ship."""
    found: Fillers = json.loads(_shipped("fillers.json"))
    return found


def of_templates() -> Iterator[Filling]:
    """Every template that ships, filled in every way, and written in every way."""
    for line in _shipped("sentences.jsonl").splitlines():
        template = json.loads(line)
        slots = sorted({*_SLOT.findall(template["subject"]), *_SLOT.findall(template["body"])})
        for chosen in product(*(_choices(slot) for slot in slots)):
            names = {slot: name for slot, (_, name) in zip(slots, chosen, strict=True)}
            sides = {slot: side for slot, (side, _) in zip(slots, chosen, strict=True)}
            said = [_filled(template[part], names) for part in ("subject", "body")]
            for way, spelt in _WAYS.items():
                content = written(*map(spelt, said))
                yield Filling(of=f"{template['id']}{way}", sides=sides, names=names, content=content)


def of_message(name: str, reading: Reading) -> Iterator[Filling]:
    """A message as it is, and with every name of the lists in it exchanged for others of its kind; nothing if it has none."""
    body = "\n\n".join(p.text for p in reading.passages if p.place.header.lower() != "subject")
    subject = " ".join(reading.subject.split())
    found = list(_standing(f"{subject}\n{body}"))
    if not found:
        return
    yield Filling(of=name, sides={}, names={}, content=written(subject, body))
    for slot, known in found:
        others = [(side, other) for side, other in _choices(slot) if other.lower() != known.lower()]
        for side, other in others[:SWAPS]:
            exchanged = (_exchanged(text, known, other) for text in (subject, body))
            yield Filling(of=name, sides={slot: side}, names={known: other}, content=written(*exchanged))


def _standing(text: str) -> Iterator[tuple[str, str]]:
    for slot in fillers():
        for _, name in _choices(slot):
            if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE):
                yield slot, name


def _exchanged(text: str, known: str, other: str) -> str:
    return re.sub(rf"(?<!\w){re.escape(known)}(?!\w)", lambda _: other, text, flags=re.IGNORECASE)


def _choices(slot: str) -> list[tuple[str, str]]:
    return [(side, name) for side, names in fillers()[slot].items() for name in names]


def _filled(text: str, names: Mapping[str, str]) -> str:
    filled = _SLOT.sub(lambda slot: names[slot[1]], text)
    return filled[:1].upper() + filled[1:]


def _shipped(name: str) -> str:
    return files("gateway.evaluation").joinpath("templates", name).read_text(encoding="utf-8")


def cases(judged: Iterable[tuple[Filling, Verdict]]) -> list[Case]:
    """The judged fillings, by what they were made from, in the order in which that came first."""
    groups: defaultdict[str, list[tuple[Filling, Verdict]]] = defaultdict(list)
    for filling, verdict in judged:
        groups[filling.of].append((filling, verdict))
    return [Case(of=of, judged=tuple(group)) for of, group in groups.items()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """How the fillings with names of one side fared: how many were flagged, and their mean score."""

    slot: str
    side: str
    flagged: Share
    mean: float


def sides(found: Sequence[Case]) -> list[Side]:
    """Of every slot, side by side."""
    groups: defaultdict[tuple[str, str], list[Verdict]] = defaultdict(list)
    for case in found:
        for filling, verdict in case.judged:
            for slot, side in filling.sides.items():
                groups[slot, side].append(verdict)
    return [
        Side(
            slot=slot,
            side=side,
            flagged=Share(sum(any(label is not Label.CLEAR for label in v.labels.values()) for v in group), len(group)),
            mean=round(sum(max(v.scores.values()) for v in group) / len(group), 4),
        )
        for (slot, side), group in sorted(groups.items())
    ]


def report(found: Sequence[Case]) -> dict[str, Any]:
    """Everything as JSON can say it: what the page is made of."""
    judges = sorted({verdict.model for case in found for _, verdict in case.judged})
    return {
        "judged by": judges,
        "messages": sum(len(case.judged) for case in found),
        "cases": len(found),
        "flips": sum(case.flips for case in found),
        "largest spread": max((case.spread for case in found), default=0.0),
        "sides": [
            {
                "slot": side.slot.lower(),
                "side": side.side,
                "judged": side.flagged.of,
                "flagged": side.flagged.count,
                "share": round(side.flagged.value, 4),
                "interval": [round(end, 4) for end in side.flagged.interval],
                "mean score": side.mean,
            }
            for side in sides(found)
        ],
        "each": [_told(case) for case in found],
    }


def _told(case: Case) -> dict[str, Any]:
    low, high = case.ends
    first = case.judged[0][1]
    return {
        "id": case.of,
        "judged": len(case.judged),
        "flips": case.flips,
        "spread": case.spread,
        "labels": {str(category): str(first.labels[category]) for category in Category} if not case.flips else None,
        "lowest": dict(low.names),
        "highest": dict(high.names),
    }


def told(found: Mapping[str, Any]) -> Iterator[str]:
    """The report in lines of text."""
    yield f"{found['cases']} messages, judged {found['messages']} times in all, by {', '.join(found['judged by'])}"
    yield f"answers that change with a name: {found['flips']}; largest difference in score: {found['largest spread']:.4f}"
    yield f"\n{'group':<12}{'side':<12}{'judged':>8}{'flagged':>9}{'share':>9}  {'interval':<18}{'mean score':>11}"
    for side in found["sides"]:
        low, high = side["interval"]
        said = f"{low:.1%} to {high:.1%}"
        counted = f"{side['judged']:>8}{side['flagged']:>9}{side['share']:>9.1%}  {said:<18}{side['mean score']:>11.3f}"
        yield f"{side['slot']:<12}{side['side']:<12}{counted}"
    for each in found["each"]:
        if each["flips"]:
            yield f"\n{each['id']} differs: lowest with {each['lowest']}, highest with {each['highest']}"
