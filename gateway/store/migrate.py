"""Bringing a database to the newest form. Migrations are in `migrations/versions`, in one chain; the way back is a backup.

A migration is part of the transaction it is given: it is done whole or not at all.
"""

from functools import cache
from pathlib import Path
from threading import Lock

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from gateway.ports import StoreUnavailable

MIGRATIONS = Path(__file__).parent / "migrations"

_one_at_a_time = Lock()
"""Alembic's `op` and `context` are one for the whole process."""


def form(db: Connection) -> str | None:
    """The form a database has; None where there is none."""
    with _one_at_a_time:
        return MigrationContext.configure(db).get_current_revision()


@cache
def newest() -> str:
    """The form that the code speaks of."""
    return str(ScriptDirectory(str(MIGRATIONS)).get_current_head())


def upgrade(db: Connection, name: str) -> None:
    """Run what is missing. Raises StoreUnavailable if a newer Hatchway wrote the database."""
    if form(db) == newest():
        return
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = db
    with _one_at_a_time:
        found = MigrationContext.configure(db).get_current_revision()
        known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
        if found is not None and found not in known:
            raise StoreUnavailable(f"{name}: was written by a newer Hatchway (form {found}); run that version or a newer one")
        command.upgrade(config, "head")
