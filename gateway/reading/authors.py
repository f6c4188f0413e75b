"""Everybody a header says the message is from, however it is written. Never raises; all work is bounded.

Every occurrence of From, Sender, Reply-To, Resent-From and Resent-Sender is read. The standard library's parsers
either refuse what mail programs accept or take minutes over what is hostile, so the syntax of RFC 5322 §3.4 and §4.4 is
taken apart here in one pass over the characters: quoted strings, comments (nested), groups, source routes, encoded words.

An address in a display name or a comment is what many readers take for the author: it is kept with `shown`.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

from gateway.mail import Address, Author, Place, Unread
from gateway.reading import headers
from gateway.reading.entity import Entity
from gateway.reading.fold import fold
from gateway.reading.limits import ReadingLimits

FIELDS = ("From", "Sender", "Reply-To", "Resent-From", "Resent-Sender")

_ADDRESS = re.compile(r"""(?:"[^"]{1,64}"|[^\s"'<>()\[\]:;,@\\]{1,64})@[^\s"'<>()\[\]:;,@\\]{1,255}""")
_PLAIN = re.compile(r"""(?:"(?:[^"\\]|\\.)*"|\\.|[^\s"<>()\[\]:;,@\\])+@(?:[^\s"'<>()\[\]:;,@\\]+|\[[^\s\[\]\\]*\])""")
"""A mailbox and no more, as all programs read it; words of it may be quoted (RFC 5322 §4.4)."""
_AT = re.compile(r"\s*([@.])\s*")
_NOT_IN_ADDRESS = re.compile(r"[\s<>\x00-\x1f\x7f]")


@dataclass(slots=True)
class Claim:
    """One mailbox as written: what stands in `<>` (None without), what stands around it, its comments."""

    words: list[str] = field(default_factory=list)
    angles: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)

    @property
    def phrase(self) -> str:
        """The words outside comments and brackets."""
        return headers.words("".join(self.words)).strip()

    @property
    def name(self) -> str:
        """What a mail program shows as the name."""
        outside = self.phrase if self.angles else ""
        return " ".join(filter(None, [outside.replace('"', "").strip(), *map(headers.words, self.comments)]))


def authors(message: Entity, limits: ReadingLimits) -> tuple[tuple[Author, ...], tuple[Unread, ...]]:
    """The authors, and a note where a field holds more than is read."""
    found: dict[Author, None] = {}
    unread: list[Unread] = []
    for name in FIELDS:
        values = message.values(name)
        if len(values) > limits.fields or any(len(value) > limits.field for value in values):
            unread.append(Unread(place=Place(header=name), why="too large"))
        for value in values[: limits.fields]:
            for author in _claimed(name, value[: limits.field]):
                if len(found) >= limits.authors:
                    unread.append(Unread(place=Place(header=name), why="too many addresses"))
                    return tuple(found), tuple(unread)
                found[author] = None
    return tuple(found), tuple(unread)


def claims(value: str) -> list[Claim]:
    """The mailboxes of a header field's raw value. An unquoted `Sandoval, Renee <…>` is one."""
    found: list[Claim] = []
    before: list[str] = []
    for claim in _split(headers.unfold(value)):
        if not claim.angles and claim.words and "@" not in claim.phrase and not claim.phrase.isspace():
            before += [*claim.words, ", "]
            continue
        claim.words[:0], before = before, []
        found.append(claim)
    if before:
        found.append(Claim(words=before[:-1]))
    return [claim for claim in found if claim.angles or claim.phrase or claim.comments]


def _claimed(name: str, value: str) -> Iterator[Author]:
    found = claims(value)
    if not found:
        yield Author(header=name, written=headers.shown(value, 1000), address=None)
    for claim in found:
        yield from _of(name, claim)


def _of(name: str, claim: Claim) -> Iterator[Author]:
    phrase = claim.phrase
    sources = [source for angle in claim.angles if angle.strip() for source in _sources(angle)] or _sources(phrase)
    written = " ".join(filter(None, [claim.name if claim.angles else phrase, *(f"<{angle}>" for angle in claim.angles)]))[:1000]
    claimed = [_address(source) for source in sources]
    for address in claimed:
        yield Author(header=name, written=written, address=address)
    beside = ([phrase] if claim.angles else []) + [headers.words(comment) for comment in claim.comments]
    seen = set(claimed)
    for address in (*_standing(" ".join(beside)), *(_looks(a) for a in claimed if a)):
        if address and address not in seen:
            seen.add(address)
            yield Author(header=name, written=written, address=address, shown=True)


def _sources(written: str) -> list[str]:
    """The address of a mailbox; of what is not plainly one, all that it holds, however a program would take it apart."""
    text = headers.words(_uncommented(written)).strip()
    bare = _bare(text)
    plain = [bare] if _PLAIN.fullmatch(bare) else []
    if plain and not re.search(r"\s", text):
        return plain
    found = [*plain, *_ADDRESS.findall(text)]
    if not plain:
        found += _ADDRESS.findall(_AT.sub(r"\1", unicodedata.normalize("NFKC", text)))
    return list(dict.fromkeys(found)) or [bare]


