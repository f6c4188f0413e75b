"""A secret in a file, or one that systemd hands over (systemd.exec(5), Credentials): how settings that say `key file` are read.

`credential:NAME` means the file NAME in the folder that the unit's LoadCredential or LoadCredentialEncrypted filled.
"""

import os
import secrets
from pathlib import Path

SHORTEST = 16
"""Octets of the shortest secret that is taken for one."""
_SCHEME = "credential:"
_FOLDER = "CREDENTIALS_DIRECTORY"


def secret(path: Path, shortest: int = SHORTEST) -> bytes:
    """The secret, without space around it. Raises OSError, or ValueError if it is too short to be one."""
    octets = credential(path).read_bytes().strip()
    if len(octets) < shortest:
        raise ValueError(f"holds fewer than {shortest} octets; make one with: openssl rand -hex 32")
    return octets


def credential(path: Path) -> Path:
    """The file to be read. Raises ValueError for a credential where systemd gave none."""
    if not path.name.startswith(_SCHEME):
        return path
    name, folder = path.name.removeprefix(_SCHEME), os.environ.get(_FOLDER)
    if not folder:
        raise ValueError(
            f"is a credential of a systemd unit, and this is none; run it with: systemd-run --pty -p LoadCredential={name}:FILE"
        )
    return Path(folder) / name


def readable(path: Path) -> Path | None:
    """The file to be read; None for a credential that only the unit is given."""
    try:
        return credential(path)
    except ValueError:
        return None


def made(path: Path) -> None:
    """A file with a new secret, 0600, on stable storage; one that is there stays as it is. Raises OSError."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    growing = path.with_name(f"{path.name}.{os.getpid()}.new")
    with os.fdopen(os.open(growing, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600), "wb") as file:
        file.write(secrets.token_hex(32).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(growing, path)
    except FileExistsError:
        return
    finally:
        growing.unlink()
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
