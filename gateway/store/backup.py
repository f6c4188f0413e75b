"""A copy of a SQLite shelf, made while a front uses it or while none does, and how it is put back.

A backup is a folder: the database as it was at one moment, the policies and rosters that were ever in force, the settings, and
`manifest.json` with the SHA-256 of each, what is in it, and the names of the master keys it needs. The keys are not in it. The
folder is there whole or not at all. What is put back is looked at in a place of its own, and becomes the database last.

How it fails: StoreUnavailable, in words for an admin, and then nothing was put anywhere.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, select, update
from sqlalchemy.exc import DBAPIError

from gateway import __version__
from gateway.ports import StoreUnavailable
from gateway.sealing import Encryption
from gateway.store import holds, ledger, migrate, outbox, seals, sqlite
from gateway.store.offline import OfflineTrail, from_file, read_only
from gateway.store.place import Lock, all_on_disk, create, on_disk, synced
from gateway.store.roll import sessions
from gateway.store.schema import holds as rows
from gateway.store.writer import words
from gateway.trail import Step, moment
from gateway.vault import Masters

MANIFEST, DATABASE, LAWS, SETTINGS = "manifest.json", "hatchway.db", "laws", "hatchway.yaml"
_FORM = 1
_CHUNK = 1024 * 1024
_ENDS = ("", "-wal", "-shm", "-journal")
"""What the files of a database are called, behind its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """What a backup has: holds, and how many of them wait; parcels still to go out; the trail's head; master keys it needs."""

    holds: int
    waiting: int
    outgoing: int
    head: str
    keys: tuple[str, ...]


Examined = Callable[[OfflineTrail], None]
"""Looks at the trail, and raises StoreUnavailable if it is not to be trusted."""


def back_up(store: Path, settings: Path, to: Path) -> Inventory:
    """Make the folder `to`. Raises StoreUnavailable."""
    growing = to.with_name(f"{to.name}.{os.getpid()}.new")
    try:
        if to.exists():
            raise StoreUnavailable(f"{to}: is there already; name a new folder")
        growing.mkdir(mode=0o700, parents=True)
        try:
            _copied(store, growing / DATABASE)
            laws = store.with_name(f"{store.name}.laws")
            if laws.is_dir():
                shutil.copytree(laws, growing / LAWS)
            shutil.copyfile(settings, growing / SETTINGS)
            found = _inventory(growing / DATABASE)
            _manifest(growing, found)
            all_on_disk(growing)
            growing.rename(to)
            synced(to.parent)
        finally:
            shutil.rmtree(growing, ignore_errors=True)
    except OSError as error:
        raise StoreUnavailable(f"{error.filename or to}: {error.strerror or error}") from error
    return found


def put_back(backup: Path, store: Path, encryption: Encryption, actor: str, examined: Examined) -> Inventory:
    """Make the database of a backup. examined: whether its trail is whole. Raises StoreUnavailable."""
    growing = store.with_name(f"{store.name}.restored")
    try:
        said = _read(backup)
        _free(store)
        with _held(store):
            try:
                _gone(growing)
                create(growing)
                shutil.copyfile(backup / DATABASE, growing)
                found = _ready(growing, str(store), seals.given(store, encryption), said, (actor, examined))
                _whole(growing)
                laws = store.with_name(f"{store.name}.laws")
                if (backup / LAWS).is_dir():
                    shutil.copytree(backup / LAWS, laws, dirs_exist_ok=True)
                    all_on_disk(laws)
                os.link(growing, store)
                synced(store.parent)
            finally:
                _gone(growing)
    except OSError as error:
        raise StoreUnavailable(f"{error.filename or backup}: {error.strerror or error}") from error
    return found


