"""Plain text, and what stands in it: files, messages and escapes that programs undo, and people can have undone."""

import re
from collections.abc import Generator, Iterator
from dataclasses import replace

from gateway.reading import escaped, sheets, transfer
from gateway.reading.documents import macintosh, pgp
from gateway.reading.limits import ReadingLimits
from gateway.reading.pieces import Item, Piece

_TERMINAL = re.compile(r"\x1b\[[0-9;:?]{0,40}[A-Za-z]|[^\n\x08]\x08")
"""Colours of a terminal, and letters that are struck over."""
_STRUCK = re.compile(r"\x08|\x1b\[[0-9;:?]{0,40}[A-JL-Za-ln-z]")
"""Of these what is more than a colour."""
_JOINED_WORDS = re.compile(r"(?<![^\s>])[^\W\d_]{1,30}[.,;:!?]? \n(?:> ?){0,9}[^\W\d_]{1,30}(?![^\s.,;:!?])")
"""What DelSp makes one word of: who writes so has a blank before the one that goes, or joins the pieces of an address."""
_UNFLOWED_LINE = re.compile(r"((?:>+)?) ?(.*)")


def read(piece: Piece, limits: ReadingLimits) -> Iterator[Item]:
    """Extractor of text/plain."""
    if b"=ybegin " in piece.octets:
        piece = yield from _without_yenc(piece)
    text = stands = yield from sheets.decoded(piece, limits)
    if "\x1b" in text or "\b" in text:
        text = _TERMINAL.sub("", text)
    if _is(piece, "format", "flowed"):
        text = unflow(text, delete=_is(piece, "delsp", "yes"))
    if "begin " in text and any(True for _ in transfer.blocks(text.split("\n"))):
        text = yield from _unpacked(piece, text)
    if (at := piece.octets.find(macintosh.BEGINS)) >= 0:
        yield replace(piece, octets=piece.octets[at:], type=macintosh.BINHEX, parameters={}, depth=piece.depth + 1)
    if pgp.BEGIN in text:
        yield from pgp.armoured(piece, text, limits)
    shown = pgp.clear(text) if "-----BEGIN PGP SIGNED" in text else text
    yield sheets.sheet(piece, shown)
    yield from sheets.turned(piece, shown)
    if other := _otherwise(piece, stands):
        yield sheets.further(piece, other)
    if undone := escaped.undone(shown):
        yield sheets.further(piece, undone)
    if coded := transfer.coded(text):
        yield replace(piece, octets=coded, type="application/octet-stream", parameters={}, depth=piece.depth + 1)


def _is(piece: Piece, parameter: str, value: str) -> bool:
    return piece.parameters.get(parameter, "").lower() == value


def _otherwise(piece: Piece, text: str) -> str:
    """The text for programs that go by no controls in it and know no DelSp; "" where it is the same."""
    flowed = _is(piece, "format", "flowed")
    struck = ("\x1b" in text or "\b" in text) and _STRUCK.search(text)
    if not struck and not (flowed and _is(piece, "delsp", "yes") and _JOINED_WORDS.search(text)):
        return ""
    return unflow(text) if flowed else text


def _without_yenc(piece: Piece) -> Generator[Item, None, Piece]:
    """The files in yEnc, each a piece of its own; what is returned is the piece without those that hold no words."""
    kept: list[bytes] = []
    at = 0
    for name, octets, start, end in transfer.yencoded(piece.octets):
        yield replace(piece, octets=octets, type="application/octet-stream", name=name, parameters={}, depth=piece.depth + 1)
        if transfer.is_yencoded(piece.octets[start:end]):
            kept.append(piece.octets[at:start])
            at = end
    return replace(piece, octets=b"".join([*kept, piece.octets[at:]]))


def _unpacked(piece: Piece, text: str) -> Generator[Item, None, str]:
    """The files uuencoded in a text, each a piece of its own; what is returned is the text without those that hold no words."""
    lines = text.split("\n")
    kept: list[str] = []
    last = 0
    for begin, end in transfer.blocks(lines):
        if transfer.is_uuencoded(lines[begin + 1 : end]):
            kept += lines[last:begin]
            last = end + 1
    for name, octets in transfer.uuencoded(lines):
        yield replace(piece, octets=octets, type="application/octet-stream", name=name, parameters={}, depth=piece.depth + 1)
    return "\n".join(kept + lines[last:])


def unflow(text: str, *, delete: bool = False) -> str:
    """format=flowed (RFC 3676): lines that end in a blank go on in the next of the same depth of `>`."""
    joined: list[str] = []
    depth: str | None = None
    for line in text.split("\n"):
        found = _UNFLOWED_LINE.fullmatch(line)
        mark, words = (found[1], found[2]) if found else ("", line)
        if depth == mark and joined and words != "-- ":
            joined[-1] += words
        else:
            joined.append(f"{mark} {words}" if mark else words)
        flows = words.endswith(" ") and words != "-- "
        if flows and delete:
            joined[-1] = joined[-1][:-1]
        depth = mark if flows else None
    return "\n".join(joined)
