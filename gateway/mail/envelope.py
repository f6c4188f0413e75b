"""The envelope (RFC 5321 §2.3.1) and the mail object it carries."""

from dataclasses import dataclass
from datetime import datetime

from gateway.mail.address import Address
from gateway.mail.content import Content


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """Who speaks to us, or on whose behalf a listed front says it speaks (XFORWARD, XCLIENT, PROXY).

    address: IP address; name: host name or ""; port: 0 if unknown; helo: as given; protocol: SMTP or ESMTP
    tls: the protocol version, "" in clear; login: the SASL login, ""; ident: the front's queue id, ""
    """

    address: str
    name: str = ""
    port: int = 0
    helo: str = ""
    protocol: str = "ESMTP"
    tls: str = ""
    login: str = ""
    ident: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """The path and the parameters of one MAIL or RCPT, exactly as the client sent them.

    path: the octets between `<` and `>`, source route and quoting included
    parameters: `KEYWORD=value` octets, in their order and case
    """

    path: bytes
    parameters: tuple[bytes, ...] = ()

    def parameter(self, keyword: bytes) -> bytes | None:
        """The value of a parameter, b"" if it has none, None if it is not there."""
        for written in self.parameters:
            name, _, value = written.partition(b"=")
            if name.upper() == keyword:
                return value
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """sender None is the null reverse-path. `mail` and `rcpts` hold what the client sent; rcpts[i] made recipients[i]."""

    sender: Address | None
    recipients: tuple[Address, ...]
    client: Client
    mail: Command
    rcpts: tuple[Command, ...]

    def only(self, recipients: frozenset[Address]) -> "Envelope":
        """The envelope for some of its recipients, in their order."""
        kept = [(a, c) for a, c in zip(self.recipients, self.rcpts, strict=True) if a in recipients]
        return Envelope(
            sender=self.sender,
            recipients=tuple(a for a, _ in kept),
            client=self.client,
            mail=self.mail,
            rcpts=tuple(c for _, c in kept),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A mail object (RFC 5321 §2.3.1). `received` is when its last octet came, in UTC."""

    id: str
    envelope: Envelope
    content: Content
    received: datetime
