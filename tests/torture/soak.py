"""`make soak`: a gateway under steady, modest traffic of all kinds, and whether anything in it grows that should not.

Mail passes, is tagged, rejected and held, with and without documents, released and denied; clients are idle, slow, or break
off; policies are loaded anew, pages and figures are asked for. Every few seconds memory, descriptors, threads, processes and
files are measured. After a warm-up, growth is the slope of what was measured (Theil and Sen's: the median of the slopes
between all pairs, which no single peak bends) times its length; more than the bound of `BOUNDS` fails the run. The database
may grow, by what it is there to keep: so much for each hold.
"""

import argparse
import asyncio
import http.client
import os
import random
import re
import signal
import smtplib
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parents[2]))

from gateway.control import NotRunning, Refused
from tests.e2e.conftest import send
from tests.support.documents import docx
from tests.support.gateway import Gateway, free_port
from tests.support.relay import FakeRelay
from tests.torture.books import ENDORSES, ORDINARY, SORTS

MIB = 1024**2
BOUNDS = {
    "memory of the front, MiB": 8.0,
    "memory of all processes, MiB": 24.0,
    "descriptors of the front": 3.0,
    "connections of the front": 20.0,
    "threads of the front": 2.0,
    "processes": 1.0,
    "journal, MiB": 1.0,
    "spool, files": 1.0,
}
"""By how much each may grow after the warm-up, in the length of a run.

Descriptors are those that are no open connection: of these a machine that becomes slower has more, since each lasts longer.
"""
PER_HOLD = 96.0
"""KiB by which the database may grow for each hold: a few for the message, eight for each of five notices, and their lines."""
IDLE, SLOW, WAITING = 20, 3, 20
MORE = """\
judging: {{model: false, ocr: false, workers: 1}}
limits: {{command timeout: 45s, data timeout: 2m}}
delivery: {{retry: [1s]}}
monitor: {{listen: "127.0.0.1:{monitor}"}}
console: {{listen: "127.0.0.1:{console}", public url: "http://127.0.0.1:{console}"}}
"""
_HELD = re.compile(r'^hatchway_messages_total\{.*disposition="hold".*\} (\S+)$', re.MULTILINE)
NOTICES = "per hour: 1000000, contact:"


@dataclass(slots=True)
class Measured:
    """One row: seconds since the start, what was measured by the names of BOUNDS, octets of the database, holds so far."""

    at: float
    values: dict[str, float]
    database: int
    holds: int


@dataclass(frozen=True, slots=True)
class Grown:
    """What became of one of them after the warm-up."""

    name: str
    first: float
    last: float
    most: float
    grew: float
    bound: float

    @property
    def fails(self) -> bool:
        return self.grew > self.bound


def growth(rows: Sequence[Measured], bounds: dict[str, float] | None = None) -> list[Grown]:
    """Of each, from rows behind the warm-up; at least two."""
    bounds, found = bounds or BOUNDS, []
    for name, bound in bounds.items():
        points = list(_binned([(row.at, row.values[name]) for row in rows]))
        length = rows[-1].at - rows[0].at
        found.append(
            Grown(name, points[0][1], points[-1][1], max(row.values[name] for row in rows), _slope(points) * length, bound)
        )
    return found


def database(rows: Sequence[Measured]) -> Grown:
    """KiB for each hold."""
    first, last = rows[0], rows[-1]
    each = (last.database - first.database) / 1024 / max(1, last.holds - first.holds)
    return Grown(
        "database, MiB; KiB for each hold", first.database / MIB, last.database / MIB, last.database / MIB, each, PER_HOLD
    )