def _uncommented(text: str) -> str:
    """An address without the comments in it."""
    if "(" not in text:
        return text
    kept, at, last = [], 0, _last_closing(text)
    while at < len(text):
        if text[at] == "(":
            at, _ = _comment(text, at)
            continue
        at, inside = _quoted(text, at, last) if text[at] == '"' else (at + 1, text[at])
        kept.append(inside)
    return "".join(kept)


def _bare(written: str) -> str:
    """An address without blanks around its dots and @ (RFC 5322 §4.4), source route or `mailto:`."""
    text = _AT.sub(r"\1", headers.words(written)).strip()
    if text.startswith("@") and ":" in text:
        text = text.rpartition(":")[2]
    return text.removeprefix("mailto:").strip()


def _address(text: str) -> Address | None:
    try:
        address = Address.parse(text)
    except ValueError:
        return None
    return address if address.domain and not _NOT_IN_ADDRESS.search(address.domain) else None


def _standing(text: str) -> Iterator[Address | None]:
    """Addresses inside a name or a comment; a full-width or look-alike @ shows as one."""
    if "@" in text or not text.isascii():
        for shown in dict.fromkeys((unicodedata.normalize("NFKC", text), fold(text)[0])):
            yield from (_address(found) for found in _ADDRESS.findall(_AT.sub(r"\1", shown)))


def _looks(address: Address) -> Address | None:
    """The address a reader takes it for, where look-alike letters are in it."""
    written = str(address)
    return None if written.isascii() else _address(fold(written)[0])


def _split(text: str) -> Iterator[Claim]:
    """The mailboxes of an address list, in one pass."""
    claim = Claim()
    at, last = 0, _last_closing(text)
    while at < len(text):
        character = text[at]
        if character == "(":
            at, inside = _comment(text, at)
            claim.comments.append(inside)
        elif character == '"':
            at, inside = _quoted(text, at, last)
            claim.words.append(inside)
        elif character == "<":
            at, inside = _angle(text, at, last)
            claim.angles.append(inside)
        elif character in ",;":
            yield claim
            claim, at = Claim(), at + 1
        elif character == ":" and not claim.angles:
            claim, at = _group(claim), at + 1
        else:
            end = _next(text, at)
            claim.words.append(text[at:end])
            at = end
    yield claim


def _group(claim: Claim) -> Claim:
    """A group's name (RFC 5322 §3.4) is shown like a comment of its first mailbox; `mailto:` is nothing."""
    if claim.words and claim.phrase.lower() not in {"", "mailto"}:
        claim.comments.append(claim.phrase)
    return Claim(comments=claim.comments)


_SPECIAL = re.compile(r'[("<,;:]')


def _next(text: str, at: int) -> int:
    found = _SPECIAL.search(text, at + 1)
    return found.start() if found else len(text)


_IN_COMMENT = re.compile(r"[()\\]")


def _comment(text: str, at: int) -> tuple[int, str]:
    """(where it ends, what it holds); one that is never closed holds the rest."""
    depth, end = 0, at
    while found := _IN_COMMENT.search(text, end):
        end = found.end() + (1 if found[0] == "\\" else 0)
        depth += {"(": 1, ")": -1}.get(found[0], 0)
        if depth == 0:
            return end, text[at + 1 : end - 1]
    return len(text), text[at + 1 :]


_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)


def _last_closing(text: str) -> int:
    """Where the last quote stands that is not escaped: one before it is closed, none from it on is."""
    at = text.rfind('"')
    while at >= 0:
        before = at
        while before and text[before - 1] == "\\":
            before -= 1
        if (at - before) % 2 == 0:
            return at
        at = text.rfind('"', 0, before)
    return at


def _quoted(text: str, at: int, last: int) -> tuple[int, str]:
    """A quoted string with its quotes; a quote that is never closed stands for itself. last: as `_last_closing` says."""
    found = _QUOTED.match(text, at) if at < last else None
    return (found.end(), found[0]) if found else (at + 1, "")


_IN_ANGLE = re.compile(r'[<>"]')


def _angle(text: str, at: int, last: int) -> tuple[int, str]:
    """What stands in `<>`; one that is never closed goes on to the next comma."""
    end = at + 1
    while (found := _IN_ANGLE.search(text, end)) and found[0] == '"':
        end, _ = _quoted(text, found.start(), last)
    end = found.start() if found else len(text)
    if found and found[0] == "<":
        return end, text[at + 1 : end]
    inside = text[at + 1 : end]
    if end >= len(text):
        inside = inside.split(",", 1)[0]
        return at + 1 + len(inside), inside
    return end + 1, inside
