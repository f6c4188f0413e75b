"""A message's whole life, by SMTP and the command line, as users do it."""

import asyncio
import json
import shutil
import signal

import pytest

from tests.e2e.conftest import message, sent
from tests.support.gateway import TOP, Gateway
from tests.support.relay import FakeRelay, late

PRESIDENT = "president@association.example"
WATCH = ["adams@department.example", "baker@department.example"]
MEETING = message("General meeting", "The general meeting is on Thursday at 1900 in the hall.", PRESIDENT)
ENDORSEMENT = message(
    "Your board has decided", "The board endorses Marisol Tate for Mayor. Please vote for Marisol Tate on November 3.", PRESIDENT
)


@pytest.fixture
async def relay():
    async with FakeRelay() as relay:
        yield relay


@pytest.fixture
async def gateway(relay, tmp_path):
    shutil.copytree(TOP / "policies", tmp_path / "policies")
    gateway = Gateway(
        tmp_path / "gateway", relay=relay.port, policies=tmp_path / "policies", roster=tmp_path / "policies" / "roster"
    )
    await asyncio.to_thread(gateway.__enter__)
    yield gateway
    assert await asyncio.to_thread(gateway.stop) == 0


async def hatchway(gateway, *arguments, stdin=""):
    return await asyncio.to_thread(lambda: gateway.hatchway(*arguments, stdin=stdin))


def notices(relay, recipient):
    return [one.data.decode() for one in relay.messages if any(recipient.encode() in rcpt for rcpt in one.rcpts)]


async def test_a_held_message_is_listed_shown_released_and_everybody_is_told(relay, gateway):
    await sent(gateway.port, PRESIDENT, WATCH, MEETING)
    listed = json.loads((await hatchway(gateway, "queue", "list", "--json")).stdout)
    [held] = listed
    assert held["sender"] == PRESIDENT
    assert held["state"] == "waiting"
    shown = await hatchway(gateway, "queue", "show", held["id"])
    assert "SO 9-06 §C, Use/Misuse of Department Computer System" in shown.stdout
    assert "The general meeting is on Thursday at 1900 in the hall." in shown.stdout
    raw = await asyncio.to_thread(lambda: gateway.ask("queue.show", id=held["id"], content=True))
    assert raw["content"]
    released = await hatchway(gateway, "queue", "release", "--as", "Capt. Ruiz", "-", stdin=f"{held['id']} from a list\n")
    assert released.returncode == 0, released.stderr
    assert "released for 2 of 2 recipients" in released.stdout
    await asyncio.to_thread(gateway.wait_until_outbox_empty)
    [arrived] = [one for one in relay.messages if one.data.endswith(MEETING)]
    assert len(arrived.rcpts) == 2
    assert b"X-Hatchway-Release-Id: " in arrived.data
    assert any("released" in told.lower() for told in notices(relay, PRESIDENT))
    again = await hatchway(gateway, "queue", "deny", "--note", "too late", held["id"])
    assert again.returncode == 1
    assert "already released by Capt. Ruiz" in again.stderr


async def test_a_denial_goes_to_nobody_and_tells_the_sender_the_clause_the_passage_and_the_note(relay, gateway):
    await sent(gateway.port, PRESIDENT, WATCH, ENDORSEMENT)
    [held] = gateway.ask("queue.list")
    without_note = await hatchway(gateway, "queue", "deny", held["id"])
    assert without_note.returncode == 2
    denied = await hatchway(gateway, "queue", "deny", held["id"], "--note", "Not over the department's system.", "--json")
    assert json.loads(denied.stdout)["state"] == "denied"
    await asyncio.to_thread(gateway.wait_until_outbox_empty)
    assert not [one for one in relay.messages if one.data.endswith(ENDORSEMENT)]
    told = "\n".join(notices(relay, PRESIDENT)).replace("=\r\n", "")
    for words in (
        "Promotion of political or religious positions",
        "vote for Marisol Tate",
        "Not over the department",
        held["id"],
    ):
        assert words in told.replace("\r\n", " ").replace("  ", " "), words
    assert "captain" not in told


async def test_a_release_to_some_goes_to_those_only(relay, gateway):
    await sent(gateway.port, PRESIDENT, WATCH, MEETING)
    [held] = gateway.ask("queue.list")
    some = await hatchway(gateway, "queue", "release", held["id"], "--to", WATCH[1])
    assert some.returncode == 1
    assert "note that says why" in some.stderr
    some = await hatchway(gateway, "queue", "release", held["id"], "--to", WATCH[1], "--note", "Adams is on leave")
    assert some.returncode == 0
    await asyncio.to_thread(gateway.wait_until_outbox_empty)
    [arrived] = [one for one in relay.messages if one.data.endswith(MEETING)]
    assert [WATCH[1].encode() in rcpt for rcpt in arrived.rcpts] == [True]


async def test_broken_policies_are_told_with_their_place_and_the_old_ones_stay(gateway):
    policy = gateway.policies / "department.yaml"
    before = gateway.ask("status")["policies"]
    policy.write_text(policy.read_text().replace("action: hold, reviewers: command}", "action: hodl, reviewers: command}", 1))
    checked = await hatchway(gateway, "check")
    assert checked.returncode == 78
    assert 'Did you mean "hold"?' in checked.stderr
    assert "department.yaml:" in checked.stderr
    assert (await hatchway(gateway, "reload")).returncode == 78
    gateway.process.send_signal(signal.SIGHUP)
    await asyncio.sleep(0.5)
    assert gateway.events("policies.refused")
    assert gateway.ask("status")["policies"].split(",")[0] == before.split(",")[0]
    assert (await sent(gateway.port, PRESIDENT, WATCH, MEETING)).final[1].startswith("2.0.0 Ok: held")


async def test_good_policies_are_taken_over_without_a_restart(gateway):
    policy = gateway.policies / "department.yaml"
    before = gateway.ask("status")["policies"]
    policy.write_text(policy.read_text().replace("deadline: 48h", "deadline: 47h"))
    reloaded = await hatchway(gateway, "reload")
    assert reloaded.returncode == 0, reloaded.stderr
    assert gateway.ask("status")["policies"] != before


async def test_sigterm_finishes_the_message_under_way(relay, gateway):
    relay.script("DOT", late(1.0))
    officer = "officer@department.example"
    content = message("Unit 214", "The marked unit is back from the garage.", officer)
    under_way = asyncio.create_task(sent(gateway.port, officer, ["desk@county.example"], content))
    await asyncio.sleep(0.7)
    assert await asyncio.to_thread(gateway.stop) == 0
    heard = (await under_way).final
    assert heard[0] == 250
    assert heard[1].startswith("2.0.0 Ok: queued as 1 (id ")
    assert len(relay.messages) == 1


async def test_two_reviewers_at_once_and_one_ruling(relay, gateway):
    await sent(gateway.port, PRESIDENT, WATCH, MEETING)
    [held] = gateway.ask("queue.list")
    outcomes = await asyncio.gather(
        hatchway(gateway, "queue", "release", held["id"]), hatchway(gateway, "queue", "deny", held["id"], "--note", "no")
    )
    assert sorted(outcome.returncode for outcome in outcomes) == [0, 1]
    await asyncio.to_thread(gateway.wait_until_outbox_empty)
    ruled = gateway.ask("queue.show", id=held["id"])["state"]
    assert len([one for one in relay.messages if one.data.endswith(MEETING)]) == (1 if ruled == "released" else 0)
