"""Whether the shelf still says what the trail says that was put on it: octets and records by their hashes.

It finds a ruling, a decision or an envelope that was altered in the database, and a hold that was taken away or put in. Of holds
older than the trail it knows only how many there should be.
"""

import json
from collections.abc import Iterable, Iterator, Mapping

from gateway.trail import Entry, Step

_RULED = frozenset({Step.RULED, Step.EXPIRED, Step.RETURNED, Step.WITHDRAWN, Step.OVERTURNED})
Prints = Mapping[str, str]
"""Hashes of what is on the shelf of a hold, by what they are of."""


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
                **_hashes(entry, message="sha256", envelope="envelope", decision="decision"),
            }
        elif entry.hold in self._said and entry.step in _RULED:
            self._said[entry.hold] |= _hashes(entry, ruling="record")
        elif entry.hold in self._said and entry.step == Step.DESTROYED:
            self._said[entry.hold] |= _hashes(entry, decision="decision")
        if entry.hold in self._said and "pleas" in (detail := json.loads(entry.detail)):
            self._said[entry.hold]["pleas"] = str(detail["pleas"])


def _hashes(entry: Entry, **names: str) -> dict[str, str]:
    detail = json.loads(entry.detail)
    return {what: str(detail.get(name, "")) for what, name in names.items()}
