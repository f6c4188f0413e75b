"""A whole Hatchway in its own process, for tests that use it as its users do: by SMTP, by the command line, by its log."""

import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from gateway.control import NotRunning, ask
from tests.support.waiting import wait_until

TOP = Path(__file__).parents[2]

SETTINGS = """\
hostname: hatchway.department.example
listen:
  - {{address: "127.0.0.1:{port}"{door}}}
relay: {{host: 127.0.0.1, port: {relay}{relay_more}}}
client networks: [{clients}]
sender domains: [{domains}]
policies: {policies}
roster: {roster}
store: {store}
control socket: control.sock
notices: {{from: hatchway@department.example, contact: the Office of the Chief}}
xforward from: [127.0.0.1/32]
log: json
{more}
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class Gateway:
    """`with Gateway(folder, relay=PORT) as gateway:` runs `hatchway serve` until the block ends."""

    folder: Path
    relay: int
    policies: Path = TOP / "policies"
    roster: Path = TOP / "policies" / "roster"
    domains: str = "department.example, association.example, network.example"
    relay_more: str = ""
    more: str = ""
    door: str = ""
    clients: str = "127.0.0.1/32"
    store: str = "hatchway.db"
    port: int = field(default_factory=free_port)
    process: subprocess.Popen | None = None

    @property
    def settings(self) -> Path:
        return self.folder / "hatchway.yaml"

    @property
    def control(self) -> Path:
        return self.folder / "control.sock"

    def write_settings(self) -> None:
        self.folder.mkdir(exist_ok=True, parents=True)
        self.settings.write_text(
            SETTINGS.format(
                port=self.port,
                relay=self.relay,
                relay_more=self.relay_more,
                policies=self.policies,
                roster=self.roster,
                domains=self.domains,
                more=self.more if "judging:" in self.more else f"{self.more}\njudging: {{workers: 1}}",
                door=self.door,
                clients=self.clients,
                store=self.store,
            )
        )

    def __enter__(self) -> Self:
        self.write_settings()
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self, log_file: Path | None = None) -> None:
        with (log_file or self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                self.command(),
                stderr=log,
                stdin=subprocess.DEVNULL,
                cwd=TOP,
                env=self.environment(),
                start_new_session=True,
            )
        self.wait_until_it_answers()

    def command(self) -> list[str]:
        return [sys.executable, "-m", "gateway", "serve", "-c", str(self.settings)]

    def environment(self) -> dict[str, str]:
        return dict(os.environ)

    def wait_until_it_answers(self) -> None:
        wait_until(self._answers, 90, "Hatchway to answer", lambda: self.log)

    def _answers(self) -> bool:
        if self.process.poll() is not None:
            raise AssertionError(f"hatchway ended with {self.process.returncode}:\n{self.log}")
        with suppress(NotRunning):
            ask(self.control, "status")
            return True
        return False

    def stop(self) -> int:
        if self.process is None:
            return 0
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(120)
        finally:
            self.kill()

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)

    @property
    def log(self) -> str:
        file = self.folder / "log"
        return file.read_text() if file.exists() else ""

    def events(self, name: str) -> list[dict[str, Any]]:
        lines = [json.loads(line) for line in self.log.splitlines() if line.startswith("{")]
        return [line for line in lines if line["event"] == name]

    def ask(self, request: str, **arguments: object) -> Any:
        return ask(self.control, request, **arguments)

    def hatchway(self, *arguments: str, stdin: str = "", seconds: float = 60) -> subprocess.CompletedProcess:
        """The command line, as an admin types it."""
        command = [sys.executable, "-m", "gateway", *arguments]
        environment = {**os.environ, "HATCHWAY_CONFIG": str(self.settings)}
        return subprocess.run(
            command, input=stdin, capture_output=True, text=True, timeout=seconds, check=False, cwd=TOP, env=environment
        )

    def wait_until_outbox_empty(self, seconds: float = 30) -> None:
        wait_until(lambda: not self.ask("status")["outbox"], seconds, "the outbox to empty", lambda: self.log)

    def memory(self) -> int:
        """Resident octets of the front and its judges."""
        return sum(int(fields[21]) for fields in self.processes()) * os.sysconf("SC_PAGESIZE")

    def processes(self) -> list[list[str]]:
        """Of each process that is there of it, what Linux says of it behind its name (proc(5), stat)."""
        found = []
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError):
                found.append(stat.read_text().rpartition(")")[2].split())
        return [fields for fields in found if int(fields[3]) == self.process.pid]  # its session
