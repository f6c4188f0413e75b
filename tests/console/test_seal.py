"""What is sealed can be read again only as what it was, and with every key that went into it."""

from dataclasses import replace

import pytest

from gateway.console.seal import Broken, Seal, opened_seal
from gateway.people import Entry, Role, new_account
from gateway.settings import Console as Wishes
from gateway.source import Mistakes
from gateway.vault import secret
from tests.console.test_entry import second_factor, sign_in
from tests.support.mails import NOW

KEY = b"k" * 32


def wishes(path=None):
    return Wishes.model_validate({"listen": "127.0.0.1:0", "public url": "https://x.example", "key file": path})


async def person(store, totp):
    account = replace(new_account(Entry(login="a@b.example", role="auditor"), NOW), totp=totp)
    await store.accounts.add(account)
    return account


def test_the_same_is_sealed_differently_each_time_and_opened_as_the_same():
    seal = Seal(KEY)
    first, second = seal.close("secret", "A"), seal.close("secret", "A")
    assert first != second
    assert "secret" not in first
    assert seal.open(first, "A") == seal.open(second, "A") == "secret"


@pytest.mark.parametrize("opens", [Seal(b"o" * 32), Seal(KEY, b"a key file of ours"), Seal(KEY)])
def test_another_key_another_owner_and_every_changed_letter_break_it(opens):
    sealed = Seal(KEY, b"another key file!").close("secret", "A")
    with pytest.raises(Broken):
        opens.open(sealed, "A")
    ours = Seal(KEY)
    sealed = ours.close("secret", "A")
    with pytest.raises(Broken):
        ours.open(sealed, "B")
    for longer in (f"{sealed}=", f"{sealed}AAAA", f"{sealed[:9]}\n{sealed[9:]}"):
        with pytest.raises(Broken):
            ours.open(longer, "A")
    for at in range(len(sealed)):
        with pytest.raises(Broken):
            ours.open(f"{sealed[:at]}{'x' if sealed[at] != 'x' else 'y'}{sealed[at + 1 :]}", "A")


@pytest.mark.parametrize("written", ["", ".", "s1.", "s1.é", "f1.AAAA", "JBSWY3DPEHPK3PXP", "s1.AAAA"])
def test_what_is_no_seal_is_broken(written):
    with pytest.raises(Broken):
        Seal(KEY).open(written, "A")


async def test_secrets_of_an_older_hatchway_are_sealed_at_the_start_and_still_serve(console, clock):
    browser = await console.person(Role.REVIEWER)
    totp = await second_factor(browser, clock)
    account = await console.store.accounts.known_as("reviewer@department.example")
    await console.store.accounts.change(replace(account, totp=totp.secret), was=account)
    await console.house.seal.renew(console.store.factors)
    kept = (await console.store.accounts.account(account.id)).totp
    assert totp.secret not in kept
    assert console.house.seal.open(kept, account.id) == totp.secret


async def test_the_shelf_keeps_no_secret_of_a_second_factor(console, clock, tmp_path):
    totp = await second_factor(await console.person(Role.REVIEWER), clock)
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("hatchway.db*") if path.is_file())
    assert totp.secret.encode() not in kept


async def test_a_key_file_may_come_later_and_is_needed_from_then_on(console, tmp_path):
    store, file = console.store, tmp_path / "key"
    account = await person(store, Seal(KEY).close("JBSWY3DPEHPK3PXP", "x"))
    await store.accounts.change(replace(account, totp=Seal(KEY).close("JBSWY3DPEHPK3PXP", account.id)), was=account)
    file.write_bytes(b"0123456789abcdef0123456789abcdef\n")
    seal = await opened_seal(wishes(file), KEY, store.factors)
    kept = (await store.accounts.account(account.id)).totp
    assert seal.open(kept, account.id) == "JBSWY3DPEHPK3PXP"
    with pytest.raises(Broken):
        Seal(KEY).open(kept, account.id)
    with pytest.raises(Mistakes, match="needs the key file it was sealed with"):
        await opened_seal(wishes(), KEY, store.factors)
    file.write_bytes(b"another key file, as long")
    with pytest.raises(Mistakes, match="another key file"):
        await opened_seal(wishes(file), KEY, store.factors)


def test_a_key_file_that_holds_no_key_is_told(tmp_path):
    (tmp_path / "key").write_bytes(b"short\n")
    with pytest.raises(ValueError, match="openssl rand -hex 32"):
        secret(tmp_path / "key")
    with pytest.raises(OSError, match="No such file"):
        secret(tmp_path / "none")


async def test_a_secret_that_cannot_be_opened_stops_nobody_else_and_is_told_to_the_admin(console, clock, said):
    browser = await console.person(Role.REVIEWER)
    totp = await second_factor(browser, clock)
    account = await console.store.accounts.known_as("reviewer@department.example")
    sealed = Seal(KEY, b"another key file!").close(totp.secret, account.id)
    await console.store.accounts.change(replace(account, totp=sealed), was=account)
    half = console.browser()
    await sign_in(half)
    answer = await half.post("/sign-in/code", data={"code": totp.now()})
    assert answer.status_code == 401
    assert "cannot be checked now" in answer.text
    assert [one["setting"] for one in said if one["event"] == "totp.sealed"] == ["console.key file"]
