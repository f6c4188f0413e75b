from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.hold import Ruling
from gateway.people import Entry, new_account
from gateway.ports import Asked
from gateway.tokens import ABANDONED, KEPT, Answered, Scope, Unfit, new_token, parts, refused
from tests.store.test_holds import review
from tests.support.mails import NOW, held

READS = [Scope.QUEUE_READ]


@pytest.fixture
def shelved(kept):
    """What a statement finds on the shelf, as it stands there."""

    async def found(statement):
        return await kept._writer.read(lambda db: repr([tuple(row) for row in db.exec_driver_sql(statement)]))

    return found


@pytest.fixture
async def account(kept):
    made = new_account(Entry(login="tickets@department.example", role="supervisor"), NOW)
    await kept.accounts.add(made)
    return made


@pytest.fixture
async def token(kept, account):
    made, _ = new_token("tickets", account, [*READS, Scope.RULE_WRITE], by="root", at=NOW, lasts=timedelta(days=1))
    await kept.tokens.add(made)
    return made


async def test_a_token_comes_back_as_it_was_put_with_whose_it_is(kept, account, token):
    assert await kept.tokens.token(token.id) == (token, account)
    assert await kept.tokens.tokens() == [token]
    assert await kept.tokens.token("nobody") is None


async def test_of_a_secret_only_the_hash_is_kept(kept, account):
    made, shown = new_token("other", account, READS, by="root", at=NOW, lasts=None)
    await kept.tokens.add(made)
    id_, secret = parts(shown)
    [(found, _)] = [await kept.tokens.token(id_)]
    assert secret not in repr((found, found.digest))
    assert (found.proves(secret), found.proves(f"{secret[:-1]}_")) == (True, False)


async def test_a_name_is_given_once_for_good(kept, account, token):
    again, _ = new_token("tickets", account, READS, by="root", at=NOW, lasts=None)
    await kept.tokens.revoke(token.id, NOW)
    with pytest.raises(Unfit, match='there is or was a token called "tickets"'):
        await kept.tokens.add(again)
    with pytest.raises(KeyError):
        await kept.tokens.add(replace(again, name="third", account="nobody"))
    with pytest.raises(KeyError):
        await kept.tokens.revoke("nobody", NOW)


async def test_what_was_revoked_stays_so_since_then(kept, account, token):
    await kept.tokens.revoke(token.id, NOW)
    await kept.tokens.revoke(token.id, NOW + timedelta(days=1))
    found, _ = await kept.tokens.token(token.id)
    lasts = kept.factors, NOW, timedelta(days=30)
    assert (found.revoked, await refused(found, account, *lasts)) == (NOW, "it was revoked")
    assert await refused(token, account, *lasts) == ""


async def test_a_use_is_in_the_trail_and_on_the_token(kept, token):
    await kept.tokens.used(token, NOW, "tickets@department.example", "H1", {"token": "tickets"})
    assert (await kept.tokens.token(token.id))[0].used == NOW
    [entry] = await kept.entries(Asked(step="token used"))
    assert (entry.actor, entry.hold, entry.detail) == ("tickets@department.example", "H1", '{"token":"tickets"}')


async def test_what_was_answered_under_a_key_is_answered_again_for_a_day(kept, token):
    asked = Answered(print="p" * 64, at=NOW)
    done = replace(asked, status=200, body='{"état": "\ud800"}')
    assert await kept.tokens.begin(token.id, "key", asked) is None
    assert await kept.tokens.begin(token.id, "key", asked) == asked
    assert await kept.tokens.begin(token.id, "other", asked) is None
    await kept.tokens.finish(token.id, "key", done)
    assert await kept.tokens.begin(token.id, "key", replace(asked, at=NOW + KEPT - timedelta(seconds=1))) == done
    assert await kept.tokens.begin(token.id, "key", replace(asked, at=NOW + KEPT)) is None


async def test_what_was_begun_and_left_or_forgotten_can_be_begun_again(kept, token):
    asked = Answered(print="p" * 64, at=NOW)
    later = replace(asked, at=NOW + ABANDONED)
    assert await kept.tokens.begin(token.id, "key", asked) is None
    assert await kept.tokens.begin(token.id, "key", later) is None
    assert await kept.tokens.begin(token.id, "key", later) == later
    await kept.tokens.finish(token.id, "key", None)
    assert await kept.tokens.begin(token.id, "key", later) is None
    assert await kept.tokens.begin(token.id, "key", replace(later, at=NOW - timedelta(days=365))) is None


async def test_what_was_answered_about_a_message_is_sealed_as_it_is_and_goes_with_it(kept, token, shelved):
    await kept.hold(held(), [])
    asked = Answered(print="p" * 64, at=NOW, hold="H1")
    answered = replace(asked, status=200, body='{"quote":"vote for Marisol Tate"}')
    assert await kept.tokens.begin(token.id, "key", asked) is None
    await kept.tokens.finish(token.id, "key", answered)
    assert "Marisol" not in await shelved("SELECT body FROM answers")
    assert await kept.tokens.begin(token.id, "key", asked) == answered
    await kept.rule("H1", review(Ruling.WITHDRAWN), [])
    assert await kept.destroy("H1", actor="gateway", why="retention")
    assert await shelved("SELECT body FROM answers") == "[]"
