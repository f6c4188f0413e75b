"""How long ago something was, by a clock that somebody may have set.

What lies ahead of now was written while a clock was wrong. It says nothing of how long ago it was, and nothing waits
for that day.
"""

from datetime import datetime, timedelta

ASTRAY = timedelta(minutes=1)
"""Clocks of gateways that share a store are not so far apart."""


def lately(at: datetime, now: datetime, span: timedelta) -> bool:
    """Whether it was less than `span` ago; never what lies ahead."""
    return not astray(at, now) and now - at < span


def astray(at: datetime, now: datetime) -> bool:
    """Whether it lies ahead, where only what was can be."""
    return at > now + ASTRAY
