"""Header fields as a mail program shows them: unfolded, encoded words undone (RFC 2047), raw 8-bit text read as it is meant.

Values come as the standard library keeps them: text in which octets above 127 are surrogates. All work is linear in the
length of the value, and `limit` bounds that.
"""

import re
from urllib.parse import unquote_to_bytes

from gateway.reading import transfer
from gateway.reading.charsets import decode

_FOLD = re.compile(r"[\r\n]+(?=[ \t])")
_OPENING = re.compile(r"=\?([^?\s*]{1,60})(?:\*[^?\s]{0,40})?\?([bBqQ])\?")
_TOKEN = re.compile(r"[^\s;=\"]+")
_PARAMETER = re.compile(r"""\s*([^\s;="']{1,80})\s*=\s*(?:"((?:[^"\\]|\\.)*)"?|([^;]*))[^;]*""", re.DOTALL)
_PARTING = re.compile(r"[;\s]")
_SECTION = re.compile(r"(.+?)(?:\*(\d{1,3}))?(\*)?")
_MOST_PARAMETERS = 200

Word = tuple[str, bytes]


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
    return words(unfold(value[:limit])).strip()


def words(text: str) -> str:
    """`text` with its encoded words undone.

    Blanks between two encoded words go, and neighbours of one charset are joined before they are decoded, since mailers
    split in the middle of a character.
    """
    if "=?" not in text:
        return text
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
    """(start, end, (charset, octets)) of every encoded word, mid-word and inside quotes too."""
    found: list[tuple[int, int, Word]] = []
    at = text.find("=?")
    while at >= 0:
        opening = _OPENING.match(text, at)
        close = text.find("?=", opening.end()) if opening else at
        if close < 0:
            break
        if opening:
            found.append((at, close + 2, (opening[1].lower(), _octets(text[opening.end() : close], opening[2]))))
        at = text.find("=?", max(close, at) + 2)
    return found


def _octets(written: str, encoding: str) -> bytes:
    octets = written.encode("utf-8", "replace")
    if encoding in "bB":
        return transfer.base64(octets)
    return transfer.quoted_printable(octets.replace(b"_", b"=20"))


def _joined(run: list[Word]) -> str:
    text = ""
    charset, octets = "", b""
    for name, piece in run:
        if name != charset and octets:
            text, octets = text + decode(octets, charset), b""
        charset, octets = name, octets + piece
    return text + decode(octets, charset)


def parameters(value: str, limit: int = 16_384) -> dict[str, str]:
    """The parameters of a Content-Type or Content-Disposition value, continuations and charsets undone (RFC 2231)."""
    sections: dict[str, dict[int, tuple[str, bool]]] = {}
    text = unfold(value[:limit])
    first = _PARTING.search(text.lstrip())
    at = first.start() + len(text) - len(text.lstrip()) if first else -1
    while at >= 0 and sum(map(len, sections.values())) < _MOST_PARAMETERS:
        found = _PARAMETER.match(text, at + 1)
        if found:
            name = _SECTION.fullmatch(found[1].lower())
            written = re.sub(r"\\(.)", r"\1", found[2]) if found[2] is not None else found[3].strip()
            if name:
                sections.setdefault(name[1], {}).setdefault(int(name[2] or 0), (written, bool(name[3])))
        at = text.find(";", found.end() if found else at + 1)
    return {name: _assembled(parts) for name, parts in sections.items()}


def _assembled(parts: dict[int, tuple[str, bool]]) -> str:
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
    bare = re.sub(r"\([^()]{0,200}\)", " ", unfold(value[:1024]))
    found = _TOKEN.search(bare)
    return found[0].lower().strip("'") if found else ""
