"""The milter door with a real Postfix, whose own SMTP is also the relay: what is released comes back through the door."""

import asyncio
import base64
import os
import signal
import smtplib
import subprocess
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import ExitStack

import pytest

from gateway.mail import Reply
from tests.support import postfix as real
from tests.support.gateway import Gateway
from tests.support.milter import Ending, opened
from tests.support.pages import main_cf, master_cf
from tests.support.signing import Signer
from tests.support.sink import Sink
from tests.support.waiting import wait_until

ORDINARY = (
    b"From: Officer <officer@department.example>\r\n"
    b"To: dispatch@county.example\r\n"
    b"Subject: =?utf-8?q?Schicht=C3=BCbergabe?=\r\n"
    b"Date: Tue, 6 Oct 2026 07:00:00 +0000\r\n"
    b"Message-ID: <shift-1@department.example>\r\n"
    b"X-Odd:  folded\r\n\t value \r\n"
    b"MIME-Version: 1.0\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\n"
    b"\r\n"
    b"..two dots\r\n.one dot\r\ncaf\xc3\xa9 and trailing space \r\n\r\n\r\nKeys are in the watch office.\r\n"
)
KEYS = b"Keys are in the watch office."
ENDORSES = b"The board endorses Marisol Tate for Mayor. Please vote for Marisol Tate on November 3."
PAGE = "milter.md"
TO = ["dispatch@county.example", "second@county.example"]


def from_(content: bytes) -> bytes:
    """The message without what the servers on its way put before it."""
    return content[content.index(b"From: ") :]


def by(sender: str, text: bytes = ENDORSES) -> bytes:
    return ORDINARY.replace(b"officer@department.example", sender.encode()).replace(KEYS, text)


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """A Postfix that asks Hatchway, delivers to a sink, and is Hatchway's relay."""
    real.require()
    with ExitStack() as stack:
        sink = stack.enter_context(Sink())
        settings = {**main_cf(PAGE), "smtpd_authorized_xclient_hosts": "127.0.0.0/8"}
        mta = stack.enter_context(
            real.Postfix(name="mta.example", next_hop=sink.port, settings=settings, master=master_cf(PAGE, reentry="REENTRY"))
        )
        folder = mta.folder / "queue" / "hatchway"
        subprocess.run(["install", "-d", "-m", "2750", "-g", "postfix", folder], check=True)
        more = f"milter: {{socket: {folder}/milter.sock, group: postfix}}\njudging: {{model: false, workers: 1}}"
        gateway = Gateway(tmp_path_factory.mktemp("milter"), relay=mta.plain, more=more)
        yield mta, stack.enter_context(gateway), sink


def came(sink, sender):
    return [delivered for delivered in sink.delivered if sender.encode() in delivered.mail]


def taken(sink, sender, count=1):
    """The last message of that envelope sender, once the sink has so many."""
    wait_until(lambda: len(came(sink, sender)) >= count, 20, f"{count} messages from {sender}")
    return came(sink, sender)[-1]


def disposed(gateway, sender):
    return [event for event in gateway.events("mail.disposed") if event["sender"] == sender]


def released(gateway, hold):
    gateway.ask("queue.release", id=hold)
    gateway.wait_until_outbox_empty()


def test_an_ordinary_message_passes_with_its_bytes_and_its_dsn_parameters(path):
    mta, gateway, sink = path
    sender = "clerk@department.example"
    plain = by(sender, KEYS)
    answers = mta.send(sender, TO, plain, parameters="BODY=8BITMIME RET=HDRS ENVID=Shift+2B0700")
    assert answers.content[0] == 250
    delivered = taken(sink, sender)
    assert from_(delivered.content) == plain
    assert {b"RET=HDRS", b"ENVID=Shift+2B0700", b"BODY=8BITMIME"} <= set(delivered.mail.split())
    [event] = disposed(gateway, sender)
    before = delivered.content[: -len(plain)].replace(b"\r\n\t", b" ")
    assert f"by hatchway.department.example (Hatchway) with ESMTP id {event['id']};".encode() in before
    assert event["relay"].startswith("Ok: left to the MTA as ")


def test_a_held_message_is_held_once_and_passes_when_it_comes_back_released(path):
    mta, gateway, sink = path
    sender = "president@association.example"
    answers = mta.send(sender, {TO[0]: "NOTIFY=NEVER", TO[1]: ""}, by(sender), parameters="BODY=8BITMIME RET=HDRS")
    assert answers.content[0] == 250
    mta.wait_for("milter-discard: END-OF-MESSAGE")
    [event] = disposed(gateway, sender)
    assert event["disposition"] == "hold"
    [held] = [held for held in gateway.ask("queue.list") if held["id"] == event["id"]]
    assert held["recipients"] == TO
    assert not [delivered for delivered in sink.delivered if sender.encode() in delivered.mail]
    released(gateway, event["id"])
    delivered = taken(sink, sender)
    assert from_(delivered.content) == by(sender)
    assert b"RET=HDRS" in delivered.mail.split()
    assert b"NOTIFY=NEVER" in delivered.recipients[0]
    assert len(disposed(gateway, sender)) == 1
    assert {event["purpose"] for event in gateway.events("mail.returned")} == {"release", "notice"}
    assert not disposed(gateway, "<>")


