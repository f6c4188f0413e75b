"""`make fuzz MINUTES=n`: throws ever new octets at every parser, led by what code they reach (atheris), for so long.

Each target runs in a process of its own, of the lowest priority, for its share of the time, and goes on where the last run
ended: what was reached is kept in `.fuzz/`. What breaks a promise is kept there too, under `found/`, with its traceback, and
the command ends with status 1. `--replay FILE` shows one again.
"""

import argparse
import hashlib
import os
import re
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

TOP = Path(__file__).parents[2]
sys.path.insert(0, str(TOP))

KEPT = TOP / ".fuzz"
SLOW = 10.0
"""Seconds of processor time over one input that are a finding; what watches the code makes it several times slower."""
_LARGEST = 16 * 1024
_MEMORY = 3000


@dataclass(slots=True)
class Findings:
    """What was found on one target, each sort of it once."""

    name: str
    target: Callable[[bytes], None]
    known: set[str] = field(default_factory=set)

    def look(self, octets: bytes) -> None:
        """Give it these octets, and keep them if that goes wrong."""
        begun = time.process_time()
        try:
            self.target(octets)
        except Exception as wrong:  # noqa: BLE001  -- whatever it is, that is what is looked for
            self._keep(octets, _sort_of(wrong), traceback.format_exc())
        if (took := time.process_time() - begun) > SLOW:
            self._keep(octets, "slow", f"{took:.1f} s of processor time\n")

    def _keep(self, octets: bytes, sort: str, said: str) -> None:
        if sort in self.known:
            return
        self.known.add(sort)
        place = KEPT / "found" / self.name
        place.mkdir(parents=True, exist_ok=True)
        file = place / re.sub(r"\W+", "-", f"{sort} {hashlib.sha256(octets).hexdigest()[:8]}")
        file.write_bytes(octets)
        file.with_suffix(".txt").write_text(said, encoding="utf-8", errors="backslashreplace")
        sys.stderr.write(f"FOUND {sort}: {file.relative_to(TOP)}\n")


def _sort_of(wrong: BaseException) -> str:
    """The exception and where it comes from: the same is kept once."""
    at = traceback.extract_tb(wrong.__traceback__)[-1]
    return f"{type(wrong).__name__} {Path(at.filename).stem} {at.lineno}"


def fuzz(name: str, seconds: int) -> None:
    """Run one target in this process, which ends with it."""
    import atheris  # noqa: PLC0415  -- it and what it watches are loaded here only

    os.nice(19)
    with atheris.instrument_imports(include=["gateway", "email", "olefile"], enable_loader_override=False):
        from tests.fuzz.targets import TARGETS  # noqa: PLC0415  -- loaded under its eyes
    findings = Findings(name, TARGETS[name])
    folder = KEPT / "corpus" / name
    options = [f"-max_total_time={seconds}", f"-max_len={_LARGEST}", f"-rss_limit_mb={_MEMORY}", "-timeout=300"]
    (KEPT / "found" / name).mkdir(parents=True, exist_ok=True)
    options += ["-print_final_stats=1", "-verbosity=0", f"-artifact_prefix={KEPT / 'found' / name}/"]
    atheris.Setup([sys.argv[0], *options, str(folder)], findings.look)
    atheris.Fuzz()


def _sow(names: list[str]) -> None:
    from tests.fuzz import seeds  # noqa: PLC0415  -- the run's processes need none

    sown = [(name, octets) for name, several in seeds.OURS.items() for octets in several]
    for name, octets in [*sown, *seeds.collected()]:
        if name in names:
            folder = KEPT / "corpus" / name
            folder.mkdir(parents=True, exist_ok=True)
            (folder / hashlib.sha1(octets, usedforsecurity=False).hexdigest()).write_bytes(octets)


def _run(name: str, seconds: int) -> tuple[int, list[str]]:
    """How many inputs one target was given, and what was found; a process that crashed is started again."""
    inputs, found, until = 0, list[str](), time.monotonic() + seconds
    while (left := int(until - time.monotonic())) > 0:
        command = [sys.executable, __file__, "--alone", name, "--seconds", str(left)]
        said = subprocess.run(command, stderr=subprocess.PIPE, check=False, cwd=TOP).stderr.decode(errors="replace")
        inputs += sum(map(int, re.findall(r"stat::number_of_executed_units: (\d+)", said)))
        found += re.findall(r"^FOUND (.*)$", said, flags=re.MULTILINE)
        found += [f"the process died: {line}" for line in re.findall(r"ERROR: libFuzzer: (.*)$", said, flags=re.MULTILINE)]
        if "stat::number_of_executed_units" not in said and "libFuzzer" not in said:
            raise SystemExit(f"{name} did not run:\n{said[-2000:]}")
    return inputs, list(dict.fromkeys(found))


def _replay(path: Path) -> None:
    from tests.fuzz.targets import TARGETS  # noqa: PLC0415  -- the run's processes load it otherwise

    TARGETS[path.resolve().parent.name](path.read_bytes())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=10, help="for all targets together  [default: 10]")
    parser.add_argument("--target", action="append", help="one of them, more than once for several  [default: all]")
    parser.add_argument("--replay", type=Path, help="a file under .fuzz/found/")
    parser.add_argument("--alone", help=argparse.SUPPRESS)
    parser.add_argument("--seconds", type=int, default=60, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.alone:
        fuzz(chosen.alone, chosen.seconds)
    if chosen.replay:
        _replay(chosen.replay)
        return 0
    from tests.fuzz.seeds import OURS  # noqa: PLC0415  -- the run's processes need none

    names = chosen.target or list(OURS)
    _sow(names)
    total, wrong = 0, list[str]()
    for name in names:
        inputs, found = _run(name, max(1, round(chosen.minutes * 60 / len(names))))
        print(f"{name:<12}{inputs:>12,} inputs   {'; '.join(found) or 'nothing found'}", flush=True)
        total, wrong = total + inputs, wrong + found
    print(f"{total:,} inputs, {len(wrong)} findings")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
