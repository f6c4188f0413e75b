"""A message taken apart: header fields that a reader sees, and the pieces of its body, numbered as in IMAP.

The standard library parses, with the `compat32` policy, whose values are the raw ones; the modern policy raises on mail
that exists and takes minutes over mail that is hostile. What its parser would take long over is not given to it. Where
mail programs differ in what they make of broken mail, all that any of them would show is read, or it is said that it was not.
Nothing is ever written back.
"""

import re
from collections.abc import Iterator
from email import policy
from email.message import Message
from email.parser import BytesParser
from typing import Any, cast

from gateway.mail import Place, Unread
from gateway.reading import headers, transfer
from gateway.reading.authors import FIELDS, claims
from gateway.reading.charsets import decode
from gateway.reading.limits import ReadingLimits
from gateway.reading.pieces import Item, Piece, Sheet
from gateway.reading.types import Origin

NESTING = "nested too deep"
_MEDIA_TYPE = re.compile(r"[a-z0-9!#$&^_.+\-]{1,80}/[a-z0-9!#$&^_.+\-]{1,80}")
_KNOWN = (
    rb"content-type|content-transfer-encoding|content-disposition|mime-version"
    rb"|from|sender|reply-to|resent-from|resent-sender|subject|to|cc"
)
_SPACED = re.compile(rb"^(" + _KNOWN + rb")[ \t]+:", re.IGNORECASE | re.MULTILINE)
_FIELD = re.compile(rb"[!-9;-~]+[ \t]*:")
_KNOWN_FIELD = re.compile(rb"^(?:" + _KNOWN + rb")[ \t]*:", re.IGNORECASE | re.MULTILINE)
_HEAD_END = re.compile(rb"(?:\A|\n)\r?\n")
_NESTING_MARKS = re.compile(rb"boundary|message/", re.IGNORECASE)
_MOST_WORK, _DEEPEST = 20_000_000, 1000
_BOUNDARY_LINE = re.compile(r"^--(\S.{0,200}?)[ \t]*\r?\n(?=content-)", re.IGNORECASE | re.MULTILINE)
_BOILERPLATE = re.compile(
    r"mime[ -]?format|multi-?part|mime-aware|mime.compliant|mime-encap|cryptographically signed|openpgp|pgp/mime", re.IGNORECASE
)
_NAMED_FIELDS = ("From", "Sender", "Reply-To", "To", "Cc", "Organization")
_REPORTS = frozenset(
    f"message/{kind}" for kind in ("delivery-status", "global-delivery-status", "disposition-notification", "feedback-report")
)
_MOST_NAMES = 200


class Entity(Message):
    """A message or body part whose text payload is kept as it stands, and whose header is read within bounds."""

    raw = ""

    def set_payload(self, payload: Any, charset: Any = None) -> None:
        """Called by the parser; keeps the text."""
        self.raw = payload if isinstance(payload, str) else ""
        super().set_payload(payload, charset)

    def first(self, name: str) -> str:
        """The first field of that name, raw."""
        return next(iter(headers.raw(self, name)), "")

    def get_content_type(self) -> str:
        """The media type; what cannot be read is the default (RFC 2045 §5.2)."""
        found = _MEDIA_TYPE.search(headers.token(self.first("Content-Type")))
        return found[0] if found else self.get_default_type()

    def get_boundary(self, failobj: Any = None) -> Any:
        """The boundary, at most as long as a header line."""
        found = headers.parameters(self.first("Content-Type")).get("boundary", "").rstrip()[:1000]
        return found or failobj


def parse(octets: bytes) -> tuple[Entity, list[str]]:
    """The message, and lines of its header that are none. Raises RecursionError where it is nested too deep."""
    mended, dropped = _mended(octets)
    if _work(mended) > _MOST_WORK:
        raise RecursionError(NESTING)
    return _parsed(mended), dropped


def _work(octets: bytes) -> int:
    """At most how many looks the parser takes: each line is held against every boundary that may be open around it."""
    lines = octets.count(b"\n") + octets.count(b"\r")
    if lines * _DEEPEST <= _MOST_WORK:
        return 0
    return lines * min(_DEEPEST, sum(1 for _ in _NESTING_MARKS.finditer(octets)))


def head(octets: bytes) -> Entity:
    """The header alone."""
    mended, _ = _mended(octets)
    end = _HEAD_END.search(mended)
    block = mended[: end.start() + 1] if end else mended
    return _parsed(block + b"\n")


def _parsed(octets: bytes) -> Entity:
    parsed = BytesParser(Entity, policy=policy.compat32).parsebytes(octets)
    return cast("Entity", parsed)


