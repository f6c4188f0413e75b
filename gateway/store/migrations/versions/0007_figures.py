"""What accounts of even-handedness are drawn up from: senders' groups, who ruled, and how often the rules decided what.

What was held before has no group: nobody wrote down which it was.
"""

import json

import sqlalchemy as sa
from alembic import op

from gateway.store.columns import Text

revision = "0007"
down_revision = "0006"

_FIGURES = ["since", "id", "state", "policy", "political", "religious", "author", "ruled", "ruled_by", "expired"]


def upgrade() -> None:
    """Make the tables, and write which holds the deadline ruled on."""
    op.add_column("cards", sa.Column("expired", sa.Boolean, nullable=False, server_default=sa.false()))
    _expire()
    op.create_index("ix_cards_figures", "cards", _FIGURES)
    op.create_table(
        "grouped",
        sa.Column("hold", Text, nullable=False),
        sa.Column("name", Text, nullable=False),
        sa.PrimaryKeyConstraint("hold", "name", name="pk_grouped"),
        sa.ForeignKeyConstraint(["hold"], ["holds.id"], name="fk_grouped_hold"),
    )
    op.create_index("ix_grouped_name_hold", "grouped", ["name", "hold"])
    op.create_table(
        "decided",
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("kind", Text, nullable=False),
        sa.Column("name", Text, nullable=False),
        sa.Column("word", Text, nullable=False),
        sa.Column("count", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("day", "kind", "name", "word", name="pk_decided"),
    )


def _expire() -> None:
    cards = sa.table("cards", sa.column("id", Text), sa.column("expired", sa.Boolean))
    for hold, review in op.get_bind().execute(sa.text("SELECT id, review FROM holds WHERE review IS NOT NULL")).all():
        if json.loads(review)["by_deadline"]:
            op.execute(cards.update().where(cards.c.id == hold).values(expired=True))
