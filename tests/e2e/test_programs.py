"""A ticket system beside a whole gateway: it is told of what is held, rules as the page of the API says, and is told of that."""

import asyncio
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import pytest_asyncio

from gateway.webhook import new_secret
from tests.e2e.conftest import message, sent
from tests.support.gateway import TOP, Gateway, free_port
from tests.support.receiver import Receiver, bound, verified
from tests.support.relay import FakeRelay
from tests.support.waiting import wait_until

PAGE = (Path(TOP) / "deploy/api.md").read_text(encoding="utf-8")
PRESIDENT = "president@association.example"
WATCH = ["adams@department.example", "baker@department.example"]
MEETING = message("General meeting", "The general meeting is on Thursday at 1900 in the hall.", PRESIDENT)
MORE = """
judging: {{workers: 1, model: false, ocr: false}}
console: {{listen: "127.0.0.1:{console}", public url: "http://127.0.0.1:{console}"}}
webhooks:
  tickets: {{url: "http://127.0.0.1:{hook}/hook", secret file: secret, retry: [1s], events: [held, released, delivered]}}
"""

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def relay():
    async with FakeRelay() as relay:
        yield relay


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def gateway(relay, tmp_path_factory):
    folder, console, hook = tmp_path_factory.mktemp("programs"), free_port(), bound()
    (folder / "secret").write_text(new_secret())
    gateway = Gateway(folder, relay=relay.port, more=MORE.format(console=console, hook=hook.getsockname()[1]))
    gateway.console, gateway.hook = console, hook
    await asyncio.to_thread(gateway.__enter__)
    yield gateway
    assert await asyncio.to_thread(gateway.stop) == 0


async def until(true, what, gateway):
    await asyncio.to_thread(wait_until, true, 60, what, lambda: gateway.log)


def typed(gateway, script: str) -> subprocess.CompletedProcess:
    """What an admin types into a shell."""
    command = f'hatchway() {{ "{sys.executable}" -m gateway "$@"; }}\nset -euo pipefail\n{script}'
    written = command.replace("https://hatchway.department.example", f"http://127.0.0.1:{gateway.console}")
    return subprocess.run(
        ["bash", "-c", written],
        cwd=gateway.folder,
        env={**os.environ, "HATCHWAY_CONFIG": str(gateway.settings), "PYTHONPATH": str(TOP)},
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )


async def test_a_ticket_system_is_told_rules_is_told_of_its_ruling_and_is_refused_when_its_token_is_revoked(gateway, relay):
    assert (await sent(gateway.port, PRESIDENT, WATCH, MEETING)).final[0] == 250
    await until(lambda: gateway.events("webhook.postponed"), "a receiver that is away", gateway)
    receiver = Receiver(door=gateway.hook)
    async with receiver:
        await until(lambda: receiver.heard, "the hold to be told", gateway)
        assert [one["type"] for one in receiver.events] == ["hold.held"]

        blocks = re.findall(r"```sh\n(.*?)```", PAGE, flags=re.DOTALL)
        ran = await asyncio.to_thread(typed, gateway, "\n".join(blocks))
        assert ran.returncode == 0, ran.stderr
        assert '{"at": "/reasons", "says": "is not known; there are reason"}' in ran.stdout

        await until(lambda: len(receiver.heard) >= 3, "the ruling and the delivery to be told", gateway)
        assert [one["type"] for one in receiver.events] == ["hold.held", "hold.released", "hold.delivered"]
        tested = await asyncio.to_thread(typed, gateway, "hatchway webhook test tickets; hatchway token revoke Tickets")
        assert tested.stdout.splitlines()[0] == "tickets  heard: answered 204", tested.stderr

    for headers, body in receiver.heard:
        assert verified((gateway.folder / "secret").read_text(), headers, body, int(headers["webhook-timestamp"]))
        assert b"General meeting" not in body
        assert b"Thursday" not in body
    held, ruled, _ = receiver.events[:3]
    assert held["data"]["hold"] == ruled["data"]["hold"]
    assert ruled["data"]["by"] == "tickets@department.example (entered by token Tickets)"
    released = [one for one in relay.acked if one.data.endswith(MEETING)]
    assert len(released) == 1
    assert (gateway.folder / f"{held['data']['hold']}.eml").read_bytes().endswith(MEETING)
    ruling = json.loads((gateway.folder / "ruled.json").read_text())["ruling"]
    assert ruling["note"] == "Approved in ticket 4711."
    steps = [one["step"] for one in json.loads((gateway.folder / "history.json").read_text())["history"]]
    assert steps.count("ruled") == 1

    script = "hatchway token list --json; hatchway token list"
    machine, _, people = (await asyncio.to_thread(typed, gateway, script)).stdout.partition("\n")
    [listed] = json.loads(machine)
    assert re.search(r"^Tickets +tickets@department.example .* revoked \d{4}-\d\d-\d\d \d\d:\d\d$", people, re.MULTILINE)
    assert listed["revoked"]
    assert (listed["used"], listed["scopes"]) != (None, [])
    assert "hatchway_" not in json.dumps(listed)
