"""Everything the door says of its own accord (RFC 5321 §4.2, RFC 3463), and what it makes of odd replies from the relay."""

from collections.abc import Collection
from dataclasses import dataclass

from gateway import intake
from gateway.mail import Reply


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault(Reply):
    """The client's own mistake; it counts towards `limits.errors`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Farewell(Reply):
    """The last thing said: the session ends behind it."""


OK = Reply(code=250, status="2.0.0", text="Ok")
GO_AHEAD = Reply(code=354, text="End data with <CR><LF>.<CR><LF>")
CANNOT_VERIFY = Reply(code=252, status="2.0.0", text="Cannot verify, but will take mail and try")
HELP = Reply(code=214, status="2.0.0", text="See RFC 5321")
NO_EXPN = Reply(code=502, status="5.5.1", text="Lists are not expanded here")
BYE = Farewell(code=221, status="2.0.0", text="Bye")

UNKNOWN = Fault(code=500, status="5.5.2", text="Command not recognised")
CONTROLS = Fault(code=500, status="5.5.2", text="Commands hold no control characters")
LONG_LINE = Fault(code=500, status="5.5.2", text="Command line too long")
NO_ARGUMENT = Fault(code=501, status="5.5.4", text="This command takes no argument")
NO_GREETING = Fault(code=503, status="5.5.1", text="Say EHLO first")
NESTED_MAIL = Fault(code=503, status="5.5.1", text="There is a transaction open already")
NO_MAIL = Fault(code=503, status="5.5.1", text="Say MAIL first")
NO_RCPT = Fault(code=503, status="5.5.1", text="Say RCPT first")
IN_TRANSACTION = Fault(code=503, status="5.5.1", text="Not inside a mail transaction")
NO_AUTH = Fault(code=503, status="5.5.1", text="Authentication is not offered here")
NO_TLS = Fault(code=502, status="5.5.1", text="TLS is not offered here")
TLS_ALREADY = Fault(code=503, status="5.5.1", text="TLS is on already")
NEEDS_ARGUMENT = Fault(code=501, status="5.5.4", text="This command takes an argument")
HELO_SYNTAX = Fault(code=501, status="5.5.4", text="Syntax: EHLO host.name")
ATTRIBUTES = Fault(code=501, status="5.5.4", text="Attributes are not NAME=value, or a value is not as it should be")
NOT_TRUSTED = Fault(code=550, status="5.7.0", text="You may not speak for another client")

MAIL_SYNTAX = Fault(code=501, status="5.5.4", text="Syntax: MAIL FROM:<address> [parameters]")
RCPT_SYNTAX = Fault(code=501, status="5.5.4", text="Syntax: RCPT TO:<address> [parameters]")
BAD_PARAMETER = Fault(code=501, status="5.5.4", text="A parameter is written wrongly, or twice")
BAD_SENDER = Fault(code=501, status="5.1.7", text="This is no sender address")
BAD_RECIPIENT = Fault(code=501, status="5.1.3", text="This is no recipient address")
SENDER_DOMAIN = Fault(code=553, status="5.1.7", text="A sender address has a domain")
RECIPIENT_DOMAIN = Fault(code=553, status="5.1.3", text="A recipient address has a domain")
NEEDS_UTF8 = Fault(code=553, status="5.6.7", text="This address needs SMTPUTF8")
NOT_UTF8 = Fault(code=501, status="5.5.2", text="This is not UTF-8")
SENDER_NOT_OURS = Fault(code=550, status="5.7.1", text=intake.SENDER_NOT_OURS)
CLIENT_NOT_OURS = Reply(code=554, status="5.7.1", text="Mail from your network is not sent through here")
NO_VALID_RCPT = Reply(code=554, status="5.5.1", text="No valid recipients")

TOO_MANY_RCPTS = intake.TOO_MANY_RCPTS
NO_ROOM = intake.NO_ROOM
TOO_BIG = intake.TOO_BIG
NO_LONGER = Reply(code=451, status="4.3.0", text="The mail relay does not offer this just now, please try again later")
BARE_ENDS = intake.BARE_ENDS
OUR_FAULT = intake.OUR_FAULT

BARE_COMMAND = Farewell(code=521, status="5.5.2", text="Command lines end with CR LF")
ENDLESS_LINE = Farewell(code=500, status="5.5.2", text="Command line too long")
OUT_OF_STEP = Farewell(code=554, status="5.5.0", text="Wait for the reply to this command before you go on (RFC 2920)")
FOREIGN = Farewell(code=502, status="5.5.1", text="This is not for an SMTP server without that extension")
TOO_MANY_ERRORS = Farewell(code=421, status="4.7.0", text="Too many errors")
TOO_MANY_SESSIONS = Farewell(code=421, status="4.7.0", text="Too many connections, please try again later")
GOING_DOWN = Farewell(code=421, status="4.3.2", text="Going down for a while, please try again later")
IDLE = Farewell(code=421, status="4.4.2", text="You were silent for too long")
TOO_SLOW = Farewell(code=421, status="4.4.2", text="The message took too long")
CUT_OFF = Farewell(code=421, status="4.4.2", text="The connection ended before the message did")
ENDLESS_DATA = Farewell(code=552, status="5.3.4", text="The message is far larger than is taken here")


def unsupported(keyword: bytes) -> Fault:
    """A MAIL or RCPT parameter nobody offered (RFC 5321 §4.1.1.11)."""
    return Fault(code=555, status="5.5.4", text=f"Unsupported parameter: {keyword.decode('ascii', 'replace')}")


def heard(reply: Reply, *, good: Collection[int]) -> Reply:
    """The relay's reply as the client may hear it.

    421 would mean that we close (RFC 5321 §3.8), and a success that is none of `good` promises something unknown: both
    become 451.
    """
    if reply.code in good or (400 <= reply.code < 600 and reply.code != 421):  # noqa: PLR2004  -- RFC 5321 §4.2.1
        return reply
    if reply.transient:
        return Reply(code=451, status=reply.status or "4.4.2", text=reply.text)
    return Reply(code=451, status="4.5.0", text="The relay gave an unexpected reply, please try again later")
