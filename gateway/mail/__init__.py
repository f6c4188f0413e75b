"""What SMTP carried: who spoke, the envelope, and the message octets, which are never rebuilt.

The room knows nothing of content beyond the header block, which it edits by prepending only. It does no I/O but for
reading a spooled message. Its constructors raise ValueError for what cannot be (an address without a local part).
"""

from gateway.mail.address import Address
from gateway.mail.content import Content, Outgoing
from gateway.mail.envelope import Client, Command, Envelope, Mail
from gateway.mail.ids import new_id
from gateway.mail.place import FILE_NAME, LAYOUT, LINK, Author, Box, Place, Unread
from gateway.mail.reply import Receipt, Reply

__all__ = [
    "FILE_NAME",
    "LAYOUT",
    "LINK",
    "Address",
    "Author",
    "Box",
    "Client",
    "Command",
    "Content",
    "Envelope",
    "Mail",
    "Outgoing",
    "Place",
    "Receipt",
    "Reply",
    "Unread",
    "new_id",
]
