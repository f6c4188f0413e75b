from dataclasses import replace

import pytest

from gateway.control import Refused
from gateway.control.users import user_answers
from gateway.factors import Bound
from gateway.people import digest
from gateway.ports import Asked
from gateway.store import SqliteStore
from tests.support.mails import FixedClock

URL = "https://console.department.example"
CAPTAIN = {"login": "captain@department.example", "role": "reviewer", "reviewers": ["command"]}


@pytest.fixture
async def store(tmp_path):
    store = await SqliteStore.open(tmp_path / "hatchway.db")
    yield store
    await store.close()


@pytest.fixture
def book(store):
    return store.accounts


def answering(store, url=URL):
    return user_answers(book=store.accounts, factors=store.factors, trail=store, clock=FixedClock(), public_url=url)


@pytest.fixture
def asked(store):
    answers = answering(store)

    async def ask(request, **said):
        return await answers[f"user.{request}"]("root", said)

    return ask


async def test_an_account_is_added_with_a_link_that_serves(asked, book):
    said = await asked("add", **CAPTAIN, link=True)
    token = said["link"].removeprefix(f"{URL}/welcome/")
    assert (await book.invited(digest(token), FixedClock().now())).login == CAPTAIN["login"]
    assert said["password"] is False


async def test_accounts_are_listed_disabled_and_enabled_by_their_address(asked):
    await asked("add", **CAPTAIN)
    assert (await asked("disable", login="Captain@department.example"))["disabled"]
    [listed] = await asked("list")
    assert listed["disabled"]
    assert (await asked("enable", login=CAPTAIN["login"]))["disabled"] is None


async def test_what_cannot_be_done_is_refused_in_words(asked, store):
    await asked("add", **CAPTAIN)
    with pytest.raises(Refused, match="has an account already"):
        await asked("add", **CAPTAIN)
    with pytest.raises(Refused, match="nobody is known as x@y"):
        await asked("link", login="x@y")
    with pytest.raises(Refused, match="there is no console"):
        await answering(store, "")["user.link"]("root", {"login": CAPTAIN["login"]})


async def test_a_reset_removes_second_factors_and_where_asked_password_and_what_he_is_elsewhere(asked, store):
    await asked("add", **CAPTAIN)
    account = await store.accounts.known_as(CAPTAIN["login"])
    given = replace(account, password="hash", totp="sealed", origin="oidc")
    await store.accounts.change(given, was=account)
    await store.factors.bind(Bound(by="https://login.example", subject="42", account=account.id, made=account.made))
    said = await asked("reset", login=CAPTAIN["login"])
    assert (said["password"], said["second_factor"], said["origin"]) == (True, False, "oidc")
    with pytest.raises(Refused, match="comes from oidc and has no password here"):
        await asked("link", login=CAPTAIN["login"])
    said = await asked("reset", login=CAPTAIN["login"], password=True, elsewhere=True)
    assert (said["password"], said["origin"]) == (False, "")
    assert await store.factors.bound("https://login.example", "42") is None
    assert "link" in await asked("link", login=CAPTAIN["login"])


async def test_every_step_is_in_the_trail_with_who_took_it(asked, store):
    await asked("add", **CAPTAIN, link=True)
    for request in ("disable", "enable", "link", "reset"):
        await asked(request, login=CAPTAIN["login"])
    told = await store.entries(Asked(actor="root"), limit=50, newest=False)
    assert [one.step for one in told] == [
        "account added",
        "one-time link made",
        "account disabled",
        "account enabled",
        "one-time link made",
        "second factor reset",
    ]
    assert all(CAPTAIN["login"] in one.detail for one in told)
