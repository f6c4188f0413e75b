"""Message octets: put on the shelf in pieces, taken off it into memory if they are few, else into a file.

Files live in the spool folder, which belongs to this room alone. Each is named by its SHA-256, never changes, and goes
an hour after it was last asked for; who reads later gets OSError, asks the shelf again, and has it back. Octets that come
off the shelf are always compared with the SHA-256 they were put on with.
"""

import hashlib
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from threading import get_ident

from sqlalchemy import Connection, select

from gateway.mail import Content
from gateway.store import seals
from gateway.store.schema import contents, pieces
from gateway.store.seals import Damaged
from gateway.vault import Key

_KEPT = 3600.0


class Spool:
    """The folder for content of more than `in_memory` octets. others: how those beside it are called, which may be nobody's."""

    def __init__(self, folder: Path, in_memory: int, others: str = "") -> None:
        self._folder = folder
        self._others = others
        self.in_memory = in_memory

    def file(self, name: str, size: int) -> Path | None:
        """The file of that name if it is there and whole; it then stays for another while."""
        path = self._folder / name
        try:
            if path.stat().st_size == size:
                os.utime(path)
                return path
        except FileNotFoundError:
            return None
        return None

    def fill(self, name: str, octets: Iterator[bytes]) -> Path:
        """A file of these octets. What `octets` raises leaves none behind; raises OSError."""
        self._folder.mkdir(mode=0o700, exist_ok=True)
        self.sweep()
        path, growing = self._folder / name, self._folder / f"{name}.{get_ident()}.new"
        try:
            with open(os.open(growing, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:  # noqa: PTH123  -- a descriptor
                file.writelines(octets)
            growing.replace(path)
        except BaseException:
            growing.unlink(missing_ok=True)
            raise
        return path

    def clear(self) -> None:
        """Make the folder, empty."""
        self._folder.mkdir(mode=0o700, exist_ok=True)
        for path in self._folder.iterdir():
            path.unlink()

    def forget(self, names: Iterable[str]) -> None:
        """Take away the files of these names, whoever may still want them."""
        for name in names:
            (self._folder / name).unlink(missing_ok=True)

    def sweep(self) -> list[str]:
        """Take away the files that nobody asked for lately, by whatever clock; the names of those that stay."""
        for folder in self._folder.parent.glob(self._others) if self._others else ():
            _swept(folder)
        return _swept(self._folder)


def _swept(folder: Path) -> list[str]:
    now, stay = time.time(), list[str]()
    with suppress(FileNotFoundError):
        for path in folder.iterdir():
            with suppress(FileNotFoundError):
                if abs(now - path.stat().st_mtime) > _KEPT:
                    path.unlink()
                else:
                    stay.append(path.name)
    return stay


def keep(db: Connection, key: Key, content: Content) -> str:
    """Put content on the shelf, sealed with the key of that id; its SHA-256.

    Raises OSError if its file is gone or has not the size it should have.
    """
    digest, size = hashlib.sha256(), 0
    for number, octets in enumerate(content.chunks()):
        db.execute(pieces.insert(), {"content": key.of, "number": number, "octets": key.close(_part(number), octets)})
        digest.update(octets)
        size += len(octets)
    if size != content.size:
        raise OSError(f"the message {key.of} should have {content.size} octets, its file has {size}")
    db.execute(contents.insert(), {"id": key.of, "size": size, "sha256": digest.hexdigest(), "wrapped": key.wrapped})
    return digest.hexdigest()


def take(db: Connection, key: str, spool: Spool) -> Content:
    """Content from the shelf, without octets if they were destroyed. Raises Damaged, or OSError if the spool has no room."""
    asked = select(contents.c.size, contents.c.sha256, contents.c.destroyed, contents.c.wrapped).where(contents.c.id == key)
    size, name, destroyed, wrapped = db.execute(asked).one()
    if destroyed:
        return Content(size=size)
    octets = _checked(_pieces(db, seals.key(db, key, wrapped)), key, name)
    if size <= spool.in_memory:
        return Content(size=size, data=b"".join(octets))
    return Content(size=size, path=spool.file(name, size) or spool.fill(name, octets))


def _pieces(db: Connection, key: Key) -> Iterator[bytes]:
    """One at a time: drivers like to fetch a whole result at once."""
    number = 0
    while (octets := db.scalar(select(pieces.c.octets).where(pieces.c.content == key.of, pieces.c.number == number))) is not None:
        yield seals.octets(key, _part(number), octets)
        number += 1


def _part(number: int) -> str:
    """What a piece is sealed as being, so that none takes another's place."""
    return f"octets {number}"


def _checked(octets: Iterator[bytes], key: str, sha256: str) -> Iterator[bytes]:
    digest = hashlib.sha256()
    for piece in octets:
        digest.update(piece)
        yield piece
    if digest.hexdigest() != sha256:
        raise Damaged(f"the octets of {key} on the shelf are damaged: their SHA-256 is not {sha256}")
