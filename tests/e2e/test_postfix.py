"""With a real Postfix on either side: bytes, DSN parameters and signatures survive, in both placements and after a release."""

import base64
from contextlib import ExitStack

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.support import postfix as real
from tests.support.gateway import Gateway, free_port
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
ENDORSEMENT = ORDINARY.replace(b"officer@department", b"president@association").replace(
    b"Keys are in the watch office.", b"The board endorses Marisol Tate for Mayor. Please vote for Marisol Tate on November 3."
)
PARAMETERS = "BODY=8BITMIME RET=HDRS ENVID=Shift+2B0700"
TO = {
    "dispatch@county.example": "NOTIFY=SUCCESS,DELAY ORCPT=rfc822;Dispatch+2BDesk@County.example",
    "second@county.example": "NOTIFY=NEVER",
}


def from_(content: bytes) -> bytes:
    """The message without what the servers on its way put before it."""
    return content[content.index(b"From: ") :]


def taken(sink, sender):
    """The message of that envelope sender, once the sink has it."""

    def found():
        return [delivered for delivered in sink.delivered if sender.encode() in delivered.mail]

    wait_until(lambda: bool(found()), 20, f"a message from {sender}")
    return found()[0]


@pytest.fixture(scope="module", params=["after-queue", "before-queue"])
def placed(request, tmp_path_factory):
    """A client Postfix that filters through Hatchway, whose relay is a Postfix that delivers to a sink."""
    real.require()
    with ExitStack() as stack:
        sink = stack.enter_context(Sink())
        relay = stack.enter_context(real.Postfix(name="relay.example", next_hop=sink.port))
        port = free_port()
        filtered = {"content_filter": port} if request.param == "after-queue" else {"proxy_filter": port}
        client = stack.enter_context(real.Postfix(name="client.example", **filtered))
        folder = tmp_path_factory.mktemp("placed") / "gateway"
        yield client, stack.enter_context(Gateway(folder, relay=relay.reentry, port=port)), sink


@pytest.fixture
def path(placed):
    """With nothing delivered or on its way."""
    client, gateway, sink = placed
    client.wait_until_empty()
    gateway.wait_until_outbox_empty()
    sink.delivered.clear()
    return placed


def disposed(gateway, sender):
    """What became of the last message of that sender."""
    return [event for event in gateway.events("mail.disposed") if event["sender"] == sender][-1]


def test_an_ordinary_message_passes_with_its_bytes_and_its_dsn_parameters(path):
    client, gateway, sink = path
    answers = client.send("officer@department.example", TO, ORDINARY, parameters=PARAMETERS)
    assert answers.content[0] == 250
    delivered = taken(sink, "officer@department.example")
    assert from_(delivered.content) == ORDINARY
    assert {b"RET=HDRS", b"ENVID=Shift+2B0700", b"BODY=8BITMIME"} <= set(delivered.mail.split())
    assert set(delivered.recipients) == {
        b"RCPT TO:<dispatch@county.example> ORCPT=rfc822;Dispatch+2BDesk@County.example NOTIFY=SUCCESS,DELAY",
        b"RCPT TO:<second@county.example> ORCPT=rfc822;second@county.example NOTIFY=NEVER",
    }
    assert disposed(gateway, "officer@department.example")["disposition"] == "relay"


def test_a_held_message_is_released_with_its_bytes_and_its_dsn_parameters(path):
    client, gateway, sink = path
    client.send("president@association.example", TO, ENDORSEMENT, parameters=PARAMETERS)
    client.wait_until_empty()
    held = disposed(gateway, "president@association.example")
    assert not [delivered for delivered in sink.delivered if b"president@association" in delivered.mail]
    gateway.ask("queue.release", id=held["id"])
    gateway.wait_until_outbox_empty()
    delivered = taken(sink, "president@association.example")
    assert from_(delivered.content) == ENDORSEMENT
    assert {b"RET=HDRS", b"ENVID=Shift+2B0700"} <= set(delivered.mail.split())
    assert b"NOTIFY=NEVER" in delivered.recipients[1]


def test_a_rejected_message_is_refused_or_bounced_and_never_arrives(path):
    client, gateway, sink = path
    message = ENDORSEMENT.replace(b"president@association", b"first.person@department")
    answers = client.send("first.person@department.example", ["dispatch@county.example"], message)
    if client.proxy_filter:
        assert answers.content[0] == 550
        assert "SO 9-06" in answers.content[1]
    else:
        client.wait_for("status=bounced")
    assert disposed(gateway, "first.person@department.example")["disposition"] == "reject"
    assert not [d for d in sink.delivered if b"first.person@department" in d.mail]


def test_a_recipient_that_the_relay_refuses_is_refused_with_the_relays_own_words(postfix, sink, tmp_path):
    relay = postfix(name="relay.example", next_hop=sink.port, refuse={"gone@county.example": "550 5.1.1 No such user here"})
    port = free_port()
    client = postfix(name="client.example", proxy_filter=port)
    with Gateway(tmp_path / "gateway", relay=relay.plain, port=port):
        answers = client.send("officer@department.example", ["gone@county.example", "dispatch@county.example"], ORDINARY)
    assert [code for code, _ in answers.recipients] == [550, 250]
    assert "No such user here" in answers.recipients[0][1]
    assert answers.content[0] == 250
    [delivered] = sink.wait_for(1)
    assert len(delivered.recipients) == 1


@pytest.fixture(scope="module")
def signer():
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return private, public


def signed(message: bytes, signer, domain: bytes) -> bytes:
    private, _ = signer
    fields = [b"from", b"to", b"subject", b"date", b"message-id"]
    return dkim.sign(message, b"s1", domain, private, include_headers=fields) + message


def verifies(content: bytes, signer) -> bool:
    _, public = signer
    record = b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)
    return dkim.verify(content, dnsfunc=lambda *_args, **_named: record)


@pytest.mark.parametrize(
    ("sender", "fate"),
    [
        ("officer@department.example", "relay"),
        ("press@department.example", "tag"),
        ("president@association.example", "hold"),
    ],
)
def test_a_dkim_signature_still_verifies_after_relay_tag_and_release(path, signer, sender, fate):
    client, gateway, sink = path
    text = ORDINARY if fate == "relay" else ENDORSEMENT.replace(b"president@association.example", sender.encode())
    message = signed(text.replace(b"officer@department.example", sender.encode()), signer, sender.partition("@")[2].encode())
    assert verifies(message, signer)
    client.send(sender, ["dispatch@county.example"], message, parameters="BODY=8BITMIME")
    client.wait_until_empty()
    said = disposed(gateway, sender)
    assert said["disposition"] == fate
    if fate == "hold":
        gateway.ask("queue.release", id=said["id"])
        gateway.wait_until_outbox_empty()
    arrived = taken(sink, sender)
    assert verifies(arrived.content, signer)
    assert (b"X-Hatchway-" in arrived.content) is (fate != "relay")
