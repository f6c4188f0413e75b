import base64
import binascii

import pytest

from gateway.mail import Place
from gateway.reading import Origin, Reader, ReadingLimits
from tests.reading.documents.test_signed import signed, signed_without_lengths
from tests.reading.test_disguises import WORDS
from tests.support.documents import der
from tests.support.pictures import pdf, text_at
from tests.support.reading import mail, parts, read, texts, whys

PLAIN = "Content-Type: text/plain; charset=utf-8\n\n"
HTML = "Content-Type: text/html; charset=utf-8\n\n"


def b64(text):
    return base64.encodebytes(text if isinstance(text, bytes) else text.encode()).decode()


def place_of(reading, words):
    return next(p.place for p in reading.passages if words in p.folded)


def test_a_simple_message_is_its_subject_its_author_and_its_words():
    reading = read(mail("Hello there.\n", "From: Ana <a@d.example>", "Subject: =?utf-8?q?Lunch_at_caf=C3=A9?="))
    assert reading.subject == "Lunch at café"
    assert [str(author.address) for author in reading.authors] == ["a@d.example"]
    assert [(p.folded, p.place.header, p.place.part) for p in reading.passages] == [
        ("Lunch at cafe", "Subject", ""),
        ("Ana", "From", ""),
        ("Hello there.", "", "1"),
    ]
    assert reading.unread == ()


def test_every_subject_is_read():
    reading = read(mail("x", "Subject: One thing", "Subject: Another thing"))
    assert reading.subject == "One thing"
    assert {"One thing", "Another thing"} <= {p.folded for p in reading.passages}


def test_names_that_say_something_are_read():
    reading = read(
        mail(
            "x",
            'From: "Vote Smith" <a@d.example>',
            'To: "Please Vote For Smith" <b@d.example>, Ben Ruiz <c@d.example>',
            "Organization: Smith for Sheriff",
        )
    )
    assert [(p.place.header, p.folded) for p in reading.passages if p.place.header] == [
        ("From", "Vote Smith"),
        ("To", "Please Vote For Smith"),
        ("Organization", "Smith for Sheriff"),
    ]


def test_parts_are_numbered_as_in_imap():
    inner = 'Content-Type: multipart/alternative; boundary="in"\n\n--in\n' + PLAIN + "plain\n--in\n" + HTML + "<p>html\n--in--\n"
    attached = (
        'Content-Type: message/rfc822\n\nSubject: Attached\nContent-Type: multipart/mixed; boundary="at"\n\n--at\n'
        + PLAIN
        + "deep\n--at--\n"
    )
    single = "Content-Type: message/rfc822\n\nSubject: Single\n\nalone\n"
    reading = read(parts(PLAIN + "first", inner, attached, single))
    numbers = {
        words: place_of(reading, words).part for words in ("first", "plain", "html", "Attached", "deep", "Single", "alone")
    }
    assert numbers == {"first": "1", "plain": "2.1", "html": "2.2", "Attached": "3", "deep": "3.1", "Single": "4", "alone": "4.1"}
    assert place_of(reading, "Attached").header == "Subject"


def test_attached_messages_are_forwarded():
    reading = read(
        parts(PLAIN + "See this.", "Content-Type: message/rfc822\n\nFrom: b@d.example\nSubject: Old\n\nVote for Smith.\n")
    )
    assert texts(reading, Origin.FORWARDED) == ["Vote for Smith."]
    assert reading.authors == ()


@pytest.mark.parametrize(
    "header",
    [
        "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64",
        'Content-Type: application/octet-stream; name="old.eml"\nContent-Transfer-Encoding: base64',
        "Content-Type: application/x-whatever\nContent-Transfer-Encoding: base64",
    ],
)
def test_a_message_is_read_however_it_is_wrapped(header):
    whole = "From: b@d.example\nTo: c@d.example\nSubject: Old\nContent-Type: text/plain; charset=utf-8\n\nVote for Smith.\n"
    reading = read(parts(PLAIN + "See this.", f"{header}\n\n{b64(whole)}"))
    assert texts(reading, Origin.FORWARDED) == ["Vote for Smith."]
    assert place_of(reading, "Vote for Smith").part == "2.1"
    assert reading.unread == ()


def test_both_alternatives_are_read_where_they_differ():
    reading = read(parts(PLAIN + "Lunch is at noon.", HTML + "<p>Vote for Smith.</p>", kind="multipart/alternative"))
    assert texts(reading) == ["Lunch is at noon.", "Vote for Smith."]


