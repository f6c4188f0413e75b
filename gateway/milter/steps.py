"""What an MTA tells step by step, and what we say to each. It speaks to the connection through `Wire` only.

We answer at MAIL, at RCPT and at the end of a message; at other steps only where the MTA did not agree to our silence.
What is out of turn or malformed is a value.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

import structlog

from gateway import intake
from gateway.intake import Body
from gateway.mail import Client, Content, Mail, Reply, new_id
from gateway.milter import packets, words
from gateway.milter.house import House
from gateway.milter.message import BAD_RECIPIENT, BAD_SENDER, Message, Path, path
from gateway.milter.packets import Malformed, Packet

log = structlog.get_logger()

_LONGEST = 255
_SENDER_NOT_OURS = Reply(code=550, status="5.7.1", text=intake.SENDER_NOT_OURS)
_OF_CLIENT = (words.HELO, words.CONNECT)
_STAGES = (words.END, words.END_OF_HEADER, words.BODY, words.HEADER, words.DATA, words.RCPT, words.MAIL, *_OF_CLIENT)
"""Where a macro's value is looked for, the newest first."""


class Wire(Protocol):
    """The connection, as far as a step needs it."""

    def say(self, octets: bytes) -> None:
        """Send it, if somebody is there to hear it."""
        ...

    def close(self) -> None:
        """End it."""
        ...

    def give_up(self) -> None:
        """End it with a last word: try again later."""
        ...

    def judge(self, mail: Mail, body: Body) -> None:
        """A message is complete."""
        ...


