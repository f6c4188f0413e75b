"""Pictures that stand side by side in a page: a letter in each, or a flyer in strips. Together they say what none says alone.

What is put together here is only which pictures stand where; they are joined and read in `pictures.joined`. Pictures are those
that come with the message (`cid:`) or are written into the page. One that is fetched from elsewhere is not in the message.
"""

import re
import struct
from collections.abc import Callable, Iterator
from urllib.parse import unquote, unquote_to_bytes

from gateway.reading import transfer

TYPE = "application/x-joined-pictures"
MAGIC = b"JOINED1\n"
_ADDRESS = r"(?:cid:([^\"'\s>]{1,300})|data:image/[\w.+\-]{1,40}((?:;[\w=.\-]{1,60}){0,4}),([^\"'\s>]{1,400000}))"
_SHOWN = re.compile(
    r"<img\b[^>]{0,400}?\bsrc\s{0,9}=\s{0,9}[\"']?" + _ADDRESS + r"[^>]{0,600}>"
    r"|(<br\b|</?(?:tr|p|div|li|h[1-6]|table|center|blockquote)\b)",
    re.IGNORECASE,
)
_BLOCK = re.compile(r"display\s{0,9}:\s{0,9}block", re.IGNORECASE)
_GAP = re.compile(r"&nbsp;|&#160;|\xa0|&emsp;|&ensp;", re.IGNORECASE)
_FEWEST, _MOST = 4, 400
_LARGEST, _WHOLE = 300_000, 4_000_000
NONE, NARROW, WIDE, LINE = 0, 1, 2, 3
"""What stands before a picture: nothing, a blank, more of them, the end of a line."""
Joined = tuple[int, bytes]


def joined(page: str, enclosed: Callable[[str], bytes]) -> bytes:
    """The pictures of a page in the order they are shown, packed; b"" where they are few, or none are there."""
    found = [(before, octets) for before, octets in _shown(page, enclosed) if octets and len(octets) <= _LARGEST]
    if len(found) < _FEWEST or sum(len(octets) for _, octets in found) > _WHOLE:
        return b""
    return MAGIC + b"".join(struct.pack(">BI", before, len(octets)) + octets for before, octets in found)


def _shown(page: str, enclosed: Callable[[str], bytes]) -> Iterator[Joined]:
    marks = [found for found, _ in zip(_SHOWN.finditer(page), range(_MOST * 20), strict=False)]
    before, count, last = LINE, 0, 0
    for mark in marks:
        between = page[last : mark.start()]
        last = mark.end()
        if mark[4]:
            before = LINE
            continue
        if before != LINE:
            before = WIDE if _GAP.search(between) else NARROW if between[:1].isspace() or between[-1:].isspace() else NONE
        alone = _BLOCK.search(mark[0]) is not None
        yield LINE if alone else before, _octets(mark, enclosed)
        before, count = LINE if alone else NONE, count + 1
        if count >= _MOST:
            return


def _octets(mark: re.Match[str], enclosed: Callable[[str], bytes]) -> bytes:
    if mark[1]:
        return enclosed(unquote(mark[1]))
    if mark[2].lower().endswith(";base64"):
        return transfer.base64(unquote(mark[3]).encode("ascii", "replace"))
    return unquote_to_bytes(mark[3])


def unpacked(octets: bytes) -> Iterator[Joined]:
    """What `joined` has packed. Raises ValueError where it has not."""
    if not octets.startswith(MAGIC):
        raise ValueError("no joined pictures")
    at = len(MAGIC)
    while at < len(octets):
        if at + 5 > len(octets):
            raise ValueError("no joined pictures")
        before, length = struct.unpack_from(">BI", octets, at)
        yield before, octets[at + 5 : at + 5 + length]
        at += 5 + length
