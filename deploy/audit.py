#!/usr/bin/env python3
"""Whether anybody knows of holes in what the run lock names: pip-audit is asked, which asks the Python Package Index.

    .venv/bin/python deploy/audit.py                   also: make audit
    .venv/bin/python deploy/audit.py --where-allowed   also: make check

It ends with 1 where holes are known, which it lists, and with 69 where nobody answers: a registry that tells of packages and
not of holes, no network. --where-allowed: that is no failure then, and what was asked today about the same lock is not asked
again. pip-audit is installed by hash from deploy/lock/audit.txt into a folder of its own, .venv/audit/.
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

TOP = Path(__file__).resolve().parents[1]
LOCKS = TOP / "deploy" / "lock"
_TOOL = TOP / ".venv" / "audit"
_ASKED = _TOOL / "asked.json"
_DAY = 24 * 3600
_PATIENCE = 180
"""Seconds for all of it."""


def told(report: Mapping[str, Any]) -> tuple[int, list[str]]:
    """Status and lines, of what pip-audit says in its JSON."""
    packages: Sequence[Mapping[str, Any]] = report["dependencies"]
    holes = [
        f"{one['name']} {one['version']}: {hole['id']}, mended in {', '.join(hole['fix_versions']) or 'nothing yet'}"
        for one in packages
        for hole in one.get("vulns", ())
    ]
    unasked = [one["name"] for one in packages if "skip_reason" in one]
    if holes:
        return 1, holes
    if len(unasked) == len(packages):
        return os.EX_UNAVAILABLE, ["Nobody here tells of holes: the registry knows the packages and nothing of that."]
    return 0, [f"No holes are known in {len(packages) - len(unasked)} packages.", *(f"Not told of: {name}" for name in unasked)]


def asked() -> tuple[int, list[str]]:
    """What came of asking."""
    try:
        _install()
        found = _run(["-m", "pip_audit", *_HOW, "-r", str(LOCKS / "run.txt")], {"PYTHONPATH": str(_TOOL)})
        return told(json.loads(found.stdout))
    except (subprocess.SubprocessError, OSError, ValueError) as wrong:
        return os.EX_UNAVAILABLE, [f"Nobody could be asked about holes: {type(wrong).__name__}"]


_HOW = ("--require-hashes", "--disable-pip", "--format=json", "--progress-spinner=off", "--timeout=10")


def _install() -> None:
    lock = LOCKS / "audit.txt"
    stamp, now = _TOOL / "lock", hashlib.sha256(lock.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text(encoding="ascii") == now:
        return
    install = ["-m", "pip", "install", "--quiet", "--upgrade", "--retries=1", "--timeout=10", f"--target={_TOOL}"]
    _run([*install, "--no-deps", "--require-hashes", "-r", str(lock)], {}).check_returncode()
    stamp.write_text(now, encoding="ascii")


def _run(arguments: Sequence[str], more: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *arguments]
    env = {**os.environ, **more}
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=_PATIENCE)  # noqa: S603  -- ours


def today(lock: bytes) -> tuple[int, list[str]] | None:
    """What came of it when the same was asked today."""
    try:
        said = json.loads(_ASKED.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    same = said["lock"] == hashlib.sha256(lock).hexdigest() and time.time() - said["at"] < _DAY
    return (said["status"], said["lines"]) if same else None


def main() -> int:
    """Print what is known; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--where-allowed", action="store_true", help="nobody to ask is no failure; ask once a day")
    lenient = parser.parse_args().where_allowed
    lock = (LOCKS / "run.txt").read_bytes()
    status, lines = (today(lock) if lenient else None) or asked()
    kept = {"lock": hashlib.sha256(lock).hexdigest(), "at": time.time(), "status": status, "lines": lines}
    if _TOOL.is_dir():
        _ASKED.write_text(json.dumps(kept), encoding="utf-8")
    sys.stdout.write("\n".join(lines) + "\n")
    return 0 if lenient and status == os.EX_UNAVAILABLE else status


if __name__ == "__main__":
    sys.exit(main())
