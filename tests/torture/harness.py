"""Kills a gateway under load, starts it again, and asks of every message what became of it.

A round is one life of the gateway: it starts doomed (see `STEPS`), mail comes in by several connections, holds are released and
denied, until it dies. What got no answer is sent again in the next round, as an MTA does. After some rounds it is started
without a doom, everything is answered, and `reconciled` compares what clients and reviewers were told with what the relay
took and the store says. Nothing here is random but by the seed; how fast the machine is decides the rest.
"""

import asyncio
import os
import random
import re
import shutil
import smtplib
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from gateway.control import NotRunning, Refused
from gateway.delivery import RELEASE
from tests.e2e.conftest import Heard, message, send
from tests.support.gateway import TOP, Gateway
from tests.support.relay import FakeRelay, Message

STEPS = (
    "commit.before",
    "commit.after",
    "fsync.before",
    "fsync.after",
    "relay.before",
    "relay.after",
    "client.after",
    "ruling.after",
    "some time",
)
"""Where a life ends: around a commit or an fsync, around the relay's answer to a final dot, right behind what a client or a
reviewer is told, or after some time."""
MANY = {"commit": 40, "fsync": 40, "relay": 14, "client": 14, "ruling": 6, "some time": 40}
"""How far the count goes in which a step is looked for, for `some time` in steps of 50 ms from the start of its mail."""
MESSAGES, CLIENTS = 12, 4
MORE = """\
judging: {model: false, workers: 1}
limits: {drain: 5s}
delivery: {retry: [1s]}
"""
ORDINARY = "The marked unit is back from the garage, and the keys are in the watch office."
ENDORSES = "The board endorses Marisol Tate for Mayor. Please vote for Marisol Tate on November 3."
WATCH = ("adams@department.example", "baker@department.example")
DESK = ("desk@county.example",)
_TOKEN = re.compile(rb"token-\d+-\d+")


@dataclass(frozen=True, slots=True)
class Sort:
    """A sort of mail: who sends what to whom, and the disposition it must get."""

    name: str
    sender: str
    to: tuple[str, ...]
    text: str
    ends: str


SORTS = (
    Sort("passes", "officer@department.example", DESK, ORDINARY, "relay"),
    Sort("tagged", "web.editor@department.example", DESK, ENDORSES, "relay"),
    Sort("held", "president@association.example", WATCH, ENDORSES, "hold"),
    Sort("held, large", "secretary@association.example", WATCH, ORDINARY * 6_000, "hold"),
    Sort("rejected", "first.person@department.example", DESK, ENDORSES, "reject"),
)


@dataclass(slots=True)
class Sent:
    """One message, and what its client was told: attempts so far, and the last reply once it was an answer."""

    token: str
    sort: Sort
    attempts: int = 0
    told: int = 0
    text: str = ""

    @property
    def open(self) -> bool:
        return not self.told or 400 <= self.told < 500


@dataclass(slots=True)
class Ruled:
    """What was asked of a hold, in order, and which of it was confirmed."""

    asked: list[str] = field(default_factory=list)
    confirmed: str = ""


@dataclass(slots=True)
class Report:
    """What was seen. kills: by step; wrong: what must never be, in words."""

    seed: int
    rounds: int = 0
    kills: Counter[str] = field(default_factory=Counter)
    alive: int = 0
    messages: Counter[str] = field(default_factory=Counter)
    rulings: Counter[str] = field(default_factory=Counter)
    again: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def lines(self) -> Iterable[str]:
        yield f"seed {self.seed}: {self.rounds} lives, {self.kills.total()} killed at a step, {self.alive} that never came to it"
        yield from (f"  killed at {step}: {count}" for step, count in sorted(self.kills.items()))
        yield "messages: " + ", ".join(f"{count} {name}" for name, count in sorted(self.messages.items()))
        yield "rulings: " + (", ".join(f"{count} {name}" for name, count in sorted(self.rulings.items())) or "none")
        yield "twice, as SMTP makes it possible: " + (
            ", ".join(f"{count} {why}" for why, count in sorted(self.again.items())) or "none"
        )
        yield f"lost, leaked, or in limbo: {len(self.wrong)}"
        yield from (f"  {line}" for line in self.wrong)


