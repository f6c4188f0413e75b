"""Kills the gateway under load, starts it again, and asks of every message what became of it.

On SQLite there is one gateway; on PostgreSQL there are two over one store, of which one dies, or the other, or both, while
the store itself stops now and then. A life begins with a doom (see `STEPS`) for one of them; whoever is dead is started, mail
comes in by several connections to whoever lives, holds are released and denied through any of them, until the doomed one
dies. What got no answer is sent again, as an MTA does. After some lives whoever lives, or all, go on without a doom until
everything is answered and delivered, and `Books` compares what clients and reviewers were told with what the relay took and
the store says. Nothing here is random but by the seed; how fast the machine is decides the rest.
"""

import asyncio
import os
import random
import shutil
import smtplib
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gateway.control import NotRunning, Refused
from tests.e2e.conftest import Heard, message, send
from tests.support.gateway import TOP
from tests.support.postgres import Cluster
from tests.torture.books import SORTS, Books, Report, Ruled, Sent
from tests.torture.doomed import Doomed, Nursery, Watched

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
SHARED = tuple(step for step in STEPS if not step.startswith("fsync"))
"""The steps on PostgreSQL, which does the fsyncs."""
MANY = {"commit": 40, "fsync": 40, "relay": 14, "client": 14, "ruling": 6, "some time": 40}
"""How far the count goes in which a step is looked for, for `some time` in steps of 50 ms from the start of its mail."""
MESSAGES, CLIENTS, LONGEST, PATIENCE = 12, 4, 60.0, 1800.0
WEATHER = ("", "", "", "", "", "stopped", "connections cut")
"""What becomes of PostgreSQL in a life."""
MORE = """\
judging: {model: false, ocr: false, workers: 1}
limits: {drain: 5s}
delivery: {retry: [1s], lease: 5s}
"""


@dataclass(frozen=True, slots=True)
class Node:
    """A gateway, and the relay that only it goes through, so that it is known who delivers."""

    gateway: Doomed
    relay: Watched

    @property
    def name(self) -> str:
        return self.gateway.folder.name

    @property
    def alive(self) -> bool:
        return self.gateway.alive


