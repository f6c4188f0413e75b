"""The door to pypdfium2: a PDF's pages, notes, form fields, links, bookmarks and attachments.

Of each page the text is read as it is written in the file, what a reader does not see apart from it. Where a page shows
words that are not written there - a scan, a picture, letters drawn as curves, a font that says nothing about its letters -
it is rendered without its text and goes on as a picture of that page.
"""

import ctypes
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from io import BytesIO
from time import monotonic
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from gateway.mail import Place, Unread
from gateway.reading.limits import ReadingLimits
from gateway.reading.pictures import images, page_text
from gateway.reading.pieces import DAMAGED, Item, Piece, Sheet

_ENCRYPTED = frozenset({4, 5})
"""FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY."""
_XFA = 2
_SHARE = 0.85
_POINTS = 72
_DPI, _MOST_PIXELS = 160, 5_000_000
_MOST_ANNOTATIONS, _MOST_OBJECTS, _MOST_SEGMENTS = 2000, 20_000, 4000
_LONGEST = 20_000
_DEPTH = 5
_CURVES, _STROKES = 60, 1500
_TEXT, _PATH, _IMAGE = 1, 2, 3
_CURVE = 1
_LINK, _POPUP, _WIDGET = 2, 16, 20
_DRAWN = frozenset({3, 13, 15})
"""Annotations that show what they are drawn with: free text, stamps, ink."""
_UNSEEN = 0b100010
"""Annotation flags hidden and no view (ISO 32000-1 §12.5.3)."""
_URI = 3
_TICKS = frozenset({"Off", "On", "Yes"})
"""What check boxes are worth, and do not show."""
_UNTITLED = frozenset({"untitled", "untitled document", "document"})


def read(piece: Piece, limits: ReadingLimits) -> Iterator[Item]:
    """An Extractor for PDF."""
    until = monotonic() + limits.time * _SHARE
    try:
        document = pypdfium2.PdfDocument(piece.octets)
    except pypdfium2.PdfiumError as error:
        yield Unread(place=piece.place, why="encrypted" if error.err_code in _ENCRYPTED else DAMAGED)
        return
    try:
        yield from _document(document, piece, limits, until)
    finally:
        document.close()


def _document(document: Any, piece: Piece, limits: ReadingLimits, until: float) -> Iterator[Item]:
    if document.get_formtype() == _XFA:
        yield Unread(place=piece.place, why="not read: a form in XFA, which few programs show")
    document.init_forms()
    if beside := _beside(document):
        yield Sheet(text=beside, place=piece.place, subject=piece.subject)
    yield from _attachments(document, piece, limits)
    pages = len(document)
    if not pages:
        yield Unread(place=piece.place, why=DAMAGED)
    for number in range(min(pages, limits.pages)):
        place = replace(piece.place, page=number + 1)
        if monotonic() > until:
            yield Unread(place=place, why=f"timed out: this page and those behind it were not read, {pages - number} in all")
            return
        yield from _guarded(document, number, place, piece, limits)
    if pages > limits.pages:
        yield Unread(place=piece.place, why=f"too large: it has {pages} pages, and the first {limits.pages} were read")


def _beside(document: Any) -> str:
    """What a program shows beside the pages: the title and the bookmarks."""
    title = document.get_metadata_value("Title")
    lines = ["" if title.lower() in _UNTITLED else title]
    try:
        lines += [mark.get_title() for mark in document.get_toc(max_depth=_DEPTH)]
    except Exception:  # noqa: BLE001  -- the pages are read all the same
        lines.append("")
    return "\n".join(line.strip() for line in lines if line and line.strip())[:_LONGEST]


def _attachments(document: Any, piece: Piece, limits: ReadingLimits) -> Iterator[Item]:
    for index in range(min(document.count_attachments(), limits.parts)):
        try:
            attached = document.get_attachment(index)
            yield _attached(piece, attached.get_name(), bytes(attached.get_data()))
        except Exception:  # noqa: BLE001  -- the other attachments and the pages are read all the same
            yield Unread(place=piece.place, why="damaged: a file that is attached to it cannot be read")


def _attached(piece: Piece, name: str, octets: bytes) -> Piece:
    return replace(
        piece, octets=octets, type="application/octet-stream", name=name[:255] or piece.name, parameters={}, depth=piece.depth + 1
    )


def _guarded(document: Any, number: int, place: Place, piece: Piece, limits: ReadingLimits) -> Iterator[Item]:
    """A page; one that is broken costs none of the others."""
    try:
        page = document[number]
        try:
            yield from _page(_Page(document, page, document.formenv), place, piece, limits)
        finally:
            page.close()
    except Exception:  # noqa: BLE001  -- see above
        yield Unread(place=place, why=DAMAGED)


@dataclass(frozen=True, slots=True)
class _Page:
    document: Any
    page: Any
    forms: Any


def _page(at: _Page, place: Place, piece: Piece, limits: ReadingLimits) -> Iterator[Item]:
    text = page_text.read(at.page)
    notes = _notes(at)
    unseen = "\n".join(filter(None, [text.hidden, *notes.hidden]))
    shown = "\n\n".join(filter(None, [text.shown, *notes.shown]))
    if shown or unseen or notes.links:
        yield Sheet(text=shown, place=place, hidden=unseen, links=tuple(notes.links), subject=piece.subject)
    if text.cut:
        yield Unread(place=place, why="too large: not all of the page's text was read")
    for name, octets in notes.files:
        yield _attached(piece, name, octets)
    if text.unmapped or notes.drawn or _pictured(at.page):
        yield from _as_picture(at, place, piece, limits, whole=text.unmapped)


