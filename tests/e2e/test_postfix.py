"""Every way to place Hatchway by SMTP, with a real Postfix on either side that is set up by the lines of the guides.

Bytes, DSN parameters and signatures survive when a message passes, and after a release. (The milter: test_milter.py.)
"""

from contextlib import ExitStack

import pytest

from tests.support import postfix as real
from tests.support.gateway import Gateway, free_port
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
PARAMETERS = "BODY=8BITMIME RET=HDRS ENVID=Shift+2B0700"
TO = {
    "dispatch@county.example": "NOTIFY=SUCCESS,DELAY ORCPT=rfc822;Dispatch+2BDesk@County.example",
    "second@county.example": "NOTIFY=NEVER",
}
GONE = "gone@county.example"


def by(sender: str, text: bytes = ENDORSES) -> bytes:
    return ORDINARY.replace(b"officer@department.example", sender.encode()).replace(KEYS, text)


def from_(content: bytes) -> bytes:
    """The message without what the servers on its way put before it."""
    return content[content.index(b"From: ") :]


class Placed:
    """One gateway and its next hop, and before them every kind of client: what one hands in, and what becomes of it."""

    def __init__(self, gateway, relay, sink, clients) -> None:
        self.gateway, self.relay, self.sink, self.clients = gateway, relay, sink, clients
        self.client = None

    def send(self, sender, to, content, parameters=""):
        if self.client is None:
            return real.send(self.gateway.port, sender, to, content, parameters)
        return self.client.send(sender, to, content, parameters=parameters)

    @property
    def answers_live(self) -> bool:
        """Whether the client hears Hatchway's own answers, and not those of a queue before it."""
        return self.client is None or self.client.name == "before-queue.example"

    def settle(self) -> None:
        """Return once nothing is on its way any more."""
        if self.client is not None:
            self.client.wait_until_empty()
        self.gateway.wait_until_outbox_empty()
        self.relay.wait_until_empty()

    def disposed(self, sender):
        """What became of the messages of that sender, which are no longer in the queue before Hatchway."""
        if self.client is not None:
            self.client.wait_until_empty()
        return [event for event in self.gateway.events("mail.disposed")[self.before :] if event["sender"] == sender]

    def release(self, hold, **how):
        self.gateway.ask("queue.release", id=hold, **how)
        self.gateway.wait_until_outbox_empty()

    def came(self, sender):
        return [delivered for delivered in self.sink.delivered if sender.encode() in delivered.mail]

    def taken(self, sender):
        wait_until(lambda: bool(self.came(sender)), 20, f"a message from {sender}")
        return self.came(sender)[-1]


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """Hatchway, a Postfix behind it by the guide to smart hosts, and one before it by each guide."""
    real.require()
    with ExitStack() as stack:
        sink, port = stack.enter_context(Sink()), free_port()
        door = {"reentry": "REENTRY", "hatchway": "127.0.0.0/8"}
        behind = master_cf("smart-host.md", **door)
        relay = real.Postfix(
            name="relay.example", next_hop=sink.port, master=behind, refuse={GONE: "550 5.1.1 No such user here"}
        )
        relay = stack.enter_context(relay)
        ours, way_back = f"127.0.0.1:{port}", {"reentry": "REENTRY"}
        befores = {
            "after-queue": {
                "settings": main_cf("after-queue.md", ours=f"[127.0.0.1]:{port}"),
                "master": master_cf("after-queue.md", **way_back),
            },
            "before-queue": {"master": master_cf("before-queue.md", ours=ours, filtered="FILTERED", **way_back)},
            "relayhost": {
                "settings": {**main_cf("smart-host.md", ours=f"[127.0.0.1]:{port}"), "default_transport": "smtp"},
            },
        }
        clients = {name: stack.enter_context(real.Postfix(name=f"{name}.example", **how)) for name, how in befores.items()}
        folder = tmp_path_factory.mktemp("placed") / "gateway"
        more = "judging: {model: false, workers: 1}"
        gateway = stack.enter_context(Gateway(folder, relay=relay.reentry, port=port, more=more))
        yield Placed(gateway, relay, sink, {**clients, "client": None})


@pytest.fixture(params=["after-queue", "before-queue", "relayhost", "client"])
def path(house, request):
    """In that placement, with nothing delivered or on its way."""
    house.client = house.clients[request.param]
    house.settle()
    house.sink.delivered.clear()
    house.before = len(house.gateway.events("mail.disposed"))
    return house


def test_an_ordinary_message_passes_with_its_bytes_and_its_dsn_parameters(path):
    sender = "officer@department.example"
    assert path.send(sender, TO, ORDINARY, PARAMETERS).content[0] == 250
    delivered = path.taken(sender)
    assert from_(delivered.content) == ORDINARY
    assert {b"RET=HDRS", b"ENVID=Shift+2B0700", b"BODY=8BITMIME"} <= set(delivered.mail.split())
    first, second = sorted(delivered.recipients)
    assert first == b"RCPT TO:<dispatch@county.example> ORCPT=rfc822;Dispatch+2BDesk@County.example NOTIFY=SUCCESS,DELAY"
    assert second.startswith(b"RCPT TO:<second@county.example> ")
    assert second.endswith(b" NOTIFY=NEVER")
    assert [event["disposition"] for event in path.disposed(sender)] == ["relay"]


