"""What a monitoring system is answered, over a real socket."""

import asyncio
import ssl
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import trustme
from prometheus_client.parser import text_string_to_metric_families

from gateway.decision import Authority, Decision, Hold, Relay, Trial
from gateway.mail import Reply
from gateway.monitor import Alone, Meters, Monitor, Standing
from gateway.monitor.standing import Hooked, Listing, Shelf
from gateway.settings import Tls, server_tls
from gateway.sockets import bound
from gateway.source import Location
from gateway.verdict import Verdict
from tests.support.mails import reviewers

NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)
AUTHORITY = (Authority(name="SO 1", title="Use of mail", text="No promotion"),)
GOOD = Standing(
    now=NOW,
    policies="p1",
    roster="r1",
    shelf=Shelf(waiting=2, oldest_hold=NOW - timedelta(hours=1), parcels=1, oldest_parcel=NOW, undeliverable=3),
    relay_up=True,
    relay_failures=0,
    phase="serving",
    sessions={"smtp": 4},
    store_errors=5,
    judge_restarts=6,
    deliveries={("notice", "undeliverable"): 7},
    roster_written=NOW - timedelta(days=2),
    certificates={"a.pem": NOW},
    last_message=NOW - timedelta(minutes=5),
    canaries={"board": (False, NOW - timedelta(days=1)), "new": (True, None)},
    directories={"city": Listing(up=False, since=NOW - timedelta(hours=2), errors=8, members={"board": 9}, unknown=1)},
    webhooks={"tickets": Hooked(count=3, oldest=NOW - timedelta(minutes=1))},
    told={("tickets", "heard"): 4},
)


@asynccontextmanager
async def monitored(standing=GOOD, meters=None, tls=None, trusting=None):
    async def now():
        return standing

    monitor, listening = Monitor(Alone(meters or Meters(), now)), bound("127.0.0.1:0")
    port = listening.getsockname()[1]
    await monitor.start(listening, server_tls(tls))

    async def ask(request: str):
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=trusting)
        writer.write(request.replace("\n", "\r\n").encode())
        heard = (await reader.read()).decode()
        writer.close()
        await writer.wait_closed()
        head, _, body = heard.partition("\r\n\r\n")
        return head.splitlines()[0] if head else "", body

    try:
        yield ask
    finally:
        await monitor.close()


def samples(text: str):
    found = (sample for family in text_string_to_metric_families(text) for sample in family.samples)
    return {(sample.name, *sorted(sample.labels.values())): sample.value for sample in found}


@pytest.mark.parametrize(
    ("request_", "answer", "body"),
    [
        ("GET /healthz HTTP/1.1\nHost: x\n\n", "HTTP/1.1 200 OK", "ok\n"),
        ("HEAD /healthz HTTP/1.1\n\n", "HTTP/1.1 200 OK", ""),
        ("GET /readyz?full HTTP/1.1\n\n", "HTTP/1.1 200 OK", "ready\n"),
        ("GET / HTTP/1.1\n\n", "HTTP/1.1 404 Not Found", "There is /healthz, /readyz and /metrics.\n"),
        ("POST /metrics HTTP/1.1\n\n", "HTTP/1.1 405 Method Not Allowed", "Only GET.\n"),
        ("EHLO client.example\n\n", "", ""),
        ("GET /healthz HTTP/1.1\nX: " + "x" * 20000 + "\n\n", "", ""),
    ],
)
async def test_it_answers_plain_http_and_drops_what_is_none(request_, answer, body):
    async with monitored() as ask:
        try:
            assert await ask(request_) == (answer, body)
        except ConnectionResetError:
            assert not answer


async def test_it_is_not_ready_without_store_or_relay_or_while_it_stops_and_says_why():
    away = replace(GOOD, shelf=None, relay_up=False, phase="stopping")
    async with monitored(away) as ask:
        said = await ask("GET /readyz HTTP/1.1\n\n")
        assert said == (
            "HTTP/1.1 503 Service Unavailable",
            "the store does not answer, the relay cannot be reached, stopping\n",
        )
        assert (await ask("GET /healthz HTTP/1.1\n\n"))[1] == "ok\n"