@pytest.mark.parametrize(
    "plain",
    [
        "Pleas evote forSmi thonTu esday.",
        "PleasevoteforSmithonTuesday.",
        'Please "vote for Smith on Tuesday".',
        "Please: vote for Smith on Tuesday.",
        "\u2022",
    ],
)
def test_alternatives_that_differ_in_blanks_or_marks_alone_are_both_read(plain):
    html = "<p>Please vote for Smith on Tuesday.</p>" if plain.isascii() else "<p>\u0413\u043e\u043b\u043e\u0441.</p>"
    reading = read(parts(PLAIN + plain, HTML + html, kind="multipart/alternative"))
    assert len([passage for passage in reading.passages if not passage.place.header]) == 2


def test_alternatives_that_say_the_same_are_read_once_with_their_links():
    html = "<p>Lunch  is at <a href='https://menu.example/'>noon</a>.</p><p style='display:none'>Vote for Smith</p>"
    reading = read(parts(PLAIN + "Lunch is\nat noon.", HTML + html, kind="multipart/alternative"))
    assert texts(reading) == ["Lunch is\nat noon.", "Vote for Smith"]
    assert [(link.target, link.shown) for link in reading.links] == [("https://menu.example/", "noon")]


def test_the_same_words_in_another_voice_are_read_again():
    html = "<div>On Monday, Ana wrote:</div><div>Vote for Smith.</div>"
    reading = read(parts(PLAIN + "On Monday, Ana wrote:\n> Vote for Smith.\n\nFine.", HTML + html, kind="multipart/alternative"))
    assert len(texts(reading)) == 3


def test_a_link_shows_one_thing_and_goes_to_another():
    reading = read(
        mail("<p>The <a href='https://l.facebook.com/l.php?u=https%3A%2F%2Fgive.example%2F'>schedule</a></p>", kind="text/html")
    )
    (link,) = reading.links
    assert (link.target, link.written, link.shown) == (
        "https://give.example/",
        "https://l.facebook.com/l.php?u=https%3A%2F%2Fgive.example%2F",
        "schedule",
    )
    assert link.place == Place(part="1", start=4, end=12)


def test_words_in_the_preamble_and_behind_the_end_are_hidden_and_the_usual_ones_are_not_there():
    octets = parts(PLAIN + "Seen.").replace(b"--=_b\r\n", b"Vote for Smith.\r\n--=_b\r\n", 1) + b"Vote again.\r\n"
    assert texts(read(octets), Origin.HIDDEN) == ["Vote for Smith.", "Vote again."]
    usual = parts(PLAIN + "Seen.").replace(b"--=_b\r\n", b"This is a multi-part message in MIME format.\r\n--=_b\r\n", 1)
    assert texts(read(usual)) == ["Seen."]


@pytest.mark.parametrize(
    "octets",
    [
        parts(PLAIN + "Vote for Smith.").replace(b"--=_b--", b""),
        parts(PLAIN + "Vote for Smith.").replace(b'boundary="=_b"', b"boundary==_b"),
        parts(PLAIN + "Vote for Smith.").replace(b'; boundary="=_b"', b""),
        parts(PLAIN + "Vote for Smith.").replace(b'boundary="=_b"', b'boundary="other"'),
        parts(PLAIN + "Vote for Smith.").replace(b"Content-Type: multipart", b"Content-Type : multipart"),
        parts(PLAIN + "Vote for Smith.").replace(b"MIME-Version: 1.0\r\n", b""),
        parts("\nVote for Smith."),
        b"Vote for Smith.",
        b"\r\nVote for Smith.",
        b"Subject: x\r\n\r\nVote for Smith.",
        b"Subject: x\nContent-Type: text/plain; charset\n\nVote for Smith.",
        b"Subject: x\r\nContent-Type: nonsense\r\n\r\nVote for Smith.",
        b"Subject: x\rContent-Type: text/plain\r\rVote for Smith.",
        mail("<html><body>Vote for <b>Sm</b>ith.</body></html>"),
        mail("Vote for Smith.", kind="text/plain (a comment); charset=utf-8"),
        mail("Vote for Smith.", kind="multipart/mixed"),
        mail("Vote for Smith.", kind="text/x-unheard-of"),
        mail("Vote for Smith.", kind="application/octet-stream"),
        mail("Vote for Smith.", kind="application/x-unheard-of"),
        mail(b64("Vote for Smith."), coding="base64 (really)"),
        mail("Vote =66or Smi=\nth.", coding="quoted-printable"),
        mail("Vote for Smith.".encode("utf-16"), kind="text/plain; charset=utf-16"),
        mail("<bold>Vote</bold> for Smith.", kind="text/enriched"),
    ],
)
def test_broken_and_odd_messages_are_read_all_the_same(octets):
    reading = read(octets)
    assert "Vote for Smith." in texts(reading)
    assert reading.unread == ()


