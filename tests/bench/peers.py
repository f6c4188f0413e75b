"""The gateways that are compared, each as its manual has it run, and stopped when its `with` block ends.

Every one of them relays to the same last hop, and those that look into messages hold what PHRASES find: Postfix with body_checks
and rspamd in Postfix's hold queue, Haraka in a folder; Hatchway judges by the policies that ship, and relays nearly all of it.
Those that are not installed are left out. Haraka is sought where `npm install Haraka` puts it, in HARAKA or the working folder.
"""

import io
import os
import re
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, redirect_stdout, suppress
from pathlib import Path

from tests.bench.traffic import PHRASES
from tests.support.gateway import Gateway, free_port
from tests.support.postfix import POSTFIX_COMMAND, Postfix
from tests.support.waiting import wait_until

Running = tuple[int, int]
"""A port that takes mail, and the process whose descendants are all there is to it; of several, see `more`."""
FOUND = "|".join(re.escape(phrase).replace("/", r"\/") for phrase in PHRASES)
_HARAKA = Path("node_modules/Haraka/bin/haraka")
_PLUGIN = """
'use strict'
const fs = require('node:fs'), path = require('node:path')
const sought = new RegExp(%s, 'i')
exports.hook_data = function (next, connection) { connection.transaction.parse_body = true; next() }
const found = (body) => sought.test(body.bodytext) || body.children.some(found)
exports.hook_data_post = function (next, connection) {
  const mail = connection.transaction
  if (!sought.test(mail.header.get_decoded('subject')) && !found(mail.body)) return next()
  const file = fs.createWriteStream(path.join(%s, mail.uuid), { flush: true })
  mail.message_stream.pipe(file)
  file.on('close', () => { mail.notes.held = true; next() })
}
exports.hook_queue = (next, connection) => (connection.transaction.notes.held ? next(OK, 'held') : next())
exports.hook_rcpt = (next) => next(OK)
"""
_RSPAMD = """
options {{ pidfile = "{0}/pid"; filters = "regexp"; dns {{ nameserver = ["127.0.0.1:5399:1"]; timeout = 0.1s; retransmits = 1; }}
  local_addrs = [127.0.0.0/8]; url_tld = "/usr/share/rspamd/effective_tld_names.dat"; hs_cache_dir = "{0}"; max_message = 60M; }}
logging {{ type = "file"; filename = "{0}/log"; level = "notice"; }}
worker "rspamd_proxy" {{ bind_socket = "{0}/milter mode=0666"; milter = yes; timeout = 60s; count = 2;
  quarantine_on_reject = true; upstream "local" {{ default = yes; self_scan = yes; }} }}
actions {{ reject = 50; add_header = 20; }}
regexp {{ max_size = 1M; }}
group "x" {{ symbol "POLITICAL" {{ weight = 100.0; }} }}
lua = "{0}/rules.lua"
"""
_LUA = """
config['regexp'] = {{ POLITICAL = {{ re = 'Subject=/{0}/i | /{0}/i{{sa_body}}', score = 100.0, description = 'political' }} }}
"""


@contextmanager
def hatchway(hop: int) -> Iterator[Running]:
    """As its settings are by default."""
    with tempfile.TemporaryDirectory() as folder, Gateway(Path(folder), relay=hop, more="judging: {}") as gateway:
        yield gateway.port, gateway.process.pid


@contextmanager
def postfix(hop: int, **settings: str) -> Iterator[Running]:
    """Alone: what an MTA costs that looks at nothing."""
    with ExitStack() as stack:
        limits = {"message_size_limit": "0", "default_process_limit": "250"}
        mta = stack.enter_context(Postfix(next_hop=hop, settings={**limits, **settings}))
        yield mta.filtered, int((mta.folder / "queue/pid/master.pid").read_text())
        with redirect_stdout(io.StringIO()):  # it prints its log at its end
            stack.close()


