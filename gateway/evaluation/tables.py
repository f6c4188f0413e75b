"""Tables of what becomes of labelled messages, with intervals, and the list of every error.

Flagged is unsure or match on either category; matched is match. Violations should be flagged, ordinary messages not.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.evaluation.labelled import Labelled
from gateway.evaluation.measures import average_precision
from gateway.share import Share
from gateway.verdict import Label, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A labelled message and what became of it."""

    message: Labelled
    verdict: Verdict

    @property
    def offends(self) -> bool:
        """True for a violation."""
        return self.message.offends

    @property
    def score(self) -> float:
        """The greater of the two."""
        return max(self.verdict.scores.values())

    @property
    def flagged(self) -> bool:
        """Unsure or match."""
        return any(label is not Label.CLEAR for label in self.verdict.labels.values())

    @property
    def matched(self) -> bool:
        """Match."""
        return Label.MATCH in self.verdict.labels.values()


WHAT = ("violations flagged", "violations matched", "ordinary flagged", "ordinary matched")
_BY: Mapping[str, Callable[[Judged], str]] = {
    "all": lambda _: "all",
    "writer": lambda each: each.message.writer,
    "kind": lambda each: each.message.subtype,
    "difficulty": lambda each: each.message.difficulty,
    "side": lambda each: each.message.side if each.offends else "",
}


def tables(found: Sequence[Judged]) -> Iterator[str]:
    """Lines of text: all together, then by writer, kind, difficulty and side."""
    for title, groups in _grouped(found):
        yield f"\n{title:<26}{'AP':>6}  " + "".join(f"{what:<40}" for what in WHAT).rstrip()
        for name, group in groups:
            precision = _precision(group)
            cells = [str(share).strip() if share.of else "-" for share in _shares(group).values()]
            said = f"{precision:6.3f}" if precision is not None else "     -"
            yield f"{name[:25]:<26}{said}  " + "".join(f"{cell:<40}" for cell in cells).rstrip()


def as_json(found: Sequence[Judged]) -> dict[str, Any]:
    """The tables as JSON can say them."""
    return {
        title: {
            name: {"precision": _precision(group), **{what: _plain(share) for what, share in _shares(group).items()}}
            for name, group in groups
        }
        for title, groups in _grouped(found)
    }


def errors(found: Iterable[Judged]) -> Iterator[str]:
    """Every violation that is not flagged and every ordinary message that is, the worst first."""
    wrong = [each for each in found if each.offends != each.flagged]
    for each in sorted(wrong, key=lambda each: (each.offends, -abs(each.score - 0.5))):
        what = "missed" if each.offends else "matched" if each.matched else "flagged"
        about = each.message
        yield f"{what:<8}{each.score:6.3f}  {about.writer}/{about.id}  {about.expect} {about.subtype} {about.difficulty}"


def _grouped(found: Sequence[Judged]) -> Iterator[tuple[str, list[tuple[str, list[Judged]]]]]:
    for title, key in _BY.items():
        groups: defaultdict[str, list[Judged]] = defaultdict(list)
        for each in found:
            if name := key(each):
                groups[name].append(each)
        if groups:
            yield title, sorted(groups.items())


def _shares(group: Sequence[Judged]) -> dict[str, Share]:
    bad, good = [each for each in group if each.offends], [each for each in group if not each.offends]
    counted = [(sum(getattr(each, what) for each in some), len(some)) for some in (bad, good) for what in ("flagged", "matched")]
    return {what: Share(count, of) for what, (count, of) in zip(WHAT, counted, strict=True)}


def _precision(group: Sequence[Judged]) -> float | None:
    both = len({each.offends for each in group}) > 1
    return round(average_precision((each.score, each.offends) for each in group), 4) if both else None


def _plain(share: Share) -> dict[str, float]:
    low, high = share.interval
    return {"share": round(share.value, 4), "low": round(low, 4), "high": round(high, 4), "count": share.count, "of": share.of}
