"""The milter door with a real Postfix, whose own SMTP is also the relay: what is released comes back through the door."""

import os
import signal
import smtplib
import subprocess
import threading
from contextlib import ExitStack

import pytest

from tests.support import postfix as real
from tests.support.gateway import Gateway
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
        asks = {"smtpd_milters": "unix:milter.sock", "non_smtpd_milters": "unix:milter.sock"}
        mta = stack.enter_context(real.Postfix(name="mta.example", next_hop=sink.port, settings=asks))
        more = f"milter: {{socket: {mta.folder}/queue/milter.sock, group: postfix}}"
        gateway = Gateway(tmp_path_factory.mktemp("milter"), relay=mta.plain, more=more)
        yield mta, stack.enter_context(gateway), sink


def taken(sink, sender, count=1):
    """The last message of that envelope sender, once the sink has so many."""

    def found():
        return [delivered for delivered in sink.delivered if sender.encode() in delivered.mail]

    wait_until(lambda: len(found()) >= count, 20, f"{count} messages from {sender}")
    return found()[-1]


def disposed(gateway, sender):
    return [event for event in gateway.events("mail.disposed") if event["sender"] == sender]


def test_an_ordinary_message_passes_with_its_bytes(path):
    mta, gateway, sink = path
    answers = mta.send("officer@department.example", TO, ORDINARY, parameters="BODY=8BITMIME RET=HDRS ENVID=Shift+2B0700")
    assert answers.content[0] == 250
    delivered = taken(sink, "officer@department.example")
    assert from_(delivered.content) == ORDINARY
    print(delivered.content.decode())
    print(gateway.log)


def test_hold(path):
    mta, gateway, sink = path
    answers = mta.send("president@association.example", TO, by("president@association.example"), parameters="BODY=8BITMIME RET=HDRS")
    assert answers.content[0] == 250
    mta.wait_until_empty()
    [event] = disposed(gateway, "president@association.example")
    assert event["disposition"] == "hold"
    gateway.ask("queue.release", id=event["id"])
    gateway.wait_until_outbox_empty()
    delivered = taken(sink, "president@association.example")
    assert from_(delivered.content) == by("president@association.example")
    print(delivered)
    print(gateway.log)
