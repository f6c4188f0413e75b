"""A message taken apart: header fields that a reader sees, and the pieces of its body, numbered as in IMAP.

Where mail programs differ in what they make of broken mail, all that any of them would show is read, or it is said that
it was not.
"""

import re
from collections.abc import Iterator

from gateway.mail import FILE_NAME, Place, Unread
from gateway.reading import headers, mosaic, transfer
from gateway.reading.called import names
from gateway.reading.charsets import decode
from gateway.reading.entity import Entity, Parsed, TooMuch, head, parse
from gateway.reading.limits import ReadingLimits
from gateway.reading.pieces import ENTITY, Item, Piece, Sheet
from gateway.reading.runs import spoken, together
from gateway.reading.turned import overridden
from gateway.reading.types import Origin

NESTING = "nested too deep"
TANGLED = "nested too deep, or in too many parts"
_BOUNDARY_LINE = re.compile(r"^--(\S.{0,200}?)[ \t]*\r?\n(?=content-)", re.IGNORECASE | re.MULTILINE)
_BOILERPLATE = re.compile(
    r"mime[ -]?format|multi-?part|mime-aware|mime.compliant|mime-encap|cryptographically signed|openpgp|pgp/mime", re.IGNORECASE
)
_NAMED_FIELDS = (
    *("From", "Sender", "Reply-To", "To", "Cc", "Bcc"),
    *("Resent-From", "Resent-Sender", "Resent-To", "Resent-Cc", "Disposition-Notification-To"),
)
_SAYING_FIELDS = ("Organization", "Keywords", "Comments", "Thread-Topic", "X-Message-Flag")
"""Fields that some mail programs show as they are: categories, the topic of a conversation, a flag. The topic of an answer is
that of the first message; Outlook writes it whatever the subject is ([MS-OXCMAIL] §2.2.3.2.7).
"""
_MOST_READINGS = 20
"""So many more readings of parts that contradict themselves are given."""
_REPORTS = frozenset(
    f"message/{kind}" for kind in ("delivery-status", "global-delivery-status", "disposition-notification", "feedback-report")
)
_MOST_NAMES = 200
_FEWEST_PICTURES = 4


def read(piece: Piece, limits: ReadingLimits, parsed: Parsed | None = None) -> Iterator[Item]:
    """Extractor of message/rfc822 and its like. The message itself is the piece with part number "".

    parsed: what `parse` makes of it, where that is known already
    """
    try:
        message, dropped = parsed or parse(piece.octets)
    except TooMuch:
        yield Unread(place=piece.place, why=TANGLED)
        yield from _fields(head(piece.octets), piece, limits)
        part = piece.part or _under("", 1)
        yield Piece(octets=piece.octets, type="text/plain", part=part, depth=piece.depth + 1, forwarded=piece.forwarded)
        return
    if dropped:
        yield Sheet(text="\n".join(dropped), place=piece.place, origin=Origin.HIDDEN)
    yield from _Walk(piece, limits).message(message, piece.part, piece.depth, forwarded=_passed_on(piece))


def _passed_on(piece: Piece) -> bool:
    """Whether its words are another message's than the one that is read."""
    return piece.forwarded or (bool(piece.part) and piece.type != ENTITY)


def _fields(message: Entity, piece: Piece, limits: ReadingLimits) -> Iterator[Item]:
    """What a mail program shows of the header: every Subject, and names that are more than an address."""
    origin = Origin.FORWARDED if piece.forwarded else Origin.NEW
    subjects = message.values("Subject")
    for value in subjects[: limits.fields]:
        place = Place(part=piece.part, header="Subject")
        yield from _said(headers.shown(value, limits.field), place, origin)
        if len(value) > limits.field:
            yield Unread(place=place, why="too large")
    if len(subjects) > limits.fields:
        yield Unread(place=Place(part=piece.part, header="Subject"), why="too many fields")
    answers = origin is Origin.NEW and any(map(message.values, ("In-Reply-To", "References")))
    said = {headers.shown(value, 1000).casefold().rpartition(": ")[2] for value in subjects[: limits.fields]}
    for name in (*_NAMED_FIELDS, *_SAYING_FIELDS):
        for value in message.values(name)[: limits.fields]:
            for shown in [headers.shown(value, 1000)] if name in _SAYING_FIELDS else names(name, value[: limits.field]):
                if shown and shown.casefold().rpartition(": ")[2] not in said:
                    whose = Origin.QUOTED if answers and name == "Thread-Topic" else origin
                    yield from _said(shown, Place(part=piece.part, header=name), whose)


