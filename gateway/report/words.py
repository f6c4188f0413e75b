"""How figures are said, and what may and may not be concluded from them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.notice.words import counted, length
from gateway.report.handed_on import TOGETHER
from gateway.report.types import NO_GROUP, Figures, Question, Report
from gateway.share import Share, difference

ENOUGH = 20
"""From so many on a percentage says something by itself."""
HEADINGS = {"policy": "By policy", "category": "By what was found", "group": "By the sender's group", "reviewer": "By reviewer"}
COLUMNS = (
    "held",
    "waiting",
    "released",
    "denied",
    "by deadline",
    "withdrawn",
    "released of those ruled on",
    "half within",
    "nine in ten",
    "longest",
)
DECIDED = {"relay": "let through", "tag": "marked and let through", "hold": "held", "reject": "refused", "defer": "put off"}

DENIED = (
    "Denied are also those that were returned to their senders, to be revised, and those whose senders appeal, until that is "
    "answered. A ruling that an appeal changed counts as changed."
)

MAY = (
    "Read a difference like this: where the interval leaves out zero, chance alone hardly explains it, and it is worth asking "
    "why. It does not say why. Groups write about different things, to different people, under different policies; before "
    "anybody is asked, compare the same policy and the same kind of finding, and read the messages."
)
MAY_NOT = (
    "What may not be concluded: that there is no difference where none is shown, for few messages cannot show one; and that a "
    "reviewer, a group or a rule is biased, or is not, by these figures alone."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrast:
    """A group beside everybody else. apart, low, high: of the released shares, 0..1; None where there are too few."""

    what: str
    own: Share
    others: Share
    apart: tuple[float, float, float] | None

    @property
    def says(self) -> str:
        """What the figures say."""
        if self.apart is None:
            return f"Too few to compare: it takes {ENOUGH} rulings on either side."
        _, low, high = self.apart
        if low > 0:
            return "Released more often than others, by more than chance explains."
        if high < 0:
            return "Released less often than others, by more than chance explains."
        return "No difference is shown: chance could explain it."


def contrasts(report: Report) -> list[Contrast]:
    """Each group of senders beside all messages of others; groups put together overlap, and are beside nobody."""
    whole, rows = report.whole.overturned, report.sections.get("group", ())
    return [_contrast(named("group", row.what), row.figures.overturned, whole) for row in rows if row.what != TOGETHER]


def _contrast(what: str, own: Share, whole: Share) -> Contrast:
    others = Share(whole.count - own.count, whole.of - own.of)
    few = min(own.of, others.of) < ENOUGH
    return Contrast(what=what, own=own, others=others, apart=None if few else difference(own, others))


def chance(found: Sequence[Contrast]) -> str:
    """What many comparisons at once do."""
    compared = sum(one.apart is not None for one in found)
    if compared < 2:  # noqa: PLR2004  -- one alone
        return ""
    return f"These are {compared} comparisons. Of twenty in which nothing is behind, about one looks like a difference by chance."


def named(section: str, what: str) -> str:
    """A row's heading."""
    if section == "group" and what == NO_GROUP:
        return "in no group"
    return what


def share(of: Share) -> str:
    """A share as it may be said: few are a count with an interval, never a percentage by itself."""
    if not of.of:
        return "-"
    low, high = of.interval
    between = f"{low:.0%} to {high:.0%}"
    if of.of < ENOUGH:
        return f"{of.count} of {of.of} (few: {between})"
    return f"{of.value:.0%} ({between}; {of.count} of {of.of})"


def points(apart: tuple[float, float, float] | None) -> str:
    """A difference in percentage points."""
    if apart is None:
        return "-"
    middle, low, high = (f"{100 * one:+.0f}" for one in apart)
    return f"{middle} points ({low} to {high})"


def span(took: timedelta | None) -> str:
    """A length of time, or a dash."""
    return "-" if took is None else length(took)


def cells(figures: Figures) -> tuple[str, ...]:
    """A row's cells, in the order of COLUMNS."""
    counts = (figures.held, figures.waiting, figures.released, figures.denied, figures.expired, figures.withdrawn)
    return (*map(str, counts), share(figures.overturned), span(figures.median), span(figures.most), span(figures.longest))


def asked(question: Question) -> str:
    """Which messages the account is of."""
    said = ["Messages held"]
    if question.since:
        said.append(f"from {day(question.since)}")
    if question.until:
        said.append(f"to {day(question.until - timedelta(microseconds=1))}")
    if question.group:
        said.append(f'from senders in the group "{question.group}"')
    if question.policy:
        said.append(f'under the policy "{question.policy}"')
    return " ".join(said) if len(said) > 1 else "All messages ever held"


def day(at: datetime) -> str:
    """1 March 2026, in this machine's time zone."""
    local = at.astimezone()
    return f"{local.day} {local:%B %Y}"


def summary(report: Report) -> Iterator[str]:
    """The whole in sentences."""
    whole = report.whole
    if report.withheld:
        yield "There are too few messages, or all are of one sender, so that every figure would point at one person."
        return
    if not whole.held:
        yield "Nothing was held."
        return
    yield (
        f"{counted(whole.held, 'message')} held. Command released {whole.released} and denied {whole.denied}; the deadline ruled "
        f"on {whole.expired}; {whole.withdrawn} {'was' if whole.withdrawn == 1 else 'were'} withdrawn; "
        f"{whole.waiting} {'waits' if whole.waiting == 1 else 'wait'}."
    )
    if whole.overturned.of:
        yield f"Released, though a rule had held it: {share(whole.overturned)}."
    if whole.median is not None:
        yield (
            f"Half of the rulings came within {span(whole.median)}, nine in ten within {span(whole.most)}; the longest took "
            f"{span(whole.longest)}."
        )


def decided(report: Report) -> str:
    """What the rules made of all messages; "" where that was not counted."""
    if not report.decided or not report.counted_since:
        return ""
    since = report.counted_since
    what = ", ".join(f"{report.decided[word]:,} {says}" for word, says in DECIDED.items() if report.decided.get(word))
    return f"What the rules made of all messages, counted since {since.day} {since:%B %Y}: {what}."


def headed(report: Report) -> str:
    """When it was drawn up, and for whom."""
    local = report.at.astimezone()
    drawn = f"Drawn up on {day(report.at)}, {local:%H:%M} {local:%Z}."
    if not report.handed_on:
        return f"{drawn} For those who may see single cases; not to be handed on."
    return f"{drawn} Lines that would point at one person are put together, and those of single reviewers left out."
