"""Text whose letters are not in the order in which they are read: turned round by marks, on their heads, backwards, in columns.

Each is a further reading; the text as it is written is read as well. Upright columns are looked for only where a text is
mostly blanks.
"""

import re
from collections.abc import Iterator
from itertools import zip_longest

from gateway.reading import bidi
from gateway.reading.telling import TELLING

_HEADS = dict(
    zip(
        "ɐɔǝɟƃɥᴉıɾʞɯɹʇʌʍʎɓןqpdbun" + "∀ᗺƆᗡƎℲ⅁ꓘ⅂WԀꝹᴚ⊥∩Λ⅄" + "˙¿¡‾,'",
        "acefghiijkmrtvwyglbdpqnu" + "ABCDEFGKLMPQRTUVY" + ".?!_',",
        strict=True,
    )
)
_ON_HEAD = re.compile("[ɐɔǝɟƃɥᴉɾʞɯɹʇʌʍʎɓןꓘᗡℲ⅁⅂Ԁ⅄ᴚ]")
_BACKWARDS = frozenset(word[::-1] for word in TELLING if len(word) > 3) - TELLING - {"nevaeh"}  # noqa: PLR2004  -- letters
"""Telling words from their ends, without what is a name."""
_USUAL = tuple(b"etov tcele esrodne etanod troppus ngiapmac tadidnac ffirehs royam susej tsirhc hcruhc yarp".split())
"""Of nearly every appeal one of these."""
_ASCII = bytes(range(128))
_PARTED = bytes(octet if octet > 127 or chr(octet).isalpha() else ord(" ") for octet in range(256))  # noqa: PLR2004  -- ASCII
"""A blank for whatever in ASCII is no letter."""
_FEW, _SHARE = 8, 0.15
_ONE_EACH = re.compile(r"[ \t]*\S(?:[ \t]+\S)+[ \t]*")
_TALL, _WIDE = 4, 3
_BLANK = 3
"""Where columns of letters stand, a third of the text and more is blanks."""


def overridden(text: str) -> str:
    """The text as it is shown, where marks turn the order of its letters round; every line where it is. "" if none do."""
    if text.isascii() or not any(mark in text for mark in bidi.MARKS):
        return ""
    lines = text.split("\n")
    shown = [bidi.shown(line) if any(mark in line for mark in bidi.MARKS) else line for line in lines]
    return "\n".join(shown) if shown != lines else ""


def otherwise(text: str) -> Iterator[str]:
    """What is shown in another order altogether."""
    if not text.isascii() and _is_on_head(text):
        yield "".join(_HEADS.get(c, c) for c in reversed(text))
    if _is_backwards(text):
        yield "\n".join(line[::-1] for line in text.split("\n"))
        yield " ".join(word[::-1] for word in text.split())
    if (text.count(" ") + text.count("\t")) * _BLANK > len(text):
        yield from _columns(text)


def _is_on_head(text: str) -> bool:
    many = len(_ON_HEAD.findall(text.encode("utf-8", "surrogatepass").translate(None, _ASCII).decode("utf-8", "surrogatepass")))
    return many >= _FEW and many >= _SHARE * sum(map(str.isalpha, text))


def _is_backwards(text: str) -> bool:
    octets = text.encode("utf-8", "surrogatepass").lower()
    if not any(word in octets for word in _USUAL):
        return False
    parted = text.lower().encode("utf-8", "surrogatepass").translate(_PARTED).decode("utf-8", "surrogatepass")
    return not _BACKWARDS.isdisjoint(parted.split())


def _columns(text: str) -> Iterator[str]:
    """Blocks of lines in which every letter stands by itself, down their columns."""
    block: list[str] = []
    for line in [*text.expandtabs().split("\n"), ""]:
        if _ONE_EACH.fullmatch(line) or (block and len(line.split()) == 1 and len(line.strip()) == 1):
            block.append(line)
            continue
        if len(block) >= _TALL:
            columns = ["".join(column).split() for column in zip_longest(*block, fillvalue=" ")]
            words = ["".join(column) for column in columns if column]
            if len(words) >= _WIDE:
                yield " ".join(words)
        block = []
