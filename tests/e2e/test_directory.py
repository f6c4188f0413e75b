"""A directory that goes away under a running Hatchway: its last word counts, and without one nobody passes for anyone."""

import asyncio
import urllib.request

from tests.e2e.conftest import message, sent
from tests.support.directory import BASE, COMMAND, READER, SECRET, slapd
from tests.support.gateway import Gateway, free_port
from tests.support.relay import FakeRelay
from tests.support.waiting import wait_until

POLICIES = """\
authorities:
  SO 1: {title: Use of mail, text: No promotion}
groups:
  command staff: {directory: city, group: "%s"}
  ghosts: {directory: city, group: "cn=ghosts,ou=groups,dc=department,dc=example"}
  clerks: [clerk@department.example]
reviewers:
  command: {members: chief@department.example, deadline: 48h, then: deny}
policies:
  reviewed:
    authority: SO 1
    rules: [{action: hold, reviewers: command}]
  free:
    rules: [{action: relay}]
senders:
  - {sender: command staff, policy: reviewed}
  - {sender: clerks, policy: free}
  - {sender: ghosts, policy: reviewed}
  - {sender: anyone, policy: free}
"""
SETTINGS = """\
directories:
  city:
    ldap: {servers: ["ldap://127.0.0.1:%d"], starttls: false, bind dn: "%s", bind secret file: secret, base: "%s", timeout: 2s}
    refresh: 10s
directory cache: cache
monitor: {listen: "127.0.0.1:%d"}
"""
RUIZ, DOE, CLERK = (f"{name}@department.example" for name in ("ruiz", "doe", "clerk"))


async def heard(gateway, sender):
    found = await sent(gateway.port, sender, ["desk@county.example"], message("Unit 214", "Keys are in the office.", sender))
    return found.final


async def test_a_directory_that_is_away_leaves_its_last_word_and_no_word_at_all_is_try_again_later(tmp_path):
    monitor, folder = free_port(), tmp_path / "gateway"
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies/p.yaml").write_text(POLICIES % COMMAND)
    folder.mkdir()
    (folder / "secret").write_text(SECRET)

    def metrics():
        with urllib.request.urlopen(f"http://127.0.0.1:{monitor}/metrics", timeout=20) as answer:
            return answer.read().decode()

    def alarmed():
        return [line for line in gateway.events("directory.away") if line["group"] == COMMAND]

    async with FakeRelay() as relay:
        with slapd() as (port, _):
            more = SETTINGS % (port, READER, BASE, monitor)
            gateway = Gateway(folder, relay=relay.port, policies=tmp_path / "policies", more=more)
            await asyncio.to_thread(gateway.__enter__)
            assert (await heard(gateway, RUIZ))[1].startswith("2.0.0 Ok: held for review")
            assert (await heard(gateway, CLERK))[1].startswith("2.0.0 Ok: queued")
            code, text = await heard(gateway, DOE)
            assert (code, text[:5]) == (451, "4.7.1")
            shown = await asyncio.to_thread(metrics)
            assert f'hatchway_directory_members{{directory="city",group="{COMMAND}"}} 2.0' in shown
            assert 'hatchway_directory_unknown_groups{directory="city"} 1.0' in shown
        await asyncio.to_thread(wait_until, alarmed, 60, "the alarm", lambda: gateway.log)
        assert alarmed()[0]["setting"] == "servers"
        assert alarmed()[0]["members"].startswith("2 as of ")
        assert 'hatchway_directory_up{directory="city"} 0.0' in await asyncio.to_thread(metrics)
        assert (await heard(gateway, RUIZ))[1].startswith("2.0.0 Ok: held for review")
        assert (await heard(gateway, DOE))[0] == 451
        assert await asyncio.to_thread(gateway.stop) == 0
