"""The account as HTML: for the console's page, and by itself, to be printed. No script, nothing loaded from anywhere."""

from collections.abc import Iterator, Sequence
from html import escape

from gateway.report import charts, words
from gateway.report.types import SECTIONS, Report, Row

_STYLE = """
body{font:16px/1.5 Georgia,serif;max-width:64rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a;background:#fff}
h1{font-size:1.6rem;margin-bottom:0}h2{font-size:1.2rem;margin-top:2rem;break-after:avoid}
table{border-collapse:collapse;width:100%;font-size:.85rem}
th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #ccc}
th{font-weight:600}tbody th{font-weight:400}td,th{vertical-align:bottom}.n{text-align:right;font-variant-numeric:tabular-nums}
.wide{overflow-x:auto}.chart{width:100%;max-width:46rem;height:auto;display:block}.whisker{width:7rem;height:.8rem;display:block}
.soft{color:#555}tr{break-inside:avoid}
"""
_NUMBERS = 6
"""So many cells of a row are bare numbers."""


def document(report: Report) -> str:
    """A page by itself."""
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>Account of even-handedness</title><style>{_STYLE}</style></head><body><h1>Account of even-handedness</h1>"
        f"{body(report)}</body></html>\n"
    )


def body(report: Report) -> str:
    """All of it below the heading. Whatever was written by others is escaped."""
    return "".join((*_summary(report), *_time(report), *_sections(report), *_caution(report)))


def _card(heading: str, *inside: str) -> str:
    return f'<section class="card stack"><h2>{escape(heading)}</h2>{"".join(inside)}</section>'


def _summary(report: Report) -> Iterator[str]:
    said = "".join(f"<p>{escape(sentence)}</p>" for sentence in (*words.summary(report), words.decided(report)) if sentence)
    yield f'<p class="soft">{escape(words.asked(report.question))}. {escape(words.headed(report))}</p>'
    yield _card("In all", said)


def _time(report: Report) -> Iterator[str]:
    if not report.whole.held:
        return
    drawn = f"<figure>{charts.over_time(report.periods, report.period)}</figure>"
    table = _table("", f"Over time, by {report.period}", report.period, report.periods)
    yield _card("Over time", drawn, f"<details><summary>The same in figures</summary>{table}</details>")


def _sections(report: Report) -> Iterator[str]:
    for name in SECTIONS:
        if rows := report.sections.get(name):
            yield _card(words.HEADINGS[name], *_before(name), _table(name, words.HEADINGS[name], name, rows))
        if name == "group":
            yield from _contrasts(report)


def _before(name: str) -> Iterator[str]:
    if name == "group":
        yield '<p class="soft">As the groups were when each message came. Somebody in two groups is counted in both.</p>'
    if name == "reviewer":
        said = "Reviewers get different messages; a share alone says nothing of a reviewer. What took two is in the rows of both."
        yield f'<p class="soft">{said}</p>'


def _table(section: str, label: str, first: str, rows: Sequence[Row]) -> str:
    head = "".join(_head(name, number < _NUMBERS) for number, name in enumerate(words.COLUMNS))
    lines = "".join(_line(words.named(section, row.what), row) for row in rows)
    return (
        f'<div class="wide" tabindex="0" role="region" aria-label="{escape(label)}"><table class="figures"><thead><tr>'
        f'<th scope="col">{escape(first.capitalize())}</th>{head}</tr></thead><tbody>{lines}</tbody></table></div>'
    )


def _head(name: str, number: bool) -> str:  # noqa: FBT001  -- of a column
    return f'<th scope="col"{" class=n" if number else ""}>{escape(name.capitalize())}</th>'


def _line(what: str, row: Row) -> str:
    *numbers, share, median, most, longest = words.cells(row.figures)
    counts = "".join(f'<td class="n">{number}</td>' for number in numbers)
    drawn = charts.whisker(row.figures.overturned)
    lengths = "".join(f"<td>{span}</td>" for span in (median, most, longest))
    return f'<tr><th scope="row">{escape(what)}</th>{counts}<td>{drawn}{share}</td>{lengths}</tr>'


def _contrasts(report: Report) -> Iterator[str]:
    found = words.contrasts(report)
    if not found:
        return
    lines = "".join(
        f'<tr><th scope="row">{escape(one.what)}</th><td>{words.share(one.own)}</td><td>{words.share(one.others)}</td>'
        f'<td>{charts.reach(one.apart)}{words.points(one.apart)}</td><td class="words">{one.says}</td></tr>'
        for one in found
    )
    heads = ("Group", "Released, of its own ruled on", "Of everybody else's", "Difference", "What that says")
    head = "".join(f'<th scope="col">{name}</th>' for name in heads)
    yield _card(
        "Are groups treated differently?",
        f'<div class="wide" tabindex="0" role="region" aria-label="Groups compared"><table class="figures"><thead><tr>{head}'
        f"</tr></thead><tbody>{lines}</tbody></table></div>",
        *(f"<p>{sentence}</p>" for sentence in (words.chance(found),) if sentence),
    )


def _caution(report: Report) -> Iterator[str]:
    if report.whole.held:
        yield _card("What may be concluded", f"<p>{words.MAY}</p>", f"<p>{words.MAY_NOT}</p>")
    yield (
        '<p class="soft">Intervals hold the true share with 95 % confidence (Wilson). Fewer than '
        f"{words.ENOUGH} rulings are said as a count with its interval. Times are of rulings by persons. {words.DENIED}</p>"
    )
