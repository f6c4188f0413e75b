"""What accounts of even-handedness are drawn up from: senders' groups, who ruled, and how often the rules decided what.

What was held before has no group: nobody wrote down which it was.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_FIGURES = ["since", "id", "state", "policy", "political", "religious", "author", "ruled", "ruled_by", "expired"]


def upgrade() -> None:
    """Make the tables, and write which holds the deadline ruled on."""
    op.add_column("cards", sa.Column("expired", sa.Boolean, nullable=False, server_default=sa.false()))
    op.execute(
        "UPDATE cards SET expired = 1 WHERE id IN "
        "(SELECT id FROM holds WHERE review IS NOT NULL AND json_extract(review, '$.by_deadline'))"
    )
    op.create_index("ix_cards_figures", "cards", _FIGURES)
    op.create_table(
        "grouped",
        sa.Column("hold", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("hold", "name", name="pk_grouped"),
        sa.ForeignKeyConstraint(["hold"], ["holds.id"], name="fk_grouped_hold"),
    )
    op.create_index("ix_grouped_name_hold", "grouped", ["name", "hold"])
    op.create_table(
        "decided",
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("word", sa.Text, nullable=False),
        sa.Column("count", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("day", "kind", "name", "word", name="pk_decided"),
    )
