"""The console under load: a queue of ten thousand, an account of a hundred thousand, a message of 25 MB; CPU times and plans."""

import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from gateway.desk import Search, Sort
from gateway.report import Question
from gateway.store import SqliteStore, cards
from gateway.viewer import Viewer
from tests.support import mails
from tests.support.console import Console
from tests.support.many import fill, plan

WAITING, RULED = 10_000, 90_000
MEGABYTE = 1024**2
ALONE = {"together": False}
ASKED = {
    "first page": Search(),
    "first page, one group": Search(groups=("command",)),
    "by sender": Search(sort=Sort.SENDER),
    "newest of all": Search(state=None, sort=Sort.NEWEST, **ALONE),
    "search: two words": Search(words="pensions officer7777", **ALONE),
    "search: nothing found": Search(words="no such word", **ALONE),
    "search: all ever held": Search(state=None, words="pensions officer7777", sort=Sort.NEWEST, **ALONE),
    "sender": Search(sender="sender399"),
    "sender's group": Search(group="chaplains"),
    "subject": Search(subject="meeting 9998", **ALONE),
    "recipient": Search(recipient="officer9998", **ALONE),
    "policy, found, days": Search(policy="command review", since=mails.NOW, until=mails.NOW.replace(day=15), **ALONE),
}


async def took(ask: Callable[[], Awaitable[object]]) -> float:
    """CPU milliseconds, the best of three."""
    spent = []
    for _ in range(3):
        start = time.process_time()
        await ask()
        spent.append((time.process_time() - start) * 1000)
    return min(spent)


async def console(waiting: int = WAITING, ruled: int = RULED, *, large: bool = True) -> None:
    """All of it; large: the message of 25 MB too."""
    with tempfile.TemporaryDirectory() as folder:
        store = await SqliteStore.open(Path(folder) / "hatchway.db", clock := mails.FixedClock())
        try:
            await fill(store, waiting, ruled)
            print(f"\nthe queue: {waiting:,} wait, {ruled:,} were ruled on")
            await _queries(store)
            await _pages(Console(store, clock))
            await _report(store)
            if large:
                await _large(store, clock)
        finally:
            await store.close()


async def _queries(store: SqliteStore) -> None:
    print(f"{'':<46}{'ms':>12}   how SQLite answers")
    for name, search in ASKED.items():
        spent = await took(lambda search=search: store.desk.find(search))
        told = await store._writer.do(lambda db, search=search: plan(db, cards.asked(search)))
        lines = [line for line in told.splitlines() if "SUBQUERY" not in line]
        print(f"{name:<46}{spent:>12.1f}   {lines[0]}")
        for line in lines[1:]:
            print(f"{'':<61}{line}")
    print(f"{'counts above the list':<46}{await took(lambda: store.desk.tally(None, mails.NOW)):>12.1f}")


async def _pages(here: Console) -> None:
    chief = await here.person("supervisor", "chief@department.example")
    print(f"\n{'whole pages, as a browser gets them':<46}{'ms':>12}{'KiB':>10}")
    for path in ("/queue", "/queue?words=pensions+officer7777", "/queue?group=chaplains", "/queue?each=1&sort=sender"):
        size = len((await chief.get(path)).content) / 1024
        print(f"{path:<46}{await took(lambda path=path: chief.get(path)):>12.1f}{size:>10.0f}")


async def _report(store: SqliteStore) -> None:
    longest = []
    read = store._writer.read

    async def watched(work):
        start = time.process_time()
        try:
            return await read(work)
        finally:
            longest.append(time.process_time() - start)

    store.figures._writer = type("Watched", (), {"read": staticmethod(watched)})()
    found = await store.figures.report(Question(), mails.NOW.replace(year=2027))
    told = f"{sum(longest) * 1000:.0f} ms, no transaction over {max(longest) * 1000:.0f} ms"
    print(f"\naccount of {found.whole.held:,} messages over ten years: {told}")
    asked = Question(since=mails.NOW.replace(year=2025), group="chaplains")
    print(f"of one group, one year: {await took(lambda: store.figures.report(asked, mails.NOW)):.0f} ms")


async def _large(store: SqliteStore, clock: mails.FixedClock) -> None:
    words = b"The notes of the meeting go to all watches; please read them before roll call.\r\n"
    head = b"From: a@department.example\r\nSubject: large\r\nMIME-Version: 1.0\r\n"
    letters = head + b"Content-Type: text/plain\r\n\r\n" + words * (25 * MEGABYTE // len(words))
    page = head + b"Content-Type: text/html\r\n\r\n" + (b"<p>" + words) * (25 * MEGABYTE // (len(words) + 3))
    film = b"".join((b"QUJD" * 19, b"\r\n")) * (25 * MEGABYTE // 78)
    attached = (
        head
        + b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n\r\n'
        + words
        + b"--b\r\nContent-Type: application/octet-"
        b'stream; name="film.bin"\r\nContent-Transfer-Encoding: base64\r\n\r\n' + film + b"\r\n--b--\r\n"
    )
    here, eye = Console(store, clock), Viewer()
    object.__setattr__(here.house, "eye", eye)
    object.__setattr__(here.house.reviews.bench, "witness", eye)
    chief = await here.person("supervisor", "second@department.example")
    print("\n(first: by the clock, in a process of its own)", end="")
    print(f"\n{'the page of a message of 25 MB':<46}{'first, s':>12}{'again, ms':>12}{'KiB':>8}{'front, MiB':>12}")
    try:
        for id_, octets in (("TEXT", letters), ("HTML", page), ("FILE", attached)):
            await here.hold(id_, octets)
            start = time.perf_counter()
            answer = await chief.get(f"/mail/{id_}")
            first, size = time.perf_counter() - start, len(answer.content) / 1024
            again = await took(lambda id_=id_: chief.get(f"/mail/{id_}"))
            print(f"{id_.lower():<46}{first:>12.1f}{again:>12.0f}{size:>8.0f}{_peak():>12.0f}")
    finally:
        await eye.close()


def _peak() -> float:
    """The most memory this process ever had, in MiB; the sender's copies of the messages are part of it."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024
