"""The door in: SMTP as clients speak it (RFC 5321), relayed live to the next hop, command by command.

A session asks the relay at MAIL and at RCPT, and hands its answers to the client as they are. The message is taken in
chunks, kept in memory while it is small and in a spool file when it is not, and given to `submit` after its final dot;
the reply to the client is what that returns. The door decides who may connect and who may send, never what a message may
say, and it changes no octet of it (bare line ends apart, and only where the settings say `normalize`).

It stands on aiosmtpd for the protocol class and STARTTLS; the command loop, the grammar and DATA are its own.

How it fails: what the client does wrong is a 5yz reply, what we lack a 4yz; both are values. An exception is a fault of
ours: the client reads a fixed 451 4.3.0, the log has the traceback. A client that goes away before its final dot has sent
nothing; one that goes away after it does not stop what was begun.
"""

from gateway.smtpd.server import Server

__all__ = ["Server"]
