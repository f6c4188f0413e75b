"""What is written into HTML and style sheets as `data:` addresses (RFC 2397), pictures and pages: each a piece of its own."""

import base64
import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from urllib.parse import unquote_to_bytes

from gateway.reading.limits import ReadingLimits
from gateway.reading.pieces import Piece

_KINDS = rb"image/[\w.+\-]{1,40}|text/(?:html|plain|xml)|application/(?:pdf|xhtml\+xml|xml)"
_WRITTEN = re.compile(rb"\bdata:(" + _KINDS + rb")((?:;[\w=.\-]{1,60}){0,4}),([^\"'<>)]{40,})", re.IGNORECASE)
_BLANK = re.compile(rb"\s+")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")


def written_in(piece: Piece, limits: ReadingLimits) -> Iterator[Piece]:
    """What is in the octets of a page, no more of them than parts are read."""
    for number, found in enumerate(_WRITTEN.finditer(piece.octets) if b"data:" in piece.octets.lower() else ()):
        if number > limits.parts:
            return
        kind, parameters, content = found.groups()
        coded = parameters.lower().endswith(b";base64")
        yield replace(
            piece,
            octets=_decoded(content) if coded else unquote_to_bytes(_BLANK.sub(b" ", content)),
            type=kind.decode("ascii").lower(),
            parameters={},
            depth=piece.depth + 1,
        )


def _decoded(content: bytes) -> bytes:
    """Base64 as browsers read it: character references and percent signs undone, all else that is not of it left out."""
    if b"&" in content:
        content = unescape(content.decode("latin-1")).encode("latin-1", "replace")
    if b"%" in content:
        content = unquote_to_bytes(content)
    content = _NOT_BASE64.sub(b"", content)
    return base64.b64decode(content[: len(content) - (len(content) % 4 == 1)] + b"==")
