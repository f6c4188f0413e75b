"""What can be wrong with reviewers and ladders though every single word in them is right.

Each function takes what was written, and yields the Problems it finds; nothing is raised.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from gateway.policy.written import DutyTimes, ElectionWindow, Ladder, OnDuty, Reviewers, Rung
from gateway.source import Document, Keys, Problem

_UNSAID = "There is no default, so that nothing is decided unseen."
_TIMELESS = ("the deadline leaves no time", "Write for example 48h.")
_SKIPPED = "nobody would be left when they are off duty"
_WEEKS = 52
_LONGEST = timedelta(days=366)


Hours = Mapping[str, DutyTimes]


def in_reviewers(document: Document, keys: Keys, reviewers: Reviewers, hours: Hours, *, alone: bool) -> Iterator[Problem]:
    """Mistakes in an entry under `reviewers`. alone: they are no mere rung of ladders, but rule by themselves."""
    missing = [f'"{name}"' for name in ("deadline", "then") if alone and getattr(reviewers, name) is None]
    if missing:
        said = f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing"
        yield document.problem(keys, said, _UNSAID, key=True)
    yield from _in_duty(document, keys, reviewers)
    if alone and reviewers.off_duty == "skip":
        yield document.problem((*keys, "off duty"), _SKIPPED, "Write off duty: pause, or make them a rung of a ladder.")
    yield from _in_window(document, keys, reviewers.election_window)
    if reviewers.deadline is not None:
        yield from _in_hours(document, (*keys, "deadline"), reviewers, reviewers.deadline, hours)
        yield from _in_times(document, keys, "deadline", reviewers.deadline, reviewers.reminders, _TIMELESS)


def in_ladder(  # noqa: PLR0913, PLR0917  -- the ladder, its rungs, and those who stand on them
    document: Document,
    keys: Keys,
    ladder: Ladder | None,
    rungs: Sequence[Rung | None],
    reviewers: Mapping[str, Reviewers],
    hours: Hours,
) -> Iterator[Problem]:
    """Mistakes in an entry under `ladders`. rungs: those it has, None for one that is wrong in itself."""
    if ladder is not None:
        yield from _in_window(document, keys, ladder.election_window)
    for number, rung in enumerate(rungs):
        if rung is None:
            continue
        at = (*keys, "rungs", number)
        yield from _in_duty(document, at, rung)
        yield from _in_hours(document, (*at, "for"), rung if rung.on_duty else reviewers.get(rung.reviewers), rung.for_, hours)
        yield from _in_times(document, at, "for", rung.for_, rung.reminders, ("the rung leaves no time", "Write for example 4h."))
        if number == len(rungs) - 1 and _skips(rung, reviewers.get(rung.reviewers)):
            remedy = "The last rung takes what nobody else does; write off duty: pause, or add a rung above it."
            yield document.problem(at, _SKIPPED, remedy)


def _skips(rung: Rung, reviewers: Reviewers | None) -> bool:
    """A rung that says nothing of duty has what its reviewers say."""
    return (rung if rung.on_duty or reviewers is None else reviewers).off_duty == "skip"


def _in_duty(document: Document, keys: Keys, one: OnDuty) -> Iterator[Problem]:
    if one.on_duty and one.off_duty is None:
        remedy = "Write off duty: pause (their clock stands still) or off duty: skip (they are passed over)."
        yield document.problem((*keys, "on duty"), '"on duty" needs "off duty"', remedy, key=True)
    if one.off_duty is not None and not one.on_duty:
        remedy = "Name their hours, as declared under `duty times`."
        yield document.problem((*keys, "off duty"), '"off duty" needs "on duty"', remedy, key=True)


def _in_hours(document: Document, keys: Keys, one: OnDuty | None, lasts: timedelta, hours: Hours) -> Iterator[Problem]:
    """A time of so few hours a week that it would never be over."""
    times = hours.get(one.on_duty) if one and one.off_duty == "pause" else None
    if times is not None and lasts > _WEEKS * len(set(times.days)) * times.lasts:
        remedy = "It is counted in on-duty hours alone; write less, or add hours."
        yield document.problem(keys, "that is more on-duty time than a year has", remedy)


def _in_times(  # noqa: PLR0913, PLR0917  -- a time, its reminders, and what is said of them
    document: Document, keys: Keys, word: str, lasts: timedelta, reminders: Sequence[timedelta], timeless: tuple[str, str]
) -> Iterator[Problem]:
    if lasts <= timedelta():
        yield document.problem((*keys, word), *timeless)
        return
    if word == "for" and lasts > _LONGEST:
        yield document.problem((*keys, word), "the rung lasts longer than a year", "Write for example 4h.")
    before, counted = ("the deadline", "Both count from the time of the hold.")
    if word == "for":
        before, counted = ("its rung's end", "Both count from the time the rung gets the hold.")
    for number, reminder in enumerate(reminders):
        at = (*keys, "reminders", number)
        if reminder >= lasts:
            yield document.problem(at, f"the reminder does not come before {before}", counted)
        elif reminder <= timedelta():
            yield document.problem(at, "the reminder leaves no time", "The reviewers are told at once anyway.")


def _in_window(document: Document, keys: Keys, window: ElectionWindow | None) -> Iterator[Problem]:
    at = (*keys, "election window")
    if window is None:
        return
    if (window.factor is None) == (window.deadline is None):
        said = "the election window does not say how much less time there is"
        yield document.problem(at, said, "Write factor: 0.5, say, or deadline: 12h; one of the two.", key=True)
    if window.before <= timedelta():
        yield document.problem((*at, "before"), "the window has no days before the election", "Write for example 60d.")
    if window.deadline is not None and window.deadline <= timedelta():
        yield document.problem((*at, "deadline"), *_TIMELESS)
