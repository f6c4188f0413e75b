"""Archives: zip, tar, and what gzip, bzip2 and xz make. Each thing in them is a piece; names of folders and comments are text.

7-Zip and RAR have modules of their own; others that the standard library cannot open are unread. Nothing is written to a disk,
so a name with `..` in it is a name like any other. Raises nothing that it foresees; all work is bounded by the limits.
"""

import re
from collections.abc import Iterator

from gateway.mail import Unread
from gateway.reading.charsets import decode
from gateway.reading.documents import office
from gateway.reading.documents.container import inner, label, listed, sheet, unread
from gateway.reading.documents.unfold import Allowance, Unfolder, bunzip, inflate, members, unxz
from gateway.reading.documents.zips import Opened, Zip
from gateway.reading.limits import ReadingLimits
from gateway.reading.pieces import Extractor, Item, Piece

_BLOCK = 512
_PAX_PATH = re.compile(rb"\d+ path=([^\n]{1,4096})\n")
_NAMED, _NAME, _LONGEST_NAME = 0x0C, 0x08, 255
"""Flags of gzip: a name, and no extra field before it."""
_NOTHING = b"\0 \t\r\n"
_ENDINGS = frozenset({"gz", "gzip", "tgz", "bz2", "tbz2", "tbz", "xz", "txz", "lzma"})


def zip_(piece: Piece, limits: ReadingLimits, *, around: bool = True) -> Iterator[Item]:
    """Extractor of zip archives, and of the documents that are made as one. around: also of what stands round them."""
    box = Zip(piece.octets, limits)
    names = [entry.name for entry in box.listed]
    if office.is_package(names):
        yield from office.package(piece, box, limits)
    else:
        yield from _plain(piece, box, names, limits)
    if around:
        yield from _around(piece, box)


def _plain(piece: Piece, box: Zip, names: list[str], limits: ReadingLimits) -> Iterator[Item]:
    listing = "\n".join(filter(None, [box.comment, *_folders(names)]))
    if listing:
        yield sheet(piece, listing)
    yield from listed(piece, [name for name in names if not name.endswith("/")])
    for opened in box.opened():
        yield from entry(piece, opened)
    if not box.whole:
        yield unread(piece, "damaged: it has no directory")
    if box.more:
        yield unread(piece, f"too large: the first {limits.parts} of the files in it were read")


def entry(piece: Piece, opened: Opened) -> Iterator[Item]:
    """A thing in a zip as a piece, and why it is not all of it; who opens the archive sees the name of what is empty, too."""
    if opened.octets.strip():
        yield inner(piece, opened.octets, opened.entry.name)
    else:
        yield from label(piece, opened.entry.name)
    if opened.why:
        yield unread(piece, opened.why, opened.entry.name)


def _around(piece: Piece, box: Zip) -> Iterator[Item]:
    """What stands before the zip and behind it: a program's own words, a picture that is also a zip."""
    before, behind = piece.octets[: box.first], piece.octets[max(box.last, box.first) :]
    if box.whole and before.strip(_NOTHING):
        yield inner(piece, before, "before the archive")
    if box.whole and behind.strip(_NOTHING):
        yield inner(piece, behind, "behind the archive")


def _folders(names: list[str]) -> list[str]:
    """The names of folders, each once: who opens the archive sees them."""
    parts = (part for name in names for part in re.split(r"[/\\]", name)[:-1])
    return list(dict.fromkeys(part for part in parts if part.strip(". ")))


