"""Tables of what the judge makes of labelled messages: `python -m gateway.training.evaluate [--errors] FILES`.

Flagged is unsure or match on either category; matched is match. Violations should be flagged, ordinary messages not.
The tables are of the model alone: what rules and roster add is not counted here.
"""

import argparse
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from gateway.model import Judge, load_judge
from gateway.training.examples import rows, said
from gateway.training.measures import Share, average_precision
from gateway.verdict import Category


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A labelled message and what became of it. score: the greater of the two probabilities."""

    id: str
    writer: str
    expect: str
    subtype: str
    difficulty: str
    side: str
    score: float
    flagged: bool
    matched: bool

    @property
    def offends(self) -> bool:
        """True for a violation."""
        return self.expect != "neither"


def judged(judge: Judge, path: Path) -> Iterator[Judged]:
    """Every row of a file, judged. Raises ValueError with file and line for a row that is none."""
    for row in rows(path):
        sentences, subject = said(row["subject"], row["body"])
        scores = judge.score(sentences, subject=subject).scores
        scales = judge.card.scales
        yield Judged(
            id=str(row["id"]),
            writer=path.stem,
            expect=row["expect"],
            subtype=row.get("subtype") or "",
            difficulty=row.get("difficulty") or "",
            side=row.get("side") or row.get("lean") or row.get("faith") or "",
            score=max(scores.values()),
            flagged=any(scores[each] >= scales[each].unsure for each in Category),
            matched=any(scores[each] >= scales[each].match for each in Category),
        )


def tables(found: Sequence[Judged]) -> Iterator[str]:
    """Lines of text: all together, then by writer, kind, difficulty and side."""
    yield from _table("all", found, lambda _: "all")
    yield from _table("writer", found, lambda each: each.writer)
    yield from _table("kind", found, lambda each: each.subtype)
    yield from _table("difficulty", found, lambda each: each.difficulty)
    yield from _table("side", [each for each in found if each.offends], lambda each: each.side)


def _table(title: str, found: Iterable[Judged], key: Callable[[Judged], str]) -> Iterator[str]:
    groups: defaultdict[str, list[Judged]] = defaultdict(list)
    for each in found:
        groups[key(each) or "-"].append(each)
    yield f"\n{title:<26}{'AP':>6}  {'violations flagged':<34}{'violations matched':<34}{'ordinary flagged':<34}ordinary matched"
    for name, group in sorted(groups.items()):
        bad, good = [each for each in group if each.offends], [each for each in group if not each.offends]
        precision = f"{average_precision((each.score, each.offends) for each in group):6.3f}" if bad and good else "     -"
        cells = [_share(bad, "flagged"), _share(bad, "matched"), _share(good, "flagged"), _share(good, "matched")]
        yield f"{name[:25]:<26}{precision}  " + "".join(f"{cell:<34}" for cell in cells).rstrip()


def _share(group: Sequence[Judged], what: str) -> str:
    return str(Share(sum(getattr(each, what) for each in group), len(group))).strip() if group else "-"


def errors(found: Iterable[Judged]) -> Iterator[str]:
    """Every violation that is not flagged and every ordinary message that is, the worst first."""
    wrong = [each for each in found if each.offends != each.flagged]
    for each in sorted(wrong, key=lambda each: (each.offends, -abs(each.score - 0.5))):
        what = "missed" if each.offends else "matched" if each.matched else "flagged"
        yield f"{what:<8}{each.score:6.3f}  {each.writer}/{each.id}  {each.expect} {each.subtype} {each.difficulty}"


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="gateway.training.evaluate", description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--weights", type=Path, help="a folder of weights; those that ship if not given")
    parser.add_argument("--errors", action="store_true", help="list every error")
    chosen = parser.parse_args()
    judge = load_judge(chosen.weights)
    found = [each for path in chosen.files for each in judged(judge, path)]
    print("\n".join((f"model {judge.version}", *tables(found), *(("", *errors(found)) if chosen.errors else ()))))  # noqa: T201  -- a command's answer


if __name__ == "__main__":
    main()
