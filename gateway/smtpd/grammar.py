"""MAIL and RCPT: the path and the parameters, found by our own grammar (RFC 5321 §4.1.2) and kept as the octets they came as.

It is strict about what could mean something else to the relay (control characters, angle brackets, quotes), and lenient
about what could not: dots anywhere in a local part, underscores in a domain, the root's dot, spaces behind the colon.
Line ends and control characters are refused before, with the command line. Refusals are values.
"""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

from gateway.mail import Address, Command
from gateway.smtpd import replies
from gateway.smtpd.replies import Fault

_DOMAIN = rb"[\w\x80-\xff][\w\x80-\xff-]*(?:\.[\w\x80-\xff][\w\x80-\xff-]*)*\.?"
_LITERAL = rb"\[[!-Z^-~]+\]"
_DOTTED = rb"[\w!#$%&'*+/=?^`{|}~.\x80-\xff-]+"
_QUOTED = rb'"(?:[ !#-\[\]-~\x80-\xff]|\\[ -~])+"'
_PATH = re.compile(
    rb"(?:@(?:%b)(?:,@(?:%b))*:)?(?P<local>%b|%b)(?:@(?P<domain>%b|%b))?"
    % (_DOMAIN, _DOMAIN, _DOTTED, _QUOTED, _DOMAIN, _LITERAL)
)
_ARGUMENT = re.compile(rb'(?P<word>FROM|TO):[ ]*<(?P<path>(?:"(?:[^"\\]|\\.)*"|[^"<>])*)>(?P<parameters>(?: .*)?)', re.IGNORECASE)
_PARAMETER = re.compile(rb"(?P<keyword>[A-Za-z0-9][A-Za-z0-9-]*)(?:=(?P<value>[!-~\x80-\xff]+))?")
_C1 = re.compile("[\x80-\x9f]")

MAIL_KEYWORDS = frozenset({b"SIZE", b"BODY", b"SMTPUTF8", b"RET", b"ENVID", b"AUTH"})
RCPT_KEYWORDS = frozenset({b"NOTIFY", b"ORCPT"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """What a MAIL or RCPT says: the command as written, and the mailbox it names (None: `<>`)."""

    command: Command
    address: Address | None


def reverse_path(argument: bytes) -> Path | Fault:
    """What stands behind `MAIL`."""
    command = _command(argument, b"FROM", MAIL_KEYWORDS, replies.MAIL_SYNTAX)
    if isinstance(command, Fault):
        return command
    if fault := _mail_values(command) or _letters(command, utf8=command.parameter(b"SMTPUTF8") is not None):
        return fault
    if not command.path:
        return Path(command=command, address=None)
    address = _address(command, replies.BAD_SENDER)
    if isinstance(address, Fault):
        return address
    return Path(command=command, address=address) if address.domain else replies.SENDER_DOMAIN


def forward_path(argument: bytes, *, utf8: bool) -> Path | Fault:
    """What stands behind `RCPT`; utf8: the transaction began with SMTPUTF8."""
    command = _command(argument, b"TO", RCPT_KEYWORDS, replies.RCPT_SYNTAX)
    if isinstance(command, Fault):
        return command
    if fault := _letters(command, utf8=utf8):
        return fault
    address = _address(command, replies.BAD_RECIPIENT)
    if isinstance(address, Fault):
        return address
    if not address.domain and address.local.lower() != "postmaster":  # RFC 5321 §4.5.1
        return replies.RECIPIENT_DOMAIN
    return Path(command=command, address=address)


def _command(argument: bytes, word: bytes, keywords: frozenset[bytes], syntax: Fault) -> Command | Fault:
    found = _ARGUMENT.fullmatch(argument)
    if not found or found["word"].upper() != word:
        return syntax
    parameters = tuple(found["parameters"].split())
    seen = set[bytes]()
    for written in parameters:
        parameter = _PARAMETER.fullmatch(written)
        keyword = parameter["keyword"].upper() if parameter else b""
        if not keyword or keyword in seen:
            return replies.BAD_PARAMETER
        if keyword not in keywords:
            return replies.unsupported(keyword)
        seen.add(keyword)
    return Command(path=found["path"], parameters=parameters)


def _mail_values(command: Command) -> Fault | None:
    """What is wrong with the parameters of MAIL that we act upon; the others are the relay's to judge."""
    size, body = command.parameter(b"SIZE"), command.parameter(b"BODY")
    if size is not None and not re.fullmatch(rb"[0-9]{1,20}", size):  # RFC 1870 §3
        return replies.BAD_PARAMETER
    if body is not None and body.upper() not in {b"7BIT", b"8BITMIME"}:  # RFC 6152 §3
        return replies.BAD_PARAMETER
    return replies.BAD_PARAMETER if command.parameter(b"SMTPUTF8") else None  # RFC 6531 §3.4: it has no value


def _letters(command: Command, *, utf8: bool) -> Fault | None:
    """What is wrong with letters outside ASCII (RFC 6531 §3.3)."""
    octets = b" ".join((command.path, *command.parameters))
    if octets.isascii():
        return None
    if not utf8:
        return replies.NEEDS_UTF8
    try:
        return replies.NOT_UTF8 if _C1.search(octets.decode()) else None
    except UnicodeDecodeError:
        return replies.NOT_UTF8


def _address(command: Command, bad: Fault) -> Address | Fault:
    found = _PATH.fullmatch(command.path)
    if not found:
        return bad
    local, domain = found["local"].decode(), (found["domain"] or b"").decode()
    if domain.startswith("[") and not _literal(domain[1:-1]):
        return bad
    if local.startswith('"'):
        local = re.sub(r"\\(.)", r"\1", local[1:-1])
    return Address(local=local, domain=domain)


def _literal(written: str) -> bool:
    """Whether this is an address literal's inside (RFC 5321 §4.1.3)."""
    try:
        if written[:5].upper() == "IPV6:":
            IPv6Address(written[5:])
        else:
            IPv4Address(written)
    except ValueError:
        return False
    return True