@dataclass
class Doomed(Gateway):
    """A gateway that ends at a step of its own. shim: what counts its fsyncs."""

    shim: Path | None = None
    step: str = ""
    number: int = 0

    def command(self) -> list[str]:
        if not self.step:
            return super().command()
        return [sys.executable, "-m", "tests.torture.victim", self.step, str(self.number), "serve", "-c", str(self.settings)]

    def environment(self) -> dict[str, str]:
        return {**os.environ, "LD_PRELOAD": str(self.shim)} if self.step.startswith("fsync") else dict(os.environ)

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None


def shim(folder: Path) -> Path:
    """shim.c, compiled. Raises FileNotFoundError where there is no compiler."""
    made = folder / "shim.so"
    source = Path(__file__).with_name("shim.c")
    subprocess.run(["cc", "-shared", "-fPIC", "-O2", "-o", made, source, "-ldl"], check=True, capture_output=True)
    return made


class _Relay(FakeRelay):
    """Calls `before` when a whole message came in, before it is answered, and `after` once the answer is out."""

    class Messages(list[Message]):
        relay: ClassVar["_Relay"]

        def append(self, taken: Message) -> None:
            super().append(taken)
            self.relay.answering()

    def __init__(self) -> None:
        super().__init__()
        self.messages = type("Watched", (_Relay.Messages,), {"relay": self})()
        self.before = self.after = lambda: None

    def answering(self) -> None:
        self.before()
        asyncio.get_running_loop().call_later(0.0003, self.after)


