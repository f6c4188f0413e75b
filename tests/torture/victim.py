"""Hatchway's command line in a process that kills itself at a step.

    python -m tests.torture.victim STEP NUMBER serve -c FILE

STEP is `fsync.before`, `fsync.after` (shim.c must be preloaded), `commit.before` or `commit.after`, counted from the start of
the process; any other is for somebody else to watch.
"""

import ctypes
import os
import signal
import sys

from sqlalchemy.engine.default import DefaultDialect

from gateway.cli import main


def doom(step: str, number: int) -> None:
    """Have this process end, without a word, when the step comes for the so manieth time."""
    what, _, when = step.partition(".")
    if what == "fsync":
        ctypes.CDLL(None).torture_arm(number, when == "after")
    elif what == "commit":
        _doom_commit(number, after=when == "after")


def _doom_commit(number: int, *, after: bool) -> None:
    committed, left = DefaultDialect.do_commit, [number]

    def do_commit(self: DefaultDialect, connection: object) -> None:
        left[0] -= 1
        if left[0] == 0 and not after:
            os.kill(os.getpid(), signal.SIGKILL)
        committed(self, connection)
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    DefaultDialect.do_commit = do_commit


if __name__ == "__main__":
    doom(sys.argv[1], int(sys.argv[2]))
    sys.argv[1:] = sys.argv[3:]
    main()