def _as_picture(at: _Page, place: Place, piece: Piece, limits: ReadingLimits, *, whole: bool) -> Iterator[Item]:
    """The page rendered; without its text, unless the text says not what is shown."""
    if not limits.ocr or not limits.dear:
        yield Unread(place=place, why=images.PUT_OFF if limits.ocr else images.NOT_READ)
        return
    if not whole:
        _without_text(at.page)
    width, height = at.page.get_size()
    scale = min(_DPI / _POINTS, (_MOST_PIXELS / max(1.0, width * height)) ** 0.5)
    octets = BytesIO()
    at.page.render(scale=scale).to_pil().convert("RGB").save(octets, "PNG", compress_level=1)
    yield replace(
        piece,
        octets=octets.getvalue(),
        type="image/png",
        page=place.page,
        depth=piece.depth + 1,
        parameters={images.POINTS: f"{1 / scale:.4f}"},
    )


def _objects(page: Any, kind: int) -> Iterator[Any]:
    for count, found in enumerate(page.get_objects(filter=[kind], max_depth=_DEPTH)):
        if count >= _MOST_OBJECTS:
            return
        yield found


def _without_text(page: Any) -> None:
    for found in _objects(page, _TEXT):
        pdfium.FPDFPageObj_SetIsActive(found, False)  # noqa: FBT003  -- C takes it so


def _pictured(page: Any) -> bool:
    """Whether the page shows a picture that may hold words, or as many curves as letters have."""
    return any(not images.too_small(found.get_px_size()) for found in _objects(page, _IMAGE)) or _curved(page)


def _curved(page: Any) -> bool:
    curves = strokes = looked = 0
    for path in _objects(page, _PATH):
        count = pdfium.FPDFPath_CountSegments(path)
        strokes += count
        for index in range(min(count, _MOST_SEGMENTS - looked)):
            looked += 1
            curves += pdfium.FPDFPathSegment_GetType(pdfium.FPDFPath_GetPathSegment(path, index)) == _CURVE
        if curves >= _CURVES or strokes >= _STROKES:
            return True
    return False


class _Notes:
    """What the annotations of a page say."""

    def __init__(self) -> None:
        self.shown: list[str] = []
        self.hidden: list[str] = []
        self.links: list[tuple[str, str]] = []
        self.files: list[tuple[str, bytes]] = []
        self.drawn = False


def _notes(at: _Page) -> _Notes:
    notes = _Notes()
    notes.links += _links(at)
    for index in range(min(pdfium.FPDFPage_GetAnnotCount(at.page), _MOST_ANNOTATIONS)):
        annotation = pdfium.FPDFPage_GetAnnot(at.page, index)
        if not annotation:
            continue
        try:
            _note(at, annotation, notes)
        finally:
            pdfium.FPDFPage_CloseAnnot(annotation)
    return notes


def _note(at: _Page, annotation: Any, notes: _Notes) -> None:
    kind = pdfium.FPDFAnnot_GetSubtype(annotation)
    if kind == _LINK:
        return
    said = _string(partial(pdfium.FPDFAnnot_GetStringValue, annotation, b"Contents"))
    if kind == _WIDGET:
        value = _string(partial(pdfium.FPDFAnnot_GetFormFieldValue, at.forms, annotation)) if at.forms else ""
        said = value or _string(partial(pdfium.FPDFAnnot_GetStringValue, annotation, b"V"))
        said = "" if said in _TICKS else said
    unseen = bool(pdfium.FPDFAnnot_GetFlags(annotation) & _UNSEEN)
    if said.strip():
        (notes.hidden if unseen else notes.shown).append(said.strip())
    notes.drawn = notes.drawn or (kind in _DRAWN and not unseen)
    if (attached := pdfium.FPDFAnnot_GetFileAttachment(annotation)) and (file := _file(at.document, attached)):
        notes.files.append(file)


def _file(document: Any, attached: Any) -> tuple[str, bytes] | None:
    file = pypdfium2.PdfAttachment(attached, document)
    return file.get_name(), bytes(file.get_data())


def _links(at: _Page) -> Iterator[tuple[str, str]]:
    """(address, the text under the link)."""
    text = at.page.get_textpage()
    position, link = ctypes.c_int(0), pdfium.FPDF_LINK()
    for _ in range(_MOST_ANNOTATIONS):
        if not pdfium.FPDFLink_Enumerate(at.page, position, link):
            break
        action = pdfium.FPDFLink_GetAction(link)
        if not action or pdfium.FPDFAction_GetType(action) != _URI:
            continue
        address = _octets(partial(pdfium.FPDFAction_GetURIPath, at.document, action))
        rectangle = pdfium.FS_RECTF()
        shown = ""
        if pdfium.FPDFLink_GetAnnotRect(link, rectangle):
            r = rectangle
            shown = text.get_text_bounded(r.left - 1, r.bottom - 1, r.right + 1, r.top + 1)
        yield address.decode("utf-8", "replace"), " ".join(shown.split())[:_LONGEST]
    text.close()


def _octets(fill: Callable[[Any, int], int]) -> bytes:
    """What one of pdfium's functions puts in a buffer, without the NUL behind it."""
    size = min(fill(None, 0), 4 * _LONGEST)
    buffer = ctypes.create_string_buffer(size)
    fill(buffer, size)
    return buffer.raw[:size].rstrip(b"\0")


def _string(fill: Callable[[Any, int], int]) -> str:
    """The same, where it is UTF-16."""
    size = min(fill(None, 0), 4 * _LONGEST) & ~1
    buffer = (ctypes.c_ushort * (size // 2 + 1))()
    fill(buffer, size)
    return bytes(buffer)[:size].decode("utf-16-le", "replace").rstrip("\0")
