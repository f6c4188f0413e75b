"""Our trace line, and whether a message has been round too often (RFC 5321 §4.4, §6.3)."""

import re
from email.utils import format_datetime
from ipaddress import ip_address

from gateway.mail import header
from gateway.mail.envelope import Client, Mail

_ROUNDS = 2
"""How often a message may come through here: a release may lead a copy back once, a third time is a loop."""
_UNSAFE = re.compile(r"[^A-Za-z0-9._:\[\]/+=-]")
_LONGEST = 255
_FOLD = re.compile(rb"\r?\n")


def received(mail: Mail, hostname: str) -> bytes:
    """The Received field for a message that came in here, folded, with its CRLF."""
    client = mail.envelope.client
    lines = (
        f"Received: from {_said(client)} ({_seen(client)})",
        f"by {_safe(hostname)} (Hatchway) with {_protocol(mail)} id {mail.id};",
        format_datetime(mail.received),
    )
    return "\r\n\t".join(lines).encode("ascii") + b"\r\n"


def loops(head: bytes, hostname: str, limit: int) -> bool:
    """Whether a header block has more than `limit` Received fields, or more than two that were written here."""
    fields = header.values(head, b"received")
    if len(fields) > limit:
        return True
    ours = re.compile(rb"(?:^|\s)by\s+%b\s+\(Hatchway\)" % re.escape(_safe(hostname).encode("ascii")), re.IGNORECASE)
    return sum(1 for field in fields if ours.search(_FOLD.sub(b"", field))) > _ROUNDS


def _said(client: Client) -> str:
    return _safe(client.helo) or _literal(client.address)


def _seen(client: Client) -> str:
    return f"{_safe(client.name) or 'unknown'} {_literal(client.address)}"


def _literal(address: str) -> str:
    """The address as an address literal (RFC 5321 §4.1.3)."""
    try:
        return f"[IPv6:{address}]" if ip_address(address).version == 6 else f"[{address}]"  # noqa: PLR2004  -- IP version 6
    except ValueError:
        return "unknown"


def _protocol(mail: Mail) -> str:
    """The `with` keyword (RFC 3848, RFC 6531 §4.3)."""
    client = mail.envelope.client
    if client.protocol not in {"SMTP", "ESMTP"}:
        return _safe(client.protocol)
    utf8 = mail.envelope.mail.parameter(b"SMTPUTF8") is not None
    kind = "UTF8SMTP" if utf8 else client.protocol
    return kind if kind == "SMTP" else kind + ("S" if client.tls else "") + ("A" if client.login else "")


def _safe(written: str) -> str:
    return _UNSAFE.sub("?", written)[:_LONGEST]
