"""Which messages an automatic answer may answer (RFC 3834 §2), and the name by which the answer refers to one.

Only the header block is looked at, as octets. It never raises for anything in the message; OSError or ValueError if the
message's octets are not there at all.
"""

import re

from gateway.mail import Address, Mail
from gateway.mail.header import block, values

_ROBOT = re.compile(
    r"mailer-daemon|listserv|majordomo|(?:do-?not-?|no-?)reply"
    r"|owner-.*|.*-owner|.*-request|bounces?|bounces?-.*|.*-bounces?",
    re.IGNORECASE,
)
_LISTS = (b"list-id", b"list-post", b"list-help", b"list-subscribe", b"list-unsubscribe", b"list-owner", b"list-archive")
_COMMENT = re.compile(rb"\([^()]*\)")
_WORD = re.compile(rb"[a-z0-9-]+")
_MESSAGE_ID = re.compile(r"<[!-;=?A-~]{1,200}@[!-;=?A-~]{1,200}>")
_PLAIN_DOMAIN = re.compile(r"[\w.-]+|\[[\w.:-]+\]")
_LONGEST = 320


def answerable(mail: Mail, *, own: Address) -> bool:
    """True unless RFC 3834 forbids it: no sender, a robot, a mailing list, another automatic message, or `own` mail."""
    sender = mail.envelope.sender
    if sender is None or not reachable(sender) or sender.key == own.key or _is_robot(sender):
        return False
    head = block(mail.content)
    return not (_is_automatic(head) or _is_bulk(head))


def reachable(address: Address) -> bool:
    """True for an address that can be written into a command and a field as one mailbox and nothing else."""
    text = str(address)
    return len(text) <= _LONGEST and text.isprintable() and bool(_PLAIN_DOMAIN.fullmatch(address.domain))


def message_id(mail: Mail) -> str:
    """The message's Message-ID with its angle brackets; "" if it has none, several, or one that is malformed."""
    found = values(block(mail.content), b"message-id")
    written = found[0].strip().decode("latin-1") if len(found) == 1 else ""
    return written if _MESSAGE_ID.fullmatch(written) else ""


def _is_robot(sender: Address) -> bool:
    return bool(_ROBOT.fullmatch(sender.key[0]))


def _is_automatic(head: bytes) -> bool:
    submitted = [_first(value) for value in values(head, b"auto-submitted")]
    suppressed = b",".join(values(head, b"x-auto-response-suppress")).lower()
    return any(word != b"no" for word in submitted) or bool({b"all", b"autoreply", b"oof"} & set(_WORD.findall(suppressed)))


def _is_bulk(head: bytes) -> bool:
    precedence = {_first(value) for value in values(head, b"precedence")}
    return bool(precedence & {b"bulk", b"list", b"junk"}) or any(values(head, name) for name in _LISTS)


def _first(value: bytes) -> bytes:
    """The first word of a field, comments left out, in lower case."""
    found = _WORD.search(_COMMENT.sub(b" ", value).lower())
    return found[0] if found else b""
