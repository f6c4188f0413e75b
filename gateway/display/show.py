"""A message and what was found in it, shown."""

from collections.abc import Iterator, Sequence
from html import escape

from gateway.display.files import Pictures, is_file, listed
from gateway.display.harmless import disguised, final, harmless
from gateway.display.marks import runs, visible
from gateway.display.opened import Opened
from gateway.display.types import Goes, Mark, Run, Shown, Text
from gateway.mail import FILE_NAME, LAYOUT, LINK, Place
from gateway.reading import Origin, Reading, ReadingLimits, headers, is_short
from gateway.reading.charsets import decode
from gateway.reading.entity import head
from gateway.verdict import Finding

_FIELDS = ("From", "Sender", "Reply-To", "To", "Cc", "Date", "Subject", "Message-ID")
_FIELD = 2000
_TEXT = 150_000
_SOURCE = 200_000
_PAGES = 10
_LINKS = 200


def show(message: bytes | Opened, findings: tuple[Finding, ...]) -> Shown:
    """Everything there is to see. Never raises for anything in the message."""
    opened = message if isinstance(message, Opened) else Opened(message)
    reading, pieces = opened.reading, opened.pieces
    marks = tuple(_marks(findings))
    texts, shortened = _texts(reading, marks)
    page, withheld = _page(opened, marks)
    return Shown(
        fields=tuple(_fields(opened.octets)),
        authors=reading.authors,
        texts=texts,
        page=page,
        withheld=withheld,
        files=listed(pieces),
        links=tuple(_links(reading)),
        unread=reading.unread,
        shortened=shortened,
    )


def source(octets: bytes) -> tuple[str, bool]:
    """The beginning of the message as it is written, and whether there is more."""
    return visible(decode(octets[:_SOURCE])), len(octets) > _SOURCE


def _marks(findings: Sequence[Finding]) -> Iterator[Mark]:
    for finding in findings:
        for evidence in finding.evidence:
            place = evidence.place
            yield Mark(
                part=place.part,
                header=place.header,
                name=place.name,
                page=place.page,
                start=place.start,
                end=place.end,
                quote=evidence.quote,
                says=visible(finding.says),
            )


def _fields(octets: bytes) -> Iterator[tuple[str, str]]:
    try:
        top = head(octets)
        written = dict.fromkeys((name, value) for name in _FIELDS for value in top.values(name)[:5])
    except Exception:  # noqa: BLE001  -- the standard library's parser raises what it likes over a broken header
        return
    limit = ReadingLimits().field
    for name, value in written:
        yield name, visible(headers.shown(value, limit))[:_FIELD]


def _texts(reading: Reading, marks: Sequence[Mark]) -> tuple[tuple[Text, ...], bool]:
    """The passages, up to a length for each message; marked ones beyond it are shown all the same."""
    shown: list[Text] = []
    left, shortened = _TEXT, False
    for passage in reading.passages:
        made = runs(passage, marks)
        marked = any(run.says for run in made)
        if passage.place.header and not marked:
            continue
        if left <= 0 and not marked:
            shortened = True
            continue
        kept = tuple(_fitting(made, max(left, 20_000 if marked else 0)))
        shortened = shortened or kept != made
        left -= sum(len(run.text) for run in kept)
        part = passage.place.part if passage.place.name and not passage.place.header else ""
        leads = bool(part) and part not in {text.part for text in shown}
        shown.append(Text(title=_title(passage.place), origin=_origin(passage.origin), runs=kept, part=part, leads=leads))
    return tuple(shown), shortened


def _fitting(made: Sequence[Run], room: int) -> Iterator[Run]:
    for run in made:
        if room <= 0:
            return
        yield Run(text=run.text[:room], says=run.says)
        room -= len(run.text)


def _title(place: Place) -> str:
    if place.header == FILE_NAME:
        return f"File name {visible(place.name)}"
    if place.header == LINK:
        return "Words in a link"
    if place.header == LAYOUT:
        return "The text as it is shown"
    if place.header:
        return f"{visible(place.header)} field"
    page = f", page {place.page}" if place.page else ""
    return f"Attachment {visible(place.name)}{page}" if place.name else page.removeprefix(", ").capitalize()


def _origin(origin: Origin) -> str:
    return "" if origin is Origin.NEW else str(origin)


def _page(opened: Opened, marks: Sequence[Mark]) -> tuple[str, int]:
    """The body as its recipient would see it, if it has more to it than text."""
    pictures, pieces = Pictures(opened), opened.pieces
    written: list[str] = []
    withheld = 0
    bodies = [piece for piece in pieces if piece.type == "text/html" and not is_file(piece)]
    for piece in bodies[:_PAGES]:
        body, missing = harmless(decode(piece.octets, piece.parameters.get("charset", "")), marks, pictures.by_id)
        written.append(body)
        withheld += missing
    if not bodies:
        plain = [decode(p.octets, p.parameters.get("charset", "")) for p in pieces if p.type == "text/plain" and not is_file(p)]
        written.extend(f'<div style="white-space:pre-wrap">{escape(visible(text[:_TEXT]))}</div>' for text in plain[:_PAGES])
    attached = [_figure(name, url) for name, url in pictures.attached()]
    if not bodies and not attached:
        return "", 0
    return "<hr>".join([*written, *attached]), withheld


def _figure(name: str, url: str) -> str:
    called = escape(visible(name) or "picture")
    return final(f'<figure><img src="{url}" alt="{called}"><figcaption>{called}</figcaption></figure>')


def _links(reading: Reading) -> Iterator[Goes]:
    seen = set()
    for link in reading.links[:_LINKS]:
        shown, target = visible(" ".join(link.shown.split()))[:300], visible(link.target)[:1000]
        if (shown, target) not in seen:
            seen.add((shown, target))
            veiled = link.shown != link.written and disguised(shown, target)
            yield Goes(shown=shown, target=target, disguised=veiled, short=is_short(link.target))
