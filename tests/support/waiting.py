"""Waiting for what another process or thread does, with an end to it."""

import time
from collections.abc import Callable

import pytest


def wait_until(true: Callable[[], bool], seconds: float, what: str, tell: Callable[[], str] = str) -> None:
    """Return once `true()` is; fail the test after `seconds`, with what `tell` says."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            pytest.fail(f"waited {seconds} s for {what}\n{tell()}")
        time.sleep(0.05)
