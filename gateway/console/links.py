"""Links in notices: to one message's page, for one reviewer, until a time, and only as long as the message is the same.

A reviewer's link opens a page and does nothing; it is no way past the sign-in. A sender's link opens the page that says how his
message stands, without a sign-in; what he does there, he does by a button. A link holds the time and a MAC over the hold's id,
that time, the mailbox it was written to and the SHA-256 of the message, so it cannot be turned to another message.
"""

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from enum import Enum

from gateway.hold import HeldMail
from gateway.mail import Address, Content
from gateway.people import Account
from gateway.ports import Clock

LASTS = timedelta(days=14)
"""Beyond the deadline, so that a link in an old notice still shows what became of it."""
_TOKEN = re.compile(r"(\d{1,12})-([A-Za-z0-9_-]{22})")
_MAC = 16
_SENDER = "sender"
"""Before the id in what a sender's link signs; no id is two lines, so neither kind of link can be made of the other."""


class Opens(Enum):
    """What a link turns out to be."""

    IT = "it"
    EXPIRED = "expired"
    FOREIGN = "foreign"


class Links:
    """Writes links and reads them."""

    def __init__(self, public_url: str, key: bytes, clock: Clock) -> None:
        self._url = public_url
        self._key = key
        self._clock = clock
        self._last = "", ""

    def to(self, held: HeldMail) -> Callable[[Address], str]:
        """Links to a held message, one for each mailbox. Raises OSError if its content is gone."""
        if self._last[0] != held.mail.id:
            self._last = held.mail.id, _digest(held.mail.content)
        digest, until = self._last[1], self._until(held.deadline)

        def link(reviewer: Address) -> str:
            return f"{self._url}/go/{held.mail.id}/{until}-{self._mac(held.mail.id, until, reviewer, digest)}"

        return link

    def digested(self, hold: str, sha256: str, deadline: datetime, reviewer: Address) -> str:
        """A link to a held message for one mailbox, where the message itself is not at hand."""
        until = self._until(deadline)
        return f"{self._url}/go/{hold}/{until}-{self._mac(hold, until, reviewer, sha256)}"

    def status(self, held: HeldMail) -> str:
        """Its sender's link to the page that says how it stands; "" for the null sender. Raises OSError."""
        sender = held.mail.envelope.sender
        if sender is None:
            return ""
        until = self._until(held.deadline, held.reviewers.appeal)
        mac = self._mac(f"{_SENDER}\n{held.mail.id}", until, sender, _digest(held.mail.content))
        return f"{self._url}/status/{held.mail.id}/{until}-{mac}"

    def read_status(self, held: HeldMail, token: str, sha256: str = "") -> Opens:
        """What this link is to the sender's page. sha256: of content that is gone; else raises OSError where it is."""
        found, sender = _TOKEN.fullmatch(token), held.mail.envelope.sender
        if found is None or sender is None:
            return Opens.FOREIGN
        until = int(found[1])
        mac = self._mac(f"{_SENDER}\n{held.mail.id}", until, sender, sha256 or _digest(held.mail.content))
        if not hmac.compare_digest(mac, found[2]):
            return Opens.FOREIGN
        return Opens.IT if datetime.fromtimestamp(until, UTC) > self._clock.now() else Opens.EXPIRED

    def _until(self, deadline: datetime, more: timedelta = timedelta()) -> int:
        return int((max(self._clock.now(), deadline) + LASTS + more).timestamp())

    def read(self, held: HeldMail, token: str, account: Account) -> Opens:
        """What this link is to that person. Raises OSError if the content is gone."""
        found = _TOKEN.fullmatch(token)
        if found is None:
            return Opens.FOREIGN
        until, digest = int(found[1]), _digest(held.mail.content)
        macs = [self._mac(held.mail.id, until, address, digest) for address in account.addresses]
        if not any(hmac.compare_digest(mac, found[2]) for mac in macs):
            return Opens.FOREIGN
        return Opens.IT if datetime.fromtimestamp(until, UTC) > self._clock.now() else Opens.EXPIRED

    def _mac(self, hold: str, until: int, reviewer: Address, digest: str) -> str:
        said = "\n".join((hold, str(until), *reviewer.key, digest)).encode("utf-8", "replace")
        return urlsafe_b64encode(hmac.digest(self._key, said, "sha256")[:_MAC]).decode("ascii").rstrip("=")


def _digest(content: Content) -> str:
    digest = hashlib.sha256()
    for piece in content.chunks():
        digest.update(piece)
    return digest.hexdigest()
