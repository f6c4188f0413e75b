"""7-Zip and RAR archives, made here octet by octet."""

import lzma
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.reading import ReadingLimits
from gateway.reading.documents.rar import PACKED
from tests.support.documents import hidden, lines, read, whys

WORDS = b"Roll call is at six.\n"
MORE = b"The keys are in the watch office.\n"
LZMA2, AES, PPMD = b"\x21\x21\x01\x18", b"\x24\x06\xf1\x07\x01\x01\0", b"\x23\x03\x04\x01\x01\0"
WAY = [{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 24}]


def number(value):
    return bytes([value]) if value < 0x80 else b"\xc0" + struct.pack("<H", value)


def seven(files, coder=LZMA2, packed=None):
    """An archive of (name, octets), all of them in one folder."""
    whole = b"".join(octets for _, octets in files)
    data = lzma.compress(whole, lzma.FORMAT_RAW, filters=WAY) if packed is None else packed
    sizes = b"".join(number(len(octets)) for _, octets in files[:-1])
    names = b"".join(name.encode("utf-16-le") + b"\0\0" for name, _ in files)
    streams = (
        b"\4\6\0\1\x09" + number(len(data)) + b"\0" + b"\7\x0b\1\0\1" + coder + b"\x0c" + number(len(whole)) + b"\0"
        b"\x08\x0d" + number(len(files)) + b"\x09" + sizes + b"\0\0"
    )
    header = b"\1" + streams + b"\5" + number(len(files)) + b"\x11" + number(len(names) + 1) + b"\0" + names + b"\0\0"
    start = struct.pack("<QQI", len(data), len(header), zlib.crc32(header))
    return b"7z\xbc\xaf\x27\x1c\0\4" + struct.pack("<I", zlib.crc32(start)) + start + data + header


def value(given):
    return bytes([given]) if given < 0x80 else bytes([given & 0x7F | 0x80, given >> 7])


def block(head, data=b""):
    body = value(len(head)) + head
    return struct.pack("<I", zlib.crc32(body)) + body + data


def rar5(name, data, *, method=0, extra=b""):
    written = name.encode()
    head = value(2) + value(3 if extra else 2) + (value(len(extra)) if extra else b"") + value(len(data))
    head += value(0) + value(len(data)) + value(0) + value(method << 7) + value(0) + value(len(written)) + written + extra
    return b"Rar!\x1a\x07\x01\0" + block(value(1) + value(0) + value(0)) + block(head, data) + block(value(5) + value(0))


def rar4(name, data, *, method=0x30, flags=0):
    written = name.encode()
    size = 32 + len(written)
    head = struct.pack(
        "<HBHHIIBIIBBHI", 0, 0x74, flags | 0x8000, size, len(data), len(data), 3, 0, 0, 20, method, len(written), 0
    )
    return (
        b"Rar!\x1a\x07\0"
        + struct.pack("<HBHHHI", 0, 0x73, 0, 13, 0, 0)
        + head
        + written
        + data
        + struct.pack("<HBHH", 0, 0x7B, 0, 7)
    )


def test_every_file_of_a_7_zip_archive_is_read():
    found = read(seven([("a/one.txt", WORDS), ("two.txt", MORE)]), "papers.7z")
    assert lines(found) == [WORDS.decode().strip(), MORE.decode().strip()]
    assert whys(found) == hidden(found) == []


@pytest.mark.parametrize(
    ("octets", "why"),
    [
        (seven([("one.txt", WORDS)], AES), "encrypted"),
        (seven([("one.txt", WORDS)], PPMD), "not read: packed by PPMd"),
        (seven([("one.txt", WORDS)], packed=b"\xff" * 9), "damaged"),
        (seven([("one.txt", WORDS)])[:-4], "damaged"),
        (rar5("one.txt", WORDS, method=3), PACKED),
        (rar5("one.txt", WORDS, extra=b"\2\1\0"), "encrypted"),
        (rar4("one.txt", WORDS, method=0x33), PACKED),
        (rar4("one.txt", WORDS, flags=4), "encrypted"),
        (rar5("one.txt", WORDS)[:30], "damaged"),
    ],
)
def test_what_cannot_be_unpacked_is_named_with_the_reason(octets, why):
    found = read(octets, "papers")
    assert (lines(found), whys(found)) == ([], [why])


def test_a_directory_that_is_encrypted_or_packed_in_a_way_not_known_is_named_so():
    for coder, why in ((AES, "encrypted"), (PPMD, "not read: packed by PPMd")):
        made = seven([("one.txt", WORDS)], coder, packed=WORDS)
        size = int.from_bytes(made[12:20], "little")
        header = b"\x17" + made[32 + size + 2 :]
        start = struct.pack("<QQI", size, len(header), zlib.crc32(header))
        shut = made[:8] + struct.pack("<I", zlib.crc32(start)) + start + made[32 : 32 + size] + header
        assert whys(read(shut, "papers.7z")) == [why]


def test_a_7_zip_archive_unfolds_no_further_than_it_may():
    found = read(seven([("one.txt", bytes(8000))]), "papers.7z", ReadingLimits(expanded=4000, time=20))
    assert whys(found) == ["too large"]


@pytest.mark.parametrize("made", [rar5, rar4])
def test_what_a_rar_archive_holds_unpacked_is_read_and_the_names_of_all_that_is_in_it(made):
    assert lines(read(made("one.txt", WORDS), "papers.rar")) == [WORDS.decode().strip()]
    assert "Roll call list" in lines(read(made("Roll_call_list.txt", b""), "papers.rar"))


@given(
    at=st.integers(0, 400),
    noise=st.binary(min_size=1, max_size=6),
    octets=st.sampled_from([seven([("a", WORDS)]), rar5("a", WORDS)]),
)
def test_no_damage_breaks_the_readers_of_these(at, noise, octets):
    start = min(at, len(octets) - 1)
    read(octets[:start] + noise + octets[start + len(noise) :], "papers")
