"""A process that opens the nursery as `hatchway serve` does, once in its life, and prints what workers find in it.

`python -c "from tests.support.nursery import tell; tell(load)"`: workers know what to do by the name of this module.
"""

import os
import signal
from contextlib import suppress
from multiprocessing import get_context
from pathlib import Path

from gateway import nursery

SECRET = "/dev/zero"
loaded = []


def about(wire):
    """In a worker: what was loaded, who forked it, and whether it has the file that was open before."""
    files = [os.path.realpath(file) for file in Path("/proc/self/fd").iterdir()]
    wire.send((len(loaded), os.getppid(), SECRET in files))


def ask(what):
    context = get_context("forkserver")
    here, there = context.Pipe()
    process = context.Process(target=what, args=(there,))
    process.start()
    there.close()
    found = here.recv()
    process.join()
    return found


def tell(load):
    """Prints what workers find, and after the nursery was killed; `load` is what is loaded in it."""
    os.set_inheritable(os.open(SECRET, os.O_RDONLY), True)  # noqa: FBT003  -- its own form
    nursery.opened(load)
    kept, first, open_ = ask(about)
    again = ask(about)[1] == first
    os.kill(first, signal.SIGKILL)
    os.waitid(os.P_PID, first, os.WEXITED | os.WNOWAIT)
    after, second, _ = ask(about)
    nursery.closed()
    print(  # noqa: T201  -- to who started us
        kept, len(loaded), open_, again, after, second not in {first, os.getpid()}, alone()
    )


def alone():
    """Whether no child is left, not even one that has ended."""
    with suppress(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)
        return False
    return True


def load():
    loaded.append("weights")


def break_down():
    raise RuntimeError("no weights")
