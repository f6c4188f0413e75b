"""The text of Rich Text Format (specification 1.9.1), and the HTML that Outlook keeps in it (MS-OXRTFEX).

Runs join, whatever their formatting; headers, footers, footnotes, comments, text boxes and what describes a picture are
lines of their own; links are the fields that Word writes; pictures and embedded objects are pieces. Hidden and deleted text
is kept apart. It is read in one pass, whatever is wrong with it.
"""

import binascii
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from html import escape
from typing import ClassVar

from gateway.reading.documents import packager
from gateway.reading.documents.container import inner, sheet, unread
from gateway.reading.limits import ReadingLimits
from gateway.reading.pieces import Item, Piece

_TOKEN = re.compile(
    rb"\\(?P<word>[A-Za-z]{1,40})(?P<number>-?\d{1,10})? ?|\\'(?P<hex>[0-9A-Fa-f]{2})|\\(?P<symbol>[^A-Za-z])"
    rb"|(?P<brace>[{}])|[\r\n\0]+|(?P<text>[^\\{}\r\n\0]+)|\\"
)
_UNSEEN = frozenset(
    b"fonttbl colortbl stylesheet info nonshppict ftnsep aftnsep ftnsepc aftnsepc ftncn aftncn xe tc rxe txe atnid atnauthor "
    b"template filetbl listtable revtbl objclass objname fontemb bkmkstart bkmkend pgdsctbl".split()
)
"""Destinations whose text nobody sees. One that is marked as to be ignored is another, unless it is named below."""
_SEEN = frozenset(
    b"fldinst fldrslt annotation shptxt shpinst shp shppict shprslt footnote sn sv ud htmltag objdata result picprop do "
    b"dptxbxtext".split()
)
_ASIDE = frozenset(b"header headerl headerr headerf footer footerl footerr footerf footnote annotation shptxt dptxbxtext".split())
_HELD = frozenset({b"fldinst", b"sn", b"sv"})
_OBJECTS = frozenset({b"pict", b"objdata"})
_NOTES = frozenset({"wzdescription", "gtextunicode", "pihlshape"})
"""Properties of a shape that are shown: its description, the words of WordArt, its link."""
_CHARACTERS = {
    **dict.fromkeys((b"par", b"line", b"sect", b"page", b"row", b"nestrow", b"softline", b"column"), "\n"),
    **dict.fromkeys((b"cell", b"nestcell", b"tab"), "\t"),
    **dict.fromkeys((b"emspace", b"enspace", b"qmspace"), " "),
    b"lquote": "\u2018",
    b"rquote": "\u2019",
    b"ldblquote": "\u201c",
    b"rdblquote": "\u201d",
    b"emdash": "\u2014",
    b"endash": "\u2013",
    b"bullet": "\u2022",
}
_SYMBOLS = {b"~": "\u00a0", b"_": "-", b"\n": "\n", b"\r": "\n", b"{": "{", b"}": "}", b"\\": "\\"}
_CHARSETS = {
    77: "mac_roman",
    128: "cp932",
    129: "cp949",
    130: "johab",
    134: "gb18030",
    136: "big5",
    161: "cp1253",
    162: "cp1254",
    163: "cp1258",
    177: "cp1255",
    178: "cp1256",
    186: "cp1257",
    204: "cp1251",
    222: "cp874",
    238: "cp1250",
}
_LINK = re.compile(r'HYPERLINK\s+(?:\\?[a-z]\s+)*"?([^"\s]{1,4000})', re.IGNORECASE)
_DEEPEST, _MOST_TOKENS = 2000, 4_000_000
_HTML_START = 4096


@dataclass(slots=True)
class _Group:
    """What holds between two braces.

    destination: what the text is for, b"" for the document; unseen: for nothing that is shown; hidden: it is there, not shown
    skip: how many characters stand behind a Unicode one for programs that know none; markup: it is for programs without HTML
    depth: how many texts are open in it, one within another
    """

    destination: bytes = b""
    unseen: bool = False
    hidden: bool = False
    skip: int = 1
    codec: str = ""
    starred: bool = False
    markup: bool = False
    depth: int = 1

    def within(self) -> "_Group":
        """A group that opens in this one."""
        return _Group(self.destination, self.unseen, self.hidden, self.skip, self.codec, False, self.markup, self.depth)  # noqa: FBT003  -- a copy


