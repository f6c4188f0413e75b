"""One character as a reader of Latin letters sees it. The only door to `disarm`.

Each character is taken by itself, so that a folded text can point back, character by character, at the original.
"""

import re
import unicodedata
from functools import lru_cache

from disarm import normalize_confusables

_PLAIN = {
    **dict.fromkeys("‘’‚‛′‵´`ʹʻʼʽˈ＇", "'"),
    **dict.fromkeys("“”„‟″‶«»〝〞〟＂", '"'),
    **dict.fromkeys("‐‑‒–—―−﹘﹣－⁃", "-"),
    **dict.fromkeys("\u2028\u2029\x85\x0b\x0c", "\n"),
    **dict.fromkeys("\u2800\u1680\u180e\u3164\uffa0", " "),
    **dict.fromkeys("\u115f\u1160", ""),
    "ß": "ss",
    "ẞ": "SS",
    "æ": "ae",
    "Æ": "AE",
    "œ": "oe",
    "Œ": "OE",
    "ø": "o",
    "Ø": "O",
    "ł": "l",
    "Ł": "L",
    "đ": "d",
    "Đ": "D",
    "ð": "d",
    "Ð": "D",
    "þ": "th",
    "Þ": "Th",
    "ı": "i",
    "ғ": "f",
    "ǫ": "q",
    **dict(zip("ɔɐʌʎɹʇʞɥɟɲ", "oavyrtkhfn", strict=True)),
    **dict.fromkeys("⭕⭘◯○", "O"),
    **dict(zip("ЯИДШЧЦЭФ", "RNAWYUEO", strict=True)),
    **dict(zip("ᗩᗷᑕᗪᗴᖴᕼᒍᒪᗰᑎᑭᑫᖇᔕᑌᐯᗯ᙭ᘔᗞᑲ", "ABCDEFHJLMNPQRSUVWXZDb", strict=True)),
    **dict(zip("卂乃匚乇千卄ﾌㄥ爪几ㄖ卩尺丂丅ㄒㄩ山乂ㄚ乙", "ABCEFHJLMNOPRSTTUWXYZ", strict=True)),
    **dict(zip("ꝋɇⱥŧɳƙʋɖɡɾɭʐʈɦɑɛɪɵʊ", "oeatnkvdgrlzthaeiou", strict=True)),
    **dict(zip("ⲁⲃⲥⲉⲏⲓⲕⲙⲛⲟⲣⲧⲩⲭ", "abcehikmnoptyx", strict=True)),
    **dict.fromkeys("Ꮖꓲ", "I"),
    **dict.fromkeys("。｡", "."),
    "\ufffc": "",
    "…": "...",
    "⁄": "/",
    "∕": "/",
    **{chr(0x1F150 + i): chr(65 + i) for i in range(26)},
    **{chr(0x1F110 + i): chr(65 + i) for i in range(26)},
    **{chr(0x1F1E6 + i): chr(65 + i) for i in range(26)},
    **{chr(0x249C + i): chr(97 + i) for i in range(26)},
    **{chr(0x1F170 + i): chr(65 + i) for i in range(26)},
}
"""Where a reader and the Unicode tables differ, or the tables have nothing: quotes, dashes, letters in disks and boxes."""

_DRESSED = re.compile(
    r"LATIN (?:SMALL |CAPITAL |)LETTER (?:(?:SMALL CAPITAL|INSULAR|SCRIPT|BARRED|BROKEN) )?([A-Z])(?: WITH .*)?"
)
_GONE = frozenset({"Mn", "Me", "Cf", "Cs"})


@lru_cache(maxsize=16_384)
def plain(character: str) -> str:
    """What stands for `character` in folded text: nothing, one character, or a few.

    Marks and accents go (`José` is read as `Jose`, `año` as `ano`), as do controls and format characters; compatibility
    forms and look-alikes become the ASCII they look like (NFKD, then Unicode TR39); every blank becomes a space. A letter
    that looks like no Latin one stays as it is.
    """
    if character in _PLAIN:
        return _PLAIN[character]
    return "".join(_PLAIN[c] if c in _PLAIN else _letter(c) for c in unicodedata.normalize("NFKD", character))


def _letter(character: str) -> str:
    category = unicodedata.category(character)
    if character.isascii():
        return character if category != "Cc" or character in "\n\t" else "\n" if character == "\r" else ""
    if category in _GONE or category == "Cc":
        return ""
    if category == "Zs":
        return " "
    seen = str(normalize_confusables(character))
    return seen if seen.isascii() else _bare(character)


def _bare(character: str) -> str:
    """A Latin letter with hooks, strokes or tails without them, by its name; none that a word of English or Spanish needs."""
    found = _DRESSED.fullmatch(unicodedata.name(character, ""))
    if not found:
        return character
    return found[1].lower() if character.islower() else found[1]