def _said(text: str, place: Place, origin: Origin) -> Iterator[Sheet]:
    """What a field says, and as it is shown where marks turn it round."""
    yield Sheet(text=text, place=place, origin=origin)
    if shown := overridden(text):
        yield Sheet(text=shown, place=place, origin=origin)


def subject(message: Entity, limits: ReadingLimits) -> str:
    """The first Subject as shown."""
    return next((headers.shown(value, limits.field) for value in message.values("Subject")), "")


class _Walk:
    """The tree of one parsed message, walked to its leaves."""

    def __init__(self, piece: Piece, limits: ReadingLimits, readings: list[int] | None = None) -> None:
        self._piece = piece
        self._limits = limits
        self._subject = ""
        self._readings = [_MOST_READINGS] if readings is None else readings

    def message(self, message: Entity, prefix: str, depth: int, *, forwarded: bool) -> Iterator[Item]:
        """A message whose own number is `prefix`: its header, then its body."""
        self._subject = subject(message, self._limits)
        around = Piece(octets=b"", type="message/rfc822", part=prefix, forwarded=forwarded)
        yield from _fields(message, around, self._limits)
        if _is_multipart(message):
            yield from self._otherwise(message, prefix, depth, forwarded=forwarded)
            yield from self._multipart(message, prefix, depth, forwarded=forwarded)
        else:
            yield from self._part(message, _under(prefix, 1), depth, forwarded=forwarded)

    def _part(self, entity: Entity, number: str, depth: int, *, forwarded: bool) -> Iterator[Item]:
        """A body part."""
        yield from _labels(entity, number, forwarded=forwarded)
        if depth <= self._limits.depth:
            yield from self._otherwise(entity, number, depth, forwarded=forwarded)
        if depth > self._limits.depth:
            yield Unread(place=Place(part=number), why=NESTING)
        elif _is_multipart(entity):
            yield from self._multipart(entity, number, depth, forwarded=forwarded)
        elif entity.is_multipart():
            yield from self._enclosed(entity, number, depth, forwarded=forwarded)
        elif mended := _without_boundary(entity):
            yield from self._multipart(mended, number, depth, forwarded=forwarded)
        else:
            yield self._leaf(entity, number, depth, forwarded=forwarded)

    def _multipart(self, entity: Entity, prefix: str, depth: int, *, forwarded: bool) -> Iterator[Item]:
        if entity.get_content_type() == "multipart/encrypted":
            yield Unread(place=Place(part=prefix), why="encrypted")
        yield from self._outside(entity, entity.preamble, prefix)
        for index, child in enumerate(_children(entity)[: self._limits.parts + 1], 1):
            if not _encrypted(entity, index):
                yield from self._part(child, _under(prefix, index), depth + 1, forwarded=forwarded)
        yield from self._side_by_side(entity, prefix, depth, forwarded=forwarded)
        names = (file_name(child, headers.parameters(child.first("Content-Type"))) for child in _children(entity)[:_MOST_NAMES])
        if said := together(list(filter(None, names))):
            place = Place(part=prefix, header=FILE_NAME)
            yield Sheet(text=said, place=place, origin=Origin.FORWARDED if forwarded else Origin.NEW)
        yield from self._outside(entity, entity.epilogue, prefix)

    def _side_by_side(self, entity: Entity, prefix: str, depth: int, *, forwarded: bool) -> Iterator[Piece]:
        """The pictures of a page together that come along with it."""
        enclosed = {
            child.first("Content-ID").strip("<> \t\r\n"): child for child in _children(entity) if child.first("Content-ID")
        }
        page = _page_in(entity) if len(enclosed) >= _FEWEST_PICTURES else ""
        if page and (packed := mosaic.joined(page, lambda name: _octets(enclosed[name]) if name in enclosed else b"")):
            yield Piece(octets=packed, type=mosaic.TYPE, part=prefix or _under("", 1), depth=depth + 1, forwarded=forwarded)

    def _outside(self, entity: Entity, text: str | None, prefix: str) -> Iterator[Item]:
        """What stands before and behind the parts: shown by programs without MIME only."""
        shown = decode(entity.octets(text)[: self._limits.part]).strip() if text and not text.isspace() else ""
        if re.search(r"\w\w", shown) and not (len(shown) < 300 and _BOILERPLATE.search(shown)):  # noqa: PLR2004  -- the usual words are few
            yield Sheet(text=shown, place=Place(part=prefix), origin=Origin.HIDDEN)

    def _enclosed(self, entity: Entity, number: str, depth: int, *, forwarded: bool) -> Iterator[Item]:
        """message/*: the parser has taken it apart already."""
        kind = entity.get_content_type()
        inner = _children(entity)
        if kind == "message/partial":
            yield Unread(place=Place(part=number), why="a piece of a message that is sent in several")
        if kind == "message/external-body":
            yield Unread(place=Place(part=number), why="not in the message: it stands elsewhere")
        if kind in _REPORTS:
            octets = b"\n\n".join(_rebuilt(child) for child in inner)
            yield Sheet(text=decode(octets), place=Place(part=number), origin=Origin.FORWARDED)
            return
        for child in inner[:1]:
            if _coded(entity) and not child.is_multipart():
                octets = transfer.undo(_rebuilt(child), _coding(entity))
                yield Piece(octets=octets, type="message/rfc822", part=number, depth=depth + 1, forwarded=True)
            else:
                walk = _Walk(self._piece, self._limits, self._readings)
                yield from walk.message(child, number, depth + 1, forwarded=forwarded or bool(number))

    def _otherwise(self, entity: Entity, number: str, depth: int, *, forwarded: bool) -> Iterator[Item]:
        """What programs show that follow the other one of two fields or parameters that contradict each other."""
        if not (others := list(_others(entity))):
            return
        self._readings[0] -= len(others)
        body = _body(entity) if self._readings[0] >= 0 else None
        if body is None:
            yield from _contradictions(entity, number)
            return
        for kind, coding in others:
            head = f"Content-Type: {kind}\nContent-Transfer-Encoding: {coding}\n\n"
            other, _ = parse(headers.octets_of(head) + body)
            if _is_multipart(other):
                yield from self._multipart(other, number, depth + 1, forwarded=forwarded)
            elif other.get_content_maintype() not in {"multipart", "message"}:
                yield self._leaf(other, number, depth, forwarded=forwarded)

    def _leaf(self, entity: Entity, number: str, depth: int, *, forwarded: bool) -> Piece:
        kind = entity.get_content_type()
        parameters = headers.parameters(entity.first("Content-Type"))
        return Piece(
            octets=transfer.undo(entity.octets(entity.raw), _coding(entity)),
            type="text/plain" if kind.startswith(("multipart/", "message/")) else kind,
            part=number,
            name=file_name(entity, parameters),
            parameters=parameters,
            depth=depth + 1,
            forwarded=forwarded,
            subject=self._subject,
        )


