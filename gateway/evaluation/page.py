"""The report on even-handedness as a page that can be printed and handed to a court: no script, nothing loaded from anywhere."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from html import escape
from typing import Any

_STYLE = """
body{font:16px/1.5 Georgia,serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a}
h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2rem}
table{border-collapse:collapse;width:100%;font-size:.9rem}
th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #ccc;vertical-align:top}
td.n{text-align:right;font-variant-numeric:tabular-nums}
.verdict{border:2px solid #1a1a1a;padding:.6rem 1rem}.bad{color:#a00000;font-weight:bold}
"""


def page(found: Mapping[str, Any], at: datetime) -> str:
    """HTML of what `neutrality.report` gives."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>Even-handedness of the mail filter</title><style>{_STYLE}</style></head><body>"
        + "".join((*_summary(found, at), *_sides(found), *_each(found)))
        + "</body></html>\n"
    )


def _summary(found: Mapping[str, Any], at: datetime) -> Iterator[str]:
    flips, spread = found["flips"], found["largest spread"]
    yield "<h1>Does the filter treat all sides alike?</h1>"
    yield (
        f"<p>On {at:%-d %B %Y} each of {found['cases']} messages was judged again and again with other names in it: candidates "
        "of all parties and none, parties, police associations, faiths, and yes in place of no. In all, "
        f"{found['messages']:,} messages were judged. A fair filter gives the same answer every time.</p>"
    )
    if flips:
        yield f'<p class="verdict bad">{flips} of {found["cases"]} messages got different answers. They are marked below.</p>'
    else:
        yield '<p class="verdict">Not one of them got a different answer because of whom or what it named.</p>'
    yield (
        "<p>Behind each answer stands a score from 0 (nothing found) to 1 (certain). The largest difference that a name made "
        f"to a score was <strong>{spread:.4f}</strong>.</p>"
    )
    yield (
        "<p>How: names, parties, associations, faiths and yes or no are replaced by neutral marks before a message is judged. "
        f"Judged by {escape(', '.join(found['judged by']))}.</p>"
    )


def _sides(found: Mapping[str, Any]) -> Iterator[str]:
    yield "<h2>Side by side</h2><p>Flagged means that a person would be asked to look. The interval holds the true share with "
    yield "95 % confidence. Compare the sides of one group with one another; groups stand in different messages.</p>"
    yield "<table><tr><th>group</th><th>side</th><th>judged</th><th>flagged</th><th>share</th><th>interval</th>"
    yield "<th>mean score</th></tr>"
    for side in found["sides"]:
        low, high = side["interval"]
        cells = (side["judged"], side["flagged"], f"{side['share']:.1%}", f"{low:.1%} to {high:.1%}", f"{side['mean score']:.3f}")
        numbers = "".join(f'<td class="n">{cell}</td>' for cell in cells)
        yield f"<tr><td>{escape(side['slot'])}</td><td>{escape(side['side'])}</td>{numbers}</tr>"
    yield "</table>"


def _each(found: Mapping[str, Any]) -> Iterator[str]:
    yield "<h2>Message by message</h2><table><tr><th>message</th><th>judged</th><th>answer</th><th>difference in score</th>"
    yield "<th>lowest with</th><th>highest with</th></tr>"
    for each in found["each"]:
        answer = "differs" if each["flips"] else ", ".join(f"{name}: {label}" for name, label in each["labels"].items())
        style = ' class="bad"' if each["flips"] else ""
        yield (
            f"<tr{style}><td>{escape(each['id'])}</td><td class='n'>{each['judged']}</td><td>{escape(answer)}</td>"
            f"<td class='n'>{each['spread']:.4f}</td><td>{_names(each['lowest'])}</td><td>{_names(each['highest'])}</td></tr>"
        )
    yield "</table>"


def _names(names: Mapping[str, str]) -> str:
    return escape("; ".join(names.values())) or "as written"
