"""The text of Office's XML (ECMA-376) as Word and PowerPoint show it; also of Word's older single XML files.

One walker reads every vocabulary that holds running text: WordprocessingML, DrawingML, PresentationML, charts, diagrams,
VML; they stand within one another. Deleted and moved text, and text that is marked hidden, is kept apart.
"""

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import ClassVar

from gateway.reading.documents.boxes import Boxes
from gateway.reading.documents.markup import Budget, TooMuch, walk
from gateway.reading.documents.writing import Look, Writing, Written

_TINY = 6
"""Half points: up to 3 pt."""
_HYPERLINK = re.compile(r"""\bHYPERLINK\b[^"]{0,20}"([^"]{1,4000})"|\bHYPERLINK\s+(\S{1,4000})""", re.IGNORECASE)
_PLACED = re.compile(r"\b(?:INCLUDETEXT|INCLUDEPICTURE)\s+\"?([^\s\"]{1,4000})", re.IGNORECASE)
_QUOTED = re.compile(r"\b(?:QUOTE|MACROBUTTON\s+\w+|SET\s+\w+)\s+(.{1,4000})", re.IGNORECASE)
_WORDS = re.compile(r"\w\w.*\w\w")
_PRIVATE = 0xF000
_HALVES = range(0xD800, 0xE000)
_OFF = frozenset({"0", "false", "off", "none"})

Attributes = Mapping[str, str]
Relations = Mapping[str, str]
"""Id of a relationship: where it leads, for those that lead out of the file."""


@dataclass(slots=True)
class _Field:
    """A field of Word: what it does, and where what it shows begins."""

    code: str = ""
    mark: int | None = None