def _binned(points: Sequence[tuple[float, float]], bins: int = 40) -> Iterator[tuple[float, float]]:
    """Medians of stretches of equal length."""
    size = max(1, len(points) // bins)
    for first in range(0, len(points), size):
        some = points[first : first + size]
        yield median(at for at, _ in some), median(value for _, value in some)


def _slope(points: Sequence[tuple[float, float]]) -> float:
    pairs = ((one, other) for number, one in enumerate(points) for other in points[number + 1 :])
    return median([(other[1] - one[1]) / (other[0] - one[0]) for one, other in pairs] or [0.0])


def table(rows: Sequence[Grown]) -> Iterator[str]:
    yield f"{'':36} {'then':>9} {'at last':>9} {'most':>9} {'growth':>9} {'bound':>7}"
    for row in rows:
        figures = f"{row.first:9.1f} {row.last:9.1f} {row.most:9.1f} {row.grew:+9.2f} {row.bound:7.1f}"
        yield f"{row.name:36} {figures} {'GREW' if row.fails else ''}".rstrip()


@dataclass
class Soak:
    """A gateway, its clients, and what was counted."""

    gateway: Gateway
    relay: FakeRelay
    rnd: random.Random
    monitor: int
    console: int
    counts: Counter[str] = field(default_factory=Counter)
    rows: list[Measured] = field(default_factory=list)
    begun: float = field(default_factory=time.monotonic)

    async def run(self, seconds: float, rate: float, say: Callable[[str], None]) -> None:
        """Returns when the time is over. Raises RuntimeError if the gateway ends before."""
        works = [
            self._often(1 / rate, self._mail),
            self._often(2.0, self._rule),
            self._often(60.0, self._reload),
            self._often(15.0, self._ask),
            self._often(10.0, self._break_off),
            *(self._often(0.1, self._idle) for _ in range(IDLE)),
            *(self._often(1.0, self._slow) for _ in range(SLOW)),
        ]
        tasks = [asyncio.create_task(work) for work in works]
        try:
            last = 0.0
            while (now := time.monotonic() - self.begun) < seconds:
                if self.gateway.process.poll() is not None:
                    raise RuntimeError(f"the gateway ended with {self.gateway.process.returncode}")
                self.rows.append(self.measured(now))
                if now - last >= 60 or not last:
                    last = now
                    say(self._line())
                self.relay.messages.clear()
                self.relay.talks[:] = [[] for _ in self.relay.talks]
                self.relay.reads[:] = [[] for _ in self.relay.reads]
                for done in (task for task in tasks if task.done()):
                    done.result()
                await asyncio.sleep(5)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _line(self) -> str:
        row = self.rows[-1]
        return (
            f"{row.at / 60:5.1f} min  " + "  ".join(f"{row.values[name]:.1f} {name}" for name in BOUNDS) + f"  {row.holds} holds"
        )

    async def _often(self, seconds: float, work: Callable[[], Awaitable[None]]) -> None:
        while True:
            begun = time.monotonic()
            with suppress(OSError, smtplib.SMTPException, NotRunning, http.client.HTTPException, asyncio.IncompleteReadError):
                await work()
            await asyncio.sleep(max(0.0, seconds - (time.monotonic() - begun)) * self.rnd.uniform(0.5, 1.5))

    async def _mail(self) -> None:
        sort = self.rnd.choice([sort for sort in SORTS if sort.name != "held, large"])
        written = EmailMessage()
        written["From"], written["To"], written["Subject"] = sort.sender, ", ".join(sort.to), f"Number {self.counts.total()}"
        written.set_content(sort.text * self.rnd.randint(1, 40))
        kind = "message"
        if self.rnd.random() < 0.05:
            kind = "with a document"
            written.add_attachment(docx([ORDINARY, ENDORSES]), maintype="application", subtype="octet-stream", filename="a.docx")
        elif sort.name == "passes" and self.rnd.random() < 0.05:
            kind = "large"
            written.set_content(ORDINARY * 20_000)
        octets = written.as_bytes().replace(b"\n", b"\r\n")
        heard = await asyncio.to_thread(send, self.gateway.port, sort.sender, list(sort.to), octets)
        self.counts[f"{heard.final[0]} to {sort.name}"] += 1
        self.counts[kind] += 1

    async def _rule(self) -> None:
        waiting = await self._asked("queue.list")
        for held in waiting[: max(0, len(waiting) - WAITING)]:
            ruling = self.rnd.choice(["release", "deny"])
            with suppress(Refused):
                await self._asked(f"queue.{ruling}", id=held["id"], note="as it was asked for")
                self.counts[ruling] += 1

    async def _reload(self) -> None:
        self.gateway.process.send_signal(signal.SIGHUP)
        self.counts["reload"] += 1

    async def _ask(self) -> None:
        await self._asked("status")
        _, figures = await asyncio.to_thread(_page, self.monitor, "/metrics")
        self.counts["holds"] = sum(int(float(count)) for count in _HELD.findall(figures))
        self.counts["page"] += (await asyncio.to_thread(_page, self.console, "/"))[0] < 500

    async def _idle(self) -> None:
        """Greet, and say nothing, until the door is closed on us."""
        async with _connected(self.gateway.port) as (reader, writer):
            writer.write(b"EHLO idle.department.example\r\n")
            self.counts["idle"] += 1
            while await reader.read(4096):
                pass

    async def _slow(self) -> None:
        """A message in about a minute."""
        async with _connected(self.gateway.port) as (reader, writer):
            await _greeted(reader, writer)
            for _ in range(60):
                writer.write(b"The keys are in the watch office.\r\n")
                await writer.drain()
                await asyncio.sleep(1)
            writer.write(b".\r\nQUIT\r\n")
            self.counts["slow"] += (await reader.read()).startswith(b"250 2.0.0 Ok")

    async def _break_off(self) -> None:
        async with _connected(self.gateway.port) as (reader, writer):
            await _greeted(reader, writer)
            writer.write(b"The keys are in the watch office.\r\n" * 4000)
            self.counts["broken off"] += 1

    async def _asked(self, request: str, **arguments: object):
        return await asyncio.to_thread(lambda: self.gateway.ask(request, **arguments))

    def measured(self, at: float) -> Measured:
        front = self.gateway.process.pid
        status = dict(line.split(":", 1) for line in Path(f"/proc/{front}/status").read_text().splitlines())
        connections = _connections(front)
        size, all_ = os.sysconf("SC_PAGESIZE"), _processes(front)
        store = self.gateway.folder / "hatchway.db"
        spool = store.with_name("hatchway.db.spool")
        values = (
            int(status["VmRSS"].split()[0]) / 1024,
            sum(pages for pages in all_) * size / MIB,
            len(os.listdir(f"/proc/{front}/fd")) - connections,  # noqa: PTH208  -- numbers, not paths
            connections,
            int(status["Threads"]),
            len(all_),
            _size(store.with_name("hatchway.db-wal")) / MIB,
            len(list(spool.iterdir())) if spool.is_dir() else 0,
        )
        return Measured(at, dict(zip(BOUNDS, map(float, values), strict=True)), _size(store), self.counts["holds"])


async def _greeted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """As far as the head of a message."""
    said = b"220"
    for line in (b"EHLO client", b"MAIL FROM:<officer@department.example>", b"RCPT TO:<desk@county.example>", b"DATA", b""):
        while not (await reader.readline()).startswith(said + b" "):
            if reader.at_eof():
                raise ConnectionError
        said = b"354" if line == b"DATA" else b"250"
        writer.write(line + b"\r\n" if line else b"Subject: by and by\r\n\r\n")


class _connected:  # noqa: N801  -- used as a function
    def __init__(self, port: int) -> None:
        self._port = port

    async def __aenter__(self):
        reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        return reader, self._writer

    async def __aexit__(self, *_: object) -> None:
        self._writer.transport.abort()


def _processes(group: int) -> list[int]:
    """Resident pages of all processes of the group."""
    pages = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            if int(fields[2]) == group:
                pages.append(int(fields[21]))
    return pages


def _connections(process: int) -> int:
    """How many TCP connections it has that are open on both sides; one that the other side closed is none."""
    rows = [line.split() for name in ("tcp", "tcp6") for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:]]
    established = {f"socket:[{row[9]}]" for row in rows if row[3] == "01"}
    count = 0
    for link in Path(f"/proc/{process}/fd").iterdir():
        with suppress(FileNotFoundError):
            count += str(link.readlink()) in established
    return count


