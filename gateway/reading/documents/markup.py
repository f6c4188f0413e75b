"""XML read as a stream, within bounds; the only door to expat.

Entities that are nested, long or stand elsewhere are refused, and with them the rest of the file: that is how a few octets
are made into gigabytes. Nothing is fetched. Names come without their namespaces, since files of one kind write them in
several; but for the ids of relationships, which are called `r:id`, since other ids stand beside them.
"""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol
from xml.parsers import expat

from gateway.reading.limits import ReadingLimits

_LONGEST_ENTITY = 256
_HEAD = 64 * 1024
_AFTER_ENTITIES = re.compile(rb"\]\s{0,99}>\s{0,99}<(?:\w{1,80}:)?(\w{1,80})", re.ASCII)


class Walker(Protocol):
    """What is told of every element and every stretch of text, in order."""

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """An element begins."""

    def end(self, name: str) -> None:
        """An element ends."""

    def text(self, data: str) -> None:
        """Text stands in the element that is open."""


class TooMuch(Exception):  # noqa: N818  -- it is what it says
    """More elements, or more text, than is read."""


class Refused(Exception):  # noqa: N818  -- it is what it says
    """It declares entities as an attack does."""


@dataclass(slots=True)
class Budget:
    """How many elements may still be read: one for all parts of a document."""

    left: int

    @classmethod
    def of(cls, limits: ReadingLimits) -> "Budget":
        """A whole one."""
        return cls(limits.elements)


def walk(octets: bytes, walker: Walker, budget: Budget) -> str:
    """Tell `walker` what is in the XML; why that is not all of it, "" if it is."""
    try:
        _parse(octets, walker, budget)
    except expat.ExpatError:
        return "damaged"
    except TooMuch:
        return "too large: not all of its text was read"
    except Refused:
        return "not read: it declares entities that might unfold without end"
    except (ValueError, LookupError, RecursionError):
        return "damaged"
    return ""


def _parse(octets: bytes, walker: Walker, budget: Budget) -> None:
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True

    def start(name: str, attributes: dict[str, str]) -> None:
        budget.left -= 1
        if budget.left < 0:
            raise TooMuch
        plain = {_attribute(key): value for key, value in attributes.items()} if attributes else attributes
        walker.start(_plain(name), plain)

    parser.StartElementHandler = start
    parser.EndElementHandler = lambda name: walker.end(_plain(name))
    parser.CharacterDataHandler = walker.text
    parser.EntityDeclHandler = _entity
    try:
        parser.Parse(octets, True)  # noqa: FBT003  -- expat takes it by position only
    finally:
        parser.buffer_text = False  # and with that the walker is told of the text that was kept back


def _plain(name: str) -> str:
    return name.rpartition(" ")[2]


def _attribute(name: str) -> str:
    space, _, plain = name.rpartition(" ")
    return f"r:{plain}" if space.endswith("/relationships") else plain


def _entity(*told: object) -> None:
    """told: as expat has it; the third is the value, None where it stands elsewhere."""
    value = told[2]
    if not isinstance(value, str) or len(value) > _LONGEST_ENTITY or "&" in value or "%" in value:
        raise Refused


class _Root(Exception):  # noqa: N818  -- carries the answer out of the parser
    pass


def root(octets: bytes) -> str:
    """Namespace and name of the root element, parted by a blank; "" where there is none to be seen."""
    found: list[str] = []
    parser = expat.ParserCreate(namespace_separator=" ")

    def start(name: str, _: dict[str, str]) -> None:
        found.append(name)
        raise _Root

    parser.StartElementHandler = start
    parser.EntityDeclHandler = _entity
    with suppress(expat.ExpatError, _Root, ValueError, LookupError):
        try:
            parser.Parse(octets[:_HEAD], False)  # noqa: FBT003  -- expat takes it by position only
        except Refused:
            behind = _AFTER_ENTITIES.search(octets[:_HEAD])
            return behind[1].decode("ascii") if behind else ""
    return found[0] if found else ""
