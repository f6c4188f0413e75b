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
    authors, links: how many are kept
    passages: after so many, whose words stand where in a text is not told any more, and each further text is one
    expanded: octets that one container may unfold to; no single thing in it takes more than half of them
    elements: of the XML in one document
    unfolded: octets of all pieces of a message together, those in containers counted again in each
    time: seconds that one part may take where it is read apart; whole: seconds after which nothing is read there any more
    memory: octets of address space that a process which reads parts apart may take over what it has at start
    output: octets that may come out of one part there
    ocr: whether words are read off pictures; dear: whether now, or it is noted what was put off
    pixels: of one picture, once it is as small as its format lets it be decoded; frames: pictures that one file holds
    pages: of one document
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
    expanded: int = 48 * 1024 * 1024
    elements: int = 1_000_000
    unfolded: int = 192 * 1024 * 1024
    time: float = 10.0
    whole: float = 16.0
    memory: int = 1536 * 1024 * 1024
    output: int = 64 * 1024 * 1024
    ocr: bool = True
    dear: bool = True
    pixels: int = 50_000_000
    frames: int = 20
    pages: int = 300
