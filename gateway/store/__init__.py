"""The shelf: held mail, the outbox of what is to go out, and the audit trail of all that was done, on SQLite.

It keeps HoldStore, Outbox, Trail and Archive of `gateway.ports`. Every write is one transaction and is on stable storage when
its call returns (WAL, synchronous=FULL). One front uses a database at a time; it is told so at the start. All SQL runs in one
thread on one connection. Only the octets of content are ever deleted, where that is asked for; an id on the shelf is never
taken a second time.

It decides nothing, sends nothing, and does not look into messages.

How it fails: `open` raises StoreUnavailable in words for an admin (in use, damaged, written by a newer version, on a
network file system). Afterwards whatever SQLite or the disk refuses is StoreUnavailable, nothing was changed, and the shelf
can be used again once the cause is gone. A call that is cancelled was done whole or not at all.
"""

from gateway.store.examples import ExampleFolder
from gateway.store.laws import KeptLaws
from gateway.store.offline import OfflineTrail
from gateway.store.reader import StoredHolds
from gateway.store.shelf import Stock
from gateway.store.sqlite import SqliteStore

__all__ = ["ExampleFolder", "KeptLaws", "OfflineTrail", "SqliteStore", "Stock", "StoredHolds"]
