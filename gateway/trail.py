"""The audit trail as a chain: what an entry says, how it is hashed, and how a break in the chain is found.

Each entry holds the hash of the one before it, so that nobody can alter, delete, move or insert one without breaking every
later hash. The hash is SHA-256 over the entry's canonical form, which anybody can compute again from an export alone:

    one JSON object with the keys actor, at, detail, hold, previous, sequence, step in this order, no spaces, every character
    beyond ASCII as its JSON escape; `detail` is an object, its keys sorted, of text, whole numbers, true, false, null, lists
    and objects

A line of an export is that object with `hash` between `detail` and `hold`. Who can write to the database can also compute a
whole new chain; that is found only by a head (number and hash of the last entry) that was kept outside.

The room stores nothing and asks no clock. It fails with ValueError or TypeError for what has no canonical form.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

BEFORE_ALL = "0" * 64
"""What the first entry gives as the hash before it."""

GATEWAY = "gateway"
"""The actor of what no person did."""

COLUMNS = ("sequence", "at", "step", "hold", "actor", "detail", "previous", "hash")
"""The columns of an export as CSV."""

_LARGEST = 2**53
"""Whole numbers from here on are not the same in every program that reads JSON (RFC 8259 §6)."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_LEADS = tuple("=+-@'\t\r")
"""How a cell must not begin: a spreadsheet would take it for a formula. An apostrophe goes before it."""
_HEAD = re.compile(r"(\d{1,15}):([0-9a-f]{64})")

Detail = Mapping[str, Any]


class Step(StrEnum):
    """What can have happened. The trail takes other words, too: a later version has more steps."""

    BEGUN = "begun"
    STARTED = "started"
    STOPPED = "stopped"
    LOADED = "policies loaded"
    REFUSED = "policies refused"
    HELD = "held"
    SEEN = "seen"
    NOTED = "noted"
    HANDED_OVER = "handed over"
    PASSED_UP = "passed up"
    UNOPENED = "told that nobody opened it"
    NOBODY_LEFT = "nobody may rule"
    ASSENTED = "first of two agreed"
    DISSENTED = "disagreed"
    RECUSED = "recused"
    RULED = "ruled"
    EXPIRED = "expired"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"
    EXPLAINED = "explained"
    ANSWERED = "answered"
    APPEALED = "appealed"
    UPHELD = "upheld"
    OVERTURNED = "overturned"
    REMINDED = "reminded"
    NOTIFIED = "notified"
    DELIVERED = "delivered"
    POSTPONED = "postponed"
    FAILED = "failed"
    EXPORTED = "exported"
    COPIED = "copied"
    KEPT = "kept"
    LIFTED = "lifted"
    DESTROYED = "destroyed"
    REKEYED = "keys wrapped anew"
    RESTORED = "restored"
    SIGNED_IN = "signed in"
    SIGN_IN_REFUSED = "sign-in refused"
    SIGNED_OUT = "signed out"
    ROLE_CHANGED = "role changed"
    PROGRAM_ADDED = "token made"
    PROGRAM_REVOKED = "token revoked"
    PROGRAM_ASKED = "token used"
    PROGRAM_REFUSED = "token refused"
    UNHEARD = "webhook given up"
    CANARY = "canary judged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One step, as it is written: `at` in UTC, `detail` in its canonical form, `hold` "" where the step is about none."""

    sequence: int
    at: str
    step: str
    hold: str
    actor: str
    detail: str
    previous: str
    hash: str

    @property
    def head(self) -> "Head":
        """The chain's head while this is its last entry."""
        return Head(sequence=self.sequence, hash=self.hash)


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The number and the hash of an entry; written `17:5e88…`."""

    sequence: int
    hash: str

    def __str__(self) -> str:
        return f"{self.sequence}:{self.hash}"

    @classmethod
    def parse(cls, written: str) -> "Head":
        """Raises ValueError."""
        found = _HEAD.fullmatch(written.strip())
        if not found:
            raise ValueError(f'"{written}" is no head; write it as `hatchway audit head` prints it')
        return cls(sequence=int(found[1]), hash=found[2])


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """The first bad entry of a trail, by its number, and what is wrong with it."""

    sequence: int
    says: str

    def __str__(self) -> str:
        return f"entry {self.sequence} {self.says}"


def follow(  # noqa: PLR0913  -- what an entry says
    last: Head | None, *, at: datetime, step: str, actor: str, hold: str = "", detail: Detail | None = None
) -> Entry:
    """The entry after `last`, or the first. Raises ValueError or TypeError if the detail has no canonical form."""
    entry = Entry(
        sequence=last.sequence + 1 if last else 1,
        at=moment(at),
        step=_tidy(step),
        hold=_tidy(hold),
        actor=_tidy(actor),
        detail=canonical(detail or {}),
        previous=last.hash if last else BEFORE_ALL,
        hash="",
    )
    return replace(entry, hash=digest(entry))


def moment(at: datetime) -> str:
    """`2026-10-14T09:30:00.000000Z`: always as long, so that text sorts as time does."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def canonical(detail: Any) -> str:
    """The one way to write a detail. Raises TypeError or ValueError for what would not come back the same everywhere."""
    _writable(detail)
    return json.dumps(detail, sort_keys=True, separators=(",", ":"), allow_nan=False)


