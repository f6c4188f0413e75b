"""Archives: what any program would find in them is found, each thing once, within the limits; the rest has its reason."""

import bz2
import gzip
import io
import lzma
import random
import struct
import tarfile
import zipfile
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.mail import Place
from gateway.reading import ReadingLimits
from gateway.reading.documents import archives
from gateway.reading.extractors import kind
from gateway.reading.pieces import Piece, Sheet
from tests.support.documents import deflated, docx, header, lines, listing, packed, piece, png, read, whys, wp
from tests.support.documents import pieces as left

WORDS = b"Vote for Jane Example on June 2\n"
LIMITS = ReadingLimits(time=20)


def test_every_file_in_a_zip_is_a_piece_whose_name_says_where_it_stood():
    found = read(packed({"a.txt": WORDS, "folder/b.txt": b"and bring a friend"}), "papers.zip")
    assert [(i.text.strip(), i.place.name) for i in found if isinstance(i, Sheet) and i.place.name != "papers.zip"] == [
        (WORDS.decode().strip(), "papers.zip/a.txt"),
        ("and bring a friend", "papers.zip/folder/b.txt"),
    ]
    assert whys(found) == []


def test_names_of_folders_and_the_comment_are_read():
    assert lines(read(packed({"Vote for Jane/x.bin": b""}, comment=b"Elect her")))[:2] == ["Elect her", "Vote for Jane"]


def test_archives_within_archives_are_read():
    inner = packed({"letter.docx": docx(wp("Vote for", " Jane"))})
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w") as box:
        info = tarfile.TarInfo("inner.zip")
        info.size = len(inner)
        box.addfile(info, io.BytesIO(inner))
    assert lines(read(gzip.compress(tar.getvalue()), "all.tgz")) == ["Vote for Jane"]


