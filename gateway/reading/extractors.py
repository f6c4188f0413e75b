"""Which kind of piece is read by what. A new format is one more line in `TABLE`.

What a piece is, its octets say before its label does: a PDF called text is a PDF, text called application/octet-stream
is text. Left out without a word are only signatures and public keys that look like what they are called: no program
shows them, and they are in much ordinary mail. Everything else that is not in the table is Unread.

Calendars and address cards are text whose folded lines are joined. Delivery reports are text.
"""

import re
from collections.abc import Generator, Iterator, Mapping
from dataclasses import replace

from gateway.mail import Unread
from gateway.reading import html, message, transfer
from gateway.reading.charsets import decode
from gateway.reading.limits import ReadingLimits
from gateway.reading.pieces import Extractor, Item, Piece, Sheet
from gateway.reading.types import Origin

_MAGIC = (
    (b"%PDF-", "application/pdf"),
    (b"{\\rtf", "application/rtf"),
    (b"PK\x03\x04", "application/zip"),
    (b"\xd0\xcf\x11\xe0", "application/x-ole-storage"),
    (b"\x78\x9f\x3e\x22", "application/ms-tnef"),
    (b"\x89PNG", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"Rar!", "application/vnd.rar"),
    (b"7z\xbc\xaf", "application/x-7z-compressed"),
    (b"\x1f\x8b", "application/gzip"),
    (b"%!PS", "application/postscript"),
)
_BY_NAME = {
    **dict.fromkeys(("txt", "text", "log", "md", "csv", "tsv", "asc"), "text/plain"),
    **dict.fromkeys(("htm", "html", "xhtml", "shtml"), "text/html"),
    **dict.fromkeys(("ics", "ical", "ifb", "vcs"), "text/calendar"),
    **dict.fromkeys(("vcf", "vcard"), "text/vcard"),
    "eml": "message/rfc822",
}
_HTML = re.compile(rb"[\s\xef\xbb\xbf]*(?:<!doctype\s+html|<html[\s>])", re.IGNORECASE)
_FIELDS = re.compile(
    rb"(?:(?:from|to|subject|date|received|return-path|message-id|mime-version|content-type|delivered-to|x-[\w\-]+)[ \t]*:"
    rb"[^\n]*\n(?:[ \t][^\n]*\n)*){3}",
    re.IGNORECASE,
)
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\x0b\x0c\x1b")) + b"\x7f"
_ENVELOPED = (b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03", b"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x17")
BACKWARDS = "some of its text is shown backwards"
_TURNED = re.compile(r"<bdo\b[^>]{0,200}\brtl|unicode-bidi\s*:\s*(?:isolate-)?(?:bidi-)?override", re.IGNORECASE)
"""HTML that turns the order of letters round, whatever their own direction is."""
_UNSHOWN = {
    b"<!--": re.compile(rb"--!?>"),
    b"<style": re.compile(rb"</style[^>]{0,200}>"),
    b"<script": re.compile(rb"</script[^>]{0,200}>"),
}
_OPENING = re.compile(rb"<!--(?!\[if)|<style\b|<script\b")
_PICTURE = re.compile(rb"(?<=base64,)[A-Za-z0-9+/=\s]{1000,}")
_PGP = "-----BEGIN PGP MESSAGE-----"
_SAMPLE = 8192
_LARGEST_SIGNATURE = 64 * 1024
_UNFLOWED_LINE = re.compile(r"((?:>+)?) ?(.*)")


def kind(piece: Piece) -> str:
    """What the piece is: its media type, put right by its octets and its name."""
    start = piece.octets[:_SAMPLE]
    for magic, found in _MAGIC:
        if start.startswith(magic):
            return piece.type if piece.type.startswith(("application/vnd.", "application/ms")) else found
    if piece.type in TABLE and piece.type != "text/plain":
        return piece.type
    named = _BY_NAME.get(piece.name.rpartition(".")[2].lower(), "")
    if _HTML.match(start):
        return "text/html"
    if not piece.type.startswith("text/") and not (named or _is_text(start)):
        return piece.type
    if not piece.type.startswith("text/") and piece.type.startswith(("image/", "audio/", "video/", "font/")):
        return piece.type
    if named:
        return named
    return "message/rfc822" if piece.type != "text/plain" and _FIELDS.match(start) else "text/plain"


def _is_text(sample: bytes) -> bool:
    """UTF-8 without controls; the sample may end in the middle of a character."""
    if len(sample) != len(sample.translate(None, _CONTROLS)):
        return False
    try:
        sample[:-4].decode("utf-8") if len(sample) == _SAMPLE else sample.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def extract(piece: Piece, limits: ReadingLimits, table: Mapping[str, Extractor]) -> Iterator[Item]:
    """Everything a piece holds. May raise, as an Extractor may."""
    if piece.octets.strip() or piece.part == "":
        yield from table.get(kind(piece), _unread)(piece, limits)


def _unread(piece: Piece, _: ReadingLimits) -> Iterator[Item]:
    yield Unread(place=piece.place, why=f"not read: {kind(piece)}")


def _text(piece: Piece, limits: ReadingLimits) -> Iterator[Item]:
    text = yield from _decoded(piece, limits)
    if piece.parameters.get("format", "").lower() == "flowed":
        text = unflow(text, delete=piece.parameters.get("delsp", "").lower() == "yes")
    if "begin " in text and any(True for _ in transfer.blocks(text.split("\n"))):
        text = yield from _unpacked(piece, text)
    if _PGP in text:
        yield Unread(place=piece.place, why="encrypted")
    yield _sheet(piece, text)


def _unpacked(piece: Piece, text: str) -> Generator[Item, None, str]:
    """The files uuencoded in a text, each a piece of its own; what is returned is the text without them."""
    lines = text.split("\n")
    kept: list[str] = []
    last = 0
    for begin, end in transfer.blocks(lines):
        kept += lines[last:begin]
        last = end + 1
    for name, octets in transfer.uuencoded(lines):
        yield replace(piece, octets=octets, type="application/octet-stream", name=name, parameters={}, depth=piece.depth + 1)
    return "\n".join(kept + lines[last:])


def _folded_lines(piece: Piece, limits: ReadingLimits) -> Iterator[Item]:
    """Calendars and address cards: lines are folded (RFC 5545 §3.1), and commas and line breaks escaped (§3.3.11)."""
    text = yield from _decoded(piece, limits)
    whole = re.sub(r"\n[ \t]", "", text)
    yield _sheet(piece, re.sub(r"\\([nN,;\\])", lambda escaped: "\n" if escaped[1] in "nN" else escaped[1], whole))


def _html(piece: Piece, limits: ReadingLimits) -> Iterator[Item]:
    if len(piece.octets) > limits.part:
        yield Unread(place=piece.place, why="too large: it was read without its comments, styles and pictures")
        piece = replace(piece, octets=_lean(piece.octets))
    found = re.search(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?([\w\-]{2,40})", piece.octets[:2048], re.IGNORECASE)
    text = yield from _decoded(piece, limits, found[1].decode("ascii", "replace") if found else "")
    page = html.render(text)
    if page.flat:
        yield Unread(place=piece.place, why="HTML nested too deep: read without its layout")
    if _TURNED.search(text):
        yield Unread(place=piece.place, why=BACKWARDS)
    if page.cut:
        yield Unread(place=piece.place, why="too large")
    yield _sheet(piece, page.text, page)


def _lean(octets: bytes) -> bytes:
    """HTML without what makes it long and is not text: comments, styles, scripts, pictures written into it. In linear time."""
    octets = _PICTURE.sub(b"", octets)
    low = octets.lower()
    kept: list[bytes] = []
    unclosed: set[bytes] = set()
    at = 0
    for opening in _OPENING.finditer(low):
        if opening.start() < at or opening[0] in unclosed:
            continue
        closing = _UNSHOWN[opening[0]].search(low, opening.start() + 2)
        if closing is None:
            unclosed.add(opening[0])
            continue
        kept.append(octets[at : opening.start()])
        at = closing.end()
    return b"".join([*kept, octets[at:]])


def _sheet(piece: Piece, text: str, page: html.Page | None = None) -> Sheet:
    origin = Origin.FORWARDED if piece.forwarded else None
    return Sheet(text=text, place=piece.place, page=page, origin=origin, subject=piece.subject, octets=len(piece.octets))


def _decoded(piece: Piece, limits: ReadingLimits, charset: str = "") -> Generator[Item, None, str]:
    """The text, line breaks as newlines. Of one that is too long the end counts too: it is shown no less than the rest."""
    octets = piece.octets
    if len(octets) > limits.part:
        last = limits.part // 4 // 4 * 4
        first = limits.part - last
        yield Unread(place=piece.place, why=f"too large: the first {first} octets and the last {last} were read")
        octets = octets[:first] + octets[-last:] if last else octets[:first]
    text = decode(octets, piece.parameters.get("charset", "") or charset)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _encrypted_or_signed(piece: Piece, limits: ReadingLimits) -> Iterator[Item]:
    declared = piece.parameters.get("smime-type", "").lower()
    if "enveloped" in declared or any(oid in piece.octets[:200] for oid in _ENVELOPED):
        yield Unread(place=piece.place, why="encrypted")
    else:
        yield from _unread(piece, limits)


def _signature(piece: Piece, limits: ReadingLimits) -> Iterator[Item]:
    octets = piece.octets.lstrip()
    formed = octets.startswith((b"\x30", b"-----BEGIN PGP SIGNATURE", b"-----BEGIN PGP PUBLIC KEY"))
    if len(octets) > _LARGEST_SIGNATURE or not formed:
        yield from _text(piece, limits) if _is_text(octets[:_SAMPLE]) else _unread(piece, limits)


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


TABLE: Mapping[str, Extractor] = {
    "text/plain": _text,
    "text/html": _html,
    "application/xhtml+xml": _html,
    "text/enriched": _html,
    "text/richtext": _html,
    "text/calendar": _folded_lines,
    "application/ics": _folded_lines,
    "text/vcard": _folded_lines,
    "text/x-vcard": _folded_lines,
    "text/directory": _folded_lines,
    "message/rfc822": message.read,
    "application/pkcs7-mime": _encrypted_or_signed,
    "application/x-pkcs7-mime": _encrypted_or_signed,
    "application/pkcs7-signature": _signature,
    "application/x-pkcs7-signature": _signature,
    "application/pgp-signature": _signature,
    "application/pgp-keys": _signature,
    "text/rtf": _unread,
    "image/svg+xml": _unread,
}
