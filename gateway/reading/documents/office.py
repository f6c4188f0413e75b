"""Documents that are zips: OOXML (docx, xlsx, pptx and their kin; ECMA-376) and OpenDocument.

What a part is, its root element says, not its path or its label: Word goes by relationships, and others by other things, so
every part is read. Text comes first; pictures and embedded files are pieces of their own. A macro is code that may show
anything: it is noted. Left out are what nobody reads: themes, styles, settings, fonts, the small picture of the first page.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from posixpath import dirname, normpath

from gateway.reading import transfer
from gateway.reading.documents import odf, ooxml, spreadsheet, xlsb
from gateway.reading.documents.container import inner, unread, written
from gateway.reading.documents.markup import Budget, root, walk
from gateway.reading.documents.properties import Leaves, Relationships
from gateway.reading.documents.writing import Written
from gateway.reading.documents.zips import Zip
from gateway.reading.limits import ReadingLimits
from gateway.reading.pieces import Item, Piece

_TYPES = "[content_types].xml"
_STORIES = frozenset(
    {"document", "hdr", "ftr", "footnotes", "endnotes", "comments", "glossaryDocument", "numbering", "wordDocument", "package"}
    | {"sld", "notes", "sldMaster", "sldLayout", "notesMaster", "handoutMaster", "cmLst", "wsDr", "chartSpace", "chart"}
    | {"dataModel", "drawing", "userShapes", "xml", "PageContents", "MasterContents"}
)
_GRIDS = frozenset({"worksheet", "chartsheet", "dialogsheet", "macrosheet"})
_PAGES = _GRIDS | {"sld"}
_MASTERS = frozenset({"sldMaster", "sldLayout", "notesMaster", "handoutMaster"})
_OPEN_DOCUMENT = frozenset({"document-content", "document-styles", "document"})
_NOT_TEXT = frozenset(
    {"theme", "styles", "settings", "fonts", "webSettings", "Types", "Relationships", "presentationPr", "viewPr", "tblStyleLst"}
    | {"calcChain", "table", "clrMap", "cmAuthorLst", "people", "personList", "manifest", "document-settings", "RDF", "ocx"}
    | {"formControlPr", "metadata", "colorsDef", "styleDef", "layoutDef", "colorStyle", "chartStyle", "styleData", "taskpanes"}
    | {
        "commentsEx",
        "commentsIds",
        "commentsExtensible",
        "datastoreItem",
        "Properties",
        "revisions",
        "headers",
        "users",
        "presentation",
    }
    | {"workbook", "pivotCacheDefinition", "pivotTableDefinition", "slicers", "connections", "libraries", "library", "modules"}
)
_ASIDE = re.compile(
    r"(?:^|/)(?:thumbnail\.\w{1,5}|printerSettings\d*\.bin|(?:workbook|styles|calcChain|binaryIndex\d*|metadata)\.bin|\S*\.odttf|vbaProjectSignature\S*|mimetype|layout-cache|\.rels)$"
    r"|^Thumbnails/",
    re.IGNORECASE,
)
_MACROS = re.compile(r"(?:^|/)vbaProject\.bin$|^Basic/(?!.*(?:script|dialog)-l[bc]\.xml$).*\.xml$|^Scripts/", re.IGNORECASE)
_MARKS = (b"<", b"\xef\xbb\xbf<", b"\xff\xfe<\0", b"\xfe\xff\0<")
_LAST = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of a package. kind: the local name of its root element, "" if it is no XML; space: that name's namespace."""

    name: str
    octets: bytes = field(repr=False)
    kind: str = ""
    space: str = ""


def is_package(names: Sequence[str]) -> bool:
    """Whether a zip with these names is a document."""
    low = {name.lower().replace("\\", "/").lstrip("/") for name in names}
    return _TYPES in low or ("meta-inf/manifest.xml" in low and bool(low & {"content.xml", "encrypted-package"}))


def package(piece: Piece, box: Zip, limits: ReadingLimits) -> Iterator[Item]:
    """Everything in a document that is a zip."""
    parts: list[Part] = []
    for opened in box.opened():
        name = opened.entry.name.replace("\\", "/").lstrip("/")
        if opened.octets:
            parts.append(_part(name, opened.octets))
        if opened.why and not _ASIDE.search(name):
            yield unread(piece, opened.why, name)
    if box.more:
        yield unread(piece, f"too large: the first {limits.parts} of the files in it were read")
    budget = Budget.of(limits)
    if any(part.kind == "manifest" and odf.encrypted(part.octets, budget) for part in parts):
        yield unread(piece, "encrypted")
        return
    yield from _Document(piece, parts, budget, limits).items()


