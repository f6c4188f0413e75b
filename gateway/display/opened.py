"""A message taken apart once for everything that is shown of it: what is read in it, its pieces, the pictures it names."""

from collections.abc import Iterator
from contextlib import suppress

from gateway.reading import Reader, Reading, ReadingLimits, headers, message, transfer
from gateway.reading.entity import Entity, TooMuch, parse
from gateway.reading.extractors import TABLE
from gateway.reading.pieces import Item, Piece

_MESSAGE = "message/rfc822"


class Opened:
    """A message that was read. Nothing in it raises."""

    def __init__(self, octets: bytes) -> None:
        self.octets = octets
        self._entity: Entity | None = None
        self._pieces: list[Piece] = []
        self.reading: Reading = Reader(extractors={**TABLE, _MESSAGE: self._extract}).read(octets)

    @property
    def pieces(self) -> list[Piece]:
        """The parts that hold something, at most as many as are read. What could not be taken apart, the reading tells."""
        return self._pieces[: ReadingLimits().parts]

    def by_content_id(self) -> dict[str, bytes]:
        """The octets of the parts that have a Content-ID, by it."""
        found: dict[str, bytes] = {}
        for entity in self._entity.walk() if self._entity else ():
            name = str(entity.get("Content-ID", "")).strip().strip("<>").lower()
            if name and not entity.is_multipart():
                coding = headers.token(str(entity.get("Content-Transfer-Encoding", "")))
                found.setdefault(name, transfer.undo(headers.octets_of(getattr(entity, "raw", "")), coding))
        return found

    def _extract(self, piece: Piece, limits: ReadingLimits) -> Iterator[Item]:
        """Extractor of messages; of the whole one it keeps what comes out."""
        if piece.depth:
            yield from message.read(piece, limits)
            return
        parsed = None
        with suppress(TooMuch):
            parsed = parse(piece.octets)
        self._entity = parsed[0] if parsed else None
        for item in message.read(piece, limits, parsed):
            if isinstance(item, Piece):
                self._pieces.append(item)
            yield item