def _mended(octets: bytes) -> tuple[bytes, list[str]]:
    """The message with `From :` written `From:`, and without lines in its header that end it for some programs only."""
    if b" :" in octets or b"\t:" in octets:
        octets = _SPACED.sub(rb"\1:", octets)
    end = _HEAD_END.search(octets)
    block = octets[: end.start() + 1] if end else octets
    lines = block.splitlines(keepends=True)
    stray = [n for n, line in enumerate(lines) if n and line[:1] not in b" \t" and not _FIELD.match(line) and line.strip()]
    if not stray or not _FIELD.match(lines[0] if not lines[0].startswith(b"From ") else lines[1]):
        return octets, []
    rest = b"".join(lines[stray[0] + 1 :])
    if not _KNOWN_FIELD.search(rest):
        return octets, []
    kept = b"".join(line for number, line in enumerate(lines) if number not in set(stray))
    return kept + octets[len(block) :], [decode(lines[number]).strip() for number in stray]


def read(piece: Piece, limits: ReadingLimits) -> Iterator[Item]:
    """Extractor of message/rfc822 and its like. The message itself is the piece with part number ""."""
    try:
        message, dropped = parse(piece.octets)
    except RecursionError:
        yield Unread(place=piece.place, why=NESTING)
        yield from _fields(head(piece.octets), piece, limits)
        yield Piece(octets=piece.octets, type="text/plain", part=piece.part, depth=piece.depth + 1, forwarded=piece.forwarded)
        return
    if dropped:
        yield Sheet(text="\n".join(dropped), place=piece.place, origin=Origin.HIDDEN)
    yield from _Walk(piece, limits).message(message, piece.part, piece.depth, forwarded=piece.forwarded or bool(piece.part))


def _fields(message: Message, piece: Piece, limits: ReadingLimits) -> Iterator[Item]:
    """What a mail program shows of the header: every Subject, and names that are more than an address."""
    origin = Origin.FORWARDED if piece.forwarded else Origin.NEW
    subjects = headers.raw(message, "Subject")
    for value in subjects[: limits.fields]:
        place = Place(part=piece.part, header="Subject")
        yield Sheet(text=headers.shown(value, limits.field), place=place, origin=origin)
        if len(value) > limits.field:
            yield Unread(place=place, why="too large")
    if len(subjects) > limits.fields:
        yield Unread(place=Place(part=piece.part, header="Subject"), why="too many fields")
    for name in _NAMED_FIELDS:
        for value in headers.raw(message, name)[: limits.fields]:
            if shown := _names(name, value[: limits.field]):
                yield Sheet(text=shown, place=Place(part=piece.part, header=name), origin=origin)


def _names(field: str, value: str) -> str:
    """The display names. Those of recipients count from three words on: two are a person's name."""
    if field == "Organization":
        return headers.shown(value, 1000)
    least = 1 if field in FIELDS else 3
    names = (claim.name for claim in claims(value)[:_MOST_NAMES])
    return ", ".join(name for name in names if len(name.split()) >= least)


def subject(message: Message, limits: ReadingLimits) -> str:
    """The first Subject as shown."""
    return next((headers.shown(value, limits.field) for value in headers.raw(message, "Subject")), "")


