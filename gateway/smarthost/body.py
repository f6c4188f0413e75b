"""A message on its way out: dot-stuffed (RFC 5321 §4.5.2), in blocks, up to the final dot and the relay's reply to it.

Nothing but CRLF ends a line here, whatever came in: a bare CR or LF could be an end of data to the relay and stops the
message (BareLineEnd). A message of any size is held one block at a time.
"""

from collections.abc import Iterable, Iterator

import structlog

from gateway.intake import stands_alone
from gateway.mail import Outgoing, Reply
from gateway.smarthost.replies import FAULT, SILENT, UNCONFIRMED
from gateway.smarthost.wire import Lost, Patience, Wire

log = structlog.get_logger()

_BLOCK = 64 * 1024
_DOT = b".\r\n"


class BareLineEnd(Exception):  # noqa: N818  -- a state of the message, answered with 451
    """A CR or LF stands alone."""


async def transmit(wire: Wire, message: Outgoing, patience: Patience) -> Reply:
    """The message, after 354, and the reply to its final dot.

    Raises Lost only while the relay cannot have taken the message. Once the dot is out, silence is 451: the message may
    come twice, and is never lost (RFC 1047).
    """
    try:
        last = await _stream(wire, blocks(_whole(message)), patience)
    except (OSError, BareLineEnd):
        wire.abort()
        log.exception("relay.message_unfit")
        return FAULT
    except BaseException:
        wire.abort()
        raise
    wire.write(last + _DOT, replies=1)
    try:
        return await wire.reply(250, within=patience.left)
    except Lost as lost:
        log.warning("relay.unconfirmed", why=lost.why)
        return UNCONFIRMED


async def _stream(wire: Wire, message: Iterator[bytes], patience: Patience) -> bytes:
    """Send all blocks; a single one is returned to go out with the dot. Of several all are gone before the dot is."""
    waiting, several = b"", False
    for block in message:
        if waiting:
            several = True
            await _push(wire, waiting, patience)
        waiting = block
    if several:
        await _push(wire, waiting, patience)
    await wire.settle()
    if patience.nearly_over:
        raise Lost(SILENT, "the relay took the message too slowly", again=False)
    return b"" if several else waiting


async def _push(wire: Wire, block: bytes, patience: Patience) -> None:
    wire.write(block)
    await wire.drain(patience.left)


def _whole(message: Outgoing) -> Iterator[bytes]:
    """What we put before the content ends with a line, so that each is stuffed for itself."""
    yield from stuffed([message.head] if message.head else [])
    yield from stuffed(message.content.chunks(message.skip), even=message.content.even)


def stuffed(chunks: Iterable[bytes], *, even: bool = False) -> Iterator[bytes]:
    """The octets with every dot at a line's beginning doubled and the last line ended. Raises BareLineEnd.

    even: the door has seen already that no CR or LF stands alone, which is not looked at again
    """
    carriage, fresh = b"", True
    for chunk in chunks:
        piece = carriage + chunk
        carriage = b"\r" if piece.endswith(b"\r") else b""
        piece = piece.removesuffix(b"\r")
        if not even and stands_alone(piece):
            raise BareLineEnd
        if fresh and piece.startswith(b"."):
            yield b"."
        if piece:
            yield piece.replace(b"\r\n.", b"\r\n..") if b"." in piece else piece
            fresh = piece.endswith(b"\n")
    if carriage:
        raise BareLineEnd
    if not fresh:
        yield b"\r\n"


def blocks(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The pieces, put together to blocks worth a write."""
    gathered: list[bytes] = []
    size = 0
    for piece in pieces:
        gathered.append(piece)
        size += len(piece)
        if size >= _BLOCK:
            yield b"".join(gathered)
            gathered, size = [], 0
    if gathered:
        yield b"".join(gathered)
