"""Memory that was let go of, given back to the machine, and how often what may go is looked for.

The C library keeps what was freed for what is asked for next. Behind something large that is done once, such as loading a model,
that is for nothing, and every process that is forked off has it too. Where the library cannot give it back, it stays.
"""

import ctypes
import gc
from contextlib import suppress

_MADE = 5_000
"""Objects that are made, and not let go of, until the collector looks for those that only hold each other. By Python's 700 it
looks several times a message, for some per cent of its cost; a message leaves 90 to 350 such objects, none of them large."""


def give_back() -> None:
    """What is free, now."""
    with suppress(OSError, AttributeError):  # of another C library than glibc
        ctypes.CDLL(None).malloc_trim(0)


def settle() -> None:
    """What is there now lives as long as the process, and is not looked through for what may go; what comes is, now and then."""
    give_back()
    gc.freeze()
    gc.set_threshold(_MADE)