def tar(piece: Piece, limits: ReadingLimits) -> Iterator[Item]:
    """Extractor of tar archives (POSIX ustar and pax, GNU), by their headers; a damaged one ends the archive."""
    octets, at, long_name, count = piece.octets, 0, "", 0
    while at + _BLOCK <= len(octets):
        header = octets[at : at + _BLOCK]
        if not header.strip(b"\0"):
            at += _BLOCK
            continue
        if not is_tar(header):
            yield unread(piece, "damaged: it is no tar archive any more")
            return
        size, kind = max(0, _figure(header[124:136])), header[156:157]
        data = octets[at + _BLOCK : at + _BLOCK + size]
        name = long_name or _tar_name(header)
        at += _BLOCK + -(-size // _BLOCK) * _BLOCK
        if kind in b"Lxg":
            long_name = _longer(kind, data) or long_name
            continue
        long_name, count = "", count + 1
        if count > limits.parts:
            yield unread(piece, f"too large: the first {limits.parts} of the files in it were read")
            return
        yield from _tarred(piece, name, kind, data, size)


def _tarred(piece: Piece, name: str, kind: bytes, data: bytes, size: int) -> Iterator[Item]:
    if kind in b"5\0" and name.endswith("/"):
        yield sheet(piece, name.strip("./"))
    if data.strip():
        yield inner(piece, data, name)
    elif not name.endswith("/"):
        yield from label(piece, name)
    if len(data) < size:
        yield unread(piece, "damaged", name)


def is_tar(header: bytes) -> bool:
    """Whether these 512 octets are a tar header: their sum is written in them."""
    if len(header) < _BLOCK or not header[148:156].strip(b"\0 "):
        return False
    return _figure(header[148:156]) == sum(header[:148]) + 8 * 32 + sum(header[156:_BLOCK])


def _figure(field: bytes) -> int:
    """An octal number, or a binary one that is marked by its first octet; -1 for neither."""
    if field[:1] == b"\x80":
        return int.from_bytes(field[1:], "big")
    try:
        return int(field.strip(b"\0 ") or b"0", 8)
    except ValueError:
        return -1


def _tar_name(header: bytes) -> str:
    prefix = header[345:500].split(b"\0")[0] if header[257:263] == b"ustar\0" else b""
    return b"/".join(filter(None, (prefix, header[:100].split(b"\0")[0]))).decode("utf-8", "replace")


def _longer(kind: bytes, data: bytes) -> str:
    """The name of the next file where it stands in a block of its own."""
    if kind == b"L":
        return data.split(b"\0")[0][:4096].decode("utf-8", "replace")
    found = _PAX_PATH.search(data[: 64 * 1024])
    return found[1].decode("utf-8", "replace") if found else ""


def gzip(piece: Piece, limits: ReadingLimits) -> Iterator[Item]:
    """Extractor of what gzip made; the name that the file had before is what it unpacks to (RFC 1952 §2.3)."""
    if piece.octets[3:4] and piece.octets[3] & _NAMED == _NAME:
        yield from label(piece, decode(piece.octets[10 : 10 + _LONGEST_NAME].partition(b"\0")[0]))
    yield from _squeezed(piece, limits, lambda octets, most, start: inflate(octets, most, start=start, wbits=31))


def bzip2(piece: Piece, limits: ReadingLimits) -> Iterator[Item]:
    """Extractor of what bzip2 made."""
    return _squeezed(piece, limits, lambda octets, most, start: bunzip(octets, most, start=start))


def xz(piece: Piece, limits: ReadingLimits) -> Iterator[Item]:
    """Extractor of what xz and lzma made."""
    return _squeezed(piece, limits, lambda octets, most, start: unxz(octets, most, start=start))


def _squeezed(piece: Piece, limits: ReadingLimits, unfold: Unfolder) -> Iterator[Item]:
    most = Allowance(limits).most
    found = members(piece.octets, most, unfold)
    if found.octets.strip():
        yield inner(piece, found.octets, _without(piece.name.rpartition("/")[2]))
    if found.cut:
        yield unread(piece, f"too large: its first {most} octets were read")
    elif not found.whole:
        yield unread(piece, "damaged")
    elif piece.octets[found.used :].strip(_NOTHING):
        yield inner(piece, piece.octets[found.used :], "behind the archive")


def _without(name: str) -> str:
    """`notes.txt.gz` holds `notes.txt`, and `all.tgz` holds `all.tar`."""
    bare, _, ending = name.rpartition(".")
    if ending.lower() not in _ENDINGS:
        return name
    return f"{bare}.tar" if ending.lower().startswith("t") else bare


def unopened(what: str) -> Extractor:
    """An extractor that says what it is, and reads nothing."""

    def extract(piece: Piece, _: ReadingLimits) -> Iterator[Item]:
        yield Unread(place=piece.place, why=what)

    return extract
