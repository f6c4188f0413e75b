"""The leaves of a message: its attachments, its HTML, and the pictures it brings."""

from base64 import b64encode
from collections.abc import Iterator

from gateway.display.opened import Opened
from gateway.display.types import File
from gateway.reading import ReadingLimits, message
from gateway.reading.pieces import Piece

_PICTURES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif"}
_MOST_FILES = 200
_PICTURE, _ALL_PICTURES = 3 * 1024**2, 8 * 1024**2


def leaves(octets: bytes) -> Iterator[Piece]:
    """The parts that hold something, at most as many as are read."""
    limits = ReadingLimits()
    whole = Piece(octets=octets, type="message/rfc822", part="")
    pieces = (item for item in message.read(whole, limits) if isinstance(item, Piece))
    yield from (piece for _, piece in zip(range(limits.parts), pieces, strict=False))


def is_file(piece: Piece) -> bool:
    """Whether a mail program would list it as an attachment."""
    return bool(piece.name) or piece.type not in {"text/plain", "text/html"}


def listed(pieces: list[Piece]) -> tuple[File, ...]:
    """The attachments."""
    files = [piece for piece in pieces if is_file(piece)][:_MOST_FILES]
    return tuple(File(part=piece.part, name=piece.name, type=piece.type[:100], size=len(piece.octets)) for piece in files)


def part(octets: bytes, number: str) -> tuple[str, bytes]:
    """The name and the octets of a part. Raises KeyError."""
    for piece in leaves(octets):
        if piece.part == number:
            return piece.name, piece.octets
    raise KeyError(number)


class Pictures:
    """The pictures a message brings, as data: URLs. Together they have a limit."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened
        self._left = _ALL_PICTURES
        self._named: dict[str, bytes] | None = None
        self._used: set[bytes] = set()

    def by_id(self, content_id: str) -> str:
        """The picture of that Content-ID; "" if there is none that can be shown."""
        if self._named is None:
            self._named = self._opened.by_content_id()
        found = self._named.get(content_id.strip().lower(), b"")
        self._used.add(found)
        return self._url(found)

    def attached(self) -> Iterator[tuple[str, str]]:
        """(name, URL) of the other pictures, which mail programs show below the text."""
        for piece in self._opened.pieces:
            if piece.octets not in self._used and (url := self._url(piece.octets)):
                yield piece.name, url

    def _url(self, octets: bytes) -> str:
        kind = _kind(octets)
        if not kind or len(octets) > min(_PICTURE, self._left):
            return ""
        self._left -= len(octets)
        return f"data:{kind};base64,{b64encode(octets).decode('ascii')}"


def _kind(octets: bytes) -> str:
    if octets[:4] == b"RIFF" and octets[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for mark, kind in _PICTURES.items() if octets.startswith(mark)), "")
