"""Real Postfix instances for tests: one private configuration directory each, on loopback, without chroot.

An instance can stand before Hatchway as its client or behind it as its relay. It has three doors (ports):

    plain     takes mail and passes it to `next_hop`, unfiltered
    filtered  takes mail and has it filtered at `content_filter` (after-queue, FILTER_README) or `proxy_filter`
              (before-queue, SMTPD_PROXY_README)
    reentry   takes back what the filter passed, and trusts its XFORWARD

Services of master.cf as a guide has them are given as `master`; FILTERED and REENTRY there stand for the ports.

`next_hop` is a port on 127.0.0.1, or None to discard everything. It starts in a tenth of a second, is stopped when its `with`
block ends, and says in its log what it did. Postfix needs root; `require` skips where it cannot run.
"""

import os
import re
import shutil
import signal
import smtplib
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest

from tests.support import apt
from tests.support.waiting import wait_until
from tests.support.wants import POSTFIX, ROOT, skip

POSTFIX_COMMAND = Path("/usr/sbin/postfix")

_MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
myhostname = {name}
mydestination =
local_recipient_maps =
alias_maps =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
smtp_dns_support_level = disabled
smtpd_peername_lookup = no
smtp_connection_cache_on_demand = no
smtpd_authorized_xforward_hosts = 127.0.0.0/8
smtpd_recipient_restrictions = {refusals}permit_mynetworks, reject
smtpd_relay_restrictions = permit_mynetworks, reject
default_transport = {transport}
queue_run_delay = 1s
minimal_backoff_time = 1s
maximal_backoff_time = 2s
bounce_queue_lifetime = 1m
maximal_queue_lifetime = 5m
"""

_MASTER = """\
{plain}    inet n - n - - smtpd
{filtered} inet n - n - - smtpd
{filter}
{reentry}  inet n - n - - smtpd
  -o receive_override_options=no_unknown_recipient_checks,no_header_body_checks,no_milters
  -o smtpd_client_connection_count_limit=0
  -o smtpd_client_connection_rate_limit=0
pickup   unix  n - n 60 1 pickup
cleanup  unix  n - n - 0 cleanup
qmgr     unix  n - n 1 1 qmgr
rewrite  unix  - - n - - trivial-rewrite
bounce   unix  - - n - 0 bounce
defer    unix  - - n - 0 bounce
trace    unix  - - n - 0 bounce
verify   unix  - - n - 1 verify
flush    unix  n - n 1000? 0 flush
proxymap unix  - - n - - proxymap
tlsmgr   unix  - - n 1000? 1 tlsmgr
anvil    unix  - - n - 1 anvil
smtp     unix  - - n - - smtp
relay    unix  - - n - - smtp
scan     unix  - - n - 10 smtp
  -o smtp_send_xforward_command=yes
  -o disable_mime_output_conversion=yes
error    unix  - - n - - error
retry    unix  - - n - - error
discard  unix  - - n - - discard
showq    unix  n - n - - showq
postlog  unix-dgram n - n - 1 postlogd
"""


_QUEUE = ("active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "private", "saved", "trace")


def require() -> None:
    """Postfix, by apt if it is not here. Where it cannot be had the test is skipped; as root in CI it fails instead."""
    if os.geteuid() != 0:
        skip(ROOT)
    apt.require("postfix", here=POSTFIX_COMMAND.exists, want=POSTFIX)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What the server said: (code, text) to MAIL, to each RCPT, and to the final dot if it came to that."""

    mail: tuple[int, str]
    recipients: tuple[tuple[int, str], ...]
    content: tuple[int, str] | None


