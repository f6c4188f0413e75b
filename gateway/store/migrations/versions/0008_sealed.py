"""What is held can be sealed: each content's key, wrapped by a master key, and what proves that master keys are the right ones.

What was held before stays in the clear.
"""

import sqlalchemy as sa
from alembic import op

from gateway.store.columns import Text

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Make the column and the table."""
    op.add_column("contents", sa.Column("wrapped", Text))
    op.create_table(
        "masters",
        sa.Column("name", Text, nullable=False),
        sa.Column("proof", Text, nullable=False),
        sa.Column("made", sa.BigInteger, nullable=False),
        sa.Column("retired", sa.BigInteger),
        sa.PrimaryKeyConstraint("name", name="pk_masters"),
    )
