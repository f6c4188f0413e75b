"""A log on a disk that is full."""

import errno
import io
from collections.abc import Iterator
from contextlib import contextmanager

import structlog


class _FullDisk(io.StringIO):
    def write(self, _: str) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


@contextmanager
def full_log() -> Iterator[None]:
    """Within: whoever logs gets OSError."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(_FullDisk()))
    try:
        yield
    finally:
        structlog.reset_defaults()
