"""Messages parsed by the standard library, within bounds.

The policy is `compat32`, whose values are the raw ones; the modern policy raises on mail that exists and takes minutes over
mail that is hostile. What the parser would take long over, it is not given: `parse` raises TooMuch, and `head` still
reads the header. Octets are mended on the way in where programs differ about them; nothing is ever written back.

The parser looks at every line for a boundary. Long stretches of a body in which no line can be one (attachments) are put
aside first, for a word that stands for them, and `Entity.octets` puts them back.
"""

import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from email import policy
from email.message import Message
from email.parser import BytesParser
from functools import partial
from typing import Any, cast

from gateway.reading import headers
from gateway.reading.charsets import decode

_MEDIA_TYPE = re.compile(r"[a-z0-9!#$&^_.+\-]{1,80}/[a-z0-9!#$&^_.+\-]{1,80}")
_KNOWN = (
    rb"content-type|content-transfer-encoding|content-disposition|mime-version"
    rb"|from|sender|reply-to|resent-from|resent-sender|subject|to|cc"
)
_NAMES = frozenset(_KNOWN.split(b"|"))
_LONGEST_NAME = max(map(len, _NAMES)) + 1
_MANY_SPACED = 100
_SPACED = re.compile(rb"^(" + _KNOWN + rb")[ \t]+:", re.IGNORECASE | re.MULTILINE)
_FIELD = re.compile(rb"[!-9;-~]+[ \t]*:")
_KNOWN_FIELD = re.compile(rb"^(?:" + _KNOWN + rb")[ \t]*:", re.IGNORECASE | re.MULTILINE)
_WHOLE_FIELD = re.compile(rb"^(?:" + _KNOWN + rb"):[^\n]*\n(?:[ \t][^\n]*\n)*", re.IGNORECASE | re.MULTILINE)
_EVEN = rb"[!-9;-~]++:[^\r\n]*+\r?\n(?:[ \t][^\r\n]*+\r?\n)*+"
_EVEN_FIELD, _EVEN_HEADER = re.compile(_EVEN), re.compile(rb"(?:" + _EVEN + rb")++")
"""Fields as they should be: what the parser makes of them, and of a text below them, is soon made."""
_HEAD_END = re.compile(rb"(?:\A|\n)\r?\n")
_NESTING_MARKS = re.compile(rb"boundary|message/", re.IGNORECASE)
_MOST_WORK, _DEEPEST = 20_000_000, 1000
_MOST_BOUNDARY_LINES = 50_000
_MOST_STRAY = 1000
_OPENED = re.compile(rb"content-type(?<![^\n]content-type)[ \t]*:[ \t]*(?:multipart|message)/")
"""At the beginning of a line, in small letters."""
_MOST_OPENED = 1500
_LONG, _FEW = 2048, 50
_EMPTY_LINE, _LEADING_HYPHEN = b"\r\n\r\n", re.compile(rb"[\r\n]-")


