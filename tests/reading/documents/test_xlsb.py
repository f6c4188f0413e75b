"""Excel's binary workbooks."""

import struct

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.reading.documents import xlsb
from tests.support.documents import hidden, lines, packed, read, whys


def number(value):
    out = b""
    while True:
        value, rest = value >> 7, value & 0x7F
        out += bytes((rest | (0x80 if value else 0),))
        if not value:
            return out


def record(kind, body=b""):
    return number(kind) + number(len(body)) + body


def text(words):
    return struct.pack("<I", len(words)) + words.encode("utf-16-le")


def cell(kind, value):
    return record(kind, bytes(8) + value)


def test_rows_strings_figures_and_comments_are_read():
    sheet = (
        record(0, bytes(20))
        + cell(7, b"\1\0\0\0")
        + cell(7, b"\0\0\0\0")
        + record(0, bytes(20))
        + cell(6, text("inline"))
        + cell(5, struct.pack("<d", 7))
        + cell(2, struct.pack("<I", 8 << 2 | 2))
    )
    files = {
        "[Content_Types].xml": "<Types/>",
        "xl/workbook.bin": b"\x83\x01\0",
        "xl/sharedStrings.bin": record(159, bytes(8))
        + b"".join(record(19, b"\0" + text(words)) for words in ("for Jane", "Vote", "unused words")),
        "xl/worksheets/sheet1.bin": sheet + cell(8, text("made")),
        "xl/comments1.bin": record(637, b"\0" + text("a comment")),
    }
    found = read(packed(files), "plan.xlsb")
    assert sorted(lines(found)) == ["Vote\tfor Jane", "a comment", "inline\t7\t8\tmade"]
    assert (hidden(found), whys(found)) == (["unused words"], [])


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_any_octets_are_read_within_bounds(octets):
    written, _ = xlsb.grid(octets, ["a"], 1000)
    assert sum(map(len, written.lines)) < 2000
    assert sum(map(len, xlsb.strings(octets, 1000))) < 2000
