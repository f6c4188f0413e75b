"""The audit trail, which takes new entries at its end and nothing else; legal holds; content that was destroyed.

Triggers stop a slip and a careless tool; who may write to the database can also drop them, and is
found by the hashes.
"""

import json
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

from gateway.store.columns import Text

revision = "0002"
down_revision = "0001"

_SAYS = "the audit trail takes new entries at its end and nothing else"
_REFUSED = f"SELECT RAISE(ABORT, '{_SAYS}')"
_NEXT = "(SELECT coalesce(max(sequence), 0) + 1 FROM trail)"
_REFUSING = f"""
CREATE FUNCTION trail_refuses() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.sequence = {_NEXT} THEN RETURN NEW; END IF;
    END IF;
    RAISE EXCEPTION '{_SAYS}';
END $$
"""


def upgrade() -> None:
    """Make the trail, and the columns that say what is kept and what was destroyed."""
    op.create_table(
        "trail",
        sa.Column("sequence", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("at", Text, nullable=False),
        sa.Column("step", Text, nullable=False),
        sa.Column("hold", Text, nullable=False),
        sa.Column("actor", Text, nullable=False),
        sa.Column("detail", Text, nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name="pk_trail"),
    )
    op.create_index("ix_trail_hold", "trail", ["hold"])
    _guard()
    op.add_column("holds", sa.Column("kept", Text))
    op.add_column("holds", sa.Column("ended", Text))
    op.add_column("holds", sa.Column("ended_at", sa.BigInteger))
    op.create_index("ix_holds_ended_ended_at", "holds", ["ended", "ended_at"])
    op.add_column("contents", sa.Column("destroyed", sa.BigInteger))
    _end()


def _end() -> None:
    """Write how those ended that are ruled on already."""
    ruled = op.get_bind().execute(sa.text("SELECT id, review FROM holds WHERE review IS NOT NULL")).all()
    for hold, review in ruled:
        said = json.loads(review)
        ended = "expired" if said["by_deadline"] else said["ruling"]
        at = (datetime.fromisoformat(said["at"]) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
        change = sa.text("UPDATE holds SET ended = :ended, ended_at = :at WHERE id = :id")
        op.get_bind().execute(change, {"ended": ended, "at": at, "id": hold})


def _guard() -> None:
    if op.get_bind().dialect.name == "postgresql":
        _guard_postgres()
    else:
        _guard_sqlite()


def _guard_sqlite() -> None:
    """BEFORE INSERT looks at the end itself: REPLACE deletes a row without asking the trigger on DELETE."""
    op.execute(f"CREATE TRIGGER trail_is_not_altered BEFORE UPDATE ON trail BEGIN {_REFUSED}; END")
    op.execute(f"CREATE TRIGGER trail_is_not_shortened BEFORE DELETE ON trail BEGIN {_REFUSED}; END")
    op.execute(
        f"CREATE TRIGGER trail_grows_at_its_end BEFORE INSERT ON trail WHEN NEW.sequence IS NOT {_NEXT} BEGIN {_REFUSED}; END"
    )


def _guard_postgres() -> None:
    op.execute(_REFUSING)
    rows = "ON trail FOR EACH ROW EXECUTE FUNCTION trail_refuses()"
    op.execute(f"CREATE TRIGGER trail_is_not_altered BEFORE UPDATE {rows}")
    op.execute(f"CREATE TRIGGER trail_is_not_shortened BEFORE DELETE {rows}")
    op.execute(f"CREATE TRIGGER trail_grows_at_its_end BEFORE INSERT {rows}")
    op.execute("CREATE TRIGGER trail_is_not_emptied BEFORE TRUNCATE ON trail EXECUTE FUNCTION trail_refuses()")
