"""Transfer encodings as mail programs undo them, which is more kindly than RFC 2045 asks. Never raises."""

import binascii
import re
from collections.abc import Iterator
from contextlib import suppress

_NOT_BASE64 = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="))
_PADDED_BREAK = re.compile(rb"=[ \t]+(?=\r?\n)")
_LONE_BREAK = re.compile(rb"=[ \t]*\r(?!\n)")
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\x0b\x0c\x1b"))
_SHOWN = re.compile(rb"\S")
_BEGIN = re.compile(r"begin [0-7]{3,4} (\S.{0,254})")
_UU_LINE = re.compile(r"[\x20-\x60]{1,90}")
_UU_WORDS, _TWO_WORDS = re.compile(r"(?:[A-Z]{2,20}[ \n_]{1,2}){3}"), re.compile(r"[A-Z]{2,20}[ _][A-Z]{2,20}")
_YENC_WORDS = re.compile(rb"(?:[A-Za-z]{2,20}[ \r\n]{1,2}){2}")
"""What hardly ever stands in a file that is written so."""
_WORDY = 0.05
_SAMPLE, _BEGINNING = 4096, 16_384
_LEAST_CODED, _MOST_CODED = 40, 8 * 1024 * 1024
_CODED = re.compile(r"[A-Za-z0-9+/\s]++={0,2}")
_FILE = re.compile(rb"%PDF-|\x89PNG|\xff\xd8\xff|GIF8|PK\x03\x04|\{\\rtf|\xd0\xcf\x11\xe0|\x1f\x8b|<!?[A-Za-z]")
_YENC = re.compile(
    rb"^=ybegin [^\r\n]{0,200}?name=(?P<name>[^\r\n]{0,254})\r?\n(?P<data>.*?)(?:^=yend\b[^\r\n]{0,200}|\Z)",
    re.DOTALL | re.MULTILINE,
)
_YENC_ESCAPED = re.compile(rb"=(.)", re.DOTALL)
_YENC_BACK = bytes((octet - 42) % 256 for octet in range(256))
_PADDING, _WIDEST, _CHECKSUM = 8, 4, 2


def unpadded(octets: bytes) -> bytes:
    """Without the zeros that something filled it up with; what may belong to a character of UTF-16 or UTF-32 stays."""
    before, behind = len(octets) - len(octets.lstrip(b"\0")), len(octets) - len(octets.rstrip(b"\0"))
    start = before - before % _WIDEST if before >= _PADDING else 0
    return octets[start : len(octets) - (behind - behind % _WIDEST if behind >= _PADDING else 0)]


def undo(octets: bytes, encoding: str) -> bytes:
    """`octets` without their Content-Transfer-Encoding; as they are where it is unknown or plainly does not fit."""
    name = re.split(r"[\s;(]", encoding.strip().lower(), maxsplit=1)[0].strip("\"'").replace("_", "-")
    if name in {"base64", "b", "base-64", "x-base64"}:
        return _from_base64(octets)
    if name in {"quoted-printable", "quotedprintable", "q", "qp", "x-qp", "x-quoted-printable"}:
        return quoted_printable(octets)
    if name in {"x-uuencode", "uuencode", "x-uue", "uue"}:
        return _from_uuencode(octets)
    return octets


def _from_uuencode(octets: bytes) -> bytes:
    """The first file in it; as it is where words stand around or in that."""
    lines = octets.decode("latin-1").splitlines()
    first, last = next(blocks(lines), (0, 0))
    words = any(line.strip() for line in (*lines[:first], *lines[last + 1 :]))
    if not last or words or not is_uuencoded(lines[first + 1 : last]):
        return octets
    return next(data for _, data in uuencoded(lines))


def _from_base64(octets: bytes) -> bytes:
    """Undone, by the line or by the other alphabet where that gives text; as it is where it is text already."""
    undone = base64(octets)
    if is_plain(undone):
        return undone
    others = [by_line] if (by_line := _by_line(octets)) else []
    if (b"-" in octets or b"_" in octets) and not (b"+" in octets or b"/" in octets):
        others.append(base64(octets.translate(bytes.maketrans(b"-_", b"+/"))))
    read = next((other for other in others if is_plain(other)), None)
    return read or (octets if _is_text(octets) else undone)


def _by_line(octets: bytes) -> bytes:
    """Each line undone for itself; "" where there is but one, or where plainly no text begins there."""
    start = b"".join(map(base64, octets[:_BEGINNING].rpartition(b"\n")[0].splitlines()))
    if len(start) > _SAMPLE and not is_plain(start):
        return b""
    whole = octets.strip()
    if b"\n" not in whole and b"\r" not in whole:
        return b""
    return b"".join(map(base64, octets.splitlines()))


def is_plain(octets: bytes) -> bool:
    """Whether it is text in UTF-8 without controls; the first of it is looked at."""
    sample = octets[:_SAMPLE]
    if not sample.strip() or len(sample) != len(sample.translate(None, _CONTROLS)):
        return False
    try:
        (sample if len(sample) == len(octets) else sample[:-4]).decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start > len(sample) - 4 and len(sample) < len(octets)
    return True


