"""The machine: clock, disk, who may read what, and when certificates end."""

import ctypes
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from gateway.database import Postgres, beside
from gateway.doctor.findings import Finding, bad, good, mind
from gateway.settings import Settings
from gateway.vault import ends, readable
from gateway.watched import certificates

_UNSYNCHRONISED = 5
"""TIME_ERROR of adjtimex(2)."""
_SOON = timedelta(days=21)
_LITTLE, _SHARE = 1024**3, 0.05


def clock() -> Finding:
    """Whether the system's clock is kept right by somebody."""
    buffer = ctypes.create_string_buffer(512)  # struct timex, with nothing asked to be changed
    state = ctypes.CDLL(None, use_errno=True).adjtimex(buffer)
    if state == _UNSYNCHRONISED:
        remedy = "Deadlines and on-duty hours go by it. Set up chrony or systemd-timesyncd."
        return mind("clock", "nobody keeps this machine's clock right", remedy)
    if state < 0:
        return mind("clock", f"it cannot be asked: {os.strerror(ctypes.get_errno())}", "See that somebody keeps it right.")
    return good("clock", "it is kept right")


def disk(folder: Path) -> Finding:
    """Room for held mail."""
    try:
        usage = shutil.disk_usage(folder)
    except OSError as error:
        return bad("disk", f"{folder}: {error.strerror}", "The store's folder has to be there.")
    says = f"{usage.free / 1024**3:.1f} GiB of {usage.total / 1024**3:.1f} are free under {folder}"
    if usage.free < min(_LITTLE, usage.total * _SHARE):
        return bad(
            "disk", says, "Make room: what would be held is answered with 451 when it is full. `retention` destroys what is old."
        )
    return good("disk", says)


def permissions(settings: Settings, database: Path | None) -> Iterator[Finding]:
    """Files that others should not read, and sockets that others should not open."""
    secrets = [path for path in map(readable, filter(None, (*_secrets(settings), *_master_keys(settings)))) if path]
    before = len(secrets)
    for path in (*secrets, *((database,) if database else ())):
        try:
            mode = path.stat().st_mode
        except OSError as error:
            if path != database:
                yield bad("permissions", f"{path}: {error.strerror}", "The settings name it.")
            continue
        if mode & (stat.S_IROTH | stat.S_IWOTH):
            yield bad("permissions", f"everybody may read or write {path}", f"chmod o-rw {path}, and change what was in it.")
            before -= path in secrets
    yield from _socket(settings.control_socket)
    for folder in (settings.policies, settings.roster):
        if folder.is_dir() and folder.stat().st_mode & stat.S_IWOTH:
            yield bad("permissions", f"everybody may write policies in {folder}", f"chmod o-w {folder}")
    yield good("permissions", f"{before} of {len(secrets)} secrets are readable by their owner and group only")


def _socket(path: Path) -> Iterator[Finding]:
    """By which anybody rules who may open it; a gateway that does not run has none."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return
    except OSError as error:
        yield mind("permissions", f"{path}: {error.strerror}", "Run this as root or as Hatchway's user to be sure.")
        return
    if mode & stat.S_IWOTH:
        yield bad("permissions", f"everybody may rule by {path}", f"chmod 0660 {path}")


def _secrets(settings: Settings) -> Iterator[Path | None]:
    console = settings.console
    yield settings.relay.password_file
    yield settings.store.password_file if isinstance(settings.store, Postgres) else None
    yield settings.relay.key
    yield from (hook.secret_file for hook in settings.webhooks.values())
    yield settings.tls.key if settings.tls else None
    if settings.monitor and settings.monitor.tls:
        yield settings.monitor.tls.key
    if console:
        yield console.key_file
        yield console.tls.key if console.tls else None
        yield console.oidc.client_secret_file if console.oidc else None
        yield console.ldap.bind_secret_file if console.ldap else None
    for listing in settings.directories.values():
        yield listing.ldap.bind_secret_file if listing.ldap else None
        yield listing.entra.client_secret_file if listing.entra else None


def _master_keys(settings: Settings) -> Iterator[Path]:
    """What held mail is sealed with."""
    own = beside(settings.store).with_name(f"{beside(settings.store).name}.key")
    yield from settings.encryption.keys.values()
    with suppress(OSError):  # whoever may not look there is told of the database
        own.stat()
        yield own


def validity(settings: Settings, now: datetime) -> Iterator[Finding]:
    """When each certificate that we show ends."""
    for file in certificates(settings):
        what = f"certificate {file.name}"
        try:
            end = ends(file)
        except (OSError, ValueError) as error:
            yield bad(what, str(error), "The settings name it, for a door or for the relay.")
            continue
        says = f"it ends {end:%Y-%m-%d}"
        if end <= now:
            yield bad(what, says, "Whoever it is shown to turns away. Renew it, and reload.")
        elif end - now < _SOON:
            yield mind(what, f"{says}, in {(end - now).days} days", "Renew it, and reload.")
        else:
            yield good(what, says)