def _part(name: str, octets: bytes) -> Part:
    start = octets[:64].lstrip(b" \t\r\n")
    space, _, kind = root(octets).rpartition(" ") if start.startswith(_MARKS) else ("", "", "")
    if kind in {"html", "svg"}:
        kind = ""
    elif not kind and name.endswith((".xml", ".rels", ".vml")):
        kind = "?"
    return Part(name=name, octets=octets, kind=kind, space=space)


class _Document:
    """A package whose parts are known, being read."""

    def __init__(self, piece: Piece, parts: Sequence[Part], budget: Budget, limits: ReadingLimits) -> None:
        self._piece = piece
        self._parts = parts
        self._budget = budget
        self._most = limits.text
        self._outside: dict[str, dict[str, str]] = {}
        self._inside: dict[str, dict[str, str]] = {}
        self._unseen: set[str] = set()
        self._pages: dict[str, int] = {}
        self._titles: dict[str, str] = {}
        self._strings: list[str] = []
        self._used: set[int] = set()
        self._linked: set[str] = set()

    def items(self) -> Iterator[Item]:
        """Text, then what is in it."""
        self._relate()
        self._order()
        for part in self._parts:
            if part.kind == "sst":
                yield from self._table(part)
            elif (binary := xlsb.PART.search(part.name)) and binary["strings"]:
                self._strings += xlsb.strings(part.octets, self._most)
        for part in sorted(self._parts, key=self._rank):
            if part.kind:
                yield from self._text(part)
            elif binary := xlsb.PART.search(part.name):
                yield from self._binary(part, comments=bool(binary["comments"]), strings=bool(binary["strings"]))
        yield from self._leftover()
        for part in self._parts:
            if (not part.kind and not xlsb.PART.search(part.name)) or _MACROS.search(part.name):
                yield from self._enclosed(part)

    # How the parts belong together

    def _relate(self) -> None:
        for part in self._parts:
            if part.kind == "Relationships":
                walker = Relationships()
                walk(part.octets, walker, self._budget)
                folder, _, name = part.name.rpartition("_rels/")
                source = folder + name.removesuffix(".rels")
                self._outside.setdefault(source, {}).update(walker.outside)
                inside = {key: _resolved(source, target) for key, target in walker.inside.items()}
                self._inside.setdefault(source, {}).update(inside)

    def _order(self) -> None:
        """Which slide or sheet is which page; what hangs on it is on that page too."""
        for part in self._parts:
            if part.kind in {"workbook", "presentation"}:
                walker = spreadsheet.Names()
                walk(part.octets, walker, self._budget)
                for number, (relation, title, hidden) in enumerate(walker.found, 1):
                    target = self._inside.get(part.name, {}).get(relation, "")
                    self._pages.setdefault(target, number)
                    self._titles[target] = title
                    self._unseen |= {target} if hidden else set()
        for _ in range(3):
            for source, targets in self._inside.items():
                if source in self._pages:
                    self._hang(source, targets.values())

    def _hang(self, source: str, targets: Iterable[str]) -> None:
        for target in targets:
            if not re.search(r"(?:Layout|Master|theme)\w*\.xml$", target):
                self._pages.setdefault(target, self._pages[source])

    def _rank(self, part: Part) -> tuple[bool, int, bool, str]:
        """The main text first, then page by page."""
        return (part.kind != "document", self._pages.get(part.name, _LAST), part.kind not in _PAGES, part.name)

    # What the parts say

    def _text(self, part: Part) -> Iterator[Item]:
        if part.kind in _GRIDS:
            yield from self._grid(part)
        elif part.kind in _OPEN_DOCUMENT and "opendocument" in part.space:
            yield from open_document(self._piece, part.octets, self._budget, self._most, part.name)
        elif part.kind in {"comments", "ThreadedComments"} and "spreadsheet" in part.space:
            yield from self._comments(part)
        elif part.kind in _STORIES or (part.kind == "?" and not _ASIDE.search(part.name)):
            outside = self._outside.get(part.name, {})
            found, why, _ = ooxml.story(part.octets, outside, self._budget, self._most, master=part.kind in _MASTERS)
            yield from self._said(part, found, why, unseen=part.kind == "glossaryDocument")
        elif part.kind == "styleSheet":
            found, why = spreadsheet.formats(part.octets, self._budget, self._most)
            yield from self._said(part, found, why)
        elif part.kind == "sst" or _MACROS.search(part.name):
            return
        elif part.kind not in _NOT_TEXT or "custom-properties" in part.space:
            yield from self._unshown(part)

    def _said(self, part: Part, found: Written, why: str, *, unseen: bool = False) -> Iterator[Item]:
        hidden = unseen or part.name in self._unseen
        self._linked |= {target for target, _ in found.links}
        yield from written(self._piece, found, page=self._pages.get(part.name), unseen=hidden)
        if why:
            yield unread(self._piece, why, part.name)

    def _grid(self, part: Part) -> Iterator[Item]:
        outside = self._outside.get(part.name, {})
        found, used, why = spreadsheet.grid(part.octets, self._strings, outside, self._budget, self._most)
        self._used |= used
        title = self._titles.get(part.name, "")
        lines = (title, *found.lines) if title else found.lines
        yield from self._said(part, Written(lines, found.hidden, found.links), why)

    def _binary(self, part: Part, *, comments: bool, strings: bool) -> Iterator[Item]:
        """A part of a binary workbook."""
        if comments:
            yield from self._said(part, Written(tuple(xlsb.strings(part.octets, self._most))), "")
        elif not strings:
            found, used = xlsb.grid(part.octets, self._strings, self._most)
            self._used |= used
            yield from self._said(part, found, "")

    def _table(self, part: Part) -> Iterator[Item]:
        found, why = spreadsheet.strings(part.octets, self._budget, self._most)
        self._strings += found.found
        yield from self._said(part, Written(tuple(found.readings)), why)

    def _comments(self, part: Part) -> Iterator[Item]:
        found, why = spreadsheet.strings(part.octets, self._budget, self._most)
        yield from self._said(part, Written(tuple(text for text in found.found if text.strip())), why)

    def _unshown(self, part: Part) -> Iterator[Item]:
        """Properties, and data that a document may show in places that are bound to them."""
        walker = Leaves()
        why = walk(part.octets, walker, self._budget)
        yield from self._said(part, Written(tuple(walker.found)), why, unseen=True)

    def _leftover(self) -> Iterator[Item]:
        """Strings that no cell shows, and links that nothing in the text stands for."""
        unused = tuple(text for index, text in enumerate(self._strings) if index not in self._used and text.strip())
        links = {(target, "") for targets in self._outside.values() for target in targets.values() if target not in self._linked}
        yield from written(self._piece, Written((), unused, tuple(sorted(links))))

    def _enclosed(self, part: Part) -> Iterator[Item]:
        if _MACROS.search(part.name):
            yield unread(self._piece, "not read: macros", part.name)
        elif not _ASIDE.search(part.name) and part.octets.strip():
            yield inner(self._piece, part.octets, part.name.rpartition("/")[2], page=self._pages.get(part.name))


