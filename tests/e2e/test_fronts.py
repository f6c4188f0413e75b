"""Two fronts of one gateway share its doors: one is killed, the law is changed, all is stopped, and nothing is lost."""

import os
import shutil
import signal
import smtplib
import socket
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.e2e.conftest import message
from tests.support.gateway import TOP, Gateway, free_port
from tests.support.sink import Sink
from tests.support.waiting import wait_until
from tests.test_daemon import Systemd, asked

OFFICER, DESK = "officer@department.example", "desk@county.example"
SESSIONS, QUEUED = 10, 30
PASSING = "policies:\n  passing: {authority: %s, rules: [{action: relay}]}\nsenders: [{sender: anyone, policy: passing}]\n"
POLICY = "authorities: {SO 1: {title: T, text: X}, SO 2: {title: T, text: X}}\n" + PASSING


@pytest.fixture(scope="module")
def sink():
    with Sink() as taken:
        yield taken


@pytest.fixture(scope="module")
def systemd(tmp_path_factory):
    with Systemd(tmp_path_factory.mktemp("systemd") / "notify") as heard:
        yield heard


class Fronts(Gateway):
    """Its policies are its own. monitor: the port where it is asked"""

    monitor = 0
    notify = ""

    def environment(self):
        return {**super().environment(), "NOTIFY_SOCKET": self.notify}

    def law(self, text):
        (self.policies / "policies.yaml").write_text(text)

    def row(self, number):
        return self.ask("status")["fronts"][number - 1]

    def metric(self, name):
        lines = asked(self.monitor, "/metrics")[1].splitlines()
        return next(float(line.split()[-1]) for line in lines if line.startswith(f"{name} "))


@pytest.fixture(scope="module")
def gateway(sink, systemd, postgres, tmp_path_factory):
    folder, monitor = tmp_path_factory.mktemp("fronts"), free_port()
    store = f'{{url: "{postgres.place(postgres.database(), folder).url}", folder: {folder / "store"}}}'
    more = f'fronts: 2\njudging: {{workers: 1, model: false, ocr: false}}\nmonitor: {{listen: "127.0.0.1:{monitor}"}}'
    shutil.copytree(TOP / "policies" / "roster", folder / "roster")
    (folder / "policies").mkdir()
    made = Fronts(
        folder / "gateway", relay=sink.port, store=store, more=more, policies=folder / "policies", roster=folder / "roster"
    )
    made.monitor, made.notify = monitor, str(systemd.path)
    made.law(POLICY % "SO 1")
    try:
        with made:
            yield made
    finally:
        made.kill()


@contextmanager
def asleep(*fronts):
    """They take nothing meanwhile."""
    for front in fronts:
        os.kill(front, signal.SIGSTOP)
    yield
    for front in fronts:
        with suppress(ProcessLookupError):
            os.kill(front, signal.SIGCONT)


class Client:
    """One that has a message of its own."""

    def __init__(self, port, number):
        self.port = port
        self.mark = f"Message {number:03} of them all"
        self.octets = message(self.mark, "Keys are in the watch office.", OFFICER)
        self.line = None

    def connect(self):
        self.line = socket.create_connection(("127.0.0.1", self.port), timeout=60)

    def begin(self):
        """All of it but the dot."""
        with self.line.makefile("rb") as replies:
            assert replies.readline().startswith(b"220 ")
            for command in ("HELO client.department.example", f"MAIL FROM:<{OFFICER}>", f"RCPT TO:<{DESK}>", "DATA"):
                self.line.sendall(f"{command}\r\n".encode())
                assert replies.readline()[:1] in {b"2", b"3"}
        self.line.sendall(self.octets)

    def finish(self):
        """The reply to the dot; nothing where the connection is gone."""
        with self.line, self.line.makefile("rb") as replies, suppress(ConnectionError):
            self.line.sendall(b".\r\n")
            return replies.readline()[:4]
        return b""

    def whole(self):
        self.begin()
        return self.finish()