class Torture:
    """Gateways over one store, and all that was sent to them. shared: the PostgreSQL, where it is one."""

    def __init__(self, nodes: Sequence[Node], rnd: random.Random, report: Report, number: int, shared: Cluster | None) -> None:
        self._nodes = nodes
        self._rnd = rnd
        self._report = report
        self._number = number
        self._shared = shared
        self._sent: dict[str, Sent] = {}
        self._ruled: defaultdict[str, Ruled] = defaultdict(Ruled)
        self._doomed = nodes[0]
        self._left = 0

    async def life(self) -> None:
        """One: whoever is doomed is dead at the end, by the step or, if that did not come, by us."""
        step = self._rnd.choice(SHARED if self._shared else STEPS)
        self._left = self._rnd.randint(1, MANY[step.partition(".")[0]])
        victims = self._rnd.sample(self._nodes, self._rnd.choice([1, 1, 1, 1, len(self._nodes)]))
        self._doomed = victims[0]
        for node in self._nodes:
            node.gateway.step = "none"
        self._doomed.gateway.doom(step, self._left)
        self._doomed.relay.before = self._at(step, "relay.before")
        self._doomed.relay.after = self._at(step, "relay.after")
        self._report.rounds += 1
        await self._load(step, victims, self._rnd.choice(WEATHER) if self._shared else "")
        if self._doomed.alive:
            self._report.alive += 1
        else:
            self._report.kills[step] += 1
            self._report.who[" and ".join(sorted(victim.name for victim in victims))] += 1
        for node in self._nodes:
            if not node.alive and node.gateway.process.returncode != -9:
                self._wrong(f"{node.name} ended by itself with {node.gateway.process.returncode}")
        for victim in victims:
            await asyncio.to_thread(victim.gateway.kill)
        self._doomed.relay.unwatched()

    def _at(self, chosen: str, step: str) -> Callable[[], None]:
        return self._count if chosen == step else lambda: None

    def _count(self) -> None:
        self._left -= 1
        if self._left == 0:
            self._end()

    def _end(self) -> None:
        with suppress(ProcessLookupError):
            os.kill(self._doomed.gateway.process.pid, 9)

    async def _load(self, step: str, victims: Sequence[Node], weather: str) -> None:
        """What waits for an answer while the dead are started, then new mail, and rulings, until all is done or one is dead."""
        ready = asyncio.Event()
        waiting = self._shuffled([sent for sent in self._sent.values() if sent.open])
        ended = self._at(step, "client.after")
        clients = [asyncio.create_task(self._client(waiting, ready, ended)) for _ in range(CLIENTS)]
        ruler = asyncio.create_task(self._rule(self._at(step, "ruling.after"), clients))
        together = asyncio.create_task(self._together(victims, clients))
        dead = [node for node in self._nodes if not node.alive]
        await asyncio.gather(*(asyncio.to_thread(node.gateway.start) for node in dead))
        if self._doomed.alive:
            waiting += self._shuffled([self._new(number) for number in range(MESSAGES)])
        ready.set()
        others = [self._after_some_time()] if step == "some time" else []
        others += [self._storm(weather)] if weather else []
        await asyncio.gather(*clients, ruler, together, *others)

    async def _together(self, victims: Sequence[Node], clients: list[asyncio.Task[None]]) -> None:
        """They die with the first of them."""
        while self._doomed.alive and not all(client.done() for client in clients):  # noqa: ASYNC110  -- a process does not tell
            await asyncio.sleep(0.005)
        if not self._doomed.alive:
            for victim in victims[1:]:
                await asyncio.to_thread(victim.gateway.kill)

    def _shuffled(self, sent: list[Sent]) -> list[Sent]:
        return self._rnd.sample(sent, len(sent))

    def _new(self, number: int) -> Sent:
        token = f"token-{self._number}-{len(self._sent)}"
        self._sent[token] = Sent(token, SORTS[number % len(SORTS)])
        return self._sent[token]

    async def _after_some_time(self) -> None:
        await asyncio.sleep(self._left * 0.05)
        self._end()

    async def _storm(self, weather: str) -> None:
        """PostgreSQL stops in mid-work and comes back after a while, or breaks off all it is talking to."""
        first, second = self._rnd.uniform(0, 0.5), self._rnd.uniform(0, 1.5)
        await asyncio.sleep(first)
        self._report.store[weather] += 1
        if weather == "stopped":
            await asyncio.to_thread(self._shared.down)
            await asyncio.sleep(second)
            await asyncio.to_thread(self._shared.up)
        else:
            asked = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'hatchway %'"
            await asyncio.to_thread(self._shared.ask, asked)

    async def _client(self, waiting: list[Sent], ready: asyncio.Event, ended: Callable[[], None]) -> None:
        until = time.monotonic() + LONGEST
        while not ready.is_set() or (waiting and self._doomed.alive):
            if not waiting or not any(node.alive for node in self._nodes):
                await asyncio.sleep(0.01)
                continue
            sent = waiting.pop(0)
            by = await self._attempt(sent)
            if sent.told and by is self._doomed:
                ended()
            if sent.open and time.monotonic() < until:
                await asyncio.sleep(0.1)
                waiting.append(sent)

    async def _attempt(self, sent: Sent) -> Node:
        """One more, by whoever lives. The answer is that of the gateway that is returned."""
        node = self._rnd.choice([node for node in self._nodes if node.alive] or self._nodes)
        sent.attempts += 1
        content = message(sent.token, sent.sort.text, sent.sort.sender)
        heard = await asyncio.to_thread(_send, node.gateway.port, sent.sort.sender, list(sent.sort.to), content)
        sent.told, sent.text = heard.final
        sent.by = node.name
        return node

    async def _rule(self, ended: Callable[[], None], clients: list[asyncio.Task[None]]) -> None:
        """Release and deny holds through whoever lives, as long as there are clients."""
        while not all(client.done() for client in clients):
            await asyncio.sleep(0.02)
            if not (alive := [node for node in self._nodes if node.alive]):
                continue
            node = self._rnd.choice(alive)
            with suppress(NotRunning, Refused):
                waiting = await self._ask(node, "queue.list")
                for held in self._rnd.sample(waiting, min(2, len(waiting))):
                    await self._ruling(node, held, ended)

    async def _ruling(self, node: Node, held: dict[str, Any], ended: Callable[[], None]) -> None:
        ruling, ruled = self._rnd.choice(["release", "deny"]), self._ruled[held["id"]]
        ruled.asked.append(ruling)
        try:
            await self._ask(node, f"queue.{ruling}", id=held["id"], note="as it was asked for")
        except Refused:
            return
        ruled.confirmed = ruling
        if node is self._doomed:
            ended()
        takers = [sent.by for sent in self._sent.values() if held["id"] in sent.text]
        if takers:
            self._report.through["whoever held it" if node.name in takers else "another gateway"] += 1

    async def _ask(self, node: Node, request: str, **arguments: object) -> Any:
        return await asyncio.to_thread(lambda: node.gateway.ask(request, **arguments))

    async def _heard(self, node: Node, request: str, **arguments: object) -> Any:
        """The same, of a gateway that may not have seen yet that the store is back."""
        until = time.monotonic() + PATIENCE
        while True:
            try:
                return await self._ask(node, request, **arguments)
            except Refused:
                if time.monotonic() > until:
                    raise
            await asyncio.sleep(0.2)

    async def reconciled(self) -> None:
        """Whoever lives goes on alone, or all do; what is open is sent until it is answered; then compare."""
        going = list(self._nodes)
        if self._rnd.random() < 0.5:
            going = [node for node in self._nodes if node.alive] or self._rnd.sample(self._nodes, 1)
        begun = time.monotonic()
        for node in going:
            if not node.alive:
                node.gateway.step = ""
                await asyncio.to_thread(node.gateway.start)
        for _ in range(20):
            for sent in [sent for sent in self._sent.values() if sent.open]:
                await self._attempt(sent)
        if left := await self._emptied(going[0]):
            self._wrong(f"IN LIMBO: {left} parcels are in the outbox after {PATIENCE:.0f} s")
        who = "the only gateway" if len(self._nodes) == 1 else "both" if len(going) > 1 else "one alone, with what the other had"
        self._report.settled[who] = max(self._report.settled.get(who, 0.0), time.monotonic() - begun)
        await self._compared(going)

    async def _emptied(self, node: Node) -> int:
        """Parcels that are left when all should be delivered."""
        until = time.monotonic() + PATIENCE
        while (left := (await self._heard(node, "status"))["outbox"]) and time.monotonic() < until:  # noqa: ASYNC110  -- as above
            await asyncio.sleep(0.2)
        return left

    async def _compared(self, alive: Sequence[Node]) -> None:
        last = alive[0]
        if left := (await self._heard(last, "status"))["undeliverable"]:
            self._wrong(f"{left} parcels were given up")
        holds = await self._heard(last, "queue.list", all=True, limit=100_000)
        arrived = [one for node in self._nodes for one in node.relay.messages]
        for line in Books(self._sent, self._ruled, holds, arrived, self._report).wrong():
            self._wrong(line)
        for node in alive:
            if await asyncio.to_thread(node.gateway.stop):
                self._wrong(f"{node.name} did not stop in good order")
        verified = await asyncio.to_thread(last.gateway.hatchway, "audit", "verify", seconds=3600)
        if verified.returncode:
            self._wrong(f"the trail: {verified.stdout} {verified.stderr}")
        for node in self._nodes:
            for violation in node.relay.violations:
                self._wrong(f"at the relay of {node.name}: {violation}")

    def _wrong(self, what: str) -> None:
        self._report.wrong.append(f"{self._nodes[0].gateway.folder.parent}: {what}")


