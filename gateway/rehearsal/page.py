"""The report as a page that can be printed and handed on: no script, nothing loaded from anywhere."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from html import escape
from typing import Any

from gateway.rehearsal.compared import DONE

_STYLE = """
body{font:16px/1.5 Georgia,serif;max-width:66rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a}
h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2rem}h3{font-size:1rem;margin:1.5rem 0 .2rem}
table{border-collapse:collapse;width:100%;font-size:.9rem}
th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #ccc;vertical-align:top;overflow-wrap:anywhere}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}
blockquote{margin:.2rem 0 .2rem 1rem;padding-left:.6rem;border-left:3px solid #888}.small{font-size:.85rem;color:#444}
@media print{h2{break-after:avoid}}
"""


def page(found: Mapping[str, Any], at: datetime) -> str:
    """HTML of the report: see `told`."""
    parts = (_summary(found, at), _rules(found), _who(found), _reviews(found), _unread(found), _against(found.get("against")))
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>What the policy would have done</title><style>{_STYLE}</style></head><body>"
        + "".join(line for part in parts for line in part)
        + "</body></html>\n"
    )


def _summary(found: Mapping[str, Any], at: datetime) -> Iterator[str]:
    yield "<h1>What the policy would have done</h1>"
    yield f"<p>{found['messages']:,} past messages, judged again on {at:%-d %B %Y}. Nothing was sent or stored.</p>"
    if found.get("interrupted"):
        yield "<p><strong>The run was interrupted: this is what was judged until then.</strong></p>"
    judged = found["judged"] or 1
    rows = [[DONE[word], f"{count:,}", f"{count / judged:.1%}"] for word, count in found["dispositions"].items()]
    yield from _table(["", "messages", "share"], rows, numbers={1, 2})
    said = [f"model {one['model']}, roster {one['roster']}" for one in found["judged_by"]]
    yield f'<p class="small">Judged by {escape("; ".join(said))}.</p>' if said else ""


def _rules(found: Mapping[str, Any]) -> Iterator[str]:
    yield "<h2>By rule</h2>"
    rows = [
        [DONE[r["disposition"]], r["policy"], r["rule"], ", ".join(r["authorities"]), f"{r['messages']:,}"]
        for r in found["rules"]
    ]
    rows += [[f"dry run: {t['would']}", "", t["rule"], "", f"{t['messages']:,}"] for t in found["dry_run"]]
    yield from _table(["", "policy", "rule", "authority", "messages"], rows, numbers={4})
    for rule in found["rules"]:
        if rule["telling"]:
            yield f"<h3>{escape(DONE[rule['disposition']])} by {escape(rule['rule'])}: the most telling</h3>"
        for case in rule["telling"]:
            yield from _case(case)


def _case(case: Mapping[str, Any]) -> Iterator[str]:
    yield f"<p><strong>{escape(case['subject'] or '(no subject)')}</strong> from {escape(case['sender'])}, "
    yield f"{escape(case['because'])}<br>"
    yield f'<span class="small">{escape(case["message"])}, {escape(case["date"] or "no date")}</span>'
    for passage in case["evidence"]:
        yield f"<blockquote>“{escape(passage['quote'])}”<br>"
        yield f'<span class="small">{escape(passage["says"])} {escape(passage["place"])}</span></blockquote>'
    yield "".join(f'<br><span class="small">unread {escape(u["place"])}: {escape(u["why"])}</span>' for u in case["unread"])
    yield "</p>"


def _who(found: Mapping[str, Any]) -> Iterator[str]:
    words = list(found["dispositions"])
    heads = [DONE[word] for word in words]
    numbers = set(range(1, len(words) + 2))
    yield "<h2>By group</h2>"
    yield from _table(["group", *heads], ([g["group"], *(f"{g[w]:,}" for w in words)] for g in found["groups"]), numbers=numbers)
    yield "<h2>By sender</h2><p>Everybody whose mail would not all have been simply relayed.</p>"
    rows = ([s["sender"], *(f"{s[w]:,}" for w in words[1:]), s["group"]] for s in found["senders"])
    yield from _table(["sender", *heads[1:], "group"], rows, numbers=set(range(1, len(words))))


def _reviews(found: Mapping[str, Any]) -> Iterator[str]:
    reviews = found["reviews"]
    yield "<h2>What reviewing costs</h2>"
    yield f"<p>{reviews['holds']:,} messages held; {reviews['hours']:,.1f} hours at {reviews['minutes_each']:g} minutes each.</p>"
    if reviews["weeks"]:
        yield f"<p>A week: {reviews['holds_a_week']:.1f} held, <strong>{reviews['hours_a_week']:.1f} hours</strong>, over "
        count = f"{reviews['weeks']} week{'' if reviews['weeks'] == 1 else 's'}"
        yield f"{count} with mail, from {reviews['first_week']} to {reviews['last_week']}.</p>"
    if reviews["busiest_week"]:
        yield f"<p>Most in the week of {reviews['busiest_week']['from']}: {reviews['busiest_week']['holds']}.</p>"
    if reviews["without_a_date"]:
        yield f"<p>{reviews['without_a_date']:,} messages have no date.</p>"


def _unread(found: Mapping[str, Any]) -> Iterator[str]:
    for title, part in (("Not read in full", found["unread"]), ("Not judged", found["not_judged"])):
        if part["messages"]:
            yield f"<h2>{title}: {part['messages']:,}</h2>"
            yield from _table(["why", "messages"], ([w, f"{n:,}"] for w, n in part["reasons"].items()), numbers={1})
    if each := found["not_judged"]["each"]:
        yield from _table(["message", "why"], ([one["message"], one["problem"]] for one in each), numbers=set())


def _against(against: Mapping[str, Any] | None) -> Iterator[str]:
    if not against:
        return
    yield f"<h2>Against {escape(against['of'])}: {against['different']:,} treated differently</h2>"
    rows = [[DONE[m["now"]], DONE[m["then"]], f"{m['messages']:,}"] for m in against["moved"]]
    yield from _table(["now", "then", "messages"], rows, numbers={2})
    yield f"<p>Held: {against['held']['now']:,} now, {against['held']['then']:,} then.</p>"
    for one in against["each"]:
        yield f"<h3>{escape(one['subject'] or '(no subject)')} from {escape(one['sender'])}</h3>"
        yield f'<p class="small">{escape(one["message"])}</p><ul>'
        for name in ("now", "then"):
            side = one[name]
            said = f"{DONE[side['disposition']]} by {side['rule']}, policy “{side['policy']}”: {side['because']}"
            yield f"<li>{name}: {escape(said)}</li>"
        yield "".join(f"<li>why: {escape(why)}</li>" for why in one["why"]) + "</ul>"


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]], *, numbers: set[int]) -> Iterator[str]:
    """numbers: the columns that hold numbers, counted from 0."""
    kinds = ("", ' class="n"')
    yield "<table><tr>" + "".join(f"<th{kinds[n in numbers]}>{escape(head)}</th>" for n, head in enumerate(heads)) + "</tr>"
    for row in rows:
        yield "<tr>" + "".join(f"<td{kinds[n in numbers]}>{escape(cell)}</td>" for n, cell in enumerate(row)) + "</tr>"
    yield "</table>"
