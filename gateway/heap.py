"""Memory that was let go of, given back to the machine.

The C library keeps what was freed for what is asked for next. Behind something large that is done once, such as loading a model,
that is for nothing, and every process that is forked off has it too. Where the library cannot give it back, it stays.
"""

import ctypes
from contextlib import suppress


def give_back() -> None:
    """What is free, now."""
    with suppress(OSError, AttributeError):  # of another C library than glibc
        ctypes.CDLL(None).malloc_trim(0)
