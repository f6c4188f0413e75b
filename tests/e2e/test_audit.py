"""The audit trail of a running gateway, by its command line and the verifier that is handed out."""

import asyncio
import hashlib
import json
import shutil
import signal
import subprocess
import sys
import zipfile
from contextlib import asynccontextmanager

import pytest

from gateway.store.sqlite import best_library
from tests.e2e.conftest import message, sent
from tests.support.gateway import TOP, Gateway
from tests.support.relay import FakeRelay
from tests.support.trail import VERIFIER
from tests.support.waiting import wait_until

PRESIDENT = "president@association.example"
WATCH = ["adams@department.example", "baker@department.example"]
ENDORSEMENT = message("Your board has decided", "Please vote for Marisol Tate for Mayor on November 3.", PRESIDENT)


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
    async with running(gateway):
        yield gateway


@asynccontextmanager
async def running(gateway):
    """The gateway until the block ends; one that did not come up is ended, too."""
    try:
        await asyncio.to_thread(gateway.__enter__)
        yield
    finally:
        await asyncio.to_thread(gateway.stop)


async def ran(gateway, *arguments, status=0):
    said = await asyncio.to_thread(lambda: gateway.hatchway("audit", *arguments))
    assert said.returncode == status, said.stderr
    return said


async def shown(gateway, *arguments):
    return [json.loads(line) for line in (await ran(gateway, "show", "--json", "--last", "0", *arguments)).stdout.splitlines()]


