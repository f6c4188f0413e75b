"""The pictures and pages on which findings rest, each with the boxes of all that was found on it."""

from collections.abc import Iterable

from gateway.display.types import Framed
from gateway.mail import Box, Place
from gateway.reading.framing import framed
from gateway.verdict import Finding

_MOST = 12


def frames(findings: Iterable[Finding]) -> tuple[Framed, ...]:
    """In the order of the findings."""
    found: dict[Place, dict[Box, None]] = {}
    for finding in findings:
        for place in (evidence.place for evidence in finding.evidence):
            if place.box:
                whole = Place(part=place.part, name=place.name, page=place.page)
                found.setdefault(whole, {})[place.box] = None
    return tuple(Framed(place=place, boxes=tuple(boxes)) for place, boxes in list(found.items())[:_MOST])


def frame(octets: bytes, findings: Iterable[Finding], number: int) -> bytes:
    """One of them as a JPEG. Raises KeyError if there is none, or it cannot be drawn."""
    known = frames(findings)
    if not 0 <= number < len(known):
        raise KeyError(number)
    return framed(octets, known[number].place, known[number].boxes)
