"""Letters and codes drawn with signs: `##  ##`, blocks and half blocks, strokes. Each becomes a picture, and is read as one.

A drawing is some lines, one below the other, of few kinds of signs and no letters. Rules and frames are no drawings.
"""

import re
import struct
from collections.abc import Iterator, Sequence
from itertools import groupby

_HEAVY = "#*@$%&█▓▒■●◼⬛8"
_HALVES = {"▀": (1, 1, 0, 0), "▄": (0, 0, 1, 1), "▌": (1, 0, 1, 0), "▐": (0, 1, 0, 1)}
_QUARTERS = {"▘": (1, 0, 0, 0), "▝": (0, 1, 0, 0), "▖": (0, 0, 1, 0), "▗": (0, 0, 0, 1), "▚": (1, 0, 0, 1), "▞": (0, 1, 1, 0)}
_THIRDS = {"▛": (1, 1, 1, 0), "▜": (1, 1, 0, 1), "▙": (1, 0, 1, 1), "▟": (0, 1, 1, 1)}
_CELLS = {**dict.fromkeys(_HEAVY, (1, 1, 1, 1)), **_HALVES, **_QUARTERS, **_THIRDS}
"""Which quarters of its cell a sign fills: the upper left, the upper right, and those below."""
_STROKES = frozenset("_|/\\()-'`,.")
_BLANK = frozenset(" \t\xa0\u3000░")
_DRAWN = frozenset(_CELLS) | _STROKES | _BLANK
_SIGNS = r"#*@$%&8_|/\\█▓▒■●◼⬛▀▄▌▐▘▝▖▗▚▞▛▜▙▟"
_HINT = re.compile(rf"(?<![^A-Za-z\n])[^A-Za-z\n{_SIGNS}]*+[{_SIGNS}][^A-Za-z\n]{{5,}}+\n[^A-Za-z\n]*[{_SIGNS}]")
"""What a text has in it where two lines of a drawing follow each other; each stretch without a letter is tried once."""
_BETWEEN = re.compile(rf"\n(?<=[^A-Za-z\n]{{6}}\n)[^A-Za-z\n]*[{_SIGNS}]")
"""What stands between such lines, found sooner than that nothing does."""
_LEAST_LINES, _LEAST_WIDTH, _LEAST_SIGNS, _KINDS = 4, 8, 24, 6
_MOST_LINES, _MOST_WIDTH, _MOST = 200, 400, 10
_WIDE, _TALL = 8, 16
_MARGIN = 3


def pictures(text: str) -> Iterator[bytes]:
    """Each drawing as a picture (BMP), the first few."""
    if not _BETWEEN.search(text) or not _HINT.search(text):
        return
    found = 0
    for drawn, lines in groupby(text.replace("\xa0", " ").split("\n"), key=_is_drawn):
        if drawn and _is_drawing(block := [line.rstrip() for line in lines][:_MOST_LINES]):
            yield _picture([line.expandtabs()[:_MOST_WIDTH] for line in block])
            if (found := found + 1) >= _MOST:
                return


def _is_drawn(line: str) -> bool:
    return _DRAWN.issuperset(line) and len(set(line) - _BLANK) <= _KINDS


def _is_drawing(block: Sequence[str]) -> bool:
    """Whether there is a shape in it: lines that differ, with gaps in them."""
    lines = [line for line in block if line.strip()]
    if (
        len(lines) < _LEAST_LINES
        or max(map(len, lines)) < _LEAST_WIDTH
        or sum(len(line.replace(" ", "")) for line in lines) < _LEAST_SIGNS
    ):
        return False
    return len(set(lines)) >= min(_LEAST_LINES, len(lines)) - 1 and sum(" " in line.strip() for line in lines) * 2 >= len(lines)


def _picture(block: Sequence[str]) -> bytes:
    """Black on white, a bit for each point; rows of a BMP stand from the bottom up."""
    width = (max(map(len, block)) + 2 * _MARGIN) * _WIDE
    empty = b"\xff" * (width // 8)
    rows = [empty] * (_MARGIN * _TALL)
    for line in block:
        cells = " " * _MARGIN + line.ljust(width // _WIDE - _MARGIN)
        rows += [bytes(_octet(sign, y) for sign in cells) for y in range(_TALL)]
    rows += [empty] * (_MARGIN * _TALL)
    padded = b"".join(row.ljust(-(-len(row) // 4) * 4, b"\0") for row in reversed(rows))
    head = struct.pack("<IiiHHIIiiII", 40, width, len(rows), 1, 1, 0, len(padded), 2835, 2835, 2, 2)
    return b"BM" + struct.pack("<IHHI", 62 + len(padded), 0, 0, 62) + head + b"\0\0\0\0\xff\xff\xff\0" + padded


def _octet(sign: str, y: int) -> int:
    """Eight points of a sign's cell, at a height; a point of ink is a bit that is not set."""
    if quarters := _CELLS.get(sign):
        left, right = quarters[:2] if y < _TALL // 2 else quarters[2:]
        return 0xFF & ~(0xF0 * left | 0x0F * right)
    if sign == "_":
        return 0x00 if y >= _TALL - 2 else 0xFF
    if sign == "-":
        return 0x00 if y in {7, 8} else 0xFF
    if sign == "/":
        return 0xFF & ~(0xC0 >> 6 - y * 7 // _TALL)
    if sign == "\\":
        return 0xFF & ~(0xC0 >> y * 7 // _TALL)
    if sign in "|()":
        return 0xE7
    if sign in "'`":
        return 0xE7 if y < _TALL // 3 else 0xFF
    if sign in ",.":
        return 0xE7 if y >= _TALL - 4 else 0xFF
    return 0xFF
