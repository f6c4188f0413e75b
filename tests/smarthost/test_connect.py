"""The way to the relay: refused, silent, TLS, AUTH, and the breaker before it."""

import asyncio

import pytest
import trustme

from gateway.smarthost import State
from gateway.smarthost.dialer import Dialer
from tests.support.relay import FakeRelay, close, hang, late, raw, reset, say
from tests.support.smarthost import (
    ALICE,
    SENDER,
    HandClock,
    begun,
    conversation,
    outgoing,
    seconds,
    secret,
    settings,
    smarthost,
)


async def first_answer(hop) -> str:
    async with conversation(hop) as talk:
        return str(await talk.mail(SENDER))


async def test_a_probe_learns_the_extensions_and_leaves_politely(relay):
    hop = smarthost(relay)
    assert dict(hop.extensions) == {}

    assert (await hop.probe()).code == 250
    assert hop.extensions["SIZE"] == "52428800"
    assert hop.extensions["XFORWARD"].split() == ["NAME", "ADDR", "PORT", "PROTO", "HELO", "IDENT", "SOURCE"]
    await relay.quiet()
    assert relay.lines == [b"EHLO hatchway.department.example", b"QUIT"]


async def test_an_unreachable_smarthost_is_never_answered_with_250(relay):
    await relay.down()
    hop = smarthost(relay)

    assert await first_answer(hop) == "451 4.4.1 The mail relay cannot be reached, please try again later"
    assert (await hop.probe()).code == 451


@pytest.mark.parametrize(
    ("phase", "fault", "status"),
    [
        ("CONNECT", say("421 4.3.2 too many connections", then="close"), "4.4.1"),
        ("CONNECT", say("554 5.7.1 not for you", then="close"), "4.4.1"),
        ("CONNECT", close(), "4.4.1"),
        ("CONNECT", reset(), "4.4.1"),
        ("CONNECT", raw(b"SSH-2.0-OpenSSH_9.2\r\n"), "4.4.1"),
        ("CONNECT", hang(), "4.4.2"),
        ("EHLO", say("421 4.3.2 going down", then="close"), "4.4.1"),
        ("EHLO", close(), "4.4.1"),
        ("EHLO", hang(), "4.4.2"),
        ("EHLO", say("250 relay.example", then="close"), "4.4.2"),
    ],
)
async def test_a_relay_that_does_not_let_itself_be_greeted_is_451(relay, phase, fault, status):
    relay.script(phase, fault, fault)
    answer = await first_answer(smarthost(relay, connect_timeout=seconds(0.3)))

    assert answer.startswith(f"451 {status} The ")


async def test_the_whole_way_has_one_time_limit_and_not_each_step(relay):
    relay.script("CONNECT", late(0.25))
    relay.script("EHLO", late(0.25))

    async with asyncio.timeout(0.45):
        assert (await first_answer(smarthost(relay, connect_timeout=seconds(0.3)))).startswith("451 4.4.2")


async def test_a_name_that_does_not_resolve_is_451():
    async with FakeRelay() as relay:
        hop = smarthost(relay, host="nowhere.invalid")
        assert (await first_answer(hop)).startswith("451 4.4.1")


@pytest.mark.parametrize("implicit", [False, True])
async def test_mail_goes_by_tls_where_the_certificate_is_good(certified, ca_file, implicit):
    async with FakeRelay(tls=certified(), implicit=implicit, receive_buffer=16384, pause=0.001) as relay:
        hop = smarthost(relay, tls="implicit" if implicit else "starttls", ca_file=ca_file, reply_timeout=seconds(20))
        async with conversation(hop) as talk:
            await begun(talk, ALICE)
            assert (await talk.send(outgoing(b"y" * 998 + b"\r\n" + b"x" * 3_000_000 + b"\r\n"))).good
        assert relay.acked[0].tls
        assert relay.violations == []
    assert "STARTTLS" not in hop.extensions


@pytest.mark.parametrize("implicit", [False, True])
@pytest.mark.parametrize("wrong", ["host", "authority"])
async def test_mail_does_not_go_to_a_relay_whose_certificate_is_wrong(certified, ca_file, tmp_path, said, implicit, wrong):
    trusted = ca_file
    if wrong == "authority":
        trusted = tmp_path / "other.pem"
        trustme.CA().cert_pem.write_to_path(trusted)
    async with FakeRelay(tls=certified("other.example" if wrong == "host" else "127.0.0.1"), implicit=implicit) as relay:
        hop = smarthost(relay, tls="implicit" if implicit else "starttls", ca_file=trusted)
        answer = await first_answer(hop)

        assert answer == "451 4.7.5 The mail relay cannot be reached securely, please try again later"
        assert not any(line.startswith(b"MAIL") for line in relay.lines)
    assert "certificate verify failed" in str(said[0]["why"]).lower()


@pytest.mark.parametrize("implicit", [False, True])
async def test_a_certificate_is_not_looked_at_where_the_admin_says_so(certified, implicit):
    async with FakeRelay(tls=certified("other.example"), implicit=implicit) as relay:
        hop = smarthost(relay, tls="implicit" if implicit else "starttls", verify=False)
        assert (await first_answer(hop)).startswith("250")


async def test_starttls_that_is_not_offered_does_not_mean_clear_text(relay):
    assert (await first_answer(smarthost(relay, tls="starttls"))).startswith("451 4.7.5")
    assert not any(line.startswith(b"MAIL") for line in relay.lines)