@contextmanager
def body_checks(hop: int) -> Iterator[Running]:
    """Postfix that holds what it finds, in lines as they stand."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        checks = Path(folder, "checks")
        checks.write_text(f"/({FOUND})/ HOLD political\n")
        with postfix(hop, header_checks=f"regexp:{checks}", body_checks=f"regexp:{checks}") as running:
            yield running


@contextmanager
def rspamd(hop: int) -> Iterator[Running]:
    """Postfix that asks rspamd, of which only the module for regular expressions is used."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        Path(folder, "conf").write_text(_RSPAMD.format(folder))
        Path(folder, "rules.lua").write_text(_LUA.format(FOUND.replace("\\", "\\\\")))
        command = ["rspamd", "-f", "-i", "-c", f"{folder}/conf"]
        with Path(folder, "said").open("w") as said, subprocess.Popen(command, stdout=said, stderr=said) as process:
            try:
                wait_until(lambda: Path(folder, "milter").exists(), 120, "rspamd to listen")
                asked = {"smtpd_milters": f"unix:{folder}/milter", "milter_default_action": "tempfail"}
                with postfix(hop, **asked) as (port, master), _together(process.pid, master):
                    yield port, master
            finally:
                process.terminate()


@contextmanager
def haraka(hop: int) -> Iterator[Running]:
    """One process that parses bodies, with a plugin for the phrases."""
    with tempfile.TemporaryDirectory() as folder:
        home, port = Path(folder), free_port()
        for name in ("config", "plugins", "queue", "held"):
            (home / name).mkdir()
        for name, text in {
            "config/connection.ini": (_haraka().parents[1] / "config/connection.ini").read_text(),
            "config/smtp.ini": f"listen=127.0.0.1:{port}\nnodes=0\n",
            "config/log.ini": "level=WARN\n",
            "config/me": "haraka.example\n",
            "config/plugins": "sought\nqueue/smtp_forward\n",
            "config/smtp_forward.ini": f"host=127.0.0.1\nport={hop}\nenable_outbound=false\n",
            "config/relay.ini": "[relay]\nacl=true\n",
            "config/relay_acl_allow": "127.0.0.0/8\n",
            "config/databytes": "62914560\n",
            "plugins/sought.js": _PLUGIN % (repr(FOUND), repr(str(home / "held"))),
        }.items():
            (home / name).write_text(text)
        command = ["node", str(_haraka()), "-c", folder]
        with (home / "said").open("w") as said, subprocess.Popen(command, stdout=said, stderr=said) as process:
            try:
                wait_until(lambda: _answers(port), 60, "Haraka to answer", (home / "said").read_text)
                yield port, process.pid
            finally:
                process.terminate()


def _haraka() -> Path:
    return Path(os.environ.get("HARAKA", "."), _HARAKA).resolve()


def _answers(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), 5) as wire:
        return wire.recv(3) == b"220"
    return False


more: dict[int, int] = {}
"""Processes that serve a peer beside the one it is known by."""


@contextmanager
def _together(helper: int, leader: int) -> Iterator[None]:
    more[leader] = helper
    yield
    del more[leader]


Peer = Callable[[int], object]


def installed() -> dict[str, Peer]:
    """Those that are here, by name."""
    root = os.geteuid() == 0 and POSTFIX_COMMAND.exists()
    there: dict[str, tuple[bool, Peer]] = {
        "Hatchway": (True, hatchway),
        "Postfix, no filter": (root, postfix),
        "Postfix body_checks": (root, body_checks),
        "Postfix + rspamd": (root and shutil.which("rspamd") is not None, rspamd),
        "Haraka": (shutil.which("node") is not None and _haraka().exists(), haraka),
    }
    return {name: peer for name, (here, peer) in there.items() if here}


def cpu(leader: int) -> float:
    """CPU seconds of a peer's processes, and of those of them that have ended."""
    spent = {number: seconds for number, _, seconds in _processes()}
    return sum(spent.get(number, 0.0) for number in _family(leader))


def own_cpu(leader: int) -> float:
    """CPU seconds of that process alone."""
    return next(seconds for number, _, seconds in _processes() if number == leader)


def memory(leader: int) -> float:
    """Megabytes that a peer's processes hold; what several of them share counts once (PSS)."""
    total = 0
    for number in _family(leader):
        with suppress(OSError):
            found = re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{number}/smaps_rollup").read_text(encoding="ascii"), re.MULTILINE)
            total += int(found[1]) if found else 0
    return total / 1024


def _family(leader: int) -> set[int]:
    parents = {number: parent for number, parent, _ in _processes()}
    family = {leader, more.get(leader, leader)}
    while found := {number for number, parent in parents.items() if parent in family} - family:
        family |= found
    return family


def _processes() -> Iterator[tuple[int, int, float]]:
    """(number, parent, seconds that it and those of its children that it waited for have used)."""
    ticks = os.sysconf("SC_CLK_TCK")
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
            yield int(stat.parent.name), int(fields[1]), sum(map(int, fields[11:15])) / ticks
