"""Where worker processes come from: a process forked off this one while it is young, which then forks them one by one.

multiprocessing's "forkserver" is an interpreter of its own that loads everything a second time. Opened here, it is a fork of
the process that has loaded it already and costs next to nothing, and what it holds all workers share in memory.

It is opened before there are threads, an event loop, sockets, keys or mail: nothing but code and settings is there to be
inherited, and no file but standard input, output and error. Where it was not opened, or has died, multiprocessing starts its
own as ever. It fails with OSError, and then nothing has changed.

It ends, as does what multiprocessing cleans up with (its resource tracker), when nobody is left who could ask; `closed` waits
for that, so that no supervisor finds either of them left over, and kills it.
"""

import os
import signal
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import forkserver, resource_tracker, util
from pathlib import Path
from typing import NoReturn

import structlog

log = structlog.get_logger()

_STANDARD = range(3)
_END = 5.0
"""Seconds that both have to end in by themselves."""
_ENDS = (
    (forkserver._forkserver, "_forkserver_alive_fd", "_forkserver_pid"),  # noqa: SLF001  -- contract tests hold these names
    (resource_tracker._resource_tracker, "_fd", "_pid"),  # noqa: SLF001  -- as above
)
"""What knows each of them, under which name it has the pipe at whose end it ends, and which process it is."""


def opened(prepare: Callable[[], None]) -> None:
    """Open it, once in the life of a process. prepare: loads, over there, what all workers have alike."""
    with socket.socket(socket.AF_UNIX) as listener:
        address = f"{util.get_temp_dir()}/nursery"
        listener.bind(address)
        Path(address).chmod(0o600)
        listener.listen()
        ending, alive = os.pipe()
        try:
            child = os.fork()
        except OSError:
            os.close(alive)
            os.close(ending)
            raise
        if not child:
            _serve(listener.detach(), ending, prepare)
        os.close(ending)
    known = vars(forkserver._forkserver)  # noqa: SLF001  -- contract tests hold these names
    known.update(_forkserver_address=address, _forkserver_alive_fd=alive, _forkserver_pid=child)


def killed() -> None:
    """Kill it, or what multiprocessing started instead, where it does not fork; the next gets another."""
    process = vars(forkserver._forkserver)["_forkserver_pid"]  # noqa: SLF001  -- as above
    if process is not None:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


def closed() -> None:
    """Let go of both, when no worker is left, and wait until they have ended, or for some seconds."""
    until = time.monotonic() + _END
    for known, pipe, process in ((vars(keeper), pipe, process) for keeper, pipe, process in _ENDS):
        if known[pipe] is not None:
            os.close(known[pipe])
        while known[process] is not None and not _reaped(known[process]) and time.monotonic() < until:
            time.sleep(0.01)
        known[pipe] = known[process] = None


def _reaped(process: int) -> bool:
    try:
        return os.waitpid(process, os.WNOHANG)[0] == process
    except ChildProcessError:
        return True


def _serve(listener: int, ending: int, prepare: Callable[[], None]) -> NoReturn:
    """In the child: fork whoever is asked for, until nobody is left who could ask."""
    status = 1
    try:
        _let_go(keep=(*_STANDARD, listener, ending))
        try:
            prepare()
        except Exception:
            log.exception("nursery.unprepared")  # who needs what could not be loaded, says so
        forkserver.main(listener, ending, [])
    except SystemExit:
        status = 0
    finally:
        os._exit(status)


def _let_go(keep: tuple[int, ...]) -> None:
    open_files = [int(name) for name in os.listdir("/proc/self/fd")]  # noqa: PTH208  -- numbers, not paths
    for number in open_files:
        if number not in keep:
            with suppress(OSError):  # the one that listed them
                os.close(number)