def file_name(entity: Entity, parameters: dict[str, str]) -> str:
    """The file name a reader sees, without folders and controls."""
    given = headers.parameters(entity.first("Content-Disposition")).get("filename") or parameters.get("name", "")
    return _bare(given)


def _bare(name: str) -> str:
    return re.sub(r"[\x00-\x1f\x7f]", "", re.split(r"[/\\]", name)[-1])[:255]


def _children(entity: Entity) -> list[Entity]:
    payload = entity.get_payload()
    return [child for child in payload if isinstance(child, Entity)] if isinstance(payload, list) else []


def _under(prefix: str, index: int) -> str:
    return f"{prefix}.{index}" if prefix else str(index)


def _octets(entity: Entity) -> bytes:
    return transfer.undo(entity.octets(entity.raw), _coding(entity))


def _page_in(entity: Entity) -> str:
    """The first HTML in a multipart, or in the first multipart in it."""
    for child in _children(entity)[:3]:
        if child.get_content_type() == "text/html":
            return decode(_octets(child), headers.parameters(child.first("Content-Type")).get("charset", ""))
        if child.is_multipart() and (found := _page_in(child)):
            return found
    return ""


def _coding(entity: Entity) -> str:
    return headers.token(entity.first("Content-Transfer-Encoding"))


