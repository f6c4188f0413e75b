"""A small maker of readings from plain text, for tests that are not about reading."""

import re
import unicodedata
from collections.abc import Iterator

from gateway.mail import Place
from gateway.reading.types import Origin, Passage, Reading

_ORIGINAL = re.compile(r"^\W*(?:-{3,} ?(?:original message|forwarded|mensaje original|forwarded by)|begin forwarded message|_{10,})", re.IGNORECASE)
_FROM = re.compile(r"^(?:From|De): \S")
_FORWARD = re.compile(r"^\s*(?:fw|fwd|rv|tr|wg):", re.IGNORECASE)


def passage(text: str, *, origin: Origin = Origin.NEW, start: int = 0) -> Passage:
    folded, offsets = [], []
    for at, character in enumerate(text):
        for plain in unicodedata.normalize("NFKD", character):
            if not unicodedata.combining(plain) and plain != "\u200b":
                folded.append(plain)
                offsets.append(at)
    return Passage(
        text=text,
        folded="".join(folded),
        offsets=(*offsets, len(text)),
        place=Place(part="1", start=start, end=start + len(text)),
        origin=origin,
    )


def reading(body: str, subject: str = "") -> Reading:
    return Reading(subject=subject, passages=tuple(_passages(body, forwarded=bool(_FORWARD.match(subject)))))


def _passages(body: str, *, forwarded: bool) -> Iterator[Passage]:
    below = Origin.FORWARDED if forwarded else Origin.QUOTED
    origin, start, at, block, lines = Origin.NEW, 0, 0, False, []
    for line in body.splitlines(keepends=True):
        block = block or bool(_ORIGINAL.match(line) or _FROM.match(line))
        here = below if block or line.startswith(">") else _own(line, origin)
        if here is not origin:
            yield from _whole("".join(lines), origin, start)
            origin, start, lines = here, at, []
        lines.append(line)
        at += len(line)
    yield from _whole("".join(lines), origin, start)


def _own(line: str, before: Origin) -> Origin:
    return Origin.SIGNATURE if before is Origin.SIGNATURE or line.rstrip("\n") in {"-- ", "--"} else Origin.NEW


def _whole(text: str, origin: Origin, start: int) -> Iterator[Passage]:
    if text.strip():
        yield passage(text, origin=origin, start=start)
