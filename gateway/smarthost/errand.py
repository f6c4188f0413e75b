"""A whole transaction on a connection of its own, for released mail and notices: one write and one round trip where the relay
pipelines, up to the message.

Recipients that the relay refuses are told apart, and the message goes to the others. Nothing is replayed here: whoever
sends the errand tries again later.
"""

from contextlib import suppress

import structlog

from gateway.mail import Envelope, Outgoing, Receipt, Reply
from gateway.smarthost.body import transmit
from gateway.smarthost.commands import DATA, Unsendable, fitted, mail_line, rcpt_line, xforward_lines
from gateway.smarthost.conversation import introduced
from gateway.smarthost.replies import FAULT
from gateway.smarthost.wire import Group, Lost, Patience, Wire

log = structlog.get_logger()


async def run(wire: Wire, envelope: Envelope, message: Outgoing, *, xforward: bool, patience: Patience) -> Receipt:
    """The transaction, and QUIT. If no recipient was taken the reply is one of the refusals, 4yz if there is any."""
    try:
        envelope_now = fitted(envelope, message, wire.extensions)
        if isinstance(envelope_now, Reply):
            return Receipt(reply=envelope_now)
        offered = wire.extensions.get("XFORWARD", "") if xforward else ""
        return await _transact(wire, envelope_now, message, xforward_lines(envelope.client, offered), patience)
    except Lost as lost:
        log.info("relay.connection_lost", why=lost.why)
        return Receipt(reply=lost.reply)
    except (OSError, Unsendable):
        log.exception("relay.message_unfit")
        return Receipt(reply=FAULT)
    finally:
        await wire.quit()


async def _transact(wire: Wire, envelope: Envelope, message: Outgoing, forwarded: list[bytes], patience: Patience) -> Receipt:
    rcpts = [rcpt_line(command) for command in envelope.rcpts]
    group = Group(wire, [*forwarded, mail_line(envelope.mail), *rcpts, DATA], patience)
    for line in forwarded:
        await introduced(group, line)
    reply = await group.reply(250)
    if not reply.good:
        await _take_back(wire, patience)
        return Receipt(reply=reply)
    said = [(recipient, await group.reply(250, 251)) for recipient in envelope.recipients]
    refused = tuple((recipient, reply) for recipient, reply in said if not reply.good)
    if len(refused) == len(said):
        await _take_back(wire, patience)
        return Receipt(reply=_summary([reply for _, reply in said]), refused=refused)
    reply = await group.reply(354)
    if reply.code == 354:  # noqa: PLR2004  -- RFC 5321 §4.1.1.4
        reply = await transmit(wire, message, patience)
    return Receipt(reply=reply, refused=refused)


def _summary(refusals: list[Reply]) -> Reply:
    """What to say of a message that nobody takes: try again if anybody may take it later."""
    return next((reply for reply in refusals if reply.transient), refusals[-1] if refusals else FAULT)


async def _take_back(wire: Wire, patience: Patience) -> None:
    """Where DATA went out ahead and the relay says 354 all the same, send it nothing: the lone dot (RFC 2920 §3.1)."""
    with suppress(Lost):
        while wire.outstanding > 1:
            await wire.reply(250, 251, within=patience.left)
        if wire.outstanding and (await wire.reply(354, within=patience.left)).code == 354:  # noqa: PLR2004  -- RFC 5321
            wire.write(b".\r\n", replies=1)
            await wire.reply(250, within=patience.left)
