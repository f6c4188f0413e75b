"""Small walkers of the parts of a package that hold no running text: relationships, properties, data."""

import re
from collections.abc import Mapping

_WORDS = re.compile(r"[^\W\d_]{2,}\s+[^\W\d_]{2,}")
_WHO = frozenset({"creator", "lastModifiedBy", "initial-creator"})
_ELSEWHERE = re.compile(r"(?:https?|ftp|mailto|file):|//|\\\\|www\.", re.IGNORECASE)


class Relationships:
    """Walks a .rels part. outside: id to address, for what leads out of the file; inside: id to part."""

    def __init__(self) -> None:
        self.outside: dict[str, str] = {}
        self.inside: dict[str, str] = {}

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """An element begins."""
        if name == "Relationship":
            target = attributes.get("Target", "")
            leaves = attributes.get("TargetMode", "").lower() == "external" or _ELSEWHERE.match(target)
            (self.outside if leaves else self.inside)[attributes.get("Id", "")] = target

    def end(self, name: str) -> None:
        """An element ends."""

    def text(self, data: str) -> None:
        """Text stands in the element that is open."""


class Leaves:
    """Walks any XML and keeps what reads like words: two of them at least. Who wrote it is left out."""

    def __init__(self) -> None:
        self._open: list[str] = []
        self._name = ""
        self.found: list[str] = []

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """An element begins."""
        self._finish()
        self._name = name
        self.found += [value for value in attributes.values() if _WORDS.search(value)]

    def end(self, _: str) -> None:
        """An element ends."""
        self._finish()

    def text(self, data: str) -> None:
        """Text stands in the element that is open."""
        self._open.append(data)

    def _finish(self) -> None:
        text = "".join(self._open).strip()
        if self._name not in _WHO and _WORDS.search(text):
            self.found.append(text)
        self._open = []
