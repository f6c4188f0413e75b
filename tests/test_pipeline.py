"""Story 1: what the client is told is true."""

from datetime import timedelta

import pytest

from gateway.decision import Defer, Hold, Reject, Tag, Trial
from gateway.mail import Reply
from gateway.source import Location
from tests.support.full import full_log
from tests.support.mails import ORDINARY, decision, mail, reviewers
from tests.support.world import Transaction, World

HELD = decision(Hold(reviewers=reviewers()))


async def submitted(world, decided, transaction, octets=ORDINARY, **about):
    return await world.pipeline(decided, "Unit 214").submit(mail(octets, **about), transaction)


@pytest.mark.parametrize(
    "reply",
    [
        Reply(code=250, status="2.0.0", text="Ok: queued as 4bXyZ"),
        Reply(code=451, status="4.4.2", text="The relay was lost"),
        Reply(code=552, status="5.3.4", text="Too large\nreally"),
    ],
)
async def test_the_client_of_a_relayed_message_hears_what_the_relay_said_and_our_id(reply):
    heard = await submitted(World(), decision(), Transaction(reply=reply))
    assert (heard.code, heard.status, heard.text) == (reply.code, reply.status, f"{reply.text} (id M1)")


async def test_a_relayed_message_goes_out_as_it_came_under_one_trace_line():
    transaction = Transaction()
    await submitted(World(), decision(), transaction)
    (sent,) = transaction.sent
    trace, rest = sent[: -len(ORDINARY)], sent[-len(ORDINARY) :]
    assert rest == ORDINARY
    assert trace.startswith(b"Received: from desk.department.example")
    assert trace.count(b"\r\n") == trace.count(b"\r\n\t") + 1


async def test_a_tag_adds_its_fields_and_its_subject_prefix_and_takes_out_forged_fields():
    transaction = Transaction()
    tag = Tag(headers=(("X-Hatchway-Verdict", "political=match"),), subject="[Political]")
    await submitted(World(), decision(tag), transaction, b"X-Hatchway-Verdict: political=clear\r\n" + ORDINARY)
    (sent,) = transaction.sent
    assert b"X-Hatchway-Verdict: political=match\r\n" in sent
    assert b"political=clear" not in sent
    assert b"\r\nSubject: [Political] Unit 214\r\n" in sent
    assert sent.endswith(ORDINARY.partition(b"\r\n\r\n")[2])


async def test_a_rule_on_trial_is_noted_in_a_header_and_stops_nothing():
    transaction = Transaction()
    trial = Trial(would="hold", rule=Location("policies/department.yaml", 31, 7), grounds="it promotes a political position")
    reply = await submitted(World(), decision(trials=(trial,)), transaction)
    assert reply.code == 250
    assert b"X-Hatchway-Dry-Run: hold policies/department.yaml:31:7\r\n" in transaction.sent[0]


async def test_a_held_message_is_on_the_shelf_before_the_client_is_told_so():
    world, transaction = World(), Transaction()
    reply = await submitted(world, HELD, transaction, id_="H7")
    assert str(reply) == "250 2.0.0 Ok: held for review as H7"
    held = await world.store.get("H7")
    assert held is not None
    assert held.mail.content.read() == ORDINARY
    assert held.subject == "Unit 214"
    assert transaction.sent == []
    assert transaction.aborted == 1


async def test_sender_and_reviewers_are_told_of_a_hold():
    world = World()
    await submitted(world, HELD, Transaction())
    told = [recipient for envelope, _ in await world.delivered() for recipient in map(str, envelope.recipients)]
    assert sorted(told) == ["captain@department.example", "dreed@department.example", "lieutenant@department.example"]


async def test_a_shelf_that_cannot_write_is_never_answered_with_250():
    world, transaction = World(), Transaction()
    world.store.away = True
    reply = await submitted(world, HELD, transaction)
    assert (reply.code, reply.status) == (451, "4.3.0")
    assert transaction.aborted == 1
    world.store.away = False
    assert await world.store.list() == []


@pytest.mark.parametrize(
    "disposition",
    [Reject(reply=Reply(code=550, status="5.7.1", text="Not by department e-mail")), Defer(reply=Reply(code=451, text="Later"))],
)
async def test_a_refused_message_is_dropped_at_the_relay_and_the_reply_names_it(disposition):
    world, transaction = World(), Transaction()
    reply = await submitted(world, decision(disposition), transaction, id_="X9")
    assert reply.code == disposition.reply.code
    assert reply.text == f"{disposition.reply.text} (id X9)"
    assert transaction.sent == []
    assert transaction.aborted == 1
    assert await world.store.list(waiting=False) == []


async def test_the_log_has_one_line_for_a_message_and_nothing_of_its_content(said):
    await submitted(World(), HELD, Transaction())
    (line,) = [entry for entry in said if entry["event"] == "mail.disposed"]
    assert line["disposition"] == "hold"
    assert line["rule"] == "policies/department.yaml:29:9"
    assert line["authority"] == "SO 9-06 §C"
    assert line["reply"] == 250
    assert "Unit 214" not in str(said)
    assert "garage" not in str(said)


async def test_a_flood_of_holds_is_announced_only_so_often_but_every_message_is_kept():
    world = World(per_hour=3)
    for number in range(8):
        await submitted(world, HELD, Transaction(), id_=f"H{number}")
    assert len(await world.store.list()) == 8
    told = [octets for envelope, octets in await world.delivered() if str(envelope.recipients[0]) == "dreed@department.example"]
    assert len(told) == 3
    assert [b"last notice" in octets.lower() for octets in told] == [False, False, True]
    world.clock.forward(-timedelta(days=365))
    await submitted(world, HELD, Transaction(), id_="H9")
    assert any(str(envelope.recipients[0]) == "dreed@department.example" for envelope, _ in await world.delivered())


async def test_bounces_are_held_without_a_notice_to_nobody():
    world = World()
    await submitted(world, HELD, Transaction(), sender="")
    assert all(str(a).startswith(("captain", "lieutenant")) for e, _ in await world.delivered() for a in e.recipients)


async def test_what_was_done_is_told_truly_though_the_log_cannot_be_written():
    with full_log():
        assert (await submitted(World(), decision(), Transaction())).code == 250
        assert (await submitted(World(), HELD, Transaction())).code == 250
