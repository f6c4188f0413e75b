"""The relay: whether it is there, whether it is us, and whether it takes notices for those who rule."""

import asyncio
import smtplib
import socket
from collections.abc import AsyncIterator, Iterable
from contextlib import suppress

from gateway.doctor.findings import Finding, bad, good, mind
from gateway.mail import Address, Client, Command, Reply
from gateway.ports import Clock
from gateway.settings import Settings
from gateway.smarthost import Smarthost

_US = Client(address="127.0.0.1", helo="localhost")
_PATIENCE = 10.0


async def looked_at(settings: Settings, people: Iterable[Address], clock: Clock) -> AsyncIterator[Finding]:
    """people: who has to hear of what is held."""
    relay, where = (
        Smarthost(settings.relay, hostname=settings.hostname, clock=clock),
        f"{settings.relay.host}:{settings.relay.port}",
    )
    said = await relay.probe()
    if not said.good:
        remedy = "Look at `relay` in the settings: host, port, tls, ca file, user. The log above says how far it came."
        yield bad("relay", f"{where}: {said.text}", remedy)
        return
    tls = {"none": "without TLS", "starttls": "by STARTTLS", "implicit": "by TLS"}[settings.relay.tls]
    ours = ", where our certificate is shown if it asks for one" if settings.relay.certificate else ""
    yield good("relay", f"{where} answers {tls}{ours}, and offers {', '.join(sorted(relay.extensions)) or 'nothing'}")
    yield await asyncio.to_thread(_loop, settings)
    for one in people:
        reply = await _heard(relay, one)
        what = f"notices to {one}"
        if reply.good:
            yield good(what, "the relay takes them")
        else:
            yield bad(
                what, f"the relay says {reply}", "Nobody hears of holds there. Correct the address in the policies, or the relay."
            )


def _loop(settings: Settings) -> Finding:
    """Whether the relay is ourselves, by another name or port."""
    banner = _banner(settings)
    if settings.hostname.encode() in banner:
        remedy = "Let `relay` lead to the machine behind us; if that has our name, give `hostname` another one."
        return bad("loop", f"the relay calls itself {settings.hostname}, as we do", remedy)
    here = {listener.address.rpartition(":")[2] for listener in settings.listen}
    if str(settings.relay.port) in here and _local(settings.relay.host):
        remedy = "See that nothing leads that port back to us."
        return mind("loop", "the relay is on this machine, at the port of one of our doors", remedy)
    return good("loop", "the relay is not us")


def _banner(settings: Settings) -> bytes:
    if settings.relay.tls == "implicit":
        return b""
    client = smtplib.SMTP(timeout=_PATIENCE)
    with suppress(OSError, smtplib.SMTPException):
        _, banner = client.connect(settings.relay.host, settings.relay.port)
        client.quit()
        return banner
    client.close()
    return b""


def _local(host: str) -> bool:
    with suppress(OSError):
        found = {str(one[4][0]) for one in socket.getaddrinfo(host, None)}
        own = {str(one[4][0]) for one in socket.getaddrinfo(socket.gethostname(), None)}
        return bool(found & (own | {"127.0.0.1", "::1"}))
    return False


async def _heard(relay: Smarthost, to: Address) -> Reply:
    """What the relay says to a notice for him, without one being sent."""
    talk = relay.converse(_US)
    try:
        reply: Reply = await talk.mail(Command(path=b""))
        if reply.good:
            reply = await talk.rcpt(Command(path=str(to).encode()))
        await talk.abort()
    finally:
        await talk.close()
    return reply
