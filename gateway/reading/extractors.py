"""Which kind of piece is read by what. A new format is one more line in `TABLE`.

What a piece is, its octets say before its label does: a PDF called text is a PDF, text called application/octet-stream
is text. Left out without a word are only signatures and public keys that look like what they are called: no program
shows them, and they are in much ordinary mail. Everything else that is not in the table is Unread.

Delivery reports are text. What a script in an attached page would write is Unread; in the body of a message none is run.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from html import unescape

from gateway.mail import Unread
from gateway.reading import brought, cards, documents, html, mailbox, message, mosaic, plain, sheets
from gateway.reading.apart import apart
from gateway.reading.charsets import decode, switches
from gateway.reading.limits import ReadingLimits
from gateway.reading.pictures import inline
from gateway.reading.pieces import ENTITY, Extractor, Item, Piece
from gateway.reading.sought import Sought

_MAGIC = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"%!PS", "application/postscript"),
    (documents.macintosh.BEGINS, documents.macintosh.BINHEX),
)
_PICTURES = (
    *("image/png", "image/apng", "image/jpeg", "image/jpg", "image/pjpeg", "image/gif", "image/webp", "image/tiff", "image/avif"),
    *("image/bmp", "image/x-ms-bmp", "image/x-bmp", "image/x-icon", "image/vnd.microsoft.icon", "image/jp2"),
    *("image/heic", "image/heif", "image/x-pcx"),
    *("image/x-portable-pixmap", "image/x-portable-graymap", "image/x-portable-bitmap", "image/x-portable-anymap"),
)
_BY_NAME = {
    **dict.fromkeys(("txt", "text", "log", "md", "csv", "tsv", "asc"), "text/plain"),
    **dict.fromkeys(("htm", "html", "xhtml", "shtml"), "text/html"),
    **dict.fromkeys(("ics", "ical", "ifb", "vcs"), "text/calendar"),
    **dict.fromkeys(("vcf", "vcard"), "text/vcard"),
    **dict.fromkeys(("eml", "mht", "mhtml"), "message/rfc822"),
}
_DRAWING = "image/svg+xml"
"""A page may begin with one."""
_WRITTEN = documents.WRITTEN | {mailbox.TYPE, "text/html"}
"""What is shown as it is written where it is called plain text."""
_PLAIN = frozenset({"", "txt", "text", "log", "md", "csv", "asc"})
_HTML = re.compile(rb"[\s\xef\xbb\xbf]*(?:<!doctype\s+html|<html[\s>])", re.IGNORECASE)
_FIELDS = re.compile(
    rb"(?:(?:from|to|subject|date|received|return-path|message-id|mime-version|content-type|delivered-to|x-[\w\-]+)[ \t]*:"
    rb"[^\n]*\n(?:[ \t][^\n]*\n)*){3}",
    re.IGNORECASE,
)
_WEB_ARCHIVE = re.compile(
    rb"(?:[\w\-]{1,80}:[^\n]*\n(?:[ \t][^\n]*\n)*){0,10}?MIME-Version:[^\n]*\n(?:[\w\-]{1,80}:[^\n]*\n){0,10}?Content-",
    re.IGNORECASE,
)
"""A page saved with its pictures: Word and browsers write it as a message without a sender."""
_CODED = re.compile(rb"(?im)^Content-Transfer-Encoding:[ \t]*(?:base64|quoted-printable)")
"""What is in a saved message whose text is not to be read as it stands."""
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\x0b\x0c\x1b")) + b"\x7f"
_WIDE_CONTROLS = re.compile("[\x00-\x08\x0e-\x1a\ufffd]")
BACKWARDS = "some of its text is shown backwards"
_TURNED = Sought(
    r"<bdo\b[^>]{0,200}\brtl|unicode-bidi\s*:\s*(?:isolate-)?(?:bidi-)?override", ("<bdo", r"unicode-bidi\s*:\s*(?:iso|bi|ov)")
)
"""HTML that turns the order of letters round, whatever their own direction is."""
_UNSHOWN = {
    b"<!--": re.compile(rb"--!?>"),
    b"<style": re.compile(rb"</style[^>]{0,200}>"),
    b"<script": re.compile(rb"</script[^>]{0,200}>"),
}
_OPENING = re.compile(rb"<!--(?!\[if)|<style\b|<script\b")
_PICTURE = re.compile(rb"(?<=base64,)[A-Za-z0-9+/=\s]{1000,}")
_UTF8 = {"charset": "utf-8"}
_TITLE = re.compile(r"<title[^>]{0,200}>([^<]{1,1000})", re.IGNORECASE)
_WRITES = re.compile(
    r"document\.write|\.(?:inner|outer)HTML\s*=|insertAdjacent|\.(?:textContent|innerText)\s*=|createTextNode|\.append(?:Child)?\("
)
_FEWEST_PICTURES = 4
_SAMPLE = 8192
_LARGEST_SIGNATURE = 64 * 1024


def kind(piece: Piece) -> str:
    """What the piece is: its media type, put right by its octets and its name."""
    if not piece.part:
        return "message/rfc822"
    start = piece.octets[:_SAMPLE]
    found = documents.sniff(piece.octets, piece.name) or next((k for magic, k in _MAGIC if start.startswith(magic)), "")
    if found:
        return "text/html" if found == _DRAWING and piece.type == "text/html" else found
    if piece.type in TABLE and piece.type != "text/plain" and piece.type not in documents.BY_OCTETS:
        return piece.type
    return _sniffed(start) or _labelled(piece, start)


def _labelled(piece: Piece, start: bytes) -> str:
    """What its name, its label and the look of it say, where nothing else does."""
    named = _BY_NAME.get(piece.name.rpartition(".")[2].lower(), "")
    if not piece.type.startswith("text/") and not (named or _is_text(start)):
        return piece.type
    if piece.type.startswith(("image/", "font/")):
        return piece.type
    if named:
        return named
    headed = _FIELDS.match(start) or _WEB_ARCHIVE.match(start)
    return "message/rfc822" if headed and piece.type != "text/plain" else "text/plain"


def _sniffed(start: bytes) -> str:
    """What is told by more than its first octets: programs open a PDF that has something before it, too."""
    if _HTML.match(start):
        return "text/html"
    if mailbox.is_one(start):
        return mailbox.TYPE
    if start.startswith(b"RIFF") and start[8:12] == b"WEBP":
        return "image/webp"
    if start.startswith(b"BM") and start[6:10] == bytes(4):
        return "image/bmp"
    if start[4:8] == b"ftyp" and start[8:12] in {b"avif", b"avis"}:
        return "image/avif"
    return "application/pdf" if b"%PDF-1." in start[:1024] and not _is_text(start) else ""


def _is_text(sample: bytes) -> bool:
    """UTF-8 without controls; the sample may end in the middle of a character. UTF-16 with a mark is text too."""
    if sample.startswith((b"\xff\xfe", b"\xfe\xff")):
        return not _WIDE_CONTROLS.search(sample.decode("utf-16", "replace"))
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
        what = kind(piece)
        yield from table.get(what, _unread)(piece, limits)
        if what in _WRITTEN and piece.type == "text/plain" and piece.name.rpartition(".")[2].lower() in _PLAIN:
            yield from table.get("text/plain", _unread)(piece, limits)
        if what == "text/plain" and _FIELDS.match(bare := _bare(piece.octets)) and _CODED.search(piece.octets[:_SAMPLE]):
            yield replace(piece, octets=bare, type="message/rfc822", name="", parameters={}, depth=piece.depth + 1)
        if what.startswith("text/") and switches(piece.octets, piece.parameters.get("charset", "")):
            yield replace(piece, octets=piece.octets.replace(b"\x1b", b""), depth=piece.depth + 1)
        if what not in documents.HOLDING and documents.trailing_zip(piece.octets):
            yield from table.get(documents.APPENDED, _unread)(piece, limits)


def _bare(octets: bytes) -> bytes:
    """What follows a mark of UTF-8 and empty lines: a message that begins so has no header for some programs."""
    return octets.removeprefix(b"\xef\xbb\xbf").lstrip()


def _unread(piece: Piece, _: ReadingLimits) -> Iterator[Item]:
    what = kind(piece)
    broad = what.partition("/")[0]
    yield Unread(place=piece.place, why=broad if broad in {"audio", "video"} else f"not read: {what}")


def _folded_lines(piece: Piece, limits: ReadingLimits) -> Iterator[Item]:
    text = yield from sheets.decoded(piece, limits)
    yield sheets.sheet(piece, cards.text(text))
    for kind, octets in cards.enclosed(text):
        yield replace(piece, octets=octets, type=kind, name="", parameters=_UTF8, depth=piece.depth + 1)


def _html(piece: Piece, limits: ReadingLimits) -> Iterator[Item]:
    yield from _page(piece, limits)
    yield from inline.written_in(piece, limits)
    if piece.octets.count(b"data:image/") >= _FEWEST_PICTURES and (packed := mosaic.joined(decode(piece.octets, ""), _nothing)):
        yield replace(piece, octets=packed, type=mosaic.TYPE, parameters={}, depth=piece.depth + 1)


def _nothing(_: str) -> bytes:
    return b""


def _page(piece: Piece, limits: ReadingLimits) -> Iterator[Item]:
    if len(piece.octets) > limits.part:
        yield Unread(place=piece.place, why="too large: it was read without its comments and styles")
        piece = replace(piece, octets=_lean(piece.octets))
    found = re.search(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?([\w\-]{2,40})", piece.octets[:2048], re.IGNORECASE)
    text = yield from sheets.decoded(piece, limits, found[1].decode("ascii", "replace") if found else "")
    page = html.render(text)
    if page.flat:
        yield Unread(place=piece.place, why="HTML nested too deep: read without its layout")
    if _TURNED.stands_in(text):
        yield Unread(place=piece.place, why=BACKWARDS)
    if page.cut:
        yield Unread(place=piece.place, why="too large")
    for why in brought.unreadable(text):
        yield Unread(place=piece.place, why=why)
    if piece.name and _WRITES.search(text):
        yield Unread(place=piece.place, why="not read: what a script in it writes")
    if piece.name and (title := _TITLE.search(text)):
        yield sheets.sheet(piece, unescape(title[1]))
    yield sheets.sheet(piece, page.text, page)
    if page.arranged:
        yield sheets.further(piece, page.arranged)
    yield from sheets.turned(piece, page.text)
    yield from sheets.drawn(piece, page.drawn)


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


def _signature(piece: Piece, limits: ReadingLimits) -> Iterator[Item]:
    """What is called a signature, or keys; where it is none, it is what its octets and its name say."""
    small = len(piece.octets) <= _LARGEST_SIGNATURE and not _sniffed(piece.octets[:_SAMPLE])
    if small and (content := documents.smime.signs(piece.octets)) is not None:
        if content:
            yield replace(piece, type="application/pkcs7-mime", parameters={})
        return
    other = replace(piece, type="application/octet-stream")
    what = kind(other)
    if what == "text/plain":
        left = documents.pgp.bare((yield from sheets.decoded(piece, limits)))
        if left.strip():
            yield from plain.read(replace(piece, octets=left.encode(), parameters=_UTF8), limits)
    elif what == other.type:
        yield from _unread(piece, limits)
    else:
        yield other


def _pdf(piece: Piece, limits: ReadingLimits) -> Iterator[Item]:
    from gateway.reading.pictures import pdf  # noqa: PLC0415  -- its libraries are loaded in the child only

    return pdf.read(piece, limits)


def _picture(piece: Piece, limits: ReadingLimits) -> Iterator[Item]:
    from gateway.reading.pictures import images  # noqa: PLC0415  -- its libraries are loaded in the child only

    return images.read(piece, limits)


def _joined(piece: Piece, limits: ReadingLimits) -> Iterator[Item]:
    from gateway.reading.pictures import joined  # noqa: PLC0415  -- its libraries are loaded in the child only

    return joined.read(piece, limits)


def _ready_for_pages(limits: ReadingLimits) -> None:
    """In the child, before the time for a part begins."""
    from gateway.reading.pictures import pdf  # noqa: PLC0415, F401  -- loaded, and looked at later

    _ready_for_pictures(limits)


def _ready_for_pictures(limits: ReadingLimits) -> None:
    from gateway.reading.pictures import images, ocr  # noqa: PLC0415, F401  -- loaded, and looked at later

    if limits.ocr and limits.dear:
        ocr.prepare()


TABLE: Mapping[str, Extractor] = {
    **documents.EXTRACTORS,
    "text/plain": plain.read,
    "text/html": _html,
    "application/xhtml+xml": _html,
    "text/enriched": _html,
    "text/watch-html": _html,
    "text/x-amp-html": _html,
    "text/richtext": _html,
    "text/calendar": _folded_lines,
    "application/ics": _folded_lines,
    "text/vcard": _folded_lines,
    "text/x-vcard": _folded_lines,
    "text/directory": _folded_lines,
    "message/rfc822": message.read,
    ENTITY: message.read,
    mailbox.TYPE: mailbox.read,
    "application/pkcs7-signature": _signature,
    "application/x-pkcs7-signature": _signature,
    "application/pgp-signature": _signature,
    "application/pgp-keys": _signature,
    "application/pdf": apart(_pdf, puts_off=True, prepare=_ready_for_pages),
    mosaic.TYPE: apart(_joined, puts_off=True, prepare=_ready_for_pictures),
    **dict.fromkeys(_PICTURES, apart(_picture, puts_off=True, prepare=_ready_for_pictures)),
}

_IN_HERE = (plain.read, _html, _folded_lines, _signature, mailbox.read)
APART: Mapping[str, Extractor] = {kind: apart(read) if read in _IN_HERE else read for kind, read in TABLE.items()}
"""The same where text and HTML are read apart too: for what broke down the process that asks."""
