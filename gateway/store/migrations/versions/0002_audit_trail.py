"""The audit trail, which takes new entries at its end and nothing else; legal holds; content that was destroyed.

The triggers are SQLite's. They stop a slip and a careless tool; who can write to the file can also drop them, and is found
by the hashes.
"""

import json
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_REFUSED = "SELECT RAISE(ABORT, 'the audit trail takes new entries at its end and nothing else')"


def upgrade() -> None:
    """Make the trail, and the columns that say what is kept and what was destroyed."""
    op.create_table(
        "trail",
        sa.Column("sequence", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("step", sa.Text, nullable=False),
        sa.Column("hold", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name="pk_trail"),
    )
    op.create_index("ix_trail_hold", "trail", ["hold"])
    _guard()
    op.add_column("holds", sa.Column("kept", sa.Text))
    op.add_column("holds", sa.Column("ended", sa.Text))
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
    """BEFORE INSERT looks at the end itself: REPLACE deletes a row without asking the trigger on DELETE."""
    next_ = "(SELECT coalesce(max(sequence), 0) + 1 FROM trail)"
    op.execute(f"CREATE TRIGGER trail_is_not_altered BEFORE UPDATE ON trail BEGIN {_REFUSED}; END")
    op.execute(f"CREATE TRIGGER trail_is_not_shortened BEFORE DELETE ON trail BEGIN {_REFUSED}; END")
    op.execute(
        f"CREATE TRIGGER trail_grows_at_its_end BEFORE INSERT ON trail WHEN NEW.sequence IS NOT {next_} BEGIN {_REFUSED}; END"
    )
