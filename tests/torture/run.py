"""`make torture`: kills a gateway at every step of its work, again and again, and says what became of the mail.

Bounded, on loopback; ends by itself, with status 1 if anything was lost, leaked or left in limbo. `--seed` repeats a run.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from contextlib import nullcontext
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.support.postgres import cluster
from tests.torture.doomed import Nursery
from tests.torture.harness import tortured


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lives", type=int, default=200, help="how often it is started and killed  [default: 200]")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="repeats a run  [default: the time]")
    parser.add_argument("--store", choices=["sqlite", "postgresql"], default="sqlite", help="postgresql: two gateways share it")
    chosen = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="hatchway-torture-"))
    begun = time.monotonic()
    with Nursery(folder) as nursery, cluster() if chosen.store == "postgresql" else nullcontext() as shared:
        work = tortured(folder, nursery, lives=chosen.lives, seed=chosen.seed, shared=shared, say=partial(print, flush=True))
        report = asyncio.run(work)
    print("\n".join(report.lines()))
    print(f"{time.monotonic() - begun:.0f} s; what is left to look at: {folder if report.wrong else 'nothing'}")
    return 1 if report.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
