"""Who is told what happened hears it, once for each id, signed, or it is said that he did not."""

import asyncio
import base64
import json
import shutil
from dataclasses import replace
from datetime import timedelta

import pytest
import pytest_asyncio

from gateway.hold import Review, Ruling
from gateway.mail import Receipt, Reply
from gateway.oidc import Wire
from gateway.ports import Asked
from gateway.store import SqliteStore
from gateway.webhook import EVENTS, Webhook, new_secret
from gateway.webhooks import Webhooks, signature
from tests.support.mails import FixedClock, held
from tests.support.parcels import release
from tests.support.receiver import Receiver, verified
from tests.support.smtpd import until

URL = "https://console.department.example"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def empty(tmp_path_factory):
    path = tmp_path_factory.mktemp("shelf") / "hatchway.db"
    await (await SqliteStore.open(path, FixedClock())).close()
    return path


class World:
    """A shelf, a receiver and what tells it; nothing is told before `told`."""

    def __init__(self, store, clock, receiver, folder):
        self.store, self.clock, self.receiver = store, clock, receiver
        self.secret_file, self.alarms = folder / "secret", []
        self.secret_file.write_text(new_secret())
        self.hooks = self.made()

    def made(self, **more):
        url = self.receiver.url
        hook = Webhook.model_validate({"url": url, "secret file": self.secret_file, **more})
        return Webhooks(
            {"tickets": hook},
            lines={"tickets": Wire(hook)},
            trail=self.store,
            calls=self.store.calls,
            desk=self.store.desk,
            alarm=self.alarm,
            clock=self.clock,
            public_url=URL,
        )

    async def alarm(self, heading, lines):
        self.alarms.append((heading, *lines))

    async def told(self, hooks=None):
        hooks = hooks or self.hooks
        await hooks.gather("tickets")
        while await hooks.tell_due("tickets"):
            pass

    async def rule(self, ruling=Ruling.RELEASED, hold="H1", **how):
        there = await self.store.get(hold)
        review = Review(
            reviewer="captain",
            ruling=ruling,
            recipients=there.mail.envelope.recipients,
            note="A word.",
            at=self.clock.now(),
            **how,
        )
        await self.store.rule(hold, review, [release(there, f"R{hold}")] if ruling is Ruling.RELEASED else [])


@pytest.fixture
async def world(tmp_path, empty):
    clock = FixedClock()
    shutil.copy(empty, tmp_path / "hatchway.db")
    store = await SqliteStore.open(tmp_path / "hatchway.db", clock)
    async with Receiver() as receiver:
        made = World(store, clock, receiver, tmp_path)
        await made.hooks.begin()
        yield made
    await store.close()


async def test_a_hold_and_its_ruling_are_told_signed_with_facts_and_a_link(world):
    await world.store.hold(held(), [])
    await world.rule()
    await world.told()
    first, second = world.receiver.events
    assert (first["type"], second["type"]) == ("hold.held", "hold.released")
    assert first["data"] | {"by": "gateway", "hold": "H1", "link": f"{URL}/mail/H1", "policy": "command review"} == first["data"]
    assert first["data"]["authority"] == ["SO 9-06 §C"]
    assert (second["data"]["by"], second["data"]["by_deadline"]) == ("captain", False)
    for headers, body in world.receiver.heard:
        now = world.clock.now().timestamp()
        assert headers["content-type"] == "application/json"
        assert verified(world.secret_file.read_text(), headers, body, now)
        assert not verified(world.secret_file.read_text(), headers, body + b" ", now)
        assert not verified(new_secret(), headers, body, now)
        assert not verified(world.secret_file.read_text(), headers, body, now + 400)


