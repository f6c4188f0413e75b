"""From nothing to the first held message, as an admin does it: setup, start, doctor, the console's link."""

import asyncio
import json
import os
import re
import subprocess
import sys
import urllib.request

from gateway.clock import SystemClock
from gateway.doctor import examined as rounds
from gateway.settings import load_settings
from tests.e2e.conftest import message, sent
from tests.support.gateway import TOP, Gateway, free_port
from tests.support.relay import FakeRelay

PRESIDENT = "president@association.example"


def hatchway(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "gateway", *map(str, arguments)]
    return subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=100, check=False, cwd=TOP, env=os.environ)


async def test_setup_writes_what_runs_and_doctor_finds_it_well_and_then_what_is_wrong(tmp_path):
    folder, door, console = tmp_path / "etc", free_port(), free_port()
    async with FakeRelay() as relay:
        asked = [
            *("--domain", "department.example", "--domain", "association.example", "--relay", f"127.0.0.1:{relay.port}"),
            *("--reviewers", "captain@department.example", "--board", PRESIDENT, "--hostname", "hatchway.department.example"),
            *(
                "--public-url",
                f"http://127.0.0.1:{console}",
                "--listen",
                f"127.0.0.1:{door}",
                "--console",
                f"127.0.0.1:{console}",
            ),
            *("--folder", folder, "--state", tmp_path / "state", "--run", folder, "--probe", "admin@department.example"),
        ]
        done = await asyncio.to_thread(hatchway, "setup", *asked)
        assert done.returncode == 0, done.stdout + done.stderr
        assert f"good     relay: 127.0.0.1:{relay.port} answers" in done.stdout
        assert "good     reviewers: mail from <> to <captain@department.example>: 250" in done.stdout
        assert [one.rcpts for one in relay.messages] == [[b"RCPT TO:<admin@department.example>"]]
        for lines in (f"content_filter = hatchway:[127.0.0.1]:{door}", "  -o smtp_send_xforward_command=yes"):
            assert lines in done.stdout
        [link] = re.findall(r"^http://127.0.0.1:\d+/welcome/\S+$", done.stdout, flags=re.MULTILINE)

        settings = folder / "hatchway.yaml"
        tested = await asyncio.to_thread(hatchway, "policy", "test", "-c", settings)
        assert tested.stdout == "4 tests, 0 failed\n", tested.stdout + tested.stderr
        settings.write_text(
            re.sub(r"^monitor: .*", f'monitor: {{listen: "127.0.0.1:{free_port()}"}}', settings.read_text(), flags=re.MULTILINE)
        )
        gateway = Gateway(folder, relay=relay.port, port=door)
        try:
            await asyncio.to_thread(gateway.start)
            await asyncio.to_thread(works, gateway, link)
            heard = await sent(door, PRESIDENT, ["all@department.example"], message("Meeting", "It is on Monday.", PRESIDENT))
            assert heard.final[1].startswith("2.0.0 Ok: held for review")
        finally:
            await asyncio.to_thread(gateway.stop)
    found = [one async for one in rounds(load_settings(settings), SystemClock())]
    bad = {one.what for one in found if one.state == "bad"}
    assert {"gateway", "relay", f"door 127.0.0.1:{door}", "console", "readiness"} <= bad
    assert all(one.remedy for one in found if one.state != "good")


def examined(settings) -> tuple[int, list[dict[str, str]]]:
    done = hatchway("doctor", "-c", settings, "--json")
    return done.returncode, json.loads(done.stdout)


def works(gateway: Gateway, link: str) -> None:
    with urllib.request.urlopen(link, timeout=20) as page:  # noqa: S310  -- http, of the page we serve
        assert "password" in page.read().decode()
    code, found = examined(gateway.settings)
    wrong = [one for one in found if one["state"] == "bad"]
    assert (code, wrong) == (0, [])
    what = {one["what"] for one in found}
    looked = {"files", "gateway", "store", "relay", "loop", "clock", "disk", "permissions", "roster", "readiness", "console"}
    assert looked <= what
    [roster] = [one for one in found if one["what"] == "roster"]
    assert roster["state"] in {"good", "mind"}
