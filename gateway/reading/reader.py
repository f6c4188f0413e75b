"""The reader: a message goes in, a Reading comes out. It never raises, and its work is bounded.

Every piece of a message is read under its own guard: one that cannot be read is noted with its place, and the others
are read all the same.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from time import monotonic

from gateway.mail import FILE_NAME, LINK, Author, Place, Unread
from gateway.reading import entity, links, message
from gateway.reading.authors import authors
from gateway.reading.draft import LINKED
from gateway.reading.extractors import BACKWARDS, TABLE, extract
from gateway.reading.fold import folded
from gateway.reading.limits import ReadingLimits
from gateway.reading.pieces import DAMAGED, Extractor, Item, Piece, Sheet
from gateway.reading.runs import spoken
from gateway.reading.types import Boxed, Link, Origin, Passage, Reading
from gateway.reading.voices import Voice, voices
from gateway.reading.wrappers import words

_BACKWARDS = re.compile("\u202e[^\u202c\n]*?[A-Za-z]{3}")
"""Latin letters that are shown from right to left, by a mark made for it (Unicode UAX #9)."""
_LEAST = 1024 * 1024
"""What a container may unfold to at least, however deep it stands."""
_LAID_OUT = bytes.maketrans(b"*_#|=~+-<>[]`", b" " * 13)
"""What a page made plain text shows rows, links and headings with."""
_MOMENT = 0.05
"""Seconds that are too few to be counted."""
_SHORT, _KEPT_BACK = 32_768, 262_144
"""Characters: of a part that is short, and what long ones leave to the short ones behind them."""

Told = tuple[Passage, frozenset[str]]
"""A passage, and the kinds of what may stand in it."""
Worded = tuple[tuple[Origin, bytes], ...]


class Reader:
    """Reads messages, all under the same limits. extractors: what reads which media type; the rest is Unread."""

    def __init__(self, *, limits: ReadingLimits | None = None, extractors: Mapping[str, Extractor] = TABLE) -> None:
        self._limits = limits or ReadingLimits()
        self._cheap = replace(self._limits, dear=False)
        self._extractors = extractors

    def read(self, content: bytes, *, dear: bool = True, after: Reading | None = None) -> Reading:
        """What a recipient would see. Never raises, whatever the octets.

        Where `dear` is False, what only OCR could read is Unread "put off", and everything else is as it is with it.
        after: what was read of the same message before; both readings together take no longer than one may.
        """
        limits = self._limits if dear else self._cheap
        if after:
            limits = replace(limits, whole=max(0.0, limits.whole - after.took))
        desk = _Desk(limits, self._extractors)
        desk.header(content)
        desk.body(Piece(octets=content, type="message/rfc822", part=""))
        return desk.reading()


@dataclass(slots=True)
class _Desk:
    """One message being read."""

    limits: ReadingLimits
    extractors: Mapping[str, Extractor]
    subject: str = ""
    authors: tuple[Author, ...] = ()
    passages: list[Passage] = field(default_factory=list)
    links: dict[tuple[str, str, Origin], Link] = field(default_factory=dict)
    unread: dict[Unread, None] = field(default_factory=dict)
    kept: list[Sequence[Passage]] = field(default_factory=list)
    said: set[Worded] = field(default_factory=set)
    parts: int = 0
    octets: int = 0
    looked: int = 0
    characters: int = 0
    begun: float = field(default_factory=monotonic)

    def reading(self) -> Reading:
        """All that was read."""
        return Reading(
            subject=self.subject,
            authors=self.authors,
            passages=tuple(self.passages),
            links=tuple(self.links.values()),
            unread=tuple(self.unread),
            took=monotonic() - self.begun,
        )

    def header(self, content: bytes) -> None:
        """The subject and the authors."""
        try:
            head = entity.head(content)
            self.subject = message.subject(head, self.limits)
            self.authors, unread = authors(head, self.limits)
            self.unread.update(dict.fromkeys(unread))
        except Exception:  # noqa: BLE001  -- whatever is wrong with the header, the body is read
            self.unread[Unread(place=Place(header="From"), why=DAMAGED)] = None

    def body(self, whole: Piece) -> None:
        """Every piece, those inside before those behind, each under its own guard."""
        open_pieces: list[tuple[Piece, Iterator[Item]]] = [(whole, self._extracted(whole))]
        while open_pieces:
            piece, items = open_pieces[-1]
            try:
                item = next(items, None)
                if isinstance(item, Piece) and self._may_read(item):
                    self._named(item, piece)
                    open_pieces.append((item, self._extracted(item, within=len(open_pieces))))
                elif isinstance(item, Sheet):
                    self._sheet(item)
                elif isinstance(item, Unread):
                    self._missed(item)
                elif item is None:
                    open_pieces.pop()
            except Exception:  # noqa: BLE001  -- a parser's failure is a fact about this piece, and the others are read
                self._missed(Unread(place=piece.place, why=DAMAGED))
                open_pieces.pop()

    def _extracted(self, piece: Piece, within: int = 0) -> Iterator[Item]:
        """What the piece holds; it may take the time of one part, and no longer than is left for the whole.

        Each level of containers may unfold to half as much as the one it stands in: all are in memory at once. In its first
        moment a message has spent nothing of it.
        """
        spent = monotonic() - self.begun
        if within <= 1 and spent < _MOMENT and self.limits.time <= self.limits.whole - _MOMENT:
            return extract(piece, self.limits, self.extractors)
        whole = max(0.0, self.limits.whole - spent)
        left = min(self.limits.time, whole)
        share = max(min(_LEAST, self.limits.expanded), self.limits.expanded >> max(0, within - 1))
        return extract(piece, replace(self.limits, time=left, whole=whole, expanded=share), self.extractors)

    def _named(self, piece: Piece, within: Piece) -> None:
        """What the name of a thing says that stands in no message, but in an archive or a document."""
        if piece.part == within.part and piece.name != within.name and (said := spoken(piece.name)):
            place = replace(piece.place, header=FILE_NAME, page=None)
            self._sheet(Sheet(text=said, place=place, origin=Origin.FORWARDED if piece.forwarded else Origin.NEW))

    def _missed(self, unread: Unread) -> None:
        if len(self.unread) <= self.limits.parts:
            self.unread[unread] = None

    def _may_read(self, piece: Piece) -> bool:
        self.parts += 1
        if self.parts > self.limits.parts:
            self._missed(Unread(place=Place(), why=f"too many parts: the first {self.limits.parts} were read"))
            return False
        if piece.depth > self.limits.depth + 1:
            self._missed(Unread(place=piece.place, why=message.NESTING))
            return False
        self.octets += len(piece.octets)
        if self.octets > self.limits.unfolded:
            self._missed(Unread(place=piece.place, why=f"too large: {self.limits.unfolded} octets of the message were read"))
            return False
        return True

    def _sheet(self, sheet: Sheet) -> None:
        most = self._most(sheet)
        left = max(0, most - self.characters)
        text = sheet.text[:left]
        unseen = sheet.page.hidden if sheet.page else sheet.hidden
        hidden = unseen[: left - len(text)]
        self.characters += max(len(text) + len(hidden), min(sheet.octets, self.limits.part) // 2)
        if len(text) < len(sheet.text) or len(hidden) < len(unseen):
            self._missed(Unread(place=sheet.place, why=f"too large: the first {most} characters were read"))
        if "\u202e" in text and _BACKWARDS.search(text):
            self._missed(Unread(place=sheet.place, why=BACKWARDS))
        stretches = self._stretches(sheet, text)
        told = [p for voice in stretches if (p := _passage(text, voice, sheet.place, boxes=sheet.boxes))]
        read = [passage for passage, _ in told]
        self._keep(told, doubled=sheet.page is not None and self._doubled(read))
        if not sheet.place.header:
            self.kept.append(read)
        if hidden:
            self._hidden(hidden, sheet.place, len(text) + 2)
        if sheet.page or sheet.links:
            self._anchors(sheet, text, stretches)

    def _most(self, sheet: Sheet) -> int:
        """How many characters are read in all, up to the end of a sheet; long ones leave some for short ones behind them."""
        short = len(sheet.text) <= _SHORT or self.limits.text < 2 * _KEPT_BACK
        return self.limits.text if short else self.limits.text - _KEPT_BACK

    def _stretches(self, sheet: Sheet, text: str) -> list[Voice]:
        """Whose words stand where; beyond the limits of lines and passages, the rest is one."""
        if sheet.origin:
            return [Voice(0, len(text), sheet.origin)]
        room = self.limits.passages - len(self.passages)
        told = _first_lines(text, self.limits.lines) if room > 1 else 0
        found = voices(text[:told], subject=sheet.subject, quotations=sheet.page.quotations if sheet.page else ()) if told else []
        if len(found) > room or told < len(text):
            kept = found[: max(0, room - 1)]
            return [*kept, Voice(kept[-1].end + 1 if kept else 0, len(text), Origin.NEW)]
        return found

    def _keep(self, told: Sequence[Told], *, doubled: bool) -> None:
        if not doubled:
            self.passages += (passage for passage, _ in told)
            for passage, may in told:
                if LINKED in may:
                    self._link(links.in_text(passage))

    def _doubled(self, read: Sequence[Passage]) -> bool:
        """Whether a text of before says the same."""
        self.said.update(map(_worded, self.kept))
        self.kept.clear()
        return _worded(read) in self.said

    def _hidden(self, text: str, place: Place, start: int) -> None:
        """Hidden text stands behind the text a reader sees, two characters further on."""
        told = _passage(text, Voice(0, len(text), Origin.HIDDEN), place, start)
        if told and re.search(r"\w", told[0].folded):
            self._keep([told], doubled=False)

    def _anchors(self, sheet: Sheet, text: str, stretches: Sequence[Voice]) -> None:
        starts = [voice.start for voice in stretches]

        def origin(at: int) -> Origin:
            found = bisect_right(starts, at) - 1
            return stretches[found].origin if found >= 0 else Origin.NEW

        if page := sheet.page:
            self._link(links.on_page(page, sheet.place, (origin(anchor.start) for anchor in page.anchors)))
        self._link(links.on_sheet(sheet.links, text, sheet.place, origin))

    def _link(self, found: Iterator[Link]) -> None:
        for link in found:
            self.looked += 1
            if len(self.links) >= self.limits.links or self.looked > self.limits.links * 5:
                self._missed(Unread(place=Place(), why=f"too many links: the first {self.limits.links} were read"))
                return
            if self.links.setdefault((link.target, link.shown, link.origin), link) is link:
                self._said(link)

    def _said(self, link: Link) -> None:
        """The words that a link puts into a post or a message."""
        text = "\n".join(words(link.target))[: max(0, self.limits.text - self.characters)]
        if not text:
            return
        self.characters += len(text)
        place = replace(link.place, header=LINK, start=None, end=None, box=None)
        told = _passage(text, Voice(0, len(text), link.origin), place)
        if told and len(self.passages) < self.limits.passages:
            self.passages.append(told[0])


def _first_lines(text: str, most: int) -> int:
    """Where the first `most` lines end."""
    return len(text) if text.count("\n") < most else sum(len(line) + 1 for line in text.split("\n", most)[:most])


def _passage(text: str, voice: Voice, place: Place, start: int = 0, boxes: Sequence[Boxed] = ()) -> Told | None:
    """The passage of a stretch; None if there is nothing in it to see."""
    written = text[voice.start : voice.end]
    draft = folded(written)
    if not draft.text:
        return None
    at = Place(
        part=place.part,
        header=place.header,
        name=place.name,
        page=place.page,
        start=start + voice.start,
        end=start + voice.end,
        box=place.box,
    )
    within = tuple((a - voice.start, b - voice.start, box) for a, b, box in boxes if a < voice.end and b > voice.start)
    passage = Passage(text=written, place=at, origin=voice.origin, folded=draft.text, offsets=draft.offsets, boxes=within)
    return passage, draft.may


def _worded(passages: Sequence[Passage]) -> Worded:
    """The words of each voice, and the marks that may give them another meaning: what alternatives that say the same share."""
    return tuple(
        (passage.origin, b" ".join(passage.folded.encode("utf-8", "replace").translate(_LAID_OUT).split()))
        for passage in passages
    )
