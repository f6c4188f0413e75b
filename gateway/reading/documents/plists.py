"""Property lists, in XML and in binary: web archives, shortcuts to pages, notes. Their pages are pieces, their texts lines.

Nothing is fetched. Lists that point at one another are walked once each, so that a few octets cannot unfold without end.
"""

import plistlib
from collections.abc import Iterator, Mapping
from typing import Any
from xml.parsers.expat import ExpatError

from gateway.reading.documents.container import inner, sheet, unread
from gateway.reading.limits import ReadingLimits
from gateway.reading.pieces import Item, Piece

TYPE = "application/x-plist"
_DATA, _KIND, _CHARSET, _FRAMES = "WebResourceData", "WebResourceMIMEType", "WebResourceTextEncodingName", "WebSubframeArchives"
_BROKEN = (ValueError, TypeError, KeyError, IndexError, OverflowError, AttributeError, RecursionError, ExpatError, MemoryError)
_LEAST = 24
"""Octets of data that may be a file."""


def plist(piece: Piece, limits: ReadingLimits) -> Iterator[Item]:
    """Extractor of property lists."""
    try:
        held = plistlib.loads(piece.octets)
    except _BROKEN:
        yield unread(piece, "damaged")
        return
    lines, links, left, room = list[str](), list[tuple[str, str]](), limits.elements, limits.text
    for value in _walked(held):
        left -= 1
        if left < 0 or room < 0:
            yield unread(piece, "too large: not all of its text was read")
            break
        if isinstance(value, Mapping) and isinstance(value.get(_DATA), bytes):
            kind, charset = str(value.get(_KIND) or ""), str(value.get(_CHARSET) or "")
            yield inner(piece, value[_DATA], type_=kind.lower() or "application/octet-stream", charset=charset)
        elif isinstance(value, bytes) and len(value) >= _LEAST:
            yield inner(piece, value)
        elif isinstance(value, str):
            room -= len(value)
            if value.startswith(("http://", "https://", "mailto:")):
                links.append((value, ""))
            else:
                lines.append(value)
    if lines or links:
        yield sheet(piece, "\n".join(lines), links=tuple(links))


def _walked(held: Any) -> Iterator[Any]:
    """Everything in it, each list once; the parts of a resource are given with it."""
    seen: set[int] = set()
    waiting = [held]
    while waiting:
        value = waiting.pop()
        if isinstance(value, (list, dict)):
            if id(value) in seen:
                continue
            seen.add(id(value))
        yield value
        if isinstance(value, list):
            waiting += reversed(value)
        elif isinstance(value, dict):
            waiting += [inside for name, inside in reversed(value.items()) if name != _DATA and not _about(value, name)]


def _about(value: Mapping[str, Any], name: str) -> bool:
    return _DATA in value and name != _FRAMES and not isinstance(value[name], (list, dict))
