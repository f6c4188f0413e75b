"""The shelf: held mail, the outbox of what is to go out, and the audit trail of all that was done, on SQLite or PostgreSQL.

It keeps HoldStore, Outbox, Trail and Archive of `gateway.ports`. Every write is one transaction and is on stable storage when
its call returns. One change is made at a time, whoever makes it: with SQLite one front uses a database, and is told so at the
start; with PostgreSQL any number of them, on any number of machines. Only the octets of content are ever deleted, where that is
asked for; an id on the shelf is never taken a second time. Both have the same tables, brought up by the same migrations; what is
different stands in `sqlite`, `postgres`, and the migration that guards the trail.

It decides nothing, sends nothing, and does not look into messages.

How it fails: `open` raises StoreUnavailable in words for an admin (in use, damaged, written by a newer version, on a
network file system, no such database). Afterwards whatever the database or the disk refuses is StoreUnavailable, nothing was
changed, and the shelf can be used again once the cause is gone. A call that is cancelled was done whole or not at all.
"""

import asyncio
from pathlib import Path

from gateway.database import Postgres
from gateway.ports import Clock
from gateway.sealing import Encryption
from gateway.store.copying import Count, Differs, copy, look
from gateway.store.examples import ExampleFolder
from gateway.store.laws import KeptLaws
from gateway.store.offline import OfflineTrail, unused
from gateway.store.postgres import PostgresStore
from gateway.store.reader import StoredHolds
from gateway.store.seals import given
from gateway.store.shelf import Shelf, Stock
from gateway.store.sqlite import SqliteStore
from gateway.vault import CLEAR


async def opened(store: Path | Postgres, clock: Clock | None = None, encryption: Encryption | None = None) -> Shelf:
    """The shelf that the settings name; without `encryption` all is kept in the clear. Raises StoreUnavailable, for an admin.

    With it a key is made beside a SQLite database where nothing was held yet, unless the settings name one, or want none.
    """
    new = isinstance(store, Path) and await asyncio.to_thread(unused, store)
    keys = await asyncio.to_thread(given, store, encryption, make=new) if encryption else CLEAR
    if isinstance(store, Postgres):
        return await PostgresStore.open(store, clock, keys=keys)
    return await SqliteStore.open(store, clock, keys=keys)


__all__ = [
    "Count",
    "Differs",
    "ExampleFolder",
    "KeptLaws",
    "OfflineTrail",
    "PostgresStore",
    "Shelf",
    "SqliteStore",
    "Stock",
    "StoredHolds",
    "copy",
    "look",
    "opened",
]
