import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.mail import Address
from gateway.smtpd import replies
from gateway.smtpd.grammar import Path, forward_path, reverse_path
from gateway.smtpd.replies import Fault

PATHS = {
    b"officer@department.example": Address(local="officer", domain="department.example"),
    b"Officer.One+tag@Department.Example.": Address(local="Officer.One+tag", domain="Department.Example."),
    b"@relay.example,@b.example:u@x.example": Address(local="u", domain="x.example"),
    b'"first last"@x.example': Address(local="first last", domain="x.example"),
    b'"a\\"b\\\\c>d"@x.example': Address(local='a"b\\c>d', domain="x.example"),
    b"u@[192.0.2.1]": Address(local="u", domain="[192.0.2.1]"),
    b"u@[IPv6:2001:db8::1]": Address(local="u", domain="[IPv6:2001:db8::1]"),
    b"a..b.@docomo.example": Address(local="a..b.", domain="docomo.example"),
    b"u@under_score.example": Address(local="u", domain="under_score.example"),
    b"victim%evil.example@x.example": Address(local="victim%evil.example", domain="x.example"),
    b"evil.example!u@x.example": Address(local="evil.example!u", domain="x.example"),
}


@pytest.mark.parametrize("path", PATHS)
def test_a_path_is_kept_as_written_and_its_mailbox_is_read(path):
    found = forward_path(b"TO:<" + path + b">", utf8=False)
    assert isinstance(found, Path)
    assert found.command.path == path
    assert found.address == PATHS[path]


@pytest.mark.parametrize(
    "path",
    [
        b"first last@x.example",
        b"a@b@x.example",
        b'"a"b@x.example',
        b'"a@x.example',
        b"a@x..example",
        b"a@.example",
        b"a@",
        b"@x.example",
        b"@x.example:",
        b"a@[300.1.1.1]",
        b"a@[IPv6:zz]",
        b"a@[x]",
        b"a(comment)@x.example",
        b"a,b@x.example",
        b"a;b@x.example",
        b"a:b@x.example",
        b"<a@x.example",
        b"a@-x_.example>",
        b'""@x.example',
    ],
)
def test_what_is_no_path_is_refused(path):
    assert isinstance(reverse_path(b"FROM:<" + path + b">"), Fault)
    assert isinstance(forward_path(b"TO:<" + path + b">", utf8=False), Fault)


@pytest.mark.parametrize(
    "argument",
    [
        b"",
        b"FROM",
        b"FROM:",
        b"FROM:a@x.example",
        b"TO:<a@x.example>",
        b"FROM:<a@x.example>SIZE=1",
        b"FROM:<a@x.example",
        b"FROM: a",
    ],
)
def test_mail_without_its_form_is_a_syntax_error(argument):
    assert reverse_path(argument) == replies.MAIL_SYNTAX


def test_spaces_behind_the_colon_and_lower_case_are_taken():
    found = reverse_path(b"from: <a@x.example>  size=10   RET=hdrs ")
    assert isinstance(found, Path)
    assert found.command.parameters == (b"size=10", b"RET=hdrs")


def test_parameters_keep_their_case_order_and_octets():
    written = b"RET=HDRS ENVID=QQ314159+3Dx AUTH=<> Body=8bitmime SIZE=00012"
    found = reverse_path(b"FROM:<a@x.example> " + written)
    assert isinstance(found, Path)
    assert b" ".join(found.command.parameters) == written


@pytest.mark.parametrize(
    ("parameters", "refusal"),
    [
        (b"SIZE", replies.BAD_PARAMETER),
        (b"SIZE=", replies.BAD_PARAMETER),
        (b"SIZE=-1", replies.BAD_PARAMETER),
        (b"SIZE=1 size=2", replies.BAD_PARAMETER),
        (b"BODY=BINARYMIME", replies.BAD_PARAMETER),
        (b"BODY", replies.BAD_PARAMETER),
        (b"SMTPUTF8=yes", replies.BAD_PARAMETER),
        (b"=x", replies.BAD_PARAMETER),
        (b"NOTIFY=NEVER", replies.unsupported(b"NOTIFY")),
        (b"MT-PRIORITY=4", replies.unsupported(b"MT-PRIORITY")),
        (b"REQUIRETLS", replies.unsupported(b"REQUIRETLS")),
    ],
)
def test_parameters_that_are_wrong_or_not_ours_are_refused(parameters, refusal):
    assert reverse_path(b"FROM:<a@x.example> " + parameters) == refusal


