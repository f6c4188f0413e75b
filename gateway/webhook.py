"""Whom Hatchway tells what happens, as `hatchway.yaml` writes it, and the secrets that prove it was Hatchway that told.

A secret is written as Standard Webhooks has it: `whsec_` and 24 to 64 random octets in base64. A file may have several, each
on a line, while an old one is replaced: everything is signed with all of them. It fails with OSError for a file that has none.
"""

import base64
import binascii
import errno
import secrets as random
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal, get_args
from urllib.parse import urlsplit

from gateway.identity import Patience, Proxy
from gateway.source import AfterValidator, Document, Field, Model, OneOrMore, Problem, Wrong
from gateway.spelling import Time

Event = Literal[
    "held",
    "released",
    "denied",
    "returned",
    "withdrawn",
    "appealed",
    "upheld",
    "overturned",
    "agreed",
    "disagreed",
    "handed over",
    "passed up",
    "explained",
    "answered",
    "delivered",
    "undeliverable",
]
EVENTS: tuple[Event, ...] = get_args(Event)
_USUAL: tuple[Event, ...] = ("held", "released", "denied", "returned", "withdrawn", "appealed", "upheld", "overturned")
_LOCAL = {"localhost", "127.0.0.1", "::1"}
_FORM = "whsec_"
_LEAST, _MOST, _OURS = 24, 64, 32


def _web(written: str) -> str:
    try:
        parts = urlsplit(written)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        host = ""
    if not host or not written.isascii() or not written.isprintable() or " " in written or parts.scheme not in {"https", "http"}:
        raise Wrong(f'"{written}" is no address to tell', "Write for example https://tickets.department.example/hooks/mail")
    if parts.username is not None or parts.fragment:
        raise Wrong(f'"{written}" has a name, a password or a #', "The signature proves who tells; leave that out.")
    if parts.scheme == "http" and host not in _LOCAL:
        raise Wrong(f'"{written}" is not encrypted', "It is told over https, but for a receiver on this machine.")
    return written


class Webhook(Model):
    """Somebody who is told.

    include: what is told beyond ids, addresses and the rule: the subject, what reviewers write to a ruling
    retry: pauses after the first, second, … attempt that failed, the last one repeats; after `give_up` it is dropped
    """

    url: Annotated[str, AfterValidator(_web)]
    secret_file: Path
    events: OneOrMore[Event] = Field(default=_USUAL, min_length=1)
    include: tuple[Literal["subject", "note"], ...] = ()
    retry: Annotated[tuple[Time, ...], Field(min_length=1)] = (
        timedelta(seconds=5),
        timedelta(seconds=30),
        timedelta(minutes=2),
        timedelta(minutes=10),
        timedelta(minutes=30),
        timedelta(hours=2),
    )
    give_up: Time = timedelta(days=3)
    timeout: Patience = timedelta(seconds=10)
    ca_file: Path | None = None
    proxy: Proxy = ""


def secrets(file: Path) -> tuple[bytes, ...]:
    """The secrets in a file, the newest first. Raises OSError."""
    found = [line.strip() for line in file.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
    try:
        keys = tuple(base64.b64decode(one.removeprefix(_FORM), validate=True) for one in found)
    except binascii.Error:
        keys = ()
    if not keys or not all(line.startswith(_FORM) for line in found) or not all(_LEAST <= len(key) <= _MOST for key in keys):
        says = f"has no line that is {_FORM} and {_LEAST} to {_MOST} octets in base64; `hatchway webhook secret` makes one"
        raise OSError(errno.EINVAL, says, str(file))
    return keys


def new_secret() -> str:
    """A line for such a file."""
    return f"{_FORM}{base64.b64encode(random.token_bytes(_OURS)).decode('ascii')}"


def contradictions(hooks: Mapping[str, Webhook], document: Document) -> Iterator[Problem]:
    """What is wrong in them."""
    for name, one in hooks.items():
        if len(set(one.events)) != len(one.events):
            yield document.problem(("webhooks", name, "events"), "names an event twice", "Each is told once.")
