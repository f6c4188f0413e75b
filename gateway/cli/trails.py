"""Where the commands read the audit trail: from the running gateway, or, where none runs, from the database."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from gateway.cli.common import Exit, answered, control_socket, fail, mistakes_told
from gateway.control import NotRunning, Refused, ask
from gateway.control.audit import entry
from gateway.ports import Asked, StoreUnavailable
from gateway.trail import Entry, Head

if TYPE_CHECKING:
    from gateway.store import OfflineTrail


class Source(Protocol):
    """Where entries come from."""

    def entries(self, wanted: Asked, *, limit: int, newest: bool = False) -> Sequence[Entry]:
        """The first or the newest so many, in their order."""
        ...

    def head(self) -> Head | None:
        """The last one's number and hash."""
        ...

    def prints(self, after: str, limit: int) -> Mapping[str, Mapping[str, str]]:
        """The hashes of what is on the shelf, by hold, from the id after `after` on."""
        ...

    def recorded(self, **said: str) -> bool:
        """Put in the trail that it was exported; False where that cannot be."""
        ...


@contextmanager
def source(settings_file: Path) -> Iterator[Source]:
    """The trail, as it can be had; the command ends where it cannot."""
    socket = control_socket(settings_file)
    if _answers(socket):
        yield _Running(socket)
        return
    with _offline(settings_file) as read:
        yield _Resting(read)


def _answers(socket: Path) -> bool:
    """Whether somebody listens there, be it only to refuse."""
    with suppress(Refused, PermissionError):
        try:
            ask(socket, "audit.head")
        except NotRunning:
            return False
    return True


@contextmanager
def _offline(settings_file: Path) -> Iterator["OfflineTrail"]:
    from gateway.settings import load_settings
    from gateway.store import OfflineTrail

    with mistakes_told():
        settings = load_settings(settings_file)
    try:
        with OfflineTrail(settings.store, settings.encryption) as read:
            yield read
    except StoreUnavailable as error:
        fail(Exit.UNAVAILABLE, str(error))


class _Running:
    """Through the control socket."""

    def __init__(self, socket: Path) -> None:
        self._socket = socket

    def entries(self, wanted: Asked, *, limit: int, newest: bool = False) -> Sequence[Entry]:
        question = {
            **asdict(wanted),
            "since": wanted.since.isoformat() if wanted.since else "",
            "until": wanted.until.isoformat() if wanted.until else "",
        }
        said = answered(self._socket, "audit.entries", limit=limit, newest=newest, **question)
        return [entry(one) for one in said]

    def head(self) -> Head | None:
        said = answered(self._socket, "audit.head")
        return Head.parse(said) if said else None

    def prints(self, after: str, limit: int) -> Mapping[str, Mapping[str, str]]:
        said: dict[str, dict[str, str]] = answered(self._socket, "audit.prints", after=after, limit=limit)
        return said

    def recorded(self, **said: str) -> bool:
        answered(self._socket, "audit.exported", **said)
        return True


class _Resting:
    """From the database itself."""

    def __init__(self, read: "OfflineTrail") -> None:
        self._read = read

    def entries(self, wanted: Asked, *, limit: int, newest: bool = False) -> Sequence[Entry]:
        return self._read.entries(wanted, limit=limit, newest=newest)

    def head(self) -> Head | None:
        return self._read.head()

    def prints(self, after: str, limit: int) -> Mapping[str, Mapping[str, str]]:
        return self._read.prints(after, limit)

    def recorded(self, **_said: str) -> bool:
        return False