def test_the_door_of_the_guide_for_released_mail_asks_no_milter(path):
    mta, gateway, sink = path
    sender = "chair@association.example"
    assert mta.send(sender, TO, by(sender), port=mta.reentry).content[0] == 250
    assert from_(taken(sink, sender).content) == by(sender)
    assert not disposed(gateway, sender)


def test_a_tag_stands_in_the_header_and_a_forged_one_does_not(path):
    mta, _, sink = path
    message = b"X-Hatchway-Verdict: clear\r\n" + by("press@department.example")
    assert mta.send("press@department.example", TO, message, parameters="BODY=8BITMIME").content[0] == 250
    delivered = taken(sink, "press@department.example")
    assert delivered.content.count(b"X-Hatchway-Verdict:") == 1
    assert b"X-Hatchway-Verdict: clear" not in delivered.content
    assert from_(delivered.content) == by("press@department.example")


@pytest.mark.parametrize("written", ["first.person", 'first."person"', "first.person(us)"])
def test_a_rejected_message_is_refused_with_rule_and_authority_however_its_sender_is_written(path, written):
    mta, gateway, sink = path
    with smtplib.SMTP("127.0.0.1", mta.filtered, timeout=60) as client:
        client.ehlo("client.example")
        assert client.docmd(f"MAIL FROM:<{written}@department.example>")[0] == 250
        assert client.rcpt(TO[0])[0] == 250
        code, text = client.data(by("dispatcher@department.example"))
    event = gateway.events("mail.disposed")[-1]
    assert code == 550
    assert text.startswith(b"5.7.1 Political content may not be sent by department e-mail (SO 9-06")
    assert event["id"].encode() in text
    assert event["sender"] == "first.person@department.example"
    assert not [delivered for delivered in sink.delivered if b"person" in delivered.mail]


def test_a_sender_that_is_not_ours_is_refused_at_mail(path):
    mta, _, _ = path
    answers = mta.send("a@elsewhere.example", TO, by("a@elsewhere.example"))
    assert answers.mail == (550, "5.7.1 Mail from this sender's domain is not sent through here")


def test_one_message_has_one_decision_for_all_its_recipients(path):
    mta, gateway, sink = path
    sender, to = "secretary@association.example", ["dispatch@county.example", "watch@department.example"]
    meeting = by(sender, b"The general meeting is on Thursday.")
    assert mta.send(sender, to, meeting, parameters="BODY=8BITMIME").content[0] == 250
    [event] = disposed(gateway, sender)
    assert event["because"].startswith('policy "command review": it goes to 1 recipient in department')
    mta.wait_until_empty()
    assert not [delivered for delivered in sink.delivered if sender.encode() in delivered.mail]
    gateway.ask("queue.release", id=event["id"], to=["watch@department.example"], note="to the watch only")
    delivered = taken(sink, sender)
    assert [rcpt.split()[1] for rcpt in delivered.recipients] == [b"TO:<watch@department.example>"]
    assert from_(delivered.content) == meeting


def test_addresses_in_utf8_pass_and_are_held_and_released(path):
    mta, gateway, sink = path
    for sender, text in (("jörg@department.example", KEYS), ("müller@association.example", ENDORSES)):
        message = by(sender, text)
        answers = mta.send(sender, ["wärter@county.example"], message, parameters="BODY=8BITMIME SMTPUTF8")
        assert answers.content[0] == 250
        [event] = disposed(gateway, sender)
        assert event["disposition"] == ("relay" if text == KEYS else "hold")
        if text == ENDORSES:
            released(gateway, event["id"])
        delivered = taken(sink, sender)
        assert from_(delivered.content) == message
        assert b"SMTPUTF8" in delivered.mail.split()
        assert "RCPT TO:<wärter@county.example>".encode() in delivered.recipients[0]


def test_mail_of_local_programs_is_judged_and_its_letters_survive(path):
    mta, gateway, sink = path
    sender = "treasurer@association.example"
    sendmail(mta, sender, by(sender).replace(b"\r\n", b"\n"))
    wait_until(lambda: disposed(gateway, sender), 20, "a decision on a local message", mta.log)
    [event] = disposed(gateway, sender)
    assert event["disposition"] == "hold"
    released(gateway, event["id"])
    assert from_(taken(sink, sender).content).endswith(by(sender).partition(b"\r\n\r\n")[2])