def decision(disposition, verdict, *trials):
    place = Location("policies/p.yaml", 3, 1)
    return Decision(
        disposition=disposition, policy="review", rule=place, grounds="g", authority=AUTHORITY, verdict=verdict, trials=trials
    )


async def test_metrics_tell_what_was_counted_and_how_things_stand():
    meters, place = Meters(), Location("policies/p.yaml", 9, 1)
    read = Verdict(labels={}, scores={}, findings=(), unread=())
    meters.judged(decision(Relay(), read, Trial(would="reject", rule=place, grounds="g")), 0.02)
    meters.judged(decision(Hold(reviewers=reviewers()), None), 3.0)
    meters.replied(Reply(code=250))
    meters.replied(Reply(code=451))
    meters.reloaded(loaded=False)
    async with monitored(meters=meters) as ask:
        found = samples((await ask("GET /metrics HTTP/1.1\n\n"))[1])
    assert found["hatchway_messages_total", "relay", "review"] == 1
    assert found["hatchway_messages_total", "hold", "review"] == 1
    assert found["hatchway_dry_run_total", "policies/p.yaml:9:1", "reject"] == 1
    assert (found["hatchway_judgement_seconds_count",], found["hatchway_judgement_seconds_bucket", "2.5"]) == (2, 1)
    assert found["hatchway_judgement_failures_total",] == 1
    assert [found["hatchway_replies_total", code] for code in ("2xx", "4xx", "5xx")] == [1, 1, 0]
    assert (found["hatchway_reloads_total", "refused"], found["hatchway_reload_successful",]) == (1, 0)
    assert (found["hatchway_holds_waiting",], found["hatchway_oldest_hold_seconds",]) == (2, 3600)
    assert (found["hatchway_outbox_parcels",], found["hatchway_outbox_undeliverable",]) == (1, 3)
    assert found["hatchway_deliveries_total", "notice", "undeliverable"] == 7
    assert (found["hatchway_store_errors_total",], found["hatchway_judge_restarts_total",]) == (5, 6)
    assert found["hatchway_roster_age_seconds",] == 2 * 86400
    assert (found["hatchway_canary_well", "board"], found["hatchway_canary_well", "new"]) == (0, 1)
    assert found["hatchway_canary_age_seconds", "board"] == 86400
    assert found["hatchway_last_message_age_seconds",] == 300
    assert (found["hatchway_directory_up", "city"], found["hatchway_directory_age_seconds", "city"]) == (0, 7200)
    assert (found["hatchway_directory_errors_total", "city"], found["hatchway_directory_members", "board", "city"]) == (8, 9)
    assert found["hatchway_certificate_end_timestamp_seconds", "a.pem"] == NOW.timestamp()


async def test_what_the_store_knows_is_left_out_while_it_is_away():
    async with monitored(replace(GOOD, shelf=None)) as ask:
        found = samples((await ask("GET /metrics HTTP/1.1\n\n"))[1])
    assert found["hatchway_store_up",] == 0
    assert ("hatchway_holds_waiting",) not in found


async def test_with_a_certificate_it_is_encrypted_and_answers_nobody_in_the_clear(tmp_path):
    authority = trustme.CA()
    made = authority.issue_cert("127.0.0.1")
    made.cert_chain_pems[0].write_to_path(tmp_path / "certificate.pem")
    made.private_key_pem.write_to_path(tmp_path / "key.pem")
    context = ssl.create_default_context()
    authority.configure_trust(context)
    async with monitored(tls=Tls(certificate=tmp_path / "certificate.pem", key=tmp_path / "key.pem"), trusting=context) as ask:
        assert (await ask("GET /healthz HTTP/1.1\n\n"))[0] == "HTTP/1.1 200 OK"
    async with monitored(tls=Tls(certificate=tmp_path / "certificate.pem", key=tmp_path / "key.pem")) as ask:
        assert await ask("GET /healthz HTTP/1.1\n\n") == ("", "")
