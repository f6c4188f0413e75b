"""Header fields as a mail program shows them: unfolded, encoded words undone (RFC 2047), raw 8-bit text read as it is meant.

Values come as the standard library keeps them: text in which octets above 127 are surrogates. All work is linear in the
length of the value, and `limit` bounds that.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from urllib.parse import unquote_to_bytes

from gateway.reading import transfer
from gateway.reading.charsets import decode

_FOLD = re.compile(r"[\r\n]+(?=[ \t])")
_OPENING = re.compile(r"=\?\s{0,3}([^?\s*]{1,60})(?:\*[^?\s]{0,40})?\s{0,3}\?([bBqQ])\?")
_TOKEN = re.compile(r"[^\s;=\"]+")
_PARAMETER = re.compile(r"""\s*([^\s;="']{1,80})\s*=\s*(?:"((?:[^"\\]|\\.)*)"?|([^;]*))[^;]*""", re.DOTALL)
_PARTING = re.compile(r"[;\s]")
_SECTION = re.compile(r"(.+?)(?:\*(\d{1,3}))?(\*)?")
_MOST_PARAMETERS = 200
_KEPT = 256
"""So many values are kept with what they say: the same few stand in most mail, and are asked for again and again. Of a value is
kept what is read of it, else some long ones took all memory that a judge may have.
"""

_UNSWITCHED = frozenset({"utf-8", "utf8", "us-ascii", "ascii", "iso-8859-1", "iso-8859-15", "latin1", "windows-1252", "cp1252"})
_UNCLOSED = re.compile(r"[^\s?]+\??\s*\Z")
_TWICE = 2
Word = tuple[str, str, str]
"""Charset, encoding and the encoded text."""


def octets_of(value: str) -> bytes:
    """The octets that `value` stands for; characters beyond them as UTF-8."""
    try:
        return value.encode("ascii", "surrogateescape")
    except UnicodeEncodeError:
        return value.encode("utf-8", "surrogateescape")


def unfold(value: str) -> str:
    """The value on one line (RFC 5322 §2.2.3), its 8-bit octets read, NULs gone."""
    line = _FOLD.sub("", value).replace("\x00", "").strip("\r\n")
    return line if line.isascii() else decode(octets_of(line))


def shown(value: str, limit: int) -> str:
    """The value as a reader sees it."""
    return _shown(value[:limit])


@lru_cache(maxsize=_KEPT)
def _shown(value: str) -> str:
    return words(unfold(value)).strip()


def words(text: str) -> str:
    """`text` with its encoded words undone, and those that come to light by that.

    Blanks between two encoded words go, and neighbours of one charset are joined before they are decoded, since mailers
    split in the middle of a character; base64 also where a word ends in the middle of a group.
    """
    for _ in range(_TWICE):
        if "=?" not in text:
            break
        text = _undone(text)
    return text


def _undone(text: str) -> str:
    pieces: list[str] = []
    run: list[Word] = []
    at = 0
    for start, end, word in _encoded(text):
        between = text[at:start]
        if run and not between.strip():
            between = ""
        if between:
            pieces += [_joined(run), between]
            run = []
        run.append(word)
        at = end
    return "".join([*pieces, _joined(run), text[at:]])


def _encoded(text: str) -> list[tuple[int, int, Word]]:
    """(start, end, word) of every encoded word, mid-word and inside quotes too; the last may never end."""
    found: list[tuple[int, int, Word]] = []
    at = text.find("=?")
    while at >= 0:
        opening = _OPENING.match(text, at)
        close = text.find("?=", opening.end()) if opening else at
        if close < 0:
            if opening and _UNCLOSED.match(text, opening.end()):
                found.append((at, len(text), (opening[1].lower(), opening[2].lower(), text[opening.end() :].rstrip("? \t"))))
            break
        if opening:
            found.append((at, close + 2, (opening[1].lower(), opening[2].lower(), text[opening.end() : close])))
        at = text.find("=?", max(close, at) + 2)
    return found


def _octets(written: str, encoding: str) -> bytes:
    octets = written.encode("utf-8", "replace")
    if encoding == "b":
        return transfer.base64(octets)
    return transfer.quoted_printable(octets.replace(b"_", b"=20"))


def _joined(run: list[Word]) -> str:
    text, charset, octets = "", "", b""
    for name, piece in _pieces(run):
        if name != charset and octets:
            text, octets = text + _read(octets, charset), b""
        charset, octets = name, octets + piece
    return text + _read(octets, charset)


def _read(octets: bytes, charset: str) -> str:
    """Decoded; what a label calls UTF-8 or Latin switches to no other set of characters."""
    return decode(octets.replace(b"\x1b", b"") if charset in _UNSWITCHED else octets, charset)


def _pieces(run: list[Word]) -> Iterator[tuple[str, bytes]]:
    """(charset, octets); base64 that goes on in the next word is undone together with it."""
    begun = ""
    for number, (charset, encoding, written) in enumerate(run):
        begun += written
        goes_on = encoding == "b" and len(begun.rstrip()) % 4 and not begun.rstrip().endswith("=")
        if goes_on and run[number + 1 : number + 2] and run[number + 1][:2] == (charset, "b"):
            continue
        yield charset, _octets(begun, encoding)
        begun = ""


def parameters(value: str, limit: int = 16_384) -> dict[str, str]:
    """The parameters of a Content-Type or Content-Disposition value, continuations and charsets undone (RFC 2231)."""
    return {name: _assembled(parts) for name, parts in _sections(value[:limit]).items()}


def every(value: str, name: str, limit: int = 16_384) -> tuple[str, ...]:
    """What programs take a parameter for: those that know continuations, and those that do not, or take the last of two."""
    return _every(value[:limit], name)


@lru_cache(maxsize=_KEPT)
def _every(value: str, name: str) -> tuple[str, ...]:
    text = unfold(value)
    simple = re.findall(
        rf"""(?:^|[;\s]){re.escape(name)}\s{{0,9}}=\s{{0,9}}(?:"((?:[^"\\]|\\.)*)"?|([^;\s]*))""", text, re.IGNORECASE
    )
    written = [words(re.sub(r"\\(.)", r"\1", quoted) or bare) for quoted, bare in simple]
    plain = "".join(part for _, (part, extended) in sorted(_sections(value, last=True).get(name, {}).items()) if not extended)
    return tuple(dict.fromkeys(filter(None, [parameters(value, len(value)).get(name, ""), *written, words(plain)])))


@lru_cache(maxsize=_KEPT)
def _sections(value: str, *, last: bool = False) -> Mapping[str, Mapping[int, tuple[str, bool]]]:
    """For each parameter its numbered sections: (as written, whether it is extended); of two the extended one, or the first."""
    sections: dict[str, dict[int, tuple[str, bool]]] = {}
    text = unfold(value)
    first = _PARTING.search(text.lstrip())
    at = first.start() + len(text) - len(text.lstrip()) if first else -1
    while at >= 0 and sum(map(len, sections.values())) < _MOST_PARAMETERS:
        found = _PARAMETER.match(text, at + 1)
        if found:
            name = _SECTION.fullmatch(found[1].lower())
            written = re.sub(r"\\(.)", r"\1", found[2]) if found[2] is not None else found[3].strip()
            if name:
                given, number = sections.setdefault(name[1], {}), int(name[2] or 0)
                if number not in given or (bool(name[3]) and not given[number][1]) is not last:
                    given[number] = (written, bool(name[3]))
        at = text.find(";", found.end() if found else at + 1)
    return sections


def _assembled(parts: Mapping[int, tuple[str, bool]]) -> str:
    ordered = [parts[number] for number in sorted(parts)]
    if not any(extended for _, extended in ordered):
        return words("".join(written for written, _ in ordered))
    charset, octets = "", b""
    for position, (written, extended) in enumerate(ordered):
        value = written
        if extended and position == 0 and written.count("'") > 1:
            charset, _, value = written.split("'", 2)
        octets += unquote_to_bytes(value) if extended else value.encode("utf-8", "replace")
    return decode(octets, charset)


def token(value: str) -> str:
    """What stands before the parameters, lower-case."""
    return _token(value[:1024])


@lru_cache(maxsize=_KEPT)
def _token(value: str) -> str:
    bare = re.sub(r"\([^()]{0,200}\)", " ", words(unfold(value)))
    found = _TOKEN.search(bare)
    return found[0].lower().strip("'") if found else ""