def _coded(entity: Entity) -> bool:
    return _coding(entity) in {"base64", "quoted-printable"}


def _is_multipart(entity: Entity) -> bool:
    return entity.is_multipart() and entity.get_content_maintype() == "multipart"


def _encrypted(entity: Entity, index: int) -> bool:
    """The two parts of multipart/encrypted (RFC 1847 §2.2) hold nothing to read; parts added to them may."""
    return entity.get_content_type() == "multipart/encrypted" and index <= 2  # noqa: PLR2004  -- control information and data


def _contradictions(entity: Entity, number: str) -> Iterator[Unread]:
    """Fields given twice, differently: programs follow the one or the other."""
    for name in ("Content-Type", "Content-Transfer-Encoding"):
        values = {re.sub(r"\s+", "", headers.unfold(value[:4096])).lower() for value in entity.values(name)[:20]}
        if len(values) > 1:
            yield Unread(place=Place(part=number), why=f"its {name} is given twice, differently")
    if len(headers.every(entity.first("Content-Type"), "boundary")) > 1:
        yield Unread(place=Place(part=number), why="its boundary is given twice")


def _others(entity: Entity) -> Iterator[tuple[str, str]]:
    """(Content-Type, Content-Transfer-Encoding) as other programs take them, without those that differ in nothing."""
    kinds = dict.fromkeys(form for value in entity.values("Content-Type")[:5] for form in _forms(value))
    codings = dict.fromkeys(headers.token(value) for value in entity.values("Content-Transfer-Encoding")[:5])
    pairs = [(kind, coding) for kind in kinds or [""] for coding in codings or [""]]
    yield from pairs[1:]


def _forms(value: str) -> Iterator[str]:
    """One Content-Type with each of its boundaries and charsets, if it has several."""
    kind = headers.token(value)
    for boundary in headers.every(value, "boundary")[:5] or [""]:
        for charset in headers.every(value, "charset")[:5] or [""]:
            marks = [
                f'{name}="{given}"' for name, given in (("boundary", boundary.rstrip()), ("charset", charset.lower())) if given
            ]
            yield "; ".join([kind, *(mark for mark in marks if mark.isascii())])


def _body(entity: Entity) -> bytes | None:
    """Its octets without its header; None if it cannot be put together again."""
    if not entity.is_multipart():
        return entity.octets(entity.raw)
    try:
        whole = re.sub(rb"\r\n?", b"\n", entity.octets(entity.as_bytes()))
        return whole.split(b"\n\n", 1)[1]
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None


def _labels(entity: Entity, number: str, *, forwarded: bool) -> Iterator[Sheet]:
    """The names that mail programs show of an attachment, where they are more than one word."""
    types, given = entity.first("Content-Type"), entity.first("Content-Disposition")
    names = [*headers.every(given, "filename"), *headers.every(types, "name")]
    names += [headers.shown(value, 1000) for value in entity.values("Content-Description")[:5]]
    for name in dict.fromkeys(names):
        if words := spoken(name):
            place = Place(part=number, header=FILE_NAME, name=_bare(name))
            yield Sheet(text=words, place=place, origin=Origin.FORWARDED if forwarded else Origin.NEW)


def _without_boundary(entity: Entity) -> Entity | None:
    """A multipart that names no boundary, or a wrong one, or is called text, by the first line that looks like one."""
    if entity.get_content_maintype() != "multipart" and not _BOUNDARY_LINE.match(entity.raw.lstrip()):
        return None
    found = _BOUNDARY_LINE.search(entity.raw)
    if not found:
        return None
    octets = b'Content-Type: multipart/mixed; boundary="' + headers.octets_of(found[1]) + b'"\n\n' + entity.octets(entity.raw)
    mended, _ = parse(octets)
    return mended if mended.is_multipart() else None


def _rebuilt(entity: Entity) -> bytes:
    """The octets of a small part the parser has taken for a message, for reading."""
    fields = "".join(f"{name}: {value}\n" for name, value in entity.raw_items())
    return entity.octets(f"{fields}\n{entity.raw}" if fields else entity.raw)
