"""Charts as SVG made here: plain, readable in black and white, with a text that says the same.

Colours are the page's own (`currentColor`); what differs, differs by pattern. No script, no style, nothing loaded.
"""

from collections.abc import Iterator, Sequence
from html import escape

from gateway.report.types import Figures, Row
from gateway.share import Share

_WIDE, _HIGH, _LEFT, _TOP, _FOOT = 360.0, 150.0, 30.0, 22.0, 18.0
_KINDS = (
    ("released", "url(#released)"),
    ("denied", "currentColor"),
    ("expired", "url(#expired)"),
    ("withdrawn", "url(#withdrawn)"),
    ("waiting", "none"),
)
_NAMES = {"released": "released", "denied": "denied", "expired": "by deadline", "withdrawn": "withdrawn", "waiting": "waiting"}
_PATTERNS = (
    '<defs><pattern id="released" width="5" height="5" patternUnits="userSpaceOnUse"><path d="M0 5L5 0" stroke="currentColor" '
    'stroke-width=".7"/></pattern><pattern id="expired" width="4" height="4" patternUnits="userSpaceOnUse">'
    '<circle cx="2" cy="2" r=".8" fill="currentColor"/></pattern><pattern id="withdrawn" width="4" height="4" '
    'patternUnits="userSpaceOnUse"><path d="M0 2H4" stroke="currentColor" stroke-width=".7"/></pattern></defs>'
)
_LABEL = 40
_LABELS = 6
"""So many labels fit below the bars."""


def over_time(rows: Sequence[Row], period: str) -> str:
    """Bars side by side: what became of the messages held in each period."""
    most = max((row.figures.held for row in rows), default=0)
    if not most:
        return ""
    top = _round_up(most)
    said = f"Messages held, by {period}, and what became of them: from {rows[0].what} to {rows[-1].what}, at most {most} in one."
    drawn = "".join((_PATTERNS, *_legend(), *_axis(top), *_bars(rows, top)))
    return (
        f'<svg class="chart" viewBox="0 0 {_WIDE:.0f} {_HIGH + _FOOT:.0f}" role="img" aria-label="{escape(said)}" '
        f'font-size="9" fill="currentColor">{drawn}</svg>'
    )


def _legend() -> Iterator[str]:
    at = _LEFT
    for kind, fill in _KINDS:
        yield f'<rect x="{at:.0f}" y="4" width="9" height="9" fill="{fill}" stroke="currentColor" stroke-width=".7"/>'
        yield f'<text x="{at + 13:.0f}" y="12">{_NAMES[kind]}</text>'
        at += 24 + 5 * len(_NAMES[kind])


def _axis(top: int) -> Iterator[str]:
    for value in (0, top // 2, top) if top > 1 else (0, top):
        y = _y(value, top)
        yield f'<line x1="{_LEFT}" x2="{_WIDE}" y1="{y:.1f}" y2="{y:.1f}" stroke="currentColor" stroke-width=".5" opacity=".4"/>'
        yield f'<text x="{_LEFT - 4:.0f}" y="{y + 3:.1f}" text-anchor="end">{value}</text>'


def _bars(rows: Sequence[Row], top: int) -> Iterator[str]:
    step = (_WIDE - _LEFT - 4) / len(rows)
    each = -(-len(rows) // _LABELS)
    for number, row in enumerate(rows):
        left = _LEFT + 2 + number * step
        yield f"<g><title>{escape(_told(row))}</title>{''.join(_pile(row.figures, left, min(step * 0.8, 40), top))}</g>"
        if number % each == 0 and left < _WIDE - _LABEL:
            yield f'<text x="{left:.1f}" y="{_HIGH + 12:.0f}">{escape(row.what[:12])}</text>'


def _pile(figures: Figures, left: float, width: float, top: int) -> Iterator[str]:
    below = 0
    for kind, fill in _KINDS:
        count: int = getattr(figures, kind)
        if not count:
            continue
        y = _y(below + count, top)
        yield (
            f'<rect x="{left:.1f}" y="{y:.1f}" width="{width:.1f}" height="{_y(below, top) - y:.1f}" fill="{fill}" '
            'stroke="currentColor" stroke-width=".7"/>'
        )
        below += count


def _told(row: Row) -> str:
    parts = (f"{getattr(row.figures, kind)} {_NAMES[kind]}" for kind, _ in _KINDS if getattr(row.figures, kind))
    return f"{row.what}: {row.figures.held} held; {', '.join(parts)}"


def _y(value: int, top: int) -> float:
    return _HIGH - value / top * (_HIGH - _TOP)


def _round_up(most: int) -> int:
    """The next of 1, 2, 4, 6, 8, 10, 20, 40, 60, 80, 100 and so on."""
    unit = 1
    while unit * 10 < most:
        unit *= 10
    return next(step * unit for step in (1, 2, 4, 6, 8, 10) if step * unit >= most)


def whisker(of: Share) -> str:
    """A share's interval on a line from none to all, for the eye only: the cell beside it says it in figures."""
    if not of.of:
        return ""
    low, high = (100 * end for end in of.interval)
    at = 100 * of.value
    thick = 'stroke="currentColor" vector-effect="non-scaling-stroke"'
    return (
        '<svg class="whisker" viewBox="0 0 100 12" preserveAspectRatio="none" aria-hidden="true">'
        f'<line x1="0" x2="100" y1="6" y2="6" {thick} opacity=".35"/>'
        f'<line x1="{low:.1f}" x2="{high:.1f}" y1="6" y2="6" {thick} stroke-width="4"/>'
        f'<line x1="{at:.1f}" x2="{at:.1f}" y1="0" y2="12" {thick} stroke-width="3"/></svg>'
    )


def reach(apart: tuple[float, float, float] | None) -> str:
    """A difference's interval about zero, for the eye only."""
    if apart is None:
        return ""
    middle, low, high = (50 + 50 * one for one in apart)
    thick = 'stroke="currentColor" vector-effect="non-scaling-stroke"'
    return (
        '<svg class="whisker" viewBox="0 0 100 12" preserveAspectRatio="none" aria-hidden="true">'
        f'<line x1="50" x2="50" y1="0" y2="12" {thick} stroke-dasharray="2 2"/>'
        f'<line x1="{low:.1f}" x2="{high:.1f}" y1="6" y2="6" {thick} stroke-width="4"/>'
        f'<line x1="{middle:.1f}" x2="{middle:.1f}" y1="1" y2="11" {thick} stroke-width="3"/></svg>'
    )