def digest(entry: Entry) -> str:
    """The hash that the entry should have."""
    return _hash(_body(entry))


def line(entry: Entry) -> str:
    """The entry as a line of an export, without its end."""
    return json.dumps({**_body(entry), "hash": entry.hash}, sort_keys=True, separators=(",", ":"))


def shown(entry: Entry) -> dict[str, object]:
    """The entry for people and programs to read."""
    return {**_body(entry), "hash": entry.hash}


def cells(entry: Entry) -> tuple[str, ...]:
    """The entry as a row of an export as CSV."""
    texts = (str(getattr(entry, name)) for name in COLUMNS)
    return tuple(f"'{text}" if text.startswith(_LEADS) else text for text in texts)


def first_fault(entries: Iterable[Entry], heads: Sequence[Head] = ()) -> Fault | None:
    """The first entry that is not what was written, or that one of the heads says should be there and is not."""
    known: dict[int, set[str]] = {}
    for head in heads:
        known.setdefault(head.sequence, set()).add(head.hash)
    return next(_faults(entries, known), None)


def _faults(entries: Iterable[Entry], heads: dict[int, set[str]]) -> Iterator[Fault]:
    last = 0
    before = BEFORE_ALL
    for entry in entries:
        if says := _wrong(entry, last + 1, before):
            yield Fault(sequence=min(entry.sequence, last + 1), says=says)
        if heads.pop(entry.sequence, {entry.hash}) != {entry.hash}:
            yield Fault(sequence=entry.sequence, says="is not the one the head was taken of: the trail was rewritten")
        last, before = entry.sequence, entry.hash
    if not last and not heads:
        yield Fault(sequence=1, says="is missing: there is no entry at all")
    for sequence in sorted(heads):
        yield Fault(sequence=last + 1, says=f"is missing: the trail ends before it, and the head says that there were {sequence}")


def _wrong(entry: Entry, expected: int, before: str) -> str:
    """What is wrong with an entry that should have this number and follow this hash; "" if nothing is."""
    if entry.sequence > expected:
        return f"is missing: it was deleted, moved or renumbered, and entry {entry.sequence} stands in its place"
    if entry.sequence < expected:
        return f"stands a second time, or was moved behind entry {expected - 1}"
    if not _as_written(entry):
        return "was altered: it does not have the hash that it states"
    if entry.previous != before:
        return f"does not continue entry {expected - 1}: one of the two was replaced, or something between them is gone"
    return ""


def _as_written(entry: Entry) -> bool:
    body = _body(entry)
    return isinstance(body["detail"], dict) and _hash(body) == entry.hash


def _hash(body: dict[str, object]) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True, separators=(",", ":")).encode("ascii")).hexdigest()


def _body(entry: Entry) -> dict[str, object]:
    return {
        "sequence": entry.sequence,
        "at": entry.at,
        "step": entry.step,
        "hold": entry.hold,
        "actor": entry.actor,
        "detail": _told(entry.detail),
        "previous": entry.previous,
    }


def _told(detail: str) -> object:
    """What a detail says; one that is not in its canonical form was tampered with, and stays as the text it is."""
    try:
        said = json.loads(detail)
        return said if canonical(said) == detail else detail
    except (ValueError, TypeError, RecursionError):
        return detail


def _tidy(text: str) -> str:
    """Text that a line, a cell and every database take as it is."""
    return _CONTROL.sub("\ufffd", text)


def _writable(value: Any) -> None:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if not isinstance(key, str) or not key.isascii():
                raise TypeError(f"{key!r} is no key for an entry's detail")
            _writable(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            _writable(inner)
    elif isinstance(value, int):
        if abs(value) >= _LARGEST:
            raise ValueError(f"{value} is too large a number for an entry's detail")
    elif value is not None and not isinstance(value, str):
        raise TypeError(f"an entry's detail holds no {type(value).__name__}")
