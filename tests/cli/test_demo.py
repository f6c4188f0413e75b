"""`make run ONCE=1`: what a newcomer sees first."""

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).parents[2]


def test_the_demonstration_shows_every_disposition_a_release_a_denial_and_the_notices():
    said = subprocess.run(
        [sys.executable, "-m", "gateway", "demo", "--once"], capture_output=True, text=True, timeout=100, check=False, cwd=TOP
    )
    assert said.returncode == 0, said.stderr
    for word in ("relay", "tag", "hold", "reject", "SO 9-06 §C", "queue release", "queue deny"):
        assert word in said.stdout, word
    arrived = said.stdout.partition("What the relay was given")[2]
    assert "message to 6" in arrived
    assert "General meeting on Thursday" in arrived
    assert "message to 6: <adams" in arrived
    assert "Your message was not sent. Capt. Ruiz" in arrived
    assert arrived.count("  message to") == 4


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl")
def test_what_it_says_to_try_works_as_it_stands():
    with subprocess.Popen([sys.executable, "-m", "gateway", "demo"], stdout=subprocess.PIPE, text=True, cwd=TOP) as demo:
        try:
            assert demo.stdout is not None
            command = next(line for line in demo.stdout if "curl" in line)
            sent = subprocess.run(["sh", "-c", command.strip()], capture_output=True, text=True, timeout=30, check=False)
        finally:
            demo.send_signal(signal.SIGINT)
            demo.communicate(timeout=30)
    assert (sent.returncode, sent.stderr) == (0, "")
