"""Messages to read: small ones written in place, and the shared collections of other people's."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.reading import Origin, Reader, Reading

SHARED = Path(__file__).parents[3] / "shared"


def mail(body: str | bytes = "", *fields: str, kind: str = "text/plain; charset=utf-8", coding: str = "8bit") -> bytes:
    """A message of one part, every line ended by CRLF."""
    head = [*fields, "MIME-Version: 1.0", f"Content-Type: {kind}", f"Content-Transfer-Encoding: {coding}", "", ""]
    octets = body.encode() if isinstance(body, str) else body
    return "\r\n".join(head).encode() + octets.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def parts(*written: str, kind: str = "multipart/mixed", fields: tuple[str, ...] = ()) -> bytes:
    """A multipart message; each part is its header, an empty line and its body."""
    lines = [*fields, "MIME-Version: 1.0", f'Content-Type: {kind}; boundary="=_b"', ""]
    for part in written:
        lines += ["--=_b", part]
    return "\n".join([*lines, "--=_b--", ""]).replace("\n", "\r\n").encode()


def read(octets: bytes) -> Reading:
    return Reader().read(octets)


def texts(reading: Reading, origin: Origin | None = None) -> list[str]:
    """The folded passages of a body, all or of one origin."""
    return [p.folded for p in reading.passages if not p.place.header and origin in (None, p.origin)]


def whys(reading: Reading) -> list[str]:
    return [unread.why for unread in reading.unread]


def collected(*folders: str) -> Iterator[Path]:
    """Every file of a shared collection. Skips the test where it is not here."""
    found = [path for folder in folders for path in sorted((SHARED / folder).rglob("*")) if path.is_file()]
    if not found:
        pytest.skip(f"the shared collections {', '.join(folders)} are not beside this repository")
    yield from found
