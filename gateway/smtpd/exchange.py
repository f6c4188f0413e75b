"""The envelope of one session's transactions, as it is built with the relay command by command.

It knows no sockets: it takes arguments and gives replies. One conversation with the relay is kept for as long as the
client is the same; a front that names another client by XFORWARD or XCLIENT gets another conversation.
"""

from collections.abc import Mapping

import structlog

from gateway.mail import Address, Client, Command, Envelope, Reply
from gateway.ports import Conversation
from gateway.smtpd import replies
from gateway.smtpd.grammar import Path, forward_path, reverse_path
from gateway.smtpd.house import House
from gateway.smtpd.replies import Fault, heard
from gateway.smtpd.terms import for_relay, size_limit, withdrawn

log = structlog.get_logger()

_MAIL_GOOD = frozenset({250})
_RCPT_GOOD = frozenset({250, 251})
"""RFC 5321 §4.3.2."""


class Exchange:
    """One client session's dealings with the relay. offered: its extensions when the client was last greeted."""

    def __init__(self, house: House) -> None:
        self._house = house
        self.offered: Mapping[str, str] = {}
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
        """Octets a message may have: what was offered, or more if the relay takes more by now."""
        ours = self._house.limits.message_size
        return max(size_limit(ours, self.offered), size_limit(ours, self._house.next_hop.extensions))

    def oversized(self, size: int) -> Reply | None:
        """What speaks against so many octets."""
        if size <= size_limit(self._house.limits.message_size, self._house.next_hop.extensions):
            return None
        return replies.NO_LONGER if size <= self.size_limit else replies.TOO_BIG

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
        if refusal := self.oversized(int(path.command.parameter(b"SIZE") or 0)):
            return refusal
        command = for_relay(path.command, self._house.next_hop.extensions)
        if isinstance(command, Fault):
            return self._refusal(command, path.command)
        reply = heard(await (await self._talk(client)).mail(command), good=_MAIL_GOOD)
        if not reply.good:
            return self._refusal(reply, path.command)
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
            return self._refusal(command, path.command)
        reply = heard(await self._conversation.rcpt(command), good=_RCPT_GOOD)
        if reply.good and path.address is not None:
            self._rcpts.append((path.address, path.command))
            return reply
        self._refused += 1
        return self._refusal(reply, path.command)

    def _refusal(self, reply: Reply, command: Command) -> Reply:
        """Why a command is refused: for now, where it asks for what was offered and the machine met since does not offer."""
        gone = withdrawn(command, self.offered, self._house.next_hop.extensions)
        gone = gone or self.oversized(int(command.parameter(b"SIZE") or 0)) is not None
        return replies.NO_LONGER if gone and not reply.transient else reply

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
