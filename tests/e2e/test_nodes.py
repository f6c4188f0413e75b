"""Two gateways, each a process of its own with settings of its own, over one PostgreSQL and before one relay."""

import asyncio
import re
from functools import partial

import pytest
import pytest_asyncio

from gateway.webhook import new_secret
from tests.e2e.conftest import message, sent
from tests.support.gateway import Gateway, free_port
from tests.support.haproxy import OURS, balancing, require
from tests.support.receiver import Receiver
from tests.support.relay import FakeRelay, hang
from tests.support.waiting import wait_until

PRESIDENT = "president@association.example"
WATCH = ["adams@department.example", "baker@department.example"]
MEETING = message("General meeting", "The general meeting is on Thursday at 1900 in the hall.", PRESIDENT)
KEYS = message("Unit 214", "Keys are in the watch office.", "officer@department.example")
QUICK = f"""
judging: {{workers: 1, model: false, ocr: false}}
delivery: {{lease: 5s, retry: [1s]}}
proxy from: [{OURS}/32]
"""
CANARY = "secretary@association.example"
VIGIL = """
vigil:
  alarm to: admin@department.example
  through: "127.0.0.1:%d"
  within: %ds
  canaries: {%s: {sender: %s, to: canary@department.example}}
"""


pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def ports():
    """The doors of both."""
    return free_port(), free_port()


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def relay():
    async with FakeRelay() as relay:
        yield relay


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def receiver():
    """Whom both gateways tell of what is held."""
    async with Receiver() as receiver:
        yield receiver


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def balancer(ports, relay, tmp_path_factory):
    """HAProxy before both. The first node is not to be had by it until the canaries have landed."""
    require()
    with balancing(tmp_path_factory.mktemp("haproxy"), *ports, past=relay.port) as balancer:
        balancer.tell("set server smtp/a state maint")
        yield balancer


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def nodes(ports, balancer, relay, receiver, postgres, tmp_path_factory):
    """Both, for all that follows, whichever test comes first: those at the end of a run may be run apart from the others.

    They send canaries when they start: the first one's are for the second one to judge, and the second one's go by. When both
    have landed and nothing is left to send, HAProxy has both.
    """
    name, folder = postgres.database(), tmp_path_factory.mktemp("nodes")
    secret = folder / "secret"
    secret.write_text(new_secret())
    more = f"{QUICK}webhooks: {{tickets: {{url: '{receiver.url}', secret file: {secret}, events: held}}}}\n"
    both = []
    vigils = VIGIL % (balancer.port, 120, "board", CANARY), VIGIL % (balancer.past, 5, "bypassed", CANARY)
    for node, port, vigil in zip(("a", "b"), ports, vigils, strict=True):
        place = f'{{url: "{postgres.place(name, folder).url}", folder: {folder / node}}}'
        clients = f"127.0.0.1/32, {OURS}/32"
        both.append(Gateway(folder / node, relay=relay.port, store=place, more=more + vigil, clients=clients, port=port))
    try:
        await asyncio.gather(*(asyncio.to_thread(node.__enter__) for node in both))
        for node, landed in zip(both, ("well", "missed"), strict=True):
            await seen(partial(node.events, f"canary.{landed}"), f"the canary to be {landed}", node)
            await quiet(node)
        balancer.tell("set server smtp/a state ready")
        await seen(lambda: balancer.there() == {"a", "b"}, "HAProxy to see both", both[0])
        yield both
    finally:
        ended = [await asyncio.to_thread(node.stop) for node in both]
    assert ended[0] == 0


async def held(node, count):
    """Ids of what is held, once there is so much of it."""
    await asyncio.to_thread(wait_until, lambda: node.ask("status")["waiting"] == count, 30, "the hold", lambda: node.log)
    return [one["id"] for one in node.ask("queue.list")]


async def quiet(node):
    await asyncio.to_thread(node.wait_until_outbox_empty)


async def seen(true, what, node):
    await asyncio.to_thread(wait_until, true, 90, what, lambda: node.log)


def marks(messages, name):
    found = (re.search(rb"^X-Hatchway-%s-Id: (\S+)\r$" % name, one.data, re.MULTILINE) for one in messages)
    return [mark[1] for mark in found if mark]


async def test_a_canary_through_haproxy_that_another_node_judged_has_arrived_and_one_that_went_by_is_an_alarm(relay, nodes):
    first, second = nodes
    assert not [line for line in first.events("canary.missed") if "the store is away" not in line["why"]]
    assert "canary board" in (await asyncio.to_thread(first.hatchway, "status")).stdout
    [judged] = [line for line in second.events("mail.disposed") if line["sender"] == CANARY]
    assert (judged["disposition"], judged["client"]) == ("hold", "127.0.0.1")
    assert not [line for line in first.events("mail.disposed") if line["sender"] == CANARY]
    assert second.ask("queue.show", id=judged["id"])["state"] == "withdrawn"

    missed, *_ = second.events("canary.missed")
    assert missed["canary"] == "bypassed"
    assert missed["why"].startswith("it was not judged here; where it was handed in it was answered 250")
    alarms = [one.data for one in relay.acked if one.rcpts == [b"RCPT TO:<admin@department.example>"]]
    assert [b"Subject: Canary missed: bypassed" in alarm for alarm in alarms] == [True]