def open_document(piece: Piece, octets: bytes, budget: Budget, most: int, name: str = "") -> Iterator[Item]:
    """The text of an OpenDocument part, slide by slide, and the pictures in a flat one."""
    found, why = odf.content(octets, budget, most)
    for number, page in enumerate(found.pages, 1):
        yield from written(piece, page, page=number)
    yield from written(piece, found.rest)
    yield from decoded(piece, found.images)
    if why:
        yield unread(piece, why, name)


def flat(piece: Piece, limits: ReadingLimits) -> Iterator[Item]:
    """Extractor of documents in one file of XML: flat OpenDocument, Word's flat OPC, Word and Excel of 2003."""
    budget = Budget.of(limits)
    if "opendocument" in root(piece.octets):
        yield from open_document(piece, piece.octets, budget, limits.text)
        return
    found, why, binaries = ooxml.story(piece.octets, {}, budget, limits.text)
    yield from written(piece, found)
    yield from decoded(piece, binaries)
    if why:
        yield unread(piece, why)


def is_flat(octets: bytes) -> bool:
    """Whether these octets are such a file."""
    if not octets[:64].lstrip(b" \t\r\n").startswith(_MARKS):
        return False
    space, _, kind = root(octets).rpartition(" ")
    office = "schemas-microsoft-com" in space or "schemas.microsoft.com" in space
    return (kind == "document" and "opendocument" in space) or (kind in {"wordDocument", "package", "Workbook"} and office)


def decoded(piece: Piece, binaries: Iterable[str]) -> Iterator[Piece]:
    """What is written into XML in base64."""
    for number, written_in in enumerate(binaries, 1):
        octets = transfer.base64(written_in.encode("ascii", "replace"))
        if octets.strip():
            yield inner(piece, octets, f"object {number}")


def _resolved(source: str, target: str) -> str:
    """The name of the part that a relationship leads to (ECMA-376 part 2, §9.3)."""
    if target.startswith("/"):
        return normpath(target).lstrip("/")
    return normpath(f"{dirname(source)}/{target}").lstrip("/")