class Rich:
    """A document taken apart. html: the file holds HTML, which is what is put together; broken: it does not come to its end."""

    def __init__(self, octets: bytes, most: int) -> None:
        self._octets = octets
        self._left = most
        self._tokens = _MOST_TOKENS
        self._stack: list[_Group] = []
        self._over = 0
        self._group = _Group()
        self._pending = bytearray()
        self._skip = 0
        self._codec = "cp1252"
        self._fonts: dict[int, str] = {}
        self._font = 0
        self._outs: list[list[str]] = [[]]
        self._marks: list[int] = []
        self._property = ""
        self._target = ""
        self._hex = bytearray()
        self.html = b"\\fromhtml1" in octets[:_HTML_START]
        self.asides: list[str] = []
        self.hidden: list[str] = []
        self.links: list[tuple[str, str]] = []
        self.pictures: list[bytes] = []
        self.objects: list[bytes] = []
        self.cut = False
        self.broken = False
        self.end = 0
        self._read()

    @property
    def text(self) -> str:
        """The text, and behind it what stands aside."""
        return "\n".join(filter(None, ["".join(self._outs[0]).strip("\n"), *self.asides]))

    def _read(self) -> None:
        at = 0
        while (token := _TOKEN.match(self._octets, at)) and not self.cut:
            at = token.end()
            self._tokens -= 1
            self.cut = self._tokens < 0
            if token["text"]:
                self._octets_shown(token["text"])
            elif token["hex"]:
                self._octets_shown(bytes.fromhex(token["hex"].decode("ascii")))
            elif token["word"] == b"bin":
                at = self._raw(at, int(token["number"] or 0))
            elif token["word"]:
                self._word(token["word"], int(token["number"]) if token["number"] else None)
            elif token["symbol"]:
                self._symbol(token["symbol"])
            elif token["brace"] and not self._brace(token["brace"]):
                break
        self.end = at
        self.broken = bool(self._stack)
        while self._stack:
            self._close()
        self._flush()
        self._flush_link("")

    # Groups

    def _brace(self, brace: bytes) -> bool:
        """False where the document ends."""
        self._flush()
        if brace == b"{":
            if len(self._stack) < _DEEPEST:
                self._stack.append(self._group)
                self._group = self._group.within()
            else:
                self._over += 1
            return True
        if self._over:
            self._over -= 1
        elif self._stack:
            self._close()
        return bool(self._stack or self._over)

    def _close(self) -> None:
        self._flush()
        closing, self._group = self._group, self._stack.pop()
        if len(self._outs) > self._group.depth:
            text = "".join("".join(out) for out in self._outs[self._group.depth :])
            del self._outs[self._group.depth :]
            self._put_aside(closing.destination, text)
        if closing.destination == self._group.destination:
            return
        if closing.destination == b"fldrslt" and self._marks:
            self._flush_link("".join(self._outs[-1][self._marks.pop() :]))
        elif closing.destination in _OBJECTS:
            self._object(closing.destination)

    def _put_aside(self, destination: bytes, text: str) -> None:
        if destination == b"fldinst":
            self._flush_link("")
            found = _LINK.search(text)
            self._target = found[1] if found else ""
        elif destination == b"sn":
            self._property = text.strip().lower()
        elif destination == b"sv":
            if self._property in _NOTES and text.strip():
                self.asides.append(text.strip())
        elif text.strip():
            self.asides.append(text.strip("\n"))

    def _flush_link(self, shown: str) -> None:
        if self._target:
            self.links.append((self._target, " ".join(shown.split())))
        self._target = ""

    def _object(self, destination: bytes) -> None:
        digits = bytes(self._hex)
        self._hex.clear()
        try:
            octets = binascii.unhexlify(digits[: len(digits) // 2 * 2])
        except binascii.Error:
            octets = digits
        if octets:
            (self.pictures if destination == b"pict" else self.objects).append(octets)

    def _enter(self, destination: bytes) -> None:
        """The group that is open turns out to be a destination."""
        self._flush()
        group = self._group
        if destination in _UNSEEN or (group.starred and destination not in _SEEN):
            group.unseen = True
        if (
            destination in (_ASIDE | _HELD)
            and self._stack
            and group.destination not in _HELD
            and group.destination != destination
        ):
            self._outs.append([])
        elif destination == b"fldrslt":
            self._marks.append(len(self._outs[-1]))
        elif destination in _OBJECTS:
            self._hex.clear()
        group.destination = destination

    # Words and symbols

    def _word(self, word: bytes, number: int | None) -> None:
        group = self._group
        if word != b"u" and word not in _CHARACTERS and self._skipped():
            return
        if group.starred and word not in _SEEN and word not in self._DOES:
            group.unseen = True
        if word in _CHARACTERS:
            self._put(_CHARACTERS[word])
        elif does := self._DOES.get(word):
            does(self, number)
        elif word in _UNSEEN or word in _SEEN or word in _ASIDE or word in _OBJECTS:
            self._enter(word)
        group.starred = False

    def _symbol(self, symbol: bytes) -> None:
        if symbol == b"*":
            self._group.starred = True
        elif (shown := _SYMBOLS.get(symbol)) and not self._skipped():
            self._put(shown)

    def _unicode(self, number: int | None) -> None:
        code = (number or 0) % 0x10000
        self._put(chr(code))
        self._skip = self._group.skip

    def _skip_count(self, number: int | None) -> None:
        self._group.skip = max(0, min(number if number is not None else 1, 100))

    def _choose_font(self, number: int | None) -> None:
        self._flush()
        self._font = number or 0
        if self._group.destination != b"fonttbl":
            self._group.codec = self._fonts.get(self._font, "")

    def _font_charset(self, number: int | None) -> None:
        if self._group.destination == b"fonttbl" and (codec := _CHARSETS.get(number or 0)):
            self._fonts[self._font] = codec

    def _code_page(self, number: int | None) -> None:
        self._flush()
        self._codec = _known(f"cp{number}")

    def _hide(self, number: int | None) -> None:
        self._flush()
        self._group.hidden = number != 0

    def _plain(self, _: int | None) -> None:
        self._flush()
        self._group.hidden = False

    def _for_others(self, number: int | None) -> None:
        self._flush()
        self._group.markup = number != 0

    _DOES: ClassVar[Mapping[bytes, Callable[["Rich", int | None], None]]] = {
        b"u": _unicode,
        b"uc": _skip_count,
        b"f": _choose_font,
        b"fcharset": _font_charset,
        b"ansicpg": _code_page,
        b"v": _hide,
        b"deleted": _hide,
        b"plain": _plain,
        b"htmlrtf": _for_others,
    }

    # Text

    def _raw(self, at: int, length: int) -> int:
        """Octets that stand in the file as they are."""
        end = min(len(self._octets), at + max(0, length))
        if self._group.destination in _OBJECTS and not self._group.unseen:
            self._hex += binascii.hexlify(self._octets[at:end])
        return end

    def _skipped(self) -> bool:
        """Whether this is what stands behind a Unicode character for programs that know none."""
        if self._skip <= 0:
            return False
        self._skip -= 1
        return True

    def _octets_shown(self, octets: bytes) -> None:
        if self._group.destination in _OBJECTS:
            if self._group.unseen:
                return
            self._hex += octets.translate(None, b" \t")
            return
        if self._skip > 0:
            taken = min(self._skip, len(octets))
            self._skip -= taken
            octets = octets[taken:]
        self._pending += octets
        self.cut = self.cut or len(self._pending) > self._left

    def _flush(self) -> None:
        self._skip = 0
        if self._pending:
            octets = bytes(self._pending)
            self._pending.clear()
            self._show(octets.decode(self._group.codec or self._codec, "replace"))

    def _put(self, text: str) -> None:
        self._flush()
        self._show(text)

    def _show(self, text: str) -> None:
        group = self._group
        if group.unseen or (self.html and group.markup) or group.destination in _OBJECTS:
            return
        self._left -= len(text)
        if self._left < 0:
            self.cut, text, self._left = True, text[: self._left], 0
        if group.hidden and group.destination not in _HELD and not self.html:
            self.hidden.append(text)
        else:
            raw = not self.html or group.destination == b"htmltag"
            self._outs[-1].append(text if raw else escape(text, quote=False))


def _known(codec: str) -> str:
    try:
        return "cp1252" if b"a".decode(codec) != "a" else codec
    except (LookupError, UnicodeError):
        return "cp1252"


def rich(piece: Piece, limits: ReadingLimits) -> Iterator[Item]:
    """Extractor of RTF."""
    found = Rich(piece.octets, limits.text)
    text = joined(found.text)
    if found.html and text.strip():
        yield inner(piece, text.encode("utf-8"), "", type_="text/html", charset="utf-8")
    elif text.strip() or found.links or found.hidden:
        yield sheet(piece, text, hidden=joined("".join(found.hidden)), links=tuple(found.links))
    for number, octets in enumerate(found.pictures, 1):
        yield inner(piece, octets, f"picture {number}")
    for octets in found.objects:
        yield from packager.old_object(piece, octets)
    if found.cut:
        yield unread(piece, "too large: not all of its text was read")
    elif found.broken:
        yield unread(piece, "damaged")
    elif behind := piece.octets[found.end :].strip(b"\0 \t\r\n"):
        yield inner(piece, behind, "behind the document")


def joined(text: str) -> str:
    """Characters beyond the first 65,536 are written as two halves; a half alone is nothing."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
