"""The text of Excel's binary workbooks (MS-XLSB): strings, rows and comments, out of the parts of a package."""

import re
import struct
from collections.abc import Iterator, Sequence

from gateway.reading.documents.spreadsheet import rk
from gateway.reading.documents.writing import Written

PART = re.compile(r"(?:^|/)(?:(?P<strings>sharedStrings)|worksheets/[^/]+|(?P<comments>comments\d*))\.bin$", re.IGNORECASE)
_ROW, _RK, _REAL, _STRING, _SHARED, _MADE, _ITEM, _COMMENT = 0, 2, 5, 6, 7, 8, 19, 637
_MOST_RECORDS = 1_000_000


def strings(octets: bytes, most: int) -> list[str]:
    """The strings of sharedStrings.bin, or of a part of comments."""
    found: list[str] = []
    for kind, body in _records(octets):
        if kind in {_ITEM, _COMMENT}:
            found.append(_text(body, 1))
            most -= len(found[-1])
            if most < 0:
                break
    return found


def grid(octets: bytes, table: Sequence[str], most: int) -> tuple[Written, set[int]]:
    """What a worksheet says, row by row, and which strings of the table it shows."""
    lines: list[str] = []
    row: list[str] = []
    used: set[int] = set()
    for kind, body in _records(octets):
        if kind == _ROW:
            lines.append("\t".join(row))
            row = []
        elif kind == _SHARED and len(body) >= 12:  # noqa: PLR2004  -- column, format, index
            index = int.from_bytes(body[8:12], "little")
            used.add(index)
            row.append(table[index] if index < len(table) else "")
        elif kind in {_STRING, _MADE}:
            row.append(_text(body, 8))
        elif kind == _RK and len(body) >= 12:  # noqa: PLR2004  -- column, format, number
            row.append(rk(int.from_bytes(body[8:12], "little")))
        elif kind == _REAL and len(body) >= 16:  # noqa: PLR2004  -- column, format, number
            row.append(f"{struct.unpack_from('<d', body, 8)[0]:g}")
        most -= len(row[-1]) if row else 0
        if most < 0:
            break
    return Written(tuple(line for line in [*lines, "\t".join(row)] if line.strip())), used


def _text(body: bytes, at: int) -> str:
    """A string with its length in four octets before it."""
    count = int.from_bytes(body[at : at + 4], "little")
    return body[at + 4 : at + 4 + 2 * count].decode("utf-16-le", "replace")


def _records(octets: bytes) -> Iterator[tuple[int, bytes]]:
    """(kind, body) of every record (§2.1.4): both its numbers are written in as many octets as they need."""
    at = 0
    for _ in range(_MOST_RECORDS):
        if at >= len(octets):
            return
        kind, at = _number(octets, at, 2)
        size, at = _number(octets, at, 4)
        yield kind, octets[at : at + size]
        at += size


def _number(octets: bytes, at: int, most: int) -> tuple[int, int]:
    """A number in groups of seven bits, and where it ends."""
    value = 0
    for n in range(most):
        octet = octets[at] if at < len(octets) else 0
        at += 1
        value |= (octet & 0x7F) << 7 * n
        if octet < 0x80:  # noqa: PLR2004  -- the last of them
            break
    return value, at
