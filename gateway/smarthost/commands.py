"""Command lines: MAIL, RCPT and XFORWARD as octets.

What a client sent goes out as it came, and nothing in it can end the line (Unsendable). For stored mail the parameters are
fitted to what the relay offers now.
"""

import re
from collections.abc import Iterable, Mapping
from ipaddress import IPv6Address, ip_address

from gateway.mail import Client, Command, Envelope, Outgoing, Reply
from gateway.smarthost.replies import cannot_carry

DATA = b"DATA\r\n"
RSET = b"RSET\r\n"
_CONTROL = re.compile(rb"[\x00-\x1f\x7f]")
_HOST_NAME = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,253}[A-Za-z0-9_])?")
_XTEXT = re.compile(rb"[^!-*,-<>-~]")
_LINE = 512
_VALUE = 255
_OPTIONAL = {
    b"RET": "DSN",
    b"ENVID": "DSN",
    b"NOTIFY": "DSN",
    b"ORCPT": "DSN",
    b"AUTH": "AUTH",
    b"BODY": "8BITMIME",
    b"SMTPUTF8": "SMTPUTF8",
}
"""Parameters left out where the relay lacks their extension: RFC 3461 §5.2.2, RFC 4954 §5; the last two once found needless."""


class Unsendable(Exception):  # noqa: N818  -- a state of the command, answered with 451
    """A path or parameter holds a control character."""


def mail_line(command: Command) -> bytes:
    """MAIL (RFC 5321 §4.1.1.2). Raises Unsendable."""
    return _line(b"MAIL FROM:", command)


def rcpt_line(command: Command) -> bytes:
    """RCPT (RFC 5321 §4.1.1.3). Raises Unsendable."""
    return _line(b"RCPT TO:", command)


def _line(verb: bytes, command: Command) -> bytes:
    line = b" ".join((verb + b"<" + command.path + b">", *command.parameters))
    if _CONTROL.search(line):
        raise Unsendable
    return line + b"\r\n"


def xforward_lines(client: Client, offered: str) -> list[bytes]:
    """XFORWARD for the attributes offered (Postfix XFORWARD_README), in lines of 512 octets.

    SOURCE=REMOTE keeps Postfix from rewriting the header as if the mail were local, and counts only beside another attribute.
    What a relay may find fault with goes in lines apart: without inet_protocols=all it refuses every IPv6 address.
    """
    listed = offered.upper().split()
    if not listed:
        return []
    name = client.name if _HOST_NAME.fullmatch(client.name) else ""
    sure = {"PROTO": client.protocol, "HELO": client.helo, "IDENT": client.ident, "SOURCE": "REMOTE"}
    checked = {"NAME": name, "ADDR": _address(client.address), "PORT": str(client.port or "")}
    return [
        line
        for attributes in (sure, checked)
        for line in _packed([f"{key}={_xtext(value)}".encode("ascii") for key, value in attributes.items() if key in listed])
    ]


def _packed(words: Iterable[bytes]) -> list[bytes]:
    lines: list[bytes] = []
    for word in words:
        if lines and len(lines[-1]) + 1 + len(word) + 2 <= _LINE:
            lines[-1] += b" " + word
        else:
            lines.append(b"XFORWARD " + word)
    return [line + b"\r\n" for line in lines]


def _address(written: str) -> str:
    try:
        address = ip_address(written.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped) if address.ipv4_mapped else f"IPV6:{address}"
    return str(address)


def _xtext(value: str) -> str:
    """RFC 3461 §4."""
    octets = value.encode("utf-8", "replace")[:_VALUE]
    return _XTEXT.sub(lambda found: b"+%02X" % ord(found[0]), octets).decode("ascii") or "[UNAVAILABLE]"


def fitted(envelope: Envelope, message: Outgoing, extensions: Mapping[str, str]) -> Envelope | Reply:
    """The envelope with the parameters that the relay understands now, or 451 if the message needs one that it does not.

    Parameters that only ask a favour are left out. BODY=8BITMIME and SMTPUTF8 are left out if the message is plain ASCII,
    which needs neither; a message that is not would have to be converted, and ours are never changed. REQUIRETLS is never
    left out. It is for an admin to mend the relay and not the message's fault: so 4yz, tried again until delivery gives up.
    Raises OSError if the message cannot be read.
    """
    if lacking := _lacking(envelope, message, extensions):
        return lacking
    size = (b"SIZE=%d" % message.size,) if "SIZE" in extensions else ()
    mail = _kept(envelope.mail, extensions)
    return Envelope(
        sender=envelope.sender,
        recipients=envelope.recipients,
        client=envelope.client,
        mail=Command(path=mail.path, parameters=(*mail.parameters, *size)),
        rcpts=tuple(_kept(rcpt, extensions) for rcpt in envelope.rcpts),
    )


def _lacking(envelope: Envelope, message: Outgoing, extensions: Mapping[str, str]) -> Reply | None:
    mail = envelope.mail
    if mail.parameter(b"REQUIRETLS") is not None and "REQUIRETLS" not in extensions:
        return cannot_carry("REQUIRETLS", "4.7.30")
    if mail.parameter(b"SMTPUTF8") is not None and "SMTPUTF8" not in extensions and not _plain(message, mail, *envelope.rcpts):
        return cannot_carry("SMTPUTF8", "4.6.7")
    eight_bit = (mail.parameter(b"BODY") or b"").upper() == b"8BITMIME"
    if eight_bit and "8BITMIME" not in extensions and not _plain(message):
        return cannot_carry("8BITMIME", "4.6.3")
    return None


def _plain(message: Outgoing, *commands: Command) -> bool:
    return all(command.path.isascii() for command in commands) and all(chunk.isascii() for chunk in message.chunks())


def _kept(command: Command, extensions: Mapping[str, str]) -> Command:
    """Without SIZE, which is ours to say (RFC 1870), and without what the relay does not offer."""

    def keep(parameter: bytes) -> bool:
        name = parameter.partition(b"=")[0].upper()
        return name != b"SIZE" and (name not in _OPTIONAL or _OPTIONAL[name] in extensions)

    return Command(path=command.path, parameters=tuple(filter(keep, command.parameters)))
