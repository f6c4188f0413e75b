"""What the door out's tests share: a clock that can be moved, settings, and a message's parts."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from gateway.mail import Address, Client, Command, Envelope, Outgoing
from gateway.mail.content import in_memory
from gateway.settings import Relay
from gateway.smarthost import Smarthost
from gateway.smarthost.conversation import RelayConversation
from tests.support.relay import FakeRelay

CLIENT = Client(
    address="192.0.2.7", name="desk7.department.example", port=50123, helo="desk7", protocol="ESMTP", ident="4bXyZ12345"
)
SENDER = Command(path=b"officer@department.example")
ALICE = Command(path=b"alice@city.example")
BOB = Command(path=b"bob@city.example")
MESSAGE = b"From: officer@department.example\r\nSubject: shift plan\r\n\r\nThe plan for May.\r\n"


class HandClock:
    def __init__(self) -> None:
        self.time = datetime(2026, 5, 4, 8, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time

    def pass_(self, **span: float) -> None:
        self.time += timedelta(**span)


def settings(port: int, **more: object) -> Relay:
    """Settings in Python's names, with short timeouts. More may be what a file could not say (half a second)."""
    relay = Relay.model_validate({"host": "127.0.0.1", "port": port})
    return relay.model_copy(update={"connect_timeout": seconds(2), "reply_timeout": seconds(2), **more})


def smarthost(relay: FakeRelay, *, clock: HandClock | None = None, **more: object) -> Smarthost:
    return Smarthost(settings(relay.port, **more), hostname="hatchway.department.example", clock=clock or HandClock())


@asynccontextmanager
async def conversation(hop: Smarthost, client: Client = CLIENT) -> AsyncIterator[RelayConversation]:
    talk = hop.converse(client)
    try:
        yield talk
    finally:
        await talk.close()


async def begun(talk: RelayConversation, *rcpts: Command) -> None:
    """MAIL and RCPTs, all of them accepted."""
    assert (await talk.mail(SENDER)).code == 250
    for rcpt in rcpts:
        assert (await talk.rcpt(rcpt)).code == 250


def outgoing(data: bytes = MESSAGE, *, head: bytes = b"") -> Outgoing:
    return Outgoing(head=head, content=in_memory(data))


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


def envelope(*rcpts: Command, mail: Command = SENDER) -> Envelope:
    return Envelope(
        sender=Address.parse(mail.path.decode()) if mail.path else None,
        recipients=tuple(Address.parse(rcpt.path.decode()) for rcpt in rcpts),
        client=CLIENT,
        mail=mail,
        rcpts=rcpts,
    )


def secret(folder: Path, text: str = "correct horse\n") -> Path:
    file = folder / "password"
    file.write_text(text)
    return file
