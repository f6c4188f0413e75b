import pytest

from gateway.control import Refused
from gateway.control.users import user_answers
from gateway.people import digest
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
