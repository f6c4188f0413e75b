"""Whether the shelf still says what the trail says that was put on it: octets and records by their hashes.

It finds a ruling, a decision or an envelope that was altered in the database, content that was destroyed though no entry says so,
and a hold that was taken away or put in. Of holds older than the trail it knows only how many there should be.
"""

import json
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from gateway.ports import Asked
from gateway.trail import Entry, Step

_RULED = frozenset({Step.RULED, Step.EXPIRED, Step.RETURNED, Step.WITHDRAWN, Step.OVERTURNED})
_THERE = "there"
Prints = Mapping[str, str]
"""Hashes of what is on the shelf of a hold, by what they are of."""


PAGE = 1000
"""Entries asked for at once."""


class Readable(Protocol):
    """Where entries come from, and the hashes of what is on the shelf."""

    def entries(self, wanted: Asked, /, *, limit: int, newest: bool = False) -> Sequence[Entry]:
        """The first or the newest so many, in their order."""
        ...

    def prints(self, after: str, limit: int) -> Mapping[str, Prints]:
        """The hashes, by hold, from the id after `after` on."""
        ...


class Vouched:
    """What the trail says of each hold; it grows as entries pass."""

    def __init__(self) -> None:
        self._said: dict[str, dict[str, str]] = {}
        self._older = 0

    def passing(self, entries: Iterable[Entry]) -> Iterator[Entry]:
        """The same entries; each is remembered once whoever looks at them wants the next."""
        for entry in entries:
            yield entry
            self._remember(entry)

    def faults(self, shelf: Iterable[tuple[str, Prints]]) -> Iterator[str]:
        """Every hold whose records are not those that the trail vouches for."""
        missing, strangers = set(self._said), list[str]()
        for hold, prints in shelf:
            if said := self._said.get(hold):
                missing.discard(hold)
                yield from (
                    f"{hold}: its {what} is not the one in the trail" for what, hash_ in said.items() if prints[what] != hash_
                )
            else:
                strangers.append(hold)
        yield from (f"{hold}: is in the trail and not on the shelf" for hold in sorted(missing))
        if len(strangers) != self._older:
            named = ", ".join(strangers[:10])
            yield f"{len(strangers)} holds are not in the trail, and {self._older} are older than it: {named}"

    def _remember(self, entry: Entry) -> None:
        if entry.step == Step.BEGUN:
            self._older = int(json.loads(entry.detail)["holds"])
        elif entry.step == Step.HELD:
            self._said[entry.hold] = {
                "ruling": "",
                "pleas": "",
                "content": _THERE if json.loads(entry.detail)["size"] else "",
                **_hashes(entry, message="sha256", envelope="envelope", decision="decision"),
            }
        elif entry.hold in self._said and entry.step in _RULED:
            self._said[entry.hold] |= _hashes(entry, ruling="record")
        elif entry.hold in self._said and entry.step == Step.DESTROYED:
            self._said[entry.hold] |= {"content": "", **_hashes(entry, decision="decision")}
        if entry.hold in self._said and "pleas" in (detail := json.loads(entry.detail)):
            self._said[entry.hold]["pleas"] = str(detail["pleas"])


class Walk:
    """Entries one by one, and how many there were, and the last of them."""

    def __init__(self, entries: Iterator[Entry]) -> None:
        self._entries = entries
        self.count = 0
        self.last: Entry | None = None

    def __iter__(self) -> Iterator[Entry]:
        for entry in self._entries:
            self.count += 1
            self.last = entry
            yield entry


def every(trail: Readable, wanted: Asked) -> Iterator[Entry]:
    """All that is asked for, a page at a time."""
    while page := trail.entries(wanted, limit=PAGE):
        yield from page
        wanted = replace(wanted, after=page[-1].sequence)


def strays(trail: Readable, vouched: Vouched, walk: Walk) -> list[str]:
    """What the shelf says otherwise than the trail; not what was only written between two looks at a running gateway."""
    found = set(vouched.faults(_prints(trail)))
    if found and walk.last:
        deque(vouched.passing(every(trail, Asked(after=walk.last.sequence))), maxlen=0)
        found &= set(vouched.faults(_prints(trail)))
    return sorted(found)


def _prints(trail: Readable) -> Iterator[tuple[str, Prints]]:
    after = ""
    while page := trail.prints(after, PAGE):
        yield from page.items()
        after = max(page)


def _hashes(entry: Entry, **names: str) -> dict[str, str]:
    detail = json.loads(entry.detail)
    return {what: str(detail.get(name, "")) for what, name in names.items()}