def send(port: int, sender: str, recipients: Mapping[str, str] | Sequence[str], content: bytes, parameters: str = "") -> Answers:
    """One message in one session: the parameters of MAIL, and where `recipients` is a mapping of each RCPT, go as they are.

    `content` has CRLF line ends and is not changed (dots are stuffed). If no recipient is accepted DATA is not sent.
    """
    with smtplib.SMTP("127.0.0.1", port, local_hostname="client.example", timeout=60) as client:
        client.command_encoding = "utf-8"
        client.ehlo()
        mail = _said(client.docmd("MAIL", f"FROM:<{sender}> {parameters}".rstrip()))
        options = recipients if isinstance(recipients, Mapping) else dict.fromkeys(recipients, "")
        answers = [_said(client.docmd("RCPT", f"TO:<{to}> {says}".rstrip())) for to, says in options.items() if mail[0] == 250]
        taken = any(code == 250 for code, _ in answers)
        try:
            final = _said(client.data(content)) if taken else None
        except smtplib.SMTPDataError as error:
            final = (error.smtp_code, os.fsdecode(error.smtp_error))
    return Answers(mail=mail, recipients=tuple(answers), content=final)


def _said(reply: tuple[int, bytes]) -> tuple[int, str]:
    return reply[0], reply[1].decode("utf-8", "replace")


@dataclass(kw_only=True)
class Postfix:
    """One instance; see this module's head. `settings` go into main.cf, `filtered_settings` to the filtered door as -o.

    The services in `master` take the place of those of the same name.

    refuse: recipients with the reply each gets at RCPT, as in {"gone@example.org": "550 5.1.1 No such user"}
    """

    name: str = "postfix.example"
    next_hop: int | None = None
    content_filter: int | None = None
    proxy_filter: int | None = None
    refuse: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    filtered_settings: Mapping[str, str] = field(default_factory=dict)
    master: str = ""
    plain: int = field(init=False, default=0)
    filtered: int = field(init=False, default=0)
    reentry: int = field(init=False, default=0)

    def __enter__(self) -> Self:
        self._home = tempfile.TemporaryDirectory(prefix="hatchway-postfix-")
        self.folder = Path(self._home.name)
        try:
            for attempt in range(3):
                self.plain, self.filtered, self.reentry = _free_ports(3)
                self._write()
                if self._started():
                    return self
                if attempt < 2 and "Address already in use" not in self.log():
                    break
            pytest.fail(f"Postfix did not start:\n{(self.folder / 'start').read_text()}{self.log()}")
        except BaseException:
            self._stop()
            raise

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        print(f"--- log of {self.name}\n{self.log()}")  # noqa: T201  -- pytest shows it with a test that failed
        self._stop()

    def send(
        self, sender: str, recipients: Mapping[str, str] | Sequence[str], content: bytes, *, parameters: str = "", port: int = 0
    ) -> Answers:
        """Send a message in at the filtered door, or at another `port`; see the function of this name."""
        return send(port or self.filtered, sender, recipients, content, parameters)

    def log(self) -> str:
        """All that Postfix logged so far."""
        log = self.folder / "log"
        return log.read_text(errors="replace") if log.exists() else ""

    def wait_for(self, words: str, seconds: float = 20) -> str:
        """The first log line with `words` in it, once it is there."""
        lines: list[str] = []

        def logged() -> bool:
            lines[:] = [line for line in self.log().splitlines() if words in line]
            return bool(lines)

        wait_until(logged, seconds, f'"{words}" in the log of {self.name}', self.log)
        return lines[0]

    def queued(self) -> int:
        """How many messages wait in its queue, in whatever state."""
        states = ("maildrop", "incoming", "active", "deferred", "hold")
        return sum(file.is_file() for state in states for file in (self.folder / "queue" / state).rglob("*"))

    def wait_until_empty(self, seconds: float = 20) -> None:
        """Return once its queue is empty: everything was passed on, or bounced."""
        wait_until(lambda: self.queued() == 0, seconds, f"an empty queue of {self.name}", self.log)

    def _write(self) -> None:
        _make_folders(self.folder)
        refused = " ".join(f"{{ {to} = {reply} }}" for to, reply in self.refuse.items())
        main = _MAIN.format(
            folder=self.folder,
            name=self.name,
            transport=f"smtp:[127.0.0.1]:{self.next_hop}" if self.next_hop else "discard:",
            refusals=f"check_recipient_access inline:{{ {refused} }}, " if refused else "",
        )
        given = "|".join(map(re.escape, self.settings))
        kept = re.sub(rf"^(?:{given}) = .*\n", "", main, flags=re.MULTILINE) if given else main
        main = kept + "".join(f"{key} = {value}\n" for key, value in self.settings.items())
        (self.folder / "config" / "main.cf").write_text(main)
        (self.folder / "config" / "master.cf").write_text("".join(self._services().values()))
        long_ago = time.time() - 60  # Postfix waits for a file that was written just now, lest it reads half of it
        for name in ("main.cf", "master.cf"):
            os.utime(self.folder / "config" / name, (long_ago, long_ago))

    def _services(self) -> dict[tuple[str, ...], str]:
        master = _MASTER.format(plain=self.plain, filtered=self.filtered, reentry=self.reentry, filter=self._filter())
        given = self.master.replace("FILTERED", str(self.filtered)).replace("REENTRY", str(self.reentry))
        return _by_name(master) | _by_name(given)

    def _filter(self) -> str:
        options = dict(self.filtered_settings)
        if self.content_filter:
            options["content_filter"] = f"scan:[127.0.0.1]:{self.content_filter}"
        if self.proxy_filter:
            options["smtpd_proxy_filter"] = f"127.0.0.1:{self.proxy_filter}"
            options.setdefault("smtpd_discard_ehlo_keywords", "chunking")
        return "\n".join(f"  -o {{ {key} = {value} }}" for key, value in options.items())

    def _started(self) -> bool:
        command = [POSTFIX_COMMAND, "-c", self.folder / "config", "start"]
        with (self.folder / "start").open("w") as output:
            tried = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, timeout=60, check=False)
        return tried.returncode == 0

    def _stop(self) -> None:
        """End its processes, and see that they are gone, before its folder goes."""
        with suppress(FileNotFoundError, ValueError, ProcessLookupError):
            group = int((self.folder / "queue/pid/master.pid").read_text())
            if str(self.folder).encode() in Path(f"/proc/{group}/environ").read_bytes():
                os.kill(group, signal.SIGTERM)
                if not _ended(group, 5):
                    os.killpg(group, signal.SIGKILL)
                    _ended(group, 5)
        self._home.cleanup()


