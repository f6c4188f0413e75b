"""Outlook's .msg (MS-OXMSG): a message in a compound file, with its attachments, which may be messages again."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Protocol

from gateway.reading.documents import mapi
from gateway.reading.documents.container import inner, named, unread
from gateway.reading.limits import ReadingLimits
from gateway.reading.pieces import Item, Piece

Path = tuple[str, ...]

_PROPERTY = re.compile(r"__substg1\.0_([0-9a-f]{4})([0-9a-f]{4})", re.IGNORECASE)
_EMBEDDED = "__substg1.0_3701000d"
_ATTACHMENT = "__attach_version1.0_"


class Streams(Protocol):
    """What is needed of a compound file."""

    storages: dict[Path, dict[str, Path]]

    def read(self, path: Path) -> bytes:
        """The octets of a stream."""


def message(piece: Piece, file: Streams, limits: ReadingLimits, at: Path = ()) -> Iterator[Item]:
    """The message whose storage is `at`."""
    around = replace(piece, forwarded=True, depth=piece.depth + len(at) // 2)
    if around.depth > limits.depth:
        yield unread(piece, "too deep")
        return
    properties = _properties(file, at)
    around = replace(around, subject=properties.texts.get(mapi.SUBJECT, ""))
    yield from mapi.told(around, properties, limits)
    below = dict.fromkeys(key[: len(at) + 1] for key in file.storages if len(key) > len(at) and key[: len(at)] == at)
    attachments = [key for key in below if key[-1].lower().startswith(_ATTACHMENT)]
    for storage in sorted(attachments)[: limits.parts]:
        yield from _attachment(around, file, storage, limits)
    if len(attachments) > limits.parts:
        yield unread(around, f"too large: the first {limits.parts} attachments were read")


def _attachment(piece: Piece, file: Streams, at: Path, limits: ReadingLimits) -> Iterator[Item]:
    properties = _properties(file, at)
    yield from mapi.attached(piece, properties)
    level = len(at)
    inside = next((key for key in file.storages if key[:level] == at and len(key) == level + 1 and _embedded(key)), None)
    if inside is None:
        return
    streams = file.storages[inside]
    if "__properties_version1.0" in streams:
        yield from message(replace(piece, name=named(piece, properties.name())), file, limits, inside)
    for name in ("package", "contents", "\x01ole10native"):
        if name in streams:
            yield inner(piece, file.read(streams[name]), properties.name())


def _embedded(storage: Path) -> bool:
    return storage[-1].lower() == _EMBEDDED


def _properties(file: Streams, at: Path) -> mapi.Properties:
    found = mapi.Properties()
    for path in file.storages.get(at, {}).values():
        told = _PROPERTY.fullmatch(path[-1])
        if told and int(told[1], 16) in mapi.WANTED:
            found.add(int(told[1], 16), int(told[2], 16), file.read(path))
    return found