@pytest.mark.parametrize("way", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_every_way_of_compression_that_can_be_undone_is(way):
    assert lines(read(packed({"a.txt": WORDS}, way))) == [WORDS.decode().strip()]


@pytest.mark.parametrize(
    ("name", "octets", "inside"),
    [
        ("n.txt.gz", gzip.compress(WORDS), "n.txt"),
        ("n.txt.bz2", bz2.compress(WORDS), "n.txt"),
        ("n.txt.xz", lzma.compress(WORDS), "n.txt"),
        ("n.txt.lzma", lzma.compress(WORDS, lzma.FORMAT_ALONE), "n.txt"),
    ],
    ids=["gz", "bz2", "xz", "lzma"],
)
def test_what_a_simple_compressor_made_is_undone(name, octets, inside):
    (sheet,) = read(octets, name)
    assert (sheet.text.strip(), sheet.place) == (WORDS.decode().strip(), Place(part="2", name=f"{name}/{inside}"))


def test_all_members_of_a_gzip_are_read():
    assert lines(read(gzip.compress(b"Vote for\n") + gzip.compress(b"Jane\n"))) == ["Vote for", "Jane"]


def test_what_stands_behind_a_gzip_is_looked_at():
    assert lines(read(gzip.compress(b"ordinary\n") + WORDS)) == ["ordinary", WORDS.decode().strip()]


def test_a_tar_with_long_names_is_read():
    for form in (tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w", format=form) as box:
            info = tarfile.TarInfo(f"{'folder/' * 20}note.txt")
            info.size = len(WORDS)
            box.addfile(info, io.BytesIO(WORDS))
        (sheet,) = read(out.getvalue(), "t.tar")
        assert sheet.place.name.endswith("folder/note.txt")
        assert sheet.text == WORDS.decode()


def test_a_tar_that_breaks_off_is_read_as_far_as_it_goes():
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as box:
        info = tarfile.TarInfo("note.txt")
        info.size = len(WORDS)
        box.addfile(info, io.BytesIO(WORDS))
    found = read(out.getvalue()[: 512 + 20])
    assert (lines(found), whys(found)) == ([WORDS.decode()[:20].strip()], ["damaged"])


def encrypted_zip():
    return header("secret.txt", b"x" * 40, flags=1) + listing(("secret.txt", 0, 40, 0, 1), start=30 + 10 + 40)


def test_a_zip_that_asks_for_a_password_is_encrypted_at_the_name_of_the_file():
    (unread,) = read(encrypted_zip(), "papers.zip")
    assert (unread.why, unread.place) == ("encrypted", Place(part="2", name="papers.zip/secret.txt"))


def test_a_zip_that_only_says_it_is_encrypted_is_read_where_one_of_its_headers_does_not_say_so():
    body = header("a.txt", WORDS)
    found = read(body + listing(("a.txt", 0, len(WORDS), 0, 1), start=len(body)))
    assert (lines(found), whys(found)) == ([WORDS.decode().strip()], ["encrypted"])


@pytest.mark.parametrize(
    ("octets", "why"),
    [
        (b"Rar!\x1a\x07\x01\x00" + bytes(50), "damaged"),
        (b"7z\xbc\xaf\x27\x1c" + bytes(50), "damaged"),
        (b"MSCF" + bytes(50), "not read: a cabinet archive"),
        (b"\x28\xb5\x2f\xfd" + bytes(50), "not read: compressed by Zstandard"),
        (header("a", b"xx", method=9) + listing(("a", 0, 2, 9, 0), start=33), "not read: compressed by Deflate64"),
        (b"ID3\x04" + bytes(50), "audio"),
        (b"\0\0\0\x20ftypisom" + bytes(50), "video"),
        (b"RIFF\0\0\0\0AVI " + bytes(50), "video"),
    ],
)
def test_what_is_not_opened_is_named(octets, why):
    assert whys(read(octets)) == [why]


@pytest.mark.parametrize(("type_", "why"), [("audio/x-voice", "audio"), ("video/x-camera", "video")])
def test_sound_and_film_go_by_their_label_where_octets_do_not_tell(type_, why):
    assert whys(read(piece(b"\0\1\2\3", kind=type_))) == [why]


def test_text_that_is_labelled_as_sound_is_text():
    assert lines(read(piece(WORDS, kind="audio/mpeg"))) == [WORDS.decode().strip()]


# Headers that lie


def test_sizes_that_the_directory_has_wrong_do_not_matter():
    body = header("a.txt", deflated(WORDS), method=8)
    assert lines(read(body + listing(("a.txt", 0, 3, 8, 0), start=len(body)))) == [WORDS.decode().strip()]


def test_sizes_that_the_file_s_own_header_has_wrong_do_not_matter():
    body = header("a.txt", deflated(WORDS), method=8, packed=1, size=1)
    assert lines(read(body + listing(("a.txt", 0, len(deflated(WORDS)), 8, 0), start=len(body)))) == [WORDS.decode().strip()]


def test_of_two_lengths_of_stored_data_both_are_read():
    body = header("a.txt", WORDS)
    assert WORDS.decode().strip() in lines(read(body + listing(("a.txt", 0, 4, 0, 0), start=len(body))))


def test_where_the_two_headers_tell_different_methods_both_are_tried():
    body = header("a.txt", deflated(WORDS), method=8)
    assert WORDS.decode().strip() in lines(read(body + listing(("a.txt", 0, len(body), 0, 0), start=len(body))))


def test_two_files_of_one_name_are_both_read():
    first, second = header("a.txt", b"ordinary words"), header("a.txt", WORDS)
    octets = first + second + listing(("a.txt", 0, 14, 0, 0), ("a.txt", len(first), len(WORDS), 0, 0), start=len(first + second))
    assert lines(read(octets)) == ["ordinary words", WORDS.decode().strip()]


def test_a_file_that_the_directory_leaves_out_is_read():
    first, second = header("a.txt", b"ordinary words"), header("b.txt", WORDS)
    octets = first + second + listing(("a.txt", 0, 14, 0, 0), start=len(first + second))
    assert lines(read(octets)) == ["ordinary words", WORDS.decode().strip()]


def test_of_two_zips_behind_one_another_both_are_read():
    assert set(lines(read(packed({"a.txt": b"ordinary words"}) + packed({"b.txt": WORDS})))) == {
        "ordinary words",
        WORDS.decode().strip(),
    }


def test_a_zip_that_is_stored_in_a_zip_is_read_once():
    assert lines(read(packed({"in.zip": packed({"a.txt": WORDS}, zipfile.ZIP_STORED)}, zipfile.ZIP_STORED))) == [
        WORDS.decode().strip()
    ]


def test_a_zip_without_its_directory_is_read_and_said_to_be_damaged():
    octets = packed({"a.txt": WORDS, "b.txt": b"and a second one"})
    found = read(octets[: octets.index(b"PK\x01\x02")])
    assert (lines(found), whys(found)) == ([WORDS.decode().strip(), "and a second one"], ["damaged: it has no directory"])


def test_a_zip_that_breaks_off_within_a_file_is_read_as_far_as_it_goes():
    words = b" ".join(b"word%d" % n for n in range(2000))
    found = read(packed({"a.txt": words})[:3000])
    assert lines(found)[0].startswith("word0 word1 word2 word3")
    assert whys(found) == ["damaged", "damaged: it has no directory"]


def test_an_entry_that_points_nowhere_is_damaged():
    assert "damaged" in whys(read(header("a.txt", WORDS) + listing(("b.txt", 9999, 5, 0, 0), start=37)))


def test_what_stands_before_a_zip_and_behind_it_is_looked_at():
    body = packed({"a.txt": b"inside"})
    found = read(b"PK\x03\x04" + bytes(40) + body + b"\r\n" + WORDS)
    assert {"inside", WORDS.decode().strip()} <= set(lines(found))


def test_a_picture_with_a_zip_behind_it_is_read_as_both():
    found = read(png() + packed({"a.txt": WORDS}))
    assert lines(found) == [WORDS.decode().strip()]


def test_a_program_with_a_zip_behind_it_is_read_as_the_zip_and_the_program_is_named():
    found = read(b"MZ\x90\0" + bytes(200) + packed({"a.txt": WORDS}))
    assert (lines(found), whys(found)) == ([WORDS.decode().strip()], ["not read: application/octet-stream"])


@pytest.mark.parametrize("name", ["../../etc/passwd", "/abs/x.txt", "C:\\x.txt", "a\0b.txt", "a\r\nb.txt", "n" * 5000])
def test_a_name_is_only_a_name(name):
    body = header(name, WORDS)
    (sheet,) = (i for i in read(body + listing((name, 0, len(WORDS), 0, 0), start=len(body))) if WORDS.decode() == i.text)
    assert len(sheet.place.name) <= 255
    assert sheet.place.name.isprintable()


def test_names_are_read_in_utf_8_even_if_nobody_says_so():
    body = header("Wähle.txt", WORDS)
    (sheet,) = read(body + listing(("Wähle.txt", 0, len(WORDS), 0, 0), start=len(body)))
    assert sheet.place.name == "Wähle.txt"


def test_sizes_in_64_bits_are_read():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as box, box.open("a.txt", "w", force_zip64=True) as file:
        file.write(WORDS)
    assert lines(read(out.getvalue())) == [WORDS.decode().strip()]


def test_sizes_that_stand_behind_the_data_are_read():
    class Pipe(io.RawIOBase):
        def __init__(self):
            super().__init__()
            self.out = b""

        def writable(self):
            return True

        def write(self, octets):
            self.out += bytes(octets)
            return len(octets)

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_STORED) as box:
        box.writestr("a.txt", WORDS)
    octets = pipe.out
    assert lines(read(octets)) == [WORDS.decode().strip()]
    assert lines(read(octets[: octets.index(b"PK\x01\x02")])) == [WORDS.decode().strip()]


# Bombs


def test_a_zip_bomb_is_cut_and_named():
    limits = replace(LIMITS, expanded=1_000_000, part=1000)
    (found,) = (
        i for i in archives.zip_(piece(packed({"a.txt": bytes(20_000_000)}), "b.zip"), limits) if not isinstance(i, Piece)
    )
    assert found.why == "too large: its first 500000 octets were read"


def test_what_all_files_of_a_zip_unfold_to_is_bounded():
    limits = replace(LIMITS, expanded=1_000_000)
    found = list(archives.zip_(piece(packed({f"{n}.txt": b"a" * 400_000 for n in range(100)})), limits))
    assert sum(len(item.octets) for item in found if isinstance(item, Piece)) <= 1_000_000
    assert whys(found).count("too large") == 97


def test_entries_that_share_one_run_of_data_are_bounded_together():
    data = deflated(bytes(1_000_000))
    body = header("0", data, method=8)
    entries = [(str(n), 0, len(data), 8, 0) for n in range(900)]
    found = list(archives.zip_(piece(body + listing(*entries, start=len(body))), replace(LIMITS, expanded=5_000_000)))
    assert sum(len(item.octets) for item in found if isinstance(item, Piece)) <= 5_000_000
    assert "too large" in whys(found)


@pytest.mark.parametrize("compress", [gzip.compress, bz2.compress, lzma.compress])
def test_a_bomb_of_a_simple_compressor_is_cut(compress):
    given = piece(compress(bytes(30_000_000)))
    extractor = {b"\x1f": archives.gzip, b"B": archives.bzip2, b"\xfd": archives.xz}[given.octets[:1]]
    found = list(extractor(given, replace(LIMITS, expanded=1_000_000)))
    assert whys(found) == ["too large: its first 500000 octets were read"]
    assert all(len(item.octets) <= 500_000 for item in left(found))


def test_of_thousands_of_files_so_many_are_read_as_the_limit_says():
    octets = packed({f"{n}.txt": b"words here" for n in range(3000)})
    found = list(archives.zip_(piece(octets), replace(LIMITS, parts=50)))
    assert len(left(found)) == 50
    assert whys(found) == ["too large: the first 50 of the files in it were read"]


def test_zips_within_zips_end_at_the_depth_that_is_read():
    octets = WORDS
    for _ in range(30):
        octets = packed({"a": octets})
    found = read(octets, limits=replace(LIMITS, depth=10))
    assert (lines(found), len(left(found))) == ([], 1)


def test_an_lzma_that_asks_for_a_large_memory_is_not_given_it():
    data = b"\x09\x14\x05\x00\x5d" + struct.pack("<I", 0xFFFFFFFF) + b"\0" * 20
    body = header("a", data, method=14)
    assert whys(read(body + listing(("a", 0, len(data), 14, 0), start=len(body)))) == ["damaged"]


def test_a_label_does_not_make_a_zip():
    assert kind(piece(WORDS, "a.zip", "application/zip")) == "text/plain"


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300), st.integers(0, 2**32))
def test_a_zip_with_any_octets_changed_is_read_without_a_fault(noise, seed):
    octets = bytearray(packed({"a.txt": WORDS, "b.txt": b"x" * 3000}, comment=b"c"))
    rng = random.Random(seed)
    for octet in noise[:30]:
        octets[rng.randrange(len(octets))] = octet
    list(archives.zip_(piece(bytes(octets) + noise), LIMITS))
    list(archives.zip_(piece(bytes(octets[: rng.randrange(len(octets))])), LIMITS))


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07", b"\0" * 20, b"\xff" * 20, b"ab"]
        )
    )
)
def test_any_soup_of_zip_records_is_read_without_a_fault(soup):
    list(archives.zip_(piece(b"".join(soup)), LIMITS))


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=2000))
def test_any_octets_go_through_every_archive(octets):
    for extractor in (archives.zip_, archives.tar, archives.gzip, archives.bzip2, archives.xz):
        list(extractor(piece(octets), LIMITS))
