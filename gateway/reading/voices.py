"""Whose words: new ones, quoted ones, words passed on, a signature. By form alone, line by line, in one pass.

- A line behind `>`, or in a blockquote that a mail program made, is quoted; so is all below "On … wrote:" that is not
  behind `>` (unless such lines follow: then only those are, and what stands between them is an answer, and new).
- Below "Begin forwarded message", "Forwarded message" and the like, all is forwarded. Passing on is the sender's act.
- Below "Original Message" or a block of From, Sent, To, Subject, the Subject says which it is: `Re:` an answer, so quoted;
  anything else a forward.
- Below "-- ", or a farewell with a few short lines behind it, stands a signature.

Form can be forged. What a voice is worth is for others to say; a doubtful line is new.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from gateway.reading.html import Quotation
from gateway.reading.sought import may_be_others
from gateway.reading.types import Origin

_REPLY = re.compile(r"\s*(?:re|aw|sv|antw|rta|resp?|ref)\s*(?:\[\d+\])?\s*:", re.IGNORECASE)
_FORWARD = re.compile(r"\s*(?:fwd?|fw|rv|reenv|tr|wg|enc)\s*(?:\[\d+\])?\s*:", re.IGNORECASE)
_PREFIX = re.compile(r"[ \t]{0,3}(?:>[ \t]?)+")
_ATTRIBUTION = re.compile(
    r"\s*(?:(?:on|le|am)\s.{3,300}\b(?:wrote|writes|said|écrit|schrieb)\s*:|el\s.{3,300}\bescribi[óo]\s*:|.{3,200}\bescribi[óo]\s*:)\s*$",
    re.IGNORECASE | re.DOTALL,
)
_WROTE = re.compile(r"\b(?:wrote|writes|said|écrit|schrieb|escribi[óo])\s?:\s*$", re.IGNORECASE)
_BEGINS = re.compile(r"\s*(?:on|le|am|el)\s", re.IGNORECASE)
_PASSED_ON = re.compile(
    r"\s*(?:begin forwarded message\s*:|-{3,}\s*(?:forwarded (?:message|by)\b|mensaje reenviado|message transféré)"
    r"|(?:inicio|comienzo) del mensaje reenviado\s*:)",
    re.IGNORECASE,
)
_ORIGINAL = re.compile(r"\s*-{2,}\s*(?:original (?:message|appointment)|mensaje original|reply message)\s*-{2,}", re.IGNORECASE)
_FROM = re.compile(r"\s*\*?(?:from|de)\s?:\*?\s*\S", re.IGNORECASE)
_HEADER = re.compile(r"\s*\*?(?:sent|date|to|cc|subject|enviado(?: el)?|fecha|para|asunto)\s?:\*?", re.IGNORECASE)
_ANNOUNCED = r"\*?(?:from|de)\s?:|begin forwarded|--|(?:inicio|comienzo) del|(?:on|le|am|el)\s"
_ANNOUNCES = re.compile(_ANNOUNCED, re.IGNORECASE)
_FIRST = frozenset("-*bBcCiIfFdDoOlLaAeE")
"""What a line begins with that announces something, unless it ends in a colon; and its first character."""

_DASHES = re.compile(r"--\s?$")
_PARTING = (
    r"(?:(?:best|kind|warm|kindest|warmest)(?:\s(?:regards|wishes))?|regards|thanks(?: again| so much)?"
    r"|thank you(?: very much)?|many thanks|sincerely(?: yours)?|yours truly|respectfully(?: submitted)?|very respectfully|v/?r"
    r"|cheers|take care|saludos(?: cordiales)?|atentamente|cordialmente|(?:muchas )?gracias|un abrazo)\s*[,.!–-]?\s*"
)
_FAREWELL = re.compile(rf"\s*{_PARTING}$", re.IGNORECASE)
_SENT_FROM = r"sent from my |sent from outlook|get outlook for |enviado desde mi |obtener outlook para "
_DEVICE = re.compile(rf"\s*(?:{_SENT_FROM})", re.IGNORECASE)
_OTHER_LINE = re.compile(rf"\n[^\S\n]*(?:{_ANNOUNCED}|{_SENT_FROM}|{_PARTING}(?:\n|\Z))")
_WRITERS = ("wrote", "writes", "said", "écrit", "schrieb", "escribio", "escribió")
_WROTE_ABOVE = re.compile(":(?:" + "|".join(rf"(?<={word}:)|(?<={word}\s:)" for word in _WRITERS) + ")")
"""What is in a text in small letters, and a line end before it, where not all is new and no line is marked."""
_SENTENCE = re.compile(r"[a-z]{2,}[.!?…]\s*$")
_LONGEST_SIGNATURE, _LONGEST_FAREWELL, _LONGEST_LINE = 15, 8, 60


class Line(NamedTuple):
    """A line and where it stands; marked: by `>` or by markup that a mail program made; inset: by markup alone; blank: empty."""

    start: int
    end: int
    text: str
    marked: bool
    inset: bool
    blank: bool


@dataclass(frozen=True, slots=True)
class Voice:
    """A stretch of text of one origin."""

    start: int
    end: int
    origin: Origin


def voices(text: str, *, subject: str = "", quotations: Sequence[Quotation] = ()) -> list[Voice]:
    """The stretches of `text`, in order; blanks between them belong to none."""
    if not quotations and _is_new(text):
        return list(_new(text))
    lines = _lines(text, quotations)
    passed_on = _passed_on(subject)
    announcing = (at for at, line in enumerate(lines) if line.marked or line.inset or _may_announce(line.text.strip()))
    if not any(lines[at].marked or lines[at].inset or _head(lines, at, passed_on)[0] for at in announcing):
        return list(_own(lines))
    origins = _origins(lines, passed_on)
    _sign(lines, origins)
    return list(_stretches(lines, origins))


def _is_new(text: str) -> bool:
    """True only where no line is marked, announces anything or may begin a signature."""
    if ">" in text or may_be_others(text):
        return False
    small = "\n" + text.replace("\xa0", " ").lower()  # most often the one character of a page beyond ASCII, which is slow
    return not _OTHER_LINE.search(small) and not _WROTE_ABOVE.search(small)


def _new(text: str) -> Iterator[Voice]:
    """All of a text, from the first line with something in it to the last."""
    if filled := text.strip():
        first = text.index(filled)
        last = text.find("\n", first + len(filled))
        yield Voice(text.rfind("\n", 0, first) + 1, last if last >= 0 else len(text), Origin.NEW)


def _own(lines: Sequence[Line]) -> Iterator[Voice]:
    """The same where all is new but for a signature."""
    signed = _signature(lines)
    parts = (lines, ()) if signed is None else (lines[:signed], lines[signed:])
    for part, origin in zip(parts, (Origin.NEW, Origin.SIGNATURE), strict=True):
        if filled := [line for line in part if not line.blank]:
            yield Voice(filled[0].start, filled[-1].end, origin)


def _passed_on(subject: str) -> bool | None:
    """True for a forward, False for a reply, None where the Subject does not say."""
    if _FORWARD.match(subject):
        return True
    return False if _REPLY.match(subject) else None


def _lines(text: str, quotations: Sequence[Quotation]) -> list[Line]:
    spans = sorted(quotations, key=lambda q: q.start)
    lines: list[Line] = []
    start = upcoming = 0
    cited = inset = -1
    for written in text.split("\n"):
        end = start + len(written)
        while upcoming < len(spans) and spans[upcoming].start <= start:
            if spans[upcoming].cited:
                cited = max(cited, spans[upcoming].end)
            inset = max(inset, spans[upcoming].end)
            upcoming += 1
        marked = end <= cited or (">" in written and _PREFIX.match(written) is not None)
        lines.append(Line(start, end, written, marked, end <= inset, not written or written.isspace()))
        start = end + 1
    return lines


def _origins(lines: Sequence[Line], passed_on: bool | None) -> list[Origin]:  # noqa: FBT001  -- three answers, one of them none
    """The origin of every line but for signatures."""
    origins: list[Origin] = []
    below: Origin | None = None
    until_unmarked = False
    at = 0
    marked_after = _marked_after(lines)
    while at < len(lines):
        line = lines[at]
        if until_unmarked and not (line.marked or line.inset or line.blank):
            below, until_unmarked = None, False
        head, kind = (0, None) if line.marked or below is Origin.FORWARDED else _head(lines, at, passed_on)
        if head:
            below = below or kind
            until_unmarked = marked_after[min(at + head, len(lines))]
            origins += [below or Origin.QUOTED] * head
            at += head
            continue
        origins.append(_origin(line, below, passed_on=passed_on))
        if until_unmarked and not line.blank and not marked_after[at + 1]:
            below, until_unmarked = None, False
        at += 1
    return origins


def _origin(line: Line, below: Origin | None, *, passed_on: bool | None) -> Origin:
    if below:
        return below
    if line.marked:
        return Origin.FORWARDED if passed_on else Origin.QUOTED
    return Origin.NEW


def _marked_after(lines: Sequence[Line]) -> list[bool]:
    """For every line: whether it, or the first line from there on that is not blank, is marked or inset."""
    answers = [False] * (len(lines) + 1)
    for at in range(len(lines) - 1, -1, -1):
        line = lines[at]
        answers[at] = answers[at + 1] if line.blank else line.marked or line.inset
    return answers


def _head(lines: Sequence[Line], at: int, passed_on: bool | None) -> tuple[int, Origin | None]:  # noqa: FBT001  -- as above
    """(how many lines, whose words follow) where what is quoted or passed on is announced; (0, None) elsewhere."""
    text = _bare(lines[at].text).strip()
    if not _may_announce(text):
        return 0, None
    by_subject = Origin.QUOTED if passed_on is False else Origin.FORWARDED
    if _PASSED_ON.match(text):
        return 1 + _block(lines, at + 1), Origin.FORWARDED
    if _ORIGINAL.match(text):
        return 1 + _block(lines, at + 1), by_subject
    if _FROM.match(text) and (block := _block(lines, at)) > 2:  # noqa: PLR2004  -- From and two more: nobody writes that by chance
        return block, by_subject
    if wrote := _attributed(lines, at, text):
        return wrote, Origin.FORWARDED if passed_on else Origin.QUOTED
    return 0, None


def _may_announce(text: str) -> bool:
    """False of a line, without blanks around it, that announces nothing."""
    if not text or not (text[-1] == ":" or text[0] in _FIRST) or len(text) > 400:  # noqa: PLR2004  -- announcements are short
        return False
    return text[-1] == ":" or _ANNOUNCES.match(text) is not None


def _bare(text: str) -> str:
    if ">" not in text:
        return text
    found = _PREFIX.match(text)
    return text[found.end() :] if found else text


def _attributed(lines: Sequence[Line], at: int, text: str) -> int:
    """How many lines "On … wrote:" takes, wrapped up to three times; 0 if it does not stand here."""
    if text[-1] == ":" and _WROTE.search(text):
        return 1 if _ATTRIBUTION.match(text) else 0
    if not _BEGINS.match(text):
        return 0
    joined = text
    for more in range(1, 4):
        if at + more >= len(lines) or lines[at + more].blank:
            return 0
        joined += " " + _bare(lines[at + more].text)
        if joined.rstrip()[-1:] == ":" and _WROTE.search(joined):
            return more + 1 if _ATTRIBUTION.match(joined) else 0
    return 0


def _block(lines: Sequence[Line], at: int) -> int:
    """How many lines a block of From, Sent, To, Subject takes, blank lines before it included; 0 without From."""
    end = at
    while end < len(lines) and end - at < 3 and lines[end].blank:  # noqa: PLR2004  -- a block is near its announcement
        end += 1
    if end >= len(lines) or not _FROM.match(_bare(lines[end].text)):
        return 0
    end += 1
    while end < len(lines) and end - at < 20:  # noqa: PLR2004  -- a long list of recipients, wrapped
        if not _HEADER.match(_bare(lines[end].text)) and not _continues(lines, end):
            break
        end += 1
    return end - at


def _continues(lines: Sequence[Line], at: int) -> bool:
    """A wrapped list of recipients: a line of addresses, with more fields behind it."""
    listed = "@" in lines[at].text or ";" in lines[at].text
    return listed and any(_HEADER.match(_bare(line.text)) for line in lines[at + 1 : at + 4])


def _sign(lines: Sequence[Line], origins: list[Origin]) -> None:
    """Mark the signature at the end of every stretch of new lines."""
    at = 0
    for origin, group in groupby(list(origins)):
        size = sum(1 for _ in group)
        if origin is Origin.NEW:
            first = _signature(lines[at : at + size])
            if first is not None:
                origins[at + first : at + size] = [Origin.SIGNATURE] * (size - first)
        at += size


def _signature(lines: Sequence[Line]) -> int | None:
    """The index of the line a signature begins at."""
    filled = [index for index, line in enumerate(lines) if not line.blank]
    for rank in range(len(filled) - 1, max(-1, len(filled) - 2 - _LONGEST_SIGNATURE), -1):
        text, below = lines[filled[rank]].text, filled[rank + 1 :]
        if _DASHES.match(text):
            return filled[rank]
        if _DEVICE.match(text) and len(below) <= 1:
            return _farewell(lines, filled[:rank], filled[rank:]) or filled[rank]
        if below and _FAREWELL.match(text):
            return filled[rank] if _named(lines, below) else None
    return None


def _farewell(lines: Sequence[Line], above: Sequence[int], below: Sequence[int]) -> int | None:
    """The farewell above "Sent from my …", if there is one."""
    for rank in range(len(above) - 1, max(-1, len(above) - 1 - _LONGEST_FAREWELL), -1):
        if _FAREWELL.match(lines[above[rank]].text):
            return above[rank] if _named(lines, [*above[rank + 1 :], *below]) else None
    return None


def _named(lines: Sequence[Line], below: Sequence[int]) -> bool:
    """A name, a rank, a telephone number: few short lines, none of them a sentence."""
    if len(below) > _LONGEST_FAREWELL:
        return False
    texts = [lines[index].text for index in below]
    return all(len(text) <= _LONGEST_LINE and (_DEVICE.match(text) or not _SENTENCE.search(text)) for text in texts)


def _stretches(lines: Sequence[Line], origins: Sequence[Origin]) -> Iterator[Voice]:
    """Neighbouring lines of one origin as one stretch; blank lines join what is on both sides of them."""
    filled = [(line, origin) for line, origin in zip(lines, origins, strict=True) if not line.blank]
    for origin, group in groupby(filled, key=lambda pair: pair[1]):
        stretch = [line for line, _ in group]
        yield Voice(stretch[0].start, stretch[-1].end, origin)
