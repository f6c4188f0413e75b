"""The watch: canaries that fare as expected and those that do not, and silence; an admin hears of what is wrong, once."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from gateway.decision import Defer, Hold, Reject, Relay, Tag
from gateway.hold import Ruling
from gateway.mail import Address, Mail, Receipt, Reply
from gateway.mail.content import in_memory
from gateway.pipeline import Pipeline
from gateway.ports import Asked, Judgement, StoreUncertain
from gateway.settings import Canary, Vigil
from gateway.store import SqliteStore
from gateway.trail import Step
from gateway.vigil import Watch
from tests.support.mails import FixedClock, decision, held, mail, reviewers
from tests.support.world import HOSTNAME, Judge, Transaction, World

BOARD = "canary@association.example"
LOST = Reply(code=250, status="2.0.0", text="Ok: queued as ELSEWHERE")


class Passing(FixedClock):
    """Each look at it is five seconds later than the one before."""

    def now(self):
        self.at += timedelta(seconds=5)
        return self.at


@dataclass
class Door:
    """Where canaries are handed in. bypass: they go another way; goes_out: the outbox is emptied behind them."""

    world: World
    bypass: bool = False
    goes_out: bool = True
    pipeline: Pipeline | None = None
    handed: list[bytes] = field(default_factory=list)

    async def deliver(self, envelope, message):
        octets = b"".join(message.chunks())
        self.handed.append(octets)
        if self.bypass:
            return Receipt(reply=LOST)
        came = Mail(id=f"C{len(self.handed)}", envelope=envelope, content=in_memory(octets), received=self.world.clock.now())
        reply = await self.pipeline.submit(came, Transaction())
        if self.goes_out:
            await self.world.delivered()
        return Receipt(reply=reply)


class Watched:
    """A watch over a world in which every message gets this decision."""

    def __init__(self, rounds, disposition, trail=None, **settings):
        self.world = World()
        self.world.clock = Passing()
        self.door = Door(self.world)
        given = {
            "canaries": {"board": Canary(sender=BOARD, to="all@department.example")},
            "alarm to": ("admin@department.example",),
        }
        given["within"] = "60s"
        self.watch = Watch(
            Vigil.model_validate({**given, **settings}),
            judge=Judge(Judgement(decision=decision(disposition))),
            hop=self.door,
            store=self.world.store,
            outbox=self.world.store,
            reviews=self.world.reviews,
            post=self.world.post,
            rounds=rounds,
            clock=self.world.clock,
            hostname=HOSTNAME,
            poll=0,
            trail=trail,
        )
        self.door.pipeline = Pipeline(
            judge=self.watch, store=self.world.store, post=self.world.post, clock=self.world.clock, hostname=HOSTNAME
        )

    async def alarms(self):
        taken = await self.world.delivered()
        return [octets.decode() for envelope, octets in taken if "admin@department.example" in map(str, envelope.recipients)]


@pytest.fixture
async def rounds(tmp_path):
    store = await SqliteStore.open(tmp_path / "hatchway.db", FixedClock())
    yield store.rounds
    await store.close()


HOLD = Hold(reviewers=reviewers())
REJECT = Reject(reply=Reply(code=550, status="5.7.1", text="No"))


async def test_a_canary_that_is_held_and_told_of_is_well_and_is_taken_back(rounds):
    here = Watched(rounds, HOLD)
    await here.watch.round()
    assert here.watch.flown["board"].well
    assert here.watch.said["board"].startswith("well: as expected")
    held = await here.world.store.get("C1")
    assert (held.review.ruling, held.review.reviewer) == (Ruling.WITHDRAWN, "canary")
    assert await here.alarms() == []


@pytest.mark.parametrize(("disposition", "expect"), [(Tag(headers=()), "tag"), (REJECT, "reject"), (HOLD, "hold")])
async def test_what_is_expected_may_be_any_way_of_not_letting_it_by(rounds, disposition, expect):
    canary = Canary(sender=BOARD, to="all@department.example", expect=expect)
    here = Watched(rounds, disposition, canaries={"board": canary})
    await here.watch.round()
    assert here.watch.flown["board"].well


async def test_a_canary_that_goes_by_is_missed_and_the_admin_hears_of_it(rounds, said):
    here = Watched(rounds, HOLD)
    here.door.bypass = True
    await here.watch.round()
    [line] = [event for event in said if event["event"] == "canary.missed"]
    assert line["why"] == "it was not judged here; where it was handed in it was answered 250 2.0.0 Ok: queued as ELSEWHERE"
    [alarm] = await here.alarms()
    assert "Subject: Canary missed: board" in alarm
    assert here.watch.said["board"].startswith("missed: it was not judged here")


async def test_a_canary_that_another_front_judged_is_well_and_is_no_mail_there(rounds):
    canary = Canary(sender=BOARD, to="all@department.example", expect="reject")
    here, there = (Watched(rounds, REJECT, canaries={name: canary}) for name in ("board", "other board"))
    here.door.pipeline = there.door.pipeline
    before = there.watch.last
    told = []
    there.watch._tell = lambda **said: told.append(asyncio.create_task(here.watch.see(**said)))
    await here.watch.round()
    assert len(told) == 1
    assert here.watch.flown["board"].well
    assert there.watch.last == before
    here.watch.hear(before + timedelta(days=1))
    assert here.watch.last == before + timedelta(days=1)


async def two_gateways(rounds, tmp_path, disposition, expect):
    """One that hands in canaries, and another that judges them; they share a store."""
    store = await SqliteStore.open(tmp_path / "shared.db", FixedClock())
    canaries = {"board": Canary(sender=BOARD, to="all@department.example", expect=expect)}
    here, there = (Watched(rounds, disposition, store, canaries=canaries) for _ in range(2))
    there.world.clock = here.world.clock
    here.door.pipeline = there.door.pipeline
    return here, there, store


@pytest.mark.parametrize(("disposition", "well"), [(REJECT, True), (Relay(), False)])
async def test_a_canary_that_another_gateway_judged_is_read_of_in_the_store_they_share(rounds, tmp_path, disposition, well):
    here, there, store = await two_gateways(rounds, tmp_path, disposition, "reject")
    await here.watch.round()
    assert here.watch.flown["board"].well is well
    assert ("reject was expected, and policy command review said relay" in here.watch.flown["board"].says) is not well
    [entry] = await store.entries(Asked(step=Step.CANARY))
    assert there.watch.last < here.world.clock.at
    assert entry.hold == ""
    await store.close()


async def test_whoever_sends_as_a_canary_fills_no_trail(rounds, tmp_path):
    here, _, store = await two_gateways(rounds, tmp_path, REJECT, "reject")
    for number in range(100):
        await here.watch.see(token=f"{number:024x}", id="C1", word="relay", policy="p")
        here.world.clock.at -= timedelta(seconds=4.9)
    assert len(await store.entries(Asked(step=Step.CANARY))) == 10
    await store.close()


async def test_one_that_comes_out_otherwise_is_missed_at_once(rounds):
    here = Watched(rounds, Relay(), within="30d")
    await here.watch.round()
    assert "hold was expected, and policy command review said relay (id C1)" in here.watch.flown["board"].says


async def test_one_that_is_deferred_is_waited_for(rounds):
    here = Watched(rounds, Defer(reply=Reply(code=451, status="4.7.1", text="Later")))
    await here.watch.round()
    assert "said defer" in here.watch.flown["board"].says
    assert len(here.door.handed) > 1


async def test_notices_that_do_not_go_out_or_do_not_arrive_are_missed(rounds, tmp_path):
    here = Watched(rounds, HOLD)
    here.door.goes_out = False
    await here.watch.round()
    assert "the notice to canary@association.example is waiting: not tried yet" in here.watch.flown["board"].says

    inbox = tmp_path / "Maildir"
    (inbox / "new").mkdir(parents=True)
    canary = Canary(sender=BOARD, to="all@department.example", maildir=inbox)
    there = Watched(rounds, HOLD, canaries={"other board": canary})
    await there.watch.round()
    assert f"none lies in {inbox}" in there.watch.flown["other board"].says
    (inbox / "new/1").write_bytes(b"Subject: held [C1]\r\n")
    again = Watched(rounds, HOLD, canaries={"third board": canary})
    await again.watch.round()
    assert again.watch.flown["third board"].well


async def rulings(world):
    return {held.mail.id: held.review and held.review.ruling for held in await world.store.list(waiting=False)}


@pytest.mark.parametrize("expect", ["hold", "reject"])
async def test_a_canary_that_is_missed_is_taken_back_where_it_was_held(rounds, expect):
    here = Watched(rounds, HOLD, canaries={"board": Canary(sender=BOARD, to="all@department.example", expect=expect)})
    here.door.goes_out = False
    await here.watch.round()
    assert not here.watch.flown["board"].well
    assert await rulings(here.world) == {"C1": Ruling.WITHDRAWN}


async def test_a_canary_that_is_held_twice_is_taken_back_twice(rounds):
    """The store commits the first hold, and its answer is lost."""
    here, answers = Watched(rounds, HOLD), [StoreUncertain("lost")]
    here.door.goes_out, hold = False, here.world.store.hold

    async def uncertain(held, notices):
        await hold(held, notices)
        if answers:
            raise answers.pop()

    here.world.store.hold = uncertain
    await here.watch.round()
    assert await rulings(here.world) == {"C1": Ruling.WITHDRAWN, "C2": Ruling.WITHDRAWN}


async def stopped_in_flight(here, *, held):
    """Stop a watch while a canary is at the door: after it was held there, or before."""
    deliver, flies, goes_on = here.door.deliver, asyncio.Event(), asyncio.Event()

    async def at_the_door(envelope, message):
        if held:
            await deliver(envelope, message)
        flies.set()
        await goes_on.wait()
        await deliver(envelope, message)

    async def hand_in(envelope, message):
        await asyncio.shield(handed.setdefault("in", asyncio.create_task(at_the_door(envelope, message))))

    handed, here.door.deliver = {}, hand_in
    flight = asyncio.create_task(here.watch.round())
    await flies.wait()
    flight.cancel()
    await asyncio.wait([flight])
    if held:
        handed["in"].cancel()
    goes_on.set()
    await asyncio.wait(handed.values())


async def test_a_canary_that_is_held_when_the_gateway_stops_is_taken_back(rounds):
    here = Watched(rounds, HOLD)
    await stopped_in_flight(here, held=True)
    assert await rulings(here.world) == {"C1": Ruling.WITHDRAWN}


async def test_a_canary_that_is_held_after_the_gateway_stopped_is_taken_back_when_it_begins_again(rounds):
    here, again = Watched(rounds, HOLD), Watched(rounds, HOLD)
    await stopped_in_flight(here, held=False)
    assert await rulings(here.world) == {"C1": None}
    again.watch._store, again.watch._reviews = here.world.store, here.world.reviews
    here.world.store.away = True
    await again.watch.round()
    here.world.store.away = False
    await again.watch.round()
    assert (again.door.handed, await rulings(here.world)) == ([], {"C1": Ruling.WITHDRAWN})


async def test_only_canaries_of_ours_that_fly_no_more_are_taken_back(rounds):
    here = Watched(rounds, HOLD)
    sender, tokens = Address.parse(BOARD), [f"{number:024x}" for number in range(3)]
    names = [f"{tokens[0]}@{HOSTNAME}", f"{tokens[1]}@{HOSTNAME}", f"{tokens[2]}@other.example", f"letter@{HOSTNAME}"]
    for number, name in enumerate(names):
        octets = f"Message-ID: <{name}>\r\n\r\nHello\r\n".encode()
        there = held(id_=f"H{number}")
        envelope = replace(there.mail.envelope, sender=sender)
        there = replace(there, mail=replace(there.mail, envelope=envelope, content=in_memory(octets)))
        await here.world.store.hold(there, [])
    here.watch._flying[tokens[1]] = []
    await here.watch.round()
    assert await rulings(here.world) == {"H0": "withdrawn", "H1": None, "H2": None, "H3": None, "C1": "withdrawn"}


async def test_a_store_that_is_away_is_a_canary_missed(rounds):
    here = Watched(rounds, HOLD)
    here.world.store.away, here.door.goes_out = True, False
    await here.watch.round()
    assert not here.watch.flown["board"].well


async def test_canaries_fly_when_they_are_due_and_once_for_all_fronts(rounds):
    one, other = Watched(rounds, HOLD), Watched(rounds, HOLD)
    await one.watch.round()
    await other.watch.round()
    await one.watch.round()
    assert (len(one.door.handed), len(other.door.handed)) == (1, 0)
    one.world.clock.at += timedelta(days=1)
    await one.watch.round()
    assert len(one.door.handed) == 2


async def test_a_clock_set_back_a_year_puts_nothing_off_until_that_day(rounds):
    here = Watched(rounds, HOLD, silence="1h")
    await here.watch.judge(mail())
    here.door.bypass = True
    handed_in = here.door.deliver

    async def set_back(envelope, message):
        here.world.clock.at -= timedelta(days=365)
        return await handed_in(envelope, message)

    here.door.deliver = set_back
    await asyncio.wait_for(here.watch.round(), 5)
    assert here.watch.said["board"].startswith("missed: it was not judged here")
    here.world.clock.at -= timedelta(days=30)
    await asyncio.wait_for(here.watch.round(), 5)
    assert len(here.door.handed) == 2
    here.door.deliver = handed_in
    here.world.clock.at += timedelta(hours=2)
    await here.watch.round()
    assert sum("No mail comes through Hatchway" in alarm for alarm in await here.alarms()) == 1


async def test_silence_is_told_once_and_a_canary_is_no_mail(rounds):
    here = Watched(rounds, HOLD, silence="1h", every="9d")
    await here.watch.round()
    begun = here.watch.last
    here.world.clock.at += timedelta(hours=2)
    for _ in range(2):
        await here.watch.round()
    [alarm] = await here.alarms()
    assert "No mail comes through Hatchway" in alarm
    await here.watch.judge(mail())
    assert here.watch.last > begun
    here.world.clock.at += timedelta(hours=2)
    await here.watch.round()
    assert len(await here.alarms()) == 1
