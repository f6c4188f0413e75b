"""The command, as an admin types it."""

import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).parents[2]


def hatchway(*arguments, stdin="", **environment):
    return subprocess.run(
        [sys.executable, "-m", "gateway", *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=TOP,
        env={"PATH": "/usr/bin:/bin", "NO_COLOR": "1", **environment},
    )
