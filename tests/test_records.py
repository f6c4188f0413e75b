"""Records bundles and retention, on the shelf in memory: who asked is told before anybody has anything."""

import hashlib
import json
import re
import stat
import subprocess
import sys
import zipfile
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy

import pytest

from gateway.console.links import Links, Opens
from gateway.notice import Notices
from gateway.ports import Asked, Parcel, Purpose, StoreUnavailable
from gateway.records import Bundle, Records
from gateway.settings import Notices as Wishes
from gateway.settings import Retention
from tests.support.mails import NOW, decision, held
from tests.support.trail import outsider
from tests.support.world import HOSTNAME, World

DAY = timedelta(days=1)
WISHES = Wishes.model_validate_json('{"from": "hatchway@department.example"}')


def parcel(there, mail):
    """A notice on its way."""
    return Parcel(id=mail.id, hold=there.mail.id, purpose=Purpose.NOTICE, mail=mail, made=there.since, due=there.since)


def records(world, **kept):
    retention = Retention.model_validate(kept)
    return Records(
        store=world.store, archive=world.store, trail=world.store, clock=world.clock, retention=retention, pleas=world.store.pleas
    )


async def denied(world, id_="H1"):
    there = held(id_=id_, appeal=timedelta())
    await world.store.hold(there, await world.post.on_hold(there))
    await world.reviews.deny(id_, reviewer="captain", note="Not over this system.")
    await world.delivered()


async def steps(world, hold="H1"):
    return [one.step for one in await world.store.entries(Asked(hold=hold))]


async def test_a_bundle_is_recorded_with_the_hash_of_each_file_and_holds_that_entry_itself():
    world = World()
    await denied(world)
    files = await records(world).files("H1", actor="clerk", reason="request 26-117")
    entries = [json.loads(line) for line in files["audit.jsonl"].splitlines()]
    last = entries[-1]
    assert (last["step"], last["actor"], last["detail"]["reason"]) == ("exported", "clerk", "request 26-117")
    told = {one["name"]: one["sha256"] for one in last["detail"]["files"]}
    assert told == {name: hashlib.sha256(octets).hexdigest() for name, octets in files.items() if name != "audit.jsonl"}
    assert {"summary.txt", "message.eml", "envelope.json", "decision.json", "ruling.json", "dispatches.json"} <= set(files)
    assert sum(name.startswith("notices/") for name in files) == 4
    assert outsider(files["audit.jsonl"].decode(), excerpt=True).startswith("an excerpt")
    assert [entry["step"] for entry in entries] == await steps(world)


@pytest.mark.parametrize("subject", ["Meeting", "Réunion"], ids=["7bit", "quoted-printable"])
async def test_a_bundle_opens_the_senders_page_to_nobody_and_says_what_was_left_out(subject):
    world = World()
    links = Links("https://hatchway.department.example/of/the/whole/house", b"key" * 11, world.clock)
    notices = Notices(WISHES, hostname=HOSTNAME, status=links.status)
    there = replace(held(), subject=subject)
    written = [notices.to_sender_held(there, world.clock.now()), notices.to_reviewers_held(there, world.clock.now())]
    await world.store.hold(there, [parcel(there, mail) for mail in written])
    files = await records(world).files("H1", actor="clerk")
    [(name, sent)] = [(f"notices/{one.id}.eml", one.content.read()) for one in written[:1]]
    assert opened(links, there, sent) == {Opens.IT}
    assert opened(links, there, files[name]) == {Opens.FOREIGN}
    assert len(files[name]) == len(sent)
    assert files[f"notices/{written[1].id}.eml"] == written[1].content.read()
    assert f"left out:    of {name}: the secret in the link to the sender's own page\n" in files["summary.txt"].decode()
    last = json.loads(files["audit.jsonl"].splitlines()[-1])["detail"]
    told = {one["name"]: (one["sha256"], one.get("sent")) for one in last["files"]}
    assert told[name] == (hashlib.sha256(files[name]).hexdigest(), hashlib.sha256(sent).hexdigest())
    assert [one for one, (_, whole) in told.items() if whole] == [name]


def opened(links, there, notice):
    """What the links to the sender's page in a notice open."""
    parts = [part.get_content() for part in message_from_bytes(notice, policy=policy.default).walk() if not part.is_multipart()]
    tokens = [found for part in parts for found in re.findall(rf"/status/{there.mail.id}/([^\s\"<]+)", part)]
    assert len(tokens) == 2
    return {links.read_status(there, token) for token in tokens}


async def test_what_cannot_be_recorded_is_handed_to_nobody():
    world = World()
    await denied(world)
    whole = world.store.files

    async def then_away(hold):
        files = await whole(hold)
        world.store.away = True
        return files

    world.store.files = then_away
    with pytest.raises(StoreUnavailable):
        await records(world).files("H1", actor="clerk")
    with pytest.raises(KeyError):
        await records(World()).files("H9", actor="clerk")


