"""`make bench`: what a message costs, stage by stage, through the gateway, and beside whatever peers are installed.

All figures are CPU time; those of one run compare, absolutes do not. Everything is on loopback, bounded in count, and ends by
itself. `deploy/BENCHMARKS.md` has what was measured, and what it does not show.
"""

import asyncio
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

TOP = Path(__file__).parents[2]
sys.path.insert(0, str(TOP))

from gateway.classify import Classifier, load_roster
from gateway.classify.classifier import RULES, _chosen, _matches, _passages
from gateway.classify.message import Message
from gateway.classify.page import Page
from gateway.decision import Hold
from gateway.hold import HeldMail
from gateway.mail import new_id
from gateway.model import load_judge
from gateway.policy import load_rulebook
from gateway.reading import Reader
from gateway.store import SqliteStore
from tests.bench import beside, doors, peers
from tests.bench.console import console
from tests.bench.stages import Watched
from tests.bench.traffic import Counted, LastHop, by, messages
from tests.support.mails import decision, mail, reviewers

COUNTS = {"S": 200, "M": 60, "MIX": 200, "L": 6}
WHOLE = {"S": 400, "M": 200, "MIX": 300, "L": 40}


def content(wire: bytes) -> bytes:
    return wire.removesuffix(b".\r\n").replace(b"\r\n..", b"\r\n.")


def cost(work: Callable[[], object]) -> tuple[float, object]:
    """CPU milliseconds, and what came of it."""
    start = time.process_time()
    done = work()
    return (time.process_time() - start) * 1000, done


def stages() -> None:
    """Each stage of the judgement by itself, in one process; no message comes twice."""
    roster, rulebook, now = load_roster(TOP / "policies" / "roster"), load_rulebook(TOP / "policies"), datetime.now(UTC)
    envelope = mail().envelope
    columns = {}
    for name, count in COUNTS.items():
        reader, judge = Reader(), Watched(load_judge())
        rules, whole = Classifier(roster), Classifier(roster, scorer=judge)
        spent = defaultdict(float)
        for octets in map(content, messages(name, count)):
            took, reading = cost(partial(reader.read, octets, dear=False))
            spent["reading"] += took
            spent["rules, all"] += cost(partial(rules.classify, reading))[0]
            for detector, took in by_detector(rules, reading):
                spent[f"  {detector}"] += took
            verdict = whole.classify(reading)
            spent["skim, masks, screen"] += 1000 * judge.screened
            spent["model"] += 1000 * judge.run
            spent["policy"] += cost(partial(rulebook.decide, envelope, reading.authors, verdict, now))[0]
        columns[name] = {stage: took / count for stage, took in spent.items()}
    print(f"{'CPU ms a message':<28}" + "".join(f"{name:>9}" for name in columns))
    for stage in columns["M"]:
        print(f"{stage:<28}" + "".join(f"{column.get(stage, 0.0):>9.3f}" for column in columns.values()))


def by_detector(classifier: Classifier, reading: object) -> list[tuple[str, float]]:
    """What each detector's patterns cost, in the sentences that it is asked about."""
    message = Message([Page(passage, classifier._words) for passage in _passages(reading)])
    spent = defaultdict(float)
    for page, number in _chosen(message)[0]:
        sentence = page.sentences[number]
        masked = sentence.masked
        for rule in sentence.rules:
            detector, row = RULES[rule]
            spent[detector.name] += cost(partial(_matches, row, masked))[0]
    return sorted(spent.items())


@contextmanager
def most_memory(leader: int):
    """Within: how many megabytes a gateway holds at the most."""
    peak, ended = [peers.memory(leader)], threading.Event()

    def look() -> None:
        while not ended.wait(0.1):
            peak[0] = max(peak[0], peers.memory(leader))

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield peak
    finally:
        ended.set()
        thread.join()


async def whole() -> None:
    """Through a gateway with default settings: what its front costs (door, hand-over, relay, log), and its judges."""
    hop = Counted()
    server = await asyncio.get_running_loop().create_server(lambda: LastHop(hop), "127.0.0.1", 0)
    print(f"\n{'through the gateway':<28}{'front':>9}{'judges':>9}{'msgs/s':>9}{'MB':>9}   (20 connections)")
    with peers.hatchway(server.sockets[0].getsockname()[1]) as (port, leader):
        idle = peers.memory(leader)
        await by(5, port, messages("S", 20))
        for name, count in WHOLE.items():
            front, all_, begun = peers.own_cpu(leader), peers.cpu(leader), time.perf_counter()
            with most_memory(leader) as peak:
                await by(20, port, messages(name, count))
            rate = count / (time.perf_counter() - begun)
            front = 1000 * (peers.own_cpu(leader) - front) / count
            all_ = 1000 * (peers.cpu(leader) - all_) / count
            print(f"{name:<28}{front:>9.2f}{all_ - front:>9.2f}{rate:>9.0f}{peak[0]:>9.0f}")
        before = peers.memory(leader)
        with most_memory(leader) as peak:
            await by(1, port, messages("XL", 1))
        more = peak[0] - before
        print(f"held in memory (PSS), MB: {idle:.0f} idle at first, {before:.0f} after that, {more:.0f} more for 25 MB")
    server.close()


async def shelf() -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = await SqliteStore.open(Path(folder) / "hatchway.db")
        start, cpu, count, octets = time.monotonic(), time.process_time(), 300, content(messages("S", 1)[0])
        for _ in range(count):
            now = datetime.now(UTC)
            held = HeldMail(mail=mail(octets, id_=new_id(now)), decision=decision(Hold(reviewers=reviewers())), since=now)
            await store.hold(held, ())
        each = (time.process_time() - cpu) / count * 1000
        print(f"\nholds on disk, one after the other: {count / (time.monotonic() - start):.0f}/s, {each:.2f} ms of CPU each")
        await store.close()


if __name__ == "__main__":
    stages()
    asyncio.run(whole())
    asyncio.run(shelf())
    print("\nthe doors alone, client included")
    asyncio.run(doors.main())
    asyncio.run(beside.main(list(COUNTS), [20]))
    asyncio.run(console())
