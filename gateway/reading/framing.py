"""Evidence in a picture, shown: the picture or the page it stands on, with a box around it.

The message is taken apart again, until what stands at that place is found; it is drawn in the process that reads parts apart.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from gateway.mail import Box, Place
from gateway.reading.apart import apart
from gateway.reading.extractors import TABLE, extract, kind
from gateway.reading.limits import ReadingLimits
from gateway.reading.pieces import BOXES, Item, Piece

PAGES = "application/pdf"


def framed(octets: bytes, place: Place, boxes: Sequence[Box], limits: ReadingLimits | None = None) -> bytes:
    """A JPEG of the picture or the page at a place of a message, with these boxes. Raises KeyError if there is none."""
    limits = replace(limits or ReadingLimits(), dear=False)
    piece = next(_found(octets, place, limits), None)
    if piece is None:
        raise KeyError(str(place))
    written = ";".join(",".join(map(str, box)) for box in boxes)
    given = replace(piece, parameters={BOXES: written}, page=place.page)
    drawn = next((item for item in _drawn(given, limits) if isinstance(item, Piece)), None)
    if drawn is None:
        raise KeyError(str(place))
    return drawn.octets


def _found(octets: bytes, place: Place, limits: ReadingLimits) -> Iterator[Piece]:
    """The pictures and PDFs that stand there."""
    waiting: list[Iterator[Item]] = [iter((Piece(octets=octets, type="message/rfc822", part=""),))]
    looked = 0
    while waiting and looked < limits.parts:
        try:
            item = next(waiting[-1], None)
        except Exception:  # noqa: BLE001  -- what cannot be taken apart holds nothing that was found
            item = None
        if item is None:
            waiting.pop()
        elif isinstance(item, Piece):
            looked += 1
            what = kind(item) if item.part else ""
            if (item.part, item.name) == (place.part, place.name) and (what == PAGES or what.startswith("image/")):
                yield item
            elif len(waiting) <= limits.depth and _leads(item, place):
                waiting.append(extract(item, limits, TABLE))


def _leads(piece: Piece, place: Place) -> bool:
    """Whether what is looked for may stand in it."""
    return place.part.startswith(piece.part)


def _draw(piece: Piece, limits: ReadingLimits) -> Iterator[Item]:
    from gateway.reading.pictures import drawn  # noqa: PLC0415  -- its libraries are loaded in the child only

    return drawn.draw(piece, limits)


def _prepare(_limits: ReadingLimits) -> None:
    from gateway.reading.pictures import drawn  # noqa: PLC0415, F401  -- loaded, and looked at later


_drawn = apart(_draw, prepare=_prepare)
