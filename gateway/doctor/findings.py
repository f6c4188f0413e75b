"""What was found."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """good: nothing to do; mind: soon, or if it was not meant so; bad: mail or people suffer from it."""

    GOOD = "good"
    MIND = "mind"
    BAD = "bad"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """what: was looked at; says: what was seen; remedy: what to do about it, "" if it is good."""

    what: str
    state: State
    says: str
    remedy: str = ""


def good(what: str, says: str) -> Finding:
    """Nothing to do."""
    return Finding(what=what, state=State.GOOD, says=says)


def mind(what: str, says: str, remedy: str) -> Finding:
    """To be looked at."""
    return Finding(what=what, state=State.MIND, says=says, remedy=remedy)


def bad(what: str, says: str, remedy: str) -> Finding:
    """To be mended."""
    return Finding(what=what, state=State.BAD, says=says, remedy=remedy)
