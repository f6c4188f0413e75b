"""How far a long run is: told where somebody sits in front of it, and nowhere else."""

import io
import os
import pty
import sys
from contextlib import suppress

import pytest

from gateway.cli.progress import Progress


@pytest.fixture
def terminal():
    """What writes to a terminal, and a descriptor from which what it shows is read."""
    ours, theirs = pty.openpty()
    os.set_blocking(ours, False)
    with io.TextIOWrapper(os.fdopen(theirs, "wb", buffering=0), encoding="utf-8", write_through=True) as stream:
        yield stream, ours
    os.close(ours)


@pytest.mark.parametrize("total", [200, None])
def test_at_a_terminal_messages_are_counted_as_they_are_judged(terminal, monkeypatch, total):
    stream, shows = terminal
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setenv("TERM", "xterm")
    with Progress(total=total) as progress:
        progress.advance(50)
        progress.advance(50)
    assert b"2 messages" in all_of(shows)


def all_of(terminal: int) -> bytes:
    """What it shows; one read gives a part of it."""
    shown = b""
    with suppress(BlockingIOError):
        while True:
            shown += os.read(terminal, 65536)
    return shown


def test_in_a_pipe_or_a_log_there_is_no_bar(capfd):
    with Progress(total=200) as progress:
        progress.advance(200)
    assert capfd.readouterr() == ("", "")
