"""An account that may leave the house: no line of it points at one person.

Lines of fewer than FEW messages or of one sender alone are put together. Where that would leave one such line, it could be
told from the sum, so the next smallest joins it; several of one sender each count as one such line, since he may be the same.
Each line of the reviewers is one person, so they are left out.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce

from gateway.report.types import Figures, Report, Row

FEW = 5
TOGETHER = f"those with fewer than {FEW} messages or one sender"


def handed_on(report: Report) -> Report:
    """The same account with such lines together, and the reviewers left out."""
    if report.whole.held and _points(report.whole):
        nothing = replace(report, whole=Figures(), sections={}, periods=(), decided={})
        return replace(nothing, handed_on=True, withheld=True)
    sections = {name: _together(rows) for name, rows in report.sections.items() if name != "reviewer"}
    return replace(report, sections=sections, periods=_runs(report.periods), handed_on=True)


def _together(rows: Sequence[Row]) -> Sequence[Row]:
    small = [row for row in rows if _points(row.figures)]
    rest = sorted((row for row in rows if not _points(row.figures)), key=lambda row: row.figures.held)
    while small and rest and (len(small) == 1 or _points(_sum(small))):
        small.append(rest.pop(0))
    kept = [_without_longest(row) for row in rows if row in rest]
    if not small:
        return kept
    return [*kept, Row(what=TOGETHER, figures=replace(_sum(small), longest=None))]


def _points(figures: Figures) -> bool:
    return figures.held < FEW or figures.senders < 2  # noqa: PLR2004  -- one alone


def _sum(rows: Sequence[Row]) -> Figures:
    return reduce(lambda one, other: one + other, (row.figures for row in rows), Figures())


def _without_longest(row: Row) -> Row:
    """The longest is a single case."""
    return replace(row, figures=replace(row.figures, longest=None))


def _runs(periods: Sequence[Row]) -> Sequence[Row]:
    """Neighbouring periods together until each points at nobody; the last, if it does, joins the one before."""
    runs: list[list[Row]] = []
    for row in periods:
        if runs and _points(_sum(runs[-1])):
            runs[-1].append(row)
        else:
            runs.append([row])
    if len(runs) > 1 and _points(_sum(runs[-1])):
        last = runs.pop()
        runs[-1] += last
    return [_run(run) for run in runs]


def _run(run: Sequence[Row]) -> Row:
    if len(run) == 1:
        return _without_longest(run[0])
    return Row(what=f"{run[0].what} to {run[-1].what}", figures=replace(_sum(run), longest=None))
