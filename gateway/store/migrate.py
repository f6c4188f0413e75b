"""Bringing a database to the newest form. Migrations are in `migrations/versions`, in one chain; the way back is a backup.

A migration is part of the transaction it is given: it is done whole or not at all. Which form a database has is asked without
Alembic, which is loaded only where there is something to migrate.
"""

from functools import cache
from pathlib import Path
from threading import Lock

from sqlalchemy import Connection, inspect

from gateway.ports import StoreUnavailable

MIGRATIONS = Path(__file__).parent / "migrations"
_VERSIONS = "alembic_version"

_one_at_a_time = Lock()
"""Alembic's `op` and `context` are one for the whole process."""


def form(db: Connection) -> str | None:
    """The form a database has; None where there is none."""
    if not inspect(db).has_table(_VERSIONS):
        return None
    found = db.exec_driver_sql(f"SELECT version_num FROM {_VERSIONS}").scalar_one_or_none()  # noqa: S608  -- our own name
    return None if found is None else str(found)


def newest() -> str:
    """The form that the code speaks of."""
    return max(_known())


@cache
def _known() -> frozenset[str]:
    """A migration's file is called by the form it leads to."""
    return frozenset(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*_*.py"))


def upgrade(db: Connection, name: str) -> None:
    """Run what is missing. Raises StoreUnavailable if a newer Hatchway wrote the database."""
    found = form(db)
    if found == newest():
        return
    if found is not None and found not in _known():
        raise StoreUnavailable(f"{name}: was written by a newer Hatchway (form {found}); run that version or a newer one")
    with _one_at_a_time:
        _migrate(db)


def _migrate(db: Connection) -> None:
    from alembic import command  # noqa: PLC0415  -- a tenth of a second, which a start without a migration is spared
    from alembic.config import Config  # noqa: PLC0415  -- as above

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = db
    command.upgrade(config, "head")