def _send(port: int, sender: str, to: list[str], content: bytes) -> Heard:
    try:
        return send(port, sender, to, content)
    except (OSError, smtplib.SMTPException):
        return Heard(mail=(0, "lost"), final=(0, "lost"))


@asynccontextmanager
async def _nodes(folder: Path, nursery: Nursery, shared: Cluster | None) -> AsyncIterator[list[Node]]:
    """Gateways over a fresh store, not yet started, and their relays; dead at the end."""
    database = shared.database() if shared else ""
    policies = folder / "policies"
    shutil.copytree(TOP / "policies", policies, ignore=shutil.ignore_patterns("schema", "tests"))
    async with AsyncExitStack() as stack:
        nodes = []
        for name in ("A", "B") if shared else ("gateway",):
            relay = await stack.enter_async_context(Watched())
            gateway = Doomed(folder / name, relay=relay.port, policies=policies, roster=policies / "roster", nursery=nursery)
            gateway.more = MORE
            if shared:
                gateway.store = f'{{url: "{shared.place(database, folder / name).url}", folder: {folder / name}}}'
            gateway.write_settings()
            text = gateway.settings.read_text(encoding="utf-8")
            gateway.settings.write_text(text.replace("contact:", "per hour: 100000, contact:"), encoding="utf-8")
            nodes.append(Node(gateway, relay))
        try:
            yield nodes
        finally:
            for node in nodes:
                if node.alive:
                    await asyncio.to_thread(node.gateway.kill)


async def tortured(
    folder: Path,
    nursery: Nursery,
    *,
    lives: int,
    seed: int,
    each: int = 20,
    shared: Cluster | None = None,
    say: Callable[[str], None] = lambda _line: None,
) -> Report:
    """So many lives, each `each` of them on a fresh store: with one gateway on SQLite, or with two on a PostgreSQL."""
    report = Report(seed)
    for number, first in enumerate(range(0, lives, each)):
        rnd = random.Random(f"{seed}-{number}")
        async with _nodes(folder / f"{number}", nursery, shared) as nodes:
            torture = Torture(nodes, rnd, report, number, shared)
            for _ in range(min(each, lives - first)):
                await torture.life()
            await torture.reconciled()
        say(f"{report.rounds} lives, {report.kills.total()} kills, {len(report.wrong)} wrong")
        if not report.wrong:
            shutil.rmtree(folder / f"{number}")
    return report
