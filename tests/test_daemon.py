"""A whole Hatchway as systemd runs it: the socket it is given, what it says of itself, and what a monitor is told meanwhile."""

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from contextlib import suppress

import pytest

from gateway.sockets import adopt, adopted, dismissed
from gateway.systemd import Notifier, inherited
from tests.e2e.conftest import message, send
from tests.support.gateway import TOP, Gateway, free_port
from tests.support.relay import FakeRelay
from tests.support.waiting import wait_until

OFFICER = "officer@department.example"


class Systemd:
    """The notify socket of a unit, and all that was said there. It listens all the time: what is not taken soon is lost."""

    def __init__(self, path) -> None:
        self.path = path
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(path))
        self._socket.settimeout(0.05)
        self._ended = threading.Event()
        self._listens = threading.Thread(target=self._listen)
        self.heard: list[str] = []

    def _listen(self) -> None:
        while not self._ended.is_set():
            with suppress(TimeoutError):
                self.heard += self._socket.recv(4096).decode().splitlines()

    def said(self, word: str) -> bool:
        return word in self.heard

    def tells(self, words: str) -> bool:
        """Whether it was said in a status."""
        return any(line.startswith("STATUS=") and words in line for line in list(self.heard))

    def wait_for(self, word: str) -> None:
        wait_until(lambda: self.said(word), 90, word, lambda: "\n".join(self.heard))

    def __enter__(self):
        self._listens.start()
        return self

    def __exit__(self, *_):
        self._ended.set()
        self._listens.join()
        self._socket.close()


def started(gateway: Gateway, systemd: Systemd, listening: socket.socket) -> None:
    """As systemd starts it: the socket is descriptor 3, and LISTEN_PID the process's own number."""
    hand_on = f"import os, sys; os.dup2({listening.fileno()}, 3); os.environ['LISTEN_PID'] = str(os.getpid())"
    command = [sys.executable, "-m", "gateway", "serve", "-c", str(gateway.settings)]
    with (gateway.folder / "log").open("ab") as log:
        gateway.process = subprocess.Popen(
            [sys.executable, "-c", f"{hand_on}; os.execv(sys.executable, sys.argv[1:])", *command],
            stderr=log,
            stdin=subprocess.DEVNULL,
            cwd=TOP,
            start_new_session=True,
            pass_fds=[listening.fileno()],
            env={**os.environ, "NOTIFY_SOCKET": str(systemd.path), "WATCHDOG_USEC": "200000", "LISTEN_FDS": "1"},
        )


def asked(port: int, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, refused.read().decode()


async def test_it_says_when_it_is_ready_alive_reloading_and_stopping_and_tells_a_monitor_how_it_stands(tmp_path):
    monitor = free_port()
    with Systemd(tmp_path / "notify") as systemd, socket.create_server(("127.0.0.1", 0)) as listening:
        async with FakeRelay() as relay:
            policies = tmp_path / "policies"
            shutil.copytree(TOP / "policies", policies)
            gateway = Gateway(
                tmp_path / "gateway", relay=relay.port, policies=policies, more=f'monitor: {{listen: "127.0.0.1:{monitor}"}}'
            )
            gateway.port = listening.getsockname()[1]
            gateway.write_settings()
            started(gateway, systemd, listening)
            try:
                await asyncio.to_thread(seen, gateway, systemd, monitor)
            finally:
                gateway.kill()


def seen(gateway: Gateway, systemd: Systemd, monitor: int) -> None:
    systemd.wait_for("READY=1")
    systemd.wait_for("WATCHDOG=1")

    heard = send(gateway.port, OFFICER, ["desk@county.example"], message("Unit 214", "Keys are in the office.", OFFICER))
    assert heard.final[0] == 250
    [line] = gateway.events("mail.disposed")
    assert heard.final[1].endswith(f"(id {line['id']})")
    assert asked(monitor, "/healthz") == (200, "ok\n")
    assert asked(monitor, "/readyz") == (200, "ready\n")
    status, metrics = asked(monitor, "/metrics")
    assert status == 200
    assert f'hatchway_messages_total{{disposition="relay",policy="{line["policy"]}"}} 1.0' in metrics
    assert "hatchway_holds_waiting 0.0" in metrics
    assert "hatchway_serving 1.0" in metrics

    systemd.heard.clear()
    gateway.process.send_signal(signal.SIGHUP)
    systemd.wait_for("RELOADING=1")
    systemd.wait_for("READY=1")

    (gateway.policies / "department.yaml").write_text("policies: {}\n")
    assert gateway.hatchway("reload").returncode == 78
    wait_until(lambda: systemd.tells("the old policies stay"), 20, "a status", lambda: "\n".join(systemd.heard))
    assert 'hatchway_reloads_total{result="loaded"} 1.0' in asked(monitor, "/metrics")[1]

    assert len(gateway.processes()) >= len(["front", "judge", "nursery", "resource tracker"])
    gateway.process.send_signal(signal.SIGTERM)
    assert gateway.process.wait(60) == 0
    assert gateway.processes() == []
    systemd.wait_for("STOPPING=1")


def test_without_systemd_nothing_is_said_and_nothing_inherited():
    environment = {"LISTEN_PID": "1", "LISTEN_FDS": "2", "LISTEN_FDNAMES": "a:b"}
    assert inherited(environment) == ()
    assert environment == {}
    notifier = Notifier({})
    notifier.ready("ready")
    asyncio.run(notifier.keep_alive())


def test_a_notice_that_nobody_takes_is_lost_and_no_child_inherits_the_way(tmp_path):
    environment = {"NOTIFY_SOCKET": str(tmp_path / "nobody"), "WATCHDOG_USEC": "1000", "WATCHDOG_PID": "1"}
    notifier = Notifier(environment)
    notifier.stopping()
    assert environment == {}


@pytest.mark.parametrize("wanted", ["127.0.0.1", "0.0.0.0"])
def test_a_door_takes_the_socket_at_its_address_and_the_rest_are_closed(wanted):
    with socket.create_server((wanted, 0)) as one, socket.create_server(("127.0.0.1", 0)) as other:
        port, left = one.getsockname()[1], f"127.0.0.1:{other.getsockname()[1]}"
        adopt([one, other])
        assert adopted("/run/hatchway/milter.sock") is None
        assert adopted(f"{wanted}:{port}") is one
        assert adopted(f"{wanted}:{port}") is None
        assert dismissed() == (left,)
        assert other.fileno() == -1
