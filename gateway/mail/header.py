"""The header block as octets: found, counted, and edited by prepending (and by taking out forged copies of our own fields).

Nothing here decodes or re-serialises: the octets behind the header block, and all fields that are not ours, go out as
they came in, so that a DKIM signature over them still verifies (RFC 6376 §3.7).
"""

import re
from collections.abc import Iterator, Sequence

from gateway.mail.content import Content, Outgoing

OWN = b"x-hatchway-"
_FIELD = re.compile(rb"(?m)^(?P<name>[!-9;-~]+)[ \t]*:[^\n]*\n(?:[ \t][^\n]*\n)*")
_PRINTABLE = re.compile(r"[^\x20-\x7e]")
_WIDTH = 78
_END = re.compile(rb"(?:\A|\n)\r?\n")


def block(content: Content) -> bytes:
    """The header block with the line end of its last field, without the empty line behind it."""
    head = bytearray()
    for chunk in content.chunks():
        searched = max(0, len(head) - 3)
        head += chunk
        if found := _END.search(head, searched):
            return bytes(head[: found.start() + 1]) if head[found.start() : found.start() + 1] == b"\n" else b""
    return bytes(head)


def count(head: bytes, name: bytes) -> int:
    """How many fields called `name` the header block has."""
    return sum(1 for field in _FIELD.finditer(head) if field["name"].lower() == name.lower())


def values(head: bytes, name: bytes) -> list[bytes]:
    """The raw values of the fields called `name`, folding and line end included."""
    return [field[0].partition(b":")[2] for field in _FIELD.finditer(head) if field["name"].lower() == name.lower()]


def fields(head: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The fields in their order: the name as written, and the raw value, folding included, without its line end."""
    for field in _FIELD.finditer(head):
        yield field["name"], field[0].partition(b":")[2].removesuffix(b"\n").removesuffix(b"\r")


def behind(head: bytes, name: bytes) -> int:
    """The offset of the octet behind the first field called `name`; 0 if there is none."""
    return next((field.end() for field in _FIELD.finditer(head) if field["name"].lower() == name.lower()), 0)


def outgoing(content: Content, *, prepend: Sequence[bytes], subject: str = "") -> Outgoing:
    """The message under the lines `prepend` (each ended by CRLF), without any field of ours that it came with.

    `subject` is put before the text of the first Subject field; the field is otherwise left as it is.
    """
    head = block(content)
    kept = _prefixed(_without_own(head), subject) if _has_own(head) or subject else head
    return Outgoing(head=b"".join(prepend) + kept, content=content, skip=len(head))


def own_field(name: str, value: str) -> bytes:
    """A field of ours, ready to be prepended: printable ASCII only, folded at spaces (RFC 5322 §2.2.3)."""
    words = _PRINTABLE.sub("?", value).split()
    lines, line = [], f"{name}:"
    for word in words:
        if len(line) + 1 + len(word) > _WIDTH and line.strip():
            lines.append(line)
            line = ""
        line += f" {word}"
    return "\r\n".join([*lines, line]).encode("ascii") + b"\r\n"


def forged(head: bytes) -> int:
    """How many fields of ours a client put there."""
    return sum(1 for field in _FIELD.finditer(head) if field["name"].lower().startswith(OWN))


def _has_own(head: bytes) -> bool:
    return OWN in head.lower()


def _without_own(head: bytes) -> bytes:
    return _FIELD.sub(lambda field: b"" if field["name"].lower().startswith(OWN) else field[0], head)


def _prefixed(head: bytes, subject: str) -> bytes:
    if not subject:
        return head
    mark = subject.encode("ascii") + b" "
    for field in _FIELD.finditer(head):
        if field["name"].lower() == b"subject":
            start = field.start() + field[0].index(b":") + 1
            space = b"" if head[start : start + 1] in b" \t" else b" "
            at = start + (1 if not space else 0)
            return head[:at] + space + mark + head[at:]
    return head + b"Subject: " + subject.encode("ascii") + b"\r\n"
