"""Where a database lies: its folder, its file, the file system under it, and the lock that keeps a second front away.

Raises OSError for what the system refuses, StoreUnavailable for what would not do.
"""

import os
import re
from fcntl import LOCK_EX, LOCK_NB, lockf
from pathlib import Path

import structlog

from gateway.ports import StoreUnavailable

log = structlog.get_logger()

_NETWORK = re.compile(r"nfs\d?|cifs|smb\d?|smbfs|afs|ceph|lustre|ncpfs|fuse\.(?:sshfs|s3fs|rclone|glusterfs|ceph.*)")
_locked: set[tuple[int, int] | None] = set()
"""Lock files held by this process, which the system would give it a second time (fcntl(2), record locks)."""


class Lock:
    """`PATH.lock`, ours until released or until this process ends; child processes do not inherit it."""

    def __init__(self, path: Path, says: str = "with SQLite there is one front") -> None:
        lock = path.with_name(f"{path.name}.lock")
        if identity(lock) in _locked:
            raise _in_use(path, str(os.getpid()), says)
        self._file: int | None = _taken(path, lock, says)
        self._key = identity(lock)
        _locked.add(self._key)

    def release(self) -> None:
        """Let another front have it."""
        if self._file is not None:
            _locked.discard(self._key)
            os.close(self._file)
            self._file = None


def _taken(path: Path, lock: Path, says: str) -> int:
    file = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        lockf(file, LOCK_EX | LOCK_NB)
    except (BlockingIOError, PermissionError):
        user = os.read(file, 32).decode("ascii", "replace").strip()
        os.close(file)
        raise _in_use(path, user, says) from None
    os.ftruncate(file, 0)
    os.write(file, f"{os.getpid()}\n".encode())
    return file


def _in_use(path: Path, user: str, says: str) -> StoreUnavailable:
    return StoreUnavailable(f"{path}: is in use by another Hatchway (process {user or 'unknown'}); {says}")


def create(path: Path) -> None:
    """The folder (0700) and an empty file (0600), on stable storage, unless they are there. Raises OSError."""
    if path.is_dir():
        raise StoreUnavailable(f"{path}: is a folder; name a file in it, for example {path / 'hatchway.db'}")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    mode = os.fstat(file).st_mode & 0o777
    os.close(file)
    if mode & 0o077:
        log.warning("store.readable_by_others", path=str(path), mode=f"{mode:04o}", says="held mail is private; chmod 600")
    for folder in (path.parent, path.parent.parent):
        synced(folder)


def identity(path: Path) -> tuple[int, int] | None:
    """The file's device and number, None if it is not there."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return status.st_dev, status.st_ino


def network_file_system(path: Path, mounts: Path = Path("/proc/self/mountinfo")) -> str:
    """The kind of network file system that `path` is on, as Linux calls it; "" if it is on none, or nobody knows."""
    try:
        lines = mounts.read_text("utf-8", "surrogateescape").splitlines()
    except OSError:
        return ""
    resolved = path.resolve()
    within = [(point, kind) for point, kind in map(_mount, lines) if resolved.is_relative_to(point)]
    kind = max(within, key=lambda mount: len(mount[0].parts), default=(Path("/"), ""))[1]
    return kind if _NETWORK.fullmatch(kind) else ""


def _mount(line: str) -> tuple[Path, str]:
    """The mount point and the kind of a line of mountinfo (proc_pid_mountinfo(5)); spaces in it are octal."""
    fields, _, source = line.partition(" - ")
    point = re.sub(r"\\([0-7]{3})", lambda code: chr(int(code[1], 8)), fields.split()[4])
    return Path(point), source.split()[0]


def synced(folder: Path) -> None:
    """Put the folder's entries on stable storage (fsync(2)); one that we may not open is not ours to sync."""
    try:
        file = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except PermissionError:
        return
    try:
        os.fsync(file)
    finally:
        os.close(file)


def on_disk(path: Path) -> None:
    """Put the file's octets on stable storage. Raises OSError."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def all_on_disk(folder: Path) -> None:
    """Put the folder and all that is in it on stable storage. Raises OSError."""
    for path in folder.rglob("*"):
        if path.is_dir():
            synced(path)
        else:
            on_disk(path)
    synced(folder)
