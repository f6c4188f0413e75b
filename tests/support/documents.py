"""Documents and archives, made here octet by octet: the smallest that show what a test is about, broken where it says so."""

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from itertools import pairwise

from gateway.reading import ReadingLimits
from gateway.reading.documents import READERS
from gateway.reading.extractors import TABLE, extract
from gateway.reading.pieces import Item, Piece, Sheet

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
A = "http://schemas.openxmlformats.org/drawingml/2006/main"
P = "http://schemas.openxmlformats.org/presentationml/2006/main"
X = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
ODF = "urn:oasis:names:tc:opendocument:xmlns"

Found = list[Item]


def piece(octets: bytes, name: str = "", kind: str = "application/octet-stream", **more: object) -> Piece:
    return Piece(octets=octets, type=kind, part="2", name=name, **more)


def read(given: Piece | bytes, name: str = "", limits: ReadingLimits | None = None) -> Found:
    """All that comes out of a piece, in order, and out of the pieces in it, pictures left as they are.

    The readers of documents run in this process: what one of them raises, the test is told.
    """
    limits = limits or ReadingLimits(time=20)
    found: Found = []
    for item in extract(given if isinstance(given, Piece) else piece(given, name), limits, {**TABLE, **READERS}):
        if isinstance(item, Piece) and item.depth < limits.depth and not item.octets.startswith(b"\x89PNG"):
            found += read(item, limits=limits)
        else:
            found.append(item)
    return found


def lines(items: Sequence[Item]) -> list[str]:
    """The lines of all sheets that a reader sees; HTML and other pieces that were left are not among them."""
    return [line for item in items if isinstance(item, Sheet) for line in item.text.split("\n") if line.strip()]


def hidden(items: Sequence[Item]) -> list[str]:
    return [line for item in items if isinstance(item, Sheet) for line in item.hidden.split("\n") if line]


def links(items: Sequence[Item]) -> list[tuple[str, str]]:
    return [link for item in items if isinstance(item, Sheet) for link in item.links]


def whys(items: Sequence[Item]) -> list[str]:
    return [item.why for item in items if not isinstance(item, Sheet | Piece)]


def pieces(items: Sequence[Item]) -> list[Piece]:
    return [item for item in items if isinstance(item, Piece)]


def png() -> bytes:
    """A white picture of one point."""
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(b"\0\xff\xff\xff")),
        (b"IEND", b""),
    )
    body = b"".join(struct.pack(">I", len(d)) + k + d + struct.pack(">I", zlib.crc32(k + d)) for k, d in chunks)
    return b"\x89PNG\r\n\x1a\n" + body