class Torture:
    """One gateway's folder, and all that was sent to it."""

    def __init__(self, folder: Path, relay: _Relay, rnd: random.Random, report: Report, number: int, shim: Path) -> None:
        self._rnd = rnd
        self._report = report
        self._relay = relay
        self._number = number
        self._sent: dict[str, Sent] = {}
        self._ruled: defaultdict[str, Ruled] = defaultdict(Ruled)
        self._left = 0
        policies = folder / "policies"
        shutil.copytree(TOP / "policies", policies, ignore=shutil.ignore_patterns("schema", "tests"))
        self.gateway = Doomed(folder / "gateway", relay=relay.port, policies=policies, roster=policies / "roster", shim=shim)
        self.gateway.more = MORE
        self.gateway.write_settings()
        text = self.gateway.settings.read_text(encoding="utf-8")
        self.gateway.settings.write_text(text.replace("contact:", "per hour: 100000, contact:"), encoding="utf-8")

    async def life(self) -> None:
        """One: it begins doomed, and is dead at the end, by its step or, if that did not come, by us."""
        step = self._rnd.choice(STEPS)
        self._left = self._rnd.randint(1, MANY[step.partition(".")[0]])
        self.gateway.step, self.gateway.number = step, self._left
        self._relay.before = self._at(step, "relay.before")
        self._relay.after = self._at(step, "relay.after")
        self._report.rounds += 1
        with suppress(AssertionError):  # it may die while it starts
            await asyncio.to_thread(self.gateway.start)
        if self.gateway.alive:
            await self._load(step)
        if self.gateway.alive:
            self._report.alive += 1
        else:
            self._report.kills[step] += 1
        await asyncio.to_thread(self.gateway.kill)
        self._relay.before = self._relay.after = lambda: None

    def _at(self, chosen: str, step: str) -> Callable[[], None]:
        return self._count if chosen == step else lambda: None

    def _count(self) -> None:
        self._left -= 1
        if self._left == 0:
            with suppress(ProcessLookupError):
                os.kill(self.gateway.process.pid, 9)

    async def _load(self, step: str) -> None:
        """What waits for an answer, new mail, and rulings, until all of it is done or it is dead."""
        for number in range(MESSAGES):
            token = f"token-{self._number}-{len(self._sent)}"
            self._sent[token] = Sent(token, SORTS[number % len(SORTS)])
        waiting = [sent for sent in self._sent.values() if sent.open]
        self._rnd.shuffle(waiting)
        ended = self._at(step, "client.after")
        clients = [asyncio.create_task(self._client(waiting, ended)) for _ in range(CLIENTS)]
        clock = asyncio.create_task(self._after_some_time()) if step == "some time" else None
        ruler = asyncio.create_task(self._rule(self._at(step, "ruling.after"), clients))
        await asyncio.gather(*clients, ruler)
        if clock:
            await clock

    async def _after_some_time(self) -> None:
        await asyncio.sleep(self._left * 0.05)
        self._left = 1
        self._count()

    async def _client(self, waiting: list[Sent], ended: Callable[[], None]) -> None:
        while waiting and self.gateway.alive:
            sent = waiting.pop()
            await self._attempt(sent)
            if sent.told:
                ended()

    async def _attempt(self, sent: Sent) -> None:
        sent.attempts += 1
        content = message(sent.token, sent.sort.text, sent.sort.sender)
        heard = await asyncio.to_thread(_send, self.gateway.port, sent.sort.sender, list(sent.sort.to), content)
        sent.told, sent.text = heard.final

    async def _rule(self, ended: Callable[[], None], clients: list[asyncio.Task[None]]) -> None:
        """Release and deny holds, as long as there are clients."""
        while self.gateway.alive and not all(client.done() for client in clients):
            try:
                waiting = await self._ask("queue.list")
            except NotRunning:
                return
            for held in self._rnd.sample(waiting, min(2, len(waiting))):
                ruling = self._rnd.choice(["release", "deny"])
                self._ruled[held["id"]].asked.append(ruling)
                try:
                    await self._ask(f"queue.{ruling}", id=held["id"], note="as it was asked for")
                except NotRunning:
                    return
                except Refused:
                    continue
                self._ruled[held["id"]].confirmed = ruling
                ended()
            await asyncio.sleep(0.02)

    async def _ask(self, request: str, **arguments: object) -> Any:
        return await asyncio.to_thread(lambda: self.gateway.ask(request, **arguments))

    async def reconciled(self) -> None:
        """Start it without a doom, send what is open until it is answered, and compare."""
        self.gateway.step = ""
        await asyncio.to_thread(self.gateway.start)
        for _ in range(5):
            for sent in [sent for sent in self._sent.values() if sent.open]:
                await self._attempt(sent)
        await asyncio.to_thread(self.gateway.wait_until_outbox_empty, 120)
        holds = await self._ask("queue.list", all=True, limit=100_000)
        for line in Books(self._sent, self._ruled, holds, self._relay.messages, self._report).wrong():
            self._report.wrong.append(f"{self.gateway.folder}: {line}")
        if await asyncio.to_thread(self.gateway.stop):
            self._report.wrong.append(f"{self.gateway.folder}: it did not stop in good order")
        verified = await asyncio.to_thread(self.gateway.hatchway, "audit", "verify")
        if verified.returncode:
            self._report.wrong.append(f"{self.gateway.folder}: the trail: {verified.stdout} {verified.stderr}")


