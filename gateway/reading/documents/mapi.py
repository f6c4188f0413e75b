"""A message as Outlook keeps it: what .msg and winmail.dat share. Its text, in whatever form, becomes pieces and sheets."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from gateway.reading.charsets import decode
from gateway.reading.documents import compressed_rtf
from gateway.reading.documents.container import UNKNOWN, inner, sheet
from gateway.reading.limits import ReadingLimits
from gateway.reading.pieces import Item, Piece

SUBJECT, BODY, HTML, RTF = 0x0037, 0x1000, 0x1013, 0x1009
DATA, LONG_NAME, SHORT_NAME, DISPLAY_NAME, MEDIA_TYPE = 0x3701, 0x3707, 0x3704, 0x3001, 0x370E
SENDER, AUTHOR = 0x0C1A, 0x0042
WANTED = frozenset({SUBJECT, BODY, HTML, RTF, DATA, LONG_NAME, SHORT_NAME, DISPLAY_NAME, MEDIA_TYPE, SENDER, AUTHOR})
"""The properties that are read."""
_NAMES = ((AUTHOR, "From"), (SENDER, "Sender"))


@dataclass(slots=True)
class Properties:
    """The properties of a message or an attachment by number: text decoded, anything else as octets."""

    texts: dict[int, str] = field(default_factory=dict)
    octets: dict[int, bytes] = field(default_factory=dict)

    def add(self, number: int, kind: int, value: bytes) -> None:
        """A property as it is stored: 0x1F text in UTF-16, 0x1E in a code page, others octets. The first of a number counts."""
        if kind == 0x1F:  # noqa: PLR2004  -- PtypString
            self.texts.setdefault(number, value.decode("utf-16-le", "replace").rstrip("\0"))
        elif kind == 0x1E:  # noqa: PLR2004  -- PtypString8
            self.texts.setdefault(number, decode(value.rstrip(b"\0")))
        else:
            self.octets.setdefault(number, value)

    def name(self) -> str:
        """An attachment's name."""
        return next(filter(None, (self.texts.get(key, "") for key in (LONG_NAME, SHORT_NAME, DISPLAY_NAME))), "")


def told(piece: Piece, properties: Properties, limits: ReadingLimits) -> Iterator[Item]:
    """What a message says: its subject, whom it is from, and its text in every form it has."""
    if subject := properties.texts.get(SUBJECT, "").strip():
        yield sheet(piece, subject[: limits.field], header="Subject")
    for number, header in _NAMES:
        if name := properties.texts.get(number, "").strip():
            yield sheet(piece, name[: limits.field], header=header)
    yield from _bodies(piece, properties, limits)


def _bodies(piece: Piece, properties: Properties, limits: ReadingLimits) -> Iterator[Item]:
    if plain := properties.texts.get(BODY, "").strip():
        yield inner(piece, plain.encode("utf-8", "replace"), type_="text/plain", charset="utf-8")
    html = properties.octets.get(HTML, b"") or properties.texts.get(HTML, "").encode("utf-8", "replace")
    if html.strip():
        yield inner(piece, html, type_="text/html")
    if packed := properties.octets.get(RTF, b""):
        rich = compressed_rtf.unfold(packed, limits.expanded // 2)
        yield inner(piece, rich or packed, type_="application/rtf")


def attached(piece: Piece, properties: Properties) -> Iterator[Item]:
    """What an attachment holds."""
    data = properties.octets.get(DATA, b"")
    if data:
        declared = properties.texts.get(MEDIA_TYPE, "").strip().lower()
        yield inner(piece, data, properties.name(), type_=declared or UNKNOWN)