class Talk:
    """What one MTA tells, and what is remembered of it."""

    def __init__(self, house: House, wire: Wire) -> None:
        self._house = house
        self._wire = wire
        self._taken: words.Steps | None = None
        self._client: Client | None = None
        self._macros: dict[bytes, dict[str, str]] = {}
        self._message: Message | None = None
        self._passed = False

    @property
    def open(self) -> bool:
        """Whether a message is being told."""
        return self._message is not None

    @property
    def address(self) -> str:
        """The client's, for the log."""
        return self._client.address if self._client else ""

    def obey(self, packet: Packet) -> Malformed | None:
        """Do what a packet says."""
        step = _STEPS.get(packet.command)
        if step is None:
            return Malformed(f"the unknown command {packet.command!r}")
        if self._taken is None and packet.command not in {words.OPTIONS, words.QUIT}:
            return Malformed("a command before the options")
        problem = step(self, packet.payload)
        if problem is None and packet.command in words.SILENT:
            self._answer(packet.command)
        return problem

    def _answer(self, command: bytes) -> None:
        silent = words.SILENT[command]
        if not silent or not self._taken or silent not in self._taken:
            self._wire.say(packets.packet(words.CONTINUE))

    def drop(self) -> None:
        """Forget the message that is being told."""
        message, self._message = self._message, None
        if message is not None:
            message.body.discard()

    def options(self, payload: bytes) -> Malformed | None:
        """SMFIC_OPTNEG: we take what we need of what is offered, or say what is lacking."""
        offer = packets.options(payload)
        if isinstance(offer, Malformed):
            return offer
        lacking = [flag.name or "" for flag in (*(words.NEEDED & ~offer.actions), *(words.Steps.LEADING_SPACE & ~offer.steps))]
        if offer.version < words.VERSION or lacking:
            return Malformed(f"an MTA of protocol version {offer.version} that does not offer {', '.join(lacking) or 'more'}")
        taken = packets.Offer(words.VERSION, offer.actions & words.TAKEN, offer.steps & words.WANTED)
        self._taken = taken.steps
        self._wire.say(packets.agreed(taken))
        return None

    def macros(self, payload: bytes) -> Malformed | None:
        """SMFIC_MACRO: what the MTA knows, with the step it comes before."""
        found = packets.macros(payload)
        if isinstance(found, Malformed):
            return found
        self._macros[found[0]] = found[1]
        return None

    def connect(self, payload: bytes) -> Malformed | None:
        """SMFIC_CONNECT."""
        client = packets.client(payload)
        if isinstance(client, Malformed):
            return client
        self.drop()
        self._macros = {stage: named for stage, named in self._macros.items() if stage == words.CONNECT}
        self._client = client
        return None

    def helo(self, payload: bytes) -> Malformed | None:
        """SMFIC_HELO."""
        said = packets.strings(payload)
        if isinstance(said, Malformed):
            return said
        if self._client is None:
            return Malformed("HELO before a client")
        self._client = replace(self._client, helo=said[0].decode("utf-8", "replace")[:_LONGEST])
        return None

    def mail(self, payload: bytes) -> Malformed | None:
        """SMFIC_MAIL. The MTA has seen to nested ones; what was open is over."""
        said = packets.strings(payload)
        if isinstance(said, Malformed):
            return said
        if self._client is None:
            return Malformed("MAIL before a client")
        self.drop()
        if self._house.draining:
            self._wire.give_up()
            return None
        self._macros = {stage: named for stage, named in self._macros.items() if stage in {words.MAIL, *_OF_CLIENT}}
        sender = path(said, self._macro("mail_addr"))
        refusal = self._sender_refusal(sender)
        if sender is None or refusal is not None:
            self._refuse(refusal or BAD_SENDER)
            return None
        self._message = self._house.begin(sender)
        self._wire.say(packets.packet(words.CONTINUE))
        return None

    def _sender_refusal(self, sender: Path | None) -> Reply | None:
        self._passed = False
        if sender is None:
            return BAD_SENDER
        if not self._house.senders.ours(sender[0]):
            self._passed = self._house.milter.others == "pass" and not self._macro("auth_authen")
            return None if self._passed else _SENDER_NOT_OURS
        return intake.NO_ROOM if self._house.budget.spent else None

    def rcpt(self, payload: bytes) -> Malformed | None:
        """SMFIC_RCPT."""
        said = packets.strings(payload)
        if isinstance(said, Malformed):
            return said
        if self._message is None or self._message.headed:
            return Malformed("RCPT out of turn")
        address, command = path(said, self._macro("rcpt_addr")) or (None, None)
        if address is None or command is None:
            self._refuse(BAD_RECIPIENT)
        elif len(self._message.recipients) >= self._house.limits.recipients:
            self._refuse(intake.TOO_MANY_RCPTS)
        else:
            self._message.recipients.append((address, command))
            self._wire.say(packets.packet(words.CONTINUE))
        return None

    def header(self, payload: bytes) -> Malformed | None:
        """SMFIC_HEADER."""
        field = packets.header(payload)
        if isinstance(field, Malformed):
            return field
        if self._message is None or self._message.headed:
            return Malformed("a header field out of turn")
        if not self._passed:
            self._message.header(*field)
        return None

    def end_header(self, _payload: bytes) -> Malformed | None:
        """SMFIC_EOH."""
        if self._message is None or self._message.headed:
            return Malformed("the end of a header out of turn")
        self._message.end_header()
        return None

    def body(self, payload: bytes) -> Malformed | None:
        """SMFIC_BODY."""
        if self._message is None:
            return Malformed("a body out of turn")
        if not self._message.headed:
            self._message.end_header()
        if not self._passed:
            self._message.text(payload)
        return None

    def end(self, payload: bytes) -> Malformed | None:
        """SMFIC_BODYEOB: the message is complete; the last of its body may come with it."""
        message, client = self._message, self._client
        if message is None or client is None or not message.recipients:
            return Malformed("the end of a message out of turn")
        if payload:
            self.body(payload)
        if self._passed:
            log.info("milter.passed", client=self.address, why="the sender's domain is none of ours")
            message.body.discard()
            self._wire.say(packets.packet(words.ACCEPT))
        else:
            self._complete(message, client)
        self._message = None
        return None

    def _complete(self, message: Message, client: Client) -> None:
        content = self._house.checked(message.complete())
        if not isinstance(content, Content):
            message.body.discard()
            self._refuse(content)
            return
        at, envelope = self._house.clock.now(), message.envelope(self._speaker(client))
        self._wire.judge(Mail(id=new_id(at), envelope=envelope, content=content, received=at), message.body)

    def _speaker(self, client: Client) -> Client:
        """The client, with what macros tell of it."""
        login, domain = self._macro("auth_authen"), self._house.milter.login_domain
        if login and domain and "@" not in login:
            login = f"{login}@{domain}"
        return replace(client, tls=self._macro("tls_version"), login=login, ident=self._macro("i"))

    def nothing(self, _payload: bytes) -> Malformed | None:
        """SMFIC_DATA, SMFIC_UNKNOWN: nothing to us."""
        return None

    def abort(self, _payload: bytes) -> Malformed | None:
        """SMFIC_ABORT: the message will not come, the client stays."""
        self.drop()
        return None

    def quit(self, _payload: bytes) -> Malformed | None:
        """SMFIC_QUIT."""
        self._wire.close()
        return None

    def quit_new(self, _payload: bytes) -> Malformed | None:
        """SMFIC_QUIT_NC: another client comes by this connection."""
        self.drop()
        self._client, self._macros = None, {}
        return None

    def _macro(self, name: str) -> str:
        return next((value for stage in _STAGES if (value := self._macros.get(stage, {}).get(name))), "")[:_LONGEST]

    def _refuse(self, reply: Reply) -> None:
        log.info("milter.refused", client=self.address, reply=str(reply))
        self._wire.say(packets.reply(reply))


_STEPS: dict[bytes, Callable[[Talk, bytes], Malformed | None]] = {
    words.ABORT: Talk.abort,
    words.BODY: Talk.body,
    words.CONNECT: Talk.connect,
    words.DATA: Talk.nothing,
    words.END: Talk.end,
    words.END_OF_HEADER: Talk.end_header,
    words.HEADER: Talk.header,
    words.HELO: Talk.helo,
    words.MACROS: Talk.macros,
    words.MAIL: Talk.mail,
    words.OPTIONS: Talk.options,
    words.QUIT: Talk.quit,
    words.QUIT_NEW: Talk.quit_new,
    words.RCPT: Talk.rcpt,
    words.UNKNOWN: Talk.nothing,
}