class Books:
    """What was told, beside what is."""

    def __init__(self, sent, ruled, holds, arrived, report: Report) -> None:
        self._sent, self._ruled, self._report = sent, ruled, report
        self._holds = defaultdict(list)
        for held in holds:
            self._holds[held["subject"]].append(held)
        self._own: defaultdict[str, list[Message]] = defaultdict(list)
        self._noticed: set[str] = set()
        known = {held["id"] for held in holds}
        for one in arrived:
            head = one.data.partition(b"\r\n\r\n")[0]
            if b"X-Hatchway-Notice-Id:" in head:
                self._noticed |= known & set(re.findall(r"\b[0-9A-Za-z]{8,20}\b", one.data.decode("ascii", "replace")))
            elif found := _TOKEN.search(head):
                self._own[found[0].decode()].append(one)

    def wrong(self) -> Iterable[str]:
        for sent in self._sent.values():
            self._report.messages[sent.sort.name] += 1
            arrived = self._own[sent.token]
            if sent.open:
                yield f"{sent.token} ({sent.sort.name}) was never answered: {sent.told} {sent.text}"
            elif sent.sort.ends == "relay":
                yield from self._passed(sent, arrived)
            elif sent.sort.ends == "reject":
                if sent.told < 500 or arrived or self._holds[sent.token]:
                    yield f"{sent.token} (rejected): told {sent.told} {sent.text}, {len(arrived)} at the relay"
            else:
                yield from self._held(sent, arrived)

    def _passed(self, sent: Sent, arrived: list[Message]) -> Iterable[str]:
        if sent.told != 250:
            yield f"{sent.token} ({sent.sort.name}): {sent.told} {sent.text}"
        if not any(one.acked for one in arrived):
            yield f"LOST: {sent.token} ({sent.sort.name}) was told 250, and is not at the relay"
        if len(arrived) > sent.attempts:
            yield f"{sent.token} is at the relay {len(arrived)} times after {sent.attempts} attempts"
        self._report.again["sent again by a client that had no answer"] += max(0, len(arrived) - 1)

    def _held(self, sent: Sent, arrived: list[Message]) -> Iterable[str]:
        holds = self._holds[sent.token]
        if sent.told != 250 or not any(held["id"] in sent.text for held in holds):
            yield f"LOST: {sent.token} ({sent.sort.name}) was told {sent.told} {sent.text}, and the store has {len(holds)} others"
        if len(holds) > sent.attempts:
            yield f"{sent.token} is held {len(holds)} times after {sent.attempts} attempts"
        self._report.again["held again for a client that had no answer"] += max(0, len(holds) - 1)
        left = defaultdict(list)
        for one in arrived:
            release = re.search(rb"X-Hatchway-Id: *(\w+)\r\n" + RELEASE.encode() + rb": *(\w+)\r\n", one.data)
            if not release:
                yield f"LEAKED: {sent.token} is at the relay and was never released"
            else:
                left[release[1].decode()].append(release[2])
        for held in holds:
            yield from self._hold(held, left.pop(held["id"], []))
        if left:
            yield f"LEAKED: {sent.token} was released under {sorted(left)}, which nobody holds"

    def _hold(self, held, releases: list[bytes]) -> Iterable[str]:
        ruled, state = self._ruled.get(held["id"], Ruled()), held["state"]
        self._report.rulings[state] += state != "waiting"
        if held["id"] not in self._noticed:
            yield f"IN LIMBO: nobody was told of {held['id']}"
        if ruled.confirmed and state != {"release": "released", "deny": "denied"}[ruled.confirmed]:
            yield f"{held['id']}: {ruled.confirmed} was confirmed, and it is {state}"
        if state != "waiting" and {"released": "release", "denied": "deny"}[state] not in ruled.asked:
            yield f"{held['id']} is {state}, which nobody asked for"
        if state == "released" and not releases:
            yield f"LOST: {held['id']} was released and is not at the relay"
        if state != "released" and releases:
            yield f"LEAKED: {held['id']} is {state}, and at the relay"
        if len(set(releases)) > 1:
            yield f"{held['id']} left under several release ids"
        self._report.again["released again under the same Release-Id"] += max(0, len(releases) - 1)


def _send(port: int, sender: str, to: list[str], content: bytes) -> Heard:
    try:
        return send(port, sender, to, content)
    except (OSError, smtplib.SMTPException):
        return Heard(mail=(0, "lost"), final=(0, "lost"))


async def tortured(folder: Path, *, lives: int, seed: int, each: int = 20, say=lambda _line: None) -> Report:
    """So many lives, each `each` of them on a fresh store."""
    report = Report(seed)
    made = shim(folder)
    for number, first in enumerate(range(0, lives, each)):
        rnd = random.Random(f"{seed}-{number}")
        async with _Relay() as relay:
            torture = Torture(folder / f"{number}", relay, rnd, report, number, made)
            for _ in range(min(each, lives - first)):
                await torture.life()
            await torture.reconciled()
            report.wrong += relay.violations
        say(f"{report.rounds} lives, {report.kills.total()} kills, {len(report.wrong)} wrong")
        if not report.wrong:
            shutil.rmtree(folder / f"{number}")
    return report
