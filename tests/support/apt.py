"""Debian's packages that a test needs, installed where they are not here."""

import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.wants import skip

_INSTALL = Path(__file__).with_name("install.sh")
_LOCK = Path(tempfile.gettempdir()) / "hatchway-tests-apt.lock"


def require(*packages: str, here: Callable[[], bool], want: str) -> None:
    """What `here` looks for, by apt if it is missing. Where it cannot be had the test is skipped; in CI it fails instead.

    want: the sentence that says so.
    """
    if here():
        return
    if os.geteuid() != 0:
        skip(want)
    with _LOCK.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if here():
            return
        tried = subprocess.run(
            [_INSTALL, *packages], capture_output=True, text=True, timeout=600, check=False, stdin=subprocess.DEVNULL
        )
    if tried.returncode != 0 or not here():
        if os.environ.get("CI"):
            pytest.fail(f"{want}: {tried.stderr.strip()}")
        skip(want)


def compiler() -> None:
    """What compiles the few lines of C that bring about faults."""
    require("gcc", "libc6-dev", here=lambda: bool(shutil.which("cc")), want="this test compiles a few lines of C")
