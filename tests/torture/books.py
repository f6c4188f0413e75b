"""What was sent and told, beside what the relay took and the store says."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from gateway.delivery import RELEASE
from tests.support.relay import Message

ORDINARY = "The marked unit is back from the garage, and the keys are in the watch office."
ENDORSES = "The board endorses Marisol Tate for Mayor. Please vote for Marisol Tate on November 3."
WATCH = ("adams@department.example", "baker@department.example")
DESK = ("desk@county.example",)
_TOKEN = re.compile(rb"token-\d+-\d+")
_NOTICE = re.compile(rb"^X-Hatchway-Notice-Id: *(\w+)", re.MULTILINE)
_RELEASE = re.compile(rb"X-Hatchway-Id: *(\w+)\r\n" + RELEASE.encode() + rb": *(\w+)\r\n")
STATES = {"release": "released", "deny": "denied"}
"""What becomes of a hold by each ruling."""


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
    Sort("held, large", "secretary@association.example", WATCH, ORDINARY * 2_000, "hold"),
    Sort("rejected", "first.person@department.example", DESK, ENDORSES, "reject"),
)


@dataclass(slots=True)
class Sent:
    """One message, and what its client was told: attempts so far, and the last reply once it was an answer, and by whom."""

    token: str
    sort: Sort
    attempts: int = 0
    told: int = 0
    text: str = ""
    by: str = ""

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
    """What was seen. kills: by step; who: was killed; wrong: what must never be, in words.

    through: rulings by the gateway that held the message, or by another; after: the longest until the outbox was empty
    """

    seed: int
    rounds: int = 0
    kills: Counter[str] = field(default_factory=Counter)
    who: Counter[str] = field(default_factory=Counter)
    alive: int = 0
    store: Counter[str] = field(default_factory=Counter)
    messages: Counter[str] = field(default_factory=Counter)
    rulings: Counter[str] = field(default_factory=Counter)
    through: Counter[str] = field(default_factory=Counter)
    again: Counter[str] = field(default_factory=Counter)
    releases: list[str] = field(default_factory=list)
    settled: dict[str, float] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def lines(self) -> Iterable[str]:
        yield f"seed {self.seed}: {self.rounds} lives, {self.kills.total()} killed at a step, {self.alive} that never came to it"
        yield from (f"  killed at {step}: {count}" for step, count in sorted(self.kills.items()))
        yield f"killed: {_counted(self.who)}"
        if self.store:
            yield f"the store meanwhile: {_counted(self.store)}"
        yield f"messages: {_counted(self.messages)}"
        yield f"rulings: {_counted(self.rulings)}; asked of {_counted(self.through)}"
        yield f"twice, as SMTP makes it possible: {_counted(self.again)}"
        if self.releases:
            yield f"  Release-Ids that came twice: {' '.join(self.releases)}"
        yield from (f"all was delivered after at most {longest:.1f} s by {who}" for who, longest in sorted(self.settled.items()))
        yield f"lost, leaked, or in limbo: {len(self.wrong)}"
        yield from (f"  {line}" for line in self.wrong)


def _counted(counts: Counter[str]) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(counts.items()) if count) or "none"


class Books:
    """What was told, beside what is."""

    def __init__(self, sent, ruled, holds, arrived, report: Report) -> None:
        self._sent, self._ruled, self._report = sent, ruled, report
        self._holds = defaultdict(list)
        for held in holds:
            self._holds[held["subject"]].append(held)
        self._own: defaultdict[str, list[Message]] = defaultdict(list)
        self._told: defaultdict[str, set[bytes]] = defaultdict(set)
        notices: Counter[bytes] = Counter()
        known = {held["id"] for held in holds}
        for one in arrived:
            head = one.data.partition(b"\r\n\r\n")[0]
            if mark := _NOTICE.search(head):
                notices[mark[1]] += 1
                for name in known & set(re.findall(r"\b[0-9A-Za-z]{8,20}\b", one.data.decode("ascii", "replace"))):
                    self._told[name] |= {path.partition(b"<")[2].partition(b">")[0] for path in one.rcpts}
            elif found := _TOKEN.search(head):
                self._own[found[0].decode()].append(one)
        report.again["notices again under the same Notice-Id"] += sum(count - 1 for count in notices.values())

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
            release = _RELEASE.search(one.data)
            if not release:
                yield f"LEAKED: {sent.token} is at the relay and was never released"
            else:
                left[release[1].decode()].append((release[2].decode(), one.acked))
        for held in holds:
            yield from self._hold(held, left.pop(held["id"], []), sent.sort.sender.encode())
        if left:
            yield f"LEAKED: {sent.token} was released under {sorted(left)}, which nobody holds"

    def _hold(self, held, releases: list[tuple[str, bool]], sender: bytes) -> Iterable[str]:
        name, state = held["id"], held["state"]
        ruled, ids = self._ruled.get(name, Ruled()), {id_ for id_, _ in releases}
        self._report.rulings[state] += state != "waiting"
        if not self._told[name] - {sender}:
            yield f"IN LIMBO: nobody was told of {name}"
        elif sender not in self._told[name]:
            yield f"IN LIMBO: its sender was not told of {name}"
        if ruled.confirmed and state != STATES[ruled.confirmed]:
            yield f"{name}: {ruled.confirmed} was confirmed, and it is {state}"
        if state != "waiting" and state not in {STATES[asked] for asked in ruled.asked}:
            yield f"{name} is {state}, which nobody asked for"
        if state == "released" and not any(acked for _, acked in releases):
            yield f"LOST: {name} was released and is not at the relay"
        if state != "released" and releases:
            yield f"LEAKED: {name} is {state}, and at the relay"
        if len(ids) > 1:
            yield f"{name} left under several release ids"
        if len(releases) > 1:
            self._report.releases += sorted(ids)
            self._report.again["released again under the same Release-Id"] += len(releases) - 1
