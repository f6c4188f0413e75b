import email.header
import email.policy
from email.headerregistry import HeaderRegistry

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.mail import Address
from gateway.notice.message import Letter, as_is, encoded, field, is_seven_bit, multipart, text, write
from gateway.notice.words import plain
from tests.support.notices import NOW, read

AUTHOR = Address.parse("postmaster@department.example")
TO = Address.parse("a@association.example")


def letter(**changes) -> Letter:
    given_ = {
        "author": AUTHOR,
        "name": "Hatchway",
        "recipients": (TO,),
        "subject": "Held",
        "message_id": "",
        "answers": "",
        "answers_mail": True,
    }
    return Letter(**given_ | changes)


def written(**changes):
    return write(letter(**changes), text("plain", "hello\n"), number="3Xw", at=NOW, hostname="gate.example")


def decoded(line: bytes) -> str:
    value = line.partition(b": ")[2].decode("ascii").rstrip("\r\n")
    return str(HeaderRegistry()("Subject", value.replace("\r\n", "")))


@given(st.text(max_size=400))
def test_any_text_in_a_field_is_one_field_and_reads_back(value):
    line = plain(value, 250)
    octets = field("Subject", line)
    assert octets.isascii()
    assert octets.count(b"\r\n") == octets.count(b"\n") == octets.count(b"\r")
    folds = octets.removesuffix(b"\r\n").split(b"\r\n")
    assert all(fold.startswith(b" ") for fold in folds[1:])
    assert all(len(fold) <= 998 for fold in folds)
    assert decoded(octets) == line


def test_even_raw_line_ends_cannot_begin_another_field():
    assert field("Subject", "x\r\nBcc: y@z\nA: b\rC\x00D") == b"Subject: x Bcc: y@z A: b C D\r\n"


def test_text_that_looks_like_an_encoded_word_stays_what_was_written():
    assert decoded(field("Subject", "=?utf-8?q?Vote?=")) == "=?utf-8?q?Vote?="


@pytest.mark.parametrize("name", ['The "Gate"', "back\\slash", "Zürich, Gate <x@y>", "=?utf-8?q?x?=", "a@b, c"])
def test_no_display_name_makes_another_sender(name):
    found = read(written(name=name))["From"].addresses
    assert [(a.display_name, a.addr_spec) for a in found] == [(name, "postmaster@department.example")]


def test_a_quoted_local_part_is_one_mailbox():
    odd = Address(local='a, b" <x', domain="association.example")
    found = read(written(recipients=(odd, TO)))["To"].addresses
    assert [(a.username, a.domain) for a in found] == [(odd.local, odd.domain), (TO.local, TO.domain)]


@pytest.mark.parametrize("odd", [Address(local="a\r\nBcc: x", domain="y.example"), Address(local="a", domain="y>,<x@z")])
def test_an_address_that_is_more_than_a_mailbox_is_not_written(odd):
    with pytest.raises(ValueError, match="cannot be written"):
        written(recipients=(odd,))


def test_a_notice_is_from_the_null_sender_and_says_so_to_the_relay():
    envelope = written().envelope
    assert envelope.sender is None
    assert (envelope.mail.path, envelope.mail.parameters) == (b"", ())
    assert [(c.path, c.parameters) for c in envelope.rcpts] == [(b"a@association.example", ())]
    assert (envelope.client.address, envelope.client.name, envelope.client.helo) == ("127.0.0.1", "gate.example", "gate.example")


def test_an_address_beyond_ascii_asks_for_smtputf8():
    mail = written(recipients=(Address.parse("jöhn@bücher.example"),))
    assert mail.envelope.mail.parameters == (b"SMTPUTF8",)
    assert mail.envelope.rcpts[0].path == "jöhn@bücher.example".encode()
    assert "To: <jöhn@bücher.example>".encode() in mail.content.read()


def test_without_one_of_its_own_each_notice_gets_a_new_message_id():
    assert read(written())["Message-ID"] == "<3Xw.notice@gate.example>"
    assert read(written(message_id="<hold.1@gate.example>"))["Message-ID"] == "<hold.1@gate.example>"


@given(st.text(max_size=500))
def test_a_text_part_reads_back_whatever_it_holds(value):
    kept = "\n".join(plain(line, 400) for line in value.splitlines()) + "\n"
    part = text("plain", kept)
    assert is_seven_bit(part.octets())
    message = email.message_from_bytes(part.octets(), policy=email.policy.default)
    assert message.get_content().replace("\r\n", "\n") == kept


@given(st.binary(max_size=500))
def test_octets_of_any_kind_become_lines_that_every_relay_takes(octets):
    part = encoded("text/rfc822-headers", octets)
    assert is_seven_bit(part.octets())
    assert part.octets().count(b"\n") == part.octets().count(b"\r\n")


def test_short_ascii_lines_go_as_they_are():
    assert text("plain", "plain words\n").body == b"plain words\r\n"


@pytest.mark.parametrize("octets", [b"\xe4", b"\x00", b"a\rb", b"x" * 999])
def test_what_a_seven_bit_relay_would_harm_is_not_seven_bit(octets):
    assert not is_seven_bit(octets)


def test_each_multipart_has_a_boundary_that_nobody_could_have_foreseen():
    parts = (as_is("text/plain", b"x\n"),)
    assert multipart("mixed", parts).fields != multipart("mixed", parts).fields