def _by_name(master: str) -> dict[tuple[str, ...], str]:
    """The services of a master.cf by name and type; lines that begin with a space belong to the one before them."""
    return {tuple(service.split()[:2]): service for service in re.findall(r"^\S.*\n(?:[ \t]+.*\n|\n)*", master, re.MULTILINE)}


def _make_folders(top: Path) -> None:
    """What `postfix check` would make and verify, in seconds; the file `quick-start` tells it that this was done."""
    top.chmod(0o755)
    (top / "config").mkdir(exist_ok=True)
    owned = ["data", *(f"queue/{name}" for name in _QUEUE)]
    for name in ("queue", "queue/pid", "queue/maildrop", "queue/public", *owned):
        (top / name).mkdir(exist_ok=True)
    for name in owned:
        shutil.chown(top / name, "postfix")
        (top / name).chmod(0o700)
    for name, mode in {"queue/maildrop": 0o1730, "queue/public": 0o2710}.items():
        shutil.chown(top / name, "postfix", "postdrop")
        (top / name).chmod(mode)
    (top / "queue/quick-start").touch()


def _ended(group: int, seconds: float) -> bool:
    """Whether every process of that group ended within that time; one that nobody has reaped yet has ended."""
    end = time.monotonic() + seconds
    while any(group_of(process) == group for process in Path("/proc").glob("[0-9]*")):
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def group_of(process: Path) -> int:
    """The group of the process that has this folder in /proc (proc(5), stat); 0 if it has ended."""
    try:
        state, _, group, *_ = (process / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return 0 if state == "Z" else int(group)


def _free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [each.getsockname()[1] for each in sockets]
