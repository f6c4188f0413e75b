"""The process in which this one reads parts apart: whether it is there, and what it has taken."""

import os
import time
from pathlib import Path

from gateway.reading import apart


def child() -> int:
    """Its id; 0 while there is none."""
    running = apart._helper._child
    return running._process.pid if running else 0


def children() -> list[int]:
    """Every process that this one started and that has not ended, or was not waited for."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == os.getpid():
            found.append(int(stat.parent.name))
    return found


def spent() -> float:
    """CPU seconds of this process and of that one, if it is there."""
    threads = Path(f"/proc/{child()}/task").glob("*/schedstat") if child() else ()
    return time.process_time() + sum(int(thread.read_text().split()[0]) for thread in threads) / 1e9


def held() -> float:
    """The most megabytes that it has held; 0 if it is not there."""
    status = Path(f"/proc/{child()}/status").read_text() if child() else "VmHWM: 0 kB"
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def end() -> None:
    """End it; what is read next has another, and nothing is kept of what was read."""
    apart._helper.end()
    forget()


def forget() -> None:
    """Keep nothing of what was read."""
    apart._cache.kept.clear()
    apart._cache.octets = 0
