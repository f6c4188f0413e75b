from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.control import Refused
from gateway.control.tokens import token_answers
from gateway.factors import Bound
from gateway.people import Entry, new_account
from gateway.ports import Asked
from gateway.store import SqliteStore
from tests.support.mails import NOW, FixedClock

WANTED = {"name": "Tickets", "account": "tickets@department.example", "scopes": ["queue:read"], "expires": "90d"}


@pytest.fixture
async def store(tmp_path):
    store = await SqliteStore.open(tmp_path / "hatchway.db", FixedClock())
    await store.accounts.add(new_account(Entry(login=WANTED["account"], role="supervisor"), NOW))
    await store.accounts.add(new_account(Entry(login="root@department.example", role="administrator"), NOW))
    yield store
    await store.close()


@pytest.fixture
def asked(store):
    clock = FixedClock()
    parts = {"tokens": store.tokens, "book": store.accounts, "factors": store.factors, "trail": store, "clock": clock}
    answers = token_answers(**parts, vouched_for=timedelta(days=30))

    async def ask(request, *, later=timedelta(), **said):
        clock.forward(later)
        return await answers[f"token.{request}"]("root", said)

    return ask


async def test_a_token_is_shown_once_listed_without_its_secret_and_revoked_by_name(asked, store):
    made = await asked("create", **WANTED)
    secret = made["token"].removeprefix(f"hatchway_{made['id']}_")
    assert len(secret) == 43
    assert made["expires"] == "2027-01-12T09:30:00+00:00"
    [listed] = await asked("list")
    assert (listed["account"], listed["used"], listed["revoked"], listed["refused"]) == (WANTED["account"], None, None, "")
    assert secret not in str(listed)
    await asked("revoke", name="Tickets")
    [listed] = await asked("list")
    assert listed["revoked"] == "2026-10-14T09:30:00+00:00"
    steps = [one.step for one in await store.entries(Asked(actor="root"))]
    assert steps == ["token made", "token revoked"]
    assert secret not in str(await store.entries(Asked()))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"account": "x@y"}, "nobody is known as x@y; hatchway user add x@y --role"),
        ({"account": "root@department.example"}, "is administrator, and queue:read is for auditor, reviewer, supervisor"),
        ({"scopes": ["trail:read"]}, "is supervisor, and trail:read is for auditor"),
        ({"scopes": ["everything"]}, '"everything" is no scope; there are queue:read'),
        ({"scopes": []}, "a token has scopes"),
        ({"name": "a\nb"}, "is no name for a token"),
        ({"expires": "soon"}, '"soon" is no time; write for example 90d'),
        ({"expires": "0d"}, "0d is over already"),
        ({"expires": "2020-01-01"}, "2020-01-01 is over already"),
    ],
)
async def test_what_makes_no_token_is_refused_in_words(asked, change, said):
    with pytest.raises(Refused, match=said):
        await asked("create", **WANTED | change)
    assert await asked("list") == []


async def test_a_token_serves_until_a_day_or_until_it_is_revoked(asked):
    assert (await asked("create", **WANTED | {"expires": "2026-12-31"}))["expires"] == "2026-12-31T00:00:00+00:00"
    assert (await asked("create", **WANTED | {"expires": "never", "name": "Other"}))["expires"] is None
    with pytest.raises(Refused, match="there is no token called Third"):
        await asked("revoke", name="Third")


async def test_the_list_says_why_a_token_does_not_serve_though_nobody_revoked_it(asked, store):
    await asked("create", **WANTED | {"expires": "1d", "name": "Short"})
    await asked("create", **WANTED | {"expires": "never", "name": "Long"})
    account = await store.accounts.known_as(WANTED["account"])
    await store.factors.bind(Bound(account=account.id, by="https://login.example", subject="7", made=NOW))

    async def refused(days):
        return {one["name"]: one["refused"] for one in await asked("list", later=timedelta(days=days))}

    assert await refused(0) == {"Long": "", "Short": ""}
    assert await refused(1) == {"Long": "", "Short": "it has expired"}
    assert "has not signed in elsewhere since 2026-10-14" in (await refused(30))["Long"]
    await store.accounts.change(replace(account, disabled=NOW), was=account)
    assert (await refused(0))["Long"] == "its account is disabled"
