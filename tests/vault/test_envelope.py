"""What is sealed opens as what it was, whole, and as nothing else; master keys can be changed without sealing anew."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from gateway.vault import Broken, Cipher, Key, Masters, NoKey, made, master_of, secret

OLD, NEW = b"o" * 32, b"n" * 32
BOTH = Masters({"old": OLD, "new": NEW}, use="new")
KEY = Masters({"old": OLD}, use="old").fresh("H1")
TEXT = some.text(some.characters(codec=None), max_size=200)


@given(
    of=TEXT.filter(lambda id_: id_.isprintable()),
    part=some.sampled_from(["decision", "octets 0"]),
    octets=some.binary(max_size=3000),
)
def test_octets_come_back_as_they_were_by_way_of_the_wrapped_key(of, part, octets):
    key = BOTH.fresh(of)
    assert BOTH.key(of, key.wrapped).open(part, key.close(part, octets)) == octets


@given(text=TEXT)
def test_any_text_comes_back_lone_surrogates_and_all(text):
    sealed = KEY.close_text("decision", text)
    assert sealed.isascii()
    assert KEY.open_text("decision", sealed) == text


@given(octets=some.binary(min_size=1, max_size=60), at=some.integers(min_value=0), bit=some.integers(0, 7))
def test_every_changed_bit_and_every_cut_is_found(octets, at, bit):
    sealed = KEY.close("octets 0", octets)
    at %= len(sealed)
    changed = sealed[:at] + bytes([sealed[at] ^ 1 << bit]) + sealed[at + 1 :]
    for wrong in (changed, sealed[:at], sealed + octets):
        with pytest.raises(Broken):
            KEY.open("octets 0", wrong)


@given(written=TEXT)
def test_text_that_nobody_sealed_is_never_taken_for_sealed(written):
    for one in (written, f"s1.{written}", KEY.close_text("decision", "x") + written + "="):
        with pytest.raises(Broken):
            KEY.open_text("decision", one)


@settings(max_examples=50)
@given(one=some.tuples(TEXT, TEXT), other=some.tuples(TEXT, TEXT))
def test_what_belongs_to_one_never_opens_as_another(one, other):
    if one == other or not all(word.isprintable() for word in (*one, *other)):
        return
    cipher = Cipher(b"c" * 32)
    sealed = Key(of=one[0], cipher=cipher).close(one[1], b"secret")
    with pytest.raises(Broken):
        Key(of=other[0], cipher=cipher).open(other[1], sealed)


def test_a_wrapped_key_opens_for_its_own_message_only_and_only_whole():
    with pytest.raises(Broken):
        BOTH.key("H2", KEY.wrapped)
    for wrong in (
        KEY.wrapped[:-1],
        KEY.wrapped.replace(".old.", ".new."),
        "1.old.",
        "",
        "2" + KEY.wrapped[1:],
        f"{KEY.wrapped}\n",
    ):
        with pytest.raises(Broken):
            BOTH.key("H1", wrong)


def test_a_key_that_is_wrapped_anew_opens_what_was_sealed_before_without_the_old_master_key():
    sealed = KEY.close("decision", b"secret")
    again = BOTH.again("H1", KEY.wrapped)
    assert (master_of(KEY.wrapped), master_of(again)) == ("old", "new")
    assert Masters({"new": NEW}).key("H1", again).open("decision", sealed) == b"secret"
    with pytest.raises(NoKey, match='the key "old" was not given'):
        Masters({"new": NEW}).key("H1", KEY.wrapped)


def test_a_proof_tells_another_key_of_the_same_name():
    proof = BOTH.proof("old")
    assert BOTH.proves("old", proof)
    assert not Masters({"old": NEW}).proves("old", proof)
    assert not BOTH.proves("old", "not base64!")


def test_without_a_master_key_nothing_is_sealed():
    clear = Masters({"old": OLD}).fresh("H1")
    assert (clear.wrapped, clear.close("x", b"y"), clear.open_text("x", "y")) == (None, b"y", "y")


def test_no_secret_is_in_what_is_printed():
    assert "cipher" not in repr(KEY)
    assert OLD.decode() not in repr(vars(BOTH))


def test_a_secret_that_is_made_is_for_its_owner_and_stays_as_it_is(tmp_path):
    path = tmp_path / "keys" / "store.key"
    made(path)
    first = secret(path, 32)
    made(path)
    assert (secret(path), len(first), path.stat().st_mode & 0o777) == (first, 64, 0o600)
    assert [one.name for one in path.parent.iterdir()] == ["store.key"]


def test_a_credential_is_what_systemd_put_in_its_folder(tmp_path, monkeypatch):
    (tmp_path / "store").write_bytes(OLD)
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    with pytest.raises(ValueError, match="systemd-run"):
        secret(tmp_path / "credential:store")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert secret(tmp_path / "elsewhere" / "credential:store") == OLD
