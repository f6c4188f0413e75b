"""The envelope of one session's transactions, as it is built with the relay command by command.

It knows no sockets: it takes arguments and gives replies. One conversation with the relay is kept for as long as the
client is the same; a front that names another client by XFORWARD or XCLIENT gets another conversation.
"""

import structlog

from gateway.mail import Address, Client, Command, Envelope, Reply
from gateway.ports import Conversation
from gateway.smtpd import replies
from gateway.smtpd.grammar import Path, forward_path, reverse_path
from gateway.smtpd.house import House
from gateway.smtpd.replies import Fault, heard
from gateway.smtpd.terms import for_relay, size_limit

log = structlog.get_logger()

_MAIL_GOOD = frozenset({250})
_RCPT_GOOD = frozenset({250, 251})
"""RFC 5321 §4.3.2."""


class Exchange:
    """One client session's dealings with the relay."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._conversation: Conversation | None = None
        self._client: Client | None = None
        self._mail: Path | None = None
        self._rcpts: list[tuple[Address, Command]] = []
        self._refused = 0

    @property
    def open(self) -> bool:
        """Whether a transaction is (RFC 5321 §3.3)."""
        return self._mail is not None

    @property
    def size_limit(self) -> int:
        """Octets a message may have just now."""
        return size_limit(self._house.limits.message_size, self._house.next_hop.extensions)

    async def mail(self, argument: bytes, client: Client) -> Reply:
        """MAIL, on behalf of this client."""
        if self.open:
            return replies.NESTED_MAIL
        path = reverse_path(argument)
        if isinstance(path, Fault):
            return path
        if not self._house.terms.sends(path.address):
            log.info("smtp.refused", client=client.address, sender=str(path.address), why="sender domain")
            return replies.SENDER_NOT_OURS
        if int(path.command.parameter(b"SIZE") or 0) > self.size_limit:
            return replies.TOO_BIG
        command = for_relay(path.command, self._house.next_hop.extensions)
        if isinstance(command, Fault):
            return command
        reply = heard(await (await self._talk(client)).mail(command), good=_MAIL_GOOD)
        if reply.good:
            self._mail = path
        return reply

    async def rcpt(self, argument: bytes) -> Reply:
        """RCPT."""
        if self._mail is None or self._conversation is None:
            return replies.NO_MAIL
        path = forward_path(argument, utf8=self._mail.command.parameter(b"SMTPUTF8") is not None)
        if isinstance(path, Fault):
            return path
        if len(self._rcpts) >= self._house.limits.recipients:
            return replies.TOO_MANY_RCPTS
        command = for_relay(path.command, self._house.next_hop.extensions)
        if isinstance(command, Fault):
            return command
        reply = heard(await self._conversation.rcpt(command), good=_RCPT_GOOD)
        if reply.good and path.address is not None:
            self._rcpts.append((path.address, path.command))
        else:
            self._refused += 1
        return reply

    def unready(self) -> Reply | None:
        """What speaks against DATA now."""
        if self._mail is None:
            return replies.NO_MAIL
        if not self._rcpts:
            return replies.NO_VALID_RCPT if self._refused else replies.NO_RCPT
        return replies.NO_ROOM if self._house.budget.spent else None

    def envelope(self) -> tuple[Envelope, Conversation]:
        """What was agreed, and with whom. Only while `unready` is None."""
        assert self._mail is not None and self._conversation is not None and self._client is not None  # noqa: S101, PT018  -- the docstring's
        envelope = Envelope(
            sender=self._mail.address,
            recipients=tuple(address for address, _ in self._rcpts),
            client=self._client,
            mail=self._mail.command,
            rcpts=tuple(command for _, command in self._rcpts),
        )
        return envelope, self._conversation

    def over(self) -> None:
        """The transaction has ended."""
        self._mail, self._refused = None, 0
        self._rcpts = []

    async def reset(self) -> None:
        """Drop the transaction, here and at the relay."""
        if self.open and self._conversation is not None:
            await self._conversation.abort()
        self.over()

    async def close(self) -> None:
        """Drop the transaction and let the relay go."""
        await self.reset()
        conversation, self._conversation = self._conversation, None
        if conversation is not None:
            await conversation.close()

    async def _talk(self, client: Client) -> Conversation:
        if self._conversation is None or client != self._client:
            await self.close()
            self._conversation, self._client = self._house.next_hop.converse(client), client
        return self._conversation