def test_a_killed_front_takes_no_waiting_connection_with_it_and_is_replaced_under_the_law_of_the_others(gateway, systemd, sink):
    systemd.wait_for("READY=1")
    assert asked(gateway.monitor, "/readyz") == (200, "ready\n")
    one, other = (gateway.row(number)["pid"] for number in (1, 2))
    in_force, before = gateway.row(1)["policies"], len(sink.delivered)
    clients = [Client(gateway.port, number) for number in range(2 * SESSIONS + QUEUED)]
    lost, kept, queued = clients[:SESSIONS], clients[SESSIONS : 2 * SESSIONS], clients[2 * SESSIONS :]
    for sleeps, some in ((one, lost), (other, kept)):
        with asleep(sleeps):
            for client in some:
                client.connect()
                client.begin()
    wait_until(lambda: gateway.ask("status")["sessions"] == 2 * SESSIONS, 30, "all sessions", lambda: gateway.log)
    assert [gateway.row(number)["sessions"] for number in (1, 2)] == [SESSIONS, SESSIONS]
    assert gateway.metric('hatchway_sessions{door="smtp"}') == 2 * SESSIONS
    gateway.law("nothing that could be loaded")
    with asleep(one, other):
        for client in queued:
            client.connect()
        os.kill(other, signal.SIGKILL)

    assert {client.whole() for client in queued} == {b"250 "}
    assert {client.finish() for client in kept} == {b"250 "}
    assert {client.finish() for client in lost} == {b""}
    for client in lost:
        client.connect()
    assert {client.whole() for client in lost} == {b"250 "}
    arrived = sorted(one.content.split(b"Subject: ")[1][: len(clients[0].mark)].decode() for one in sink.delivered[before:])
    assert arrived == [client.mark for client in clients]

    wait_until(lambda: gateway.row(2)["state"] == "up", 90, "another front", lambda: gateway.log)
    again = gateway.row(2)
    assert (again["restarts"], again["policies"]) == (1, in_force)
    assert again["pid"] != other
    assert [event["front"] for event in gateway.events("policies.kept")] == [2]
    assert gateway.metric("hatchway_front_restarts_total") == 1
    assert gateway.metric("hatchway_fronts_up") == 2
    assert gateway.metric('hatchway_replies_total{code="2xx"}') == len(clients)
    gateway.law(POLICY % "SO 1")


def test_a_reload_reaches_all_or_none(gateway, systemd):
    before = gateway.row(1)["policies"]
    gateway.law("nothing that could be loaded")
    refused = gateway.hatchway("reload")
    assert refused.returncode != 0
    assert [gateway.row(number)["policies"] for number in (1, 2)] == [before, before]
    gateway.law(POLICY % "SO 2")
    systemd.heard.clear()
    gateway.process.send_signal(signal.SIGHUP)
    systemd.wait_for("RELOADING=1")
    systemd.wait_for("READY=1")
    changed = {gateway.row(number)["policies"] for number in (1, 2)}
    assert len(changed) == 1
    assert changed != {before}
    assert gateway.metric('hatchway_reloads_total{result="loaded"}') == 1
    assert gateway.metric('hatchway_reloads_total{result="refused"}') == 1


def test_sigterm_has_all_fronts_finish_what_they_have(gateway, systemd, sink):
    before, pids = len(sink.delivered), [gateway.row(number)["pid"] for number in (1, 2)]
    clients = [Client(gateway.port, number) for number in (1, 2)]
    for client, sleeps in zip(clients, pids, strict=True):
        with asleep(sleeps):
            client.connect()
            client.begin()
    gateway.process.send_signal(signal.SIGTERM)
    wait_until(lambda: len(gateway.events("hatchway.draining")) == 2, 60, "both to drain", lambda: gateway.log)
    assert [client.finish() for client in clients] == [b"250 ", b"250 "]
    assert gateway.process.wait(60) == 0
    assert len(sink.delivered) == before + 2
    systemd.wait_for("STOPPING=1")
    with pytest.raises((ConnectionError, smtplib.SMTPException)):
        smtplib.SMTP("127.0.0.1", gateway.port)
    assert not any(Path("/proc", str(pid)).exists() for pid in pids)
    assert gateway.processes() == []

    gateway.start()