def test_a_held_message_is_released_with_its_bytes_and_its_dsn_parameters(path):
    sender = "president@association.example"
    assert path.send(sender, TO, by(sender), PARAMETERS).content[0] == 250
    [held] = path.disposed(sender)
    assert held["disposition"] == "hold"
    assert not path.came(sender)
    path.release(held["id"])
    delivered = path.taken(sender)
    assert from_(delivered.content) == by(sender)
    assert {b"RET=HDRS", b"ENVID=Shift+2B0700", b"BODY=8BITMIME"} <= set(delivered.mail.split())
    assert [b"NOTIFY=NEVER" in to for to in sorted(delivered.recipients)] == [False, True]


def test_a_rejected_message_is_refused_or_bounced_and_never_arrives(path):
    sender = "first.person@department.example"
    answers = path.send(sender, ["dispatch@county.example"], by(sender))
    if path.answers_live:
        assert answers.content[0] == 550
        assert "SO 9-06" in answers.content[1]
    else:
        path.client.wait_for("status=bounced")
    assert [event["disposition"] for event in path.disposed(sender)] == ["reject"]
    path.settle()
    assert not path.came(sender)


def test_a_recipient_that_the_relay_refuses_is_refused_with_the_relays_own_words_and_the_others_get_it(path):
    sender = "officer@department.example"
    answers = path.send(sender, [GONE, "dispatch@county.example"], ORDINARY)
    if path.answers_live:
        assert [code for code, _ in answers.recipients] == [550, 250]
        assert "No such user here" in answers.recipients[0][1]
    else:
        path.client.wait_for("No such user here")
    assert answers.content[0] == 250
    assert [to.split()[1] for to in path.taken(sender).recipients] == [b"TO:<dispatch@county.example>"]


def test_of_mixed_recipients_one_decision_holds_for_all_and_a_release_reaches_those_it_is_for(path):
    sender, to = "secretary@association.example", ["dispatch@county.example", "watch@department.example", GONE]
    text = by(sender, b"The general meeting is on Thursday.")
    path.send(sender, to, text, "BODY=8BITMIME")
    [event] = path.disposed(sender)
    assert event["disposition"] == "hold"
    assert event["because"].startswith('policy "command review": it goes to 1 recipient in department')
    [held] = [held for held in path.gateway.ask("queue.list") if held["id"] == event["id"]]
    assert held["recipients"] == to[:2]
    assert not path.came(sender)
    path.release(event["id"], to=["watch@department.example"], note="to the watch only")
    delivered = path.taken(sender)
    assert [to.split()[1] for to in delivered.recipients] == [b"TO:<watch@department.example>"]
    assert from_(delivered.content) == text


def test_the_same_message_is_held_for_the_department_and_passes_for_others_when_it_is_sent_in_two(path):
    sender = "chair@network.example"
    text = by(sender, b"The general meeting is on Thursday.")
    for to in ("watch@department.example", "dispatch@county.example"):
        assert path.send(sender, [to], text, "BODY=8BITMIME").content[0] == 250
    assert sorted(event["disposition"] for event in path.disposed(sender)) == ["hold", "relay"]
    assert [to.split()[1] for to in path.taken(sender).recipients] == [b"TO:<dispatch@county.example>"]


def test_a_message_to_many_is_one_message_with_one_decision(path):
    sender = "treasurer@association.example"
    to = [*(f"person{n}@county.example" for n in range(60)), "watch@department.example"]
    assert path.send(sender, to, by(sender, b"The general meeting is on Thursday.")).content[0] == 250
    [event] = path.disposed(sender)
    assert (event["disposition"], event["recipients"]) == ("hold", 61)


def test_addresses_in_utf8_pass_and_are_held_and_released(path):
    for sender, text in (("jörg@department.example", KEYS), ("müller@association.example", ENDORSES)):
        message = by(sender, text)
        assert path.send(sender, ["wärter@county.example"], message, "BODY=8BITMIME SMTPUTF8").content[0] == 250
        [event] = path.disposed(sender)
        assert event["disposition"] == ("relay" if text == KEYS else "hold")
        if text == ENDORSES:
            path.release(event["id"])
        delivered = path.taken(sender)
        assert from_(delivered.content) == message
        assert b"SMTPUTF8" in delivered.mail.split()
        assert "RCPT TO:<wärter@county.example>".encode() in delivered.recipients[0]


@pytest.fixture(scope="module")
def signer():
    return Signer()


def test_a_dkim_signature_still_verifies_after_relay_tag_and_release(path, signer):
    for sender, fate in (
        ("signed@department.example", "relay"),
        ("press@department.example", "tag"),
        ("president@network.example", "hold"),
    ):
        message = signer.signed(by(sender, KEYS if fate == "relay" else ENDORSES), sender)
        assert signer.verifies(message)
        path.send(sender, ["dispatch@county.example"], message, "BODY=8BITMIME")
        [said] = path.disposed(sender)
        assert said["disposition"] == fate
        if fate == "hold":
            path.release(said["id"])
        arrived = path.taken(sender)
        assert signer.verifies(arrived.content)
        assert (b"X-Hatchway-" in arrived.content) is (fate != "relay")
