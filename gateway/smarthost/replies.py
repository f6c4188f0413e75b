"""What a client is told when it is the relay, or the way to it, that fails. Always 4yz, never a reason; the log has that."""

from gateway.mail import Reply

UNREACHABLE = Reply(code=451, status="4.4.1", text="The mail relay cannot be reached, please try again later")
SILENT = Reply(code=451, status="4.4.2", text="The mail relay does not answer, please try again later")
LOST = Reply(code=451, status="4.4.2", text="The connection to the mail relay was lost, please try again later")
UNCONFIRMED = Reply(code=451, status="4.4.2", text="The mail relay did not confirm the message, please try again later")
GARBLED = Reply(code=451, status="4.5.0", text="The mail relay answered out of turn, please try again later")
CHANGED = Reply(code=451, status="4.5.0", text="The mail relay no longer takes the same recipients, please try again later")
INSECURE = Reply(code=451, status="4.7.5", text="The mail relay cannot be reached securely, please try again later")
LOCKED_OUT = Reply(code=451, status="4.7.8", text="The mail relay does not accept mail from here now, please try again later")
FAULT = Reply(code=451, status="4.3.0", text="Local problem, please try again later")


def cannot_carry(extension: str, status: str) -> Reply:
    """The relay lacks what a message needs (RFC 6152 §3, RFC 6531 §3.2, RFC 8689 §5)."""
    return Reply(code=451, status=status, text=f"The mail relay does not offer {extension}, which this message needs")