def packed(files: Mapping[str, str | bytes], way: int = zipfile.ZIP_DEFLATED, comment: bytes = b"") -> bytes:
    """A sound zip."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", way) as box:
        for name, content in files.items():
            box.writestr(name, content)
        box.comment = comment
    return out.getvalue()


def header(
    name: str, data: bytes, *, method: int = 0, flags: int = 0, packed: int | None = None, size: int | None = None
) -> bytes:
    """A local header of a zip and the data behind it; sizes as claimed."""
    claimed = len(data) if packed is None else packed
    written = name.encode()
    head = struct.pack("<HHHHHIIIHH", 20, flags, method, 0, 33, 0, claimed, claimed if size is None else size, len(written), 0)
    return b"PK\x03\x04" + head + written + data


def listing(*entries: tuple[str, int, int, int, int], start: int, comment: bytes = b"") -> bytes:
    """A directory: (name, offset, packed, method, flags) of each; start: where it says that it begins."""
    listed = b""
    for name, offset, size, method, flags in entries:
        written = name.encode()
        fields = (20, 20, flags, method, 0, 33, 0, size, size, len(written), 0, 0, 0, 0, 0, offset)
        listed += b"PK\x01\x02" + struct.pack("<HHHHHHIIIHHHHHII", *fields) + written
    end = struct.pack("<HHHHIIH", 0, 0, len(entries), len(entries), len(listed), start, len(comment))
    return listed + b"PK\x05\x06" + end + comment


def deflated(octets: bytes) -> bytes:
    """Raw deflate."""
    way = zlib.compressobj(9, zlib.DEFLATED, -15)
    return way.compress(octets) + way.flush()


def rels(*targets: tuple[str, str], outside: bool = True) -> str:
    mode = ' TargetMode="External"' if outside else ""
    inner = "".join(f'<Relationship Id="{key}" Type="{R}/x" Target="{target}"{mode}/>' for key, target in targets)
    return f'<Relationships xmlns="{RELS}">{inner}</Relationships>'


def docx(body: str, *, files: Mapping[str, str | bytes] | None = None, hyperlinks: Sequence[tuple[str, str]] = ()) -> bytes:
    """A document; body: what stands in w:body, with the prefixes w, a, r, mc, wp, v."""
    spaces = (
        f'xmlns:w="{W}" xmlns:a="{A}" xmlns:r="{R}" xmlns:mc="{MC}" xmlns:wp="urn:wp" xmlns:v="urn:schemas-microsoft-com:vml"'
    )
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": '<Types xmlns="x"/>',
        "word/document.xml": f"<w:document {spaces}><w:body>{body}</w:body></w:document>",
    }
    if hyperlinks:
        parts["word/_rels/document.xml.rels"] = rels(*hyperlinks)
    return packed({**parts, **(files or {})})


def wp(*runs: str) -> str:
    """A paragraph of plain runs."""
    return "<w:p>" + "".join(f'<w:r><w:t xml:space="preserve">{run}</w:t></w:r>' for run in runs) + "</w:p>"


def xlsx(sheets: Mapping[str, str], *, strings: Sequence[str] = (), files: Mapping[str, str | bytes] | None = None) -> bytes:
    """A workbook; sheets: by name, what stands in x:worksheet. A name that begins with a dot is of a hidden sheet."""
    named = "".join(
        f'<sheet name="{name.strip(".")}" sheetId="{n}" state="{"hidden" if name.startswith(".") else "visible"}" r:id="r{n}"/>'
        for n, name in enumerate(sheets, 1)
    )
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": '<Types xmlns="x"/>',
        "xl/workbook.xml": f'<workbook xmlns="{X}" xmlns:r="{R}"><sheets>{named}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": rels(
            *((f"r{n}", f"worksheets/s{n}.xml") for n in range(1, len(sheets) + 1)), outside=False
        ),
        "xl/sharedStrings.xml": f'<sst xmlns="{X}">' + "".join(f"<si>{text}</si>" for text in strings) + "</sst>",
    }
    for number, content in enumerate(sheets.values(), 1):
        parts[f"xl/worksheets/s{number}.xml"] = f'<worksheet xmlns="{X}" xmlns:r="{R}">{content}</worksheet>'
    return packed({**parts, **(files or {})})


def pptx(slides: Sequence[str], *, files: Mapping[str, str | bytes] | None = None) -> bytes:
    """A presentation; slides: what stands in p:spTree of each. The last that is shown is the first in the file."""
    count = len(slides)
    listed = "".join(f'<p:sldId id="{256 + n}" r:id="r{n}"/>' for n in range(count))
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": '<Types xmlns="x"/>',
        "ppt/presentation.xml": f'<p:presentation xmlns:p="{P}" xmlns:r="{R}"><p:sldIdLst>{listed}</p:sldIdLst></p:presentation>',
        "ppt/_rels/presentation.xml.rels": rels(
            *((f"r{n}", f"slides/slide{count - n}.xml") for n in range(count)), outside=False
        ),
    }
    for number, content in enumerate(slides):
        parts[f"ppt/slides/slide{count - number}.xml"] = slide(content)
    return packed({**parts, **(files or {})})


def slide(content: str, root: str = "sld") -> str:
    return f'<p:{root} xmlns:p="{P}" xmlns:a="{A}" xmlns:r="{R}"><p:cSld><p:spTree>{content}</p:spTree></p:cSld></p:{root}>'


def shape(*paragraphs: str, placeholder: bool = False) -> str:
    inside = "".join(f"<a:p><a:r><a:t>{text}</a:t></a:r></a:p>" for text in paragraphs)
    holder = '<p:nvPr><p:ph type="title"/></p:nvPr>' if placeholder else ""
    return f"<p:sp><p:nvSpPr>{holder}</p:nvSpPr><p:txBody>{inside}</p:txBody></p:sp>"


def odf(body: str, *, kind: str = "text", styles: str = "", files: Mapping[str, str | bytes] | None = None) -> bytes:
    """An OpenDocument file; body: what stands in office:text, office:spreadsheet or office:presentation."""
    spaces = " ".join(
        f'xmlns:{key}="{ODF}:{key}:1.0"' for key in ("office", "text", "table", "draw", "style", "svg", "presentation")
    )
    spaces += ' xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    content = (
        f"<office:document-content {spaces}><office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:{kind}>{body}</office:{kind}></office:body></office:document-content>"
    )
    manifest = f'<manifest xmlns="{ODF}:manifest:1.0"/>'
    return packed(
        {"mimetype": "application/vnd.oasis", "META-INF/manifest.xml": manifest, "content.xml": content, **(files or {})}
    )


class Compound:
    """A compound file (MS-CFB) being made: streams by path, `/` between storages."""

    def __init__(self, streams: Mapping[str, bytes]) -> None:
        self._sectors: list[bytes] = []
        self._fat: list[int] = []
        self._mini = b""
        self._minifat: list[int] = []
        self._entries: list[list[object]] = [["Root Entry", 5, -1, 0, 0, {}]]
        for path, octets in streams.items():
            self._add(path.split("/"), octets)

    def _add(self, path: list[str], octets: bytes) -> None:
        at = 0
        for name in path[:-1]:
            children = self._entries[at][5]
            if name not in children:
                children[name] = len(self._entries)
                self._entries.append([name, 1, -1, 0, 0, {}])
            at = children[name]
        self._entries[at][5][path[-1]] = len(self._entries)
        start = self._place(octets) if len(octets) >= 4096 else self._place_small(octets)
        self._entries.append([path[-1], 2, -1, start, len(octets), {}])

    def _place(self, octets: bytes) -> int:
        first = len(self._sectors)
        count = -(-len(octets) // 512)
        for n in range(count):
            self._sectors.append(octets[512 * n : 512 * (n + 1)].ljust(512, b"\0"))
            self._fat.append(first + n + 1 if n + 1 < count else 0xFFFFFFFE)
        return first if count else 0xFFFFFFFE

    def _place_small(self, octets: bytes) -> int:
        first = len(self._minifat)
        count = -(-len(octets) // 64)
        for n in range(count):
            self._mini += octets[64 * n : 64 * (n + 1)].ljust(64, b"\0")
            self._minifat.append(first + n + 1 if n + 1 < count else 0xFFFFFFFE)
        return first if count else 0xFFFFFFFE

    def octets(self) -> bytes:
        """The file."""
        self._entries[0][3], self._entries[0][4] = self._place(self._mini), len(self._mini)
        minifat = b"".join(struct.pack("<I", n) for n in self._minifat)
        mini_start = self._place(minifat.ljust(-(-len(minifat) // 512) * 512, b"\xff"))
        directory = b"".join(self._entry(entry) for entry in self._chained())
        directory_start = self._place(directory)
        fat_start = len(self._sectors)
        fat_count = next(n for n in range(1, 100) if (len(self._fat) + n) * 4 <= n * 512)
        fat = [*self._fat, *[0xFFFFFFFD] * fat_count]
        packed_fat = b"".join(struct.pack("<I", n) for n in fat).ljust(fat_count * 512, b"\xff")
        head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
        head += struct.pack("<IIIIIIIII", 0, fat_count, directory_start, 0, 4096, mini_start, len(minifat) and 1, 0xFFFFFFFE, 0)
        head += b"".join(struct.pack("<I", fat_start + n if n < fat_count else 0xFFFFFFFF) for n in range(109))
        return head + b"".join(self._sectors) + packed_fat

    def _chained(self) -> list[list[object]]:
        """The entries with the numbers of child and right sibling."""
        for entry in self._entries:
            children = list(entry[5].values())
            entry.append(children[0] if children else 0xFFFFFFFF)
            entry.append(0xFFFFFFFF)
        for entry in self._entries:
            children = list(entry[5].values())
            for one, other in pairwise(children):
                self._entries[one][7] = other
        return self._entries

    @staticmethod
    def _entry(entry: list[object]) -> bytes:
        name, kind, _, start, size, _, child, right = entry
        written = str(name).encode("utf-16-le") + b"\0\0"
        links_ = struct.pack("<III", 0xFFFFFFFF, right, child)
        return (
            written.ljust(64, b"\0")
            + struct.pack("<HBB", len(written), kind, 1)
            + links_
            + bytes(36)
            + struct.pack("<IQ", start, size)
        )


def compound(streams: Mapping[str, bytes]) -> bytes:
    return Compound(streams).octets()


def doc(text: str, *, flags: int = 0) -> Mapping[str, bytes]:
    """The streams of a Word document whose text stands in two pieces: one of single octets, one of double ones."""
    half = len(text) // 2
    first, second = text[:half].encode("cp1252"), text[half:].encode("utf-16-le")
    start = 0x400
    other = (start + len(first) + 1) // 2 * 2
    plc = struct.pack("<III", 0, half, len(text))
    plc += struct.pack("<HIH", 0, start * 2 | 0x40000000, 0) + struct.pack("<HIH", 0, other, 0)
    clx = b"\x01\x02\x00ab" + b"\x02" + struct.pack("<I", len(plc)) + plc
    head = bytearray(start)
    struct.pack_into("<HHHHHH", head, 0, 0xA5EC, 0xC1, 0, 0, 0, 0x0200 | flags)
    struct.pack_into("<II", head, 0x1A2, 0, len(clx))
    return {"WordDocument": bytes(head) + first.ljust(other - start, b"\0") + second, "1Table": clx}


def record(kind: int, body: bytes) -> bytes:
    """A record of BIFF."""
    return struct.pack("<HH", kind, len(body)) + body


def atom(kind: int, body: bytes, *, instance: int = 0, container: bool = False) -> bytes:
    """A record of PowerPoint."""
    return struct.pack("<HHI", instance << 4 | (0xF if container else 0), kind, len(body)) + body


def attribute(level: int, number: int, value: bytes, kind: int = 6) -> bytes:
    """An attribute of TNEF."""
    return struct.pack("<BHHI", level, number, kind, len(value)) + value + struct.pack("<H", sum(value) & 0xFFFF)


def mapi(*properties: tuple[int, int, bytes]) -> bytes:
    """MAPI properties: (number, kind, value)."""
    out = struct.pack("<I", len(properties))
    for number, kind, value in properties:
        out += struct.pack("<HH", kind, number)
        if kind in {0x1E, 0x1F, 0x102, 0x0D}:
            out += struct.pack("<II", 1, len(value)) + value + bytes(-len(value) % 4)
        else:
            out += value
    return out


def tnef(*attributes: bytes) -> bytes:
    return b"\x78\x9f\x3e\x22\x01\x00" + b"".join(attributes)


def der(tag: int, *inside: bytes) -> bytes:
    """An element of DER."""
    body = b"".join(inside)
    if len(body) < 128:
        return bytes((tag, len(body))) + body
    length = len(body).to_bytes(4, "big").lstrip(b"\0")
    return bytes((tag, 0x80 | len(length))) + length + body


def ber(tag: int, *inside: bytes) -> bytes:
    """An element of BER whose length is not said."""
    return bytes((tag, 0x80)) + b"".join(inside) + b"\0\0"


def packet(tag: int, body: bytes) -> bytes:
    """A packet of OpenPGP."""
    return bytes((0xC0 | tag, 255)) + struct.pack(">I", len(body)) + body