def sendmail(mta, sender, message):
    """As cron and web forms send: into the queue's maildrop, by the commands of that instance."""
    config = str(mta.folder / "config")
    command = ["/usr/sbin/sendmail", "-C", config, "-i", "-f", sender, *TO]
    subprocess.run(command, input=message, check=True, timeout=30, env={**os.environ, "MAIL_CONFIG": config})


def test_a_login_is_an_identity_whatever_the_sender_says(path):
    mta, gateway, _ = path
    with smtplib.SMTP("127.0.0.1", mta.filtered, timeout=60) as client:
        client.ehlo("client.example")
        assert client.docmd("XCLIENT", "LOGIN=treasurer@association.example")[0] == 220
        client.ehlo("client.example")
        client.mail("quiet@department.example")
        client.rcpt("watch@department.example")
        assert client.data(by("quiet@department.example", KEYS))[0] == 250
    [event] = disposed(gateway, "quiet@department.example")
    assert (event["disposition"], event["policy"]) == ("hold", "command review")


def test_what_is_held_is_what_was_sent_however_large_and_however_long_its_lines(path):
    mta, gateway, _ = path
    sender = "secretary@network.example"
    message = by(sender).replace(b"X-Odd:", b"X-Long: " + b"x" * 50_000 + b"\r\nX-Odd:") + (b"y" * 70_000 + b"\r\n")
    assert mta.send(sender, TO, message, parameters="BODY=8BITMIME").content[0] == 250
    [event] = disposed(gateway, sender)
    shown = gateway.ask("queue.show", id=event["id"], content=True)
    assert base64.b64decode(shown["content"]) == message


def test_a_signature_still_verifies_after_relay_tag_and_release(path):
    mta, gateway, sink = path
    signer = Signer()
    for sender, fate in (
        ("signed@department.example", "relay"),
        ("web.editor@department.example", "tag"),
        ("chair@network.example", "hold"),
    ):
        message = signer.signed(by(sender, KEYS if fate == "relay" else ENDORSES), sender)
        assert mta.send(sender, TO, message, parameters="BODY=8BITMIME").content[0] == 250
        [event] = disposed(gateway, sender)
        assert event["disposition"] == fate
        if fate == "hold":
            released(gateway, event["id"])
        assert signer.verifies(taken(sink, sender).content)


def test_a_gateway_killed_in_mid_message_is_a_451_and_nothing_is_lost_or_let_through(path):
    mta, gateway, sink = path
    with smtplib.SMTP("127.0.0.1", mta.filtered, timeout=60) as client, ThreadPoolExecutor(1) as beside:
        client.ehlo("client.example")
        client.mail("officer@department.example")
        client.rcpt("dispatch@county.example")
        before = came(sink, "officer@department.example")
        os.killpg(gateway.process.pid, signal.SIGSTOP)
        answer = beside.submit(client.data, ORDINARY)
        mta.wait_for("message-id=<shift-1@department.example>")
        assert not wait([answer], 0.3).done
        gateway.kill()
        assert answer.result(30)[0] == 451
        assert client.mail("officer@department.example")[0] == 451
    mta.wait_until_empty()
    assert came(sink, "officer@department.example") == before
    gateway.start()
    assert mta.send("officer@department.example", TO, ORDINARY, parameters="BODY=8BITMIME").content[0] == 250
    assert from_(taken(sink, "officer@department.example", len(before) + 1).content) == ORDINARY


async def test_postfix_passes_on_two_lines_with_a_percent_sign_and_waits_while_it_hears_of_progress(postfix, said):
    mta = postfix(settings={**main_cf(PAGE), "milter_content_timeout": "2s", "smtpd_milters": "unix:milter.sock"})
    ending = Ending(reply=Reply(code=550, status="5.7.1", text="100% political\n(SO 9-06)"), stall=asyncio.Event())
    async with opened(mta.folder / "queue", ending, progress=0.5, milter={"mode": "0666"}):
        asyncio.get_running_loop().call_later(3, ending.stall.set)
        answers = await asyncio.to_thread(mta.send, "officer@department.example", TO, ORDINARY)
    assert answers.content == (550, "5.7.1 100% political\n5.7.1 (SO 9-06)")
    assert not [event for event in said if event["event"] == "milter.protocol_error"]


async def test_postfix_asks_by_tcp_too(postfix, tmp_path):
    async with opened(tmp_path, tcp=True) as house:
        host, port = house.server.address
        mta = postfix(settings={**main_cf(PAGE), "smtpd_milters": f"inet:{host}:{port}"})
        for _ in range(3):
            answers = await asyncio.to_thread(mta.send, "officer@department.example", TO, ORDINARY, parameters="BODY=8BITMIME")
            assert answers.content[0] == 250
        assert house.ending.contents == [ORDINARY] * 3
