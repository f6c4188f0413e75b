"""The door out: the one machine that all mail goes to.

aiosmtplib connects, does TLS and AUTH; our own small stream (wire.py) carries the transactions: conversation.py those that
a client holds live, errand.py whole ones of our own. kept.py has a connection wait for the next client; breaker.py spares
clients the wait while the relay is away.

What it does not do: it queues nothing, chooses no route, and never answers 250 before the relay has. How it fails: by 4yz
replies, in plain words and without a reason; the reason is in the log. A 5yz is always the relay's own. After the final
dot is out a lost connection is 451 too: the message may then come twice, and is never lost (RFC 1047).
"""

from collections.abc import Mapping
from types import MappingProxyType

from gateway.mail import Client, Envelope, Outgoing, Receipt, Reply
from gateway.ports import Clock
from gateway.settings import Relay
from gateway.smarthost import errand
from gateway.smarthost.breaker import Breaker, State
from gateway.smarthost.conversation import RelayConversation
from gateway.smarthost.dialer import Dialer
from gateway.smarthost.kept import Kept
from gateway.smarthost.replies import UNREACHABLE
from gateway.smarthost.wire import Patience, Wire

__all__ = ["Breaker", "Smarthost", "State"]

_REPLIES_PER_DELIVERY = 5
_LONGEST_DELIVERY = 480.0


class Smarthost:
    """gateway.ports.NextHop. breaker: whether the relay can be reached.

    keeps: whether a connection that a client is done with is kept for the next one; whoever wants that closes the Smarthost
    """

    def __init__(self, relay: Relay, *, hostname: str, clock: Clock, keeps: bool = False) -> None:
        self._relay = relay
        self._kept = Kept() if keeps else None
        self._dialer = Dialer(relay, hostname=hostname)
        self._connect = relay.connect_timeout.total_seconds()
        self._reply = relay.reply_timeout.total_seconds()
        self._extensions: Mapping[str, str] = MappingProxyType({})
        self.breaker = Breaker(clock)

    @property
    def extensions(self) -> Mapping[str, str]:
        """As of the last EHLO, behind TLS if there is any."""
        return self._extensions

    def converse(self, client: Client) -> RelayConversation:
        """Connects at its first MAIL."""
        return RelayConversation(
            client,
            dial=self._dial,
            xforward=self._relay.xforward,
            connect=self._relay.connect_timeout,
            reply=self._relay.reply_timeout,
            kept=self._kept,
        )

    async def deliver(self, envelope: Envelope, message: Outgoing) -> Receipt:
        """Takes eight minutes at most, and five times `reply_timeout` behind the greeting."""
        patience = Patience(total=min(self._connect + _REPLIES_PER_DELIVERY * self._reply, _LONGEST_DELIVERY), each=self._reply)
        wire = await self._dial(patience)
        if isinstance(wire, Reply):
            return Receipt(reply=wire)
        return await errand.run(wire, envelope, message, xforward=self._relay.xforward, patience=patience)

    async def close(self) -> None:
        """Leave what is kept."""
        if self._kept is not None:
            await self._kept.close()

    async def probe(self) -> Reply:
        """Connect, learn the extensions, and QUIT: 250 if mail could be sent, else the 4yz that a client would get now."""
        wire = await self._dial(Patience(total=2 * self._connect, each=self._connect))
        if isinstance(wire, Reply):
            return wire
        await wire.quit()
        return Reply(code=250, status="2.0.0", text="The mail relay is ready")

    async def _dial(self, patience: Patience) -> Wire | Reply:
        attempt = self.breaker.attempt()
        if attempt is None:
            return UNREACHABLE
        seconds = min(self._connect, patience.rest)
        with attempt:
            wire = await self._dialer.dial(seconds)
            if isinstance(wire, Wire):
                attempt.succeeded()
                self._extensions = wire.extensions
            elif seconds == self._connect:
                attempt.failed()
            return wire