class Story:
    """Walks one part that holds running text. master: text in placeholders is not shown (PresentationML, masters and layouts)."""

    def __init__(self, writing: Writing, relations: Relations, *, master: bool = False) -> None:
        self._writing = writing
        self._relations = relations
        self._master = master
        self._path: list[str] = []
        self._looks = [Look.PLAIN]
        self._moved = 0
        self._fields: list[_Field] = []
        self._hyperlinks: list[tuple[str, int]] = []
        self._clicks: list[tuple[str, int]] = []
        self._choices: list[tuple[list[str], str, int]] = []
        self._placeholder = False
        self._boxes = Boxes()
        self._binary: list[str] | None = None
        self.binaries: list[str] = []

    # What the walker is told

    def start(self, name: str, attributes: Attributes) -> None:
        """An element begins."""
        self._path.append(name)
        if handler := self._STARTS.get(name):
            handler(self, attributes)

    def end(self, name: str) -> None:
        """An element ends."""
        self._path.pop()
        if handler := self._ENDS.get(name):
            handler(self)

    def text(self, data: str) -> None:
        """Text stands in the element that is open."""
        kind = self._path[-1] if self._path else ""
        if self._binary is not None:
            self._binary.append(data)
        elif kind in {"t", "Data"}:
            self._writing.write(data, self._look)
        elif kind == "delText":
            self._writing.write(data, Look.HIDDEN)
        elif kind in {"instrText", "delInstrText"} and self._fields:
            self._fields[-1].code += data[:4000]
        elif kind in {"v", "text", "Text"} and _WORDS.search(data):
            self._writing.line(data)

    def _parent(self) -> str:
        return self._path[-2] if len(self._path) > 1 else ""

    # Paragraphs and tables

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

    # Runs

    @property
    def _look(self) -> Look:
        return Look.HIDDEN if self._moved else self._looks[-1]

    def _run(self, _: Attributes) -> None:
        self._looks.append(Look.PLAIN)

    def _end_run(self) -> None:
        self._looks.pop()
        while self._clicks:
            target, mark = self._clicks.pop()
            self._writing.link(target, self._writing.since(mark))

    def _vanish(self, attributes: Attributes) -> None:
        if self._in_run() and attributes.get("val", "").lower() not in _OFF:
            self._looks[-1] = Look.HIDDEN

    def _colour(self, attributes: Attributes) -> None:
        if self._in_run() and attributes.get("val", "").upper() == "FFFFFF":
            self._faint()

    def _size(self, attributes: Attributes) -> None:
        size = attributes.get("val", "")
        if self._in_run() and size.isdecimal() and int(size[:6]) <= _TINY:
            self._faint()

    def _faint(self) -> None:
        if self._looks[-1] is Look.PLAIN:
            self._looks[-1] = Look.FAINT

    def _in_run(self) -> bool:
        """Whether the element that is open is a property of a run, and not of a paragraph's mark."""
        return len(self._looks) > 1 and self._path[-3:-1] == ["r", "rPr"]

    def _tab(self, _: Attributes) -> None:
        if self._parent() != "tabs":
            self._writing.write("\t", self._look)

    def _break(self, _: Attributes) -> None:
        self._writing.write("\n", self._look)

    def _hyphen(self, _: Attributes) -> None:
        self._writing.write("-", self._look)

    def _symbol(self, attributes: Attributes) -> None:
        code = attributes.get("char", "")
        if re.fullmatch(r"[0-9A-Fa-f]{1,5}", code):
            number = int(code, 16)
            shown = number - _PRIVATE if _PRIVATE + 32 <= number <= _PRIVATE + 255 else number
            self._writing.write(chr(shown) if shown not in _HALVES else "\ufffd", self._look)

    def _moved_from(self, _: Attributes) -> None:
        self._moved += 1

    def _end_moved_from(self) -> None:
        self._moved -= 1

    # Links and fields

    def _hyperlink(self, attributes: Attributes) -> None:
        self._tip(attributes)
        self._hyperlinks.append((self._relations.get(attributes.get("r:id", ""), ""), self._writing.mark()))

    def _tip(self, attributes: Attributes) -> None:
        """What comes up where the pointer rests on a link."""
        if _WORDS.search(attributes.get("tooltip", "")):
            self._writing.line(attributes["tooltip"])

    def _end_hyperlink(self) -> None:
        target, mark = self._hyperlinks.pop()
        self._writing.link(target, self._writing.since(mark))

    def _click(self, attributes: Attributes) -> None:
        self._tip(attributes)
        target = self._relations.get(attributes.get("r:id", ""), "")
        if self._parent() == "rPr":
            self._clicks.append((target, self._writing.mark()))
        else:
            self._writing.link(target)

    def _old_link(self, attributes: Attributes) -> None:
        self._hyperlinks.append((attributes.get("dest", ""), self._writing.mark()))

    def _simple_field(self, attributes: Attributes) -> None:
        self._fields.append(_Field(attributes.get("instr", ""), self._writing.mark()))

    def _field_character(self, attributes: Attributes) -> None:
        kind = attributes.get("fldCharType", "")
        if kind == "begin":
            self._fields.append(_Field())
        elif kind == "separate" and self._fields:
            self._fields[-1].mark = self._writing.mark()
        elif kind == "end":
            self._end_field()

    def _end_field(self) -> None:
        if not self._fields:
            return
        field = self._fields.pop()
        shown = self._writing.since(field.mark) if field.mark is not None else ""
        if found := _HYPERLINK.search(field.code):
            self._writing.link(found[1] or found[2], shown)
        elif found := _PLACED.search(field.code):
            self._writing.link(found[1], shown)
        elif not shown.strip() and (found := _QUOTED.search(field.code)):
            self._writing.write(found[1].strip().strip('"'))

    # Pictures, shapes, lists

    def _described(self, attributes: Attributes) -> None:
        for key in ("descr", "title", "alt", "string"):
            if _WORDS.search(attributes.get(key, "")):
                self._writing.line(attributes[key])
        if self._path[-1] == "shape" and attributes.get("href"):
            self._writing.link(attributes["href"])

    def _level_text(self, attributes: Attributes) -> None:
        if _WORDS.search(attributes.get("val", "")):
            self._writing.line(attributes["val"])

    def _comment_text(self, attributes: Attributes) -> None:
        if _WORDS.search(attributes.get("text", "")):
            self._writing.line(attributes["text"])

    # The same twice: for programs that know a thing, and for those that do not

    def _alternatives(self, _: Attributes) -> None:
        self._choices.append(([], "", 0))

    def _end_alternatives(self) -> None:
        self._choices.pop()

    def _chosen(self, _: Attributes) -> None:
        if self._choices:
            lines, inline, _mark = self._choices[-1]
            self._choices[-1] = (lines, inline, self._writing.mark())
        self._writing.begin_block()

    def _end_chosen(self) -> None:
        """What is given once already, for other programs, is not given again."""
        if not self._choices:
            self._writing.add(self._writing.end_block())
            return
        lines, inline, mark = self._choices[-1]
        words = self._writing.since(mark)
        given = self._writing.end_block()
        new = [line for line in given if line not in set(lines)]
        if lines or inline:
            self._writing.take_back(mark)
            if words.strip() and words.split() != inline.split():
                new.append(words)
        self._writing.add(new)
        self._choices[-1] = (lines + new, inline or words, mark)

    # Ruby: what stands small above the words is no part of them

    def _ruby(self, _: Attributes) -> None:
        self._writing.begin()

    # What only single XML files have: parts and pictures written into them, and Excel's cells of 2003

    def _data(self, _: Attributes) -> None:
        self._binary = []

    def _end_data(self) -> None:
        self.binaries.append("".join(self._binary or ()))
        self._binary = None

    def _relationship(self, attributes: Attributes) -> None:
        if attributes.get("TargetMode") == "External":
            self._writing.link(attributes.get("Target", ""))

    def _old_sheet(self, attributes: Attributes) -> None:
        self._writing.line(attributes.get("Name", ""))

    def _old_cell(self, attributes: Attributes) -> None:
        self._writing.link(attributes.get("HRef", ""))
        self._writing.begin_block()

    # Masters and layouts

    def _shape(self, _: Attributes) -> None:
        self._placeholder = False
        self._boxes.begin()
        self._writing.begin_block()

    def _place_holder(self, _: Attributes) -> None:
        self._placeholder = True

    def _end_shape(self) -> None:
        lines = self._writing.end_block()
        if not (self._master and self._placeholder):
            self._writing.add(lines)
            self._boxes.end(lines)
        self._placeholder = False

    def _offset(self, attributes: Attributes) -> None:
        if self._parent() == "xfrm" and "sp" in self._path[-4:]:
            self._boxes.stands(attributes)

    def _extent(self, attributes: Attributes) -> None:
        if self._parent() == "xfrm":
            self._boxes.measures(attributes)

    def arranged(self) -> None:
        """Write down what the boxes say together."""
        with suppress(TooMuch):
            if words := self._boxes.read():
                self._writing.line(words)

    _STARTS: ClassVar[Mapping[str, Callable[["Story", Attributes], None]]] = {
        "p": _paragraph,
        "tr": _row,
        "tc": _cell,
        "r": _run,
        "vanish": _vanish,
        "color": _colour,
        "sz": _size,
        "tab": _tab,
        "ptab": _tab,
        "br": _break,
        "cr": _break,
        "noBreakHyphen": _hyphen,
        "sym": _symbol,
        "moveFrom": _moved_from,
        "hyperlink": _hyperlink,
        "hlink": _old_link,
        "hlinkClick": _click,
        "hlinkHover": _click,
        "hlinkMouseOver": _click,
        "fldSimple": _simple_field,
        "fldChar": _field_character,
        "docPr": _described,
        "cNvPr": _described,
        "textpath": _described,
        "shape": _described,
        "rect": _described,
        "imagedata": _described,
        "lvlText": _level_text,
        "cm": _comment_text,
        "AlternateContent": _alternatives,
        "Choice": _chosen,
        "Fallback": _chosen,
        "rt": _ruby,
        "sp": _shape,
        "ph": _place_holder,
        "off": _offset,
        "ext": _extent,
        "binaryData": _data,
        "binData": _data,
        "Relationship": _relationship,
        "Worksheet": _old_sheet,
        "Row": _row,
        "Cell": _old_cell,
        "Data": _paragraph,
    }
    _ENDS: ClassVar[Mapping[str, Callable[["Story"], None]]] = {
        "p": _end_paragraph,
        "tr": _end_row,
        "tc": _end_cell,
        "r": _end_run,
        "moveFrom": _end_moved_from,
        "hyperlink": _end_hyperlink,
        "hlink": _end_hyperlink,
        "fldSimple": _end_field,
        "AlternateContent": _end_alternatives,
        "Choice": _end_chosen,
        "Fallback": _end_chosen,
        "rt": _end_paragraph,
        "sp": _end_shape,
        "binaryData": _end_data,
        "binData": _end_data,
        "Row": _end_row,
        "Cell": _end_cell,
        "Data": _end_paragraph,
    }


def story(
    octets: bytes, relations: Relations, budget: Budget, most: int, *, master: bool = False
) -> tuple[Written, str, list[str]]:
    """What a part says, why that is not all of it, and what is written into it in base64. most: characters."""
    writing = Writing(most)
    walker = Story(writing, relations, master=master)
    why = walk(octets, walker, budget)
    walker.arranged()
    return writing.finish(), why, walker.binaries