def _copied(store: Path, to: Path) -> None:
    """One moment of the database in a file that needs no other (sqlite.org/backup.html)."""
    if not store.is_file():
        raise StoreUnavailable(f"{store}: there is no database")
    library = sqlite.best_library()
    os.close(os.open(to, os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    try:
        there, here = from_file(store), library.connect(to, isolation_level=None)
        try:
            there.execute("PRAGMA busy_timeout=5000")
            there.execute("BEGIN")
            there.execute("SELECT 1 FROM sqlite_schema").fetchone()  # who is kept out hears it here; `backup` would wait for ever
            there.backup(here)
            here.execute("PRAGMA journal_mode=DELETE")
        finally:
            here.close()
            there.close()
    except library.Error as error:
        why = "a running Hatchway whose SQLite has the WAL-reset fault keeps others out: install pysqlite3, or stop it meanwhile"
        raise StoreUnavailable(f"{store}: {why if 'locked' in str(error) else words(error)}") from error


def _inventory(database: Path) -> Inventory:
    engine = read_only(database)
    try:
        with engine.connect() as db:
            if migrate.form(db) != migrate.newest():
                raise StoreUnavailable("the database has an older form; start this version on it once")
            return _counted(db)
    except DBAPIError as error:
        raise StoreUnavailable(f"{database}: {words(error.orig)}") from error
    finally:
        engine.dispose()


def _counted(db: Connection) -> Inventory:
    head = ledger.head(db)
    return Inventory(
        holds=db.execute(select(func.count()).select_from(rows)).scalar_one(),
        waiting=holds.counted(db)[0],
        outgoing=outbox.counted(db)[0],
        head=str(head) if head else "",
        keys=tuple(seals.needed(db)),
    )


def _manifest(folder: Path, found: Inventory) -> None:
    files = {name: {"size": path.stat().st_size, "sha256": _hash(path)} for name, path in _files(folder)}
    said = {"form": _FORM, "made": moment(datetime.now(UTC)), "hatchway": __version__, **asdict(found), "files": files}
    with (folder / MANIFEST).open("x", encoding="utf-8") as file:
        json.dump(said, file, indent=1)
        file.write("\n")


def _read(backup: Path) -> Mapping[str, Any]:
    """The manifest of a backup that is whole. Raises StoreUnavailable, OSError."""
    try:
        said: Mapping[str, Any] = json.loads((backup / MANIFEST).read_text("utf-8"))
        form, files = said["form"], dict(said["files"])
        wrong = [name for name, path in _files(backup) if files.pop(name, {}).get("sha256") != _hash(path)]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise StoreUnavailable(f"{backup / MANIFEST}: is no manifest of a backup") from None
    if form != _FORM:
        raise StoreUnavailable(f"{backup}: was made by a newer Hatchway ({said.get('hatchway')}); restore it with that version")
    if wrong or files or DATABASE not in said["files"]:
        named = ", ".join(sorted([*wrong, *files])[:5]) or DATABASE
        raise StoreUnavailable(f"{backup}: is not what its manifest says: {named}; take another backup")
    return said


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name != MANIFEST:
            yield name, path


def _hash(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while octets := file.read(_CHUNK):
            digest.update(octets)
    return digest.hexdigest()


def _gone(growing: Path) -> None:
    """Nothing is left of it, nor of one that was killed: SQLite would take another's log for its own."""
    for end in _ENDS:
        growing.with_name(growing.name + end).unlink(missing_ok=True)


def _whole(database: Path) -> None:
    """All of it is in one file, on stable storage, and nothing in a log. Raises StoreUnavailable."""
    library = sqlite.best_library()
    try:
        with closing(library.connect(database, isolation_level=None)) as db:
            db.execute("PRAGMA journal_mode=DELETE")
    except library.Error as error:
        raise StoreUnavailable(f"{database}: {words(error)}") from error
    on_disk(database)


def _free(store: Path) -> None:
    for end in _ENDS:
        if (there := store.with_name(store.name + end)).exists():
            raise StoreUnavailable(f"{there}: is there already, and stays as it is; move it away, or name another `store`")


@contextmanager
def _held(store: Path) -> Iterator[None]:
    """No front begins with the database meanwhile."""
    store.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = Lock(store)
    try:
        yield
    finally:
        lock.release()


def _ready(database: Path, store: str, keys: Masters, said: Mapping[str, Any], by: tuple[str, Examined]) -> Inventory:
    """The copy of the newest form, looked at, with a last entry in its trail. Raises StoreUnavailable."""
    actor, examined = by
    engine = seals.knows(sqlite.engine(database, sqlite.best_library()), keys)
    try:
        with engine.begin() as db:
            sqlite.check(db, database)
            migrate.upgrade(db, str(database))
            seals.check(db, store)
            found = _counted(db)
        if found.head != said.get("head"):
            raise StoreUnavailable(f"the trail in the backup ends with {found.head}, its manifest says {said.get('head')}")
        with OfflineTrail(database, keys=keys) as trail:
            examined(trail)
        with engine.begin() as db:
            db.execute(update(sessions).values(ended=True))
            detail = {"made": said["made"], "head": found.head, "waiting": found.waiting, "outgoing": found.outgoing}
            ledger.append(db, datetime.now(UTC), Step.RESTORED, actor=actor, detail=detail)
    except DBAPIError as error:
        raise StoreUnavailable(f"{database}: {words(error.orig)}") from error
    finally:
        engine.dispose()
    return found
