"""What doctor asks of the relay, over a real socket: is it there, is it us, does it take notices? Nothing is delivered."""

import pytest

from gateway.clock import SystemClock
from gateway.doctor import relay
from gateway.mail import Address
from gateway.settings import load_settings
from tests.support.acts import say
from tests.support.relay import FakeRelay
from tests.test_settings import GOOD

CAPTAIN = Address.parse("captain@department.example")


async def found(tmp_path, port: int) -> dict[str, tuple[str, str]]:
    (tmp_path / "hatchway.yaml").write_text(GOOD.replace("host: 127.0.0.1", f"host: 127.0.0.1, port: {port}"))
    settings = load_settings(tmp_path / "hatchway.yaml")
    return {one.what: (one.state, one.says) async for one in relay.looked_at(settings, [CAPTAIN], SystemClock())}


async def test_a_relay_that_takes_notices_is_well_and_gets_none(tmp_path):
    async with FakeRelay() as there:
        looked = await found(tmp_path, there.port)
        assert {what: state for what, (state, _) in looked.items()} == {
            "relay": "good",
            "loop": "good",
            f"notices to {CAPTAIN}": "good",
        }
        assert not there.messages


@pytest.mark.parametrize(
    ("phase", "act", "what", "says"),
    [
        ("RCPT", "550 5.1.1 nobody of that name", f"notices to {CAPTAIN}", "550 5.1.1"),
        ("MAIL", "553 5.1.8 no bounces here", f"notices to {CAPTAIN}", "553 5.1.8"),
    ],
)
async def test_a_relay_that_takes_no_notices_is_bad(tmp_path, phase, act, what, says):
    async with FakeRelay() as there:
        there.script(phase, say(act))
        state, said = (await found(tmp_path, there.port))[what]
    assert state == "bad"
    assert says in said


async def test_a_relay_that_calls_itself_as_we_do_is_a_loop(tmp_path):
    async with FakeRelay() as there:
        there.script("CONNECT", say("220 relay.example"), say("220 hatchway.department.example ESMTP"))
        assert (await found(tmp_path, there.port))["loop"][0] == "bad"


async def test_a_relay_that_is_not_there_is_all_there_is_to_say(tmp_path):
    looked = await found(tmp_path, 1)
    assert list(looked) == ["relay"]
    assert looked["relay"][0] == "bad"
