"""`hatchway backtest`, as an admin runs it over an archive."""

import asyncio
import json
import mailbox

import pytest

from gateway.store import SqliteStore
from tests.support.commands import command
from tests.support.mails import held
from tests.support.rehearsal import ENDORSEMENT, TOP, box, letter, settings

PRESIDENT, PRESS = "president@association.example", "press@department.example"


@pytest.fixture
def archive(tmp_path):
    folder = tmp_path / "mail"
    folder.mkdir()
    box(folder / "sent.mbox", letter(), letter(ENDORSEMENT, subject="Tuesday", day=12), letter(sender=PRESIDENT, day=19))
    (folder / "one.eml").write_bytes(letter(ENDORSEMENT, sender=PRESS, day=0))
    (folder / "nobody.eml").write_bytes(letter(to=""))
    mailbox.Maildir(folder / "kept", create=True).add(letter("Lunch is at noon.", day=26))
    return folder


@pytest.fixture
def config(tmp_path):
    return str(settings(tmp_path))


def backtest(*arguments, status=0):
    said = command("backtest", "--jobs", "1", *arguments)
    assert said.returncode == status, said.stderr
    return said.stdout


def test_an_archive_is_judged_and_nothing_is_left_behind(archive, config, tmp_path):
    before = sorted(tmp_path.rglob("*"))
    found = json.loads(backtest(archive, "-c", config, "--json", "--minutes", "30"))
    assert (found["messages"], found["judged"]) == (6, 5)
    assert found["dispositions"] == {"relay": 2, "tag": 1, "hold": 2, "reject": 0, "defer": 0}
    assert {(row["sender"], row["group"], row["hold"]) for row in found["senders"]} == {
        (PRESIDENT, "association boards", 1),
        ("officer.one@department.example", "anyone", 1),
        (PRESS, "public information", 0),
    }
    assert {rule["policy"] for rule in found["rules"]} == {"command review", "everyday mail", "marked"}
    assert (found["reviews"]["hours"], found["reviews"]["weeks"], found["reviews"]["without_a_date"]) == (1.0, 4, 1)
    [bad] = found["not_judged"]["each"]
    assert (bad["message"], "--recipient" in bad["problem"]) == (f"{archive}/nobody.eml", True)
    assert sorted(tmp_path.rglob("*")) == before


def test_two_policies_are_held_against_each_other_message_by_message(archive, config, tmp_path):
    second = tmp_path / "policies"
    second.mkdir()
    written = (TOP / "policies" / "department.yaml").read_text(encoding="utf-8")
    (second / "department.yaml").write_text(
        written.replace("{recipients: {in: department}, action", "{recipients: {in: department, at least: 50}, action")
    )
    page = tmp_path / "report.html"
    page.write_text("an older one")
    page.chmod(0o644)
    said = backtest(archive, "-c", config, "--against", second, "--html", page, "--recipient", "a@b.example")
    assert f"Against policies {second}: 1 message treated differently" in said
    assert "held: 2, then 1" in said
    assert f"sent.mbox, message 3: {PRESIDENT}" in said
    assert "it is relayed: no other rule applies" in said
    assert "\n  relayed" in said
    assert "Vote for" not in said
    assert "1 treated differently" in page.read_text(encoding="utf-8")
    assert page.stat().st_mode & 0o777 == 0o600


def test_a_second_roster_is_held_against_the_first(archive, config, tmp_path):
    roster = tmp_path / "roster"
    roster.mkdir()
    (roster / "r.yaml").write_text("platforms: [{name: Lunchraiser, sites: [lunch.example]}]\n")
    (archive / "one.eml").write_bytes(letter("Give now: https://lunch.example/reyes for the campaign", day=6))
    found = json.loads(backtest(archive / "one.eml", "-c", config, "--against-roster", roster, "--json"))
    assert found["against"]["of"] == f"roster {roster}"
    assert len(found["judged_by"]) == 2


async def test_the_stores_own_history_is_judged_and_what_was_destroyed_is_named(tmp_path, config):
    store = await SqliteStore.open(tmp_path / "hatchway.db")
    for id_ in ("H1", "H2"):
        await store.hold(held(id_=id_), [])
    said = await asyncio.to_thread(backtest, "--store", "-c", config, "--json")
    await store.close()
    assert json.loads(said)["dispositions"]["relay"] == 2


def test_what_is_no_source_and_no_address_is_wrong_usage(archive, config):
    backtest("-c", config, status=2)
    backtest(archive / "none.mbox", "-c", config, status=2)
    backtest(archive, "--sender", "president", "-c", config, status=2)


def test_a_store_that_is_not_there_is_said_so(config):
    said = command("backtest", "--store", "-c", config)
    assert (said.returncode, "there is no database" in said.stderr, "Traceback" in said.stderr) == (69, True, False)


def test_no_word_of_a_message_moves_the_cursor(tmp_path, config):
    (tmp_path / "a.eml").write_bytes(letter(ENDORSEMENT, subject="x\x1b[2J\u202ey"))
    said = backtest(tmp_path / "a.eml", "-c", config)
    assert "held by" in said
    assert "\x1b" not in said
    assert "\u202e" not in said
