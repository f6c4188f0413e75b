"""S/MIME and OpenPGP: what is only signed is read, and counts as the sender's own words; what is encrypted is named so."""

import base64
import bz2
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.reading import Origin, ReadingLimits
from gateway.reading.documents import pgp, smime
from gateway.reading.pieces import Piece
from tests.support.documents import ber, der, lines, packet, piece, read, whys
from tests.support.reading import mail, texts
from tests.support.reading import read as read_mail
from tests.support.reading import whys as unread

LIMITS = ReadingLimits(time=20)
DATA, SIGNED, ENVELOPED = (b"\x2a\x86\x48\x86\xf7\x0d\x01\x07" + bytes((n,)) for n in (1, 2, 3))
COMPRESSED = b"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x09"
AUTHENTICATED = b"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x17"
ENTITY = b"Content-Type: text/plain\r\n\r\nVote for Jane\r\n"


def signed(content):
    inside = der(0x30, der(0x06, DATA), content)
    return der(0x30, der(0x06, SIGNED), der(0xA0, der(0x30, der(0x02, b"\1"), der(0x31), inside, der(0x31))))


def signed_without_lengths(content):
    halves = (content[:10], content[10:])
    inside = ber(0x30, der(0x06, DATA), ber(0xA0, ber(0x24, *(der(0x04, half) for half in halves))))
    return ber(0x30, der(0x06, SIGNED), ber(0xA0, ber(0x30, der(0x02, b"\1"), der(0x31), inside)))


P7M = "application/pkcs7-mime; smime-type=signed-data; name=smime.p7m"


@pytest.mark.parametrize(
    "octets",
    [signed(der(0xA0, der(0x04, ENTITY))), signed_without_lengths(ENTITY), signed(der(0xA0, der(0x24, der(0x04, ENTITY))))],
)
def test_what_is_only_signed_is_read_as_the_sender_s_own_words(octets):
    reading = read_mail(mail(base64.encodebytes(octets), "From: a@d.example", "Subject: Hello", kind=P7M, coding="base64"))
    assert (texts(reading, Origin.NEW), unread(reading)) == (["Vote for Jane"], [])


def test_a_whole_multipart_may_be_signed():
    inside = (
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nVote\r\n--b\r\nContent-Type: "
        b"text/html\r\n\r\n<b>for</b> Jane\r\n--b--\r\n"
    )
    reading = read_mail(mail(base64.encodebytes(signed(der(0xA0, der(0x04, inside)))), kind=P7M, coding="base64"))
    assert texts(reading) == ["Vote", "for Jane"]


def test_certificates_alone_hold_nothing_to_read():
    assert read(piece(signed(b""), "smime.p7c", "application/pkcs7-mime")) == []


@pytest.mark.timeout(30)
def test_many_beginnings_of_a_signature_have_an_end():
    assert pgp.bare("A: -----BEGIN PGP SIGNATURE-----\n" * 20_000)


def test_what_is_compressed_is_unfolded():
    inside = der(0x30, der(0x06, DATA), der(0xA0, der(0x04, zlib.compress(ENTITY))))
    octets = der(0x30, der(0x06, COMPRESSED), der(0xA0, der(0x30, der(0x02, b"\0"), der(0x30), inside)))
    assert [line.strip() for line in lines(read(piece(octets, kind="application/pkcs7-mime")))] == ["Vote for Jane"]


@pytest.mark.parametrize("kind", [ENVELOPED, AUTHENTICATED])
@pytest.mark.parametrize("make", [der, ber])
def test_what_is_enveloped_is_encrypted_whatever_it_is_called(kind, make):
    octets = make(0x30, der(0x06, kind), der(0xA0, der(0x30)))
    for label in ("application/pkcs7-mime", "application/x-pkcs7-mime", "application/octet-stream"):
        assert whys(read(piece(octets, "smime.p7m", label))) == ["encrypted"]


def test_a_signed_message_within_an_armour_is_read():
    octets = b"-----BEGIN PKCS7-----\n" + base64.encodebytes(signed(der(0xA0, der(0x04, ENTITY)))) + b"-----END PKCS7-----\n"
    assert [line.strip() for line in lines(read(piece(octets, "smime.p7m", "application/pkcs7-mime")))] == ["Vote for Jane"]


@pytest.mark.parametrize("octets", [b"\x30\x80", b"junk", b"\x30\x84\xff\xff\xff\xff", der(0x30, der(0x06, SIGNED))])
def test_what_cannot_be_taken_apart_is_damaged(octets):
    assert whys(read(piece(octets, "smime.p7m", "application/pkcs7-mime"))) == ["damaged"]


