"""Hatchway beside whatever peers are installed, in one run: every cell is measured for each of them in turn, and then backwards.

`python tests/bench/beside.py [SETS [CONNECTIONS]]`, such as `S,M 20`. Figures of one run compare, absolutes do not.
"""

import asyncio
import statistics
import sys
import time
from contextlib import ExitStack
from pathlib import Path

TOP = Path(__file__).parents[2]
sys.path.insert(0, str(TOP))

from tests.bench import peers
from tests.bench.traffic import Counted, LastHop, by, messages

COUNTS = {"S": 400, "M": 200, "MIX": 300, "L": 40}
ROUNDS = 2
CELL = tuple[float, float, float, float, float, float]


async def measured(port, leader, hop, queue, connections):
    """CPU ms a message, messages a second, the latencies at 50, 95 and 99 %, and megabytes held, of one cell."""
    spent, begun = peers.cpu(leader), time.perf_counter()
    counted = await by(connections, port, queue)
    if counted.refused:
        raise RuntimeError(f"refused: {counted.refused[0]!r}")
    held = peers.memory(leader)
    await _settled(hop)
    took = time.perf_counter() - begun - _QUIET
    at = statistics.quantiles(counted.took, n=100, method="inclusive")
    milliseconds = [1000 * seconds for seconds in (at[49], at[94], at[98])]
    return (1000 * (peers.cpu(leader) - spent) / len(queue), len(queue) / took, *milliseconds, held)


_QUIET = 0.5


async def _settled(hop):
    """Once the last hop has heard nothing for a while: some take a message before they pass it on."""
    seen = -1
    while seen != hop.taken:
        seen = hop.taken
        await asyncio.sleep(_QUIET)


async def main(sets, connections):
    hop = Counted()
    server = await asyncio.get_running_loop().create_server(lambda: LastHop(hop), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    with ExitStack() as stack:
        there = {}
        for name, peer in peers.installed().items():
            there[name] = await asyncio.to_thread(stack.enter_context, peer(port))
            await by(5, there[name][0], messages("S", 20))
        print("idle, MB: " + ", ".join(f"{name} {peers.memory(leader):.0f}" for name, (_, leader) in there.items()))
        for which in sets:
            queue = messages(which, COUNTS[which])
            for many in connections:
                cells = {name: [] for name in there}
                for turn in range(ROUNDS):
                    for name in list(there)[:: 1 if turn % 2 == 0 else -1]:
                        cells[name].append(await measured(*there[name], hop, queue, many))
                table(which, many, cells)
    server.close()


def table(which, connections, cells):
    print(f"\n{f'{which}, {connections} connections':<24}{'CPU ms':>9}{'msgs/s':>9}{'p50 ms':>9}{'p95':>9}{'p99':>9}{'MB':>7}")
    for name, rounds in cells.items():
        cpu, rate, *times, held = (statistics.median(column) for column in zip(*rounds, strict=True))
        print(f"{name:<24}{cpu:>9.2f}{rate:>9.0f}" + "".join(f"{one:>9.1f}" for one in times) + f"{held:>7.0f}", flush=True)


if __name__ == "__main__":
    sets = sys.argv[1].split(",") if sys.argv[1:] else list(COUNTS)
    asyncio.run(main(sets, [int(one) for one in sys.argv[2].split(",")] if sys.argv[2:] else [20]))
