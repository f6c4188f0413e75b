"""Calendars and address cards (RFC 5545, RFC 6350): their text, and the pictures, pages and files they bring along."""

import re
from collections.abc import Iterator

from gateway.reading import transfer
from gateway.reading.charsets import decode

_FOLD = re.compile(r"\n[ \t]")
_CODED = re.compile(
    r"^([A-Z0-9.\-]{1,40});([^:\n]{0,200}ENCODING=QUOTED-PRINTABLE[^:\n]{0,200}):((?:[^\n]*=\n)*[^\n]*)",
    re.IGNORECASE | re.MULTILINE,
)
"""A line of an older calendar or address card (vCard 2.1, vCalendar 1.0), with the lines it goes on in."""
_ENCLOSED = re.compile(
    r"^(?:[A-Z0-9\-]{1,40}\.)?(PHOTO|LOGO|ATTACH|IMAGE|SOUND|KEY|STYLED-DESCRIPTION|X-ALT-DESC)((?:;(?:[^:\"\n]|\"[^\"\n]*\"){0,200})?)"
    r":([^\n]*)$",
    re.IGNORECASE | re.MULTILINE,
)
_BASE64 = re.compile(r"ENCODING=(?:B|BASE64)\b", re.IGNORECASE)
_DATA = re.compile(r"data:([\w.+\-/]{1,80})[^,]{0,80};base64,", re.IGNORECASE)
_HTML = re.compile(r"FMTTYPE=\"?text/html", re.IGNORECASE)
_ESCAPED = re.compile(r"\\([nN,;\\])")
_OLD_BASE64 = re.compile(
    r"^([^:\n]{1,40};[^:\n]{0,160}BASE64[^:\n]{0,80}:)([^\n]*(?:\n[ \t]*[A-Za-z0-9+/=]{1,80}(?=\n))*)",
    re.IGNORECASE | re.MULTILINE,
)

Enclosed = tuple[str, bytes]
"""The media type and the octets."""


def text(written: str) -> str:
    """What it says: lines put together, quoted-printable and escapes undone, without what is enclosed."""
    return unescaped(_ENCLOSED.sub(lambda found: "" if _of(found) else found[0], _whole(written)))


def enclosed(written: str) -> Iterator[Enclosed]:
    """What it brings along, in order."""
    for found in _ENCLOSED.finditer(_whole(written)):
        if thing := _of(found):
            yield thing


def _whole(written: str) -> str:
    joined = (
        _OLD_BASE64.sub(lambda found: found[1] + re.sub(r"\s+", "", found[2]), written)
        if "BASE64" in written.upper()
        else written
    )
    if "=\n" in joined:
        joined = _CODED.sub(lambda found: found[0].replace("=\n", ""), joined)
    return _CODED.sub(_uncoded, _FOLD.sub("", joined))


def _of(found: re.Match[str]) -> Enclosed | None:
    parameters, value = found[2], found[3].strip()
    if data := _DATA.match(value):
        return data[1].lower(), transfer.base64(value[data.end() :].encode("ascii", "replace"))
    if _BASE64.search(parameters):
        return "application/octet-stream", transfer.base64(value.encode("ascii", "replace"))
    if _HTML.search(parameters) or (found[1].upper() == "X-ALT-DESC" and "<" in value):
        return "text/html", unescaped(value).encode()
    return None


def unescaped(value: str) -> str:
    """Commas, semicolons and line breaks as they are meant (RFC 5545 §3.3.11)."""
    return _ESCAPED.sub(lambda escaped: "\n" if escaped[1] in "nN" else escaped[1], value)


def _uncoded(found: re.Match[str]) -> str:
    charset = re.search(r"CHARSET=([\w\-]{1,40})", found[2], re.IGNORECASE)
    octets = transfer.quoted_printable(found[3].encode("utf-8", "replace"))
    return f"{found[1]}:{decode(octets, charset[1] if charset else '')}"