class TooMuch(Exception):  # noqa: N818  -- it is what it says
    """Nested too deep, or in too many parts, to be taken apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Aside:
    """What was put aside, in order, where it stands in the message. mark: a word that nobody can have written, then its number
    and a dot.
    """

    mark: bytes = b""
    stretches: tuple[memoryview, ...] = ()

    def back(self, octets: bytes) -> bytes:
        """The octets with what was put aside in its place."""
        if not self.stretches:
            return octets
        begun, *marked = octets.split(self.mark)
        if not begun and len(marked) == 1 and marked[0].endswith(b".") and marked[0][:-1].isdigit():
            return bytes(self.stretches[int(marked[0][:-1])])
        pieces: list[bytes | memoryview] = [begun]
        for number, _, behind in (one.partition(b".") for one in marked):
            pieces += [self.stretches[int(number)], behind]
        return b"".join(pieces)


_NOTHING = Aside()


class Entity(Message):
    """A message or body part. raw: its text payload, long stretches aside; fields: the raw values by lower-case name."""

    def __init__(self, policy: Any = policy.compat32, *, aside: Aside = _NOTHING) -> None:
        super().__init__(policy)
        self.raw = ""
        self._aside = aside
        self.fields: dict[str, list[str]] = {}

    def octets(self, text: str | bytes) -> bytes:
        """What `raw`, another text of this entity, or all of it, stands for."""
        return self._aside.back(text if isinstance(text, bytes) else headers.octets_of(text))

    def set_raw(self, name: str, value: str) -> None:
        """Called by the parser for every field."""
        self.fields.setdefault(name.strip().lower(), []).append(value)
        super().set_raw(name, value)

    def set_payload(self, payload: Any, charset: Any = None) -> None:
        """Called by the parser; keeps the text."""
        self.raw = payload if isinstance(payload, str) else ""
        super().set_payload(payload, charset)

    def values(self, name: str) -> list[str]:  # type: ignore[override]  # the values of one name, not of all
        """The raw values of every field of that name."""
        return self.fields.get(name.lower(), [])

    def first(self, name: str) -> str:
        """The first of them, or ""."""
        return next(iter(self.values(name)), "")

    def get_content_type(self) -> str:
        """The media type; what cannot be read is the default (RFC 2045 §5.2)."""
        found = _MEDIA_TYPE.search(headers.token(self.first("Content-Type")))
        return found[0] if found else self.get_default_type()

    def get_boundary(self, failobj: Any = None) -> Any:
        """The boundary, at most as long as a header line."""
        found = headers.parameters(self.first("Content-Type")).get("boundary", "").rstrip()[:1000]
        return found or failobj


Parsed = tuple[Entity, list[str]]
"""The message, and lines of its header that are none."""


def parse(octets: bytes) -> Parsed:
    """The message, and lines of its header that are none. Raises TooMuch."""
    lean, aside = _put_aside(octets)
    entity, dropped = _taken_apart(lean, aside)
    if aside.stretches and any(part.get_content_maintype() == "message" for part in entity.walk()):
        return _taken_apart(octets, _NOTHING)  # in a message within, what was put aside may have been its header
    return entity, dropped


def _taken_apart(octets: bytes, aside: Aside) -> Parsed:
    mended, dropped = _mended(octets)
    if _work(mended) > _MOST_WORK or mended.count(b"\n--") > _MOST_BOUNDARY_LINES or _opened(mended) > _MOST_OPENED:
        raise TooMuch
    try:
        return _parsed(mended, aside), dropped
    except RecursionError:
        raise TooMuch from None


def _put_aside(octets: bytes) -> tuple[bytes, Aside]:
    """Without long stretches behind an empty line in which no line begins with a hyphen, as each boundary does."""
    mark, kept, stretches, at = b"", list[bytes](), list[memoryview](), 0
    while len(octets) - at > _LONG and (empty := octets.find(_EMPTY_LINE, at)) >= 0:
        start = empty + len(_EMPTY_LINE)
        hyphen = _leading_hyphen(octets, start)
        end = max(start, hyphen - (octets[hyphen - 2 : hyphen] == b"\r\n") - 1) if hyphen < len(octets) else hyphen
        if end - start >= _LONG and octets[hyphen - 1 : hyphen] != b"\r":
            mark = mark or secrets.token_hex(16).encode()
            kept += [octets[at:start], b"%b%d." % (mark, len(stretches))]
            stretches.append(memoryview(octets)[start:end])
        else:
            kept.append(octets[at:end])
        at = end
    if not stretches:
        return octets, _NOTHING
    return b"".join([*kept, octets[at:]]), Aside(mark=mark, stretches=tuple(stretches))


def _leading_hyphen(octets: bytes, start: int) -> int:
    """Where from there on a line begins with a hyphen, or the end. A single octet is found much faster than two."""
    at = octets.find(b"-", start)
    for _ in range(_FEW):
        if at < 0 or octets[at - 1] in b"\r\n":
            return at if at >= 0 else len(octets)
        at = octets.find(b"-", at + 1)
    found = _LEADING_HYPHEN.search(octets, max(0, at - 1)) if at >= 0 else None
    return found.end() - 1 if found else len(octets)


def head(octets: bytes) -> Entity:
    """The header alone, and in it the fields that are known here."""
    if even := _even(octets):
        fields = (field[0] for field in _EVEN_FIELD.finditer(octets, 0, even))
        return _of((field for field in fields if field.partition(b":")[0].lower() in _NAMES), _NOTHING)
    whole = _HEAD_END.search(octets)
    mended, _ = _mended(octets[: whole.end()] if whole else octets)
    end = _HEAD_END.search(mended)
    block = mended[: end.start() + 1] if end else mended + b"\n"
    return _parsed(b"".join(field[0] for field in _WHOLE_FIELD.finditer(block)) + b"\n")


def _even(octets: bytes) -> int:
    """Where the header ends, of which all is as it should be, down to the empty line behind it; 0 of any other."""
    header = _EVEN_HEADER.match(octets)
    return header.end() if header and octets.startswith((b"\n", b"\r\n"), header.end()) else 0


def _of(fields: Iterable[bytes], aside: Aside) -> Entity:
    """What the parser makes of fields whose lines end as they should."""
    entity = Entity(aside=aside)
    for field in fields:
        name, _, value = field.decode("ascii", "surrogateescape").partition(":")
        entity.set_raw(name, value.lstrip(" \t").rstrip("\r\n"))
    return entity


def _work(octets: bytes) -> int:
    """At most how many looks the parser takes: each line is held against every boundary that may be open around it."""
    lines = octets.count(b"\n") + octets.count(b"\r")
    if lines * _DEEPEST <= _MOST_WORK:
        return 0
    return lines * min(_DEEPEST, sum(1 for _ in _NESTING_MARKS.finditer(octets)))


def _opened(octets: bytes) -> int:
    """How many multiparts there may be in one another: the parser takes the square of it."""
    return sum(1 for _ in _OPENED.finditer(octets.lower()))


def _parsed(octets: bytes, aside: Aside = _NOTHING) -> Entity:
    if end := _even(octets):
        entity = _of((field[0] for field in _EVEN_FIELD.finditer(octets, 0, end)), aside)
        if entity.get_content_maintype() not in {"multipart", "message"}:
            body = octets[octets.index(b"\n", end) + 1 :]
            entity.set_payload(body.decode("ascii", "surrogateescape"))
            return entity
    parsed = BytesParser(partial(Entity, aside=aside), policy=policy.compat32).parsebytes(octets)
    return cast("Entity", parsed)


def _may_be_spaced(octets: bytes) -> bool:
    """Whether a known field may have blanks before its colon: asked of each such colon, while they are few."""
    for colon in (b" :", b"\t:"):
        at, asked = octets.find(colon), 0
        while at >= 0:
            asked += 1
            if asked > _MANY_SPACED or _ends_known(octets, at):
                return True
            at = octets.find(colon, at + 1)
    return False


def _ends_known(octets: bytes, end: int) -> bool:
    while end and octets[end - 1] in b" \t":
        end -= 1
    return octets[max(0, end - _LONGEST_NAME) : end].rpartition(b"\n")[2].lower() in _NAMES


def _mended(octets: bytes) -> tuple[bytes, list[str]]:
    """The message with `From :` written `From:`, and without lines in its header that end it for some programs only."""
    if octets.startswith(b">From "):
        octets = octets.partition(b"\n")[2]
    if _may_be_spaced(octets):
        octets = _SPACED.sub(rb"\1:", octets)
    if _even(octets):
        return octets, []
    end = _HEAD_END.search(octets)
    block = octets[: end.start() + 1] if end else octets
    lines = block.splitlines(keepends=True)
    stray = [n for n, line in enumerate(lines) if n and line[:1] not in b" \t" and not _FIELD.match(line) and line.strip()]
    if not stray or not _FIELD.match(lines[0] if not lines[0].startswith(b"From ") else lines[1]):
        return octets, []
    rest = b"".join(lines[stray[0] + 1 :])
    if not _KNOWN_FIELD.search(rest):
        return octets, []
    dropped = set(stray)
    kept = b"".join(line for number, line in enumerate(lines) if number not in dropped)
    return kept + octets[len(block) :], [decode(lines[number][:1000]).strip() for number in stray[:_MOST_STRAY]]
