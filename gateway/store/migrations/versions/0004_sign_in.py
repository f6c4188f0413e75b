"""More ways to sign in: passkeys, recovery codes, accounts elsewhere, tries, what serves once. All sessions end."""

import sqlalchemy as sa
from alembic import op

from gateway.store.columns import Text

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the tables. How somebody signed in was not written down so far, so everybody does it anew."""
    op.add_column("accounts", sa.Column("origin", Text, nullable=False, server_default=""))
    op.add_column("accounts", sa.Column("lapsed", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("sessions", sa.Column("how", Text, nullable=False, server_default=""))
    op.add_column("sessions", sa.Column("strong", sa.Boolean, nullable=False, server_default=sa.false()))
    op.execute(sa.table("sessions", sa.column("ended", sa.Boolean)).update().values(ended=True))
    _passkeys()
    _recovery()
    _identities()
    _once()
    _tries()


def _passkeys() -> None:
    op.create_table(
        "passkeys",
        sa.Column("id", Text, nullable=False),
        sa.Column("account", Text, nullable=False),
        sa.Column("name", Text, nullable=False),
        sa.Column("key", sa.LargeBinary, nullable=False),
        sa.Column("count", sa.BigInteger, nullable=False),
        sa.Column("made", sa.BigInteger, nullable=False),
        sa.Column("used", sa.BigInteger),
        sa.Column("synced", sa.Boolean, nullable=False),
        sa.Column("void", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_passkeys"),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name="fk_passkeys_account"),
    )
    op.create_index("ix_passkeys_account", "passkeys", ["account"])


def _recovery() -> None:
    op.create_table(
        "recovery",
        sa.Column("account", Text, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("made", sa.BigInteger, nullable=False),
        sa.Column("used", sa.BigInteger),
        sa.Column("void", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("account", "digest", name="pk_recovery"),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name="fk_recovery_account"),
    )


def _identities() -> None:
    op.create_table(
        "identities",
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("by", Text, nullable=False),
        sa.Column("subject", Text, nullable=False),
        sa.Column("account", Text, nullable=False),
        sa.Column("made", sa.BigInteger, nullable=False),
        sa.Column("void", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_identities"),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name="fk_identities_account"),
    )
    op.create_index("ix_identities_by_subject", "identities", ["by", "subject"])
    op.create_index("ix_identities_account", "identities", ["account"])


def _once() -> None:
    op.create_table(
        "once",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_once"),
    )
    op.create_index("ix_once_until", "once", ["until"])


def _tries() -> None:
    op.create_table(
        "tries",
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_tries"),
    )
    op.create_index("ix_tries_key_at", "tries", ["key", "at"])
    op.create_index("ix_tries_at", "tries", ["at"])
