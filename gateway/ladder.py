"""The ladder a hold climbs: which reviewers have it, from when to when, and the deadline at its end.

The times are settled when the hold begins, and stay: who gets it early (by hand, or because nobody before may rule) has it
until the time that was set for him all the same, so that the deadline a sender was told is never another one.

A rung that stands still off duty (`pause`) has its time counted in its on-duty hours alone. One that is passed over (`skip`)
has the hold only while it is on duty; where all are, the last rung takes it at any hour, so that it never has nobody.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from gateway.decision import Reviewers, Rung

_NEAR = timedelta(hours=4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """A rung, and its time on this ladder."""

    rung: Rung
    begins: datetime
    ends: datetime


@lru_cache(maxsize=4096)
def legs(reviewers: Reviewers, since: datetime) -> tuple[Leg, ...]:
    """The way of a hold that began then, at least one leg long. The last one ends with the deadline."""
    return tuple(_legs(reviewers.rungs, since))


def _legs(rungs: tuple[Rung, ...], since: datetime) -> Iterator[Leg]:
    begins = since
    for rung in rungs[:-1]:
        if rung.skips(begins):
            continue
        ends = rung.after(begins, rung.lasts)
        if rung.duty and rung.off_duty == "skip":
            ends = min(ends, rung.duty.until(begins) or ends)
        yield Leg(rung=rung, begins=begins, ends=ends)
        begins = ends
    yield Leg(rung=rungs[-1], begins=begins, ends=rungs[-1].after(begins, rungs[-1].lasts))


def near(way: tuple[Leg, ...]) -> timedelta:
    """How long before its deadline a hold that nobody opened is told of: a quarter of its time, at most four hours."""
    return min(_NEAR, (way[-1].ends - way[0].begins) / 4)