def test_the_null_sender_is_a_sender_and_no_recipient():
    found = reverse_path(b"FROM:<>")
    assert isinstance(found, Path)
    assert found.address is None
    assert forward_path(b"TO:<>", utf8=False) == replies.BAD_RECIPIENT


def test_only_postmaster_needs_no_domain():
    found = forward_path(b"TO:<Postmaster>", utf8=False)
    assert isinstance(found, Path)
    assert found.address == Address(local="Postmaster", domain="")
    assert forward_path(b"TO:<root>", utf8=False) == replies.RECIPIENT_DOMAIN
    assert reverse_path(b"FROM:<postmaster>") == replies.SENDER_DOMAIN


def test_letters_outside_ascii_need_smtputf8():
    written = "FROM:<grüße@bücher.example>".encode()
    assert reverse_path(written) == replies.NEEDS_UTF8
    found = reverse_path(written + b" SMTPUTF8")
    assert isinstance(found, Path)
    assert found.address == Address(local="grüße", domain="bücher.example")
    recipient = "TO:<grüße@bücher.example>".encode()
    assert forward_path(recipient, utf8=False) == replies.NEEDS_UTF8
    assert isinstance(forward_path(recipient, utf8=True), Path)


def test_letters_outside_ascii_in_a_parameter_of_the_null_sender_need_it_too():
    assert reverse_path("FROM:<> ENVID=ü".encode()) == replies.NEEDS_UTF8


@pytest.mark.parametrize("octets", [b"\xff", b"\xc3", "\x85".encode(), "\x9b".encode()])
def test_what_is_not_utf8_or_a_c1_control_is_refused(octets):
    assert forward_path(b"TO:<a" + octets + b"@x.example>", utf8=True) == replies.NOT_UTF8


ATOM = st.text(st.sampled_from("abcXYZ019!#$%&'*+/=?^_`{|}~-"), min_size=1, max_size=12)
LABEL = st.from_regex(r"[a-z0-9_]([a-z0-9_-]{0,8}[a-z0-9])?", fullmatch=True)
DOMAIN = st.lists(LABEL, min_size=1, max_size=4).map(".".join)
LOCAL = st.one_of(
    st.lists(ATOM, min_size=1, max_size=3).map(".".join), st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1)
)


@given(local=LOCAL, domain=DOMAIN)
def test_every_address_that_can_be_written_is_read_back(local, domain):
    address = Address(local=local, domain=domain)
    found = forward_path(b"TO:<" + str(address).encode() + b">", utf8=False)
    assert isinstance(found, Path)
    assert found.address == address


@given(st.binary(max_size=60))
def test_no_octets_make_the_grammar_fail(octets):
    for argument in (octets, b"FROM:<" + octets + b">", b"FROM:<a@x.example> " + octets):
        found = reverse_path(argument)
        assert isinstance(found, Path | Fault)
    for utf8 in (True, False):
        assert isinstance(forward_path(b"TO:<" + octets + b"@x.example> " + octets, utf8=utf8), Path | Fault)


def test_a_hostile_path_takes_no_time():
    for hostile in (b'"' * 4000, b'"\\' * 2000, b"a." * 2000, b"@a," * 1300, b"@a.b," * 800 + b":", b'""' * 2000):
        assert isinstance(forward_path(b"TO:<" + hostile + b">", utf8=False), Fault)
        assert isinstance(forward_path(b"TO:<" + hostile, utf8=False), Fault)
