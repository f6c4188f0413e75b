"""Has the gateway loaded, and at each line on standard input is one more, in a process of its own that ends itself at a step.

    {"step": "commit.before", "number": 3, "arguments": ["serve", "-c", "FILE"], "log": "FILE", "orders": "FILE", "ended": "FILE"}

It answers with the number of that process, and takes the next line; how the process ended is in a file once it is over.
Loading is most of what a start costs; what was loaded has done nothing yet, and each life begins from there.

STEP is `fsync.before`, `fsync.after` (shim.c must be preloaded), `commit.before` or `commit.after`, counted from the start of
the process; any other is for somebody else to watch. A process that lives already is given its step by SIGUSR2, and finds it
in the file of its orders.
"""

import ctypes
import json
import os
import signal
import sys
from importlib import import_module
from pathlib import Path
from threading import Lock
from typing import NoReturn

from sqlalchemy.engine.default import DefaultDialect

from gateway.cli import main

_LOADED = ("gateway.daemon", "gateway.cli.serve", "alembic.command", "sqlalchemy.dialects.sqlite", "psycopg")


def doom(step: str, number: int) -> None:
    """Have this process end, without a word, when the step comes for the so manieth time from now."""
    what, _, when = step.partition(".")
    if what == "fsync":
        ctypes.CDLL(None).torture_arm(number, when == "after")
    elif what == "commit":
        _doom_commit(number, after=when == "after")


_commit = DefaultDialect.do_commit


def _doom_commit(number: int, *, after: bool) -> None:
    left, one = [number], Lock()

    def do_commit(self: DefaultDialect, connection: object) -> None:
        with one:
            left[0] -= 1
            last = left[0] == 0
        if last and not after:
            os.kill(os.getpid(), signal.SIGKILL)
        _commit(self, connection)
        if last:
            os.kill(os.getpid(), signal.SIGKILL)

    DefaultDialect.do_commit = do_commit


def _load() -> None:
    """All that `hatchway serve` loads."""
    for name in _LOADED:
        import_module(name)


def _live(life: dict) -> NoReturn:
    os.setsid()
    log = os.open(life["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(log, 1)
    os.dup2(log, 2)
    code = 1
    try:
        signal.signal(signal.SIGUSR2, lambda *_: doom(**json.loads(Path(life["orders"]).read_text())))
        doom(life["step"], life["number"])
        sys.argv = ["hatchway", *life["arguments"]]
        main()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(bool(ended.code))
    finally:
        os._exit(code)


def _watch(life: dict) -> NoReturn:
    """In a process between: how that of the gateway ends is written down, whole."""
    if not (child := os.fork()):
        _live(life)
    print(child, flush=True)
    written = Path(life["ended"])
    part = written.with_name(f"{written.name}.part")
    part.write_text(str(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])))
    part.rename(written)
    os._exit(0)


if __name__ == "__main__":
    _load()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those between
    while line := sys.stdin.readline():
        if not os.fork():
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            _watch(json.loads(line))
