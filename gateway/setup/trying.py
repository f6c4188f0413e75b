"""Trying the answers: nothing is sent but a probe that was asked for, and every transaction that is opened is dropped."""

import asyncio
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from email.message import EmailMessage
from urllib.parse import urlsplit

from gateway.mail import Address, Client, Command, Envelope, Outgoing, Reply
from gateway.mail.content import in_memory
from gateway.ports import Clock
from gateway.settings import Relay
from gateway.setup.answers import Answers
from gateway.smarthost import Smarthost
from gateway.sockets import bound

_US = Client(address="127.0.0.1", helo="localhost")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """good: it will do; says: what was found, and what to do if it will not; later: that may be mended at any time."""

    what: str
    good: bool
    says: str
    later: bool = False


async def tried(answers: Answers, clock: Clock) -> AsyncIterator[Tried]:
    """Each answer in turn."""
    for door in (answers.listen, *((answers.console,) if answers.public_url else ())):
        yield _door(door)
    if answers.public_url:
        yield await _public(answers.public_url)
    relay = _relay(answers, clock)
    said = await relay.probe()
    offers = ", ".join(sorted(relay.extensions)) or "nothing"
    where = f"{answers.relay_host}:{answers.relay_port}"
    if not said.good:
        yield Tried(what="relay", good=False, says=f"{where}: {said.text}; the log above says why. Look at host, port and TLS.")
        return
    yield Tried(what="relay", good=True, says=f"{where} answers and offers {offers}")
    for name, sender, to in _pairs(answers):
        yield await _taken(relay, name, sender, to)


async def probe(answers: Answers, to: str, clock: Clock) -> Tried:
    """Send a short message through the relay."""
    sender = Address.parse(f"hatchway@{answers.domains[0]}")
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = str(sender), to, "Hatchway reaches the relay"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(f"This was sent by `hatchway setup` on {answers.hostname}. Nothing needs to be done.\n")
    octets = message.as_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    command, rcpt = Command(path=str(sender).encode()), Command(path=to.encode())
    envelope = Envelope(sender=sender, recipients=(Address.parse(to),), client=_US, mail=command, rcpts=(rcpt,))
    receipt = await _relay(answers, clock).deliver(envelope, Outgoing(head=b"", content=in_memory(octets)))
    refused = next((reply for _, reply in receipt.refused), receipt.reply)
    return Tried(what="probe", good=refused.good, says=f"to {to}: {refused}")


def _relay(answers: Answers, clock: Clock) -> Smarthost:
    settings = Relay.model_validate(
        {
            "host": answers.relay_host,
            "port": answers.relay_port,
            "tls": answers.relay_tls,
            **({"ca file": answers.relay_ca} if answers.relay_ca else {}),
        }
    )
    return Smarthost(settings, hostname=answers.hostname, clock=clock)


def _pairs(answers: Answers) -> tuple[tuple[str, str, str], ...]:
    """Who should be able to write to whom: we to the reviewers, the board to the department."""
    notices = [("reviewers", "", to) for to in answers.reviewers]
    return (*notices, *(("board", sender, answers.reviewers[0]) for sender in answers.board))


async def _taken(relay: Smarthost, name: str, sender: str, to: str) -> Tried:
    """Whether the relay would take mail from there to there."""
    talk = relay.converse(_US)
    try:
        reply: Reply = await talk.mail(Command(path=sender.encode()))
        if reply.good:
            reply = await talk.rcpt(Command(path=to.encode()))
        await talk.abort()
    finally:
        await talk.close()
    return Tried(what=name, good=reply.good, says=f"mail from <{sender}> to <{to}>: {reply}")


def _door(address: str) -> Tried:
    try:
        bound(address).close()
    except (OSError, ValueError) as error:
        says = f"{getattr(error, 'strerror', '') or error}. If that is a Hatchway that runs already, say so with --no-test."
        return Tried(what="door", good=False, says=says)
    return Tried(what="door", good=True, says=f"{address} is free")


async def _public(url: str) -> Tried:
    host = urlsplit(url).hostname or ""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError as error:
        says = f"{host} has no address yet: {error.strerror}. Browsers will look for the console there."
        return Tried(what="public url", good=False, says=says, later=True)
    return Tried(what="public url", good=True, says=f"{host} is {', '.join(sorted({str(one[4][0]) for one in found}))}")
