import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.factors import Bound, Limit, Passkey
from gateway.people import Entry, Session, new_account
from gateway.store import SqliteStore
from tests.support.mails import NOW

QUARTER = timedelta(minutes=15)


@pytest.fixture
async def captain(kept):
    account = new_account(Entry(login="captain@department.example", role="supervisor"), NOW)
    await kept.accounts.add(account)
    return account


def passkey(of, id_="k1", **how):
    return Passkey(**{"id": id_, "account": of.id, "name": "Phone", "key": b"\0key", "count": 1, "made": NOW, **how})


async def test_a_passkey_comes_back_as_it_was_put_and_is_somebodys_once(kept, captain):
    given = passkey(captain, name="Phone \ud800", synced=True)
    assert await kept.factors.add_passkey(given)
    assert not await kept.factors.add_passkey(given)
    assert await kept.factors.passkey("k1") == given
    assert await kept.factors.passkeys(captain.id) == [given]
    assert await kept.factors.with_passkeys() == {captain.id}


async def test_a_passkey_is_changed_by_its_owner_only_and_once_removed_is_gone(kept, captain):
    await kept.factors.add_passkey(passkey(captain))
    assert not await kept.factors.rename_passkey("k1", "other", "x")
    assert not await kept.factors.remove_passkey("k1", "other")
    assert await kept.factors.rename_passkey("k1", captain.id, "Key")
    assert (await kept.factors.passkey("k1")).name == "Key"
    assert await kept.factors.remove_passkey("k1", captain.id)
    assert await kept.factors.passkey("k1") is None
    assert not await kept.factors.rename_passkey("k1", captain.id, "x")
    assert not await kept.factors.passkey_used(passkey(captain), 2, NOW)


async def test_of_two_uses_at_once_the_second_is_told(kept, captain):
    given = passkey(captain)
    await kept.factors.add_passkey(given)
    assert await kept.factors.passkey_used(given, 2, NOW)
    assert not await kept.factors.passkey_used(given, 2, NOW)
    assert (await kept.factors.passkey("k1")).count == 2


async def test_a_recovery_code_serves_once_and_only_the_last_ones_do(kept, captain):
    await kept.factors.new_codes(captain.id, ["a", "b"], NOW)
    assert await kept.factors.use_code(captain.id, "a", NOW) == 1
    assert await kept.factors.use_code(captain.id, "a", NOW) is None
    assert await kept.factors.use_code("other", "b", NOW) is None
    await kept.factors.new_codes(captain.id, ["c"], NOW)
    assert await kept.factors.use_code(captain.id, "b", NOW) is None
    assert await kept.factors.codes_left(captain.id) == 1


async def test_a_name_elsewhere_is_one_accounts_and_an_account_has_one_there(kept, captain):
    other = new_account(Entry(login="other@department.example", role="supervisor"), NOW)
    await kept.accounts.add(other)
    bound = Bound(by="https://login.example", subject="42", account=captain.id, made=NOW)
    assert await kept.factors.bind(bound)
    assert not await kept.factors.bind(replace(bound, account=other.id))
    assert not await kept.factors.bind(replace(bound, subject="43"))
    assert await kept.factors.bind(replace(bound, by="ldap"))
    assert await kept.factors.bound("https://login.example", "42") == captain.id
    assert await kept.factors.bound("https://other.example", "42") is None
    await kept.factors.reset(captain.id, bound=True)
    assert await kept.factors.bound("https://login.example", "42") is None
    assert await kept.factors.bind(replace(bound, account=other.id))


async def test_a_reset_drops_every_second_factor_and_every_session(kept, captain):
    await kept.accounts.change(replace(captain, totp="sealed", password="hash"), was=captain)
    await kept.factors.add_passkey(passkey(captain))
    await kept.factors.new_codes(captain.id, ["a"], NOW)
    await kept.factors.bind(Bound(by="ldap", subject="42", account=captain.id, made=NOW))
    await kept.accounts.begin(Session(digest="d", account=captain.id, made=NOW, seen=NOW, whole=True))
    await kept.factors.reset(captain.id)
    assert await kept.accounts.account(captain.id) == replace(captain, password="hash")
    assert await kept.factors.passkeys(captain.id) == []
    assert await kept.factors.codes_left(captain.id) == 0
    assert await kept.accounts.session("d") is None
    assert await kept.factors.bound("ldap", "42") == captain.id
    with pytest.raises(KeyError):
        await kept.factors.reset("nobody")