def test_a_line_that_is_no_field_does_not_end_the_header():
    octets = (
        b"Subject: x\r\nno field at all\r\nContent-Transfer-Encoding: base64\r\nFrom: a@d.example\r\n\r\n"
        + b64("Vote for Smith.").encode()
    )
    reading = read(octets)
    assert "Vote for Smith." in texts(reading)
    assert "no field at all" in texts(reading, Origin.HIDDEN)
    assert [str(author.address) for author in reading.authors] == ["a@d.example"]


@pytest.mark.parametrize(
    ("kind", "name", "body", "why"),
    [
        ("application/pdf", "a.pdf", b"%PDF-1.7 x", "damaged: it cannot be read"),
        ("text/plain", "a.txt", b"%PDF-1.7 x", "damaged: it cannot be read"),
        ("application/octet-stream", "a.txt", b"PK\x03\x04\x00", "damaged: it has no directory"),
        ("image/png", "a.png", b"\x89PNG\r\n", "damaged: it cannot be read"),
        ("application/x-y", "a.bin", b"\x00\x01\x02", "not read: application/x-y"),
        ("application/pkcs7-mime; smime-type=enveloped-data", "smime.p7m", b"\x30\x80", "encrypted"),
        ("application/pkcs7-mime; smime-type=signed-data", "smime.p7m", b"\x30\x80", "damaged"),
        ("application/pgp-signature", "a.asc", b"\x89PNG picture", "damaged: it cannot be read"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_place(kind, name, body, why):
    header = f'Content-Type: {kind}\nContent-Disposition: attachment; filename="{name}"\nContent-Transfer-Encoding: base64\n\n'
    reading = read(parts(PLAIN + "See the attachment.", header + b64(body)))
    assert [(u.why, u.place) for u in reading.unread] == [(why, Place(part="2", name=name))]


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/pgp-signature", b"-----BEGIN PGP SIGNATURE-----\n\nabc\n-----END PGP SIGNATURE-----\n"),
        ("application/pkcs7-signature", signed(b"")),
        ("application/pkcs7-signature", signed_without_lengths(b"") + b"\r\n"),
        ("application/pgp-keys", b"-----BEGIN PGP PUBLIC KEY BLOCK-----\r\n\r\nabc\r\n-----END PGP PUBLIC KEY BLOCK-----\r\n"),
        ("application/pdf", b""),
    ],
)
def test_signatures_and_empty_parts_need_no_word(kind, body):
    reading = read(parts(PLAIN + "Signed.", f"Content-Type: {kind}\nContent-Transfer-Encoding: base64\n\n{b64(body)}"))
    assert texts(reading) == ["Signed."]
    assert reading.unread == ()


PAGES = pdf(text_at(72, 700, WORDS))


@pytest.mark.parametrize("kind", ["application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-keys"])
@pytest.mark.parametrize(
    ("name", "octets"),
    [
        ("flyer.txt", f"01 {WORDS}".encode()),
        ("flyer.html", f"0<h1>{WORDS}</h1>".encode()),
        ("flyer.pdf", b"0\n" + PAGES),
        ("flyer.txt", f"-----BEGIN PGP PUBLIC KEY - no, read this:\n{WORDS}".encode()),
        ("key.asc", f"-----BEGIN PGP SIGNATURE-----\nComment: {WORDS}\n\nabc\n-----END PGP SIGNATURE-----\n".encode()),
        ("flyer.txt", signed(b"") + WORDS.encode()),
        ("smime.p7s", signed(der(0xA0, der(0x04, f"Content-Type: text/plain\r\n\r\n{WORDS}".encode())))),
    ],
)
def test_what_calls_itself_a_signature_and_is_none_is_read(kind, name, octets):
    head = f'Content-Type: {kind}; name="{name}"\nContent-Transfer-Encoding: base64\n\n'
    reading = read(parts(PLAIN + "See the flyer.", head + b64(octets)))
    assert any(WORDS in said for said in texts(reading)), whys(reading)


def test_what_is_neither_a_signature_nor_a_text_is_said():
    head = "Content-Type: application/pkcs7-signature; name=smime.p7s\nContent-Transfer-Encoding: base64\n\n"
    for octets in (b"\x30\x82\x01\x02", signed(b"") + bytes(range(256))):
        assert whys(read(parts(PLAIN + "Signed.", head + b64(octets)))) == ["not read: application/pkcs7-signature"]


def test_a_text_that_calls_itself_a_signature_is_read():
    reading = read(parts(PLAIN + "Signed.", "Content-Type: application/pgp-signature\n\nVote for Smith."))
    assert texts(reading) == ["Signed.", "Vote for Smith."]


@pytest.mark.parametrize(
    ("octets", "why"),
    [
        (mail("x", kind="message/partial; id=a; number=1; total=2"), "a piece of a message that is sent in several"),
        (mail("x", kind="message/external-body; access-type=URL"), "not in the message: it stands elsewhere"),
        (
            parts(
                "Content-Type: application/pgp-encrypted\n\nVersion: 1",
                "Content-Type: application/octet-stream\n\nx",
                kind="multipart/encrypted",
            ),
            "encrypted",
        ),
        (mail("-----BEGIN PGP MESSAGE-----\n\nabc\n-----END PGP MESSAGE-----"), "encrypted"),
    ],
)
def test_what_programs_read_differently_or_not_at_all_is_said(octets, why):
    assert whys(read(octets)) == [why]


def test_calendars_are_text_with_their_folded_lines_joined():
    body = "BEGIN:VEVENT\nSUMMARY:Vote f\n or Smith\\, please\\nnow\nEND:VEVENT\n"
    assert "Vote for Smith, please\nnow" in texts(read(mail(body, kind="text/calendar; charset=utf-8")))[0]


def test_delivery_reports_are_text():
    body = "Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\nOriginal-Recipient: a\nAction: failed\n"
    reading = read(parts(PLAIN + "It could not be delivered.", body, kind="multipart/report"))
    assert "Action: failed" in texts(reading)[1]
    assert reading.unread == ()


def test_flowed_lines_are_joined():
    body = "This is one \nlong line.\n\n> quoted \n> on two.\n space-stuffed\n-- \nAna\n"
    reading = read(mail(body, kind="text/plain; charset=utf-8; format=flowed"))
    assert texts(reading) == ["This is one long line.", "> quoted on two.", "space-stuffed", "--\nAna"]


def test_uuencoded_files_in_a_text_are_parts_of_their_own():
    coded = binascii.b2a_uu(b"Vote for Smith.").decode()
    reading = read(mail(f"Before.\nbegin 644 note.txt\n{coded}`\nend\nAfter.\n"))
    assert texts(reading) == ["Vote for Smith.", "Before.\nAfter."]
    assert place_of(reading, "Vote").name == "note.txt"


def test_every_place_points_at_its_words():
    octets = mail("Hello.\n\nOn Monday, Ana wrote:\n> old\n\nAnswer.\n\nThanks,\nBen\n")
    body = octets.partition(b"\r\n\r\n")[2].decode().replace("\r\n", "\n")
    for passage in (p for p in read(octets).passages if not p.place.header):
        assert body[passage.place.start : passage.place.end] == passage.text


def test_beyond_the_limits_the_rest_is_said_and_what_was_read_is_kept():
    many = parts(*[PLAIN + f"part {n}" for n in range(20)])
    reading = Reader(limits=ReadingLimits(parts=5)).read(many)
    assert len(texts(reading)) == 5
    assert whys(reading) == ["too many parts: the first 5 were read"]
    reading = Reader(limits=ReadingLimits(text=10)).read(mail("0123456789 and more"))
    assert texts(reading) == ["0123456789"]
    assert whys(reading) == ["too large: the first 10 characters were read"]
    reading = Reader(limits=ReadingLimits(part=4)).read(mail("0123456789"))
    assert texts(reading) == ["0123"]
    reading = Reader(limits=ReadingLimits(passages=4)).read(mail("a\n> b\n" * 50))
    assert len(texts(reading)) == 4
    further = Reader(limits=ReadingLimits(passages=4)).read(parts(*[f"{PLAIN}a {n}\n> b {n}\n" for n in range(4)]))
    assert texts(further)[3:] == ["> b 1", "a 2\n> b 2", "a 3\n> b 3"]
    reading = Reader(limits=ReadingLimits(lines=2)).read(mail("a\n> b\n> c\nd\n"))
    assert [(p.origin, p.folded) for p in reading.passages] == [(Origin.NEW, "a"), (Origin.QUOTED, "> b"), (Origin.NEW, "> c\nd")]
    reading = Reader(limits=ReadingLimits(links=3)).read(mail("".join(f"https://x{n}.example\n" for n in range(9))))
    assert len(reading.links) == 3
    assert whys(reading) == ["too many links: the first 3 were read"]


@pytest.mark.parametrize("deep", [60, 5000])
def test_a_message_nested_too_deep_says_so(deep):
    nested = "".join(f'Content-Type: multipart/mixed; boundary="{n}"\n\n--{n}\n' for n in range(deep)) + PLAIN + "Vote for Smith."
    assert any("nested too deep" in why for why in whys(read(b"From: a@d.example\n" + nested.encode())))
    enclosed = "Content-Type: message/rfc822\n\n" * deep + "Vote for Smith."
    reading = read(b"From: a@d.example\n" + enclosed.encode())
    assert any("nested too deep" in why for why in whys(reading))
    assert [str(author.address) for author in reading.authors] == ["a@d.example"]
