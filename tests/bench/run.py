"""`make bench`: what a message costs, stage by stage and in all, as CPU time; figures of one run compare, absolutes do not.

Everything is on loopback, bounded in count, and ends by itself.
"""

import asyncio
import os
import smtplib
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

TOP = Path(__file__).parents[2]
sys.path.insert(0, str(TOP))

from gateway.classify import Classifier, load_roster
from gateway.decision import Hold
from gateway.hold import HeldMail
from gateway.mail import new_id
from gateway.policy import load_rulebook
from gateway.reading import Reader
from gateway.store import SqliteStore
from tests.bench.console import console
from tests.support.gateway import Gateway
from tests.support.mails import decision, mail, reviewers
from tests.support.sink import Sink

SENTENCES = (
    "The marked unit is back from the garage and the keys are in the watch office.",
    "Please send your overtime sheets for the week to payroll before noon on Friday.",
    "Roll call moves to the training room while the ceiling is repaired.",
    "The council votes on the fleet contract next week; three bids were received.",
    "Range qualification is on the 19th, and ear protection is provided.",
)
HEAD = (
    "From: Dana Reed <dreed@department.example>\r\nTo: watch@department.example\r\n"
    "Subject: Notes of the week\r\nMIME-Version: 1.0\r\n"
)


def text(octets: int) -> str:
    lines = [SENTENCES[i % len(SENTENCES)] for i in range(octets // 75)]
    return "\r\n".join(lines) + "\r\n"


def small() -> bytes:
    return f"{HEAD}Content-Type: text/plain; charset=utf-8\r\n\r\n{text(4_000)}".encode()


def newsletter() -> bytes:
    plain = text(12_000)
    html = "".join(f"<tr><td><p style='margin:0'>{line}</p></td></tr>" for line in plain.splitlines())
    part = "\r\n--b1\r\nContent-Type: text/{}; charset=utf-8\r\n\r\n{}"
    body = part.format("plain", plain) + part.format("html", f"<html><body><table>{html}</table></body></html>")
    return f'{HEAD}Content-Type: multipart/alternative; boundary="b1"\r\n{body}\r\n--b1--\r\n'.encode()


def large() -> bytes:
    return small() + text(5_000_000).encode()


MESSAGES = {"S, 4 KB text": small(), "M, 30 KB newsletter": newsletter(), "L, 5 MB text": large()}


def cost(work: Callable[[], object], rounds: int) -> float:
    """CPU milliseconds of one call."""
    work()
    start = time.process_time()
    for _ in range(rounds):
        work()
    return (time.process_time() - start) / rounds * 1000


def stages() -> None:
    reader, classifier = Reader(), Classifier(load_roster(TOP / "policies" / "roster"))
    rulebook, now = load_rulebook(TOP / "policies"), datetime.now(UTC)
    print(f"{'CPU ms a message':<22}{'reading':>10}{'classify':>10}{'policy':>10}")
    for name, octets in MESSAGES.items():
        rounds = max(2, 400_000 // len(octets))
        reading = reader.read(octets)
        verdict, envelope = classifier.classify(reading), mail().envelope
        figures = (
            cost(lambda octets=octets: reader.read(octets), rounds),
            cost(lambda reading=reading: classifier.classify(reading), rounds),
            cost(lambda e=envelope, r=reading, v=verdict: rulebook.decide(e, r.authors, v, now), 500),
        )
        print(f"{name:<22}" + "".join(f"{figure:>10.3f}" for figure in figures))


def tree_cpu(leader: int) -> float:
    """CPU seconds of a session's processes, the ended ones included."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == leader:
            ticks += sum(map(int, fields[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


def send(port: int, octets: bytes, count: int) -> None:
    with smtplib.SMTP("127.0.0.1", port) as client:
        for _ in range(count):
            client.sendmail("dreed@department.example", ["watch@department.example"], octets)


def whole() -> None:
    print(f"\n{'through the gateway':<22}{'CPU ms':>10}{'msgs/s':>10}   (20 connections, process tree of the gateway)")
    with tempfile.TemporaryDirectory() as folder, Sink() as sink, Gateway(Path(folder), relay=sink.port) as gateway:
        for name, octets in MESSAGES.items():
            count = 2 if len(octets) > 10**6 else 25
            send(gateway.port, octets, 3)
            cpu, start = tree_cpu(gateway.process.pid), time.monotonic()
            with ThreadPoolExecutor(20) as pool:
                list(pool.map(lambda _, octets=octets, count=count: send(gateway.port, octets, count), range(20)))
            took, sent = time.monotonic() - start, 20 * count
            print(f"{name:<22}{(tree_cpu(gateway.process.pid) - cpu) / sent * 1000:>10.2f}{sent / took:>10.0f}")
        print(f"resident: {gateway.memory() / 1024**2:.0f} MiB, front and judges")


async def shelf() -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = await SqliteStore.open(Path(folder) / "hatchway.db")
        start, count, octets = time.monotonic(), 300, small()
        for _ in range(count):
            now = datetime.now(UTC)
            held = HeldMail(mail=mail(octets, id_=new_id(now)), decision=decision(Hold(reviewers=reviewers())), since=now)
            await store.hold(held, ())
        print(f"\nholds on disk, one after the other: {count / (time.monotonic() - start):.0f}/s")
        await store.close()


if __name__ == "__main__":
    stages()
    whole()
    asyncio.run(shelf())
    asyncio.run(console())