async def test_when_somebody_last_came_from_elsewhere_is_known_of_whoever_is_bound_there(kept, captain):
    async def came(how, later):
        at = NOW + timedelta(days=later)
        await kept.accounts.begin(Session(digest=how, account=captain.id, made=at, seen=at, whole=True, how=how))

    later = NOW + timedelta(days=9)
    await came("password", 5)
    assert await kept.factors.vouched(captain.id, later) is None
    await kept.factors.bind(Bound(by="ldap", subject="42", account=captain.id, made=NOW))
    assert await kept.factors.vouched(captain.id, later) == NOW
    await came("ldap", 1)
    assert await kept.factors.vouched(captain.id, later) == NOW + timedelta(days=1)
    await came("oidc", 20)
    assert await kept.factors.vouched(captain.id, later) == NOW + timedelta(days=1)
    await kept.accounts.end_all(captain.id)
    assert await kept.factors.vouched(captain.id, later) == NOW + timedelta(days=1)
    await kept.factors.reset(captain.id, bound=True)
    assert await kept.factors.vouched(captain.id, later) is None


async def test_what_serves_once_serves_once_and_is_forgotten_when_it_is_over(shelf, raw):
    until = NOW + timedelta(minutes=5)
    assert await shelf.factors.once("a", NOW, until)
    assert not await shelf.factors.once("a", NOW, until)
    assert await shelf.factors.once("b", until + timedelta(seconds=1), until + timedelta(minutes=5))
    assert raw("SELECT digest FROM once") == [("b",)]


async def test_tries_are_counted_for_a_while_and_not_beyond_the_most(kept):
    limits = (Limit(key="both", most=2), Limit(key="client", most=3))
    assert [await kept.factors.try_(limits, NOW, QUARTER) for _ in range(4)] == [True, True, False, False]
    assert await kept.factors.try_((Limit(key="client", most=3),), NOW, QUARTER)
    assert not await kept.factors.try_((Limit(key="client", most=3),), NOW, QUARTER)
    assert [await kept.factors.try_(limits, NOW + QUARTER, QUARTER) for _ in range(3)] == [True, True, False]
    assert await kept.factors.try_(limits, NOW - timedelta(days=365), QUARTER)


async def test_tries_made_at_once_do_not_slip_through_together(kept):
    limits = (Limit(key="both", most=5),)
    heard = await asyncio.gather(*(kept.factors.try_(limits, NOW, QUARTER) for _ in range(20)))
    assert sum(heard) == 5


async def test_a_try_that_was_none_of_the_wrong_ones_is_forgotten(kept):
    limits = (Limit(key="both", most=5), Limit(key="client", most=3))
    for _ in range(3):
        await kept.factors.try_(limits, NOW, QUARTER)
    await kept.factors.forget("both", ["client"])
    assert await kept.factors.try_(limits, NOW, QUARTER)
    assert not await kept.factors.try_(limits, NOW, QUARTER)


async def test_tries_outlive_a_restart_and_say_not_whose_they_were(path, shelf, raw):
    await shelf.factors.try_((Limit(key="login secret typed as a login", most=1),), NOW, QUARTER)
    await shelf.close()
    assert "secret" not in str(raw("SELECT * FROM tries"))
    again = await SqliteStore.open(path)
    assert not await again.factors.try_((Limit(key="login secret typed as a login", most=1),), NOW, QUARTER)
    await again.close()


async def test_a_secret_is_sealed_anew_only_if_it_is_still_the_one_before(kept, captain):
    await kept.accounts.change(replace(captain, totp="old"), was=captain)
    assert await kept.factors.seals() == [(captain.id, "old")]
    await kept.factors.reseal(captain.id, "other", "new")
    assert await kept.factors.seals() == [(captain.id, "old")]
    await kept.factors.reseal(captain.id, "old", "new")
    assert await kept.factors.seals() == [(captain.id, "new")]
