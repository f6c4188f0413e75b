"""The sender's side: what senders say of held messages, their appeals, and mail that goes out at its times."""

import json
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

from gateway.store.columns import Text

revision = "0006"
down_revision = "0005"

_TO_APPEAL = timedelta(days=14)
"""What a policy gives that says nothing else."""


def upgrade() -> None:
    """Make the tables, and keep what was denied lately for as long as it can be appealed."""
    op.add_column("holds", sa.Column("needed", sa.BigInteger))
    _need()
    op.create_table(
        "statements",
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("hold", Text, nullable=False),
        sa.Column("record", Text, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_statements"),
        sa.ForeignKeyConstraint(["hold"], ["holds.id"], name="fk_statements_hold"),
    )
    op.create_index("ix_statements_hold", "statements", ["hold"])
    op.create_table(
        "appeals",
        sa.Column("hold", Text, nullable=False),
        sa.Column("record", Text, nullable=False),
        sa.Column("open", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("hold", name="pk_appeals"),
        sa.ForeignKeyConstraint(["hold"], ["holds.id"], name="fk_appeals_hold"),
    )
    op.create_index("ix_appeals_open", "appeals", ["open"])
    op.create_table(
        "timetables",
        sa.Column("account", Text, nullable=False),
        sa.Column("written", Text, nullable=False),
        sa.PrimaryKeyConstraint("account", name="pk_timetables"),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name="fk_timetables_account"),
    )
    op.create_table(
        "rounds",
        sa.Column("name", Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_rounds"),
    )


def _need() -> None:
    for hold, review in op.get_bind().execute(sa.text("SELECT id, review FROM holds WHERE ended IS NOT NULL")).all():
        said = json.loads(review)
        if said["ruling"] == "denied":
            until = datetime.fromisoformat(said["at"]) + _TO_APPEAL - datetime(1970, 1, 1, tzinfo=UTC)
            change = sa.text("UPDATE holds SET needed = :until WHERE id = :id")
            op.get_bind().execute(change, {"until": until // timedelta(microseconds=1), "id": hold})
