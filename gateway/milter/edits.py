"""What becomes of a message, as the MTA is told it.

The pipeline deals with the MTA as with a relay whose transaction is open: to send is to let it pass with the changes that
the outgoing message has against the one that came. There are only changes of the header; the body always stays.
"""

from collections import Counter
from collections.abc import Iterator

from gateway.intake import OUR_FAULT
from gateway.mail import Outgoing, Reply
from gateway.mail.header import OWN, fields
from gateway.milter import packets, words

_CLOSING = 421
"""RFC 5321 §3.8: with this the MTA would end the client's session."""

Field = tuple[bytes, bytes]
"""A name as written, and the value behind the colon, folded, without the line end."""


class Passing:
    """The MTA as a relay (the port `Transaction`)."""

    def __init__(self, queue_id: str) -> None:
        self._queue_id = queue_id
        self.outgoing: Outgoing | None = None

    async def send(self, message: Outgoing) -> Reply:
        """Let it pass; the MTA was told nothing yet."""
        self.outgoing = message
        return Reply(code=250, status="2.0.0", text=f"Ok: left to the MTA as {self._queue_id or 'it came'}")

    async def abort(self) -> None:
        """Let it not pass."""
        self.outgoing = None


def told(reply: Reply, outgoing: Outgoing | None) -> bytes:
    """What the MTA hears at the end of a message: it passes changed, we have taken it over, or it is refused."""
    if outgoing is not None and reply.good:
        return b"".join(_edits(outgoing)) + packets.packet(words.ACCEPT)
    if reply.good:
        return packets.packet(words.DISCARD)
    return packets.reply(refusal(reply))


def refusal(reply: Reply) -> Reply:
    """A refusal that the client can be told: 4yz or 5yz, and never one that ends its session."""
    if reply.code == _CLOSING:
        return Reply(code=451, status=reply.status, text=reply.text)
    return reply if 400 <= reply.code < 600 else OUR_FAULT  # noqa: PLR2004  -- RFC 5321 §4.2.1


def _edits(outgoing: Outgoing) -> Iterator[bytes]:
    """From the last field to the first: so no change moves the number of a field that is changed after it."""
    old, new = list(fields(_came(outgoing))), list(fields(outgoing.head))
    numbers = Counter(name.lower() for name, _ in old)
    while old:
        name, value = old.pop()
        key = name.lower()
        if key.startswith(OWN):
            yield packets.changed(name, numbers[key], b"")
        else:
            while new and new[-1][0].lower() != key:
                yield packets.added(*new.pop())
            now = new.pop()[1] if new else value
            if now != value:
                yield packets.changed(name, numbers[key], now)
        numbers[key] -= 1
    yield from (packets.inserted(*field) for field in reversed(new))


def _came(outgoing: Outgoing) -> bytes:
    """The header block as it came: the octets that the new one replaces."""
    head, chunks = b"", outgoing.content.chunks()
    while len(head) < outgoing.skip:
        head += next(chunks)
    return head[: outgoing.skip]
