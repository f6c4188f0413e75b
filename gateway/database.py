"""Where the store's PostgreSQL is, as the settings write it. Nothing is connected to here.

The password is never part of the URL: it stands in a file of its own, so that it is in no log, no error and no list of
processes. A URL that has one all the same is a mistake.
"""

import os
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import parse_qsl, urlsplit

from gateway.source import AfterValidator, BeforeValidator, Document, Duration, Field, Model, Problem, Wrong

_EXAMPLE = "Write for example postgresql://hatchway@db.department.example/hatchway"
_SCHEMES = ("postgresql://", "postgres://")
_URL = re.compile(r"[a-z0-9+]+://", re.IGNORECASE)
_ASKED = {"host", "port"}
_SHORTEST = timedelta(seconds=5)
_HOSTS = re.compile(r"[A-Za-z0-9.:,_\[\]%/-]*")


def _url(written: str) -> str:
    if not written.startswith(_SCHEMES):
        raise Wrong("{key} is no URL of a PostgreSQL database", _EXAMPLE)
    parts = urlsplit(written)
    if ":" in parts.netloc.rpartition("@")[0] or "password" in parts.query.casefold():
        remedy = "Put the password alone in a file, name that under `store: {url: ..., password file: ...}`, and change it."
        raise Wrong("{key} has a password in it", remedy)
    if not parts.username:
        raise Wrong("{key} names no user", _EXAMPLE)
    if not parts.path.strip("/"):
        raise Wrong("{key} names no database", _EXAMPLE)
    asked = {name for name, _ in parse_qsl(parts.query, keep_blank_values=True)}
    if asked - _ASKED or parts.fragment or not _HOSTS.fullmatch(parts.netloc.rpartition("@")[2]):
        raise Wrong("{key} says more than user, hosts, ports and database", "TLS and the password have keys of their own.")
    return written


class Postgres(Model):
    """A PostgreSQL database, shared by as many gateways as one likes.

    url: user, host and database, never a password; several hosts with commas between, of which the one that can be written to
    is taken. password_file: read anew at each connection. tls, verify: as for the relay; a Unix socket needs none
    folder: of this machine, for what is not shared (large messages while they are read, copies of the policies)
    connections: kept open at most; now and then there is one more
    """

    url: Annotated[str, AfterValidator(_url)]
    password_file: Path | None = None
    tls: Literal["none", "required"] = "required"
    verify: bool = True
    ca_file: Path | None = None
    folder: Path = Path("/var/lib/hatchway")
    connections: int = Field(default=5, ge=2)

    _front: int = 1
    _gateway: int = 0

    def __str__(self) -> str:
        """The URL, as it may be shown to anybody."""
        parts = urlsplit(self.url)
        return f"postgresql://{parts.netloc.rpartition('@')[2]}{parts.path}"

    @property
    def beside(self) -> Path:
        """What files of this machine that belong to the store are named after."""
        return self.folder / "postgresql"

    @property
    def own(self) -> Path:
        """What files of this front alone are named after."""
        return self.beside if self._front == 1 else self.folder / f"postgresql-{self._front}"

    @property
    def gateway(self) -> int:
        """The process number that the gateway is known by: of what started its fronts, if there are several."""
        return self._gateway or os.getpid()

    def of_front(self, number: int, gateway: int) -> Self:
        """The same for one of the fronts of the gateway with that process number."""
        place = self.model_copy()
        place._front, place._gateway = number, gateway  # noqa: SLF001  -- no keys of the file, and written once
        return place


def _meant(written: object) -> object:
    return {"url": written} if isinstance(written, str) and _URL.match(written) else written


Store = Annotated[Path | Postgres, BeforeValidator(_meant)]
"""A file for SQLite, or a PostgreSQL: `postgresql://...`, or a mapping with more about it."""


def _renewable(written: timedelta) -> timedelta:
    if written < _SHORTEST:
        raise Wrong("{key} is over before it can be renewed", "Write for example 2m; it is renewed after a third of that.")
    return written


Lease = Annotated[Duration, AfterValidator(_renewable)]
"""For how long something is one gateway's among those that share a store."""


def beside(store: Path | Postgres) -> Path:
    """What files that belong to the store are named after; for SQLite that is the database itself."""
    return store if isinstance(store, Path) else store.beside


def contradictions(store: Path | Postgres, document: Document, fronts: int) -> Iterator[Problem]:
    """What no single key shows. fronts: so many are to share it on this machine."""
    if fronts > 1 and not isinstance(store, Postgres):
        remedy = "Write `store: postgresql://USER@HOST/DATABASE`, see deploy/nodes.md, or `fronts: 1`."
        yield document.problem(("fronts",), "need a store that several may use", remedy)
    if isinstance(store, Postgres) and store.ca_file and not (store.verify and store.tls == "required"):
        yield document.problem(
            ("store", "ca file"), "is for nothing", "Write `tls: required` and `verify: true`, or take it out."
        )
