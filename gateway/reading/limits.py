"""How much of one message is read. What stands beyond a limit becomes an Unread, never an error."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingLimits:
    """Bounds on the work one message may cause.

    depth: messages, multiparts and containers inside one another; at most 200, since each may take some stack
    parts: MIME parts and what containers hold
    text: characters read in all parts together
    part: octets of one part that are read as text
    lines: how many of one text are told apart by whose words they are
    field: octets of one header field; fields: how many of them are read under one name
    authors, links, passages: how many are kept
    """

    depth: int = 50
    parts: int = 1000
    text: int = 4_000_000
    part: int = 2 * 1024 * 1024
    lines: int = 50_000
    field: int = 65_536
    fields: int = 50
    authors: int = 500
    links: int = 2000
    passages: int = 2000