class _Walk:
    """The tree of one parsed message, walked to its leaves."""

    def __init__(self, piece: Piece, limits: ReadingLimits) -> None:
        self._piece = piece
        self._limits = limits
        self._subject = ""

    def message(self, message: Message, prefix: str, depth: int, *, forwarded: bool) -> Iterator[Item]:
        """A message whose own number is `prefix`: its header, then its body."""
        self._subject = subject(message, self._limits)
        around = Piece(octets=b"", type="message/rfc822", part=prefix, forwarded=forwarded)
        yield from _fields(message, around, self._limits)
        if _is_multipart(message):
            yield from self._multipart(message, prefix, depth, forwarded=forwarded)
        else:
            yield from self._part(message, _under(prefix, 1), depth, forwarded=forwarded)

    def _part(self, entity: Message, number: str, depth: int, *, forwarded: bool) -> Iterator[Item]:
        """A body part."""
        yield from _contradictions(entity, number)
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

    def _multipart(self, entity: Message, prefix: str, depth: int, *, forwarded: bool) -> Iterator[Item]:
        if entity.get_content_type() == "multipart/encrypted":
            yield Unread(place=Place(part=prefix), why="encrypted")
        yield from self._outside(entity.preamble, prefix)
        for index, child in enumerate(entity.get_payload(), 1):
            if isinstance(child, Message) and not _encrypted(entity, index):
                yield from self._part(child, _under(prefix, index), depth + 1, forwarded=forwarded)
        yield from self._outside(entity.epilogue, prefix)

    def _outside(self, text: str | None, prefix: str) -> Iterator[Item]:
        """What stands before and behind the parts: shown by programs without MIME only."""
        shown = decode(headers.octets_of(text[: self._limits.part])).strip() if text and not text.isspace() else ""
        if re.search(r"\w\w", shown) and not (len(shown) < 300 and _BOILERPLATE.search(shown)):  # noqa: PLR2004  -- the usual words are few
            yield Sheet(text=shown, place=Place(part=prefix), origin=Origin.HIDDEN)

    def _enclosed(self, entity: Message, number: str, depth: int, *, forwarded: bool) -> Iterator[Item]:
        """message/*: the parser has taken it apart already."""
        kind = entity.get_content_type()
        inner = [child for child in entity.get_payload() if isinstance(child, Message)]
        if kind == "message/partial":
            yield Unread(place=Place(part=number), why="a piece of a message that is sent in several")
        if kind == "message/external-body":
            yield Unread(place=Place(part=number), why="not in the message: it stands elsewhere")
        if kind in _REPORTS:
            text = "\n\n".join(_rebuilt(child) for child in inner)
            yield Sheet(text=decode(headers.octets_of(text)), place=Place(part=number), origin=Origin.FORWARDED)
            return
        for child in inner[:1]:
            if _coded(entity) and isinstance(child, Entity) and not child.is_multipart():
                octets = transfer.undo(headers.octets_of(_rebuilt(child)), _coding(entity))
                yield Piece(octets=octets, type="message/rfc822", part=number, depth=depth + 1, forwarded=True)
            else:
                yield from _Walk(self._piece, self._limits).message(child, number, depth + 1, forwarded=forwarded or bool(number))

    def _leaf(self, entity: Message, number: str, depth: int, *, forwarded: bool) -> Piece:
        raw = entity.raw if isinstance(entity, Entity) else ""
        kind = entity.get_content_type()
        parameters = headers.parameters(_first(entity, "Content-Type"))
        return Piece(
            octets=transfer.undo(headers.octets_of(raw), _coding(entity)),
            type="text/plain" if kind.startswith(("multipart/", "message/")) else kind,
            part=number,
            name=file_name(entity, parameters),
            parameters=parameters,
            depth=depth + 1,
            forwarded=forwarded,
            subject=self._subject,
        )


def file_name(entity: Message, parameters: dict[str, str]) -> str:
    """The file name a reader sees, without folders and controls."""
    given = headers.parameters(_first(entity, "Content-Disposition")).get("filename") or parameters.get("name", "")
    return re.sub(r"[\x00-\x1f\x7f]", "", re.split(r"[/\\]", given)[-1])[:255]


def _under(prefix: str, index: int) -> str:
    return f"{prefix}.{index}" if prefix else str(index)


def _first(entity: Message, name: str) -> str:
    return next(iter(headers.raw(entity, name)), "")


def _coding(entity: Message) -> str:
    return headers.token(_first(entity, "Content-Transfer-Encoding"))


def _coded(entity: Message) -> bool:
    return _coding(entity) in {"base64", "quoted-printable"}


def _is_multipart(entity: Message) -> bool:
    return entity.is_multipart() and entity.get_content_maintype() == "multipart"


def _encrypted(entity: Message, index: int) -> bool:
    """The two parts of multipart/encrypted (RFC 1847 §2.2) hold nothing to read; parts added to them may."""
    return entity.get_content_type() == "multipart/encrypted" and index <= 2  # noqa: PLR2004  -- control information and data


def _contradictions(entity: Message, number: str) -> Iterator[Unread]:
    """Fields given twice, differently: programs follow the one or the other."""
    for name in ("Content-Type", "Content-Transfer-Encoding"):
        values = {re.sub(r"\s+", "", headers.unfold(value[:4096])).lower() for value in headers.raw(entity, name)[:20]}
        if len(values) > 1:
            yield Unread(place=Place(part=number), why=f"its {name} is given twice, differently")
    if _first(entity, "Content-Type").lower().count("boundary=") > 1:
        yield Unread(place=Place(part=number), why="its boundary is given twice")


def _without_boundary(entity: Message) -> Message | None:
    """A multipart that names no boundary, or a wrong one, by the first line that looks like one."""
    if entity.get_content_maintype() != "multipart" or not isinstance(entity, Entity):
        return None
    found = _BOUNDARY_LINE.search(entity.raw)
    if not found:
        return None
    octets = b'Content-Type: multipart/mixed; boundary="' + headers.octets_of(found[1]) + b'"\n\n' + headers.octets_of(entity.raw)
    mended, _ = parse(octets)
    return mended if mended.is_multipart() else None


def _rebuilt(entity: Message) -> str:
    """The text of a small part the parser has taken for a message, for reading."""
    fields = "".join(f"{name}: {value}\n" for name, value in entity.raw_items())
    return f"{fields}\n{entity.raw}" if fields and isinstance(entity, Entity) else getattr(entity, "raw", "")