def _size(file: Path) -> int:
    with suppress(FileNotFoundError):
        return file.stat().st_size
    return 0


def _page(port: int, path: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


async def soaked(folder: Path, *, minutes: float, rate: float, seed: int, say: Callable[[str], None]) -> tuple[Soak, int]:
    """What was measured, and how the gateway ended."""
    async with FakeRelay(keep=False) as relay:
        monitor, console = free_port(), free_port()
        gateway = Gateway(folder / "gateway", relay=relay.port, more=MORE.format(monitor=monitor, console=console))
        gateway.write_settings()
        text = gateway.settings.read_text(encoding="utf-8")
        gateway.settings.write_text(text.replace("contact:", NOTICES), encoding="utf-8")
        await asyncio.to_thread(gateway.start)
        soak = Soak(gateway, relay, random.Random(seed), monitor, console)
        try:
            await soak.run(minutes * 60, rate, say)
        finally:
            ended = await asyncio.to_thread(gateway.stop)
    return soak, ended


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=60.0, help="[default: 60]")
    parser.add_argument("--rate", type=float, default=2.0, help="messages a second  [default: 2]")
    parser.add_argument("--seed", type=int, default=1, help="of the traffic  [default: 1]")
    chosen = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="hatchway-soak-"))
    say = partial(print, flush=True)
    soak, ended = asyncio.run(soaked(folder, minutes=chosen.minutes, rate=chosen.rate, seed=chosen.seed, say=say))
    warm = min(chosen.minutes * 60 / 4, 900.0)
    rows = [row for row in soak.rows if row.at >= warm]
    grown = [*growth(rows), database(rows)]
    print(", ".join(f"{count} {name}" for name, count in sorted(soak.counts.items())))
    print(f"{len(rows)} rows in {(rows[-1].at - rows[0].at) / 60:.0f} minutes behind a warm-up of {warm / 60:.0f}:")
    print("\n".join(table(grown)))
    if ended:
        print(f"the gateway ended with {ended}; its log is in {folder}")
    return 1 if ended or any(one.fails for one in grown) else 0


if __name__ == "__main__":
    sys.exit(main())