def test_elements_without_a_length_within_one_another_end_somewhere():
    octets = b"\x30\x80" * 100_000
    assert whys(list(smime.signed(piece(octets), LIMITS))) == ["damaged"]


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200), st.integers(0, 80))
def test_any_der_is_read_without_a_fault(noise, at):
    octets = signed(der(0xA0, der(0x04, ENTITY)))
    for given_ in (b"\x30" + noise, octets[:at] + noise, octets[:at] + noise + octets[at:]):
        list(smime.signed(piece(given_), LIMITS))


# OpenPGP

CLEAR = """-----BEGIN PGP SIGNED MESSAGE-----
Hash: SHA256

Vote for Jane
- --- and her friends
-----BEGIN PGP SIGNATURE-----

iQEzBAEBCAAdFiEEabcd
=abcd
-----END PGP SIGNATURE-----
"""
LITERAL = packet(11, b"u\x08note.txt" + bytes(4) + b"Vote for Jane")


def armoured(octets):
    return (
        "-----BEGIN PGP MESSAGE-----\nVersion: x\n\n" + base64.encodebytes(octets).decode() + "=abcd\n-----END PGP MESSAGE-----\n"
    )


def test_a_text_with_a_clear_signature_is_read_without_it():
    assert texts(read_mail(mail(CLEAR))) == ["Vote for Jane\n--- and her friends"]


def test_the_signature_that_an_answer_quotes_is_left_out_too():
    quoted = "".join(f"> {line}\n" for line in CLEAR.replace("iQEz", "iQEz" * 16 + "\niQEz").splitlines())
    assert not any("iQEz" in said for said in texts(read_mail(mail(f"On Monday, Ana wrote:\n{quoted}"))))


@pytest.mark.parametrize(
    ("mark", "words"),
    [
        ("iQEzBAEBCAAdFiEEabcd", "Please bring Ana."),
        ("iQEzBAEBCAAdFiEEabcd", "Please bring Ana"),
        ("\niQEzBAEBCAAdFiEEabcd", "Comment: Please bring Ana"),
        ("iQEzBAEBCAAdFiEEabcd", "Please\nbring\nAna"),
        ("SHA256", "Please bring Ana"),
        ("SHA256", "SHA256, please bring Ana"),
    ],
)
def test_words_where_a_signature_should_be_are_read(mark, words):
    assert any(words in said for said in texts(read_mail(mail(CLEAR.replace(mark, words)))))


@pytest.mark.timeout(30)
@pytest.mark.parametrize("unit", ["-----BEGIN PGP SIGNATURE-----\n", "A" * 76 + "\n", "A: b\n", "> " * 9 + "\n"])
def test_a_hostile_signature_has_an_end(unit):
    pgp.clear("-----BEGIN PGP SIGNED MESSAGE-----\n-----BEGIN PGP SIGNATURE-----\n" + unit * (1_000_000 // len(unit)))


@pytest.mark.parametrize(
    "octets",
    [
        LITERAL,
        packet(4, bytes(13)) + LITERAL + packet(2, bytes(20)),
        packet(8, b"\0" + LITERAL),
        packet(8, b"\1" + zlib.compress(LITERAL)[2:-4]),
        packet(8, b"\2" + zlib.compress(packet(8, b"\3" + bz2.compress(LITERAL)))),
        b"\xac" + bytes((len(LITERAL) - 6,)) + LITERAL[6:],
        b"\xcb\xe4" + LITERAL[6:22] + bytes((len(LITERAL) - 22,)) + LITERAL[22:],
    ],
)
def test_what_is_only_signed_and_packed_is_read(octets):
    reading = read_mail(mail("Look:\n" + armoured(octets)))
    assert texts(reading)[0] == "Vote for Jane"
    assert unread(reading) == []
    assert lines(read(piece(octets, "note.gpg"))) == ["Vote for Jane"]


@pytest.mark.parametrize(
    "octets", [packet(1, bytes(20)) + packet(18, bytes(50)), packet(3, b"x"), packet(20, b"x"), b"\x00junk", b"\xc1"]
)
def test_what_is_encrypted_or_not_to_be_understood_is_encrypted(octets):
    assert unread(read_mail(mail(armoured(octets)))) == ["encrypted"]
    assert whys(read(piece(octets, "note.pgp", "application/pgp-encrypted"))) == ["encrypted"]


def test_packets_within_packets_end_somewhere():
    octets = LITERAL
    for _ in range(10):
        octets = packet(8, b"\0" + octets)
    assert whys(list(pgp.binary(piece(octets), LIMITS))) == ["too deep"]


def test_a_compressed_bomb_is_cut():
    octets = packet(8, b"\2" + zlib.compress(packet(11, b"b\0" + bytes(5_000_000))))
    found = list(pgp.binary(piece(octets), ReadingLimits(expanded=100_000)))
    assert whys(found) == ["too large"]


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_any_packets_are_read_without_a_fault(octets):
    for item in pgp.binary(piece(octets), LIMITS):
        assert isinstance(item, Piece) or item.why
    list(pgp.armoured(piece(b""), armoured(octets), LIMITS))
