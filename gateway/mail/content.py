"""Message octets, held in memory or in a spool file, and the same octets under new header lines."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

_CHUNK = 256 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """The message as received, without dot-stuffing, every line ended by CRLF.

    Either `data` holds it, or `path` names the spool file that does; a worker process can open that too.
    even: no CR or LF stands alone in it, as was seen while it came; False where nobody has looked
    """

    size: int
    data: bytes | None = None
    path: Path | None = None
    even: bool = field(default=False, compare=False)

    def read(self) -> bytes:
        """All of it. Raises OSError if the spool file is gone."""
        return self.data if self.data is not None else self._path.read_bytes()

    def chunks(self, start: int = 0) -> Iterator[bytes]:
        """From octet `start` on, in pieces."""
        if self.data is not None:
            view = memoryview(self.data)[start:]
            yield from (bytes(view[i : i + _CHUNK]) for i in range(0, len(view), _CHUNK))
            return
        with self._path.open("rb") as file:
            file.seek(start)
            while chunk := file.read(_CHUNK):
                yield chunk

    @property
    def _path(self) -> Path:
        if self.path is None:
            msg = "content has neither octets nor a file"
            raise ValueError(msg)
        return self.path


def in_memory(data: bytes) -> Content:
    """Content of these octets."""
    return Content(size=len(data), data=data)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """What goes out: `head`, then the content from octet `skip` on."""

    head: bytes
    content: Content
    skip: int = 0

    @property
    def size(self) -> int:
        """Octets, before dot-stuffing."""
        return len(self.head) + self.content.size - self.skip

    def chunks(self) -> Iterator[bytes]:
        """All octets, in pieces."""
        if self.head:
            yield self.head
        yield from self.content.chunks(self.skip)
