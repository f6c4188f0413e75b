"""Octets to characters, when the label may lie. Never raises; the only door to `charset-normalizer`.

The order is: a byte order mark; UTF-8 if the octets are UTF-8 (text in another charset hardly ever is by accident); the
declared charset, unless what it makes is nonsense; ISO-2022 by its escapes; UTF-16 by its zero octets; Windows-1252 where
most letters are plain Latin ones; an East Asian charset that makes full-width Latin letters of it; what charset-normalizer
makes of the first 16 KiB; Latin-1, which takes everything.
"""

import codecs
import re
from collections.abc import Iterator
from functools import lru_cache

import charset_normalizer

_GUESSED = 16 * 1024
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_NAMES = {
    **dict.fromkeys(("us-ascii", "ascii", "ansi", "iso-8859-1", "latin1", "latin-1", "l1", "iso8859-1"), "cp1252"),
    **dict.fromkeys(("gb2312", "gbk", "x-gbk"), "gb18030"),
    **dict.fromkeys(("ks_c_5601-1987", "euc-kr", "ksc5601"), "cp949"),
    **dict.fromkeys(("shift_jis", "shift-jis", "x-sjis", "sjis"), "cp932"),
    **dict.fromkeys(("utf7", "unicode-1-1-utf-7", "csunicode11utf7", "csutf7", "x-unicode-2-0-utf-7"), "utf-7"),
    "unicode-1-1-utf-8": "utf-8",
    "iso-8859-8-i": "iso-8859-8",
    "windows-874": "cp874",
}
"""Labels as browsers read them (WHATWG Encoding Standard §4.2)."""

_NOT_MAIL = frozenset({"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"})
"""Codecs of Python that no mail program has."""

_ASCII_TEXT = re.compile(rb"[\t\n\r\x0b\x0c\x1b\x20-\x7e]*")
_PANGRAM = b"The quick brown fox jumps over 13 lazy dogs."
_OTHERWISE = ("iso-2022", "iso2022", "utf-16", "utf-32", "utf16", "utf32", "utf-7", "hz")
"""Charsets whose text may be good UTF-8 by accident, since they use ASCII octets for other characters."""

_LONE = re.compile("[\ud800-\udfff]")
_BEYOND = re.compile(r"[^\x00-\x7f]")
_ESCAPED = re.compile(rb"\x1b(?:\$[@ABC]|\$\([CD]|\([BJI])|\x1b\$\)[AC]")
"""What switches to another set of characters in ISO-2022 (RFC 1468, 1557, 1922)."""
_FULL_WIDTH = re.compile("[\uff21-\uff3a\uff41-\uff5a]")
_EASTERN = ("gb18030", "cp932", "euc_jp", "cp949", "big5")
_WIDE = 0.6
_MOSTLY_LATIN = 0.3


def decode(octets: bytes, declared: str = "") -> str:
    """The text of `octets`, which were declared to be in the charset `declared` ("" if nothing was)."""
    named = _codec(declared) if declared else ""
    if octets.isascii() and not named.startswith(_OTHERWISE) and b"\x00" not in octets and b"\x1b" not in octets:
        return octets.decode("ascii")
    for piece, codec, errors in _attempts(octets, named):
        try:
            text = piece.decode(codec, errors)
        except (UnicodeError, LookupError, ValueError):
            continue
        if errors == "strict" or _mostly_read(text):
            return _clean(text)
    return octets.decode("latin-1")


def switches(octets: bytes, declared: str = "") -> bool:
    """Whether `decode` takes for ISO-2022 what no label calls so, and what programs show as it stands that go by labels."""
    return (
        b"\x1b" in octets and _ESCAPED.search(octets) is not None and not (declared and _codec(declared).startswith(_OTHERWISE))
    )


def _mostly_read(text: str) -> bool:
    """True where more characters beyond ASCII were read than had to be replaced."""
    lost = text.count("\ufffd")
    return not lost or len(_BEYOND.findall(text)) > 2 * lost


def _clean(text: str) -> str:
    return text if text.isascii() else _LONE.sub("\ufffd", text)


@lru_cache(maxsize=256)
def _codec(declared: str) -> str:
    """Python's name for a declared charset, "" where there is none that mail uses."""
    label = declared.strip().strip("\"'").lower()
    label = _NAMES.get(label, label)
    try:
        name = codecs.lookup(label).name.replace("-", "_")
        _PANGRAM.decode(label)
    except UnicodeError:
        return label
    except (LookupError, ValueError, TypeError):
        return ""
    return "" if name in _NOT_MAIL else label


def _attempts(octets: bytes, codec: str) -> Iterator[tuple[bytes, str, str]]:
    """(octets, codec, errors) to try, the likeliest first."""
    for mark, name in _MARKS:
        if octets.startswith(mark):
            yield octets[len(mark) :], name, "replace" if _wide(octets) else "strict"
    if not codec.startswith(_OTHERWISE) and b"\x1b" in octets and _ESCAPED.search(octets):
        yield octets, "iso2022_kr" if b"\x1b$)C" in octets else "iso2022_jp_ext", "strict"
    if codec and not _nonsense(octets, codec):
        codec = _ordered(octets, codec)
        if not codec.startswith(_OTHERWISE):
            yield octets, "utf-8", "strict"
        yield octets, codec, "strict"
        if codec != "cp1252" and not _wide(octets):
            yield octets, codec, "replace"
    if wide := _wide(octets):
        yield octets[: len(octets) // 2 * 2], wide, "replace"
    yield octets, "utf-8", "strict"
    yield octets, "utf-8", "replace"
    yield from _guesses(octets)


def _guesses(octets: bytes) -> Iterator[tuple[bytes, str, str]]:
    high = len(octets) - len(octets.translate(None, bytes(range(128, 256))))
    yield from ((octets, codec, "strict") for codec in _EASTERN if high > _MOSTLY_LATIN * len(octets) and _spells(octets, codec))
    if high < _MOSTLY_LATIN * len(octets):
        yield octets.translate(bytes.maketrans(b"\x81\x8d\x8f\x90\x9d", b"?????")), "cp1252", "strict"
    best = charset_normalizer.from_bytes(octets[:_GUESSED], cp_exclusion=["utf_7"], steps=5, chunk_size=512).best()
    if best is not None:
        yield octets, best.encoding, "replace"


def _spells(octets: bytes, codec: str) -> bool:
    """Whether most of it is Latin letters in full width."""
    try:
        text = octets.decode(codec)
    except (UnicodeError, ValueError):
        return False
    return len(_FULL_WIDTH.findall(text)) > len(text) // 2


def _nonsense(octets: bytes, codec: str) -> bool:
    """True where plain ASCII text is labelled with a charset in which it would be other characters altogether."""
    if _ASCII_TEXT.fullmatch(octets[:_GUESSED]) is None:
        return False
    try:
        return _PANGRAM.decode(codec) != _PANGRAM.decode("ascii")
    except (UnicodeError, ValueError):
        return True


def _ordered(octets: bytes, codec: str) -> str:
    """UTF-16 without a mark is big-endian (RFC 2781 §4.3), but who left out the mark mostly wrote little-endian."""
    if codec.replace("-", "").replace("_", "") != "utf16":
        return codec
    return _wide(octets) or "utf-16-be"


def _wide(octets: bytes) -> str:
    """UTF-16 of either order where every other octet is mostly zero, else ""."""
    sample = octets[:_GUESSED]
    half = max(1, len(sample) // 2)
    if sample[1::2].count(0) > _WIDE * half:
        return "utf-16-le"
    return "utf-16-be" if sample[0::2].count(0) > _WIDE * half else ""
