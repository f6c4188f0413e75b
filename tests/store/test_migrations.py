import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from gateway.hold import Ruling
from gateway.people import Entry, Session, new_account
from gateway.ports import StoreUnavailable
from gateway.store import SqliteStore, migrate
from gateway.store.columns import metadata
from tests.store.test_holds import review
from tests.support.mails import NOW, held
from tests.support.older import set_back


async def test_the_tables_at_the_newest_form_are_those_the_code_speaks_of(shelf):
    def differences(db):
        return compare_metadata(MigrationContext.configure(db, opts={"compare_type": True}), metadata)

    assert await shelf._writer.do(differences) == []


def test_the_migrations_are_one_chain_without_gaps():
    scripts = ScriptDirectory(str(migrate.MIGRATIONS))
    numbers = [script.revision for script in scripts.walk_revisions()]
    assert numbers == [f"{number:04}" for number in range(len(numbers), 0, -1)]


async def test_opening_again_changes_nothing(path, shelf, raw):
    await shelf.hold(held(), [])
    await shelf.close()
    before = raw("SELECT sql FROM sqlite_schema ORDER BY name")
    await (await SqliteStore.open(path)).close()
    assert raw("SELECT sql FROM sqlite_schema ORDER BY name") == before
    assert raw("SELECT id FROM holds") == [("H1",)]


async def test_what_a_newer_version_wrote_is_left_alone(path, shelf, raw):
    await shelf.close()
    raw("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreUnavailable, match=r"was written by a newer Hatchway \(form 9999\)"):
        await SqliteStore.open(path)
    assert raw("SELECT version_num FROM alembic_version") == [("9999",)]


async def test_a_migration_that_fails_leaves_nothing_behind(path, shelf, raw):
    await shelf.close()
    path.unlink()
    raw("CREATE TABLE addressees (of_somebody_else TEXT)")
    with pytest.raises(StoreUnavailable, match="addressees"):
        await SqliteStore.open(path)
    assert raw("SELECT name FROM sqlite_schema WHERE type = 'table'") == [("addressees",)]


async def test_who_had_an_account_keeps_it_and_signs_in_anew(path, shelf, raw):
    account = new_account(Entry(login="captain@department.example", role="supervisor"), NOW)
    await shelf.accounts.add(account)
    await shelf.accounts.begin(Session(digest="d", account=account.id, made=NOW, seen=NOW, whole=True))
    await shelf.close()
    set_back(raw, "0003")
    again = await SqliteStore.open(path)
    assert await again.accounts.account(account.id) == account
    assert await again.accounts.session("d") is None
    await again.close()


async def test_of_who_came_by_a_provider_before_the_upgrade_it_is_not_known_when_he_showed_that_it_is_he(path, shelf, raw):
    account = new_account(Entry(login="captain@department.example", role="supervisor"), NOW)
    await shelf.accounts.add(account)
    for how in ("password", "oidc"):
        await shelf.accounts.begin(Session(digest=how, account=account.id, made=NOW, seen=NOW, whole=True, how=how))
    await shelf.close()
    set_back(raw, "0009")
    again = await SqliteStore.open(path)
    assert {one.how: one.shown for one in await again.accounts.sessions(account.id)} == {"password": NOW, "oidc": None}
    await again.close()


async def test_what_was_denied_lately_can_be_appealed_after_the_upgrade_and_its_content_is_kept_so_long(path, shelf, raw):
    await shelf.hold(held(), [])
    await shelf.rule("H1", review(Ruling.DENIED), [])
    await shelf.hold(held(id_="H2"), [])
    await shelf.close()
    [(needed,)] = raw("SELECT needed FROM holds WHERE id = 'H1'")
    set_back(raw, "0005")
    await (await SqliteStore.open(path)).close()
    assert raw("SELECT id, needed FROM holds ORDER BY id") == [("H1", needed), ("H2", None)]