async def test_a_summary_says_in_plain_words_what_happened():
    world = World()
    await denied(world)
    text = (await records(world).files("H1", actor="clerk"))["summary.txt"].decode()
    assert "sender:      dreed@department.example\n" in text
    assert "Promotion of political or religious positions, opinions or actions" in text
    assert "denied:      2026-10-14 09:30 UTC by captain, for a@department.example, b@department.example\n" in text
    assert "note:        Not over this system.\n" in text
    assert text.count("notice:") == 4


async def test_content_is_kept_for_ever_where_nothing_is_said():
    world = World()
    await denied(world)
    world.clock.forward(4000 * DAY)
    assert await records(world).destroy_due() == 0
    assert "destroyed" not in await steps(world)


async def test_content_is_destroyed_when_its_time_is_over_and_not_before(said):
    world = World()
    await denied(world)
    kept = records(world, denied="90d")
    world.clock.forward(90 * DAY)
    assert await kept.destroy_due() == 0
    world.clock.forward(timedelta(seconds=1))
    assert await kept.destroy_due() == 1
    assert await kept.destroy_due() == 0
    [entry] = await world.store.entries(Asked(step="destroyed"))
    assert json.loads(entry.detail)["why"] == "retention: denied content is kept for 90 days"
    assert [event["id"] for event in said if event["event"] == "content.destroyed"] == ["H1"]
    assert (await world.store.get("H1")).destroyed == world.clock.now()
    text = (await kept.files("H1", actor="clerk"))["summary.txt"].decode()
    assert "the message, its notices and the passages quoted from it" in text


async def test_a_legal_hold_outlasts_the_time_that_content_is_kept():
    world = World()
    await denied(world)
    await denied(world, "H2")
    await world.store.keep("H1", actor="counsel", reason="a case")
    world.clock.forward(91 * DAY)
    assert await records(world, denied="90d").destroy_due() == 1
    assert (await world.store.get("H1")).destroyed is None
    assert (await world.store.get("H2")).destroyed is not None


async def test_one_that_cannot_be_destroyed_keeps_no_other_from_it(said):
    world = World()
    await denied(world)
    await denied(world, "H2")
    destroy = world.store.destroy

    async def refused(hold, **why):
        if hold == "H1":
            raise StoreUnavailable("the record is damaged")
        return await destroy(hold, **why)

    world.store.destroy = refused
    world.clock.forward(91 * DAY)
    assert await records(world, denied="90d").destroy_due() == 1
    assert "content.not_destroyed" in {event["event"] for event in said}


def test_a_bundle_is_a_zip_whose_manifest_any_machine_can_check(tmp_path):
    path = tmp_path / "records.zip"
    with Bundle(path) as bundle:
        bundle.add("H1", {"message.eml": b"Subject: x\r\n\r\n", "notices/N1.eml": b"y"})
        bundle.add("H2", {"message.eml": b"z"})
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with zipfile.ZipFile(path) as opened:
        opened.extractall(tmp_path / "out")
    checked = subprocess.run(
        ["sha256sum", "-c", "MANIFEST.sha256"], cwd=tmp_path / "out", capture_output=True, text=True, check=True
    )
    assert sorted(checked.stdout.splitlines()) == [
        "H1/message.eml: OK",
        "H1/notices/N1.eml: OK",
        "H2/message.eml: OK",
        "README.txt: OK",
    ]


def test_a_bundle_that_fails_leaves_no_file_and_one_that_is_there_is_left_alone(tmp_path):
    path = tmp_path / "records.zip"
    with pytest.raises(TypeError), Bundle(path) as bundle:
        bundle.add("H1", {"message.eml": b"x", "ruling.json": None})
    assert not path.exists()
    path.write_bytes(b"an earlier one")
    with pytest.raises(FileExistsError), Bundle(path):
        pass
    assert path.read_bytes() == b"an earlier one"
    assert list(tmp_path.iterdir()) == [path]


FULL = """
import os, resource, sys
from pathlib import Path
from gateway.records import Bundle

resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
with Bundle(Path(sys.argv[1])) as bundle:
    for number in range(4):
        bundle.add(f"H{number}", {"message.eml": os.urandom(int(sys.argv[2]))})
"""


@pytest.mark.parametrize("each", [24_620, 24_900, 40_000], ids=["at its end", "at its manifest", "in its midst"])
def test_a_bundle_that_the_disk_has_no_room_for_leaves_no_file(tmp_path, each):
    path = tmp_path / "records.zip"
    ended = subprocess.run([sys.executable, "-c", FULL, path, str(each)], check=False, capture_output=True, text=True)
    assert "File too large" in ended.stderr
    assert not path.exists()


async def test_a_hold_without_a_ruling_makes_a_bundle_too():
    world = World()
    there = held()
    await world.store.hold(there, [])
    files = await records(world).files("H1", actor="clerk")
    assert "ruling.json" not in files
    assert decision().policy in files["summary.txt"].decode()
    assert NOW.strftime("%Y-%m-%d") in files["summary.txt"].decode()
