"""Delivery status notifications: the machine-readable parts (RFC 3464, RFC 3461, for non-ASCII addresses RFC 6533).

A recipient is reported on only if its NOTIFY allows it (RFC 3461 §5.2). The message comes back whole if RET=FULL asks for
it, it is 7-bit and no longer than 256 KiB; in every other case its header comes back (RFC 3461 §5.3, RFC 6522 §3).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.utils import format_datetime

from gateway.mail import Address, Command, Mail
from gateway.mail.header import block
from gateway.notice.message import Entity, as_is, encoded, is_seven_bit, multipart

_WHOLE = 256 * 1024
_HEADER = 64 * 1024
_TYPED = 900
"""As much of an escaped address as fits a line (RFC 5322 §2.1.1)."""

_XTEXT = re.compile(rb"\+([0-9A-F]{2})")
_PRINTABLE = re.compile(rb"[\x20-\x7e]{1,500}")
_ADDRESS_TYPE = re.compile(rb"[A-Za-z0-9-]{1,40}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """A recipient that will not get the message. diagnostic: "type; text" in ASCII; remote: the host that said so, or ""."""

    recipient: Address
    status: str
    diagnostic: str
    remote: str = ""


def wanted(mail: Mail, failed: Sequence[Failed]) -> tuple[Failed, ...]:
    """Those whose failure may be reported to the sender: no NOTIFY, or one that names FAILURE (RFC 3461 §4.1)."""
    commands = _commands(mail)
    return tuple(f for f in failed if _wants_failure(commands.get(f.recipient)))


def _wants_failure(command: Command | None) -> bool:
    notify = command.parameter(b"NOTIFY") if command else None
    return notify is None or b"FAILURE" in notify.upper().split(b",")


def report(explained: Entity, mail: Mail, failed: Sequence[Failed], hostname: str) -> Entity:
    """The multipart/report: what people read, what programs read, and what it is about."""
    status = as_is("message/delivery-status", "\n".join(_groups(mail, failed, hostname)).encode("ascii"))
    return multipart("report", (explained, status, _returned(mail)), " report-type=delivery-status;")


def _groups(mail: Mail, failed: Sequence[Failed], hostname: str) -> Iterator[str]:
    yield from _of_message(mail, hostname)
    commands = _commands(mail)
    for recipient in failed:
        yield ""
        yield from _of_recipient(recipient, commands.get(recipient.recipient))
    yield ""


def _of_message(mail: Mail, hostname: str) -> Iterator[str]:
    """RFC 3464 §2.2."""
    if envid := _envelope_id(mail.envelope.mail):
        yield f"Original-Envelope-Id: {envid}"
    yield f"Reporting-MTA: dns; {hostname}"
    if client := _ascii(mail.envelope.client.name or mail.envelope.client.helo, 255).replace(" ", ""):
        yield f"Received-From-MTA: dns; {client}"
    yield f"Arrival-Date: {format_datetime(mail.received)}"


def _of_recipient(failed: Failed, command: Command | None) -> Iterator[str]:
    """RFC 3464 §2.3."""
    if original := _original_recipient(command):
        yield f"Original-Recipient: {original}"
    yield f"Final-Recipient: {_typed(failed.recipient)}"
    yield "Action: failed"
    yield f"Status: {failed.status}"
    if failed.remote:
        yield f"Remote-MTA: dns; {_ascii(failed.remote, 255)}"
    yield f"Diagnostic-Code: {_ascii(failed.diagnostic, 600)}"


def _envelope_id(command: Command) -> str:
    decoded = _unxtext(command.parameter(b"ENVID") or b"")
    return decoded.decode("ascii") if _PRINTABLE.fullmatch(decoded) else ""


def _original_recipient(command: Command | None) -> str:
    """ORCPT as RFC 3464 §2.3.1 wants it: decoded, but for utf-8 addresses, which stay in their 7-bit form (RFC 6533 §3)."""
    kind, found, written = ((command.parameter(b"ORCPT") if command else None) or b"").partition(b";")
    decoded = written if kind.lower() == b"utf-8" else _unxtext(written)
    if not found or not _ADDRESS_TYPE.fullmatch(kind) or not _PRINTABLE.fullmatch(decoded):
        return ""
    return f"{kind.decode('ascii')}; {decoded.decode('ascii')}"


def _unxtext(written: bytes) -> bytes:
    """RFC 3461 §4."""
    return _XTEXT.sub(lambda code: bytes([int(code[1], 16)]), written)


def _typed(address: Address) -> str:
    """An address with its type: rfc822, or utf-8 in the form utf-8-addr-xtext (RFC 6533 §3)."""
    text = str(address)
    if text.isascii():
        return f"rfc822; {_ascii(text, 500)}"
    escaped = "".join(c if "!" <= c <= "~" and c not in "\\+=" else f"\\x{{{ord(c):02X}}}" for c in text)
    return f"utf-8; {escaped[:_TYPED]}"


def _ascii(text: str, limit: int) -> str:
    """`text` as one line of printable ASCII, anything else as a question mark."""
    return re.sub(r"[^\x20-\x7e]", "?", " ".join(text[:limit].split()))


def _returned(mail: Mail) -> Entity:
    whole = (mail.envelope.mail.parameter(b"RET") or b"").upper() == b"FULL" and mail.content.size <= _WHOLE
    if whole and is_seven_bit(octets := mail.content.read()):
        return as_is("message/rfc822", octets)
    head = block(mail.content)
    kept = head if len(head) <= _HEADER else head[: head.rfind(b"\n", 0, _HEADER) + 1]
    return encoded("text/rfc822-headers", kept)


def _commands(mail: Mail) -> dict[Address, Command]:
    return dict(zip(mail.envelope.recipients, mail.envelope.rcpts, strict=True))