def verified(export, *arguments):
    """What an outsider sees, with no more than Python."""
    command = [sys.executable, "-I", "-S", str(VERIFIER), str(export), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


async def test_a_hold_is_followed_from_the_start_to_a_bundle_that_an_outsider_can_check(gateway, tmp_path):
    await sent(gateway.port, PRESIDENT, WATCH, ENDORSEMENT)
    [held] = gateway.ask("queue.list")
    id_ = held["id"]
    await asyncio.to_thread(lambda: gateway.hatchway("queue", "show", id_))
    await asyncio.to_thread(lambda: gateway.hatchway("queue", "deny", id_, "--note", "Not here.", "--as", "=Capt. Ruiz"))
    await asyncio.to_thread(gateway.wait_until_outbox_empty)

    told = await shown(gateway, "--hold", id_)
    told, sent_out = ([one for one in told if (one["step"] == "delivered") is out] for out in (False, True))
    assert [one["step"] for one in told] == ["held", "seen", "ruled"]
    assert sent_out
    assert told[2]["actor"].startswith("=Capt. Ruiz (entered by ")
    assert "Marisol" not in json.dumps([told, sent_out])
    [started] = await shown(gateway, "--step", "started")
    assert started["detail"]["settings"] == sha256(gateway.settings)
    files = {one["name"]: one["sha256"] for one in started["detail"]["files"]}
    assert files["policies/department.yaml"] == sha256(gateway.policies / "department.yaml")

    head = (await ran(gateway, "head")).stdout.strip()
    assert f"head {head}" in (await ran(gateway, "verify", "--head", head)).stdout
    assert (await ran(gateway, "verify", "--head", f"1:{'0' * 64}", status=1)).stderr.startswith(
        "the trail is broken: entry 1 is not"
    )
    for form in ("jsonl", "csv"):
        export = tmp_path / f"trail.{form}"
        said = (await ran(gateway, "export", "--format", form, str(export))).stdout
        assert sha256(export) in said
        outside = await asyncio.to_thread(verified, export, "--head", head)
        assert (outside.returncode, outside.stdout[:6]) == (0, "whole:"), outside.stdout
        text = export.read_text(encoding="utf-8")
        assert form == "jsonl" or ",'=Capt. Ruiz" in text
        export.write_text(text.replace("Capt. Ruiz", "Capt. Diaz"), encoding="utf-8")
        assert (await asyncio.to_thread(verified, export)).returncode == 1
        assert "File exists" in (await ran(gateway, "export", "--format", form, str(export), status=1)).stderr
    assert [one["detail"]["what"] for one in await shown(gateway, "--step", "exported")] == ["audit trail", "audit trail"]

    bundle = tmp_path / "records.zip"
    await ran(gateway, "bundle", id_, "--to", str(bundle), "--reason", "request 26-117")
    with zipfile.ZipFile(bundle) as opened:
        opened.extractall(tmp_path / "out")
    assert (tmp_path / "out" / id_ / "message.eml").read_bytes().endswith(ENDORSEMENT)
    outside = await asyncio.to_thread(verified, tmp_path / "out" / id_ / "audit.jsonl", "--excerpt")
    assert (outside.returncode, outside.stdout[:10]) == (0, "an excerpt"), outside.stdout
    assert "request 26-117" in (tmp_path / "out" / id_ / "audit.jsonl").read_text()
    await ran(gateway, "bundle", "H9", "--to", str(tmp_path / "none.zip"), status=1)
    assert not (tmp_path / "none.zip").exists()

    assert (await ran(gateway, "keep", id_, "--reason", "a case")).stdout == f"{id_} is kept\n"
    assert gateway.ask("queue.show", id=id_)["kept"] == "a case"
    await ran(gateway, "keep", id_, "--lift")
    await ran(gateway, "keep", id_, status=2)
    assert [one["step"] for one in await shown(gateway, "--hold", id_)][-3:] == ["kept", "seen", "lifted"]
    assert gateway.events("audit.head")
    page = (await ran(gateway, "show", "--hold", id_, "--step", "ruled")).stdout
    assert f"ruled            {id_}" in page
    assert "note: Not here." in page


async def test_reloads_are_recorded_and_the_trail_is_read_when_nobody_runs(gateway, tmp_path):
    policy = gateway.policies / "department.yaml"
    gateway.process.send_signal(signal.SIGHUP)
    await asyncio.to_thread(wait_until, lambda: gateway.events("policies.loaded"), 60, "the reload", lambda: gateway.log)
    before = policy.read_text(encoding="utf-8")
    policy.write_text(before.replace("action: hold", "action: hodl", 1), encoding="utf-8")
    assert gateway.ask("reload")["loaded"] is False
    assert await asyncio.to_thread(gateway.stop) == 0

    told = await shown(gateway)
    assert [one["step"] for one in told] == ["begun", "started", "policies loaded", "policies refused", "stopped"]
    assert told[2]["actor"] == "SIGHUP"
    assert told[2]["detail"]["files"] == told[1]["detail"]["files"]
    assert told[3]["detail"]["why"] == "Mistakes"
    assert "5 entries" in (await ran(gateway, "verify")).stdout
    exported = await ran(gateway, "export", str(tmp_path / "trail.jsonl"))
    assert "the trail itself does not tell of this export" in exported.stderr
    assert (await asyncio.to_thread(verified, tmp_path / "trail.jsonl")).returncode == 0
    assert len(await shown(gateway)) == 5
    await ran(gateway, "bundle", "H1", "--to", str(tmp_path / "r.zip"), status=69)
    await ran(gateway, "keep", "H1", "--reason", "a case", status=69)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["gateway", "policies", "trail.jsonl"]


async def test_content_whose_time_is_over_is_destroyed_and_the_trail_still_agrees_with_the_shelf(relay, tmp_path):
    shutil.copytree(TOP / "policies", tmp_path / "policies")
    policy = tmp_path / "policies" / "department.yaml"
    policy.write_text(policy.read_text("utf-8").replace("appeal within: 14d", "appeal within: 0d"), "utf-8")
    gateway = Gateway(tmp_path / "gateway", relay=relay.port, policies=tmp_path / "policies", more="retention: {denied: 1s}")
    async with running(gateway):
        await sent(gateway.port, PRESIDENT, WATCH, ENDORSEMENT)
        [held] = gateway.ask("queue.list")
        id_ = held["id"]
        gateway.ask("queue.deny", id=id_, note="Not here.")
        await asyncio.to_thread(gateway.wait_until_outbox_empty)
        await asyncio.to_thread(gateway.stop)
        await asyncio.sleep(1)
        await asyncio.to_thread(gateway.start)
        await asyncio.to_thread(
            wait_until, lambda: gateway.events("content.destroyed"), 30, "it to be destroyed", lambda: gateway.log
        )
        raw = await asyncio.to_thread(lambda: gateway.hatchway("queue", "show", "--raw", id_))
        assert (raw.returncode, raw.stdout) == (1, "")
        assert "its content was destroyed on" in raw.stderr
        page = await asyncio.to_thread(lambda: gateway.hatchway("queue", "show", id_))
        assert "destroyed on" in page.stdout
        assert "Marisol" not in page.stdout
        assert "the trail is whole" in (await ran(gateway, "verify")).stdout
        await ran(gateway, "bundle", id_, "--to", str(tmp_path / "records.zip"))
    with zipfile.ZipFile(tmp_path / "records.zip") as opened:
        assert not [name for name in opened.namelist() if name.endswith(".eml")]
        assert "Marisol" not in opened.read(f"{id_}/decision.json").decode()


async def test_a_ruling_that_was_altered_in_the_database_is_named(gateway):
    await sent(gateway.port, PRESIDENT, WATCH, ENDORSEMENT)
    [held] = gateway.ask("queue.list")
    gateway.ask("queue.deny", id=held["id"], note="Not here.")
    await asyncio.to_thread(gateway.stop)
    database = best_library().connect(gateway.folder / "hatchway.db")
    database.execute("UPDATE holds SET review = replace(review, 'Not here.', 'As you like.')")
    database.commit()
    database.close()
    said = await ran(gateway, "verify", status=1)
    assert f"{held['id']}: its ruling is not the one in the trail" in said.stderr
    assert json.loads((await ran(gateway, "verify", "--json", status=1)).stdout)["whole"] is False