def test_the_signature_is_that_of_the_standards_own_example():
    key = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    signed = signature([key], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


async def test_no_word_of_a_message_or_a_reviewer_is_told_unless_the_settings_say_so(world):
    there = held()
    await world.store.hold(there, [])
    await world.rule(Ruling.DENIED)
    await world.told()
    said = json.dumps(world.receiver.events)
    assert there.subject not in said
    assert "A word." not in said
    more = world.made(include=("subject", "note"), events=("denied",))
    await world.store.hold(held(id_="H2"), [])
    await world.rule(Ruling.DENIED, "H2")
    await world.told(more)
    [*_, told] = world.receiver.events
    assert (told["data"]["subject"], told["data"]["note"]) == (there.subject, "A word.")


async def test_only_the_events_asked_for_are_told_and_nothing_that_was_before(world):
    await world.store.hold(held(), [])
    later = world.made(events=("denied",))
    await world.rule(Ruling.DENIED)
    await world.store.hold(held(id_="H2"), [])
    await world.told(later)
    assert [one["type"] for one in world.receiver.events] == ["hold.denied"]


async def test_a_release_is_told_and_that_the_relay_took_it_and_no_notice(world):
    hooks = world.made(events=EVENTS)
    await world.store.hold(held(), [])
    await world.rule(by_deadline=True)
    taken = Receipt(reply=Reply(code=250, status="2.0.0", text="queued"))
    [parcel] = await world.store.lease(world.clock.now(), world.clock.now() + timedelta(hours=1), 9)
    await world.store.delivered(parcel, taken, world.clock.now(), [])
    await world.told(hooks)
    assert [one["type"] for one in world.receiver.events] == ["hold.held", "hold.released", "hold.delivered"]
    assert world.receiver.events[1]["data"]["by_deadline"] is True


async def test_delivered_and_undeliverable_are_told_of_those_they_are_true_of_and_of_nobody_who_is_tried_again(world):
    hooks = world.made(events=["delivered", "undeliverable"])
    await hooks.begin()
    recipients = ("a@department.example", "b@department.example", "c@department.example")
    await world.store.hold(held(to=recipients), [])
    await world.rule()
    a, b, c = (await world.store.get("H1")).mail.envelope.recipients
    taken, gone, busy = (Reply(code=code, text=text) for code, text in ((250, "queued"), (550, "No such user"), (450, "Busy")))
    [parcel] = await world.store.lease(world.clock.now(), world.clock.now() + timedelta(hours=1), 9)
    envelope = parcel.mail.envelope.only(frozenset({b}))
    rest = replace(parcel, id="R2", mail=replace(parcel.mail, envelope=envelope), attempts=1, due=world.clock.now())
    await world.store.delivered(parcel, Receipt(reply=taken, refused=((b, busy), (c, gone))), world.clock.now(), [rest])
    await world.told(hooks)
    delivered, lost = world.receiver.events
    assert (delivered["type"], delivered["data"]["recipients"]) == ("hold.delivered", [str(a)])
    assert (lost["type"], lost["data"]["recipients"], lost["data"]["relay"]) == (
        "hold.undeliverable",
        [str(c)],
        "550 No such user",
    )
    assert len({one["webhook-id"] for one, _ in world.receiver.heard}) == 2
    [parcel] = await world.store.lease(world.clock.now(), world.clock.now() + timedelta(hours=1), 9)
    await world.store.failed(parcel, Receipt(reply=gone, refused=((b, gone),)), world.clock.now(), [])
    await world.told(hooks)
    last = world.receiver.events[2]
    assert (last["type"], last["data"]["recipients"]) == ("hold.undeliverable", [str(b)])


async def test_what_another_gateway_that_died_left_is_told_though_nothing_more_happens(world):
    await world.store.hold(held(), [])
    await world.store.hold(held(id_="H2"), [])
    real, meanwhile = world.hooks._calls, []

    class Overtaken:
        def __getattr__(self, name):
            return getattr(real, name)

        async def add(self, hook, before, after, calls):
            if not meanwhile:
                meanwhile.append(await real.add(hook, before, before + 1, calls[:1]))
            return await real.add(hook, before, after, calls)

    world.hooks._calls = Overtaken()
    await world.told()
    await world.told()
    assert [one["data"]["hold"] for one in world.receiver.events] == ["H1", "H2"]


@pytest.mark.parametrize("answer", [b"500 No\r\n\r\n", b"302 Found\r\nLocation: http://127.0.0.1:1/\r\n\r\n", b"", b"200"])
async def test_what_was_not_heard_is_told_again_under_the_same_id_after_a_pause(world, answer):
    world.receiver.script = [answer]
    await world.store.hold(held(), [])
    await world.told()
    before = len(world.receiver.heard)
    await world.told()
    assert len(world.receiver.heard) == before == 1
    world.clock.forward(timedelta(seconds=5))
    await world.told()
    (first, body), (second, again) = world.receiver.heard
    assert (first["webhook-id"], body) == (second["webhook-id"], again)
    assert int(second["webhook-timestamp"]) - int(first["webhook-timestamp"]) == 5
    assert dict(world.hooks.outcomes) == {("tickets", "postponed"): 1, ("tickets", "heard"): 1}


async def test_a_receiver_that_is_away_or_silent_is_told_again(world):
    hooks = world.made(timeout="1s")
    await world.receiver.__aexit__()
    await world.store.hold(held(), [])
    await world.told(hooks)
    assert (await hooks.pending())["tickets"].last.startswith("cannot be reached")
    world.clock.forward(timedelta(minutes=1))
    async with world.receiver:
        world.receiver.script = [b"hang"]
        await world.told(hooks)
        assert (await hooks.pending())["tickets"].last == "cannot be reached: no answer within 1 s"
        world.clock.forward(timedelta(minutes=1))
        await world.told(hooks)
    assert len(world.receiver.heard) == 2
    assert (await hooks.pending())["tickets"].count == 0


async def test_a_receiver_may_ask_for_patience(world):
    world.receiver.script = [b"503 Busy\r\nRetry-After: 120\r\n\r\n"]
    await world.store.hold(held(), [])
    await world.told()
    world.clock.forward(timedelta(seconds=119))
    await world.told()
    assert len(world.receiver.heard) == 1
    world.clock.forward(timedelta(seconds=1))
    await world.told()
    assert len(world.receiver.heard) == 2


async def test_what_was_to_be_told_while_the_clock_was_a_year_ahead_is_told_when_it_is_right_or_given_up_in_time(world):
    world.clock.forward(timedelta(days=365))
    world.receiver.script = [b"500 No\r\n\r\n"] * 100
    await world.store.hold(held(since=world.clock.now()), [])
    await world.told()
    await world.store.hold(held(id_="H2", since=world.clock.now()), [])
    await world.hooks.gather("tickets")
    world.clock.forward(-timedelta(days=365))
    await world.told()
    assert sorted(one["data"]["hold"] for one in world.receiver.events) == ["H1", "H1", "H2"]
    for hours in range(0, 84, 2):
        assert not (hours < 70 and await world.store.entries(Asked(step="webhook given up")))
        world.clock.forward(timedelta(hours=2))
        await world.told()
    assert {one.hold for one in await world.store.entries(Asked(step="webhook given up"))} == {"H1", "H2"}


async def test_what_is_given_up_is_in_the_trail_counted_and_an_alarm_once(world):
    world.receiver.script = [b"500 No\r\n\r\n"] * 4
    await world.store.hold(held(), [])
    await world.store.hold(held(id_="H2"), [])
    await world.told()
    world.clock.forward(timedelta(days=3))
    await world.told()
    given_up = await world.store.entries(Asked(step="webhook given up"))
    assert [one.hold for one in given_up] == ["H1", "H2"]
    assert world.hooks.outcomes["tickets", "dropped"] == 2
    [(heading, line, _)] = world.alarms
    assert (heading, "answered 500 (2 attempts)" in line) == ("Webhook not heard: tickets", True)
    await world.store.hold(held(id_="H3"), [])
    await world.told()
    assert world.receiver.events[-1]["data"]["hold"] == "H3"


async def test_a_receiver_that_is_gone_for_good_is_not_asked_again(world):
    world.receiver.script = [b"410 Gone\r\n\r\n"]
    await world.store.hold(held(), [])
    await world.told()
    assert world.hooks.outcomes["tickets", "dropped"] == 1
    assert (await world.hooks.pending())["tickets"].count == 0


async def test_two_gateways_tell_everything_once(world):
    other = world.made()
    await other.begin()
    for number in range(6):
        await world.store.hold(held(id_=f"H{number}"), [])
    for hooks in (world.hooks, other):
        await hooks.gather("tickets")
    assert await world.hooks.tell_due("tickets") | await other.tell_due("tickets")
    assert sorted(one["data"]["hold"] for one in world.receiver.events) == [f"H{number}" for number in range(6)]


class Faulty:
    """A box with nothing but a fault for one webhook."""

    def __init__(self, calls):
        self._calls = calls

    def __getattr__(self, name):
        return getattr(self._calls, name)

    async def lease(self, hooks, *args, **how):
        if "first" in hooks:
            raise ValueError("a fault")
        return await self._calls.lease(hooks, *args, **how)


@pytest.mark.parametrize("trouble", ["it never answers", "there is a fault"])
async def test_trouble_with_one_webhook_keeps_no_other_waiting(world, trouble):
    async with Receiver(script=[b"hang"] * 20) as silent:
        first = Webhook.model_validate({"url": silent.url, "secret file": world.secret_file, "timeout": "30s"})
        hooks = world.made()
        hooks._hooks = {"first": first, **hooks.hooks}
        hooks._lines["first"] = Wire(first)
        hooks._calls = Faulty(world.store.calls) if trouble == "there is a fault" else world.store.calls
        await hooks.begin()
        for number in range(10):
            await world.store.hold(held(id_=f"H{number}"), [])
        telling = asyncio.create_task(hooks.run())
        try:
            await until(lambda: len(world.receiver.heard) == 10)
            await world.store.hold(held(id_="later"), [])
            await until(lambda: len(world.receiver.heard) == 11)
        finally:
            telling.cancel()
            await asyncio.wait([telling], timeout=5)
        assert telling.cancelled()
        assert len(silent.heard) == (trouble == "it never answers")


async def test_what_happened_while_the_gateway_was_down_is_told_when_it_is_back(world):
    await world.store.hold(held(), [])
    again = world.made()
    await again.begin()
    await world.told(again)
    assert [one["data"]["hold"] for one in world.receiver.events] == ["H1"]


async def test_a_secret_is_replaced_while_the_old_one_still_counts(world):
    old, new = world.secret_file.read_text(), new_secret()
    world.secret_file.write_text(f"{new}\n{old}\n")
    await world.store.hold(held(), [])
    await world.told()
    [(headers, body)] = world.receiver.heard
    assert all(verified(one, headers, body, world.clock.now().timestamp()) for one in (old, new))


async def test_nothing_is_told_unsigned(world):
    world.secret_file.write_text("whsec_short")
    await world.store.hold(held(), [])
    await world.told()
    assert world.receiver.heard == []
    assert "has no line that is whsec_" in (await world.hooks.pending())["tickets"].last


async def test_a_test_is_told_at_once_and_says_what_was_answered(world):
    world.receiver.script = [b"418 Teapot\r\n\r\n"]
    assert (await world.hooks.ping("tickets")).says == "answered 418"
    assert world.receiver.events[0]["type"] == "hatchway.ping"
    with pytest.raises(KeyError):
        await world.hooks.ping("other")
