"""Debian's HAProxy with the configuration that we ship, its addresses put in place of those that stand in it."""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import trustme

from tests.support import apt
from tests.support.gateway import TOP, free_port
from tests.support.waiting import wait_until
from tests.support.wants import HAPROXY

SHIPPED = TOP / "deploy" / "nodes" / "haproxy.cfg"
OURS = "127.0.0.3"
"""Whence it speaks to gateways."""
_RUNNING = "2"
"""In `srv_op_state` (HAProxy's management guide, `show servers state`)."""
_PAST = """
listen past
    mode tcp
    bind 127.0.0.1:{port}
    timeout client 1m
    timeout server 1m
    server relay 127.0.0.1:{relay}
"""


def require() -> None:
    """Skip where there is none."""
    apt.require("haproxy", here=lambda: program() is not None, want=HAPROXY)


def program() -> str | None:
    """It lies where only root looks."""
    return shutil.which("haproxy", path=f"{os.environ['PATH']}:/usr/sbin")


def configuration(folder: Path, **instead: str) -> Path:
    """The file that ships with certificates that are there, and other words instead of some of its own."""
    authority = trustme.CA()
    issued = authority.issue_cert("hatchway.department.example")
    issued.private_key_and_cert_chain_pem.write_to_path(folder / "hatchway.pem")
    authority.cert_pem.write_to_path(folder / "hatchway-ca.pem")
    text = SHIPPED.read_text().replace("/etc/haproxy/", f"{folder}/")
    if os.geteuid():
        instead |= {"    user haproxy\n": "", "    group haproxy\n": ""}
    for before, after in instead.items():
        assert before in text, before
        text = text.replace(before, after)
    made = folder / "haproxy.cfg"
    made.write_text(text)
    return made


def checked(file: Path) -> str:
    """What HAProxy says of a configuration; "" if it has nothing against it."""
    ran = subprocess.run([program(), "-c", "-f", file], capture_output=True, text=True, timeout=60, check=False)
    return f"{ran.returncode}: {ran.stderr}" if ran.returncode or ran.stderr else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Balancer:
    """One that runs. port: its door; past: one that leads past the gateways; control: where it is told what to do."""

    port: int
    past: int
    control: Path

    def tell(self, command: str) -> None:
        """Have it do something. Raises OSError; AssertionError with what it has against it."""
        assert not (answer := self._ask(command)), answer

    def there(self) -> set[str]:
        """The gateways that it has mail for, as it sees them. Raises OSError."""
        lines = [line.split() for line in self._ask("show servers state smtp").splitlines()[2:]]
        return {fields[3] for fields in lines if fields[5] == _RUNNING}

    def _ask(self, command: str) -> str:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(20)
            line.connect(str(self.control))
            line.sendall(f"{command}\n".encode())
            return b"".join(iter(lambda: line.recv(4096), b"")).decode().strip()


@contextmanager
def balancing(folder: Path, *ports: int, past: int) -> Iterator[Balancer]:
    """It runs before gateways on these ports until the end, and speaks to them from `OURS`. past: the relay's port."""
    made = Balancer(port=free_port(), past=free_port(), control=folder / "control.sock")
    first, second = ports
    file = configuration(
        folder,
        **{
            "    maxconn 4000\n": f"    maxconn 4000\n    stats socket {made.control} mode 600 level admin\n",
            "bind :25\n": f"bind 127.0.0.1:{made.port}\n",
            "bind :443 ": f"bind 127.0.0.1:{free_port()} ",
            "server a 192.0.2.11:25": f"server a 127.0.0.1:{first} source {OURS}",
            "server b 192.0.2.12:25": f"server b 127.0.0.1:{second} source {OURS}",
        },
    )
    with file.open("a") as written:
        written.write(_PAST.format(port=made.past, relay=past))
    with (
        (folder / "haproxy.log").open("w") as log,
        subprocess.Popen([program(), "-db", "-f", file], stderr=log, stdout=log) as runs,
    ):
        try:
            wait_until(lambda: _listens(made.port), 20, "HAProxy", (folder / "haproxy.log").read_text)
            yield made
        finally:
            runs.terminate()


def _listens(port: int) -> bool:
    return f":{port:04X} 00000000:0000 0A" in Path("/proc/net/tcp").read_text()