async def test_while_the_store_is_away_mail_passes_and_holds_wait_and_then_all_is_well_by_itself(relay, nodes, postgres):
    first, second = nodes
    before, waiting, begun = len(relay.acked), first.ask("status")["waiting"], len(relay.messages)
    assert "with " in second.ask("status")["store"]
    postgres.down()
    try:
        officer = "officer@department.example"
        assert (await sent(first.port, officer, ["desk@county.example"], KEYS)).final[0] == 250
        assert len(relay.acked) == before + 1
        deferred = await sent(first.port, PRESIDENT, WATCH, MEETING)
        assert deferred.final[0] == 451, deferred
        status = await asyncio.to_thread(first.hatchway, "status")
        assert "away: postgresql://" in status.stdout
    finally:
        postgres.up()

    async def taken(node):
        return (await sent(node.port, PRESIDENT, WATCH, MEETING)).final[0] == 250

    for node in nodes:
        for _ in range(40):
            if await taken(node):
                break
            await asyncio.sleep(0.25)
    await held(first, waiting + 2)
    await quiet(first)
    assert len(relay.messages) - begun == len(relay.acked) - before


async def test_behind_haproxy_both_take_mail_and_know_the_real_client(relay, nodes, balancer):
    before = len(relay.acked)
    officer = "officer@department.example"
    heard = [await sent(balancer.port, officer, ["desk@county.example"], KEYS) for _ in range(4)]
    assert [one.final[0] for one in heard] == [250] * 4
    through = relay.acked[before:]
    assert len(through) == 4
    assert all(b"ADDR=127.0.0.1" in b" ".join(one.xforward) for one in through)
    assert all(node.events("mail.disposed") for node in nodes)


async def test_of_each_event_a_receiver_is_told_once_by_whichever_of_them(receiver, nodes):
    """Each hold has been told of by one gateway or the other, under an id of its own, and none of them twice."""
    before = {one["id"] for one in await asyncio.to_thread(nodes[0].ask, "queue.list")}
    answers = await asyncio.gather(*(sent(nodes[number % 2].port, PRESIDENT, WATCH, MEETING) for number in range(16)))
    assert [one.final[0] for one in answers] == [250] * 16
    ids = set(await held(nodes[0], len(before) + 16)) - before

    def told():
        return [event["data"]["hold"] for event in receiver.events if event["data"]["hold"] in ids]

    await seen(lambda: set(told()) == ids, "all holds to be told of", nodes[0])
    await seen(lambda: not nodes[0].ask("webhook.list")[0]["pending"], "nothing more to tell", nodes[0])
    assert sorted(told()) == sorted(ids)
    assert len({headers["webhook-id"] for headers, _ in receiver.heard}) == len(receiver.heard)


async def test_what_one_node_held_another_releases_and_when_that_dies_the_first_delivers(relay, nodes, balancer):
    first, second = nodes
    before = {one["id"] for one in second.ask("queue.list")}
    begun, taken = len(relay.messages), len(relay.acked)
    assert (await sent(first.port, PRESIDENT, WATCH, MEETING)).final[0] == 250
    [id_] = set(await held(second, len(before) + 1)) - before
    await quiet(first)
    relay.script("DOT", *[hang()] * 9)
    second.ask("queue.release", id=id_, reviewer="Capt. Ruiz")
    await seen(lambda: marks(relay.messages[begun:], b"Release"), "the release under way", second)
    await asyncio.to_thread(second.kill)
    while relay.act("DOT"):
        pass
    await quiet(first)

    messages, acked = relay.messages[begun:], relay.acked[taken:]
    [release] = set(marks(messages, b"Release"))
    assert marks(acked, b"Release") == [release]
    assert len(marks(messages, b"Release")) == 2
    [arrived] = [one for one in acked if one.data.endswith(MEETING)]
    assert len(arrived.rcpts) == 2
    notices = marks(acked, b"Notice")
    assert sorted(notices) == sorted(set(notices))
    assert set(notices) == set(marks(messages, b"Notice"))
    assert first.ask("queue.show", id=id_)["state"] == "released"
    whole = await asyncio.to_thread(first.hatchway, "audit", "verify")
    assert whole.returncode == 0, whole.stderr
    await seen(lambda: balancer.there() == {"a"}, "HAProxy to see who is there", first)
    assert [(await sent(balancer.port, PRESIDENT, WATCH, MEETING)).final[0] for _ in range(3)] == [250] * 3
    refused = await asyncio.to_thread(first.hatchway, "store", "copy", str(first.settings), str(first.folder / "new.db"))
    assert refused.returncode == 69
    assert f"({first.process.pid}); stop every gateway first" in refused.stderr

    await asyncio.to_thread(second.start)
    await seen(lambda: balancer.there() == {"a", "b"}, "HAProxy to see both again", first)