@pytest.mark.parametrize("fault", [say("454 4.7.0 not now"), raw(b"220 2.0.0 go\r\nnot TLS at all\r\n"), close()])
async def test_starttls_that_fails_does_not_mean_clear_text(certified, ca_file, fault):
    async with FakeRelay(tls=certified()) as relay:
        relay.script("STARTTLS", fault)
        hop = smarthost(relay, tls="starttls", ca_file=ca_file, connect_timeout=seconds(0.5))
        assert (await first_answer(hop)).startswith(("451 4.7.5", "451 4.4.2"))
        assert not any(line.startswith(b"MAIL") for line in relay.lines)


async def test_octets_slipped_in_behind_starttls_are_not_heard(certified, ca_file):
    async with FakeRelay(tls=certified()) as relay:
        relay.script("STARTTLS", raw(b"220 2.0.0 go\r\n250 injected\r\n", then="close"))
        hop = smarthost(relay, tls="starttls", ca_file=ca_file)
        assert (await hop.probe()).code == 451


async def test_a_ca_file_that_is_missing_is_451(relay, tmp_path):
    hop = smarthost(relay, tls="starttls", ca_file=tmp_path / "missing.pem")
    assert (await first_answer(hop)).startswith("451 4.7.5")


async def test_hatchway_signs_in_with_the_password_in_the_file(tmp_path):
    async with FakeRelay(users={"hatchway": "correct horse"}) as relay:
        hop = smarthost(relay, user="hatchway", password_file=secret(tmp_path))
        async with conversation(hop) as talk:
            await begun(talk, ALICE)
            assert (await talk.send(outgoing())).good
        assert relay.acked[0].login == "hatchway"


async def test_a_new_password_is_read_at_the_next_connection(tmp_path):
    async with FakeRelay(users={"hatchway": "new horse"}) as relay:
        hop = smarthost(relay, user="hatchway", password_file=secret(tmp_path, "old horse"))
        assert (await first_answer(hop)).startswith("451 4.7.8")
        secret(tmp_path, "new horse")
        assert (await first_answer(hop)).startswith("250")


async def test_a_password_that_is_refused_is_451_and_not_in_the_log(tmp_path, said):
    async with FakeRelay(users={"hatchway": "correct horse"}) as relay:
        hop = smarthost(relay, user="hatchway", password_file=secret(tmp_path, "wrong horse"))
        answer = await first_answer(hop)

    assert answer == "451 4.7.8 The mail relay does not accept mail from here now, please try again later"
    assert "horse" not in repr(said)
    assert said[0]["step"] == "login"


async def test_a_password_file_that_is_missing_or_auth_that_is_not_offered_is_451(relay, tmp_path):
    assert (await first_answer(smarthost(relay, user="hatchway", password_file=tmp_path / "no"))).startswith("451 4.7.8")
    assert (await first_answer(smarthost(relay, user="hatchway", password_file=secret(tmp_path)))).startswith("451 4.7.8")


async def test_while_the_breaker_is_open_nobody_waits_and_nobody_knocks(relay):
    relay.script("CONNECT", *[hang()] * 3)
    hop = smarthost(relay, connect_timeout=seconds(0.1))
    for _ in range(3):
        await first_answer(hop)
    assert hop.breaker.state is State.OPEN

    async with asyncio.timeout(0.05):
        assert (await first_answer(hop)).startswith("451 4.4.1")
        assert (await hop.probe()).code == 451
    assert len(relay.talks) == 3


async def test_a_relay_that_is_back_is_found_by_one_client_while_the_others_are_told_to_wait(relay):
    clock = HandClock()
    await relay.down()
    hop = smarthost(relay, clock=clock)
    for _ in range(3):
        await first_answer(hop)
    await relay.up()
    assert (await first_answer(hop)).startswith("451")
    clock.pass_(seconds=1)
    relay.script("CONNECT", late(0.1))

    answers = await asyncio.gather(*(first_answer(hop) for _ in range(5)))

    assert sorted(answer[:9] for answer in answers) == ["250 2.1.0", *["451 4.4.1"] * 4]
    assert hop.breaker.state is State.CLOSED
    assert (await first_answer(hop)).startswith("250")


async def test_a_client_that_leaves_while_connecting_leaves_no_connection_and_no_count(relay):
    relay.script("EHLO", *[hang()] * 4)
    hop = smarthost(relay)
    for _ in range(4):
        task = asyncio.create_task(first_answer(hop))
        await asyncio.sleep(0.03)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    assert hop.breaker.failures == 0
    assert (await hop.probe()).code == 250


async def test_an_attempt_cut_short_for_other_reasons_tells_nothing_of_the_relay(relay):
    hop = smarthost(relay, reply_timeout=seconds(0.1))
    for _ in range(4):
        async with conversation(hop) as talk:
            await begun(talk, ALICE)
            relay.script("DATA", close())
            relay.script("CONNECT", hang())
            assert (await talk.send(outgoing())).code == 451

    assert hop.breaker.failures == 0


async def test_a_short_reply_timeout_does_not_keep_the_breaker_from_seeing_a_dead_relay(relay):
    relay.script("CONNECT", *[hang()] * 3)
    hop = smarthost(relay, connect_timeout=seconds(0.2), reply_timeout=seconds(0.1))
    for _ in range(3):
        await first_answer(hop)

    assert hop.breaker.state is State.OPEN


async def test_whoever_is_cancelled_while_dialing_never_goes_on_with_a_connection(relay):
    dialer = Dialer(settings(relay.port), hostname="hatchway.department.example")
    for turns in range(1, 1000):
        task = asyncio.create_task(dialer.dial(5.0))
        for _ in range(turns):
            await asyncio.sleep(0)
        if task.done():
            (await task).abort()
            break
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    else:
        pytest.fail("it never got through")
