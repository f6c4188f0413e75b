"""How things stand at one moment, as far as a monitoring system asks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """What is on the shelf. oldest_hold: since when it waits; oldest_parcel: since when it is due; undeliverable: ever."""

    waiting: int
    oldest_hold: datetime | None
    parcels: int
    oldest_parcel: datetime | None
    undeliverable: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A directory. since: when the group heard of longest ago was; members: by group; unknown: groups never heard of."""

    up: bool
    since: datetime | None
    errors: int
    members: Mapping[str, int]
    unknown: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Hooked:
    """A webhook. count: what it was not told yet; oldest: since when the oldest of that is."""

    count: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """shelf: None where the store does not answer; relay_failures: attempts in a row that failed; roster: its newest file.

    phase: starting, serving or stopping; store_errors, judge_restarts: since we began; deliveries: by purpose and outcome
    certificates: by file, their end; last_message: when the last one was judged, or when we began
    canaries: whether each was well, and when it last was; told: attempts by webhook and outcome
    """

    now: datetime
    policies: str
    roster: str
    shelf: Shelf | None
    relay_up: bool
    relay_failures: int
    phase: str
    sessions: Mapping[str, int]
    store_errors: int
    judge_restarts: int
    deliveries: Mapping[tuple[str, str], int]
    roster_written: datetime | None = None
    certificates: Mapping[str, datetime] = field(default_factory=dict)
    directories: Mapping[str, Listing] = field(default_factory=dict)
    last_message: datetime | None = None
    canaries: Mapping[str, tuple[bool, datetime | None]] = field(default_factory=dict)
    webhooks: Mapping[str, Hooked] = field(default_factory=dict)
    told: Mapping[tuple[str, str], int] = field(default_factory=dict)

    @property
    def troubles(self) -> tuple[str, ...]:
        """What speaks against sending us mail now."""
        said = ((self.shelf is None, "the store does not answer"), (not self.relay_up, "the relay cannot be reached"))
        return tuple(words for so, words in (*said, (self.phase != "serving", self.phase)) if so)
