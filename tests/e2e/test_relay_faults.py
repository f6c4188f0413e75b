"""The relay down, slow or dying at each phase: the client never gets a 250 that is not true, and nothing is lost or doubled."""

import asyncio

import pytest
import pytest_asyncio

from tests.e2e.conftest import message, sent
from tests.support.gateway import Gateway
from tests.support.relay import FakeRelay, close, hang, reset, say

OFFICER, PRESIDENT = "officer@department.example", "president@association.example"
DESK = ["desk@county.example", "second@county.example"]
WATCH = ["watch@department.example"]
ORDINARY = message("Unit 214", "The marked unit is back from the garage.", OFFICER)
LONG = message("Unit 214", "The marked unit is back from the garage.\n" * 100_000, OFFICER)
NOTICE = message("General meeting", "The general meeting is on Thursday at 1900 in the hall.", PRESIDENT)
SHORT = ", reply timeout: 2s, connect timeout: 2s"


pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def both(tmp_path_factory):
    """A relay, and a gateway before it."""
    async with FakeRelay() as relay:
        folder = tmp_path_factory.mktemp("faults") / "gateway"
        gateway = Gateway(folder, relay=relay.port, relay_more=SHORT, more="delivery: {retry: [1s]}")
        await asyncio.to_thread(gateway.__enter__)
        yield relay, gateway
        assert await asyncio.to_thread(gateway.stop) == 0
        assert relay.violations == []


@pytest.fixture
def relay(both):
    both[0].messages.clear()
    return both[0]


@pytest_asyncio.fixture(loop_scope="module")
async def gateway(both):
    """With nothing that waits of the tests before."""
    for held in await asyncio.to_thread(both[1].ask, "queue.list"):
        await asyncio.to_thread(lambda id_=held["id"]: both[1].ask("queue.deny", id=id_, note="Of another test."))
    await asyncio.to_thread(both[1].wait_until_outbox_empty)
    return both[1]


def acked(relay, content):
    return [kept for kept in relay.messages if kept.acked and kept.data.endswith(content)]


FAULTS = {
    "answers 451 at MAIL": ("MAIL", say("451 4.3.0 later")),
    "answers 421 at MAIL twice": ("MAIL", say("421 4.3.2 going down", then="close"), say("421 4.3.2 down", then="close")),
    "is lost at MAIL twice": ("MAIL", close(), close()),
    "hangs at MAIL twice": ("MAIL", hang(), hang()),
    "answers 450 at every RCPT": ("RCPT", say("450 4.2.1 later"), say("450 4.2.1 later")),
    "is lost at DATA twice": ("DATA", close(), close()),
    "hangs at DATA twice": ("DATA", hang(), hang()),
    "answers 451 at DATA": ("DATA", say("451 4.3.0 later")),
    "is reset in the message twice": ("BODY", reset(after=20), reset(after=20)),
    "answers 451 to the final dot": ("DOT", say("451 4.3.0 later")),
    "is lost after the final dot": ("DOT", close()),
    "hangs after the final dot": ("DOT", hang()),
    "answers nonsense to the final dot": ("DOT", say("354 go on")),
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_relay_that_fails_costs_a_retry_and_nothing_else(fault, relay, gateway):
    phase, *acts = FAULTS[fault]
    for act in acts:
        relay.script(phase, act)
    content = LONG if phase == "BODY" else ORDINARY
    heard = await sent(gateway.port, OFFICER, DESK, content)
    assert 400 <= heard.final[0] < 500, heard
    assert heard.final[0] != 421
    assert acked(relay, content) == []
    again = await sent(gateway.port, OFFICER, DESK, content)
    assert again.final[0] == 250, again
    assert len(acked(relay, content)) == 1
    assert gateway.ask("queue.list") == []


@pytest.mark.parametrize("phase", ["MAIL", "DATA", "BODY"])
async def test_a_relay_lost_once_before_the_final_dot_is_not_noticed_by_the_client(phase, relay, gateway):
    relay.script(phase, close())
    content = LONG if phase == "BODY" else ORDINARY
    heard = await sent(gateway.port, OFFICER, DESK, content)
    assert heard.final[0] == 250
    assert len(acked(relay, content)) == 1


async def test_a_relay_that_is_down_is_451_at_mail_and_nothing_is_held(relay, gateway):
    await relay.down()
    for sender, to, content in ((OFFICER, DESK, ORDINARY), (PRESIDENT, WATCH, NOTICE)) * 3:
        heard = await sent(gateway.port, sender, to, content)
        assert heard.mail[0] == 451, heard
    assert gateway.ask("queue.list") == []
    await relay.up()
    await asyncio.sleep(2)
    assert (await sent(gateway.port, OFFICER, DESK, ORDINARY)).final[0] == 250


async def test_the_relays_own_refusals_reach_the_client(relay, gateway):
    relay.script("RCPT", say("250 2.1.5 Ok"), say("550-5.1.1 No such user\n550 5.1.1 ask the desk"))
    relay.script("DOT", say("552 5.3.4 Too large for me"))
    heard = await sent(gateway.port, OFFICER, DESK, ORDINARY)
    assert heard.rcpts[0][0] == 250
    assert heard.rcpts[1] == (550, "5.1.1 No such user\n5.1.1 ask the desk")
    assert heard.final[0] == 552
    assert heard.final[1].startswith("5.3.4 Too large for me (id ")


@pytest.mark.parametrize("phase", ["RSET", "DATA", "DOT"])
async def test_a_hold_is_true_whatever_the_relay_does_after_the_recipients(phase, relay, gateway):
    relay.script(phase, close())
    heard = await sent(gateway.port, PRESIDENT, WATCH, NOTICE)
    assert heard.final[0] == 250
    [held] = gateway.ask("queue.list")
    assert heard.final[1] == f"2.0.0 Ok: held for review as {held['id']}"
    assert acked(relay, NOTICE) == []


async def test_a_release_survives_a_relay_that_dies_and_a_gateway_that_is_killed(relay, gateway):
    await sent(gateway.port, PRESIDENT, WATCH, NOTICE)
    [held] = gateway.ask("queue.list")
    await relay.down()
    gateway.ask("queue.release", id=held["id"])
    await asyncio.sleep(0.5)
    await asyncio.to_thread(gateway.kill)
    await relay.up()
    await asyncio.to_thread(gateway.start)
    for _ in range(200):
        if acked(relay, NOTICE):
            break
        await asyncio.sleep(0.1)
    assert len(acked(relay, NOTICE)) == 1
    [shown] = [gateway.ask("queue.show", id=held["id"])]
    assert shown["state"] == "released"


async def test_what_was_held_before_a_kill_is_held_after_it(gateway):
    heard = [await sent(gateway.port, PRESIDENT, WATCH, NOTICE) for _ in range(5)]
    await asyncio.to_thread(gateway.kill)
    await asyncio.to_thread(gateway.start)
    ids = {held["id"] for held in gateway.ask("queue.list")}
    assert ids == {one.final[1].rpartition(" ")[2] for one in heard}
