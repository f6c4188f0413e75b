"""The real Postfix that other tests rely on: it passes bytes and DSN parameters on, refuses as told, filters, and stops."""

import socket
from pathlib import Path

import pytest

from tests.support.postfix import Postfix, group_of
from tests.support.sink import Sink

MESSAGE = (
    b"From: Officer <officer@department.example>\r\n"
    b"To: dispatch@county.example\r\n"
    b"Subject: =?utf-8?q?Schicht=C3=BCbergabe?=\r\n"
    b"Date: Tue, 6 Oct 2026 07:00:00 +0000\r\n"
    b"Message-ID: <shift-1@department.example>\r\n"
    b"X-Odd:  folded\r\n\t value \r\n"
    b"\r\n"
    b"..two dots\r\n.one dot\r\ncaf\xc3\xa9, \xff and trailing space \r\n\r\n\r\nlast line\r\n"
)


def without_trace(content: bytes) -> bytes:
    """The message without the Received fields that the servers on its way put before it."""
    return content[content.index(b"From: ") :]


def test_a_message_crosses_two_postfixes_unchanged_with_its_dsn_parameters(postfix, sink):
    relay = postfix(name="relay.example", next_hop=sink.port)
    client = postfix(name="client.example", next_hop=relay.plain)

    answers = client.send(
        "officer@department.example",
        {
            "dispatch@county.example": "NOTIFY=SUCCESS,DELAY ORCPT=rfc822;Dispatch+2BDesk@County.example",
            "second@county.example": "NOTIFY=NEVER",
        },
        MESSAGE,
        parameters="BODY=8BITMIME RET=HDRS ENVID=Shift+2B0700",
    )

    assert (answers.mail[0], [code for code, _ in answers.recipients], answers.content[0]) == (250, [250, 250], 250)
    [delivered] = sink.wait_for(1)
    assert without_trace(delivered.content) == MESSAGE
    assert delivered.content.count(b"\r\n\tby ") == 2
    assert {b"RET=HDRS", b"ENVID=Shift+2B0700", b"BODY=8BITMIME"} < set(delivered.mail.split())
    assert delivered.recipients == (
        b"RCPT TO:<dispatch@county.example> ORCPT=rfc822;Dispatch+2BDesk@County.example NOTIFY=SUCCESS,DELAY",
        b"RCPT TO:<second@county.example> ORCPT=rfc822;second@county.example NOTIFY=NEVER",
    )
    assert "status=sent (250 2.0.0 Ok: sunk as 1)" in relay.wait_for("status=sent")
    client.wait_until_empty()
    relay.wait_until_empty()


def test_an_after_queue_filter_gets_the_mail_and_who_sent_it(postfix, sink):
    client = postfix(content_filter=sink.port)

    client.send("officer@department.example", ["dispatch@county.example"], MESSAGE)

    [delivered] = sink.wait_for(1)
    assert without_trace(delivered.content) == MESSAGE
    assert b"HELO=client.example" in b" ".join(delivered.xforward)


def test_a_before_queue_filter_speaks_to_the_client_itself(postfix, sink):
    client = postfix(proxy_filter=sink.port)

    answers = client.send("officer@department.example", ["dispatch@county.example"], MESSAGE, parameters="ENVID=Ab1")

    assert answers.content == (250, "2.0.0 Ok: sunk as 1")
    [delivered] = sink.delivered
    assert delivered.mail.endswith(b"ENVID=Ab1")
    assert without_trace(delivered.content) == MESSAGE


def test_what_a_filter_passed_comes_back_by_the_reentry_door(postfix, sink):
    server = postfix(next_hop=sink.port)

    server.send("officer@department.example", ["dispatch@county.example"], MESSAGE, port=server.reentry)

    assert without_trace(sink.wait_for(1)[0].content) == MESSAGE


def test_a_recipient_is_refused_with_the_reply_it_was_given(postfix, sink):
    relay = postfix(
        next_hop=sink.port,
        refuse={"gone@county.example": "550 5.1.1 No such user", "full@county.example": "450 4.2.2 Mailbox full"},
    )

    answers = relay.send(
        "officer@department.example", ["gone@county.example", "full@county.example", "dispatch@county.example"], MESSAGE
    )

    assert [code for code, _ in answers.recipients] == [550, 450, 250]
    assert "No such user" in answers.recipients[0][1]
    assert len(sink.wait_for(1)[0].recipients) == 1


def test_mail_for_a_dead_next_hop_waits_in_the_queue(postfix):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    client = postfix(next_hop=port)

    client.send("officer@department.example", ["dispatch@county.example"], MESSAGE)

    client.wait_for("status=deferred")
    assert client.queued() == 1


def test_an_instance_stops_and_leaves_nothing(postfix):
    del postfix
    with Postfix() as server:
        folder, port = server.folder, server.plain
        master = int((folder / "queue/pid/master.pid").read_text())
        assert server.send("a@department.example", ["b@county.example"], MESSAGE).content[0] == 250

    assert not folder.exists()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=2)
    assert not any(group_of(process) == master for process in Path("/proc").glob("[0-9]*"))


def test_the_sink_needs_no_postfix():
    with Sink() as sink, socket.create_connection(("127.0.0.1", sink.port), timeout=5) as client:
        assert client.recv(100).startswith(b"220 ")
        client.sendall(b"QUIT\r\n")
        assert client.recv(100).startswith(b"221 ")
