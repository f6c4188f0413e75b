"""What the fake relay can be told to do in a phase; see relay.py."""

from dataclasses import dataclass
from typing import Literal

PHASES = frozenset(
    ("CONNECT", "EHLO", "HELO", "STARTTLS", "AUTH", "XFORWARD", "MAIL", "RCPT", "DATA", "BODY", "DOT", "RSET", "NOOP", "QUIT")
)
NEEDS = {
    b"SIZE": "SIZE",
    b"BODY": "8BITMIME",
    b"SMTPUTF8": "SMTPUTF8",
    b"RET": "DSN",
    b"ENVID": "DSN",
    b"NOTIFY": "DSN",
    b"ORCPT": "DSN",
    b"AUTH": "AUTH",
    b"REQUIRETLS": "REQUIRETLS",
}
"""Which extension allows which parameter of MAIL and RCPT."""

Then = Literal["go on", "close", "reset", "hang"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What to do in a phase.

    say: the reply, lines parted by newline; None is the usual one. raw: these octets instead of any reply
    wait: seconds before it. size: octets in each packet. stray: octets in its packet, or `stray_wait` seconds behind it
    then: go on, close (FIN), reset (RST) or hang. after: octets of the message that come in first (BODY)
    """

    say: str | None = None
    raw: bytes | None = None
    wait: float = 0
    size: int = 0
    stray: bytes = b""
    stray_wait: float = 0
    then: Then = "go on"
    after: int = 0


def say(reply: str, *, then: Then = "go on", wait: float = 0) -> Act:
    return Act(say=reply, then=then, wait=wait)


def raw(octets: bytes, *, then: Then = "go on") -> Act:
    return Act(raw=octets, then=then)


def close(*, after: int = 0) -> Act:
    return Act(raw=b"", then="close", after=after)


def reset(*, after: int = 0) -> Act:
    return Act(raw=b"", then="reset", after=after)


def hang(*, after: int = 0) -> Act:
    return Act(raw=b"", then="hang", after=after)


def split(size: int, reply: str | None = None) -> Act:
    return Act(say=reply, size=size)


def stray(octets: bytes, *, wait: float = 0) -> Act:
    return Act(stray=octets, stray_wait=wait)


def late(seconds: float) -> Act:
    return Act(wait=seconds)
