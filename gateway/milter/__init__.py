"""A door in for MTAs that speak the milter protocol, version 6 (Postfix 2.6 or later, Sendmail 8.14 or later).

The MTA keeps the message and asks what is to become of it. It gets the same judgement, the same holds and the same notices
as by the SMTP door: the MTA stands where the relay stands there. Relayed is accepted, with the changes of the header that
the decision asks for; held is kept on our shelf first, and then discarded by the MTA, for all recipients, as one message has
one decision; rejected is our reply to the MTA's client. What a reviewer releases, and our notices, go to the relay of the
settings; where they come back through the same MTA, `ours` knows them, and they pass.

It stands on asyncio alone.

How it fails: never by an accept. Whatever goes wrong on our side is 451 to the client, and a connection that is closed, which
the MTA takes as its milter_default_action says.
"""

from gateway.milter.server import MilterServer, bound, group

__all__ = ["MilterServer", "bound", "group"]
