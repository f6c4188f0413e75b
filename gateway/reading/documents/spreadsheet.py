"""The text of a workbook (SpreadsheetML): a row is a line, its cells parted by tabs, figures too.

Read as well: the names on the tabs, what is printed above and below, links and the formulas that make them, messages that a
cell shows, comments, and words that a number's format puts in its place. Sheets that are hidden are kept apart.
"""

import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field

from gateway.reading.documents.markup import Budget, TooMuch, walk
from gateway.reading.documents.writing import Writing, Written

_LINKED = re.compile(r'\bHYPERLINK\s*\(\s*"([^"]{1,4000})"\s*(?:,\s*"([^"]{0,4000})")?', re.IGNORECASE)
_LITERAL = re.compile(r'"([^"]{3,400})"')
_PIECES = re.compile(r'"((?:[^"]|""){0,4000})"|\b(?:UNI)?CHAR\(\s*(\d{1,7})\s*\)', re.IGNORECASE)
_PAST_UNICODE, _HALVES = 0x110000, range(0xD800, 0xE000)
_CODE = re.compile(r'&(?:"[^"]{0,200}"|K(?:[0-9A-Fa-f]{6}|\d\d[+-]\d{3})|\d{1,3}|[A-Za-z])')
_WORDS = re.compile(r"\w\w\s+\w\w")
_PRINTED = frozenset({"oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader", "firstFooter"})
_STRINGS = frozenset({"si", "comment", "threadedComment"})
_MESSAGES = ("promptTitle", "prompt", "errorTitle", "error")

Attributes = Mapping[str, str]


class Strings:
    """Walks the table of strings that cells point into; also comments, each a string. Readings of ruby text stand apart."""

    def __init__(self, most: int) -> None:
        self._left = most
        self._open: list[str] = []
        self._path: list[str] = []
        self._before = 0
        self.found: list[str] = []
        self.readings: list[str] = []

    def start(self, name: str, _: Attributes) -> None:
        """An element begins."""
        self._path.append(name)
        if name in _STRINGS:
            self._open = []
        elif name == "rPh":
            self._before = len(self._open)

    def end(self, name: str) -> None:
        """An element ends."""
        self._path.pop()
        if name in _STRINGS:
            self.found.append("".join(self._open))
        elif name == "rPh":
            self.readings.append("".join(self._open[self._before :]))
            del self._open[self._before :]

    def text(self, data: str) -> None:
        """Text stands in the element that is open."""
        if self._path[-1] in {"t", "text"}:
            self._left -= len(data)
            if self._left < 0:
                raise TooMuch
            self._open.append(data)


@dataclass(slots=True)
class _Cell:
    kind: str = ""
    value: list[str] = field(default_factory=list)
    formula: list[str] = field(default_factory=list)


class Grid:
    """Walks a worksheet."""

    def __init__(self, writing: Writing, strings: list[str], relations: Mapping[str, str]) -> None:
        self._writing = writing
        self._strings = strings
        self._relations = relations
        self._path: list[str] = []
        self._cell = _Cell()
        self._row: list[str] = []
        self._printed: list[str] = []
        self.used: set[int] = set()

    def start(self, name: str, attributes: Attributes) -> None:
        """An element begins."""
        self._path.append(name)
        if name == "c":
            self._cell = _Cell(attributes.get("t", ""))
        elif name == "hyperlink":
            target = self._relations.get(attributes.get("r:id", ""), "")
            self._writing.link(target, attributes.get("display", ""))
            self._say(attributes.get("tooltip", ""))
        elif name == "dataValidation":
            for message in _MESSAGES:
                self._say(attributes.get(message, ""))

    def end(self, name: str) -> None:
        """An element ends."""
        self._path.pop()
        if name == "c":
            self._row.append(self._shown())
        elif name == "row":
            self._say("\t".join(cell for cell in self._row if cell.strip()))
            self._row = []
        elif name in _PRINTED:
            self._say(printed("".join(self._printed)))
            self._printed = []

    def text(self, data: str) -> None:
        """Text stands in the element that is open."""
        kind = self._path[-1]
        if kind in {"v", "t"} and "rPh" not in self._path:
            self._cell.value.append(data)
        elif kind == "f":
            self._cell.formula.append(data)
        elif kind in _PRINTED:
            self._printed.append(data)

    def _say(self, text: str) -> None:
        if text.strip():
            self._writing.line(text)

    def _shown(self) -> str:
        value, formula = "".join(self._cell.value), "".join(self._cell.formula)
        if found := _LINKED.search(formula):
            self._writing.link(found[1], found[2] or value)
            value = value or found[2] or found[1]
        if formula and not value.strip():
            value = _joined(formula)
        if self._cell.kind != "s":
            return value
        index = int(value) if value.strip().isdecimal() and len(value) < 10 else -1  # noqa: PLR2004  -- more strings than a file holds
        if not 0 <= index < len(self._strings):
            return ""
        self.used.add(index)
        return self._strings[index]