def base64(octets: bytes) -> bytes:
    """All that can be decoded: junk is skipped, padding may be missing, and what follows padding is read too."""
    padding = octets.find(b"=")
    if padding < 0 or not octets[padding:].strip(b"=\r\n\t "):
        with suppress(binascii.Error):  # what is as it should be; else it is taken to pieces
            return binascii.a2b_base64(octets)
    pieces = octets.translate(None, _NOT_BASE64).split(b"=")
    return b"".join(_base64(piece) for piece in pieces if piece)


def _base64(piece: bytes) -> bytes:
    over = len(piece) % 4
    whole = piece[:-1] if over == 1 else piece
    return binascii.a2b_base64(whole + b"=" * (-len(whole) % 4))


def coded(text: str) -> bytes:
    """What a text is in base64, where it is nothing else from end to end and holds text, a page, a picture or an archive."""
    bare = text.strip()
    if not _LEAST_CODED <= len(bare) <= _MOST_CODED or not _CODED.fullmatch(bare):
        return b""
    octets = base64(bare.encode("ascii"))
    return octets if (is_plain(octets) and octets.strip().count(b" ") > _WORDY * len(octets)) or _FILE.match(octets) else b""


def _is_text(octets: bytes) -> bool:
    """Sentences that somebody called base64: words with blanks between them, which base64 has not."""
    begun = _SHOWN.search(octets)
    start = begun.start() if begun else len(octets)
    body = octets[start : start + _SAMPLE]
    body = body if _SHOWN.search(octets, start + _SAMPLE) else body.rstrip()
    return body.count(b" ") > _WORDY * len(body)


def quoted_printable(octets: bytes) -> bytes:
    """Undone leniently: a `=` that encodes nothing stands for itself."""
    return binascii.a2b_qp(_LONE_BREAK.sub(b"=\n", _PADDED_BREAK.sub(b"=", octets)))


def uuencoded(lines: list[str]) -> Iterator[tuple[str, bytes]]:
    """(file name, octets) of every uuencoded file in these lines, found in one pass."""
    for first, last in blocks(lines):
        found = _BEGIN.fullmatch(lines[first].rstrip())
        yield (found[1] if found else ""), b"".join(_uu(line) for line in lines[first + 1 : last])


def yencoded(octets: bytes) -> Iterator[tuple[str, bytes, int, int]]:
    """(file name, octets, start, end) of every file in yEnc, and where it stands; a part of one is one."""
    for found in _YENC.finditer(octets):
        lines = (line.removesuffix(b"\r") for line in found["data"].split(b"\n") if not line.startswith(b"=ypart"))
        data = _YENC_ESCAPED.sub(lambda escaped: bytes([(escaped[1][0] - 64) % 256]), b"".join(lines)).translate(_YENC_BACK)
        yield found["name"].strip().decode("utf-8", "replace"), data, found.start(), found.end()


def blocks(lines: list[str]) -> Iterator[tuple[int, int]]:
    """(index of the begin line, index of the line that ends it) of every uuencoded file."""
    begun: int | None = None
    for index, line in enumerate(lines):
        bare = line.rstrip("\r\n")
        if begun is None:
            begun = index if line.startswith("begin ") and _BEGIN.fullmatch(bare.rstrip()) else None
        elif bare.rstrip() == "end":
            yield begun, index
            begun = None
        elif not _UU_LINE.fullmatch(bare) and bare:
            begun = None
    if begun is not None and len(lines) > begun + 1:
        yield begun, len(lines)


def is_uuencoded(lines: list[str]) -> bool:
    """Whether lines are what uuencode makes of a file, each as long as its first sign says, and can be left out of a text."""
    return all(map(_is_uu, lines)) and not _UU_WORDS.search("\n".join([*lines, ""]))


def is_yencoded(octets: bytes) -> bool:
    """Whether octets are what yEnc makes of a file, whatever its name, and can be left out of a text."""
    first, _, data = octets.partition(b"\n")
    return not (_YENC_WORDS.search(first.partition(b"name=")[0]) or _YENC_WORDS.search(data))


def _is_uu(line: str) -> bool:
    """Some encoders put a checksum behind it; one that ends in blanks may have lost them."""
    bare = line.rstrip()
    more = len(bare) - 1 - (((ord(bare[0]) - 32) & 63) + 2) // 3 * 4 if bare else 0
    return more <= _CHECKSUM and (more >= 0 or not _TWO_WORDS.search(bare))


def _uu(line: str) -> bytes:
    octets = line.rstrip("\r\n").encode("latin-1", "replace")
    try:
        return binascii.a2b_uu(octets)
    except (binascii.Error, ValueError):
        length = (((octets[0] - 32) & 63) * 4 + 5) // 3
        try:
            return binascii.a2b_uu(octets[:length])
        except (binascii.Error, ValueError):
            return b""
