"""What each command does. It speaks to the client through `Wire` only, and knows no protocol class.

A verb returns what is to be said, None if nothing is.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Protocol

import structlog

from gateway.intake import Body, header_refusal
from gateway.mail import Client, Mail, Reply, new_id
from gateway.ports import Conversation
from gateway.smtpd import replies
from gateway.smtpd.attributes import XCLIENT, XFORWARD, attributes, described
from gateway.smtpd.data import Data
from gateway.smtpd.exchange import Exchange
from gateway.smtpd.house import House
from gateway.smtpd.inbox import Inbox
from gateway.smtpd.replies import Fault, heard
from gateway.smtpd.terms import offer

log = structlog.get_logger()

_CONTROL = re.compile(rb"[\x00-\x1f\x7f]")
_DATA_GOOD = frozenset({250})
_LONGEST_HELO = 255


class Wire(Protocol):
    """The connection, as far as a verb needs it."""

    @property
    def inbox(self) -> Inbox:
        """What the client sent."""
        ...

    @property
    def tls(self) -> str:
        """The protocol version, "" in clear."""
        ...

    @property
    def can_encrypt(self) -> bool:
        """Whether STARTTLS can be had."""
        ...

    async def answer(self, reply: Reply) -> None:
        """Say something before the verb has ended."""
        ...

    async def encrypt(self) -> None:
        """Say 220 and go over to TLS; the connection is gone where that fails."""
        ...


class Verbs:
    """One session's commands, and what they remember."""

    def __init__(self, house: House, client: Client, wire: Wire) -> None:
        self._house = house
        self._peer = client
        self._wire = wire
        self._trust = house.terms.trust(client.address)
        self._welcome = self._trust.connect
        self._forwarded: Client | None = None
        self._helo = ""
        self._protocol = "SMTP"
        self._exchange = Exchange(house)
        self._submitted: asyncio.Task[Reply] | None = None
        self._errors = 0

    async def obey(self, line: bytes) -> Reply | None:
        """Do what a command line says."""
        if _CONTROL.search(line):
            return replies.CONTROLS
        word, _, argument = line.partition(b" ")
        verb = _VERBS.get(word.upper())
        return await verb(self, argument.strip(b" ")) if verb else replies.UNKNOWN

    def counted(self, reply: Reply | None) -> Reply | None:
        """The reply, or the farewell to a client that makes too many mistakes; a message taken makes good for those before."""
        if not isinstance(reply, Fault):
            return reply
        self._errors += 1
        log.info("smtp.client_error", client=self._peer.address, reply=str(reply))
        return reply if self._errors < self._house.limits.errors else replies.TOO_MANY_ERRORS

    async def leave(self) -> None:
        """Finish what was begun, and let the relay go."""
        if self._submitted is not None and not self._submitted.done():
            await asyncio.wait([self._submitted])
        await self._exchange.close()

    def greeting(self) -> Reply:
        """How a session begins."""
        return Reply(code=220, text=f"{self._house.settings.hostname} ESMTP Hatchway")

    @property
    def submitting(self) -> bool:
        """Whether a message is between its final dot and its reply."""
        return self._submitted is not None and not self._submitted.done()

    async def ehlo(self, argument: bytes) -> Reply:
        """RFC 5321 §4.1.1.1."""
        if refusal := await self._hello(argument, "ESMTP"):
            return refusal
        offered = offer(
            self._exchange.offered,
            size=self._house.limits.message_size,
            tls=self._wire.can_encrypt,
            trust=self._trust,
        )
        return Reply(code=250, text="\n".join((self._house.settings.hostname, *offered)))

    async def helo(self, argument: bytes) -> Reply:
        """RFC 5321 §4.1.1.1."""
        return await self._hello(argument, "SMTP") or Reply(code=250, text=self._house.settings.hostname)

    async def _hello(self, argument: bytes, protocol: str) -> Reply | None:
        if self._wire.inbox.waiting:
            return replies.OUT_OF_STEP
        if not argument:
            return replies.HELO_SYNTAX
        await self._exchange.reset()
        self._exchange.offered = self._house.next_hop.extensions
        self._forwarded = None
        self._helo, self._protocol = argument.decode("utf-8", "replace")[:_LONGEST_HELO], protocol
        return None

    async def starttls(self, argument: bytes) -> Reply | None:
        """RFC 3207; what was known of the client is forgotten (§4.2)."""
        if argument:
            return replies.NO_ARGUMENT
        if not self._wire.can_encrypt:
            return replies.TLS_ALREADY if self._wire.tls else replies.NO_TLS
        await self._exchange.close()
        if dropped := self._wire.inbox.clear():
            log.warning("smtp.plaintext_behind_starttls", client=self._peer.address, octets=dropped)
        self._helo, self._forwarded = "", None
        await self._wire.encrypt()
        return None

    async def mail(self, argument: bytes) -> Reply:
        """RFC 5321 §4.1.1.2."""
        if not self._helo:
            return replies.NO_GREETING
        if not self._welcome:
            log.info("smtp.refused", client=self._peer.address, why="client network")
            return replies.CLIENT_NOT_OURS
        return await self._exchange.mail(argument, self._forwarded or self._client())

    def _client(self) -> Client:
        return replace(self._peer, helo=self._helo, protocol=self._protocol, tls=self._wire.tls)

    async def rcpt(self, argument: bytes) -> Reply:
        """RFC 5321 §4.1.1.3."""
        return await self._exchange.rcpt(argument)

    async def data(self, argument: bytes) -> Reply:
        """RFC 5321 §4.1.1.4."""
        if self._wire.inbox.waiting:
            return replies.OUT_OF_STEP
        if argument:
            return replies.NO_ARGUMENT
        if refusal := self._exchange.unready():
            return refusal
        await self._wire.answer(replies.GO_AHEAD)
        body = Body(spool=self._house.settings.spool, in_memory=self._house.limits.in_memory, budget=self._house.budget)
        try:
            if refusal := await self._taken(body):
                await self._exchange.reset()
                return refusal
            return await self._complete(body)
        except Exception:
            await self._exchange.reset()
            raise
        finally:
            if not self.submitting:
                body.discard()

    async def _taken(self, body: Body) -> Reply | None:
        """Take the message. What speaks against it."""
        limits, normalize = self._house.limits, self._house.settings.bare_line_ends == "normalize"
        data = Data(self._wire.inbox, body, limit=self._exchange.size_limit, normalize=normalize)
        refusal = await data.read(between=limits.data_timeout, whole=limits.message_timeout)
        if refusal := refusal or self._exchange.oversized(body.size):
            log.info("smtp.refused", client=self._peer.address, why="message", reply=str(refusal))
            return refusal
        settings = self._house.settings
        if refusal := header_refusal(body.content(), hostname=settings.hostname, received=limits.received):
            log.warning("smtp.refused", client=self._peer.address, why="header", reply=str(refusal))
        return refusal

    async def _complete(self, body: Body) -> Reply:
        """A message is there. From here on it is finished, whatever becomes of the session."""
        at = self._house.clock.now()
        envelope, conversation = self._exchange.envelope()
        mail = Mail(id=new_id(at), envelope=envelope, content=body.content(), received=at)
        self._submitted = self._house.finish(self._submit(mail, conversation, body))
        reply = await asyncio.shield(self._submitted)
        self._exchange.over()
        self._forwarded = None
        if reply.good:
            self._errors = 0
        return reply

    async def _submit(self, mail: Mail, conversation: Conversation, body: Body) -> Reply:
        try:
            return heard(await self._house.submit(mail, conversation), good=_DATA_GOOD)
        except Exception:
            log.exception("smtp.submit_failed", id=mail.id, client=mail.envelope.client.address)
            await conversation.abort()
            return replies.OUR_FAULT.naming(mail.id)
        finally:
            body.discard()

    async def rset(self, argument: bytes) -> Reply:
        """RFC 5321 §4.1.1.5."""
        if argument:
            return replies.NO_ARGUMENT
        await self._exchange.reset()
        self._forwarded = None
        return replies.OK

    async def xforward(self, argument: bytes) -> Reply:
        """Who the next transaction's client is, for the log and the trace; it entitles to nothing."""
        if not self._trust.xforward:
            return replies.NOT_TRUSTED
        if self._exchange.open:
            return replies.IN_TRANSACTION
        said = attributes(argument, XFORWARD)
        if said is None:
            return replies.ATTRIBUTES
        unknown = Client(address="", protocol=self._protocol, login=self._peer.login)
        self._forwarded = described(self._forwarded or unknown, said)
        return replies.OK

    async def xclient(self, argument: bytes) -> Reply:
        """Who the client is, for everything but the right to say so. A client that logged in at the front is welcome."""
        if not self._trust.xclient:
            return replies.NOT_TRUSTED
        if self._wire.inbox.waiting:
            return replies.OUT_OF_STEP
        if self._exchange.open:
            return replies.IN_TRANSACTION
        said = attributes(argument, XCLIENT)
        if said is None:
            return replies.ATTRIBUTES
        self._peer = described(self._peer, said)
        self._welcome = bool(self._peer.login) or self._house.terms.trust(self._peer.address).connect
        self._helo, self._forwarded = "", None
        return self.greeting()

    async def vrfy(self, argument: bytes) -> Reply:
        """RFC 5321 §3.5.3: tells nothing."""
        return replies.CANNOT_VERIFY if argument else replies.NEEDS_ARGUMENT

    async def quit(self, argument: bytes) -> Reply:
        """RFC 5321 §4.1.1.10."""
        return replies.NO_ARGUMENT if argument else replies.BYE


Verb = Callable[[Verbs, bytes], Awaitable[Reply | None]]


def _always(reply: Reply) -> Verb:
    async def say(_verbs: Verbs, _argument: bytes) -> Reply:
        return reply

    return say


_VERBS: dict[bytes, Verb] = {
    b"EHLO": Verbs.ehlo,
    b"HELO": Verbs.helo,
    b"STARTTLS": Verbs.starttls,
    b"MAIL": Verbs.mail,
    b"RCPT": Verbs.rcpt,
    b"DATA": Verbs.data,
    b"RSET": Verbs.rset,
    b"XFORWARD": Verbs.xforward,
    b"XCLIENT": Verbs.xclient,
    b"VRFY": Verbs.vrfy,
    b"QUIT": Verbs.quit,
    b"NOOP": _always(replies.OK),
    b"HELP": _always(replies.HELP),
    b"EXPN": _always(replies.NO_EXPN),
    b"AUTH": _always(replies.NO_AUTH),
    # What follows these is no command, and must not be taken for one: chunks, and requests that a browser was made to send.
    **dict.fromkeys((b"BDAT", b"GET", b"POST", b"PUT", b"CONNECT", b"OPTIONS"), _always(replies.FOREIGN)),
}
