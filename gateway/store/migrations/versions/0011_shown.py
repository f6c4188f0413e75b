"""When who is signed in last showed that it is he.

Of sessions that a provider began nothing is known: it may have asked nobody.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Make the column; a password and a passkey are asked for as a session begins."""
    op.add_column("sessions", sa.Column("shown", sa.BigInteger))
    op.execute("UPDATE sessions SET shown = made WHERE how <> 'oidc'")
