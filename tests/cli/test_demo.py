"""`make run ONCE=1`: what a newcomer sees first."""

import subprocess
import sys
from pathlib import Path

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
