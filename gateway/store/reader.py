"""What is on the shelf, read and never written, whether or not a front has the database open.

Every hold is a transaction of its own, so that no front ever waits for somebody who reads. Raises StoreUnavailable where there
is no database, where it cannot be read, and where the front has it for itself alone (see `sqlite`). Content comes in memory.
"""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Self

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from gateway.database import Postgres, beside
from gateway.hold import HeldMail
from gateway.ports import Asked, StoreUnavailable
from gateway.sealing import DEFAULT, Encryption
from gateway.store import holds, ledger
from gateway.store.codec import UnreadableRecord
from gateway.store.contents import Spool
from gateway.store.offline import read_only
from gateway.store.schema import holds as rows
from gateway.store.seals import REMEDY, Damaged, given
from gateway.store.writer import words
from gateway.trail import Entry
from gateway.vault import NoKey

_PAGE = 500


class StoredHolds:
    """The holds in that database."""

    def __init__(self, store: Path | Postgres, encryption: Encryption = DEFAULT) -> None:
        self._store = store
        self._spool = Spool(beside(store).with_name("no spool is needed"), sys.maxsize)
        self._engine = read_only(store, given(store, encryption))

    def __enter__(self) -> Self:
        if isinstance(self._store, Path) and not self._store.is_file():
            raise StoreUnavailable(f"{self._store}: there is no database")
        return self

    def __exit__(self, *_: object) -> None:
        self._engine.dispose()

    def ids(self) -> Iterator[str]:
        """Of all holds, the oldest first."""
        last = ""
        while page := self._ids(last):
            yield from page
            last = page[-1]

    def get(self, hold: str) -> HeldMail | None:
        """The hold with its content. Raises ValueError if it is damaged, in words for an admin."""
        try:
            with self._engine.connect() as db:
                return holds.find(db, hold, self._spool)
        except (Damaged, UnreadableRecord) as damaged:
            raise ValueError(str(damaged)) from damaged
        except NoKey as missing:
            raise StoreUnavailable(f"{self._store}: {missing}. {REMEDY}") from missing
        except DBAPIError as error:
            raise StoreUnavailable(f"{self._store}: {words(error.orig)}") from error

    def entries(self, asked: Asked, *, limit: int = 1000, newest: bool = False) -> Sequence[Entry]:
        """Of the audit trail: the first or the newest so many, in their order."""
        try:
            with self._engine.connect() as db:
                return ledger.entries(db, asked, limit=limit, newest=newest)
        except DBAPIError as error:
            raise StoreUnavailable(f"{self._store}: {words(error.orig)}") from error

    def _ids(self, after: str) -> Sequence[str]:
        try:
            with self._engine.connect() as db:
                return db.execute(select(rows.c.id).where(rows.c.id > after).order_by(rows.c.id).limit(_PAGE)).scalars().all()
        except DBAPIError as error:
            raise StoreUnavailable(f"{self._store}: {words(error.orig)}") from error
