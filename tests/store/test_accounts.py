from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.people import Account, Altered, Entry, Role, Session, Taken, Wrong, new_account, words_of
from gateway.store import SqliteStore
from tests.support.mails import NOW


def account(login="captain@department.example", **how) -> Account:
    return new_account(Entry(login=login, role="supervisor", **how), NOW)


def session(of, digest="d1", **how) -> Session:
    return Session(**{"digest": digest, "account": of.id, "made": NOW, "seen": NOW, "whole": True, **how})


async def test_an_account_comes_back_as_it_was_put(kept):
    given = account(name="Capt. Ruiz", also=("ruiz@city.example",), reviewers=("command",))
    await kept.accounts.add(given)
    assert await kept.accounts.account(given.id) == given
    assert await kept.accounts.known_as(" CAPTAIN@Department.example ") == given
    assert await kept.accounts.known_as("nobody@department.example") is None


async def test_a_login_belongs_to_one_account(kept):
    await kept.accounts.add(account())
    with pytest.raises(Taken, match=r"captain@department\.example has an account already"):
        await kept.accounts.add(account("Captain@department.example"))
    other = account("other@department.example")
    await kept.accounts.add(other)
    with pytest.raises(Taken):
        await kept.accounts.change(replace(other, login="captain@department.example"), was=other)
    third = account("third@department.example")
    with pytest.raises(KeyError):
        await kept.accounts.change(replace(third, name="New"), was=third)


async def test_a_change_never_brings_back_a_spent_code(kept):
    given = account()
    await kept.accounts.add(given)
    assert await kept.accounts.spend(given.id, 100)
    await kept.accounts.change(replace(given, name="New"), was=given)
    assert not await kept.accounts.spend(given.id, 100)
    assert not await kept.accounts.spend(given.id, 99)
    assert await kept.accounts.spend(given.id, 101)


async def test_what_another_changed_meanwhile_stays_as_he_changed_it(kept):
    given = replace(account(), password="old")
    await kept.accounts.add(given)
    await kept.accounts.change(replace(given, disabled=NOW), was=given)
    await kept.accounts.change(replace(given, password="new"), was=given)
    assert await kept.accounts.account(given.id) == replace(given, disabled=NOW, password="new")


async def test_of_two_who_change_the_same_thing_at_once_the_second_is_told(kept):
    given = replace(account(), password="old")
    await kept.accounts.add(given)
    await kept.accounts.change(replace(given, password="by a link"), was=given)
    with pytest.raises(Altered, match="was changed meanwhile"):
        await kept.accounts.change(replace(given, password="by a thief", name="Thief"), was=given)
    assert await kept.accounts.account(given.id) == replace(given, password="by a link")


async def test_a_link_is_good_once_until_its_time_and_only_the_last_one(kept):
    given = account()
    await kept.accounts.add(given)
    until = NOW + timedelta(hours=1)
    await kept.accounts.invite("a" * 64, given.id, until)
    await kept.accounts.invite("b" * 64, given.id, until)
    assert await kept.accounts.invited("a" * 64, NOW) is None
    assert await kept.accounts.accept("b" * 64, "hash", until) is None
    accepted = await kept.accounts.accept("b" * 64, "hash", NOW)
    assert accepted.password == "hash"
    assert await kept.accounts.accept("b" * 64, "other", NOW) is None
    with pytest.raises(KeyError):
        await kept.accounts.invite("c" * 64, "nobody", until)


async def test_a_link_ends_all_sessions_and_drops_the_second_factor_and_serves_nobody_who_is_disabled(kept):
    given = replace(account(), totp="SECRET")
    await kept.accounts.add(given)
    await kept.accounts.begin(session(given))
    await kept.accounts.invite("a" * 64, given.id, NOW + timedelta(hours=1))
    disabled = replace(given, disabled=NOW)
    await kept.accounts.change(disabled, was=given)
    assert await kept.accounts.invited("a" * 64, NOW) is None
    await kept.accounts.change(given, was=disabled)
    assert (await kept.accounts.accept("a" * 64, "hash", NOW)).totp == ""
    assert await kept.accounts.session("d1") is None


async def test_sessions_are_touched_listed_and_ended(kept):
    given = account()
    await kept.accounts.add(given)
    for n in range(3):
        await kept.accounts.begin(session(given, f"d{n}", seen=NOW + timedelta(minutes=n), agent="x" * 500))
    later = NOW + timedelta(hours=1)
    await kept.accounts.touch("d0", later)
    assert [one.digest for one in await kept.accounts.sessions(given.id)] == ["d0", "d2", "d1"]
    found, whose = await kept.accounts.session("d0")
    assert (found.seen, whose) == (later, given)
    await kept.accounts.end("d0")
    assert await kept.accounts.session("d0") is None
    await kept.accounts.end_all(given.id, but="d1")
    assert [one.digest for one in await kept.accounts.sessions(given.id)] == ["d1"]


async def test_a_key_is_the_same_each_time_and_after_opening_again(path, shelf):
    key = await shelf.accounts.key("links")
    assert len(key) == 32
    assert await shelf.accounts.key("links") == key
    assert await shelf.accounts.key("other") != key
    await shelf.close()
    again = await SqliteStore.open(path)
    assert await again.accounts.key("links") == key
    await again.close()


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        (Entry(login="captain", role="auditor"), "is no mail address"),
        (Entry(login="a@b.example", role="auditor", also=("x y@b.example",)), "is no mail address"),
        (Entry(login="a@b.example", role="chief"), "is no role; there are reviewer, supervisor, auditor, administrator"),
        (Entry(login="a@b.example", role="reviewer"), "at least one group"),
    ],
)
def test_what_makes_no_account_says_what_to_do(entry, says):
    with pytest.raises(Wrong, match=says):
        new_account(entry, NOW)


def test_a_mailbox_is_somebodys_however_it_is_written():
    own = account("dana.reed@department.example", also=("dreed@city.example",))
    assert own.is_at(own.addresses[1])
    assert own.is_at(account("Dana.Reed+lists@DEPARTMENT.example").addresses[0])
    assert not own.is_at(None)
    assert own.role is Role.SUPERVISOR


def test_a_secret_is_in_no_repr():
    assert "hash" not in repr(replace(account(), password="hash", totp="hash"))


def test_words_stand_between_commas_or_on_lines():
    assert words_of("a, b\n c ;; ") == ("a", "b", "c")
