"""The account as text, CSV and JSON, with the same figures as the page."""

import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from gateway.report import words
from gateway.report.page import document
from gateway.report.types import SECTIONS, Figures, Report, Row
from gateway.share import Share

_FORMULA = tuple("=+-@'\t\r")
"""How a cell must not begin: a spreadsheet would take it for a formula. An apostrophe goes before it."""
_CSV = (
    *("section", "name", "held", "waiting", "released", "denied", "expired", "withdrawn"),
    *("released_of", "released_low", "released_high", "median_seconds", "ninth_decile_seconds", "longest_seconds"),
)
_INDENT = 52


def written(report: Report, form: str) -> str:
    """The account in one of FORMS. Raises KeyError."""
    return FORMS[form](report)


def _text(report: Report) -> str:
    """For a terminal."""
    lines = ["Account of even-handedness", f"{words.asked(report.question)}. {words.headed(report)}", ""]
    lines += [sentence for sentence in (*words.summary(report), words.decided(report)) if sentence]
    for name in SECTIONS:
        if rows := report.sections.get(name):
            lines += ["", words.HEADINGS[name], *_rows(name, rows)]
    if report.periods:
        lines += ["", f"Over time, by {report.period}", *_rows("", report.periods)]
    if found := words.contrasts(report):
        lines += ["", "Are groups treated differently?"]
        lines += [f"  {one.what[: _INDENT - 3]:<{_INDENT - 2}}{words.points(one.apart):<28}{one.says}" for one in found]
        lines += ["", *filter(None, (words.chance(found), words.MAY, words.MAY_NOT))]
    return "\n".join(lines) + "\n"


def _rows(section: str, rows: Sequence[Row]) -> Iterator[str]:
    widths = (7, 9, 10, 8, 13, 11, 34, 14, 14, 14)
    titles = "".join(f"{name:<{width}}" for name, width in zip(words.COLUMNS, widths, strict=True))
    yield f"  {'':<{_INDENT - 2}}{titles}".rstrip()
    for row in rows:
        cells = "".join(f"{cell:<{width}}" for cell, width in zip(words.cells(row.figures), widths, strict=True))
        yield f"  {_printable(words.named(section, row.what))[: _INDENT - 3]:<{_INDENT - 2}}{cells}".rstrip()


def _csv(report: Report) -> str:
    """RFC 4180. A share is its count, its number and its interval; small ones have no other form."""
    to = io.StringIO(newline="")
    rows = csv.writer(to)
    rows.writerow(_CSV)
    for section, row in _all(report):
        rows.writerow([section, _cell(words.named(section, row.what)), *_numbers(row.figures)])
    for word, count in report.decided.items():
        rows.writerow(["decided by rule", word, count, *[""] * 11])
    return to.getvalue()


def _numbers(figures: Figures) -> list[object]:
    share = figures.overturned
    low, high = (f"{end:.4f}" for end in share.interval) if share.of else ("", "")
    counts = [figures.held, figures.waiting, figures.released, figures.denied, figures.expired, figures.withdrawn]
    return [*counts, share.of, low, high, *map(_seconds, (figures.median, figures.most, figures.longest))]


def _all(report: Report) -> Iterator[tuple[str, Row]]:
    yield "all", Row(what="", figures=report.whole)
    for name in SECTIONS:
        yield from ((name, row) for row in report.sections.get(name, ()))
    yield from ((report.period, row) for row in report.periods)


def _json(report: Report) -> str:
    return json.dumps(_shown(report), indent=2, ensure_ascii=False) + "\n"


def _shown(report: Report) -> dict[str, Any]:
    question = report.question
    return {
        "drawn_up": report.at.isoformat(timespec="seconds"),
        "asked": {
            "from": question.since.isoformat() if question.since else None,
            "until": question.until.isoformat() if question.until else None,
            "group": question.group or None,
            "policy": question.policy or None,
        },
        "handed_on": report.handed_on,
        "all": _figures(report.whole),
        **{name: [_row(name, row) for row in rows] for name, rows in report.sections.items()},
        report.period: [_row("", row) for row in report.periods],
        "decided_by_rule": {"since": report.counted_since.isoformat() if report.counted_since else None, **report.decided},
        "compared": [
            {
                "group": one.what,
                "own": _share(one.own),
                "others": _share(one.others),
                "difference": [round(end, 4) for end in one.apart] if one.apart else None,
                "says": one.says,
            }
            for one in words.contrasts(report)
        ],
        "caution": [words.MAY, words.MAY_NOT],
    }


def _row(section: str, row: Row) -> dict[str, Any]:
    return {"name": words.named(section, row.what), **_figures(row.figures)}


def _figures(figures: Figures) -> dict[str, Any]:
    said = {name: value for name, value in asdict(figures).items() if isinstance(value, int) and name != "senders"}
    took = {"median": figures.median, "ninth_decile": figures.most, "longest": figures.longest}
    return said | {"released_share": _share(figures.overturned), "seconds": {name: _seconds(one) for name, one in took.items()}}


def _share(share: Share) -> dict[str, Any]:
    return {"count": share.count, "of": share.of, "interval": [round(end, 4) for end in share.interval] if share.of else None}


def _seconds(took: timedelta | None) -> int | None:
    return None if took is None else round(took.total_seconds())


def _cell(text: str) -> str:
    said = _printable(text)
    return f"'{said}" if said.startswith(_FORMULA) else said


def _printable(text: str) -> str:
    return "".join(character if character.isprintable() else "\ufffd" for character in text)


FORMS: dict[str, Callable[[Report], str]] = {"text": _text, "csv": _csv, "json": _json, "html": document}
