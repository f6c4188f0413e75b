"""How things are said in a notice: text made safe to show, times, lengths of time, and places in a message.

Whatever comes out of a message passes `plain` before anything else sees it: one line, of bounded length, in which no
character moves the cursor, reorders its neighbours or hides.
"""

import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime, timedelta, tzinfo

from gateway.mail import FILE_NAME, LAYOUT, LINK, Place

_NOTHING = frozenset("\u00ad\u200b\u200c\u200d\u2060\ufeff")
"""Characters that show nothing and reorder nothing; they are left out, as a reader's eye does."""

_MARK = "\ufffd"
_UNSHOWABLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_COMBINING = r"[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
_STACKED = re.compile(f"({_COMBINING}{{3}}){_COMBINING}+")
_READ_AT_MOST = 8
"""Characters looked at for each character shown, so that a long text costs no more than a short one."""

_NOTE_LINES = 40
_MINUTE = timedelta(minutes=1)
_UNITS = ((timedelta(days=1), "day"), (timedelta(hours=1), "hour"))


def plain(text: str, limit: int = 200) -> str:
    """One line of `text`, at most `limit` characters: controls and bidirectional overrides become U+FFFD."""
    part = text[: limit * _READ_AT_MOST]
    line = _STACKED.sub(r"\1", " ".join("".join(map(_shown, part)).split()))
    if len(line) <= limit and len(part) == len(text):
        return line
    return line[: limit - 1].rstrip() + "…"


def _shown(char: str) -> str:
    if char in _NOTHING:
        return ""
    if char.isspace():
        return " "
    return _MARK if unicodedata.category(char) in _UNSHOWABLE else char


def lines(text: str) -> tuple[str, ...]:
    """What a reviewer wrote, line by line, empty lines left out."""
    written = [line for line in (plain(line, 1000) for line in text.splitlines()) if line]
    return (*written[:_NOTE_LINES], *(["…"] if len(written) > _NOTE_LINES else []))


def sentence(text: str, limit: int = 300) -> str:
    """`text` with a capital at its beginning and a stop at its end."""
    said = plain(text, limit)
    return said[:1].upper() + said[1:] + ("" if said.endswith((".", "!", "?", "…")) or not said else ".")


def when(moment: datetime, zone: tzinfo | None) -> str:
    """A time as people say it, in `zone` (None: this machine's): Tuesday 24 November 2026, 10:42 CST."""
    local = moment.astimezone(zone)
    return f"{local:%A} {local.day} {local:%B %Y}, {local:%H:%M} {local:%Z}"


def length(span: timedelta) -> str:
    """A length of time in the unit that says it well: 2 days, 36 hours, 90 minutes. From 3 of a unit on it is rounded."""
    for unit, name in _UNITS:
        if span >= 3 * unit or (span and not span % unit):
            return counted(round(span / unit), name)
    minutes = round(span / _MINUTE)
    return counted(minutes, "minute") if minutes > 0 else "less than a minute"


def counted(number: int, thing: str) -> str:
    """So many of a thing: 1 recipient, 3 recipients."""
    return f"{number} {thing}" + ("" if number == 1 else "s")


def where(place: Place) -> str:
    """A place in a message, in the words of somebody who wrote or reads it."""
    if place.header.lower() == "subject" and not place.part:
        return "the subject line"
    if place.header == FILE_NAME:
        return f'the file name "{plain(place.name, 80)}"'
    if place.header == LINK:
        return "the words in a link"
    if place.header == LAYOUT:
        return "the text as it is shown"
    if place.header:
        return f"the {plain(place.header, 40)} field"
    page = f", page {place.page}" if place.page else ""
    if place.name:
        return f'the attachment "{plain(place.name, 80)}"{page}'
    if place.start is not None or not place.part:
        return f"the text{page}"
    return f"part {plain(place.part, 20)}{page}"


def listed(names: Iterable[str], more: int = 0) -> str:
    """Names in one sentence: a, b and 3 more."""
    shown = [*names, *([f"{more} more"] if more else [])]
    return " and ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else "".join(shown)
