"""The text of OpenDocument files (ISO/IEC 26300): Writer, Calc, Impress, Draw; packed, or flat in one file of XML.

A paragraph is a line, the cells of a row stand side by side, a slide is a page. Notes, comments and text boxes are lines of
their own; titles and descriptions of pictures are read; what is deleted or hidden is kept apart.
"""

from collections.abc import Callable, Mapping
from typing import ClassVar

from gateway.reading.documents.markup import Budget, walk
from gateway.reading.documents.writing import Look, Writing, Written

_SPACES = 100
_SAID = frozenset({"title", "desc"})
_UNSAID = frozenset({"creator", "date", "date-string", "sender-initials", "creator-initials", "tracked-changes", "note-citation"})

Attributes = Mapping[str, str]


class Content:
    """Walks content.xml, styles.xml or a flat file. pages: what was written on each slide, if there are slides."""

    def __init__(self, most: int) -> None:
        self._writing = Writing(most)
        self._most = most
        self._path: list[str] = []
        self._deleted = 0
        self._unsaid = 0
        self._links: list[tuple[str, int]] = []
        self._hidden_styles: set[str] = set()
        self._style = ""
        self._looks = [Look.PLAIN]
        self.pages: list[Written] = []
        self.images: list[str] = []
        self._binary: list[str] | None = None
        self._binaries = 0

    @property
    def rest(self) -> Written:
        """What stands on no slide."""
        return self._writing.finish()

    def start(self, name: str, attributes: Attributes) -> None:
        """An element begins."""
        self._path.append(name)
        if name in _UNSAID:
            self._unsaid += 1
        if handler := self._STARTS.get(name):
            handler(self, attributes)

    def end(self, name: str) -> None:
        """An element ends."""
        self._path.pop()
        if name in _UNSAID:
            self._unsaid -= 1
        if handler := self._ENDS.get(name):
            handler(self)

    def text(self, data: str) -> None:
        """Text stands in the element that is open."""
        if self._binary is not None:
            self._binary.append(data)
        elif self._unsaid and not self._deleted:
            return
        elif self._path[-1] in _SAID and data.strip():
            self._writing.line(data.strip())
        elif self._inside("p", "h"):
            self._writing.write(data.replace("\n", " "), self._look)

    @property
    def _look(self) -> Look:
        return Look.HIDDEN if self._deleted else self._looks[-1]

    def _inside(self, *names: str) -> bool:
        return any(name in names for name in reversed(self._path[-12:]))

    def _paragraph(self, _: Attributes) -> None:
        self._writing.begin()

    def _end_paragraph(self) -> None:
        self._writing.end()

    def _row(self, _: Attributes) -> None:
        self._writing.begin_row()

    def _end_row(self) -> None:
        self._writing.end_row()

    def _cell(self, _: Attributes) -> None:
        self._writing.begin_block()

    def _end_cell(self) -> None:
        self._writing.end_cell()

    def _spaces(self, attributes: Attributes) -> None:
        count = attributes.get("c", "1")
        self._writing.write(" " * min(_SPACES, int(count[:4]) if count.isdecimal() else 1), self._look)

    def _tab(self, _: Attributes) -> None:
        if self._inside("p", "h"):
            self._writing.write("\t", self._look)

    def _break(self, _: Attributes) -> None:
        self._writing.write("\n", self._look)

    def _deletion(self, _: Attributes) -> None:
        self._deleted += 1

    def _end_deletion(self) -> None:
        self._deleted -= 1

    def _link(self, attributes: Attributes) -> None:
        self._links.append((attributes.get("href", ""), self._writing.mark()))

    def _end_link(self) -> None:
        target, mark = self._links.pop()
        self._writing.link("" if target.startswith("#") else target, self._writing.since(mark))

    def _clicked(self, attributes: Attributes) -> None:
        target = attributes.get("href", "")
        self._writing.link("" if target.startswith("#") else target)

    def _define(self, attributes: Attributes) -> None:
        self._style = attributes.get("name", "")

    def _properties(self, attributes: Attributes) -> None:
        if attributes.get("display") == "none" and self._style:
            self._hidden_styles.add(self._style)

    def _span(self, attributes: Attributes) -> None:
        hidden = attributes.get("style-name", "") in self._hidden_styles
        self._looks.append(Look.HIDDEN if hidden else self._looks[-1])

    def _end_span(self) -> None:
        self._looks.pop()

    def _hidden_text(self, attributes: Attributes) -> None:
        self._writing.write(attributes.get("string-value", ""), Look.HIDDEN)

    def _ruby_text(self, _: Attributes) -> None:
        self._writing.begin()

    def _sheet(self, attributes: Attributes) -> None:
        if attributes.get("name", "") and "spreadsheet" in self._path:
            self._writing.line(attributes["name"])

    def _page(self, _: Attributes) -> None:
        if "presentation" in self._path or "drawing" in self._path:
            self._writing.begin_block()

    def _end_page(self) -> None:
        if "presentation" in self._path or "drawing" in self._path:
            slide = Writing(self._most)
            slide.add(self._writing.end_block())
            self.pages.append(slide.finish())

    def _image(self, _: Attributes) -> None:
        self._binary = []

    def _end_image(self) -> None:
        self.images.append("".join(self._binary or ()))
        self._binary = None

    _STARTS: ClassVar[Mapping[str, Callable[["Content", Attributes], None]]] = {
        "p": _paragraph,
        "h": _paragraph,
        "table-row": _row,
        "table-cell": _cell,
        "covered-table-cell": _cell,
        "s": _spaces,
        "tab": _tab,
        "line-break": _break,
        "deletion": _deletion,
        "a": _link,
        "event-listener": _clicked,
        "style": _define,
        "text-properties": _properties,
        "span": _span,
        "hidden-text": _hidden_text,
        "hidden-paragraph": _hidden_text,
        "ruby-text": _ruby_text,
        "table": _sheet,
        "page": _page,
        "binary-data": _image,
    }
    _ENDS: ClassVar[Mapping[str, Callable[["Content"], None]]] = {
        "p": _end_paragraph,
        "h": _end_paragraph,
        "table-row": _end_row,
        "table-cell": _end_cell,
        "covered-table-cell": _end_cell,
        "deletion": _end_deletion,
        "a": _end_link,
        "span": _end_span,
        "ruby-text": _end_paragraph,
        "page": _end_page,
        "binary-data": _end_image,
    }


class Manifest:
    """Walks META-INF/manifest.xml: whether anything in the package is encrypted."""

    def __init__(self) -> None:
        self.encrypted = False

    def start(self, name: str, _: Attributes) -> None:
        """An element begins."""
        self.encrypted = self.encrypted or name in {"encryption-data", "encrypted-key"}

    def end(self, name: str) -> None:
        """An element ends."""

    def text(self, data: str) -> None:
        """Text stands in the element that is open."""


def content(octets: bytes, budget: Budget, most: int) -> tuple[Content, str]:
    """What an OpenDocument part says, and why that is not all of it."""
    walker = Content(most)
    why = walk(octets, walker, budget)
    return walker, why


def encrypted(octets: bytes, budget: Budget) -> bool:
    """Whether a manifest says that something is encrypted."""
    walker = Manifest()
    walk(octets, walker, budget)
    return walker.encrypted