def _joined(formula: str) -> str:
    """What a formula without a stored result puts together, as far as it is written in it."""
    pieces = (
        chr(int(code)) if code and int(code) < _PAST_UNICODE and int(code) not in _HALVES else text.replace('""', '"')
        for text, code in _PIECES.findall(formula[:8192])
    )
    joined = "".join(pieces)
    return joined if _WORDS.search(joined) else ""


class Names:
    """Walks workbook.xml or presentation.xml: what stands in which order. Each is (relationship, name, hidden)."""

    def __init__(self) -> None:
        self.found: list[tuple[str, str, bool]] = []

    def start(self, name: str, attributes: Attributes) -> None:
        """An element begins."""
        if name == "sheet":
            hidden = attributes.get("state", "") in {"hidden", "veryHidden"}
            self.found.append((attributes.get("r:id", ""), attributes.get("name", ""), hidden))
        elif name == "sldId":
            self.found.append((attributes.get("r:id", ""), "", False))

    def end(self, name: str) -> None:
        """An element ends."""

    def text(self, data: str) -> None:
        """Text stands in the element that is open."""


class Formats:
    """Walks styles.xml: the words that formats of numbers hold."""

    def __init__(self, writing: Writing) -> None:
        self._writing = writing

    def start(self, name: str, attributes: Attributes) -> None:
        """An element begins."""
        if name == "numFmt":
            words = " ".join(_LITERAL.findall(attributes.get("formatCode", "")[:4000]))
            if _WORDS.search(words):
                self._writing.line(words)

    def end(self, name: str) -> None:
        """An element ends."""

    def text(self, data: str) -> None:
        """Text stands in the element that is open."""


def printed(text: str) -> str:
    """What is printed above or below a sheet, without the codes for its fonts and fields."""
    return _CODE.sub(" ", text.replace("&&", "\0")).replace("\0", "&")


def rk(number: int) -> str:
    """A figure in 30 bits: a whole number or the upper half of a double, maybe in hundredths (§2.5.217)."""
    value: float
    if number & 2:
        whole = number >> 2
        value = whole - (1 << 30) if whole >> 29 else whole
    else:
        value = struct.unpack("<d", b"\0\0\0\0" + (number & 0xFFFFFFFC).to_bytes(4, "little"))[0]
    return f"{value / 100 if number & 1 else value:g}"


def strings(octets: bytes, budget: Budget, most: int) -> tuple[Strings, str]:
    """The strings of a part, and why they are not all of them."""
    walker = Strings(most)
    why = walk(octets, walker, budget)
    return walker, why


def grid(
    octets: bytes, table: list[str], relations: Mapping[str, str], budget: Budget, most: int
) -> tuple[Written, set[int], str]:
    """What a worksheet says, which strings of the table it shows, and why that is not all of it."""
    writing = Writing(most)
    walker = Grid(writing, table, relations)
    why = walk(octets, walker, budget)
    return writing.finish(), walker.used, why


def formats(octets: bytes, budget: Budget, most: int) -> tuple[Written, str]:
    """The words in formats of numbers, and why they are not all of them."""
    writing = Writing(most)
    why = walk(octets, Formats(writing), budget)
    return writing.finish(), why
